"""marts, quality -> ``releases/<release_id>/``, then ``current`` moves to it.

A release is one DuckDB file that every client since 1.0 reads, the same tables as Parquet, and a manifest. It is
written under another name, synced, renamed, and only then pointed at: killed anywhere, ``current`` stays whole.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import CONTRACT_VERSION, __version__
from flows.errors import LedgerError, NotValidated, StorageError
from flows.gate.state import read_state
from flows.release.content import columns_of, describe_tables, hash_of
from flows.release.descriptions import read_descriptions
from flows.release.revisions import TABLE as REVISIONS
from flows.release.revisions import write_revisions
from flows.release.store import (
    DATABASE,
    MANIFEST,
    Release,
    clean_leftovers,
    hash_file,
    hold_releases,
    list_releases,
    note_publishing,
    point_current,
    read_manifest,
    read_withdrawn,
    sync_folder,
)
from flows.settings import Settings
from flows.warehouse import open_warehouse

if TYPE_CHECKING:
    import duckdb

__all__ = ["Release", "publish"]

SCHEMAS = ("marts", "quality")
NO_CONTENT = frozenset(
    f"quality.{name}" for name in ("document_runs", "expectation_results", "profile", "rejected_inputs")
)
"""Tables that tell how the release came about; the content's hash is over the others."""

COUNTED = {
    "documents": "marts.dim_documents",
    "figures": "marts.fct_figures",
    "events": "marts.fct_events",
    "withheld": "quality.withheld",
}


def publish(settings: Settings, *, run_id: str) -> Release:
    """Publish the marts that passed validation; hold the warehouse's lock.

    Where content and descriptions are those of the current release, or the content was rolled back from, nothing is
    published and the current release is returned with ``is_new`` false.

    Raises:
        NotValidated: The marts are not those that passed the last validation.
        StorageError: Disk full or no permission; ``current`` stays, what was half written is deleted.
        LedgerError: There are no marts.
    """
    with hold_releases(settings), _told_as_storage(settings):
        clean_leftovers(settings)
        releases = list_releases(settings)
        current = next((release for release in releases if release.is_current), None)
        with open_warehouse(settings) as connection:
            manifest = _describe_content(connection, settings)
            _refuse_unless_passed(connection, manifest["tables"])
            if current is not None and (note := _reason_to_stay(settings, current, manifest)) is not None:
                return _with_note(current, note)
            manifest |= _identify(releases, current, manifest, run_id)
            release_id = manifest["release_id"]
            folder = settings.releases_dir / f".new-{release_id}"
            try:
                _write_release(connection, settings, folder, manifest, current)
            except BaseException as error:
                shutil.rmtree(folder, ignore_errors=True)
                if folder.name in str(error):
                    # Told here: further out, trouble with any file would pass for a damaged warehouse.
                    raise StorageError(f"{str(error).splitlines()[0]}. {_NOTHING_PUBLISHED}") from error
                raise
        note_publishing(settings, release_id)
        folder.rename(settings.releases_dir / release_id)
        sync_folder(settings.releases_dir)
        point_current(settings, release_id)
        note_publishing(settings, None)
    return Release(
        release_id=release_id,
        path=settings.releases_dir / release_id,
        released_at=datetime.fromisoformat(manifest["released_at"]),
        parent_release_id=manifest["parent_release_id"],
        content_sha256=manifest["content_sha256"],
        counts=manifest["counts"],
        is_current=True,
        is_new=True,
    )


@contextmanager
def _told_as_storage(settings: Settings) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = error.filename or settings.releases_dir
        raise StorageError(f"{where}: {error.strerror}. {_NOTHING_PUBLISHED}") from error


_NOTHING_PUBLISHED = "Nothing was published; free space or permissions, and run again."


