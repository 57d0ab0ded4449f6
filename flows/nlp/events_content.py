"""Which triggers are only the content of another: who calls for talks requests, nobody talks yet."""

from collections.abc import Sequence
from typing import Protocol

from flows.nlp.events_parse import Parse
from flows.nlp.events_triggers import Trigger
from flows.records import Participant


class Candidate(Protocol):
    token: int
    trigger: Trigger
    participants: tuple[Participant, ...]


# What these are about has not happened by their being said.
_VERBAL_TYPES = frozenset({"AGREE", "REQUEST", "REJECT", "THREATEN", "ACCUSE"})
# Speak of what did happen: "condemned the attack" tells of an attack as well, where it says whose.
_FACTIVE_TYPES = frozenset({"ACCUSE", "SUPPORT"})
_CLAUSE_STEPS = frozenset({"xcomp", "ccomp", "pcomp", "acl"})
_NOUN_STEPS = frozenset(
    {"dobj", "nsubjpass", "pobj", "attr", "compound", "nmod", "amod", "conj", "appos", "oprd", "poss"}
)
_CONTENT_PREPOSITIONS = frozenset(
    {"of", "to", "for", "on", "against", "with", "from", "into", "about", "over", "by", "upon"}
)
_MAX_CLIMB = 8


def absorbed(parse: Parse, one: Candidate, candidates: Sequence[Candidate]) -> bool:
    """Whether ``one`` is only what another trigger is about."""
    by_token = {other.token: other for other in candidates if other.token != one.token}
    token = one.token
    is_clause = False
    for _ in range(_MAX_CLIMB):
        head, dep = parse.head[token], parse.dep[token]
        if head == token:
            return False
        if dep in _CLAUSE_STEPS:
            is_clause = True
        elif dep == "advcl":
            if parse.tag[token] != "VB":  # "met to discuss"; not "met, signing"
                return False
            is_clause = True
        elif dep == "prep":
            if parse.lower(token) not in _CONTENT_PREPOSITIONS:
                return False
        elif dep not in _NOUN_STEPS or (dep == "conj" and parse.is_verb(token)):
            return False
        outer = by_token.get(head)
        if outer is not None:
            return _absorbs(outer, one, is_clause=is_clause)
        token = head
    return False


def _absorbs(outer: Candidate, one: Candidate, *, is_clause: bool) -> bool:
    outer_type, inner_type = outer.trigger.kind.event_type, one.trigger.kind.event_type
    if outer_type == inner_type:
        return True
    roles = {participant.role for participant in one.participants}
    if is_clause:
        return outer_type in _VERBAL_TYPES
    if outer_type in _FACTIVE_TYPES and {"actor", "recipient"} <= roles:
        return False
    has_object = any(test.key == "obj" for test in outer.trigger.tests)
    return has_object or outer_type in _VERBAL_TYPES or outer_type in _FACTIVE_TYPES
