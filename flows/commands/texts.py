"""``parse``: texts in, findings out, without a database; or, with neither, the pipeline's second step."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from flows.commands.common import JSON, one_step, settings_for_command, tell


@click.command()
@click.argument("text", required=False)
@click.option(
    "--input",
    "input_path",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help='JSON lines {"id", "text", "published_on"?, "title"?}; - for standard input.',
)
@click.option(
    "--output",
    "output_path",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default="-",
    help="One JSON line of findings per input line; default: standard output.",
)
@click.option(
    "--published-on", type=click.DateTime(["%Y-%m-%d"]), help="For texts that do not say; resolves 'last year'."
)
@click.option("--language", default="en", show_default=True, help="Which of the configured models reads.")
@JSON
def parse(
    text: str | None,
    input_path: Path | None,
    output_path: Path,
    published_on: datetime | None,
    language: str,
    is_json: bool,
) -> None:
    """Read TEXT, or each line of --input, and print what it states. With neither: step 2, raw to parsed.

    On a terminal TEXT is shown in colour; elsewhere, and with --json, findings are JSON lines.
    """
    if text is None and input_path is None:
        _parse_warehouse(is_json=is_json)
        return
    settings = settings_for_command()
    from flows import text_io

    day = published_on.date() if published_on else None
    if text is not None:
        text_io.parse_one(settings, text, day, language=language, is_json=is_json)
        return
    assert input_path is not None
    text_io.parse_lines(settings, input_path, output_path, day, language=language)


def _parse_warehouse(*, is_json: bool) -> None:
    from flows.parse import parse as parse_documents
    from flows.progress import document_progress
    from flows.warehouse import open_warehouse

    result: Any
    with (
        one_step("parse") as (settings, run_id),
        open_warehouse(settings) as connection,
        document_progress("Parsing", is_quiet=is_json) as progress,
    ):
        result = parse_documents(settings, connection, run_id=run_id, progress=progress)
    tell(result, is_json=is_json)


COMMANDS = (parse,)
