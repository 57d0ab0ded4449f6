"""The trigger lexicon: its rows read, compiled, and looked up, one dict access per token.

``frame`` is ``role=slots`` for each role, divided by ``;``. Slots joined by ``+`` all fill the role; of groups
divided by ``|`` the first that names somebody does. Slots are explained in ``events_roles``. The flag
``reciprocal`` makes several actors without a recipient act on each other ("the two presidents met").

``constraints`` is ``key:values``, divided by ``;``; values are lemmas divided by ``|``, ``@class`` of
``event_nouns``, ``#TYPE`` of an entity, or ``*`` for any; ``!key`` must not hold. Keys: ``obj`` and ``subj``
(object, subject as it stands), ``particle``, ``comp`` and ``csubj`` (the clause that depends on it, and its
subject), ``ctag`` (the tag of that clause's verb where no auxiliary stands by it), ``caux`` (its auxiliary),
``cneg`` (its negation), ``cmark`` (the "if" of its condition), ``c>key`` (another key, read in the clause),
``cown`` (a subject that is its own), ``iobj`` (who is given it), ``aux``, ``yields`` (it gives way to an event
told in its clause), ``tells`` (an event with a code of this beginning is told in its clause), ``gov`` and
``govrel`` (the verb over a noun; how the noun hangs on it), ``mod`` (words before a noun), ``dep``, ``tag``,
``prev``, ``next``, ``passive``, prepositions (``on,against:…``), and ``need`` (one of these roles is
filled) or ``needs`` (all are).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from spacy.strings import get_string_id

from flows.errors import LexiconError
from flows.nlp.events.parse import PARTITIVES, Parse
from flows.nlp.lexicon import Row, read_table
from flows.paths import SEEDS

ROLES = frozenset({"actor", "recipient", "object", "instrument", "topic"})
FLAGS = frozenset({"reciprocal"})
_POS = {"VERB": "VERB", "AUX": "VERB", "NOUN": "NOUN", "PROPN": "NOUN", "ADJ": "ADJ", "ADV": "ADJ"}


class EventTypeRow(Row):
    event_code: str
    event_type: str
    event_mode: str | None = None
    cameo_code: str | None = None
    quad_class: str | None = None
    intensity: float | None = None
    description: str
    source: str


class TriggerRow(Row):
    """One reading of one word; the module explains ``frame`` and ``constraints``."""

    trigger_id: str
    lemma: str
    pos: str
    frame: str
    event_code: str
    status: str | None = None
    constraints: str | None = None
    example: str
    source: str


class NounClassRow(Row):
    noun_class: str
    lemma: str


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on the words around a trigger."""

    key: str
    values: frozenset[str]
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Trigger:
    row: TriggerRow
    kind: EventTypeRow
    roles: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
    """Role, then slots: the first group that yields anybody fills it; all slots of a group count."""
    is_reciprocal: bool
    tests: tuple[Test, ...]
    words: tuple[int, ...] = ()
    """Of a phrase: keys of its words in lower case."""


@dataclass(frozen=True, slots=True)
class TriggerLexicon:
    by_lemma: dict[int, dict[str, tuple[Trigger, ...]]]
    phrases: dict[int, tuple[Trigger, ...]]
    """By the last word."""
    verb_forms: dict[int, str]
    """Present and regular past of the verbs, in lower case, to their lemma: for headlines."""
    classes: dict[str, frozenset[str]]
    kinds: dict[str, EventTypeRow]


