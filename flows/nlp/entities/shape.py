"""What the words of a name say of its kind: company forms, heads of names, given names, initials.

Repairs what the statistical model guessed by the tables ``name_words`` and ``given_names``.
"""

from dataclasses import dataclass
from pathlib import Path

from spacy.strings import get_string_id
from spacy.tokens import Doc, Token

from flows.nlp.lexicon import Row, read_table

LOCATIVE = frozenset(("in", "at", "near", "from", "to", "outside", "around", "of"))
"""Prepositions before places, not before people."""
_LABEL_OF_HEAD = {"organisation": "ORG", "company_form": "ORG", "facility": "FAC", "place": "LOC"}
_SMALL = frozenset(("of", "for", "the", "and", "de", "du", "&", "-", "–", "'s", "’s", "des", "del", "in", "on"))
_PERSON_INNER = frozenset(
    ("van", "von", "der", "den", "de", "da", "di", "du", "dos", "la", "le", "al", "el", "bin", "-")
)


class NameWordRow(Row):
    word_id: str
    word: str
    kind: str
    description: str


class GivenNameRow(Row):
    given_name: str
    source: str


@dataclass(frozen=True, slots=True)
class NameWords:
    """Words of names as printed, and in capitals for headlines; ``cues`` are words that stand before names."""

    kinds: dict[str, str]
    cues: dict[str, set[str]]
    given: frozenset[str]


def load_name_words(user_dirs: tuple[Path, ...] = ()) -> NameWords:
    kinds: dict[str, str] = {}
    cues: dict[str, set[str]] = {}
    for row in read_table("name_words", NameWordRow, user_dirs):
        if row.kind.endswith("_cue"):
            cues.setdefault(row.kind, set()).add(row.word)
        else:
            kinds[row.word] = row.kind
            kinds.setdefault(row.word.upper(), row.kind)
    return NameWords(
        kinds, cues, frozenset(row.given_name for row in read_table("given_names", GivenNameRow, user_dirs))
    )


def head_kind(doc: Doc, start: int, end: int, words: NameWords) -> str | None:
    """The kind that the word before "of" or "for" tells ("University of Oslo"), else the last ("Oslo University")."""
    if end - start < 2:
        return None
    for index in range(start, end - 1):
        if doc[index + 1].lower_ in ("of", "for"):
            kind = words.kinds.get(doc[index].text)
            if kind == "facility" and doc[index + 1].lower_ == "for":
                # A "Centre for Studies" is no building.
                return "organisation"
            if kind in ("organisation", "facility", "event"):
                return kind
            break
    return words.kinds.get(doc[end - 1].text)


def told_label(doc: Doc, start: int, end: int, label: str, words: NameWords) -> str | None:
    """The label that the words of a guess tell, ``label`` where they tell nothing, None where it is no name."""
    kind = head_kind(doc, start, end, words)
    if kind in ("event", "no_name"):
        return None
    if kind is not None and not (label == "PERSON" and doc[start].text in words.given and kind != "company_form"):
        return label if label == "GPE" and kind == "place" else _LABEL_OF_HEAD[kind]
    if label != "PERSON" and 2 <= end - start <= 4 and looks_like_person(doc, start, end, words):
        return "PERSON"
    return label


def cued_label(doc: Doc, start: int, end: int, label: str, words: NameWords) -> str:
    """The label that the words around tell: "the daily X", "the town of X", "the X river"."""
    cues = words.cues
    if label not in ("PERSON", "ORG", "GPE", "LOC", "FAC"):
        return label
    if label != "PERSON" and _is_told_person(doc, start, end, label, words):
        return "PERSON"
    if end < len(doc) and label in ("PERSON", "ORG") and doc[end].text in cues["place_after_cue"]:
        return "LOC"
    if (
        end - start > 1
        and label in ("PERSON", "GPE", "LOC", "FAC")
        and doc[start].text in cues["organisation_opener_cue"]
    ):
        return "ORG"
    if end - start > 1 and label in ("PERSON", "ORG") and doc[start].text in cues["place_opener_cue"]:
        return "LOC" if words.kinds.get(doc[end - 1].text) is None else label
    if end < len(doc) and label in ("PERSON", "GPE") and doc[end].text in cues["organisation_after_cue"]:
        return "ORG"
    before = doc[start - 1].text if start > 0 else ""
    if before == "of" and start > 1 and label != "ORG" and doc[start - 2].text in cues["place_cue"]:
        return "GPE"
    return "ORG" if before in cues["organisation_cue"] else label


