"""The country of a town or a minister that no table knows: the one state that the text around speaks of."""

from collections import Counter

from flows.nlp.resolution.offices import StatedOffices, give_countries
from flows.nlp.spans import MentionSpan

_MOST = 0.7
"""Of the places of a document, so many must lie in one state for the document to be about it."""
_LEAST_PLACES = 3
_LEAST_ALONE = 2
"""Where a document names one state only, and so often, its people and organisations are of that state."""


def locate(mentions: list[MentionSpan], offices: StatedOffices, sentences: list[int]) -> None:
    """Fill in countries, in place: the sentence's if it names one state only, else the document's."""
    by_sentence: dict[int, set[str]] = {}
    counted: Counter[str] = Counter()
    for mention in mentions:
        entity = mention.entity
        if entity.entity_type == "GPE" and entity.country_iso3 is not None:
            by_sentence.setdefault(sentences[mention.token_start], set()).add(entity.country_iso3)
            counted[entity.country_iso3] += 1
    if not counted:
        return
    iso, count = counted.most_common(1)[0]
    total = counted.total()
    main = iso if len(counted) == 1 or (total >= _LEAST_PLACES and count >= _MOST * total) else None
    in_office = {item.entity.entity_id for item in offices.stated if item.office is not None}
    found: dict[str, str] = {}
    for mention in mentions:
        entity = mention.entity
        if entity.country_iso3 is not None or entity.is_curated:
            continue
        is_local = entity.entity_type in ("GPE", "FACILITY") or entity.entity_id in in_office
        if not is_local and (len(counted) > 1 or total < _LEAST_ALONE or entity.entity_type not in ("PERSON", "ORG")):
            continue
        near = by_sentence.get(sentences[mention.token_start], set())
        country = next(iter(near)) if len(near) == 1 else main
        if country is not None:
            found.setdefault(entity.entity_id, country)
    give_countries(mentions, found, offices)
