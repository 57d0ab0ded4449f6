"""The gate is proved by what it finds: a good build passes; damaged in each of the ways of ``mutations.py``, it does
not, and for the right reason. The share found is a floor that only rises."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest

from flows.gate.great import Gate
from flows.gate.rules import load_suites
from flows.gate.tables import read_lookup
from flows.gate.withhold import WithheldRow, find_failures, rows_to_withhold
from flows.publish import publish
from flows.settings import Settings
from flows.warehouse import open_warehouse
from tests.runs.mutations import OF_ENTITIES, OF_FIGURES, OF_OTHER_ROWS, OF_TABLES, Damage
from tests.support.good_build import approve, good_rows, keys_of, make_good_build

FLOOR = Path(__file__).with_name("mutation_floor.json")
SUITES = load_suites()


@dataclass
class Judged:
    withheld: list[WithheldRow]
    refused: set[tuple[str, str]]


def judge(gate: Gate, connection: duckdb.DuckDBPyConnection, settings: Settings) -> Judged:
    lookup = read_lookup(connection, SUITES, settings)
    verdicts = gate.judge(lookup)
    failures = find_failures(verdicts, gate.suites, lookup)
    lookup.withheld_counts.update({table: found.count for table, found in failures.items()})
    withheld = rows_to_withhold(failures, gate.suites, lookup)
    verdicts += gate.judge(lookup, is_last=True)
    refused = {
        (item.table, item.rule.type) for item in verdicts if item.rule.severity == "critical" and not item.success
    }
    return Judged(withheld, refused)


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(SUITES)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Eight documents, published once: there is a last release to compare with."""
    settings = make_good_build(tmp_path_factory.mktemp("small"))
    approve(settings)
    publish(settings, run_id="good")
    return settings


def placed(damage: Damage, keys: dict[str, str]) -> Damage:
    row = damage.row.format(**keys) if damage.row else None
    return replace(damage, sql=damage.sql.format(**keys), row=row)


def is_found(damage: Damage, judged: Judged) -> bool:
    if damage.row is None:
        return any((damage.table, rule) in judged.refused for rule in damage.rules)
    return any(
        row.table_name == damage.table and row.row_id == damage.row and row.expectation in damage.rules
        for row in judged.withheld
    )


def test_an_undamaged_build_passes(gate, small):
    with open_warehouse(small) as connection:
        judged = judge(gate, connection, small)
    assert judged.withheld == []
    assert judged.refused == set()


def missed_rows(gate: Gate, folder: Path) -> list[Damage]:
    """Each damage to a document of its own, all in one build; checks that nothing else is withheld."""
    damages = [*OF_FIGURES, *OF_OTHER_ROWS]
    count = 3 * len(damages)  # the undamaged ones keep the share withheld small
    settings = make_good_build(folder, document_count=count)
    rows = good_rows(count)
    placed_damages = [placed(damage, keys_of(rows, number)) for number, damage in enumerate(damages)]
    with open_warehouse(settings) as connection:
        for damage in placed_damages:
            connection.execute(damage.sql)
        judged = judge(gate, connection, settings)
    untouched = {row["document_id"] for row in rows["dim_documents"][len(damages) :]}
    assert not [row for row in judged.withheld if row.document_id in untouched]
    assert all(row.reason and row.observed for row in judged.withheld)
    return [damage for damage in placed_damages if not is_found(damage, judged)]


def missed_one_by_one(settings: Settings, damages: list[Damage]) -> list[Damage]:
    """Each damage alone, judged by its table's suite, and taken back."""
    keys = keys_of(good_rows(), 0)
    gates = {table: Gate({table: SUITES[table]}) for table in {damage.table for damage in damages}}
    missed = []
    for damage in (placed(damage, keys) for damage in damages):
        with open_warehouse(settings) as connection:
            connection.execute("begin")
            connection.execute(damage.sql)
            if not is_found(damage, judge(gates[damage.table], connection, settings)):
                missed.append(damage)
            connection.execute("rollback")
    return missed


def test_damage_is_found_and_no_less_of_it_than_ever(gate, small, tmp_path, capsys):
    missed = missed_rows(gate, tmp_path) + missed_one_by_one(small, [*OF_ENTITIES, *OF_TABLES])
    total = len(OF_FIGURES) + len(OF_OTHER_ROWS) + len(OF_ENTITIES) + len(OF_TABLES)
    caught = total - len(missed)
    floor = json.loads(FLOOR.read_text(encoding="utf-8"))
    with capsys.disabled():
        print(f"\nmutations found: {caught} of {total} (floor {floor['caught']} of {floor['of']})")
    assert not missed, [damage.name for damage in missed]
    assert caught >= floor["caught"]
    assert (caught, total) == (floor["caught"], floor["of"]), f"raise {FLOOR.name} to {caught} of {total}"