def _is_told_person(doc: Doc, start: int, end: int, label: str, words: NameWords) -> bool:
    """ "the activist Nguy Thi Khanh", "Tosin Eniolorunda, 34," "Unai Emery, who", "Tosin Eniolorunda said"."""
    if end - start > 4 or not all(_is_name_word(doc[index]) or is_initial(doc[index]) for index in range(start, end)):
        return False
    if any(words.kinds.get(doc[index].text) is not None for index in range(start, end)) or doc[start].is_upper:
        return False
    cues = words.cues
    if start > 0 and doc[start - 1].text in cues["person_cue"] and doc[start - 1].whitespace_:
        return True
    if end - start < 2:
        return False
    if start > 1 and doc[start - 1].text == "by" and doc[start - 2].text in cues["person_by_cue"]:
        return True
    if end + 1 >= len(doc):
        return False
    if doc[end].text in ("'s", "’s") and doc[end + 1].text in cues["person_owns_cue"]:
        return True
    if doc[end].text == ",":
        age = doc[end + 1].text
        return age == "who" or (age.isdecimal() and len(age) == 2 and end + 2 < len(doc) and doc[end + 2].text == ",")
    return label in ("GPE", "LOC") and doc[end].text in words.cues["said_cue"]


def looks_like_person(doc: Doc, start: int, end: int, words: NameWords) -> bool:
    """A known given name or an initial, then capitalised words only."""
    first = doc[start].text
    if first not in words.given and not is_initial(doc[start]):
        return False
    return all(_is_name_word(doc[index]) or doc[index].lower_ in _PERSON_INNER for index in range(start + 1, end))


def is_initial(token: Token) -> bool:
    """ "J." or "H.D." """
    text = token.text
    return 2 <= len(text) <= 4 and text[0].isupper() and text[-1] == "." and text.replace(".", "").isupper()


def _is_name_word(token: Token) -> bool:
    text = token.text
    return text[0].isupper() and (text.isalpha() or "-" in text or "'" in text) and len(text) > 1


def is_name_token(token: Token) -> bool:
    """A capitalised word, an initial, a particle."""
    return _is_name_word(token) or is_initial(token) or token.lower_ in _PERSON_INNER


def person_start(doc: Doc, start: int, free: set[int], words: NameWords) -> int:
    """Where a person's name begins, if the model missed its first words: initials and given names before it."""
    if start > 0 and start - 1 in free and _is_first_name(doc[start - 1], doc[start], words):
        start -= 1
    while start > 0 and start - 1 in free:
        token = doc[start - 1]
        if (
            is_initial(token)
            or token.text in words.given
            or (token.lower_ in _PERSON_INNER and start - 2 in free and doc[start - 2].text in words.given)
        ):
            start -= 1
        else:
            break
    return start


def _is_first_name(token: Token, name: Token, words: NameWords) -> bool:
    """ "Tigist" before "Assefa": a proper noun that the surname's is compounded with, and no word for a person."""
    if token.pos_ != "PROPN" or token.dep_ != "compound" or token.head.i != name.i or not _is_name_word(token):
        return False
    if token.whitespace_ != " " or token.is_upper or words.kinds.get(token.text) is not None:
        return False
    return token.lower_ not in words.cues["person_cue"]


def person_end(doc: Doc, end: int, free: set[int]) -> int:
    """Where it ends, if the model missed its last words: proper nouns in one row with it."""
    while end in free:
        token = doc[end]
        if token.pos_ != "PROPN" or token.dep_ not in ("flat", "compound", "appos", "nsubj", "pobj", "dobj", "conj"):
            break
        if not _is_name_word(token) or token.is_upper or doc[end - 1].whitespace_ != " ":
            break
        end += 1
    return end