@lru_cache(maxsize=8)
def load_triggers(user_dirs: tuple[Path, ...] = ()) -> TriggerLexicon:
    """Read and compile the tables.

    Raises:
        LexiconError: A row names a role, a class or an event code that does not exist.
    """
    kinds = {row.event_code: row for row in read_table("event_types", EventTypeRow, user_dirs)}
    gathered: dict[str, set[str]] = {}
    for noun in read_table("event_nouns", NounClassRow, user_dirs):
        gathered.setdefault(noun.noun_class, set()).add(noun.lemma)
    classes = {name: frozenset(lemmas) for name, lemmas in gathered.items()}
    named: dict[int, tuple[str, dict[str, list[Trigger]]]] = {}
    phrases: dict[int, list[Trigger]] = {}
    for row in read_table("event_triggers", TriggerRow, user_dirs):
        trigger = _compile(row, kinds, classes)
        if row.pos == "phrase":
            phrases.setdefault(trigger.words[-1], []).append(trigger)
        else:
            named.setdefault(get_string_id(row.lemma), (row.lemma, {}))[1].setdefault(row.pos, []).append(trigger)
    return TriggerLexicon(
        by_lemma={key: {pos: _by_care(rows) for pos, rows in table.items()} for key, (_, table) in named.items()},
        phrases={key: tuple(sorted(rows, key=lambda row: -len(row.words))) for key, rows in phrases.items()},
        verb_forms={
            get_string_id(form): lemma
            for lemma, table in named.values()
            if "VERB" in table
            for form in _present_and_past(lemma)
        },
        classes=classes,
        kinds=kinds,
    )


def _present_and_past(verb: str) -> tuple[str, ...]:
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb, verb[:-1] + "ies", verb[:-1] + "ied"
    third = verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")
    past = verb + ("d" if verb.endswith("e") else "ed")
    if verb[-1:] in "bdglmnprt" and verb[-2:-1] in "aeiou":
        return verb, third, past, verb + verb[-1] + "ed"  # "conferred"
    return verb, third, past


def _by_care(triggers: Sequence[Trigger]) -> tuple[Trigger, ...]:
    """The reading that asks most comes first: what must be there counts before what must not."""
    return tuple(sorted(triggers, key=_care))


def _care(trigger: Trigger) -> tuple[int, int, int]:
    wanted = [test for test in trigger.tests if not test.is_negated and test.key not in ("need", "needs", "tells")]
    # Of two that ask for an object, the one with the shorter list knows more: "phone call" before any meeting.
    return (
        -len(wanted),
        sum(len(test.values) if "*" not in test.values else 1000 for test in wanted),
        -len(trigger.tests),
    )


def _compile(row: TriggerRow, kinds: dict[str, EventTypeRow], classes: dict[str, frozenset[str]]) -> Trigger:
    path = SEEDS / "event_triggers.csv"
    kind = kinds.get(row.event_code)
    if kind is None:
        raise LexiconError(path, None, f"trigger {row.trigger_id!r}: no event_code {row.event_code!r} in event_types.")
    roles = []
    flags = set()
    for part in filter(None, (part.strip() for part in row.frame.split(";"))):
        role, equals, slots = part.partition("=")
        if not equals and role in FLAGS:
            flags.add(role)
        elif role in ROLES and slots:
            roles.append((role, tuple(tuple(group.split("+")) for group in slots.split("|"))))
        else:
            raise LexiconError(
                path, None, f"trigger {row.trigger_id!r}: frame {part!r} is neither role=slot nor a flag."
            )
    tests = []
    for part in filter(None, (part.strip() for part in (row.constraints or "").split(";"))):
        key, colon, values = part.partition(":")
        wanted: set[str] = set()
        for value in values.split("|"):
            if value.startswith("@"):
                if value[1:] not in classes:
                    raise LexiconError(path, None, f"trigger {row.trigger_id!r}: no class {value!r} in event_nouns.")
                wanted |= classes[value[1:]]
            else:
                wanted.add(value)
        if not colon:
            raise LexiconError(path, None, f"trigger {row.trigger_id!r}: constraint {part!r} is not key:values.")
        tests.append(Test(key.lstrip("!"), frozenset(wanted), key.startswith("!")))
    words = tuple(get_string_id(word) for word in row.lemma.split()) if row.pos == "phrase" else ()
    return Trigger(row, kind, tuple(roles), "reciprocal" in flags, tuple(tests), words)


