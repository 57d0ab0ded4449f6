"""Finds the time a figure speaks of, among the periods of its sentence."""

from collections.abc import Mapping, Sequence

from flows.nlp.figures.draft import Cues, Draft
from flows.nlp.figures.tree import NOUN_TAGS, VERB_TAGS, Tree
from flows.nlp.spans import PeriodSpan

_CLAUSE_COSTS = {
    "relcl": 100,
    "acl": 45,
    "advcl": 40,
    "ccomp": 25,
    "conj": 30,
    "parataxis": 60,
    "csubj": 60,
    "pcomp": 90,
}
"""What it costs to cross into another clause of the period's side; a relative clause has its own time."""

_OWN_SIDE_COSTS = {"relcl": 25, "ccomp": 8, "conj": 12, "advcl": 10, "acl": 8, "parataxis": 20}
"""The same on the figure's side: a main clause lends its time more freely than it borrows."""

_LIMIT = 90
_FAR = 400
_COMPARED = frozenset({"from", "with", "than", "versus", "against", "over", "on", "to"})
"""Before a time that a change is told against: "up 5% from 2019", "more than in 2022"."""
_FOLLOWERS = frozenset({"compared", "versus", "against", "vs", "from"})
_COMPARING = frozenset({"than", "compared", "against", "versus", "vs", "vs.", "as", "unlike", "relative"})
_EARLIER = frozenset({"previous", "preceding", "prior", "same", "corresponding"})
_SUPERLATIVES = frozenset(
    {"highest", "lowest", "largest", "biggest", "most", "best", "worst", "first", "least", "steepest"}
)
_SHORT = frozenset({"day", "time", "part_of_day", "hour", "minute"})
"""Granularities in which news is told rather than measured: "said on Friday"."""


