"""Reads the marts as data frames, and what else the expectations compare them with."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flows.gate.history import read_history
from flows.gate.lookup import InputCount, Lookup
from flows.gate.rules import Suite
from flows.settings import Settings

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


def read_lookup(connection: "duckdb.DuckDBPyConnection", suites: Mapping[str, Suite], settings: Settings) -> Lookup:
    """All tables that have a suite, with types and counts; a table that is missing is left out.

    Numbers are floats: bounds and ranges are compared, and the order of decimals is that of their floats.
    """
    types = _column_types(connection)
    frames = {
        suite.table: _read_frame(connection, suite, types[suite.table])
        for suite in suites.values()
        if suite.table in types
    }
    return Lookup(
        frames=frames,
        types=types,
        inputs={
            suite.table: _count_input(connection, suite, suite.input, types[suite.table])
            for suite in suites.values()
            if suite.input and suite.table in types
        },
        last_counts=last_counts(settings),
        carried_counts=_count_carried(connection, suites, frames),
        open_stories=_open_stories(connection),
        history=read_history(connection, suites, types, settings),
    )


def _open_stories(connection: "duckdb.DuckDBPyConnection") -> frozenset[str]:
    rows = connection.execute(
        "select distinct story_id from parsed.stories "
        "where document_id in (select row_id from quality.withheld where table_name = 'dim_documents')"
    ).fetchall()
    return frozenset(story_id for (story_id,) in rows)


def _count_carried(
    connection: "duckdb.DuckDBPyConnection", suites: Mapping[str, Suite], frames: Mapping[str, "pd.DataFrame"]
) -> dict[str, int]:
    """Rows that are withheld and indeed in no mart: one judged twice before a build is in both."""
    withheld = connection.execute("select table_name, list(row_id) from quality.withheld group by all").fetchall()
    carried: dict[str, int] = {}
    for table, row_ids in withheld:
        suite, frame = suites.get(table), frames.get(table)
        present: set[str] = set()
        if suite is not None and frame is not None and set(suite.key) <= set(frame.columns):
            keys = zip(*(frame[name].astype(str).tolist() for name in suite.key), strict=True)
            present = {suite.key_separator.join(key) for key in keys}
        carried[table] = sum(row_id not in present for row_id in row_ids)
    return carried


def _column_types(connection: "duckdb.DuckDBPyConnection") -> dict[str, dict[str, str]]:
    rows = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'marts' order by table_name, column_index"
    ).fetchall()
    types: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        types.setdefault(table, {})[column] = kind
    return types


def _read_frame(connection: "duckdb.DuckDBPyConnection", suite: Suite, types: Mapping[str, str]) -> "pd.DataFrame":
    columns = ", ".join(
        f'cast("{name}" as double) as "{name}"' if kind.startswith("DECIMAL") else f'"{name}"'
        for name, kind in types.items()
    )
    # In order of the key, so that Data Docs and messages list the same rows on every machine.
    order = ", ".join(f'"{name}"' for name in suite.key if name in types)
    table = connection.sql(
        f"select {columns} from {suite.schema}.{suite.table}{f' order by {order}' if order else ''}"
    ).to_arrow_table()
    return table.to_pandas(date_as_object=False)


def _count_input(
    connection: "duckdb.DuckDBPyConnection", suite: Suite, source: str, types: Mapping[str, str]
) -> InputCount:
    (key,) = suite.key
    # A stage may name its key otherwise than the mart does; the mart's key is always among the input's columns.
    if key not in types:
        return InputCount(0, 0, 0, -1)
    row = connection.execute(
        f"""
        with input as (select distinct "{key}" as row_id from {source}),
        published as (select distinct "{key}" as row_id from {suite.schema}.{suite.table}),
        withheld as (select distinct row_id from quality.withheld where table_name = $1)
        select
            (select count(*) from input),
            (select count(*) from input semi join published using (row_id)),
            (select count(*) from input semi join withheld using (row_id) anti join published using (row_id)),
            (select count(*) from input anti join published using (row_id) anti join withheld using (row_id))
        """,
        [suite.table],
    ).fetchone()
    assert row is not None  # a select of counts has one row
    return InputCount(*row)


def last_counts(settings: Settings) -> dict[str, int]:
    """Rows per table of the current release; empty before the first."""
    try:
        manifest = json.loads((settings.current_dir / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {name.partition(".")[2]: table["row_count"] for name, table in manifest["tables"].items()}
