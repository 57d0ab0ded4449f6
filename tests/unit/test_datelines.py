"""Datelines: place, date and agency of each form that agencies print, and no dateline in running text."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.nlp.lexicon import read_table
from flows.raw.datelines import Agency, read_dateline

SPECS = json.loads((Path(__file__).parents[1] / "specs" / "datelines.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("spec", SPECS["datelines"], ids=lambda spec: spec["surface"])
def test_dateline_of_a_spec(spec):
    text = spec["text"]
    found = read_dateline(text)
    assert found is not None
    assert text[found.char_start : found.char_end] == spec["surface"]
    read = {"place": found.place, "agency": found.agency, "month": found.month, "day": found.day, "year": found.year}
    assert read == {key: spec.get(key) for key in read}


@pytest.mark.parametrize("text", SPECS["not_datelines"])
def test_running_text_is_no_dateline(text):
    assert read_dateline(text) is None


@pytest.mark.parametrize("row", read_table("news_agencies", Agency), ids=lambda row: row.form)
def test_an_agency_is_read_in_its_own_example(row):
    found = read_dateline(f"{row.example}\nGas exports rose to 5 billion cubic metres.")
    assert found is not None
    assert found.agency == row.agency_name


def test_a_day_without_year_is_no_date_by_itself():
    found = read_dateline("MOSCOW, June 3 (Reuters) - Exports rose.")
    assert found.dated(None) is None
    assert found.dated(2024) == date(2024, 6, 3)


def test_the_thirtieth_of_february_is_no_date():
    assert read_dateline("MOSCOW, Feb 30 (Reuters) - Exports rose.").dated(2024) is None


@given(st.text(alphabet=st.sampled_from("AbC ,.()/-—–0123 ReutersJune\n新华社月日电"), max_size=200))
def test_a_dateline_stands_where_it_says(text):
    found = read_dateline(text)
    if found is not None:
        assert 0 <= found.char_start < found.char_end <= len(text)
