"""Tells a full disk or a missing right from every other failure, wherever it strikes.

DuckDB, dbt and Great Expectations wrap what the system said in errors of their own, some of which read like damage.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.errors import BuildFailed, StorageError, WarehouseDamaged

ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM})
DAMAGED = "Corrupt database file"
"""How DuckDB tells of a block whose checksum is wrong, in an error of no kind of its own."""

_SAID = tuple(os.strerror(number) for number in sorted(ERRNOS))


def storage_line(error: BaseException) -> str | None:
    """What the system said of storage, on one line; None where neither the error nor what led to it is about that."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError):
            if seen.errno in ERRNOS:
                return f"{seen.filename}: {seen.strerror}" if seen.filename else str(seen.strerror)
        elif isinstance(seen, StorageError):
            return str(seen)
        elif type(seen).__module__.endswith("duckdb") or isinstance(seen, BuildFailed | WarehouseDamaged):
            for line in str(seen).splitlines():
                if any(said in line for said in _SAID):
                    return line.strip().removeprefix("- ").rstrip(" .")
        seen = seen.__cause__ or seen.__context__
    return None


@contextmanager
def told_as_storage(place: Path) -> Iterator[None]:
    """Raise ``StorageError`` for whatever a full disk or a missing right made of the block.

    Args:
        place: Named where the system did not say which file it was.

    Raises:
        StorageError: Says what to do; what was committed is kept and the last release stays.
    """
    try:
        yield
    except StorageError:
        raise
    except Exception as error:
        line = storage_line(error)
        if line is None:
            raise
        where = "" if "/" in line else f"{place}: "
        raise StorageError(
            f"{where}{line}. What was committed is kept, the last release stays; free space or permissions, "
            "and run again."
        ) from error
