"""Rows with a ``text``: JSON Lines, CSV, Parquet. Each row becomes one text.

The bytes kept of a JSON line are the line; of a CSV or Parquet row, which cannot be read again without
its header or file, the row as a JSON object.
"""

import codecs
import csv
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flows.errors import InputRejected
from flows.raw.decoding import decode, guess_encoding
from flows.sources.plain import unescaped
from flows.sources.records import RawText, metadata_from

JSON_LINES = "application/x-ndjson"
CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"

# A character may take twelve bytes in JSON: two escapes of a surrogate pair.
_JSON_BYTES_PER_CHAR = 12
_ROW_ROOM = 100_000
_TAGS = re.compile(r"</(?:p|div|span|a|h[1-6]|li|ul|b|i|em|strong|article|body)>|<br ?/?>", re.IGNORECASE)

Row = tuple[str, bytes | InputRejected]
"""A row's place in its file (``#3``) with its bytes, or with why it has none."""


def read_row(raw: bytes, uri: str, media_type: str) -> RawText:
    """One row, given as a JSON object in bytes.

    Raises:
        InputRejected: No JSON object, or no ``text`` in it.
    """
    decoded = decode(raw)
    try:
        row = json.loads(decoded.text)
    except ValueError as error:
        reason = str(error).split(":", 1)[0]
        raise InputRejected(f"no JSON: {reason}", stage="read") from error
    except RecursionError as error:
        raise InputRejected("no JSON that can be read: nested too deep", stage="read") from error
    if not isinstance(row, dict):
        raise InputRejected(f"no JSON object but {type(row).__name__}", stage="read")
    text = row.get("text")
    if not isinstance(text, str):
        raise InputRejected(
            "has no 'text'" if text is None else f"'text' is no string but {type(text).__name__}", stage="read"
        )
    if not text.strip():
        raise InputRejected("empty: 'text' holds nothing", stage="read")
    if _TAGS.search(text):
        from flows.sources.html import plain_text

        text = plain_text(text)
    else:
        text = unescaped(text)
    return RawText(uri, text, raw, media_type, decoded.encoding, metadata_from(row), decoded.note)


def json_lines(path: Path, *, max_chars: int) -> Iterator[Row]:
    """The lines of a file of JSON Lines; empty ones say nothing."""
    limit = max_chars * _JSON_BYTES_PER_CHAR + _ROW_ROOM
    with path.open("rb") as file:
        if (encoding := _wide_encoding(file.read(4))) is not None:
            yield from _transcoded_lines(path, encoding, limit)
            return
        file.seek(0)
        number = 0
        while line := file.readline(limit + 1):
            number += 1
            size = len(line)
            if size > limit and not line.endswith(b"\n"):
                while (piece := file.readline(limit)) and not piece.endswith(b"\n"):
                    size += len(piece)
                yield (
                    f"#{number}",
                    InputRejected(f"a line of {size + len(piece)} bytes; the limit is {limit}", stage="read"),
                )
                continue
            line = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
            if line:
                yield f"#{number}", line


def _wide_encoding(head: bytes) -> str | None:
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    return "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else None


def _transcoded_lines(path: Path, encoding: str, limit: int) -> Iterator[Row]:
    with path.open(encoding=encoding, errors="replace", newline="\n") as file:
        for number, line in enumerate(iter(lambda: file.readline(limit), ""), start=1):
            if line.strip():
                yield f"#{number}", line.strip().encode("utf-8", "replace")


def csv_rows(path: Path, *, max_chars: int) -> Iterator[Row]:
    """The rows of a CSV file with a header; comma, semicolon, tab or bar part its cells.

    Raises:
        InputRejected: No column ``text``.
    """
    # The module's only bound on memory: an unclosed quote would else swallow the file.
    csv.field_size_limit(max_chars * 4 + _ROW_ROOM)
    with path.open(encoding=_table_encoding(path), errors="replace", newline="") as file:
        head = file.readline(_ROW_ROOM)
        delimiter = next((mark for mark in ",;\t|" if "text" in _cells(head, mark)), None)
        if delimiter is None:
            raise InputRejected("has no column 'text'", stage="read")
        columns = _cells(head, delimiter)
        reader = csv.reader(file, delimiter=delimiter)
        # The header is row 1, as in a spreadsheet; a row is counted once, however many lines it takes.
        number = 1
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield f"#{number}", InputRejected(f"no CSV: {error}", stage="read")
                continue
            if any(cell.strip() for cell in cells):
                yield f"#{number}", as_json(dict(zip(columns, cells, strict=False)))


def _cells(head: str, delimiter: str) -> list[str]:
    row = next(csv.reader([head], delimiter=delimiter), [])
    return [cell.strip().strip("\ufeff").lower() for cell in row]


def _table_encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(1_000_000)
        if (wide := _wide_encoding(head[:4])) is not None:
            return wide
        decoder = codecs.getincrementaldecoder("utf-8")()
        piece = head
        try:
            while piece:
                decoder.decode(piece)
                piece = file.read(1_000_000)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return guess_encoding(head)
    return "utf-8-sig"


def parquet_rows(path: Path, *, max_chars: int) -> Iterator[Row]:
    """The rows of a Parquet file.

    Raises:
        InputRejected: No Parquet file, or no column ``text``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise InputRejected(f"no Parquet file: {str(error).splitlines()[0][:200]}", stage="read") from error
    with file:
        names = {name.lower(): name for name in file.schema_arrow.names}
        if "text" not in names:
            raise InputRejected("has no column 'text'", stage="read")
        wanted = [
            names[column]
            for column in ("text", "title", "url", "published_at", "publisher", "language", "authors")
            if column in names
        ]
        number = 0
        try:
            for batch in file.iter_batches(batch_size=500, columns=wanted):
                for row in batch.to_pylist():
                    number += 1
                    yield f"#{number}", as_json({column.lower(): value for column, value in row.items()})
        except (pa.ArrowInvalid, OSError, ValueError) as error:
            yield (
                f"#{number + 1}",
                InputRejected(f"cannot be read on: {str(error).splitlines()[0][:200]}", stage="read"),
            )


def as_json(row: Mapping[str, Any]) -> bytes:
    """A row as a JSON object, empty cells left out; the same row gives the same bytes."""
    stated = {column: value for column, value in row.items() if value is not None and value != "" and value == value}
    return json.dumps(stated, ensure_ascii=False, default=_plain).encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)
