"""Reads the tables of rules: one copy in ``dbt_project/seeds``, for dbt and for the readers of text.

A user's folder may hold files of the same names; their rows are added, and a row with the key of an
existing one (the first column) takes its place.
"""

import csv
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from flows.errors import LexiconError
from flows.paths import SEEDS


class Row(BaseModel):
    """One row of a table of rules. Empty cells are None; a column the row does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


RowT = TypeVar("RowT", bound=Row)


@cache
def read_table(name: str, row_type: type[RowT], user_dirs: tuple[Path, ...] = ()) -> tuple[RowT, ...]:
    """All rows of one table, the user's after the project's.

    Args:
        name: The seed's name without ``.csv``.
        row_type: Its columns.
        user_dirs: Folders of the user's own tables; one need not hold every file.

    Returns:
        Rows in file order. Where the first column is a key, a later row replaces an earlier one of
        the same key in place; tables without a key repeat their first column and are all kept.

    Raises:
        LexiconError: A file is missing, or a row does not fit ``row_type``; names file and line.
    """
    path = SEEDS / f"{name}.csv"
    if not path.is_file():
        raise LexiconError(path, None, "this table is missing from the installation; install newsledger again.")
    rows = list(_read_file(path, row_type))
    key = next(iter(row_type.model_fields))
    is_keyed = len({getattr(row, key) for row in rows}) == len(rows)
    places = {getattr(row, key): index for index, row in enumerate(rows)}
    for folder in user_dirs:
        own = folder / f"{name}.csv"
        if not own.is_file():
            continue
        for row in _read_file(own, row_type):
            place = places.get(getattr(row, key)) if is_keyed else None
            if place is None:
                rows.append(row)
            else:
                rows[place] = row
    return tuple(rows)


def _read_file(path: Path, row_type: type[RowT]) -> Iterator[RowT]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        for cells in reader:
            given = {column: (cell.strip() or None) if cell else None for column, cell in cells.items() if column}
            try:
                yield row_type.model_validate({column: cell for column, cell in given.items() if cell is not None})
            except ValidationError as error:
                first = error.errors()[0]
                column = ".".join(str(part) for part in first["loc"])
                raise LexiconError(path, reader.line_num, f"column {column!r}: {first['msg']}") from error


def lexicon_digest(user_dirs: Sequence[Path] = ()) -> str:
    """SHA-256 over the names and bytes of all tables, the user's too: part of the extractor's version."""
    digest = sha256()
    for folder in (SEEDS, *user_dirs):
        for path in sorted(folder.glob("*.csv")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
