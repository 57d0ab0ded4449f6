"""The parse as plain lists, and who does what to whom in it: subjects, objects and prepositions of a word.

A trigger is looked up in every sentence; asking spaCy's tokens for their children each time would cost
more than all the rest.
"""

from bisect import bisect_left, bisect_right
from functools import lru_cache

import numpy as np
from spacy.strings import StringStore
from spacy.tokens import Doc, Span

RELATIVE_PRONOUNS = frozenset({"who", "which", "that", "whom"})
MODIFIERS = frozenset({"compound", "amod", "poss", "nmod", "npadvmod", "nummod"})
_SUBJECT = frozenset({"nsubj", "csubj"})
_VERBAL = frozenset({"VERB", "AUX"})
# Verbs whose object does what the infinitive after them says ("urged Israel to halt").
OBJECT_CONTROL = frozenset(
    "urge ask tell order force compel press pressure call want allow permit invite expect enable help let lead "
    "persuade convince encourage warn require cause push request command authorise authorize instruct beg implore "
    "advise get leave prompt remind appeal see make hear have bring".split()
)
PARTITIVES = frozenset(
    "series number round package set variety lot couple dozen wave range string raft pair host batch plenty group "
    "majority act campaign flurry spate barrage first second third fourth one two three several all most many "
    "some bcm mcm tcm ton tonne barrel meter metre mmt mt kilogram cargo amount volume quantity piece share unit part "
    "remainder rest phase stage stretch section segment day week month year hour decade end "
    "euro dollar pound yuan yen rouble ruble million billion trillion "
    "hundred thousand planeload truckload shipload boatload".split()
)
# Say what those who write them say: "passed a resolution calling on Israel".
_PAPERS = frozenset("resolution motion statement letter petition declaration decree communique bill law report".split())
_MAX_CLIMB = 8  # a chain of conjuncts or infinitives longer than this is a list, not a clause


@lru_cache(maxsize=4096)
def _name(strings: StringStore, key: int) -> str:
    return strings[key] if key else ""


