"""What the gate remembers between steps: what it judged, and which marts it let pass."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_TABLE = """
create table if not exists ops.gate (
    run_id varchar not null, inputs_digest varchar not null, passed_sha256 varchar
)
"""


def read_state(connection: "duckdb.DuckDBPyConnection") -> tuple[str, str, str | None] | None:
    """The run that judged last, its inputs, and the hash of the marts that it let pass; None before the first."""
    is_there = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'ops' and table_name = 'gate'"
    ).fetchone()
    if not is_there:
        return None
    row = connection.execute("select run_id, inputs_digest, passed_sha256 from ops.gate").fetchone()
    return (row[0], row[1], row[2]) if row else None


def write_state(
    connection: "duckdb.DuckDBPyConnection", *, run_id: str, inputs_digest: str, passed_sha256: str | None
) -> None:
    """Remember the last judgement.

    Args:
        inputs_digest: Names the documents, what was read of them, and the rules.
        passed_sha256: ``content.hash_of`` the marts, where no critical expectation failed and no row has to go;
            publishing takes these marts and no others.
    """
    connection.execute(_TABLE)
    connection.execute("delete from ops.gate")
    connection.execute("insert into ops.gate values ($1, $2, $3)", [run_id, inputs_digest, passed_sha256])
