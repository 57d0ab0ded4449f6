"""Arithmetic of calendar spans. All spans are pairs of dates, inclusive at both ends."""

import calendar
from datetime import date, timedelta

Span = tuple[date, date]

_MONTHS_OF = {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120, "century": 1200}
_DAYS_OF = {"day": 1, "week": 7, "fortnight": 14, "weekend": 7}
SEASON_MONTHS = {"winter": (12, 2), "spring": (3, 5), "summer": (6, 8), "autumn": (9, 11)}


def month_span(year: int, first: int, last: int) -> Span:
    """Whole months ``first`` to ``last``; ``last`` lies in the next year where it is the smaller."""
    end_year = year + (last < first)
    return date(year, first, 1), date(end_year, last, calendar.monthrange(end_year, last)[1])


def add_months(day: date, months: int) -> date | None:
    """The same day so many months on, the last day of a shorter month; None outside the calendar."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9998:
        return None
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))


def add_days(day: date, days: int) -> date | None:
    """So many days on; None outside the calendar."""
    ordinal = day.toordinal() + days
    return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() - 366 else None


def add_units(day: date, unit: str, count: int) -> date | None:
    """``count`` units on (or back); hours and minutes stay on the day."""
    if unit in _MONTHS_OF:
        return add_months(day, _MONTHS_OF[unit] * count)
    if unit in _DAYS_OF:
        return add_days(day, _DAYS_OF[unit] * count)
    return day


def unit_span(day: date, unit: str) -> Span | None:
    """The calendar unit that holds ``day``: weeks from Monday, decades from the year that ends in 0."""
    if unit == "day":
        return day, day
    if unit in ("week", "fortnight", "weekend"):
        start = add_days(day, -day.weekday() + (5 if unit == "weekend" else 0))
        end = add_days(start, {"week": 6, "fortnight": 13, "weekend": 1}[unit]) if start else None
        return (start, end) if start and end else None
    if unit == "month":
        return month_span(day.year, day.month, day.month)
    if unit == "quarter":
        first = (day.month - 1) // 3 * 3 + 1
        return month_span(day.year, first, first + 2)
    if unit == "half":
        first = 1 if day.month < 7 else 7
        return month_span(day.year, first, first + 5)
    if unit == "year":
        return years_span(day.year, day.year)
    if unit == "decade":
        return years_span(day.year // 10 * 10, day.year // 10 * 10 + 9)
    if unit == "century":
        first = (day.year - 1) // 100 * 100 + 1
        return years_span(first, first + 99)
    return None


def years_span(first: int, last: int) -> Span | None:
    if not 1 <= first <= last <= 9998:
        return None
    return date(first, 1, 1), date(last, 12, 31)


def fiscal_span(today: date, shift: int, month: int) -> Span | None:
    """The year from ``month`` on that holds ``today``, or one ``shift`` years from it."""
    year = today.year + shift - (today.month < month)
    return month_span(year, month, (month + 10) % 12 + 1) if 1 <= year <= 9998 else None


def shift_years(span: Span, years: int) -> Span | None:
    """The like span of another year; a month's last day stays its last day."""
    start, end = add_months(span[0], 12 * years), add_months(span[1], 12 * years)
    if start is None or end is None:
        return None
    if span[1].day == calendar.monthrange(span[1].year, span[1].month)[1]:
        end = end.replace(day=calendar.monthrange(end.year, end.month)[1])
    return start, end


def portion_of(span: Span, low: float, high: float) -> Span:
    """A part of a span, by whole years of a decade, by whole months where it has at least three, else by days."""
    start, end = span
    years = end.year - start.year + 1
    if years >= 10 and (start.month, start.day) == (1, 1):
        return date(start.year + round(years * low), 1, 1), date(start.year + round(years * high) - 1, 12, 31)
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    if months >= 3 and start.day == 1:
        first = add_months(start, round(months * low))
        after = add_months(start, round(months * high))
        if first and after:
            return first, after - timedelta(days=1)
    days = (end - start).days + 1
    return start + timedelta(days=int(days * low)), start + timedelta(
        days=max(int(days * low) + 1, int(days * high)) - 1
    )
