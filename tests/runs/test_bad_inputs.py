"""Bad input: a clear line, nothing lost, and the run goes on. Each kind of it, beside a good document."""

import json
import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.ingest import IngestResult, ingest
from flows.settings import load_settings
from flows.warehouse import open_warehouse

NOW = datetime(2025, 6, 1, tzinfo=UTC)
GOOD = "Exports of gas rose 5% to 3 million tonnes in 2024, the ministry said on Friday."

Writer = Callable[[Path], object]


def _write(name: str, content: bytes | str) -> Writer:
    raw = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / name).write_bytes(raw)


def _page(inside: bytes) -> bytes:
    return b"<!DOCTYPE html><html><body>" + inside + b"</body></html>"


def _line(text: object) -> str:
    return json.dumps({"text": text})


def _unclosed_quote(folder: Path) -> None:
    rows = ["text,title", '"never closed,b', *[f"Exports of gas rose by {n} tonnes in May.,c" for n in range(9_000)]]
    (folder / "x.csv").write_text("\n".join(rows))


# What lies in the folder; the input that is told; the step that refuses it; words of the reason.
REFUSED: dict[str, tuple[Writer, str, str, str]] = {
    "empty file": (_write("x.txt", b""), "x.txt", "read", "empty"),
    "white space only": (_write("x.txt", b"\xef\xbb\xbf \r\n\t\n"), "x.txt", "read", "empty"),
    "binary": (_write("x.txt", bytes(range(256)) * 40), "x.txt", "decode", "binary"),
    "PDF named as text": (_write("x.txt", b"%PDF-1.7 stream"), "x.txt", "decode", "binary"),
    "NUL bytes alone": (_write("x.txt", bytes(1000)), "x.txt", "decode", "binary"),
    "text of 50 MB": (_write("x.txt", b"word " * 10_000_000), "x.txt", "read", "max_document_chars"),
    "line of 5 MB": (_write("x.txt", b"word " * 1_000_000), "x.txt", "read", "max_document_chars"),
    "body too long": (_write("x.txt", b"word " * 300_000), "x.txt", "clean", "max_document_chars"),
    "furniture only": (_write("x.txt", "Advertisement\n\n8 comments\n"), "x.txt", "clean", "furniture"),
    "another format": (_write("x.docx", b"PK"), "x.docx", "read", "format that is not read: .docx"),
    "page without text": (_write("x.html", _page(b"<script>var a = 1</script>")), "x.html", "clean", "without text"),
    "page nested 100,000 deep": (_write("x.html", _page(b"<div>" * 100_000 + b"text")), "x.html", "read", "nested"),
    "page of a million tags": (_write("x.html", _page(b"<b>a</b>" * 500_000)), "x.html", "read", "tags"),
    "page of 100,000 attributes": (
        _write("x.html", _page(b"<p " + b" ".join(b"a%d" % n for n in range(100_000)) + b">text</p>")),
        "x.html", "read", "attributes",
    ),
    "page of 100 MB": (_write("x.html", _page(b"a" * 100_000_000)), "x.html", "read", "the limit is"),
    "line that is no JSON": (_write("x.jsonl", f"{_line(GOOD + ' 1')}\n{{no\n"), "x.jsonl#2", "read", "no JSON"),
    "line without text": (_write("x.jsonl", '{"title": "a"}\n'), "x.jsonl#1", "read", "has no 'text'"),
    "line whose text is a number": (_write("x.jsonl", _line(5)), "x.jsonl#1", "read", "no string but int"),
    "line whose text is empty": (_write("x.jsonl", _line(" ")), "x.jsonl#1", "read", "empty"),
    "line that is a list": (_write("x.jsonl", "[1]"), "x.jsonl#1", "read", "no JSON object"),
    "line nested too deep": (_write("x.jsonl", '{"text":' + "[" * 100_000), "x.jsonl#1", "read", "no JSON"),
    "line of JSON of 5 MB": (_write("x.jsonl", _line("word " * 1_000_000)), "x.jsonl#1", "clean", "max_document_chars"),
    "line of JSON of 30 MB": (_write("x.jsonl", _line("word " * 6_000_000)), "x.jsonl#1", "read", "a line of"),
    "empty file of rows": (_write("x.jsonl", b""), "x.jsonl", "read", "empty"),
    "CSV without text": (_write("x.csv", "a,b\n1,2\n"), "x.csv", "read", "no column 'text'"),
    "CSV cell of 5 MB": (
        _write("x.csv", "text,title\n" + "word " * 1_000_000 + ",a\n"),
        "x.csv#2", "read", "field larger",
    ),
    "Parquet that is none": (_write("x.parquet", b"PAR1 and no more"), "x.parquet", "read", "no Parquet"),
    "metadata of a file outside": (
        _write("metadata.csv", "file,title\n../../etc/passwd,x\n"), "metadata.csv#2", "read", "outside its folder",
    ),
    "metadata of an absolute path": (
        _write("metadata.csv", "file\n/etc/passwd\n"),
        "metadata.csv#2", "read", "outside",
    ),
    "metadata of a file that is gone": (
        _write("metadata.csv", "file\ngone.txt\n"),
        "metadata.csv#2", "read", "not there",
    ),
    "metadata without files": (_write("metadata.csv", "name\ngood.txt\n"), "metadata.csv", "read", "no column 'file'"),
    "link to itself": (lambda folder: (folder / "x.txt").symlink_to("x.txt"), "x.txt", "read", "symbolic links"),
    "link to the folder": (lambda folder: (folder / "x").symlink_to(folder), "x", "read", "link to a folder"),
    "link to nothing": (lambda folder: (folder / "x.txt").symlink_to("gone"), "x.txt", "read", "no such file"),
    "pipe": (lambda folder: os.mkfifo(folder / "x.txt"), "x.txt", "read", "no regular file"),
}  # fmt: skip

