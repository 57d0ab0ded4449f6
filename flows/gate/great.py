"""Runs suites through Great Expectations: rules in, verdicts out, nothing written. Import this module late."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flows.errors import SettingsError
from flows.gate import library_agreement, library_history, library_links, library_tables, library_text, library_values
from flows.gate.gx import (
    DataContextConfig,
    Expectation,
    FailureSeverity,
    GreatExpectationsError,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
    get_expectation_impl,
    great_expectations,
    list_registered_expectation_implementations,
)
from flows.gate.history import METRICS
from flows.gate.library_base import TableExpectation
from flows.gate.lookup import Lookup, looking_into
from flows.gate.rules import Rule, Suite

if TYPE_CHECKING:
    import pandas as pd

LIBRARIES = (library_agreement, library_history, library_links, library_tables, library_text, library_values)
"""Importing them makes their expectations known by name."""

_GX_SEVERITY = {"row": FailureSeverity.WARNING, "critical": FailureSeverity.CRITICAL, "warn": FailureSeverity.INFO}

_RESULT_FORMAT = {"result_format": "COMPLETE", "return_unexpected_index_query": False}

_LAST = "expect_withheld_share_to_stay_below"
"""Judged after the others, since it judges what they withhold."""


@dataclass(slots=True)
class Verdict:
    """What became of one rule."""

    table: str
    rule: Rule
    success: bool
    observed: str
    unexpected_count: int | None = None
    failing: list[int] = field(default_factory=list)
    """Positions of the failing rows in the table's frame."""
    expected: str | None = None
    """What had to be observed: what the expectation says of it, or what the rule is told."""
    is_broken: bool = False
    """It could not be judged: a column is missing, or the expectation raised."""


class Gate:
    """One validation: an ephemeral context of Great Expectations and the results for its Data Docs."""

    def __init__(self, suites: Mapping[str, Suite]) -> None:
        # Without sites of its own, for which it would leave folders in /tmp.
        defaults = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
        config = DataContextConfig(store_backend_defaults=defaults)
        self.context = great_expectations.get_context(mode="ephemeral", project_config=config)
        self.context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        # One asset for all tables: each is handed over as a frame, and adding an asset saves the context anew.
        asset = self.context.data_sources.add_pandas("warehouse").add_dataframe_asset("marts")
        self._batches = asset.add_batch_definition_whole_dataframe("all rows")
        self.suites = suites
        self.results: dict[str, Any] = {}
        """Table to the validation result of Great Expectations."""
        self._expectations = {
            table: [_make_expectation(suite, rule) for rule in suite.rules] for table, suite in suites.items()
        }

    def judge(self, lookup: Lookup, *, is_last: bool = False) -> list[Verdict]:
        """The verdict on every rule; with ``is_last`` on those, left out before, that judge what is withheld."""
        if not is_last:
            self.results.clear()
        verdicts: list[Verdict] = []
        with looking_into(lookup):
            for suite in self.suites.values():
                numbers = [i for i, rule in enumerate(suite.rules) if (rule.type == _LAST) is is_last]
                verdicts.extend(self._judge_table(suite, numbers, lookup))
        return verdicts

    def _judge_table(self, suite: Suite, numbers: Iterable[int], lookup: Lookup) -> list[Verdict]:
        import pandas as pd

        frame = lookup.frames.get(suite.table, pd.DataFrame())
        verdicts: dict[int, Verdict] = {}
        judged: list[int] = []
        for number in numbers:
            rule = suite.rules[number]
            missing = [name for name in rule.columns if name not in frame.columns]
            if missing:
                told = f"no column {', '.join(missing)} in {suite.schema}.{suite.table}"
                verdicts[number] = Verdict(suite.table, rule, False, told, is_broken=True)
            else:
                judged.append(number)
        if judged:
            for number, result in self._validate(suite, judged, frame):
                verdicts[number] = _verdict(suite, suite.rules[number], result)
        return [verdicts[number] for number in sorted(verdicts)]

    def _validate(self, suite: Suite, numbers: list[int], frame: "pd.DataFrame") -> list[tuple[int, Any]]:
        expectations = self._expectations[suite.table]
        # All at once: adding one compares it with each that is there, which of 80 costs more than judging them.
        gx_suite = great_expectations.ExpectationSuite(
            f"{suite.schema}.{suite.table}", expectations=[expectations[number] for number in numbers]
        )
        batch = self._batches.get_batch({"dataframe": frame})
        result = batch.validate(gx_suite, result_format=_RESULT_FORMAT)
        self._keep(suite.table, result)
        return [(_rule_number(item), item) for item in result.results]

    def _keep(self, table: str, result: Any) -> None:
        before = self.results.get(table)
        if before is None:
            self.results[table] = result
            return
        before.results.extend(result.results)
        before.success = before.success and result.success
        before.statistics["evaluated_expectations"] += result.statistics["evaluated_expectations"]
        before.statistics["successful_expectations"] += result.statistics["successful_expectations"]
        before.statistics["unsuccessful_expectations"] += result.statistics["unsuccessful_expectations"]
        evaluated, passed = (before.statistics[f"{kind}_expectations"] for kind in ("evaluated", "successful"))
        before.statistics["success_percent"] = 100 * passed / evaluated if evaluated else None


