"""Which triggers are only the content of another: who calls for talks requests, nobody talks yet."""

from collections.abc import Mapping
from typing import Protocol, TypeVar

from flows.nlp.events.names import EventName
from flows.nlp.events.parse import Parse
from flows.nlp.events.triggers import Trigger
from flows.records import Participant


class Candidate(Protocol):
    token: int
    trigger: Trigger
    participants: tuple[Participant, ...]
    name: EventName | None


# What these are about has not happened by their being said.
VERBAL_TYPES = frozenset({"AGREE", "REQUEST", "REJECT", "THREATEN", "ACCUSE", "SUPPORT"})
# "stopped pumping", "ceased attacking": the same.
_CEASING_TYPES = frozenset({"SANCTION", "RETREAT", "MARKET"})
# Speak of what did happen: "condemned the attack" tells of an attack as well, where it says whose.
_FACTIVE_TYPES = frozenset({"ACCUSE", "SUPPORT"})
_DEEDS = frozenset(
    {"ASSAULT", "COERCE", "SANCTION", "MOBILIZE", "PROTEST", "RETREAT", "AID", "COOPERATE", "AGREE", "CONSULT"}
)
_CLAUSE_STEPS = frozenset({"xcomp", "ccomp", "pcomp", "acl"})
_NOUN_STEPS = frozenset(
    {"dobj", "nsubjpass", "pobj", "attr", "compound", "nmod", "amod", "conj", "appos", "oprd", "poss"}
)
_CONTENT_PREPOSITIONS = frozenset(
    {"of", "to", "for", "on", "against", "with", "from", "into", "about", "over", "by", "upon"}
)
_MAX_CLIMB = 8


CandidateT = TypeVar("CandidateT", bound=Candidate)


def absorbed(parse: Parse, one: CandidateT, by_token: Mapping[int, CandidateT]) -> CandidateT | None:
    """The trigger that ``one`` is only the content of; None where it tells of something by itself."""
    is_gathering = one.trigger.kind.event_type == "CONSULT"
    if one.name is not None and is_gathering and parse.dep[one.token] not in ("dobj", "nsubjpass"):
        return None  # "met on the sidelines of the G20 summit" tells of the summit too
    outer = _told_by_subject(parse, one, by_token)
    if outer is not None:
        return outer
    token = one.token
    is_clause = is_participle = False
    for _ in range(_MAX_CLIMB):
        head, dep = parse.head[token], parse.dep[token]
        if head == token:
            return None
        if dep == "acl" and parse.tag[token] == "VBN":
            is_participle = True
        if dep in _CLAUSE_STEPS or (dep == "relcl" and is_infinitive(parse, token)):
            is_clause = True
        elif dep == "advcl":
            outer = by_token.get(head) or _phrase_of(parse, head, by_token)
            if outer is not None and outer.trigger.kind.event_type == "PROTEST":
                # "marched, demanding that", "marched to denounce": what the protest is about
                return outer if one.trigger.kind.event_type in (*VERBAL_TYPES, "PROTEST") else None
            if parse.tag[token] != "VB":  # "met to discuss"; not "met, signing"
                return None
            is_clause = True
        elif dep == "prep":
            if parse.lower(token) not in _CONTENT_PREPOSITIONS:
                return None
        elif dep not in _NOUN_STEPS or (dep == "conj" and parse.is_verb(token)):
            return None
        outer = by_token.get(head)
        if outer is not None and is_participle and outer.trigger.kind.event_type == "SUPPORT":
            return None  # "signed a pact brokered by Qatar"
        if outer is not None:
            return outer if _absorbs(outer, one, is_clause=is_clause) else None
        token = head
    return None


def is_infinitive(parse: Parse, verb: int) -> bool:
    """True of "to sign", whatever hangs before it."""
    return parse.tag[verb] == "VB" and any(parse.lower(kid) == "to" for kid in parse.children(verb, "aux"))


def _phrase_of(parse: Parse, verb: int, by_token: Mapping[int, CandidateT]) -> CandidateT | None:
    """The phrase that a verb is a part of: "took to the streets" stands at its last word."""
    for prep in parse.children(verb, "prep"):
        for obj in parse.children(prep, "pobj"):
            if obj in by_token:
                return by_token[obj]
    return None


def _told_by_subject(parse: Parse, one: CandidateT, by_token: Mapping[int, CandidateT]) -> CandidateT | None:
    """The noun whose outcome a verb tells ("the attack killed ten", "the 5th forum opened"); the verb that says
    that its subject failed ("talks collapsed"); the blow whose toll a participle tells ("struck, killing five").
    """
    kind = one.trigger.kind
    head = parse.head[one.token]
    outer = by_token.get(head) if head != one.token else None
    if not parse.is_verb(one.token):
        if outer is None or parse.dep[one.token] not in ("nsubj", "nsubjpass"):
            return None
        asks = any(test.key in ("subj", "obj") and not test.is_negated for test in outer.trigger.tests)
        return outer if asks and outer.trigger.kind.event_type != kind.event_type else None
    for subject in parse.subjects(one.token):
        noun = by_token.get(subject)
        if noun is not None and (
            noun.trigger.kind.event_type == kind.event_type
            or (kind.event_type == "ASSAULT" and noun.trigger.kind.event_mode == "accident")
        ):
            return noun
    if outer is None or outer.trigger.kind.event_type != kind.event_type:
        return None
    if parse.dep[one.token] == "conj":  # "was shot and wounded"
        return None if parse.children(one.token, "dobj", "nsubj", "nsubjpass") else outer
    return outer if parse.dep[one.token] == "advcl" and parse.tag[one.token] == "VBG" else None


def _absorbs(outer: Candidate, one: Candidate, *, is_clause: bool) -> bool:
    outer_type, inner_type = outer.trigger.kind.event_type, one.trigger.kind.event_type
    if outer_type == inner_type:
        return True
    roles = {participant.role for participant in one.participants}
    if is_clause:
        if outer_type == "AGREE" and {"tells", "cown"} <= {test.key for test in outer.trigger.tests}:
            return False  # "said it would send aid": promised now, and planned
        if outer_type == "PROTEST" and inner_type in VERBAL_TYPES:
            return True  # "began a hunger strike to demand"
        return outer_type in VERBAL_TYPES or outer_type in _CEASING_TYPES
    if outer_type in _FACTIVE_TYPES and {"actor", "recipient"} <= roles and inner_type in _DEEDS:
        return False
    has_object = any(test.key == "obj" for test in outer.trigger.tests)
    return has_object or outer_type in VERBAL_TYPES or outer_type in _FACTIVE_TYPES
