"""One text as a reader took it out, made a document: cleaned, dated, its language told, its key made.

Also what one document is that was met twice: ``merge`` gives the same row in whatever order its inputs come.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flows.errors import InputRejected
from flows.paths import PACKAGE, SEEDS
from flows.raw.cleaning import Cleaned, clean
from flows.raw.datelines import Dateline, read_dateline
from flows.raw.languages import detect_language
from flows.raw.publication import Published, date_from_url, implausible
from flows.records import Document, stable_id
from flows.sources.records import Metadata, RawText

PARTLY = ("characters", "date")
"""Values of ``stage`` that say: the document is kept, and a part of its input was refused."""

_BASES = ("metadata", "feed", "url", "dateline", "body")
_HEADLINE_WORDS = range(3, 31)
_MAX_HEADLINE_CHARS = 250
# What a body depends on: a change in any of them, or in the tables they read, cleans all texts again.
_CLEANER_CODE = (
    "cleaning.py",
    "furniture.py",
    "decoding.py",
    "publication.py",
    "datelines.py",
    "languages.py",
    "documents.py",
)
_CLEANER_TABLES = ("furniture", "news_agencies", "month_names")


@dataclass(frozen=True, slots=True)
class Noted:
    """A part of an input that was refused while its document is kept; ``stage`` is one of ``PARTLY``."""

    stage: str
    reason: str


@lru_cache(maxsize=4)
def cleaner_version(user_dirs: tuple[Path, ...] = ()) -> str:
    """Names the rules and code that make a body; 12 hex digits, the same wherever they are the same."""
    digest = sha256()
    paths = [Path(__file__).with_name(name) for name in _CLEANER_CODE] + sorted((PACKAGE / "sources").glob("*.py"))
    tables = [folder / f"{table}.csv" for folder in (SEEDS, *user_dirs) for table in _CLEANER_TABLES]
    for path in (*paths, *(table for table in tables if table.is_file())):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def make_document(
    source_id: str, text: RawText, *, now: datetime, max_chars: int, user_dirs: tuple[Path, ...] = ()
) -> tuple[Document, list[Noted]]:
    """Clean, date and name one text.

    Args:
        now: Later dates than this and two days are no dates of publication.
        max_chars: A longer body is refused.

    Returns:
        The document, and what of its input was refused beside it.

    Raises:
        InputRejected: Nothing but furniture, or too long.
    """
    # Four times: what cleaning may take away of a page; beyond it a text is not worth the time.
    if len(text.text) > 4 * max_chars:
        raise InputRejected(f"a text of {len(text.text)} characters; max_document_chars is {max_chars}", stage="clean")
    cleaned = clean(text.text, user_dirs=user_dirs)
    body = cleaned.body
    if not body:
        raise InputRejected("nothing but page furniture", stage="clean")
    if len(body) > max_chars:
        raise InputRejected(f"a body of {len(body)} characters; max_document_chars is {max_chars}", stage="clean")
    notes = _notes_on_characters(text, cleaned)
    told = text.metadata
    dateline = read_dateline(body, user_dirs=user_dirs)
    published, basis, notes_on_date = _published(told, cleaned, dateline, now=now)
    document = Document(
        document_id=stable_id("document", told.publisher, body),
        source_id=source_id,
        uri=text.uri,
        body=body,
        raw=text.raw,
        media_type=text.media_type,
        encoding=text.encoding,
        publisher=told.publisher,
        title=told.title or headline_of(body),
        url=told.url,
        authors=told.authors or cleaned.authors,
        language=detect_language(body, hint=told.language),
        published_at=published.at if published else None,
        published_on=published.on if published else None,
        published_basis=basis,
        dateline_place=dateline.place if dateline else None,
        dateline_agency=dateline.agency if dateline else None,
        word_count=len(body.split()),
        content_sha256=sha256(body.encode("utf-8")).hexdigest(),
    )
    return document, notes + notes_on_date


def _notes_on_characters(text: RawText, cleaned: Cleaned) -> list[Noted]:
    said = [text.note] if text.note else []
    if nulls := text.text.count("\0"):
        said.append(f"{nulls} NUL characters left out")
    if not text.note and cleaned.lost_characters:
        said.append(f"{cleaned.lost_characters} characters were lost before")
    return [Noted("characters", "; ".join(said) + "; the document is kept")] if said else []


def _published(
    told: Metadata, cleaned: Cleaned, dateline: Dateline | None, *, now: datetime
) -> tuple[Published | None, str | None, list[Noted]]:
    """The first date in the order of ``_BASES`` that is one, and what was stated but is none."""
    refused = [f"{column} {value!r} is no date that can be read" for column, value in told.refused]
    candidates = [(told.published_basis, told.published)]
    on_url = date_from_url(told.url)
    candidates.append(("url", Published(on_url) if on_url else None))
    # "May 17" has no year of its own; a line with the whole date lends it, if it is that day or the next.
    on_dateline = dateline.dated(cleaned.published.on.year if cleaned.published else None) if dateline else None
    if on_dateline and cleaned.published and not dateline_fits(on_dateline, cleaned.published.on):
        on_dateline = None
    candidates.append(("dateline", Published(on_dateline) if on_dateline else None))
    candidates.append(("body", cleaned.published))
    found: tuple[Published, str] | None = None
    for basis, published in candidates:
        if published is None:
            continue
        wrong = implausible(published, now=now)
        if wrong is None:
            found = published, basis
            break
        refused.append(f"{basis}: {wrong}")
    notes = (
        [Noted("date", "; ".join(refused) + ": not taken as date of publication; the document is kept")]
        if refused
        else []
    )
    return (*found, notes) if found else (None, None, notes)


def dateline_fits(on_dateline: date, on_line: date) -> bool:
    """A text is printed on the day it was written, or some days after."""
    return 0 <= (on_line - on_dateline).days <= 7


def headline_of(body: str) -> str | None:
    """The first line of a body where it reads as a headline: some words, no full stop, text below it."""
    line, _, rest = body.partition("\n")
    if not rest.strip() or len(line) > _MAX_HEADLINE_CHARS or len(line.split()) not in _HEADLINE_WORDS:
        return None
    if line[0] in "•*-–—·(" or line.rstrip("\"”’'»").endswith((".", ":", ";", ",", "…", "。")):
        return None
    if read_dateline(line) is not None or not re.search(r"[^\W\d_]", line):
        return None
    return line


def merge(first: Document, second: Document) -> Document:
    """One row of two that have the same ``document_id``.

    Each column is chosen by its values alone, so the order in which inputs are met does not matter, nor
    how often: the surest and then the earliest date, the title that is not merely the first line, the
    longest list of authors, the smallest ``uri`` with its bytes.
    """
    place = min(first, second, key=lambda row: (row.source_id, row.uri, row.raw))
    dated = min(first, second, key=_sureness)
    headline = headline_of(first.body)
    return replace(
        place,
        title=_least(first.title, second.title, lambda title: (title == headline, -len(title), title)),
        url=_least(first.url, second.url, lambda url: (len(url), url)),
        authors=min(first.authors, second.authors, key=lambda names: (-len(names), names)),
        language=_least(first.language, second.language, lambda code: code),
        published_at=dated.published_at,
        published_on=dated.published_on,
        published_basis=dated.published_basis,
    )


def _sureness(row: Document) -> tuple[Any, ...]:
    rank = _BASES.index(row.published_basis) if row.published_basis else len(_BASES)
    moment = row.published_at.timestamp() if row.published_at else float("inf")
    return rank, row.published_on or date.max, moment


def _least(first: str | None, second: str | None, key: Callable[[str], Any]) -> str | None:
    stated = [value for value in (first, second) if value is not None]
    return min(stated, key=key) if stated else None
