"""Where a capital's name means the state: "Moscow and Beijing agreed", not "they met in Moscow"."""

from dataclasses import dataclass
from pathlib import Path

from spacy.tokens import Doc, Token

from flows.nlp.lexicon import Row, read_table

_SUBJECTS = frozenset(("nsubj", "nsubjpass", "csubj"))
_NOUNS = frozenset(("NOUN", "PROPN"))


class CueRow(Row):
    cue_id: str
    cue: str
    lemma: str
    description: str


@dataclass(frozen=True, slots=True)
class MetonymCues:
    """Lemmas, by what a capital is to them: subject, party, owner; and the prepositions of parties."""

    subject_of: frozenset[str]
    related_by: frozenset[str]
    owner_of: frozenset[str]
    object_of: frozenset[str]
    preposition: frozenset[str]


def load_cues(user_dirs: tuple[Path, ...] = ()) -> MetonymCues:
    rows = read_table("metonym_cues", CueRow, user_dirs)
    sets = (frozenset(row.lemma for row in rows if row.cue == cue) for cue in MetonymCues.__slots__)
    return MetonymCues(*sets)


def means_its_state(doc: Doc, start: int, end: int, cues: MetonymCues) -> bool:
    """Whether the capital named at these tokens stands for its state.

    Certain grammar only: subject of a verb of saying or acting, party to a relation ("ties between Moscow and
    Beijing", "sanctions against Moscow"), owner of a policy ("Moscow's decision"), or joined by a hyphen to
    another capital or state. Else the place is meant.
    """
    token = doc[end - 1]
    for index in range(end - 1, start - 1, -1):
        head = doc[index].head
        if head.i == index or not start <= head.i < end:
            token = doc[index]
            break
    # In "Moscow and Beijing" the second hangs on the first.
    while token.dep_ == "conj" and token.head.pos_ in _NOUNS:
        token = token.head
    dep = token.dep_
    head = token.head
    if dep in _SUBJECTS:
        return head.lemma_ in cues.subject_of or _acts(head)
    if dep == "dobj":
        return head.lemma_ in cues.object_of
    if dep == "poss":
        return head.lemma_.lower() in cues.owner_of
    if dep == "pobj":
        return _is_party(head, cues)
    if dep in ("compound", "nmod", "amod") and head.lemma_.lower() in cues.related_by:
        # "Moscow-Beijing ties"; "Moscow talks" are talks in a place.
        around = (start - 1, end)
        return any(0 <= place < len(doc) and doc[place].text in ("-", "–", "/") for place in around)
    return False


def _acts(head: Token) -> bool:
    """ "Moscow is ready to sign", "Beijing has begun to buy": the verb of acting hangs below."""
    return head.lemma_ in ("be", "appear", "seem") and any(
        child.dep_ in ("acomp", "xcomp")
        and child.lemma_ in ("ready", "willing", "keen", "interested", "prepared", "open")
        for child in head.children
    )


def _is_party(preposition: Token, cues: MetonymCues) -> bool:
    word = preposition.lower_
    governor = preposition.head
    if word == "by":
        return preposition.dep_ == "agent" and governor.lemma_ in cues.subject_of
    if word == "on":
        return governor.lemma_ in (
            "sanction",
            "pressure",
            "embargo",
            "tariff",
            "restriction",
            "duty",
            "limit",
            "attack",
        )
    if word not in cues.preposition:
        return False
    return governor.lemma_.lower() in cues.related_by or governor.lemma_ in cues.subject_of or governor.pos_ == "ADJ"
