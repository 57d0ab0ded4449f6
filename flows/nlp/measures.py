"""What a figure measures, and of what commodity: looks noun phrases and verbs up in the tables of terms."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.nlp.figures.tree import Tree, singular
from flows.nlp.lexicon import Row, read_table

_WORD = re.compile(r"\w+")
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")

MAX_TERM = 6
"""Words of the longest term."""


class MeasureRow(Row):
    measure: str
    measure_name: str
    description: str
    dimensions: str
    flow: str | None = None
    source: str


class MeasureTermRow(Row):
    term_id: str
    term: str
    pos: str
    measure: str
    dimensions: str | None = None
    commodity: str | None = None
    example: str


class CommodityRow(Row):
    commodity: str
    commodity_name: str
    description: str
    parent_commodity: str | None = None
    source: str


class CommodityTermRow(Row):
    term: str
    commodity: str
    example: str


class CommodityDimensionRow(Row):
    commodity_dimension_id: str
    commodity: str
    dimension: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of a term: its measure, and the commodity that the term itself tells."""

    measure: str
    dimensions: tuple[str, ...]
    commodity: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A term found at the end of a phrase; ``start`` is its first token."""

    sense: Sense
    start: int


def fits(dimensions: Sequence[str], dimension: str | None) -> bool:
    """Whether a quantity of ``dimension`` can be one of a measure that allows ``dimensions``.

    "money_per_*" stands for every rate of money. A dimension that is not known fits all.
    """
    if dimension is None or not dimensions:
        return True
    for allowed in dimensions:
        if allowed == dimension or (allowed.endswith("*") and dimension.startswith(allowed[:-1])):
            return True
    # 75 jets a month are a production as 75 jets are; km/h are no distance.
    amount, _, time = dimension.rpartition("_per_")
    return time == "duration" and amount not in ("", "length", "data") and amount in dimensions


class Measures:
    """The tables of measures and commodities, ready to look up."""

    def __init__(self, user_dirs: Sequence[Path] = ()) -> None:
        folders = tuple(user_dirs)
        rows = read_table("measures", MeasureRow, folders)
        self.dimensions = {row.measure: tuple(row.dimensions.split("|")) for row in rows}
        self.flows = {row.measure: row.flow for row in rows if row.flow}
        self._senses: dict[str, dict[tuple[str, ...], list[Sense]]] = {}
        for term in read_table("measure_terms", MeasureTermRow, folders):
            own = tuple(term.dimensions.split("|")) if term.dimensions else self.dimensions[term.measure]
            sense = Sense(term.measure, own, term.commodity)
            senses = self._senses.setdefault(term.pos, {})
            senses.setdefault(_term_key(term.term), []).append(sense)
        self._commodities = {
            _term_key(row.term): row.commodity for row in read_table("commodity_terms", CommodityTermRow, folders)
        }
        self._commodity_heads = {key[-1] for key in self._commodities}
        self.parents = {row.commodity: row.parent_commodity for row in read_table("commodities", CommodityRow, folders)}
        self._commodity_dimensions: dict[str, set[str]] = {}
        for fit in read_table("commodity_dimensions", CommodityDimensionRow, folders):
            self._commodity_dimensions.setdefault(fit.commodity, set()).add(fit.dimension)
        self._physical = set().union(*self._commodity_dimensions.values())

    def of_phrase(
        self, tree: Tree, start: int, head: int, dimension: str | None, *, is_relative: bool, pos: str = "noun"
    ) -> Found | None:
        """The longest term that ends in ``head`` and fits the quantity.

        Args:
            start: First token that may belong to the term.
            is_relative: The quantity is a change or share, which any measure may have in percent.
        """
        senses = self._senses[pos]
        keys = tree.keys
        words: list[str] = []
        token = head
        best: Found | None = None
        while token >= start and len(words) < MAX_TERM:
            if keys[token] != "-":
                words.insert(0, keys[token])
                found = senses.get(tuple(words), ())
                sense = next((sense for sense in found if fits(sense.dimensions, dimension)), None)
                if sense is None and found and is_relative and dimension == "ratio":
                    sense = found[0]
                if sense is not None:
                    best = Found(sense, token)
            token -= 1
        return best

    def names_measure(self, tree: Tree, noun: int, dimension: str | None) -> bool:
        """Whether ``noun`` ends a term of several words: "key rate", where "rate" alone says nothing.

        With a dimension, a term of one word will do: "a range of 6,500 km".
        """
        start, _ = tree.phrase(noun)
        if dimension is not None:
            return self.of_phrase(tree, start, noun, dimension, is_relative=False) is not None
        if start == noun:
            return False
        found = self.of_phrase(tree, start, noun, None, is_relative=True)
        return found is not None and found.start < noun

    def of_word(self, word: str, dimension: str | None, pos: str) -> Sense | None:
        """The meaning of one word: a verb for its object (``verb``), its subject, its price; an adjective."""
        for sense in self._senses[pos].get((word,), ()):
            if fits(sense.dimensions, dimension):
                return sense
        return None

    def commodity_in(self, tree: Tree, start: int, end: int) -> str | None:
        """The commodity that tokens ``start:end`` name; of several the one furthest right.

        The head of an English phrase stands last: "crude oil tanker fuel" is fuel.
        """
        return next((commodity for commodity, _ in self._commodities_in(tree, start, end)), None)

    def commodities_in(self, tree: Tree, start: int, end: int) -> list[tuple[str, int]]:
        """All commodities in tokens ``start:end`` with the last token of each, left to right."""
        return list(self._commodities_in(tree, start, end))[::-1]

    def _commodities_in(self, tree: Tree, start: int, end: int) -> Iterator[tuple[str, int]]:
        return self._in_keys(tree.keys, start, end)

    def _in_keys(self, keys: Sequence[str], start: int, end: int) -> Iterator[tuple[str, int]]:
        token = end - 1
        while token >= start:
            length = 0
            if keys[token] in self._commodity_heads:
                words: tuple[str, ...] = ()
                for begin in range(token, max(start, token - MAX_TERM + 1) - 1, -1):
                    words = (keys[begin], *words)
                    if words in self._commodities:
                        commodity, length = self._commodities[words], len(words)
                if length:
                    yield commodity, token
            token -= max(length, 1)

    def commodities_of_text(self, text: str) -> list[tuple[str, int]]:
        """All commodities in a text that is not parsed, such as a headline."""
        keys = [singular(word) for word in _WORD.findall(text.lower())]
        return list(self._in_keys(keys, 0, len(keys)))

    def nouns_of_text(self, text: str) -> list[Sense]:
        """What the single words of a text that is not parsed may measure, the first meaning of each."""
        senses = self._senses["noun"]
        return [senses[(word,)][0] for word in map(singular, _WORD.findall(text.lower())) if (word,) in senses]

    def commodity_fits(self, commodity: str, dimension: str | None) -> bool:
        """Whether an amount of ``dimension`` can be one of ``commodity``: no barrels of electricity.

        Money, counts, ratios and whatever else is no physical amount fit every commodity.
        """
        if dimension is None:
            return True
        numerator, _, denominator = dimension.partition("_per_")
        amount = denominator if numerator == "money" else numerator
        return amount not in self._physical or amount in self._commodity_dimensions.get(commodity, self._physical)

    def is_kind_of(self, commodity: str, other: str) -> bool:
        """Whether ``commodity`` is ``other`` or one of its kinds."""
        current: str | None = commodity
        while current is not None:
            if current == other:
                return True
            current = self.parents.get(current)
        return False


def _term_key(term: str) -> tuple[str, ...]:
    # As the tokenizer parts words, hyphens left out: "pre-tax profit" is found in either spelling; "covid-19" is one.
    return tuple(singular(word) for word in _HYPHEN.sub(" ", term.lower()).split())
