"""Text to body: one form of white space and characters, page furniture taken away.

What is taken away is only what a rule of ``furniture`` names, and lines that stand twice. What is left
keeps its words and their order.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flows.raw.decoding import REPLACEMENT, repair_mojibake
from flows.raw.furniture import END_CHARS, MAX_LINE_CHARS, FurnitureRules, read_furniture
from flows.raw.publication import Published, date_of_match, parse_published

_ESCAPES = re.compile("\x1b(?:\\[[0-9;?]*[ -/]*[@-~]|\\][^\x07\x1b]{0,200}(?:\x07|\x1b\\\\)|[@-Z\\\\-_])")
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Controls, byte order marks, soft hyphens, zero-width spaces, marks of direction. Joiners stay: emoji and
# Persian need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
# Between digits they part thousands: "816 000" is one number.
_ODD_BLANKS = re.compile(
    "(?<![0-9])[\u00a0\u2000-\u200a\u202f\u205f\u3000\u1680]|[\u00a0\u2000-\u200a\u202f\u205f\u3000\u1680](?![0-9])"
)
_BLANKS = re.compile("[ \t]{2,}|\t")
_WORD = re.compile(r"\w+")
# A form for comments follows a text; the words "Leave a comment" above one are a link.
_MIN_WORDS_BEFORE_TAIL = 25
_LINK_MAX_WORDS = 22
_HEAD_LINES = 8


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A body and what its furniture told.

    Attributes:
        published: From a line that gives nothing but the date of publication.
        authors: From a byline, in its order.
        lost_characters: How many characters no encoding could read; they stand as U+FFFD.
    """

    body: str
    published: Published | None = None
    authors: tuple[str, ...] = ()
    lost_characters: int = 0


@dataclass(slots=True)
class _Found:
    published: Published | None = None
    authors: list[str] = field(default_factory=list)


def clean(text: str, *, user_dirs: tuple[Path, ...] = ()) -> Cleaned:
    """The article's text without page furniture.

    Returns:
        Paragraphs as they were, white space in one form, at most one empty line between them. An empty
        body where nothing but furniture stood.
    """
    rules = read_furniture(user_dirs)
    found = _Found()
    normal = normalise(text)
    lines = _without_tail(normal.split("\n"), rules)
    kept = _without_furniture(lines, rules, found)
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return Cleaned(body, found.published, tuple(dict.fromkeys(found.authors)), body.count(REPLACEMENT))


def normalise(text: str) -> str:
    """One form for what prints the same: line breaks, blanks, composed letters; nothing that does not print.

    Examples:
        >>> normalise("a\\u00a0b\\r\\nc\\x1b[31md 816\\u00a0000 t")
        'a b\\ncd 816\\xa0000 t'
    """
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    # Before breaks and controls are read as such: they may be pieces of broken letters.
    text = _BREAKS.sub("\n", repair_mojibake(text))
    if not text.isascii():
        text = unicodedata.normalize("NFC", _SURROGATES.sub(REPLACEMENT, text))
        text = _ODD_BLANKS.sub(" ", text)
    text = _INVISIBLE.sub("", text)
    text = _BLANKS.sub(" ", text)
    return "\n".join(line.strip() for line in text.split("\n")).strip("\n")


def _without_tail(lines: list[str], rules: FurnitureRules) -> list[str]:
    last_text = max((index for index, line in enumerate(lines) if not _is_link(line)), default=-1)
    words = 0
    for index, line in enumerate(lines):
        if not line:
            continue
        if len(line) <= MAX_LINE_CHARS and words >= _MIN_WORDS_BEFORE_TAIL:
            if rules.tail.fullmatch(line):
                return lines[:index]
            if index >= last_text and rules.tail_links.fullmatch(line):
                return lines[:index]
        if words < _MIN_WORDS_BEFORE_TAIL:
            words += len(_WORD.findall(line[:2_000]))
    return lines


def _is_link(line: str) -> bool:
    """A headline of another text: short, and no sentence."""
    return not line or (len(line.split(None, _LINK_MAX_WORDS)) <= _LINK_MAX_WORDS and line[-1] not in '.!?”"…:;。')


def _without_furniture(lines: list[str], rules: FurnitureRules, found: _Found) -> list[str]:
    kept: list[str] = []
    is_after = False  # whether the line before was furniture
    head_lines = 0
    last = ""
    skip: set[int] = set()
    for index, line in enumerate(lines):
        if index in skip:
            continue
        if not line:
            kept.append(line)
            continue
        is_head = head_lines < _HEAD_LINES
        if len(line) <= MAX_LINE_CHARS:
            if rules.video.fullmatch(line):
                skip |= _caption_twice(lines, index + 1)
                is_after = True
                continue
            if _is_furniture(line, rules, found, is_after=is_after, is_head=is_head):
                is_after = True
                continue
        # A caption or headline that the page prints twice; "No." and "Yes." may be said twice.
        if line == last and len(line.split(None, 4)) >= 4:
            continue
        shorter = _without_ends(_without_prefix(line, rules, found) if is_head else line, rules)
        is_after = not shorter
        if shorter:
            kept.append(shorter)
            head_lines += 1
            last = line
    return kept


def _is_furniture(line: str, rules: FurnitureRules, found: _Found, *, is_after: bool, is_head: bool) -> bool:
    # Before dates of publication: "Updated May 18, 2024" is none.
    if rules.line.fullmatch(line) or (is_after and rules.after.fullmatch(line)):
        return True
    if is_head:
        for pattern in rules.date_lines:
            if (match := pattern.fullmatch(line)) is not None:
                found.published = found.published or _stated_on(match)
                return True
    if not is_head:
        return False
    for pattern in rules.bylines:
        if (match := pattern.fullmatch(line)) is not None:
            found.authors += [
                name.strip() for group, name in match.groupdict().items() if name and group.startswith("author")
            ]
            return True
    return False


def _stated_on(match: re.Match[str]) -> Published | None:
    if match.groupdict().get("y3") and (exact := parse_published(match.group())) is not None:
        return exact
    day = date_of_match(match)
    return Published(day) if day else None


def _without_prefix(line: str, rules: FurnitureRules, found: _Found) -> str:
    for pattern in rules.date_prefixes:
        if (match := pattern.match(line)) is not None:
            found.published = found.published or _stated_on(match)
            return line[match.end() :].strip()
    return line


def _without_ends(line: str, rules: FurnitureRules) -> str:
    """The line without the credits that stand at its end, one after the other."""
    for _ in range(3):
        start = max(0, len(line) - END_CHARS)
        low = line[start:].lower()
        if not any(cue in low for cue in rules.end_cues):
            return line
        match = rules.end.search(line, start)
        if match is None:
            return line
        line = line[: match.start()].rstrip(" |–—-([")
    return line


def _caption_twice(lines: Sequence[str], start: int) -> set[int]:
    """Indices of the next two lines with text, if they are the same."""
    following = [index for index in range(start, min(start + 8, len(lines))) if lines[index]][:2]
    if len(following) == 2 and lines[following[0]] == lines[following[1]]:
        return set(following)
    return set()
