"""The reference articles, where they are at hand: every annotated figure comes out right, nothing else does."""

import csv
import json
from datetime import date
from decimal import Decimal

import pytest

from flows.nlp.pipeline import extract
from tests.conftest import SHARED

ARTICLES = SHARED / "seeds"
GOLD = SHARED / "seeds-gold"

pytestmark = pytest.mark.skipif(not GOLD.is_dir(), reason="the reference articles are not published with the project")

FIELDS = ("comparator", "kind", "measure", "commodity", "status", "direction")


def rows_of(name: str) -> list[dict]:
    path = GOLD / f"{name}.jsonl"
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line] if path.is_file() else []
    )


@pytest.fixture(scope="module")
def articles(nlp):
    """Findings by the number of the article."""
    found = {}
    with (ARTICLES / "metadata.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            text = (ARTICLES / row["file"]).read_text(encoding="utf-8")
            published_on = date.fromisoformat(row["published_at"])
            found[row["file"][:3]] = extract(nlp, text, published_on=published_on, title=row["title"] or None)
    return found


def is_right(row, figure, findings) -> bool:
    names = {entity.entity_id: entity.entity_name for entity in findings.entities}
    by_id = {other.figure_id: other for other in findings.figures}
    for field in FIELDS:
        wanted = row.get(field)
        if wanted is not None and getattr(figure, field) not in (wanted if isinstance(wanted, list) else [wanted]):
            return False
    for party in ("supplier", "recipient"):
        if party in row and names.get(getattr(figure, f"{party}_entity_id")) != row[party]:
            return False
    if "period" in row and [str(figure.period_start), str(figure.period_end)] != row["period"]:
        return False
    if "base" in row:
        return figure.base_figure_id is not None and row["base"] in by_id[figure.base_figure_id].surface
    return True


@pytest.mark.parametrize("row", rows_of("figures"), ids=lambda row: f"{row['doc']}: {row['raw']}")
def test_an_annotated_figure_comes_out_right(articles, row):
    findings = articles[row["doc"]]
    unit = "x" if row["unit"] == "1" and row["kind"] == "change" else row["unit"]
    same = [
        figure
        for figure in findings.figures
        if figure.value == Decimal(str(row["value"])).normalize() and figure.unit_code == unit
    ]
    assert sum(is_right(row, figure, findings) for figure in same) >= row.get("min_rows", 1), same


@pytest.mark.parametrize("row", rows_of("not_figures"), ids=lambda row: f"{row['doc']}: {row['why']}")
def test_what_is_no_figure_does_not_become_one(articles, row):
    body, figures = articles[row["doc"]].body, articles[row["doc"]].figures
    if "raw" in row:
        start = body.find(row["raw"])
        places = []
        while start >= 0:
            places.append((start, start + len(row["raw"])))
            start = body.find(row["raw"], start + 1)
        assert not [figure for figure in figures for a, b in places if figure.char_start < b and a < figure.char_end]
    else:
        assert row["value"] not in [figure.value for figure in figures if figure.unit_code == "1"]
