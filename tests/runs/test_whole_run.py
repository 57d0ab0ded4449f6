"""What a user feels of whole runs: what comes out, what a second run does, what a refused one leaves."""

import json
import subprocess
import sys

import duckdb
import pytest

from flows.errors import PublishRefused
from flows.pipeline import ledger
from flows.settings import Settings
from flows.warehouse import open_warehouse
from tests.conftest import REPOSITORY

CONTRACT_TABLES = {
    "dim_documents", "dim_sentences", "dim_entities", "dim_units", "dim_measures", "dim_commodities",
    "dim_event_types", "fct_mentions", "fct_figures", "fct_observations", "fct_target_outcomes",
    "fct_event_mentions", "fct_events", "bridge_event_participants", "bridge_event_figures", "releases",
}  # fmt: skip


def ask(settings, sql):
    with duckdb.connect(str(settings.current_database.resolve()), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_the_release_holds_every_table_of_the_contract_each_column_described(sample_settings):
    tables = ask(sample_settings, "select table_name from duckdb_tables() where schema_name = 'marts'")
    assert {name for (name,) in tables} >= CONTRACT_TABLES
    undescribed = ask(
        sample_settings,
        "select table_name, column_name from duckdb_columns() "
        "where schema_name in ('marts', 'quality') and comment is null",
    )
    assert undescribed == []


def test_every_offset_reproduces_its_surface(sample_settings):
    for table in ("fct_figures", "fct_mentions", "fct_event_mentions", "dim_sentences"):
        wrong = ask(
            sample_settings,
            f"select count(*) from marts.{table} as item join marts.dim_documents using (document_id) "
            "where substring(body, char_start + 1, char_end - char_start) != item.surface",
        )
        assert wrong == [(0,)], table


def test_the_sample_gives_figures_events_observations_and_outcomes(sample_settings):
    for table in ("fct_figures", "fct_events", "fct_observations", "fct_target_outcomes", "fct_mentions"):
        assert ask(sample_settings, f"select count(*) > 0 from marts.{table}") == [(True,)], table


def test_nothing_is_lost_between_the_warehouse_and_the_release(sample_settings):
    with open_warehouse(sample_settings) as connection:
        parsed = connection.execute("select count(*) from parsed.figures").fetchone()
    published = ask(sample_settings, "select count(*) from marts.fct_figures")[0][0]
    withheld = ask(sample_settings, "select count(*) from quality.withheld where table_name = 'fct_figures'")[0][0]
    assert parsed == (published + withheld,)


def test_a_second_run_with_nothing_new_changes_nothing(sample_settings):
    before = sample_settings.current_dir.resolve()
    summary = ledger([], sample_settings, "sample-run-again")
    assert summary.outcome == "unchanged"
    assert summary.steps["ingest"]["new"] == 0
    assert summary.steps["parse"]["document_count"] == 0
    assert sample_settings.current_dir.resolve() == before


def test_a_new_document_makes_a_new_release_and_only_it_is_parsed(folder, tmp_path, prefect_server):
    settings = Settings(home=tmp_path / "home", workers=1)
    first = ledger([str(folder)], settings)
    (folder / "two.txt").write_text(
        "Chile produced 5.3 million tons of copper in 2023, the mining ministry said.", encoding="utf-8"
    )
    second = ledger([str(folder)], settings)
    assert (first.outcome, second.outcome) == ("published", "published")
    assert second.steps["parse"]["document_count"] == 1
    assert second.release_id != first.release_id
    parents = ask(settings, "select release_id, parent_release_id from marts.releases order by released_at")
    assert parents == [(first.release_id, None), (second.release_id, first.release_id)]


def test_the_growth_stands_beside_its_level_with_parties_and_period(folder, tmp_path, prefect_server):
    settings = Settings(home=tmp_path / "home", workers=1)
    ledger([str(folder)], settings)
    rows = ask(
        settings,
        """
        select figure.value::double, figure.unit_code, figure.commodity, supplier.country_iso3, recipient.country_iso3,
            figure.period_start::text, growth.value::double, growth.direction
        from marts.fct_figures as figure
        join marts.fct_figures as growth on growth.base_figure_id = figure.figure_id
        join marts.dim_entities as supplier on figure.supplier_entity_id = supplier.entity_id
        join marts.dim_entities as recipient on figure.recipient_entity_id = recipient.entity_id
        """,
    )
    assert rows == [(9400000.0, "t", "iron_ore", "NOR", "DEU", "2023-01-01", 12.0, "up")]


def test_a_refused_release_moves_nothing_and_says_why(folder, tmp_path, prefect_server, monkeypatch):
    settings = Settings(home=tmp_path / "home", workers=1)
    ledger([str(folder)], settings)
    before = settings.current_dir.resolve()
    strict = tmp_path / "strict"
    strict.mkdir()
    (strict / "fct_figures.yml").write_text(
        "table: marts.fct_figures\nexpectations:\n  - type: expect_table_row_count_to_be_between\n"
        "    kwargs: {min_value: 1000000, max_value: null}\n    severity: critical\n"
        "    reason: An archive of this size has a million figures.\n",
        encoding="utf-8",
    )
    with pytest.raises(PublishRefused, match="row_count"):
        ledger([str(folder)], Settings(home=tmp_path / "home", workers=1, expectation_dirs=(strict,)))
    assert settings.current_dir.resolve() == before
    with open_warehouse(settings) as connection:
        outcomes = connection.execute("select outcome from ops.runs order by started_at").fetchall()
    assert outcomes == [("published",), ("refused",)]


def test_the_command_line_tells_a_summary_as_json(folder, tmp_path, prefect_server):
    done = subprocess.run(
        [sys.executable, "-m", "flows", "run", "--json", str(folder)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=_environment(tmp_path / "home"),
    )
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["outcome"] == "published"
    assert summary["steps"]["ingest"]["new"] == 1


def _environment(home):
    import os

    from prefect.settings import PREFECT_API_URL

    # The harness's server serves the child as well: one start for the whole session.
    return os.environ | {"NEWSLEDGER_HOME": str(home), "PREFECT_API_URL": PREFECT_API_URL.value() or ""}
