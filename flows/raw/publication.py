"""When a document was published, and what says so. Without evidence there is no date; nothing is guessed."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from flows.nlp.lexicon import Row, read_table

# Newspapers have no older text that anyone would feed here; clocks of two machines differ by less than two days.
EARLIEST_YEAR = 1800
FUTURE_LEEWAY = timedelta(days=2)

_URL_DATE = re.compile(
    r"[/_-](?P<year>(?:19|20)\d\d)(?P<sep>[/_-]?)(?P<month>\d\d|[A-Za-z]{3,9})(?P=sep)(?P<day>\d\d)(?=[/_.?#-]|$)"
)
_ISO = re.compile(r"\d{4}-?\d\d-?\d\d(?:[T ]\d\d:?\d\d.*)?")
_SLASHED = re.compile(r"(?P<year>\d{4})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})(?P<time>[T ]\d\d:\d\d.*)?")
_POINTED = re.compile(r"(?P<first>\d{1,2})(?P<sep>[/.-])(?P<second>\d{1,2})(?P=sep)(?P<year>\d{4})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class MonthName(Row):
    """A row of ``month_names``: a month as printed, in lower case, without a full stop."""

    form: str
    month: int
    languages: str
    example: str
    source: str


@dataclass(frozen=True, slots=True)
class Published:
    """A moment of publication.

    Attributes:
        on: The day as printed, in the publisher's own zone.
        at: The moment in UTC; None where only the day is known.
    """

    on: date
    at: datetime | None = None


@lru_cache(maxsize=1)
def month_numbers() -> dict[str, int]:
    """Month names in lower case to 1..12."""
    return {row.form: row.month for row in read_table("month_names", MonthName)}


@lru_cache(maxsize=1)
def written_date_pattern() -> str:
    """A regular expression for a full written date: "May 17, 2024", "17th of May 2024", "2024-05-17".

    Groups ``d1`` to ``y3``; read them with ``date_of_match``.
    """
    months = "|".join(sorted((re.escape(form) for form in month_numbers()), key=len, reverse=True))
    weekday = r"(?:[^\W\d_]{2,10}\.?,? )?"
    return (
        rf"(?:{weekday}(?P<m1>{months})\.? (?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y1>(?:18|19|20)\d\d)"
        rf"|{weekday}(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.|er)?(?: of| de)? (?P<m2>{months})\.?,?(?: de| del)? "
        r"(?P<y2>(?:18|19|20)\d\d)"
        r"|(?P<y3>(?:18|19|20)\d\d)[-/.](?P<m3>\d\d)[-/.](?P<d3>\d\d)(?!\d))"
    )


@lru_cache(maxsize=1)
def _written() -> re.Pattern[str]:
    return re.compile(written_date_pattern(), re.IGNORECASE)


def date_of_match(match: re.Match[str]) -> date | None:
    """The date of a match of ``written_date_pattern``; None where the calendar has no such day."""
    groups = match.groupdict()
    for number in "123":
        year, month, day = groups[f"y{number}"], groups[f"m{number}"], groups[f"d{number}"]
        if year:
            return calendar_day(int(year), int(month) if month.isdigit() else month_numbers()[month.lower()], int(day))
    return None


def calendar_day(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has none such."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_published(stated: str | int | float | date | datetime | None) -> Published | None:
    """Read what metadata says: ISO 8601, RFC 2822, a written date, seconds since 1970.

    "03/04/2024" is April in London and March in New York: such a date is not read.

    Returns:
        None where it is no date. A time without a zone is taken as UTC.

    Examples:
        >>> parse_published("2024-05-17T23:30:00+08:00").at.isoformat()
        '2024-05-17T15:30:00+00:00'
        >>> parse_published("03/04/2024") is None
        True
    """
    if isinstance(stated, datetime):
        return _moment(stated)
    if isinstance(stated, date):
        return Published(stated)
    if isinstance(stated, int | float):
        return _from_epoch(float(stated))
    text = (stated or "").strip()
    if not text or len(text) > 100:
        return None
    if re.fullmatch(r"\d{10}|\d{13}", text):
        return _from_epoch(float(text))
    return _parse_text(text)


def _parse_text(text: str) -> Published | None:
    if _ISO.fullmatch(text):
        try:
            parsed = datetime.fromisoformat(text.removesuffix(" UTC").removesuffix(" GMT"))
        except ValueError:
            # Seconds of six digits and more, zones in words: the day alone is still sure.
            day = re.match(r"(\d{4})-?(\d\d)-?(\d\d)", text)
            found = calendar_day(*map(int, day.groups())) if day else None
            return Published(found) if found else None
        return _moment(parsed) if len(text) > 10 else Published(parsed.date())
    if slashed := _SLASHED.fullmatch(text):
        iso = f"{slashed['year']}-{int(slashed['month']):02}-{int(slashed['day']):02}{slashed['time'] or ''}"
        return _parse_text(iso)
    if pointed := _POINTED.fullmatch(text):
        return _from_numbers(int(pointed["first"]), int(pointed["second"]), int(pointed["year"]), pointed["sep"])
    try:
        return _moment(parsedate_to_datetime(text))
    except (ValueError, TypeError, OverflowError, IndexError):
        pass
    written = _written().search(text)
    day_written = date_of_match(written) if written else None
    return Published(day_written) if day_written else None


def _from_numbers(first: int, second: int, year: int, separator: str) -> Published | None:
    if separator == "." or first > 12:  # points are written where the day comes first
        found = calendar_day(year, second, first)
    elif second > 12 or first == second:
        found = calendar_day(year, first, second)
    else:
        return None
    return Published(found) if found else None


def _from_epoch(seconds: float) -> Published | None:
    seconds = seconds / 1000 if seconds > 1e11 else seconds
    if not 0 < seconds < 1e11:
        return None
    return _moment(_EPOCH + timedelta(seconds=seconds))


def _moment(moment: datetime) -> Published | None:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return Published(aware.date(), aware.astimezone(UTC))
    except (OverflowError, ValueError):  # the year 9999 in a zone west of UTC
        return Published(aware.date())


def implausible(published: Published, *, now: datetime) -> str | None:
    """Why this cannot be a date of publication; None where it can."""
    if published.on > (now + FUTURE_LEEWAY).date():
        return f"{published.on.isoformat()} lies in the future"
    if published.on.year < EARLIEST_YEAR:
        return f"{published.on.isoformat()} is before {EARLIEST_YEAR}"
    if published.at == _EPOCH:
        return "1970-01-01T00:00 is a clock that was never set"
    return None


def date_from_url(url: str | None) -> date | None:
    """The day that an address carries: ``/2024/05/17/``, ``/2024/may/17/``, ``-20240517.html``.

    Examples:
        >>> date_from_url("https://example.org/world/2024/may/17/gas")
        datetime.date(2024, 5, 17)
    """
    if not url:
        return None
    path = url.split("://", 1)[-1].partition("/")[2][:2_000]
    for match in _URL_DATE.finditer("/" + path):
        name = match["month"]
        month = int(name) if name.isdigit() else month_numbers().get(name.lower())
        # Eight digits in a row are as often a number of the page; letters need their separators.
        if month is None or (not match["sep"] and not name.isdigit()):
            continue
        day = calendar_day(int(match["year"]), month, int(match["day"]))
        if day is not None:
            return day
    return None
