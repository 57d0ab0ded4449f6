"""Imports what a run will need, while the Prefect server starts on the other core."""

import importlib

HEAVY = ("spacy", "dbt.cli.main", "dbt.adapters.duckdb", "datasketch", "flows.nlp.pipeline", "flows.gate.great")


def import_all() -> None:
    for name in HEAVY:
        importlib.import_module(name)
