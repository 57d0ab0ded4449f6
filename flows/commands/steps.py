"""``run``, the steps it is made of, and ``serve``, which runs it on a schedule."""

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands.common import JSON, PATHS, one_step, settings_for_command, tell

if TYPE_CHECKING:
    from flows.runs import RunSummary


@click.command()
@PATHS
@JSON
def run(paths: tuple[str, ...], is_json: bool) -> None:
    """Bring PATHS (files and folders; none: the bundled sample) into a new release.

    Reads what is new, builds the marts, validates them, publishes. Exit code 3: a critical expectation failed and
    the last release stays.
    """
    settings = settings_for_command()
    # Prefect would log a refused run with a stack trace that buries the reason; main() tells it in a line.
    os.environ["PREFECT_LOGGING_LEVEL"] = os.environ.get("PREFECT_LOGGING_LEVEL", "CRITICAL")
    from flows.orchestration import start_server_in_background

    starting = start_server_in_background()
    from flows.pipeline import ledger
    from flows.warm import import_all

    import_all()
    if starting:
        starting.join()
    summary = ledger(list(paths), settings, is_quiet=is_json)
    if is_json:
        click.echo(summary.as_json())
    else:
        _show(summary)


def _show(summary: "RunSummary") -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(file=sys.stdout, highlight=False, markup=False)
    table = Table("step", "seconds", "what came of it", title=f"Run {summary.run_id}: {summary.outcome}")
    for step, counts in summary.steps.items():
        shown = (
            f"{name.removesuffix('_count').replace('_', ' ')} {_short(value)}"
            for name, value in counts.items()
            if name not in _NOT_SHOWN and value not in (None, 0, {}, [], (), "")
        )
        table.add_row(step, f"{counts['seconds']:.1f}", ", ".join(shown))
    console.print(table)
    for language, count in summary.steps.get("parse", {}).get("waiting", {}).items():
        told = f"{count} document(s) in {language!r} wait: no model reads that language (setting `models`)."
        console.print(told)
    console.print(f"Release   {summary.release_id}", soft_wrap=True)
    console.print(f"Database  {summary.database}", soft_wrap=True)
    if summary.data_docs:
        console.print(f"Data Docs {summary.data_docs}", soft_wrap=True)


_NOT_SHOWN = frozenset(
    {"seconds", "inputs_digest", "data_docs", "path", "waiting", "released_at", "is_current", "is_new"}
)
_COUNTS_SHOWN = ("dim_documents", "fct_figures", "fct_events", "fct_observations", "fct_target_outcomes")
"""Of the marts that were built, those that tell a reader what the run found; code lists are always the same."""


def _short(value: object) -> str:
    if isinstance(value, dict):
        shown = [name for name in _COUNTS_SHOWN if name in value] or list(value)
        return ", ".join(f"{name.split('_', 1)[-1]} {_short(value[name])}" for name in shown)
    if isinstance(value, list):
        # Lines that repeat what documents say; `validate` and the Data Docs have them.
        return str(len(value))
    return f"{value:,}" if isinstance(value, int) else str(value)


@click.command()
@PATHS
@JSON
def ingest(paths: tuple[str, ...], is_json: bool) -> None:
    """Step 1: read PATHS into raw.documents."""
    from flows.ingest import ingest as ingest_paths
    from flows.warehouse import open_warehouse

    with one_step("ingest") as (settings, run_id), open_warehouse(settings) as connection:
        chosen = settings.sources_or([Path(path) for path in paths])
        result = ingest_paths(settings, connection, chosen, run_id=run_id)
    tell(result, is_json=is_json)


@click.command()
@JSON
def build(is_json: bool) -> None:
    """Step 3: build the marts with dbt."""
    from flows.build import build as build_marts

    with one_step("build") as (settings, run_id):
        result = build_marts(settings, run_id=run_id)
    tell(result, is_json=is_json)


@click.command()
@JSON
def validate(is_json: bool) -> None:
    """Step 4: validate the marts; exit code 3 where a critical expectation fails."""
    from flows.errors import PublishRefused
    from flows.validate import validate as validate_marts

    with one_step("validate") as (settings, run_id):
        result = validate_marts(settings, run_id=run_id)
    tell(result, is_json=is_json)
    if result.critical_failures:
        raise PublishRefused(result.critical_failures)


@click.command()
@JSON
def publish(is_json: bool) -> None:
    """Step 5: publish the validated marts as a release and point `current` to it."""
    from flows.publish import publish as publish_marts

    with one_step("publish") as (settings, run_id):
        result = publish_marts(settings, run_id=run_id)
    tell(result, is_json=is_json)


@click.command()
@click.option("--cron", default="0 * * * *", show_default=True, help="When to run: minute hour day month weekday.")
@click.option("--name", default="newsledger", show_default=True, help="Name of the deployment.")
@PATHS
def serve(cron: str, name: str, paths: tuple[str, ...]) -> None:
    """Run on a schedule until stopped; starts a Prefect server of its own unless PREFECT_API_URL is set."""
    settings_for_command()
    from flows.orchestration import own_server

    with own_server() as url:
        click.echo(f"Prefect at {url.removesuffix('/api')}, schedule {cron!r}. Stop with Ctrl-C.")
        from flows.pipeline import ledger

        absolute = [str(Path(path).absolute()) for path in paths]
        with contextlib.suppress(KeyboardInterrupt):
            ledger.serve(name=name, cron=cron, parameters={"paths": absolute}, print_starting_message=False)


@click.command()
@JSON
def rebuild(is_json: bool) -> None:
    """Make a damaged or deleted warehouse anew, from what of it can be read and from the last release.

    The damaged file is moved aside. The next `newsledger run` reads the texts again.
    """
    from flows.rebuild import rebuild as rebuild_warehouse

    with one_step("rebuild") as (settings, run_id):
        result = rebuild_warehouse(settings, run_id=run_id)
    tell(result, is_json=is_json)


COMMANDS = (run, ingest, build, validate, publish, rebuild, serve)
