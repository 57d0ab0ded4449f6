"""Which places of a text are names: the table's hits and the statistical model's guesses made into one list."""

from spacy.tokens import Doc, Token

from flows.nlp.aliases import GUARDED, NOUN, PREFIX, Hit
from flows.nlp.entities.agree import agreed
from flows.nlp.entities.datelines import datelines
from flows.nlp.entities.found import Found
from flows.nlp.entities.repair import NAME_LABELS, repaired
from flows.nlp.entities.shape import (
    NameWords,
    hyphenated_people,
    in_capitals,
    is_initial,
    person_end,
    person_start,
    unseen_companies,
    unseen_cued,
    unseen_people,
)
from flows.nlp.entities.sport import with_teams
from flows.nlp.entities.tables import EntityTables

_LONGER_WINS = frozenset(("PERSON", "ORG", "FAC", "LAW", "LOC", "GPE", "EVENT", "WORK_OF_ART", "PRODUCT"))
_SMALL_IN_HEADLINES = frozenset(("ADP", "DET", "CCONJ", "SCONJ", "PART"))
_JOINED_LABELS = frozenset(("PERSON", "ORG", "GPE", "LOC"))
_PLACES = frozenset(("GPE", "LOC"))
_LABEL_OF = {"FACILITY": "FAC", "COMMODITY": "PRODUCT", "PROJECT": "FAC"}


def find_names(doc: Doc, tables: EntityTables) -> list[Found]:
    """All names in ``doc``, in text order, none overlapping.

    The table goes before the model, except where the model sees a longer name around a place or a
    nationality ("Bank of China Tower", "Michael Jordan").
    """
    guesses = [
        guess for entity in doc.ents if (guess := repaired(doc, entity.start, entity.end, entity.label_, tables))
    ]
    seen = tables.matcher.find(doc)
    known = {index for hit in seen for index in range(hit.start, hit.end)}
    guesses = _rejoined(doc, guesses, known, tables.words)
    labels = {index: guess.label for guess in guesses for index in range(guess.start, guess.end)}
    hits: list[Hit] = []
    nouns: set[tuple[int, int]] = set()
    for hit in seen:
        if _counts(doc, hit, labels, tables.words):
            hits.append(hit)
        elif hit.aliases[0].match == GUARDED:
            nouns.add((hit.start, hit.end))
    # "Shell companies": what is a common noun to us is none of the model's names either.
    guesses = [guess for guess in guesses if (guess.start, guess.end) not in nouns]
    taken = set(labels)
    for hit in hits:
        taken.update(range(hit.start, hit.end))
    free = set(range(len(doc))) - taken
    hits = _without_surnames(doc, hits, guesses, free, tables.words)
    hits = _without_heads(doc, hits, guesses, free, tables)
    _put(guesses, [Found(*place, "PERSON", weight=2) for place in hyphenated_people(doc, known, tables.words)])
    _complete(doc, guesses, free, tables.words)
    return agreed(doc, with_teams(doc, _merged(doc, hits, guesses, tables), tables), tables)


def _is_one(doc: Doc, first: Found, second: Found, known: set[int], words: NameWords) -> bool:
    """Of one kind; or "Pham Nhat" a person and "Vuong" a place, "Karolina" a place and "Pliskova" a person."""
    if doc[second.start - 1].whitespace_ != " " or "NORP" in (first.label, second.label):
        return False
    if first.label == second.label:
        return True
    if not {first.label, second.label} <= _JOINED_LABELS or not {"PERSON", "LOC"} & {first.label, second.label}:
        return False
    cut = second if first.label == "PERSON" else first
    if cut.end - cut.start > 1 or not doc[cut.start].is_title or second.end - first.start > 3:
        return False
    return cut.start not in known or (cut is first and doc[cut.start].text in words.given)


