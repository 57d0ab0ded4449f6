"""Dates of an expression of time, given the publication date and what was told before.

What needs a publication date and has none stays without dates: never a guess.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flows.nlp.periods import calendar as cal
from flows.nlp.periods.calendar import Span
from flows.nlp.periods.grammar import Node
from flows.nlp.periods.words import safe_date


@dataclass(slots=True)
class Told:
    """A period resolved earlier in the text, for "the same day", "a year earlier"."""

    span: Span
    granularity: str


@dataclass(slots=True)
class Context:
    """What an expression is resolved against.

    ``leans`` tells whether what happens then lies ``ahead``, ``behind`` or ``now``; None where it is not said.
    """

    today: date | None
    leans: Callable[[], str | None]
    told: Told | None = None
    year: int | None = None
    """A year stated earlier in the sentence: "In 2023 … in December"."""
    fiscal_start: int | None = None
    """First month of the fiscal year of the country the text speaks of, where it is known."""
    portion_role: str = ""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Inclusive dates. Open sides are None; ``basis`` is None where nothing was resolved."""

    start: date | None
    end: date | None
    basis: str | None


NOTHING = Resolved(None, None, None)

_NEAR_DAYS = 60
_FAR_DAYS = 270
_JUST_GONE_DAYS = 14


def resolve(node: Node, context: Context) -> Resolved:
    """The dates of ``node``; ``basis`` is ``relative`` where the publication date decided."""
    found = _whole(node, context)
    if found is None:
        return NOTHING
    span, basis = found
    if node.part:
        part = _part(node, span, context)
        if part is None:
            return NOTHING
        span = part
        basis = "relative" if node.part in ("rest", "later", "earlier") else basis
    return Resolved(span[0], span[1], basis)


def _whole(node: Node, context: Context) -> tuple[Span, str] | None:
    form, today = node.form, context.today
    span: Span | None
    if form == "calendar":
        return _calendar(node, context)
    if form == "fixed":
        return ((node.start, node.end), "stated") if node.start and node.end else None
    if form == "years":
        span = cal.years_span(node.year or 0, (node.year or 0) + node.count - 1)
        return (span, "stated") if span else None
    if form == "two_years":
        return cal.month_span(node.year or 1, 7, 6), "stated"
    if form in ("fiscal", "fiscal_pair"):
        return _fiscal(node, context)
    if form in ("context", "same"):
        return _from_told(node, context)
    if form == "ending":
        return _ending(node, context)
    if form == "ordinal":
        return _ordinal(node, context)
    if form == "holding" and node.inner:
        inside = resolve(node.inner, context)
        span = cal.unit_span(inside.start, node.unit) if inside.start else None
        return (span, inside.basis) if span and inside.basis else None
    if today is None:
        return None
    span = None
    if form == "either":
        span = _either(node, today)
    elif form == "weekday":
        span = _weekday(node, today, context)
    elif form == "shifted":
        span = _shifted(node, today, context)
    elif form == "fiscal_shifted":
        span = cal.fiscal_span(today, node.shift, context.fiscal_start or 1)
    elif form == "summed" and node.inner:
        first = cal.add_units(today, node.unit, node.shift)
        second = cal.add_units(first, node.inner.unit, node.inner.shift) if first else None
        span = (second, second) if second else None
    elif form == "rolling":
        far = cal.add_units(today, node.unit, node.shift * node.count)
        span = None if far is None else (far, today) if node.shift < 0 else (today, far)
    elif form == "day_of_month":
        span = _day_of_month(node, today, context)
    elif form == "until_now" and node.inner:
        inner = _shifted(node.inner, today, context)
        span = (inner[0], today) if inner else None
    return (span, "relative") if span else None


