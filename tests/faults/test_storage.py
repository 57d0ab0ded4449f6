"""Disks that are full, read-only or damaged, two runs at once, a clock set back: told as such, the release whole."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import dbt_runner, query
from flows import publish as publishing
from flows.build import build
from flows.errors import BuildFailed, ReleaseDamaged, StorageError, WarehouseDamaged
from flows.release.store import list_releases, rollback
from flows.settings import Settings
from flows.storage import storage_line, told_as_storage
from flows.warehouse import hold_lock, open_warehouse
from tests.conftest import REPOSITORY
from tests.faults.steps import check_current, content_of, damage_warehouse, run_to_end
from tests.support.good_build import approve, make_good_build

FREE_KB = (0, 128, 4_000, 8_000)
"""Room left on the disk: nothing for the lock, too little for ingest, for dbt, for the Data Docs. Publishing on a full
disk is tested with releases."""

STEPS = ("ingest", "parse", "build", "validate", "publish")


class Disk:
    """A disk in memory whose size can be changed."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def mount(self, option: str) -> None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", option, "newsledger-test", self.place], check=True)

    def leave(self, kilobytes: int) -> None:
        told = os.statvfs(self.place)
        used = (told.f_blocks - told.f_bfree) * told.f_frsize // 1024
        self.mount(f"remount,size={used + kilobytes}k")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m", "newsledger-test", place], capture_output=True)
    if made.returncode:
        pytest.skip("a disk of its own size needs the right to mount; test_publish limits the size of files instead")
    yield Disk(place)
    subprocess.run(["umount", place], check=True)


def test_a_disk_that_is_full_at_any_step_is_told_and_the_release_stays_until_there_is_room(prepared, disk, tmp_path):
    settings = prepared.copy_to(disk.place / "home")
    before = content_of(settings)
    failed = set()
    for kilobytes in FREE_KB:
        disk.leave(kilobytes)
        told = run_to_end(settings, prepared.paths, tmp_path / "answer")
        assert (told["exit_code"], told["kind"]) == (6, "StorageError"), (kilobytes, told)
        assert "space" in told["message"], (kilobytes, told)
        assert "run again" in told["message"], (kilobytes, told)
        check_current(settings)
        assert content_of(settings) == before
        failed.add(next(step for step in STEPS if step not in told["done"]))
    assert len(failed) >= 3, failed
    disk.leave(200_000)
    assert run_to_end(settings, prepared.paths, tmp_path / "answer")["exit_code"] == 0
    assert content_of(settings) == prepared.expected


def test_a_disk_that_became_read_only_is_told(prepared, disk, tmp_path):
    settings = prepared.copy_to(disk.place / "home")
    disk.mount("remount,ro")
    told = run_to_end(settings, prepared.paths, tmp_path / "answer")
    assert (told["exit_code"], told["kind"]) == (6, "StorageError"), told
    assert "Read-only" in told["message"]
    check_current(settings)


def raise_wrapped(cause: Exception, wrapper: Exception) -> None:
    try:
        raise cause
    except Exception:  # as libraries do
        raise wrapper  # noqa: B904


def test_whatever_wraps_what_the_system_said_it_is_told_as_storage(tmp_path):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(StorageError, match="No space left on device") as told, told_as_storage(tmp_path):
        raise_wrapped(full, KeyError("what a library made of it"))
    assert str(tmp_path) in str(told.value)
    with pytest.raises(KeyError), told_as_storage(tmp_path):
        raise_wrapped(ConnectionResetError(), KeyError("another failure"))
    assert storage_line(ValueError("a text that says No space left on device")) is None


def command(*given: str, home: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"NEWSLEDGER_HOME": str(home)} | more
    return subprocess.run(
        [sys.executable, "-m", "flows", *given], cwd=REPOSITORY, env=environment, capture_output=True, text=True
    )


def test_a_second_run_says_who_holds_the_warehouse(tmp_path):
    with hold_lock(Settings(home=tmp_path), command="run"):
        done = command("ingest", home=tmp_path, NEWSLEDGER_LOCK_TIMEOUT_S="0")
    assert done.returncode == 4
    assert f"process {os.getpid()} on" in done.stderr
    assert "(run, since" in done.stderr


def test_a_damaged_warehouse_is_told_and_the_release_still_answers(prepared, tmp_path):
    settings = prepared.copy_to(tmp_path / "home")
    settings.warehouse_path.write_bytes(b"\0" * 100_000)
    done = command("build", home=settings.home)
    assert done.returncode == 5
    assert "newsledger rebuild" in done.stderr
    assert "Traceback" not in done.stderr
    assert command("query", "select count(*) as n from fct_figures", home=settings.home).returncode == 0


