"""A whole run in a process that can be killed: the flow's own order of steps, its tasks called as plain functions.

Without Prefect's server a run of some documents takes seconds, so that it can be killed a hundred times.
"""

import fcntl
import json
import multiprocessing
import os
import re
import shutil
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import duckdb

from flows.errors import LedgerError
from flows.rebuild import rebuild
from flows.release.store import list_releases, verify
from flows.runs import RunSummary, new_run_id
from flows.serve import open_release
from flows.settings import Settings
from flows.warehouse import hold_lock
from tests.benchmarks.corpus import generate

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.faults.loaded"])

TASKS = ("ingest_sources", "parse_documents", "build_models", "validate_marts", "publish_marts")


def run_steps(settings: Settings, paths: Sequence[Path], summary: RunSummary) -> None:
    """What ``flows.pipeline.ledger`` does, without a server; only in a process that ends after it."""
    from prefect.logging import disable_run_logger

    from flows import pipeline, runs, tasks
    from flows.logs import steps_logged
    from flows.storage import told_as_storage
    from flows.warehouse import open_warehouse

    for name in TASKS:
        task: Any = getattr(tasks, name)
        setattr(tasks, name, getattr(task, "fn", task))
    vars(tasks)["create_link_artifact"] = lambda **_: None
    with (
        told_as_storage(settings.home),
        disable_run_logger(),
        hold_lock(settings, command="run"),
        steps_logged(settings),
    ):
        with open_warehouse(settings) as connection:
            runs.record_start(connection, summary.run_id, "run")
        try:
            pipeline._run_steps(settings, list(paths), summary, is_quiet=True)
        except BaseException:
            summary.outcome = "failed"
            raise
        finally:
            with open_warehouse(settings) as connection:
                runs.record_end(connection, summary)


def start(work: Callable[..., Any], *given: Any) -> ForkServerProcess:
    """Begin ``work`` in a process of its own, which everything was loaded for beforehand."""
    process = CONTEXT.Process(target=work, args=given)
    process.start()
    return process


def run(settings: Settings, paths: Sequence[Path], answer: Path) -> None:
    """A run whose end is written to ``answer``: exit code and message as the command line gives them, steps done."""
    summary = RunSummary(run_id=new_run_id())
    try:
        run_steps(settings, paths, summary)
        told: dict[str, Any] = {"exit_code": 0, "message": summary.as_json(), "outcome": summary.outcome}
    except LedgerError as error:
        told = {"exit_code": error.exit_code, "message": str(error), "kind": type(error).__name__}
    except BaseException:
        told = {"exit_code": -1, "message": traceback.format_exc(), "kind": "unforeseen"}
    answer.write_text(json.dumps(told | {"done": list(summary.steps)}))


def run_to_end(settings: Settings, paths: Sequence[Path], answer: Path, *, timeout_s: float = 300) -> dict[str, Any]:
    """A run in its own process; returns what it told."""
    answer.unlink(missing_ok=True)
    process = start(run, settings, paths, answer)
    process.join(timeout_s)
    if process.is_alive():
        process.kill()
        raise AssertionError(f"a run did not end within {timeout_s} s")
    told: dict[str, Any] = json.loads(answer.read_text())
    return told


def two_at_once(settings: Settings, paths: Sequence[Path], folder: Path) -> list[dict[str, Any]]:
    """Two runs of one home, started together; returns what they told."""
    answers = [folder / "first-answer", folder / "second-answer"]
    processes = [start(run, settings, paths, answer) for answer in answers]
    for process in processes:
        process.join()
    return [json.loads(answer.read_text()) for answer in answers]


