"""A damaged or deleted warehouse comes back: from itself as far as it can be read, else from the last release."""

from pathlib import Path

import duckdb
import pytest

from flows.cli import main
from flows.errors import StorageError, UsageError, WarehouseDamaged
from flows.ingest import ingest
from flows.publish import publish
from flows.rebuild import RebuildResult, rebuild
from flows.settings import Settings
from flows.warehouse import hold_lock, open_warehouse
from tests.support.good_build import approve, good_rows, write_build

TEXTS = {
    f"{number}.txt": f"OSLO, May {number + 1} (Nordwire) - The harbour of Vardal shipped {number + 20},000 tons of ore "
    "in 2023, its owner said on Friday. A new crane is to be paid for by the county, which holds a third of the quay."
    for number in range(5)
}
COLUMNS = (
    "document_id, source_id, publisher, title, uri, published_on, published_basis, dateline_place, dateline_agency, "
    "body, word_count, content_sha256, cleaner_version, first_seen_at"
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "wire"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text + "\n", encoding="utf-8")
    (folder / "empty.txt").write_text("", encoding="utf-8")
    return folder


@pytest.fixture
def settings(tmp_path: Path, source: Path) -> Settings:
    """A home into which texts were read, and a release with these documents."""
    settings = Settings(home=tmp_path / "home")
    with open_warehouse(settings) as connection:
        ingest(settings, connection, [source], run_id="r1")
        write_marts(connection)
    approve(settings)
    publish(settings, run_id="r1")
    return settings


def write_marts(connection: duckdb.DuckDBPyConnection) -> None:
    """Marts of which only the documents matter."""
    connection.execute("create temp table taken_in as from raw.documents")
    write_build(connection, {table: [] for table in good_rows(1)})
    connection.execute("delete from raw.documents")
    connection.execute("insert into raw.documents by name from taken_in")
    connection.execute(
        "insert into marts.dim_documents by name select * exclude (media_type, encoding, raw, cleaner_version, run_id, "
        "dateline_place, dateline_agency), document_id as story_id, false as is_syndicated_copy, "
        "'x1' as extractor_version from taken_in"
    )


def run_rebuild(settings: Settings) -> RebuildResult:
    with hold_lock(settings, command="rebuild"):
        return rebuild(settings, run_id="r2")


def documents(settings: Settings, columns: str = COLUMNS) -> list[tuple[object, ...]]:
    with open_warehouse(settings) as connection:
        return connection.execute(f"select {columns} from raw.documents order by document_id").fetchall()


def damage(path: Path, start: int, stop: int) -> None:
    content = bytearray(path.read_bytes())
    content[start:stop] = b"\x5a" * (min(stop, len(content)) - start)
    path.write_bytes(content)


def test_a_warehouse_that_can_be_read_gives_all_it_took_in(settings):
    before = documents(settings, "*")
    result = run_rebuild(settings)
    assert documents(settings, "*") == before
    assert (result.from_warehouse_count, result.from_release_count, result.raw_lost_count) == (5, 0, 0)
    with open_warehouse(settings) as connection:
        assert connection.execute("select count(*) from raw.inputs").fetchall() == [(6,)]
        assert connection.execute("select count(*) from quality.rejected_inputs").fetchall() == [(1,)]
        assert connection.execute("select count(*) from parsed.documents").fetchall() == [(0,)]


def test_a_file_that_is_no_database_comes_back_from_the_release(settings):
    before = documents(settings)
    settings.warehouse_path.write_bytes(b"no database at all" * 1_000)
    with pytest.raises(WarehouseDamaged, match="newsledger rebuild"):
        documents(settings)
    result = run_rebuild(settings)
    assert documents(settings) == before
    assert (result.from_warehouse_count, result.from_release_count, result.raw_lost_count) == (0, 5, 5)
    assert result.release_id == settings.current_dir.resolve().name
    assert result.moved_to is not None
    assert Path(result.moved_to).read_bytes().startswith(b"no database at all")


def test_a_deleted_warehouse_comes_back_from_the_release(settings):
    before = documents(settings)
    settings.warehouse_path.unlink()
    result = run_rebuild(settings)
    assert documents(settings) == before
    assert result.moved_to is None
    with open_warehouse(settings) as connection:
        assert connection.execute("select count(*) from quality.rejected_inputs").fetchall() == [(1,)]


def test_files_that_are_still_there_give_their_bytes_again(settings, source):
    before = documents(settings, "document_id, raw")
    settings.warehouse_path.unlink()
    run_rebuild(settings)
    assert documents(settings, "document_id, raw") != before
    with open_warehouse(settings) as connection:
        ingest(settings, connection, [source], run_id="r3")
    assert documents(settings, "document_id, raw") == before


def test_damage_anywhere_in_the_file_loses_no_document(settings):
    whole = settings.warehouse_path.read_bytes()
    before = documents(settings, "document_id, body")
    for start in range(0, len(whole), max(len(whole) // 12, 1)):
        settings.warehouse_path.write_bytes(whole)
        damage(settings.warehouse_path, start, start + 4_096)
        result = run_rebuild(settings)
        assert documents(settings, "document_id, body") == before, start
        assert result.from_warehouse_count + result.from_release_count == 5


def test_a_text_that_was_cleaned_anew_since_the_release_does_not_come_twice(settings):
    with open_warehouse(settings) as connection:
        connection.execute("update raw.documents set document_id = 'new', body = body || '.' where uri = '0.txt'")
    before = documents(settings)
    assert run_rebuild(settings).from_release_count == 0
    assert documents(settings) == before


def test_a_damaged_release_is_passed_over_for_the_one_before(settings):
    with open_warehouse(settings) as connection:
        connection.execute("update marts.dim_documents set title = 'Two'")
    approve(settings)
    publish(settings, run_id="r2")
    first, second = sorted(path for path in settings.releases_dir.iterdir() if path.is_dir())
    database = second / "newsledger.duckdb"
    database.chmod(0o644)
    database.write_bytes(b"no database")
    settings.warehouse_path.unlink()
    result = run_rebuild(settings)
    assert (result.release_id, result.from_release_count) == (first.name, 5)
    assert second.name in result.notes[0]


def test_with_neither_there_is_nothing_to_make_it_from(tmp_path):
    with pytest.raises(UsageError, match="newsledger run"):
        run_rebuild(Settings(home=tmp_path))


def test_a_full_disk_leaves_the_old_file_where_it_is(settings, monkeypatch):
    import flows.rebuild

    def fail(*arguments: object, **named: object) -> None:
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr(flows.rebuild, "_take_from_warehouse", fail)
    before = settings.warehouse_path.read_bytes()
    with pytest.raises(StorageError, match="not touched"):
        run_rebuild(settings)
    assert settings.warehouse_path.read_bytes() == before
    assert not list(settings.home.glob("*rebuilding*"))


def test_the_command_tells_what_it_did(settings, monkeypatch, capsys):
    settings.warehouse_path.unlink()
    monkeypatch.setenv("NEWSLEDGER_HOME", str(settings.home))
    monkeypatch.chdir(settings.home)
    with pytest.raises(SystemExit) as ended:
        main(["rebuild"])
    assert ended.value.code == 0
    assert "from release count           5" in capsys.readouterr().out
