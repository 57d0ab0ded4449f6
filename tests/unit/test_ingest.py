"""Files and folders into the warehouse: all formats, once, and the same whatever the order."""

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.errors import UsageError
from flows.ingest import ingest
from flows.paths import SAMPLE
from flows.raw import documents
from flows.settings import load_settings
from flows.warehouse import open_warehouse

NOW = datetime(2025, 6, 1, tzinfo=UTC)
TEXT = "Exports of gas rose 5% to 3 million tonnes in 2024, the ministry said on Friday."


@pytest.fixture
def settings(tmp_path):
    return load_settings(home=tmp_path / "home")


@pytest.fixture
def warehouse(settings):
    with open_warehouse(settings) as connection:
        yield connection


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "news"
    made.mkdir()
    return made


def _run(settings, warehouse, *paths, run_id="r1", **given):
    return ingest(settings, warehouse, list(paths), run_id=run_id, now=NOW, **given)


def _rows(warehouse, columns, order="uri"):
    return warehouse.execute(f"select {columns} from raw.documents order by {order}").fetchall()


def _write_row_files(folder: Path) -> None:
    rows = [
        {"text": f"{TEXT} Row {number}.", "title": f"Row {number}", "url": f"https://x.example/{number}",
         "published_at": f"2024-05-{number:02}", "publisher": "Wire", "language": "en", "authors": "Jane Roe"}
        for number in range(1, 9)
    ]  # fmt: skip
    (folder / "a.jsonl").write_text("\n".join(json.dumps(row) for row in rows[:2]) + "\n\n")
    (folder / "b.ndjson").write_text(json.dumps(rows[2] | {"authors": ["Jane Roe"]}))
    with (folder / "c.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows[3:5])
    with (folder / "d.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerow(rows[5])
    table = [
        row | {"published_at": date.fromisoformat(row["published_at"]), "authors": ["Jane Roe"]} for row in rows[6:]
    ]
    pq.write_table(pa.Table.from_pylist(table), folder / "e.parquet")


def test_rows_of_each_format_are_documents_with_their_columns(settings, warehouse, folder):
    _write_row_files(folder)
    assert _run(settings, warehouse, folder).new == 8
    read = _rows(warehouse, "uri, body, title, publisher, published_on, published_basis, authors, language")
    places = ["a.jsonl#1", "a.jsonl#2", "b.ndjson#1", "c.csv#2", "c.csv#3", "d.csv#2", "e.parquet#1", "e.parquet#2"]
    assert read == [
        (uri, f"{TEXT} Row {n}.", f"Row {n}", "Wire", date(2024, 5, n), "metadata", ["Jane Roe"], "en")
        for n, uri in enumerate(places, start=1)
    ]


def test_the_bytes_of_a_row_are_kept_and_read_again_alike(settings, warehouse, folder, monkeypatch):
    _write_row_files(folder)
    (folder / "f.md").write_text(f"# Exports rise again\n\n{TEXT}\n")
    (folder / "g.html").write_text(f"<html><body><article><p>{TEXT}</p></article></body></html>")
    _run(settings, warehouse, folder)
    columns = "document_id, uri, title, body, authors, published_on, published_at, published_basis, raw, first_seen_at"
    before = _rows(warehouse, columns)
    monkeypatch.setattr("flows.ingest.cleaner_version", lambda user_dirs: "another")
    other = folder.parent / "other"
    other.mkdir()
    assert _run(settings, warehouse, other, run_id="r2").updated == 0
    assert _rows(warehouse, columns) == before
    assert _rows(warehouse, "distinct cleaner_version", order="1") == [("another",)]


def test_other_rules_clean_again_and_what_was_read_of_the_old_body_goes(settings, warehouse, folder, tmp_path):
    (folder / "a.txt").write_text(f"{TEXT}\n\nBuy our mug today\n")
    _run(settings, warehouse, folder)
    (old_id,) = _rows(warehouse, "document_id")[0]
    warehouse.execute("insert into parsed.documents values (?, 'v', null, 1, 1, now(), 'r1')", [old_id])
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "furniture.csv").write_text(
        "furniture_id,kind,pattern,example,source,description\nmug,line,buy our mug.*,Buy our mug today,me,Shop\n"
    )
    ours = load_settings(home=settings.home, lexicon_dirs=(rules,))
    result = _run(ours, warehouse, folder, run_id="r2")
    assert (result.updated, result.new, result.known) == (1, 0, 1)
    assert _rows(warehouse, "body") == [(TEXT,)]
    assert warehouse.execute("select count(*) from parsed.documents").fetchone() == (0,)


def test_what_was_read_is_not_read_again(settings, warehouse, folder):
    _write_row_files(folder)
    first = _run(settings, warehouse, folder)
    again = _run(settings, warehouse, folder, run_id="r2")
    assert (first.new, first.files_read) == (8, 5)
    assert (again.new, again.known, again.files_read, again.files_unchanged) == (0, 8, 0, 5)
    assert _rows(warehouse, "distinct run_id", order="1") == [("r1",)]


def test_a_folders_metadata_tells_of_its_files_and_is_no_document(settings, warehouse, folder):
    (folder / "sub").mkdir()
    (folder / "a.txt").write_text(TEXT)
    (folder / "sub" / "b.txt").write_text(f"{TEXT} Again.")
    (folder / "metadata.csv").write_text(
        "file,published_at,publisher,url,title\na.txt,2024-05-17,Wire,,Gas\nsub/b.txt,2024-05-18,Post,https://b.example,\n"
    )
    _run(settings, warehouse, folder)
    assert _rows(warehouse, "uri, publisher, published_on, url, title") == [
        ("a.txt", "Wire", date(2024, 5, 17), None, "Gas"),
        ("sub/b.txt", "Post", date(2024, 5, 18), "https://b.example", None),
    ]


def test_a_file_alone_has_its_folders_metadata(settings, warehouse, folder):
    (folder / "a.txt").write_text(TEXT)
    (folder / "metadata.csv").write_text("file,publisher\na.txt,Wire\ngone.txt,Wire\n")
    assert _run(settings, warehouse, folder / "a.txt").rejected == 0
    assert _rows(warehouse, "source_id, uri, publisher") == [("a", "a.txt", "Wire")]


def test_more_metadata_for_the_same_text_updates_its_row(settings, warehouse, folder):
    (folder / "a.txt").write_text(TEXT)
    _run(settings, warehouse, folder)
    seen = _rows(warehouse, "first_seen_at")
    (folder / "metadata.csv").write_text("file,published_at\na.txt,2024-05-17\n")
    result = _run(settings, warehouse, folder, run_id="r2")
    assert (result.new, result.updated) == (0, 1)
    assert _rows(warehouse, "published_on, published_basis") == [(date(2024, 5, 17), "metadata")]
    assert _rows(warehouse, "first_seen_at") == seen


def test_a_publisher_told_later_renames_the_document_rather_than_doubling_it(settings, warehouse, folder):
    (folder / "a.txt").write_text(TEXT)
    _run(settings, warehouse, folder)
    (folder / "metadata.csv").write_text("file,publisher\na.txt,Wire\n")
    result = _run(settings, warehouse, folder, run_id="r2")
    assert (result.new, result.updated) == (0, 1)
    assert _rows(warehouse, "publisher") == [("Wire",)]


def test_the_same_text_twice_is_one_document(settings, warehouse, folder):
    (folder / "a.txt").write_text(TEXT)
    (folder / "b.txt").write_text(f"{TEXT}\n\nAdvertisement\n")
    result = _run(settings, warehouse, folder)
    assert (result.new, result.known) == (1, 1)
    assert _rows(warehouse, "uri") == [("a.txt",)]


def test_the_order_of_paths_does_not_matter(settings, tmp_path):
    for name, on in (("one", "2024-05-18"), ("two", "2024-05-17")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jsonl").write_text(json.dumps({"text": TEXT, "published_at": on}))
    tables = []
    for home, order in (("h1", ("one", "two")), ("h2", ("two", "one"))):
        ours = load_settings(home=tmp_path / home)
        with open_warehouse(ours) as connection:
            _run(ours, connection, *(tmp_path / name for name in order))
            tables.append(_rows(connection, "*"))
    assert tables[0] == tables[1]


def test_two_folders_of_one_name_are_two_sources(settings, warehouse, tmp_path):
    for parent in ("one", "two"):
        (tmp_path / parent / "news").mkdir(parents=True)
        (tmp_path / parent / "news" / "a.txt").write_text(f"{TEXT} {parent}")
    _run(settings, warehouse, tmp_path / "one" / "news", tmp_path / "two" / "news")
    assert _rows(warehouse, "source_id", order="1") == [("one-news",), ("two-news",)]


def test_a_language_that_no_model_reads_waits(settings, warehouse, folder):
    (folder / "a.txt").write_text("Die Exporte stiegen um fünf Prozent auf drei Millionen Tonnen, sagte der Minister.")
    result = _run(settings, warehouse, folder)
    assert (result.new, result.waiting) == (1, {"de": 1})
    assert _run(settings, warehouse, folder, run_id="r2").waiting == {"de": 1}


def test_a_missing_path_is_told_before_anything_is_read(settings, warehouse, folder):
    (folder / "a.txt").write_text(TEXT)
    with pytest.raises(UsageError, match="gone"):
        _run(settings, warehouse, folder, folder / "gone\x1b[31m")
    assert _rows(warehouse, "uri") == []


def test_batches_are_written_as_they_fill(settings, warehouse, folder, monkeypatch):
    monkeypatch.setattr("flows.raw.store.BATCH_DOCUMENTS", 3)
    lines = [json.dumps({"text": f"{TEXT} Row {number}."}) for number in range(10)]
    (folder / "a.jsonl").write_text("\n".join([*lines, "no json"]))
    seen = []
    result = _run(settings, warehouse, folder, progress=lambda done, total: seen.append((done, total)))
    assert (result.new, result.rejected) == (10, 1)
    assert seen == [(1, 1)]


def test_killed_between_batches_the_next_run_goes_on(settings, warehouse, folder, monkeypatch):
    monkeypatch.setattr("flows.raw.store.BATCH_DOCUMENTS", 3)
    (folder / "a.jsonl").write_text("\n".join(json.dumps({"text": f"{TEXT} Row {number}."}) for number in range(10)))
    made = []

    def fail_on_the_eighth(*given, **named):
        made.append(1)
        if len(made) == 8:
            raise KeyboardInterrupt
        return documents.make_document(*given, **named)

    monkeypatch.setattr("flows.ingest.make_document", fail_on_the_eighth)
    with pytest.raises(KeyboardInterrupt):
        _run(settings, warehouse, folder)
    assert len(_rows(warehouse, "uri")) == 6
    result = _run(settings, warehouse, folder, run_id="r2")
    assert (result.new, result.known) == (4, 6)


def test_the_sample_is_read_with_its_faults(settings, warehouse):
    result = _run(settings, warehouse, SAMPLE)
    assert result.new >= 12
    assert (result.rejected, result.noted) == (1, 0)
    assert result.waiting == {"de": 1}
    bodies = dict(_rows(warehouse, "uri, body"))
    for word in ("Advertisement", "Reading Time", "Photo:", "©", "â€", "Leave a Reply", "cookies", "Related", "02:41"):
        assert not [uri for uri, body in bodies.items() if word in body]
    kinds = {kind for (kind,) in _rows(warehouse, "distinct coalesce(published_basis, 'none')", order="1")}
    assert kinds == {"metadata", "url", "dateline", "none"}
