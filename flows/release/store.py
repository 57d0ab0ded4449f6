"""What was published: list it, point ``current`` at it, prune it, check it.

``releases/<release_id>/`` never changes once it bears that name. ``current`` is a link to one of them and moves by
one rename, so that a reader finds a whole release at every instant.
"""

import fcntl
import json
import os
import shutil
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from flows.errors import ReleaseDamaged, StorageError, UsageError
from flows.settings import Settings

MANIFEST = "manifest.json"
DATABASE = "newsledger.duckdb"
GRACE_S = 3600.0
"""How long a superseded release stays for readers that came before: BI tools keep a connection for minutes."""

_TEMPORARY = (".new-", ".trash-")
_FIRST = "`newsledger run` publishes the first."
_PUBLISHING = ".publishing"
_WITHDRAWN = ".withdrawn.json"


@dataclass(frozen=True, slots=True)
class Release:
    """One published release."""

    release_id: str
    path: Path
    released_at: datetime
    parent_release_id: str | None
    content_sha256: str
    counts: dict[str, int] = field(default_factory=dict)
    """``documents``, ``figures``, ``events``, ``withheld``."""
    is_current: bool = False
    is_new: bool = False
    note: str | None = None
    """Why nothing new was published, where that needs a word."""

    def as_row(self) -> dict[str, Any]:
        """For machines: plain values."""
        row = asdict(self)
        return {**row, "path": str(self.path), "released_at": self.released_at.isoformat()}


@contextmanager
def hold_releases(settings: Settings) -> Iterator[None]:
    """One process at a time publishes, rolls back or prunes; others wait their turn, which takes seconds."""
    try:
        settings.releases_dir.mkdir(parents=True, exist_ok=True)
        file = (settings.releases_dir / ".lock").open("a")
    except OSError as error:
        raise StorageError(f"{settings.releases_dir}: {error.strerror}. Releases must be kept there.") from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def hold_for_reading(release: Path) -> Iterator[Path]:
    """Keep a release from being pruned while the block runs; needs no right to write."""
    with (release / MANIFEST).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield release


def read_manifest(release: Path) -> dict[str, Any]:
    """The manifest of a release.

    Raises:
        ReleaseDamaged: It is missing or no JSON.
    """
    try:
        manifest: dict[str, Any] = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseDamaged(
            f"{release / MANIFEST} cannot be read: {error}. `newsledger rollback` returns to another release."
        ) from error
    return manifest


def current_release_id(settings: Settings) -> str | None:
    """What ``current`` points to; None before the first release."""
    try:
        return settings.current_dir.readlink().name
    except OSError:
        return None


def list_releases(settings: Settings) -> list[Release]:
    """All releases that are kept, the newest last. One that is just being published is none yet.

    One whose manifest cannot be read is listed with a note: it stands in nobody's way.
    """
    if not settings.releases_dir.is_dir():
        return []
    current, unfinished = current_release_id(settings), _unfinished(settings)
    found = [
        _release(path, current)
        for path in settings.releases_dir.iterdir()
        if path.is_dir() and not path.name.startswith(".") and (path.name != unfinished or path.name == current)
    ]
    return sorted(found, key=lambda release: (release.released_at, release.release_id))


def _release(path: Path, current: str | None) -> Release:
    try:
        manifest = read_manifest(path)
    except ReleaseDamaged as error:
        touched = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Release(path.name, path, touched, None, "", is_current=path.name == current, note=str(error))
    return Release(
        release_id=path.name,
        path=path,
        released_at=datetime.fromisoformat(manifest["released_at"]),
        parent_release_id=manifest["parent_release_id"],
        content_sha256=manifest["content_sha256"],
        counts=manifest["counts"],
        is_current=path.name == current,
    )


def point_current(settings: Settings, release_id: str) -> None:
    """Move ``current`` to a release, by one rename. Hold the releases."""
    before = current_release_id(settings)
    link = settings.home / ".current-new"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(settings.releases_dir.name) / release_id)
    link.replace(settings.current_dir)
    sync_folder(settings.home)
    if before and before != release_id and (settings.releases_dir / before).is_dir():
        # Its grace time runs from here.
        os.utime(settings.releases_dir / before)


def rollback(settings: Settings, release_id: str | None = None) -> str:
    """Point ``current`` at another release, by default at the one before; returns its id.

    The release that is left is marked as withdrawn: the next run would publish the same content again, and does not.
    To go back to it by name takes the mark away.

    Raises:
        UsageError: There is no such release; lists those there are.
        ReleaseDamaged: Its files differ from its manifest; ``current`` stays.
    """
    if not list_releases(settings):
        raise UsageError(f"There is no release to go back to in {settings.releases_dir}. {_FIRST}")
    with hold_releases(settings):
        releases = list_releases(settings)
        target = _rollback_target(releases, release_id)
        verify(settings, target.release_id)
        withdrawn = read_withdrawn(settings)
        withdrawn.pop(target.release_id, None)
        for release in releases:
            if release.is_current and release.released_at > target.released_at:
                withdrawn[release.release_id] = release.content_sha256
        _write_withdrawn(settings, withdrawn)
        point_current(settings, target.release_id)
    return target.release_id


