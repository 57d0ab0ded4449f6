"""What changed from one release to the next, row by row and column by column, and by which documents.

Both releases are attached to one DuckDB connection. Rows are compared by a hash first, so that what follows costs
as much as what changed, not as much as what there is.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.errors import ReleaseDamaged, UsageError
from flows.release.revisions_sql import OLD_AND_NEW, Compared, quoted, statements
from flows.release.store import (
    DATABASE,
    Release,
    current_release_id,
    hash_file,
    hold_for_reading,
    list_releases,
    read_manifest,
)
from flows.settings import Settings

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_log = logging.getLogger(__name__)

TABLE = "marts.fct_revisions"
MOST_ROWS_KEPT = 1_000_000
"""Of earlier revisions a release keeps those of the newest releases that fit in whole; some 30 MB."""

NEEDED = ("dim_documents", "fct_figures", "fct_observations", "fct_event_mentions")
"""Tables that tell which documents a row was read from."""

TRACKED = (
    Compared("dim_documents", "document_id", ("title",), ignored=("body", "first_seen_at")),
    Compared("fct_figures", "figure_id", ("surface",)),
    Compared(
        "fct_observations",
        "observation_id",
        ("measure", "commodity", "status", "period_start", "period_end", "unit_code"),
    ),
    Compared("fct_target_outcomes", "observation_id", ("due_on", "result")),
    Compared("fct_trends", "trend_id", ("measure", "commodity", "period_start", "period_end", "unit_code")),
    Compared("fct_events", "event_id", ("event_type", "event_name", "date_start")),
)
"""The tables whose rows are compared, with the columns that name a row to a reader. A body needs no comparing: its
text makes the document's key."""

_COLUMNS = """
    release_id varchar not null, parent_release_id varchar not null, table_name varchar not null,
    row_id varchar not null, row_label varchar, change varchar not null, column_name varchar, old_value varchar,
    new_value varchar, reason varchar not null, document_ids varchar[] not null
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two releases to compare; ``old`` is None where only the newer one's own table can tell."""

    old_id: str
    new_id: str
    old: Path | None
    new: Path


def write_revisions(connection: "duckdb.DuckDBPyConnection", parent: Release | None, release_id: str) -> None:
    """Make ``marts.fct_revisions`` of the release that is attached as ``release``.

    The first release has none. A parent whose file is damaged cannot be compared with and must not keep a new
    release from going out: then the table begins anew, and the log says so.
    """
    connection.execute(f"create table release.{TABLE} ({_COLUMNS})")
    if parent is None:
        return
    database = parent.path / DATABASE
    if not database.is_file() or hash_file(database) != read_manifest(parent.path)["files"][DATABASE]["sha256"]:
        _log.warning("release=%s parent=%s is damaged: revisions begin anew", release_id, parent.release_id)
        return
    connection.execute(f"attach {quoted(str(database))} as parent (read_only)")
    try:
        if _has(connection, "parent", TABLE.partition(".")[2]):
            connection.execute(_keep_earlier())
        compare(connection, old_id=parent.release_id, new_id=release_id)
        connection.execute(f"insert into release.{TABLE} by name select * from _revisions order by all")
        connection.execute("drop table _revisions")
    finally:
        connection.execute("detach parent")


def _keep_earlier() -> str:
    return f"""
        insert into release.{TABLE} by name
        with counted as (select release_id, count(*) as row_count from parent.{TABLE} group by release_id),
        summed as (
            -- The ids begin with the time of the release.
            select release_id, sum(row_count) over (order by release_id desc) as rows_so_far from counted
        )
        select * from parent.{TABLE}
        where release_id in (select release_id from summed where rows_so_far <= {MOST_ROWS_KEPT})
        order by release_id, table_name, row_id, column_name
    """


def compare(connection: "duckdb.DuckDBPyConnection", *, old_id: str, new_id: str) -> None:
    """Fill the temporary table ``_revisions`` with what differs between the databases ``parent`` and ``release``.

    A table that only one of them has is left out, and so is a column: it is new to all rows, and the list of
    changes of the contract tells of it.
    """
    connection.execute(f"create or replace temp table _revisions ({_COLUMNS})")
    if not all(_has(connection, side, table) for side in OLD_AND_NEW for table in (*NEEDED, "withheld")):
        return
    found = [table for table in TRACKED if all(_has(connection, side, table.name) for side in OLD_AND_NEW)]
    columns = {table.name: _shared_columns(connection, table.name) for table in found}
    for statement in statements(found, columns, old_id=old_id, new_id=new_id):
        connection.execute(statement)