def unseen_people(doc: Doc, free: set[int], words: NameWords) -> list[tuple[int, int]]:
    """Names that the model passed over: a given name or initials, then one to three capitalised words."""
    found: list[tuple[int, int]] = []
    count = len(doc)
    skip = -1
    for index in sorted(free):
        if index < skip:
            continue
        token = doc[index]
        if not token.text[:1].isupper():
            continue
        if not (token.text in words.given or is_initial(token)) or (index + 1) not in free:
            continue
        end = index + 1
        while end < count and end in free and end - index < 4:
            following = doc[end]
            if is_initial(following) or (following.lower_ in _PERSON_INNER and end + 1 in free):
                end += 1
                continue
            if not _is_name_word(following) or (following.is_upper != token.is_upper and len(token.text) > 3):
                break
            if words.kinds.get(following.text) is not None:
                break
            end += 1
        last = doc[end - 1]
        if end - index >= 2 and _is_name_word(last) and last.pos_ in ("PROPN", "NOUN", ""):
            found.append((index, end))
            skip = end
    return found


def hyphenated_people(doc: Doc, known: set[int], words: NameWords) -> list[tuple[int, int]]:
    """ "Ahn Duk-geun", "Hsu Chen-wei": two capitalised words and a small one behind a hyphen."""
    hyphen = get_string_id("-")
    found: list[tuple[int, int]] = []
    for index in (place for place, orth in enumerate(doc.to_array("ORTH").tolist()) if orth == hyphen):
        start, end = index - 2, index + 2
        if start < 0 or end > len(doc) or doc[index].whitespace_ or doc[index - 1].whitespace_:
            continue
        tail = doc[index + 1].text
        if not (tail.isalpha() and tail.islower() and 2 <= len(tail) <= 6):
            continue
        if tail.endswith("ed") or tail in words.cues["hyphen_tail_cue"] or doc[start].whitespace_ != " ":
            continue
        if any(place in known or not _is_plain_title(doc[place], words) for place in (start, index - 1)):
            continue
        found.append((start, end))
    return found


def _is_plain_title(token: Token, words: NameWords) -> bool:
    return token.is_title and token.is_alpha and len(token) < 9 and words.kinds.get(token.text) is None


def unseen_cued(doc: Doc, free: set[int], words: NameWords) -> list[tuple[int, int, str]]:
    """Names that the model passed over beside a word that tells what they are: "the Karish field", "lender mBank"."""
    found: list[tuple[int, int, str]] = []
    behind, before, after = (
        words.cues[f"{kind}_cue"] for kind in ("place_after", "organisation", "organisation_after")
    )
    last = -1
    for index in sorted(free):
        token = doc[index]
        if index < last or token.pos_ != "PROPN" or not _is_name_word(token) or token.is_sent_start:
            continue
        end = index + 1
        while end in free and doc[end].pos_ == "PROPN" and _is_name_word(doc[end]):
            end += 1
        last = end
        following = doc[end].text if end < len(doc) and doc[end - 1].whitespace_ else ""
        if any(words.kinds.get(doc[place].text) is not None for place in range(index, end)):
            continue
        if following in behind:
            found.append((index, end, "LOC"))
        elif following in after or (index > 0 and doc[index - 1].text in before):
            found.append((index, end, "ORG"))
    return found


def in_capitals(doc: Doc, start: int, end: int) -> bool:
    """Whether tokens stand among words in capitals, in capitals themselves."""
    if not all(doc[index].is_upper or not doc[index].is_alpha for index in range(start, end)):
        return False
    around: list[Token] = []
    for side in (range(start - 1, max(0, start - 3) - 1, -1), range(end, min(len(doc), end + 3))):
        for index in side:
            if doc[index].is_space:
                break
            if doc[index].is_alpha:
                around.append(doc[index])
    return len(around) >= 2 and all(token.is_upper for token in around)


def unseen_companies(doc: Doc, free: set[int], words: NameWords) -> list[tuple[int, int]]:
    """Capitalised words before "Inc", "Ltd", "Corp" that the model passed over."""
    found: list[tuple[int, int]] = []
    for index in sorted(free):
        if words.kinds.get(doc[index].text) != "company_form" or doc[index].text in ("SE", "AB", "Co"):
            continue
        start = index
        while start - 1 in free and start > 0:
            word = doc[start - 1].text
            if not (word[0].isupper() or word in ("&", "-", "and")):
                break
            start -= 1
        while start < index and not doc[start].text[0].isupper():
            start += 1
        if start < index:
            found.append((start, index + 1))
    return found
