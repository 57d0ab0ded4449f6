"""The rules of page furniture, compiled from ``furniture``: what on a page is not the article's text.

Kinds: ``line`` (the whole line), ``after`` (the whole line, where furniture stands before it), ``byline``
(the whole line; its groups ``author…`` are authors), ``video`` (the whole line, and a caption that stands
twice below it), ``end`` (cut from the end of a line), ``tail`` (the line and all that follows),
``tail_links`` (the line, and all that follows if that is links only), ``date_line`` and ``date_prefix``
(as ``line`` and at a line's start; they tell the day of publication).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from flows.errors import LexiconError
from flows.nlp.lexicon import Row, read_table
from flows.paths import SEEDS
from flows.raw.publication import written_date_pattern

_TIME = (
    r"\d{1,2}[:.][0-5]\d(?:[:.][0-5]\d)?(?: ?[ap]\.?m\.?)?"
    r"(?: ?\(?(?:GMT|UTC|BST|CET|CEST|EST|EDT|ET|PT|PST|PDT|MSK|HKT|SGT|JST|IST|Z)(?: ?[+-]\d{1,2}(?::?\d\d)?)?\)?)?"
)
# Bounds each search, so that no rule, a user's either, costs more than a short line can.
MAX_LINE_CHARS = 400
END_CHARS = 200

Kind = Literal["line", "after", "byline", "video", "end", "tail", "tail_links", "date_line", "date_prefix"]


class FurnitureRow(Row):
    """A row of ``furniture``: one rule, with a text that it takes away.

    ``cues``: for the kind ``end``, parted by ``|``, in lower case: the rule is tried on lines with one of them.
    """

    furniture_id: str
    kind: Kind
    cues: str | None = None
    pattern: str
    example: str
    source: str
    description: str


@dataclass(frozen=True, slots=True)
class FurnitureRules:
    """All rules, those of one kind in one expression. Case does not matter, but in bylines and credits."""

    line: re.Pattern[str]
    after: re.Pattern[str]
    bylines: tuple[re.Pattern[str], ...]
    video: re.Pattern[str]
    end: re.Pattern[str]
    end_cues: tuple[str, ...]
    tail: re.Pattern[str]
    tail_links: re.Pattern[str]
    date_lines: tuple[re.Pattern[str], ...]
    date_prefixes: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=4)
def read_furniture(user_dirs: tuple[Path, ...] = ()) -> FurnitureRules:
    """Compile the table; a user's folder may hold one of its own.

    Raises:
        LexiconError: A pattern does not compile; names its row.
    """
    rows = read_table("furniture", FurnitureRow, user_dirs)
    return FurnitureRules(
        line=_joined(rows, "line"),
        after=_joined(rows, "after"),
        bylines=_each(rows, "byline", flags=0),
        video=_joined(rows, "video"),
        end=_joined(rows, "end", suffix=r"\s*$", letters_matter=True),
        end_cues=_cues(rows),
        tail=_joined(rows, "tail"),
        tail_links=_joined(rows, "tail_links"),
        date_lines=_each(rows, "date_line", flags=re.IGNORECASE),
        date_prefixes=_each(rows, "date_prefix", flags=re.IGNORECASE),
    )


def _joined(
    rows: tuple[FurnitureRow, ...], kind: Kind, *, suffix: str = "", letters_matter: bool = False
) -> re.Pattern[str]:
    chosen = [row for row in rows if row.kind == kind]
    for row in chosen:
        _compiled(row, _spelt(row, date=_plain_date()), 0)
    patterns = "|".join(f"(?:{_spelt(row, date=_plain_date())})" for row in chosen)
    return re.compile(f"(?:{patterns or '(?!)'}){suffix}", 0 if letters_matter else re.IGNORECASE)


def _cues(rows: tuple[FurnitureRow, ...]) -> tuple[str, ...]:
    """The cues of all rules for ends; the empty one, which every line has, where a rule names none."""
    return tuple(sorted({cue for row in rows if row.kind == "end" for cue in (row.cues or "").split("|")}))


def _each(rows: tuple[FurnitureRow, ...], kind: Kind, *, flags: int) -> tuple[re.Pattern[str], ...]:
    return tuple(_compiled(row, _spelt(row, date=written_date_pattern()), flags) for row in rows if row.kind == kind)


def _plain_date() -> str:
    return re.sub(r"\?P<\w+>", "?:", written_date_pattern())


def _spelt(row: FurnitureRow, *, date: str) -> str:
    # Replaced, not formatted: the braces of a pattern's "{1,3}" are its own.
    return row.pattern.replace("{date}", date).replace("{time}", _TIME)


def _compiled(row: FurnitureRow, pattern: str, flags: int) -> re.Pattern[str]:
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        raise LexiconError(SEEDS / "furniture.csv", None, f"row {row.furniture_id!r}: {error}") from error
