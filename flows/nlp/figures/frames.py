"""What one sentence says for the next: "Russia remains the largest supplier of oil to China. Deliveries rose 5%."."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flows.nlp.figures.draft import Cues
from flows.nlp.figures.tree import Tree
from flows.nlp.spans import MentionSpan

Named = Callable[[int, MentionSpan | None], MentionSpan | None]
Below = Callable[[int, int], Iterator[tuple[str, MentionSpan]]]


@dataclass(slots=True)
class Frame:
    """Who supplies whom, as one sentence tells it without a figure."""

    supplier: MentionSpan | None = None
    recipient: MentionSpan | None = None


def read_frame(tree: Tree, cues: Cues, sentence: int, named_at: Named, below: Below) -> Frame:
    """Read the nouns for suppliers and buyers; ``named_at`` tells whom a noun names, ``below`` its prepositions."""
    frame = Frame()
    for token in range(*tree.sentences[sentence]):
        key = tree.keys[token]
        is_supplier = key in cues.supplier_nouns
        if not is_supplier and key not in cues.recipient_nouns:
            continue
        if tree.deps[token] not in ("attr", "appos", "pobj", "oprd", "ROOT"):
            continue
        governor = tree.heads[token]
        if tree.deps[token] == "pobj":
            if tree.lowers[governor] != "as":
                continue
            governor = tree.heads[governor]
        subject = tree.subject(governor) if tree.deps[token] != "appos" else governor
        named = named_at(subject, None) if subject is not None else None
        other = next((m for p, m in below(token, 0) if p == ("to" if is_supplier else "of")), None)
        if named is None:
            continue
        if is_supplier:
            frame.supplier, frame.recipient = named, frame.recipient or other
        elif frame.supplier is None:
            frame.recipient, frame.supplier = named, other
    return frame
