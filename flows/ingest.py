"""Step 1: files and folders into ``raw.documents``; what cannot become a document into ``quality.rejected_inputs``.

An input that was read before, and has not changed, is not read again. Texts that were read by other
rules of cleaning are cleaned again from the bytes that were kept. What is written at once is a batch in
one transaction: a run that is killed leaves whole batches, and the next run goes on from there.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from flows.errors import InputRejected
from flows.raw.documents import Noted, cleaner_version, headline_of, make_document, merge
from flows.raw.publication import Published
from flows.raw.store import BATCH_DOCUMENTS, Batch, RawStore
from flows.records import Document, RejectedInput
from flows.safe_text import for_log
from flows.settings import Settings
from flows.sources.folder import InputFile, make_sources, walk
from flows.sources.readers import read_again, read_texts
from flows.sources.records import Metadata, RawText

if TYPE_CHECKING:
    import duckdb

_log = logging.getLogger(__name__)

UNDETERMINED = "und"
"""ISO 639's code for a language that could not be told; a key of ``IngestResult.waiting`` only."""

_MAX_REASON_CHARS = 500

Progress = Callable[[int, int], None]
"""Is told how many files were looked at, of how many."""


@dataclass(frozen=True, slots=True)
class IngestResult:
    """Counts of one ingest.

    Attributes:
        new: Documents that were not in the warehouse.
        updated: Documents of which more, or something surer, is known now, or whose body was cleaned anew.
        known: Documents met that are in the warehouse as they are.
        rejected: Inputs of these sources that are no documents, from this run or, unchanged, from one before.
        noted: Inputs whose document is kept while a part was refused: a date, characters.
        waiting: Documents per language that no configured model reads; ``und``: language not told.
        files_read: Files read now.
        files_unchanged: Files passed over.
    """

    new: int = 0
    updated: int = 0
    known: int = 0
    rejected: int = 0
    noted: int = 0
    waiting: dict[str, int] = field(default_factory=dict)
    files_read: int = 0
    files_unchanged: int = 0


