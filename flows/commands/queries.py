"""Questions to what was published: ``query``, ``show``; and to the installation: ``doctor``, ``status``."""

import sys
from pathlib import Path

import click

from flows.commands.common import settings_for_command


@click.command()
@click.argument("sql")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "parquet"]),
    help="Default: a table on a terminal, else CSV.",
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here; Parquet needs it.")
def query(sql: str, form: str | None, output: Path | None) -> None:
    """Ask the published release in SQL; read-only, and it sees nothing but the release.

    Tables need no schema: newsledger query "select * from fct_figures limit 5"
    """
    settings = settings_for_command()
    from flows.query import ask, write

    chosen = form or ("table" if output is None and sys.stdout.isatty() else "csv")
    write(ask(settings, sql), chosen, output)


@click.command()
@click.argument("figure_id")
def show(figure_id: str) -> None:
    """Show a figure in its sentence, its document, and why it was read so."""
    settings = settings_for_command()
    from flows.show import show_figure

    show_figure(settings, figure_id)


@click.command()
def doctor() -> None:
    """Check versions, model, folders, lock, disk and release; say what is wrong and what to do. Exit code 1 if so."""
    from flows.doctor import examine, tell
    from flows.errors import LedgerError

    findings = examine()
    tell(findings)
    if any(not finding.is_well for finding in findings):
        raise LedgerError("something above needs attention.")


@click.command()
@click.option("--json", "is_json", is_flag=True, help="As JSON, for machines.")
def status(is_json: bool) -> None:
    """Last runs, the current release and its age, and what is withheld."""
    settings = settings_for_command()
    from flows.status import read_status
    from flows.status import tell as tell_status

    tell_status(read_status(settings), is_json=is_json)


COMMANDS = (query, show, doctor, status)
