"""Single texts without a database: JSON lines in and out, or a coloured view on a terminal."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
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
        for batch in _batches(lines, settings.batch_size, published_on):
            good = [text for text in batch if not isinstance(text, _Unreadable)]
            found = extract_all(nlp, good, batch_size=settings.batch_size)
            for text in batch:
                if isinstance(text, _Unreadable):
                    failed += 1
                    print(f"newsledger: {source}, line {text.line}: {text.problem}", file=sys.stderr)
                    row: dict[str, Any] = {"id": text.document_id, "error": text.problem}
                else:
                    row = next(found).as_json_row()
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    if failed:
        raise LedgerError(f"{failed} line(s) of {source} could not be read; the others were.")


class _Unreadable:
    """A line that is no text to read, and why."""

    def __init__(self, line: int, problem: str, document_id: Any = None) -> None:
        self.line = line
        self.problem = problem
        self.document_id = document_id


def _batches(lines: TextIO, size: int, published_on: date | None) -> "Iterator[list[Text | _Unreadable]]":
    batch: list[Text | _Unreadable] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        batch.append(_read_line(number, line, published_on))
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def _read_line(number: int, line: str, published_on: date | None) -> "Text | _Unreadable":
    from flows.nlp.pipeline import Text

    try:
        row = json.loads(line)
    except ValueError as error:
        return _Unreadable(number, f"not JSON: {error}")
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        return _Unreadable(number, 'needs {"id", "text"}, the text a string', _id_of(row))
    given = row.get("published_on")
    try:
        day = date.fromisoformat(str(given)[:10]) if given else published_on
    except ValueError:
        return _Unreadable(number, f"published_on is no date: {for_log(str(given))}", _id_of(row))
    return Text(str(row.get("id", number)), row["text"], day, row.get("title"))


def _id_of(row: Any) -> Any:
    return row.get("id") if isinstance(row, dict) else None


STYLES = {"figure": "bold green", "event": "bold magenta", "mention": "cyan"}


def _show(findings: Findings) -> None:
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
        return Table(*columns, title=title, title_justify="left", title_style=STYLES[title.lower().rstrip("s")])

    figures = table(
        "Figures", "surface", "kind", "value", "unit", "measure", "commodity", "period", "status", "from → to"
    )
    for item in findings.figures:
        parties = (names.get(item.supplier_entity_id or "", ""), names.get(item.recipient_entity_id or "", ""))
        period = f"{item.period_start} – {item.period_end}" if item.period_start else ""
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