def test_a_warehouse_damaged_throughout_is_told_by_a_run(prepared, tmp_path):
    settings = prepared.copy_to(tmp_path / "home")
    damage_warehouse(settings)
    told = run_to_end(settings, prepared.paths, tmp_path / "answer")
    assert (told["exit_code"], told["kind"]) == (5, "WarehouseDamaged"), told
    assert "newsledger rebuild" in told["message"]
    check_current(settings)


def damaged_in_one_part(whole: bytes) -> Iterator[bytes]:
    """The file with a piece of each of ten blocks that follow one another overwritten, for each such part of it."""
    blocks = range(12_288, len(whole), 262_144)
    for first in range(0, len(blocks), 10):
        damaged = bytearray(whole)
        for place in blocks[first : first + 10]:
            damaged[place : place + 4_096] = b"\xff" * 4_096
        yield bytes(damaged)


def test_damage_anywhere_in_the_warehouse_is_told_by_whoever_meets_it(prepared, tmp_path):
    settings = prepared.copy_to(tmp_path / "home")
    met = 0
    for damaged in damaged_in_one_part(settings.warehouse_path.read_bytes()):
        settings.warehouse_path.write_bytes(damaged)
        try:
            with open_warehouse(settings, read_only=True) as connection:
                names = "select schema_name || '.' || table_name from duckdb_tables()"
                for (name,) in connection.execute(names).fetchall():
                    connection.execute(f"select * from {name}").fetchall()
        except WarehouseDamaged as error:
            assert "newsledger rebuild" in str(error)  # noqa: PT017 - nothing is raised where no table has the place
            met += 1
    assert met > 2


def test_damage_that_dbt_meets_is_told_as_such(tmp_path, monkeypatch):
    def fail(*given: object, **named: object) -> None:
        raise BuildFailed(
            "The marts were not built.\n  - model fct_figures: Corrupt database file: computed checksum 1"
        )

    monkeypatch.setattr(dbt_runner, "run_dbt", fail)
    with pytest.raises(WarehouseDamaged, match=r"Corrupt database file: computed checksum 1\. .*newsledger rebuild"):
        build(Settings(home=tmp_path), run_id="r1")


def test_damage_anywhere_in_a_release_is_told_by_a_query_that_meets_it(prepared, tmp_path):
    settings = prepared.copy_to(tmp_path / "home")
    database = settings.current_database.resolve()
    database.chmod(0o644)
    met = 0
    for damaged in damaged_in_one_part(database.read_bytes()):
        database.write_bytes(damaged)
        for table in ("dim_documents", "dim_sentences", "dim_entities", "fct_figures", "withheld"):
            try:
                query.ask(settings, f"select * from {table}")
            except ReleaseDamaged as error:
                assert "newsledger rollback" in str(error)  # noqa: PT017 - as above
                met += 1
    assert met > 2


def test_a_damaged_release_is_told_by_verify(prepared, tmp_path):
    settings = prepared.copy_to(tmp_path / "home")
    parquet = settings.current_dir.resolve() / "marts" / "fct_figures.parquet"
    parquet.chmod(0o644)
    parquet.write_bytes(parquet.read_bytes()[:-1])
    done = command("verify", home=settings.home)
    assert done.returncode == 5
    assert "fct_figures.parquet has other bytes" in done.stderr


def test_after_the_clock_was_set_back_the_chain_of_parents_still_tells_the_order(tmp_path, monkeypatch):
    settings = make_good_build(tmp_path / "home", document_count=1)

    def publish(number: int) -> str:
        with open_warehouse(settings) as connection:
            connection.execute(f"update marts.dim_documents set title = 'Title {number}'")
        approve(settings)
        return publishing.publish(settings, run_id=f"r{number}").release_id

    class SetBack(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2020, 1, 1, tzinfo=UTC)

    published = [publish(0)]
    monkeypatch.setattr(publishing, "datetime", SetBack)
    published += [publish(1), publish(2)]
    monkeypatch.undo()
    published.append(publish(3))
    assert [release.release_id for release in list_releases(settings)] == published
    assert [release.parent_release_id for release in list_releases(settings)] == [None, *published[:-1]]
    manifest = json.loads((settings.current_dir / "manifest.json").read_text())
    assert manifest["release_id"] == published[-1]
    for expected in reversed(published[:-1]):
        assert rollback(settings) == expected


def test_damage_is_not_taken_for_a_full_disk(tmp_path):
    settings = Settings(home=tmp_path)
    settings.warehouse_path.write_bytes(b"no database" * 1000)
    with pytest.raises(WarehouseDamaged), told_as_storage(tmp_path), open_warehouse(settings):
        pass
