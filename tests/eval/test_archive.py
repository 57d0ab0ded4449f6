"""What is found out across documents is a number, too, and only rises."""

import pytest

from tests.eval.score_archive import (
    archive_digest,
    make_ledger,
    read_documents,
    read_floors,
    read_truth,
    score_all,
)

TOLERANCE = 0.005
"""Less than one pair: a lost pair is a lost rule."""


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    return score_all(make_ledger(tmp_path_factory.mktemp("archive")))


def test_the_archive_is_the_one_that_the_floors_were_measured_on():
    assert read_floors()["archive_sha256"] == archive_digest(), (
        "measure again: python -m tests.eval.score_archive --raise-floors"
    )


def test_truth_names_documents_and_surfaces_that_are_there():
    texts = {row["id"]: row["text"] for row in read_documents()}
    truth = read_truth()
    assert len(texts) >= 40
    places = [place for kind in ("observations", "events") for group in truth[kind] for place in group["places"]]
    places += [target["place"] for target in truth["targets"]]
    for document, surface, *nth in places:
        assert texts[document].count(surface) > (nth[0] if nth else 0), (document, surface)
    named = [document for group in truth["stories"] for document in group["documents"]]
    named += [document for target in truth["targets"] for document in target["outcome"]]
    assert set(named) <= set(texts)


def test_both_halves_have_every_kind_of_truth():
    for groups in read_truth().values():
        assert {group["held"] for group in groups} == {True, False}


@pytest.mark.parametrize("half", ["dev", "held"])
def test_no_score_is_below_its_floor(scores, half):
    floors = read_floors()["scores"][half]
    levels = scores[half].levels()
    assert set(levels) == set(floors)
    below = {level: (score, floors[level]) for level, score in levels.items() if score < floors[level] - TOLERANCE}
    assert not below
