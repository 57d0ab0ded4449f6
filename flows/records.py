"""What crosses from step to step. Columns that the published contract names keep its names and meanings."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any


def stable_id(*parts: object) -> str:
    """A key that depends on its parts alone: the same on every machine, in any order of runs.

    Returns:
        20 hex digits of SHA-256 over the parts, joined by a unit separator; None counts as empty.
    """
    joined = "\x1f".join("" if part is None else str(part) for part in parts)
    return sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class Document:
    """One text of one publisher, as ``sources`` hand it to ``ingest``: a row of ``raw.documents``."""

    document_id: str
    source_id: str
    uri: str
    body: str
    raw: bytes
    media_type: str
    encoding: str | None = None
    publisher: str | None = None
    title: str | None = None
    url: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    published_at: datetime | None = None
    published_on: date | None = None
    published_basis: str | None = None
    dateline_place: str | None = None
    dateline_agency: str | None = None
    word_count: int = 0
    content_sha256: str = ""


@dataclass(frozen=True, slots=True)
class RejectedInput:
    """One input that could not become a document: a row of ``quality.rejected_inputs``."""

    source_id: str
    uri: str
    stage: str
    reason: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Sentence:
    sentence_id: str
    position: int
    char_start: int
    char_end: int
    surface: str


@dataclass(frozen=True, slots=True)
class Entity:
    """Someone or something meant; the same ``entity_id`` wherever it is meant."""

    entity_id: str
    entity_name: str
    entity_type: str
    wikidata_id: str | None = None
    country_iso3: str | None = None
    sector: str | None = None
    aliases: tuple[str, ...] = ()
    is_curated: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    mention_id: str
    sentence_id: str
    char_start: int
    char_end: int
    surface: str
    entity_id: str
    ner_label: str | None
    link_method: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, as stated in one place: the columns of ``fct_figures`` that text alone gives."""

    figure_id: str
    sentence_id: str
    char_start: int
    char_end: int
    surface: str
    kind: str
    value: Decimal
    value_low: Decimal | None
    value_high: Decimal | None
    comparator: str
    unit_code: str | None
    unit_surface: str | None
    dimension: str | None
    confidence: float
    counted_noun: str | None = None
    measure: str | None = None
    measure_surface: str | None = None
    commodity: str | None = None
    supplier_entity_id: str | None = None
    recipient_entity_id: str | None = None
    subject_entity_id: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    period_surface: str | None = None
    period_basis: str | None = None
    status: str = "reported"
    base_figure_id: str | None = None
    direction: str | None = None
    change_basis: str | None = None
    is_record: bool = False
    speaker_entity_id: str | None = None
    explanation: str | None = None
    """Why it was read so: rule and cue ids, for ``newsledger show``."""


@dataclass(frozen=True, slots=True)
class Participant:
    entity_id: str
    role: str


@dataclass(frozen=True, slots=True)
class Event:
    """One place that tells of an event, with the columns of the event it tells of.

    ``event_id`` joins the mentions of one event inside one document; reports of other documents join
    it in dbt.
    """

    event_mention_id: str
    event_id: str
    sentence_id: str
    char_start: int
    char_end: int
    surface: str
    speaker_entity_id: str | None
    confidence: float
    event_type: str
    event_mode: str | None
    cameo_code: str | None
    quad_class: str | None
    intensity: float | None
    event_name: str | None
    status: str
    date_start: date | None = None
    date_end: date | None = None
    date_surface: str | None = None
    date_basis: str | None = None
    place_entity_id: str | None = None
    place_country_iso3: str | None = None
    participants: tuple[Participant, ...] = ()
    figure_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was read out of one document, each list in text order.

    ``body[char_start:char_end] == surface`` in every row.
    """

    document_id: str
    body: str
    sentences: list[Sentence] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def as_json_row(self) -> dict[str, Any]:
        """The line that ``newsledger parse --output`` writes; dates as ISO text, decimals as numbers."""
        from dataclasses import asdict

        row = asdict(self)
        row["id"] = row.pop("document_id")
        return {"id": row.pop("id"), **{key: plain(value) for key, value in row.items()}}


def plain(value: Any) -> Any:
    """A value as JSON knows it: decimals as numbers (whole ones as integers), dates as ISO text, tuples as lists."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
