"""Imports what a run will need, while the Prefect server starts on the other core."""

import importlib

HEAVY = ("spacy", "dbt.cli.main", "dbt.adapters.duckdb", "flows.nlp.pipeline", "great_expectations")


def import_all() -> None:
    for name in HEAVY:
        importlib.import_module(name)
