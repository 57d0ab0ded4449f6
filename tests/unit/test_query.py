"""Answers to SQL: read-only, shut in, harmless in a spreadsheet or on a terminal."""

import csv
import json

import duckdb
import pyarrow.parquet as pq
import pytest

from flows.errors import UsageError
from flows.query import ask, write
from flows.settings import Settings


@pytest.fixture
def settings(tmp_path):
    release = tmp_path / "releases" / "r1"
    release.mkdir(parents=True)
    with duckdb.connect(str(release / "newsledger.duckdb")) as connection:
        connection.execute("create schema marts; create schema quality; create table quality.withheld (row_id varchar)")
        connection.execute(
            "create table marts.fct_figures as select '=cmd|calc' as surface, -5::decimal(38, 9) as value, "
            "date '2024-02-29' as day, ['a', 'b'] as names union all "
            "select 'red ' || chr(27) || '[31m', 1.5, null, null"
        )
    (release / "manifest.json").write_text("{}")
    (tmp_path / "current").symlink_to(release)
    return Settings(home=tmp_path)


def test_tables_need_no_schema(settings):
    assert ask(settings, "select count(*) as n from fct_figures").to_pylist() == [{"n": 2}]
    assert ask(settings, "select count(*) as n from withheld").to_pylist() == [{"n": 0}]


@pytest.mark.parametrize(
    "sql",
    [
        "insert into fct_figures values ('x', 1, null, null)",
        "drop table fct_figures",
        "create table t as select 1",
        "select * from read_text('/etc/passwd')",
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "copy fct_figures to '/tmp/newsledger-leak.csv'",
        "attach '/tmp/newsledger-other.duckdb'",
        "install httpfs",
        "load httpfs",
        "select * from read_parquet('http://127.0.0.1:9/x.parquet')",
        "set enable_external_access = true",
        "reset lock_configuration",
        "pragma database_size; drop table fct_figures",
        "export database '/tmp/newsledger-export'",
        "set threads = 1",
        "select * from nowhere",
        "selekt 1",
    ],
)
def test_a_query_cannot_write_read_other_files_or_reach_the_network(settings, sql):
    with pytest.raises(UsageError, match="refused"):
        ask(settings, sql)
    assert ask(settings, "select count(*) as n from fct_figures").to_pylist() == [{"n": 2}]


def test_without_a_release_it_says_how_to_make_one(tmp_path):
    with pytest.raises(UsageError, match="newsledger run"):
        ask(Settings(home=tmp_path), "select 1")


def test_csv_cells_that_a_spreadsheet_would_run_are_quoted_and_numbers_are_not(settings, tmp_path):
    answer = ask(settings, "select surface, value from fct_figures order by value")
    write(answer, "csv", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        assert next(iter(csv.DictReader(file))) == {"surface": "'=cmd|calc", "value": "-5"}


def test_json_lines_have_numbers_dates_and_lists(settings, tmp_path):
    answer = ask(settings, "select value, day, names from fct_figures where value = -5")
    write(answer, "json", tmp_path / "out.jsonl")
    assert json.loads((tmp_path / "out.jsonl").read_text()) == {"value": -5, "day": "2024-02-29", "names": ["a", "b"]}


def test_parquet_keeps_types(settings, tmp_path):
    write(ask(settings, "select value from fct_figures"), "parquet", tmp_path / "out.parquet")
    assert str(pq.read_schema(tmp_path / "out.parquet").field("value").type) == "decimal128(38, 9)"


def test_parquet_needs_a_file(settings):
    with pytest.raises(UsageError, match="--output"):
        write(ask(settings, "select 1 as one"), "parquet", None)


def test_terminal_escapes_do_nothing_on_a_terminal(settings, capsys):
    write(ask(settings, "select surface from fct_figures"), "table", None)
    assert "\x1b[31m" not in capsys.readouterr().out
