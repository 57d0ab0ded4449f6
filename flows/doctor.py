"""Looks over the installation and says what is wrong and what to do."""

import importlib.metadata
import importlib.util
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows import CONTRACT_VERSION, __version__
from flows.errors import LedgerError
from flows.paths import DBT_PROJECT, EXPECTATIONS
from flows.safe_text import for_log
from flows.serve import open_release
from flows.settings import Settings, load_settings
from flows.warehouse import describe_holder, is_locked

PACKAGES = ("prefect", "duckdb", "spacy", "dbt-core", "dbt-duckdb", "great-expectations")

FREE_BYTES_NEEDED = 1_000_000_000
"""A release is written beside the one before; an archive of 10,000 documents makes about 0.3 GB of both."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``told`` says what was seen and, where it is not well, what to do."""

    subject: str
    is_well: bool
    told: str


def examine() -> list[Finding]:
    """Look at versions, settings, model, folders, lock, disk and the release, in this order."""
    findings = list(_versions())
    try:
        settings = load_settings()
    except LedgerError as error:
        return [*findings, Finding("settings", False, str(error))]
    for look in (_models, _folders, _lock, _disk, _release):
        findings.extend(look(settings))
    return findings


def _versions() -> Iterator[Finding]:
    yield Finding("newsledger", True, f"{__version__}, contract {CONTRACT_VERSION}, Python {sys.version.split()[0]}")
    for name in PACKAGES:
        yield Finding(name, True, importlib.metadata.version(name))


def _models(settings: Settings) -> Iterator[Finding]:
    for language, model in sorted(settings.models.items()):
        is_there = importlib.util.find_spec(model) is not None if model.isidentifier() else Path(model).is_dir()
        told = model if is_there else f"{model} is not installed; install it or name another under `models`"
        yield Finding(f"model {language}", is_there, told)


def _folders(settings: Settings) -> Iterator[Finding]:
    for name, folder in (("dbt project", DBT_PROJECT), ("expectations", EXPECTATIONS)):
        is_there = folder.is_dir()
        yield Finding(name, is_there, str(folder) if is_there else f"{folder} is missing; install newsledger again")
    for folder in (*settings.lexicon_dirs, *settings.expectation_dirs):
        is_there = folder.is_dir()
        yield Finding(
            "your tables", is_there, str(folder) if is_there else f"{folder} is no folder; see newsledger.toml"
        )
    home = settings.home
    existing = next(parent for parent in (home, *home.parents) if parent.exists())
    is_writable = existing.is_dir() and _can_write(existing)
    told = str(home) if is_writable else f"{home} cannot be written; set NEWSLEDGER_HOME to a folder that can"
    yield Finding("home", is_writable, told)


def _can_write(folder: Path) -> bool:
    import tempfile

    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _lock(settings: Settings) -> Iterator[Finding]:
    told = f"held by {describe_holder(settings)}" if is_locked(settings) else "free"
    yield Finding("lock", True, told)


def _disk(settings: Settings) -> Iterator[Finding]:
    existing = next(parent for parent in (settings.home, *settings.home.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    is_enough = free >= FREE_BYTES_NEEDED
    told = f"{free / 1e9:,.1f} GB free"
    yield Finding("disk", is_enough, told if is_enough else f"{told}; free at least {FREE_BYTES_NEEDED / 1e9:.0f} GB")


def _release(settings: Settings) -> Iterator[Finding]:
    if not settings.current_database.exists():
        yield Finding("release", True, "none yet: `newsledger run` makes one")
        return
    try:
        with open_release(settings) as connection:
            unknown = connection.execute(
                "select unit_surface, count(*) from fct_figures where unit_code is null and unit_surface is not null "
                "group by 1 order by 2 desc, 1 limit 10"
            ).fetchall()
    except LedgerError as error:
        yield Finding("release", False, str(error))
        return
    yield Finding("release", True, settings.current_dir.resolve().name)
    listed = ", ".join(f"{for_log(form)} ({count})" for form, count in unknown)
    told = (
        f"not in the unit table: {listed}; add them to unit_forms.csv in a folder of lexicon_dirs"
        if listed
        else "all known"
    )
    yield Finding("units", True, told)


def tell(findings: list[Finding]) -> None:
    for finding in findings:
        print(f"{'ok ' if finding.is_well else 'BAD'} {finding.subject:<20} {finding.told}")