class Parse:
    """One parsed document. Every ``list`` is by token; ``kids`` are in text order; ``types`` are those of entities."""

    __slots__ = (
        "dated",
        "dep",
        "doc",
        "head",
        "kids",
        "lemma_key",
        "lower_key",
        "pos",
        "sentence",
        "strings",
        "tag",
        "types",
    )

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        strings = self.strings = doc.vocab.strings
        rows = doc.to_array(["LEMMA", "LOWER", "POS", "TAG", "DEP", "HEAD", "SENT_START"])
        self.lemma_key: list[int] = rows[:, 0].tolist()
        self.lower_key: list[int] = rows[:, 1].tolist()
        self.pos = _names(strings, rows[:, 2].tolist())
        self.tag = _names(strings, rows[:, 3].tolist())
        self.dep = _names(strings, rows[:, 4].tolist())
        offsets = rows[:, 5].astype(np.int64)
        self.head: list[int] = (offsets + np.arange(len(doc))).tolist()
        self.kids: list[list[int]] = [[] for _ in range(len(doc))]
        for token, head in enumerate(self.head):
            if head != token:
                self.kids[head].append(token)
        self.types: dict[int, str] = {}
        for mention in doc._.mentions or ():
            for token in range(mention.token_start, mention.token_end):
                self.types[token] = mention.entity.entity_type
        # "on Tuesday" is no place to fire on.
        periods = doc._.periods or ()
        self.dated = {token for period in periods for token in range(period.token_start, period.token_end)}
        starts = rows[:, 6].astype(np.int64) == 1
        self.sentence: list[int] = np.cumsum(starts).tolist()

    def lemma(self, token: int) -> str:
        return _name(self.strings, self.lemma_key[token]).lower()

    def lower(self, token: int) -> str:
        return _name(self.strings, self.lower_key[token])

    def children(self, token: int, *deps: str) -> list[int]:
        return [kid for kid in self.kids[token] if self.dep[kid] in deps]

    def sentence_of(self, token: int) -> Span:
        number = self.sentence[token]
        return self.doc[bisect_left(self.sentence, number) : bisect_right(self.sentence, number)]

    def sentence_end(self, token: int) -> int:
        """The last token that is no space of the sentence that ``token`` stands in."""
        end = bisect_right(self.sentence, self.sentence[token]) - 1
        while end > token and self.pos[end] == "SPACE":
            end -= 1
        return end

    def is_verb(self, token: int) -> bool:
        return self.pos[token] in _VERBAL

    def is_passive(self, verb: int, depth: int = 0) -> bool:
        """True of "was signed", of "signed by" after a noun, and of the second verb in "was arrested and charged"."""
        for kid in self.kids[verb]:
            if self.dep[kid] in ("auxpass", "nsubjpass"):
                return True
        if self.tag[verb] != "VBN" and not (self.tag[verb] == "VBD" and self.dep[verb] == "acl"):
            return False
        for kid in self.kids[verb]:
            if self.dep[kid] == "aux" or self.dep[kid] in _SUBJECT:
                # "has signed": the auxiliary makes it active. "to be signed" has an auxpass as well.
                return False
        if self.dep[verb] == "conj" and depth < _MAX_CLIMB:
            return self.is_passive(self.head[verb], depth + 1)
        if self.dep[verb] == "xcomp":
            return self.lemma(self.head[verb]) in ("get", "want", "have", "see")
        return self.dep[verb] in ("acl", "advcl", "ROOT", "amod") or bool(self.children(verb, "agent"))

    def antecedent(self, token: int) -> int:
        """The noun that a relative pronoun stands for; the token itself where it is none."""
        if self.lower(token) not in RELATIVE_PRONOUNS:
            return token
        clause = self.head[token]
        for _ in range(_MAX_CLIMB):
            if self.dep[clause] == "relcl":
                return self.head[clause]
            if self.dep[clause] not in ("conj", "xcomp", "ccomp", "prep", "aux", "dobj"):
                return token
            clause = self.head[clause]
        return token

    def subjects(self, verb: int, depth: int = 0) -> list[int]:
        """Heads of the noun phrases that do what ``verb`` says; the agent of a passive; [] where the text is silent."""
        if depth > _MAX_CLIMB:
            return []
        if self.is_passive(verb):
            agents = [obj for kid in self.children(verb, "agent") for obj in self.children(kid, "pobj")]
            # "by" after a passive is now and then parsed as a plain preposition.
            return agents or [obj for obj in self.prep_objects(verb, "by") if self.pos[obj] in ("PROPN", "NOUN")]
        own = [self.antecedent(kid) for kid in self.kids[verb] if self.dep[kid] in _SUBJECT]
        if own:
            return self._with_listed(own[-1:])  # one more before it is a dateline: "Munich – Xi shakes hands"
        return self._inherited_subjects(verb, depth)

    def _with_listed(self, subjects: list[int]) -> list[int]:
        """ "US, China hold talks": headlines join by a comma what others join by "and"."""
        first = subjects[0]
        for kid in self.children(first, "appos"):
            # ... and now and then makes an apposition of: "India, Australia agree".
            is_pair = {self.types.get(first), self.types.get(kid)} == {"GPE"} and kid == first + 2
            if is_pair and kid + 1 < len(self.lower_key) and self.lower(kid + 1) != ",":
                return [first, kid]
        left = min((*self.kids[first], first))
        if left >= 2 and self.lower(left - 1) == "," and self.pos[left - 2] == "PROPN":
            begins = left == 2 or self.sentence[left - 3] != self.sentence[left - 2]
            if begins and self.sentence[left - 2] == self.sentence[first]:
                return [left - 2, *subjects]
        return subjects

    def doers(self, verb: int, depth: int = 0) -> list[int]:
        """The subject as it stands in the clause: of a passive the one it is done to."""
        return self.objects(verb, depth) if self.is_passive(verb) else self.subjects(verb, depth)

    def _inherited_subjects(self, verb: int, depth: int) -> list[int]:
        dep, head = self.dep[verb], self.head[verb]
        if head == verb:
            return []
        if dep == "acl":
            if self.tag[verb] == "VBG" and self.lemma(head) not in _PAPERS:
                return [head]
            return self._holders(head, depth)
        if dep == "relcl":
            return [head]
        if dep == "pcomp":
            governor = self.head[head]
            if self.is_verb(governor):
                if self.lower(head) in ("of", "from", "for") and self.children(governor, "dobj"):
                    # "accused Minsk of sending", "blamed Iran for attacking"
                    return self.objects(governor, depth + 1)
                return self.doers(governor, depth + 1)
            return self._holders(governor, depth)
        if not self.is_verb(head):
            return self._holders(head, depth) if self.pos[head] in ("NOUN", "PROPN") else self.of_adjective(head, depth)
        if dep == "xcomp" or (dep == "advcl" and self.children(verb, "aux") and self.tag[verb] == "VB"):
            if self.lemma(head) in OBJECT_CONTROL:
                controlled = self.objects(head, depth + 1)
                if not controlled and self.lemma(head) not in ("leave", "get", "see"):  # "left for Doha to seek credit"
                    controlled = self.prep_objects(head, "on", "to", "for")
                if controlled:
                    return controlled
            return self.doers(head, depth + 1)
        if dep in ("conj", "advcl", "ccomp", "dep", "prep"):
            return self.doers(head, depth + 1)
        return []

    def of_adjective(self, adjective: int, depth: int) -> list[int]:
        """ "China is ready to buy": the subject of the copula."""
        governor = self.head[adjective]
        return self.doers(governor, depth + 1) if governor != adjective and self.is_verb(governor) else []

    def _holders(self, noun: int, depth: int) -> list[int]:
        """Whose plan it is: "Turkey's plan to build", "a plan by Turkey to build", "Turkey has a plan to build"."""
        found = self.children(noun, "poss") or self.prep_objects(noun, "by", "of")
        if found:
            return found
        governor = self.head[noun]
        if self.dep[noun] in ("dobj", "attr", "pobj") and depth < _MAX_CLIMB:
            if self.dep[noun] == "pobj":
                governor = self.head[governor]
            if self.is_verb(governor):
                return self.doers(governor, depth + 1)
        return [kid for kid in self.children(noun, "compound", "amod") if self.pos[kid] in ("PROPN", "ADJ")]

    def objects(self, verb: int, depth: int = 0) -> list[int]:
        """Heads of the noun phrases it is done to; the subject of a passive."""
        if depth > _MAX_CLIMB:
            return []
        if self.is_passive(verb):
            own = [self.antecedent(kid) for kid in self.children(verb, "nsubjpass")]
            if own:
                return own
            if self.dep[verb] in ("acl", "relcl", "amod"):
                return [self.head[verb]]
            if self.dep[verb] == "ROOT":
                return [self.antecedent(kid) for kid in self.children(verb, "nsubj")]
            if self.dep[verb] in ("conj", "xcomp", "advcl") and self.is_verb(self.head[verb]):
                return self.doers(self.head[verb], depth + 1)
            return []
        own = [self.antecedent(kid) for kid in self.children(verb, "dobj", "obj")]
        if own:
            return own
        # "intercepted drones heading for Israel", where the parser makes the drones a subject only.
        for kid in self.children(verb, "ccomp"):
            if self.tag[kid] == "VBG" and not self.children(kid, "aux"):
                own = self.children(kid, "nsubj")
                if own:
                    return own
        # "arrested and tortured activists": the object stands once, after the last verb.
        for kid in self.children(verb, "conj"):
            if self.is_verb(kid) and not self.children(kid, "nsubj") and not self.is_passive(kid):
                shared = self.objects(kid, depth + 1)
                if shared:
                    return shared
        return []

    def retained_objects(self, verb: int) -> list[int]:
        """What is given, of a passive that tells to whom: "was granted asylum"."""
        return self.children(verb, "dobj") if self.is_passive(verb) else []

    def beneficiaries(self, verb: int) -> list[int]:
        """To whom it is given, where no preposition says so: "gave Lebanon wheat", "Lebanon was given wheat"."""
        if self.retained_objects(verb):
            return self.objects(verb)
        return [kid for kid in self.children(verb, "dative") if self.pos[kid] != "ADP"]

    def prep_objects(self, token: int, *prepositions: str) -> list[int]:
        """Objects of the named prepositions below ``token``, also of the second one in "to and from"."""
        found: list[int] = []
        for kid in self.kids[token]:
            if self.dep[kid] not in ("prep", "agent", "dative", "prt", "advmod"):
                continue
            for prep in (kid, *self.children(kid, "conj", "prep")):
                if self.lower(prep) in prepositions:
                    found.extend(obj for obj in self.kids[prep] if self.dep[obj] in ("pobj", "pcomp"))
        return [self.antecedent(obj) for obj in found if obj not in self.dated]

    def deep_prep_objects(self, verb: int, *prepositions: str) -> list[int]:
        """As ``prep_objects``, also below a verb's objects ("sent 5 million in aid to Chad") and a noun's "of"
        ("the delivery of aid to Chad").
        """
        found = self.prep_objects(verb, *prepositions)
        below = self.objects(verb) if self.is_verb(verb) else self.prep_objects(verb, "of")
        for _ in range(2):
            if found or not below:
                break
            found = [obj for noun in below for obj in self.prep_objects(noun, *prepositions)]
            below = [obj for noun in below for kid in self.children(noun, "prep") for obj in self.children(kid, "pobj")]
        return found

    def conjuncts(self, token: int) -> list[int]:
        """The token and all joined to it by "and", in text order."""
        found = [token]
        for member in found:
            found.extend(self.children(member, "conj"))
            if len(found) > 40:  # a gazetteer, not a list of participants
                break
        return found

    def governor(self, noun: int) -> tuple[int | None, str]:
        """The verb a noun hangs on and how: ``object``, ``subject``, or the preposition between them."""
        for _ in range(_MAX_CLIMB):
            dep, head = self.dep[noun], self.head[noun]
            if head == noun:
                return None, ""
            if dep in ("conj", "appos", "compound", "nmod"):
                noun = head
                continue
            if dep in ("dobj", "nsubjpass", "obj", "attr", "oprd"):
                return head, "object"
            if dep in ("nsubj", "csubj"):
                return head, "subject"
            if dep == "pobj":
                governor = self.head[head]
                if self.is_verb(governor):
                    return governor, self.lower(head)
                if self.lower(head) == "of" and self.lemma(governor) in PARTITIVES:
                    # "a series of talks", "the second round of talks": the verb governs the outer noun.
                    noun = governor
                    continue
                return None, self.lower(head)
            return None, ""
        return None, ""


def _names(strings: StringStore, keys: list[int]) -> list[str]:
    known = {key: _name(strings, key) for key in set(keys)}
    return [known[key] for key in keys]