def _calendar(node: Node, context: Context) -> tuple[Span, str] | None:
    if node.year is not None:
        span = _in_year(node, node.year)
        return (span, "stated") if span else None
    today = context.today
    if node.year_shift is not None and node.lean == "context":
        told = context.told
        span = _in_year(node, told.span[0].year + node.year_shift) if told else None
        return (span, "relative") if span else None
    if node.year_shift is None and not node.lean and context.year is not None:
        span = _in_year(node, context.year)
        return (span, "stated") if span else None
    if today is None:
        return None
    if node.year_shift is not None:
        span = _in_year(node, today.year + node.year_shift)
    elif node.lean:
        span = _leaning(node, today)
    else:
        span = _nearest(node, today, context.leans())
    return (span, "relative") if span else None


def _in_year(node: Node, year: int) -> Span | None:
    if not 1 <= year <= 9997:
        return None
    (month1, day1), (month2, day2) = node.low, node.high
    start = safe_date(year, month1, day1)
    later = year + (node.high < node.low)
    end = safe_date(later, month2, day2) or (cal.month_span(later, month2, month2)[1] if day2 == 31 else None)
    return (start, end) if start and end else None


def _leaning(node: Node, today: date) -> Span | None:
    if node.lean == "this":
        return _in_year(node, today.year)
    if node.lean == "last":
        # "Last May", said in June, is May of last year: the one just gone is "in May".
        return _in_year(node, today.year - 1)
    span = _in_year(node, today.year)
    return span if span and span[0] > today and span[0].month != today.month else _in_year(node, today.year + 1)


def _nearest(node: Node, today: date, lean: str | None) -> Span | None:
    candidates = [span for shift in (-4, -1, 0, 1, 4) if (span := _in_year(node, today.year + shift))]
    if node.weekday is not None:
        fitting = [span for span in candidates if span[0].weekday() == node.weekday]
        candidates = fitting or candidates
    else:
        candidates = [span for span in candidates if abs(span[0].year - today.year) <= 1] or candidates
    behind = [span for span in candidates if _has_begun(node, span, today)]
    ahead = [span for span in candidates if span[1] >= today]
    past, future = (behind[-1] if behind else None), (ahead[0] if ahead else None)
    if past is None or future is None:
        return past or future
    if past == future:
        return past
    back, on = (today - past[1]).days, (future[0] - today).days
    if lean == "ahead":
        # A day just gone, told as to come, is a text read late; nobody announces eleven months ahead without a year.
        return past if node.granularity == "day" and on > _FAR_DAYS and back <= _JUST_GONE_DAYS else future
    if lean == "behind":
        # A day so near ahead and so far behind is ahead, whatever the tense: "the cap agreed from December 5".
        return future if node.granularity == "day" and on <= _NEAR_DAYS and back > _FAR_DAYS else past
    if node.granularity in ("day", "span") and node.low[1] != 1:
        return past if back <= on else future
    return past


def _has_begun(node: Node, span: Span, today: date) -> bool:
    # Results of a quarter are told once it is over, or in its last days.
    if node.granularity in ("quarter", "half", "span") and node.high[1] == 31:
        return (span[1] - today).days <= 15
    return span[0] <= today


def _either(node: Node, today: date) -> Span | None:
    fitting = [day for day in (node.start, node.end) if day and -92 <= (day - today).days <= 7]
    return (fitting[0], fitting[0]) if len(fitting) == 1 else None


def _weekday(node: Node, today: date, context: Context) -> Span | None:
    assert node.weekday is not None
    if node.count:
        months = [month for shift in range(-6, 7) if (month := cal.add_months(today.replace(day=1), shift))]
        days = [day for month in months if (day := safe_date(month.year, month.month, node.count))]
        fitting = [day for day in days if day.weekday() == node.weekday]
        nearest = min(fitting, key=lambda day: abs((day - today).days), default=None)
        return (nearest, nearest) if nearest else None
    ahead = (node.weekday - today.weekday()) % 7
    if node.lean == "week":
        day = cal.add_days(today, node.weekday - today.weekday() + 7 * node.shift)
    elif node.lean == "last":
        day = cal.add_days(today, ahead - 7)
    elif context.leans() == "ahead":
        day = cal.add_days(today, ahead)
    else:
        day = cal.add_days(today, ahead - 7 if ahead else 0)
    return (day, day) if day else None


