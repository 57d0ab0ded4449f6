"""Reads of what good a quantity is: what is "of" it, the phrase measured, the other nouns of the clause."""

from collections.abc import Mapping

from flows.nlp.figures.draft import Draft
from flows.nlp.figures.measure import PHYSICAL, floor
from flows.nlp.figures.tree import Tree
from flows.nlp.measures import Measures

_GALLONS = ("[gal_us]", "[gal_br]", "L")


class CommodityReader:
    """Decides the commodity of a draft whose measure is read, from its own sentence alone."""

    def __init__(self, tree: Tree, measures: Measures, owner: Mapping[int, int]) -> None:
        self._tree = tree
        self._measures = measures
        self._owner = owner

    def read(self, draft: Draft) -> None:
        """Set the commodity: from what is "of" the amount, the phrase measured, the other nouns of the clause."""
        quantity, governor, tree = draft.quantity, draft.governor, self._tree
        ranges: list[tuple[int, int, str]] = []
        if governor.own_of is not None and governor.own_of > quantity.head:
            ranges.append((*tree.phrase(governor.own_of, floor(quantity, governor.own_of)), "own-of"))
        if draft.phrase is not None:
            ranges.append((*draft.phrase, "phrase"))
        if governor.own_in is not None:
            ranges.append((*tree.phrase(governor.own_in, quantity.token_end), "own-in"))
        for noun, rule in governor.nouns:
            if noun not in self._owner:
                ranges.append((*tree.whole_phrase(noun, floor(quantity, noun)), rule))
        numerator = (quantity.dimension or "").partition("_per_")[0]
        if numerator not in PHYSICAL and numerator not in ("money", "ratio"):
            # A count of ships in a text about oil is no amount of oil; nor is a temperature.
            ranges = [found for found in ranges if found[2] in ("own-of", "phrase")]
        for start, end, rule in ranges:
            if self._set_commodity(draft, self._measures.commodity_in(tree, start, end), rule):
                return
        if draft.commodity is not None and self._measures.commodity_fits(draft.commodity, quantity.dimension):
            draft.commodity_rule = "term"
            return
        draft.commodity = None
        self._read_far_commodity(draft)

    def _read_far_commodity(self, draft: Draft) -> None:
        """For amounts of goods and their prices: what the measured noun's own complements name, else the sentence."""
        quantity, governor, tree = draft.quantity, draft.governor, self._tree
        dimension = quantity.dimension or ""
        is_goods = dimension.partition("_per_")[0] in PHYSICAL or dimension.startswith("money_per_")
        flow = draft.measure is not None and draft.measure in self._measures.flows
        if (
            not is_goods
            and not flow
            and draft.measure not in ("production", "consumption", "demand", "price", "reserves")
        ):
            return
        for noun, rule in governor.nouns:
            if noun in self._owner:
                continue
            start = tree.phrase(noun)[0]
            end = noun + 1
            for child in tree.children[noun]:
                if child > noun and tree.deps[child] == "prep":
                    inner = tree.child(child, "pobj")
                    end = inner + 1 if inner is not None and inner not in self._owner else end
            if self._set_commodity(
                draft, self._measures.commodity_in(tree, start, min(end, start + 16)), f"{rule}-below"
            ):
                return
        if not is_goods:
            return
        start, end = tree.sentences[draft.sentence]
        named = {
            commodity
            for commodity, token in self._measures.commodities_in(tree, start, min(end, start + 120))
            if self._measures.commodity_fits(commodity, quantity.dimension) and token not in self._owner
        }
        if len(named) == 1:
            self._set_commodity(draft, named.pop(), "sentence")

    def _set_commodity(self, draft: Draft, commodity: str | None, rule: str) -> bool:
        if commodity is None:
            return False
        unit = draft.quantity.unit_code or ""
        if commodity == "natural_gas" and unit.rpartition("/")[2] in _GALLONS:
            commodity = "gasoline"  # American traffic: gas at the pump.
        if not self._measures.commodity_fits(commodity, draft.quantity.dimension):
            return False
        draft.commodity, draft.commodity_rule = commodity, rule
        return True
