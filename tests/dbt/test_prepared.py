"""What an earlier build left in a warehouse must not stand in the way of tables that have changed since."""

import pytest

from flows import dbt_runner
from flows.build import build


@pytest.fixture
def other_project(tmp_path, monkeypatch):
    """A copy of the seeds with one more column in one of them."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    for path in dbt_runner.SEEDS.iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())

    def add_column() -> None:
        table = folder / "commodity_conversions.csv"
        first, *others = table.read_text(encoding="utf-8").splitlines()
        lines = [f"{first},grade", *(f"{line},any" for line in others)]
        table.write_text("\n".join(lines) + "\n", encoding="utf-8")

    monkeypatch.setattr(dbt_runner, "SEEDS", folder)
    monkeypatch.setattr(dbt_runner, "SEEDS_YML", folder / "_seeds.yml")
    return add_column


def test_a_seed_that_gains_a_column_is_loaded_anew(ledger, other_project):
    ledger.document("d1", "2024-01-02")
    ledger.build()
    other_project()
    build(ledger.settings, run_id="wider")
    assert set(ledger.ask("select distinct grade from seeds.commodity_conversions")) == {("any",)}
