"""The quality of what is read is a number, and the number only rises."""

import json

import pytest

from tests.eval.matching import place
from tests.eval.score import FLOORS, corpus_digest, levels, read_set, score_set, sets

TOLERANCE = 0.005
"""One sentence in two hundred: a rounding of the model on another processor moves that much, a lost rule more."""


def test_the_annotated_sets_are_those_that_the_floors_were_measured_on():
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    assert floors["corpus_sha256"] == corpus_digest(), "measure again: python -m tests.eval.score --raise-floors"


@pytest.mark.parametrize("name", sets())
def test_every_annotated_surface_stands_in_its_text(name):
    rows = read_set(name)
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        for kind, key in (("figures", "surface"), ("entities", "surface"), ("events", "trigger")):
            for item in row.get(kind, ()):
                start, end = place(row["text"], item, key)
                assert row["text"][start:end] == item[key]


@pytest.mark.parametrize("name", sets())
def test_no_score_is_below_its_floor(name, nlp):
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))["scores"][name]
    tally, _, _ = score_set(nlp, name)
    below = {
        level: (score, floors[level]) for level, score in levels(tally).items() if score < floors[level] - TOLERANCE
    }
    assert not below
