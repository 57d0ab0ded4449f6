"""The words of time, as one-letter codes over which ``periods_grammar`` matches.

A token of spaCy gives no atom (it has nothing to do with time), one, or several: ``2020–2025`` is one
token and three atoms.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows.nlp.lexicon import Row, read_table

CODES = {
    "month": "m", "weekday": "w", "weekday_short": "W", "unit": "u", "season": "s", "ordinal": "o", "cardinal": "c",
    "article": "a", "vague": "v", "recent": "r", "last": "R", "next": "N", "this": "T", "same": "O", "whole": "C",
    "straight": "S", "ago": "A", "earlier": "B", "later": "L", "part": "P", "day_word": "D", "day_part": "x",
    "holiday": "H", "fiscal": "F", "ended": "e", "so": "1", "far": "G", "to_date": "X", "period": "p",
    "meridiem": "K", "in": "I", "decade": "E", "zone": "z", "noon": "M", "of": "f", "the": "t", "to": ">",
    "from": "<", "between": "b", "and": "&",
}  # fmt: skip
"""Kind of word in ``seeds/period_words.csv`` to its code. From digits: ``d`` 1 to 31, ``y`` a year, ``n`` another
integer, ``g`` four digits of a clock, ``i`` full date, ``k`` clock time, ``j`` hours and minutes with a point, ``q``
quarter or half label, ``E`` decade, ``Y`` fiscal or crop year; and the signs ``- / , ( ) '``."""

TRIGGERS = frozenset("mwusyikqEYDHKzMxp") | {"X"}
"""Codes one of which an expression of time holds."""

FIRST_YEAR, LAST_YEAR = 1500, 2100

# Lower-case "may" and "march" are verbs, "august" an adjective, "sat" and "sun" words.
_NEEDS_CAPITAL = frozenset({"weekday_short", "holiday"})
_OTHER_WORDS = frozenset({"may", "march", "august"})

_DASHES = "-–—−‑"
_SPLIT = re.compile(rf"([{_DASHES}/])")
_QUARTER = re.compile(r"(?i)(?:(?P<y0>(?:19|20)\d\d)?q(?P<q1>[1-4])|(?P<q2>[1-4])q)(?P<y>(?:19|20)?\d\d)?")
_HALF = re.compile(r"(?i)(?:(?P<y0>(?:19|20)\d\d)?h(?P<q1>[12])|(?P<q2>[12])h)(?P<y>(?:19|20)?\d\d)?")
_MONTHS = re.compile(r"(?i)(?P<n>3|6|9|12)m(?P<y>(?:19|20)?\d\d)")
_FISCAL = re.compile(r"(?i)fy'?(?P<y>(?:19|20)?\d\d)")
_DECADE = re.compile(r"(?:(?P<c>1[5-9]|20))?(?P<d>\d0)['’]?s")
_CLOCK = re.compile(
    r"(?i)(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?:[ap]\.?m\.?|z|h|hrs)?|(?:1[0-2]|0?[1-9])[ap]m|(?:[01]\d|2[0-3])h[0-5]\d"
)
_POINT_CLOCK = re.compile(r"(?:[01]?\d|2[0-3])\.[0-5]\d")
_NUMBER_DATE = re.compile(r"(?P<a>\d{1,4})(?P<sep>[./\-])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{2})")
_MONTH_OF_YEAR = re.compile(r"(?P<m>0?[1-9]|1[0-2])[./](?P<y>(?:19|20)\d\d)")
_ORDINAL = re.compile(r"(?i)(\d{1,2})(?:st|nd|rd|th)")
_STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d)?\S*")


Value = int | str | date | tuple[date, date] | tuple[int, int | None] | None


@dataclass(frozen=True, slots=True)
class Atom:
    """One word of time. ``start:end`` are code points inside its token."""

    code: str
    value: Value
    text: str
    start: int
    end: int


class WordRow(Row):
    """A row of ``seeds/period_words.csv``."""

    word: str
    kind: str
    value: str = ""
    description: str
    example: str
    source: str


class PrepositionRow(Row):
    """A row of ``seeds/period_prepositions.csv``."""

    phrase: str
    role: str
    description: str
    example: str


