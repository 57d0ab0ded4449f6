"""Names that events bear: "4th Russia-China Forum on Interregional Cooperation", "12th sanctions package"."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from spacy.strings import get_string_id

from flows.nlp.events.parse import Parse
from flows.nlp.lexicon import Row, read_table

# Words inside a name that are not capitalised; a name never ends on one.
_JOINTS = frozenset({"of", "on", "for", "and", "the", "&", "to", "-", "–", ".", "'s", "’s", "in", "with"})
_TIGHT = frozenset({"-", "–", "&", "+", "."})
_RIGHT_JOINTS = frozenset({"on", "of", "for", "and", "&", "the", "-", "–"})
_ORDINAL_WORDS = frozenset(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth annual inaugural".split()
)
_MAX_LEFT, _MAX_RIGHT = 12, 10


class EventNameRow(Row):
    """A noun that heads names of events; ``stands_alone`` where the name alone tells of an event."""

    head: str
    event_code: str
    stands_alone: bool
    needs_ordinal: bool
    left_words: str | None = None
    description: str
    example: str
    source: str


@dataclass(frozen=True, slots=True)
class EventName:
    token_start: int
    token_end: int
    head: int
    surface: str
    row: EventNameRow


@dataclass(frozen=True, slots=True)
class NameLexicon:
    by_form: dict[int, EventNameRow]
    left_words: dict[str, frozenset[str]]


@lru_cache(maxsize=8)
def load_names(user_dirs: tuple[Path, ...] = ()) -> NameLexicon:
    """Heads of names by their lower form, singular and plural."""
    by_form: dict[int, EventNameRow] = {}
    left: dict[str, frozenset[str]] = {}
    for row in read_table("event_names", EventNameRow, user_dirs):
        by_form[get_string_id(row.head)] = row
        left[row.head] = frozenset((row.left_words or "").split("|")) - {""}
    return NameLexicon(by_form, left)


def find_names(parse: Parse, lexicon: NameLexicon) -> dict[int, EventName]:
    """All event names, by the token of their head.

    A name has a capital or an ordinal of its own: "the forum" is none, "the 4th forum" and "the Davos Forum" are.
    """
    found: dict[int, EventName] = {}
    for token, key in enumerate(parse.lower_key):
        row = lexicon.by_form.get(key)
        if row is not None:
            name = _name_at(parse, token, row, lexicon.left_words[row.head])
            # In a headline every word has a capital; only a number still tells a name.
            if name is not None and (_has_ordinal(name) or not (row.needs_ordinal or _is_capitalised(parse, token))):
                found[token] = name
    return found


def _has_ordinal(name: EventName) -> bool:
    return any(_is_ordinal(word) for word in name.surface.split())


def _is_capitalised(parse: Parse, token: int) -> bool:
    sentence = parse.doc[token].sent
    words = [word for word in sentence if word.is_alpha and len(word) > 3]
    return len(words) > 2 and sum(word.text[0].isupper() for word in words) > 0.8 * len(words)


def _name_at(parse: Parse, head: int, row: EventNameRow, left_words: frozenset[str]) -> EventName | None:
    doc = parse.doc
    sentence = parse.sentence[head]
    start = head
    is_name = False
    place = head - 1
    while place >= 0 and head - place <= _MAX_LEFT and parse.sentence[place] == sentence:
        token = doc[place]
        if _is_ordinal(token.text):
            start, is_name = place, True
        elif token.text[:1].isupper() and (parse.pos[place] != "DET" and parse.lower(place) not in ("the", "a", "an")):
            begins = place == 0 or parse.sentence[place - 1] != sentence
            start = place
            is_name = is_name or not begins or parse.pos[place] == "PROPN"
        elif token.like_num and len(token.text) == 4:
            start = place
        elif not (parse.lower(place) in left_words or parse.lower(place) in _TIGHT or _is_inside_name(parse, place)):
            break
        if parse.lower(place) in left_words:
            start = place
        place -= 1
    end = head + 1
    if doc[head].text[:1].isupper():
        end = _right_end(parse, head)
    elif end < len(doc) and _is_year(doc[end].text):
        end += 1
    if not is_name and not (end > head + 1 and doc[head].text[:1].isupper()):
        return None
    while start < head and (parse.lower(start) in _JOINTS or doc[start].is_punct):
        start += 1
    return EventName(start, end, head, doc[start:end].text, row)


def _is_inside_name(parse: Parse, place: int) -> bool:
    """Whether a joint stands between capitals: "Council of Europe summit"."""
    if place == 0 or parse.lower(place) not in _JOINTS:
        return False
    before, after = parse.doc[place - 1], parse.doc[place + 1]
    return before.text[:1].isupper() and after.text[:1].isupper() and parse.lower(place) in ("of", "and", "&", "for")


def _right_end(parse: Parse, head: int) -> int:
    doc = parse.doc
    end = head + 1
    place = end
    while place < len(doc) and place - head <= _MAX_RIGHT and parse.sentence[place] == parse.sentence[head]:
        text = doc[place].text
        if _is_year(text):
            return place + 1
        if parse.lower(place) in _RIGHT_JOINTS and place + 1 < len(doc):
            place += 1
            continue
        if text[:1].isupper() and parse.pos[place] not in ("PRON", "DET") and place not in parse.dated:
            place += 1
            end = place
            continue
        break
    return end


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal() and text[:2] in ("19", "20")


def _is_ordinal(text: str) -> bool:
    if text.lower() in _ORDINAL_WORDS:
        return True
    return len(text) > 2 and text[-2:].lower() in ("st", "nd", "rd", "th") and text[:-2].isdecimal()