class PeriodReader:
    """Chooses among the periods of a text; knows where the parse hangs each."""

    def __init__(
        self,
        tree: Tree,
        periods: Sequence[PeriodSpan],
        cues: Cues,
        owner: Mapping[int, int],
        attribution_cues: frozenset[int],
    ) -> None:
        self._tree = tree
        self._cues = cues
        self._owner = owner
        self._attribution_cues = attribution_cues
        self._by_sentence: dict[int, list[PeriodSpan]] = {}
        for period in periods:
            if period.token_start < tree.size:
                self._by_sentence.setdefault(tree.sentence_of[period.token_start], []).append(period)
        self._points: dict[int, tuple[int, int]] = {}

    def read(self, draft: Draft) -> None:
        """Set the period of ``draft`` from its own sentence; leaves it None where none governs the figure."""
        candidates = self._by_sentence.get(draft.sentence)
        if not candidates:
            return
        ancestors = self._ancestors(draft.governor.path[0])
        best: PeriodSpan | None = None
        best_cost = float(_LIMIT)
        for period in candidates:
            cost = self._cost(draft, period, ancestors)
            if cost < best_cost:
                best, best_cost = period, cost
        if best is not None:
            take_period(draft, best)
            draft.period_rule = f"{best.role}:{'near' if best_cost < 25 else 'far'}"

    def compared_year(self, draft: Draft) -> bool:
        """Whether the change is told against the year before its own: "in 2023 … from 2022"."""
        if draft.period_start is None:
            return False
        for period in self._by_sentence.get(draft.sentence, ()):
            if period.start is None or period.token_start < draft.quantity.token_end or period.token_start == 0:
                continue
            if (
                self._tree.lowers[period.token_start - 1] in _COMPARED
                or self._tree.lowers[period.token_start] in _COMPARED
            ):
                return period.start.year == draft.period_start.year - 1 and period.granularity in (
                    "year",
                    "quarter",
                    "month",
                )
        return False

    def _ancestors(self, token: int) -> list[tuple[int, int]]:
        """Tokens from ``token`` to its root, each with what it costs to reach."""
        tree = self._tree
        chain = [(token, 0)]
        cost = 0
        for _ in range(30):
            head = tree.heads[token]
            if head == token:
                break
            cost += 2 + _OWN_SIDE_COSTS.get(tree.deps[token], 0)
            chain.append((head, cost))
            token = head
        return chain

    def _cost(self, draft: Draft, period: PeriodSpan, ancestors: list[tuple[int, int]]) -> float:
        tree, quantity = self._tree, draft.quantity
        if period.token_start < quantity.token_end and quantity.token_start < period.token_end:
            return _FAR
        own = self._place(period)
        is_reporting = own in self._attribution_cues or (
            tree.lemmas[own] in self._cues.report_verbs and tree.tags[own] in VERB_TAGS
        )
        if is_reporting and own == draft.governor.verb and tree.child(own, "auxpass") is not None:
            is_reporting = False  # "81 people were confirmed dead on Tuesday"
        if self._is_of_expecting(period, own):
            return _FAR
        # "said on Friday that": when it was said. "reported for 2023 a profit": what it is about.
        if is_reporting and (period.granularity in _SHORT or (own != draft.governor.verb and self._tells(own))):
            return _FAR
        before = tree.lowers[period.token_start - 1] if period.token_start else ""
        is_after = period.token_start >= quantity.token_end
        gap = period.token_start - quantity.token_end if is_after else quantity.token_start - period.token_end
        between = (
            self._quantities_between(quantity.token_end, period.token_start)
            if is_after
            else (self._quantities_between(period.token_end, quantity.token_start))
        )
        if is_after and between and self._compares_between(quantity.token_end, period.token_start):
            return _FAR
        if period.role == "since" and self._is_superlative(period):
            return _FAR
        when = self._when(period)
        if when is not None and not is_after and when < quantity.token_start and not between:
            return 0.0
        if tree.lowers[period.token_start] in _COMPARING and period.role == "than":
            return _FAR  # "the same as in 2023"
        is_before = tree.lowers[period.token_end - 1] in ("earlier", "ago", "before", "previously")
        is_compared = period.role == "than" or (before in _COMPARED and period.role == "in")
        is_compared = is_compared or (period.role == "over" and period.granularity != "span")
        is_compared = is_compared or self._is_over_earlier(period)
        is_base = is_before or (draft.kind == "change" and is_after and is_compared)
        if is_base and not (is_after and gap <= 3 and self._is_compared(draft)):
            return _FAR
        cost = self._tree_cost(own, ancestors)
        cost += 8 * between + (0 if is_after else 2) + gap / 12
        if is_after and gap <= 1 and not between:
            cost -= 15
        if period.role == "since":
            cost += 15
        if period.role in ("before", "until") and quantity.dimension != "duration":
            # "The plant, which has a capacity of 80 mcm a day, will stay shut until May": the shutdown ends then.
            cost += 60 if any(tree.deps[token] == "relcl" for token, _ in ancestors) else 10
        if ";" in tree.lowers[quantity.token_end : period.token_start]:
            cost += 60
        return cost

    def _is_over_earlier(self, period: PeriodSpan) -> bool:
        """ "an increase of 21 percent over the previous year": told against it, not in the course of it."""
        words = self._tree.lowers[period.token_start : period.token_end]
        return words[0] == "over" and not _EARLIER.isdisjoint(words)

    def _is_of_expecting(self, period: PeriodSpan, own: int) -> bool:
        """ "from 2.25 million expected last month": when it was expected."""
        today = self._tree.doc._.published_on if self._tree.doc.has_extension("published_on") else None
        if today is None or period.end is None or period.end >= today or self._tree.tags[own] != "VBN":
            return False
        return self._tree.lemmas[own] in self._cues.asking_verbs and self._tree.child(own, "auxpass") is None

    def _tells(self, verb: int) -> bool:
        """Whether a verb of telling tells anything: "added that", as against "the economy added 73,000 jobs"."""
        if verb in self._attribution_cues:
            return True
        deps = self._tree.deps
        return any(deps[child] in ("ccomp", "xcomp") for child in self._tree.children[verb])

    def _tree_cost(self, own: int, ancestors: list[tuple[int, int]]) -> float:
        """Way from the period's governor to the nearest ancestor of the figure."""
        tree = self._tree
        reached = dict(ancestors)
        if tree.deps[own] == "acl" and tree.heads[own] == ancestors[0][0] and tree.tags[own] == "VBN":
            return -10.0  # "the 2% recorded in April"
        cost = 0
        for _ in range(12):
            if own in reached:
                return cost + reached[own]
            head = tree.heads[own]
            if head == own:
                break
            cost += 4 + _CLAUSE_COSTS.get(tree.deps[own], 0)
            own = head
        return 70.0  # A sentence in two trees: same sentence is all that is known.

    def _place(self, period: PeriodSpan) -> int:
        """The verb or noun that the parse hangs the period on; its own head where it is a sentence of its own."""
        known = self._points.get(period.token_start)
        if known is not None:
            return known[0]
        tree = self._tree
        token = period.token_end - 1
        for _ in range(period.token_end - period.token_start + 1):
            head = tree.heads[token]
            if head == token or not period.token_start <= head < period.token_end:
                break
            token = head
        for _ in range(4):
            head = tree.heads[token]
            if head == token:
                break
            token = head
            if tree.tags[token] in VERB_TAGS or tree.tags[token] in NOUN_TAGS:
                break
        self._points[period.token_start] = (token, period.token_end)
        return token

    def _when(self, period: PeriodSpan) -> int | None:
        """The "when" right after a time: "in 2023, when exports had reached 6 bcm"."""
        lowers, end = self._tree.lowers, period.token_end
        for token in range(end, min(end + 2, self._tree.size)):
            if lowers[token] == "when":
                return token
        return None

    def _quantities_between(self, start: int, end: int) -> int:
        return len({self._owner[token] for token in range(start, min(end, start + 60)) if token in self._owner})

    def _compares_between(self, start: int, end: int) -> bool:
        """ "350,000 tonnes …, compared with 8 million tonnes in 1989": the year is of the other."""
        lowers = self._tree.lowers
        for token in range(start, min(end, start + 60)):
            is_from = lowers[token] == "from"
            if lowers[token] in _FOLLOWERS and (not is_from or self._quantities_between(token + 1, token + 4)):
                return True
        return False

    def _is_superlative(self, period: PeriodSpan) -> bool:
        lowers = self._tree.lowers
        return any(
            lowers[token] in _SUPERLATIVES for token in range(max(0, period.token_start - 8), period.token_start)
        )

    def _is_compared(self, draft: Draft) -> bool:
        lowers, start = self._tree.lowers, draft.quantity.token_start
        return draft.kind != "change" and any(
            lowers[token] in ("from", "compared", "versus", "than", "against", "vs")
            for token in range(max(0, start - 3), start)
        )


def take_period(draft: Draft, period: PeriodSpan) -> None:
    """Give ``draft`` what the period says; dates stay None where only a publication date could tell them."""
    draft.period_start, draft.period_end = period.start, period.end
    draft.period_surface, draft.period_basis = period.surface, period.basis
    draft.period_shift = period.shift


def carry_period(draft: Draft, other: Draft, rule: str) -> None:
    """Give ``draft`` the period of another figure."""
    draft.period_start, draft.period_end = other.period_start, other.period_end
    draft.period_surface, draft.period_basis = other.period_surface, "carried"
    draft.period_rule = rule
