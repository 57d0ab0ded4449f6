"""Finds who and what is named: ``doc._.mentions``, sorted, none overlapping."""

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from flows.nlp.entities.link import Linker
from flows.nlp.entities.metonyms import load_cues
from flows.nlp.entities.reader import read_mentions
from flows.nlp.entities.tables import load_tables
from flows.nlp.resolution.words import load_words
from flows.nlp.spans import register_extensions


@Language.factory("ledger_entities", assigns=["doc._.mentions"], default_config={"lexicon_dirs": []})
def make_entities(nlp: Language, name: str, lexicon_dirs: list[str]) -> "EntityFinder":
    return EntityFinder(nlp, tuple(Path(folder) for folder in lexicon_dirs))


class EntityFinder:
    """Reads the tables once; a document goes through in one pass."""

    def __init__(self, nlp: Language, lexicon_dirs: tuple[Path, ...] = ()) -> None:
        register_extensions()
        self._tables = load_tables(nlp, lexicon_dirs)
        self._words = load_words(lexicon_dirs)
        self._linker = Linker(self._tables, load_cues(lexicon_dirs))

    def __call__(self, doc: Doc) -> Doc:
        doc._.mentions = read_mentions(doc, self._tables, self._linker, self._words)
        return doc
