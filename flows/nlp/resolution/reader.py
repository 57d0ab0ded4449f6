"""Resolution inside one document: acronyms in brackets, surnames, offices, descriptions, pronouns.

Only where one reading is certain; else the place stays what it was.
"""

from spacy.strings import get_string_id
from spacy.tokens import Doc

from flows.nlp.entities.shape import LOCATIVE
from flows.nlp.entities.tables import EntityTables
from flows.nlp.resolution.countries import locate
from flows.nlp.resolution.descriptions import add_descriptions
from flows.nlp.resolution.offices import read_offices
from flows.nlp.resolution.plurals import read_plurals
from flows.nlp.resolution.pronouns import add_pronouns
from flows.nlp.resolution.words import ResolutionWords, sentence_numbers
from flows.nlp.spans import MentionSpan
from flows.records import Entity, stable_id

_LONG_TYPES = frozenset(("ORG", "PROJECT", "FACILITY", "LAW", "LOC", "GPE"))
_SMALL = frozenset(("of", "for", "the", "and", "on", "in", "de", "du", "&", "-", "–", "'s", "’s"))
_SURNAME_FIRST = frozenset(("CHN", "KOR", "PRK", "VNM", "TWN", "HKG", "SGP"))
_SUFFIXES = frozenset(("jr", "jr.", "sr", "sr.", "ii", "iii", "iv"))
_PARTICLES = frozenset(("van", "von", "der", "den", "de", "da", "di", "du", "la", "le", "al", "el", "bin", "ben", "-"))


def resolve(
    doc: Doc, mentions: list[MentionSpan], tables: EntityTables, words: ResolutionWords
) -> tuple[list[MentionSpan], dict[int, list[Entity]]]:
    """Relink and add mentions.

    Returns:
        The mentions, sorted and not overlapping; and the head token of each description of several
        ("both countries") with the entities meant.
    """
    if not mentions:
        return mentions, {}
    orths: list[int] = doc.to_array("ORTH").tolist()
    mentions = _share_acronyms(doc, mentions, orths)
    mentions = _share_surnames(doc, mentions, orths)
    lowers: list[int] = doc.to_array("LOWER").tolist()
    sentences = sentence_numbers(doc)
    offices = read_offices(doc, mentions, tables)
    locate(doc, mentions, offices, sentences, tables)
    mentions = add_descriptions(doc, mentions, tables, words, offices, lowers, sentences)
    plurals = read_plurals(doc, mentions, words, lowers, sentences)
    mentions = add_pronouns(doc, mentions, words, lowers, sentences, plurals)
    return mentions, plurals


def _share_acronyms(doc: Doc, mentions: list[MentionSpan], orths: list[int]) -> list[MentionSpan]:
    """ "China National Petroleum Corporation (CNPC)": both are one, here and wherever the short form stands again."""
    bracket = get_string_id("(")
    if bracket not in orths:
        return mentions
    by_end = {mention.token_end: mention for mention in mentions}
    known: dict[int, Entity] = {}
    added: list[MentionSpan] = []
    for index in [place for place, orth in enumerate(orths) if orth == bracket]:
        if index + 2 >= len(doc) or index == 0 or doc[index + 2].text != ")":
            continue
        short = doc[index + 1].text
        if not (2 <= len(short) <= 10 and sum(character.isupper() for character in short) >= 2):
            continue
        long = by_end.get(index)
        if long is None:
            start = _spelled_out(doc, index, short)
            if start is None:
                continue
            long = _new_organisation(doc, start, index)
            added.append(long)
        elif long.entity.entity_type not in _LONG_TYPES or not _abbreviates(short, long_words(doc, long)):
            continue
        known[orths[index + 1]] = long.entity
    if not known:
        return mentions
    mentions = _with(mentions, added)
    covered = {mention.token_start: mention for mention in mentions}
    taken = {index for mention in mentions for index in range(mention.token_start, mention.token_end)}
    fresh: list[MentionSpan] = []
    for index, orth in enumerate(orths):
        entity = known.get(orth)
        if entity is None:
            continue
        mention = covered.get(index)
        if mention is None and index not in taken:
            fresh.append(_token_mention(doc, index, entity, "ORG", 0.9))
        elif mention is not None and mention.token_end == index + 1 and mention.entity is not entity:
            mention.entity, mention.link_method, mention.confidence = entity, "in_document", 0.9
    return _with(mentions, fresh)


def long_words(doc: Doc, mention: MentionSpan) -> list[str]:
    return [doc[index].text for index in range(mention.token_start, mention.token_end)]


def _abbreviates(short: str, words: list[str]) -> bool:
    """Whether the capitals of ``short`` are, in order, first letters of ``words``; small words may be left out."""
    initials = iter([word[0].lower() for word in words if word[0].isalnum()])
    capitals = [character.lower() for character in short if character.isupper()]
    return capitals[0] == words[0][0].lower() and all(letter in initials for letter in capitals)


def _spelled_out(doc: Doc, bracket: int, short: str) -> int | None:
    """Where the long name before ``( SHORT )`` begins, by its first letters; None where none fits."""
    start = bracket
    while start > max(0, bracket - len(short) - 5):
        word = doc[start - 1].text
        if not (word[0].isupper() or word.lower() in _SMALL) or word.lower() == "the":
            break
        start -= 1
        candidate = [doc[index].text for index in range(start, bracket)]
        if candidate[0][0].isupper() and len(candidate) >= 2:
            letters = "".join(word[0] for word in candidate if word[0].isupper())
            if letters.lower() == "".join(character for character in short if character.isupper()).lower():
                return start
    return None


