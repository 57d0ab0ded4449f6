"""What the components leave on a ``Doc`` for those after them. Offsets: code points of ``doc.text``, end-exclusive;
tokens: indices into the ``Doc``, end-exclusive.

=====================  ==========================  ==================================
``doc._.``             holds                       set by
=====================  ==========================  ==================================
``document_id``        key, for the findings' ids  the caller (``pipeline.extract``)
``published_on``       ``date`` or None            the caller
``title``              headline or None            the caller
``periods``            ``list[PeriodSpan]``        ``ledger_periods``
``quantities``         ``list[Quantity]``          ``ledger_quantities``
``mentions``           ``list[MentionSpan]``       ``ledger_entities``
``attributions``       ``list[Attribution]``       ``ledger_attributions``
``figures``            ``list[Figure]``            ``ledger_figures``
``events``             ``list[Event]``             ``ledger_events``
=====================  ==========================  ==================================
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from spacy.tokens import Doc

from flows.records import Entity

_EXTENSIONS = (
    "document_id",
    "published_on",
    "title",
    "periods",
    "quantities",
    "mentions",
    "attributions",
    "figures",
    "events",
)


def register_extensions() -> None:
    """Make ``doc._.…`` known to spaCy; may be called again."""
    for name in _EXTENSIONS:
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=None)


@dataclass(slots=True)
class PeriodSpan:
    """An expression of time in the text.

    ``start`` and ``end`` are inclusive dates, None where the text needs a publication date that is not known.
    ``basis`` is ``stated`` or ``relative``, None where unresolved. ``role`` is the preposition's meaning:
    ``in``, ``by`` (a deadline), ``since``, ``until``, ``over`` (a span from now), ``before``, ``after``.
    """

    char_start: int
    char_end: int
    token_start: int
    token_end: int
    surface: str
    start: date | None
    end: date | None
    basis: str | None
    granularity: str
    role: str = "in"
    shift: tuple[str, int] | None = None
    """Unit and count where it counts back from another time: "a year earlier", "a year ago"."""


@dataclass(slots=True)
class Quantity:
    """A number with its unit, before anything is known of what it measures.

    ``char_start:char_end`` covers comparator, number, scale, unit (for counts, the noun counted);
    ``head`` is the token that stands for the whole in the parse: the unit or noun, else the number.
    ``list_id`` joins the members of one list or one "from A to B"; ``list_role`` is ``item``, ``from``
    or ``to``; ``is_respective`` marks "3 and 4 percent respectively".
    """

    char_start: int
    char_end: int
    token_start: int
    token_end: int
    number_start: int
    number_end: int
    head: int
    value: Decimal
    value_low: Decimal | None
    value_high: Decimal | None
    comparator: str
    unit_code: str | None
    unit_surface: str | None
    dimension: str | None
    kind: str
    direction: str | None = None
    counted_noun: str | None = None
    list_id: int | None = None
    list_role: str | None = None
    is_respective: bool = False
    confidence: float = 1.0
    cues: list[str] = field(default_factory=list)


@dataclass(slots=True)
class MentionSpan:
    """A place that names an entity. ``head`` is its token in the parse."""

    char_start: int
    char_end: int
    token_start: int
    token_end: int
    head: int
    entity: Entity
    ner_label: str | None
    link_method: str
    confidence: float
    is_description: bool = False
    """True for "the Chinese corporation", "he": resolved inside the document, no name of its own."""
    is_pronoun: bool = False
    """True for "he", "they": for who acts and who speaks; not published."""


@dataclass(slots=True)
class Attribution:
    """Somebody says something: the tokens said, and who says them (None where nobody known does)."""

    token_start: int
    token_end: int
    cue: int
    speaker: MentionSpan | None
    is_quotation: bool = False