def _shifted(node: Node, today: date, context: Context) -> Span | None:
    if node.unit == "weekend" and node.is_bare and context.leans() != "ahead":
        # "At the weekend", of what happened, is the one just gone.
        saturday = cal.add_days(today, -((today.weekday() - 5) % 7))
        return cal.unit_span(saturday, "weekend") if saturday else None
    if node.unit == "day":
        first = cal.add_days(today, node.shift)
        last = cal.add_days(today, node.shift + node.count)
        return (first, last) if first and last else None
    # "Net sales for the full year fell": of a year that is over.
    back = int(node.lean == "whole" and node.unit == "year" and not node.shift and context.leans() == "behind")
    there = cal.add_units(today, node.unit, node.shift - back)
    return cal.unit_span(there, node.unit) if there else None


def _fiscal(node: Node, context: Context) -> tuple[Span, str] | None:
    year, month = node.year or 1, context.fiscal_start
    if node.form == "fiscal_pair":
        if month and month > 1:
            return cal.month_span(year, month, month - 1), "stated"
        # Which months of the two years depends on the country; both years hold them for certain.
        span = cal.years_span(year, year + 1)
    elif month and month > 1:
        # A fiscal year of one number bears that of its end: fiscal 2024 of the US ends in September 2024.
        return cal.month_span(year - 1, month, month - 1), "stated"
    else:
        span = cal.years_span(year, year)
    return (span, "stated") if span else None


def _from_told(node: Node, context: Context) -> tuple[Span, str] | None:
    told = context.told
    if node.form == "same" and (node.year is not None or node.year_shift is not None):
        year = node.year
        if year is None and context.today is not None and node.year_shift is not None:
            year = context.today.year + node.year_shift
        if year is None:
            return None
        span = cal.shift_years(told.span, year - told.span[0].year) if told else None
        if told and told.granularity == "year":
            span = None
        span = span or cal.years_span(year, year)
        return (span, "stated" if node.year is not None else "relative") if span else None
    if told is None:
        return None
    if node.count:
        # "The nine months" are those told of, if they were nine.
        start, end = told.span
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        is_whole = start.day == 1 and cal.add_days(end, 1) is not None and end.day >= 28
        return (told.span, "relative") if is_whole and months == node.count else None
    if node.form == "same":
        if node.shift:
            span = cal.shift_years(told.span, node.shift)
        elif node.unit == told.granularity or node.unit == "period":
            span = told.span
        else:
            span = cal.unit_span(told.span[0], node.unit)
            if span and not (span[0] <= told.span[0] and told.span[1] <= span[1]):
                span = None
    elif node.unit == "year" and told.granularity != "day":
        span = cal.shift_years(told.span, node.shift)
    elif node.unit == "week" and told.granularity == "week":
        first, last = (cal.add_units(day, "week", node.shift) for day in told.span)
        span = (first, last) if first and last else None
    else:
        there = cal.add_units(told.span[0], node.unit, node.shift)
        span = cal.unit_span(there, node.unit) if there else None
    return (span, "relative") if span else None


def _ending(node: Node, context: Context) -> tuple[Span, str] | None:
    if node.inner is None:
        return None
    last = resolve(node.inner, context)
    if last.end is None or last.basis is None:
        return None
    end = last.end
    today = context.today
    if last.basis == "relative" and today and end > today and node.lean == "past" and context.leans() != "ahead":
        earlier = cal.shift_years((end, end), -1)
        end = earlier[1] if earlier else end
    before = cal.add_units(end, node.unit, -node.count)
    if before is None:
        return None
    start = cal.add_days(before, 1)
    if (
        cal.add_days(end, 1)
        and (cal.add_days(end, 1) or end).day == 1
        and node.unit not in ("day", "week", "fortnight")
    ):
        # Counted in whole months: the three months to June begin on April 1.
        shifted = cal.add_units(cal.add_days(end, 1) or end, node.unit, -node.count)
        start = shifted or start
    return ((start, end), last.basis) if start and start <= end else None


