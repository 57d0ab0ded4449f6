"""Sentence starts at paragraph breaks, set before the parser, which then keeps to them."""

from spacy.language import Language
from spacy.tokens import Doc


@Language.component("ledger_paragraphs", assigns=["token.is_sent_start"])
def mark_paragraph_starts(doc: Doc) -> Doc:
    """A sentence does not cross a line break that ends a headline, a list item or a paragraph.

    A single break inside running text (mail, hard-wrapped wires) is left to the parser: it ends a line
    only where the next one opens a paragraph of its own.
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
    return doc


_ENDS = frozenset({".", "!", "?", ":", "”", '"', ")"})
_BULLETS = frozenset({"•", "-", "–", "*", "·"})
