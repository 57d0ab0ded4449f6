"""The tables of names: who and what is known before any text is read.

Seeds: ``countries``, ``places``, ``entities``, ``entity_aliases``, ``energy_projects``, ``facility_forms``,
``institutions``, ``offices``, ``titles``, ``ner_repairs``. A user's folder may hold any of them; entities and
aliases of the user's stand above the project's.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

from spacy.language import Language

from flows.errors import LexiconError
from flows.nlp.aliases import ANY, CASED, EXACT, GUARDED, NOUN, PREFIX, AliasMatcher
from flows.nlp.entities.matches import SportWords
from flows.nlp.entities.shape import NameWords, load_name_words
from flows.nlp.lexicon import Row, read_table
from flows.paths import SEEDS
from flows.records import Entity

ENTITY_TYPES = frozenset(("PERSON", "ORG", "GPE", "LOC", "FACILITY", "PROJECT", "COMMODITY", "LAW"))
INSTITUTION = "institution:"
"""Opens the key of what is no entity yet: a body of which each state has one."""
_MATCHES = frozenset((CASED, EXACT, ANY, GUARDED, NOUN, PREFIX))


class CountryRow(Row):
    country_iso3: str
    country_name: str
    wikidata_id: str | None = None
    capital: str | None = None
    demonyms: str | None = None
    aliases: str | None = None
    source: str


class PlaceRow(Row):
    entity_id: str
    entity_name: str
    entity_type: str
    kind: str
    country_iso3: str | None = None
    wikidata_id: str | None = None
    match: str | None = None
    is_name: bool = False
    aliases: str | None = None
    source: str


class EntityRow(Row):
    entity_id: str
    entity_name: str
    entity_type: str
    wikidata_id: str | None = None
    country_iso3: str | None = None
    sector: str | None = None
    description: str | None = None
    source: str | None = None


class AliasRow(Row):
    alias: str
    entity_id: str
    match: str | None = None
    kind: str = "name"
    needs: str | None = None


class ProjectRow(Row):
    entity_id: str
    entity_name: str
    entity_type: str
    kind: str
    core_name: str
    country_iso3: str | None = None
    countries: str | None = None
    owner: str | None = None
    source: str


class FormRow(Row):
    form_id: str
    kind: str
    form: str
    is_bare: bool
    description: str


class InstitutionRow(Row):
    surface: str
    institution: str
    description: str


class StateBodyRow(Row):
    body_id: str
    institution: str
    country_iso3: str
    entity_id: str
    description: str


class OfficeRow(Row):
    holding_id: str
    person_id: str
    office: str
    country_iso3: str | None = None
    organisation_id: str | None = None
    from_date: str
    to_date: str | None = None
    source: str


class TitleRow(Row):
    title: str
    kind: str
    office: str | None = None
    description: str


class RepairRow(Row):
    word: str
    repair: str
    description: str
    example: str


@dataclass(frozen=True, slots=True)
class Holding:
    """One term of one person in one office, of a state or of an organisation. Dates inclusive."""

    person_id: str
    office: str
    country_iso3: str | None
    organisation_id: str | None
    from_date: date
    to_date: date


@dataclass(slots=True)
class EntityTables:
    """Everything read at load; shared by all documents and never changed by them."""

    matcher: AliasMatcher
    words: NameWords
    sport_words: SportWords
    entities: dict[str, Entity] = field(default_factory=dict)
    capitals: dict[str, str] = field(default_factory=dict)
    """Entity of a capital city to its country's ISO 3166 alpha-3 code."""
    named_places: set[str] = field(default_factory=set)
    """Entities of places that are called as people are: "Lincoln", "Matsumoto"."""
    countries_of: dict[str, str] = field(default_factory=dict)
    """Country, nationality or place as printed, to the code of its state."""
    peoples_names: set[str] = field(default_factory=set)
    """Those of ``countries_of`` that people are called by as well."""
    state_bodies: dict[tuple[str, str], Entity] = field(default_factory=dict)
    """(Code of a body that many states have, country code) to the body of that state."""
    holders_of: dict[str, list[str]] = field(default_factory=dict)
    """Code of a body to the states whose bodies ``state_bodies.csv`` names, the likeliest first."""
    body_codes: frozenset[str] = frozenset()
    """Codes of the bodies that many states have."""
    surnames: dict[str, str] = field(default_factory=dict)
    """Surname of a person who is known by it alone, to the person."""
    holdings: dict[tuple[str, str], list[Holding]] = field(default_factory=dict)
    """(Office, country code or organisation) to its terms, the latest first."""
    offices_of: dict[str, list[Holding]] = field(default_factory=dict)
    titles: dict[str, TitleRow] = field(default_factory=dict)
    """Title in lower case to its row."""
    office_ends: frozenset[str] = frozenset()
    """The last words of offices of several words: "minister"."""
    drops: frozenset[str] = frozenset()
    trims_left: frozenset[str] = frozenset()
    trims_right: frozenset[str] = frozenset()
    demonyms: dict[str, str] = field(default_factory=dict)
    """Demonym in lower case to a country code."""


