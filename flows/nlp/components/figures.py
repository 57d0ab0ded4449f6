"""``ledger_figures``: fills ``doc._.figures`` from the quantities, periods, mentions and attributions of a text."""

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from flows.nlp.figures.reader import FigureReader
from flows.nlp.spans import register_extensions


@Language.factory(
    "ledger_figures",
    default_config={"lexicon_dirs": []},
    requires=["doc._.quantities"],
    assigns=["doc._.figures"],
)
def make_figures(nlp: Language, name: str, lexicon_dirs: list[str]) -> "Figures":
    register_extensions()
    return Figures([Path(folder) for folder in lexicon_dirs])


class Figures:
    def __init__(self, lexicon_dirs: list[Path]) -> None:
        self._reader = FigureReader(lexicon_dirs)

    def __call__(self, doc: Doc) -> Doc:
        doc._.figures = self._reader.read(doc)
        return doc
