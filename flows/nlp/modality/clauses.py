"""What stands around a verb that tells how its clause is meant: alternatives, schemes, a modal it shares."""

from spacy.tokens import Token

from flows.nlp.modality.cues import CueTables

_SUBJECTS = frozenset({"nsubj", "csubj"})


def is_alternative(verb: Token) -> bool:
    """ "was ordered to pay or serve five years": one of two."""
    if verb.dep_ != "conj" or verb.tag_ != "VB":
        return False
    return any(child.dep_ == "cc" and child.lower_ == "or" and child.i < verb.i for child in verb.head.children)


def is_of_scheme(tables: CueTables, verb: Token) -> bool:
    """Whether the subject is a work, a tax, a scheme: what it will have its makers have decided."""
    scheme = tables["scheme"]
    for _ in range(3):
        for child in verb.children:
            if child.dep_ in ("nsubj", "nsubjpass"):
                noun = verb.head if child.tag_ in ("WDT", "WP") else child
                return f"{noun.lemma_.lower()}/NOUN" in scheme
        if verb.dep_ not in ("conj", "xcomp"):
            return False
        verb = verb.head
    return False


def follows_modal(verb: Token) -> bool:
    if verb.lower_ != verb.lemma_ or any(child.dep_ in _SUBJECTS for child in verb.children):
        return False
    return any(child.tag_ == "MD" and child.dep_ == "aux" for child in verb.head.children)


def governor(token: Token) -> Token:
    """The word a word depends on. An infinitive that the parse joins to the finite verb is joined to that verb's own
    infinitive: "wants to sign a deal, open an embassy and lift the ban"."""
    head = token.head
    if token.dep_ != "conj" or token.tag_ != "VB" or head.tag_ == "VB" or head.pos_ not in ("VERB", "AUX"):
        return head
    if any(child.dep_ in _SUBJECTS or child.dep_ in ("aux", "auxpass") for child in token.children):
        return head
    return next((kid for kid in head.rights if kid.i < token.i and kid.dep_ == "xcomp" and kid.tag_ == "VB"), head)
