"""Which reader reads what: by a file's ending, and again by the media type of bytes that were kept."""

from collections.abc import Callable, Iterator
from pathlib import Path

from flows.errors import InputRejected
from flows.records import RejectedInput
from flows.sources import rows
from flows.sources.folder import InputFile
from flows.sources.html import HTML, looks_like_html, read_html
from flows.sources.plain import MARKDOWN, PLAIN, read_markdown, read_plain
from flows.sources.records import RawText

_WHOLE: dict[str, Callable[[bytes, str], RawText]] = {PLAIN: read_plain, MARKDOWN: read_markdown, HTML: read_html}
_MEDIA_TYPES = {
    ".txt": PLAIN, ".text": PLAIN, ".md": MARKDOWN, ".markdown": MARKDOWN, ".html": HTML, ".htm": HTML, ".xhtml": HTML,
    ".jsonl": rows.JSON_LINES, ".ndjson": rows.JSON_LINES, ".csv": rows.CSV, ".parquet": rows.PARQUET,
}  # fmt: skip
_SPLITTERS = {rows.JSON_LINES: rows.json_lines, rows.CSV: rows.csv_rows, rows.PARQUET: rows.parquet_rows}
# Of plain text alone: no encoding takes more bytes for a character.
_BYTES_PER_CHAR = 4


def read_texts(file: InputFile, *, max_chars: int, max_bytes: int) -> Iterator[RawText | RejectedInput]:
    """All texts of one file; what cannot be read is handed on as such, and the rest is read."""
    try:
        size = file.path.stat().st_size
        media_type = _MEDIA_TYPES.get(file.path.suffix.lower())
        if media_type is None:
            ending = file.path.suffix or "no ending"
            raise InputRejected(f"a format that is not read: {ending}", stage="read")
        if size > max_bytes:
            raise InputRejected(f"a file of {size} bytes; max_input_bytes is {max_bytes}", stage="read")
        if media_type in _WHOLE:
            yield _read_whole(file, media_type, size, max_chars=max_chars)
        else:
            yield from _read_rows(file, media_type, max_chars=max_chars)
    except InputRejected as error:
        yield _rejected(file, file.uri, error, _size(file.path))
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        yield RejectedInput(file.source_id, file.uri, "read", reason, _size(file.path))


def _read_whole(file: InputFile, media_type: str, size: int, *, max_chars: int) -> RawText:
    if media_type != HTML and size > max_chars * _BYTES_PER_CHAR:
        raise InputRejected(f"a text of {size} bytes; max_document_chars is {max_chars}", stage="read")
    raw = file.path.read_bytes()
    if media_type == PLAIN and looks_like_html(raw):
        media_type = HTML
    return read_again(raw, file.uri, media_type).told(file.told)


def _read_rows(file: InputFile, media_type: str, *, max_chars: int) -> Iterator[RawText | RejectedInput]:
    if not _size(file.path):
        raise InputRejected("empty: no bytes", stage="read")
    for place, row in _SPLITTERS[media_type](file.path, max_chars=max_chars):
        uri = file.uri + place
        if isinstance(row, InputRejected):
            yield _rejected(file, uri, row, 0)
            continue
        try:
            yield read_again(row, uri, media_type).told(file.told)
        except InputRejected as error:
            yield _rejected(file, uri, error, len(row))


def read_again(raw: bytes, uri: str, media_type: str) -> RawText:
    """The text of bytes that a warehouse kept, read as the first time.

    Raises:
        InputRejected: As the reader of this media type raises it.
    """
    if media_type in _WHOLE:
        return _WHOLE[media_type](raw, uri)
    return rows.read_row(raw, uri, media_type)


def _rejected(file: InputFile, uri: str, error: InputRejected, size: int) -> RejectedInput:
    return RejectedInput(file.source_id, uri, error.stage, error.reason, size)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
