"""When a document was published: what is read as a date, and what is not."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.raw.publication import Published, date_from_url, implausible, parse_published

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stated", "on", "at"),
    [
        ("2024-05-17", date(2024, 5, 17), None),
        ("20240517", date(2024, 5, 17), None),
        ("2024/5/7", date(2024, 5, 7), None),
        ("2024-05-17T10:30:00Z", date(2024, 5, 17), "2024-05-17T10:30:00+00:00"),
        ("2024-05-17T23:30:00+08:00", date(2024, 5, 17), "2024-05-17T15:30:00+00:00"),
        ("2024-05-17 10:30:00", date(2024, 5, 17), "2024-05-17T10:30:00+00:00"),
        ("2024-05-17 10:30:00 UTC", date(2024, 5, 17), "2024-05-17T10:30:00+00:00"),
        ("Fri, 17 May 2024 10:30:00 GMT", date(2024, 5, 17), "2024-05-17T10:30:00+00:00"),
        ("May 17, 2024", date(2024, 5, 17), None),
        ("17 May 2024", date(2024, 5, 17), None),
        ("17 мая 2024", date(2024, 5, 17), None),
        ("17. Mai 2024", date(2024, 5, 17), None),
        ("17.05.2024", date(2024, 5, 17), None),
        ("25/12/2024", date(2024, 12, 25), None),
        (1715941800, date(2024, 5, 17), "2024-05-17T10:30:00+00:00"),
        ("1715941800000", date(2024, 5, 17), "2024-05-17T10:30:00+00:00"),
        (date(2024, 5, 17), date(2024, 5, 17), None),
    ],
)
def test_a_date_is_read(stated, on, at):
    found = parse_published(stated)
    assert found is not None
    assert found.on == on
    assert (found.at.isoformat() if found.at else None) == at


@pytest.mark.parametrize(
    "stated", ["", "soon", "2024", "May 2024", "03/04/2024", "2024-02-30", "2024-13-01", None, -5, "17 May"]
)
def test_what_is_no_whole_date_is_not_read(stated):
    assert parse_published(stated) is None


@pytest.mark.parametrize(
    ("url", "on"),
    [
        ("https://example.org/2024/05/17/gas", date(2024, 5, 17)),
        ("https://example.org/world/2024/may/17/gas", date(2024, 5, 17)),
        ("https://example.org/gas-2024-05-17.html", date(2024, 5, 17)),
        ("https://example.org/news/20240517/gas", date(2024, 5, 17)),
        ("https://example.org/2024/05/gas", None),
        ("https://example.org/2024/13/17/gas", None),
        ("https://2024-05-17.example.org/gas", None),
        ("https://example.org/article/12024051799", None),
        (None, None),
    ],
)
def test_a_date_of_an_address(url, on):
    assert date_from_url(url) == on


@pytest.mark.parametrize("on", [date(9999, 12, 31), date(2025, 6, 4), date(1, 1, 1)])
def test_a_date_that_cannot_be_is_refused(on):
    assert implausible(Published(on), now=NOW)


def test_the_day_after_tomorrow_may_be_a_clock_elsewhere():
    assert implausible(Published(date(2025, 6, 3)), now=NOW) is None


@given(st.text(max_size=60) | st.floats(allow_nan=True) | st.integers())
def test_anything_may_be_stated(stated):
    found = parse_published(stated)
    assert found is None or isinstance(found.on, date)
