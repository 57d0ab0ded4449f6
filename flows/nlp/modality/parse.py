"""The climb of ``modality``: what each word on the way up from a figure or a trigger adds."""

from collections.abc import Sequence

from spacy.tokens import Token

from flows.nlp.modality.clauses import follows_modal, is_alternative, is_of_scheme
from flows.nlp.modality.cues import Cue, CueRow, CueTables

_CLAUSES = frozenset({"xcomp", "ccomp", "acl", "pcomp", "advcl", "csubj", "csubjpass", "parataxis"})
_OBJECTS = frozenset({"dobj", "nsubjpass", "oprd", "attr", "dative"})
_INTENTIONS = frozenset({"plan", "promise", "propose", "refuse"})
_EXPECTANT = frozenset({"VBZ", "VBP", "VBN"})
_NOBODY = frozenset({"nobody", "none", "nothing", "neither", "no"})
_SUBJECTS = frozenset({"nsubj", "csubj"})
_MODIFIERS = frozenset({"amod", "compound", "nmod", "advmod", "quantmod", "acl", "nummod"})
FUTURE = frozenset({"will", "shall", "'ll", "’ll", "wo"})
_POSSIBLE = frozenset({"could", "may", "might"})
_CONDITIONS = frozenset({"if", "unless", "whether", "lest", "provided", "supposing"})
_NEGATIONS = frozenset({"not", "n't", "n’t", "never", "no", "neither", "nor"})
_NOMINAL = frozenset({"NOUN", "PROPN", "NUM", "PRON", "SYM", "X"})


class Reading:
    """What was gathered on the climb."""

    def __init__(self, tables: CueTables) -> None:
        self.tables = tables
        self.cues: list[Cue] = []
        self.tense: str | None = None
        self.is_perfect = self.is_progressive = self.is_negated = False
        self.is_conditional = self.is_possible = self.is_reported = self.is_would = False
        self.is_own = self.is_timetable = self.is_compared = self.is_obliged = self.is_subject = False
        self.verb: int | None = None
        self.via = ""
        """The preposition passed last."""
        self.starts_on_time = self.is_figure = self.is_able = False

    def cues_of(self, token: Token) -> bool:
        return any(cue.token == token.i for cue in self.cues)

    def add(self, row: CueRow, token: Token, *, is_negated: bool = False) -> None:
        self.cues.append(Cue(row.cue, token.i, row.figure_status, row.event_status, is_negated))


def is_boundary(token: Token, reading: Reading) -> bool:
    """Whether what governs ``token`` says nothing of whether it happened."""
    dep = token.dep_
    if dep in ("relcl", "parataxis"):
        return True
    if dep in _CLAUSES and token.tag_ == "VBN" and any(child.lower_ == "having" for child in token.lefts):
        return True  # "hopes to draw 26m, having drawn 14m": done before, whatever the parse hangs it on
    if dep == "appos":
        return token.i - token.head.i > 2  # nearer it is one unit, cut: "km/h"
    if dep == "advcl":
        # "invested to reach 5 Mt": a purpose belongs to its verb; "aiming to reach" was read on the way.
        return not (token.tag_ == "VB" and not reading.cues) and token.tag_ != "VB"
    if dep == "conj" and token.tag_ in ("VBD", "VBZ") and token.head.tag_ == "VB" and token.lower_ != token.lemma_:
        return True  # "wanted to sign a deal and opened an embassy": a finite verb is no infinitive's fellow
    return dep == "conj" and token.pos_ == "VERB" and any(child.dep_ in _SUBJECTS for child in token.children)