def ingest(
    settings: Settings,
    connection: "duckdb.DuckDBPyConnection",
    paths: Sequence[Path],
    *,
    run_id: str,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> IngestResult:
    """Read what is new in files and folders.

    Args:
        connection: To the warehouse, whose lock is held.
        paths: Each is a source of its own, named after it.
        now: The present, for tests.

    Raises:
        UsageError: A path is not there; nothing was read then.
    """
    sources = make_sources(paths)
    work = _Ingest(settings, connection, run_id=run_id, now=now or datetime.now(UTC))
    work.clean_again()
    walked = [(source.source_id, list(walk(source))) for source in sources]
    total, done = sum(len(items) for _, items in walked), 0
    for source_id, items in walked:
        known = work.store.known_inputs(source_id)
        for item in items:
            if isinstance(item, RejectedInput):
                work.reject(item)
            else:
                work.read_file(item, known.get(item.uri))
            done += 1
            if progress is not None:
                progress(done, total)
        work.flush()
        work.store.forget_rejections(source_id, {item.uri for item in items})
    return work.result([source.source_id for source in sources])


class _Ingest:
    def __init__(
        self, settings: Settings, connection: "duckdb.DuckDBPyConnection", *, run_id: str, now: datetime
    ) -> None:
        self._settings = settings
        self._now = now
        self._user_dirs = tuple(settings.lexicon_dirs)
        self.store = RawStore(connection, version=cleaner_version(self._user_dirs), run_id=run_id, now=now)
        self._batch = Batch()
        self._files_read = 0
        self._files_unchanged = 0

    def read_file(self, file: InputFile, known: tuple[str, int] | None) -> None:
        digest, size = self._digest(file)
        if known is not None and digest == known[0]:
            self._files_unchanged += 1
            self.store.counts.known += known[1]
            return
        self._files_read += 1
        self._batch.begin(file)
        count = 0
        settings = self._settings
        for text in read_texts(file, max_chars=settings.max_document_chars, max_bytes=settings.max_input_bytes):
            if isinstance(text, RejectedInput):
                self.reject(text)
            elif (made := self._document(file.source_id, text)) is not None:
                count += 1
                self._batch.add(made)
            if self._batch.is_full:
                self.flush()
        if digest is not None:
            self._batch.inputs.append(
                {
                    "source_id": file.source_id,
                    "uri": file.uri,
                    "input_sha256": digest,
                    "size_bytes": size,
                    "document_count": count,
                }
            )

    def _digest(self, file: InputFile) -> tuple[str | None, int]:
        """Of all that decides what becomes of a file, with its size; None where it cannot or will not be read."""
        limits = (self._settings.max_document_chars, self._settings.max_input_bytes)
        digest = sha256(f"{file.told_digest} {limits}".encode())
        size = 0
        try:
            if file.path.stat().st_size > self._settings.max_input_bytes:
                return None, size
            with file.path.open("rb") as opened:
                while piece := opened.read(1_000_000):
                    digest.update(piece)
                    size += len(piece)
        except OSError:
            return None, size  # the reader meets the same error and says it
        return digest.hexdigest(), size

    def _document(self, source_id: str, text: RawText) -> Document | None:
        """The document of a text, its notes told; None where there is none, which is told as well."""
        try:
            document, notes = self._made(source_id, text)
        except InputRejected as error:
            self.reject(RejectedInput(source_id, text.uri, error.stage, error.reason, len(text.raw)))
            return None
        self._note(document, notes)
        return document

    def _made(self, source_id: str, text: RawText) -> tuple[Document, list[Noted]]:
        limit = self._settings.max_document_chars
        return make_document(source_id, text, now=self._now, max_chars=limit, user_dirs=self._user_dirs)

    def _note(self, document: Document, notes: list[Noted]) -> None:
        for note in notes:
            size = len(document.raw)
            self.reject(RejectedInput(document.source_id, document.uri, note.stage, note.reason, size))

    def reject(self, rejected: RejectedInput) -> None:
        reason = for_log(rejected.reason, limit=_MAX_REASON_CHARS)
        _log.warning("source=%s uri=%s %s: %s", rejected.source_id, for_log(rejected.uri), rejected.stage, reason)
        self._batch.reject(replace(rejected, reason=reason))

    def flush(self) -> None:
        """Write what was read, and begin another batch."""
        batch, self._batch = self._batch, Batch()
        if not batch.is_empty:
            self.store.write(batch)

    def clean_again(self) -> None:
        """Bring bodies that were made by other rules up to the present ones, from the bytes that were kept."""
        stale = self.store.stale_ids()
        for start in range(0, len(stale), BATCH_DOCUMENTS):
            with self.store.transaction():
                for document, first_seen_at in self.store.stored(stale[start : start + BATCH_DOCUMENTS]):
                    self._clean_one_again(document, first_seen_at)
            self.flush()

    def _clean_one_again(self, before: Document, first_seen_at: datetime) -> None:
        try:
            text = read_again(before.raw, before.uri, before.media_type).told(_told_of(before))
            document, notes = self._made(before.source_id, text)
        except InputRejected as error:
            # Its bytes are nowhere else: it is kept as it was, and said.
            reason = f"{error.reason}; kept as cleaned before"
            self.reject(RejectedInput(before.source_id, before.uri, error.stage, reason, len(before.raw)))
            self.store.put([(before, first_seen_at)])
            return
        self._note(document, notes)
        if document.document_id != before.document_id:
            self.store.remove([before.document_id])
            for same, seen in self.store.stored([document.document_id]):
                document, first_seen_at = merge(document, same), min(first_seen_at, seen)
        self.store.counts.updated += document != before
        self.store.put([(document, first_seen_at)])

    def result(self, source_ids: list[str]) -> IngestResult:
        rejected, noted = self.store.standing_rejections(source_ids)
        counts = self.store.counts
        return IngestResult(
            new=counts.new,
            updated=counts.updated,
            known=counts.known,
            rejected=rejected,
            noted=noted,
            waiting=self.store.waiting(list(self._settings.models), undetermined=UNDETERMINED),
            files_read=self._files_read,
            files_unchanged=self._files_unchanged,
        )


def _told_of(document: Document) -> Metadata:
    """What is known of a stored document beside its bytes, as if a ``metadata.csv`` said it."""
    published = None
    if document.published_on is not None and document.published_basis in ("metadata", "feed"):
        published = Published(document.published_on, document.published_at)
    return Metadata(
        title=None if document.title == headline_of(document.body) else document.title,
        url=document.url,
        published=published,
        publisher=document.publisher,
        language=document.language,
        authors=document.authors,
        published_basis=(document.published_basis if published else None) or "metadata",
    )
