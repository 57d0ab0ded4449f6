"""The vocabulary of quantities, read from the seeds once and laid out for look-up by atom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from flows.nlp.lexicon import Row, read_table
from flows.nlp.numbers import ATOM, NumberWords, exact_ratio

LEAF = ""
"""Key of a trie node that holds the rows of the form ending there; no atom is empty."""


class NumberWordRow(Row):
    word: str
    value: str
    role: Literal["ones", "teens", "tens", "group", "vague", "some", "fraction", "vulgar"]
    example: str
    description: str
    source: str


class ScaleRow(Row):
    scale: str
    plural: str | None = None
    factor: Decimal
    condition: Literal["any", "word", "money", "money_or_noun", "glued"]
    needs_case: bool
    example: str
    description: str
    source: str


class UnitRow(Row):
    unit_code: str
    unit_name: str
    dimension: str
    reporting_unit: str
    factor: Decimal
    offset: Decimal
    description: str
    source: str


class UnitFormRow(Row):
    form: str
    unit_code: str
    multiplier: Decimal
    plural: str | None = None
    position: Literal["after", "before", "both"]
    needs_case: bool
    context: str | None = None
    example: str
    description: str
    source: str


class ComparatorRow(Row):
    phrase: str
    comparator: Literal["=", "~", ">", ">=", "<", "<="]
    position: Literal["before", "after"]
    example: str
    description: str
    source: str


class DirectionRow(Row):
    direction_id: str
    word: str
    word_class: Literal["verb", "noun", "after", "particle", "multiple"]
    direction: Literal["up", "down", "flat", "as_particle"]
    object_dims: Literal["all", "ratio", "market"]
    factor: Decimal | None = None
    forms: str
    example: str
    description: str
    source: str


class NotFigureRow(Row):
    cue_id: str
    cue: str
    position: Literal["before", "after", "around"]
    kind: Literal["label", "index", "model", "contact", "address", "furniture", "score", "time", "idiom"]
    needs_case: bool
    example: str
    description: str
    source: str


class RateNounRow(Row):
    noun: str
    unit_code: str
    example: str
    description: str
    source: str


class QuantityWordRow(Row):
    cue_id: str
    word: str
    role: str
    example: str
    description: str
    source: str


@dataclass(frozen=True, slots=True)
class UnitForm:
    """One written form of a unit. ``context`` words: read so only where one of them stands in the text."""

    surfaces: frozenset[str]
    unit_code: str
    multiplier: Decimal
    needs_case: bool
    context: frozenset[str]
    dimension: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    words: NumberWords
    scales: Mapping[str, tuple[ScaleRow, ...]]
    units_after: Mapping[str, Any]
    units_before: Mapping[tuple[str, ...], tuple[UnitForm, ...]]
    dimensions: Mapping[str, str]
    factors: Mapping[str, Decimal]
    rate_nouns: Mapping[str, str]
    comparators_before: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    comparators_after: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    verbs: Mapping[str, DirectionRow]
    nouns: Mapping[str, DirectionRow]
    after: Mapping[str, DirectionRow]
    particles: Mapping[str, DirectionRow]
    multiples: Mapping[str, DirectionRow]
    not_before: Mapping[str, str]
    not_after: Mapping[str, str]
    address_words: frozenset[str]
    idioms: Mapping[str, tuple[tuple[tuple[str, ...], str | None], ...]]
    starters: frozenset[str]
    roles: Mapping[str, frozenset[str]]


def split_atoms(phrase: str) -> tuple[str, ...]:
    return tuple(atom.lower() for atom in ATOM.findall(phrase))


def trie_key(atom: str) -> str:
    """Digits inside a form ("m3", "km2") stand glued to what is before them; ``match`` asks for that."""
    return f"\0{atom}" if atom[0].isdecimal() else atom


@lru_cache(maxsize=8)
def load_lexicon(user_dirs: tuple[Path, ...] = ()) -> Lexicon:
    """The tables of ``dbt_project/seeds`` with the user's rows, laid out for look-up.

    Raises:
        LexiconError: A table is missing or a row does not fit.
    """
    scale_rows = read_table("scales", ScaleRow, user_dirs)
    words = _number_words(read_table("number_words", NumberWordRow, user_dirs), scale_rows)
    scales: dict[str, list[ScaleRow]] = {}
    for scale_row in scale_rows:
        scales.setdefault(scale_row.scale.lower(), []).append(scale_row)
        if scale_row.plural:
            scales.setdefault(scale_row.plural, []).append(scale_row)
    units = read_table("units", UnitRow, user_dirs)
    dimensions = {row.unit_code: row.dimension for row in units}
    after, before = _unit_forms(read_table("unit_forms", UnitFormRow, user_dirs), dimensions)
    directions = read_table("directions", DirectionRow, user_dirs)
    classes: dict[str, dict[str, DirectionRow]] = {}
    for direction in directions:
        for form in direction.forms.split():
            classes.setdefault(direction.word_class, {})[form] = direction
    cues = read_table("not_figures", NotFigureRow, user_dirs)
    comparators = read_table("comparators", ComparatorRow, user_dirs)
    multiples = classes.get("multiple", {})
    starters = {
        *words.ones,
        *words.teens,
        *words.tens,
        *words.groups,
        *words.vague,
        *words.some,
        *words.fractions,
        *words.vulgar,
        *words.scales,
        *words.plurals,
        *multiples,
        "twice",
        "thrice",
    }
    return Lexicon(
        words=words,
        scales={scale: tuple(rows) for scale, rows in scales.items()},
        units_after=after,
        units_before=before,
        dimensions=dimensions,
        factors={row.unit_code: row.factor for row in units},
        rate_nouns={row.noun: row.unit_code for row in read_table("rate_nouns", RateNounRow, user_dirs)},
        comparators_before=_phrases(
            ((row.phrase, row.comparator) for row in comparators if row.position == "before"), last=True
        ),
        comparators_after=_phrases(
            ((row.phrase, row.comparator) for row in comparators if row.position == "after"), last=False
        ),
        verbs=classes.get("verb", {}),
        nouns=classes.get("noun", {}),
        after=classes.get("after", {}),
        particles=classes.get("particle", {}),
        multiples=multiples,
        not_before={row.cue.lower(): row.kind for row in cues if row.position == "before"},
        not_after={row.cue.lower(): row.kind for row in cues if row.position == "after" and row.kind != "address"},
        address_words=frozenset(row.cue.lower() for row in cues if row.kind == "address"),
        idioms=_idioms(row for row in cues if row.position == "around"),
        starters=frozenset(starters),
        roles=_roles(read_table("quantity_words", QuantityWordRow, user_dirs)),
    )


def _idioms(rows: Iterable[NotFigureRow]) -> dict[str, tuple[tuple[tuple[str, ...], str | None], ...]]:
    """Phrases by their first atom, without inner signs; as printed where the case matters."""
    found: dict[str, list[tuple[tuple[str, ...], str | None]]] = {}
    for row in rows:
        atoms = tuple(atom for atom in split_atoms(row.cue) if atom[0].isalnum())
        found.setdefault(atoms[0], []).append((atoms, row.cue if row.needs_case else None))
    return {key: tuple(phrases) for key, phrases in found.items()}


def _roles(rows: Iterable[QuantityWordRow]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row.role, set()).add(row.word)
    return {role: frozenset(words) for role, words in found.items()}


def _number_words(rows: Iterable[NumberWordRow], scale_rows: Iterable[ScaleRow]) -> NumberWords:
    by_role: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        ratio = Fraction(row.value)
        by_role.setdefault(row.role, {})[row.word] = exact_ratio(Decimal(ratio.numerator), Decimal(ratio.denominator))
    scales, plurals = {}, {}
    for scale in scale_rows:
        if scale.condition in ("any", "word"):
            scales[scale.scale] = scale.factor
            if scale.plural:
                plurals[scale.plural] = scale.factor
    return NumberWords(
        ones=by_role["ones"],
        teens=by_role["teens"],
        tens=by_role["tens"],
        groups=by_role["group"],
        vague=by_role["vague"],
        some=frozenset(by_role["some"]),
        fractions=by_role["fraction"],
        vulgar=by_role["vulgar"],
        scales=scales,
        plurals=plurals,
    )


def _unit_forms(
    rows: Iterable[UnitFormRow], dimensions: Mapping[str, str]
) -> tuple[dict[str, Any], dict[tuple[str, ...], tuple[UnitForm, ...]]]:
    after: dict[str, Any] = {}
    before: dict[tuple[str, ...], list[UnitForm]] = {}
    for row in rows:
        surfaces = [row.form, row.plural] if row.plural else [row.form]
        form = UnitForm(
            surfaces=frozenset(surfaces),
            unit_code=row.unit_code,
            multiplier=row.multiplier,
            needs_case=row.needs_case,
            context=frozenset((row.context or "").split()),
            dimension=unit_dimension(row.unit_code, dimensions) or "",
        )
        for surface in surfaces:
            atoms = split_atoms(surface)
            if row.position != "before":
                node = after
                for atom in atoms:
                    node = node.setdefault(trie_key(atom), {})
                node.setdefault(LEAF, []).append(form)
            if row.position != "after":
                before.setdefault(atoms, []).append(form)
    return after, {atoms: tuple(forms) for atoms, forms in before.items()}


def unit_dimension(unit_code: str, dimensions: Mapping[str, str]) -> str | None:
    """Dimension of a code of the table, or of a rate put together from its parts.

    Returns:
        ``money_per_volume`` for ``USD/[bbl_us]``; ``count`` for a denominator in braces; None where a
        part is unknown.
    """
    known = dimensions.get(unit_code)
    if known is not None:
        return known
    if "/" not in unit_code:
        return "count" if unit_code.endswith("}") and "{" in unit_code else None
    names = [unit_dimension(part, dimensions) for part in unit_code.split("/")]
    return None if None in names else "_per_".join(name or "" for name in names)


def _phrases(pairs: Iterable[tuple[str, str]], *, last: bool) -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """Phrases by their last (or first) atom, longest first."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, comparator in pairs:
        atoms = split_atoms(phrase)
        found.setdefault(atoms[-1] if last else atoms[0], []).append((atoms, comparator))
    return {key: tuple(sorted(rows, key=lambda row: -len(row[0]))) for key, rows in found.items()}