def _rollback_target(releases: list[Release], release_id: str | None) -> Release:
    known = ", ".join(release.release_id for release in releases) or "none"
    if release_id is not None:
        for release in releases:
            if release.release_id == release_id:
                return release
        raise UsageError(f"No release {release_id!r}; there are: {known}.")
    position = next((i for i, release in enumerate(releases) if release.is_current), None)
    if position is None:
        raise UsageError(f"`current` points at no release that is kept; name one of: {known}.")
    parent = releases[position].parent_release_id
    for release in releases:
        if release.release_id == parent:
            return release
    if position == 0:
        raise UsageError(
            f"There is no release before the current one, {releases[0].release_id}; `newsledger releases` lists all."
        )
    return releases[position - 1]


def read_withdrawn(settings: Settings) -> dict[str, str]:
    """Releases that were rolled back from, each with the hash of its content."""
    try:
        withdrawn: dict[str, str] = json.loads((settings.releases_dir / _WITHDRAWN).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ReleaseDamaged(
            f"{settings.releases_dir / _WITHDRAWN}: {error}. Delete it to forget past rollbacks."
        ) from error
    return withdrawn


def _write_withdrawn(settings: Settings, withdrawn: dict[str, str]) -> None:
    path = settings.releases_dir / _WITHDRAWN
    new = path.with_suffix(".new")
    new.write_text(json.dumps(withdrawn, indent=1), encoding="utf-8")
    new.replace(path)


def prune(settings: Settings, *, keep: int, grace_s: float = GRACE_S) -> list[str]:
    """Delete all releases but the newest ``keep``; returns the ids deleted.

    Never deleted: the current one; one superseded less than ``grace_s`` ago; one that a process is reading, be it by
    ``hold_for_reading`` or by an open DuckDB connection.
    """
    deleted: list[str] = []
    with hold_releases(settings):
        for release in list_releases(settings)[:-keep]:
            superseded_s = time.time() - release.path.stat().st_mtime
            if release.is_current or superseded_s < grace_s or _is_being_read(release.path):
                continue
            trash = settings.releases_dir / f".trash-{release.release_id}"
            release.path.rename(trash)
            shutil.rmtree(trash)
            deleted.append(release.release_id)
        withdrawn = {key: value for key, value in read_withdrawn(settings).items() if key not in deleted}
        _write_withdrawn(settings, withdrawn)
    return deleted


def _is_being_read(release: Path) -> bool:
    with (release / MANIFEST).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    # DuckDB locks the files it opens; asking who would be in the way of a writer takes no lock itself.
    with (release / DATABASE).open("rb") as file:
        request = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        answer = fcntl.fcntl(file, fcntl.F_GETLK, request)
    return bool(struct.unpack("hhqqi", answer)[0] != fcntl.F_UNLCK)


def verify(settings: Settings, release_id: str | None = None) -> str:
    """Compare a release's files, by default the current one's, with its manifest; returns its id.

    Raises:
        ReleaseDamaged: A file is missing, has other bytes, or is not in the manifest; names them all.
        UsageError: There is no such release.
    """
    kept = [release.release_id for release in list_releases(settings)]
    if not kept:
        raise UsageError(f"There is no release to check in {settings.releases_dir}. {_FIRST}")
    release_id = release_id or current_release_id(settings)
    if release_id not in kept:
        asked = f"No release {release_id!r}" if release_id else f"{settings.current_dir} points at no release"
        raise UsageError(f"{asked}; there are: {', '.join(kept)}.")
    path = settings.releases_dir / release_id
    expected: dict[str, Any] = read_manifest(path)["files"]
    found = {str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()} - {MANIFEST}
    faults = [f"{name} is missing" for name in sorted(expected.keys() - found)]
    faults += [f"{name} is not in the manifest" for name in sorted(found - expected.keys())]
    faults += [
        f"{name} has other bytes"
        for name in sorted(found & expected.keys())
        if hash_file(path / name) != expected[name]["sha256"]
    ]
    if faults:
        raise ReleaseDamaged(
            f"{path} is damaged: {'; '.join(faults)}. `newsledger rollback` returns to the release before; the next "
            "run that changes anything publishes anew."
        )
    return release_id


def hash_file(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make renames in a folder last through a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def note_publishing(settings: Settings, release_id: str | None) -> None:
    """Name the release that is between its rename and the flip; None: it is through."""
    path = settings.releases_dir / _PUBLISHING
    if release_id is None:
        path.unlink(missing_ok=True)
    else:
        path.write_text(release_id, encoding="utf-8")


def _unfinished(settings: Settings) -> str | None:
    try:
        return (settings.releases_dir / _PUBLISHING).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def clean_leftovers(settings: Settings) -> None:
    """Delete what a killed publish or prune left. Hold the releases: then nobody is at work on it."""
    unfinished = _unfinished(settings)
    if unfinished and unfinished != current_release_id(settings):
        shutil.rmtree(settings.releases_dir / unfinished, ignore_errors=True)
    note_publishing(settings, None)
    for path in settings.releases_dir.iterdir():
        if path.name.startswith(_TEMPORARY):
            shutil.rmtree(path)
    (settings.home / ".current-new").unlink(missing_ok=True)
