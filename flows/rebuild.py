"""A warehouse that is damaged or gone, made anew: from its own ``raw`` as far as that can be read, else from a release.

Only what was taken in is brought back; the next run reads it again. The damaged file is moved aside, never deleted, and
the new one takes its place by a rename, when it is whole.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.errors import StorageError, UsageError
from flows.migrations import FILLS, Columns, columns_by_table, prepare, selection
from flows.release.revisions_sql import quoted
from flows.release.store import DATABASE, Release, hold_for_reading, list_releases
from flows.settings import Settings
from flows.warehouse import DDL

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_log = logging.getLogger(__name__)

ROWS_AT_ONCE = 2_048
"""As many as DuckDB holds together: a damaged block costs its rows, not the table."""

_BESIDE = ".rebuilding.duckdb"
_READ = ".damaged-link.duckdb"


@dataclass(slots=True)
class RebuildResult:
    """Where the documents came from. Of ``raw_lost_count`` the bytes that were read are lost and the body stands in."""

    from_warehouse_count: int = 0
    from_release_count: int = 0
    raw_lost_count: int = 0
    unreadable_count: int = 0
    """Rows of the old file's documents that could not be read; a release may have had them."""
    not_in_release_count: int = 0
    """Documents that the release had withheld, and so does not hold."""
    release_id: str | None = None
    moved_to: str | None = None
    """Where the old file lies now."""
    notes: list[str] = field(default_factory=list)


def rebuild(settings: Settings, *, run_id: str) -> RebuildResult:
    """Make the warehouse anew; hold its lock. The next ``run`` parses, builds and publishes as after a first ingest.

    Raises:
        UsageError: There is neither a warehouse nor a release to make it from.
        StorageError: Disk full, or no permission; the old file stays where it is.
    """
    import duckdb

    path = settings.warehouse_path
    releases = [release for release in reversed(list_releases(settings)) if (release.path / DATABASE).is_file()]
    if not path.exists() and not releases:
        raise UsageError(f"Neither {path} nor a release to make it from; `newsledger run` begins a new one.")
    new = path.with_name(path.name + _BESIDE)
    _remove(new)
    result = RebuildResult()
    try:
        with duckdb.connect(str(new)) as connection:
            connection.execute("set timezone = 'UTC'")
            prepare(connection, DDL.read_text(encoding="utf-8"))
            if path.exists():
                _take_from_warehouse(connection, path, result)
            _take_from_releases(connection, settings, releases, result, run_id=run_id)
            connection.execute("checkpoint")
    except duckdb.IOException as error:
        _remove(new)
        raise StorageError(f"{new}: {str(error).splitlines()[0]}. {path} is not touched.") from error
    if path.exists():
        result.moved_to = str(_move_aside(path))
    new.replace(path)
    for note in result.notes:
        _log.warning("step=rebuild run=%s %s", run_id, note)
    return result


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _wal(path).unlink(missing_ok=True)


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _move_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    number = 2
    while aside.exists():
        aside, number = aside.with_name(f"{aside.name.partition('.~')[0]}.~{number}"), number + 1
    if _wal(path).exists():
        _wal(path).replace(_wal(aside))
    path.replace(aside)
    return aside


@contextmanager
def _opened(path: Path) -> Iterator["duckdb.DuckDBPyConnection | None"]:
    """The old file read-only, with its log of late changes or, where that is what is damaged, without; None: neither.

    In a database of its own: DuckDB shuts one down that meets certain faults.
    """
    import duckdb

    link = path.with_name(path.name + _READ)
    _remove(link)
    with suppress(OSError):  # where there are no hard links, the log cannot be passed over
        os.link(path, link)
    try:
        for candidate in (path, link):
            try:
                connection = duckdb.connect(str(candidate), read_only=True)
            except duckdb.Error:
                continue
            with connection:
                connection.execute("set timezone = 'UTC'")
                yield connection
            return
        yield None
    finally:
        _remove(link)


def _take_from_warehouse(connection: "duckdb.DuckDBPyConnection", path: Path, result: RebuildResult) -> None:
    import duckdb

    wanted = columns_by_table(connection, ("raw", "quality", "ops"))
    with _opened(path) as old:
        if old is None:
            result.notes.append(f"{path} cannot be opened at all")
            return
        try:
            found = columns_by_table(old, ("raw", "quality", "ops"))
        except duckdb.Error as error:
            result.notes.append(f"{path} does not tell its tables: {str(error).splitlines()[0]}")
            return
        lost: dict[str, int] = {}
        # What was read of which input is worth nothing without the documents that came of it.
        for table in ("raw.documents", "raw.inputs", "quality.rejected_inputs", "ops.runs"):
            if table in found and not (table == "raw.inputs" and lost.get("raw.documents", 1)):
                lost[table] = _copy(old, connection, table, found[table], wanted[table])
                if lost[table]:
                    result.notes.append(f"{lost[table]} row(s) of {table} could not be read")
    result.unreadable_count = lost.get("raw.documents", 0)
    result.from_warehouse_count = _count(connection, "raw.documents")
    result.raw_lost_count = _count(connection, f"raw.documents where raw = {FILLS['raw.documents']['raw']}")


def _scalar(connection: "duckdb.DuckDBPyConnection", query: str) -> int:
    """The one number that a query gives."""
    ((number,),) = connection.execute(query).fetchall()
    return int(number)


