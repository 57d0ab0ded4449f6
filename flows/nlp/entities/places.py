"""Which country a place lies in, as the text says: "Tiraspol, Moldova", "San Jose, California"."""

from dataclasses import replace
from itertools import pairwise

from spacy.tokens import Doc

from flows.nlp.spans import MentionSpan
from flows.records import Entity, stable_id

_WIDER = frozenset(("country", "state", "constituent country", "region"))


def settle_places(doc: Doc, mentions: list[MentionSpan]) -> None:
    """Give places the state named right behind them, in place; a known town elsewhere of the same name is another."""
    told: dict[str, Entity] = {}
    for place, wider in pairwise(mentions):
        if place.entity.entity_type != "GPE" or wider.entity.sector not in _WIDER or place.entity.sector in _WIDER:
            continue
        if wider.token_start != place.token_end + 1 or doc[place.token_end].text != ",":
            continue
        if wider.ner_label == "NORP" or wider.entity.country_iso3 is None:
            continue
        if place.entity.country_iso3 != wider.entity.country_iso3 and not _goes_on(doc, wider):
            told[place.entity.entity_id] = _there(place.entity, wider.entity.country_iso3)
    if not told:
        return
    for mention in mentions:
        settled = told.get(mention.entity.entity_id)
        if settled is not None:
            mention.link_method = mention.link_method if settled.entity_id == mention.entity.entity_id else "new"
            mention.entity = settled


def _goes_on(doc: Doc, wider: MentionSpan) -> bool:
    """A list: "in Moscow, China and India" tells nothing of Moscow."""
    return wider.token_end < len(doc) and doc[wider.token_end].lower_ in ("and", "or", "&")


def _there(entity: Entity, iso: str) -> Entity:
    if entity.country_iso3 is None:
        return replace(entity, country_iso3=iso)
    return Entity(stable_id("GPE", entity.entity_name.casefold(), iso), entity.entity_name, "GPE", None, iso)
