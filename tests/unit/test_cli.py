"""The command line: help for all, quick to start, exit codes that mean something."""

import subprocess
import sys

import click
import pytest

from flows import errors
from flows.cli import main, newsledger
from tests.conftest import REPOSITORY

HEAVY = ("spacy", "duckdb", "pandas", "pyarrow", "dbt", "prefect", "great_expectations", "trafilatura", "rich")


@pytest.mark.parametrize("name", sorted(newsledger.commands))
def test_a_command_has_help_and_stands_in_the_readme(name):
    command = newsledger.commands[name]
    assert command.help
    assert f"newsledger {name}" in (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"--{parameter.name} of {name} has no help"


def test_nothing_heavy_is_imported_for_help():
    code = f"import sys, flows.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [
        (errors.UsageError("x"), 2),
        (errors.PublishRefused(["x"]), 3),
        (errors.NotValidated("x"), 3),
        (errors.WarehouseBusy("x"), 4),
        (errors.ReleaseDamaged("x"), 5),
        (errors.StorageError("x"), 6),
        (errors.BuildFailed("x"), 1),
    ],
)
def test_each_kind_of_error_has_its_exit_code_and_no_stack_trace(error, exit_code, monkeypatch, capsys):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("flows.doctor.examine", fail)
    with pytest.raises(SystemExit) as ended:
        main(["doctor"])
    assert ended.value.code == exit_code
    assert capsys.readouterr().err.startswith("newsledger: ")


def test_a_misspelt_command_is_told_with_exit_code_2(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["pubish"])
    assert ended.value.code == 2
    assert "pubish" in capsys.readouterr().err


def test_a_setting_that_does_not_exist_is_refused(tmp_path, monkeypatch, capsys):
    (tmp_path / "newsledger.toml").write_text('hom = "elsewhere"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["status"])
    assert ended.value.code == 2
    assert "hom" in capsys.readouterr().err


def test_a_misspelt_variable_of_the_environment_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEWSLEDGER_BATCHSIZE", "3")
    with pytest.raises(SystemExit) as ended:
        main(["status"])
    assert ended.value.code == 2
    assert "NEWSLEDGER_BATCHSIZE" in capsys.readouterr().err
