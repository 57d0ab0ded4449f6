"""What validating writes, whom it withholds, and what it tells of files that do not fit."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from flows.errors import NotValidated, PublishRefused, SettingsError
from flows.gate.rules import load_suites
from flows.publish import publish
from flows.settings import Settings
from flows.validate import ValidationResult, prepare_withheld, refuse_on_critical, validate
from flows.warehouse import open_warehouse
from tests.support.good_build import good_rows, keys_of, make_good_build, write_build

KEYS = keys_of(good_rows(), 0)
RULES = "table: marts.fct_figures\nexpectations:\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_good_build(tmp_path / "home")


def with_rules(settings: Settings, folder: Path, text: str) -> Settings:
    folder.mkdir()
    (folder / "own.yml").write_text(text, encoding="utf-8")
    return settings.model_copy(update={"expectation_dirs": (folder,)})


def change(settings: Settings, sql: str) -> None:
    with open_warehouse(settings) as connection:
        connection.execute(sql.format(**KEYS))


def rows_of(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with open_warehouse(settings) as connection:
        return connection.execute(sql).fetchall()


def build_without_withheld(settings: Settings) -> None:
    """What dbt does: the marts anew, without what stands in quality.withheld."""
    with open_warehouse(settings) as connection:
        for table, suite in load_suites().items():
            if suite.key and not table.startswith(("dim_units", "dim_measure", "dim_comm", "dim_event")):
                key = ", ".join(f'"{name}"' for name in suite.key)
                connection.execute(
                    f"delete from marts.{table} where concat_ws('|', {key}) in "
                    f"(select row_id from quality.withheld where table_name = '{table}')"
                )


def test_a_good_build_passes_and_every_expectation_has_its_result(settings):
    result = validate(settings, run_id="r1")
    assert (result.failed_count, result.newly_withheld_count, result.critical_failures, result.warnings) == (
        0,
        0,
        [],
        [],
    )
    assert rows_of(settings, "select count(*), bool_and(success), min(run_id) from quality.expectation_results") == [
        (result.expectation_count, True, "r1")
    ]
    refuse_on_critical(result)
    assert publish(settings, run_id="r1").is_new


def test_marts_that_hold_what_is_to_be_withheld_are_not_published(settings):
    change(settings, "update marts.fct_figures set confidence = 1.5 where figure_id = '{fig3}'")
    for _ in range(2):  # validated again without a build, they hold it still
        assert validate(settings, run_id="r1").newly_withheld_count == 1
        with pytest.raises(NotValidated, match="withheld rows"):
            publish(settings, run_id="r1")
    assert rows_of(settings, "select count(*) from quality.withheld") == [(1,)]


def test_a_failing_row_is_withheld_with_its_reason_and_what_was_observed(settings):
    change(settings, "update marts.fct_figures set confidence = 1.5 where figure_id = '{fig3}'")
    result = validate(settings, run_id="r1")
    assert result.newly_withheld_count == 1
    assert result.critical_failures == []
    assert rows_of(settings, "select * from quality.withheld") == [
        (
            "fct_figures", KEYS["fig3"], "expect_column_values_to_be_between", "confidence", "confidence=1.5",
            "A confidence is a share.", KEYS["document"], "2%", "r1",
        )
    ]  # fmt: skip


def test_a_row_that_fails_twice_is_withheld_once_and_its_reason_names_both(settings):
    change(settings, "update marts.fct_figures set confidence = 1.5, status = 'said' where figure_id = '{fig3}'")
    validate(settings, run_id="r1")
    ((expectation, reason),) = rows_of(
        settings, "select expectation, reason from quality.withheld where table_name = 'fct_figures'"
    )
    assert expectation == "expect_column_values_to_be_in_set"
    assert reason == "The contract lists the statuses. Also: expect_column_values_to_be_between."


def test_children_go_with_a_withheld_parent_down_to_the_last(settings):
    change(settings, "update marts.dim_documents set language = 'english' where document_id = '{document}'")
    validate(settings, run_id="r1")
    counts = dict(rows_of(settings, "select table_name, count(*) from quality.withheld group by all"))
    assert counts == {
        "dim_documents": 1, "dim_sentences": 5, "fct_mentions": 6, "fct_figures": 6, "fct_event_mentions": 1,
        "bridge_event_figures": 1,
    }  # fmt: skip
    (reason,) = rows_of(settings, f"select reason from quality.withheld where row_id = '{KEYS['fig0']}'")
    assert reason == ("Withheld with its row of dim_documents: Languages are ISO 639-1.",)


def test_nothing_vanishes_once_the_marts_lack_what_is_withheld(settings):
    change(settings, "update marts.fct_figures set confidence = 1.5 where figure_id = '{fig3}'")
    validate(settings, run_id="r1")
    build_without_withheld(settings)
    change(settings, "delete from marts.fct_observations where figure_ids = ['{fig3}']")
    again = validate(settings, run_id="r1")
    assert (again.newly_withheld_count, again.withheld_count) == (0, 1)
    assert again.critical_failures == []


def test_a_row_stays_withheld_as_long_as_the_inputs_are_the_same(settings):
    change(settings, "update marts.fct_figures set confidence = 1.5 where figure_id = '{fig3}'")
    validate(settings, run_id="r1")
    assert prepare_withheld(settings, run_id="r2") == 0
    change(settings, "update parsed.documents set extractor_version = 'x2' where document_id = '{document}'")
    assert prepare_withheld(settings, run_id="r3") == 1
    assert rows_of(settings, "select count(*) from quality.withheld") == [(0,)]


def test_what_went_with_an_event_comes_back_with_it_when_another_document_tells_more(settings):
    change(settings, "update marts.fct_events set confidence = 1.5 where event_id = '{event}'")
    withheld = validate(settings, run_id="r1").withheld_count
    assert withheld > 1  # its mentions and participants too, which have a document or none
    change(settings, "delete from parsed.documents where document_id != '{document}'")
    assert prepare_withheld(settings, run_id="r2") == withheld


def test_other_rules_mean_another_judgement(settings, tmp_path):
    change(settings, "update marts.fct_figures set confidence = 1.5 where figure_id = '{fig3}'")
    validate(settings, run_id="r1")
    loosened = with_rules(
        settings,
        tmp_path / "own",
        """
        table: marts.fct_figures
        expectations:
          - type: expect_column_values_to_be_between
            kwargs: {column: confidence, min_value: 0, max_value: 2}
            reason: Our confidence is a sum of two.
        """,
    )
    result = validate(loosened, run_id="r2")
    assert result.newly_withheld_count == 1  # taken back: the marts have to be built again
    assert (result.withheld_count, result.failed_count) == (0, 0)


def test_a_unit_that_is_not_known_is_published_and_told(settings):
    change(
        settings,
        "update marts.fct_figures set unit_code = null, dimension = null, canonical_value = null, "
        "canonical_unit = null where figure_id = '{fig4}'",
    )
    result = validate(settings, run_id="r1")
    assert "fct_figures" not in dict(rows_of(settings, "select distinct table_name, 1 from quality.withheld"))
    assert [line for line in result.warnings if "unit_code" in line and "1 of 48 rows" in line]


def test_a_critical_failure_refuses_the_release_and_says_why(settings):
    change(settings, "delete from marts.fct_mentions")
    result = validate(settings, run_id="r1")
    with pytest.raises(PublishRefused) as refusal:
        refuse_on_critical(result)
    assert any(
        "marts.fct_mentions: expect_every_input_row_to_be_accounted_for" in line and "48 lost" in line
        for line in refusal.value.failures
    )


def test_a_missing_column_is_told_once_not_by_every_rule_that_needs_it(settings):
    change(settings, "alter table marts.fct_figures drop value")
    result = validate(settings, run_id="r1")
    (failure,) = [line for line in result.critical_failures if "fct_figures:" in line]
    assert "value is missing" in failure


def test_a_users_rule_is_added_without_code(settings, tmp_path):
    own = with_rules(
        settings,
        tmp_path / "own",
        """
        table: marts.fct_figures
        expectations:
          - type: expect_column_values_to_not_be_in_set
            kwargs: {column: measure, value_set: [deal_value]}
            reason: Our desk does not follow deals.
        """,
    )
    validate(own, run_id="r1")
    assert rows_of(
        own, "select reason, count(*) from quality.withheld where table_name = 'fct_figures' group by all"
    ) == [("Our desk does not follow deals.", 8)]


def test_a_users_rule_on_a_column_that_is_not_there_refuses(settings, tmp_path):
    own = with_rules(
        settings,
        tmp_path / "own",
        """
        table: marts.fct_figures
        expectations:
          - {type: expect_column_values_to_not_be_null, kwargs: {column: colour}, reason: We like colours.}
        """,
    )
    (failure,) = validate(own, run_id="r1").critical_failures
    assert "no column colour in marts.fct_figures" in failure


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("table: [", "not readable as YAML"),
        ("table: elsewhere.t\n", "table"),
        ("table: marts.fct_figures\nexpectation: []\n", "expectation: Extra inputs"),
        ("table: marts.fct_figures\nexpectations:\n- {type: expect_x, reason: short}\n", "rule 1, reason"),
        (
            "table: marts.fct_figures\nexpectations:\n- {type: expect_colum_values_to_be_unique, kwargs: {column: a}, "
            "reason: Because it must.}\n",
            "Did you mean expect_column_values_to_be_unique",
        ),
        (
            RULES + "- {type: expect_column_values_to_be_unique, reason: So it must be.}\n",
            "column: field required",
        ),
        (
            RULES.replace("fct_figures", "mine") + "- {type: expect_unit_to_be_known, reason: So it must be.}\n",
            "needs a `key`",
        ),
    ],
)
def test_a_malformed_file_is_told_with_its_place(settings, tmp_path, text, told):
    own = with_rules(settings, tmp_path / "own", text)
    with pytest.raises(SettingsError, match=re.escape(told)):
        validate(own, run_id="r1")


def test_a_folder_that_is_not_there_is_told(settings, tmp_path):
    with pytest.raises(SettingsError, match="no such folder"):
        validate(settings.model_copy(update={"expectation_dirs": (tmp_path / "none",)}), run_id="r1")


def pages_of(result: ValidationResult) -> str:
    return "".join(page.read_text(encoding="utf-8") for page in result.data_docs.parent.rglob("*.html"))


def test_data_docs_list_what_failed_by_key_and_run_nothing_that_a_document_says(settings):
    change(
        settings, "update marts.fct_mentions set surface = '<script>alert(1)</script>' where mention_id = '{mention0}'"
    )
    change(settings, "update marts.fct_figures set status = '<img src=x onerror=alert(2)>' where figure_id = '{fig3}'")
    result = validate(settings, run_id="r1")
    pages = pages_of(result)
    assert "<script>alert" not in pages
    assert "<img src=x" not in pages
    assert "alert(1)" in pages
    assert result.data_docs == settings.home / "data_docs" / "r1" / "index.html"


_FETCHING_TAGS = ("script", "link", "iframe", "object", "embed", "base")


class _Links(HTMLParser):
    """What a page's tags name: addresses to follow, and addresses that a browser fetches by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.followed: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if tag == "a" and name == "href":
                self.followed.append(value or "")
            elif tag in _FETCHING_TAGS or name in ("src", "srcset", "href") or name.startswith("on"):
                self.fetched.append(f"{tag} {name}={value}")