def read_verb(reading: Reading, verb: Token, came_by: str, is_start: bool) -> None:
    """Note what a verb on the way says: as the first one tense and manner, above it as a governor."""
    children = list(verb.children)
    is_first = reading.verb is None
    lemma = reading.tables.lemma_of(verb)
    negation = _is_negated(children)
    particle = next((child.lower_ for child in children if child.dep_ == "prt" or child.lower_ in ("yet", "short")), "")
    if not is_start:
        row, cue_token = _governing(reading, verb, lemma, particle, came_by, children)
        if row is not None and not (came_by == "ccomp" and _is_told(reading, row)):
            reading.add(row, cue_token, is_negated=negation)
            _note_cancelled(reading, verb, row)
        elif negation and came_by in ("xcomp", "pcomp"):
            reading.is_negated = not reading.is_negated
    if is_first or reading.tense == "inherit":
        _read_tense(reading, verb, children)
        if reading.tense == "future" and not reading.is_would and is_of_scheme(reading.tables, verb):
            reading.is_own = True
    if reading.tense == "none" and is_first:
        _read_noun_before(reading, verb, children)
    if is_first:
        reading.verb = verb.i
        # "Has not ruled out talks" negates the ruling out, "did not hold talks" the talks.
        reading.is_negated = reading.is_negated or (negation and not reading.cues_of(verb))
        _read_manner(reading, lemma, particle, children if came_by == "nsubj" else ())
        reading.is_subject = came_by == "nsubj"
        adverbs = reading.tables["adverb"]
        for child in children:
            if child.dep_ == "advmod" and child.lower_ in adverbs:
                reading.add(adverbs[child.lower_], child)
        if not reading.is_compared:
            _read_companions(reading, came_by, children)
        if came_by in ("nsubj", "nsubjpass"):
            _read_predicate(reading, children)
        _read_source(reading, children)
    elif reading.is_would and verb.pos_ == "VERB" and came_by == "ccomp":
        reading.is_reported = True
    _read_conditions(reading, children, is_first or came_by == "xcomp")
    if is_first and is_alternative(verb):
        reading.is_conditional = True


def _is_told(reading: Reading, row: CueRow) -> bool:
    """Whether a clause with a tense of its own is only told: "told reporters that it fell", "agreed it was late"."""
    if row.cue == "request":
        return reading.tense in ("past", "present", "future")
    return row.cue in _INTENTIONS and reading.tense == "past"


def _is_negated(children: Sequence[Token]) -> bool:
    for child in children:
        word = child.lower_
        if child.dep_ == "neg" or (word in _NEGATIONS and child.dep_ in ("preconj", "cc")):
            return True
        if child.dep_ in ("nsubj", "nsubjpass") and (
            word in _NOBODY or any(inner.dep_ == "det" and inner.lower_ in ("no", "neither") for inner in child.lefts)
        ):
            return True
        if word == "longer" and any(inner.dep_ == "neg" for inner in child.lefts):
            return True
    return False


def _read_manner(reading: Reading, lemma: str, particle: str, children: Sequence[Token]) -> None:
    key, plain = f"{lemma} {particle}/VERB", f"{lemma}/VERB"
    own = reading.tables["own"]
    # "Rs 2 trillion will go to defence": decided, where the amount itself is what goes.
    goes = any(child.dep_ == "prep" and f"{lemma} {child.lower_}/VERB" in own for child in children)
    reading.is_own = reading.is_own or goes or key in own or plain in own
    reading.is_timetable = key in reading.tables["timetable"] or plain in reading.tables["timetable"]
    reading.is_compared = plain in reading.tables["compares"]


def _read_conditions(reading: Reading, children: Sequence[Token], is_first: bool) -> None:
    for child in children:
        if child.dep_ in ("nsubj", "csubj") and reading.is_would and child.left_edge.tag_ == "VBG":
            reading.is_conditional = True  # "scrapping fees would cost $1 billion"
        if child.dep_ == "aux" and child.lower_ == "should" and child.head.dep_ == "advcl":
            reading.is_conditional = reading.is_conditional or child == child.head.left_edge
        if child.dep_ in ("mark", "advmod") and child.lower_ in _CONDITIONS:
            reading.is_conditional = reading.is_conditional or child.lower_ != "whether" or is_first
        elif child.dep_ == "advcl" and is_first:
            marks = [mark for mark in child.lefts if mark.dep_ == "mark"]
            # "Had the dam burst, …", "Should crude fall, …": the condition without its "if".
            is_inverted = child.tag_ == "VBD" and child.lower_ == "had" and reading.is_would
            is_inverted = is_inverted or child.left_edge.lower_ == "should"
            # "has threatened strikes if no deal is reached": the threat was made, whatever comes.
            is_done = (reading.tense == "past" or reading.is_perfect) and not reading.is_would
            if is_inverted or (not is_done and any(mark.lower_ in ("if", "unless") for mark in marks)):
                reading.is_conditional = True