class PeriodLexicon:
    """The tables of words, and the atoms of every token text seen so far."""

    def __init__(self, user_dirs: Sequence[Path] = ()) -> None:
        self._words: dict[str, tuple[str, int | str, bool]] = {}
        for row in read_table("period_words", WordRow, tuple(user_dirs)):
            value = int(row.value) if re.fullmatch(r"-?\d+", row.value) else row.value
            self._words[row.word.lower()] = (CODES[row.kind], value, _needs_capital(row))
        self.prepositions: dict[tuple[str, ...], str] = {
            tuple(row.phrase.lower().split()): row.role
            for row in read_table("period_prepositions", PrepositionRow, tuple(user_dirs))
        }

    def atoms_of(self, text: str) -> tuple[Atom, ...]:
        """The atoms of one token; none where any piece of it has nothing to do with time."""
        if len(text) > 32:
            stamp = _STAMP.fullmatch(text) if len(text) < 64 else None
            return _date_atom(text, stamp[1], stamp[2], stamp[3]) if stamp else ()
        whole = self._piece(text, 0)
        if whole:
            return (whole,)
        if text in ("...", "") or not text[0].isalnum():
            return ()
        atoms: list[Atom] = []
        place = 0
        for piece in _SPLIT.split(text):
            if piece:
                atom = self._piece(piece, place)
                if atom is None:
                    return ()
                atoms.append(atom)
            place += len(piece)
        return tuple(atoms)

    def _piece(self, text: str, place: int) -> Atom | None:
        code: str | None = None
        value: Value = None
        known = self._words.get(text.lower())
        if known:
            code, value, needs_capital = known
            if needs_capital and not text[0].isupper():
                code = None
        elif len(text) == 1 and text in _DASHES:
            code = "-"
        elif len(text) == 1 and text in "/,()":
            code = text
        elif text in ("'s", "’s", "'", "’"):
            code = "'"
        elif text[0].isdigit() or text[0] in "qQhHfF":
            code, value = _numeric(text)
        return Atom(code, value, text, place, place + len(text)) if code else None


def _needs_capital(row: WordRow) -> bool:
    if row.kind == "month":
        return row.word.lower() in _OTHER_WORDS or len(row.word) <= 4
    return row.kind in _NEEDS_CAPITAL


def full_year(digits: str) -> int:
    """``24`` is 2024, ``98`` is 1998: two digits up to 69 are of this century, as POSIX reads them."""
    return int(digits) + (0 if len(digits) == 4 else 2000 if int(digits) < 69 else 1900)


def _numeric(text: str) -> tuple[str | None, Value]:
    if not text.isascii():
        return None, None
    if text.isdigit():
        number = int(text)
        if len(text) <= 2 and 1 <= number <= 31:
            return "d", number
        if len(text) == 4:
            if FIRST_YEAR <= number <= LAST_YEAR:
                return "y", number
            return ("g", number) if number < 2400 and number % 100 < 60 else ("n", number)
        return ("n", number) if len(text) <= 4 else (None, None)
    for pattern, code in ((_QUARTER, "q"), (_HALF, "h"), (_MONTHS, "9")):
        if match := pattern.fullmatch(text):
            parts = match.groupdict()
            year = parts.get("y0") or parts["y"]
            which = int(parts.get("q1") or parts.get("q2") or parts["n"])
            months = {"q": which * 3, "h": which * 6, "9": which}[code]
            first = {"q": months - 2, "h": months - 5, "9": 1}[code]
            return "q", (first * 100 + months, full_year(year) if year else None)
    if match := _MONTH_OF_YEAR.fullmatch(text):
        return "q", (int(match["m"]) * 101, int(match["y"]))
    if match := _FISCAL.fullmatch(text):
        return "Y", full_year(match["y"])
    if match := _ORDINAL.fullmatch(text):
        return "o", int(match[1])
    if match := _DECADE.fullmatch(text):
        return "E", int(match["c"] or (20 if int(match["d"]) < 30 else 19)) * 100 + int(match["d"])
    if _CLOCK.fullmatch(text):
        return "k", None
    if match := _NUMBER_DATE.fullmatch(text):
        read = _read_number_date(match["a"], match["b"], match["c"])
        if isinstance(read, tuple) and match["sep"] == ".":
            read = read[0]  # points divide dates only where the day comes first
        return ("i", read) if read else (None, None)
    if _POINT_CLOCK.fullmatch(text):
        return "j", None
    if match := _STAMP.fullmatch(text):
        day = safe_date(int(match[1]), int(match[2]), int(match[3]))
        return ("i", day) if day else (None, None)
    return None, None


def _date_atom(text: str, year: str, month: str, day: str) -> tuple[Atom, ...]:
    value = safe_date(int(year), int(month), int(day))
    return (Atom("i", value, text, 0, len(text)),) if value else ()


def safe_date(year: int, month: int, day: int) -> date | None:
    """The date, or None where there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _read_number_date(first: str, second: str, third: str) -> date | tuple[date, date] | None:
    """2024/05/17, 17.05.2024, 05/17/2024: the order that gives a date.

    Where both readings do (05/06/2024), both, day first: which it is depends on the country.
    """
    if len(first) == 4:
        return safe_date(int(first), int(second), int(third))
    if len(first) > 2:
        return None
    year = full_year(third)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    day_first, month_first = safe_date(year, int(second), int(first)), safe_date(year, int(first), int(second))
    if day_first and month_first and day_first != month_first:
        return day_first, month_first
    return day_first or month_first
