"""Finds the names of a table in a text, in one pass over its tokens however many names there are.

A trie over the hashes of lower-cased tokens: one dictionary look-up per token of the text where no name
begins, one more per token of a name. Case is judged afterwards, on the few places that fit so far.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import Doc

_END = 0
# What is printed in more than one way is one token to the trie.
_SAME = {get_string_id(other): get_string_id(one) for other, one in (("–", "-"), ("—", "-"), ("’s", "'s"), ("’", "'"))}

_HYPHENATED = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]{2,})+")
_HYPHEN = re.compile(r"(-)")
_STROKES = str.maketrans("øØłŁđĐıħ", "oOlLdDih")

CASED = "cased"
EXACT = "exact"
ANY = "any"
GUARDED = "guarded"
NOUN = "noun"
PREFIX = "prefix"


@dataclass(frozen=True, slots=True)
class Alias:
    """One written form of one entity.

    ``match`` says how case counts: ``cased`` (capitals of the name must be there; headlines may add more),
    ``exact``, ``any``, or ``guarded``: as ``exact``, for names that are words as well ("Shell", "Total"), which
    count only where something else says that a name stands there; ``noun`` for common nouns; ``prefix`` for what
    counts only before a hyphen ("Franco-German").
    ``kind``: ``name``, ``surname``, ``demonym``, ``metonym``, ``noun``.
    ``needs``: one of these words, in lower case, must stand in the document as well; empty for no condition.
    """

    words: tuple[str, ...]
    entity_id: str
    match: str = CASED
    kind: str = "name"
    needs: frozenset[str] = frozenset()
    is_user: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that fits an alias: tokens, end-exclusive. Several aliases may share a written form."""

    start: int
    end: int
    aliases: tuple[Alias, ...]


class AliasMatcher:
    """A trie of aliases. The order in which they are added is the order in which they are preferred."""

    __slots__ = ("_chunks", "_root", "_special", "_tokenizer")

    def __init__(self, nlp: Language | None) -> None:
        self._root: dict[int, Any] = {}
        self._tokenizer = tokenizer = nlp.tokenizer if nlp is not None else None
        # Short forms that the tokenizer splits though they are letters only ("cannot", "dont").
        self._special = set(getattr(tokenizer, "rules", ()))
        self._chunks: dict[str, tuple[str, ...]] = {}

    def words_of(self, surface: str) -> tuple[str, ...]:
        """``surface`` in the tokens that a text would be split into."""
        words: list[str] = []
        for chunk in surface.split():
            if self._tokenizer is None or (chunk.isalpha() and chunk not in self._special):
                words.append(chunk)
                continue
            if _HYPHENATED.fullmatch(chunk) and chunk not in self._special:
                # The tokenizer splits letters from letters at a hyphen; to ask it makes a Doc each time.
                words.extend(_HYPHEN.split(chunk))
                continue
            # The tokenizer works on what white space separates, so each piece needs to be split only once.
            parts = self._chunks.get(chunk)
            if parts is None:
                parts = self._chunks[chunk] = tuple(token.text for token in self._tokenizer(chunk))
            words.extend(parts)
        return tuple(words)

    def add(self, surface: str, alias: tuple[str, str, str, frozenset[str], bool]) -> None:
        """Add one written form, and the same without marks where it has any: "Krško", "Krsko".

        ``alias`` is entity, match, kind, needs, is_user of an ``Alias``.
        """
        self._add(surface, alias)
        if not surface.isascii():
            plain = without_marks(surface)
            if plain != surface:
                self._add(plain, alias)

    def _add(self, surface: str, alias: tuple[str, str, str, frozenset[str], bool]) -> None:
        words = self.words_of(surface)
        if not words:
            return
        node = self._root
        for word in words:
            key = get_string_id(word.lower())
            node = node.setdefault(_SAME.get(key, key), {})
        node.setdefault(_END, []).append(Alias(words, *alias))

    def find(self, doc: Doc) -> list[Hit]:
        """The names in ``doc``, in text order, none overlapping, at each place the longest."""
        keys = [_SAME.get(key, key) for key in doc.to_array("LOWER").tolist()]
        root = self._root
        hits: list[Hit] = []
        count = len(keys)
        index = 0
        while index < count:
            node = root.get(keys[index])
            if node is None:
                index += 1
                continue
            best: Hit | None = None
            place = index
            while node is not None:
                place += 1
                ends = node.get(_END)
                if ends is not None:
                    fitting = _fitting(doc, index, place, ends)
                    if fitting:
                        best = Hit(index, place, fitting)
                node = node.get(keys[place]) if place < count else None
            if best is None:
                index += 1
            else:
                hits.append(best)
                index = best.end
        return hits


def without_marks(name: str) -> str:
    """ "São Tomé" as "Sao Tome"; letters with a stroke too."""
    plain = unicodedata.normalize("NFKD", name.translate(_STROKES))
    return "".join(character for character in plain if not unicodedata.combining(character))


def _fitting(doc: Doc, start: int, end: int, aliases: Iterable[Alias]) -> tuple[Alias, ...]:
    words = [doc[index].text for index in range(start, end)]
    return tuple(alias for alias in aliases if case_fits(words, alias))


def case_fits(words: Sequence[str], alias: Alias) -> bool:
    """Whether the capitals of a text allow a name, as ``Alias.match`` says.

    Examples:
        >>> case_fits(["NORD", "STREAM"], Alias(("Nord", "Stream"), "x"))
        True
        >>> case_fits(["power", "of", "Siberia"], Alias(("Power", "of", "Siberia"), "x"))
        False
        >>> case_fits(["Who"], Alias(("WHO",), "x", EXACT))
        False
    """
    match = alias.match
    if match in (ANY, NOUN):
        return True
    if match in (EXACT, GUARDED):
        return all(word == own or not word.isalpha() for word, own in zip(words, alias.words, strict=True))
    return all(_word_fits(word, own) for word, own in zip(words, alias.words, strict=True))


def _word_fits(word: str, own: str) -> bool:
    if word == own or not own[:1].isupper():
        return True
    if word.isupper():
        # A headline in capitals; three letters in capitals are more likely an acronym than a name.
        return len(word) > 3 or len(word) == len(own)
    return word[:1].isupper() and not own.isupper()