def find_hits(parse: Parse, lexicon: TriggerLexicon) -> Iterator[tuple[int, int, list[Trigger]]]:
    """All places of the document where a reading's words and conditions hold.

    Yields:
        First token, trigger token (the last, for a phrase), and the readings that fit, the one that asks
        most of its surroundings first.
    """
    by_lemma, phrases = lexicon.by_lemma, lexicon.phrases
    lower = parse.lower_key
    for token, key in enumerate(parse.lemma_key):
        if lower[token] in phrases:
            start, trigger = _phrase_at(parse, phrases[lower[token]], token)
            if trigger is not None:
                yield start, token, [trigger]
                continue
        table = by_lemma.get(key) or _table_of_form(parse, lexicon, token)
        if table is None or _is_compounded(parse, token) or _is_attribute(parse, token):
            continue
        fitting = [
            trigger
            for trigger in table.get(_POS.get(parse.pos[token], ""), ())
            if all(holds(parse, token, test) for test in trigger.tests)
        ]
        if fitting:
            yield token, token, fitting


def _is_compounded(parse: Parse, token: int) -> bool:
    """ "IMF-backed roads" tells of roads; "test-fired a missile" of the firing."""
    if token < 2 or parse.lower(token - 1) != "-" or parse.tag[token] not in ("VBN", "VBD"):
        return False
    return parse.pos[token - 2] == "PROPN" or parse.dep[token] == "amod"


def _is_attribute(parse: Parse, token: int) -> bool:
    """ "a jailed leader", "warring factions": what somebody is, not what is told here."""
    return (
        parse.dep[token] == "amod"
        and parse.tag[token] in ("VBN", "VBD", "VBG")
        and parse.head[token] > token
        and not any(kid > token for kid in parse.kids[token])
    )


def _table_of_form(parse: Parse, lexicon: TriggerLexicon, token: int) -> dict[str, tuple[Trigger, ...]] | None:
    """The rows of a word whose lemma says nothing."""
    if parse.pos[token] == "PROPN":
        # Headline case: "Xi Visits Moscow" makes a name of the verb, and a name's lemma is its own form.
        return lexicon.by_lemma.get(get_string_id(_base_form(parse.lower(token))))
    if parse.pos[token] == "VERB":
        # The lemmatizer cuts "fined" to "fin".
        lemma = lexicon.verb_forms.get(parse.lower_key[token])
        return lexicon.by_lemma.get(get_string_id(lemma)) if lemma is not None else None
    return None


def _base_form(lower: str) -> str:
    if lower.endswith("ies"):
        return lower[:-3] + "y"
    if lower.endswith(("shes", "ches", "sses", "xes")):
        return lower[:-2]
    return lower[:-1] if lower.endswith("s") and not lower.endswith("ss") else lower


def _phrase_at(parse: Parse, triggers: Sequence[Trigger], token: int) -> tuple[int, Trigger | None]:
    for trigger in triggers:
        start = token - len(trigger.words) + 1
        if start < 0 or tuple(parse.lower_key[start : token + 1]) != trigger.words:
            continue
        if all(holds(parse, token, test) for test in trigger.tests):
            return start, trigger
    return token, None


def holds(parse: Parse, token: int, test: Test) -> bool:
    """Whether one condition is met around ``token``."""
    return _matches(parse, token, test) is not test.is_negated


