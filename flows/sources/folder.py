"""The walk over a file or folder: which inputs there are, what ``metadata.csv`` says of them, what cannot be read."""

import csv
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

from flows.errors import InputRejected, UsageError
from flows.raw.decoding import decode
from flows.records import RejectedInput
from flows.safe_text import for_log
from flows.sources.records import Metadata, metadata_from

METADATA_FILE = "metadata.csv"
_MAX_METADATA_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """One path that a user named.

    Attributes:
        source_id: Slug of the folder's or file's name; with its parent's where two would be the same.
        root: What ``uri`` is relative to.
    """

    source_id: str
    root: Path
    path: Path


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that may hold texts.

    Attributes:
        uri: Its path relative to the source's root, with ``/``.
        told: What ``metadata.csv`` says of it.
        told_digest: Tells whether that has changed.
    """

    source_id: str
    uri: str
    path: Path
    told: Metadata = field(default_factory=Metadata)
    told_digest: str = ""


def make_sources(paths: Sequence[Path]) -> list[Source]:
    """A source per path, in the order given.

    Raises:
        UsageError: A path that is not there; names all of them, before anything is read.
    """
    missing = [for_log(path) for path in paths if not _exists(path)]
    if missing:
        raise UsageError(f"No such file or folder: {', '.join(missing)}. Give paths that are there.")
    resolved = list(dict.fromkeys(path.absolute() for path in (Path(os.path.normpath(given)) for given in paths)))
    slugs = [_slug(path.name if path.is_dir() else path.stem) for path in resolved]
    sources = []
    for path, slug in zip(resolved, slugs, strict=True):
        source_id = slug if slugs.count(slug) == 1 else _slug(f"{path.parent.name} {slug}")
        sources.append(Source(source_id, path if path.is_dir() else path.parent, path))
    return sources


def _exists(path: Path) -> bool:
    try:
        return path.exists() or path.is_symlink()
    except OSError:  # a name too long, a parent that may not be entered
        return False


def _slug(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")[:80] or "root"


def walk(source: Source) -> Iterator[InputFile | RejectedInput]:
    """The files of a source in order of their names, and what of it cannot be read.

    Hidden files are passed over. A folder that is reached a second time through a link is not read
    again; what is no regular file (a pipe, a device) is not opened.
    """
    if not source.path.is_dir():
        yield from _walk_file(source)
        return
    seen: set[tuple[int, int]] = set()
    yield from _walk_folder(source, source.root, seen)


def _walk_file(source: Source) -> Iterator[InputFile | RejectedInput]:
    told, _ = _read_metadata(source, source.root)
    if source.path.name == METADATA_FILE:
        yield _rejected(source, source.path, "tells of other files and is no document; give its folder")
    else:
        yield _as_input(source, source.path, told)


def _walk_folder(source: Source, folder: Path, seen: set[tuple[int, int]]) -> Iterator[InputFile | RejectedInput]:
    # A stack, not recursion: folders may be nested deeper than calls.
    stack: list[tuple[Path, dict[Path, tuple[Metadata, str]]]] = [(folder, {})]
    while stack:
        current, told_above = stack.pop()
        try:
            identity = current.stat()
            if (identity.st_dev, identity.st_ino) in seen:
                yield _rejected(source, current, "a link to a folder that was read already")
                continue
            seen.add((identity.st_dev, identity.st_ino))
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError as error:
            yield _rejected(source, current, _said(error))
            continue
        told, refused = _read_metadata(source, current)
        yield from refused
        told = {**told_above, **told}
        folders = []
        for entry in entries:
            path = Path(entry.path)
            if entry.name.startswith(".") or entry.name == METADATA_FILE:
                continue
            try:
                is_folder = entry.is_dir()
            except OSError as error:
                yield _rejected(source, path, _said(error))
                continue
            if is_folder:
                folders.append((path, told))
            else:
                yield _as_input(source, path, told)
        stack += reversed(folders)


def _as_input(source: Source, path: Path, told: dict[Path, tuple[Metadata, str]]) -> InputFile | RejectedInput:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return _rejected(source, path, _said(error))
    if not stat.S_ISREG(mode):
        return _rejected(source, path, "no regular file")
    metadata, digest = told.get(path, (Metadata(), ""))
    return InputFile(source.source_id, _uri(source, path), path, metadata, digest)


def _read_metadata(source: Source, folder: Path) -> tuple[dict[Path, tuple[Metadata, str]], list[RejectedInput]]:
    """What the folder's ``metadata.csv`` says, by file; and its rows that say it of no file below the folder."""
    path = folder / METADATA_FILE
    told: dict[Path, tuple[Metadata, str]] = {}
    refused: list[RejectedInput] = []
    if not path.is_file():
        return told, refused
    try:
        if path.stat().st_size > _MAX_METADATA_BYTES:
            raise InputRejected(f"larger than {_MAX_METADATA_BYTES} bytes", stage="read")
        text = decode(path.read_bytes()).text
        csv.field_size_limit(1_000_000)
        reader = csv.DictReader(text.replace("\0", "").splitlines(keepends=True))
        if "file" not in (reader.fieldnames or ()):
            raise InputRejected("has no column 'file'", stage="read")
        for number, row in enumerate(reader, start=2):
            reason, file = _file_of(folder, row.get("file"))
            if file is None:
                refused.append(_rejected(source, path, reason, row=number))
                continue
            cells = {
                column: value for column, value in row.items() if column and column != "file" and isinstance(value, str)
            }
            digest = sha256(repr(sorted(cells.items())).encode("utf-8", "replace")).hexdigest()
            told[file] = (metadata_from(cells), digest)
    except OSError as error:
        refused.append(_rejected(source, path, _said(error)))
    except InputRejected as error:
        refused.append(_rejected(source, path, error.reason))
    except csv.Error as error:
        refused.append(_rejected(source, path, f"no CSV: {error}"))
    return told, refused


def _file_of(folder: Path, name: str | None) -> tuple[str, Path | None]:
    name = (name or "").strip().replace("\\", "/")
    if not name:
        return "names no file", None
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts:
        return f"names a file outside its folder: {for_log(name)}", None
    file = folder.joinpath(*relative.parts)
    if not _exists(file):
        return f"names a file that is not there: {for_log(name)}", None
    return "", file


def _rejected(source: Source, path: Path, reason: str, *, row: int | None = None) -> RejectedInput:
    uri = _uri(source, path) + (f"#{row}" if row is not None else "")
    return RejectedInput(source.source_id, uri, "read", reason, _size(path))


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _uri(source: Source, path: Path) -> str:
    relative = path.relative_to(source.root).as_posix()
    # A name of bytes that are no UTF-8 comes with lone surrogates, which no table takes.
    return relative.encode("utf-8", "replace").decode("utf-8")


def _said(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
