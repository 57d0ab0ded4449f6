"""What several commands share."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from flows.safe_text import without_controls

if TYPE_CHECKING:
    from flows.settings import Settings

PATHS = click.argument("paths", nargs=-1, type=click.Path())
JSON = click.option("--json", "is_json", is_flag=True, help="Print the summary as JSON, for machines.")


def settings_for_command() -> "Settings":
    """The settings, with the environment of Prefect, dbt and Great Expectations set before they are imported."""
    from flows.orchestration import prepare_environment
    from flows.settings import load_settings

    settings = load_settings()
    prepare_environment(settings)
    return settings


@contextmanager
def one_step(command: str) -> Iterator[tuple["Settings", str]]:
    """Settings and a run id for a step run by itself, the warehouse's lock held."""
    from flows.runs import new_run_id
    from flows.storage import told_as_storage
    from flows.warehouse import hold_lock

    settings = settings_for_command()
    with told_as_storage(settings.home), hold_lock(settings, command=command):
        yield settings, new_run_id()


def tell(result: Any, *, is_json: bool) -> None:
    """Print a step's counts, one a line or as JSON."""
    counts = asdict(result)
    if is_json:
        click.echo(json.dumps(counts, default=str))
        return
    for name, value in counts.items():
        if value not in (None, {}, [], ()):
            click.echo(f"{name.replace('_', ' '):<28} {without_controls(str(value))}")