def test_data_docs_fetch_nothing_run_nothing_and_lead_nowhere_else(settings):
    change(settings, "update marts.fct_figures set status = 'said', confidence = 7 where figure_id = '{fig3}'")
    change(settings, "alter table marts.fct_mentions drop surface")  # a page with what could not be judged
    result = validate(settings, run_id="r1")
    pages = sorted(result.data_docs.parent.rglob("*"))
    assert {page.suffix for page in pages if page.is_file()} == {".html"}
    for page in (page for page in pages if page.is_file()):
        text = page.read_text(encoding="utf-8")
        links = _Links()
        links.feed(text)
        assert links.fetched == [], page
        assert not re.search(r"@import|url\(|https?://", text), page
        assert "default-src 'none'" in text
        for link in links.followed:
            assert (page.parent / link).is_file(), (page, link)


def test_both_validations_of_a_run_stay_in_its_data_docs(settings):
    validate(settings, run_id="r1")
    result = validate(settings, run_id="r1")
    index = result.data_docs.read_text(encoding="utf-8")
    for number in (1, 2):
        assert f'href="round-{number}/index.html"' in index
        assert "marts.fct_figures" in (result.data_docs.parent / f"round-{number}" / "index.html").read_text()


def test_nothing_is_written_outside_the_home(settings, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    validate(settings, run_id="r1")
    assert list(elsewhere.iterdir()) == []


def test_an_empty_warehouse_passes(tmp_path):
    """No documents yet: nothing to publish, nothing to refuse."""
    settings = Settings(home=tmp_path)
    with open_warehouse(settings) as connection:
        write_build(connection, good_rows(0))
    assert validate(settings, run_id="r1").critical_failures == []


def test_any_run_id_will_do_even_one_that_reads_as_a_zone(tmp_path):
    assert validate(Settings(home=tmp_path), run_id="20260102T030405Z-4110").data_docs.is_file()


def test_every_rule_has_a_key_of_its_own_and_looks_at_columns_of_the_contract():
    for suite in load_suites().values():
        assert len({rule.key for rule in suite.rules}) == len(suite.rules)
        for rule in suite.rules:
            assert set(rule.columns) <= set(suite.columns), (suite.table, rule.type)
