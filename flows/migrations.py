"""Brings a warehouse that an older newsledger made to the tables of ``warehouse.sql``, in one transaction.

What was taken in is carried over column by column; what follows from it is dropped and made again by the next run: a
finding without a column that was not read then would pass for one that is unknown. ``SCHEMA_VERSION`` is raised with
every change of ``warehouse.sql``; the columns of the file itself say what it lacks, whatever version wrote it.
"""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flows.errors import LedgerError, WarehouseDamaged

if TYPE_CHECKING:
    import duckdb

_log = logging.getLogger(__name__)

SCHEMA_VERSION = 3

Columns = dict[str, tuple[str, bool]]
"""Column to its type and whether it may be null."""

DERIVED = ("staging", "intermediate", "marts", "seeds")
"""Schemas that dbt makes anew."""

FINDINGS = tuple("documents sentences entities mentions figures events event_participants event_figures".split())
"""Tables of ``parsed`` that go together: one of them cannot be read again without the others."""

FILLS: Mapping[str, Mapping[str, str]] = {
    "raw.documents": {
        "word_count": r"len(regexp_extract_all(body, '\S+'))",
        "content_sha256": "sha256(body)",
        "media_type": "'text/plain'",
        # Nothing reads a byte-order mark as text, and real bytes that turn up later sort before it and so replace it.
        "raw": r"'\xEF\xBB\xBF'::blob || encode(body)",
        "cleaner_version": "''",
        "first_seen_at": "now()",
        "run_id": "'migration'",
    },
    "raw.inputs": {"cleaner_version": "''"},
}
"""What stands in for a column that must not be null and that an older table lacks. Without an entry the table is begun
anew, but for the documents. An empty ``cleaner_version`` has texts cleaned, and inputs read, again."""


def prepare(connection: "duckdb.DuckDBPyConnection", ddl: str) -> list[str]:
    """Make the tables of ``ddl`` where they are missing, and migrate those of an older version.

    Returns:
        What was done to an older warehouse, a line each; empty for a new or a present one.

    Raises:
        LedgerError: A newer newsledger made it.
        WarehouseDamaged: Its documents lack what nothing can stand in for.
    """
    version = _version(connection)
    if version is not None and version > SCHEMA_VERSION:
        raise LedgerError(
            f"The warehouse has version {version}, made by a newer newsledger; this one knows {SCHEMA_VERSION}. "
            "Install the newer one again, or set NEWSLEDGER_HOME to another folder."
        )
    if version == SCHEMA_VERSION:
        connection.execute(ddl)
        return []
    found = columns_by_table(connection, ("raw", "parsed", "quality", "ops"))
    connection.begin()
    try:
        done = _migrate(connection, ddl, found)
        connection.execute("delete from ops.schema_version")
        connection.execute("insert into ops.schema_version values ($1)", [SCHEMA_VERSION])
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    for line in done:
        _log.warning("step=migrate from=%s to=%s %s", version, SCHEMA_VERSION, line)
    return done


def _version(connection: "duckdb.DuckDBPyConnection") -> int | None:
    """The version noted in the file; None where it has no such table."""
    tables = columns_by_table(connection, ("ops",))
    if "ops.schema_version" not in tables:
        return None
    rows = connection.execute("select max(version) from ops.schema_version").fetchall()
    return int(rows[0][0] or 0)


def columns_by_table(connection: "duckdb.DuckDBPyConnection", schemas: tuple[str, ...]) -> dict[str, Columns]:
    """``schema.table`` to its columns, of the connection's own database."""
    rows = connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type, is_nullable from duckdb_columns() "
        "where database_name = current_database() and list_contains($1, schema_name) order by 1, column_index",
        [list(schemas)],
    ).fetchall()
    found: dict[str, Columns] = {}
    for table, column, kind, is_nullable in rows:
        found.setdefault(table, {})[column] = (kind, is_nullable)
    return found


def wanted_columns(ddl: str) -> dict[str, Columns]:
    """The tables that ``ddl`` makes."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(ddl)
        return columns_by_table(connection, ("raw", "parsed", "quality", "ops"))


def _migrate(connection: "duckdb.DuckDBPyConnection", ddl: str, found: dict[str, Columns]) -> list[str]:
    wanted = wanted_columns(ddl)
    changed = [table for table in wanted if table in found and not _fits(found[table], wanted[table])]
    done = []
    if any(table == f"parsed.{name}" for table in changed for name in FINDINGS):
        changed = [table for table in changed if table.removeprefix("parsed.") not in FINDINGS]
        for name in FINDINGS:
            connection.execute(f"drop table if exists parsed.{name}")
        done.append("what was read out of the texts is read again by the next run")
    for table in changed:
        if table != "parsed.stories":
            connection.execute(f"create table {_aside(table)} as select * from {table}")
        connection.execute(f"drop table {table}")
    for schema in DERIVED if changed or done else ():
        connection.execute(f"drop schema if exists {schema} cascade")
    connection.execute(ddl)
    for table in changed:
        if table == "parsed.stories":
            done.append("stories are compared again")
            continue
        done.append(_carry_over(connection, table, found[table], wanted[table]))
        connection.execute(f"drop table {_aside(table)}")
    return done


def _aside(table: str) -> str:
    return f"{table}_before"


def _fits(found: Columns, wanted: Columns) -> bool:
    return all(name in found and found[name][0] == kind for name, (kind, _) in wanted.items())


def _carry_over(connection: "duckdb.DuckDBPyConnection", table: str, found: Columns, wanted: Columns) -> str:
    selected = selection(table, found, wanted)
    if selected is None:
        if table == "raw.documents":
            missing = sorted(wanted.keys() - found.keys())
            raise WarehouseDamaged(
                f"raw.documents lacks {', '.join(missing)}, which nothing can stand in for. `newsledger rebuild` makes "
                "the warehouse anew from the last release."
            )
        return f"{table} begins anew"
    connection.execute(f"insert into {table} by name select {selected} from {_aside(table)}")
    added = sorted(wanted.keys() - found.keys())
    return f"{table}: added {', '.join(added)}" if added else f"{table}: types changed"


def selection(table: str, found: Columns, wanted: Columns) -> str | None:
    """What to select from an older table for the present one; None where a column can be had from nowhere."""
    fills = FILLS.get(table, {})
    parts = []
    for name, (kind, is_nullable) in wanted.items():
        if name in found:
            parts.append(f'cast("{name}" as {kind}) as "{name}"')
        elif name in fills:
            parts.append(f'{fills[name]} as "{name}"')
        elif not is_nullable:
            return None
    return ", ".join(parts)