def _new_organisation(doc: Doc, start: int, end: int) -> MentionSpan:
    span = doc[start:end]
    entity = Entity(stable_id("ORG", span.text.casefold()), span.text, "ORG")
    return MentionSpan(span.start_char, span.end_char, start, end, end - 1, entity, "ORG", "new", 0.7)


def _token_mention(doc: Doc, index: int, entity: Entity, label: str, confidence: float) -> MentionSpan:
    token = doc[index]
    return MentionSpan(
        token.idx, token.idx + len(token), index, index + 1, index, entity, label, "in_document", confidence
    )


def _with(mentions: list[MentionSpan], added: list[MentionSpan]) -> list[MentionSpan]:
    """Both lists as one; what is added goes before what it overlaps."""
    if not added:
        return mentions
    taken = {index for mention in added for index in range(mention.token_start, mention.token_end)}
    kept = [mention for mention in mentions if taken.isdisjoint(range(mention.token_start, mention.token_end))]
    return sorted([*kept, *added], key=lambda mention: mention.token_start)


def _share_surnames(doc: Doc, mentions: list[MentionSpan], orths: list[int]) -> list[MentionSpan]:
    """ "Wu" after "Wu Enyuan", "PUTIN" in the headline: the person whose full name the document has."""
    strong: dict[str, set[str]] = {}
    weak: dict[str, set[str]] = {}
    people: dict[str, Entity] = {}
    for mention in mentions:
        if mention.entity.entity_type != "PERSON" or mention.token_end - mention.token_start < 2:
            continue
        people[mention.entity.entity_id] = mention.entity
        words = [word for word in long_words(doc, mention) if word.lower() not in _SUFFIXES and word[0].isalpha()]
        if len(words) < 2:
            continue
        first, last = words[0], words[-1]
        is_surname_first = mention.entity.country_iso3 in _SURNAME_FIRST
        strong.setdefault(first if is_surname_first else last, set()).add(mention.entity.entity_id)
        weak.setdefault(last if is_surname_first else first, set()).add(mention.entity.entity_id)
    if not people:
        return mentions
    _relink_single_names(doc, mentions, strong, weak, people)
    return _with(mentions, _unseen_surnames(doc, mentions, orths, strong, people))


def _relink_single_names(
    doc: Doc,
    mentions: list[MentionSpan],
    strong: dict[str, set[str]],
    weak: dict[str, set[str]],
    people: dict[str, Entity],
) -> None:
    for mention in mentions:
        if mention.token_end - mention.token_start != 1 or mention.link_method == "country":
            continue
        is_person = mention.entity.entity_type == "PERSON"
        if not is_person and mention.link_method not in ("new", "fuzzy") and not _may_be_surname(doc, mention):
            continue
        word = doc[mention.token_start].text
        meant = strong.get(word)
        if meant is None and word.isupper() and len(word) > 3:
            meant = strong.get(word.capitalize())
        if meant is None and is_person and mention.link_method == "new":
            meant = weak.get(word)
        if meant is not None and len(meant) == 1:
            entity = people[next(iter(meant))]
            if entity.entity_id != mention.entity.entity_id:
                mention.entity, mention.ner_label = entity, "PERSON"
                mention.link_method, mention.confidence = "in_document", 0.9


def _may_be_surname(doc: Doc, mention: MentionSpan) -> bool:
    """A town that nothing says to be one here: "Salinas denied", not "in Salinas"."""
    if mention.entity.entity_type != "GPE" or mention.entity.sector == "country":
        return False
    return mention.token_start == 0 or doc[mention.token_start - 1].lower_ not in LOCATIVE


def _unseen_surnames(
    doc: Doc, mentions: list[MentionSpan], orths: list[int], strong: dict[str, set[str]], people: dict[str, Entity]
) -> list[MentionSpan]:
    """Surnames that the model passed over, where they stand alone."""
    wanted: dict[int, Entity] = {}
    for surname, meant in strong.items():
        if len(meant) == 1 and len(surname) > 2 and surname[0].isupper():
            entity = people[next(iter(meant))]
            wanted[get_string_id(surname)] = entity
            wanted[get_string_id(surname.upper())] = entity
    taken = {index for mention in mentions for index in range(mention.token_start, mention.token_end)}
    found: list[MentionSpan] = []
    for index, orth in enumerate(orths):
        meant_here = wanted.get(orth)
        if meant_here is not None and index not in taken and _stands_alone(doc, index, taken):
            found.append(_token_mention(doc, index, meant_here, "PERSON", 0.85))
    return found


def _stands_alone(doc: Doc, index: int, taken: set[int]) -> bool:
    """No other capitalised word beside it, except in a headline: "Brown" but not "Gordon Brown Street"."""
    if doc[index].pos_ not in ("PROPN", "NOUN", ""):
        return False
    if doc[index].is_upper:
        return True
    for place in (index - 1, index + 1):
        if 0 <= place < len(doc) and place not in taken:
            token = doc[place]
            if token.is_title and token.pos_ == "PROPN":
                return False
    return True
