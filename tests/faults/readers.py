"""Many readers in processes of their own, while releases are published and pruned: none may meet an error or a mixture.

``python -m tests.faults.readers --readers 50 --releases 200`` prints what they saw.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.serve import open_release
from flows.settings import Settings

KEEP = 3
GRACE_S = 20.0
"""Shorter than the hour that prune grants by itself, so that releases do go while they are read. Files of Parquet are
not held open: within it a reader has to be through with them, on a busy machine too."""

PAUSE_S = 0.4
"""Between a reader's rounds, times the readers; without it they, not the publisher, would have the machine."""

WHOLE = """
    select
        (select list(distinct title) from {prefix}dim_documents),
        (select list(distinct measure_surface) from {prefix}fct_figures),
        (select arg_max(run_id, released_at) from {prefix}releases)
"""
"""Each release marks its documents, figures and history with one number; a mixture shows two."""


@dataclass
class Seen:
    """What all readers saw together."""

    readers: int
    releases: int
    pruned: int = 0
    queries: int = 0
    distinct_releases: int = 0
    errors: list[str] = field(default_factory=list)


def read_while_publishing(
    readers: int, releases: int, folder: Path, *, keep: int = KEEP, grace_s: float = GRACE_S, most_s: float = 86_400
) -> Seen:
    """Publish ``releases`` releases while ``readers`` processes read on and on; returns what they saw."""
    from flows.release.store import prune
    from tests.conftest import REPOSITORY
    from tests.support.good_build import make_good_build

    seen, started = Seen(readers, 1), time.monotonic()
    settings = make_good_build(folder / "home", document_count=2)
    _publish(settings, 1)
    stop = folder / "stop"
    pause = ["--pause", str(PAUSE_S * readers)]
    command = [sys.executable, "-m", "tests.faults.readers", "--read", str(settings.home), "--until", str(stop), *pause]
    processes = [
        subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(readers)
    ]
    try:
        for seen.releases in range(2, releases + 1):
            _publish(settings, seen.releases)
            seen.pruned += len(prune(settings, keep=keep, grace_s=grace_s))
            if time.monotonic() - started > most_s:
                break
        time.sleep(max(0.0, started + 1.5 * grace_s - time.monotonic()))
        seen.pruned += len(prune(settings, keep=keep, grace_s=grace_s))
    finally:
        stop.touch()
        answers = [process.communicate(timeout=300) for process in processes]
    met: set[str] = set()
    for process, (output, errors) in zip(processes, answers, strict=True):
        if process.returncode:
            seen.errors.append(errors[-1000:])
            continue
        told = json.loads(output)
        seen.queries += told["queries"]
        met |= set(told["releases"])
    seen.distinct_releases = len(met)
    return seen


def _publish(settings: Settings, number: int) -> None:
    # Late: a reader needs none of it, and there are many.
    from flows.publish import publish
    from flows.warehouse import open_warehouse
    from tests.support.good_build import approve

    with open_warehouse(settings) as connection:
        connection.execute(f"update marts.dim_documents set title = '{number}'")
        connection.execute(f"update marts.fct_figures set measure_surface = '{number}'")
    approve(settings)
    publish(settings, run_id=str(number))


def read_until(home: Path, stop: Path, pause_s: float) -> None:
    """What one reader does: by the package's own way, as a BI tool opens the file, and from Parquet, in turn."""
    settings = Settings(home=home)
    queries, releases = 0, set()
    while not stop.exists():
        for rows in _three_ways(settings):
            ((titles, surfaces, run_id),) = rows
            assert titles == surfaces == [run_id], (titles, surfaces, run_id)
            releases.add(run_id)
            queries += 1
        time.sleep(pause_s)
    print(json.dumps({"queries": queries, "releases": sorted(releases)}))


def _three_ways(settings: Settings) -> Iterator[list[tuple[Any, ...]]]:
    import duckdb

    with open_release(settings) as connection:
        for _ in range(2):  # one connection stays with one release, however many come meanwhile
            yield connection.execute(WHOLE.format(prefix="")).fetchall()
            time.sleep(0.05)
    with duckdb.connect(str(settings.current_database.resolve()), read_only=True) as connection:
        yield connection.execute(WHOLE.format(prefix="marts.")).fetchall()
    # Files by files a link may move on in between: resolved once.
    folder = settings.current_dir.resolve() / "marts"
    with duckdb.connect() as connection:
        for table in ("dim_documents", "fct_figures", "releases"):
            connection.execute(f"create view {table} as select * from read_parquet('{folder / table}.parquet')")
        yield connection.execute(WHOLE.format(prefix="")).fetchall()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--releases", type=int, default=200)
    parser.add_argument("--most-s", type=float, default=86_400, help="publish no more after so many seconds")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--until", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--pause", type=float, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        read_until(given.read, given.until, given.pause)
        return
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="newsledger-readers-") as folder:
        seen = read_while_publishing(given.readers, given.releases, Path(folder), most_s=given.most_s)
    print("\n".join(seen.errors))
    print(
        f"{seen.readers} readers, {seen.releases} releases of which {seen.pruned} were pruned meanwhile; "
        f"{seen.queries:,} queries met {seen.distinct_releases} releases; {len(seen.errors)} errors; "
        f"{time.monotonic() - started:.0f} s"
    )
    sys.exit(bool(seen.errors))


if __name__ == "__main__":
    main()
