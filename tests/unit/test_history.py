"""Comparing a build with the releases before: what is told, what refuses, and when nothing is said."""

from pathlib import Path

import pytest

from flows.publish import publish
from flows.settings import Settings
from flows.status import read_status, tell
from flows.validate import ValidationResult, validate
from flows.warehouse import open_warehouse
from tests.support.good_build import make_good_build

DOCUMENTS = 120
"""Six figures each, by one publisher: enough for every rule."""
NULL_SHARE = "expect_null_share_to_stay_near_the_releases_before"
FIRST_30 = "(select document_id from marts.dim_documents order by uri limit 30)"


def change(settings: Settings, *statements: str) -> None:
    with open_warehouse(settings) as connection:
        for statement in statements:
            connection.execute(statement)


def release(settings: Settings, number: int) -> None:
    """One more release of the same marts but for a title."""
    change(settings, f"update marts.dim_documents set title = 'Oil {number}' where uri = '000.txt'")
    result = validate(settings, run_id=f"r{number}")
    assert (result.critical_failures, result.warnings) == ([], [])
    assert publish(settings, run_id=f"r{number}").is_new


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two releases; tests damage the marts in a transaction of their own, by ``judged``."""
    settings = make_good_build(tmp_path_factory.mktemp("history"), document_count=DOCUMENTS)
    for number in range(2):
        release(settings, number)
    return settings


@pytest.fixture
def settings(released: Settings, tmp_path: Path) -> Settings:
    import shutil

    shutil.copytree(released.home, tmp_path / "home", symlinks=True)
    return Settings(home=tmp_path / "home")


def told(result: ValidationResult, table: str, rule: str) -> list[str]:
    return [line for line in result.warnings if line.startswith(f"marts.{table}: {rule}")]


def test_the_same_again_is_no_anomaly(settings):
    result = validate(settings, run_id="r9")
    assert (result.critical_failures, result.warnings, result.failed_count) == ([], [], 0)


def test_a_release_carries_its_measures(settings):
    with open_warehouse(settings) as connection:
        path = settings.current_dir / "quality" / "profile.parquet"
        rows = connection.execute(
            f"select group_by, group_value, row_count, amount from read_parquet('{path}') "
            "where table_name = 'fct_figures' and metric = 'null_share' and column_name = 'measure' order by all"
        ).fetchall()
    assert rows == [("publisher", "The Gate", 720, 0.166667), (None, None, 720, 0.166667)]


def test_nulls_that_become_more_are_told_with_what_was_usual(settings):
    change(settings, "update marts.fct_figures set measure = null where hash(figure_id) % 5 = 0")
    result = validate(settings, run_id="r9")
    (line,) = told(result, "fct_figures", f"{NULL_SHARE} (measure)")
    assert "% of 720 rows, expected at most" in line
    assert "(16.7%, median of 2 releases)" in line
    assert not [failure for failure in result.critical_failures if NULL_SHARE in failure]


def test_nulls_in_half_of_all_rows_refuse_the_release(settings):
    change(settings, "update marts.fct_figures set measure = null where hash(figure_id) % 2 = 0")
    result = validate(settings, run_id="r9")
    (failure,) = [failure for failure in result.critical_failures if NULL_SHARE in failure]
    assert "broke" in failure
    with open_warehouse(settings) as connection:
        found = connection.execute(
            "select observed, expected, severity from quality.expectation_results "
            f"where expectation = '{NULL_SHARE}' and column_name = 'measure' and severity = 'critical'"
        ).fetchall()
    ((observed, expected, severity),) = found
    assert observed.endswith("% of 720 rows")
    assert expected.startswith("at most ")
    assert severity == "critical"


def test_what_is_new_of_one_publisher_is_told_apart(settings):
    """Thirty documents in a hundred and twenty lost what they measure: little of all, much of what is new."""
    with open_warehouse(settings) as connection:
        for past in (settings.releases_dir).glob("*/marts/dim_documents.parquet"):
            past.chmod(0o644)
            connection.execute(
                f"copy (select * from marts.dim_documents where document_id not in {FIRST_30}) "
                f"to '{past}.new' (format parquet)"
            )
            Path(f"{past}.new").replace(past)
    change(settings, f"update marts.fct_figures set measure = null where document_id in {FIRST_30} and measure < 'f'")
    result = validate(settings, run_id="r9")
    lines = told(result, "fct_figures", f"{NULL_SHARE} (measure)")
    assert len([line for line in lines if "The Gate: " in line and "of 180 rows" in line]) == 1


def test_a_mean_that_moves_is_told(settings):
    change(settings, "update marts.fct_figures set confidence = 0.7")
    (line,) = told(validate(settings, run_id="r9"), "fct_figures", "expect_mean_to_stay_near")
    assert "0.7 of 720 rows, expected 0.85 to 0.95 (0.9, median of 2 releases)" in line


def test_units_and_languages_never_met_are_named(settings):
    change(
        settings,
        "update marts.fct_figures set unit_code = ['kg', 'g', 'mg'][1 + (hash(figure_id) % 3)::int] "
        "where unit_code = 't'",
        "update marts.dim_documents set language = 'uk' where uri < '004'",
    )
    result = validate(settings, run_id="r9")
    (units,) = told(result, "fct_figures", "expect_values_to_be_known")
    assert all(f"{unit} (" in units for unit in ("kg", "g", "mg"))
    (languages,) = told(result, "dim_documents", "expect_values_to_be_known")
    assert "uk (4 rows)" in languages


def test_a_source_that_lost_its_documents_is_told_though_the_count_of_all_holds(settings):
    change(settings, "update marts.dim_documents set publisher = 'Another' where uri >= '030'")
    lines = told(validate(settings, run_id="r9"), "fct_figures", "expect_row_counts_to_keep_up")
    assert ["The Gate: 180 rows, expected at least 504 (720 in the last release)" in line for line in lines] == [True]


def test_more_withheld_than_usual_is_told(settings, monkeypatch):
    # What is withheld stays so while inputs and rules are the same.
    monkeypatch.setattr("flows.validate.inputs_digest", lambda *_: "the same")
    validate(settings, run_id="r8")
    change(
        settings,
        "insert into quality.withheld select 'fct_figures', figure_id, 'x', null, null, 'Seen.', document_id, null, "
        "'r8' from marts.fct_figures where hash(figure_id) % 8 = 0",
        "delete from marts.fct_figures where hash(figure_id) % 8 = 0",
    )
    lines = told(validate(settings, run_id="r9"), "fct_figures", "expect_withheld_share_to_stay_near")
    assert any("of 720 rows, expected at most" in line for line in lines)


def test_the_first_releases_and_small_ones_say_nothing(tmp_path):
    settings = make_good_build(tmp_path / "small")
    for number in range(2):
        release(settings, number)
    change(settings, "update marts.fct_figures set measure = null, confidence = 0.1")
    assert not [line for line in validate(settings, run_id="r9").warnings if "releases_before" in line]


def test_a_history_that_cannot_be_read_is_none(settings):
    for profile in settings.releases_dir.glob("*/quality/profile.parquet"):
        profile.unlink()
    change(settings, "update marts.fct_figures set confidence = 0.1")
    assert not [line for line in validate(settings, run_id="r9").warnings if "releases_before" in line]


def test_status_tells_what_did_not_hold(settings, capsys):
    change(settings, "update marts.fct_figures set confidence = confidence - 0.2")
    assert validate(settings, run_id="r9").critical_failures == []
    publish(settings, run_id="r9")
    (check,) = read_status(settings)["release"]["not_held"]
    assert check["expected"] == "0.849 to 0.951 (0.9, median of 2 releases)"
    tell(read_status(settings), is_json=False)
    out = capsys.readouterr().out
    assert "warned    fct_figures: expect_mean_to_stay_near_the_releases_before (confidence): 0.7 of 720 rows" in out
