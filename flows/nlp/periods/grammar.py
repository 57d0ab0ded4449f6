"""Which run of atoms is an expression of time, and what it says.

A rule matches the codes of ``periods_words`` and gives a ``Node``: what stands there, not yet tied to a
publication date. Of all rules that match at a place the longest wins. The rules themselves are in
``periods_absolute`` and ``periods_relative``; ``periods_resolve`` makes dates of nodes.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from flows.nlp.periods.words import Atom


@dataclass(slots=True)
class Node:
    """An expression of time, unresolved. ``first:last`` are its atoms, end-exclusive.

    ``form`` tells which fields count:

    ``calendar``  months and days ``low`` to ``high``, in ``year`` or ``year_shift`` years from publication
    ``weekday``   ``weekday``, of the week ``shift`` weeks from publication if ``lean`` is ``week``
    ``shifted``   the ``unit`` that lies ``shift`` units from publication
    ``rolling``   ``count`` units up to publication (``shift`` -1) or from it on (1)
    ``context``   ``shift`` units from the period told of before
    ``same``      the period told of before, or its like in another year
    ``until_now`` from the start of ``inner`` to publication
    ``ending``    ``count`` units that end with ``inner``
    ``fixed``     ``start`` to ``end``
    ``either``    one of two days, ``start`` or ``end``: which depends on the country
    ``two_years`` a fiscal, crop or sports year ``year``/``year + 1``
    ``ordinal``   the ``shift``-th ``count`` units (or weekday) of ``inner``, counted from its end if negative
    ``holding``   the ``unit`` that holds ``inner``
    ``summed``    ``shift`` units and those of ``inner`` from publication
    ``counted``   ``count`` units: a duration, unless the words around make a time of it
    ``day_of_month``  the ``count``-th day of a month told before
    ``years``     ``count`` years from ``year``
    ``fiscal``, ``fiscal_pair``, ``fiscal_shifted``  a fiscal year named by its end, by both its years, from publication
    ``vague``, ``time``  no dates
    """

    first: int
    last: int
    form: str
    granularity: str
    low: tuple[int, int] = (1, 1)
    high: tuple[int, int] = (12, 31)
    year: int | None = None
    year_shift: int | None = None
    weekday: int | None = None
    unit: str = ""
    shift: int = 0
    count: int = 0
    lean: str = ""
    start: date | None = None
    end: date | None = None
    inner: "Node | None" = None
    part: str = ""
    role: str = ""
    is_bare: bool = False
    """Stands on one word that may be something else: a number like a year, a month like a name."""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring atoms, and their codes as one string."""

    atoms: Sequence[Atom]
    codes: str
    depth: int = 0
    """How many rules this one is nested in."""

    def inside(self) -> "Run":
        return Run(self.atoms, self.codes, self.depth + 1)

    def number(self, index: int) -> int:
        value = self.atoms[index].value
        return value if isinstance(value, int) else 0

    def word(self, index: int) -> str:
        return str(self.atoms[index].value)


Rule = Callable[[Run, re.Match[str]], Node | None]
_RULES: list[tuple[re.Pattern[str], Rule]] = []
_BY_CODE: dict[str, list[tuple[re.Pattern[str], Rule]]] = {}


_MAX_DEPTH = 3
CLOCK_UNITS = frozenset({"hour", "minute"})


def rule(pattern: str, starts: str) -> Callable[[Rule], Rule]:
    """Register a rule; ``starts`` are the codes it can begin with."""

    def register(function: Rule) -> Rule:
        compiled = re.compile(pattern)
        for code in starts:
            _BY_CODE.setdefault(code, []).append((compiled, function))
        return function

    return register


def node_at(run: Run, place: int) -> Node | None:
    """The longest expression that begins at ``place``; none where rules nest too deep."""
    best: Node | None = None
    if place >= len(run.codes) or run.depth > _MAX_DEPTH:
        return None
    for pattern, function in _BY_CODE.get(run.codes[place], ()):
        match = pattern.match(run.codes, place)
        if match:
            node = function(run, match)
            if node is not None and (best is None or node.last > best.last):
                best = node
    return best


def nodes_of(run: Run) -> list[Node]:
    """All expressions of a run, left to right, none overlapping."""
    nodes: list[Node] = []
    place = 0
    while place < len(run.codes):
        node = node_at(run, place)
        if node is None:
            place += 1
        else:
            nodes.append(node)
            place = node.last
    return nodes
