"""The order of the steps: ingest, parse, build, validate, publish.

Steps hand each other counts and names; rows stay in the warehouse. A run killed anywhere is simply run
again: each step goes on from what is committed, and ``current`` moves only at the very end.
"""

import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from prefect import flow
from prefect.artifacts import create_table_artifact
from prefect.concurrency.sync import concurrency
from prefect.runtime import flow_run

from flows import runs, tasks
from flows.errors import NotValidated, PublishRefused
from flows.logs import counts_of, log_step, steps_logged
from flows.notify import notify_failure
from flows.orchestration import make_writer_limit
from flows.runs import RunSummary, new_run_id
from flows.settings import Settings, load_settings
from flows.storage import told_as_storage
from flows.validate import ValidationResult, prepare_withheld
from flows.warehouse import hold_lock, open_warehouse

ResultT = TypeVar("ResultT")

MOST_VALIDATIONS = 4
"""Rows withheld may leave a row that fails in turn: a figure whose supplier nobody names any more, then what was
derived of it. Each round withholds more, and the fourth must be clean."""


def _flow_run_name() -> str:
    return f"ledger-{flow_run.parameters.get('run_id') or new_run_id()}"


@flow(name="ledger", flow_run_name=_flow_run_name, persist_result=False, validate_parameters=False)
def ledger(
    paths: list[str] | None = None,
    settings: Settings | None = None,
    run_id: str | None = None,
    *,
    is_quiet: bool = True,
) -> RunSummary:
    """Bring what is new under ``paths`` into a new release.

    Args:
        paths: Files and folders; none: ``settings.sources``, and where that is empty the bundled sample.
        settings: Read from ``newsledger.toml`` and the environment where not given.

    Raises:
        PublishRefused: A critical expectation failed. The release before stays in place.
        WarehouseBusy: Another run did not end in time.
    """
    settings = settings or load_settings()
    summary = RunSummary(run_id=run_id or new_run_id())
    with told_as_storage(settings.home), hold_lock(settings, command="run"), steps_logged(settings):
        with open_warehouse(settings) as connection:
            runs.record_start(connection, summary.run_id, "run")
        limit = make_writer_limit(settings)
        try:
            with concurrency(limit, occupy=1, strict=True):
                _run_steps(settings, [Path(path) for path in paths or ()], summary, is_quiet=is_quiet)
        except BaseException as error:
            summary.outcome = "refused" if isinstance(error, PublishRefused) else "failed"
            notify_failure(settings, summary, error)
            raise
        finally:
            with open_warehouse(settings) as connection:
                runs.record_end(connection, summary)
    _write_artifact(summary)
    return summary


def _run_steps(settings: Settings, paths: list[Path], summary: RunSummary, *, is_quiet: bool) -> None:
    run_id = summary.run_id
    _timed(summary, "ingest", lambda: tasks.ingest_sources(settings, paths, run_id))
    _timed(summary, "parse", lambda: tasks.parse_documents(settings, run_id, is_quiet=is_quiet))
    with open_warehouse(settings) as connection:
        digest = runs.inputs_digest(connection, settings)
        is_unchanged = digest == runs.last_published_digest(connection) and settings.current_database.exists()
    if is_unchanged:
        summary.outcome = "unchanged"
    else:
        validation = _build_until_clean(settings, summary)
        summary.data_docs = str(validation.data_docs)
        _timed(summary, "publish", lambda: tasks.publish_marts(settings, run_id))
        summary.steps["publish"]["inputs_digest"] = digest
        summary.outcome = "published"
    summary.release_id = settings.current_dir.resolve().name
    summary.database = str(settings.current_database)


def _build_until_clean(settings: Settings, summary: RunSummary) -> ValidationResult:
    """Build and validate; where rows were withheld, build without them and validate again.

    Aggregates must not count a row that is withheld, so they are made anew, not patched.

    Raises:
        PublishRefused: A critical expectation failed.
        NotValidated: Rows still fail in the last round.
    """
    # Rows withheld of other inputs, or under other rules, get their chance again.
    prepare_withheld(settings, run_id=summary.run_id)
    for _ in range(MOST_VALIDATIONS):
        _timed(summary, "build", lambda: tasks.build_models(settings, summary.run_id))
        validation = _timed(summary, "validate", lambda: tasks.validate_marts(settings, summary.run_id))
        if validation.critical_failures:
            raise PublishRefused(validation.critical_failures)
        if not validation.newly_withheld_count:
            return validation
    raise NotValidated(f"rows still fail after {MOST_VALIDATIONS} rounds of withholding; see {validation.data_docs}")


def _timed(summary: RunSummary, step: str, work: Callable[[], ResultT]) -> ResultT:
    started = time.monotonic()
    try:
        result = work()
    except BaseException as error:
        log_step(step, summary.run_id, seconds=time.monotonic() - started, error=error)
        raise
    log_step(step, summary.run_id, seconds=time.monotonic() - started, result=result)
    before = summary.steps.get(step, {}).get("seconds", 0.0)
    counts: dict[str, Any] = asdict(result)  # type: ignore[call-overload]  # every step returns a dataclass
    summary.steps[step] = {**counts, "seconds": round(before + time.monotonic() - started, 2)}
    return result


def _write_artifact(summary: RunSummary) -> None:
    rows = [
        {"step": step, "seconds": str(counts["seconds"])}
        | {name: str(value) for name, value in counts_of(counts).items()}
        for step, counts in summary.steps.items()
    ]
    create_table_artifact(
        table=rows,
        key="run-summary",
        description=f"Run {summary.run_id}: {summary.outcome}, release {summary.release_id}",
    )
