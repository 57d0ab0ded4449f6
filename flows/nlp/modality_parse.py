"""The climb of ``modality``: what each word on the way up from a figure or a trigger adds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from spacy.tokens import Token

from flows.nlp.lexicon import Row, read_table

_CLAUSES = frozenset({"xcomp", "ccomp", "acl", "pcomp", "advcl", "csubj", "csubjpass", "parataxis"})
_SUBJECTS = frozenset({"nsubj", "csubj"})
_MODIFIERS = frozenset({"amod", "compound", "nmod", "advmod", "quantmod", "acl", "nummod"})
FUTURE = frozenset({"will", "shall", "'ll", "’ll", "wo"})
_POSSIBLE = frozenset({"could", "may", "might"})
_CONDITIONS = frozenset({"if", "unless", "whether", "lest", "provided", "supposing"})
_NEGATIONS = frozenset({"not", "n't", "n’t", "never", "no", "neither", "nor"})
_NOMINAL = frozenset({"NOUN", "PROPN", "NUM", "PRON", "SYM", "X"})


class CueRow(Row):
    """A row of ``seeds/status_cues.csv``.

    ``scope`` tells what the word bears on: ``complement`` its object, passive subject and clauses; ``clause``
    its clauses only ("agreed to"); ``noun`` what hangs on a noun ("a target of"); ``modifier`` the noun after
    it; ``adverb`` its verb; ``subject`` its subject ("talks collapsed"); ``own`` itself, in the future;
    ``timetable`` itself, in the present; ``compares`` nothing: a number under it measures the distance to a target.
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


@lru_cache(maxsize=8)
def cue_tables(user_dirs: tuple[Path, ...]) -> dict[str, dict[str, CueRow]]:
    tables: dict[str, dict[str, CueRow]] = {}
    for row in read_table("status_cues", CueRow, user_dirs):
        key = f"{row.lemma}/{row.pos}" if row.pos else row.lemma
        tables.setdefault(row.scope, {})[key] = row
    return tables


class Reading:
    """What was gathered on the climb."""

    def __init__(self, tables: dict[str, dict[str, CueRow]]) -> None:
        self.tables = tables
        self.cues: list[Cue] = []
        self.tense: str | None = None
        self.is_perfect = self.is_progressive = self.is_negated = False
        self.is_conditional = self.is_possible = self.is_reported = self.is_would = False
        self.is_own = self.is_timetable = self.is_compared = self.is_obliged = False
        self.verb: int | None = None

    def cues_of(self, token: Token) -> bool:
        return any(cue.token == token.i for cue in self.cues)

    def add(self, row: CueRow, token: Token, *, is_negated: bool = False) -> None:
        self.cues.append(Cue(row.cue, token.i, row.figure_status, row.event_status, is_negated))


def is_boundary(token: Token, reading: Reading) -> bool:
    """Whether what governs ``token`` says nothing of whether it happened."""
    dep = token.dep_
    if dep in ("relcl", "parataxis", "appos"):
        return True
    if dep == "advcl":
        # "invested to reach 5 Mt": a purpose belongs to its verb; "aiming to reach" was read on the way.
        return not (token.tag_ == "VB" and not reading.cues) and token.tag_ != "VB"
    return dep == "conj" and token.pos_ == "VERB" and any(child.dep_ in _SUBJECTS for child in token.children)