def _rejoined(doc: Doc, guesses: list[Found], known: set[int], words: NameWords) -> list[Found]:
    """ "Vila" and "Nova", one behind the other and of one kind, are one name that the model cut."""
    joined: list[Found] = []
    for guess in guesses:
        last = joined[-1] if joined else None
        if last is not None and last.end == guess.start and _is_one(doc, last, guess, known, words):
            if guess.label == "LOC" or "PERSON" not in (last.label, guess.label):
                last.label = guess.label
            else:
                last.label = "PERSON"
            last.end = guess.end
        else:
            joined.append(guess)
    return joined


def _without_surnames(doc: Doc, hits: list[Hit], guesses: list[Found], free: set[int], words: NameWords) -> list[Hit]:
    """ "J. Crawley", "Sylvie Florence": a place's name behind a given name is a surname; it becomes a guess."""
    kept: list[Hit] = []
    people: list[Found] = []
    for hit in hits:
        before = hit.start - 1
        is_surname = (
            before in free
            and hit.end - hit.start == 1
            and hit.aliases[0].kind in ("place", "surname")
            and (is_initial(doc[before]) or doc[before].text in words.given)
        )
        if is_surname:
            start = person_start(doc, before, free, words)
            free.difference_update(range(start, hit.end))
            people.append(Found(start, hit.end, "PERSON"))
        else:
            kept.append(hit)
    _put(guesses, people)
    return kept


def _without_heads(doc: Doc, hits: list[Hit], guesses: list[Found], free: set[int], tables: EntityTables) -> list[Hit]:
    """ "Karen Army", "Lahore High Court": a capitalised word or a town before it makes a body's noun part of a name."""
    kept: list[Hit] = []
    wider: list[Found] = []
    for hit in hits:
        start = hit.start
        while hit.aliases[0].kind == "institution" and start - 1 in free and _opens_name(doc[start - 1]):
            start -= 1
        town = kept[-1] if kept else None
        if town is not None and start == hit.start == town.end and _is_local(doc, town, hit, tables):
            kept.pop()
            wider.append(Found(town.start, hit.end, "ORG", weight=2))
        elif start == hit.start:
            kept.append(hit)
        else:
            free.difference_update(range(start, hit.end))
            wider.append(Found(start, hit.end, "ORG", weight=2))
    _put(guesses, wider)
    return kept


def _is_local(doc: Doc, town: Hit, body: Hit, tables: EntityTables) -> bool:
    """A town's or a province's own court or chamber, not the state's that a capital stands for."""
    alias = body.aliases[0]
    if alias.kind != "institution" or town.aliases[0].kind != "place" or doc[town.end - 1].whitespace_ != " ":
        return False
    code = alias.entity_id
    if code.endswith(("_court", "chamber_of_commerce", "football_association")):
        return True
    return town.aliases[0].entity_id not in tables.capitals and not code.endswith("_ministry")


def _opens_name(token: Token) -> bool:
    return token.is_title and token.pos_ == "PROPN" and not token.is_sent_start and len(token) > 2


def _put(guesses: list[Found], better: list[Found]) -> None:
    """Add guesses in the place of what they overlap."""
    taken = {index for guess in better for index in range(guess.start, guess.end)}
    if taken:
        guesses[:] = [guess for guess in guesses if taken.isdisjoint(range(guess.start, guess.end))]
        guesses.extend(better)


def _complete(doc: Doc, guesses: list[Found], free: set[int], words: NameWords) -> None:
    """Take in the first names that the model left out, and the names that it passed over."""
    for guess in guesses:
        is_single = guess.end - guess.start == 1 and words.kinds.get(doc[guess.start].text) is None
        if is_single and guess.label in ("ORG", "GPE") and guess.start - 1 in free:
            # "Cabral" behind "Ana".
            guess.label = "PERSON" if doc[guess.start - 1].text in words.given else guess.label
        if guess.label == "PERSON":
            guess.start = person_start(doc, guess.start, free, words)
            guess.end = person_end(doc, guess.end, free)
            free.difference_update(range(guess.start, guess.end))
        if guess.end in free and words.kinds.get(doc[guess.end].text) == "company_form":
            # "Tauron Polska Energia" before "SA".
            free.discard(guess.end)
            guess.end, guess.label, guess.weight = guess.end + 1, "ORG", 3
    for start, end in unseen_people(doc, free, words):
        guesses.append(Found(start, end, "PERSON"))
        free.difference_update(range(start, end))
    for start, end in unseen_companies(doc, free, words):
        guesses.append(Found(start, end, "ORG"))
        free.difference_update(range(start, end))
    guesses.extend(Found(*place) for place in unseen_cued(doc, free, words))
    # A dateline is read by its form; the model takes its capitals for anything.
    known = free.union(*(range(guess.start, guess.end) for guess in guesses))
    _put(guesses, [Found(*place, "GPE", weight=3) for place in datelines(doc) if known.issuperset(range(*place))])


