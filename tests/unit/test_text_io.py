"""Texts in, findings out: one line out per line in, whatever the line holds."""

import json

import pytest

from flows.errors import LedgerError, UsageError
from flows.settings import Settings
from flows.text_io import parse_lines, parse_one

LINES = [
    '{"id": "a", "text": "Kenya\'s exports rose 5% to $2 billion last year.", "published_on": "2024-03-01"}',
    "not json",
    '{"id": "b"}',
    '{"id": "c", "text": ""}',
    '{"id": "d", "text": "He met Putin.", "published_on": "yesterday"}',
    '{"id": 5, "text": "Xi visits Paris \\ud800 \\u0000 on Monday."}',
    "[1, 2]",
]


@pytest.fixture(autouse=True)
def _one_reader(nlp, monkeypatch):
    monkeypatch.setattr("flows.text_io._reader", lambda settings, language: nlp)


def test_one_line_out_per_line_in_in_order(tmp_path, capsys):
    (tmp_path / "in.jsonl").write_text("\n".join(LINES), encoding="utf-8")
    with pytest.raises(LedgerError, match="4 line"):
        parse_lines(Settings(home=tmp_path), tmp_path / "in.jsonl", tmp_path / "out.jsonl", None, language="en")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["a", None, "b", "c", "d", 5, None]
    assert ["error" in row for row in rows] == [False, True, True, False, True, False, True]
    assert "line 2" in capsys.readouterr().err


def test_a_line_holds_the_contracts_columns_and_resolves_by_its_own_date(tmp_path):
    (tmp_path / "in.jsonl").write_text(LINES[0], encoding="utf-8")
    parse_lines(Settings(home=tmp_path), tmp_path / "in.jsonl", tmp_path / "out.jsonl", None, language="en")
    row = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert list(row) == ["id", "body", "sentences", "mentions", "entities", "figures", "events"]
    change, level = row["figures"]
    assert (change["value"], change["unit_code"], change["direction"]) == (5, "%", "up")
    assert (level["value"], level["unit_code"], level["period_start"]) == (2_000_000_000, "USD", "2023-01-01")
    for item in [*row["sentences"], *row["mentions"], *row["figures"], *row["events"]]:
        assert row["body"][item["char_start"] : item["char_end"]] == item["surface"]


def test_a_lone_surrogate_becomes_a_replacement_character_and_offsets_hold(tmp_path, capsys):
    parse_one(Settings(home=tmp_path), "Peru \ud800 sold 5 tons of tin.", None, language="en", is_json=True)
    row = json.loads(capsys.readouterr().out)
    assert row["body"] == "Peru \N{REPLACEMENT CHARACTER} sold 5 tons of tin."
    assert row["figures"][0]["surface"] == "5 tons"


def test_a_text_that_is_too_long_is_refused_before_it_is_read(tmp_path):
    with pytest.raises(UsageError, match="max_document_chars"):
        parse_one(Settings(home=tmp_path, max_document_chars=1000), "x" * 1001, None, language="en", is_json=True)


def test_markup_and_escapes_in_a_text_do_nothing_on_a_terminal(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    parse_one(Settings(home=tmp_path), "Peru [red]sold\x1b[31m 5 tons[/red].", None, language="en", is_json=False)
    shown = capsys.readouterr().out
    assert "[red]sold" in shown
    assert "\x1b[31m 5" not in shown
