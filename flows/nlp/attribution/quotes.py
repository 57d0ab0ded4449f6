"""Finds quotations: pairs of marks, over sentences, and over paragraphs where each begins with a mark."""

from dataclasses import dataclass

from spacy.tokens import Doc

STRAIGHT = '"'
OPENING = "“«„"
CLOSING = "”»"
_TEX_OPENING = "``"
_TEX_CLOSING = "''"
_SINGLE_OPENING = "‘"
_SINGLE_CLOSING = "’"

_LONGEST = 1500
"""Tokens after which a mark was not closed, but forgotten."""
_LONGEST_SINGLE = 60


@dataclass(slots=True)
class Quote:
    """``start:end`` are the tokens inside the marks. ``continues``: its paragraph goes on with the one before."""

    start: int
    end: int
    continues: bool = False


class QuoteMarks:
    """Knows the marks of a vocabulary by their hashes."""

    def __init__(self, doc: Doc) -> None:
        strings = doc.vocab.strings
        self._kinds: dict[int, str] = {}
        for marks, kind in (
            (OPENING, "("),
            (CLOSING, ")"),
            (STRAIGHT, "|"),
            (_SINGLE_OPENING, "<"),
            (_SINGLE_CLOSING, ">"),
        ):
            for mark in marks:
                self._kinds[strings.add(mark)] = kind
        self._kinds[strings.add(_TEX_OPENING)] = "("
        self._kinds[strings.add(_TEX_CLOSING)] = ")"

    def quotes_of(self, doc: Doc) -> list[Quote]:
        """All quotations, in text order, none nested: the outer marks count."""
        kinds = self._kinds
        marks = [(index, kind) for index, orth in enumerate(doc.to_array("ORTH").tolist()) if (kind := kinds.get(orth))]
        quotes: list[Quote] = []
        opened: int | None = None
        opened_by = ""
        was_open = False
        for index, kind in marks:
            if opened is not None and index - opened > (_LONGEST_SINGLE if opened_by == "<" else _LONGEST):
                opened = None
            if opened is not None and opened_by != "<" and kind in "(|" and _begins_paragraph(doc, index):
                # A paragraph that begins with a mark while one is open: the quotation goes on.
                end = _paragraph_end(doc, opened, index)
                quotes.append(Quote(opened + 1, end, was_open))
                opened, opened_by, was_open = index, kind, True
            elif opened is None:
                if kind in "(|<" and not (kind == "<" and doc[index - 1 if index else 0].whitespace_ == "" and index):
                    opened, opened_by, was_open = index, kind, False
            elif (opened_by, kind) in (("(", ")"), ("|", "|"), ("(", "|"), ("<", ">")):
                if index > opened + 1:
                    quotes.append(Quote(opened + 1, index, was_open))
                opened = None
        return quotes


def _begins_paragraph(doc: Doc, index: int) -> bool:
    return index == 0 or "\n" in doc[index - 1].text


def _paragraph_end(doc: Doc, start: int, before: int) -> int:
    for place in range(start, before):
        if "\n" in doc[place].text:
            return place
    return before
