"""Amounts per time whose time stands apart from them: "an annual capacity of 38 bcm", "9 TWh of power a year"."""

from dataclasses import replace

from flows.nlp.figures.draft import Cues, Draft
from flows.nlp.figures.tree import Tree

_AMOUNTS = frozenset({"mass", "volume", "energy", "money", "count", "container_capacity"})
_ARTICLES = frozenset({"a", "an", "per", "each", "every"})
_NOT_A_RATE = frozenset({"earlier", "ago", "later", "before", "after", "from", "long", "or", "on", "in", "-"})
"""What follows "a year" where it is a point or stretch of time."""


def read_time_apart(tree: Tree, cues: Cues, draft: Draft) -> None:
    """Make a level a rate where its sentence says per what time it is, outside the expression itself."""
    quantity = draft.quantity
    if quantity.dimension not in _AMOUNTS or quantity.unit_code is None or draft.kind not in ("level", "change"):
        return
    unit = _after(tree, cues, draft) or _adjective(tree, cues, draft)
    if unit is None:
        return
    draft.quantity = replace(
        quantity, unit_code=f"{quantity.unit_code}/{unit}", dimension=f"{quantity.dimension}_per_duration"
    )
    draft.reasons.append(f"rate:{unit}")
    if draft.kind == "level":
        draft.kind = "rate"


def _after(tree: Tree, cues: Cues, draft: Draft) -> str | None:
    """ "9 TWh of electricity a year", "5,000 tons of it annually"."""
    quantity, governor = draft.quantity, draft.governor
    end = tree.sentences[draft.sentence][1]
    places = [quantity.token_end]
    if governor.own_of is not None and governor.own_of >= quantity.token_end:
        places.append(governor.own_of + 1)
    for place in places:
        if place < end and tree.lowers[place] in cues.time_adverbs:
            return cues.time_adverbs[tree.lowers[place]]
        if place + 1 < end and tree.lowers[place] in _ARTICLES:
            unit = cues.time_nouns.get(tree.lowers[place + 1])
            following = tree.lowers[place + 2] if place + 2 < end else ""
            if unit is not None and following not in _NOT_A_RATE:
                return unit
    return None


def _adjective(tree: Tree, cues: Cues, draft: Draft) -> str | None:
    """ "an annual capacity of 38 bcm"; with a year told, "annual exports of 5 tons in 2023" is that year's level."""
    if draft.phrase is None or draft.period_surface is not None or not (draft.measure_rule or "").startswith("noun"):
        return None
    if draft.measure == "audience":
        return None  # "monthly active users" are counted over a month, not added up
    start, end = draft.phrase
    for token in range(max(0, start - 2), end):
        unit = cues.time_adjectives.get(tree.lowers[token])
        if unit is not None:
            return unit
    return None