def _read_predicate(reading: Reading, children: Sequence[Token]) -> None:
    """ "Construction is under way", "a visit is possible", "the vote is to begin": said of a subject."""
    modifiers, clauses = reading.tables["modifier"], reading.tables["clause"]
    for child in children:
        if child.dep_ in ("acomp", "attr", "advmod", "oprd") and child.pos_ in ("ADJ", "ADV", "VERB"):
            row = modifiers.get(child.lower_)
            if row is None and any(inner.dep_ in ("xcomp", "ccomp") for inner in child.children):
                row = clauses.get(f"{child.lemma_}/ADJ")
            if row is not None:
                reading.add(row, child)
        elif child.dep_ == "prep":
            noun = next((inner for inner in child.children if inner.dep_ == "pobj"), None)
            row = modifiers.get(f"{child.lower_} {noun.lower_}") if noun is not None else None
            if row is not None:
                reading.add(row, child)
        elif child.dep_ == "xcomp" and child.head.lemma_ == "be" and any(inner.tag_ == "TO" for inner in child.lefts):
            reading.tense = "none"


def _read_companions(reading: Reading, came_by: str, children: Sequence[Token]) -> None:
    """ "The target is 5%", "cut its forecast to 5%": the noun beside the number says what it is."""
    if reading.cues or came_by in ("", "nsubj", "nsubjpass") or came_by in _CLAUSES or came_by == "conj":
        return
    nouns, modifiers = reading.tables["noun"], reading.tables["modifier"]
    for child in children:
        if child.dep_ == "prep" and child.lower_ == "as":
            # "had set as their goal 5 million tons"
            named = next((inner for inner in child.children if inner.dep_ == "pobj"), None)
            row = nouns.get(f"{named.lemma_}/NOUN") if named is not None else None
            if named is not None and row is not None and row.cue in ("target", "limit", "promise"):
                reading.add(row, named)
                return
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
    """ "According to estimates", "under the plan": what kind of number it is, said by where it comes from."""
    for child in children:
        if child.dep_ != "prep" or child.lower_ not in ("according", "under"):
            continue
        kinds = (
            ("estimate", "forecast") if child.lower_ == "according" else ("plan", "propose", "target", "hypothetical")
        )
        for noun in child.subtree:
            row = reading.tables["noun"].get(f"{noun.lemma_}/NOUN") if noun.dep_ == "pobj" else None
            if row is not None and row.cue in kinds:
                if reading.tense != "past" or row.cue in ("estimate", "forecast"):
                    reading.add(row, noun)
                return


def _governing(
    reading: Reading, verb: Token, lemma: str, particle: str, came_by: str, children: Sequence[Token]
) -> tuple[CueRow | None, Token]:
    """The row of a verb that bears on the branch it was reached by, and the word it stands on."""
    tables = reading.tables
    keys = [f"{lemma} {particle}/VERB"] if particle else []
    keys += [f"{lemma} {reading.via}/VERB", f"{lemma}/VERB"] if reading.via else [f"{lemma}/VERB"]
    if came_by == "xcomp":
        if lemma == "be":
            for child in children:
                # "The goal is to train 500 nurses".
                row = tables["clause"].get(f"{child.lemma_}/NOUN") if child.dep_ == "nsubj" else None
                if row is not None:
                    return row, child
        if keys[-1] in tables["infinitive"]:
            return tables["infinitive"][keys[-1]], verb
    if verb.tag_ in _EXPECTANT and came_by not in ("nsubj", "") and keys[-1] in tables["expectant"]:
        row = tables["expectant"][keys[-1]]
        if came_by in _OBJECTS or came_by in _CLAUSES or _bears_on_phrase(reading, verb, keys[-1], row):
            return row, verb
    for key in keys:
        if came_by == "nsubj":
            if key in tables["subject"]:
                return tables["subject"][key], verb
            if reading.cues and key in tables["plan_subject"]:
                return tables["plan_subject"][key], verb
            continue
        if came_by in _CLAUSES and key in tables["clause"]:
            return tables["clause"][key], verb
        told = tables["clause"].get(key) if came_by in _OBJECTS and reading.verb is not None else None
        if told is not None and told.cue == "deny":
            return told, verb  # "dismissed a report that it owed $740 million"
        row = tables["complement"].get(key)
        if row is not None and (
            came_by in _OBJECTS or came_by in _CLAUSES or _bears_on_phrase(reading, verb, key, row)
        ):
            return row, verb
    return None, verb


