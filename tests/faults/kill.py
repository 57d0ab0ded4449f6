"""Kills runs at random moments and runs them again: what is published must be what no kill would have changed.
Of three homes one begins with a warehouse of an older version, so that its migration is killed as well, one with a
warehouse that was damaged and rebuilt. At the end two runs are started at once, of which one finds nothing to do.

``python -m tests.faults.kill --times 100 --seed 7`` prints what it found; ``--flow 10`` kills whole commands, Prefect
and all, as well. While it works, a process opens and checks ``current`` without a pause.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.settings import Settings
from tests.conftest import REPOSITORY
from tests.faults.steps import (
    Prepared,
    check_current,
    content_of,
    damage_warehouse,
    make_older,
    prepare,
    rebuild_warehouse,
    run,
    start,
    two_at_once,
)

COMMAND_S = 40.0
"""Within which a command is killed: it takes 20 s to start its server and as long to work."""

NEXT_STEP = {"ingest": "parse", "parse": "build", "build": "validate", "validate": "publish or the next build"}
"""What a killed run was at, by the last step that it had logged as done."""

MOST_KILLS_IN_A_ROW = 8
"""A run that goes on after a kill is killed as well, up to so often; then one is let to its end."""


@dataclass
class Outcome:
    """What came of it all."""

    kills: int = 0
    too_late: int = 0
    """Runs that had ended before their moment came."""
    during: Counter[str] = field(default_factory=Counter)
    """How many runs were killed in which step."""
    loads: list[float] = field(default_factory=list)
    """How many processes wanted a core, after each home's last run."""
    checks: int = 0
    """How often ``current`` was opened and compared with its checksums."""
    faults: list[str] = field(default_factory=list)
    homes: Counter[str] = field(default_factory=Counter)
    """What the homes began with."""
    started: float = field(default_factory=time.monotonic)

    def __str__(self) -> str:
        during = ", ".join(f"{step} {count}" for step, count in self.during.most_common())
        homes = ", ".join(f"{begin} {count}" for begin, count in self.homes.most_common())
        load = f"{min(self.loads):.1f} to {max(self.loads):.1f}" if self.loads else "unknown"
        return (
            f"{self.kills} kills ({during}) in homes ({homes}), {self.too_late} runs ended before theirs; current was "
            f"checked {self.checks:,} times; load {load} on {os.cpu_count()} cores; {len(self.faults)} faults; "
            f"{time.monotonic() - self.started:.0f} s"
        )


def kill_runs(prepared: Prepared, times: int, seed: int, folder: Path, *, flow_kills: int = 0) -> Outcome:
    """Kill ``times`` runs of the steps, then ``flow_kills`` of the command, each at a moment drawn at random."""
    chance = random.Random(seed)
    outcome = Outcome()
    lasts_s = prepared.lasts_s
    episode = 0
    while outcome.kills < times + flow_kills:
        episode += 1
        settings = prepared.copy_to(folder / f"home-{episode}")
        outcome.homes[_begin(settings, episode)] += 1
        with _watched(settings, folder, outcome):
            if outcome.kills >= times:
                _kill_command(settings, prepared.paths, chance.uniform(2, COMMAND_S), outcome)
            else:
                for _ in range(min(chance.randint(1, MOST_KILLS_IN_A_ROW), times - outcome.kills)):
                    if not _kill_run(settings, prepared.paths, folder, chance.uniform(0, lasts_s), outcome):
                        break  # all is published: further runs of this home would have nothing to do
            started = time.monotonic()
            told = two_at_once(settings, prepared.paths, folder)
        if any(each.get("outcome") == "published" for each in told):
            # On a busy machine a run takes longer than the one that was measured first.
            lasts_s = (lasts_s + time.monotonic() - started) / 2
        _compare(settings, told, prepared.expected, outcome)
        outcome.loads.append(os.getloadavg()[0])
        print(outcome, flush=True)
    return outcome


def _begin(settings: Settings, episode: int) -> str:
    """Make of a copied home what this episode begins with; returns what that is."""
    if episode % 3 == 1:
        make_older(settings)
        return "older warehouse"
    if episode % 3 == 2:
        damage_warehouse(settings)
        process = start(rebuild_warehouse, settings)
        process.join()
        assert process.exitcode == 0
        return "rebuilt warehouse"
    return "plain"


def _kill_run(settings: Settings, paths: list[Path], folder: Path, after_s: float, outcome: Outcome) -> bool:
    """Start a run and kill it; returns whether it was not yet at its end."""
    known = len(_logged_steps(settings))
    process = start(run, settings, paths, folder / "answer")
    process.join(after_s)
    if process.exitcode is not None:
        outcome.too_late += 1
        return False
    process.kill()
    process.join()
    outcome.kills += 1
    outcome.during[_step_at(settings, known, before="start or ingest")] += 1
    return True


