"""What a figure leaves unsaid because the one before it said it: unit, "a week", the thing counted, the rise."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from flows.nlp.figures.draft import WINDOW, Cues, Draft, turned
from flows.nlp.figures.tree import NOUN_TAGS, VERB_TAGS, Tree
from flows.nlp.measures import Measures

_GOODS = frozenset({"mass", "volume", "energy", "power", "area", "length"})
_MULTIPLES = frozenset(
    {"double", "twice", "triple", "treble", "quadruple", "half", "against", "versus", "than", "from"}
)
_COMPARED = frozenset({"from", "to", "against", "versus", "than", "compared"})
_PRICE_WINDOW = Decimal(4)
"""Prices told side by side lie within this factor; a sum of money next to a price does not."""
_PRICE_REACH = 6
"""Sentences over which a price keeps its "a ton"."""
_GOODS_WINDOW = Decimal(100)
_GAP = 6
"""Words of a clause that leaves out its verb: "; women $1,031"."""


class EllipsisReader:
    """Completes the quantities of one text from those before them, before anything is read of what they measure."""

    def __init__(self, tree: Tree, measures: Measures, cues: Cues) -> None:
        self._tree = tree
        self._measures = measures
        self._cues = cues

    def read(self, draft: Draft, drafts: Sequence[Draft]) -> None:
        """Fill the unit, rate or kind that ``draft`` leaves out."""
        dimension = draft.quantity.dimension
        before = drafts[max(0, draft.index - WINDOW) : draft.index]
        if not before:
            return
        if dimension == "money" and draft.kind == "level":
            self._take_rate(draft, before)
        elif dimension == "count" and draft.kind == "level" and draft.quantity.counted_noun is None:
            self._take_unit(draft, before)
        elif dimension == "ratio" and draft.kind == "level":
            ratios = [other for other in before[-2:] if other.quantity.dimension == "ratio"]
            if ratios:
                self._take_change(draft, ratios[-1])

    def _take_rate(self, draft: Draft, before: Sequence[Draft]) -> None:
        """ "Men earned $1,240 a week; women $1,031"; "… at 585 euros a ton. Analysts expect 650 euros"."""
        quantity = draft.quantity
        for other in reversed(before):
            if draft.sentence - other.sentence > _PRICE_REACH:
                return
            given = other.quantity
            if not (given.dimension or "").startswith("money_per_") or given.unit_code is None:
                continue
            if given.unit_code.partition("/")[0] != quantity.unit_code or not _is_near(draft, other, _PRICE_WINDOW):
                continue
            is_here = other.sentence == draft.sentence
            left = self._tree.lowers[max(given.token_end, draft.quantity.token_start - 2) : draft.quantity.token_start]
            is_compared = is_here and not _COMPARED.isdisjoint(left)
            is_gapped = is_here and (self._is_gapped(other, draft) or self._is_same_price(draft))
            if is_gapped or is_compared or self._is_price(draft) or self._is_asked(draft, other):
                self._complete(draft, other)
            return

    def _is_same_price(self, draft: Draft) -> bool:
        """ "… to average $84, but sees it slipping to $62"."""
        governor = draft.governor
        verb = self._tree.lemmas[governor.verb] if governor.verb is not None else None
        return governor.pronoun is not None and verb in self._cues.level_verbs and governor.own_of is None

    def _is_price(self, draft: Draft) -> bool:
        """Whether the noun it hangs on is a price: "abolished the reserve price of $2.43"."""
        tree, governor = self._tree, draft.governor
        if governor.modified is not None or governor.own_of is not None:
            return False
        for noun, rule in governor.nouns[:1]:
            if not rule.startswith(("of-", "subject", "object")):
                return False
            found = self._measures.of_phrase(tree, tree.phrase(noun)[0], noun, "money", is_relative=False)
            return found is not None and found.sense.measure == "price"
        return False

    def _is_asked(self, draft: Draft, other: Draft) -> bool:
        """ "expect 650 euros": nothing named but who expects it."""
        governor = draft.governor
        if governor.relation != "object" or governor.own_of is not None or governor.verb is None:
            return False
        lemma = self._tree.lemmas[governor.verb]
        is_bare = all(rule.startswith("subject") for _, rule in governor.nouns)
        return is_bare and draft.sentence - other.sentence <= 1 and lemma in self._cues.asking_verbs

    def _take_unit(self, draft: Draft, before: Sequence[Draft]) -> None:
        """ "Pakistan took 197 million kilos, while Egypt bought 72.8 million"."""
        for other in reversed(before):
            if other.sentence != draft.sentence:
                return
            given = other.quantity
            start = draft.quantity.token_start
            left = self._tree.lowers[max(given.token_end, start - 5) : start]
            if given.unit_code == "%" and other.kind in ("level", "share"):
                is_decimal = draft.quantity.value != draft.quantity.value.to_integral_value()
                if is_decimal and _is_near(draft, other, _PRICE_WINDOW) and left[-1:] in (["at"], ["to"], ["from"]):
                    self._complete(draft, other)  # "22 per cent of it, ahead of nuclear at 21.8"
                    return
            if given.dimension == "ratio" or given.dimension == "duration":
                continue
            is_rate = (given.dimension or "").startswith("money_per_")
            is_goods = given.dimension in _GOODS and other.kind == "level"
            is_rate = is_rate or other.kind == "rate"
            if not (is_goods or is_rate) or not _is_near(draft, other, _GOODS_WINDOW):
                return
            is_compared = not _MULTIPLES.isdisjoint(left) and not {"and", ";"} & set(left)
            is_decimal = draft.quantity.value != draft.quantity.value.to_integral_value()
            is_like = other.kind == "rate" and is_decimal and draft.governor.relation == "object"
            if is_like and _is_near(draft, other, _PRICE_WINDOW):
                self._complete(draft, other)  # "7.3 tonnes a hectare, while barley managed just 6.1"
                return
            if is_compared or (is_goods and (self._is_same_deed(draft, other) or self._is_gapped(other, draft))):
                self._complete(draft, other)
            return

    def _is_same_deed(self, draft: Draft, other: Draft) -> bool:
        one, two = draft.governor.verb, other.governor.verb
        if one is None or two is None or one == two or draft.governor.relation != "object":
            return False
        lemmas, dimension = self._tree.lemmas, other.quantity.dimension
        if lemmas[one] == lemmas[two]:
            return True
        senses = [self._measures.of_word(lemmas[verb], dimension, "verb") for verb in (one, two)]
        flows = self._measures.flows
        told = {flows.get(sense.measure, sense.measure) for sense in senses if sense is not None}
        return None not in senses and len(told) == 1  # to import and to take come to one

    def _is_gapped(self, other: Draft, draft: Draft) -> bool:
        """Whether nothing but a name stands between, in a clause that leaves its verb out."""
        tree = self._tree
        start, end = other.quantity.token_end, draft.quantity.token_start
        if not 2 <= end - start <= _GAP or draft.governor.own_of is not None or draft.governor.modified is not None:
            return False
        if tree.lowers[start] not in (";", ",", "and", "but", "while") or tree.tags[end - 1] not in NOUN_TAGS:
            return False
        following = draft.quantity.token_end
        if following < tree.size and tree.tags[following] in NOUN_TAGS:
            return False
        return all(tree.tags[token] not in VERB_TAGS | {"IN", "TO"} for token in range(start, end))

    def _complete(self, draft: Draft, other: Draft) -> None:
        given = other.quantity
        draft.quantity = replace(draft.quantity, unit_code=given.unit_code, dimension=given.dimension)
        draft.governor.dimension = given.dimension
        draft.kind = other.kind
        draft.reasons.append("unit:ellipsis")

    def _take_change(self, draft: Draft, other: Draft) -> None:
        """ "The unions want a rise of 8.5 percent; employers have offered 5 percent"."""
        governor, verb = draft.governor, draft.governor.verb
        if other.sentence != draft.sentence or not other.is_relative or verb is None:
            return
        if other.quantity.unit_code != draft.quantity.unit_code or governor.relation != "object":
            return
        if self._tree.lemmas[verb] in self._cues.asking_verbs and governor.own_of is None:
            if other.direction == "down" and draft.quantity.value > 0:
                draft.quantity = turned(draft.quantity)
            draft.kind, draft.direction = other.kind, other.direction
            draft.continues = other.index
            draft.reasons.append("change:ellipsis")

    def take_share(self, draft: Draft, drafts: Sequence[Draft]) -> None:
        """ "18% of India's imports, down from 20%": a share too."""
        if draft.quantity.dimension != "ratio" or draft.kind != "level" or not draft.index:
            return
        other = drafts[draft.index - 1]
        start = draft.quantity.token_start
        is_from = self._tree.lowers[start - 1] == "from" and self._tree.lowers[start - 2] in ("up", "down", ",")
        if other.kind == "share" and other.sentence == draft.sentence and is_from and draft.governor.own_of is None:
            draft.kind = other.kind
            if draft.measure is None:
                draft.measure, draft.measure_rule = other.measure, "list"
                draft.phrase = draft.phrase or other.phrase
                draft.commodity = other.commodity
            draft.reasons.append("share:ellipsis")

    def take_counted(self, draft: Draft, drafts: Sequence[Draft]) -> bool:
        """Give a bare count what the one before it counts: "158 are being treated", "28 of 33 drones"."""
        quantity, governor, tree = draft.quantity, draft.governor, self._tree
        if quantity.dimension != "count" or quantity.counted_noun is not None or draft.kind not in ("level", "rate"):
            return False
        whole = governor.own_of
        end = quantity.token_end
        if whole is not None or (end < tree.size and tree.lowers[end] == "of"):
            # "28 of 33 drones", wherever the parse hangs it.
            following = drafts[draft.index + 1 : draft.index + 2]
            is_of_next = following and following[0].quantity.token_start <= max(whole or 0, end + 2)
            return bool(is_of_next) and self._count_as(draft, following[0])
        start = quantity.token_start
        for other in reversed(drafts[max(0, draft.index - WINDOW) : draft.index]):
            if draft.sentence - other.sentence > 1:
                return False
            if other.quantity.counted_noun is None or other.quantity.dimension != "count" or other.kind == "change":
                if other.quantity.dimension in ("count", "ratio", "duration"):
                    continue
                return False
            left = tree.lowers[max(other.quantity.token_end, start - 3) : start]
            is_compared = other.sentence == draft.sentence and not _COMPARED.isdisjoint(left)
            is_gapped = other.sentence == draft.sentence and self._is_gapped(other, draft)
            gap = tree.lowers[other.quantity.token_end : start]
            is_compared = is_compared or (other.sentence == draft.sentence and _is_of_which(gap))
            if draft.measure_rule == "adjective" and other.measure != draft.measure:
                continue  # "… burst two dams, while some 10,000 were missing"
            if governor.relation == "subject" or is_compared or is_gapped:
                if is_compared or is_gapped:
                    draft.measure, draft.measure_rule = other.measure, "list" if other.measure else None
                return self._count_as(draft, other)
            return False
        return False

    @staticmethod
    def _count_as(draft: Draft, other: Draft) -> bool:
        if other.quantity.counted_noun is None:
            return False
        draft.quantity = replace(draft.quantity, counted_noun=other.quantity.counted_noun)
        draft.phrase = other.phrase or draft.phrase
        draft.reasons.append("counted:ellipsis")
        return True


def _is_of_which(gap: Sequence[str]) -> bool:
    """ "338 seats, of which the Liberals hold 169"."""
    return any(one == "of" and two in ("which", "whom") for one, two in pairwise(gap))


def _is_near(draft: Draft, other: Draft, factor: Decimal) -> bool:
    one, two = abs(draft.quantity.value), abs(other.quantity.value)
    return bool(one and two) and two / factor <= one <= two * factor
