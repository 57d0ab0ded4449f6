"""What a release holds, when there is a new one, and what a failure leaves behind."""

import json
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from flows.errors import LedgerError, NotValidated, StorageError
from flows.gate.rules import load_suites
from flows.publish import Release
from flows.publish import publish as publish_passed
from flows.release.descriptions import read_descriptions
from flows.release.store import list_releases, rollback, verify
from flows.settings import Settings
from flows.warehouse import open_warehouse
from tests.support.good_build import approve, good_rows, make_good_build, write_build

REPOSITORY = Path(__file__).parents[2]


def publish(settings: Settings, *, run_id: str) -> Release:
    approve(settings)
    return publish_passed(settings, run_id=run_id)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_good_build(tmp_path / "home")


def change(settings: Settings, sql: str) -> None:
    with open_warehouse(settings) as connection:
        connection.execute(sql)


def read(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(settings.current_database.resolve()), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_release_holds_marts_and_quality_as_duckdb_and_as_parquet(settings):
    release = publish(settings, run_id="r1")
    assert release.is_new
    assert settings.current_dir.resolve() == release.path
    assert release.counts == {"documents": 8, "figures": 48, "events": 8, "withheld": 0}
    tables = read(settings, "select schema_name, table_name from duckdb_tables() order by all")
    assert {f"marts.{table}" for table in load_suites()} < {f"{schema}.{table}" for schema, table in tables}
    for schema, table in tables:
        parquet = release.path / schema / f"{table}.parquet"
        assert read(settings, f"select count(*) from {schema}.{table}") == read(
            settings, f"select count(*) from read_parquet('{parquet}')"
        )


def test_a_release_can_be_read_by_clients_since_duckdb_1_0(settings):
    publish(settings, run_id="r1")
    assert read(settings, "select tags['storage_version'] from duckdb_databases() where path is not null") == [
        ("v1.0.0+",)
    ]


def test_descriptions_are_comments_and_none_is_missing(settings):
    publish(settings, run_id="r1")
    commented = dict(read(settings, "select table_name, comment from duckdb_tables()"))
    assert commented["fct_figures"] == read_descriptions()["marts.fct_figures"]["description"]
    missing = read(
        settings,
        "select table_name, column_name from duckdb_columns() "
        "where schema_name in ('marts', 'quality') and coalesce(comment, '') = ''",
    )
    assert missing == []


def test_every_published_column_is_described_and_every_description_has_its_column():
    suites = load_suites()
    for table, suite in suites.items():
        described = read_descriptions()[f"marts.{table}"]["columns"]
        assert set(suite.columns) <= set(described), table
        assert all(described.values()), table


def test_the_manifest_tells_versions_counts_and_checksums(settings):
    release = publish(settings, run_id="r1")
    manifest = json.loads((release.path / "manifest.json").read_text())
    assert manifest["release_id"] == release.release_id
    assert (manifest["run_id"], manifest["parent_release_id"]) == ("r1", None)
    assert manifest["extractor_version"] == "x1"
    assert manifest["tables"]["marts.fct_figures"]["row_count"] == 48
    assert manifest["files"]["newsledger.duckdb"]["size_bytes"] == (release.path / "newsledger.duckdb").stat().st_size
    assert verify(settings) == release.release_id


def test_the_history_of_releases_is_a_table_of_each_of_them(settings):
    first = publish(settings, run_id="r1")
    change(settings, "update marts.dim_documents set title = 'New'")
    second = publish(settings, run_id="r2")
    assert read(
        settings, "select release_id, run_id, parent_release_id, figure_count, content_sha256 from marts.releases"
    ) == [
        (first.release_id, "r1", None, 48, first.content_sha256),
        (second.release_id, "r2", first.release_id, 48, second.content_sha256),
    ]


def test_unchanged_content_makes_no_new_release(settings):
    first = publish(settings, run_id="r1")
    change(settings, "update marts.dim_documents set first_seen_at = now()")
    again = publish(settings, run_id="r2")
    assert (again.is_new, again.release_id) == (False, first.release_id)
    assert again.note == f"content unchanged since {first.release_id}"
    assert len(list_releases(settings)) == 1


def test_a_newly_rejected_input_is_told_in_a_release_of_its_own(settings):
    first = publish(settings, run_id="r1")
    change(settings, "insert into quality.rejected_inputs values ('s', 'bad.bin', 'decode', 'binary', 3, 'r2')")
    second = publish(settings, run_id="r2")
    assert second.is_new
    assert second.content_sha256 == first.content_sha256


def test_content_that_was_rolled_back_is_not_published_again(settings):
    publish(settings, run_id="r1")
    change(settings, "update marts.dim_documents set title = 'Wrong'")
    wrong = publish(settings, run_id="r2")
    rollback(settings)
    again = publish(settings, run_id="r3")
    assert not again.is_new
    assert again.note
    assert wrong.release_id in again.note
    change(settings, "update marts.dim_documents set title = 'Right'")
    assert publish(settings, run_id="r4").is_new


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/St_Johns"])
def test_content_has_one_hash_whatever_the_order_of_rows_the_zone_and_the_locale(settings, tmp_path, zone):
    expected = publish(settings, run_id="r1").content_sha256
    code = f"""
import random
from pathlib import Path
from flows.publish import publish
from flows.settings import Settings
from flows.warehouse import open_warehouse
from tests.support.good_build import approve, good_rows, write_build
rows = good_rows()
for table in rows.values():
    random.shuffle(table)
settings = Settings(home=Path({str(tmp_path / "other")!r}))
with open_warehouse(settings) as connection:
    write_build(connection, rows)
approve(settings)
print(publish(settings, run_id="other").content_sha256)
"""
    environment = {**os.environ, "TZ": zone, "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == expected


def test_rows_stand_in_one_order(settings, tmp_path):
    publish(settings, run_id="r1")
    other = Settings(home=tmp_path / "other")
    rows = good_rows()
    for table in rows.values():
        table.reverse()
    with open_warehouse(other) as connection:
        write_build(connection, rows)
    publish(other, run_id="r1")
    for table in ("fct_figures", "bridge_event_participants"):
        assert read(settings, f"select * from marts.{table}") == read(other, f"select * from marts.{table}")


def test_a_clock_set_back_does_not_put_the_newest_release_first(settings, monkeypatch):
    first = publish(settings, run_id="r1")
    manifest = first.path / "manifest.json"
    manifest.chmod(0o644)
    ahead = json.loads(manifest.read_text()) | {"released_at": "2999-01-01T00:00:00+00:00"}
    manifest.write_text(json.dumps(ahead))
    change(settings, "update marts.dim_documents set title = 'New'")
    second = publish(settings, run_id="r2")
    assert [release.release_id for release in list_releases(settings)] == [first.release_id, second.release_id]


def test_files_of_a_release_cannot_be_written(settings):
    release = publish(settings, run_id="r1")
    assert {oct(path.stat().st_mode & 0o777) for path in release.path.rglob("*") if path.is_file()} == {"0o444"}


def test_marts_that_were_not_validated_as_they_stand_are_not_published(settings):
    with pytest.raises(NotValidated, match="never validated"):
        publish_passed(settings, run_id="r1")
    approve(settings)
    change(settings, "update marts.fct_figures set value = value + 1")
    with pytest.raises(NotValidated, match="changed after they were validated") as told:
        publish_passed(settings, run_id="r1")
    assert "expectation" not in str(told.value)
    assert list_releases(settings) == []


def test_without_marts_there_is_nothing_to_publish(tmp_path):
    with pytest.raises(LedgerError, match="holds no marts"):
        publish_passed(Settings(home=tmp_path), run_id="r1")
    assert not (tmp_path / "current").exists()


def test_a_disk_that_fills_up_leaves_the_last_release_and_no_rubbish(settings):
    """A limit on the size of files stands for the full disk: it strikes at each kind of write in turn."""
    first = publish(settings, run_id="r1")
    change(settings, "update marts.dim_documents set title = 'New'")
    approve(settings)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in (1, 1_000, 60_000, 500_000):
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
            with pytest.raises(StorageError, match="Nothing was published"):
                publish_passed(settings, run_id="r2")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert verify(settings) == first.release_id
        assert not list(settings.releases_dir.glob(".new-*"))
    assert publish(settings, run_id="r3").is_new


def test_what_a_killed_publish_left_is_cleaned_by_the_next(settings):
    first = publish(settings, run_id="r1")
    (settings.releases_dir / ".new-half").mkdir()
    (settings.releases_dir / "20990101T000000Z-unflipped").mkdir()
    (settings.releases_dir / ".publishing").write_text("20990101T000000Z-unflipped")
    (settings.home / ".current-new").symlink_to("nowhere")
    assert [release.release_id for release in list_releases(settings)] == [first.release_id]
    publish(settings, run_id="r2")
    left = {path.name for path in settings.releases_dir.iterdir()}
    assert left == {".lock", first.release_id}


PUBLISH_FOR_EVER = """
import sys
from pathlib import Path
from flows.publish import publish
from flows.settings import Settings
from flows.warehouse import open_warehouse
from tests.support.good_build import approve
settings = Settings(home=Path(sys.argv[1]))
for number in range(10_000):
    with open_warehouse(settings) as connection:
        connection.execute(f"update marts.dim_documents set title = '{sys.argv[2]} {number}'")
        connection.execute(f"update marts.fct_figures set measure_surface = '{sys.argv[2]} {number}'")
    approve(settings)
    publish(settings, run_id=f"{sys.argv[2]}-{number}")
    print(number, flush=True)
"""


def test_killed_at_any_moment_current_is_whole(settings):
    publish(settings, run_id="before")
    moments = random.Random(20_240_517)
    for attempt in range(20):
        process = subprocess.Popen(
            [sys.executable, "-c", PUBLISH_FOR_EVER, str(settings.home), str(attempt)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.readline()  # it is at work
        time.sleep(moments.uniform(0, 0.6))
        process.kill()
        process.wait()
        process.stdout.close()
        verify(settings)
        ((titles, surfaces),) = read(
            settings,
            "select (select list(distinct title) from marts.dim_documents), "
            "(select list(distinct measure_surface) from marts.fct_figures)",
        )
        assert len(titles) == 1
        assert titles == surfaces
    assert publish(settings, run_id="after").is_current
    assert {path.name[0] for path in settings.releases_dir.iterdir() if path.name != ".lock"} == {"2"}


READ_FOR_EVER = """
import sys, time
from pathlib import Path
from flows.serve import open_release
from flows.settings import Settings
settings = Settings(home=Path(sys.argv[1]))
count = 0
while not Path(sys.argv[2]).exists():
    with open_release(settings) as connection:
        for _ in range(3):
            ((titles, surfaces),) = connection.execute(
                "select (select list(distinct title) from dim_documents), "
                "(select list(distinct measure_surface) from fct_figures)"
            ).fetchall()
            assert titles == surfaces and len(titles) == 1, (titles, surfaces)
    count += 1
    time.sleep(0.05)
print(count)
"""


def test_readers_see_one_release_or_the_next_while_many_are_published(settings, tmp_path):
    def publish_number(number: int) -> None:
        change(settings, f"update marts.dim_documents set title = '{number}'")
        change(settings, f"update marts.fct_figures set measure_surface = '{number}'")
        publish(settings, run_id=f"r{number}")

    publish_number(0)
    done = tmp_path / "done"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READ_FOR_EVER, str(settings.home), str(done)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for number in range(1, 9):
        publish_number(number)
    done.touch()
    for reader in readers:
        output, errors = reader.communicate(timeout=120)
        assert reader.returncode == 0, errors
        assert int(output) > 0