def _rule_number(result: Any) -> int:
    number: int = result.expectation_config.meta["rule"]
    return number


def _make_expectation(suite: Suite, rule: Rule) -> Expectation:
    place = f"expectations of {suite.schema}.{suite.table}, {rule.type}"
    try:
        expectation = get_expectation_impl(rule.type)
    except GreatExpectationsError:
        known = list_registered_expectation_implementations()
        near = difflib.get_close_matches(rule.type, known, n=3)
        hint = f" Did you mean {' or '.join(near)}?" if near else " See expectations/README.md for those there are."
        raise SettingsError(f"{place}: no such expectation.{hint}") from None
    kwargs = dict(rule.kwargs)
    if issubclass(expectation, TableExpectation):
        kwargs["of"] = suite.table
        if expectation is library_tables.ExpectTableToKeepTheContract:
            kwargs.setdefault("columns", suite.columns)
    meta = {"rule": suite.rules.index(rule), "notes": rule.reason, "severity": rule.severity}
    try:
        return expectation(**kwargs, meta=meta, notes=rule.reason, severity=_GX_SEVERITY[rule.severity])
    except (ValueError, TypeError, GreatExpectationsError) as error:  # pydantic's ValidationError is a ValueError
        raise SettingsError(f"{place}: {_first_problem(error)}") from error


def _first_problem(error: Exception) -> str:
    problems = getattr(error, "errors", None)
    if callable(problems):
        first = problems()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)


def _verdict(suite: Suite, rule: Rule, result: Any) -> Verdict:
    problem = _exception_message(result.exception_info)
    if problem:
        return Verdict(suite.table, rule, False, f"could not be judged: {problem}", is_broken=True)
    found = result.result
    if "unexpected_count" not in found:
        expected = (found.get("details") or {}).get("expected") or _told(rule)
        return Verdict(suite.table, rule, bool(result.success), str(found.get("observed_value", "")), expected=expected)
    count = found["unexpected_count"] or 0
    return Verdict(
        suite.table,
        rule,
        bool(result.success),
        f"{count} of {found['element_count']} rows",
        count,
        list(found.get("unexpected_index_list") or ()),
        expected=_told(rule),
    )


def _told(rule: Rule, limit: int = 500) -> str | None:
    """What the rule is told beside its columns."""
    named = {"column", "column_list", "column_A", "column_B", "columns"}
    text = "; ".join(f"{name}: {value}" for name, value in rule.kwargs.items() if name not in named)
    return (text if len(text) <= limit else text[: limit - 1] + "…") or None


def _exception_message(info: Mapping[str, Any]) -> str | None:
    """Great Expectations gives one exception, or one per metric."""
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if entry.get("raised_exception"):
            return str(entry.get("exception_message", "")).splitlines()[0][:300]
    return None


def describe(verdict: Verdict, suite: Suite) -> str:
    """One line for people: table, rule, what was observed, why it matters."""
    columns = f" ({', '.join(verdict.rule.columns)})" if verdict.rule.columns else ""
    # What a rule is told stands in its file; what it made of the releases before stands nowhere else.
    expected = f", expected {verdict.expected}" if verdict.expected and verdict.rule.type in METRICS else ""
    return (
        f"{suite.schema}.{suite.table}: {verdict.rule.type}{columns}: {verdict.observed}{expected}. "
        f"{' '.join(verdict.rule.reason.split())}"
    )
