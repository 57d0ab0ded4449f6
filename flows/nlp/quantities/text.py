"""A sentence as atoms: finer than tokens ("RMB1.2bn" is three), with a way back to spaCy's tokens."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from spacy.tokens import Doc, Token

from flows.nlp.numbers import ATOM, is_written_european
from flows.nlp.quantities.lexicon import LEAF, Lexicon, UnitForm

HYPHENS = frozenset("-‐‑–—−")
QUOTES = frozenset("\"'“”‘’«»")
MONTHS = frozenset(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri sat sun "
    "yesterday today tomorrow tonight".split()
)


_DOLLARS = ("AUD", "CAD", "NZD", "SGD", "HKD")


class TextFacts:
    """What holds for a whole document, found out only when a number asks for it."""

    def __init__(self, doc: Doc, lexicon: Lexicon) -> None:
        self.doc = doc
        self.lexicon = lexicon
        # Kept: spaCy puts doc.text together anew each time, in time linear in the text.
        self.text = doc.text
        self._is_european: bool | None = None
        self._words: frozenset[str] | None = None
        self._dollar: str | None = None
        self.has_tags = doc.has_annotation("TAG")
        self.has_entities = doc.has_annotation("ENT_IOB")
        self.has_parse = doc.has_annotation("DEP")

    @property
    def is_european(self) -> bool:
        if self._is_european is None:
            self._is_european = is_written_european(self.text)
        return self._is_european

    @property
    def dollar(self) -> str:
        """Whose dollar a bare "$" is: another country's than the United States' only where the text is all its own."""
        if self._dollar is None:
            self._dollar = "USD"
            roles = self.lexicon.roles
            american = any(sign in self.text for sign in ("US$", "U.S.", " US ")) or self.words & roles["dollar_USD"]
            if not american:
                spoken = [code for code in _DOLLARS if len(self.words & roles[f"dollar_{code}"]) >= 2]
                self._dollar = spoken[0] if len(spoken) == 1 else "USD"
        return self._dollar

    @property
    def words(self) -> frozenset[str]:
        if self._words is None:
            title = self.doc._.title if isinstance(self.doc._.title, str) else ""
            self._words = frozenset(atom.lower() for atom in ATOM.findall(f"{title}\n{self.text}"))
        return self._words


class Sentence:
    """The atoms of one stretch of text, as parallel lists, and the document around it."""

    __slots__ = (
        "_token_starts",
        "_words",
        "end",
        "ends",
        "facts",
        "lower",
        "size",
        "starts",
        "text",
        "token_base",
        "token_end",
    )

    def __init__(self, facts: TextFacts, token_start: int, token_end: int) -> None:
        doc = facts.doc
        self.facts = facts
        self.token_base, self.token_end = token_start, token_end
        char_start = doc[token_start].idx
        last = doc[token_end - 1]
        char_end = last.idx + len(last)
        self.text: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        for found in ATOM.finditer(facts.text, char_start, char_end):
            self.text.append(found.group())
            self.starts.append(found.start())
            self.ends.append(found.end())
        self.lower = [atom.lower() for atom in self.text]
        self.size = len(self.text)
        self._token_starts: list[int] | None = None
        self._words: frozenset[str] | None = None

    @property
    def words(self) -> frozenset[str]:
        """The atoms in lower case, as a set; made once, or a sentence of 1 MB would cost hours."""
        if self._words is None:
            self._words = frozenset(self.lower)
        return self._words

    @property
    def roles(self) -> Mapping[str, frozenset[str]]:
        """The words of ``quantity_words`` by their role."""
        return self.facts.lexicon.roles

    def is_glued(self, atom: int) -> bool:
        """True where no space stands before this atom."""
        return atom > 0 and self.starts[atom] == self.ends[atom - 1]

    def token_at(self, atom: int) -> int:
        """Index in the document of the token that holds the atom's first character."""
        if self._token_starts is None:
            doc = self.facts.doc
            self._token_starts = [doc[index].idx for index in range(self.token_base, self.token_end)]
        return self.token_base + bisect_right(self._token_starts, self.starts[atom]) - 1

    def token(self, atom: int) -> Token:
        return self.facts.doc[self.token_at(atom)]

    def is_digits(self, atom: int) -> bool:
        return self.text[atom][0].isdecimal()

    def word(self, atom: int) -> str:
        """The atom in lower case; empty outside the sentence."""
        return self.lower[atom] if 0 <= atom < self.size else ""

    def surface(self, start: int, end: int) -> str:
        return self.facts.text[self.starts[start] : self.ends[end - 1]]

    def match_unit(self, trie: Mapping[str, Any], start: int) -> tuple[int, list[UnitForm]] | None:
        """The longest written form of a unit that begins at ``start``: the atom after it, and its rows."""
        node: Mapping[str, Any] = trie
        position, best = start, None
        lower, size = self.lower, self.size
        while position < size:
            atom = lower[position]
            key = atom
            if atom[0].isdecimal():
                key = f"\0{atom}" if self.is_glued(position) else LEAF
            follows = node.get(key) if key else None
            if follows is None:
                skips = position > start and (atom in HYPHENS or atom == ".") and position + 1 < size
                if not skips or lower[position + 1] not in node:
                    break
                position += 1
                continue
            node = follows
            position += 1
            if LEAF in node:
                best = (position, node[LEAF])
        return best


@dataclass(slots=True)
class Reading:
    """A quantity while it is being read; all positions are atoms, end-exclusive.

    ``start:end`` is the whole expression, ``number_start:number_end`` the number with its scale.
    ``mantissa`` is the number before scale words, ``scale`` their product.
    """

    start: int
    end: int
    number_start: int
    number_end: int
    value: Decimal
    mantissa: Decimal
    scale: Decimal = Decimal(1)
    low: Decimal | None = None
    high: Decimal | None = None
    comparator: str | None = None
    unit_code: str | None = None
    unit_start: int = -1
    unit_end: int = -1
    dimension: str | None = None
    is_prefixed: bool = False
    is_words: bool = False
    is_fraction: bool = False
    is_vague: bool = False
    is_range: bool = False
    is_negative: bool = False
    rate_codes: list[str] = field(default_factory=list)
    rate_start: int = -1
    rate_end: int = -1
    noun_token: int = -1
    noun_last_token: int = -1
    counted_noun: str | None = None
    kind: str | None = None
    direction: str | None = None
    list_id: int | None = None
    list_role: str | None = None
    is_respective: bool = False
    confidence: float = 1.0
    cues: list[str] = field(default_factory=list)
    multiple: Any = None
    is_unknown_unit: bool = False

    @property
    def is_bare(self) -> bool:
        """True where neither a unit nor a noun was found for the number."""
        return self.unit_code is None and self.noun_token < 0 and not self.is_unknown_unit

    def adopt_unit(self, other: "Reading") -> None:
        """Take over the unit that is printed only once, beside another member of the list."""
        self.unit_code, self.dimension = other.unit_code, other.dimension
        self.unit_start, self.unit_end = other.unit_start, other.unit_end
        self.rate_start, self.rate_end = other.rate_start, other.rate_end
        self.noun_token, self.noun_last_token = other.noun_token, other.noun_last_token
        self.counted_noun = other.counted_noun
