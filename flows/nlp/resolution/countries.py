"""The country of a town, a person or a company that no table knows: as its name or the words around it tell, else
the one state that the text speaks of."""

from collections import Counter

from spacy.tokens import Doc

from flows.nlp.entities.tables import EntityTables
from flows.nlp.resolution.offices import StatedOffices, give_countries
from flows.nlp.spans import MentionSpan

_MOST = 0.7
"""Of the places of a document, so many must lie in one state for the document to be about it."""
_MOST_AT_HOME = 0.45
"""The same, where its dateline lies in that state."""
_LEAST_PLACES = 3
_LEAST_ALONE = 2
"""Where a document names one state only, and so often, its people and organisations are of that state."""
_LEAST_MOSTLY = 4
"""Where it names others as well, one state must be named so often for its people to be of that state."""
_NAMED = frozenset(("ORG", "FACILITY"))
_TOLD = frozenset(("PERSON", "ORG", "FACILITY", "GPE"))
_BETWEEN = frozenset(("NOUN", "ADJ", "NUM", "PROPN", "ADV"))
_LONGEST = 7
"""Words between a nationality and the name it belongs to: "Polish state-owned copper producer KGHM"."""
_OWNS = frozenset(("'s", "’s"))
_ARTICLES = frozenset(("a", "an", "the"))


def locate(
    doc: Doc, mentions: list[MentionSpan], offices: StatedOffices, sentences: list[int], tables: EntityTables
) -> None:
    """Fill in countries, in place: of the name itself, of the words beside it, the sentence's, the document's."""
    give_countries(mentions, _told(doc, mentions, tables), offices)
    by_sentence: dict[int, set[str]] = {}
    counted: Counter[str] = Counter()
    bodies: Counter[str] = Counter()
    for mention in mentions:
        entity = mention.entity
        if entity.country_iso3 is None:
            continue
        if entity.entity_type == "GPE":
            by_sentence.setdefault(sentences[mention.token_start], set()).add(entity.country_iso3)
            counted[entity.country_iso3] += 1
        elif entity.entity_type == "ORG" and entity.sector != "media":
            bodies[entity.country_iso3] += 1
    main = home_country(doc, mentions, counted)
    count = counted[main] if main is not None else 0
    is_alone = len(counted) == 1 or (main is not None and main == _dateline(doc, mentions))
    is_about = main is not None and count >= (_LEAST_ALONE if is_alone else _LEAST_MOSTLY)
    together = counted + bodies
    if not is_about and len(counted) <= 1 and len(together) == 1 and together.total() >= _LEAST_PLACES:
        # "Leeds Crown Court", "West Yorkshire Police": towns and bodies of one state only.
        main, is_about = next(iter(together)), True
    if main is None and not by_sentence:
        return
    in_office = {item.entity.entity_id for item in offices.stated if item.office is not None}
    serving = _serving(doc, mentions, main)
    found: dict[str, str] = {}
    for mention in mentions:
        entity = mention.entity
        if entity.country_iso3 is not None or entity.is_curated or entity.entity_id in serving:
            continue
        near = by_sentence.get(sentences[mention.token_start], set())
        is_local = entity.entity_type in ("GPE", "FACILITY") or entity.entity_id in in_office
        if not is_local and (not is_about or entity.entity_type not in ("PERSON", "ORG") or not near <= {main}):
            continue
        country = next(iter(near)) if len(near) == 1 else main
        if country is not None:
            found.setdefault(entity.entity_id, country)
    give_countries(mentions, found, offices)


def home_country(doc: Doc, mentions: list[MentionSpan], counted: Counter[str]) -> str | None:
    """The state that a text is about, by how often each state and its places are named and by its dateline."""
    if not counted:
        return None
    iso, count = counted.most_common(1)[0]
    total = counted.total()
    share = _MOST_AT_HOME if iso == _dateline(doc, mentions) else _MOST
    return iso if len(counted) == 1 or (total >= _LEAST_PLACES and count >= share * total) else None


def _dateline(doc: Doc, mentions: list[MentionSpan]) -> str | None:
    """The state of the place in capitals that opens a line and a report."""
    for mention in mentions[:12]:
        start = mention.token_start
        if mention.entity.entity_type != "GPE" or not doc[start].is_upper or mention.token_end >= len(doc):
            continue
        opens = start == 0 or "\n" in doc[start - 1].text_with_ws
        if opens and doc[mention.token_end].text in (",", "(", "-", "–", "—", "--", ":"):
            return mention.entity.country_iso3
    return None


