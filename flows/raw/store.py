"""The ``raw`` tables and ``quality.rejected_inputs``: what ingest reads and writes, a batch in one transaction."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flows.raw.documents import PARTLY, merge
from flows.records import Document, RejectedInput
from flows.sources.folder import InputFile
from flows.warehouse import transaction

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

BATCH_DOCUMENTS = 500
BATCH_BYTES = 32_000_000

_PARSED = "documents sentences entities mentions figures events event_participants event_figures stories".split()
_TABLES_BY_DOCUMENT = ("raw.documents", *(f"parsed.{name}" for name in _PARSED))
_REPORT_COLUMNS = ("source_id", "uri", "stage", "reason")


@dataclass(slots=True)
class Counts:
    new: int = 0
    updated: int = 0
    known: int = 0


@dataclass(slots=True)
class Batch:
    """What was read and is not yet written. Documents of one key are one; the last word on an input counts."""

    documents: dict[str, Document] = field(default_factory=dict)
    rejected: dict[tuple[str, str, str], RejectedInput] = field(default_factory=dict)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    begun: list[dict[str, Any]] = field(default_factory=list)
    repeated: int = 0
    size_bytes: int = 0

    def begin(self, file: InputFile) -> None:
        """A file is read: what was said of it before is void."""
        self.begun.append({"source_id": file.source_id, "uri": file.uri})

    def add(self, document: Document) -> None:
        before = self.documents.get(document.document_id)
        self.repeated += before is not None
        self.documents[document.document_id] = merge(before, document) if before else document
        self.size_bytes += len(document.raw) + 4 * len(document.body)

    def reject(self, rejected: RejectedInput) -> None:
        self.rejected[rejected.source_id, rejected.uri, rejected.stage] = rejected

    @property
    def is_full(self) -> bool:
        return len(self.documents) + len(self.rejected) >= BATCH_DOCUMENTS or self.size_bytes >= BATCH_BYTES

    @property
    def is_empty(self) -> bool:
        return not (self.documents or self.rejected or self.inputs or self.begun)


class RawStore:
    """Reads and writes the ``raw`` tables for one run.

    Args:
        connection: To the warehouse, whose lock is held.
        version: ``cleaner_version`` of the rows that are written.
    """

    def __init__(self, connection: "duckdb.DuckDBPyConnection", *, version: str, run_id: str, now: datetime) -> None:
        self._connection = connection
        self._version = version
        self._run_id = run_id
        self._now = now
        self.counts = Counts()

    def known_inputs(self, source_id: str) -> dict[str, tuple[str, int]]:
        """Digest and count of documents of the inputs that were read by the present rules, by ``uri``."""
        rows = self._connection.execute(
            "select uri, input_sha256, document_count from raw.inputs where source_id = ? and cleaner_version = ?",
            [source_id, self._version],
        ).fetchall()
        return {uri: (digest, count) for uri, digest, count in rows}

    def stale_ids(self) -> list[str]:
        """The documents whose bodies other rules made."""
        rows = self._connection.execute(
            "select document_id from raw.documents where cleaner_version <> ? order by document_id", [self._version]
        ).fetchall()
        return [document_id for (document_id,) in rows]

    def stored(self, document_ids: list[str]) -> list[tuple[Document, datetime]]:
        """Documents with when each was first seen."""
        sql = "select * from raw.documents where document_id in (select unnest($ids))"
        rows = self._connection.sql(sql, params={"ids": document_ids}).to_arrow_table().to_pylist()
        return [_document(row) for row in rows]

    def transaction(self) -> AbstractContextManager[None]:
        """All that the block writes, or nothing of it."""
        return transaction(self._connection)

    def write(self, batch: Batch) -> None:
        """Write a batch in one transaction and count what it changed."""
        with self.transaction():
            if batch.begun:
                self._with_rows(
                    batch.begun,
                    """
                    delete from quality.rejected_inputs as old using _rows as new
                    where old.source_id = new.source_id
                        and (old.uri = new.uri or starts_with(old.uri, new.uri || '#'))
                    """,
                )
            if batch.documents:
                self._write_documents(batch)
            rejected = [self._rejected_row(row) for row in batch.rejected.values()]
            inputs = [
                row | {"cleaner_version": self._version, "run_id": self._run_id, "seen_at": self._now}
                for row in batch.inputs
            ]
            for table, rows in (("raw.inputs", inputs), ("quality.rejected_inputs", rejected)):
                if rows:
                    self._with_rows(rows, f"insert or replace into {table} by name select * from _rows")

    def _write_documents(self, batch: Batch) -> None:
        before = {document.document_id: (document, seen) for document, seen in self.stored(list(batch.documents))}
        replaced = self._superseded(batch.documents.values())
        changed: list[tuple[Document, datetime | None]] = []
        for document_id, document in batch.documents.items():
            stored, first_seen_at = before.get(document_id, (None, None))
            merged = merge(stored, document) if stored else document
            if merged == stored:
                self.counts.known += 1
                continue
            if stored or document_id in replaced.values():
                self.counts.updated += 1
            else:
                self.counts.new += 1
            changed.append((merged, first_seen_at))
        self.counts.known += batch.repeated
        self.remove(list(replaced))
        self.put(changed)

    def put(self, documents: Sequence[tuple[Document, datetime | None]]) -> None:
        """Write documents over those of the same keys; None: first seen now."""
        rows = [
            {column: getattr(document, column) for column in Document.__dataclass_fields__}
            | {"cleaner_version": self._version, "first_seen_at": seen or self._now, "run_id": self._run_id}
            for document, seen in documents
        ]
        if rows:
            sql = "insert or replace into raw.documents by name select * from _rows"
            self._with_rows(rows, sql, schema=_document_schema())

    def _superseded(self, documents: Iterable[Document]) -> dict[str, str]:
        """What the same place gave before with the same text, under another publisher; and what it became."""
        columns = ("document_id", "source_id", "uri", "content_sha256")
        found = self._with_rows(
            [{column: getattr(document, column) for column in columns} for document in documents],
            """
            select old.document_id, new.document_id
            from raw.documents as old join _rows as new using (source_id, uri, content_sha256)
            where old.document_id <> new.document_id
            """,
        )
        return dict(found)

    def remove(self, document_ids: list[str]) -> None:
        """Take documents out, with what was read out of them."""
        for table in _TABLES_BY_DOCUMENT if document_ids else ():
            self._connection.execute(f"delete from {table} where document_id in (select unnest(?))", [document_ids])

    def forget_rejections(self, source_id: str, uris: set[str]) -> None:
        """Drop what earlier runs said of files that are gone, or are no longer refused by the walk."""
        self._with_rows(
            [{"uri": uri} for uri in sorted(uris)] or [{"uri": ""}],
            """
            delete from quality.rejected_inputs as old
            where old.source_id = ? and old.run_id <> ?
                and old.uri not in (select uri from _rows)
                and regexp_replace(old.uri, '#[0-9]+$', '') not in (select uri from _rows)
            """,
            parameters=[source_id, self._run_id],
        )

    def standing_rejections(self, source_ids: list[str]) -> tuple[int, int]:
        """How many inputs of these sources are no documents, and of how many a part was refused."""
        stages = self._connection.execute(
            """
            select stage, count(*) from quality.rejected_inputs
            where source_id in (select unnest(?)) group by stage
            """,
            [source_ids],
        ).fetchall()
        noted = sum(count for stage, count in stages if stage in PARTLY)
        return sum(count for _, count in stages) - noted, noted

    def waiting(self, languages: list[str], *, undetermined: str) -> dict[str, int]:
        """Documents per language other than these."""
        rows = self._connection.execute(
            """
            select coalesce(language, ?), count(*) from raw.documents
            where language is null or language not in (select unnest(?)) group by 1 order by 1
            """,
            [undetermined, languages],
        ).fetchall()
        return dict(rows)

    def _rejected_row(self, row: RejectedInput) -> dict[str, Any]:
        told = {column: getattr(row, column) for column in _REPORT_COLUMNS}
        return told | {"bytes": row.size_bytes, "run_id": self._run_id}

    def _with_rows(
        self,
        rows: list[dict[str, Any]],
        sql: str,
        *,
        schema: "pa.Schema | None" = None,
        parameters: Sequence[str] = (),
    ) -> list[tuple[Any, ...]]:
        """Run a statement that reads ``rows`` as the table ``_rows``; returns its result."""
        import pyarrow as pa

        self._connection.register("_rows", pa.Table.from_pylist(rows, schema=schema))
        try:
            return self._connection.execute(sql, list(parameters)).fetchall()
        finally:
            self._connection.unregister("_rows")


def _document(row: dict[str, Any]) -> tuple[Document, datetime]:
    first_seen_at: datetime = row["first_seen_at"]
    for column in ("cleaner_version", "first_seen_at", "run_id"):
        del row[column]
    return Document(**{**row, "authors": tuple(row["authors"] or ())}), first_seen_at


def _document_schema() -> "pa.Schema":
    import pyarrow as pa

    text, moment = pa.string(), pa.timestamp("us", tz="UTC")
    types = {
        "authors": pa.list_(text),
        "published_at": moment,
        "published_on": pa.date32(),
        "word_count": pa.int32(),
        "raw": pa.binary(),
        "first_seen_at": moment,
    }
    names = [*Document.__dataclass_fields__, "cleaner_version", "first_seen_at", "run_id"]
    return pa.schema([(name, types.get(name, text)) for name in names])
