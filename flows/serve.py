"""A read-only way into the published release, for BI, notebooks and ``newsledger query``.

A connection stays with the release it was opened on, even while ``current`` moves on.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.errors import ReleaseDamaged, UsageError
from flows.release.store import hold_for_reading
from flows.settings import Settings
from flows.storage import DAMAGED

if TYPE_CHECKING:
    import duckdb


@contextmanager
def open_release(settings: Settings, database: Path | None = None) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection that can read the release and nothing else: no writes, no other files, no network.

    Tables can be named without their schema: ``marts`` is searched first, then ``quality``.

    Args:
        database: Another release's file than that of ``current``.

    Raises:
        UsageError: Nothing has been published yet.
        ReleaseDamaged: The file is no DuckDB database, or the block met a damaged piece of it.
    """
    import duckdb

    # Resolved once: the link may move between the check and the open.
    path = (database or settings.current_database).resolve()
    if not path.is_file():
        raise UsageError(f"No release at {path}: `newsledger run` makes one.")
    # Held, so that the release is not pruned under the reader.
    with hold_for_reading(path.parent):
        try:
            connection = duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"})
        except duckdb.Error as error:
            raise _damage(path, error) from error
        try:
            connection.execute("set search_path = 'marts,quality'")
            connection.execute("set timezone = 'UTC'")
            connection.execute("set lock_configuration = true")
            yield connection
        except duckdb.Error as error:
            if DAMAGED in str(error):
                raise _damage(path, error) from error
            raise
        finally:
            connection.close()


def _damage(path: Path, error: Exception) -> ReleaseDamaged:
    return ReleaseDamaged(
        f"{path} cannot be read: {str(error).splitlines()[0]}. `newsledger rollback` returns to another."
    )


def rows_of(connection: "duckdb.DuckDBPyConnection", sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """The answer as one mapping per row, column name to value; lists and time stamps as Python has them."""
    answer: Any = connection.execute(sql, list(parameters)).to_arrow_table()
    rows: list[dict[str, Any]] = answer.to_pylist()
    return rows
