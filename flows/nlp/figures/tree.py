"""The parse of one text as plain lists, and the phrases in it: what the readers of figures look at.

spaCy makes an object for every token asked for; rules that look at a token twenty times are several times
faster on lists.
"""

from functools import lru_cache

from spacy.tokens import Doc

NOUN_TAGS = frozenset({"NN", "NNS", "NNP", "NNPS"})
VERB_TAGS = frozenset({"VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "MD"})
_GOVERNED = frozenset(
    {"xcomp", "conj", "advcl", "pcomp", "ccomp", "prep", "dep", "aux", "auxpass", "acomp", "attr", "oprd"}
)
"""Labels under which a verb without a subject takes that of its governor: "is ready to export"."""
_FINITE_TAGS = VERB_TAGS - {"VBG", "VBN"}
SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass"})
_NO_PART_OF_A_NAME = frozenset(
    {
        "DT",
        "PRP$",
        "PDT",
        "POS",
        "WP$",
        "CD",
        ",",
        ":",
        "``",
        "''",
        "-LRB-",
        "-RRB-",
        "$",
        ".",
        "IN",
        "TO",
        "WDT",
        "_SP",
        "RP",
    }
)
_NO_FIRST_WORD = frozenset({"CC", "HYPH", "RB", "SYM", "UH"})
_EMPTY_FIRST_WORDS = frozenset({"record", "other", "such", "further", "last", "next", "previous", "latest", "another"})
_IRREGULAR = {
    "gas": "gas",
    "gases": "gas",
    "buses": "bus",
    "taxis": "taxi",
    "crises": "crisis",
    "children": "child",
    "men": "man",
    "women": "woman",
    "feet": "foot",
    "lives": "life",
    "wives": "wife",
    "teeth": "tooth",
    "mice": "mouse",
    "indices": "index",
    "schoolchildren": "schoolchild",
    "servicemen": "serviceman",
    "gunmen": "gunman",
    "policemen": "policeman",
    "fishermen": "fisherman",
}
_SIGN = 2**63
MAX_PHRASE = 8
"""Words of a noun phrase left of its head; longer ones are lists that the parser took for one phrase."""


@lru_cache(maxsize=50_000)
def singular(lower: str) -> str:
    """The form under which nouns stand in the tables of terms: without the plural's ending.

    Cruder than the lemmatizer, which leaves capitalised nouns of headlines alone; tables and texts go
    through the same function, so that odd results ("gas" stays, "series" does too) do no harm.

    Examples:
        >>> [singular(word) for word in ("exports", "deliveries", "losses", "gas", "series", "men")]
        ['export', 'delivery', 'loss', 'gas', 'series', 'man']
    """
    if lower in _IRREGULAR:
        return _IRREGULAR[lower]
    if len(lower) < 3 or not lower.endswith("s") or lower.endswith(("ss", "us", "is", "series")):
        return lower
    if lower.endswith("ies") and len(lower) > 4:
        return lower[:-3] + "y"
    if lower.endswith(("sses", "ches", "shes", "xes")):
        return lower[:-2]
    return lower[:-1]


class _Children(dict[int, list[int]]):
    """The children of each token, in order; made for a whole sentence when first asked for."""

    def __init__(self, tree: "Tree") -> None:
        super().__init__()
        self._tree = tree

    def __missing__(self, token: int) -> list[int]:
        tree = self._tree
        start, end = tree.sentences[tree.sentence_of[token]]
        for place in range(start, end):
            self[place] = []
        for place in range(start, end):
            head = tree.heads[place]
            if head != place and start <= head < end:
                self[head].append(place)
        return self[token]


class Tree:
    """Lists over the tokens of one ``Doc``: absolute heads, labels, tags, forms, sentence numbers."""

    __slots__ = (
        "body",
        "children",
        "deps",
        "doc",
        "ends",
        "heads",
        "keys",
        "lemmas",
        "lowers",
        "paragraph_of",
        "sentence_of",
        "sentences",
        "size",
        "starts",
        "tags",
    )

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.size = len(doc)
        self.body: str = doc.text  # put together anew at every call
        strings = doc.vocab.strings
        columns = doc.to_array(["HEAD", "DEP", "TAG", "LEMMA", "LOWER", "SENT_START", "IDX", "LENGTH"])
        heads, deps, tags, lemmas, lowers, starts, places, lengths = (column.tolist() for column in columns.T)
        names = {key: strings[key] for key in {*deps, *tags, *lemmas, *lowers}}
        # Heads are distances; the array holds them unsigned.
        self.heads: list[int] = [
            token + (distance if distance < _SIGN else distance - 2 * _SIGN) for token, distance in enumerate(heads)
        ]
        self.deps: list[str] = [names[key] for key in deps]
        self.tags: list[str] = [names[key] for key in tags]
        self.lowers: list[str] = [names[key] for key in lowers]
        self.lemmas: list[str] = [
            (names[key] if key else lower).lower() for key, lower in zip(lemmas, self.lowers, strict=True)
        ]
        self.keys: list[str] = [singular(lower) for lower in self.lowers]
        self.starts: list[int] = places
        self.ends: list[int] = [place + length for place, length in zip(places, lengths, strict=True)]
        self.sentences: list[tuple[int, int]] = []
        self.sentence_of: list[int] = []
        self.paragraph_of: list[int] = []
        """Number of the paragraph of each sentence."""
        first = [token for token, start in enumerate(starts) if start == 1 or not token]
        for number, (start, end) in enumerate(zip(first, [*first[1:], self.size], strict=True)):
            self.sentences.append((start, end))
            self.sentence_of.extend([number] * (end - start))
            before = self.paragraph_of[-1] if number else 0
            is_new = bool(start) and "\n" in self.body[places[start - 1] : places[start] + 1]
            self.paragraph_of.append(before + is_new)
        self.children = _Children(self)

    def text(self, start: int, end: int) -> str:
        """The text of tokens ``start:end``, as printed."""
        return self.body[self.starts[start] : self.ends[end - 1]]

    def child(self, token: int, *labels: str) -> int | None:
        """The first child of ``token`` under one of these labels."""
        deps = self.deps
        return next((child for child in self.children[token] if deps[child] in labels), None)

    def subject(self, verb: int) -> int | None:
        """The subject of ``verb``, its own or, for "plans to invest" and "rose and fell", that of its governor.

        A relative pronoun gives the noun it stands for.
        """
        for _ in range(8):  # A chain of verbs longer than this is a misparse.
            # A dateline may be taken for a subject too; the one next to the verb is it.
            for child in sorted(self.children[verb], key=lambda child: abs(verb - child)):
                if self.deps[child] in SUBJECTS:
                    if self.tags[child] in ("WDT", "WP") or (self.lowers[child] == "that" and child < verb):
                        return self.heads[verb] if self.deps[verb] == "relcl" else None
                    # "Exports to Russia, mainly textiles, rose": the aside is taken for the subject.
                    return next((noun for noun in self.children[child] if self.deps[noun] == "nsubj"), child)
            label, head = self.deps[verb], self.heads[verb]
            if head == verb:
                return None
            if label in ("acl", "relcl"):
                return head if self.tags[head] in NOUN_TAGS else None
            if label not in _GOVERNED:
                return None
            verb = head
            if label == "conj" and self.tags[verb] in NOUN_TAGS:
                # "comes with 12GB of memory and starts at £799": joined to the noun by a fault of the parse.
                while self.tags[verb] not in VERB_TAGS and self.heads[verb] != verb:
                    verb = self.heads[verb]
        return None

    def phrase(self, head: int, floor: int = 0) -> tuple[int, int]:
        """Tokens of the noun phrase that ends in ``head``, without articles, possessors, numbers and dates.

        Args:
            head: The noun.
            floor: First token that may belong to it.
        """
        heads, tags = self.heads, self.tags
        floor = max(floor, self.sentences[self.sentence_of[head]][0], head - MAX_PHRASE)
        start = token = head
        while token > floor:
            token -= 1
            is_joined = tags[token] == "CD" and tags[token + 1] == "HYPH" and start <= token + 2  # "two-way trade"
            if not is_joined and (tags[token] in _NO_PART_OF_A_NAME or tags[token] in _FINITE_TAGS):
                break
            above = heads[token]
            for _ in range(4):
                if above >= start or above == heads[above]:
                    break
                above = heads[above]
            if not start <= above <= head:
                break
            start = token
        doc = self.doc
        while start < head and (
            tags[start] in _NO_FIRST_WORD
            or self.lowers[start] in _EMPTY_FIRST_WORDS
            or not doc[start].text[0].isalnum()
        ):
            start += 1
        while start < head and doc[start].ent_type_ in ("DATE", "TIME", "ORDINAL"):
            start += 1
        end = head + 1
        if end < self.size and tags[end] == "CD" and heads[end] == head and tags[head] == "NNP":
            end += 1  # "S&P 500"
        return start, end

    def whole_phrase(self, head: int, floor: int = 0) -> tuple[int, int]:
        """The phrase of ``head`` and the "of" that completes it: "prices of natural gas"."""
        start, end = self.phrase(head, floor)
        if end < self.size and self.lowers[end] == "of" and self.deps[end] == "prep" and self.heads[end] == head:
            noun = self.child(end, "pobj")
            if noun is not None and self.tags[noun] in NOUN_TAGS and noun - end <= MAX_PHRASE:
                inner, _ = self.phrase(noun, end + 1)
                if all(self.tags[token] in ("DT", "PRP$") for token in range(end + 1, inner)):
                    return start, noun + 1
        return start, end

    def complement(self, noun: int, *prepositions: str) -> int | None:
        """The noun after "of" (or another preposition) that completes ``noun``."""
        for child in self.children[noun]:
            if child > noun and self.deps[child] in ("prep", "agent") and self.lowers[child] in prepositions:
                found = self.child(child, "pobj")
                if found is not None:
                    return found
        return None
