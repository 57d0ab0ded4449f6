"""Seconds and peak memory of validating: a build whose rows are right, then the same with a fault in nearly every row.

``python -m tests.benchmarks.bench_gate 1000 10000 83000``: documents, of six figures each. Nothing is parsed or built;
each size and state is measured in a process of its own.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from flows.settings import Settings

if TYPE_CHECKING:
    import duckdb

SIZES = (1_000, 10_000, 83_000)
MADE_BY_HAND = 500
"""Documents that are written one by one; the others are copies of them under other keys."""

STATES = {
    "right": (),
    "one in 20": ("update marts.fct_figures set confidence = 7 where hash(figure_id) % 20 = 0",),
    "nearly all": (
        "update marts.fct_figures set char_start = char_start + 1, confidence = 7, status = 'said'",
        "update marts.fct_mentions set surface = 'x' || surface",
    ),
}
_KEYS = frozenset(
    "document_id sentence_id mention_id figure_id base_figure_id event_id event_mention_id observation_id "
    "outcome_observation_id previous_observation_id change_observation_id trend_id story_id".split()
)


def main() -> None:
    sizes = [int(given) for given in sys.argv[1:] if given.isdigit()] or list(SIZES)
    if "--here" in sys.argv:
        measure(sizes[0], sys.argv[-1])
        return
    for size in sizes:
        for state in STATES:
            subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.bench_gate", str(size), "--here", state],
                env={"GX_ANALYTICS_ENABLED": "false"} | dict(os.environ),
                check=True,
            )


def measure(count: int, state: str) -> None:
    from flows.validate import validate
    from flows.warehouse import open_warehouse
    from flows.warm import import_all

    import_all()
    with tempfile.TemporaryDirectory() as folder:
        settings = make_large_build(Path(folder) / "home", count)
        with open_warehouse(settings) as connection:
            for statement in STATES[state]:
                connection.execute(statement)
        before_mb, started, cpu = _peak_mb(), time.monotonic(), time.process_time()
        result = validate(settings, run_id="bench")
        seconds, cpu = time.monotonic() - started, time.process_time() - cpu
        print(
            f"{count:,} documents, {state}: {seconds:.1f} s ({cpu:.1f} s of processor time), peak {_peak_mb():,.0f} MB "
            f"(before {before_mb:,.0f}); {result.expectation_count} expectations, {result.failed_count} failed, "
            f"{result.newly_withheld_count:,} rows withheld, {len(result.critical_failures)} critical",
            flush=True,
        )


def make_large_build(home: Path, count: int) -> Settings:
    """A build of ``count`` documents, all rows right."""
    from flows.gate.rules import load_suites
    from flows.warehouse import open_warehouse
    from tests.support.good_build import make_good_build

    settings = make_good_build(home, document_count=min(count, MADE_BY_HAND))
    copies = count // MADE_BY_HAND - 1
    if copies > 0:
        with open_warehouse(settings) as connection:
            tables = [f"marts.{table}" for table in load_suites() if table.startswith(("dim_d", "dim_s", "fct", "bri"))]
            inputs = [
                f"{schema}.{table}"
                for schema, table in connection.execute(
                    "select schema_name, table_name from duckdb_tables() where schema_name in ('raw', 'parsed')"
                ).fetchall()
                if table != "entities"
            ]
            for table in (*tables, *inputs):
                _copy(connection, table, copies)
            # Counts are held to each other; as many more mentions are of the same countries.
            connection.execute(
                "update marts.dim_entities set mention_count = mention_count * $1, "
                "document_count = document_count * $1",
                [copies + 1],
            )
    return settings


def _copy(connection: "duckdb.DuckDBPyConnection", table: str, copies: int) -> None:
    schema, _, name = table.partition(".")
    columns = connection.execute(
        "select column_name from duckdb_columns() where schema_name = $1 and table_name = $2 order by column_index",
        [schema, name],
    ).fetchall()
    picked = [_renamed(column) for (column,) in columns]
    connection.execute(
        f"insert into {table} select {', '.join(picked)} from (select * from {table}) as rows, "
        f"range(1, {copies + 1}) as numbers(n)"
    )


def _renamed(column: str) -> str:
    if column in _KEYS:
        return f"\"{column}\" || '-' || n"
    if column == "figure_ids":
        return "list_transform(figure_ids, lambda key: key || '-' || n)"
    return "n || '/' || uri as uri" if column == "uri" else f'"{column}"'


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
