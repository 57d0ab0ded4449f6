"""The working DuckDB file: its lock, its connections, its ``raw``, ``parsed`` and ``quality`` tables.

One process writes at a time and holds ``warehouse.lock`` while it does. Readers never open this file; they
read a release.
"""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.errors import StorageError, WarehouseBusy, WarehouseDamaged
from flows.migrations import prepare
from flows.settings import Settings
from flows.storage import DAMAGED, storage_line

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

DDL = Path(__file__).with_name("warehouse.sql")


@contextmanager
def hold_lock(settings: Settings, *, command: str) -> Iterator[None]:
    """Keep every other writer out while the block runs; wait up to ``lock_timeout_s`` for one to end.

    Raises:
        WarehouseBusy: It did not end in time; says which process, since when, doing what.
        StorageError: The folder cannot be written.
    """
    path = settings.home / "warehouse.lock"
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"{settings.home}: {error.strerror}. Set NEWSLEDGER_HOME to a folder that can be written."
        ) from error
    with file:
        deadline = time.monotonic() + settings.lock_timeout_s
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise WarehouseBusy(
                        f"{settings.warehouse_path} is held by {describe_holder(settings)}. Wait for it to end, or "
                        f"raise lock_timeout_s (now {settings.lock_timeout_s:g})."
                    ) from None
                time.sleep(min(0.2, settings.lock_timeout_s or 0.2))
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "command": command,
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        file.seek(0)
        file.truncate()
        file.write(json.dumps(holder))
        file.flush()
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()
            file.flush()
            fcntl.flock(file, fcntl.LOCK_UN)


def is_locked(settings: Settings) -> bool:
    """Whether another process holds the warehouse just now."""
    try:
        with (settings.home / "warehouse.lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def describe_holder(settings: Settings) -> str:
    """Who wrote itself into the lock file last: "process 12 on host (run, since 2026-01-02T03:04:05+00:00)"."""
    try:
        holder = json.loads((settings.home / "warehouse.lock").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "another process"
    return f"process {holder['pid']} on {holder['host']} ({holder['command']}, since {holder['since']})"


@contextmanager
def open_warehouse(settings: Settings, *, read_only: bool = False) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection to the working file, its tables made where they are missing or of an older version.

    Hold the lock to write.

    Raises:
        LedgerError: A newer newsledger made the file.
        WarehouseDamaged: The file is no DuckDB file, or cannot be read; says how to rebuild.
        StorageError: Disk full, or no permission.
    """
    import duckdb

    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(settings.warehouse_path), read_only=read_only)
    except duckdb.Error as error:
        raise _told(error, settings) from error
    try:
        connection.execute("set timezone = 'UTC'")
        if not read_only:
            prepare(connection, DDL.read_text(encoding="utf-8"))
        yield connection
    except (duckdb.IOException, duckdb.FatalException, duckdb.SerializationException) as error:
        raise _told(error, settings) from error
    except duckdb.Error as error:
        # A commit that a full disk stopped is an error of the transaction.
        if storage_line(error) is not None or DAMAGED in str(error):
            raise _told(error, settings) from error
        raise
    finally:
        connection.close()


@contextmanager
def told_as_damage(settings: Settings) -> Iterator[None]:
    """For what opens the file by itself, as dbt does: raise ``WarehouseDamaged`` where its error tells of damage."""
    try:
        yield
    except Exception as error:
        if DAMAGED in str(error):
            raise _told(error, settings) from error
        raise


def _told(error: Exception, settings: Settings) -> Exception:
    text = str(error)
    damage = next((line.strip() for line in text.splitlines() if DAMAGED in line), text.split("\n", maxsplit=1)[0])
    if (line := storage_line(error)) is not None:
        return StorageError(f"{settings.warehouse_path}: {line}. Free space or permissions, and run again.")
    if "Could not set lock" in text or "Conflicting lock" in text:
        return WarehouseBusy(
            f"{settings.warehouse_path} is held by {describe_holder(settings)}: {text.splitlines()[0]}"
        )
    return WarehouseDamaged(
        f"{settings.warehouse_path} cannot be read: {damage}. The published release is not touched; "
        "`newsledger rebuild` makes the warehouse anew."
    )


@contextmanager
def transaction(connection: "duckdb.DuckDBPyConnection") -> Iterator[None]:
    """All that the block writes, or nothing of it."""
    import duckdb

    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        # A commit that failed has ended the transaction; its own error is the one to tell.
        with suppress(duckdb.TransactionException):
            connection.rollback()
        raise


def append_arrow(connection: "duckdb.DuckDBPyConnection", table: str, rows: "pa.Table") -> int:
    """Add the rows of an Arrow table to ``table`` by column name; returns how many."""
    connection.register("_rows_to_append", rows)
    try:
        connection.execute(f"insert into {table} by name select * from _rows_to_append")
    finally:
        connection.unregister("_rows_to_append")
    return int(rows.num_rows)


def rows_to_arrow(rows: list[dict[str, Any]], schema: "pa.Schema") -> "pa.Table":
    """Rows as an Arrow table of exactly this schema; a value that does not fit raises ``pyarrow.ArrowInvalid``."""
    import pyarrow as pa

    return pa.Table.from_pylist(rows, schema=schema)
