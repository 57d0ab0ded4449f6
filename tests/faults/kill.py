"""Kills runs at random moments and runs them again: what is published must be what no kill would have changed.

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

from flows.settings import Settings
from tests.conftest import REPOSITORY
from tests.faults.steps import Prepared, check_current, content_of, prepare, run, run_to_end, start

COMMAND_S = 40.0
"""Within which a command is killed: it takes 20 s to start its server and as long to work."""

MOST_KILLS_IN_A_ROW = 4
"""A run that goes on after a kill is killed as well, up to so often; then one is let to its end."""


@dataclass
class Outcome:
    """What came of it all."""

    kills: int = 0
    too_late: int = 0
    """Runs that had ended before their moment came."""
    during: Counter[str] = field(default_factory=Counter)
    """The last step that the killed run had logged as done."""
    checks: int = 0
    """How often ``current`` was opened and compared with its checksums."""
    faults: list[str] = field(default_factory=list)


def kill_runs(prepared: Prepared, times: int, seed: int, folder: Path, *, flow_kills: int = 0) -> Outcome:
    """Kill ``times`` runs of the steps, then ``flow_kills`` of the command, each at a moment drawn at random."""
    chance = random.Random(seed)
    outcome = Outcome()
    lasts_s = prepared.lasts_s
    episode = 0
    while outcome.kills < times + flow_kills:
        episode += 1
        settings = prepared.copy_to(folder / f"home-{episode}")
        with _watched(settings, folder, outcome):
            if outcome.kills >= times:
                _kill_command(settings, prepared.paths, chance.uniform(2, COMMAND_S), outcome)
            else:
                for _ in range(min(chance.randint(1, MOST_KILLS_IN_A_ROW), times - outcome.kills)):
                    ended_s = _kill_run(settings, prepared.paths, folder, chance.uniform(0, lasts_s), outcome)
                    if ended_s is not None:
                        # All is published: further runs of this home would have nothing to do.
                        lasts_s = (lasts_s + ended_s) / 2
                        break
            told = run_to_end(settings, prepared.paths, folder / "answer")
        _compare(settings, told, prepared.expected, outcome)
        print(f"{outcome.kills} kills, {outcome.checks} checks, {len(outcome.faults)} faults", flush=True)
    return outcome


def _kill_run(settings: Settings, paths: list[Path], folder: Path, after_s: float, outcome: Outcome) -> float | None:
    """Start a run and kill it; returns how long it lasted where it had ended before."""
    known = len(_logged_steps(settings))
    started = time.monotonic()
    process = start(run, settings, paths, folder / "answer")
    process.join(after_s)
    if process.exitcode is not None:
        outcome.too_late += 1
        return time.monotonic() - started
    process.kill()
    process.join()
    outcome.kills += 1
    steps = ["start", *_logged_steps(settings)[known:]]
    outcome.during[f"after {steps[-1]}"] += 1
    return None


def _logged_steps(settings: Settings) -> list[str]:
    log = settings.home / "logs" / "newsledger.jsonl"
    return [json.loads(line)["step"] for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def _compare(settings: Settings, told: dict[str, object], expected: str, outcome: Outcome) -> None:
    if told["exit_code"] != 0:
        outcome.faults.append(f"{settings.home.name}: the run after the kills failed: {str(told['message'])[-1500:]}")
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
        outcome.during["newsledger run"] += 1
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
        time.sleep(0.02)
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
    parser.add_argument("--documents", type=int, default=24)
    parser.add_argument("--burners", type=int, default=2, help="processes that keep the machine busy meanwhile")
    parser.add_argument("--folder", type=Path, help="work here and leave what differed for a look")
    given = parser.parse_args()
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        folder = given.folder or stack.enter_context(tempfile.TemporaryDirectory(prefix="newsledger-kill-"))
        prepared = prepare(Path(folder), count=given.documents, seed=given.seed)
        with _load(given.burners):
            outcome = kill_runs(prepared, given.times, given.seed, Path(folder), flow_kills=given.flow)
        print("\n".join(outcome.faults))
    during = ", ".join(f"{step} {count}" for step, count in outcome.during.most_common())
    print(
        f"{outcome.kills} kills ({during}), {outcome.too_late} runs ended before theirs; current was checked "
        f"{outcome.checks} times; {len(outcome.faults)} faults; {time.monotonic() - started:.0f} s"
    )
    sys.exit(bool(outcome.faults))


if __name__ == "__main__":
    main()
