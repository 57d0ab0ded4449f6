"""The words that tell whether something happened: ``seeds/status_cues.csv``."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from spacy.tokens import Token

from flows.nlp.lexicon import Row, read_table


class CueRow(Row):
    """A row of ``seeds/status_cues.csv``.

    ``scope`` tells what the word bears on:

    ``complement``    its object, passive subject and clauses
    ``clause``        its clauses only: "agreed to"
    ``infinitive``    an infinitive only: "is to host"
    ``expectant``     its object, in the present tense: "sees growth of 5%"
    ``noun``          what hangs on a noun: "a target of"
    ``modifier``      the noun after it
    ``adverb``        its verb
    ``subject``       its subject: "talks collapsed"
    ``plan_subject``  a subject that is a plan: "efforts to … failed"
    ``own``           itself, in the future
    ``scheme``        a subject that was decided on: what it will have, cost or do is planned
    ``timetable``     itself, in the present, with a day
    ``compares``      nothing: a number under it measures the distance to a target
    """

    entry: str
    lemma: str
    pos: str = ""
    cue: str
    figure_status: str | None = None
    event_status: str | None = None
    scope: str
    description: str
    example: str


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that bears on whether something happened. ``is_negated``: "did not rule out"."""

    name: str
    token: int
    figure_status: str | None
    event_status: str | None
    is_negated: bool


class CueTables:
    """The rows by scope, and then by lemma and part of speech; and the forms of their verbs."""

    def __init__(self, user_dirs: tuple[Path, ...]) -> None:
        self._scopes: dict[str, dict[str, CueRow]] = {}
        self._lemmas: dict[str, str] = {}
        for row in read_table("status_cues", CueRow, user_dirs):
            self._scopes.setdefault(row.scope, {})[f"{row.lemma}/{row.pos}" if row.pos else row.lemma] = row
            if row.pos == "VERB":
                lemma = row.lemma.partition(" ")[0]
                self._lemmas.update(dict.fromkeys(_forms_of(lemma), lemma))

    def __getitem__(self, scope: str) -> dict[str, CueRow]:
        return self._scopes[scope]

    def lemma_of(self, verb: Token) -> str:
        """The verb's lemma; the tagger's is wrong for some ("hopes" is not "hop")."""
        return self._lemmas.get(verb.lower_) or verb.lemma_


def _forms_of(verb: str) -> tuple[str, ...]:
    """Its regular forms."""
    if verb.endswith("e"):
        return f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"
    return f"{verb}s", f"{verb}es", f"{verb}ed", f"{verb}ing"


@lru_cache(maxsize=8)
def cue_tables(user_dirs: tuple[Path, ...]) -> CueTables:
    """The tables, read once per set of folders."""
    return CueTables(user_dirs)
