"""marts -> verdicts: the gate between what was built and what is published.

Row-level failures move to ``quality.withheld`` with the reason; a failed critical expectation refuses the
release; warnings are counted. Rules are ``expectations/*.yml`` and the user's own files.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.errors import PublishRefused
from flows.release.content import describe_tables, hash_of
from flows.runs import inputs_digest
from flows.settings import Settings
from flows.warehouse import append_arrow, open_warehouse

if TYPE_CHECKING:
    import duckdb

    from flows.gate.great import Verdict
    from flows.gate.rules import Suite


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """Counts and names; the rows are in ``quality.withheld`` and ``quality.expectation_results``."""

    expectation_count: int
    failed_count: int
    newly_withheld_count: int
    """Rows that have to be withheld, or were taken back: if any, the marts have to be built again to pass. Where a
    critical expectation failed, no more than ``MOST_OF_REFUSED`` of a table are listed."""
    withheld_count: int
    """All rows withheld so far."""
    critical_failures: list[str]
    """One line per failed critical expectation: table, rule, what was observed, why it matters."""
    warnings: list[str]
    data_docs: Path
    """The index page."""


def prepare_withheld(settings: Settings, *, run_id: str) -> int:
    """Before the first build of a run: take back rows withheld of other inputs or under other rules.

    ``validate`` does it where it was not done; then the marts it judges still lack those rows, and a further build
    is needed. Hold the warehouse's lock.

    Returns:
        How many rows are no longer withheld.
    """
    from flows.gate.withhold import release_stale

    with open_warehouse(settings) as connection:
        return release_stale(connection, run_id=run_id, inputs_digest=inputs_digest(connection, settings))


def validate(settings: Settings, *, run_id: str) -> ValidationResult:
    """Judge the marts by all expectations. Hold the warehouse's lock.

    Writes ``quality.withheld`` (adding what fails), ``quality.expectation_results`` (anew) and Data Docs.

    Raises:
        SettingsError: A file of expectations is malformed; names file and rule.
    """
    from flows.gate.rules import load_suites

    suites = load_suites(settings.expectation_dirs)
    released_count = prepare_withheld(settings, run_id=run_id)
    # Late: importing Great Expectations takes seconds, and a malformed file is told without it.
    from flows.gate.docs import write_data_docs
    from flows.gate.great import Gate, describe
    from flows.gate.history import write_profile
    from flows.gate.state import write_state
    from flows.gate.tables import read_lookup
    from flows.gate.withhold import MOST_OF_REFUSED, find_failures, rows_to_withhold, write_withheld

    gate = Gate(suites)
    with open_warehouse(settings) as connection:
        lookup = read_lookup(connection, suites, settings)
        verdicts = gate.judge(lookup)
        failures = find_failures(verdicts, suites, lookup)
        lookup.withheld_counts.update({table: found.count for table, found in failures.items()})
        verdicts += gate.judge(lookup, is_last=True)
        critical = [describe(item, suites[item.table]) for item in verdicts if _is_critical(item, verdicts, suites)]
        withheld = rows_to_withhold(failures, suites, lookup, most=MOST_OF_REFUSED if critical else None)
        folder = settings.home / "data_docs" / run_id
        data_docs = write_data_docs(gate, lookup, folder, run_id=run_id)
        connection.execute("begin")
        write_withheld(connection, withheld, run_id=run_id)
        write_profile(connection, lookup.history.now, run_id=run_id)
        _write_results(connection, verdicts, run_id)
        _write_document_runs(connection)
        is_passed = not critical and not withheld and not released_count
        write_state(
            connection,
            run_id=run_id,
            inputs_digest=inputs_digest(connection, settings),
            passed_sha256=hash_of(describe_tables(connection, ("marts",))) if is_passed else None,
        )
        (withheld_count,) = connection.execute("select count(*) from quality.withheld").fetchone() or (0,)
        connection.execute("commit")
    return ValidationResult(
        expectation_count=len(verdicts),
        failed_count=sum(not verdict.success for verdict in verdicts),
        newly_withheld_count=sum(lookup.withheld_counts.values()) + released_count,
        withheld_count=withheld_count,
        critical_failures=critical,
        warnings=[
            describe(item, suites[item.table]) for item in verdicts if item.rule.severity == "warn" and not item.success
        ],
        data_docs=data_docs,
    )


def refuse_on_critical(result: ValidationResult) -> None:
    """Raise where the release must not go out.

    Raises:
        PublishRefused: A critical expectation failed; lists all that did.
    """
    if result.critical_failures:
        raise PublishRefused(result.critical_failures)


def _is_critical(verdict: "Verdict", verdicts: list["Verdict"], suites: "dict[str, Suite]") -> bool:
    if verdict.success:
        return False
    if not verdict.is_broken:
        return verdict.rule.severity == "critical"
    # A rule that cannot be judged has not passed. Where the table breaks its contract, that is the one fault to tell.
    return not any(
        other.table == verdict.table and not other.success and other.rule.type == "expect_table_to_keep_the_contract"
        for other in verdicts
    )


def _write_document_runs(connection: "duckdb.DuckDBPyConnection") -> None:
    connection.execute("delete from quality.document_runs")
    connection.execute(
        """
        insert into quality.document_runs
        select document_id, raw.documents.run_id, parsed.documents.run_id
        from raw.documents
        left join parsed.documents using (document_id)
        """
    )


def _write_results(connection: "duckdb.DuckDBPyConnection", verdicts: list["Verdict"], run_id: str) -> None:
    import pyarrow as pa

    text, count = pa.string(), pa.int64()
    table = pa.table(
        {
            "table_name": pa.array([verdict.table for verdict in verdicts], text),
            "expectation": pa.array([verdict.rule.type for verdict in verdicts], text),
            "column_name": pa.array([", ".join(verdict.rule.columns) or None for verdict in verdicts], text),
            "success": pa.array([verdict.success for verdict in verdicts], pa.bool_()),
            "observed": pa.array([verdict.observed for verdict in verdicts], text),
            "expected": pa.array([verdict.expected for verdict in verdicts], text),
            "severity": pa.array([verdict.rule.severity for verdict in verdicts], text),
            "unexpected_count": pa.array([verdict.unexpected_count for verdict in verdicts], count),
            "run_id": pa.array([run_id] * len(verdicts), text),
        }
    )
    connection.execute("delete from quality.expectation_results")
    append_arrow(connection, "quality.expectation_results", table)
