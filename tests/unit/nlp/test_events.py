"""What a text tells of events, by specs written by hand; and what must hold of any text."""

import json
from datetime import date
from pathlib import Path

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.errors import LexiconError
from flows.nlp.events.reader import load_events, read_events
from flows.nlp.events.triggers import EventTypeRow, TriggerRow, load_triggers
from flows.nlp.lexicon import read_table
from flows.nlp.pipeline import extract
from flows.nlp.spans import register_extensions

SPECS = json.loads(Path("tests/specs/events.json").read_text(encoding="utf-8"))
PUBLISHED = date(2024, 5, 17)
PLOVER = set(
    "AGREE CONSULT SUPPORT COOPERATE AID RETREAT REQUEST ACCUSE REJECT THREATEN PROTEST SANCTION MOBILIZE COERCE "
    "ASSAULT CONCEDE".split()
)
SINGLE_FIELDS = ("status", "event_mode", "event_name", "place_country_iso3", "date_start")


def read(nlp, text, published_on=PUBLISHED):
    return extract(nlp, text, document_id="d", published_on=published_on).events


def parties(event, role):
    return {one.entity_id for one in event.participants if one.role == role}


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["text"][:48])
def test_events_of_a_spec(nlp, spec):
    found = read(nlp, spec["text"], date.fromisoformat(spec["published_on"]))
    assert [event.event_type for event in found] == [event["event_type"] for event in spec["events"]]
    for event, expected in zip(found, spec["events"], strict=True):
        for field in SINGLE_FIELDS:
            if field in expected:
                assert str(getattr(event, field)) == expected[field], field
        assert set(expected["actors"]) <= parties(event, "actor")
        assert set(expected["recipients"]) <= parties(event, "recipient")


def test_every_type_has_triggers_and_every_code_a_row():
    kinds = read_table("event_types", EventTypeRow)
    triggers = read_table("event_triggers", TriggerRow)
    codes = {kind.event_code for kind in kinds}
    assert {kind.event_type for kind in kinds} == PLOVER | {"MARKET"}
    assert {trigger.event_code for trigger in triggers} <= codes
    assert {trigger.event_code.split("-")[0] for trigger in triggers} == PLOVER | {"MARKET"}
    assert len(triggers) >= 1200
    assert len({trigger.trigger_id for trigger in triggers}) == len(triggers)


def test_sanctions_follow_the_manual_not_the_conversion_table():
    [row] = [kind for kind in read_table("event_types", EventTypeRow) if kind.cameo_code == "163"]
    assert (row.event_type, row.event_mode) == ("SANCTION", "discontinue")


def test_most_triggers_find_the_type_in_their_own_example(nlp):
    """The rest are examples that the small model parses wrongly. The share only rises."""
    rows = read_table("event_triggers", TriggerRow)[::5]
    hits = sum(
        row.event_code.split("-")[0] in {event.event_type for event in doc._.events}
        for row, doc in zip(rows, nlp.pipe([row.example for row in rows]), strict=True)
    )
    assert hits / len(rows) >= 0.9


def test_a_row_that_names_no_event_code_is_refused(tmp_path):
    (tmp_path / "event_triggers.csv").write_text(
        "trigger_id,lemma,pos,frame,event_code,status,constraints,example,source\n"
        "own,frob,VERB,actor=subj,NOSUCH-1,,,They frob.,own\n",
        encoding="utf-8",
    )
    with pytest.raises(LexiconError, match="NOSUCH-1"):
        load_triggers((tmp_path,))


def test_a_users_trigger_is_read(tmp_path):
    (tmp_path / "event_triggers.csv").write_text(
        "trigger_id,lemma,pos,frame,event_code,status,constraints,example,source\n"
        "own,frob,VERB,actor=subj; recipient=obj,AID-070,,,They frob.,own\n",
        encoding="utf-8",
    )
    assert any(
        trigger.row.trigger_id == "own"
        for table in load_triggers((tmp_path,)).by_lemma.values()
        for triggers in table.values()
        for trigger in triggers
    )


def test_one_event_told_twice_is_one_event_with_two_mentions(nlp):
    text = (
        "Xi Jinping met Vladimir Putin in Kazan on Tuesday. The city was busy. "
        "Putin's meeting with Xi lasted two hours."
    )
    meetings = [event for event in read(nlp, text) if event.event_type == "CONSULT"]
    assert len(meetings) == 2
    assert len({event.event_id for event in meetings}) == 1
    assert len({event.event_mention_id for event in meetings}) == 2
    assert {event.date_start for event in meetings} == {date(2024, 5, 14)}


