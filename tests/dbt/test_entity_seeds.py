"""The tables of names: their size, keys, codes, dates, and that no written form means two without a rule."""

import csv
import itertools
import re
from collections import Counter

import pytest

from flows.nlp.entities.tables import ENTITY_TYPES, first_day, last_day
from flows.paths import SEEDS


def rows(name):
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def listed(cell):
    return [part for part in cell.split("|") if part]


ENTITIES = {row["entity_id"]: row for row in rows("entities")}
COUNTRIES = {row["country_iso3"] for row in rows("countries")}
FORMER = {"SUN", "YUG", "CSK", "DDR"}
"""Codes of states that are no more: ISO 3166-3 and the codes they had."""


@pytest.fixture(scope="module")
def known():
    """Codes that an independent table knows; its package compiles against ICU, so it stands in a group of its own."""
    territories = pytest.importorskip("rigour.territories", reason="needs `uv sync --group reference`")
    return {one.alpha3.upper() for one in territories.get_territories() if one.alpha3} | FORMER


KEYED = (
    "countries",
    "entities",
    "places",
    "energy_projects",
    "offices",
    "facility_forms",
    "institutions",
    "state_bodies",
    "titles",
    "ner_repairs",
    "metonym_cues",
    "description_nouns",
    "given_names",
    "name_words",
)


@pytest.mark.parametrize("name", KEYED)
def test_the_first_column_is_a_key(name):
    keys = Counter(next(iter(row.values())) for row in rows(name))
    assert [key for key, count in keys.items() if count > 1 or not key] == []


@pytest.mark.parametrize("name", ["countries", "entities", "places", "energy_projects", "offices", "given_names"])
def test_facts_tell_their_source(name):
    assert all(row["source"] for row in rows(name))


@pytest.mark.parametrize("name", ["entities", "places", "energy_projects", "offices"])
def test_country_codes_exist(name):
    assert {row["country_iso3"] for row in rows(name)} - COUNTRIES <= {""}


def test_countries_are_those_of_iso_3166(known):
    assert {"XKX"} >= COUNTRIES - known
    assert len(COUNTRIES - FORMER) >= 200


def test_the_tables_are_as_large_as_promised():
    kinds = Counter(row["entity_type"] for row in ENTITIES.values())
    in_office = {row["person_id"] for row in rows("offices")}
    assert len(in_office) >= 400
    assert kinds["PERSON"] >= 400
    assert kinds["ORG"] >= 600
    assert len(rows("energy_projects")) >= 1500
    assert sum(row["kind"] in ("city", "capital") for row in rows("places")) >= 800
    assert kinds["LAW"] >= 36
    assert kinds["COMMODITY"] >= 30


def test_types_are_those_of_the_contract():
    for name in ("entities", "places", "energy_projects"):
        assert {row["entity_type"] for row in rows(name)} <= ENTITY_TYPES


def test_wikidata_ids_are_ids_and_belong_to_one():
    found = Counter()
    for name in ("countries", "entities", "places"):
        for row in rows(name):
            if row["wikidata_id"]:
                assert re.fullmatch(r"Q[1-9]\d*", row["wikidata_id"])
                found[row["wikidata_id"]] += 1
    assert [key for key, count in found.items() if count > 1] == []


def test_every_alias_names_an_entity():
    countries = {f"country:{code}" for code in COUNTRIES}
    assert {row["entity_id"] for row in rows("entity_aliases")} <= ENTITIES.keys() | countries


def test_no_alias_means_two_without_a_rule():
    meant = {}
    for row in rows("entity_aliases"):
        if not row["needs"]:
            meant.setdefault(row["alias"], set()).add(row["entity_id"])
    assert {alias: keys for alias, keys in meant.items() if len(keys) > 1} == {}


def test_a_short_alias_counts_in_its_own_capitals_only():
    # "MOL", "CIS" as printed; small letters would be words.
    for row in rows("entity_aliases"):
        if row["alias"].isupper() and len(row["alias"]) <= 4:
            assert row["match"] in ("exact", "guarded", "noun"), row["alias"]


def test_no_name_of_a_country_means_another():
    meant = {}
    for row in rows("countries"):
        for name in (row["country_name"], *listed(row["aliases"]), *listed(row["demonyms"])):
            meant.setdefault(name, set()).add(row["country_iso3"])
    assert {name: codes for name, codes in meant.items() if len(codes) > 1} == {}


def test_capitals_are_places_of_their_country():
    places = {}
    for row in rows("places"):
        for name in (row["entity_name"], *listed(row["aliases"])):
            places.setdefault(name, set()).add(row["country_iso3"])
    names = {row["country_name"]: row for row in rows("countries")}
    for row in names.values():
        capital = row["capital"]
        if capital and capital not in names and capital in places:
            assert row["country_iso3"] in places[capital], capital


def test_terms_of_office_are_in_order_and_of_known_people():
    for row in rows("offices"):
        assert ENTITIES[row["person_id"]]["entity_type"] == "PERSON"
        assert first_day(row["from_date"]) <= last_day(row["to_date"] or None), row["holding_id"]
        assert bool(row["country_iso3"]) != bool(row["organisation_id"]), row["holding_id"]
        assert row["organisation_id"] in {*ENTITIES, ""}


ONE_AT_A_TIME = ("head_of_state", "head_of_government", "foreign_minister", "central_bank_governor", "chief")


def test_one_person_at_a_time_holds_an_office_that_has_one_holder():
    terms = {}
    for row in rows("offices"):
        if row["office"] in ONE_AT_A_TIME:
            terms.setdefault((row["office"], row["country_iso3"] or row["organisation_id"]), []).append(row)
    for held in terms.values():
        held.sort(key=lambda row: first_day(row["from_date"]))
        for before, after in itertools.pairwise(held):
            # The day of handing over counts for both.
            assert last_day(before["to_date"] or None) <= last_day(after["to_date"] or None), after["holding_id"]
            overlap = last_day(before["to_date"] or None).toordinal() - first_day(after["from_date"]).toordinal()
            assert overlap <= 31, (before["holding_id"], after["holding_id"])


def test_the_first_offices_of_a_state_have_holders():
    held = {row["office"] for row in rows("offices")}
    named = {row["office"] for row in rows("titles")}
    assert {"head_of_state", "head_of_government", "foreign_minister", "energy_minister"} <= held & named


def test_energy_projects_name_the_tracker_they_are_from():
    for row in rows("energy_projects"):
        assert "Global Energy Monitor" in row["source"]
        assert "CC BY 4.0" in row["source"]


def test_every_kind_of_project_has_written_forms():
    assert {row["kind"] for row in rows("energy_projects")} == {row["kind"] for row in rows("facility_forms")}


def test_bodies_of_states_are_entities():
    codes = {row["institution"] for row in rows("institutions")}
    for row in rows("state_bodies"):
        assert row["entity_id"] in ENTITIES
        assert row["institution"] in codes
