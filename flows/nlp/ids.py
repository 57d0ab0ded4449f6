"""Keys of what a text holds, from the document and the place in its body: the same text gives the same keys."""

from decimal import Decimal

from spacy.tokens import Doc, Span

from flows.records import stable_id


def sentence_id(doc: Doc, sentence: Span) -> str:
    """Key of one sentence of ``doc``.

    Leading white space counts as no part of it: the same sentence keeps its key however the
    parser deals out blanks between sentences.
    """
    # Not doc.text: it is put together anew at every call, which makes many sentences quadratic.
    text = sentence.text
    return stable_id(doc._.document_id, "sentence", sentence.start_char + len(text) - len(text.lstrip()))


def sentence_ids(doc: Doc) -> list[str]:
    """The key of the sentence of every token; one sentence in all where ``doc`` has no boundaries."""
    if not len(doc):
        return []
    sentences = doc.sents if doc.has_annotation("SENT_START") else [doc[:]]
    keys: list[str] = []
    for sentence in sentences:
        keys.extend([sentence_id(doc, sentence)] * len(sentence))
    return keys


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