def test_meetings_on_different_days_are_different_events(nlp):
    text = "Xi Jinping met Vladimir Putin on May 8, 2023. Xi Jinping met Vladimir Putin on May 16, 2024."
    assert len({event.event_id for event in read(nlp, text)}) == 2


def test_a_name_with_and_without_its_parties_is_one_event(nlp):
    text = (
        "He spoke at the 4th Russia-China Forum on Agriculture in Omsk. "
        "The 4th Forum on Agriculture opened on Monday. The 5th Forum on Agriculture will be held in Wuhan."
    )
    named = [event for event in read(nlp, text) if event.event_name]
    assert len({event.event_id for event in named}) == 2
    assert {"country:RUS", "country:CHN"} <= parties(named[0], "actor")


def test_what_refers_to_an_event_is_one_with_it(nlp):
    text = "Macron met Erdogan in Ankara on Tuesday. The talks lasted two hours."
    assert len({event.event_id for event in read(nlp, text) if event.event_type == "CONSULT"}) == 1


def test_the_one_day_of_a_sentence_holds_for_the_verbs_joined(nlp):
    text = "Egypt let its pound fall by a third on Wednesday and expelled two Chadian diplomats."
    [event] = [event for event in read(nlp, text, date(2024, 5, 16)) if event.event_type == "SANCTION"]
    assert str(event.date_start) == "2024-05-15"


def test_a_subject_after_a_dateline_stays_whole(nlp):
    text = "NAIROBI, May 16 - Kenya and Ethiopia signed an agreement on Wednesday to double power trade by 2030."
    [event] = read(nlp, text, date(2024, 5, 16))
    actors = {one.entity_id for one in event.participants if one.role == "actor"}
    assert (actors, str(event.date_start)) == ({"country:KEN", "country:ETH"}, "2024-05-15")


def test_a_match_is_no_war(nlp):
    text = (
        "Arsenal attacked down the wings in the first half. Their striker fired in a third goal. "
        "The coach praised his players after the match, and the defender withdrew with an injury."
    )
    assert read(nlp, text) == []


def test_a_figure_belongs_to_the_event_it_is_part_of(nlp):
    found = extract(nlp, "Turkey agreed to invest $3 billion in Egypt.", document_id="d", published_on=PUBLISHED)
    [event] = [event for event in found.events if event.event_type == "AGREE"]
    assert [figure.figure_id for figure in found.figures if figure.unit_code == "USD"] == list(event.figure_ids)


def test_what_somebody_says_has_its_speaker(nlp):
    [event] = read(nlp, "Russia will build a nuclear plant in Uganda, Putin said.")
    assert event.speaker_entity_id == "person:vladimir-putin"
    assert event.status == "planned"


def test_nothing_relative_is_resolved_without_a_publication_date(nlp):
    [event] = read(nlp, "Xi Jinping met Vladimir Putin on Tuesday.", None)
    assert (event.date_start, event.date_end, event.date_basis) == (None, None, None)


def test_every_participant_is_an_entity_of_the_document(nlp):
    found = extract(nlp, "Scholz shelled nothing. Narendra Modi visited Kazan.", document_id="d")
    known = {entity.entity_id for entity in found.entities}
    assert {one.entity_id for event in found.events for one in event.participants} <= known


def test_a_doc_without_a_parse_has_no_events():
    register_extensions()
    assert read_events(spacy.blank("en")("Xi met Putin."), load_events()) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200) | st.lists(st.sampled_from([s["text"] for s in SPECS]), max_size=4).map("\n".join))
def test_an_event_stands_where_it_says(nlp, text):
    found = extract(nlp, text, document_id="d", published_on=PUBLISHED)
    sentences = {sentence.sentence_id for sentence in found.sentences}
    entities = {entity.entity_id for entity in found.entities}
    for event in found.events:
        assert text[event.char_start : event.char_end] == event.surface
        assert event.event_type in PLOVER | {"MARKET"}
        assert event.status in {"occurred", "ongoing", "planned", "hypothetical", "denied", "cancelled"}
        assert 0 <= event.confidence <= 1
        assert event.sentence_id in sentences
        assert {one.entity_id for one in event.participants} <= entities
        assert len({(one.entity_id, one.role) for one in event.participants}) == len(event.participants)
    assert len({event.event_mention_id for event in found.events}) == len(found.events)
