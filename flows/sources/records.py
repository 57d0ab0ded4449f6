"""What the readers of formats hand on: one text with what its input says of it, not yet cleaned."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flows.raw.languages import language_code
from flows.raw.publication import Published, parse_published

COLUMNS = ("title", "url", "published_at", "publisher", "language", "authors")
"""What an input may tell beside its text."""

_MAX_FIELD_CHARS = 2_000
_MAX_AUTHORS = 50


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an input, or a folder's ``metadata.csv``, says of a text.

    Attributes:
        published_basis: What ``published`` rests on: ``metadata`` or ``feed``.
        refused: What was stated and cannot be read, for the notes: ``("published_at", "soon")``.
    """

    title: str | None = None
    url: str | None = None
    published: Published | None = None
    publisher: str | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    published_basis: str = "metadata"

    def or_else(self, other: "Metadata") -> "Metadata":
        """This, and what it leaves open from ``other``."""
        return Metadata(
            title=self.title or other.title,
            url=self.url or other.url,
            published=self.published or other.published,
            publisher=self.publisher or other.publisher,
            language=self.language or other.language,
            authors=self.authors or other.authors,
            refused=self.refused + other.refused,
            published_basis=self.published_basis if self.published else other.published_basis,
        )


@dataclass(frozen=True, slots=True)
class RawText:
    """One text as a reader took it out of its input.

    Attributes:
        text: Plain text, not cleaned.
        raw: The bytes it came from; the same reader makes the same text of them again.
        note: What was lost or guessed in decoding.
    """

    uri: str
    text: str
    raw: bytes
    media_type: str
    encoding: str | None
    metadata: Metadata = field(default_factory=Metadata)
    note: str | None = None

    def told(self, metadata: Metadata) -> "RawText":
        """The same with what a ``metadata.csv`` says, which goes before what the text says itself."""
        return replace(self, metadata=metadata.or_else(self.metadata))


def metadata_from(cells: Mapping[str, Any]) -> Metadata:
    """Read the columns a row may have beside its text; empty cells, odd types and other columns say nothing."""
    refused: list[tuple[str, str]] = []
    stated = cells.get("published_at")
    published = parse_published(stated) if _is_stated(stated) else None
    if published is None and _is_stated(stated):
        refused.append(("published_at", str(stated)[:100]))
    return Metadata(
        title=_line(cells.get("title")),
        url=_line(cells.get("url")),
        published=published,
        publisher=_line(cells.get("publisher")),
        language=language_code(_line(cells.get("language"))),
        authors=_authors(cells.get("authors")),
        refused=tuple(refused),
    )


def _is_stated(value: Any) -> bool:
    # A cell of a data frame that is empty is a float that does not equal itself.
    return value is not None and value == value and value != "" and not isinstance(value, bool | list | dict)


def _line(value: Any) -> str | None:
    """One line of clean text, or None; names and titles reach logs and file names."""
    from flows.raw.cleaning import normalise

    if not isinstance(value, str):
        return None
    return " ".join(normalise(value[:_MAX_FIELD_CHARS]).split()) or None


def _authors(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(";") if ";" in value else value.replace(" and ", ",").split(",")
    if not isinstance(value, list | tuple):
        return ()
    names = (_line(name) for name in value[:_MAX_AUTHORS])
    return tuple(dict.fromkeys(name for name in names if name))
