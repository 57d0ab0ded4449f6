"""Text is data: what documents, their names and their metadata say does nothing anywhere.

Pages that are bombs, nested or huge are tested with bad inputs, what a query may not do with queries.
"""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flows import query
from flows.runs import RunSummary
from flows.settings import Settings
from tests.conftest import REPOSITORY
from tests.faults.steps import CONTEXT, Prepared, run_steps

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
SQL = "'; drop table marts.fct_figures; --"
FORMULA = '=HYPERLINK("http://127.0.0.1:9/"&A1)'
ESCAPE = "\x1b]0;owned\x07\x1b[31mred\x9b31m\u202e"
MARKUP = "[bold red]x[/] [here](javascript:alert(3)) | cell |"
SHELL = "$(touch pwned)`touch pwned`"
HARMFUL = ("\x1b", "\x07", "\x9b", "\u202e")

BODY = (
    "Norway exported 9.4 million tons of {thing} to Germany in 2023, up 12% from a year earlier, the ministry said.\n\n"
    "{thing} is what the reporters read in the statement. Prices rose to $80 a barrel in March.\n"
)

STRICT = """
table: marts.dim_documents
expectations:
  - type: expect_column_values_to_be_in_set
    kwargs: {column: publisher, value_set: [Nobody]}
    severity: warn
    reason: Makes the Data Docs list what publishers are called.
  - type: expect_column_values_to_be_in_set
    kwargs: {column: title, value_set: [Nothing]}
    severity: warn
    reason: And what titles say.
"""


def write_hostile(folder: Path) -> int:
    """Documents that try everything in every place, and one whose address is none; returns how many but that one."""
    folder.mkdir()
    things = (SCRIPT, SQL, FORMULA, ESCAPE, MARKUP, SHELL, "../../../etc/passwd")
    with (folder / "wire.jsonl").open("w", encoding="utf-8") as file:
        for thing in things:
            row = {"text": BODY.format(thing=thing), "title": thing, "publisher": thing, "authors": [thing]}
            file.write(json.dumps(row | {"language": thing, "published_at": "2024-03-04"}) + "\n")
        row = {"text": BODY.format(thing="coal"), "url": "javascript:alert(6)"}
        file.write(json.dumps(row) + "\n")
    names = ("<img src=x onerror=alert(4)>.txt", "'; drop table raw.documents; --.txt", "=1+1.txt", "a\x1b[31m\nb.txt",
             "$(touch pwned).txt", "up\\..\\..\\x.txt", "[x](javascript:alert(5)).txt")  # fmt: skip
    for number, name in enumerate(names):
        (folder / name).write_text(BODY.format(thing=f"ore number {number}"), encoding="utf-8")
    (folder / "a\x1b[31mempty\n.txt").write_bytes(b"")
    return len(things) + len(names)


