"""Data Docs of one run: Great Expectations' own tables in pages that need nothing from elsewhere.

Its whole pages load styles, scripts and a logo from the network: without it they are bare, and with it a stranger
learns who reads what. So each section is rendered by Great Expectations and set into a page of our own; what documents
say is made harmless before.
"""

import html
import re
from pathlib import Path
from typing import Any

from flows.gate.great import Gate
from flows.gate.gx import DefaultJinjaSectionView, ValidationResultsPageRenderer
from flows.gate.lookup import Lookup
from flows.gate.rules import Suite

MAX_SHOWN_ROWS = 20
"""Failing rows that a page lists; all of them are in ``quality.withheld``."""

STYLE = Path(__file__).with_name("docs.css")

# Should a template of a later version bring a script or an address, the browser runs and fetches nothing all the same.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_FETCHING = re.compile(
    r"<(script|iframe|object|style)\b.*?</\1\s*>|<(?:script|link|img|iframe|object|embed|source|base|meta)\b[^>]*>",
    re.IGNORECASE | re.DOTALL,
)
_LINK = re.compile(r"<a\b[^>]*>|</a\s*>", re.IGNORECASE)


def write_data_docs(gate: Gate, lookup: Lookup, folder: Path, *, run_id: str) -> Path:
    """Render the gate's results below ``folder``; returns the page to open.

    A run validates again after withholding rows: each round has pages of its own, and one page lists them.
    """
    rounds = len(list(folder.glob("round-*"))) + 1
    _write_round(gate, lookup, folder / f"round-{rounds}", title=f"Run {run_id}, validation {rounds}")
    page = folder / "index.html"
    links = "".join(f'<li><a href="round-{n}/index.html">validation {n}</a></li>' for n in range(1, rounds + 1))
    shown = html.escape(f"Run {run_id}")
    told = "Rows that a validation withheld are left out of what the next one judges."
    _write_page(page, f"Run {run_id}", f"<h1>{shown}</h1><p>{told}</p><ul>{links}</ul>")
    return page


def _write_round(gate: Gate, lookup: Lookup, folder: Path, *, title: str) -> None:
    folder.mkdir(parents=True)
    renderer = ValidationResultsPageRenderer()
    view: Any = DefaultJinjaSectionView()
    rows = []
    for table, result in gate.results.items():
        suite = gate.suites[table]
        for item in result.results:
            _make_harmless(item, suite, lookup)
        sections = renderer.render(result).sections
        # The last block of the overview tells of batches and versions, behind a button that takes a script.
        sections[0].content_blocks = sections[0].content_blocks[:2]
        name = f"{suite.schema}.{table}"
        body = "".join(
            view.render({"section": section.to_json_dict(), "section_loop": {"index": number}})
            for number, section in enumerate(sections, start=1)
        )
        home = f'<p><a href="index.html">{html.escape(title)}</a></p><h1>{name}</h1>'
        _write_page(folder / f"{name}.html", f"{name}: {title}", home + _standing_alone(body))
        failed = result.statistics["unsuccessful_expectations"]
        mark = "fa-times" if failed else "fa-check-circle"
        rows.append(
            f'<tr><td><i class="{mark}"></i></td><td><a href="{name}.html">{name}</a></td>'
            f"<td>{result.statistics['evaluated_expectations']}</td><td>{failed}</td></tr>"
        )
    head = "<tr><th></th><th>table</th><th>expectations</th><th>failed</th></tr>"
    table_of_all = f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"
    _write_page(folder / "index.html", title, f"<h1>{html.escape(title)}</h1>{table_of_all}")


def _write_page(path: Path, title: str, body: str) -> None:
    path.write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{html.escape(title)}</title>'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head><body>{body}</body></html>",
        encoding="utf-8",
    )


def _standing_alone(rendered: str) -> str:
    """Without what is fetched or run, and without links to pages that are not written."""
    return _LINK.sub("", _FETCHING.sub("", rendered))


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
