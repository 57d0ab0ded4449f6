from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import NotANumber
from flows.nlp.numbers import is_written_european, parse_digits, parse_number
from flows.nlp.quantities.lexicon import load_lexicon

WORDS = load_lexicon().words


@pytest.mark.parametrize(
    ("surface", "value"),
    [
        ("1,250.75", "1250.75"),
        ("12.10", "12.10"),
        ("3.2 million", "3200000.0"),
        ("12,34,567", "1234567"),
        ("1.250,75", "1250.75"),
        ("three hundred and forty-two", "342"),
        ("two thousand five hundred", "2500"),
        ("nineteen", "19"),
        ("a million", "1000000"),
        ("a dozen", "12"),
        ("5 lakh crore", "5000000000000"),
        ("one hundred and twenty-three thousand four hundred and five", "123405"),
        ("minus 12", "-12"),
        ("−3.5", "-3.5"),
    ],
)
def test_a_number_is_read_as_printed(surface, value):
    assert str(parse_number(surface, WORDS)) == str(Decimal(value))


@pytest.mark.parametrize("surface", ["", "3.2 zillion", "192.168.1.2", "1,2,3", "12 apples", "twenty twenty", "-"])
def test_what_is_no_number_as_a_whole_is_refused(surface):
    with pytest.raises(NotANumber):
        parse_number(surface, WORDS)


def test_points_group_only_where_the_text_is_so_written():
    assert parse_digits("1.250") == Decimal("1.250")
    assert parse_digits("1.250", decimal_comma=True) == Decimal(1250)
    assert is_written_european("Es kostet 1.250,75 Euro.")
    assert not is_written_european("It costs 1,250.75, not 1.250,75.")


@given(st.integers(min_value=0, max_value=10**15))
def test_grouped_digits_read_back(number):
    assert parse_digits(f"{number:,}") == number
    assert parse_digits(str(number)) == number


@given(st.text(alphabet="0123456789.,", min_size=1, max_size=60).filter(lambda text: text[0].isdigit()))
def test_any_run_of_digits_is_a_number_or_none(run):
    value = parse_digits(run.rstrip(".,"))
    assert value is None or value >= 0
