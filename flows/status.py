"""What the installation did last: runs, release and its age, what is withheld and refused."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flows.errors import LedgerError
from flows.safe_text import for_log
from flows.serve import open_release, rows_of
from flows.settings import Settings
from flows.warehouse import open_warehouse

if TYPE_CHECKING:
    import duckdb

MAX_TOLD_CHARS = 500


def read_status(settings: Settings) -> dict[str, Any]:
    """Counts and names as a JSON-able mapping; parts that do not exist yet are None."""
    status: dict[str, Any] = {"home": str(settings.home), "release": None, "runs": None, "refused_by": []}
    if settings.current_database.exists():
        status["release"] = _release_status(settings)
    if settings.warehouse_path.exists():
        try:
            with open_warehouse(settings, read_only=True) as connection:
                status["runs"] = rows_of(
                    connection,
                    "select run_id, command, started_at, ended_at, outcome, release_id from ops.runs "
                    "order by started_at desc limit 5",
                )
                # A release tells what it was published with; what refused one stands in the warehouse alone.
                if status["runs"] and status["runs"][0]["outcome"] == "refused":
                    status["refused_by"] = _not_held(connection, "where severity = 'critical'")
        except LedgerError as error:
            # A writer shuts readers out of the working file; that a run is under way is the status.
            status["runs"] = str(error)
    return status


def _release_status(settings: Settings) -> dict[str, Any]:
    with open_release(settings) as connection:
        (row,) = rows_of(
            connection,
            "select release_id, released_at, document_count, figure_count, event_count, withheld_count from releases "
            "order by released_at desc limit 1",
        )
        row["withheld"] = rows_of(
            connection,
            "select table_name as table, expectation, count(*) as rows from withheld "
            "group by all order by 3 desc, 1, 2 limit 10",
        )
        row["not_held"] = _not_held(connection)
        row["rejected_inputs"] = rows_of(connection, "select count(*) as count from rejected_inputs")[0]["count"]
    row["age_hours"] = round((datetime.now(UTC) - row["released_at"]).total_seconds() / 3600, 2)
    return row


def _not_held(connection: "duckdb.DuckDBPyConnection", condition: str = "") -> list[dict[str, Any]]:
    """Expectations that do not hold, the gravest first; none where an older newsledger published."""
    columns = connection.execute(
        "select count(*) from duckdb_columns() where database_name = current_database() and schema_name = 'quality' "
        "and table_name = 'expectation_results' and column_name in ('expected', 'severity')"
    ).fetchone()
    if columns != (2,):
        return []
    return rows_of(
        connection,
        f"""
        select table_name as table, expectation, column_name as column, severity, observed, expected
        from (
            select *, row_number() over () as position
            from quality.expectation_results {condition}
        )
        where not success
        order by severity != 'critical', severity, position
        """,
    )


def tell(status: dict[str, Any], *, is_json: bool) -> None:
    if is_json:
        print(json.dumps(status, default=str))
        return
    print(f"home      {status['home']}")
    release = status["release"]
    if release is None:
        print("release   none yet: `newsledger run` makes one")
    else:
        counts = ", ".join(
            f"{release[name]:,} {name.removesuffix('_count')}s"
            for name in ("document_count", "figure_count", "event_count")
        )
        print(f"release   {release['release_id']}, {release['age_hours']} hours old: {counts}")
        print(f"withheld  {release['withheld_count']:,} rows; {release['rejected_inputs']:,} inputs rejected")
        for item in release["withheld"]:
            print(f"          {item['rows']:,} of {item['table']}: {item['expectation']}")
        for item in release["not_held"]:
            print(f"warned    {_check(item)}")
    for item in status["refused_by"]:
        print(f"refused   {_check(item)}")
    runs = status["runs"]
    if isinstance(runs, str):
        print(f"runs      {runs}")
    for run in runs if isinstance(runs, list) else ():
        print(f"run       {run['run_id']} {run['command']}: {for_log(str(run['outcome'] or 'did not end'))}")


def _check(item: dict[str, Any]) -> str:
    column = f" ({item['column']})" if item["column"] else ""
    expected = f"; expected {item['expected']}" if item["expected"] else ""
    told = f"{item['table']}: {item['expectation']}{column}: {item['observed']}{expected}"
    # What was observed may hold what documents say.
    return for_log(told, limit=MAX_TOLD_CHARS)
