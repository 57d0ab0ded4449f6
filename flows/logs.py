"""One line of JSON per step of a run in ``<home>/logs/newsledger.jsonl``: what happened, how much, how long.

For machines that watch; nothing else shows it. Text from outside stands in it escaped, as JSON does.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from typing import Any

from flows.errors import StorageError
from flows.safe_text import for_log
from flows.settings import Settings

MAX_BYTES = 5_000_000
KEPT_FILES = 3
"""Beside the one that is written: 20 MB in all, some 50,000 steps."""

logger = logging.getLogger("newsledger")
logger.setLevel(logging.INFO)
# Prefect and pytest listen at the root; what they show stays as they make it.
logger.propagate = False
logger.addHandler(logging.NullHandler())


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts: Mapping[str, Any] = getattr(record, "facts", {"message": for_log(record.getMessage())})
        return json.dumps({"at": at, "level": record.levelname.lower(), **facts}, default=str)


class _QuietFile(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """A line that cannot be written stops no run and fills no screen: the step itself meets the full disk."""


@contextmanager
def steps_logged(settings: Settings) -> Iterator[None]:
    """Write what ``log_step`` is told to the home's log while the block runs. Hold the lock: one process writes.

    Raises:
        StorageError: The folder cannot be made.
    """
    path = settings.home / "logs" / "newsledger.jsonl"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{path.parent}: {error.strerror}. Free space or permissions, and run again.") from error
    handler = _QuietFile(path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True)
    handler.setFormatter(_JsonLines())
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()


def log_step(step: str, run_id: str, *, seconds: float, result: Any = None, error: BaseException | None = None) -> None:
    """One line: ``step``, ``run``, ``seconds``, then the counts of the step's result, or its error.

    Args:
        result: A dataclass; of it numbers, names and the lengths of lists are told.
    """
    facts: dict[str, Any] = {"step": step, "run": run_id, "seconds": round(seconds, 3)}
    if error is not None:
        facts |= {"error": type(error).__name__, "message": for_log(str(error), limit=500)}
    elif result is not None:
        facts |= counts_of(asdict(result))
    logger.log(logging.INFO if error is None else logging.ERROR, step, extra={"facts": facts})


def counts_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers and names of a step's result; of a list its length, for its lines may repeat what documents say."""
    told: dict[str, Any] = {}
    for name, value in result.items():
        if name == "seconds":
            continue  # parts of the step's own; the line has the whole
        if isinstance(value, list | tuple):
            told[name] = len(value)
        elif isinstance(value, dict):
            told[name] = counts_of(value)
        elif isinstance(value, str | int | float) and value != "":
            told[name] = value
    return told