def read_verb(reading: Reading, verb: Token, came_by: str, is_start: bool) -> None:
    children = list(verb.children)
    is_first = reading.verb is None
    negation = any(
        child.dep_ == "neg" or (child.lower_ in _NEGATIONS and child.dep_ in ("preconj", "cc")) for child in children
    )
    particle = next((child.lower_ for child in children if child.dep_ == "prt"), "")
    if not is_start:
        row = _governing(reading, verb, particle, came_by)
        if row is not None:
            reading.add(row, verb, is_negated=negation)
            _note_cancelled(reading, verb, row)
        elif negation and came_by in _CLAUSES and verb.lemma_ not in ("say", "know"):
            reading.is_negated = not reading.is_negated
    if is_first or reading.tense == "inherit":
        _read_tense(reading, verb, children)
    if reading.tense == "none" and is_first:
        _read_noun_before(reading, verb, children)
    if is_first:
        reading.verb = verb.i
        # "Has not ruled out talks" negates the ruling out, "did not hold talks" the talks.
        reading.is_negated = reading.is_negated or (negation and not reading.cues_of(verb))
        key = f"{verb.lemma_} {particle}/VERB" if particle else f"{verb.lemma_}/VERB"
        reading.is_own = key in reading.tables["own"] or f"{verb.lemma_}/VERB" in reading.tables["own"]
        reading.is_timetable = key in reading.tables["timetable"]
        reading.is_compared = f"{verb.lemma_}/VERB" in reading.tables["compares"]
        adverbs = reading.tables["adverb"]
        for child in children:
            if child.dep_ == "advmod" and child.lower_ in adverbs:
                reading.add(adverbs[child.lower_], child)
        if not reading.is_compared:
            _read_companions(reading, came_by, children)
        _read_source(reading, children)
    elif reading.is_would and verb.pos_ == "VERB" and came_by == "ccomp":
        reading.is_reported = True
    for child in children:
        if child.dep_ in ("mark", "advmod") and child.lower_ in _CONDITIONS:
            reading.is_conditional = reading.is_conditional or child.lower_ != "whether" or is_first
        elif (
            child.dep_ == "advcl"
            and is_first
            and any(mark.dep_ == "mark" and mark.lower_ in ("if", "unless") for mark in child.lefts)
        ):
            reading.is_conditional = True


def _read_companions(reading: Reading, came_by: str, children: Sequence[Token]) -> None:
    """ "The target is 5%", "cut its forecast to 5%": the noun beside the number says what it is."""
    if reading.cues or came_by in ("", "nsubj", "nsubjpass") or came_by in _CLAUSES or came_by == "conj":
        return
    nouns, modifiers = reading.tables["noun"], reading.tables["modifier"]
    for child in children:
        if child.dep_ not in ("nsubj", "nsubjpass", "dobj") or child.pos_ != "NOUN" or child.dep_ == came_by:
            continue
        row = nouns.get(f"{child.lemma_}/NOUN")
        if row is not None and row.cue not in ("request", "hypothetical", "cancel"):
            reading.add(row, child)
            return
        if child.dep_ == "dobj":
            continue
        for modifier in child.children:
            if modifier.dep_ in _MODIFIERS and modifier.lower_ in modifiers and modifier.i < child.i:
                reading.add(modifiers[modifier.lower_], modifier)
                return


def _read_source(reading: Reading, children: Sequence[Token]) -> None:
    """ "According to estimates": what kind of number it is, said by where it comes from."""
    for child in children:
        if child.dep_ == "prep" and child.lower_ == "according":
            for noun in child.subtree:
                row = reading.tables["noun"].get(f"{noun.lemma_}/NOUN")
                if noun.dep_ == "pobj" and row is not None and row.cue in ("estimate", "forecast"):
                    reading.add(row, noun)
                    return


def _governing(reading: Reading, verb: Token, particle: str, came_by: str) -> CueRow | None:
    """The row of a verb that bears on the branch it was reached by."""
    tables = reading.tables
    keys = (f"{verb.lemma_} {particle}/VERB", f"{verb.lemma_}/VERB") if particle else (f"{verb.lemma_}/VERB",)
    for key in keys:
        if came_by == "nsubj":
            if key in tables["subject"]:
                return tables["subject"][key]
            continue
        if came_by in _CLAUSES and key in tables["clause"]:
            return tables["clause"][key]
        if came_by in ("dobj", "nsubjpass", "oprd", "attr", "dative") or came_by in _CLAUSES or came_by == "prep":
            row = tables["complement"].get(key)
            # "Expected in May": the time of a plan is the plan's; "said in May that it plans" is not.
            if row is not None and (came_by != "prep" or row.cue not in ("deny", "refuse")):
                return row
    return None


def _read_noun_before(reading: Reading, verb: Token, children: Sequence[Token]) -> None:
    """ "Signed a deal to build": parsed as the purpose of signing, it is what the deal says."""
    to = next((child for child in children if child.dep_ == "aux" and child.tag_ == "TO"), None)
    if to is None or to.i == 0 or verb.dep_ not in ("advcl", "xcomp"):
        return
    noun = to.nbor(-1)
    row = reading.tables["clause"].get(f"{noun.lemma_}/NOUN") if noun.pos_ == "NOUN" else None
    if row is not None and noun.head is verb.head:
        reading.add(row, noun)


