"""Listing, rolling back, pruning and checking what was published."""

import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from flows.errors import ReleaseDamaged, UsageError
from flows.publish import Release
from flows.publish import publish as publish_passed
from flows.release.store import hold_for_reading, list_releases, prune, rollback, verify
from flows.settings import Settings
from flows.warehouse import open_warehouse
from tests.support.good_build import approve, make_good_build


def publish(settings: Settings, *, run_id: str) -> Release:
    approve(settings)
    return publish_passed(settings, run_id=run_id)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with three releases, the third one current."""
    settings = make_good_build(tmp_path / "home", document_count=1)
    for number in range(3):
        with open_warehouse(settings) as connection:
            connection.execute(f"update marts.dim_documents set title = 'Title {number}'")
        publish(settings, run_id=f"r{number}")
    return settings


def ids(settings: Settings) -> list[str]:
    return [release.release_id for release in list_releases(settings)]


def current(settings: Settings) -> str:
    (release,) = [release for release in list_releases(settings) if release.is_current]
    return release.release_id


def title(settings: Settings) -> str:
    with duckdb.connect(str(settings.current_database.resolve()), read_only=True) as connection:
        ((found,),) = connection.execute("select title from marts.dim_documents").fetchall()
    return str(found)


def damage(path: Path) -> None:
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def test_releases_are_listed_the_newest_last_with_the_current_one_marked(settings):
    releases = list_releases(settings)
    assert [release.is_current for release in releases] == [False, False, True]
    assert [release.parent_release_id for release in releases] == [None, releases[0].release_id, releases[1].release_id]
    assert releases[0].as_row()["counts"] == {"documents": 1, "figures": 6, "events": 1, "withheld": 0}


def test_before_the_first_release_there_is_none(tmp_path):
    settings = Settings(home=tmp_path)
    assert list_releases(settings) == []
    for command in (rollback, verify):
        for release_id in (None, "20260101T000000Z-00000000"):
            with pytest.raises(UsageError, match=r"no release to .*`newsledger run` publishes the first"):
                command(settings, release_id)
    assert list(tmp_path.iterdir()) == []


def test_rollback_goes_to_the_release_before_and_by_name_to_any(settings):
    first, second, third = ids(settings)
    assert rollback(settings) == second
    assert title(settings) == "Title 1"
    assert rollback(settings) == first
    with pytest.raises(UsageError, match="no release before"):
        rollback(settings)
    assert rollback(settings, third) == third
    assert title(settings) == "Title 2"


def test_a_name_that_is_none_is_told_with_those_there_are(settings):
    with pytest.raises(UsageError, match=ids(settings)[0]):
        rollback(settings, "../../etc")
    with pytest.raises(UsageError, match="No release"):
        verify(settings, "../releases")


def test_a_damaged_release_is_found_and_not_rolled_back_to(settings):
    second = list_releases(settings)[1]
    damage(second.path / "newsledger.duckdb")
    (second.path / "marts" / "fct_figures.parquet").unlink()
    (second.path / "extra.txt").write_text("?")
    with pytest.raises(ReleaseDamaged) as told:
        verify(settings, second.release_id)
    for fault in (
        "fct_figures.parquet is missing",
        "extra.txt is not in the manifest",
        "newsledger.duckdb has other bytes",
    ):
        assert fault in str(told.value)
    before = current(settings)
    with pytest.raises(ReleaseDamaged):
        rollback(settings)
    assert current(settings) == before


def test_a_release_without_a_manifest_is_in_nobodys_way(settings):
    first, _, third = list_releases(settings)
    (first.path / "manifest.json").unlink()
    damage(first.path / "marts" / "releases.parquet")
    (first.path / "marts" / "releases.parquet").write_bytes(b"")
    assert any(release.note for release in list_releases(settings))
    with open_warehouse(settings) as connection:
        connection.execute("update marts.dim_documents set title = 'Newer'")
    assert publish(settings, run_id="r9").parent_release_id == third.release_id
    rollback(settings)
    with pytest.raises(ReleaseDamaged):
        verify(settings, first.release_id)


def test_prune_keeps_the_newest_and_the_current_one(settings):
    first, second, third = ids(settings)
    rollback(settings, first)
    assert prune(settings, keep=1, grace_s=0) == [second]
    assert ids(settings) == [first, third]
    assert title(settings) == "Title 0"


def test_prune_waits_for_a_release_just_superseded(settings):
    assert prune(settings, keep=1) == []
    old = list_releases(settings)[0].path
    os.utime(old, (time.time() - 7_200, time.time() - 7_200))
    assert prune(settings, keep=1) == [old.name]


def test_prune_leaves_what_is_being_read(settings):
    first, second, third = list_releases(settings)
    code = f"""
import duckdb, sys
connection = duckdb.connect({str(second.path / "newsledger.duckdb")!r}, read_only=True)
print("open", flush=True)
sys.stdin.readline()
"""
    reader = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert reader.stdout is not None
    assert reader.stdout.readline() == "open\n"
    with hold_for_reading(first.path):
        assert prune(settings, keep=1, grace_s=0) == []
    assert prune(settings, keep=1, grace_s=0) == [first.release_id]
    reader.communicate("\n", timeout=30)
    assert prune(settings, keep=1, grace_s=0) == [second.release_id]
    assert ids(settings) == [third.release_id]


def test_pruned_releases_stay_in_the_history(settings):
    pruned = prune(settings, keep=1, grace_s=0)
    with open_warehouse(settings) as connection:
        connection.execute("update marts.dim_documents set title = 'Newest'")
    publish(settings, run_id="r9")
    with duckdb.connect(str(settings.current_database.resolve()), read_only=True) as connection:
        history = [row[0] for row in connection.execute("select release_id from marts.releases").fetchall()]
    assert history[:2] == pruned
    assert len(history) == 4
