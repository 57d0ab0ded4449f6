"""Who holds which office, as the document itself says: "Chinese Foreign Minister Wang Yi"."""

from bisect import bisect_left
from dataclasses import dataclass, field, replace

from spacy.tokens import Doc

from flows.nlp.entities.tables import EntityTables, TitleRow
from flows.nlp.spans import MentionSpan
from flows.records import Entity

_FARTHEST = 200
"""Statements: what was said longer ago is not looked at."""


@dataclass(slots=True)
class StatedOffice:
    """A person with a title, at a token. ``country_iso3`` where the document names the state beside it."""

    place: int
    title: str
    office: str | None
    country_iso3: str | None
    entity: Entity


@dataclass(slots=True)
class StatedOffices:
    stated: list[StatedOffice] = field(default_factory=list)

    def holder(self, before: int, title: str, office: str | None, country_iso3: str | None) -> Entity | None:
        """The one person of whom the document said so before a token; None where there are none or several."""
        last_word = title.split()[-1]
        found: dict[str, Entity] = {}
        end = bisect_left(self.stated, before, key=lambda item: item.place)
        for item in self.stated[max(0, end - _FARTHEST) : end]:
            if country_iso3 is not None and item.country_iso3 not in (None, country_iso3):
                continue
            same = item.office == office if office is not None else item.title.split()[-1] == last_word
            if same or item.title == title:
                found[item.entity.entity_id] = item.entity
        return next(iter(found.values())) if len(found) == 1 else None


def read_offices(doc: Doc, mentions: list[MentionSpan], tables: EntityTables) -> StatedOffices:
    """Titles beside names. A person unknown until now gets the country named with the title."""
    offices = StatedOffices()
    by_end = {mention.token_end: mention for mention in mentions}
    by_start = {mention.token_start: mention for mention in mentions}
    countries: dict[str, str] = {}
    for mention in mentions:
        if mention.entity.entity_type != "PERSON":
            continue
        read = _before(doc, mention, tables, by_end) or _after(doc, mention, tables, by_start)
        if read is None:
            continue
        title, iso = read
        offices.stated.append(StatedOffice(mention.token_start, title.title.lower(), title.office, iso, mention.entity))
        if iso is not None and mention.entity.country_iso3 is None:
            countries.setdefault(mention.entity.entity_id, iso)
    give_countries(mentions, countries, offices)
    return offices


def give_countries(mentions: list[MentionSpan], countries: dict[str, str], offices: StatedOffices) -> None:
    """Put the country found for an entity into all its mentions."""
    if not countries:
        return
    changed: dict[str, Entity] = {}
    for mention in mentions:
        iso = countries.get(mention.entity.entity_id)
        if iso is not None:
            mention.entity = changed.setdefault(mention.entity.entity_id, replace(mention.entity, country_iso3=iso))
    for item in offices.stated:
        item.entity = changed.get(item.entity.entity_id, item.entity)


def title_ending_at(doc: Doc, end: int, tables: EntityTables) -> tuple[int, TitleRow] | None:
    """The longest title of an office that ends before token ``end``: its first token and its row."""
    for width in (4, 3, 2, 1):
        start = end - width
        if start >= 0:
            row = tables.titles.get(doc[start:end].text.lower())
            if row is not None and row.kind in ("office", "monarch"):
                return start, row
    return None


def title_starting_at(doc: Doc, start: int, tables: EntityTables) -> tuple[int, TitleRow] | None:
    """The longest title of an office that starts at token ``start``: the token after it and its row."""
    for width in (4, 3, 2, 1):
        end = start + width
        if end <= len(doc):
            row = tables.titles.get(doc[start:end].text.lower())
            if row is not None and row.kind in ("office", "monarch"):
                return end, row
    return None


def _before(
    doc: Doc, mention: MentionSpan, tables: EntityTables, by_end: dict[int, MentionSpan]
) -> tuple[TitleRow, str | None] | None:
    found = title_ending_at(doc, mention.token_start, tables)
    if found is None:
        return None
    start, row = found
    # "Russian First Deputy Prime Minister": what qualifies the office stands between.
    while start > 0 and (other := tables.titles.get(doc[start - 1].lower_)) is not None and other.kind == "modifier":
        start -= 1
    if start > 0 and doc[start - 1].lower_ in ("'s", "’s"):
        start -= 1
    owner = by_end.get(start)
    iso = owner.entity.country_iso3 if owner is not None and owner.entity.entity_type in ("GPE", "ORG") else None
    return row, iso


def _after(
    doc: Doc, mention: MentionSpan, tables: EntityTables, by_start: dict[int, MentionSpan]
) -> tuple[TitleRow, str | None] | None:
    """ "Wang Yi, China's foreign minister": only right behind the comma."""
    place = mention.token_end
    if place + 1 >= len(doc) or doc[place].text != ",":
        return None
    place += 1
    if doc[place].lower_ in ("the", "a", "an"):
        place += 1
    owner = by_start.get(place)
    iso: str | None = None
    if owner is not None and owner.entity.entity_type == "GPE":
        iso = owner.entity.country_iso3
        place = owner.token_end
        if place < len(doc) and doc[place].lower_ in ("'s", "’s"):
            place += 1
    found = title_starting_at(doc, place, tables) if place < len(doc) else None
    if found is None:
        return None
    end, row = found
    if iso is None and end + 1 < len(doc) and doc[end].lower_ == "of":
        of = by_start.get(end + 1)
        if of is not None and of.entity.entity_type in ("GPE", "ORG"):
            iso = of.entity.country_iso3
    return row, iso
