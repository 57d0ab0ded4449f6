"""Marks numbers with their units: ``doc._.quantities``, in text order, none overlapping."""

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from flows.nlp.quantities.lexicon import load_lexicon
from flows.nlp.quantities.reader import TriggerTest, find_quantities
from flows.nlp.spans import register_extensions


@Language.factory("ledger_quantities", default_config={"lexicon_dirs": []}, assigns=["doc._.quantities"])
def make_quantities(nlp: Language, name: str, lexicon_dirs: list[str]) -> "QuantityMarker":
    register_extensions()
    return QuantityMarker(tuple(Path(folder) for folder in lexicon_dirs))


class QuantityMarker:
    def __init__(self, lexicon_dirs: tuple[Path, ...]) -> None:
        self._lexicon = load_lexicon(lexicon_dirs)
        self._is_trigger = TriggerTest(self._lexicon.starters)

    def __call__(self, doc: Doc) -> Doc:
        doc._.quantities = find_quantities(doc, self._lexicon, self._is_trigger)
        return doc