def _step_at(settings: Settings, known: int, *, before: str) -> str:
    """What a run was at: one that had logged nothing was at ``before``."""
    steps = _logged_steps(settings)[known:]
    return NEXT_STEP.get(steps[-1], "the end") if steps else before


def _logged_steps(settings: Settings) -> list[str]:
    log = settings.home / "logs" / "newsledger.jsonl"
    return [json.loads(line)["step"] for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def _compare(settings: Settings, told: list[dict[str, Any]], expected: str, outcome: Outcome) -> None:
    if [each["exit_code"] for each in told] != [0, 0]:
        outcome.faults.append(f"{settings.home.name}: a run after the kills failed: {str(told)[-1500:]}")
        return
    if content_of(settings) != expected:
        # Left for a look at what differs.
        outcome.faults.append(f"{settings.home}: other content than without a kill")
        return
    rubbish = [path.name for path in settings.releases_dir.iterdir() if path.name.startswith((".new-", ".trash-"))]
    if rubbish:
        outcome.faults.append(f"{settings.home.name}: left behind: {rubbish}")
    shutil.rmtree(settings.home)


def _kill_command(settings: Settings, paths: list[Path], after_s: float, outcome: Outcome) -> None:
    """The same with ``newsledger run``: its server and whatever else it started has to end with it."""
    known = len(_logged_steps(settings))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "flows", "run", "--json", *map(str, paths)],
        cwd=REPOSITORY,
        env=environment | {"NEWSLEDGER_HOME": str(settings.home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(after_s)
    if process.poll() is None:
        process.kill()
        outcome.kills += 1
        outcome.during[f"command: {_step_at(settings, known, before='start of server or ingest')}"] += 1
    else:
        outcome.too_late += 1
    process.wait()
    if left := left_of_session(process.pid):
        outcome.faults.append(f"still there 20 s after a killed command: {left}")
        os.killpg(process.pid, signal.SIGKILL)


def left_of_session(session: int, wait_s: float = 20) -> list[str]:
    """Commands of the processes that a killed one left behind, after a moment to end."""
    deadline = time.monotonic() + wait_s
    while True:
        listed = subprocess.run(["ps", "-o", "stat=,args=", "-s", str(session)], capture_output=True, text=True)
        left = [line[:200] for line in listed.stdout.splitlines() if not line.startswith("Z")]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.5)


@contextlib.contextmanager
def _watched(settings: Settings, folder: Path, outcome: Outcome) -> Iterator[None]:
    """A process of its own checks ``current`` without a pause while the block runs."""
    stop, report = folder / "stop", folder / "report"
    stop.unlink(missing_ok=True)
    watcher = start(watch, settings, stop, report)
    try:
        yield
    finally:
        stop.touch()
        watcher.join(120)
        found = json.loads(report.read_text())
        outcome.checks += found["checks"]
        outcome.faults += found["faults"]


def watch(settings: Settings, stop: Path, report: Path) -> None:
    checks, faults = 0, []
    while True:
        is_last = stop.exists()
        try:
            check_current(settings)
        except Exception:  # whatever a reader may meet is what this looks for
            faults.append(f"a reader of {settings.home.name}: {traceback.format_exc()[-800:]}")
        checks += 1
        if is_last or len(faults) > 20:
            break
        time.sleep(0.1)
    report.write_text(json.dumps({"checks": checks, "faults": faults}))


@contextlib.contextmanager
def _load(burners: int) -> Iterator[None]:
    """So many processes that keep a core busy."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(burners)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100, help="runs of the five steps to kill")
    parser.add_argument("--flow", type=int, default=0, help="whole commands to kill")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--documents", type=int, default=8)
    parser.add_argument("--aims", action="store_true", help="texts of which rows are withheld: each run builds twice")
    parser.add_argument("--burners", type=int, default=0, help="processes that keep the machine busy meanwhile")
    parser.add_argument("--folder", type=Path, help="work here and leave what differed for a look")
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = given.folder or stack.enter_context(tempfile.TemporaryDirectory(prefix="newsledger-kill-"))
        prepared = prepare(Path(folder), count=given.documents, seed=given.seed, has_aims=given.aims)
        with _load(given.burners):
            outcome = kill_runs(prepared, given.times, given.seed, Path(folder), flow_kills=given.flow)
    print("\n".join([*outcome.faults, str(outcome)]))
    sys.exit(bool(outcome.faults))


if __name__ == "__main__":
    main()
