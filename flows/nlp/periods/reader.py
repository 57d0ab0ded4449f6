"""Finds expressions of time in a ``Doc`` and ties them to the calendar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from spacy.tokens import Doc

from flows.nlp.modality.reader import lean_of
from flows.nlp.periods import absolute as periods_absolute  # noqa: F401  the rules register themselves
from flows.nlp.periods import relative as periods_relative  # noqa: F401  the rules register themselves
from flows.nlp.periods import spans as periods_spans  # noqa: F401  the rules register themselves
from flows.nlp.periods.grammar import Node, Run, nodes_of
from flows.nlp.periods.guards import Guards
from flows.nlp.periods.resolve import NOTHING, Context, Resolved, Told, resolve
from flows.nlp.periods.telling import Telling
from flows.nlp.periods.words import TRIGGERS, Atom, PeriodLexicon
from flows.nlp.spans import PeriodSpan

_SEEN_LIMIT = 200_000

_AT = frozenset({"at", "as of", "as at", "on"})
_STOPS = frozenset({".", "!", "?"})
_OPENERS = frozenset({"last", "next", "this", "the", "yesterday", "tomorrow", "tonight", "today"})
_POSSESSIVES = frozenset({"'s", "’s", "'", "’"})
_NOUN_LIKE = frozenset({"NOUN", "PROPN", "ADJ"})
_CARRYING = frozenset({"in", "during", "throughout", "for"})


@dataclass(slots=True)
class _Place:
    """A node in its ``Doc``: tokens it covers, preposition before it."""

    node: Node
    other: Node | None
    start: int
    end: int
    preposition: str = ""
    role: str = ""
    is_name: bool = False


class PeriodReader:
    """Reads the expressions of time of a ``Doc``; keeps the tables, and what it learnt of token texts."""

    def __init__(self, user_dirs: Sequence[Path] = ()) -> None:
        self._lexicon = PeriodLexicon(user_dirs)
        self._guards = Guards(user_dirs)
        self._seen: dict[int, tuple[tuple[Atom, ...], bool]] = {}

    def read(self, doc: Doc, published_on: date | None) -> list[PeriodSpan]:
        """All expressions of time, in text order, none overlapping."""
        periods: list[PeriodSpan] = []
        told = Telling()
        year: tuple[int, int] | None = None
        sentence = since = 0
        for place in self._places(doc):
            sentence, since = _sentence_start(doc, place.start, sentence, since), place.start
            node = place.node
            context = Context(
                published_on,
                leans=lambda place=place: lean_of(doc, place.start, place.end),  # type: ignore[misc]
                told=told.before(node, place.start, sentence),
                year=year[1] if year and year[0] == sentence else None,
                portion_role="at" if place.preposition in _AT else place.role,
            )
            if node.form.startswith("fiscal"):
                context.fiscal_start = self._guards.fiscal_start(doc, place.start)
            found = NOTHING if place.is_name else _resolve_place(place, context)
            if place.role == "from":
                place.role = self._role_of_from(doc, place, found, published_on)
            if (
                node.form == "same"
                and found is NOTHING
                and node.year is None
                and node.unit == "period"
                and not node.shift
            ):
                continue  # "the nine months", of which nothing was told: a duration
            if found.start and found.end and place.role in ("in", "by", "over", "since"):
                told.note(place.start, node, Told((found.start, found.end), node.granularity))
            if node.form == "calendar" and node.granularity == "year" and node.year and place.preposition in _CARRYING:
                year = (sentence, node.year)
            periods.append(_span_of(doc, place, _bounded(found, place.role, published_on)))
        return periods

    def _places(self, doc: Doc) -> Iterator[_Place]:
        end = 0
        for run, tokens in self._runs(doc):
            for place in _joined(run, tokens):
                if place.start < end or not _stands_whole(doc, run, tokens, place):
                    continue
                if self._accept(doc, place, end):
                    end = place.end
                    yield place

    def _runs(self, doc: Doc) -> Iterator[tuple[Run, list[int]]]:
        atoms: list[Atom] = []
        tokens: list[int] = []
        has_trigger = False
        seen = self._seen
        for index, orth in enumerate(doc.to_array("ORTH").tolist()):
            entry = seen.get(orth)
            if entry is None:
                entry = self._learn(doc, index, orth)
            if entry[0]:
                atoms.extend(entry[0])
                tokens.extend([index] * len(entry[0]))
                has_trigger = has_trigger or entry[1]
            elif atoms:
                if has_trigger:
                    yield Run(atoms, "".join(atom.code for atom in atoms)), tokens
                atoms, tokens, has_trigger = [], [], False
        if atoms and has_trigger:
            yield Run(atoms, "".join(atom.code for atom in atoms)), tokens

    def _learn(self, doc: Doc, index: int, orth: int) -> tuple[tuple[Atom, ...], bool]:
        atoms = self._lexicon.atoms_of(doc[index].text)
        entry = (atoms, any(atom.code in TRIGGERS for atom in atoms))
        if len(self._seen) >= _SEEN_LIMIT:
            self._seen.clear()
        self._seen[orth] = entry
        return entry

    def _accept(self, doc: Doc, place: _Place, floor: int) -> bool:
        """Find the preposition; tell whether the words are a time here, as far as they may be something else."""
        node = place.node
        if not place.preposition:
            self._find_preposition(doc, place, floor)
        if place.end < len(doc) and doc[place.end].lower_ in _POSSESSIVES:
            place.preposition, place.role = "", ""  # "from 2023's level": the preposition is the level's
        has_preposition = bool(place.preposition)
        first = place.end - 1
        if node.is_bare and place.other is None:
            if node.granularity == "year" and node.form == "calendar":
                verdict = self._guards.year(doc, first, node.year or 0)
                place.is_name = verdict == "name"
                if verdict == "no":
                    return False
            elif node.granularity == "month" and node.form == "calendar":
                if not self._guards.month(doc, first, has_preposition):
                    return False
            elif node.granularity == "season":
                if not self._guards.season(doc, first, has_preposition):
                    return False
            elif node.form == "time":
                return place.preposition in ("at", "by", "until", "before", "after", "around")
            elif node.form == "shifted" and node.unit != "weekend" and (node.lean != "whole" or node.unit != "year"):
                return False
        if node.form == "counted" and not self._accept_counted(doc, place):
            return False
        if node.form == "day_of_month" and (
            place.preposition != "on" or (place.end < len(doc) and doc[place.end].pos_ in _NOUN_LIKE)
        ):
            return False
        if place.role == "now":
            return place.other is not None
        if place.preposition == "to" and self._guards.is_of_years(doc, place.end):
            place.role = "than"  # "back to 2019 levels"
        self._take_comparator(doc, place, floor)
        if place.preposition:
            place.start -= len(place.preposition.split())
        if node.form == "time" or (place.role == "from" and node.form == "calendar" and node.granularity == "span"):
            place.role = "in"
        place.role = place.role or node.role or "in"
        if place.role == "in" and node.role:
            place.role = node.role
        return True

    def _take_comparator(self, doc: Doc, place: _Place, floor: int) -> None:
        """ "More than two years ago", "nearly a decade ago": no comparison with then, and no figure."""
        if place.node.form not in ("shifted", "context", "summed", "vague") or not place.node.shift:
            return
        start = place.start - 1
        if place.preposition != "than" and place.preposition in self._guards.comparators:
            place.role = "in"  # "over five years ago"
        if start > floor and doc[start].lower_ == "than" and doc[start - 1].lower_ in ("more", "less", "fewer"):
            place.preposition, place.role, place.start = "", "", start - 1
        elif (
            start >= floor
            and not place.preposition
            and doc[place.start].lower_ not in _OPENERS
            and doc[start].lower_ in self._guards.comparators
        ):
            place.start = start

    def _accept_counted(self, doc: Doc, place: _Place) -> bool:
        """ "In five years": a time where it lies ahead or ends a "highest in"; else it is a duration."""
        node = place.node
        if place.preposition not in ("in", "within") or place.other is not None:
            return False
        before = doc[max(0, place.start - 7) : place.start - 1]
        if place.preposition == "in" and any(
            token.tag_ in ("JJS", "RBS") or token.lower_ == "first" for token in before
        ):
            node.form, node.shift, node.granularity, place.role = "rolling", -1, "span", "over"
            return True
        if lean_of(doc, place.start, place.end) != "ahead":
            return False
        if place.preposition == "within":
            node.form, node.shift, node.granularity, place.role = "rolling", 1, "span", "over"
        else:
            node.form, node.shift, node.count = "shifted", node.count, 0
        return True

    def _find_preposition(self, doc: Doc, place: _Place, floor: int) -> None:
        for length in (4, 3, 2, 1):
            begin = place.start - length
            if begin < floor:
                continue
            phrase = tuple(token.lower_ for token in doc[begin : place.start])
            role = self._lexicon.prepositions.get(phrase)
            if role:
                place.preposition = " ".join(phrase)
                place.role = "from" if place.preposition == "from" else role
                return

    def _role_of_from(self, doc: Doc, place: _Place, found: Resolved, today: date | None) -> str:
        """ "Up from 2022" compares; "from December 5" begins."""
        if today is not None and found.end is not None and found.end >= today:
            return "since"
        change = self._guards.change
        before = doc[max(0, place.start - 8) : place.start]
        return (
            "than" if any(token.lower_ in change or token.lower_ in ("%", "percent") for token in before) else "since"
        )


def _joined(run: Run, tokens: Sequence[int]) -> Iterator[_Place]:
    """Nodes of a run, two of them as one where they are the ends of a span."""
    nodes = nodes_of(run)
    index = 0
    while index < len(nodes):
        node, other = nodes[index], None
        opener = run.codes[node.first - 1] if node.first else ""
        if index + 1 < len(nodes):
            following = nodes[index + 1]
            between = run.codes[node.last : following.first].replace("t", "").replace("<", "").replace(",", "")
            if _can_join(node, following, between, opener):
                other = following
        last = (other or node).last
        place = _Place(node, other, tokens[node.first], tokens[last - 1] + 1)
        if other is not None:
            index += 1
            if opener in "<b" and opener:
                place.preposition, place.role = ("from", "in") if opener == "<" else ("between", "in")
        yield place
        index += 1


_JOINABLE = frozenset({"calendar", "fixed", "weekday", "shifted", "either"})


def _can_join(node: Node, other: Node, between: str, opener: str) -> bool:
    if node.form not in _JOINABLE or other.form not in _JOINABLE:
        return False
    if between == "&":
        return opener == "b"
    if between not in ("-", ">"):
        return False
    return opener == "<" or node.granularity == other.granularity or between == "-"


def _resolve_place(place: _Place, context: Context) -> Resolved:
    node, other = place.node, place.other
    if other is None:
        return resolve(node, context)
    if node.form == other.form == "calendar" and not node.part and not other.part and _one_year(node, other):
        whole = Node(node.first, other.last, "calendar", "span", low=node.low, high=other.high)
        whole.year, whole.year_shift = other.year, other.year_shift
        if node.low > other.high and whole.year is not None:
            whole.year -= 1
        if node.low > other.high and whole.year_shift is not None:
            whole.year_shift -= 1
        return resolve(whole, context)
    if node.form == other.form == "calendar" and node.year and other.year is None and other.year_shift is None:
        other.year = node.year + (1 if other.low < node.low else 0)
    first, last = resolve(node, context), resolve(other, context)
    if first.start is None or last.end is None:
        return NOTHING
    end = last.end
    if end < first.start and other.form == "weekday":
        end += timedelta(days=7)
    if end < first.start:
        return NOTHING
    basis = "stated" if first.basis == last.basis == "stated" else "relative"
    return Resolved(first.start, end, basis)


def _one_year(node: Node, other: Node) -> bool:
    """Whether the first end takes its year from the second: "May 17 to June 3, 2024"."""
    return (
        node.year is None
        and node.year_shift is None
        and not node.lean
        and not other.lean
        and other.granularity != "year"
    )


def _bounded(found: Resolved, role: str, today: date | None) -> Resolved:
    """The period with the sides that its preposition leaves open."""
    start, end = found.start, found.end
    if start is None or end is None:
        return found
    if role == "since":
        return Resolved(start, today if today is not None and start <= today else None, found.basis)
    if role == "until":
        return Resolved(None, end, found.basis)
    if role == "before":
        return Resolved(None, start - timedelta(days=1), found.basis)
    if role == "after":
        return Resolved(end + timedelta(days=1), None, found.basis)
    return found


def _stands_whole(doc: Doc, run: Run, tokens: Sequence[int], place: _Place) -> bool:
    """Whether the node begins and ends where tokens do."""
    node, last = place.node, (place.other or place.node).last - 1
    return run.atoms[node.first].start == 0 and run.atoms[last].end == len(doc[tokens[last]])


def _sentence_start(doc: Doc, index: int, known: int, since: int) -> int:
    """First token of the sentence of ``index``; without a parse, the token after the last full stop.

    Args:
        doc: The text.
        index: A token.
        known: First token of the sentence of ``since``.
        since: An earlier token, from which on to look: the whole text is walked once.
    """
    for place in range(index, since, -1):
        token = doc[place]
        if token.is_sent_start or (token.is_sent_start is None and doc[place - 1].text in _STOPS):
            return place
    return known


def _shift_of(node: Node) -> tuple[str, int] | None:
    """How far back from another time a node lies; none for "last year", which is a year of the calendar."""
    is_back = node.form == "context" or (node.form == "shifted" and node.lean == "ago")
    return (node.unit, node.shift) if is_back and node.shift < 0 else None


def _span_of(doc: Doc, place: _Place, found: Resolved) -> PeriodSpan:
    span = doc[place.start : place.end]
    granularity = "span" if place.other is not None else place.node.granularity
    if place.is_name:
        granularity = "name"
    return PeriodSpan(
        char_start=span.start_char,
        char_end=span.end_char,
        token_start=place.start,
        token_end=place.end,
        surface=span.text,
        start=found.start,
        end=found.end,
        basis=found.basis,
        granularity=granularity,
        role=place.role if place.role != "now" else "in",
        shift=_shift_of(place.node),
    )
