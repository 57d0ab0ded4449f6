"""What a text has told of so far: the times that "a year earlier" and "the same period of 2022" count from."""

from flows.nlp.periods.grammar import Node
from flows.nlp.periods.resolve import Told

_REACH = 80
"""Tokens after which a period told of is no longer what "the same day" means: some three sentences."""
_LONG_REACH = 250
"""The same for a month, quarter or year, which figures of a whole story are compared with."""
_YEARS = frozenset({"year", "decade", "century"})
_PARTS = frozenset({"month", "quarter", "half"})

_SPANS = frozenset({"span", "quarter", "half"})

_At = tuple[int, Told]


class Telling:
    """The last period told of, and the last that is no mere day of a report; each with its first token."""

    def __init__(self) -> None:
        self._last: _At | None = None
        self._long: _At | None = None
        self._part: _At | None = None
        self._span: _At | None = None

    def note(self, start: int, node: Node, told: Told) -> None:
        """Remember ``node``, unless it only names what something is compared with."""
        if node.form == "context" and node.shift < 0 and node.unit != "day":
            return
        if node.form == "same" and (node.shift or node.year is not None or node.year_shift is not None):
            return
        self._last = (start, told)
        if told.granularity == "day" and node.form not in ("calendar", "fixed"):
            return
        self._long = self._last
        if told.granularity not in _YEARS:
            self._part = self._last
        if told.granularity in _SPANS:
            self._span = self._last

    def before(self, node: Node, start: int, sentence: int) -> Told | None:
        """What ``node`` at token ``start`` counts from, in the sentence that begins at token ``sentence``."""
        found = self._last
        reach = _REACH
        if node.form in ("context", "same") and node.unit not in ("day", "week"):
            reach = _LONG_REACH
            if node.unit == "period":
                is_here = self._long is not None and self._long[0] >= sentence
                found = self._long if is_here else self._span or self._part or self._long or self._last
            elif node.unit in _PARTS:
                found = self._part or self._last
            else:
                found = self._long or self._last
            if found is not None and start - found[0] > reach:
                found = self._last
        return found[1] if found is not None and start - found[0] <= reach else None
