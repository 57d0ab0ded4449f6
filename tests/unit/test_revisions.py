"""What a release says of its difference from the one before: which rows, which columns, why, by which documents."""

import csv
import io
import json
import time
from pathlib import Path

import duckdb
import pytest

from flows.cli import main
from flows.errors import UsageError
from flows.publish import publish as publish_passed
from flows.release import revisions
from flows.release.descriptions import read_descriptions
from flows.release.store import Release, prune, rollback, verify
from flows.settings import Settings
from flows.warehouse import open_warehouse
from tests.support.good_build import Rows, approve, good_rows, insert_rows, keys_of, make_good_build

DOCUMENTS = 6
ROWS = good_rows(DOCUMENTS + 1)


def publish(settings: Settings, run_id: str = "r") -> Release:
    approve(settings)
    return publish_passed(settings, run_id=run_id)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with one release of six documents."""
    settings = make_good_build(tmp_path / "home", document_count=DOCUMENTS)
    publish(settings)
    return settings


def change(settings: Settings, *statements: str) -> None:
    with open_warehouse(settings) as connection:
        for statement in statements:
            connection.execute(statement)


def add_document(settings: Settings, rows: Rows, number: int) -> None:
    """The rows of one more document into the marts; entities stay as they are."""
    document = rows["dim_documents"][number]["document_id"]
    names = keys_of(rows, number)
    figures = {names[f"fig{place}"] for place in range(6)}
    with open_warehouse(settings) as connection:
        for table, items in rows.items():
            mine = [
                item
                for item in items
                if document == item.get("document_id")
                or names["event"] == item.get("event_id")
                or figures & set(item.get("figure_ids") or ())
                or (table == "fct_target_outcomes" and item["observation_id"] in names.values())
            ]
            if table != "dim_entities" and mine:
                insert_rows(connection, f"marts.{table}", list(mine[0] if table != "fct_figures" else _all(mine)), mine)


def _all(rows: list[dict[str, object]]) -> dict[str, None]:
    return dict.fromkeys(name for row in rows for name in row)


def read(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(settings.current_database.resolve()), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def told(settings: Settings) -> list[tuple[object, ...]]:
    """Revisions of the current release."""
    return read(
        settings,
        "select table_name, row_id, change, column_name, old_value, new_value, reason, document_ids "
        "from marts.fct_revisions where release_id = (select arg_max(release_id, released_at) from marts.releases) "
        "order by all",
    )


def test_the_first_release_has_a_table_without_rows(settings):
    assert told(settings) == []


def test_every_column_is_described_and_in_parquet(settings):
    described = read_descriptions()[revisions.TABLE]["columns"]
    columns = read(settings, "select column_name, comment from duckdb_columns() where table_name = 'fct_revisions'")
    assert {name for name, _ in columns} == set(described)
    assert all(comment for _, comment in columns)
    assert (settings.current_dir / "marts" / "fct_revisions.parquet").is_file()


def test_a_new_document_brings_its_rows_and_changes_what_it_joins(settings):
    add_document(settings, ROWS, DOCUMENTS)
    names, other = keys_of(ROWS, DOCUMENTS), keys_of(ROWS, 0)
    change(
        settings,
        f"update marts.fct_observations set figure_count = 2, figure_ids = ['{other['fig0']}', '{names['fig0']}'] "
        f"where observation_id = '{other['obs0']}'",
    )
    publish(settings)
    found = told(settings)
    document = names["document"]
    assert {(row[0], row[2]) for row in found} == {
        ("dim_documents", "added"),
        ("fct_figures", "added"),
        ("fct_observations", "added"),
        ("fct_observations", "changed"),
        ("fct_target_outcomes", "added"),
        ("fct_events", "added"),
    }
    assert {(row[6], tuple(row[7])) for row in found} == {("new document", (document,))}
    joined = [row for row in found if row[2] == "changed"]
    assert [row[1:6] for row in joined] == [
        (other["obs0"], "changed", "figure_count", "1", "2"),
        (other["obs0"], "changed", "figure_ids", None, json.dumps([names["fig0"]])),
    ]


def test_a_figure_read_again_tells_its_old_and_its_new_value(settings):
    names = keys_of(ROWS, 1)
    change(
        settings,
        f"update marts.fct_figures set value = 21500000, measure = null where figure_id = '{names['fig0']}'",
        f"update marts.dim_documents set extractor_version = 'x2' where document_id = '{names['document']}'",
    )
    publish(settings)
    by = ("read again", [names["document"]])
    assert told(settings) == [
        ("dim_documents", names["document"], "changed", "extractor_version", "x1", "x2", *by),
        ("fct_figures", names["fig0"], "changed", "measure", "exports", None, *by),
        ("fct_figures", names["fig0"], "changed", "value", "21000000", "21500000", *by),
    ]


def test_what_the_gate_withholds_and_releases_again_is_told_as_such(settings):
    names = keys_of(ROWS, 2)
    change(
        settings,
        f"create table kept as from marts.fct_figures where figure_id = '{names['fig0']}'",
        f"delete from marts.fct_figures where figure_id = '{names['fig0']}'",
        f"delete from marts.fct_observations where observation_id = '{names['obs0']}'",
        f"insert into quality.withheld values ('fct_figures', '{names['fig0']}', 'expect_x', 'value', '1', 'Too much.',"
        f" '{names['document']}', 'x', 'r')",
    )
    publish(settings)
    found = told(settings)
    assert [(row[0], row[1], row[2], row[6], row[7]) for row in found] == [
        ("fct_figures", names["fig0"], "gone", "withheld", [names["document"]]),
        ("fct_observations", names["obs0"], "gone", "withheld", [names["document"]]),
    ]
    assert json.loads(str(found[0][4]))["surface"] == "22 million tons"
    change(settings, "delete from quality.withheld", "insert into marts.fct_figures from kept")
    publish(settings)
    assert [(row[0], row[2], row[6]) for row in told(settings)] == [("fct_figures", "added", "released")]


def test_a_date_that_became_known_and_a_change_of_rules(settings):
    dated, ruled = keys_of(ROWS, 3), keys_of(ROWS, 4)
    change(
        settings,
        f"update marts.dim_documents set published_on = '2024-05-16' where document_id = '{dated['document']}'",
        f"update marts.fct_events set date_start = '2024-02-29' where event_id = '{dated['event']}'",
        f"update marts.fct_events set event_mode = 'treaty' where event_id = '{ruled['event']}'",
    )
    publish(settings)
    assert [(row[0], *row[3:]) for row in told(settings)] == [
        ("dim_documents", "published_on", "2024-05-17", "2024-05-16", "document changed", [dated["document"]]),
        ("fct_events", "date_start", "2024-03-01", "2024-02-29", "document changed", [dated["document"]]),
        ("fct_events", "event_mode", "sign", "treaty", "rules", [ruled["document"]]),
    ]


def test_the_last_digits_of_a_sum_and_the_order_of_a_list_are_no_change(settings):
    names = keys_of(ROWS, 0)
    change(
        settings,
        f"update marts.fct_observations set value = value * (1 + 1e-15) where observation_id = '{names['obs0']}'",
        f"update marts.dim_documents set authors = ['B', 'A'] where document_id = '{names['document']}'",
    )
    publish(settings)
    change(settings, "update marts.dim_documents set authors = ['A', 'B'] where len(authors) = 2")
    publish(settings)
    assert told(settings) == []


def test_history_stays_and_follows_the_line_of_parents(settings):
    first = settings.current_dir.resolve().name
    change(settings, "update marts.dim_documents set title = 'Two'")
    second = publish(settings).release_id
    change(settings, "update marts.dim_documents set title = 'Wrong'")
    wrong = publish(settings).release_id
    rollback(settings, second)
    change(settings, "update marts.dim_documents set title = 'Three'")
    third = publish(settings).release_id
    assert read(
        settings, "select release_id, parent_release_id, count(*) from marts.fct_revisions group by all order by all"
    ) == [(second, first, DOCUMENTS), (third, second, DOCUMENTS)]
    assert wrong not in (second, third)


def test_history_is_bounded_by_whole_releases(settings, monkeypatch):
    monkeypatch.setattr(revisions, "MOST_ROWS_KEPT", 2 * DOCUMENTS)
    made = []
    for title in ("Two", "Three", "Four", "Five"):
        change(settings, f"update marts.dim_documents set title = '{title}'")
        made.append(publish(settings).release_id)
    assert [row[0] for row in read(settings, "select distinct release_id from marts.fct_revisions order by 1")] == made[
        1:
    ]


def test_revisions_are_no_part_of_the_content(settings, tmp_path):
    change(settings, "update marts.dim_documents set title = 'Two'")
    later = publish(settings)
    other = make_good_build(tmp_path / "other", document_count=DOCUMENTS)
    change(other, "update marts.dim_documents set title = 'Two'")
    assert publish(other).content_sha256 == later.content_sha256


def test_a_damaged_parent_keeps_no_release_from_going_out(settings, caplog):
    database = settings.current_database.resolve()
    database.chmod(0o644)
    content = bytearray(database.read_bytes())
    content[len(content) // 2] ^= 0xFF
    database.write_bytes(content)
    change(settings, "update marts.dim_documents set title = 'Two'")
    release = publish(settings)
    assert release.is_new
    assert verify(settings) == release.release_id
    assert told(settings) == []
    assert "revisions begin anew" in caplog.text


def run_diff(settings: Settings, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["diff", *arguments])
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.fixture
def in_home(settings, monkeypatch):
    monkeypatch.setenv("NEWSLEDGER_HOME", str(settings.home))
    monkeypatch.chdir(settings.home)


@pytest.mark.usefixtures("in_home")
def test_diff_compares_current_with_its_parent_or_any_two(settings, capsys):
    first = settings.current_dir.resolve().name
    change(settings, "update marts.dim_documents set title = '=2+3' where uri = '000.txt'")
    second = publish(settings).release_id
    change(settings, "update marts.dim_documents set title = 'Oil, 0' where uri = '000.txt'")
    third = publish(settings).release_id
    rows = [json.loads(line) for line in run_diff(settings, capsys, "--format", "json").splitlines()]
    assert [(row["release_id"], row["old_value"], row["new_value"]) for row in rows] == [(third, "=2+3", "Oil, 0")]
    (row,) = csv.DictReader(io.StringIO(run_diff(settings, capsys, first, second)))
    assert (row["parent_release_id"], row["column_name"], row["new_value"]) == (first, "title", "'=2+3")
    assert run_diff(settings, capsys, first, "--format", "table") == "No row changed.\n"
    table = run_diff(settings, capsys, second, "--format", "table")
    assert "document changed" in table
    assert "Oil, 0" in table


@pytest.mark.usefixtures("in_home")
def test_diff_with_a_pruned_parent_reads_what_the_release_remembers(settings, capsys):
    change(settings, "update marts.dim_documents set title = 'Two' where uri = '000.txt'")
    publish(settings)
    assert prune(settings, keep=1, grace_s=0)
    (row,) = csv.DictReader(io.StringIO(run_diff(settings, capsys)))
    assert row["new_value"] == "Two"


def test_diff_says_which_releases_there_are(settings):
    current = settings.current_dir.resolve().name
    with pytest.raises(UsageError, match="first release"):
        revisions.diff(settings)
    with pytest.raises(UsageError, match=current):
        revisions.diff(settings, "20000101T000000Z-none")
    with pytest.raises(UsageError, match="itself"):
        revisions.diff(settings, current)


def test_the_work_is_that_of_what_changed(tmp_path):
    """A hundred thousand rows of which three changed: well under what comparing them column by column takes."""
    settings = make_good_build(tmp_path / "home", document_count=1)
    change(
        settings,
        "insert into marts.fct_figures select * exclude (number) replace (figure_id || number as figure_id) "
        "from (from marts.fct_figures cross join range(20000) as numbers(number)) where kind = 'level'",
    )
    publish(settings)
    change(settings, "update marts.fct_figures set measure = 'imports' where figure_id like '%19999'")
    started = time.monotonic()
    publish(settings)
    assert time.monotonic() - started < 30
    assert {row[2:6] for row in told(settings)} >= {("changed", "measure", "exports", "imports")}
