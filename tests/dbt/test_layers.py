"""The project's shape, read from dbt's manifest: each rule says why it is there."""

import json

import pytest

from flows import dbt_runner
from flows.settings import Settings

LAYERS = ("staging", "intermediate", "marts")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    settings = Settings(home=tmp_path_factory.mktemp("manifest"))
    dbt_runner.merge_seeds(settings)
    dbt_runner.run_dbt(settings, ["parse"], run_id="test")
    return json.loads((settings.home / "dbt" / "target" / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def models(manifest):
    return {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}


def test_only_staging_reads_sources(models):
    # A source that changes is then mended in one place.
    for node in models.values():
        reads_source = any(parent.startswith("source.") for parent in node["depends_on"]["nodes"])
        assert reads_source == (node["schema"] == "staging"), node["name"]


def test_no_layer_reads_a_later_one(manifest, models):
    for node in models.values():
        for parent in node["depends_on"]["nodes"]:
            if parent in models:
                assert LAYERS.index(models[parent]["schema"]) <= LAYERS.index(node["schema"]), node["name"]


def test_names_tell_the_layer(models):
    prefixes = {"staging": ("stg_",), "intermediate": ("int_",), "marts": ("dim_", "fct_", "bridge_")}
    for node in models.values():
        assert node["name"].startswith(prefixes[node["schema"]]), node["name"]


def test_every_table_and_every_published_column_is_described(manifest, models):
    documented = [*models.values(), *manifest["sources"].values()]
    documented += [node for node in manifest["nodes"].values() if node["resource_type"] == "seed"]
    for node in documented:
        assert node["description"], node["name"]
        for column in node["columns"].values():
            assert column["description"], f"{node['name']}.{column['name']}"


def test_marts_have_their_contract_enforced_and_a_key(manifest, models):
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node["test_metadata"]["name"] == "is_key"
    }
    for key, node in models.items():
        if node["schema"] == "marts":
            assert node["contract"]["enforced"], node["name"]
            assert key in tested, node["name"]
            assert all(column["data_type"] for column in node["columns"].values()), node["name"]


def test_the_description_of_a_mart_tells_its_grain(models):
    for node in models.values():
        assert "ne row per" in node["description"], node["name"]


def test_every_mart_has_a_consumer(manifest, models):
    consumed = {parent for exposure in manifest["exposures"].values() for parent in exposure["depends_on"]["nodes"]}
    published = {key for key, node in models.items() if node["schema"] == "marts"}
    assert published <= consumed


def test_every_unit_test_tells_what_must_hold(manifest):
    assert len(manifest["unit_tests"]) >= 15
    for test in manifest["unit_tests"].values():
        assert test["name"].count("_") >= 3, test["name"]