def first_day(text: str) -> date:
    """The first day of "2014", "2014-05" or "2014-05-12"."""
    year, month, day = (*map(int, text.split("-")), 1, 1)[:3]
    return date(year, month, day)


def last_day(text: str | None) -> date:
    """The last day of a date as in ``first_day``; the end of time for None: the term has not ended."""
    if text is None:
        return date.max
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return date(*parts)
    year, month = (parts[0], parts[1]) if len(parts) == 2 else (parts[0], 12)
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


@cache
def load_tables(nlp: Language | None, user_dirs: tuple[Path, ...] = ()) -> EntityTables:
    """Read all tables and build the matcher.

    Raises:
        LexiconError: A row is malformed, or an alias names an entity that no table has.
    """
    words = load_name_words(user_dirs)
    titles = {row.title.lower(): row for row in read_table("titles", TitleRow, user_dirs)}
    # "Imam", "King": given names as well, but before a name titles.
    not_given = {row.title for row in titles.values() if row.kind in ("honorific", "monarch")}
    words = replace(words, given=words.given - not_given)
    tables = EntityTables(AliasMatcher(nlp), words, SportWords(words.cues), titles=titles)
    _add_user_rows(tables, user_dirs)
    _add_countries(tables, user_dirs)
    _add_entities(tables, user_dirs)
    _add_places(tables, user_dirs)
    _add_projects(tables, user_dirs)
    _add_institutions(tables, user_dirs)
    _add_offices(tables, user_dirs)
    tables.office_ends = frozenset(
        title.split()[-1] for title, row in tables.titles.items() if row.kind == "office" and " " in title
    )
    repairs = read_table("ner_repairs", RepairRow, user_dirs)
    tables.drops = frozenset(row.word for row in repairs if row.repair == "drop")
    tables.trims_left = frozenset(row.word for row in repairs if row.repair in ("trim", "trim_left"))
    tables.trims_right = frozenset(row.word for row in repairs if row.repair in ("trim", "trim_right"))
    return tables


def _add_institutions(tables: EntityTables, user_dirs: tuple[Path, ...]) -> None:
    """Bodies that many states have go into the matcher under a code; which state's is meant the document tells."""
    for row in read_table("institutions", InstitutionRow, user_dirs):
        key = f"{INSTITUTION}{row.institution}"
        tables.entities.setdefault(key, Entity(key, row.surface, "ORG"))
        # One word alone ("Army") may be any noun in capitals.
        match = CASED if " " in row.surface else GUARDED
        tables.matcher.add(row.surface, (key, match, "institution", frozenset(), False))
    for entity in list(tables.entities.values()):
        if entity.sector == "ministry" and entity.country_iso3:
            code = entity.entity_id.removeprefix(f"org:{entity.country_iso3.lower()}-").replace("-", "_")
            tables.state_bodies[code, entity.country_iso3] = entity
    banks: dict[str, list[Entity]] = {}
    for entity in tables.entities.values():
        if entity.sector == "central_bank" and entity.country_iso3:
            banks.setdefault(entity.country_iso3, []).append(entity)
    for iso, found in banks.items():
        if len(found) == 1:
            tables.state_bodies["central_bank", iso] = found[0]
    for row in read_table("state_bodies", StateBodyRow, user_dirs):
        tables.state_bodies[row.institution, row.country_iso3] = tables.entities[row.entity_id]
        tables.holders_of.setdefault(row.institution, []).append(row.country_iso3)
    tables.body_codes = frozenset(code for code, _ in tables.state_bodies)


def _listed(cell: str | None) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()] if cell else []


def _names(entity: Entity) -> tuple[str, ...]:
    return (entity.entity_name, *entity.aliases)


def _add_user_rows(tables: EntityTables, user_dirs: tuple[Path, ...]) -> None:
    """The user's aliases first: what stands first in the matcher is preferred."""
    if not user_dirs:
        return
    own = set(read_table("entities", EntityRow))
    for row in read_table("entities", EntityRow, user_dirs):
        if row not in own:
            _add_entity(tables, row)
    own_aliases = set(read_table("entity_aliases", AliasRow))
    for alias in read_table("entity_aliases", AliasRow, user_dirs):
        if alias not in own_aliases:
            _add_alias(tables, alias, is_user=True)


def _add_entity(tables: EntityTables, row: EntityRow) -> None:
    if row.entity_type not in ENTITY_TYPES:
        raise LexiconError(
            SEEDS / "entities.csv", None, f"{row.entity_id!r} has the unknown entity_type {row.entity_type!r}."
        )
    tables.entities[row.entity_id] = Entity(
        row.entity_id, row.entity_name, row.entity_type, row.wikidata_id, row.country_iso3, row.sector, (), True
    )


