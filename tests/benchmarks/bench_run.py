"""Seconds per step and peak memory of whole runs on generated corpora, then of a second run with nothing new.

``python -m tests.benchmarks.bench_run 100 1000 10000``; needs no Prefect server: the steps are called as the flow does.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows.settings import Settings
from tests.benchmarks.corpus import generate


def main() -> None:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    for count in [int(given) for given in sys.argv[1:]] or [100]:
        with tempfile.TemporaryDirectory() as folder:
            measure(count, Path(folder))


def measure(count: int, folder: Path) -> None:
    corpus = folder / "corpus.jsonl"
    words = 0
    with corpus.open("w", encoding="utf-8") as file:
        for row in generate(count):
            words += len(row["text"].split())
            file.write(json.dumps(row) + "\n")
    settings = Settings(home=folder / "home")
    print(f"\n{count} documents, {words} words")
    first = _steps(settings, corpus)
    for step, seconds in first.items():
        print(f"  {step:<10} {seconds:8.1f} s")
    print(
        f"  {'parse':<10} {words / first['parse']:8,.0f} words/s, {count / first['parse']:,.1f} documents/s, all cores"
    )
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    worker_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  {'peak':<10} {peak_mb:8,.0f} MB, largest worker {worker_mb:,.0f} MB")
    again = _steps(settings, corpus, steps=("ingest", "parse"))
    print(f"  {'again':<10} {sum(again.values()):8.1f} s with nothing new, of {sum(first.values()):.1f} s")


def _steps(
    settings: Settings, corpus: Path, steps: tuple[str, ...] = ("ingest", "parse", "build", "validate", "publish")
) -> dict[str, float]:
    from flows.build import build
    from flows.ingest import ingest
    from flows.parse import parse
    from flows.publish import publish
    from flows.validate import validate
    from flows.warehouse import open_warehouse

    def with_connection(work: Callable[..., Any], *given: Any) -> None:
        with open_warehouse(settings) as connection:
            work(settings, connection, *given, run_id="bench")

    def validate_until_clean() -> None:
        """As the flow does: rows that fail are withheld, the marts are built without them and judged again."""
        while validate(settings, run_id="bench").newly_withheld_count:
            build(settings, run_id="bench")

    work: dict[str, Callable[[], Any]] = {
        "ingest": lambda: with_connection(ingest, [corpus]),
        "parse": lambda: with_connection(parse),
        "build": lambda: build(settings, run_id="bench"),
        "validate": validate_until_clean,
        "publish": lambda: publish(settings, run_id="bench"),
    }
    seconds = {}
    for step in steps:
        started = time.perf_counter()
        work[step]()
        seconds[step] = time.perf_counter() - started
    return seconds


if __name__ == "__main__":
    main()