def run_and_keep(settings: Settings, folder: Path, outputs: Path) -> None:
    """A whole run, what it prints and what it hands to Prefect kept in files."""
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(outputs / name, os.O_CREAT | os.O_WRONLY), descriptor)
    from flows import pipeline
    from flows.commands.steps import _show

    kept: list[dict[str, Any]] = []
    vars(pipeline)["create_table_artifact"] = lambda **given: kept.append(given)
    summary = RunSummary("r1")
    run_steps(settings, [folder], summary)
    pipeline._write_artifact(summary)
    _show(summary)
    sys.stdout.flush()
    (outputs / "artifacts.json").write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def ask(settings: Settings, sql: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = query.ask(settings, sql).to_pylist()
    return rows


@pytest.fixture(scope="module")
def published(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Path, int]:
    root = tmp_path_factory.mktemp("hostile")
    count = write_hostile(root / "news")
    (root / "checks").mkdir()
    (root / "checks" / "own.yml").write_text(STRICT, encoding="utf-8")
    (root / "outputs").mkdir()
    settings = prepared.copy_to(root / "home").model_copy(update={"expectation_dirs": (root / "checks",)})
    count += len(ask(settings, "select 1 from dim_documents"))
    process = CONTEXT.Process(target=run_and_keep, args=(settings, root / "news", root / "outputs"))
    process.start()
    process.join(300)
    assert process.exitcode == 0, (root / "outputs" / "stderr").read_text(errors="replace")[-3000:]
    return settings, root, count


def test_all_of_it_is_published_as_it_was_written(published):
    settings, _, count = published
    assert ask(settings, "select count(*) as n from dim_documents") == [{"n": count}]
    titles = {row["title"] for row in ask(settings, "select title from dim_documents")}
    assert {SCRIPT, SQL, FORMULA, MARKUP, SHELL} <= titles
    assert ask(settings, "select column_name, observed from withheld where table_name = 'dim_documents'") == [
        {"column_name": "url", "observed": "url=javascript:alert(6)"}
    ]
    assert ask(settings, "select count(*) > 0 as n from fct_figures") == [{"n": True}]


def test_a_language_that_is_none_is_not_believed(published):
    settings, _, _ = published
    assert ask(settings, "select distinct language from dim_documents") == [{"language": "en"}]


def test_it_makes_no_files(published):
    settings, root, _ = published
    assert {path.name for path in root.iterdir()} == {"home", "news", "checks", "outputs"}
    made = [path for path in settings.home.rglob("*") if "prefect" not in path.parts]
    assert made
    assert not [path for path in made if "pwned" in path.name or not path.name.isprintable()]
    assert not list(Path.cwd().glob("pwned"))


def test_what_a_run_prints_and_logs_is_plain(published):
    settings, root, _ = published
    for name in ("stdout", "stderr"):
        text = (root / "outputs" / name).read_text(encoding="utf-8")
        assert text
        assert not [mark for mark in HARMFUL if mark in text], name
    for path in (settings.home / "dbt" / "logs").glob("*.log"):
        assert not [mark for mark in HARMFUL if mark in path.read_text(encoding="utf-8")]
    lines = (settings.home / "logs" / "newsledger.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert [line for line in lines if json.loads(line)["run"] == "r1"]


def test_prefect_gets_counts_and_names_only(published):
    _, root, _ = published
    text = (root / "outputs" / "artifacts.json").read_text(encoding="utf-8")
    assert '"publish"' in text
    assert not [word for word in ("alert", "drop table", "HYPERLINK", "javascript", "touch", *HARMFUL) if word in text]


def test_data_docs_show_it_and_run_nothing(published):
    settings, _, _ = published
    pages = [path.read_text(encoding="utf-8") for path in (settings.home / "data_docs").rglob("*.html")]
    assert [page for page in pages if "alert(1)" in page], "the pages were to list the titles"
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript:' not in page


def test_answers_do_nothing_in_a_spreadsheet_or_on_a_terminal(published, monkeypatch, capsys):
    settings, _, _ = published
    answer = query.ask(settings, "select title, publisher, url, uri, body from dim_documents")
    text = io.StringIO()
    query._write_rows(answer, "csv", text)
    cells = [cell for row in csv.reader(io.StringIO(text.getvalue())) for cell in row]
    assert not [cell for cell in cells if cell.startswith(query.FORMULA_STARTS)]
    query.write(answer, "table", None)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    for form in ("csv", "json"):
        query.write(answer, form, None)
    printed = capsys.readouterr().out
    assert "red" in printed
    assert not [mark for mark in HARMFUL if mark in printed]


def test_names_of_columns_that_data_made_are_cells_as_well(published, capsys):
    settings, _, _ = published
    query.write(query.ask(settings, "pivot (select title, 1 as n from dim_documents) on title"), "csv", None)
    assert "\n=" not in "\n" + capsys.readouterr().out.replace(",", "\n").replace('"', "")


@pytest.mark.parametrize("given", [("status",), ("status", "--json"), ("releases",), ("doctor",)])
def test_commands_that_look_print_it_plain(published, given):
    settings, root, _ = published
    environment = os.environ | {"NEWSLEDGER_HOME": str(settings.home)}
    done = subprocess.run(
        [sys.executable, "-m", "flows", *given], cwd=root, env=environment | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout
    assert not [mark for mark in HARMFUL if mark in done.stdout + done.stderr]


def test_a_figure_is_shown_plain(published, capsys):
    from flows.show import show_figure

    settings, _, _ = published
    rows = ask(
        settings,
        "select figure_id from fct_figures join dim_documents using (document_id) where contains(title, 'red')",
    )
    assert rows
    for row in rows[:5]:
        show_figure(settings, row["figure_id"])
    assert not [mark for mark in HARMFUL if mark in capsys.readouterr().out]


def test_a_refusal_that_repeats_a_document_is_told_plain(monkeypatch, capsys):
    from flows.cli import main
    from flows.errors import PublishRefused

    def refuse() -> None:
        raise PublishRefused([f"fct_figures: observed {ESCAPE}"])

    monkeypatch.setattr("flows.doctor.examine", refuse)
    with pytest.raises(SystemExit):
        main(["doctor"])
    told = capsys.readouterr().err
    assert "observed" in told
    assert not [mark for mark in HARMFUL if mark in told]
