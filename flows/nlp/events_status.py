"""Whether an event happened, and who says so."""

from datetime import date

from spacy.tokens import Doc

from flows.nlp.events_parse import Parse
from flows.nlp.modality import event_status, read_modality
from flows.nlp.spans import MentionSpan

# What comes after a thing, or in spite of it, finds it done: "agreed to restore ties after talks".
_PAST_PREPOSITIONS = frozenset({"after", "following", "since", "despite"})


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
    relation = parse.governor(token)[1] if parse.pos[token] == "NOUN" else ""
    if relation in _PAST_PREPOSITIONS:
        return "occurred"
    status = event_status(
        read_modality(doc[token]), period_start=start, period_end=end, published_on=doc._.published_on
    )
    return cue if cue is not None and status in ("occurred", "ongoing") else status


def said_by(doc: Doc, token: int) -> MentionSpan | None:
    """Who says it: the speaker of the innermost attribution around ``token``; None where the publisher speaks."""
    innermost = None
    for attribution in doc._.attributions or ():
        if attribution.token_start <= token < attribution.token_end and (
            innermost is None
            or attribution.token_end - attribution.token_start < innermost.token_end - innermost.token_start
        ):
            innermost = attribution
    return innermost.speaker if innermost is not None else None