def _counts(doc: Doc, hit: Hit, labels: dict[int, str], words: NameWords) -> bool:
    """Whether a hit that could be an ordinary word is a name here."""
    alias = hit.aliases[0]
    if hit.start > 0 and hit.end - hit.start == 1 and doc[hit.start - 1].text in words.cues["storm_cue"]:
        return False
    if alias.match == PREFIX:
        return hit.end < len(doc) and doc[hit.end].text in ("-", "–")
    if alias.match == GUARDED:
        token = doc[hit.start]
        if token.is_sent_start and hit.end < len(doc):
            following = doc[hit.end]
            if following.pos_ == "NOUN" and following.text not in words.cues["owned_cue"]:
                return False
        if labels.get(hit.start) in ("ORG", "PERSON", "GPE", "FAC", "PRODUCT"):
            return True
        return not token.is_sent_start and token.pos_ in ("PROPN", "") and not _in_title_case(doc, hit.start)
    if alias.match == NOUN:
        last = doc[hit.end - 1]
        return last.pos_ in ("NOUN", "PROPN") and doc[hit.start].pos_ != "VERB"
    return True


def _in_title_case(doc: Doc, index: int) -> bool:
    """Whether the words around begin with capitals anyway, as in a headline."""
    around = [doc[place] for place in range(max(0, index - 4), min(len(doc), index + 5)) if place != index]
    words = [token for token in around if token.is_alpha and token.pos_ not in _SMALL_IN_HEADLINES]
    return len(words) >= 2 and all(token.text[0].isupper() for token in words)


def _merged(doc: Doc, hits: list[Hit], guesses: list[Found], tables: EntityTables) -> list[Found]:
    by_token: dict[int, Hit] = {}
    for hit in hits:
        for index in range(hit.start, hit.end):
            by_token[index] = hit
    dropped: set[int] = set()
    kept: list[Found] = []
    for guess in guesses:
        inside: list[Hit] = []
        for index in range(guess.start, guess.end):
            covering = by_token.get(index)
            if covering is not None and (not inside or inside[-1] is not covering):
                inside.append(covering)
        if not inside:
            if guess.label in NAME_LABELS:
                kept.append(guess)
            continue
        if _guess_wins(doc, guess, inside, tables):
            kept.append(guess)
            dropped.update(hit.start for hit in inside)
        else:
            kept.extend(_rests(doc, guess, inside, tables))
    label_of = {index: guess.label for guess in guesses for index in range(guess.start, guess.end)}
    for hit in hits:
        if hit.start not in dropped:
            hit = _with_form(doc, hit, by_token, tables)
            kept.append(Found(hit.start, hit.end, _label(hit, tables), hit.aliases, label_of.get(hit.start)))
    return _without_overlaps(kept)


def _with_form(doc: Doc, hit: Hit, by_token: dict[int, Hit], tables: EntityTables) -> Hit:
    """ "Nippon Steel" with the "Corp." behind it."""
    if hit.end >= len(doc) or hit.end in by_token or tables.words.kinds.get(doc[hit.end].text) != "company_form":
        return hit
    if tables.entities[hit.aliases[0].entity_id].entity_type != "ORG" or hit.aliases[0].kind == "institution":
        return hit
    return Hit(hit.start, hit.end + 1, hit.aliases)


