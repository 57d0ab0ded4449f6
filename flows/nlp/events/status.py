"""Whether an event happened."""

from datetime import date

from flows.nlp.events.parse import Parse
from flows.nlp.modality.reader import event_status, read_modality

# What comes after a thing, or in spite of it, finds it done: "agreed to restore ties after talks".
_PAST_PREPOSITIONS = frozenset({"after", "following", "since", "despite", "over"})


def read_status(parse: Parse, token: int, cue: str | None, start: date | None, end: date | None) -> str:
    """One of the contract's statuses.

    Args:
        parse: The document, parsed.
        token: The trigger.
        cue: The status that the trigger's own row gives ("called off" cancels); it holds unless the
            clause itself is planned, thought or denied.
        start: First day of the event's own date.
        end: Last day of it.
    """
    doc = parse.doc
    verb, relation = parse.governor(token) if parse.pos[token] == "NOUN" else (None, "")
    if relation in _PAST_PREPOSITIONS:
        return "occurred"
    is_participle = parse.is_verb(token) and parse.dep[token] == "acl" and parse.tag[token] == "VBN"
    if is_participle and not parse.children(token, "aux"):
        return "occurred"  # "an agreement brokered by Qatar", whatever becomes of the agreement
    modality = read_modality(doc[token])
    if parse.is_verb(token) and any(
        parse.lower(kid) == "no" for obj in parse.objects(token) for kid in parse.children(obj, "det")
    ):
        return "hypothetical" if modality.is_conditional else "denied"
    status = event_status(modality, period_start=start, period_end=end, published_on=doc._.published_on)
    if parse.pos[token] == "ADJ" and status != "denied":
        return "occurred"  # "is ready to mediate": the readiness is there
    if status == "occurred" and verb is not None and relation == "in" and parse.tag[verb] in ("VBZ", "VBP"):
        return "ongoing" if parse.lemma(verb) in ("be", "remain") else status  # "are in talks"
    return cue if cue is not None and status in ("occurred", "ongoing") else status
