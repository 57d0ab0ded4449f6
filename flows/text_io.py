"""Single texts without a database: JSON lines in and out, or a coloured view on a terminal."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from flows.errors import LedgerError, UsageError
from flows.records import Findings
from flows.safe_text import for_log, without_controls
from flows.settings import Settings

if TYPE_CHECKING:
    from spacy.language import Language

    from flows.nlp.pipeline import Text


def _reader(settings: Settings, language: str) -> "Language":
    from flows.nlp.pipeline import build_nlp

    if language not in settings.models:
        raise UsageError(
            f"No model reads {language!r}; configured are {', '.join(sorted(settings.models))} (setting `models`)."
        )
    return build_nlp(settings.models[language], settings.lexicon_dirs)


def parse_one(settings: Settings, text: str, published_on: date | None, *, language: str, is_json: bool) -> None:
    """Read one text and print what it states: in colour on a terminal, else one JSON line."""
    from flows.nlp.pipeline import extract

    if len(text) > settings.max_document_chars:
        raise UsageError(_too_long(len(text), settings))
    findings = extract(_reader(settings, language), text, published_on=published_on)
    if is_json or not sys.stdout.isatty():
        print(json.dumps(findings.as_json_row(), ensure_ascii=False))
    else:
        _show(findings)


def parse_lines(settings: Settings, source: Path, target: Path, published_on: date | None, *, language: str) -> None:
    """Read each line of a JSONL file; one line out per line in, in the same order.

    A line that cannot be read gives ``{"id": …, "error": …}``, a message on standard error, and in the end exit
    code 1; the others are read all the same.

    Raises:
        LedgerError: Some lines could not be read; says how many.
    """
    from flows.nlp.pipeline import extract_all

    nlp = _reader(settings, language)
    failed = 0
    with ExitStack() as stack:
        lines: TextIO = sys.stdin if str(source) == "-" else stack.enter_context(source.open(encoding="utf-8"))
        out: TextIO = sys.stdout if str(target) == "-" else stack.enter_context(target.open("w", encoding="utf-8"))
        for batch in _batches(lines, settings, published_on):
            good = [text for _, text in batch if not isinstance(text, _Unreadable)]
            found = extract_all(nlp, good, batch_size=settings.batch_size)
            for given_id, text in batch:
                if isinstance(text, _Unreadable):
                    failed += 1
                    print(f"newsledger: {source}, line {text.line}: {text.problem}", file=sys.stderr)
                    row: dict[str, Any] = {"id": given_id, "error": text.problem}
                else:
                    row = next(found).as_json_row() | {"id": given_id}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    if failed:
        raise LedgerError(f"{failed} line(s) of {source} could not be read; the others were.")


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """A line that is no text to read, and why."""

    line: int
    problem: str


def _batches(
    lines: TextIO, settings: Settings, published_on: date | None
) -> "Iterator[list[tuple[Any, Text | _Unreadable]]]":
    batch: list[tuple[Any, Text | _Unreadable]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        batch.append(_read_line(number, line, settings, published_on))
        if len(batch) >= settings.batch_size:
            yield batch
            batch = []
    if batch:
        yield batch


def _read_line(
    number: int, line: str, settings: Settings, published_on: date | None
) -> "tuple[Any, Text | _Unreadable]":
    """The line's own id, as given, and its text; the line's number stands in for an id that is missing."""
    from flows.nlp.pipeline import Text

    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return None, _Unreadable(number, f"not JSON: {error}")
    if not isinstance(row, dict):
        return None, _Unreadable(number, 'needs {"id", "text"}')
    given_id = row.get("id", number)
    text, day = row.get("text"), row.get("published_on")
    if not isinstance(text, str):
        return given_id, _Unreadable(number, 'needs {"id", "text"}, the text a string')
    if len(text) > settings.max_document_chars:
        return given_id, _Unreadable(number, _too_long(len(text), settings))
    try:
        published_on = date.fromisoformat(str(day)[:10]) if day else published_on
    except ValueError:
        return given_id, _Unreadable(number, f"published_on is no date: {for_log(str(day))}")
    title = row.get("title")
    return given_id, Text(str(given_id), text, published_on, title if isinstance(title, str) else None)


def _too_long(length: int, settings: Settings) -> str:
    return f"{length:,} characters; the setting max_document_chars allows {settings.max_document_chars:,}"


def _shown_period(start: date | None, end: date | None) -> str:
    """A whole year as the year, else the two days."""
    if start is None and end is None:
        return ""
    if start and end and (start.month, start.day, end.month, end.day, start.year) == (1, 1, 12, 31, end.year):
        return str(start.year)
    return f"{start or ''} – {end or ''}" if start != end else str(start)


STYLES = {"figure": "bold green", "event": "bold magenta", "mention": "cyan"}


def _show(findings: Findings) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text as Styled

    console = Console(highlight=False, markup=False)
    names = {entity.entity_id: entity.entity_name for entity in findings.entities}
    body = Styled(without_controls(findings.body))
    for kind, spans in (("mention", findings.mentions), ("event", findings.events), ("figure", findings.figures)):
        for span in spans:
            body.stylize(STYLES[kind], span.char_start, span.char_end)
    console.print(body)

    def table(title: str, *columns: str) -> Table:
        return Table(
            *columns, box=box.SIMPLE, title=title, title_justify="left", title_style=STYLES[title.lower().rstrip("s")]
        )

    figures = table(
        "Figures", "surface", "kind", "value", "unit", "measure", "commodity", "period", "status", "from → to"
    )
    for item in findings.figures:
        parties = (names.get(item.supplier_entity_id or "", ""), names.get(item.recipient_entity_id or "", ""))
        period = _shown_period(item.period_start, item.period_end)
        figures.add_row(
            item.surface,
            item.kind,
            f"{item.comparator if item.comparator != '=' else ''}{item.value.normalize():,f}",
            item.unit_code or item.unit_surface or "",
            item.measure or item.measure_surface or item.counted_noun or "",
            item.commodity or "",
            period,
            item.status,
            " → ".join(parties) if any(parties) else names.get(item.subject_entity_id or "", ""),
        )
    events = table("Events", "trigger", "type", "mode", "status", "date", "who", "name")
    for event in findings.events:
        who = ", ".join(f"{one.role} {names.get(one.entity_id, one.entity_id)}" for one in event.participants)
        events.add_row(
            event.surface,
            event.event_type,
            event.event_mode or "",
            event.status,
            str(event.date_start or ""),
            who,
            event.event_name or "",
        )
    mentions = table("Mentions", "surface", "entity", "type", "linked by", "confidence")
    types = {entity.entity_id: entity.entity_type for entity in findings.entities}
    for mention in findings.mentions:
        mentions.add_row(
            mention.surface,
            names[mention.entity_id],
            types[mention.entity_id],
            mention.link_method,
            f"{mention.confidence:.2f}",
        )
    for part in (figures, events, mentions):
        if part.row_count:
            console.print(part)
