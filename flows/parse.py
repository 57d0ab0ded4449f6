"""raw.documents -> parsed.*: reads what is new or was read by another extractor, on all cores."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.arrow import table_of
from flows.records import Entity, Event, Figure, Findings, Mention, Sentence
from flows.settings import Settings
from flows.warehouse import append_arrow, transaction

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from flows.nlp.pipeline import Text

Tables = dict[str, "pa.Table"]
Progress = Callable[[int, int, int], None]
"""Is told (documents done, documents in all, words read so far)."""

CHARS_PER_BATCH = 120_000
"""About 20,000 words, three seconds of one core: small enough to lose little when killed."""

ONE_PROCESS_CHARS = 300_000
"""Below this, loading the model into further processes takes longer than they save."""

TABLES = ("sentences", "entities", "mentions", "figures", "events", "event_participants", "event_figures")


@dataclass(frozen=True, slots=True)
class ParseResult:
    """Counts of one parse step; ``waiting`` are documents in a language without a model, by language."""

    document_count: int
    sentence_count: int
    figure_count: int
    event_count: int
    word_count: int
    waiting: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Batch:
    language: str
    texts: "list[Text]"
    word_count: int


@dataclass(frozen=True, slots=True)
class _Version:
    document_id: str
    published_on: date | None
    word_count: int


def parse(
    settings: Settings,
    connection: "duckdb.DuckDBPyConnection",
    *,
    run_id: str,
    progress: Progress | None = None,
) -> ParseResult:
    """Read every document that this extractor has not read yet; hold the warehouse's lock.

    A batch is one transaction: a run killed half-way keeps what it had read, and the next goes on.

    Args:
        run_id: Is written beside each document read.
        progress: Is called after each batch.
    """
    from flows.nlp.pipeline import extractor_version

    versions = {
        language: extractor_version(model, settings.lexicon_dirs) for language, model in settings.models.items()
    }
    _forget_documents_that_are_gone(connection)
    pending = _pending(connection, versions)
    counts = dict.fromkeys(("sentences", "figures", "events"), 0)
    documents_done = words_done = 0
    for batch, tables in _read_batches(settings, connection, pending):
        _write(connection, batch, tables, versions[batch.language], run_id)
        documents_done += len(batch.texts)
        words_done += batch.word_count
        for name in counts:
            counts[name] += tables[name].num_rows
        if progress:
            progress(documents_done, len(pending), words_done)
    return ParseResult(
        document_count=documents_done,
        sentence_count=counts["sentences"],
        figure_count=counts["figures"],
        event_count=counts["events"],
        word_count=words_done,
        waiting=waiting_languages(connection, settings),
    )


def waiting_languages(connection: "duckdb.DuckDBPyConnection", settings: Settings) -> dict[str, int]:
    """How many documents wait for a model, by language; ``und`` where the language is not known."""
    rows = connection.execute(
        "select coalesce(language, 'und'), count(*) from raw.documents "
        "where not list_contains($1, coalesce(language, 'und')) group by 1 order by 1",
        [list(settings.models)],
    ).fetchall()
    return dict(rows)


def _pending(connection: "duckdb.DuckDBPyConnection", versions: dict[str, str]) -> list[tuple[str, str, int]]:
    """(document_id, language, length) of what is to be read, in an order that depends on the documents alone."""
    return connection.execute(
        """
        select document_id, language, length(body)
        from raw.documents as document
        join (select unnest($languages) as language, unnest($versions) as version) as reader using (language)
        left join parsed.documents as known using (document_id)
        where known.document_id is null
            or known.extractor_version != reader.version
            or known.published_on is distinct from document.published_on
        order by language, document_id
        """,
        {"languages": list(versions), "versions": list(versions.values())},
    ).fetchall()


def _forget_documents_that_are_gone(connection: "duckdb.DuckDBPyConnection") -> None:
    """A cleaner that changed gives a text another key; what was read out of the old one goes with it."""
    gone = [
        row[0]
        for row in connection.execute(
            "select document_id from parsed.documents anti join raw.documents using (document_id)"
        ).fetchall()
    ]
    if gone:
        with transaction(connection):
            _delete(connection, gone)


def _read_batches(
    settings: Settings, connection: "duckdb.DuckDBPyConnection", pending: list[tuple[str, str, int]]
) -> Iterator[tuple[_Batch, Tables]]:
    lexicon_dirs = settings.lexicon_dirs
    batches = _batches(connection, pending)
    workers = settings.workers or os.cpu_count() or 1
    if workers == 1 or sum(length for _, _, length in pending) < ONE_PROCESS_CHARS:
        for batch in batches:
            yield batch, read_texts(settings.models[batch.language], lexicon_dirs, batch.texts, settings.batch_size)
        return
    # Spawned, not forked: the flow runs in a process with threads, and a fork copies their locks as they stand.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_parent) as pool:
        running: dict[Future[Tables], _Batch] = {}
        for batch in batches:
            model = settings.models[batch.language]
            running[pool.submit(read_texts, model, lexicon_dirs, batch.texts, settings.batch_size)] = batch
            # One batch waits per worker: memory stays flat however long the archive is.
            while len(running) >= 2 * workers:
                yield from _finished(running)
        while running:
            yield from _finished(running)


def _end_with_parent() -> None:
    """A worker of a run that was killed would wait for work for ever, with a model in its memory."""
    parent = parent_process()
    assert parent is not None  # this runs in workers only

    def wait_for_its_end() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait_for_its_end, name="end-with-parent", daemon=True).start()


def _finished(running: "dict[Future[Tables], _Batch]") -> Iterator[tuple[_Batch, Tables]]:
    done, _ = wait(running, return_when=FIRST_COMPLETED)
    for future in done:
        yield running.pop(future), future.result()


def _batches(connection: "duckdb.DuckDBPyConnection", pending: list[tuple[str, str, int]]) -> Iterator[_Batch]:
    held: list[str] = []
    chars = 0
    language = ""
    for document_id, its_language, length in pending:
        if held and (its_language != language or chars + length > CHARS_PER_BATCH):
            yield _load(connection, language, held)
            held, chars = [], 0
        language = its_language
        held.append(document_id)
        chars += length
    if held:
        yield _load(connection, language, held)


def _load(connection: "duckdb.DuckDBPyConnection", language: str, document_ids: list[str]) -> _Batch:
    from flows.nlp.pipeline import Text

    rows = connection.execute(
        "select document_id, body, published_on, title, word_count from raw.documents "
        "where list_contains($1, document_id) order by document_id",
        [document_ids],
    ).fetchall()
    return _Batch(language, [Text(*row[:4]) for row in rows], sum(row[4] for row in rows))


@cache
def _reader(model: str, lexicon_dirs: tuple[Path, ...]) -> Any:
    from flows.nlp.pipeline import build_nlp

    return build_nlp(model, lexicon_dirs)


def read_texts(model: str, lexicon_dirs: tuple[Path, ...], texts: "list[Text]", batch_size: int) -> Tables:
    """Read texts in this process; the model is loaded once and kept.

    Returns:
        One Arrow table per table of ``parsed``, without ``parsed.documents``; rows in text order.
    """
    from flows.nlp.pipeline import extract_all

    return tables_of(list(extract_all(_reader(model, lexicon_dirs), texts, batch_size=batch_size)))


def tables_of(found: list[Findings]) -> Tables:
    """Findings of many documents as Arrow tables, one per table of ``parsed``."""
    import pyarrow as pa

    def rows(name: str) -> Iterator[tuple[Any, dict[str, str]]]:
        for findings in found:
            for record in getattr(findings, name):
                yield record, {"document_id": findings.document_id}

    events = list(rows("events"))
    participants = [
        (keys["document_id"], event.event_mention_id, one.entity_id, one.role)
        for event, keys in events
        for one in event.participants
    ]
    figures = [
        (keys["document_id"], event.event_mention_id, figure_id)
        for event, keys in events
        for figure_id in event.figure_ids
    ]
    return {
        "sentences": table_of(Sentence, rows("sentences"), document_id=str),
        "entities": table_of(Entity, rows("entities"), document_id=str),
        "mentions": table_of(Mention, rows("mentions"), document_id=str),
        "figures": table_of(Figure, rows("figures"), document_id=str),
        "events": table_of(Event, events, document_id=str).drop_columns("figure_ids"),
        "event_participants": _text_table(("document_id", "event_mention_id", "entity_id", "role"), participants, pa),
        "event_figures": _text_table(("document_id", "event_mention_id", "figure_id"), figures, pa),
    }


def _text_table(names: tuple[str, ...], rows: Sequence[tuple[str, ...]], pa: Any) -> "pa.Table":
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})


def _write(
    connection: "duckdb.DuckDBPyConnection", batch: _Batch, tables: Tables, extractor_version: str, run_id: str
) -> None:
    document_ids = [text.document_id for text in batch.texts]
    with transaction(connection):
        _delete(connection, document_ids)
        for name in TABLES:
            append_arrow(connection, f"parsed.{name}", tables[name])
        connection.execute(
            """
            insert into parsed.documents
            select document_id, $version, published_on, count(sentence_id), word_count, $now, $run_id
            from raw.documents as document
            left join parsed.sentences using (document_id)
            where list_contains($ids, document_id)
            group by document_id, published_on, word_count
            """,
            {"version": extractor_version, "now": datetime.now(UTC), "run_id": run_id, "ids": document_ids},
        )


def _delete(connection: "duckdb.DuckDBPyConnection", document_ids: list[str]) -> None:
    for table in ("documents", *TABLES):
        connection.execute(f"delete from parsed.{table} where list_contains($1, document_id)", [document_ids])
