"""The five steps as Prefect tasks: run names, retries, logs and artifacts around functions that know no Prefect."""

from pathlib import Path
from typing import Any

from prefect import get_run_logger, task
from prefect.artifacts import create_link_artifact, create_progress_artifact, update_progress_artifact

from flows.build import BuildResult
from flows.errors import SourceUnavailable, StorageError, WarehouseBusy
from flows.ingest import IngestResult
from flows.parse import ParseResult
from flows.publish import Release
from flows.settings import Settings
from flows.validate import ValidationResult
from flows.warehouse import open_warehouse


def may_pass_by_itself(task: Any, task_run: Any, state: Any) -> bool:
    """Retry an outage: a source out of reach, a reader of the warehouse. A malformed input fails the same way again."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, SourceUnavailable | WarehouseBusy) and not isinstance(error, StorageError)


@task(
    task_run_name="ingest-{run_id}",
    retries=3,
    retry_delay_seconds=[2, 10, 30],
    retry_condition_fn=may_pass_by_itself,
)
def ingest_sources(settings: Settings, paths: list[Path], run_id: str) -> IngestResult:
    """Sources into ``raw.documents``: adds what is new, notes what is refused."""
    from flows.ingest import ingest

    with open_warehouse(settings) as connection:
        result = ingest(settings, connection, settings.sources_or(paths), run_id=run_id)
    get_run_logger().info("step=ingest run=%s %s", run_id, result)
    return result


@task(task_run_name="parse-{run_id}", retries=1, retry_delay_seconds=2, retry_condition_fn=may_pass_by_itself)
def parse_documents(settings: Settings, run_id: str, *, is_quiet: bool = False) -> ParseResult:
    """``raw.documents`` into ``parsed.*``, with a progress bar on a terminal and a progress artifact on the server."""
    from flows.parse import parse
    from flows.progress import document_progress

    artifact_id = None
    shown_pct = 0.0

    def tell(done: int, total: int, words: int) -> None:
        nonlocal artifact_id, shown_pct
        bar(done, total, words)
        share_pct = 100 * done / total
        if total < 500 or share_pct - shown_pct < 5:
            return  # an artifact costs a call to the server; a short run needs none
        shown_pct = share_pct
        if artifact_id is None:
            artifact_id = create_progress_artifact(progress=share_pct, description=f"Documents parsed in {run_id}")
        else:
            update_progress_artifact(artifact_id, progress=share_pct)

    with open_warehouse(settings) as connection, document_progress("Parsing", is_quiet=is_quiet) as bar:
        result = parse(settings, connection, run_id=run_id, progress=tell)
    get_run_logger().info("step=parse run=%s %s", run_id, result)
    return result


@task(task_run_name="build-{run_id}")
def build_models(settings: Settings, run_id: str) -> BuildResult:
    """``parsed.*`` into staging, intermediate and marts, by dbt. Never retried: it fails the same way again."""
    from flows.build import build

    result = build(settings, run_id=run_id)
    get_run_logger().info("step=build run=%s %s", run_id, result)
    return result


@task(task_run_name="validate-{run_id}")
def validate_marts(settings: Settings, run_id: str) -> ValidationResult:
    """The built marts against ``expectations/``; rows that fail go to ``quality.withheld``."""
    from flows.validate import validate

    result = validate(settings, run_id=run_id)
    create_link_artifact(link=result.data_docs.as_uri(), link_text="Data Docs", key="data-docs")
    get_run_logger().info("step=validate run=%s %s", run_id, result)
    return result


@task(task_run_name="publish-{run_id}")
def publish_marts(settings: Settings, run_id: str) -> Release:
    """The validated marts into ``releases/<release_id>/``; then ``current`` flips."""
    from flows.publish import publish

    release = publish(settings, run_id=run_id)
    get_run_logger().info("step=publish run=%s %s", run_id, release)
    return release