def write_corpus(folder: Path, *, count: int, seed: int, has_aims: bool) -> tuple[Path, Path]:
    """Two folders of generated documents in several formats and files that are refused; returns both.

    Args:
        has_aims: Whether plants are to be built "by 2031": such agreements are withheld, and a run builds twice.
    """
    rows = list(generate(count, seed))
    if not has_aims:
        rows = [row | {"text": re.sub(r" by 20\d\d\b", "", row["text"])} for row in rows]
    halves = folder / "first", folder / "second"
    for half, some in zip(halves, (rows[: count // 2], rows[count // 2 :]), strict=True):
        half.mkdir(parents=True)
        lines, files = some[: len(some) // 2], some[len(some) // 2 :]
        (half / "wire.jsonl").write_text("".join(json.dumps(row) + "\n" for row in lines), encoding="utf-8")
        for row in files:
            (half / f"{row['id']}.txt").write_text(row["text"], encoding="utf-8")
        told = "".join(f"{row['id']}.txt,{row['published_at']},{row['publisher']}\n" for row in files)
        (half / "metadata.csv").write_text("file,published_at,publisher\n" + told, encoding="utf-8")
        (half / "empty.txt").write_text("")
    # A wire story that both halves have, under two names: which came first must not matter.
    (halves[1] / "again.jsonl").write_text((halves[0] / "wire.jsonl").read_text(encoding="utf-8"), encoding="utf-8")
    return halves


@dataclass(frozen=True, slots=True)
class Prepared:
    """A home with a release of the first folder of a corpus, and what a run over both folders makes of it."""

    folder: Path
    expected: str
    """``content_sha256`` of the release of both folders."""
    lasts_s: float
    """How long that run took."""

    @property
    def paths(self) -> list[Path]:
        return [self.folder / "news" / "first", self.folder / "news" / "second"]

    def copy_to(self, home: Path) -> Settings:
        """The home before the second folder was read, to do anything with."""
        shutil.copytree(self.folder / "base", home, symlinks=True)
        return Settings(home=home, workers=1)


def prepare(folder: Path, *, count: int, seed: int, has_aims: bool = True) -> Prepared:
    """Make such a home below ``folder``, or take the one that is there: processes of a test run share it."""
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / "made.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made.is_file():
            return Prepared(folder, **json.loads(made.read_text()))
        first, second = write_corpus(folder / "news", count=count, seed=seed, has_aims=has_aims)
        base, whole = (Settings(home=folder / name, workers=1) for name in ("base", "whole"))
        told = run_to_end(base, [first], folder / "answer")
        assert told["exit_code"] == 0, told
        shutil.copytree(base.home, whole.home, symlinks=True)
        started = time.monotonic()
        told = run_to_end(whole, [first, second], folder / "answer")
        assert told["exit_code"] == 0, told
        facts = {"expected": content_of(whole), "lasts_s": time.monotonic() - started}
        made.write_text(json.dumps(facts))
        return Prepared(folder, **facts)


def make_older(settings: Settings) -> None:
    """Turn the warehouse into one of version 1, whose figures lacked a column."""
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("create table parsed.older as select * exclude (explanation) from parsed.figures")
        connection.execute("drop table parsed.figures")
        connection.execute("alter table parsed.older rename to figures")
        connection.execute("update ops.schema_version set version = 1")


def damage_warehouse(settings: Settings) -> None:
    """Overwrite a piece of every block but the first."""
    with settings.warehouse_path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        for place in range(300_000, size, 262_144):
            file.seek(place)
            file.write(b"\xff" * 1_000)


def rebuild_warehouse(settings: Settings) -> None:
    """What ``newsledger rebuild`` does."""
    with hold_lock(settings, command="rebuild"):
        rebuild(settings, run_id=new_run_id())


def content_of(settings: Settings) -> str:
    """The hash of what is published."""
    (current,) = [release for release in list_releases(settings) if release.is_current]
    return current.content_sha256


def check_current(settings: Settings) -> None:
    """The current release opens, its counts are those of its own history, and each file is as published."""
    with open_release(settings) as connection:
        ((told, found, orphans),) = connection.execute(
            """
            select
                (select document_count from releases order by released_at desc limit 1),
                (select count(*) from dim_documents),
                (select count(*) from fct_figures anti join dim_documents using (document_id))
            """
        ).fetchall()
    assert (told, orphans) == (found, 0)
    verify(settings)
