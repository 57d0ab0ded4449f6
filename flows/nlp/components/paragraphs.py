"""Sentence starts at paragraph breaks, set before the parser, which then keeps to them."""

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from flows.raw.datelines import read_dateline


@Language.factory("ledger_paragraphs", assigns=["token.is_sent_start"], default_config={"lexicon_dirs": []})
def make_paragraphs(nlp: Language, name: str, lexicon_dirs: list[str]) -> "ParagraphMarker":
    return ParagraphMarker(tuple(Path(folder) for folder in lexicon_dirs))


class ParagraphMarker:
    """Knows the user's own agencies, whose names stand in datelines."""

    def __init__(self, user_dirs: tuple[Path, ...]) -> None:
        self._user_dirs = user_dirs

    def __call__(self, doc: Doc) -> Doc:
        return mark_paragraph_starts(doc, self._user_dirs)


def mark_paragraph_starts(doc: Doc, user_dirs: tuple[Path, ...] = ()) -> Doc:
    """A sentence does not cross a line break that ends a headline, a list item or a paragraph.

    A single break inside running text (mail, hard-wrapped wires) is left to the parser: it ends a line
    only where the next one opens a paragraph of its own. A dateline is a sentence by itself: "LAGOS, June 12
    (Reuters) -" is no part of what Nigeria plans.
    """
    for token in doc[:-1]:
        if not token.is_space or "\n" not in token.text:
            continue
        is_paragraph = token.text.count("\n") > 1
        following = token.nbor(1)
        before = doc[token.i - 1].text if token.i else ""
        ends_line = before in _ENDS or before.endswith((".", "!", "?", "”", '"'))
        if is_paragraph or ends_line or following.text in _BULLETS:
            following.is_sent_start = True
    dateline = read_dateline(doc.text, user_dirs=user_dirs)
    if dateline is not None:
        for token in doc.char_span(dateline.char_start, dateline.char_end, alignment_mode="contract") or ():
            token.is_sent_start = False  # "NAIROBI —": the parser parts it at the dash
        _start_sentence(doc, dateline.char_start)
        _keep_together(doc, _start_sentence(doc, dateline.char_end))
    if doc._.title and doc.text.startswith(f"{doc._.title}\n"):
        _start_sentence(doc, len(doc._.title))
    return doc


def _start_sentence(doc: Doc, char_start: int) -> int:
    """Mark the first word at or after ``char_start``, where no word lies across it; its index."""
    before = doc.char_span(0, char_start, alignment_mode="contract") if char_start else None
    token = before.end if before is not None else 0
    while token < len(doc) and (doc[token].is_space or doc[token].idx < char_start):
        token += 1
    if 0 < token < len(doc):
        doc[token].is_sent_start = True
    return token


def _keep_together(doc: Doc, start: int) -> None:
    """No sentence begins among the first words after a dateline: "NAIROBI, May 16 - Kenya and Uganda signed"."""
    for token in range(start + 1, min(start + _LEAD_WORDS, len(doc))):
        if doc[token].text in _ENDS or doc[token - 1].text in _ENDS or doc[token].is_space:
            return
        doc[token].is_sent_start = False


_LEAD_WORDS = 8
_ENDS = frozenset({".", "!", "?", ":", "”", '"', ")"})
_BULLETS = frozenset({"•", "-", "–", "*", "·"})
