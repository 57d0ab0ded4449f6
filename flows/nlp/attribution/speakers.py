"""Who a subject is: the mention of a name, of an office that is certain, or of the one who spoke last."""

from spacy.tokens import Doc, Token

from flows.nlp.spans import MentionSpan

_SPEAKING = frozenset({"PERSON", "ORG", "GPE", "NORP", "FACILITY"})
_THIRD_PERSON = frozenset({"he", "she"})
_REACH = 150
"""Tokens back to which "he" may point."""
_OF = frozenset({"of", "from", "for", "by"})
_HOUSES = frozenset({"at", "from", "with"})
"""Between people and the house that they speak for: "analysts at ING"."""
_PEOPLE = frozenset(
    {"official", "source", "analyst", "expert", "economist", "police", "resident", "witness", "trader", "authority"}
)


class SpeakerFinder:
    """The mentions of one ``Doc``, by token."""

    def __init__(self, doc: Doc, voices: frozenset[str]) -> None:
        self._doc = doc
        self._voices = voices
        self.mentions: list[MentionSpan] = list(doc._.mentions or ()) if doc.has_extension("mentions") else []
        self._at: dict[int, MentionSpan] = {
            index: mention
            for mention in self.mentions
            if mention.entity.entity_type in _SPEAKING
            for index in range(mention.token_start, mention.token_end)
        }
        self._persons = [mention for mention in self.mentions if mention.entity.entity_type == "PERSON"]
        self._last: MentionSpan | None = None

    def note(self, speaker: MentionSpan | None) -> None:
        """Remember who spoke last."""
        if speaker is not None and speaker.entity.entity_type == "PERSON":
            self._last = speaker

    def subject(self, verb: Token) -> Token | None:
        """Who does what the verb says, also where the verb borrows its subject: "… , adding that"."""
        current = verb
        for _ in range(6):
            for child in current.children:
                if child.dep_ == "nsubj" or (child.dep_ == "nsubjpass" and current.lemma_ == "quote"):
                    if child.tag_ in ("WP", "WDT") or (child.lower_ == "that" and current.dep_ == "relcl"):
                        return current.head
                    return child
            if current.dep_ in ("acl", "relcl"):
                return current.head
            if current.dep_ not in ("conj", "advcl", "xcomp", "pcomp", "prep") or current.head == current:
                return None
            current = current.head
        return None

    def speaker(self, noun: Token | None) -> MentionSpan | None:
        """The mention that a subject is, or that speaks through it; None where nobody known does."""
        if noun is None:
            return None
        mention = self._at.get(noun.i)
        if mention is not None:
            return self._named_person(noun, mention)
        if noun.lower_ in _THIRD_PERSON:
            return self._pronoun(noun)
        is_voice = noun.lemma_.lower() in self._voices
        for child in noun.children:
            if child.dep_ == "appos":
                found = self._at.get(child.i)
                if found is not None and found.entity.entity_type == "PERSON":
                    return found
        is_of_house = noun.lemma_.lower() in _PEOPLE
        if not is_voice and not is_of_house:
            return None
        for child in noun.children:
            if child.dep_ in ("poss", "compound", "nmod", "amod") and child.i in self._at:
                found = self._at[child.i]
                if is_voice or found.entity.entity_type == "ORG":
                    return found
            if child.dep_ == "prep" and child.lower_ in (_OF if is_voice else _HOUSES):
                owner = next((inner for inner in child.children if inner.dep_ == "pobj"), None)
                if owner is not None and owner.i in self._at:
                    found = self._at[owner.i]
                    if is_voice or found.entity.entity_type == "ORG":
                        return found
        return None

    def may_speak(self, noun: Token) -> bool:
        """Whether a noun that is no known mention is somebody, or a paper, that tells: "officials", "data"."""
        return (
            noun.lemma_.lower() in self._voices or noun.lemma_.lower() in _PEOPLE or noun.ent_type_ in ("PERSON", "ORG")
        )

    def _named_person(self, noun: Token, mention: MentionSpan) -> MentionSpan:
        """ "Kremlin spokesman Dmitry Peskov": of several names in one phrase the person speaks."""
        if mention.entity.entity_type == "PERSON":
            return mention
        for child in noun.children:
            if child.dep_ == "appos" and child.i in self._at and self._at[child.i].entity.entity_type == "PERSON":
                return self._at[child.i]
        return mention

    def _pronoun(self, noun: Token) -> MentionSpan | None:
        last = self._last
        if last is None or noun.i - last.token_start > _REACH:
            return None
        for mention in reversed(self._persons):
            if mention.token_start >= noun.i:
                continue
            if mention.token_end <= last.token_start:
                break
            if mention.entity.entity_id != last.entity.entity_id:
                return None
        return last
