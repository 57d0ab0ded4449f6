"""From failing rows to ``quality.withheld``: one row each, its first failure the reason; children go with parents."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flows.gate.great import Verdict
from flows.gate.lookup import Lookup
from flows.gate.rules import Rule, Suite
from flows.gate.state import read_state, write_state
from flows.warehouse import append_arrow, transaction

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd

MAX_OBSERVED_CHARS = 200

MOST_OF_REFUSED = 10_000
"""Rows of a table that are listed where the release is refused: a reader at fault fails a million times alike."""


@dataclass(slots=True)
class WithheldRow:
    """A row of ``quality.withheld``, its run aside."""

    table_name: str
    row_id: str
    expectation: str
    column_name: str | None
    observed: str | None
    reason: str
    document_id: str | None
    surface: str | None


def release_stale(connection: "duckdb.DuckDBPyConnection", *, run_id: str, inputs_digest: str) -> int:
    """Take back all that was withheld of other inputs or under other rules, so that it is judged again.

    What is withheld is in no mart, and so cannot be judged again as it stands. Of the same inputs it stays withheld,
    from one run to the next: it would fail the same way. Of other inputs nothing does: an event that another
    report makes right must come back with its mentions, and what is withheld must follow from the inputs alone, not
    from what earlier runs saw.

    Returns:
        How many rows are no longer withheld; if any, the marts have to be built again.
    """
    state = read_state(connection)
    if state is not None and state[1] == inputs_digest:
        return 0
    row = connection.execute("select count(*) from quality.withheld").fetchone()
    with transaction(connection):
        connection.execute("delete from quality.withheld")
        write_state(connection, run_id=run_id, inputs_digest=inputs_digest, passed_sha256=None)
    return row[0] if row else 0


@dataclass(slots=True)
class Failures:
    """The failing rows of one table, by their positions in its frame.

    Attributes:
        first: Of each row of the frame the number of the rule that withholds it, -1 where none does. The suite's order
            makes the first failure the gravest.
        of_rules: Number of a rule to the positions that fail it; those that only go with a parent are not among them.
    """

    first: "np.ndarray[Any, Any]"
    of_rules: dict[int, "np.ndarray[Any, Any]"] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return int((self.first >= 0).sum())


def find_failures(verdicts: Iterable[Verdict], suites: Mapping[str, Suite], lookup: Lookup) -> dict[str, Failures]:
    """Table to the rows that have to be withheld: those that fail a rule, and those that go with their parents."""
    import numpy as np

    found = {table: Failures(np.full(len(frame), -1)) for table, frame in lookup.frames.items()}
    for verdict in verdicts:
        suite, frame = suites[verdict.table], lookup.frames.get(verdict.table)
        if verdict.rule.severity != "row" or verdict.success or verdict.is_broken or frame is None:
            continue
        if not set(suite.key) <= set(frame.columns):
            continue  # a table without its key breaks its contract, which refuses the release
        failures, number = found[suite.table], suite.rules.index(verdict.rule)
        positions = np.asarray(verdict.failing, dtype=np.int64)
        failures.of_rules[number] = positions
        failures.first[positions[failures.first[positions] < 0]] = number
    _cascade(found, suites, lookup)
    return found


def _cascade(found: Mapping[str, Failures], suites: Mapping[str, Suite], lookup: Lookup) -> None:
    """Withhold rows whose parent is; again until nothing is added, since children have children."""
    links = [
        (suite, number, rule)
        for suite in suites.values()
        for number, rule in enumerate(suite.rules)
        if rule.cascades
        and rule.kwargs["other_table"] in lookup.frames
        and suite.table in lookup.frames
        and rule.kwargs["column"] in lookup.frames[suite.table]
    ]
    told: dict[str, int] = {}
    while any(failures.count != told.get(table, 0) for table, failures in found.items()):
        told = {table: failures.count for table, failures in found.items()}
        for suite, number, rule in links:
            parents = found[rule.kwargs["other_table"]]
            if not parents.count or rule.kwargs["other_column"] not in lookup.frames[rule.kwargs["other_table"]]:
                continue
            keys = lookup.frames[rule.kwargs["other_table"]][rule.kwargs["other_column"]][parents.first >= 0].dropna()
            first = found[suite.table].first
            orphaned = lookup.frames[suite.table][rule.kwargs["column"]].isin(keys).to_numpy(dtype=bool)
            first[orphaned & (first < 0)] = number


def rows_to_withhold(
    found: Mapping[str, Failures], suites: Mapping[str, Suite], lookup: Lookup, *, most: int | None = None
) -> list[WithheldRow]:
    """One row per failing row, in order of tables and keys.

    A row that fails several rules is listed under the first; its reason names the others.

    Args:
        most: Per table, no more than this: of a release that is refused anyway, some rows say all.
    """
    listing = _Listing(found, suites, lookup)
    return [row for table in suites if table in found for row in listing.rows(table, most)]


class _Listing:
    """Rows in words; a child's reason holds its parent's."""

    def __init__(self, found: Mapping[str, Failures], suites: Mapping[str, Suite], lookup: Lookup) -> None:
        self._found, self._suites, self._lookup = found, suites, lookup
        self._positions: dict[str, dict[Any, int]] = {}
        self._members: dict[tuple[str, int], frozenset[int]] = {}

    def rows(self, table: str, most: int | None) -> Iterator[WithheldRow]:
        suite, failures = self._suites[table], self._found[table]
        positions = (failures.first >= 0).nonzero()[0][:most]
        by_rule = failures.first[positions]
        rows: dict[int, WithheldRow] = {}
        for number in sorted(set(by_rule.tolist())):
            rule = suite.rules[number]
            mine = positions[by_rule == number]
            for position, values in _values_at(suite, rule, self._lookup.frames[table], mine):
                rows[position] = _withheld_row(suite, rule, values, self._reason(table, position))
        return (row for _, row in sorted(rows.items()))

    def _reason(self, table: str, position: int) -> str:
        suite, failures = self._suites[table], self._found[table]
        number = int(failures.first[position])
        rule = suite.rules[number]
        if not self._fails(table, number, position):
            parent, column = rule.kwargs["other_table"], rule.kwargs["column"]
            key = self._lookup.frames[table][column].iat[position]
            return f"Withheld with its row of {parent}: {self._reason(parent, self._position_of(parent, rule, key))}"
        reason = " ".join(rule.reason.split())
        for other in sorted(failures.of_rules):
            if other != number and self._fails(table, other, position):
                reason += f" Also: {suite.rules[other].type}."
        return reason

    def _fails(self, table: str, number: int, position: int) -> bool:
        place = (table, number)
        if place not in self._members:
            positions = self._found[table].of_rules.get(number)
            self._members[place] = frozenset(() if positions is None else positions.tolist())
        return position in self._members[place]

    def _position_of(self, parent: str, rule: Rule, key: Any) -> int:
        if parent not in self._positions:
            positions = (self._found[parent].first >= 0).nonzero()[0]
            keys = self._lookup.frames[parent][rule.kwargs["other_column"]].iloc[positions]
            self._positions[parent] = dict(zip(keys.tolist(), positions.tolist(), strict=True))
        return self._positions[parent][key]


def _values_at(
    suite: Suite, rule: Rule, frame: "pd.DataFrame", positions: "np.ndarray[Any, Any]"
) -> Iterator[tuple[int, dict[str, Any]]]:
    """What a withheld row tells of each of these rows: the rule's columns, the key, document and surface."""
    names = dict.fromkeys((*rule.columns, *suite.key, "document_id", "surface"))
    rows = frame.iloc[positions][[name for name in names if name in frame.columns]].to_dict("records")
    return zip(positions.tolist(), rows, strict=True)