def _count(connection: "duckdb.DuckDBPyConnection", rows: str) -> int:
    return _scalar(connection, f"select count(*) from {rows}")


def _copy(
    old: "duckdb.DuckDBPyConnection",
    new: "duckdb.DuckDBPyConnection",
    table: str,
    found: Columns,
    wanted: Columns,
) -> int:
    """Copy a table in pieces, passing over what cannot be read.

    Returns:
        How many rows that were; one where it is not even known how many there are.
    """
    import duckdb

    # The bytes fill most of the file, so most damage is theirs; without them the body stands in.
    reduced = {name: found[name] for name in found if name != "raw"}
    selections = [chosen for columns in (found, reduced) if (chosen := selection(table, columns, wanted)) is not None]
    try:
        # Deleted rows keep their numbers, so the last number is more than the count.
        end = _scalar(old, f"select coalesce(max(rowid), -1) + 1 from {table}")
    except duckdb.Error:
        return 1
    lost = 0
    for start in range(0, end, ROWS_AT_ONCE):
        stop = min(start + ROWS_AT_ONCE, end)
        piece = next(
            (rows for chosen in selections if (rows := _read(old, table, chosen, start, stop)) is not None), None
        )
        if piece is None:
            lost += stop - start
        else:
            new.register("_piece", piece)
            new.execute(f"insert or ignore into {table} by name select * from _piece")
            new.unregister("_piece")
    return lost


def _read(old: "duckdb.DuckDBPyConnection", table: str, chosen: str, start: int, stop: int) -> "pa.Table | None":
    import duckdb

    try:
        return old.sql(f"select {chosen} from {table} where rowid >= {start} and rowid < {stop}").to_arrow_table()
    except duckdb.Error:
        return None


def _take_from_releases(
    connection: "duckdb.DuckDBPyConnection",
    settings: Settings,
    releases: Sequence[Release],
    result: RebuildResult,
    *,
    run_id: str,
) -> None:
    """Add the documents that are missing, from the newest release that can be read."""
    import duckdb

    # The one that readers see comes first; it may be older than one that was rolled back from.
    for release in sorted(releases, key=lambda release: not release.is_current):
        with hold_for_reading(release.path):
            try:
                connection.execute(f"attach {quoted(str(release.path / DATABASE))} as release (read_only)")
            except duckdb.Error as error:
                result.notes.append(f"{release.release_id} cannot be read: {str(error).splitlines()[0]}")
                continue
            try:
                before = _count(connection, "raw.documents")
                _add_documents(connection, settings, is_whole=not result.unreadable_count, run_id=run_id)
                connection.execute(_ADD_REJECTED)
                result.not_in_release_count = _scalar(connection, _NOT_IN_RELEASE)
            except duckdb.Error as error:
                if "No space left" in str(error) or "Could not write" in str(error):
                    raise
                result.notes.append(f"{release.release_id} cannot be read: {str(error).splitlines()[0]}")
                continue
            finally:
                connection.execute("detach release")
        result.release_id = release.release_id
        result.from_release_count = _count(connection, "raw.documents") - before
        result.raw_lost_count += result.from_release_count
        return


_NOT_IN_RELEASE = (
    "select count(*) from release.quality.withheld "
    "where table_name = 'dim_documents' and row_id not in (select document_id from raw.documents)"
)
_ADD_REJECTED = "insert or ignore into quality.rejected_inputs by name select * from release.quality.rejected_inputs"


def _add_documents(connection: "duckdb.DuckDBPyConnection", settings: Settings, *, is_whole: bool, run_id: str) -> None:
    """Add those that are not there; where the warehouse could be read, only from places that it has nothing of.

    A place that it has another text of was cleaned anew since, and the release's would come twice.
    """
    import pyarrow as pa

    from flows.raw.datelines import read_dateline
    from flows.raw.documents import cleaner_version

    fills, user_dirs = FILLS["raw.documents"], tuple(settings.lexicon_dirs)
    connection.execute(
        f"""
        insert into raw.documents by name
        select
            document_id, source_id, publisher, title, uri, url, authors, language, published_at, published_on,
            published_basis, body, word_count, content_sha256, first_seen_at, {fills["raw"]} as raw,
            {fills["media_type"]} as media_type, 'utf-8' as encoding, $1 as cleaner_version, $2 as run_id
        from release.marts.dim_documents
        where document_id not in (select document_id from raw.documents)
            and (not $3 or (source_id, uri) not in (select (source_id, uri) from raw.documents))
        """,
        [cleaner_version(user_dirs), run_id, is_whole],
    )
    # A release does not tell these two columns; they stand in the body.
    reader = connection.cursor().execute("select document_id, body from raw.documents where run_id = $1", [run_id])
    found = []
    while rows := reader.fetchmany(1_000):
        found += [
            (key, line.place, line.agency) for key, body in rows if (line := read_dateline(body, user_dirs=user_dirs))
        ]
    columns = dict(zip(("document_id", "place", "agency"), zip(*found, strict=True), strict=False)) if found else {}
    if columns:
        connection.register(
            "_datelines", pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
        )
        connection.execute(
            "update raw.documents set dateline_place = place, dateline_agency = agency from _datelines "
            "where raw.documents.document_id = _datelines.document_id"
        )
        connection.unregister("_datelines")
