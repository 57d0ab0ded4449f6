"""Runs dbt in this process, on the warehouse of the settings, writing under their home alone."""

import csv
import io
import os
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.errors import BuildFailed, LexiconError
from flows.paths import DBT_PROJECT, SEEDS
from flows.settings import Settings

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

Progress = Callable[[str, int, int], None]
"""Is told (what was built last, how many are built, how many in all)."""

SEEDS_YML = SEEDS / "_seeds.yml"
"""Describes the tables that dbt loads; the others of the folder are for the readers of text only."""


def run_dbt(settings: Settings, command: list[str], *, run_id: str, progress: Progress | None = None) -> None:
    """Run one dbt command, as ``dbt <command>`` would.

    Hold no connection to the warehouse: dbt opens its own, and it is closed when this returns.

    Raises:
        BuildFailed: Something did not build, or the project does not parse.
    """
    from dbt.cli.main import dbtRunner

    folder = settings.home / "dbt"
    folder.mkdir(parents=True, exist_ok=True)
    # Written here and nowhere else: the installed package may be read-only, the working directory anybody's.
    places = {
        "--project-dir": DBT_PROJECT,
        "--profiles-dir": DBT_PROJECT,
        "--target-path": folder / "target",
        "--log-path": folder / "logs",
    }
    # `none` for the console: what failed is raised, and the log file has the rest.
    options = ["--log-level", "none", "--log-level-file", "info", "--no-use-colors"]
    for option, path in places.items():
        options += [option, str(path)]
    callbacks: list[Callable[[Any], None]] = [_Teller(progress)] if progress else []
    environment = {"NEWSLEDGER_WAREHOUSE": str(settings.warehouse_path), "NEWSLEDGER_SEEDS": str(folder / "seeds")}
    with _environment(environment):
        try:
            result = dbtRunner(callbacks=callbacks).invoke([*command, *options])
        finally:
            _close_connections()
    if not result.success:
        raise BuildFailed(_explain(result, run_id, folder / "logs" / "dbt.log"))


class _Teller:
    """Turns dbt's events into calls of ``progress``."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __call__(self, event: Any) -> None:
        if event.info.name == "LogModelResult":
            self._progress(event.data.node_info.node_name, event.data.index, event.data.total)


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _close_connections() -> None:
    """dbt keeps the warehouse open for its next command; the next step needs it closed."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
        DuckDBConnectionManager._ENV = None


def _explain(result: "dbtRunnerResult", run_id: str, log: Path) -> str:
    lines = []
    for node in getattr(result.result, "results", None) or []:
        if str(node.status) in ("error", "fail", "runtime error"):
            reason = textwrap.shorten(node.message or "no reason given", 400)
            path = DBT_PROJECT / node.node.original_file_path
            lines.append(f"  - {node.node.resource_type} {node.node.name}: {reason} ({path})")
    if not lines:
        lines.append(f"  - {result.exception or 'dbt stopped before the first model'}")
    return f"The marts were not built (run {run_id}); the last release stays.\n" + "\n".join(lines) + f"\nLog: {log}"


def merge_seeds(settings: Settings) -> Path:
    """Write the tables that dbt loads, the project's rows with the user's, under the home; returns the folder.

    The rule is that of ``flows.nlp.lexicon.read_table``: where the first column is a key, a user's row takes
    the place of the project's. A file whose content stays the same is not written: dbt parses it once.

    Raises:
        LexiconError: A user's table has a column that the project's has not.
    """
    import yaml

    folder = settings.home / "dbt" / "seeds"
    folder.mkdir(parents=True, exist_ok=True)
    described = SEEDS_YML.read_bytes()
    names = [seed["name"] for seed in yaml.safe_load(described)["seeds"]]
    wanted = {SEEDS_YML.name: described}
    wanted.update({f"{name}.csv": _merged_table(name, settings.lexicon_dirs) for name in names})
    for path in folder.iterdir():
        if path.name not in wanted:
            path.unlink()
    for file_name, content in wanted.items():
        path = folder / file_name
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
    return folder


def _merged_table(name: str, user_dirs: tuple[Path, ...]) -> bytes:
    own = SEEDS / f"{name}.csv"
    given = [folder / f"{name}.csv" for folder in user_dirs if (folder / f"{name}.csv").is_file()]
    if not given:
        return own.read_bytes()
    columns, rows = _read_csv(own)
    key = columns[0]
    is_keyed = len({row[key] for row in rows}) == len(rows)
    places = {row[key]: index for index, row in enumerate(rows)}
    for path in given:
        their_columns, their_rows = _read_csv(path)
        if strangers := sorted(set(their_columns) - set(columns)):
            raise LexiconError(path, 1, f"no such column: {', '.join(strangers)}; there are {', '.join(columns)}.")
        for row in their_rows:
            place = places.get(row.get(key, "")) if is_keyed else None
            if place is None:
                rows.append(row)
            else:
                rows[place] = row
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def _read_csv(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = [{column: (cell or "").strip() for column, cell in row.items() if column} for row in reader]
        return list(reader.fieldnames or []), rows


def project_version(seeds: Path) -> str:
    """SHA-256 over all that shapes the tables: the project's files and the merged seeds."""
    files = [*DBT_PROJECT.glob("*.yml"), *DBT_PROJECT.glob("models/**/*"), *DBT_PROJECT.glob("macros/*")]
    digest = sha256()
    for path in sorted(file for file in files if file.is_file()) + sorted(seeds.iterdir()):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
