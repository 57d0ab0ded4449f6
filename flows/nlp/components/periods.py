"""Marks expressions of time: ``doc._.periods``, in text order, none overlapping."""

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from flows.nlp.periods.reader import PeriodReader
from flows.nlp.spans import register_extensions


@Language.factory("ledger_periods", assigns=["doc._.periods"], default_config={"lexicon_dirs": []})
def make_periods(nlp: Language, name: str, lexicon_dirs: list[str]) -> "PeriodMarker":
    return PeriodMarker([Path(folder) for folder in lexicon_dirs])


class PeriodMarker:
    """Reads ``doc._.published_on``; without it what is relative stays without dates."""

    def __init__(self, lexicon_dirs: list[Path]) -> None:
        register_extensions()
        self._reader = PeriodReader(lexicon_dirs)

    def __call__(self, doc: Doc) -> Doc:
        doc._.periods = self._reader.read(doc, doc._.published_on)
        return doc
