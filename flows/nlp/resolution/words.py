"""The words that stand for what was named before, from the seed ``description_nouns``."""

from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from spacy.tokens import Doc

from flows.nlp.entities.metonyms import MetonymCues, load_cues
from flows.nlp.lexicon import Row, read_table


class NounRow(Row):
    noun_id: str
    kind: str
    noun: str
    entity_type: str
    sectors: str | None = None
    description: str


@dataclass(frozen=True, slots=True)
class Described:
    """What "the company" may stand for: the type, and the sectors, of which a curated entity must have one."""

    kind: str
    entity_type: str
    sectors: frozenset[str]


@dataclass(slots=True)
class ResolutionWords:
    """Nouns in lower case; a noun of several words is joined by blanks."""

    nouns: dict[str, list[Described]] = field(default_factory=dict)
    plural_countries: frozenset[str] = frozenset()
    plural_people: frozenset[str] = frozenset()
    cues: MetonymCues | None = None


def load_words(user_dirs: tuple[Path, ...] = ()) -> ResolutionWords:
    rows = read_table("description_nouns", NounRow, user_dirs)
    words = ResolutionWords(cues=load_cues(user_dirs))
    for row in rows:
        if not row.kind.startswith("plural_"):
            sectors = frozenset(row.sectors.split("|")) if row.sectors else frozenset()
            words.nouns.setdefault(row.noun, []).append(Described(row.kind, row.entity_type, sectors))
    words.plural_countries = frozenset(row.noun for row in rows if row.kind == "plural_countries")
    words.plural_people = frozenset(row.noun for row in rows if row.kind == "plural_people")
    return words


def sentence_numbers(doc: Doc) -> list[int]:
    """For each token the number of its sentence; all 0 where there are no boundaries."""
    if not doc.has_annotation("SENT_START"):
        return [0] * len(doc)
    return list(accumulate(int(start == 1) for start in doc.to_array("SENT_START").tolist()))
