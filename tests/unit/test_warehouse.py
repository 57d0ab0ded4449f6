"""One writer at a time; a damaged file is told as such."""

import subprocess
import sys
import textwrap

import pytest

from flows.errors import StorageError, WarehouseBusy, WarehouseDamaged
from flows.settings import Settings
from flows.warehouse import hold_lock, is_locked, open_warehouse

HOLD = """
import sys
from pathlib import Path
from flows.settings import Settings
from flows.warehouse import hold_lock
with hold_lock(Settings(home=Path(sys.argv[1])), command="run"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock until its standard input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLD), str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_the_second_says_who_holds_the_lock(tmp_path, holder):
    settings = Settings(home=tmp_path, lock_timeout_s=0)
    assert is_locked(settings)
    with pytest.raises(WarehouseBusy, match=rf"process {holder.pid} .*run"), hold_lock(settings, command="run"):
        pass


def test_the_second_waits_for_the_first_to_end(tmp_path, holder):
    holder.stdin.close()
    with hold_lock(Settings(home=tmp_path, lock_timeout_s=30), command="run"):
        assert is_locked(Settings(home=tmp_path))


def test_a_killed_holder_leaves_the_lock_free(tmp_path, holder):
    holder.kill()
    holder.wait()
    with hold_lock(Settings(home=tmp_path, lock_timeout_s=0), command="run"):
        pass
    assert not is_locked(Settings(home=tmp_path))


def test_a_damaged_file_is_told_and_what_to_do(tmp_path):
    settings = Settings(home=tmp_path)
    settings.warehouse_path.write_bytes(b"not a database" * 1000)
    with pytest.raises(WarehouseDamaged, match="rebuild"), open_warehouse(settings):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(StorageError, match="NEWSLEDGER_HOME"),
        hold_lock(Settings(home=tmp_path / "file" / "home"), command="run"),
    ):
        pass