def _bears_on_phrase(reading: Reading, verb: Token, key: str, row: CueRow) -> bool:
    """Whether a verb's row also holds for what hangs on it by a preposition: "hope for", not "hope in Paris"."""
    via = reading.via
    if not via or row.cue in ("deny", "refuse", "hypothetical"):
        return False
    if key.endswith(f" {via}/VERB") or via == "for":
        return True
    if reading.starts_on_time:
        # "Expected on Friday": the day is the plan's. "Said on Friday that it plans": it is not.
        return verb.tag_ == "VBN"
    return reading.is_figure and via in ("at", "to", "by")


def _read_noun_before(reading: Reading, verb: Token, children: Sequence[Token]) -> None:
    """ "Signed a deal to build": parsed as the purpose of signing, it is what the deal says."""
    to = next((child for child in children if child.dep_ == "aux" and child.tag_ == "TO"), None)
    if to is None or to.i == 0 or verb.dep_ not in ("advcl", "xcomp"):
        return
    noun = to.nbor(-1)
    row = reading.tables["clause"].get(f"{noun.lemma_}/NOUN") if noun.pos_ == "NOUN" else None
    if row is not None and noun.head == verb.head:
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
            reading.is_able = reading.is_able or word == "can"
        elif child.tag_ == "TO" or word == "to":
            is_infinitive = True
        elif child.lemma_ == "have":
            reading.is_perfect = True
            # "Would have died": what did not happen, and was not to come either.
            reading.is_conditional = reading.is_conditional or (reading.is_would and child.tag_ == "VB")
            tense = tense or ("past" if child.tag_ == "VBD" else "present")
        elif child.lemma_ == "be":
            if tag == "VBG" and child.dep_ == "aux":
                reading.is_progressive = True
                if verb.lemma_ == "go" and any(inner.dep_ == "xcomp" for inner in children):
                    tense = "future"
            tense = tense or ("past" if child.tag_ == "VBD" else "present" if child.tag_ in ("VBZ", "VBP") else None)
        elif child.lemma_ == "do":
            tense = tense or ("past" if child.tag_ == "VBD" else "present")
    if not has_auxiliary and verb.dep_ == "conj" and verb.tag_ in ("VBD", "VBP") and follows_modal(verb):
        tense = None  # "will have three units and cost $5 billion": "cost" is what it will do too
        tag = "VB"
    if tense is None and not has_auxiliary and verb.dep_ == "conj" and tag in ("VB", "VBN", "VBG"):
        tense = "inherit"
    elif tense is None and (is_infinitive or tag in ("VB", "VBG", "VBN")):
        tense = (
            "past"
            if tag == "VBN" and verb.dep_ in ("acl", "amod", "ROOT", "advcl")
            else "inherit"
            if not is_infinitive
            else "none"
        )
    if tense == "inherit" and tag == "VB" and verb.i and verb.nbor(-1).lower_ == "to":
        tense = "none"  # "Brazil to host summit", whatever the parse made of the headline
    reading.tense = tense


def read_nominal(reading: Reading, token: Token, came_by: str, is_start: bool) -> None:
    pos = token.pos_
    tables = reading.tables
    if pos == "ADP":
        reading.via = token.lower_
        is_direct = reading.verb is None or came_by == "pcomp"
        if not is_start and is_direct:
            is_absent = token.lower_ == "without" or any(child.lower_ == "instead" for child in token.lefts)
            reading.is_negated = reading.is_negated or is_absent
    if not is_start and pos in ("NOUN", "ADJ", "ADV", "PROPN"):
        name = f"{token.lemma_.lower()}/{'ADJ' if pos in ('ADJ', 'ADV') else 'NOUN'}"
        if came_by in _CLAUSES:
            # "the bill passed by 312 votes": a participle tells what was done with it.
            row = tables["clause"].get(name) if came_by != "acl" or reading.tense != "past" else None
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
            elif is_start and child.dep_ == "relcl" and child.tag_ == "VBN" and child.lower_ in modifiers:
                # "below the 120 bcm that had been forecast"
                if any(kid.dep_ == "auxpass" for kid in child.lefts):
                    reading.add(modifiers[child.lower_], child)
            elif child.dep_ == "det" and child.lower_ == "no" and reading.verb is None and is_start:
                reading.is_negated = True
