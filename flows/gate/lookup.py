"""The tables that expectations look into beside the one they judge: documents for offsets, dimensions for ranges."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flows.errors import LedgerError
from flows.gate.history import History

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class InputCount:
    """How the rows of an input table fared."""

    input_count: int
    published_count: int
    withheld_count: int
    lost_count: int
    """Rows neither published nor withheld, by key."""


class TableMissing(LedgerError):
    """An expectation looks into a table that the marts lack."""


@dataclass
class Lookup:
    """One validation's view of the warehouse.

    Attributes:
        frames: Table name to its rows; keys and codes as text, numbers as float, dates as datetime64.
        types: Table name to its columns and their DuckDB types.
        inputs: Table name to how the rows of its input fared.
        last_counts: Table name to its rows in the current release; empty before the first.
        carried_counts: Table name to its rows that an earlier validation withheld: not in ``frames``.
        withheld_counts: Table name to its rows that this validation withholds: still in ``frames``.
        open_stories: Stories of which a document is withheld, perhaps the original.
        history: What was measured of the marts and of the releases before.
    """

    frames: Mapping[str, "pd.DataFrame"]
    types: Mapping[str, Mapping[str, str]]
    inputs: Mapping[str, InputCount] = field(default_factory=dict)
    last_counts: Mapping[str, int] = field(default_factory=dict)
    carried_counts: Mapping[str, int] = field(default_factory=dict)
    withheld_counts: dict[str, int] = field(default_factory=dict)
    open_stories: frozenset[str] = frozenset()
    history: History = field(default_factory=History)
    _values: dict[tuple[str, str], frozenset[Any]] = field(default_factory=dict)
    _keys: dict[tuple[str, str], Any] = field(default_factory=dict)
    _columns: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)

    def frame(self, table: str) -> "pd.DataFrame":
        try:
            return self.frames[table]
        except KeyError:
            raise TableMissing(f"marts.{table} is not there to look into.") from None

    def values_of(self, table: str, column: str) -> frozenset[Any]:
        """All values of one column; built once."""
        place = (table, column)
        if place not in self._values:
            self._values[place] = frozenset(self.frame(table)[column].tolist())
        return self._values[place]

    def pairs_of(self, table: str, first: str, second: str) -> frozenset[str]:
        """The values of two columns in each row, joined by a bar; built once."""
        place = (table, f"{first}|{second}")
        if place not in self._values:
            frame = self.frame(table)
            columns = (frame[name].tolist() for name in (first, second))
            self._values[place] = frozenset(f"{a}|{b}" for a, b in zip(*columns, strict=True))
        return self._values[place]

    def column_by_key(self, table: str, key: str, column: str) -> dict[str, Any]:
        """Key to the value of one column, as plain Python objects; built once."""
        place = (table, key, column)
        if place not in self._columns:
            frame = self.frame(table)
            self._columns[place] = dict(zip(frame[key].tolist(), frame[column].tolist(), strict=True))
        return self._columns[place]

    def series_by_key(self, table: str, key: str, column: str) -> "pd.Series[Any]":
        """One column indexed by key, for ``Series.map``; of a key held twice the first row."""
        place = (table, f"{key}:{column}")
        if place not in self._keys:
            frame = self.frame(table).drop_duplicates(key)
            self._keys[place] = frame.set_index(key)[column]
        return self._keys[place]


_CURRENT: ContextVar[Lookup] = ContextVar("lookup")


@contextmanager
def looking_into(lookup: Lookup) -> Iterator[None]:
    """Expectations evaluated in the block look into these tables."""
    token = _CURRENT.set(lookup)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def current_lookup() -> Lookup:
    """What ``looking_into`` set.

    Great Expectations hands a metric its own batch alone, so other tables reach it by this way.
    """
    return _CURRENT.get()
