"""Keys of what a text holds, from the document and the place in its body: the same text gives the same keys."""

from decimal import Decimal

from flows.records import stable_id


def sentence_id(document_id: str, char_start: int) -> str:
    """Key of the sentence that starts at ``char_start``."""
    return stable_id(document_id, "sentence", char_start)


def mention_id(document_id: str, char_start: int, char_end: int, entity_id: str) -> str:
    """Key of one place that names ``entity_id``."""
    return stable_id(document_id, "mention", char_start, char_end, entity_id)


def figure_id(
    document_id: str, char_start: int, char_end: int, value: Decimal, unit_code: str | None, kind: str
) -> str:
    """Key of one figure. Value, unit and kind are part of it: "doubled to 5" may be read twice in one place.

    The value enters in a form without trailing zeros, so that 5 and 5.0 give one key.
    """
    return stable_id(document_id, "figure", char_start, char_end, f"{value.normalize():f}", unit_code, kind)


def event_mention_id(document_id: str, char_start: int, char_end: int, event_type: str) -> str:
    """Key of one place that tells of an event of ``event_type``."""
    return stable_id(document_id, "event_mention", char_start, char_end, event_type)


def event_id(document_id: str, event_type: str, *features: object) -> str:
    """Key of one event inside one document; ``features`` are what tells it from others of its type."""
    return stable_id(document_id, "event", event_type, *features)
