"""Descriptions of several: "both countries", "the two leaders", "the neighbours"."""

from bisect import bisect_left

from spacy.strings import get_string_id
from spacy.tokens import Doc

from flows.nlp.resolution.words import ResolutionWords
from flows.nlp.spans import MentionSpan
from flows.records import Entity

_BOTH = get_string_id("both")
_TWO = get_string_id("two")
_THE = get_string_id("the")
_WINDOW = 3
_FARTHEST = 200
"""Mentions: what was named longer ago is no candidate."""
_JOINS = frozenset(("and", "-", "–", "/", "&"))


def read_plurals(
    doc: Doc, mentions: list[MentionSpan], words: ResolutionWords, lowers: list[int], sentences: list[int]
) -> dict[int, list[Entity]]:
    """Head token of each certain description of two, with the two in text order."""
    found: dict[int, list[Entity]] = {}
    states = [mention for mention in mentions if mention.entity.sector == "country"]
    people = [mention for mention in mentions if mention.entity.entity_type == "PERSON"]
    if len(states) < 2 and len(people) < 2:
        return found
    for index, lower in enumerate(lowers):
        if lower in (_BOTH, _TWO):
            is_counted = True
        elif lower == _THE or index == 0 or sentences[index] != sentences[index - 1]:
            is_counted = False
        else:
            continue
        head = _noun_after(doc, index if lower not in (_BOTH, _TWO, _THE) else index + 1)
        if head is None:
            continue
        lemma = doc[head].lemma_.lower()
        if lemma in words.plural_countries:
            pair = _pair(doc, states, index, sentences, is_counted)
            if pair is None and lemma in words.plural_people:
                pair = _pair(doc, people, index, sentences, is_counted)
        elif lemma in words.plural_people:
            pair = _pair(doc, people, index, sentences, is_counted)
        else:
            continue
        if pair is not None:
            found[head] = pair
    return found


def _noun_after(doc: Doc, place: int) -> int | None:
    """The plural noun that follows, at most two qualifying words away."""
    for index in range(place, min(place + 3, len(doc))):
        tag = doc[index].tag_
        if tag in ("NNS", "NNPS"):
            return index
        if tag not in ("JJ", "CD", "VBG", "NN"):
            return None
    return None


def _pair(
    doc: Doc, candidates: list[MentionSpan], before: int, sentences: list[int], is_counted: bool
) -> list[Entity] | None:
    """The two meant: all that were named of late; else, where two are counted, the last two named together."""
    earlier = candidates[: bisect_left(candidates, before, key=lambda mention: mention.token_start)][-_FARTHEST:]
    everywhere = {mention.entity.entity_id: mention.entity for mention in earlier}
    if len(everywhere) == 2:
        return list(everywhere.values())
    if not is_counted or len(everywhere) < 2:
        return None
    late = {
        mention.entity.entity_id: mention.entity
        for mention in earlier
        if sentences[before] - sentences[mention.token_start] < _WINDOW
    }
    if len(late) == 2:
        return list(late.values())
    for first, second in zip(reversed(earlier[:-1]), reversed(earlier[1:]), strict=True):
        between = [doc[index].lower_ for index in range(first.token_end, second.token_start)]
        if first.entity.entity_id != second.entity.entity_id and len(between) == 1 and between[0] in _JOINS:
            return [first.entity, second.entity]
    return None