def _told(doc: Doc, mentions: list[MentionSpan], tables: EntityTables) -> dict[str, str]:
    """Countries of new entities, by the words beside any of their mentions, else by their own names."""
    by_start = {mention.token_start: mention for mention in mentions}
    by_end = {mention.token_end: mention for mention in mentions}
    beside: dict[str, str] = {}
    named: dict[str, str] = {}
    for mention in mentions:
        entity = mention.entity
        if entity.country_iso3 is not None or entity.is_curated or entity.entity_type not in _TOLD:
            continue
        key = entity.entity_id
        if key not in beside:
            iso = _before(doc, mention, by_end) or _behind(doc, mention, by_start, tables)
            if iso is not None:
                beside[key] = iso
        if key not in named and entity.entity_type in _NAMED:
            iso = country_in_name(entity.entity_name, tables)
            if iso is not None:
                named[key] = iso
    return {**named, **beside}


def _serving(doc: Doc, mentions: list[MentionSpan], main: str | None) -> set[str]:
    """People of bodies that are not of the text's state: "the African Union's envoy X", "Bennett, a UN rapporteur"."""
    by_start = {mention.token_start: mention for mention in mentions}
    by_end = {mention.token_end: mention for mention in mentions}
    found: set[str] = set()
    for mention in mentions:
        if mention.entity.entity_type != "PERSON":
            continue
        start, end = mention.token_start, mention.token_end
        body = by_end.get(start - 1) if start > 0 and doc[start - 1].lower_ in _OWNS else by_end.get(start)
        if body is None and end + 2 < len(doc) and doc[end].text in (",", "of"):
            body = by_start.get(end + 2 if doc[end + 1].lower_ in _ARTICLES else end + 1)
        served = body.entity if body is not None else None
        if served is not None and served.entity_type == "ORG" and served.is_curated and served.country_iso3 != main:
            found.add(mention.entity.entity_id)
    return found


def country_in_name(name: str, tables: EntityTables) -> str | None:
    """The one state that the words of a name name: "Reserve Bank of Fiji", "Leeds Crown Court"."""
    words = name.split()
    kinds = tables.words.kinds
    is_body = len(words) == 1 or any(kinds.get(word) in ("organisation", "facility", "place") for word in words[1:])
    found: set[str] = set()
    index = 0
    while index < len(words):
        for width in (3, 2, 1):
            part = " ".join(words[index : index + width])
            iso = tables.countries_of.get(part) or tables.countries_of.get(part.title())
            if iso is not None and (is_body or part not in tables.peoples_names):
                found.add(iso)
                index += width - 1
                break
        index += 1
    return found.pop() if len(found) == 1 else None


def _before(doc: Doc, mention: MentionSpan, by_end: dict[int, MentionSpan]) -> str | None:
    """ "Polish copper producer KGHM", "Israel's Gideon Saar", "Nairobi-based fintech Kopo"."""
    start = place = mention.token_start
    while start - place <= _LONGEST:
        owner = by_end.get(place)
        if owner is not None and owner.entity.entity_type == "COMMODITY" and place < start:
            place = owner.token_start
            continue
        if owner is not None:
            if owner.entity.entity_type != "GPE":
                return None
            is_bound = owner.ner_label == "NORP" or place < start
            return owner.entity.country_iso3 if is_bound else None
        if place == 0 or (doc[place - 1].is_sent_start and place - 1 not in by_end and doc[place - 1].is_title):
            return None
        token = doc[place - 1]
        is_word = token.pos_ in _BETWEEN or token.text in ("-", "–") or token.tag_ in ("VBN", "VBG")
        if not is_word and token.lower_ not in _OWNS:
            return None
        place -= 1
    return None


def _behind(doc: Doc, mention: MentionSpan, by_start: dict[int, MentionSpan], tables: EntityTables) -> str | None:
    """ "Kone, a Finnish maker of lifts", "John Cornyn of Texas", "Ons Jabeur (Tunisia)"."""
    end = mention.token_end
    if end + 1 >= len(doc):
        return None
    link = doc[end].text
    if link == "in" and mention.entity.entity_type == "ORG" and end + 1 in by_start:
        town = by_start[end + 1].entity
        words = (doc[index].text for index in range(mention.token_start, end))
        is_body = any(tables.words.kinds.get(word) in ("organisation", "facility") for word in words)
        return town.country_iso3 if is_body and town.entity_type == "GPE" else None
    if link in ("(", "of"):
        other = by_start.get(end + 1)
        if other is None or other.entity.entity_type != "GPE" or mention.entity.entity_type not in ("PERSON", "ORG"):
            return None
        is_closed = link == "of" or (other.token_end < len(doc) and doc[other.token_end].text == ")")
        return other.entity.country_iso3 if is_closed else None
    if link != ",":
        return None
    place = end + 1
    has_article = doc[place].lower_ in _ARTICLES
    other = by_start.get(place + 1 if has_article else place)
    if other is None or other.entity.entity_type != "GPE" or other.token_end >= len(doc):
        return None
    following = doc[other.token_end]
    if other.ner_label == "NORP":
        is_told = has_article
    else:
        is_told = following.text in _OWNS or (following.text == "-" and has_article)
    return other.entity.country_iso3 if is_told else None
