"""What one figure takes over from another: lists, pronouns, the sentence before, the same figure told again."""

from collections.abc import Sequence

from flows.nlp.figures.draft import WINDOW, Cues, Draft, near
from flows.nlp.figures.parties import PartyReader
from flows.nlp.figures.periods import carry_period
from flows.nlp.figures.tree import NOUN_TAGS, VERB_TAGS, Tree
from flows.nlp.measures import Measures, fits

MAX_BACK = 2
"""Sentences that a pronoun reaches back over."""

_WORTH_GAP = 14
_LED = 3
"""Paragraphs after the first that its time still holds for."""

_COMPARED = frozenset({"compared", "versus", "vs", "against", "from", "than", "after"})
_HELD = frozenset({"from", "than", "against", "versus", "vs", "compared"})
LEVELS = ("level", "rate")
_TIED = ("attached", "bracket", "aside", "of-which", "reached")
"""Rules of base links that leave no doubt what a change is of."""


class Carrier:
    """Fills what a figure's own sentence, or its own part of it, leaves open."""

    def __init__(self, tree: Tree, measures: Measures, cues: Cues) -> None:
        self._tree = tree
        self._measures = measures
        self._cues = cues

    def take_over_measure(self, draft: Draft, drafts: Sequence[Draft]) -> None:
        """Give a list's member the list's measure, and "this number" that of the figure before it."""
        governor = draft.governor
        if draft.continues is not None and draft.measure is None and self._take(draft, drafts[draft.continues], "list"):
            return
        if draft.index and self._take_worth(draft, drafts[draft.index - 1]):
            return
        if draft.index and self._is_parallel(draft, drafts[draft.index - 1]):
            draft.commodity = None
            if draft.kind != drafts[draft.index - 1].kind:  # a pace after one that goes up
                draft.kind, draft.direction = drafts[draft.index - 1].kind, drafts[draft.index - 1].direction
            if self._take(draft, drafts[draft.index - 1], "list"):
                return
        if draft.measure is None and governor.linked is not None and governor.linked < draft.index:
            linked = drafts[governor.linked]
            is_own = draft.phrase is not None and (
                draft.quantity.counted_noun is not None or governor.own_of is not None
            )
            if not is_own and self._take(draft, linked, "list"):
                if governor.link_label in ("conj", "appos") or draft.is_relative:
                    draft.continues = linked.index
                return
        if draft.measure is not None or draft.quantity.counted_noun is not None:
            return
        pronoun = governor.pronoun
        points_back = pronoun is not None and (
            self._tree.lowers[pronoun] in self._cues.carrying or self._tree.keys[pronoun] in self._cues.carrying
        )
        if not points_back and draft.governor.bare:
            pronoun = draft.governor.bare[0]
            points_back = (
                draft.quantity.dimension != "ratio" or self._tree.keys[pronoun] not in self._cues.forecast_nouns
            )
        if points_back and pronoun is not None and self._take_antecedent(draft, pronoun):
            return
        if points_back or (draft.phrase is None and not governor.nouns and draft.is_relative):
            for other in reversed(drafts[max(0, draft.index - WINDOW) : draft.index]):
                if draft.sentence - other.sentence > MAX_BACK:
                    return
                if other.measure is None and other.phrase is None:
                    continue
                is_here = other.sentence == draft.sentence and other.is_relative and pronoun is not None
                if not (draft.is_relative or is_here) and other.quantity.dimension != draft.quantity.dimension:
                    continue
                if self._take(draft, other, "carried"):
                    draft.continues = other.index
                    if pronoun is not None and self._tree.tags[pronoun] in NOUN_TAGS:
                        draft.phrase = self._tree.phrase(pronoun)
                return

    def _take_antecedent(self, draft: Draft, pronoun: int) -> bool:
        """ "Exports were less than in 2022, when they had reached 6 bcm": the subject of the clause around."""
        tree = self._tree
        token = draft.governor.verb
        if token is None or tree.lowers[pronoun] not in ("it", "they") or draft.is_relative:
            return False
        for _ in range(8):
            head = tree.heads[token]
            if head == token:
                return False
            token = head
            noun = tree.subject(token) if tree.tags[token] in VERB_TAGS else None
            if noun is None or noun == pronoun or tree.tags[noun] not in NOUN_TAGS:
                continue
            start, _ = tree.phrase(noun)
            dimension = draft.quantity.dimension
            found = self._measures.of_phrase(tree, start, noun, dimension, is_relative=draft.is_relative)
            if found is not None:
                draft.measure, draft.measure_rule = found.sense.measure, "carried"
                draft.phrase = tree.whole_phrase(noun)
                draft.commodity = self._measures.commodity_in(tree, *draft.phrase) or found.sense.commodity
                draft.commodity_rule = "carried" if draft.commodity else None
                return True
        return False

    def _take_worth(self, draft: Draft, before: Draft) -> bool:
        """ "shipped 5 million tonnes of copper worth $50 billion": the sum is of what was just measured."""
        tree, start = self._tree, draft.quantity.token_start
        if tree.lowers[start - 1] != "worth" or before.sentence != draft.sentence or before.phrase is None:
            return False
        if before.quantity.dimension in ("money", "duration"):
            return False
        own = (before.governor.own_of, before.phrase[1] - 1, before.quantity.token_end - 1)
        if tree.lowers[start - 2] != "," and start - 2 not in own:
            return False  # "an order for 40 jets, a deal worth $16bn"
        gap = range(before.quantity.token_end, start)
        if len(gap) > _WORTH_GAP or any(tree.tags[token] in VERB_TAGS - {"VBN", "VBG"} for token in gap):
            return False
        draft.commodity = None
        is_taken = before.measure in self._measures.flows and self._take(draft, before, "list")
        draft.phrase = before.phrase
        draft.continues = before.index if is_taken else None
        return True

    def _is_parallel(self, draft: Draft, before: Draft) -> bool:
        """ "320 TWh, compared with 279 TWh", "3.1% in 2024 and 3.2% in 2025": of what the one before is of."""
        quantity, other = draft.quantity, before.quantity
        start = quantity.token_start
        left = self._tree.lowers[max(other.token_end, start - 3) : start]
        is_like = before.sentence == draft.sentence and quantity.dimension == other.dimension
        # "expand 2.9% this year, down from 4.6% in 2021": both are paces of growth.
        is_like = is_like and (draft.kind == before.kind or (before.direction == "up" and left[-1:] == ["from"]))
        if not is_like or quantity.counted_noun is not None or (before.measure is None and before.phrase is None):
            return False
        if draft.governor.own_of is not None or draft.governor.own_in is not None or not left:
            return False
        if left[-1] == "from" and left[-2:-1] in (["up"], ["down"]):
            return True
        if draft.governor.verb == before.governor.verb and not _COMPARED.isdisjoint(left):
            return True
        return draft.measure is None and left[-1] in ("and", "or", ",") and start - other.token_end <= 6

    def take_over_later(self, draft: Draft, drafts: Sequence[Draft]) -> None:
        """ "from $2,415 to $2,315 an ounce": what both are of is read at the second."""
        linked = draft.governor.linked
        if draft.phrase is None and draft.quantity.dimension == "count" and draft.measure is not None and draft.index:
            # "killed 31 people and displaced 20,000"
            before = drafts[draft.index - 1]
            if before.sentence == draft.sentence and before.quantity.counted_noun is not None:
                draft.phrase = before.phrase
        if draft.phrase is None and draft.measure is not None and linked is not None:
            draft.phrase = drafts[linked].phrase  # "12 documents worth $1.2 billion"
        if draft.phrase is not None or draft.measure is not None:
            return
        mates = [drafts[linked]] if linked is not None else []
        if draft.quantity.list_id is not None:
            mates += [other for other in near(drafts, draft) if other.quantity.list_id == draft.quantity.list_id]
        mates += [other for other in drafts[draft.index + 1 : draft.index + 2] if other.governor.linked == draft.index]
        for other in mates:
            if other is not draft and self._take(draft, other, "list"):
                return

    def _take(self, draft: Draft, other: Draft, rule: str) -> bool:
        if other.measure is None and other.phrase is None:
            return False
        if other.measure is not None and not (
            (draft.is_relative and draft.quantity.dimension == "ratio")
            or fits(self._measures.dimensions[other.measure], draft.quantity.dimension)
        ):
            return False
        end = draft.quantity.token_end
        has_own = draft.phrase is not None and draft.phrase[0] > end and self._tree.lowers[end] in ("on", "for", "in")
        draft.measure = other.measure
        draft.phrase = draft.phrase if has_own else other.phrase  # "2 billion on roads and 500 million on schools"
        draft.measure_rule = rule if other.measure is not None else None
        commodity = other.commodity
        if draft.commodity is None and commodity and self._measures.commodity_fits(commodity, draft.quantity.dimension):
            draft.commodity, draft.commodity_rule = commodity, rule
        return True

    def deal_out(self, drafts: Sequence[Draft]) -> None:
        """ "Oil and gas output fell by 3 and 4 percent respectively": the first amount is of the first thing."""
        lists: dict[int, list[Draft]] = {}
        for draft in drafts:
            if draft.quantity.is_respective and draft.quantity.list_id is not None:
                lists.setdefault(draft.quantity.list_id, []).append(draft)
        for members in lists.values():
            # The parse hangs the members on one another; whichever reaches the noun speaks for all.
            nouns = next((draft.governor.nouns for draft in members if draft.governor.nouns), [])
            for noun, _ in nouns:
                if self._deal_nouns(members, noun):
                    break

    def _deal_nouns(self, members: list[Draft], noun: int) -> bool:
        tree = self._tree
        chain = [noun]
        while len(chain) < len(members) + 1:
            following = tree.child(chain[-1], "conj")
            if following is None or tree.tags[following] not in NOUN_TAGS | {"JJ"}:
                break
            chain.append(following)
        if len(chain) == len(members) > 1:
            for draft, head in zip(members, chain, strict=True):
                start, end = tree.whole_phrase(head)
                draft.phrase = (start, end)
                found = self._measures.of_phrase(
                    tree, start, head, draft.quantity.dimension, is_relative=draft.is_relative
                )
                if found is not None:
                    draft.measure, draft.measure_rule = found.sense.measure, "list"
                draft.commodity = self._measures.commodity_in(tree, start, end) or draft.commodity
            return True
        start, end = tree.phrase(noun)
        # One by one: "oil and gas" together are a commodity too.
        one_by_one = (self._measures.commodity_in(tree, token, token + 1) for token in range(start, end))
        named = [commodity for commodity in one_by_one if commodity is not None]
        if len(named) == len(members) > 1:
            measure = next((draft.measure for draft in members if draft.measure is not None), None)
            for draft, commodity in zip(members, named, strict=True):
                draft.commodity, draft.commodity_rule = commodity, "respectively"
                draft.phrase, draft.measure, draft.measure_rule = (start, end), measure, "list"
            return True
        return False

    def take_measure_of_base(self, draft: Draft, drafts: Sequence[Draft]) -> None:
        """What "(up by 24%)" and "40% of which" measure is what their level measures, whatever stands around."""
        if draft.base is None or draft.base_rule not in _TIED:
            return
        base = drafts[draft.base]
        if draft.base_rule == "reached" and draft.measure is not None:
            if base.measure is None and base.phrase == draft.phrase:
                self._take(base, draft, "list")  # "Volumes shipped fell 9.6% to 537 million kilos"
            elif base.phrase == draft.phrase and draft.quantity.dimension == "ratio":
                draft.measure = base.measure  # "Deliveries declined 7.1% to 2.18 million vehicles": no goods by weight
            return
        draft.commodity = None
        if self._take(draft, base, "list"):
            draft.supplier, draft.recipient, draft.subject = base.supplier, base.recipient, base.subject

    def take_over_base(self, draft: Draft, drafts: Sequence[Draft]) -> None:
        """Link a change or share to the level that the sentence before stated."""
        if not draft.is_relative or draft.base is not None:
            return
        if draft.continues is not None:
            other = drafts[draft.continues]
            draft.base = other.index if other.kind in LEVELS else other.base
            draft.base_rule = "carried" if draft.base is not None else None
            return
        if draft.kind != "change" or draft.measure is None:
            return
        for other in reversed(drafts[max(0, draft.index - WINDOW) : draft.index]):
            if draft.sentence - other.sentence > 1:
                return
            is_same = (other.measure, other.commodity) == (draft.measure, draft.commodity)
            is_same = is_same and other.status == draft.status
            if (
                other.kind in LEVELS
                and other.sentence < draft.sentence
                and is_same
                and same_head(self._tree, draft, other)
            ):
                if draft.period_surface is None or draft.period_start == other.period_start:
                    draft.base, draft.base_rule = other.index, "sentence-before"
                return

    def take_over_period(self, draft: Draft, drafts: Sequence[Draft]) -> None:
        """Carry the time of the level a change modifies, of the list, of the sentence that this one continues."""
        if draft.period_surface is not None or draft.quantity.dimension == "duration":
            return
        linked = draft.base if draft.base is not None else draft.continues
        if linked is not None and drafts[linked].has_period:
            other = drafts[linked]
            carry_period(draft, other, "carried:base")
            if other.sentence == draft.sentence:
                draft.period_basis = other.period_basis
            return
        for other in reversed(drafts[max(0, draft.index - WINDOW) : draft.index]):
            if draft.sentence - other.sentence > 1 or not self._in_paragraph_before(other, draft):
                break
            if other.sentence == draft.sentence or not other.has_period or is_compared(self._tree, other):
                continue
            if draft.status == other.status == "reported" and self._continues(draft, other):
                self._carry(draft, other, "carried:sentence-before")
            return
        self._take_over_lead(draft, drafts)

    def _take_over_lead(self, draft: Draft, drafts: Sequence[Draft]) -> None:
        """The first paragraph names the time that those right after it speak of too, where they name none."""
        paragraphs = self._tree.paragraph_of
        lead = next((other for other in drafts[:WINDOW] if other.has_period), None)
        if lead is None or lead.index >= draft.index or paragraphs[lead.sentence] > 0:
            return
        if not 0 < paragraphs[draft.sentence] <= _LED or draft.status != "reported" or lead.status != "reported":
            return
        if self._continues(draft, lead):
            self._carry(draft, lead, "carried:lead")

    def _carry(self, draft: Draft, other: Draft, rule: str) -> None:
        carry_period(draft, other, rule)
        commodity, dimension = other.commodity, draft.quantity.dimension
        if draft.commodity is not None or commodity is None:
            return
        is_one_matter = rule == "carried:sentence-before" or draft.measure in self._measures.flows
        if is_one_matter and self._measures.commodity_fits(commodity, dimension):
            draft.commodity, draft.commodity_rule = commodity, "carried"

    def _continues(self, draft: Draft, other: Draft) -> bool:
        """Whether two sentences speak of one matter: the same measure, or deliveries both times."""
        if draft.measure is None or other.measure is None or draft.quantity.dimension == "count":
            return False
        flows = self._measures.flows
        if draft.measure != other.measure and not (draft.measure in flows and other.measure in flows):
            return False
        tenses = {self._tree.tags[one.governor.verb] if one.governor.verb is not None else "" for one in (draft, other)}
        return tenses <= {"VBD", "VBN", ""}

    def take_over_parties(self, draft: Draft, drafts: Sequence[Draft], parties: PartyReader) -> None:
        """Fill a missing supplier or recipient of a delivery from the figure or the sentence before."""
        linked = draft.continues if draft.continues is not None else draft.base
        if linked is not None:
            other = drafts[linked]
            draft.supplier = draft.supplier or other.supplier
            draft.recipient = draft.recipient or other.recipient
            draft.subject = draft.subject or other.subject
        if draft.measure not in self._measures.flows or (draft.supplier and draft.recipient):
            return
        if draft.sentence == 0 or draft.commodity is None:
            return
        frame = parties.frame(draft.sentence - 1)
        if frame.supplier is None and frame.recipient is None:
            return
        if self._tree.paragraph_of[draft.sentence - 1] != self._tree.paragraph_of[draft.sentence]:
            return
        if parties.is_pronoun(draft):
            is_out = self._measures.flows[draft.measure] == "out"
            if is_out and draft.supplier is None:
                draft.supplier = frame.supplier
            elif not is_out and draft.recipient is None:
                draft.recipient = frame.recipient
        if draft.recipient is None and _same(draft.supplier, frame.supplier):
            draft.recipient = frame.recipient
        if draft.supplier is None and _same(draft.recipient, frame.recipient):
            draft.supplier = frame.supplier

    def give_to_reached(self, draft: Draft, drafts: Sequence[Draft]) -> None:
        """ "fell 9.6% to 537 million kilos": what the change was given, the level it led to has too."""
        if draft.base is None or draft.base_rule != "reached" or not draft.has_period:
            return
        base = drafts[draft.base]
        if base.period_surface is None:
            carry_period(base, draft, "carried:base")
            base.commodity = base.commodity or draft.commodity

    def take_over_bracket(self, draft: Draft, drafts: Sequence[Draft]) -> None:
        """ "SDR 200 million (about $265 million)": the same amount again, said of the same thing at the same time."""
        start = draft.quantity.token_start
        before = drafts[draft.index - 1] if draft.index else None
        if before is None or self._tree.lowers[start - 1] != "(" or before.quantity.token_end != start - 1:
            return
        if draft.quantity.dimension != before.quantity.dimension and before.quantity.dimension != "count":
            return
        draft.status = before.status
        if draft.kind == before.kind and draft.quantity.dimension == before.quantity.dimension:
            draft.period_surface = None  # told of the first
        if draft.kind in LEVELS and before.kind in LEVELS:
            draft.measure = draft.measure or before.measure
            draft.phrase = before.phrase or draft.phrase
            if draft.period_surface is None and before.has_period:
                carry_period(draft, before, "carried:base")
                draft.period_basis = before.period_basis

    def _in_paragraph_before(self, one: Draft, other: Draft) -> bool:
        """Whether ``one`` stands in the same paragraph, or the one before: the wires give each sentence its own."""
        gap = self._tree.paragraph_of[other.sentence] - self._tree.paragraph_of[one.sentence]
        return gap == 0 or (gap == 1 and one.measure == other.measure and one.commodity == other.commodity)


def is_compared(tree: Tree, draft: Draft) -> bool:
    """Whether a figure is only what another is held against: "up from 5 tons in 2022", "7 tons a year earlier"."""
    start = draft.quantity.token_start
    return draft.period_shift is not None or not _HELD.isdisjoint(tree.lowers[max(0, start - 3) : start])


def same_head(tree: Tree, draft: Draft, other: Draft) -> bool:
    """Whether the phrases measured end in one noun."""
    if draft.phrase is None or other.phrase is None:
        return False
    return tree.keys[draft.phrase[1] - 1] == tree.keys[other.phrase[1] - 1]


def _same(one: object, other: object) -> bool:
    entity = getattr(one, "entity", None)
    return entity is not None and entity == getattr(other, "entity", None)
