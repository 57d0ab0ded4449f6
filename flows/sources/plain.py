"""Plain text and Markdown."""

import re
from html import unescape

from flows.errors import InputRejected
from flows.raw.decoding import decode
from flows.sources.records import Metadata, RawText, metadata_from

PLAIN = "text/plain"
MARKDOWN = "text/markdown"

_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.{0,5000}?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FRONT_KEYS = {"date": "published_at", "source": "publisher", "author": "authors", "link": "url", "lang": "language"}
# Bounded runs: a text of brackets alone must cost no more than another.
_MARKUP: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^(?:```|~~~).{0,100}$", re.MULTILINE), ""),
    (re.compile(r"!\[[^\[\]\n]{0,500}\]\([^()\n]{0,1000}\)"), ""),
    (re.compile(r"\[([^\[\]\n]{1,500})\](?:\([^()\n]{0,1000}\)|\[[^\[\]\n]{0,100}\])"), r"\1"),
    (re.compile(r"^\[[^\]\n]{1,100}\]: \S.{0,500}$", re.MULTILINE), ""),
    (re.compile(r"<(https?://[^>\s]{1,500})>"), r"\1"),
    (re.compile(r"</?[A-Za-z][^<>\n]{0,300}>"), ""),
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.{0,500}?)[ \t]*#*$", re.MULTILINE), r"\1"),
    (re.compile(r"^[ \t]{0,3}(?:>[ \t]?){1,5}", re.MULTILINE), ""),
    # The bullet goes: "- 5 million tons" is no negative number.
    (re.compile(r"^[ \t]{0,8}[-*+][ \t]+(?=\S)", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,3}(?:[-*_][ \t]?){3,30}$|^[ \t]{0,3}={3,80}$", re.MULTILINE), ""),
    (re.compile(r"(?<![\w*])(\*{1,3})(?=[^\s*])([^*\n]{1,500}?)(?<=[^\s*])\1(?![\w*])"), r"\2"),
    (re.compile(r"(?<![\w_])(_{1,3})(?=[^\s_])([^_\n]{1,500}?)(?<=[^\s_])\1(?![\w_])"), r"\2"),
    (re.compile(r"(?<!`)`([^`\n]{1,300})`(?!`)"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!$|>~-])"), r"\1"),
)
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{2,6}|#x[0-9A-Fa-f]{2,5});")


def read_plain(raw: bytes, uri: str) -> RawText:
    """A file of plain text.

    Raises:
        InputRejected: Empty, or no text.
    """
    refuse_empty(raw)
    decoded = decode(raw)
    return RawText(uri, unescaped(decoded.text), raw, PLAIN, decoded.encoding, note=decoded.note)


def read_markdown(raw: bytes, uri: str) -> RawText:
    """A file of Markdown, its marks taken away; front matter between ``---`` lines is metadata.

    Raises:
        InputRejected: Empty, or no text.
    """
    refuse_empty(raw)
    decoded = decode(raw)
    metadata, text = _front_matter(decoded.text)
    text = _without_comments(text)
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return RawText(uri, unescaped(text), raw, MARKDOWN, decoded.encoding, metadata, decoded.note)


def refuse_empty(raw: bytes) -> None:
    if not raw:
        raise InputRejected("empty: no bytes", stage="read")
    if not raw.strip(b" \t\r\n\x0b\x0c\xef\xbb\xbf"):
        raise InputRejected("empty: white space only", stage="read")


def unescaped(text: str) -> str:
    """Entities that a page left behind, as characters: "AT&amp;T"."""
    return unescape(text) if "&" in text and _ENTITY.search(text) else text


def _front_matter(text: str) -> tuple[Metadata, str]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return Metadata(), text
    cells: dict[str, str] = {}
    # Lines of "key: value", not YAML: a page's head must not build objects.
    for line in match[1].splitlines():
        key, colon, value = line.partition(":")
        if colon and key.strip().isidentifier():
            name = key.strip().lower()
            cells[_FRONT_KEYS.get(name, name)] = value.strip().strip("\"'[]")
    return metadata_from(cells), text[match.end() :]


def _without_comments(text: str) -> str:
    pieces, position = [], 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start)) >= 0:
        pieces.append(text[position:start])
        position = end + 3
    return "".join(pieces) + text[position:]
