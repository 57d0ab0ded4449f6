"""Tells who says what: ``doc._.attributions``, outer before inner. Reads ``doc._.mentions``."""

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from flows.nlp.attribution.reader import AttributionReader
from flows.nlp.spans import register_extensions


@Language.factory("ledger_attributions", assigns=["doc._.attributions"], default_config={"lexicon_dirs": []})
def make_attributions(nlp: Language, name: str, lexicon_dirs: list[str]) -> "AttributionMarker":
    return AttributionMarker([Path(folder) for folder in lexicon_dirs])


class AttributionMarker:
    """Where no mentions were marked, speakers are unknown; what is said is marked all the same."""

    def __init__(self, lexicon_dirs: list[Path]) -> None:
        register_extensions()
        self._reader = AttributionReader(lexicon_dirs)

    def __call__(self, doc: Doc) -> Doc:
        doc._.attributions = self._reader.read(doc)
        return doc
