"""One run's identity, its record in ``ops.runs``, and what it tells at its end."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import CONTRACT_VERSION, __version__
from flows.paths import DBT_PROJECT, EXPECTATIONS, PACKAGE
from flows.settings import Settings

if TYPE_CHECKING:
    import duckdb


def new_run_id() -> str:
    """Sorts by start: ``20260102T030405Z-9f3c``."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


@dataclass(slots=True)
class RunSummary:
    """What a run did: counts and names, no rows."""

    run_id: str
    outcome: str = "running"
    """``published``, ``unchanged`` (nothing new, the last release stays), ``refused`` or ``failed``."""
    release_id: str | None = None
    database: str | None = None
    data_docs: str | None = None
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Step to its counts and ``seconds``."""

    def as_json(self) -> str:
        return json.dumps(asdict(self), default=str)


def record_start(connection: "duckdb.DuckDBPyConnection", run_id: str, command: str) -> None:
    connection.execute(
        "insert into ops.runs (run_id, command, started_at) values ($1, $2, $3)", [run_id, command, datetime.now(UTC)]
    )


def record_end(connection: "duckdb.DuckDBPyConnection", summary: RunSummary) -> None:
    connection.execute(
        "update ops.runs set ended_at = $1, outcome = $2, release_id = $3, summary = $4 where run_id = $5",
        [datetime.now(UTC), summary.outcome, summary.release_id, summary.as_json(), summary.run_id],
    )


def inputs_digest(connection: "duckdb.DuckDBPyConnection", settings: Settings) -> str:
    """Names all that a release is made of: documents and their metadata, what read them, and the rules.

    Two runs with the same digest would publish the same content, so the second need not.
    """
    digest = sha256(f"{__version__} {CONTRACT_VERSION}".encode())
    queries = (
        "select coalesce(bit_xor(hash(columns(* exclude (raw, run_id, first_seen_at)))), 0)"
        " from (select * from raw.documents)",
        "select coalesce(bit_xor(hash(document_id, extractor_version, published_on)), 0) from parsed.documents",
        "select coalesce(bit_xor(hash(source_id, uri, stage, reason)), 0) from quality.rejected_inputs",
    )
    for query in queries:
        digest.update(str(connection.execute(query).fetchone()).encode())
    folders = (DBT_PROJECT, EXPECTATIONS, PACKAGE, *settings.lexicon_dirs, *settings.expectation_dirs)
    for path in _rule_files(folders):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _rule_files(folders: Sequence[Path]) -> list[Path]:
    endings = {".sql", ".yml", ".csv", ".py"}
    return sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in endings)


def last_published_digest(connection: "duckdb.DuckDBPyConnection") -> str | None:
    """The digest of the last run that ended with a release or with nothing new; None before the first."""
    row = connection.execute(
        "select summary->>'$.steps.publish.inputs_digest' from ops.runs "
        "where outcome = 'published' order by ended_at desc limit 1"
    ).fetchone()
    return row[0] if row else None