def _matches(parse: Parse, token: int, test: Test) -> bool:
    key, values = test.key, test.values
    if key == "obj":
        objects = parse.retained_objects(token) or parse.objects(token)
        return any(_is_named(parse, obj, values) for head in objects for obj in parse.conjuncts(head))
    if key == "iobj":
        return any(_is_named(parse, obj, values) for obj in parse.beneficiaries(token))
    if key == "aux":
        return any(parse.lower(kid) in values for kid in parse.children(token, "aux"))
    if key == "ctag":
        clauses = parse.children(token, "xcomp", "ccomp")
        return any(
            parse.tag[clause] in values and all(parse.lower(kid) == "to" for kid in parse.children(clause, "aux"))
            for clause in clauses
        )
    if key.startswith("c>"):
        inner = Test(key[2:], values, False)
        return any(_matches(parse, clause, inner) for clause in parse.children(token, "xcomp", "ccomp"))
    if key == "caux":
        clauses = parse.children(token, "xcomp", "ccomp")
        return any(parse.lower(kid) in values for clause in clauses for kid in parse.children(clause, "aux"))
    if key == "cneg":
        clauses = parse.children(token, "xcomp", "ccomp")
        return any(parse.lower(kid) in values for clause in clauses for kid in parse.children(clause, "neg"))
    if key == "cmark":
        clauses = [inner for kid in parse.children(token, "xcomp", "ccomp") for inner in parse.children(kid, "advcl")]
        return any(parse.lower(kid) in values for clause in clauses for kid in parse.children(clause, "mark"))
    if key == "cown":
        clauses = parse.children(token, "xcomp", "ccomp")
        own = [kid for clause in clauses for kid in parse.children(clause, "nsubj", "nsubjpass")]
        return any(_is_named(parse, subject, values) for subject in own)
    if key == "subj":
        return any(_is_named(parse, subject, values) for subject in parse.doers(token))
    if key == "csubj":
        clauses = parse.children(token, "xcomp", "ccomp")
        return any(_is_named(parse, subject, values) for clause in clauses for subject in parse.subjects(clause))
    if key == "particle":
        return any(
            parse.lower(kid) in values and parse.dep[kid] in ("prt", "advmod", "prep") for kid in parse.kids[token]
        )
    if key == "comp":
        clauses = parse.children(token, "xcomp", "ccomp", "advcl", "acomp", "oprd")
        return bool(clauses) if "*" in values else any(parse.lemma(kid) in values for kid in clauses)
    if key == "gov":
        verb, _ = parse.governor(token)
        return verb is not None and ("*" in values or parse.lemma(verb) in values)
    if key == "govrel":
        return parse.governor(token)[1] in values
    if key == "mod":
        return any("*" in values or parse.lemma(kid) in values for kid in _words_before(parse, token))
    if key == "tag":
        return parse.tag[token] in values
    if key == "dep":
        return parse.dep[token] in values
    if key == "next":
        return token + 1 < len(parse.pos) and parse.lower(token + 1) in values
    if key == "prev":
        return token > 0 and parse.lower(token - 1) in values
    if key == "passive":
        return parse.is_passive(token)
    if key in ("need", "needs", "yields", "tells"):  # read when the roles are filled
        return not test.is_negated
    names = key.split(",")
    objects = parse.deep_prep_objects(token, *names) + (parse.beneficiaries(token) if "iobj" in names else [])
    if not objects and not parse.is_verb(token):
        # "a fire broke out at the refinery": the phrase may hang on the verb.
        verb, relation = parse.governor(token)
        if verb is not None and relation in ("subject", "object"):
            objects = parse.prep_objects(verb, *key.split(","))
    return any(_is_named(parse, obj, values) for obj in objects)


_MOD = frozenset({"compound", "amod", "nmod", "poss", "npadvmod", "punct"})


def _words_before(parse: Parse, token: int) -> list[int]:
    """The modifiers of a noun, and theirs: in "joint military drills" the first hangs on the second."""
    near = [kid for kid in parse.kids[token] if kid < token and parse.dep[kid] in _MOD]
    return near + [inner for kid in near for inner in parse.kids[kid] if parse.dep[inner] in _MOD]


def _is_named(parse: Parse, token: int, values: frozenset[str]) -> bool:
    """Whether a noun is one of ``values``, alone or with the words before it ("price cap"), or after "of"."""
    if "*" in values:
        return True
    kind = parse.types.get(token)
    if kind is not None and f"#{kind}" in values:
        return True
    lemma = parse.lemma(token)
    if lemma in values or parse.lower(token) in values or (parse.pos[token] == "PROPN" and _base_form(lemma) in values):
        return True
    if any(f"{parse.lemma(kid)} {lemma}" in values for kid in _words_before(parse, token)):
        return True
    if any(f"{lemma} of {parse.lemma(obj)}" in values for obj in parse.prep_objects(token, "of")):
        return True
    # "a series of strikes", "a number of contracts"
    is_part = lemma in PARTITIVES or parse.pos[token] in ("NUM", "SYM")
    return is_part and any(_is_named(parse, obj, values) for obj in parse.prep_objects(token, "of"))
