"""The tables that dbt loads: keys, references between them, and how a user's rows join the project's."""

import csv

import pytest
import yaml

from flows import dbt_runner
from flows.errors import LexiconError
from flows.paths import SEEDS
from flows.settings import Settings


def rows(name):
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def keys(name):
    return {next(iter(row.values())) for row in rows(name)}


LOADED = yaml.safe_load(dbt_runner.SEEDS_YML.read_text(encoding="utf-8"))["seeds"]


@pytest.mark.parametrize("seed", LOADED, ids=lambda seed: seed["name"])
def test_a_loaded_table_is_described_as_it_is(seed):
    columns = list(rows(seed["name"])[0])
    assert [column["name"] for column in seed["columns"]] == columns
    assert list(seed["config"]["column_types"]) == columns


@pytest.mark.parametrize("seed", LOADED, ids=lambda seed: seed["name"])
def test_a_loaded_table_has_its_first_column_as_key_and_tells_its_sources(seed):
    table = rows(seed["name"])
    assert len(keys(seed["name"])) == len(table)
    assert all(row["source"] for row in table)


def test_rules_of_measures_name_measures():
    measures = keys("measures")
    for row in rows("measure_rules"):
        assert row["measure"] in measures
        assert row["equivalent_measure"] in measures | {""}


def test_conversions_of_commodities_run_between_reporting_units():
    units = {row["reporting_unit"] for row in rows("units")}
    commodities = keys("commodities")
    for row in rows("commodity_conversions"):
        assert row["commodity"] in commodities
        assert {row["from_unit"], row["to_unit"]} <= units


def test_a_commodity_is_converted_in_one_direction_only():
    # Two ways round would leave no unit in which all its reports meet.
    targets = {row["commodity"]: row["to_unit"] for row in rows("commodity_conversions")}
    assert all(row["from_unit"] != targets[row["commodity"]] for row in rows("commodity_conversions"))


def test_reporting_units_convert_to_themselves():
    units = {row["unit_code"]: row for row in rows("units")}
    for row in units.values():
        own = units[row["reporting_unit"]]
        assert (float(own["factor"]), float(own["offset"]), own["dimension"]) == (1, 0, row["dimension"])


def test_a_users_row_replaces_the_projects_of_the_same_key_and_others_are_added(tmp_path):
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "units.csv").write_text(
        "unit_code,unit_name,dimension,reporting_unit,factor,offset,description,source\n"
        "t,our tonne,mass,t,1,0,As we say.,us\n"
        "[firkin],firkin,volume,m3,0.0409,0,Nine gallons.,us\n",
        encoding="utf-8",
    )
    folder = dbt_runner.merge_seeds(Settings(home=tmp_path / "home", lexicon_dirs=(tables,)))
    merged = list(csv.DictReader((folder / "units.csv").open(encoding="utf-8", newline="")))
    assert len(merged) == len(rows("units")) + 1
    assert [row["unit_name"] for row in merged if row["unit_code"] == "t"] == ["our tonne"]
    assert merged[-1]["unit_code"] == "[firkin]"


def test_a_users_table_with_another_column_is_refused_by_name(tmp_path):
    (tmp_path / "units.csv").write_text("unit_code,weight\nt,1\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="no such column: weight"):
        dbt_runner.merge_seeds(Settings(home=tmp_path / "home", lexicon_dirs=(tmp_path,)))


def test_a_table_that_stays_the_same_is_not_written_again(tmp_path):
    settings = Settings(home=tmp_path)
    before = {path: path.stat().st_mtime_ns for path in dbt_runner.merge_seeds(settings).iterdir()}
    after = {path: path.stat().st_mtime_ns for path in dbt_runner.merge_seeds(settings).iterdir()}
    assert before == after
