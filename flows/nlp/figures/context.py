"""What a story tells once and means for the sentences after: its good, its dealers, its time."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from flows.nlp.figures.carry import LEVELS, is_compared, same_head
from flows.nlp.figures.draft import WINDOW, Cues, Draft
from flows.nlp.figures.periods import carry_period
from flows.nlp.figures.tree import Tree
from flows.nlp.measures import Measures
from flows.nlp.periods import calendar as cal
from flows.nlp.spans import MentionSpan, PeriodSpan

_GOODS = frozenset({"mass", "volume", "energy"})
_REACH = 3
"""Sentences over which a good, a dealer or a measure goes on being meant."""
_LEAD_REACH = 9
"""Sentences over which the time that a story opens with does."""
_LONG_DAYS = 27
_LIGHT = frozenset({"DT", "PRP$", "JJ", "JJR", "VBN", "_SP", "POS"})
_BEARERS = {"company": "ORG", "economy": "GPE"}
_TOLD = ("reported", "estimate")
_OF_ALL = frozenset({"export", "import", "good", "service", "merchandise", "commodity"})
_GROWTHS = ("growth", "gdp")


class ContextReader:
    """Fills in what the sentences of one text leave to those before them."""

    def __init__(self, tree: Tree, measures: Measures, cues: Cues, periods: Sequence[PeriodSpan]) -> None:
        self._tree = tree
        self._measures = measures
        self._cues = cues
        self._times = {token for period in periods for token in range(period.token_start, period.token_end)}
        title = str(tree.doc._.title or "") if tree.doc.has_extension("title") else ""
        named = {commodity for commodity, _ in measures.commodities_of_text(title)}
        self._topic = named.pop() if len(named) == 1 else None
        told = {sense.measure for sense in measures.nouns_of_text(title)} & cues.goods_measures
        self._measure = told.pop() if len(told) == 1 else None

    # Before the parties are read.

    def fill_measures(self, drafts: Sequence[Draft]) -> None:
        """Give amounts of goods and bare forecasts the measure, and bare nouns the good, told before."""
        for draft in drafts:
            if not draft.is_readable:
                continue
            if draft.measure is None and draft.quantity.counted_noun is None and draft.quantity.dimension != "count":
                self._fill_measure(draft, drafts)
            if draft.commodity is None and draft.measure is not None:
                self._fill_commodity(draft, drafts)

    def _fill_measure(self, draft: Draft, drafts: Sequence[Draft]) -> None:
        tree, governor, quantity = self._tree, draft.governor, draft.quantity
        if governor.own_of is not None or governor.modified is not None or governor.verb is None:
            return
        head = tree.keys[draft.phrase[1] - 1] if draft.phrase is not None else ""
        is_forecast = quantity.dimension == "ratio" and head in self._cues.forecast_nouns
        is_goods = quantity.dimension in _GOODS and draft.kind == "level"
        is_aim = head in self._cues.transparent or head in self._cues.carrying  # "the target was cut to 5 Mt"
        if not is_forecast and not (is_goods and (is_aim or tree.lemmas[governor.verb] in self._cues.level_verbs)):
            return
        before = [
            other
            for other in self._before(draft, drafts, _LEAD_REACH if is_forecast else _REACH)
            if other.measure is not None and other.quantity.dimension == quantity.dimension
        ]
        if is_forecast:
            before = [other for other in before if other.measure in _GROWTHS] or before
        if not before and is_goods and self._measure is not None and governor.pronoun is not None:
            draft.measure, draft.measure_rule = self._measure, "carried"
        if not before or (is_goods and before[0].quantity.unit_code != quantity.unit_code):
            return
        draft.measure, draft.measure_rule = before[0].measure, "carried"
        if head in self._cues.transparent or head in self._cues.carrying or draft.phrase is None:
            draft.phrase = draft.phrase if is_forecast else before[0].phrase

    def _fill_commodity(self, draft: Draft, drafts: Sequence[Draft]) -> None:
        if draft.measure not in self._cues.goods_measures and draft.measure != "price":
            return
        numerator, _, denominator = (draft.quantity.dimension or "").partition("_per_")
        dimension = denominator if numerator == "money" else numerator
        if dimension not in _GOODS and not (dimension == "ratio" and self._is_bare(draft)):
            return
        if dimension != "ratio" and not self._is_bare(draft) and not (draft.measure_rule or "").startswith("verb"):
            return
        for other in self._before(draft, drafts, _REACH):
            if other.measure in self._cues.goods_measures and other.commodity is not None:
                if self._measures.commodity_fits(other.commodity, draft.quantity.dimension):
                    draft.commodity, draft.commodity_rule = other.commodity, "carried"
                return
        if self._topic is not None and self._measures.commodity_fits(self._topic, draft.quantity.dimension):
            draft.commodity, draft.commodity_rule = self._topic, "carried"

    def _is_bare(self, draft: Draft) -> bool:
        """Whether what is measured is named by one noun: "exports", "its output", "total imports"."""
        tree = self._tree
        if draft.phrase is None:
            return True
        nouns = [token for token in range(*draft.phrase) if tree.tags[token] not in _LIGHT]
        if draft.measure_rule is not None and draft.measure_rule.startswith("verb"):
            return True
        if len(nouns) != 1:
            return False
        named = tree.complement(nouns[0], "of", "in")
        return named is None or named in self._times  # "exports in the first nine months"

    # After periods and parties are read.

    def fill_parties(self, drafts: Sequence[Draft]) -> None:
        """Give a delivery the side that the one before it told."""
        flows = self._measures.flows
        goods = self._cues.goods_measures
        country = next((found for draft in drafts[:3] if (found := self._country(draft)) is not None), None)
        for draft in drafts:
            flow = flows.get(draft.measure or "")
            if flow is None or draft.measure not in goods:
                continue
            for other in self._before(draft, drafts, _REACH):
                if draft.supplier is not None and draft.recipient is not None:
                    break
                other_flow = flows.get(other.measure or "")
                if other_flow is None or other.measure not in goods:
                    continue
                if None not in (draft.commodity, other.commodity) and draft.commodity != other.commodity:
                    break
                self._share_parties(draft, flow, other, other_flow)
            is_open = draft.supplier is None and draft.recipient is None and self._is_of_all(draft)
            if is_open and country is not None and draft.sentence:
                draft.supplier, draft.recipient = (country, None) if flow == "out" else (None, country)

    def _country(self, draft: Draft) -> MentionSpan | None:
        """The country that the story opens with: whose economy grew, who exported."""
        flow = self._measures.flows.get(draft.measure or "")
        found = {None: draft.subject, "out": draft.supplier, "in": draft.recipient}[flow]
        return found if draft.sentence <= 1 and found is not None and found.entity.entity_type == "GPE" else None

    def _is_of_all(self, draft: Draft) -> bool:
        """ "exports", "exports of goods": of the whole country, in the words of statistics."""
        if draft.measure not in ("exports", "imports") or draft.phrase is None:
            return False
        keys, tags = self._tree.keys, self._tree.tags
        nouns = [keys[token] for token in range(*draft.phrase) if tags[token] not in _LIGHT | {"IN", "CC"}]
        return len(nouns) > 0 and set(nouns) <= _OF_ALL

    def _share_parties(self, draft: Draft, flow: str, other: Draft, other_flow: str) -> None:
        if draft.supplier is None and draft.recipient is None:
            if self._is_bare(draft) and (draft.measure_rule or "").startswith(("noun", "list")):
                actor = other.supplier if other_flow == "out" else other.recipient
                if flow == "out":
                    draft.supplier = actor
                else:
                    draft.recipient = actor
        elif draft.supplier is None and other_flow == "out" and not _is_same(other.supplier, draft.recipient):
            draft.supplier = other.supplier
        elif draft.recipient is None and other_flow == "in" and not _is_same(other.recipient, draft.supplier):
            draft.recipient = other.recipient

    def fill_subjects(self, drafts: Sequence[Draft], home: MentionSpan | None) -> None:
        """ "Its profit fell to …. Revenue was 78 billion": of the company that the figure before is of.

        What only states have ("inflation eased to 9%") is of the one that the text is about: ``home``.
        """
        kinds = self._cues.subject_measures
        for draft in drafts:
            fields = kinds.get(draft.measure or "")
            if fields is None or draft.subject is not None or not self._is_bare(draft):
                continue
            wanted = set(fields.split("|"))
            for other in self._before(draft, drafts, _REACH):
                if other.subject is None or wanted.isdisjoint(kinds.get(other.measure or "", "").split("|")):
                    continue
                if other.subject.entity.entity_type in {_BEARERS[field] for field in wanted}:
                    draft.subject = other.subject
                break
            if draft.subject is None and wanted == {"economy"}:
                draft.subject = home

    def fill_periods(self, drafts: Sequence[Draft]) -> None:
        """Give figures the time that the story opens with, and tie "a year earlier" to what it is compared with."""
        lead = next((draft for draft in drafts if self._leads(draft)), None)
        own = [draft for draft in drafts if draft.has_period and draft.period_basis != "carried"]
        own = [draft for draft in own if not is_compared(self._tree, draft) and _is_dated(draft)]
        for draft in drafts:
            if lead is not None and draft.period_surface is None and self._goes_on(draft, lead, own):
                draft.period_start, draft.period_end = lead.period_start, lead.period_end
                draft.period_surface, draft.period_basis = lead.period_surface, "carried"
                draft.period_rule = "carried:lead"
        for one, two in pairwise(drafts):
            self._share_forecast(one, two)
        for other, draft in pairwise(drafts):
            if draft.period_shift is not None and other.sentence == draft.sentence:
                self._tie(draft, other)

    def _share_forecast(self, one: Draft, two: Draft) -> None:
        """ "cut its forecast to 5.2% from 5.5% for 2024": both are of that year."""
        if one.sentence != two.sentence or one.measure != two.measure or one.kind != two.kind:
            return
        if not one.status == two.status != "reported" or not is_compared(self._tree, two):
            return
        if one.governor.verb != two.governor.verb and two.quantity.token_start - one.quantity.token_end > 3:
            return
        today = self._tree.doc._.published_on
        is_dated = today is not None and one.period_end is not None and one.period_start != two.period_start
        if is_dated and two.period_end is not None and two.period_end < today:
            two.period_surface = None  # "from 166 million tonnes last month": when that was said
        for given, draft in ((one, two), (two, one)):
            if draft.period_surface is None and given.period_surface is not None:
                draft.period_start, draft.period_end = given.period_start, given.period_end
                draft.period_surface, draft.period_basis = given.period_surface, given.period_basis
                draft.period_rule = "carried:base"

    def _is_begun(self, draft: Draft) -> bool:
        today, end = self._tree.doc._.published_on, draft.period_end
        return today is not None and end is not None and (end - today).days <= _LONG_DAYS

    def _leads(self, draft: Draft) -> bool:
        return (
            draft.sentence <= _REACH
            and draft.has_period
            and (draft.status in _TOLD or self._is_begun(draft))
            and draft.measure not in self._cues.state_measures
            and _is_long(draft.period_start, draft.period_end)
        )

    def _goes_on(self, draft: Draft, lead: Draft, own: Sequence[Draft]) -> bool:
        """Whether a figure that names no time is of the lead's: no state or count, nothing to come or compared."""
        verb = draft.governor.verb
        if draft.measure in self._cues.state_measures or draft.quantity.dimension == "duration":
            return False
        if draft.quantity.dimension == "count" and draft.measure not in self._cues.goods_measures:
            return False
        if draft.status not in _TOLD or is_compared(self._tree, draft) or draft.governor.modified is not None:
            return False
        if not lead.sentence < draft.sentence <= lead.sentence + _LEAD_REACH:
            return False
        if any(o.sentence == draft.sentence and (o.index < draft.index or o.governor.verb == verb) for o in own):
            return False
        return verb is None or self._tree.tags[verb] in ("VBD", "VBN", "VBG")

    def share_restated(self, drafts: Sequence[Draft]) -> None:
        """Give a figure without a period that of the same figure told elsewhere in the text."""
        groups: dict[tuple[object, ...], list[Draft]] = {}
        for draft in drafts:
            if draft.kind in LEVELS and draft.quantity.dimension not in ("count", "duration", "ratio"):
                quantity = draft.quantity
                groups.setdefault((quantity.value, quantity.unit_code, quantity.comparator), []).append(draft)
        for members in groups.values():
            dated = [draft for draft in members if draft.has_period][:WINDOW]
            for draft in members:
                if draft.period_surface is not None:
                    continue
                same = [other for other in dated if self._states_the_same(draft, other)]
                if same and len({(other.period_start, other.period_end) for other in same}) == 1:
                    carry_period(draft, same[0], "carried:restated")

    def _states_the_same(self, draft: Draft, other: Draft) -> bool:
        if draft.measure != other.measure or (
            None not in (draft.commodity, other.commodity) and (draft.commodity != other.commodity)
        ):
            return False
        return draft.measure is not None or same_head(self._tree, draft, other)

    def _tie(self, draft: Draft, other: Draft) -> None:
        """ "67 million tonnes, against 61 million a year ago": a year before the time of the first."""
        assert draft.period_shift is not None
        unit, shift = draft.period_shift
        start, end = other.period_start, other.period_end
        if start is None or end is None or other.period_shift is not None:
            return
        if other.quantity.dimension != draft.quantity.dimension:
            return
        span: cal.Span | None = None
        if not _is_long(start, end):
            days = {"day": 1, "week": 7}.get(unit, 0) * shift if start == end else 0
            there = cal.add_days(start, days) if days else None
            span = (there, there) if there is not None else None
        elif unit == "year":
            span = cal.shift_years((start, end), shift)
        elif unit in ("month", "quarter") and cal.unit_span(start, unit) == (start, end):
            there = cal.add_units(start, unit, shift)
            span = cal.unit_span(there, unit) if there is not None else None
        if span is not None:
            draft.period_start, draft.period_end = span

    def _before(self, draft: Draft, drafts: Sequence[Draft], reach: int) -> list[Draft]:
        """The figures before one, the nearest first."""
        found = drafts[max(0, draft.index - WINDOW) : draft.index]
        return [o for o in reversed(found) if o.is_readable and draft.sentence - o.sentence <= reach]


def _is_long(start: date | None, end: date | None) -> bool:
    """Whether a period is one of statistics, a month or more, and no day of the news."""
    return start is not None and end is not None and (end - start).days >= _LONG_DAYS


def _is_dated(draft: Draft) -> bool:
    return _is_long(draft.period_start, draft.period_end)


def _is_same(one: MentionSpan | None, other: MentionSpan | None) -> bool:
    return one is not None and other is not None and one.entity.entity_id == other.entity.entity_id