def _refuse_unless_passed(connection: "duckdb.DuckDBPyConnection", tables: Mapping[str, dict[str, Any]]) -> None:
    """Only what the gate let pass goes out: these very marts, not others built since."""
    state = read_state(connection)
    marts = {name: table for name, table in tables.items() if name.startswith("marts.")}
    if state is None:
        raise NotValidated("the marts were never validated; `newsledger validate` does it")
    _, _, passed_sha256 = state
    if passed_sha256 is None:
        raise NotValidated(
            "the last validation refused the marts or withheld rows of them; `newsledger build` leaves such rows out, "
            "and `newsledger validate` says what else is wrong"
        )
    if passed_sha256 != hash_of(marts):
        raise NotValidated("the marts changed after they were validated; run `newsledger validate` again")


def _reason_to_stay(settings: Settings, current: Release, manifest: Mapping[str, Any]) -> str | None:
    last = read_manifest(current.path)
    same = ("content_sha256", "descriptions_sha256", "contract_version")
    rejected = "quality.rejected_inputs"
    if all(last[name] == manifest[name] for name in same) and last["tables"].get(rejected) == manifest["tables"].get(
        rejected
    ):
        return f"content unchanged since {current.release_id}"
    for release_id, content in read_withdrawn(settings).items():
        if content == manifest["content_sha256"]:
            return (
                f"the content is that of {release_id}, which was rolled back; "
                f"`newsledger rollback {release_id}` brings it back"
            )
    return None


def _with_note(release: Release, note: str) -> Release:
    return Release(
        release_id=release.release_id,
        path=release.path,
        released_at=release.released_at,
        parent_release_id=release.parent_release_id,
        content_sha256=release.content_sha256,
        counts=release.counts,
        is_current=True,
        note=note,
    )


def _identify(
    releases: list[Release], current: Release | None, manifest: Mapping[str, Any], run_id: str
) -> dict[str, Any]:
    released_at = datetime.now(UTC)
    if releases:
        # Newest last, even after the clock was set back.
        released_at = max(released_at, releases[-1].released_at + timedelta(milliseconds=1))
    release_id = name = f"{released_at:%Y%m%dT%H%M%SZ}-{manifest['content_sha256'][:8]}"
    taken = {release.release_id for release in releases}
    number = 2
    while release_id in taken:
        release_id, number = f"{name}-{number}", number + 1
    return {
        "release_id": release_id,
        "released_at": released_at.isoformat(),
        "run_id": run_id,
        "parent_release_id": current.release_id if current else None,
    }


def _describe_content(connection: "duckdb.DuckDBPyConnection", settings: Settings) -> dict[str, Any]:
    """What the manifest says of the content: counts, hashes, versions."""
    tables = describe_tables(connection, SCHEMAS)
    if COUNTED["documents"] not in tables:
        raise LedgerError(f"{settings.warehouse_path} holds no marts; `newsledger build` makes them.")
    version = connection.execute(
        "select string_agg(distinct extractor_version, ', ' order by extractor_version) from marts.dim_documents"
    ).fetchone()
    duckdb_version = connection.execute("select version()").fetchone()
    return {
        "contract_version": CONTRACT_VERSION,
        "newsledger_version": __version__,
        "extractor_version": version[0] if version else None,
        "duckdb_version": duckdb_version[0] if duckdb_version else None,
        "content_sha256": hash_of({name: table for name, table in tables.items() if name not in NO_CONTENT}),
        "descriptions_sha256": sha256(json.dumps(read_descriptions(), sort_keys=True).encode()).hexdigest(),
        "counts": {label: tables[name]["row_count"] for label, name in COUNTED.items() if name in tables},
        "tables": tables,
    }


