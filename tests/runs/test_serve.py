"""``serve``: starts a server of its own, runs on schedule, ends clean."""

import os
import signal
import subprocess
import sys
import time

from tests.conftest import REPOSITORY

PATIENCE_S = 300
"""The server's first start makes its database; the schedule waits for the next full minute; then a whole run."""


def test_a_scheduled_run_happens_and_stopping_leaves_no_process(folder, tmp_path):
    home = tmp_path / "home"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    log = (tmp_path / "serve.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "flows", "serve", "--cron", "* * * * *", str(folder)],
        cwd=REPOSITORY,
        env=environment | {"NEWSLEDGER_HOME": str(home)},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not (home / "current" / "newsledger.duckdb").exists():
            assert process.poll() is None, (tmp_path / "serve.log").read_text(errors="replace")[-3000:]
            assert time.monotonic() < deadline, (tmp_path / "serve.log").read_text(errors="replace")[-3000:]
            time.sleep(1)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        log.close()
    assert _processes_of_session(process.pid) == []


def _processes_of_session(session: int, wait_s: float = 20) -> list[int]:
    """What is left of the session that ``serve`` opened, after a moment to end."""
    left: list[int] = []
    for _ in range(int(wait_s / 0.5)):
        listed = subprocess.run(["ps", "-o", "pid=,stat=", "-s", str(session)], capture_output=True, text=True)
        left = [int(line.split()[0]) for line in listed.stdout.splitlines() if not line.split()[1].startswith("Z")]
        if not left:
            break
        time.sleep(0.5)
    return left
