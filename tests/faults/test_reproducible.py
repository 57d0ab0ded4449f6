"""The same inputs give the same content, whatever their order, the number of workers, the zone and the locale."""

import json
import os
import subprocess
import sys

from tests.conftest import REPOSITORY

RUN = """
import json, sys
from pathlib import Path
from flows import parse
from flows.settings import Settings
from tests.faults.steps import content_of, run

# So small a corpus would be read by one process.
parse.ONE_PROCESS_CHARS, parse.CHARS_PER_BATCH = 0, 4_000
if __name__ == "__main__":
    home, answer, *paths = map(Path, sys.argv[1:])
    settings = Settings(home=home, workers=2)
    run(settings, paths, answer)
    print(content_of(settings))
"""


def test_content_depends_on_nothing_but_the_inputs(prepared, tmp_path):
    """Against two runs, one folder after the other, by one worker: both at once, the other way round, by two."""
    environment = os.environ | {
        "TZ": "Pacific/Kiritimati",
        "LANG": "tr_TR.UTF-8",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONUTF8": "0",
    }
    # A file, not `-c`: workers import it anew.
    script = tmp_path / "run_again.py"
    script.write_text(RUN, encoding="utf-8")
    answer = tmp_path / "answer"
    done = subprocess.run(
        [sys.executable, script, tmp_path / "home", answer, *reversed(prepared.paths)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(answer.read_text())["exit_code"] == 0, answer.read_text()
    assert done.stdout.split()[-1] == prepared.expected
