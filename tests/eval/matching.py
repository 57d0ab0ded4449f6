"""Holds findings against annotations: which finding answers which annotated row, and what of it is right."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flows.records import Entity, Event, Figure, Findings

Gold = dict[str, Any]


@dataclass(slots=True)
class Tally:
    """Right, found and wanted, by level: ``precision = right / found``, ``recall = right / wanted``."""

    right: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)

    def add(self, level: str, *, right: int, found: int, wanted: int) -> None:
        self.right[level] += right
        self.found[level] += found
        self.wanted[level] += wanted

    def f1(self, level: str) -> float:
        total = self.found[level] + self.wanted[level]
        return 2 * self.right[level] / total if total else 1.0

    def precision(self, level: str) -> float:
        return self.right[level] / self.found[level] if self.found[level] else 1.0

    def recall(self, level: str) -> float:
        return self.right[level] / self.wanted[level] if self.wanted[level] else 1.0


def place(text: str, row: Gold, key: str) -> tuple[int, int]:
    """Where an annotated surface stands. Raises ``ValueError`` where the text does not hold it."""
    start = -1
    for _ in range(row.get("nth", 1)):
        start = text.index(row[key], start + 1)
    return start, start + len(row[key])


def pairs(
    gold: list[Gold], found: list[Any], spans: list[tuple[int, int]], is_match: Callable[[Gold, Any], bool]
) -> list[tuple[int, int]]:
    """Each annotated row with at most one finding that overlaps it and matches, nearest starts first."""
    candidates = sorted(
        (abs(spans[g][0] - item.char_start), g, f)
        for g in range(len(gold))
        for f, item in enumerate(found)
        if item.char_start < spans[g][1] and spans[g][0] < item.char_end and is_match(gold[g], item)
    )
    taken_gold: set[int] = set()
    taken_found: set[int] = set()
    matched = []
    for _, g, f in candidates:
        if g not in taken_gold and f not in taken_found:
            taken_gold.add(g)
            taken_found.add(f)
            matched.append((g, f))
    return matched


def same_number(wanted: Any, value: Decimal | None) -> bool:
    if wanted is None or value is None:
        return wanted is value
    return abs(Decimal(str(wanted)) - value) <= abs(value) * Decimal("1e-6")


def one_of(wanted: Any, value: Any) -> bool:
    return value in wanted if isinstance(wanted, list) else value == wanted


# ---------------------------------------------------------------------------------------------- figures

CHANGE_LEVEL = ("comparator", "direction")


def score_figures(text: str, gold: list[Gold], findings: Findings, tally: Tally) -> list[str]:
    """Add one text to the tally; returns what was wrong, a line each, for those who repair it."""
    found = findings.figures
    names = names_of(findings)
    by_id = {figure.figure_id: figure for figure in found}
    spans = [place(text, row, "surface") for row in gold]
    by_value = pairs(gold, found, spans, lambda row, figure: same_number(row["value"], figure.value))
    right_unit = [(g, f) for g, f in by_value if gold[g].get("unit", found[f].unit_code) == found[f].unit_code]
    right_change = [
        (g, f)
        for g, f in right_unit
        if all(gold[g].get(name) == getattr(found[f], name) for name in CHANGE_LEVEL if name in gold[g])
    ]
    for level, matched in (
        ("value", by_value),
        ("value+unit", right_unit),
        ("value+unit+change", right_change),
    ):
        tally.add(level, right=len(matched), found=len(found), wanted=len(gold))
    if not gold:
        tally.add("no figure where none is", right=int(not found), found=1, wanted=1)
    wrong = _missing_and_spurious(gold, found, by_value)
    for g, f in by_value:
        for name, is_right in figure_fields(gold[g], found[f], names, by_id):
            tally.add(name, right=int(is_right), found=1, wanted=1)
            if not is_right:
                seen = _seen(name, found[f], names, by_id)
                wrong.append(f"{name} of {gold[g]['surface']!r}: {seen!r}, wanted {_want(name, gold[g])!r}")
    return wrong


def figure_fields(
    row: Gold, figure: Figure, names: dict[str, set[str]], by_id: dict[str, Figure]
) -> Iterator[tuple[str, bool]]:
    """Each annotated field of a matched figure, and whether it is right."""
    for name in ("unit", "comparator", "kind", "direction", "measure", "commodity", "status", "counted"):
        if name in row:
            yield name, one_of(row[name], _field(name, figure))
    for name in ("low", "high"):
        if name in row:
            yield "bounds", same_number(row[name], getattr(figure, f"value_{name}"))
    if "what" in row:
        yield "what", shares_words(row["what"], " ".join(filter(None, (figure.measure_surface, figure.counted_noun))))
    if "period" in row:
        yield "period", _period(figure) == (tuple(row["period"]) if row["period"] else None)
    for name in ("supplier", "recipient", "subject", "speaker"):
        if name in row:
            yield name, _is_named(row[name], getattr(figure, f"{name}_entity_id"), names)
    if "base" in row:
        base = by_id.get(figure.base_figure_id or "")
        yield (
            "base",
            (base is None) if row["base"] is None else (base is not None and shares_words(row["base"], base.surface)),
        )


def _field(name: str, figure: Figure) -> Any:
    return getattr(figure, {"unit": "unit_code", "counted": "counted_noun"}.get(name, name))


def _period(figure: Figure) -> tuple[str, str] | None:
    if figure.period_start is None and figure.period_end is None:
        return None
    return str(figure.period_start), str(figure.period_end)


def shares_words(wanted: str, surface: str) -> bool:
    """A partial match, as in the scoring of CQE: at least one word of weight is common to both."""
    return bool(_words(wanted) & _words(surface))


_LIGHT = frozenset("the a an of in for to and or its their his her this that by on at from with per".split())


def _words(text: str) -> set[str]:
    words = {word.strip(".,;:()'\"’“”").lower() for word in text.split()} - _LIGHT
    return {word[:-1] if word.endswith("s") and len(word) > 3 else word for word in words} - {""}


def names_of(findings: Findings) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for entity in findings.entities:
        names[entity.entity_id] = {name.lower() for name in (entity.entity_name, *entity.aliases)}
    for mention in findings.mentions:
        names.setdefault(mention.entity_id, set()).add(mention.surface.lower())
    return names


def _is_named(wanted: Any, entity_id: str | None, names: dict[str, set[str]]) -> bool:
    if wanted is None or entity_id is None:
        return wanted is entity_id
    known = names.get(entity_id, set())
    options = wanted if isinstance(wanted, list) else [wanted]
    return any(option.lower() in known for option in options)


def _missing_and_spurious(gold: list[Gold], found: list[Figure], matched: list[tuple[int, int]]) -> list[str]:
    met_gold = {g for g, _ in matched}
    met_found = {f for _, f in matched}
    missing = [f"missing {row['surface']!r} = {row['value']}" for g, row in enumerate(gold) if g not in met_gold]
    spurious = [
        f"spurious {item.surface!r} = {item.value.normalize():f} {item.unit_code}"
        for f, item in enumerate(found)
        if f not in met_found
    ]
    return missing + spurious


def _seen(name: str, figure: Figure, names: dict[str, set[str]], by_id: dict[str, Figure]) -> Any:
    if name == "what":
        return figure.measure_surface
    if name == "bounds":
        return (figure.value_low, figure.value_high)
    if name == "period":
        return _period(figure)
    if name == "base":
        base = by_id.get(figure.base_figure_id or "")
        return base.surface if base else None
    if name in ("supplier", "recipient", "subject", "speaker"):
        entity_id = getattr(figure, f"{name}_entity_id")
        return min(names.get(entity_id, {entity_id}), key=len) if entity_id else None
    return _field(name, figure)


def _want(name: str, row: Gold) -> Any:
    return (row.get("low"), row.get("high")) if name == "bounds" else row.get(name)


# ---------------------------------------------------------------------------------------------- entities

ENTITY_TYPES = {"GPE": "PLACE", "LOC": "PLACE", "FACILITY": "PLACE", "PERSON": "PERSON", "ORG": "ORG"}
"""Strict spans are scored for persons, organisations and places, as in CoNLL 2003."""


def score_entities(text: str, gold: list[Gold], findings: Findings, tally: Tally) -> list[str]:
    """Strict: same span, same type. Countries: ISO code of every annotated row whose span was found.

    Demonyms ("Russian", label NORP) and descriptions ("the company", no label) are mentions, but no names of a
    person, organisation or place; they are not scored here.
    """
    entities = {entity.entity_id: entity for entity in findings.entities}
    wanted = {place(text, row, "surface"): row for row in gold}
    found = {(item.char_start, item.char_end): entities[item.entity_id] for item in findings.mentions}
    unscored = {(item.char_start, item.char_end) for item in findings.mentions if item.ner_label in (None, "NORP")}
    scored_wanted = {span: ENTITY_TYPES[row["type"]] for span, row in wanted.items() if row["type"] in ENTITY_TYPES}
    scored_found = {
        span: ENTITY_TYPES[one.entity_type] for span, one in found.items() if one.entity_type in ENTITY_TYPES
    }
    # A span annotated as something else (a project, a commodity) is neither asked for nor held against.
    scored_found = {
        span: kind
        for span, kind in scored_found.items()
        if span in scored_wanted or span not in unscored | wanted.keys()
    }
    right = scored_wanted.items() & scored_found.items()
    tally.add("entities", right=len(right), found=len(scored_found), wanted=len(scored_wanted))
    wrong = [f"missing {text[a:b]!r} {kind}" for (a, b), kind in scored_wanted.items() - scored_found.items()]
    wrong += [f"spurious {text[a:b]!r} {kind}" for (a, b), kind in scored_found.items() - scored_wanted.items()]
    for span, row in wanted.items():
        entity: Entity | None = found.get(span)
        for name, column in (("country", "country_iso3"), ("wikidata", "wikidata_id")):
            if name in row and entity is not None:
                is_right = getattr(entity, column) == row[name]
                tally.add(name, right=int(is_right), found=1, wanted=1)
                if not is_right:
                    wrong.append(f"{name} of {row['surface']!r}: {getattr(entity, column)!r}, wanted {row[name]!r}")
    return wrong


# ---------------------------------------------------------------------------------------------- events


def score_events(text: str, gold: list[Gold], findings: Findings, tally: Tally) -> list[str]:
    """Type by overlapping triggers; both actors; status, date, mode, place of those whose type is right."""
    found = findings.events
    names = names_of(findings)
    countries = {entity.entity_id: entity.country_iso3 for entity in findings.entities}
    spans = [_clause(text, place(text, row, "trigger")) for row in gold]
    typed = pairs(gold, found, spans, lambda row, event: one_of(row["type"], event.event_type))
    with_actors = [(g, f) for g, f in typed if has_parties(gold[g], found[f], names, countries)]
    for level, matched in (("type", typed), ("type and actors", with_actors)):
        tally.add(level, right=len(matched), found=len(found), wanted=len(gold))
    if not gold:
        tally.add("no event where none is", right=int(not found), found=1, wanted=1)
    met_gold, met_found = {g for g, _ in typed}, {f for _, f in typed}
    wrong = [f"missing {row['trigger']!r} {row['type']}" for g, row in enumerate(gold) if g not in met_gold]
    wrong += [f"spurious {one.surface!r} {one.event_type}" for f, one in enumerate(found) if f not in met_found]
    for g, f in typed:
        row, event = gold[g], found[f]
        if (g, f) not in with_actors:
            seen = [(one.role, min(names.get(one.entity_id, {one.entity_id}), key=len)) for one in event.participants]
            wrong.append(f"actors of {row['trigger']!r}: {seen}, wanted {row.get('actors')} -> {row.get('recipients')}")
        for name, is_right, seen_value in _event_fields(row, event, names):
            tally.add(name, right=int(is_right), found=1, wanted=1)
            if not is_right:
                wrong.append(
                    f"{name} of {row['trigger']!r}: {seen_value!r}, wanted {row.get(name.removeprefix('event '))!r}"
                )
    return wrong


def _event_fields(row: Gold, event: Event, names: dict[str, set[str]]) -> Iterator[tuple[str, bool, Any]]:
    if "status" in row:
        yield "event status", one_of(row["status"], event.status), event.status
    if "mode" in row:
        yield "event mode", one_of(row["mode"], event.event_mode), event.event_mode
    if "date" in row:
        seen = (str(event.date_start), str(event.date_end)) if event.date_start else None
        yield "event date", seen == (tuple(row["date"]) if row["date"] else None), seen
    if "place" in row:
        yield "event place", _is_named(row["place"], event.place_entity_id, names), event.place_entity_id
    if "name" in row:
        yield "event name", shares_words(row["name"], event.event_name or ""), event.event_name


def has_parties(row: Gold, event: Event, names: dict[str, set[str]], countries: dict[str, str | None]) -> bool:
    """Every annotated actor and recipient stands among the event's; for two-sided types the sides may be exchanged."""
    actors = {one.entity_id for one in event.participants if one.role == "actor"}
    recipients = {one.entity_id for one in event.participants if one.role == "recipient"}
    wanted_actors, wanted_recipients = row.get("actors", []), row.get("recipients", [])
    is_straight = _all_named(wanted_actors, actors, names) and _all_named(wanted_recipients, recipients, names)
    if event.event_type in ("CONSULT", "AGREE", "COOPERATE"):
        return is_straight or _all_named([*wanted_actors, *wanted_recipients], actors | recipients, names)
    return is_straight


def _all_named(wanted: list[str], entity_ids: set[str], names: dict[str, set[str]]) -> bool:
    return all(any(one.lower() in names.get(entity_id, set()) for entity_id in entity_ids) for one in wanted)


def _clause(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """A trigger may be the verb or the noun of one phrase ("held talks"): three words either side will do."""
    start = max(0, span[0] - 25)
    return start, min(len(text), span[1] + 25)