def _ordinal(node: Node, context: Context) -> tuple[Span, str] | None:
    """The ``shift``-th unit, or run of ``count`` units, of ``inner``; from its end where ``shift`` is negative."""
    if node.inner is None:
        return None
    whole = resolve(node.inner, context)
    if whole.start is None or whole.end is None or whole.basis is None:
        return None
    span: Span | None = None
    if node.weekday is not None:
        if node.shift > 0:
            day = cal.add_days(whole.start, (node.weekday - whole.start.weekday()) % 7 + 7 * (node.shift - 1))
        else:
            day = cal.add_days(whole.end, -((whole.end.weekday() - node.weekday) % 7))
        span = (day, day) if day else None
    elif node.unit == "date":
        first, last = cal.add_days(whole.start, node.shift - 1), cal.add_days(whole.start, node.count - 1)
        span = (first, last) if first and last and last <= whole.end else None
    elif node.unit == "week" and node.count == 1:
        # The first week with most of its days inside, as ISO 8601 counts the weeks of a year.
        pivot = cal.add_days(whole.start, 3) if node.shift > 0 else cal.add_days(whole.end, -3)
        day = cal.add_days(pivot, 7 * (node.shift - 1 if node.shift > 0 else node.shift + 1)) if pivot else None
        span = cal.unit_span(day, "week") if day else None
    elif node.shift > 0:
        start = cal.add_units(whole.start, node.unit, (node.shift - 1) * node.count)
        after = cal.add_units(whole.start, node.unit, node.shift * node.count)
        end = cal.add_days(after, -1) if after else None
        span = (start, end) if start and end else None
    else:
        after = cal.add_days(whole.end, 1)
        start = cal.add_units(after, node.unit, -node.count) if after else None
        span = (start, whole.end) if start else None
    if span is None or span[0] > whole.end or span[1] < whole.start:
        return None
    return span, whole.basis


def _day_of_month(node: Node, today: date, context: Context) -> Span | None:
    """ "On the 3rd": of the month told of, or the one after; else the last such day."""
    anchor = context.told.span[0] if context.told else today
    for months in (0, 1) if context.told else (0, -1, -2):
        month = cal.add_months(anchor.replace(day=1), months)
        day = safe_date(month.year, month.month, node.count) if month else None
        if day and (day >= anchor if context.told else day <= today):
            return day, day
    return None


def _part(node: Node, span: Span, context: Context) -> Span | None:
    part, role = node.part, context.portion_role
    if part == "course":
        return span
    if part == "earlier":
        return (span[0], min(context.today, span[1])) if context.today and context.today >= span[0] else None
    if part in ("rest", "later"):
        return (max(context.today, span[0]), span[1]) if context.today and context.today <= span[1] else None
    if part == "start":
        if role in ("since", "before", "until"):
            return span[0], span[0]
        low, high = 0.0, 1 / 3
    elif part == "end":
        if role == "by":
            # "By the end of the decade" speaks of its last year; of a year, of the year.
            return cal.years_span(span[1].year, span[1].year) if node.granularity in ("decade", "span") else span
        if role in ("until", "since", "at", "before", "after"):
            return span[1], span[1]
        low, high = 2 / 3, 1.0
    else:
        first, _, second = part.partition("-")
        low, high = _fraction(first), _fraction(second)
    return cal.portion_of(span, low, high)


def _fraction(text: str) -> float:
    above, _, below = text.partition("/")
    return int(above) / int(below or 1)