def _has(connection: "duckdb.DuckDBPyConnection", database: str, table: str) -> bool:
    found = connection.execute(
        "select table_name from duckdb_tables() where database_name = $1 and table_name = $2", [database, table]
    ).fetchall()
    return bool(found)


def _shared_columns(connection: "duckdb.DuckDBPyConnection", table: str) -> dict[str, str]:
    """Column to type, of those that both sides have; a type that changed reads as text."""
    rows = connection.execute(
        "select column_name, if(min(data_type) = max(data_type), min(data_type), 'VARCHAR') from duckdb_columns() "
        "where database_name in ('parent', 'release') and schema_name = 'marts' and table_name = $1 "
        "group by column_name having count(*) = 2 order by min(column_index)",
        [table],
    ).fetchall()
    return dict(rows)


def choose_pair(settings: Settings, old_id: str | None, new_id: str | None) -> Pair:
    """Which releases are meant: two; one, compared with ``current``; none, ``current`` with its parent.

    Raises:
        UsageError: There is no such release, or nothing to compare ``current`` with.
    """
    kept = {release.release_id: release for release in list_releases(settings)}
    new_id = new_id or current_release_id(settings)
    if new_id is None:
        raise UsageError(f"No release in {settings.releases_dir}: `newsledger run` makes one.")
    new = _release(kept, new_id)
    if old_id is None:
        old_id = new.parent_release_id
        if old_id is None:
            raise UsageError(f"{new_id} is the first release: there is none to compare it with.")
        # Its parent may be pruned; what changed since is in the release itself.
        return Pair(old_id, new_id, kept[old_id].path if old_id in kept else None, new.path)
    if old_id == new_id:
        raise UsageError(f"{old_id} does not differ from itself; name two releases.")
    return Pair(old_id, new_id, _release(kept, old_id).path, new.path)


def _release(kept: dict[str, Release], release_id: str) -> Release:
    if release_id not in kept:
        raise UsageError(f"No release {release_id!r}; there are: {', '.join(kept) or 'none'}.")
    return kept[release_id]


def diff(settings: Settings, old_id: str | None = None, new_id: str | None = None) -> "pa.Table":
    """The revisions between two releases, as rows of ``marts.fct_revisions``.

    Raises:
        UsageError: There is no such release.
        ReleaseDamaged: One of them cannot be read.
    """
    pair = choose_pair(settings, old_id, new_id)
    with _attached(pair) as connection:
        if pair.old is not None:
            compare(connection, old_id=pair.old_id, new_id=pair.new_id)
            return connection.sql(f"select * from _revisions order by {_ORDER}").to_arrow_table()
        if not _has(connection, "release", TABLE.partition(".")[2]):
            raise UsageError(f"{pair.old_id} is no longer kept, and {pair.new_id} has no table of revisions.")
        return connection.sql(
            f"select * from release.{TABLE} where release_id = {quoted(pair.new_id)} order by {_ORDER}"
        ).to_arrow_table()


_ORDER = "table_name, row_id, column_name"


@contextmanager
def _attached(pair: Pair) -> Iterator["duckdb.DuckDBPyConnection"]:
    import duckdb

    sides = {"parent": pair.old, "release": pair.new}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        try:
            with ExitStack() as held:
                for name, path in sides.items():
                    if path is not None:
                        held.enter_context(hold_for_reading(path))
                        connection.execute(f"attach {quoted(str(path / DATABASE))} as {name} (read_only)")
                yield connection
        except duckdb.InternalException:
            raise  # a fault of DuckDB's own says nothing of the files
        except (duckdb.Error, FileNotFoundError) as error:
            raise ReleaseDamaged(f"{str(error).splitlines()[0]}. `newsledger verify` tells which files.") from error


def tell(revisions: "pa.Table", *, limit: int) -> None:
    """Print how many rows changed in what way and why, then the first of them."""
    from flows.query import write

    if not revisions.num_rows:
        print("No row changed.")
        return
    groups = ["table_name", "change", "column_name", "reason"]
    counted = revisions.group_by(groups).aggregate([("row_id", "count")]).rename_columns([*groups, "rows"])
    write(counted.sort_by([(name, "ascending") for name in groups]), "table", None)
    shown = revisions.slice(0, limit).drop_columns(["release_id", "parent_release_id"])
    if limit:
        write(shown, "table", None)
    if revisions.num_rows > limit:
        print(f"{revisions.num_rows - limit:,} rows more: --limit shows them, --format csv and json give all.")
