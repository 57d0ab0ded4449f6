"""From failing rows to ``quality.withheld``: one row each, its first failure the reason; children go with parents."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flows.gate.great import Verdict
from flows.gate.lookup import Lookup
from flows.gate.rules import Rule, Suite
from flows.gate.state import read_state, write_state
from flows.warehouse import append_arrow, transaction

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

MAX_OBSERVED_CHARS = 200


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


def rows_to_withhold(verdicts: Iterable[Verdict], suites: Mapping[str, Suite], lookup: Lookup) -> list[WithheldRow]:
    """One row per failing row, in order of tables, rules and keys; then the rows that go with their parents.

    A row that fails several rules is listed under the first, which the suite's order makes the gravest; its reason
    names the others.
    """
    withheld: dict[str, dict[int, WithheldRow]] = {table: {} for table in suites}
    for verdict in verdicts:
        if verdict.rule.severity != "row" or verdict.success or verdict.is_broken:
            continue
        suite, frame, rows = suites[verdict.table], lookup.frames[verdict.table], withheld[verdict.table]
        if not set(suite.key) <= set(frame.columns):
            continue  # a table without its key breaks its contract, which refuses the release
        for position, values in _values_at(suite, verdict.rule, frame, verdict.failing):
            if position in rows:
                rows[position].reason += f" Also: {verdict.rule.type}."
            else:
                rows[position] = _withheld_row(suite, verdict.rule, values)
    _cascade(withheld, suites, lookup)
    return [row for rows in withheld.values() for _, row in sorted(rows.items())]


def _values_at(
    suite: Suite, rule: Rule, frame: "pd.DataFrame", positions: list[int]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """What a withheld row tells of each of these rows: the rule's columns, the key, document and surface."""
    names = dict.fromkeys((*rule.columns, *suite.key, "document_id", "surface"))
    rows = frame.iloc[positions][[name for name in names if name in frame.columns]].to_dict("records")
    return zip(positions, rows, strict=True)


def _withheld_row(suite: Suite, rule: Rule, row: Mapping[str, Any]) -> WithheldRow:
    observed = "; ".join(f"{name}={_shown(row[name])}" for name in rule.columns)
    return WithheldRow(
        table_name=suite.table,
        row_id=suite.key_separator.join(str(row[name]) for name in suite.key),
        expectation=rule.type,
        column_name=rule.columns[0] if rule.columns else None,
        observed=observed if len(observed) <= MAX_OBSERVED_CHARS else observed[: MAX_OBSERVED_CHARS - 1] + "…",
        reason=" ".join(rule.reason.split()),
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


def _cascade(withheld: dict[str, dict[int, WithheldRow]], suites: Mapping[str, Suite], lookup: Lookup) -> None:
    """Withhold rows whose parent is; again until nothing is added, since children have children."""
    links = [
        (suite, rule)
        for suite in suites.values()
        for rule in suite.rules
        if rule.cascades
        and rule.kwargs["other_table"] in suites
        and suite.table in lookup.frames
        and rule.kwargs["column"] in lookup.frames[suite.table]
    ]
    told: dict[str, int] = {}
    while any(len(rows) != told.get(table, 0) for table, rows in withheld.items()):
        told = {table: len(rows) for table, rows in withheld.items()}
        for suite, rule in links:
            parents = {row.row_id: row for row in withheld[rule.kwargs["other_table"]].values()}
            if not parents:
                continue
            frame, rows = lookup.frames[suite.table], withheld[suite.table]
            orphaned = frame[rule.kwargs["column"]].isin(list(parents)).to_numpy().nonzero()[0]
            added = [position for position in orphaned.tolist() if position not in rows]
            for position, values in _values_at(suite, rule, frame, added):
                row = _withheld_row(suite, rule, values)
                parent = parents[values[rule.kwargs["column"]]]
                row.reason = f"Withheld with its row of {rule.kwargs['other_table']}: {parent.reason}"
                rows[position] = row


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
