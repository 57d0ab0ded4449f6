"""Sets ``doc._.events``: who did what to whom, when, where, and whether it happened."""

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from flows.nlp.events.reader import EventLexicon, load_events, read_events
from flows.nlp.spans import register_extensions


@Language.factory("ledger_events", default_config={"lexicon_dirs": []}, assigns=["doc._.events"])
def make_events(nlp: Language, name: str, lexicon_dirs: list[str]) -> "EventReader":
    register_extensions()
    return EventReader(load_events(tuple(Path(folder) for folder in lexicon_dirs)))


class EventReader:
    def __init__(self, lexicon: EventLexicon) -> None:
        self._lexicon = lexicon

    def __call__(self, doc: Doc) -> Doc:
        doc._.events = read_events(doc, self._lexicon)
        return doc
