"""The tables of measures and commodities, and how terms are found in phrases."""

import pytest
import spacy

from flows.nlp.figures.tree import Tree
from flows.nlp.lexicon import read_table
from flows.nlp.measures import (
    CommodityDimensionRow,
    CommodityRow,
    CommodityTermRow,
    MeasureRow,
    Measures,
    MeasureTermRow,
    fits,
)

MEASURES = Measures()
BLANK = spacy.blank("en")


def tree_of(text: str) -> Tree:
    return Tree(BLANK(text))


def sense_at_the_end(text: str, dimension: str | None, *, is_relative: bool = False) -> str | None:
    tree = tree_of(text)
    found = MEASURES.of_phrase(tree, 0, tree.size - 1, dimension, is_relative=is_relative)
    return found.sense.measure if found else None


@pytest.mark.parametrize(
    ("phrase", "dimension", "measure"),
    [
        ("crude oil imports", "mass", "imports"),
        ("the unemployment rate", "ratio", "unemployment"),
        ("net profit", "money", "profit"),
        ("price cap", "money_per_volume", "price_cap"),
        ("oil reserves", "volume", "reserves"),
        ("foreign exchange reserves", "money", "foreign_reserves"),
        ("storage capacity", "volume", "capacity"),
        ("bilateral trade", "money", "trade_turnover"),
        ("death toll", "count", "deaths"),
        ("consumer prices", "money", "inflation"),
        ("blue sky", "money", None),
    ],
)
def test_the_longest_term_that_fits_the_dimension_wins(phrase, dimension, measure):
    found = sense_at_the_end(phrase, dimension)
    assert found == measure or (measure == "inflation" and found == "price")


def test_a_percentage_may_change_any_measure():
    assert sense_at_the_end("coal exports", "ratio") is None or sense_at_the_end("coal exports", "ratio") == "exports"
    assert sense_at_the_end("oil production", "ratio", is_relative=True) == "production"


def test_the_commodity_of_a_phrase_is_the_longest_term_furthest_right():
    def commodity(text: str) -> str | None:
        tree = tree_of(text)
        return MEASURES.commodity_in(tree, 0, tree.size)

    assert commodity("liquefied natural gas") == "lng"
    assert commodity("crude palm oil") == "palm_oil"
    assert commodity("exports of oil products") == "oil_products"
    assert commodity("a quiet village") is None


def test_dimensions_match_by_name_and_by_rate_of_money():
    assert fits(("money_per_*",), "money_per_volume")
    assert not fits(("money_per_*",), "money")
    assert fits(("mass",), None)


def test_a_commodity_takes_only_amounts_it_can_have():
    assert MEASURES.commodity_fits("electricity", "energy")
    assert not MEASURES.commodity_fits("coal", "volume")
    assert MEASURES.commodity_fits("coal", "money")
    assert MEASURES.commodity_fits("natural_gas", "money_per_energy")


def test_a_kind_of_a_commodity_is_that_commodity():
    assert MEASURES.is_kind_of("diesel", "fossil_fuels")
    assert not MEASURES.is_kind_of("wheat", "energy")


def test_codes_are_unique_and_refer_to_rows():
    measures = read_table("measures", MeasureRow)
    commodities = read_table("commodities", CommodityRow)
    codes = {row.commodity for row in commodities}
    assert len({row.measure for row in measures}) == len(measures)
    assert len(codes) == len(commodities)
    assert {row.parent_commodity for row in commodities if row.parent_commodity} <= codes
    assert {row.commodity for row in read_table("commodity_terms", CommodityTermRow)} <= codes
    assert {row.commodity for row in read_table("commodity_dimensions", CommodityDimensionRow)} <= codes
    terms = read_table("measure_terms", MeasureTermRow)
    assert len({row.term_id for row in terms}) == len(terms)
    assert {row.measure for row in terms} <= {row.measure for row in measures}
    assert {row.commodity for row in terms if row.commodity} <= codes


def test_every_noun_term_is_found_in_its_example():
    missed = []
    for row in read_table("measure_terms", MeasureTermRow):
        if row.pos not in ("noun", "attributive", "counted"):
            continue
        tree = tree_of(row.example)
        dimension = row.dimensions.split("|")[0] if row.dimensions else MEASURES.dimensions[row.measure][0]
        senses = [
            MEASURES.of_phrase(tree, 0, head, dimension, is_relative=False, pos=row.pos) for head in range(tree.size)
        ]
        if row.measure not in {found.sense.measure for found in senses if found}:
            missed.append(row.term_id)
    assert missed == []
