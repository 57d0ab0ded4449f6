"""Reads the dateline that agencies put before a text: ``HARBIN, May 17. /TASS/.``: place, date, agency.

The dateline stays in the body. Lines of the agencies differ in order and punctuation; their names are
rows of ``news_agencies``, those of months rows of ``month_names``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from flows.nlp.lexicon import Row, read_table
from flows.raw.publication import calendar_day, month_numbers

# A headline, a subtitle and a byline may stand before it.
_LINES_LOOKED_AT = 6
_CHARS_LOOKED_AT = 140


class Agency(Row):
    """A row of ``news_agencies``: a form that datelines print, and whose it is."""

    form: str
    agency_name: str
    example: str
    source: str


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline as it stands in a body; ``body[char_start:char_end]`` is the whole of it.

    Attributes:
        year: None where it prints day and month only, as most do.
    """

    char_start: int
    char_end: int
    place: str | None
    agency: str | None
    day: int | None = None
    month: int | None = None
    year: int | None = None

    def dated(self, year: int | None) -> date | None:
        """Its date, the year taken from elsewhere where it prints none."""
        year = self.year or year
        if year is None or self.month is None or self.day is None:
            return None
        return calendar_day(year, self.month, self.day)


@lru_cache(maxsize=4)
def _agencies(user_dirs: tuple[Path, ...]) -> dict[str, str]:
    return {row.form.casefold(): row.agency_name for row in read_table("news_agencies", Agency, user_dirs)}


@lru_cache(maxsize=4)
def _patterns(user_dirs: tuple[Path, ...]) -> tuple[re.Pattern[str], ...]:
    """Place, date, agency in the orders that occur; tried one after the other, the fullest first."""
    agencies = "|".join(sorted((re.escape(form) for form in _agencies(user_dirs)), key=len, reverse=True))
    months = "|".join(sorted((re.escape(form) for form in month_numbers()), key=len, reverse=True))
    word = r"[^\W\d_][\w.'’]{0,25}"
    # "WASHINGTON, D.C.", "BAKU, Azerbaijan", "New Delhi [India]", "KYIV/MOSCOW"
    second = rf"(?:, (?!(?i:{months})\b){word}(?: {word})?)?"
    place = rf"(?P<place>{word}(?:[ /-]{word}){{0,3}}?{second})(?: \[[^\]\n]{{2,30}}\])?"
    year = r"(?:,? (?P<year{0}>(?:19|20)\d\d))?"
    day = (
        rf"(?:(?P<m1>(?i:{months}))\.? (?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\b{year.format(1)}"
        rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.)?(?: de)? (?P<m2>(?i:{months}))\b\.?{year.format(2)})"
    )
    between = r"(?:\s?[,.:/]\s?|\s?[-–—]{1,3}\s?|\s)"
    # "(Reuters)", "(Reuters Breakingviews)", "/TASS/"; without brackets only before a dash, a point or a colon.
    bracketed = rf"(?:\((?P<a1>(?i:{agencies}))(?:[ -][^()\n]{{1,30}})?\)|/ ?(?P<a2>(?i:{agencies})) ?/)"
    bare = rf"(?P<a3>(?i:{agencies}))(?=\s?[-–—:.,(]|$)"
    other = r"\((?P<other>[^\W\d_][\w .&'’-]{1,30})\)"
    end = r"(?:\s?\.?[-–—]{1,3}|\s?[:.])?"
    dash = r"\s?(?:—|–|--|-|\.|:)(?=\s|$)"
    shapes = (
        rf"{place}{between}{day}{between}?(?:{bracketed}|{bare}){end}",
        rf"{place}{between}?(?:{bracketed})(?:{between}{day}\s?/?)?{end}",
        rf"{place}{between}{bare}{end}",
        rf"{place}{between}{day}{between}?{other}{end}",
        rf"(?:{bracketed}){end}(?:\s?{place}{between}{day}{dash})?",
        rf"{place}{between}{day}{dash}",
    )
    return tuple(re.compile(shape) for shape in shapes)


