"""The log of steps: one line of JSON each, for machines; shown by nothing, bounded, harmless."""

import json
import logging
from dataclasses import dataclass, field

from flows import logs
from flows.errors import BuildFailed
from flows.logs import log_step, steps_logged
from flows.settings import Settings


@dataclass
class Result:
    new: int = 3
    waiting: dict[str, int] = field(default_factory=lambda: {"de": 1})
    warnings: list[str] = field(default_factory=lambda: ["a document says \x1b[31m"])
    seconds: dict[str, float] = field(default_factory=lambda: {"dbt": 1.0})
    note: str | None = None


def lines(settings):
    return [json.loads(line) for line in (settings.home / "logs" / "newsledger.jsonl").read_text().splitlines()]


def test_a_step_is_one_line_with_run_seconds_and_counts(tmp_path):
    settings = Settings(home=tmp_path)
    with steps_logged(settings):
        log_step("ingest", "r1", seconds=0.12345, result=Result())
    (line,) = lines(settings)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info", "step": "ingest", "run": "r1", "seconds": 0.123, "new": 3, "waiting": {"de": 1}, "warnings": 1,
    }  # fmt: skip


def test_a_step_that_failed_says_why_and_nothing_that_a_terminal_would_act_on(tmp_path):
    settings = Settings(home=tmp_path)
    with steps_logged(settings):
        log_step("build", "r1", seconds=1, error=BuildFailed("model x:\n\x1b[31mred"))
    (line,) = lines(settings)
    assert (line["level"], line["error"], line["message"]) == ("error", "BuildFailed", "model x:\\n\\x1b[31mred")


def test_nothing_else_shows_it_and_nothing_is_written_outside_a_run(tmp_path, capsys):
    # As Prefect and dbt do; pytest's own `caplog` would listen at the logger itself.
    root = logging.StreamHandler()
    logging.getLogger().addHandler(root)
    try:
        log_step("ingest", "r1", seconds=0)
        with steps_logged(Settings(home=tmp_path)):
            log_step("ingest", "r2", seconds=0)
    finally:
        logging.getLogger().removeHandler(root)
    assert capsys.readouterr() == ("", "")
    assert [line["run"] for line in lines(Settings(home=tmp_path))] == ["r2"]


def test_what_it_takes_of_the_disk_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "MAX_BYTES", 2_000)
    with steps_logged(Settings(home=tmp_path)):
        for number in range(500):
            log_step("ingest", f"r{number}", seconds=0)
    files = list((tmp_path / "logs").iterdir())
    assert len(files) == 1 + logs.KEPT_FILES
    assert all(path.stat().st_size <= 2_000 for path in files)
    assert lines(Settings(home=tmp_path))[-1]["run"] == "r499"


def test_a_line_that_cannot_be_written_stops_nothing(tmp_path, capsys):
    (tmp_path / "logs" / "newsledger.jsonl").mkdir(parents=True)
    with steps_logged(Settings(home=tmp_path)):
        log_step("ingest", "r1", seconds=0)
    assert capsys.readouterr() == ("", "")
