"""A warehouse of an older newsledger is brought up to date, whatever it lacks; one of a newer is left alone."""

from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from flows.errors import LedgerError, WarehouseDamaged
from flows.migrations import SCHEMA_VERSION, columns_by_table, wanted_columns
from flows.settings import Settings
from flows.warehouse import DDL, open_warehouse
from tests.support.good_build import make_good_build

DDL_OF_VERSION = {3: "34ddc80cd2ed"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A warehouse with two documents, as version 1 noted itself."""
    settings = make_good_build(tmp_path / "home", document_count=2)
    older(settings, "update ops.schema_version set version = 1")
    return settings


def older(settings: Settings, *statements: str) -> None:
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        for statement in statements:
            connection.execute(statement)


def without(settings: Settings, table: str, *columns: str) -> None:
    """Take columns out of a table; its key goes with them, as in a file that was made without one."""
    older(
        settings,
        f"create table {table}_copy as select * exclude ({', '.join(columns)}) from {table}",
        f"drop table {table}",
        f"create table {table} as from {table}_copy",
        f"drop table {table}_copy",
        "update ops.schema_version set version = 1",
    )


def ask(settings: Settings, query: str) -> list[tuple[object, ...]]:
    with open_warehouse(settings) as connection:
        return connection.execute(query).fetchall()


def test_the_version_is_raised_with_every_change_of_the_tables():
    wanted = repr(sorted((table, list(columns.items())) for table, columns in wanted_columns(DDL.read_text()).items()))
    digest = sha256(wanted.encode()).hexdigest()[:12]
    assert {SCHEMA_VERSION: digest} == DDL_OF_VERSION, "raise SCHEMA_VERSION and pin the new digest here"


def test_a_new_warehouse_has_the_present_version(tmp_path):
    assert ask(Settings(home=tmp_path), "from ops.schema_version") == [(SCHEMA_VERSION,)]


def test_a_warehouse_that_lacks_nothing_keeps_all_it_has(settings):
    assert ask(settings, "select count(*) from marts.fct_figures") == [(12,)]
    assert ask(settings, "select count(*) from parsed.figures") == [(12,)]
    assert ask(settings, "from ops.schema_version") == [(SCHEMA_VERSION,)]


def test_documents_without_columns_of_today_get_them(settings):
    without(settings, "raw.documents", "dateline_place", "cleaner_version", "word_count", "content_sha256")
    rows = ask(settings, "select dateline_place, cleaner_version, word_count, content_sha256, body from raw.documents")
    assert len(rows) == 2
    for place, version, words, digest, body in rows:
        assert (place, version) == (None, "")
        assert words == len(str(body).split())
        assert digest == sha256(str(body).encode()).hexdigest()


def test_the_migrated_tables_are_those_of_a_new_warehouse(settings, tmp_path):
    without(settings, "raw.documents", "raw")
    without(settings, "parsed.figures", "explanation")
    without(settings, "parsed.stories", "signature")
    without(settings, "raw.inputs", "cleaner_version")
    with open_warehouse(settings) as migrated, open_warehouse(Settings(home=tmp_path / "new")) as new:
        schemas = ("raw", "parsed", "quality", "ops")
        present, wanted = columns_by_table(migrated, schemas), columns_by_table(new, schemas)
        assert {name: present[name] for name in wanted} == wanted
        keys = "select table_name from duckdb_constraints() where constraint_type = 'PRIMARY KEY' order by 1"
        assert migrated.execute(keys).fetchall() == new.execute(keys).fetchall()


def test_findings_without_a_column_are_read_again(settings):
    without(settings, "parsed.figures", "explanation")
    assert ask(settings, "select count(*) from parsed.documents") == [(0,)]
    assert ask(settings, "select count(*) from raw.documents") == [(2,)]
    assert ask(settings, "select count(*) from duckdb_tables() where schema_name = 'marts'") == [(0,)]


def test_documents_without_a_key_cannot_be_migrated_and_stay_as_they_are(settings):
    without(settings, "raw.documents", "document_id")
    with pytest.raises(WarehouseDamaged, match="newsledger rebuild"):
        ask(settings, "select 1")
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        assert connection.execute("select count(*) from raw.documents").fetchall() == [(2,)]
        assert connection.execute("select count(*) from parsed.figures").fetchall() == [(12,)]


def test_a_file_without_a_version_is_the_oldest(settings):
    older(settings, "drop table ops.schema_version")
    without_version = "select count(*) from raw.documents"
    assert ask(settings, without_version) == [(2,)]
    assert ask(settings, "from ops.schema_version") == [(SCHEMA_VERSION,)]


def test_a_newer_warehouse_is_refused_untouched(settings):
    older(settings, "update ops.schema_version set version = 999")
    with pytest.raises(LedgerError, match="newer newsledger"):
        ask(settings, "select 1")
