"""Bodies that many states have: "the Foreign Ministry" is one of the state named beside it."""

from collections import Counter
from dataclasses import replace

from spacy.tokens import Doc

from flows.nlp.entities.tables import INSTITUTION, EntityTables
from flows.nlp.spans import MentionSpan
from flows.records import Entity, stable_id

_MOST = 0.6
"""Of the places of a document, so many must lie in one state for its bodies to be of that state."""


def settle_institutions(doc: Doc, mentions: list[MentionSpan], tables: EntityTables) -> None:
    """Give each ministry, parliament, army … its state, in place.

    The state stands before it ("Chinese Foreign Ministry", "Russia's Central Bank") or behind it ("the Ministry of
    Energy of Kazakhstan"); where none does, the body of that kind that the document named last is meant.
    """
    by_start = {mention.token_start: mention for mention in mentions}
    by_end = {mention.token_end: mention for mention in mentions}
    last: dict[str, Entity] = {}
    home = _home(mentions)
    for mention in mentions:
        code = mention.entity.entity_id
        if not code.startswith(INSTITUTION):
            continue
        code = code.removeprefix(INSTITUTION)
        iso = _owner(doc, mention, by_start, by_end)
        surface = doc[mention.token_start : mention.token_end].text
        if iso is None and code in last:
            mention.entity, mention.link_method, mention.confidence = last[code], "in_document", 0.75
            continue
        entity = _institution(code, iso or _default(code, home, tables), surface, tables)
        if iso is not None:
            last[code] = entity
        mention.entity = entity
        mention.link_method = "alias" if entity.is_curated else "new"
        mention.confidence = 0.9 if entity.is_curated else 0.6


def _home(mentions: list[MentionSpan]) -> Counter[str]:
    """How often the document names each state and its places."""
    return Counter(
        mention.entity.country_iso3
        for mention in mentions
        if mention.entity.entity_type == "GPE" and mention.entity.country_iso3 is not None
    )


def _default(code: str, home: Counter[str], tables: EntityTables) -> str | None:
    """Whose body is meant where nothing beside it tells: that of the state the document is of.

    Else of the one state that has such a name in the table, if the document speaks of it or of no state at all.
    """
    if home:
        iso, count = home.most_common(1)[0]
        if count >= _MOST * home.total():
            return iso
    known = tables.holders_of.get(code, ())
    return next((iso for iso in known if not home or iso in home), None)


def _owner(
    doc: Doc, mention: MentionSpan, by_start: dict[int, MentionSpan], by_end: dict[int, MentionSpan]
) -> str | None:
    start = mention.token_start
    if start > 0 and doc[start - 1].lower_ in ("'s", "’s"):
        start -= 1
    before = by_end.get(start)
    if before is not None and before.entity.entity_type == "GPE":
        return before.entity.country_iso3
    place = mention.token_end
    if place < len(doc) and doc[place].lower_ == "of":
        place += 1
        if place < len(doc) and doc[place].lower_ == "the":
            place += 1
        behind = by_start.get(place)
        if behind is not None and behind.entity.entity_type == "GPE":
            return behind.entity.country_iso3
    return None


def _institution(code: str, iso: str | None, surface: str, tables: EntityTables) -> Entity:
    if iso is None:
        return Entity(stable_id("ORG", surface.casefold()), surface, "ORG", None, None, _sector(code))
    known = tables.state_bodies.get((code, iso))
    if known is not None:
        return known
    country = tables.entities.get(f"country:{iso}")
    name = f"{surface} of {country.entity_name}" if country is not None else surface
    fresh = Entity(stable_id("ORG", code, iso), name, "ORG")
    return replace(fresh, country_iso3=iso, sector=_sector(code))


def _sector(code: str) -> str:
    return "ministry" if code.endswith("_ministry") else "central_bank" if code == "central_bank" else "government"
