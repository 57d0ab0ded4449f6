"""Whether what a word tells of has happened, is under way, is to come, or is only thought, asked or denied.

``read_modality`` climbs the parse from a figure's head or an event's trigger and notes tense, negation,
conditions, and the words of ``seeds/status_cues.csv`` on the way; ``figure_status`` and ``event_status``
make of it the codes of the published tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from spacy.tokens import Doc, Token

from flows.nlp.modality.clauses import governor
from flows.nlp.modality.cues import Cue, cue_tables
from flows.nlp.modality.parse import FUTURE, Reading, is_boundary, read_nominal, read_verb

_MAX_CLIMB = 14


@dataclass(frozen=True, slots=True)
class Modality:
    """How a clause is meant. ``tense`` is None where no verb was found; ``cues`` from the inside out."""

    tense: str | None = None
    is_perfect: bool = False
    is_progressive: bool = False
    is_negated: bool = False
    is_conditional: bool = False
    is_possible: bool = False
    is_obliged: bool = False
    """``should``, ``must``."""
    is_able: bool = False
    """``can``."""
    is_reported: bool = False
    """``would`` under a verb of saying: the future, told in the past."""
    is_own: bool = False
    """The verb names what its subject does at will ("invest"), so that its future is a plan."""
    is_compared: bool = False
    """The verb measures the distance to a target ("beat the forecast by 3%")."""
    is_subject: bool = False
    """What was asked about is the verb's subject, which a negation leaves alone ("half of them do not know")."""
    is_timetable: bool = False
    """The present tense of the verb tells what is to come ("begins on Monday")."""
    verb: int | None = None
    cues: tuple[Cue, ...] = ()

    @property
    def cue(self) -> str | None:
        """The innermost cue's name."""
        return self.cues[0].name if self.cues else None

    @property
    def cue_token(self) -> int | None:
        return self.cues[0].token if self.cues else None


def read_modality(token: Token, *, user_dirs: Sequence[Path] = ()) -> Modality:
    """Read how the clause of ``token`` is meant.

    Args:
        token: A figure's head, an event's trigger, or the head of an expression of time.
        user_dirs: Folders of the user's own tables.

    Returns:
        An empty ``Modality`` where the text is not parsed.
    """
    if not token.dep:  # not parsed; Doc.has_annotation would walk the whole text
        return Modality()
    reading = Reading(cue_tables(tuple(user_dirs)))
    reading.starts_on_time = token.pos_ == "ADP"
    reading.is_figure = token.pos_ in ("NUM", "SYM") or any(child.dep_ == "nummod" for child in token.lefts)
    current, came_by, is_start = token, "", True
    for _ in range(_MAX_CLIMB):
        if current.pos_ in ("VERB", "AUX"):
            read_verb(reading, current, came_by, is_start)
        else:
            read_nominal(reading, current, came_by, is_start)
        if current.head == current or is_boundary(current, reading):
            break
        # A preposition hands on what it was reached by: "close to signing" governs a clause.
        came_by = came_by if current.pos_ in ("ADP", "PART", "SCONJ", "ADV") and came_by == "pcomp" else current.dep_
        is_start = False
        current = governor(current)
    return Modality(
        tense=reading.tense,
        is_perfect=reading.is_perfect,
        is_progressive=reading.is_progressive,
        is_negated=reading.is_negated,
        is_conditional=reading.is_conditional,
        is_possible=reading.is_possible,
        is_obliged=reading.is_obliged,
        is_able=reading.is_able,
        is_reported=reading.is_reported,
        is_own=reading.is_own,
        is_compared=reading.is_compared,
        is_subject=reading.is_subject,
        is_timetable=reading.is_timetable,
        verb=reading.verb,
        cues=tuple(reading.cues),
    )


