"""Answers to SQL on the published release, as a table, CSV, JSON lines or Parquet."""

import csv
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from flows.errors import UsageError
from flows.records import plain
from flows.safe_text import without_controls
from flows.serve import open_release
from flows.settings import Settings
from flows.storage import DAMAGED

if TYPE_CHECKING:
    import pyarrow as pa

UNCUT_WIDTH = 10_000

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text cell that opens with one of these is run as a formula by spreadsheets (OWASP, CSV Injection)."""


def ask(settings: Settings, sql: str) -> "pa.Table":
    """Run one query on ``current``.

    Raises:
        UsageError: The query is wrong, or asks for what a reader may not do; says what DuckDB said.
        ReleaseDamaged: It met a damaged piece of the release.
    """
    import duckdb

    with open_release(settings) as connection:
        try:
            return connection.sql(sql).to_arrow_table()
        except (duckdb.Error, AttributeError) as error:
            # sql() gives None for statements that return no rows, such as SET.
            said = str(error) if isinstance(error, duckdb.Error) else "the statement gives no rows"
            if DAMAGED in said:
                raise
            raise UsageError(f"The query was refused: {without_controls(said)}") from error


def write(answer: "pa.Table", form: str, output: Path | None) -> None:
    """Write an answer to a file, or to standard output.

    Args:
        form: ``table``, ``csv``, ``json`` (one object a line) or ``parquet`` (needs ``output``).
    """
    if form == "parquet":
        if output is None:
            raise UsageError("--format parquet needs --output FILE.")
        import pyarrow.parquet as pq

        pq.write_table(answer, output)
        return
    if form == "table" and output is None:
        _write_table(answer)
        return
    if output is None:
        _write_rows(answer, form, _Terminal() if sys.stdout.isatty() else sys.stdout)
    else:
        with output.open("w", encoding="utf-8", newline="") as file:
            _write_rows(answer, form, file)


class _Terminal(io.TextIOBase):
    """Standard output where a person looks at it: escapes of the text do nothing. A pipe gets the text as it is."""

    def write(self, text: str) -> int:
        return sys.stdout.write(without_controls(text))


def _write_rows(answer: "pa.Table", form: str, file: TextIO | _Terminal) -> None:
    if form == "json":
        for row in answer.to_pylist():
            file.write(json.dumps({name: plain(value) for name, value in row.items()}, default=str, ensure_ascii=False))
            file.write("\n")
        return
    writer = csv.writer(file, lineterminator="\n")
    # A PIVOT makes names of columns out of what documents say.
    writer.writerow([_cell(name) for name in answer.column_names])
    for row in answer.to_pylist():
        writer.writerow([_cell(value) for value in row.values()])


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    if isinstance(value, list | dict):
        return json.dumps(plain(value), default=str, ensure_ascii=False)
    return plain(value)


def _write_table(answer: "pa.Table") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE)
    for name in answer.column_names:
        table.add_column(Text(without_controls(name)))
    for row in answer.to_pylist():
        table.add_row(*(Text("" if value is None else without_controls(_shown(value))) for value in row.values()))
    # A file or a pipe has no width: nothing is cut there.
    Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else UNCUT_WIDTH).print(table)


def _shown(value: Any) -> str:
    shown = plain(value)
    if isinstance(shown, int) and not isinstance(shown, bool):
        return f"{shown:,}"
    return json.dumps(shown, default=str, ensure_ascii=False) if isinstance(shown, list | dict) else str(shown)