def _note_cancelled(reading: Reading, verb: Token, row: CueRow) -> None:
    """ "Had planned to sign before scrapping it": a plan taken back in the same breath."""
    if row.event_status != "planned":
        return
    cancels = reading.tables["complement"]
    inner = [] if reading.verb is None else list(verb.doc[reading.verb].children)
    for child in [*verb.children, *inner]:
        found = child
        if child.dep_ == "prep":
            found = next((under for under in child.children if under.dep_ == "pcomp"), child)
        if found.dep_ in ("advcl", "conj", "pcomp") and found.pos_ == "VERB" and found.i > verb.i:
            particle = next((inner.lower_ for inner in found.children if inner.dep_ == "prt"), "")
            key = f"{found.lemma_} {particle}/VERB" if particle else f"{found.lemma_}/VERB"
            if key in cancels and cancels[key].cue == "cancel":
                reading.add(cancels[key], found)


def _read_tense(reading: Reading, verb: Token, children: Sequence[Token]) -> None:
    tag = verb.tag_
    tense: str | None = {"VBD": "past", "VBZ": "present", "VBP": "present", "MD": "present"}.get(tag)
    is_infinitive = False
    has_auxiliary = False
    for child in children:
        if child.dep_ not in ("aux", "auxpass"):
            continue
        word = child.lower_
        has_auxiliary = True
        if word in FUTURE:
            tense = "future"
        elif word in ("would", "'d", "’d") and child.tag_ == "MD":
            tense, reading.is_would = "future", True
        elif word in _POSSIBLE:
            tense, reading.is_possible = tense or "present", True
        elif word in ("can", "should", "must", "ought"):
            tense, reading.is_obliged = tense or "present", reading.is_obliged or word != "can"
        elif child.tag_ == "TO" or word == "to":
            is_infinitive = True
        elif child.lemma_ == "have":
            reading.is_perfect = True
            tense = tense or ("past" if child.tag_ == "VBD" else "present")
        elif child.lemma_ == "be":
            if tag == "VBG" and child.dep_ == "aux":
                reading.is_progressive = True
                if verb.lemma_ == "go" and any(inner.dep_ == "xcomp" for inner in children):
                    tense = "future"
            tense = tense or ("past" if child.tag_ == "VBD" else "present" if child.tag_ in ("VBZ", "VBP") else None)
        elif child.lemma_ == "do":
            tense = tense or ("past" if child.tag_ == "VBD" else "present")
    if tense is None and not has_auxiliary and verb.dep_ == "conj" and verb.tag_ in ("VB", "VBN", "VBG"):
        tense = "inherit"
    elif tense is None and (is_infinitive or tag in ("VB", "VBG", "VBN")):
        tense = (
            "past"
            if tag == "VBN" and verb.dep_ in ("acl", "amod", "ROOT", "advcl")
            else "inherit"
            if not is_infinitive
            else "none"
        )
    reading.tense = tense


def read_nominal(reading: Reading, token: Token, came_by: str, is_start: bool) -> None:
    pos = token.pos_
    tables = reading.tables
    if not is_start and pos in ("NOUN", "ADJ", "ADV", "PROPN"):
        name = f"{token.lemma_.lower()}/{'ADJ' if pos in ('ADJ', 'ADV') else 'NOUN'}"
        if came_by in _CLAUSES:
            row = tables["clause"].get(name)
        elif came_by in ("prep", "compound", "nmod", "nummod", "amod", "appos", "poss", "npadvmod", "quantmod"):
            row = tables["noun"].get(name)
        else:
            row = None
        if row is not None:
            reading.add(row, token)
    if pos in _NOMINAL:
        modifiers = tables["modifier"]
        for child in token.children:
            if child.dep_ in _MODIFIERS and child.lower_ in modifiers and (child.i < token.i or child.dep_ == "acl"):
                reading.add(modifiers[child.lower_], child)
            elif child.dep_ == "det" and child.lower_ == "no" and reading.verb is None and is_start:
                reading.is_negated = True