def _withheld_row(suite: Suite, rule: Rule, row: Mapping[str, Any], reason: str) -> WithheldRow:
    columns = rule.columns
    observed = "; ".join(f"{name}={_shown(row[name])}" for name in columns)
    return WithheldRow(
        table_name=suite.table,
        row_id=suite.key_separator.join(str(row[name]) for name in suite.key),
        expectation=rule.type,
        column_name=columns[0] if columns else None,
        observed=observed if len(observed) <= MAX_OBSERVED_CHARS else observed[: MAX_OBSERVED_CHARS - 1] + "…",
        reason=reason,
        document_id=_text_of(row, "document_id"),
        surface=_text_of(row, "surface"),
    )


def _text_of(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    return value if isinstance(value, str) else None


def _shown(value: Any) -> str:
    if hasattr(value, "date") and hasattr(value, "isoformat"):
        return str(value.date()) if value == value else "null"
    if value is None or (isinstance(value, float) and value != value):
        return "null"
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value)[:MAX_OBSERVED_CHARS]


def write_withheld(connection: "duckdb.DuckDBPyConnection", rows: list[WithheldRow], *, run_id: str) -> None:
    """Add the rows that are not there yet.

    A mart judged again before it was built again still holds what it lost the first time.
    """
    import pyarrow as pa

    known = set(connection.execute("select table_name, row_id from quality.withheld").fetchall())
    rows = [row for row in rows if (row.table_name, row.row_id) not in known]
    names = list(WithheldRow.__slots__)
    columns = {name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in names}
    append_arrow(
        connection, "quality.withheld", pa.table({**columns, "run_id": pa.array([run_id] * len(rows), pa.string())})
    )