def lean_of(doc: Doc, start: int, end: int) -> str | None:
    """Where what happens at the time told by tokens ``start:end`` lies: ``ahead``, ``behind`` or ``now``.

    ``now`` is the plain present: a state, a headline or the caption of a picture. None where no verb says.
    """
    if not doc[start].dep:
        words = {token.lower_ for token in doc[max(0, start - 10) : min(len(doc), end + 6)]}
        return "ahead" if words & FUTURE else None
    before = start - 1 if doc[start].tag_ == "IN" or doc[start - 1].tag_ != "IN" else start - 2
    if before >= 0 and doc[before].tag_ == "VBD" and doc[before].dep_ not in ("acl", "relcl"):
        verb = doc[before]
        if verb.lemma_ != "be" and not any(kid.dep_ == "auxpass" for kid in verb.children):
            return "behind"  # "agreed on Tuesday to build": the day of the word, not of what it announces
    modality = read_modality(doc[start:end].root)
    for cue in modality.cues:
        if cue.event_status == "planned" and not cue.is_negated:
            return "ahead"
    if modality.tense == "future":
        return "ahead"
    if modality.is_possible or modality.tense in (None, "none", "inherit"):
        return None
    if modality.tense == "past" or modality.is_perfect:
        return "behind"
    return "ahead" if modality.is_progressive or modality.is_timetable else "now"


def event_status(
    modality: Modality,
    *,
    period_start: date | None = None,
    period_end: date | None = None,
    published_on: date | None = None,
) -> str:
    """``occurred`` ``ongoing`` ``planned`` ``hypothetical`` ``denied`` ``cancelled``."""
    statuses = [cue.event_status for cue in modality.cues if cue.event_status and not cue.is_negated]
    doubted = any(cue.is_negated and cue.event_status == "denied" for cue in modality.cues)
    undone = any(cue.is_negated and cue.event_status in ("planned", "hypothetical", "ongoing") for cue in modality.cues)
    is_ahead = bool(published_on and period_start and period_start > published_on)
    if "cancelled" in statuses:
        return "cancelled"
    if modality.is_conditional and modality.is_negated:
        return "hypothetical"  # "if no agreement is reached"
    if "denied" in statuses or undone or modality.is_negated:
        return "denied"
    if modality.is_conditional or doubted:
        return "hypothetical"
    if "hypothetical" in statuses:
        return "hypothetical"
    if "planned" in statuses:
        return "planned"
    if modality.is_obliged and published_on and period_end and period_end > published_on:
        return "planned"  # "pumping should resume by August" expects, "they should talk" demands
    if modality.is_possible or modality.is_obliged or modality.is_able:
        return "hypothetical"
    if "ongoing" in statuses and modality.tense != "future":
        return "ongoing"
    if modality.tense == "future" or (modality.tense == "none" and "done" not in {cue.name for cue in modality.cues}):
        return "planned"
    if is_ahead and modality.tense != "past":
        return "planned"
    if modality.is_progressive and modality.tense == "present":
        return "ongoing"
    return "occurred"


def figure_status(
    modality: Modality,
    *,
    period_start: date | None = None,
    period_end: date | None = None,
    published_on: date | None = None,
    comparator: str | None = None,
) -> str:
    """``reported`` ``estimate`` ``forecast`` ``target`` ``planned`` ``limit`` ``hypothetical`` ``denied``."""
    statuses = [cue.figure_status for cue in modality.cues if cue.figure_status and not cue.is_negated]
    if "denied" in statuses:
        return "denied"
    if modality.is_conditional:
        return "hypothetical"
    if modality.is_negated and modality.is_compared and (modality.is_obliged or modality.is_possible):
        return "limit"
    is_denied = modality.is_negated and not modality.is_compared and not modality.is_subject
    if is_denied and comparator in (None, "=", "~"):
        return "denied"
    is_to_come = modality.tense == "future" or modality.is_possible
    if statuses and modality.cue == "approve" and modality.tense == "past":
        return "reported"  # the sum approved is a fact; what is done with it is not
    if statuses:
        return "forecast" if statuses[0] == "estimate" and is_to_come else statuses[0]
    if modality.tense == "future" or modality.is_possible or modality.is_obliged:
        return "planned" if modality.is_own and not modality.is_possible else "forecast"
    is_ahead = bool(published_on and period_start and period_start > published_on)
    is_open = bool(published_on and period_end and period_end > published_on)
    # What is told in the past has happened: a period ahead of it was read wrong.
    if (is_ahead and modality.tense != "past") or (is_open and modality.tense == "none"):
        return "planned" if modality.is_own else "forecast"
    return "reported"