def _add_alias(tables: EntityTables, row: AliasRow, *, is_user: bool = False) -> None:
    match = row.match or (EXACT if row.alias.isupper() and len(row.alias) <= 6 else CASED)
    if match not in _MATCHES:
        raise LexiconError(
            SEEDS / "entity_aliases.csv", None, f"alias {row.alias!r} has the unknown match {row.match!r}."
        )
    needs = frozenset(word.lower() for word in _listed(row.needs))
    if row.entity_id not in tables.entities:
        raise LexiconError(
            SEEDS / "entity_aliases.csv",
            None,
            f"alias {row.alias!r} names {row.entity_id!r}, which no row of entities.csv has; add one.",
        )
    tables.matcher.add(row.alias, (row.entity_id, match, row.kind, needs, is_user))
    if row.kind == "surname":
        tables.surnames.setdefault(row.alias, row.entity_id)


def _add_countries(tables: EntityTables, user_dirs: tuple[Path, ...]) -> None:
    for row in read_table("countries", CountryRow, user_dirs):
        key = f"country:{row.country_iso3}"
        names = [row.country_name, *_listed(row.aliases)]
        demonyms = _listed(row.demonyms)
        tables.entities[key] = Entity(
            key, row.country_name, "GPE", row.wikidata_id, row.country_iso3, "country", tuple(names[1:]), True
        )
        for name in names:
            match = EXACT if name.isupper() and len(name) <= 4 else CASED
            tables.matcher.add(name, (key, match, "country", frozenset(), False))
            tables.countries_of[name] = row.country_iso3
        for demonym in demonyms:
            tables.countries_of[demonym] = row.country_iso3
            tables.matcher.add(demonym, (key, CASED, "demonym", frozenset(), False))
            tables.demonyms[demonym.lower()] = row.country_iso3


def _add_entities(tables: EntityTables, user_dirs: tuple[Path, ...]) -> None:
    for row in read_table("entities", EntityRow, user_dirs):
        if row.entity_id not in tables.entities:
            _add_entity(tables, row)
    others: dict[str, list[str]] = {}
    for alias in read_table("entity_aliases", AliasRow, user_dirs):
        _add_alias(tables, alias)
        if alias.kind in ("name", "surname", "noun"):
            others.setdefault(alias.entity_id, []).append(alias.alias)
    for key, aliases in others.items():
        entity = tables.entities[key]
        known = tuple(alias for alias in aliases if alias != entity.entity_name)
        tables.entities[key] = replace(entity, aliases=(*entity.aliases, *known))


def _add_places(tables: EntityTables, user_dirs: tuple[Path, ...]) -> None:
    for row in read_table("places", PlaceRow, user_dirs):
        others = _listed(row.aliases)
        tables.entities[row.entity_id] = Entity(
            row.entity_id,
            row.entity_name,
            row.entity_type,
            row.wikidata_id,
            row.country_iso3,
            row.kind,
            tuple(others),
            True,
        )
        if row.is_name:
            tables.named_places.add(row.entity_id)
        if row.kind == "capital" and row.country_iso3:
            tables.capitals[row.entity_id] = row.country_iso3
        for name in (row.entity_name, *others):
            match = row.match or (EXACT if name.isupper() and len(name) <= 4 else CASED)
            tables.matcher.add(name, (row.entity_id, match, "place", frozenset(), False))
            if row.country_iso3 and match == CASED:
                tables.countries_of.setdefault(name, row.country_iso3)
                if row.is_name:
                    tables.peoples_names.add(name)


def _add_projects(tables: EntityTables, user_dirs: tuple[Path, ...]) -> None:
    forms: dict[str, list[FormRow]] = {}
    for form in read_table("facility_forms", FormRow, user_dirs):
        forms.setdefault(form.kind, []).append(form)
    # "Kuwait LNG" is gas, not the terminal.
    places = {name for entity in tables.entities.values() if entity.entity_type == "GPE" for name in _names(entity)}
    for row in read_table("energy_projects", ProjectRow, user_dirs):
        tables.entities[row.entity_id] = Entity(
            row.entity_id, row.entity_name, row.entity_type, None, row.country_iso3, row.kind, (), True
        )
        is_place = row.core_name in places
        usable = [form.form for form in forms[row.kind] if not (form.is_bare and is_place)]
        for surface in dict.fromkeys((row.entity_name, *(form.format(row.core_name) for form in usable))):
            tables.matcher.add(surface, (row.entity_id, CASED, "project", frozenset(), False))


def _add_offices(tables: EntityTables, user_dirs: tuple[Path, ...]) -> None:
    for row in read_table("offices", OfficeRow, user_dirs):
        place = row.organisation_id or row.country_iso3
        if row.person_id not in tables.entities or place is None:
            raise LexiconError(
                SEEDS / "offices.csv", None, f"{row.holding_id!r} needs a known person and a country or organisation."
            )
        holding = Holding(
            row.person_id,
            row.office,
            row.country_iso3,
            row.organisation_id,
            first_day(row.from_date),
            last_day(row.to_date),
        )
        tables.holdings.setdefault((row.office, place), []).append(holding)
        tables.offices_of.setdefault(row.person_id, []).append(holding)
    for holdings in tables.holdings.values():
        holdings.sort(key=lambda holding: holding.from_date, reverse=True)