# As above for inputs that become a document while a part of them is refused.
KEPT: dict[str, tuple[Writer, str, str, str]] = {
    "mixed encodings": (
        _write("x.txt", f"{GOOD} – first\n".encode() + f"{GOOD} – second".encode("cp1252")),
        "x.txt", "characters", "mixed",
    ),
    "UTF-8 cut short": (_write("x.txt", f"{GOOD} 1 –".encode()[:-1]), "x.txt", "characters", "cut off"),
    "some NUL bytes": (_write("x.txt", f"{GOOD} 1\0\0".encode()), "x.txt", "characters", "2 NUL"),
    "date of the year 9999": (
        _write("x.jsonl", json.dumps({"text": f"{GOOD} 1", "published_at": "9999-12-31"})),
        "x.jsonl#1", "date", "future",
    ),
    "date that is none": (
        _write("x.jsonl", json.dumps({"text": f"{GOOD} 1", "published_at": "next week"})),
        "x.jsonl#1", "date", "next week",
    ),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "news"
    made.mkdir()
    (made / "good.txt").write_text(GOOD)
    return made


def _ingest(folder: Path, **given: object) -> tuple[IngestResult, list[tuple], list[str]]:
    settings = load_settings(home=folder.parent / "home", **given)
    with open_warehouse(settings) as connection:
        result = ingest(settings, connection, [folder], run_id="r1", now=NOW)
        told = connection.execute(
            "select uri, stage, reason, bytes from quality.rejected_inputs order by uri"
        ).fetchall()
        bodies = [body for (body,) in connection.execute("select body from raw.documents order by body").fetchall()]
    return result, told, bodies


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_told_and_the_rest_is_read(case, folder, caplog):
    write, uri, stage, reason = REFUSED[case]
    write(folder)
    started = time.monotonic()
    with caplog.at_level(logging.WARNING):
        result, told, bodies = _ingest(folder)
    assert GOOD in bodies
    assert [(row[0], row[1]) for row in told] == [(uri, stage)]
    assert reason in told[0][2]
    assert result.rejected == 1
    assert [record for record in caplog.records if reason in record.getMessage()]
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("case", KEPT)
def test_a_part_is_refused_and_the_document_stays(case, folder):
    write, uri, stage, reason = KEPT[case]
    write(folder)
    result, told, bodies = _ingest(folder)
    assert (result.new, result.rejected, result.noted) == (2, 0, 1)
    assert [(row[0], row[1]) for row in told] == [(uri, stage)]
    assert reason in told[0][2]
    assert told[0][2].endswith("the document is kept")
    assert len(bodies) == 2


def test_rows_after_an_unclosed_quote_are_read_again(folder):
    _unclosed_quote(folder)
    result, told, _ = _ingest(folder, max_document_chars=1_000)
    assert [row[1] for row in told] == ["read"]
    assert "field larger" in told[0][2]
    assert result.new > 1_000


def test_a_file_that_may_not_be_read_is_told(folder, monkeypatch):
    locked = folder / "locked.txt"
    locked.write_text(GOOD)
    locked.chmod(0)
    if os.access(locked, os.R_OK):  # the superuser may read anything

        def refuse(path: Path, *given: object) -> bytes:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "read_bytes", refuse)
    _, told, _ = _ingest(folder)
    assert ("locked.txt", "read", "permission denied") in [row[:3] for row in told]


def test_a_file_larger_than_the_bound_is_not_opened(folder, monkeypatch):
    (folder / "x.txt").write_bytes(b"a" * 2_000)
    _, told, _ = _ingest(folder, max_input_bytes=1_000)
    assert told == [("x.txt", "read", "a file of 2000 bytes; max_input_bytes is 1000", 2_000)]


def test_entities_that_a_page_declares_are_not_expanded(folder):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    (folder / "x.html").write_text(
        f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "ha">{laughs}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        f"<html><body><p>{GOOD} &l11; &f; The end.</p></body></html>"
    )
    _, _, bodies = _ingest(folder)
    assert max(map(len, bodies)) < 200
    assert not [body for body in bodies if "root:" in body]


def test_names_and_texts_do_nothing_in_logs(folder, caplog):
    (folder / "x\x1b[31m\n2025 ERROR.txt").write_bytes(b"")
    (folder / "y.jsonl").write_text(json.dumps({"text": GOOD + " 1", "published_at": "\x1b]0;title\x07"}))
    with caplog.at_level(logging.WARNING):
        _ingest(folder)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


def test_a_name_that_is_no_utf_8_is_read(folder):
    with open(os.fsencode(folder) + b"/x\xff.txt", "wb") as file:  # noqa: PTH123 - Path takes no bytes
        file.write(f"{GOOD} 1".encode())
    result, _, _ = _ingest(folder)
    assert result.new == 2


def test_what_was_repaired_is_no_longer_told(folder):
    (folder / "x.txt").write_bytes(b"")
    assert _ingest(folder)[0].rejected == 1
    (folder / "x.txt").write_text(f"{GOOD} 1")
    result, told, _ = _ingest(folder)
    assert (result.new, result.rejected, told) == (1, 0, [])


def test_what_stays_bad_stays_told_without_being_read_again(folder):
    (folder / "x.jsonl").write_text("no json\n")
    _ingest(folder)
    result, told, _ = _ingest(folder)
    assert (result.files_read, result.rejected, len(told)) == (0, 1, 1)
