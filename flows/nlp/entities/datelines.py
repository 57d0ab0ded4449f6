"""Datelines: "HARBIN, May 17.", "LONDON (Reuters) -", "TAIBE, Israel 1996-08-23": the capitals name a place."""

import re
from collections.abc import Iterator

from spacy.tokens import Doc

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_DATELINE = re.compile(
    rf"^[ \t]*(?P<place>[A-Z][A-Z'’.-]{{2,}}(?: [A-Z][A-Z'’.-]+){{0,3}})"
    rf"(?: ?, [A-Z][\w.]+(?: [A-Z][\w.]+){{0,2}})?,?\s*(?:{_MONTH} \d|\d{{4}}-\d\d-\d\d|\(|/[A-Z]|[-–—] )",
    re.MULTILINE,
)


def datelines(doc: Doc) -> Iterator[tuple[int, int]]:
    """Tokens of the places in capitals that open a line before a date, an agency or a dash."""
    for match in _DATELINE.finditer(doc.text):
        span = doc.char_span(match.start("place"), match.end("place"))
        if span is not None and (span.start == 0 or len(span.text) > 3):
            yield span.start, span.end
