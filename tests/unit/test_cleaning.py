"""Body out of text: furniture goes, the article's words stay."""

import json
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.nlp.lexicon import read_table
from flows.raw.cleaning import clean, normalise
from flows.raw.furniture import FurnitureRow

SPECS = json.loads((Path(__file__).parents[1] / "specs" / "furniture.json").read_text(encoding="utf-8"))
LEAD = SPECS["lead"]


@pytest.mark.parametrize("spec", SPECS["cleaned"], ids=lambda spec: spec["why"])
def test_body_of_a_spec(spec):
    cleaned = clean(spec["text"].replace("{lead}", LEAD))
    assert cleaned.body == spec["body"].replace("{lead}", LEAD)
    assert list(cleaned.authors) == spec.get("authors", [])
    assert (cleaned.published.on.isoformat() if cleaned.published else None) == spec.get("published_on")


@pytest.mark.parametrize("line", SPECS["kept"])
def test_a_line_of_text_is_kept(line):
    assert clean(f"{LEAD}\n\n{line}\n\nTalks go on.").body == f"{LEAD}\n\n{line}\n\nTalks go on."


@pytest.mark.parametrize("row", read_table("furniture", FurnitureRow), ids=lambda row: row.furniture_id)
def test_a_rule_takes_away_its_own_example(row):
    above = row.kind in ("byline", "date_line", "date_prefix")
    before = "Advertisement\n" if row.kind == "after" else ""
    body = clean(f"{row.example}\n\n{LEAD}" if above else f"{LEAD}\n\n{before}{row.example}").body
    assert row.example not in body
    assert LEAD in body
    if row.kind not in ("end", "date_prefix"):
        assert body == LEAD


def test_blanks_and_breaks_have_one_form():
    assert normalise("a\u00a0b\r\nc\rd\u2028e\u00ad\u200b  f\t g") == "a b\nc\nd\ne f g"


def test_a_blank_that_parts_thousands_stays():
    assert normalise("816\u00a0000 tonnes, 5\u00a0million") == "816\u00a0000 tonnes, 5 million"


def test_controls_and_escapes_go():
    assert normalise("a\x00b\x1b[31mc\x1b]0;title\x07d\u202e\ud800") == "abcd\N{REPLACEMENT CHARACTER}"


def test_letters_are_composed():
    assert normalise("Gu\u0308terzug") == "Güterzug"


@given(st.text(max_size=400))
def test_a_body_holds_nothing_that_does_not_print(text):
    body = clean(text).body
    assert body == body.strip()
    assert not [char for char in body if char != "\n" and unicodedata.category(char) in ("Cc", "Cs")]
    assert "\n\n\n" not in body


def test_headings_of_links_without_end_cost_no_more_than_other_lines():
    started = time.monotonic()
    clean(f"{LEAD}\n" + "Related\nGas flows\n" * 50_000 + "Talks go on.")
    assert time.monotonic() - started < 10


@given(st.lists(st.sampled_from([*SPECS["kept"], "Advertisement", "8", "", "Related articles"]), max_size=12))
def test_no_sentence_is_lost_or_moved(lines):
    body = clean("\n".join([LEAD, *lines, "Talks go on."])).body
    sentences = [line for line in lines if line.endswith(".")]
    once = [line for index, line in enumerate(sentences) if index == 0 or line != sentences[index - 1]]
    left = iter(body.split("\n"))
    assert all(line in left for line in once)
