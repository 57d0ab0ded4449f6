"""What the gate remembers between steps: under which rules it judged, and which marts it let pass."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_TABLES = """
create table if not exists ops.gate_state (
    run_id varchar not null, rules_digest varchar not null, passed_sha256 varchar
);
create table if not exists ops.withheld_documents (document_id varchar not null, version varchar not null);
"""


def read_state(connection: "duckdb.DuckDBPyConnection") -> tuple[str, str, str | None] | None:
    """The run that judged last, its rules, and the hash of the marts that it let pass; None before the first."""
    is_there = connection.execute("select 1 from duckdb_tables() where table_name = 'gate_state'").fetchone()
    if not is_there:
        return None
    row = connection.execute("select run_id, rules_digest, passed_sha256 from ops.gate_state").fetchone()
    return (row[0], row[1], row[2]) if row else None


def make_tables(connection: "duckdb.DuckDBPyConnection") -> None:
    """Create the tables in which the gate remembers, where they are missing."""
    connection.execute(_TABLES)


def write_state(
    connection: "duckdb.DuckDBPyConnection", *, run_id: str, rules_digest: str, passed_sha256: str | None
) -> None:
    """Remember the last judgement.

    Args:
        passed_sha256: ``content.hash_of`` the marts, where no critical expectation failed and no row has to go;
            publishing takes these marts and no others.
    """
    make_tables(connection)
    connection.execute("delete from ops.gate_state")
    connection.execute("insert into ops.gate_state values ($1, $2, $3)", [run_id, rules_digest, passed_sha256])
