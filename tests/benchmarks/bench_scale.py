"""Seconds and peak memory of what compares documents with each other, on synthetic findings: no text is parsed.

``python -m tests.benchmarks.bench_scale 1000 10000 100000``: for each size stories, all models of dbt and a
release with its revisions; then the same again with ten documents more. Each size is measured in a process of its own.
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from flows.settings import Settings

ADDED = 10
SIZES = (1_000, 10_000, 100_000)
SLOWEST = 8
_DONE = re.compile(r"(?:OK created|OK loaded|PASS) .*?(?:model |file )?(?:\w+\.)?(\w+) \.* ?\[.*? in ([\d.]+)s\]")


def main() -> None:
    sizes = [int(given) for given in sys.argv[1:] if given.isdigit()] or list(SIZES)
    if "--here" in sys.argv:
        measure(sizes[0])
        return
    environment = {"GX_ANALYTICS_ENABLED": "false", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"} | dict(os.environ)
    for size in sizes:
        subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.bench_scale", str(size), "--here"],
            env=environment,
            check=True,
        )


def measure(count: int) -> None:
    from flows.warehouse import open_warehouse
    from flows.warm import import_all
    from tests.benchmarks.findings import add_documents

    import_all()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home")
        with open_warehouse(settings) as connection:
            add_documents(connection, 0, count)
        print(f"\n{count:,} documents; peak before the first step {_peak_mb():,.0f} MB")
        _tell(settings, "all")
        with open_warehouse(settings) as connection:
            add_documents(connection, count, count + ADDED)
        _tell(settings, f"{ADDED} more")


def _tell(settings: Settings, label: str) -> None:
    log = settings.home / "dbt" / "logs" / "dbt.log"
    log.unlink(missing_ok=True)
    cpu_before = time.process_time()
    for step, seconds in _steps(settings):
        print(f"  {label:<8} {step:<8} {seconds:7.1f} s  peak {_peak_mb():6,.0f} MB", flush=True)
        if step == "dbt":
            print(f"  {label:<8} both     {time.process_time() - cpu_before:7.1f} s of processor time")
            nodes = sorted(_node_seconds(log).items(), key=lambda item: -item[1])[:SLOWEST]
            print(f"  {label:<8} slowest  {', '.join(f'{name} {taken:.1f} s' for name, taken in nodes)}", flush=True)


def _node_seconds(log: Path) -> dict[str, float]:
    """Models and tests of the builds that a log tells of, with the seconds of the last."""
    return {name: float(seconds) for name, seconds in _DONE.findall(log.read_text(encoding="utf-8"))}


def _steps(settings: Settings) -> Iterator[tuple[str, float]]:
    from flows.build import build
    from flows.publish import publish
    from flows.validate import prepare_withheld
    from tests.support.good_build import approve

    prepare_withheld(settings, run_id="bench")
    built = build(settings, run_id="bench")
    print(f"  {json.dumps({name: built.counts[name] for name in _TOLD if name in built.counts})}")
    yield from built.seconds.items()
    # Synthetic findings do not stand in their texts: the gate would withhold most, so it is passed over.
    approve(settings)
    started = time.perf_counter()
    publish(settings, run_id="bench")
    yield "publish", time.perf_counter() - started


_TOLD = ("dim_documents", "fct_figures", "fct_observations", "fct_target_outcomes", "fct_trends", "fct_events")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
