"""Pronouns that act or speak: "he said". For events and speakers; never published as mentions."""

from bisect import bisect_left

from spacy.strings import get_string_id
from spacy.tokens import Doc

from flows.nlp.resolution.words import ResolutionWords
from flows.nlp.spans import MentionSpan
from flows.records import Entity

_PERSON = frozenset(map(get_string_id, ("he", "she")))
_IT = get_string_id("it")
_THEY = get_string_id("they")
_PRONOUNS = frozenset((*_PERSON, _IT, _THEY))
_SUBJECTS = frozenset(("nsubj", "nsubjpass"))
_FARTHEST = 40
"""Mentions: what was named longer ago in one sentence is no candidate."""
_QUOTES = frozenset(('"', "“", "”", "''", "``"))


def add_pronouns(
    doc: Doc,
    mentions: list[MentionSpan],
    words: ResolutionWords,
    lowers: list[int],
    sentences: list[int],
    plurals: dict[int, list[Entity]],
) -> list[MentionSpan]:
    """The mentions and the subjects "he", "she", "it" where one reading is certain; "they" goes to ``plurals``."""
    if not doc.has_annotation("DEP"):
        return mentions
    if not _PRONOUNS & set(lowers):
        return mentions
    found: list[MentionSpan] = []
    reader = _Reader(doc, mentions, sentences)
    for index, lower in enumerate(lowers):
        if lower in _PERSON:
            entity = reader.person(index, found) if doc[index].dep_ in _SUBJECTS else None
        elif lower == _IT:
            entity = reader.thing(index, words) if doc[index].dep_ in _SUBJECTS else None
        elif lower == _THEY:
            pair = reader.pair(index, plurals)
            if pair is not None:
                plurals[index] = pair
            continue
        else:
            continue
        if entity is not None:
            token = doc[index]
            found.append(
                MentionSpan(
                    token.idx,
                    token.idx + len(token),
                    index,
                    index + 1,
                    index,
                    entity,
                    None,
                    "in_document",
                    0.75,
                    is_description=True,
                    is_pronoun=True,
                )
            )
    if not found:
        return mentions
    return sorted([*mentions, *found], key=lambda mention: mention.token_start)


class _Reader:
    def __init__(self, doc: Doc, mentions: list[MentionSpan], sentences: list[int]) -> None:
        self.doc = doc
        self.sentences = sentences
        self._quoted = self._quoted_tokens()
        self.by_sentence: dict[int, list[MentionSpan]] = {}
        for mention in mentions:
            self.by_sentence.setdefault(sentences[mention.token_start], []).append(mention)

    def _before(self, index: int, back: int) -> list[MentionSpan]:
        """The mentions of the sentence ``back`` sentences before, up to ``index``, what is quoted there left out."""
        number = self.sentences[index] - back
        near = self.by_sentence.get(number, [])
        end = bisect_left(near, index, key=lambda mention: mention.token_start)
        return [mention for mention in near[max(0, end - _FARTHEST) : end] if not self._quoted[mention.token_start]]

    def _quoted_tokens(self) -> list[bool]:
        """For each token whether a quotation of its sentence is open there."""
        quoted: list[bool] = []
        is_open = False
        for index, token in enumerate(self.doc):
            if index and self.sentences[index] != self.sentences[index - 1]:
                is_open = False
            quoted.append(is_open)
            if token.text in _QUOTES:
                is_open = not is_open
        return quoted

    def person(self, index: int, pronouns: list[MentionSpan]) -> Entity | None:
        """The one person named in this sentence or, if none is, in one of the two before it."""
        for back in range(3):
            named = [mention for mention in self._before(index, back) if mention.entity.entity_type == "PERSON"]
            # "He" after "he": who was meant there is a candidate here.
            number = self.sentences[index] - back
            named += [
                p for p in pronouns if self.sentences[p.token_start] == number and p.entity.entity_type == "PERSON"
            ]
            if not named:
                continue
            people = {mention.entity.entity_id: mention.entity for mention in named}
            if len(people) == 1:
                return next(iter(people.values()))
            subjects = {m.entity.entity_id: m.entity for m in named if self._leads(m.head)}
            return next(iter(subjects.values())) if len(subjects) == 1 else None
        return None

    def _leads(self, head: int) -> bool:
        """Whether a mention is the subject of its sentence's main verb."""
        token = self.doc[head]
        return token.dep_ in _SUBJECTS and token.head.dep_ == "ROOT"

    def thing(self, index: int, words: ResolutionWords) -> Entity | None:
        """ "It" that acts: the organisation or state that led the sentence before, or this one up to here."""
        verb = self.doc[index].head.lemma_
        if words.cues is None or verb not in words.cues.subject_of or verb == "be":
            return None
        for back in range(2):
            leading = {
                mention.entity.entity_id: mention.entity
                for mention in self._before(index, back)
                if self._leads(mention.head)
            }
            if leading:
                entity = next(iter(leading.values()))
                acts = entity.entity_type == "ORG" or entity.sector == "country"
                return entity if acts and len(leading) == 1 else None
        return None

    def pair(self, index: int, plurals: dict[int, list[Entity]]) -> list[Entity] | None:
        """ "They": the two who led the sentence before together, by name or as "the two leaders"."""
        number = self.sentences[index]
        for head, pair in list(plurals.items())[-_FARTHEST:]:
            if head < index and number - self.sentences[head] in (0, 1) and self.doc[head].dep_ in _SUBJECTS:
                return pair
        for back in range(2):
            for mention in self._before(index, back):
                if self._leads(mention.head):
                    joined = [
                        other
                        for other in self._before(index, back)
                        if self.doc[other.head].dep_ == "conj" and self.doc[other.head].head.i == mention.head
                    ]
                    if len(joined) == 1 and mention.entity.entity_type in ("PERSON", "ORG", "GPE"):
                        return [mention.entity, joined[0].entity]
        return None