# At most three words, and a sentence after the dash: "OIL PRICES RISE — AGAIN" is a headline.
_PLACE_AND_DASH = re.compile(
    r"(?P<place>[^\W\d_a-z][^\W\d_a-z.'’-]{1,20}(?: [^\W\d_a-z][^\W\d_a-z.'’-]{1,20}){0,2}(?:, [^\W\d_][\w.]{1,20})?)"
    r" ?(?:—|–|--|-) ?(?=[“\"]?[^\W\d_a-z][^\W\d_]*(?:[a-z]| [a-z]))"
)
_XINHUA = re.compile(r"(?:新华社)(?P<place>[\u4e00-\u9fff]{2,8}?)(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日电")


def read_dateline(body: str, *, user_dirs: tuple[Path, ...] = ()) -> Dateline | None:
    """The dateline of a text, if one of its first lines begins with one.

    A place with a date or an agency is one; a place alone only in capitals and before a dash
    ("LONDON —"). A sentence that begins with a city and a day is none: a comma or an agency must part them.

    Examples:
        >>> line = read_dateline("BEIJING, March 21 (Xinhua) -- Two plants opened.")
        >>> line.place, line.month, line.day, line.agency
        ('BEIJING', 3, 21, 'Xinhua News Agency')
    """
    for start, line in _first_lines(body):
        found = _read_line(line, start, user_dirs)
        if found is not None:
            return found
    return None


def _first_lines(body: str) -> Iterator[tuple[int, str]]:
    start = seen = 0
    while start < len(body) and seen < _LINES_LOOKED_AT:
        end = body.find("\n", start)
        end = len(body) if end < 0 else end
        line = body[start : min(end, start + _CHARS_LOOKED_AT)]
        if line.strip():
            seen += 1
            yield start, line
        start = end + 1


def _read_line(line: str, start: int, user_dirs: tuple[Path, ...]) -> Dateline | None:
    if (chinese := _XINHUA.search(line[:40])) is not None:
        month = int(chinese["month"]) if chinese["month"] else None
        span = start + chinese.start(), start + chinese.end()
        return Dateline(
            *span, place=chinese["place"], agency="Xinhua News Agency", month=month, day=int(chinese["day"])
        )
    for pattern in _patterns(user_dirs):
        match = pattern.match(line)
        if match is not None and (found := _as_dateline(match, start, user_dirs)) is not None:
            return found
    alone = _PLACE_AND_DASH.match(line)
    if alone is not None and alone["place"].split(",")[0].isupper():
        return Dateline(start, start + len(alone.group().rstrip()), place=alone["place"].strip(), agency=None)
    return None


def _as_dateline(match: re.Match[str], start: int, user_dirs: tuple[Path, ...]) -> Dateline | None:
    groups = match.groupdict()
    form = groups.get("a1") or groups.get("a2") or groups.get("a3")
    other = groups.get("other")
    month_name = groups.get("m1") or groups.get("m2")
    place = groups.get("place")
    # Running text begins so as well ("Gazprom. Reuters said", "Xi, May 17."): only capitals, or a date
    # with an agency, make it a dateline.
    is_capital = place is not None and place.split(",")[0].isupper()
    if place is not None and not (
        place[0].isupper() and (is_capital or (month_name and (form or other)) or groups.get("a1"))
    ):
        return None
    day = groups.get("d1") or groups.get("d2")
    year = groups.get("year1") or groups.get("year2")
    return Dateline(
        start,
        start + len(match.group().rstrip()),
        place=(place if place.count(".") > 1 else place.rstrip(".")) if place else None,
        agency=_agencies(user_dirs)[form.casefold()] if form else other,
        day=int(day) if day else None,
        month=month_numbers()[month_name.lower()] if month_name else None,
        year=int(year) if year else None,
    )
