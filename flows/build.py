"""parsed.* -> staging, intermediate, marts: stories first, then dbt, in this process."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows import dbt_runner
from flows.dbt_runner import Progress
from flows.settings import Settings
from flows.stories import StoriesResult, assign_stories
from flows.warehouse import open_warehouse, told_as_damage

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class BuildResult:
    """Rows per mart, what stories were found, and where the seconds went."""

    counts: dict[str, int]
    stories: StoriesResult
    seconds: dict[str, float]


def build(settings: Settings, *, run_id: str, progress: Progress | None = None) -> BuildResult:
    """Make all marts anew from ``parsed.*``; hold the warehouse's lock, and no connection to it.

    Seeds are loaded and views are made only where they changed since the last build of this warehouse.

    Args:
        run_id: Names the run in dbt's log.
        progress: Is called after each table.

    Raises:
        BuildFailed: dbt reported an error; says which model or test, and why. Some marts may be new and
            others old: no reader sees them, for a release is made only after validation.
        WarehouseDamaged: dbt met a damaged block of the warehouse.
        LexiconError: A table in ``lexicon_dirs`` has columns that the project's has not.
    """
    started = time.monotonic()
    seeds = dbt_runner.merge_seeds(settings)
    version = dbt_runner.project_version(seeds)
    prepared = settings.home / "dbt" / "prepared.json"
    with open_warehouse(settings) as connection:
        stories = assign_stories(connection)
        is_prepared = _read(prepared) == json.dumps(_prepared(version, connection))
    stories_done = time.monotonic()
    # Nobody reads the manifest of a run: `newsledger` needs no docs, and a developer's `dbt docs` writes its own.
    command = ["build", "--no-write-json", "--exclude", "resource_type:unit_test", "resource_type:exposure"]
    if is_prepared:
        command += ["resource_type:seed", "config.materialized:view"]
    else:
        # A seed that has other columns than before does not fit the table that an earlier version made of it.
        command.insert(1, "--full-refresh")
    # Whatever stops dbt half-way, the next build starts from the seeds.
    prepared.unlink(missing_ok=True)
    with told_as_damage(settings):
        dbt_runner.run_dbt(settings, command, run_id=run_id, progress=progress)
    with open_warehouse(settings) as connection:
        counts = _count_marts(connection)
        prepared.write_text(json.dumps(_prepared(version, connection)), encoding="utf-8")
    seconds = {"stories": stories_done - started, "dbt": time.monotonic() - stories_done}
    return BuildResult(counts=counts, stories=stories, seconds=seconds)


def _read(prepared: Path) -> str | None:
    """As it stands: a kill or a full disk may have left half of it, which equals nothing."""
    return prepared.read_text(encoding="utf-8", errors="replace") if prepared.is_file() else None


def _prepared(version: str, connection: "duckdb.DuckDBPyConnection") -> dict[str, object]:
    """What seeds and views there are; another warehouse under the same name differs in it."""
    made = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema in ('seeds', 'staging', 'intermediate') order by 1"
    ).fetchall()
    return {"version": version, "made": [row[0] for row in made]}


def _count_marts(connection: "duckdb.DuckDBPyConnection") -> dict[str, int]:
    tables = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'marts' order by table_name"
    ).fetchall()
    counts = " union all ".join(f"select '{table}', count(*) from marts.\"{table}\"" for (table,) in tables)
    return dict(connection.execute(counts).fetchall()) if tables else {}
