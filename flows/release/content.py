"""Names what tables hold by one hash that depends on no order of rows, zone or locale."""

from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

RUN_COLUMNS = frozenset({"run_id", "first_seen_at"})
"""What tells of the run, not of the texts: no part of the content."""


def describe_tables(connection: "duckdb.DuckDBPyConnection", schemas: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """``schema.table`` to its ``row_count`` and ``content_sha256``, for all tables but the list of releases."""
    rows = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = current_database() "
        "and list_contains($1, schema_name) and table_name != 'releases' order by all",
        [list(schemas)],
    ).fetchall()
    return {name: _describe_table(connection, name) for (name,) in rows}


def hash_of(tables: dict[str, dict[str, Any]]) -> str:
    """One hash of several tables as ``describe_tables`` gives them."""
    lines = [f"{name} {table['content_sha256']}" for name, table in sorted(tables.items())]
    return sha256("\n".join(lines).encode()).hexdigest()


def columns_of(connection: "duckdb.DuckDBPyConnection", name: str) -> list[tuple[str, str]]:
    """Columns of ``schema.table`` with their types, in order."""
    schema, _, table = name.partition(".")
    return connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = current_database() "
        "and schema_name = $1 and table_name = $2 order by column_index",
        [schema, table],
    ).fetchall()


def _describe_table(connection: "duckdb.DuckDBPyConnection", name: str) -> dict[str, Any]:
    texts = [_as_text(column, kind) for column, kind in columns_of(connection, name) if column not in RUN_COLUMNS]
    # Sorted by hash in 256 parts: the whole table's hashes at once would be one long string.
    row = connection.execute(
        f"""
        with hashed as (select sha256(concat_ws(chr(31), {", ".join(texts)})) as row_hash from {name}),
        parts as (
            select left(row_hash, 2) as part, sha256(string_agg(row_hash, '' order by row_hash)) as part_hash
            from hashed group by all
        )
        select
            (select count(*) from {name}),
            (select sha256(coalesce(string_agg(part_hash, '' order by part), '')) from parts)
        """
    ).fetchone()
    assert row is not None  # a select of two scalars has one row
    return {"row_count": row[0], "content_sha256": row[1]}


def _as_text(column: str, kind: str) -> str:
    quoted = f'"{column}"'
    if kind in ("DOUBLE", "FLOAT"):
        # Sums of floats depend on the order of threads in their last digits.
        text = f"printf('%.12g', {quoted})"
    elif kind.startswith("TIMESTAMP WITH"):
        text = f"epoch_us({quoted})::varchar"
    elif kind.endswith("[]"):
        text = f"to_json({quoted})::varchar"
    else:
        text = f"{quoted}::varchar"
    return f"coalesce({text}, chr(30))"