def _without_overlaps(found: list[Found]) -> list[Found]:
    found.sort(key=lambda item: (item.start, not item.aliases, item.start - item.end))
    kept: list[Found] = []
    for item in found:
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


def _label(hit: Hit, tables: EntityTables) -> str:
    alias = hit.aliases[0]
    if alias.kind == "demonym":
        return "NORP"
    entity_type = tables.entities[alias.entity_id].entity_type
    return _LABEL_OF.get(entity_type, entity_type)


def _guess_wins(doc: Doc, guess: Found, inside: list[Hit], tables: EntityTables) -> bool:
    """Whether the model's longer span is the name, rather than the table's names in it."""
    if guess.label not in _LONGER_WINS:
        return False
    if any(hit.start < guess.start or hit.end > guess.end for hit in inside):
        return False
    covered = {index for hit in inside for index in range(hit.start, hit.end)}
    rest = [doc[index] for index in range(guess.start, guess.end) if index not in covered]
    if not rest or any(hit.aliases[0].is_user for hit in inside):
        return False
    if guess.label not in NAME_LABELS:
        # An event or a work: what is named in it is named all the same, unless it is a title in capitals.
        return False
    # "Russia's Deep Sea Agency" is two names.
    first = inside[0]
    if first.start == guess.start and first.end < guess.end and doc[first.end].lower_ in ("'s", "’s"):
        return False
    # "Sydney Qantas Airways": a town, then a name of its own that the table knows.
    second = inside[1] if len(inside) > 1 and inside[1].start == first.end else None
    if second is not None and (first.aliases[0].kind, second.aliases[0].kind) == ("place", "name"):
        return _label(second, tables) != "ORG"
    # "Chinese Foreign Ministry" is two names: the state's and the ministry's.
    if len(inside) > 1 and any(hit.aliases[0].kind == "institution" for hit in inside):
        return False
    if in_capitals(doc, guess.start, guess.end):
        # "GHANA TOP GROUP": in a line of capitals the model sees no end of a name.
        return False
    named = [token for token in rest if token.text[0].isupper() and (token.is_alpha or is_initial(token))]
    if not named:
        return False
    types = {tables.entities[hit.aliases[0].entity_id].entity_type for hit in inside}
    if len(inside) > 1 and all(kind in _PLACES for kind in types) and guess.label in ("GPE", "NORP", "LOC"):
        return False
    if guess.label == "PERSON":
        if "PERSON" in types and inside[0].start == guess.start and _in_title_case(doc, guess.start):
            # "Putin Arrives": in a headline a capital says nothing of the word after a surname.
            return False
        if "PERSON" in types:
            return not any(hit.aliases[0].kind == "name" for hit in inside)
        if types <= _PLACES and first.start == guess.start and first.aliases[0].kind in ("demonym", "country"):
            # "Jordan Ayew", but not "Papua New Guinea Prime Minister".
            return doc[guess.start].text in tables.words.given and first.end == guess.start + 1
        return all(hit.end - hit.start < len(rest) + 1 for hit in inside) or types <= _PLACES
    if "PERSON" in types and guess.label == "ORG":
        return inside[-1].end < guess.end and len(inside) == 1
    if "COMMODITY" in types:
        return True
    return not types & {"FACILITY", "PROJECT"}


def _rests(doc: Doc, guess: Found, inside: list[Hit], tables: EntityTables) -> list[Found]:
    """What the model took together with a name of the table may hold another name ("Putin and Frank Chen")."""
    if guess.label not in ("PERSON", "ORG", "GPE"):
        return []
    found: list[Found] = []
    start = guess.start
    for end, following in [*((hit.start, hit.end) for hit in inside), (guess.end, guess.end)]:
        part = repaired(doc, start, end, guess.label, tables) if end - start >= 2 else None
        start = max(following, start)
        if part is None or part.end - part.start < 2:
            continue
        if all(doc[index].text[0].isupper() for index in range(part.start, part.end)):
            found.append(part)
    return found