def _write_release(
    connection: "duckdb.DuckDBPyConnection",
    settings: Settings,
    folder: Path,
    manifest: dict[str, Any],
    parent: Release | None,
) -> None:
    """Everything of a release into ``folder``, synced to the disk."""
    folder.mkdir(parents=True)
    connection.execute(f"attach {_literal(folder / DATABASE)} as release (storage_version 'v1.0.0')")
    try:
        for schema in SCHEMAS:
            connection.execute(f"create schema release.{schema}")
        for name in manifest["tables"]:
            # Readers that keep the order of rows, and Parquet, get the same one each time.
            connection.execute(
                f"create table release.{name} as select * from {name} order by {_row_order(connection, name)}"
            )
        _write_history(connection, settings, manifest)
        write_revisions(connection, parent, manifest["release_id"])
        _write_comments(connection, read_descriptions())
        for name in (*manifest["tables"], "marts.releases", REVISIONS):
            schema, _, table = name.partition(".")
            (folder / schema).mkdir(exist_ok=True)
            path = folder / schema / f"{table}.parquet"
            connection.execute(f"copy release.{name} to {_literal(path)} (format parquet, compression zstd)")
    finally:
        connection.execute("detach release")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest["files"] = {
        str(path.relative_to(folder)): {"sha256": hash_file(path), "size_bytes": path.stat().st_size} for path in files
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for path in (*files, folder / MANIFEST):
        # A tool that opens it to write would change what was validated.
        path.chmod(0o444)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    for path in (*(folder / schema for schema in SCHEMAS), folder):
        sync_folder(path)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _row_order(connection: "duckdb.DuckDBPyConnection", name: str) -> str:
    first = f'"{columns_of(connection, name)[0][0]}"'
    row = connection.execute(f"select count(*) = count(distinct {first}) from {name}").fetchone()
    return first if row and row[0] else "all"


def _write_history(connection: "duckdb.DuckDBPyConnection", settings: Settings, manifest: Mapping[str, Any]) -> None:
    """``marts.releases``: this release's row after those that the kept releases remember, pruned ones among them."""
    connection.execute(
        """
        create table release.marts.releases (
            release_id varchar not null, released_at timestamptz not null, run_id varchar not null,
            parent_release_id varchar, document_count bigint not null, figure_count bigint not null,
            event_count bigint not null, withheld_count bigint not null, extractor_version varchar,
            contract_version varchar not null, content_sha256 varchar not null
        )
        """
    )
    past = [path for path in map(str, settings.releases_dir.glob("[!.]*/marts/releases.parquet")) if _is_parquet(path)]
    if past:
        connection.execute(
            "insert into release.marts.releases by name "
            "select distinct on (release_id) * from read_parquet($1, union_by_name = true) "
            "order by released_at, release_id",
            [past],
        )
    counts = manifest["counts"]
    connection.execute(
        "insert into release.marts.releases values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        [
            manifest["release_id"],
            manifest["released_at"],
            manifest["run_id"],
            manifest["parent_release_id"],
            counts["documents"],
            counts["figures"],
            counts["events"],
            counts["withheld"],
            manifest["extractor_version"],
            manifest["contract_version"],
            manifest["content_sha256"],
        ],
    )


def _is_parquet(path: str) -> bool:
    """Whether both ends of the file are there: a damaged release must not keep a new one from going out."""
    with Path(path).open("rb") as file:
        head = file.read(4)
        file.seek(max(0, file.seek(0, os.SEEK_END) - 4))
        return head == file.read(4) == b"PAR1"


def _write_comments(connection: "duckdb.DuckDBPyConnection", described: Mapping[str, Mapping[str, Any]]) -> None:
    found: dict[str, set[str]] = {}
    for table, column in connection.execute(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() where database_name = 'release'"
    ).fetchall():
        found.setdefault(table, set()).add(column)
    for table, texts in described.items():
        if table in found:
            connection.execute(f"comment on table release.{table} is {_text_literal(texts['description'])}")
            for column, text in texts["columns"].items():
                if column in found[table]:
                    connection.execute(f'comment on column release.{table}."{column}" is {_text_literal(text)}')


def _text_literal(text: str) -> str:
    return "'" + " ".join(text.split()).replace("'", "''") + "'"
