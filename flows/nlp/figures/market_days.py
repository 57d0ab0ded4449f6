"""The day of prices: market reports name it once, in the lead, and mean it in every price after."""

from collections.abc import Sequence
from datetime import date, timedelta

from flows.nlp.figures.draft import Cues, Draft
from flows.nlp.figures.tree import Tree
from flows.nlp.spans import PeriodSpan

_LEAD = 2
"""The last sentence that may name the day, counted from 0; a headline and a dateline stand before it."""
_REACH = 10
_FRESH = timedelta(days=4)


def carry_market_day(tree: Tree, cues: Cues, periods: Sequence[PeriodSpan], drafts: Sequence[Draft]) -> None:
    """Give prices without a time the day that the story opens with.

    "Oil slipped on Wednesday …. Brent was down 61 cents at $82.55 a barrel." A sentence with a time of its own
    keeps to it.
    """
    if not any(_is_open(cues, draft) for draft in drafts):
        return
    known = [period for period in periods if period.token_start < tree.size]
    published = tree.doc._.published_on
    day = next((period for period in known if _is_fresh_day(period, published)), None)
    if day is None or tree.sentence_of[day.token_start] > _LEAD:
        return
    first = tree.sentence_of[day.token_start]
    timed = {tree.sentence_of[period.token_start] for period in known if _tells_when(period)} - {first}
    for draft in drafts:
        if _is_open(cues, draft) and first <= draft.sentence <= first + _REACH and draft.sentence not in timed:
            draft.period_start, draft.period_end = day.start, day.end
            draft.period_surface, draft.period_basis = day.surface, "carried"
            draft.period_rule = "carried:market-day"


def _is_open(cues: Cues, draft: Draft) -> bool:
    return draft.measure in cues.day_measures and draft.period_start is None and draft.status == "reported"


def _tells_when(period: PeriodSpan) -> bool:
    """ "by 0830 GMT" and "its lowest since March" leave the day open."""
    return period.start is not None and period.role != "since"


def _is_fresh_day(period: PeriodSpan, published: date | None) -> bool:
    if period.start is None or period.start != period.end or period.role != "in" or published is None:
        return False
    return timedelta(0) <= published - period.start <= _FRESH
