"""Data Docs of one run: Great Expectations' own pages, with what documents say made harmless."""

import html
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.gate.great import Gate
from flows.gate.gx import ExpectationSuiteIdentifier, RunIdentifier, ValidationResultIdentifier
from flows.gate.lookup import Lookup
from flows.gate.rules import Suite

MAX_SHOWN_ROWS = 20
"""Failing rows that a page lists; all of them are in ``quality.withheld``."""

_SITE = "run"


def write_data_docs(gate: Gate, lookup: Lookup, folder: Path, *, run_id: str) -> Path:
    """Render the gate's results below ``folder``; returns the page to open.

    A run validates again after withholding rows: each round has pages of its own, and one page lists them.
    """
    rounds = len(list(folder.glob("round-*"))) + 1
    _write_round(gate, lookup, folder / f"round-{rounds}", run_id=run_id)
    page = folder / "index.html"
    links = "".join(f'<li><a href="round-{n}/index.html">validation {n}</a></li>' for n in range(1, rounds + 1))
    shown = html.escape(run_id)
    page.write_text(
        f"<!doctype html><meta charset=utf-8><title>{shown}</title><h1>Run {shown}</h1>"
        f"<p>Rows that a validation withheld are left out of what the next one judges.</p><ul>{links}</ul>",
        encoding="utf-8",
    )
    return page


def _write_round(gate: Gate, lookup: Lookup, folder: Path, *, run_id: str) -> None:
    context = gate.context
    site: Any = {
        "class_name": "SiteBuilder",
        "site_name": f"newsledger {run_id}",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        # Suites are read where they are written, in expectations/.
        "site_section_builders": {"profiling": "None", "expectations": "None"},
    }
    context.add_data_docs_site(_SITE, site)
    # It takes a name that reads as a time for one, and a run id ending in `Z-4110` has a zone of 41 hours.
    run = RunIdentifier(run_name=f"run {run_id}", run_time=datetime.now(UTC))
    for table, result in gate.results.items():
        suite = gate.suites[table]
        for item in result.results:
            _make_harmless(item, suite, lookup)
        identifier = ValidationResultIdentifier(
            expectation_suite_identifier=ExpectationSuiteIdentifier(f"{suite.schema}.{table}"),
            run_id=run,
            batch_identifier=table,
        )
        result.meta["run_id"] = run
        context.validation_results_store.set(identifier, result)
    context.build_data_docs(site_names=[_SITE])


def _make_harmless(item: Any, suite: Suite, lookup: Lookup) -> None:
    """Name failing rows by their keys, and escape what they hold: the templates print it as HTML."""
    found = item.result
    positions = found.get("unexpected_index_list")
    if positions and suite.key:
        keys = lookup.frames[suite.table].loc[positions[:MAX_SHOWN_ROWS], list(suite.key)].astype(str)
        found["partial_unexpected_index_list"] = keys.to_dict("records")
    # All failing rows are in quality.withheld; a page that repeats a million of them opens nowhere.
    for name in ("unexpected_list", "unexpected_index_list"):
        found.pop(name, None)
    for name, value in found.items():
        found[name] = _escaped(value)


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return html.escape(value[:500])
    if isinstance(value, dict):
        return {key: _escaped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_escaped(item) for item in value)
    return value
