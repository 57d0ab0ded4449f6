"""A figure while it is put together, and the cue words that its readers share."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from flows.nlp.figures.governors import Governor
from flows.nlp.figures.tree import singular
from flows.nlp.lexicon import Row, read_table
from flows.nlp.spans import MentionSpan, Quantity

WINDOW = 40
"""Figures before or after one that it may be tied to; keeps texts that are all numbers in linear time."""

MAX_SENTENCE = 400
"""Tokens of a sentence whose parse is worth reading; longer ones are tables and lists without full stops."""


class FigureCueRow(Row):
    cue_id: str
    term: str
    role: str
    value: str | None = None
    example: str


class Cues:
    """The words of ``figure_cues.csv`` by what they do."""

    def __init__(self, user_dirs: Sequence[Path] = ()) -> None:
        rows = read_table("figure_cues", FigureCueRow, tuple(user_dirs))
        by_role: dict[str, list[FigureCueRow]] = {}
        for row in rows:
            by_role.setdefault(row.role, []).append(row)

        def words(role: str) -> frozenset[str]:
            return frozenset(row.term for row in by_role.get(role, ()))

        self.transparent = frozenset(singular(word) for word in words("transparent_noun"))
        self.carrying = words("carry_noun")
        self.level_verbs = words("level_verb")
        self.report_verbs = words("report_verb")
        self.asking_verbs = words("asking_verb")
        self.supplier_nouns = words("supplier_noun")
        self.recipient_nouns = words("recipient_noun")
        self.bases = {row.term: row.value or "" for row in by_role.get("basis", ())}
        self.time_adjectives = {row.term: row.value or "" for row in by_role.get("time_adjective", ())}
        self.time_adverbs = {row.term: row.value or "" for row in by_role.get("time_adverb", ())}
        self.time_nouns = {row.term: row.value or "" for row in by_role.get("time_noun", ())}
        self.goods_measures = words("goods_measure")
        self.state_measures = words("state_measure")
        self.subject_measures = {row.term: row.value or "" for row in by_role.get("subject_measure", ())}
        self.day_measures = words("day_measure")
        self.giving_verbs = words("giving_verb")
        self.capping = words("capping_word")
        self.forecast_nouns = words("forecast_noun")
        self.forecast_verbs = words("forecast_verb")
        self.records = words("record")
        self.not_records = words("not_record")


_TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
"""A fall of more than 5 is a change below -5."""


def turned(quantity: Quantity) -> Quantity:
    """The same amount the other way: a rise made a fall."""
    low, high = quantity.value_low, quantity.value_high
    return replace(
        quantity,
        value=-quantity.value,
        value_low=-high if high is not None else None,
        value_high=-low if low is not None else None,
        comparator=_TURNED.get(quantity.comparator, quantity.comparator),
    )


@dataclass(slots=True)
class Draft:
    """One figure in the making. Token ranges are end-exclusive; ``reasons`` are rule and cue ids."""

    index: int
    quantity: Quantity
    governor: Governor
    sentence: int
    kind: str
    direction: str | None
    is_readable: bool = True
    """Whether the parse of its sentence is worth reading."""
    measure: str | None = None
    measure_rule: str | None = None
    phrase: tuple[int, int] | None = None
    commodity: str | None = None
    commodity_rule: str | None = None
    supplier: MentionSpan | None = None
    recipient: MentionSpan | None = None
    subject: MentionSpan | None = None
    forecaster: MentionSpan | None = None
    """Who foresees it, where the verb is none of saying: "kept its forecast"."""
    period_start: date | None = None
    period_end: date | None = None
    period_surface: str | None = None
    period_basis: str | None = None
    period_rule: str | None = None
    period_shift: tuple[str, int] | None = None
    """Unit and count where its period is told by another: "a year earlier"."""
    status: str = "reported"
    base: int | None = None
    base_rule: str | None = None
    change_basis: str | None = None
    is_record: bool = False
    speaker_entity_id: str | None = None
    continues: int | None = None
    """Index of the figure whose measure this one takes over: the list before it, the sentence before it."""
    reasons: list[str] = field(default_factory=list)

    @property
    def is_relative(self) -> bool:
        return self.kind in ("change", "share")

    @property
    def has_period(self) -> bool:
        return self.period_basis is not None


def near(drafts: Sequence[Draft], draft: Draft) -> Sequence[Draft]:
    """The figures around one, itself among them, in text order."""
    return drafts[max(0, draft.index - WINDOW) : draft.index + WINDOW]
