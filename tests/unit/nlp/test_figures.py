"""What is read of a figure beyond its number: measure, parties, time, base, status."""

import json
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.nlp.figures.reader import FigureReader
from flows.nlp.pipeline import extract
from flows.nlp.spans import Quantity, register_extensions

SPECS = json.loads((Path(__file__).parents[2] / "specs" / "figures.json").read_text(encoding="utf-8"))
READER = FigureReader()


def described(findings):
    """Each figure with names in place of keys, as the specs are written."""
    names = {entity.entity_id: entity.entity_name for entity in findings.entities}
    by_id = {figure.figure_id: figure for figure in findings.figures}
    rows = []
    for figure in findings.figures:
        row = {name: getattr(figure, name) for name in figure.__slots__}
        for party in ("supplier", "recipient", "subject", "speaker"):
            row[party] = names.get(row[f"{party}_entity_id"])
        row["base"] = by_id[figure.base_figure_id].surface if figure.base_figure_id else None
        period = (figure.period_start, figure.period_end)
        row["period"] = [day.isoformat() for day in period if day is not None] or None
        rows.append(row)
    return rows


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["why"])
def test_figures_of_a_spec(nlp, spec):
    published_on = date.fromisoformat(spec["published_on"])
    rows = described(extract(nlp, spec["text"], published_on=published_on))
    assert [row["surface"] for row in rows] == [wanted["surface"] for wanted in spec["figures"]]
    for row, wanted in zip(rows, spec["figures"], strict=True):
        assert float(row.pop("value")) == pytest.approx(wanted["value"])
        assert {name: row[name] for name in wanted if name != "value"} == {
            name: cell for name, cell in wanted.items() if name != "value"
        }


def test_keys_are_unique_and_point_at_figures_of_the_text(nlp):
    text = " ".join(spec["text"] for spec in SPECS)
    figures = extract(nlp, text, document_id="all").figures
    keys = {figure.figure_id for figure in figures}
    assert len(keys) == len(figures)
    assert {figure.base_figure_id for figure in figures if figure.base_figure_id} <= keys


def test_a_surface_stands_where_it_says(nlp):
    text = "\n\n".join(spec["text"] for spec in SPECS)
    for figure in extract(nlp, text).figures:
        assert text[figure.char_start : figure.char_end] == figure.surface
        assert figure.measure_surface is None or figure.measure_surface in text
        assert figure.period_surface is None or figure.period_surface in text
        assert 0 <= figure.confidence <= 1


def test_without_a_publication_date_nothing_relative_is_dated(nlp):
    figure = extract(nlp, "Exports reached $5 billion last year.").figures[0]
    assert (figure.period_start, figure.period_end, figure.period_basis) == (None, None, None)


def test_a_text_without_a_parse_gives_figures_without_a_measure():
    register_extensions()
    doc = spacy.blank("en")("Exports reached 5 tons.")
    doc._.quantities = [
        Quantity(16, 22, 2, 4, 2, 3, 3, Decimal(5), Decimal(5), Decimal(5), "=", "t", "tons", "mass", "level")
    ]
    figures = READER.read(doc)
    assert [(figure.surface, figure.measure) for figure in figures] == [("5 tons", None)]


def test_a_text_without_quantities_costs_nothing():
    register_extensions()
    doc = spacy.blank("en")("Nothing here.")
    assert READER.read(doc) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(
            "trade exports of to from by rose fell 5 % million tons $ 3 billion in 2023 ( ) , . up oil record it "
            "which respectively and a year Russia 🛢 \n".split(" ")
        ),
        max_size=40,
    )
)
def test_no_text_breaks_the_reader(nlp, words):
    text = " ".join(words)
    for figure in extract(nlp, text).figures:
        assert text[figure.char_start : figure.char_end] == figure.surface


def test_a_table_without_full_stops_takes_linear_time(nlp):
    text = "wheat 5 tons up 3% " * 1500
    doc = nlp.make_doc(text)
    for name, component in nlp.pipeline:
        doc = component(doc) if name != "ledger_figures" else doc
    started = time.process_time()
    figures = READER.read(doc)
    assert len(figures) == len(doc._.quantities)
    assert time.process_time() - started < 0.002 * len(figures) + 1
