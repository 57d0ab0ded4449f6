"""Records become Arrow tables of the contract's types."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from flows.arrow import schema_of, table_of
from flows.records import Event, Figure


@dataclass(frozen=True)
class Small:
    name: str
    value: Decimal | None
    day: date | None
    names: tuple[str, ...] = ()


def test_a_decimal_keeps_what_was_printed():
    table = table_of(Small, [(Small("a", Decimal("12.10"), date(2024, 2, 29), ("x",)), {"key": "k"})], key=str)
    assert table.to_pylist() == [
        {"name": "a", "value": Decimal("12.100000000"), "day": date(2024, 2, 29), "names": ["x"], "key": "k"}
    ]


def test_a_number_that_the_column_cannot_hold_becomes_null_and_the_row_stays():
    table = table_of(Small, [(Small("huge", Decimal("1e40"), None), {}), (Small("nan", Decimal("NaN"), None), {})])
    assert table["value"].to_pylist() == [None, None]


def test_more_decimals_than_the_column_has_are_rounded():
    table = table_of(Small, [(Small("a", Decimal("0.12345678949"), None), {})])
    assert table["value"].to_pylist() == [Decimal("0.123456789")]


def test_figures_have_the_types_of_the_contract():
    schema = schema_of(Figure, document_id=str)
    assert schema.field("value").type == pa.decimal128(38, 9)
    assert schema.field("period_start").type == pa.date32()
    assert schema.field("is_record").type == pa.bool_()
    assert schema.field("confidence").type == pa.float64()


def test_what_an_event_holds_of_others_is_no_column_of_it():
    assert "participants" not in schema_of(Event).names
