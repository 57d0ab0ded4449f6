"""A text made a document, and one document met twice."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import InputRejected
from flows.raw.documents import headline_of, make_document, merge
from flows.records import Document
from flows.sources.records import Metadata, RawText, metadata_from

NOW = datetime(2025, 6, 1, tzinfo=UTC)
BODY = "OSLO, May 17 (Northern Wire) -- Exports rose 5% to 3 million tonnes, the ministry said on Friday."


def _document(text=BODY, *, max_chars=10_000, **told):
    raw = RawText("a.txt", text, text.encode("utf-8", "replace"), "text/plain", "utf-8", metadata_from(told))
    return make_document("wire", raw, now=NOW, max_chars=max_chars)


@pytest.mark.parametrize(
    ("text", "told", "on", "basis"),
    [
        (BODY, {"published_at": "2024-05-18", "url": "https://x.example/2024/05/19/a"}, date(2024, 5, 18), "metadata"),
        (BODY, {"url": "https://x.example/2024/05/19/a"}, date(2024, 5, 19), "url"),
        (BODY.replace("May 17", "May 17, 2024"), {}, date(2024, 5, 17), "dateline"),
        (f"date 2024-05-17 {BODY}", {}, date(2024, 5, 17), "dateline"),
        (f"Published: 20 June 2024\n{BODY}", {}, date(2024, 6, 20), "body"),
        (BODY, {}, None, None),
        ("Exports rose in 2024, on May 17 above all.", {}, None, None),
    ],
)
def test_the_date_of_publication_has_its_basis(text, told, on, basis):
    document, notes = _document(text, **told)
    assert (document.published_on, document.published_basis) == (on, basis)
    assert not notes


@pytest.mark.parametrize("stated", ["9999-12-31", "2025-06-09", "someday"])
def test_what_is_no_date_of_publication_is_noted_and_the_document_stays(stated):
    document, notes = _document(published_at=stated)
    assert document.published_on is None
    assert document.published_basis is None
    assert [note.stage for note in notes] == ["date"]
    assert stated in notes[0].reason


def test_the_same_text_of_one_publisher_is_one_document_whatever_its_bytes():
    first, _ = _document(publisher="Wire")
    again, _ = _document(f"Advertisement\r\n\r\n{BODY}\u200b\n", publisher="Wire", title="Another")
    other, _ = _document(publisher="Post")
    assert first.document_id == again.document_id
    assert first.content_sha256 == other.content_sha256
    assert first.document_id != other.document_id


def test_a_dateline_stays_in_the_body():
    document, _ = _document()
    assert document.body == BODY
    assert (document.dateline_place, document.dateline_agency) == ("OSLO", "Northern Wire")


def test_a_text_too_long_is_refused():
    with pytest.raises(InputRejected, match="max_document_chars"):
        _document("word " * 2_001, max_chars=10_000)


def test_furniture_alone_is_no_document():
    with pytest.raises(InputRejected, match="furniture"):
        _document("Advertisement\n\nShare\n")


@pytest.mark.parametrize(
    ("body", "headline"),
    [
        ("Exports rise to a record\n\nThey rose.", "Exports rise to a record"),
        ("Exports rise to a record", None),
        ("Exports rose to a record.\n\nThey rose.", None),
        ("OSLO, May 17 (Northern Wire) --\nExports rose.", None),
    ],
)
def test_a_headline_is_a_first_line_that_reads_as_one(body, headline):
    assert headline_of(body) == headline


BASE, _ = _document()
BASES = st.one_of(
    st.tuples(st.none(), st.none()),
    st.tuples(st.sampled_from(["metadata", "url", "dateline", "body"]), st.dates(date(2020, 1, 1), date(2020, 1, 9))),
)


@st.composite
def copies(draw) -> Document:
    basis, on = draw(BASES)
    return replace(
        BASE,
        source_id=draw(st.sampled_from(["a", "b"])),
        uri=draw(st.sampled_from(["x.txt", "y.txt"])),
        title=draw(st.sampled_from([None, "A title", "Another title"])),
        url=draw(st.sampled_from([None, "https://a.example", "https://b.example"])),
        authors=draw(st.sampled_from([(), ("Jane Roe",), ("John Doe", "Jane Roe")])),
        language=draw(st.sampled_from([None, "en"])),
        published_basis=basis,
        published_on=on,
        published_at=datetime(on.year, on.month, on.day, tzinfo=UTC) if on and draw(st.booleans()) else None,
    )


@given(st.lists(copies(), min_size=2, max_size=3))
def test_copies_make_one_row_in_any_order_and_however_often(rows):
    merged = {reduce(merge, order) for order in permutations(rows)}
    assert len(merged) == 1
    assert merge(merged.pop(), rows[0]) == reduce(merge, rows)


def test_what_one_copy_lacks_the_other_gives():
    more = replace(
        BASE, title="A title", url="https://a.example", published_on=date(2024, 5, 17), published_basis="metadata"
    )
    merged = merge(BASE, more)
    assert (merged.title, merged.url, merged.published_basis) == ("A title", "https://a.example", "metadata")


def test_metadata_gives_way_to_what_a_folder_says():
    told = Metadata(title="Told", published_basis="metadata")
    own = metadata_from(
        {"title": "Own", "publisher": "Wire", "published_at": "2024-05-17", "authors": "Jane Roe and John Doe"}
    )
    both = told.or_else(own)
    assert (both.title, both.publisher, both.authors) == ("Told", "Wire", ("Jane Roe", "John Doe"))
    assert both.published == own.published
