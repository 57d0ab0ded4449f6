"""The model's guesses with their edges trimmed and their kinds corrected; what is no name is dropped."""

from spacy.tokens import Doc

from flows.nlp.entities.found import Found
from flows.nlp.entities.shape import NameWords, cued_label, told_label
from flows.nlp.entities.tables import EntityTables

NAME_LABELS = frozenset(("PERSON", "ORG", "GPE", "LOC", "FAC", "LAW", "NORP"))
_TRIMMED_LABELS = frozenset(("PERSON", "ORG", "GPE", "LOC"))
_TITLED = frozenset(("ORG", "GPE", "FAC"))
_TITLE_KINDS = frozenset(("honorific", "honorific_kept", "office", "monarch", "modifier"))


def repaired(doc: Doc, start: int, end: int, label: str, tables: EntityTables) -> Found | None:
    """A guess of the model with its edges trimmed, or None where it is no name."""
    start, end = _trimmed(doc, start, end, label, tables)
    if start >= end:
        return None
    end = _glued_end(doc, end)
    first, last = doc[start], doc[end - 1]
    if start > 0 and label in _TITLED and _is_titled(doc, start - 1, end, label, tables):
        label = "PERSON"
    text = doc[start:end].text
    lower = text.lower()
    if lower in tables.drops or not any(character.isalpha() for character in text):
        return None
    if (
        label in NAME_LABELS
        and label != "NORP"
        and not any(doc[index].text[0].isupper() for index in range(start, end))
    ):
        return None
    if "\n" in text:
        return None
    if label in ("PERSON", "ORG", "GPE") and _is_storm(doc, start, tables.words):
        return None
    if end - start == 1 and (first.like_num or (len(text) == 1)):
        return None
    if last.is_digit and label in ("PERSON", "GPE"):
        return None
    told = told_label(doc, start, end, label, tables.words) if label != "LAW" else label
    return Found(start, end, cued_label(doc, start, end, told, tables.words)) if told is not None else None


def _glued_end(doc: Doc, end: int) -> int:
    """ "Mazar" before "-i-Sharif", "Jamaat" before "-e-Islami"."""
    if end + 3 >= len(doc) or doc[end].text != "-" or doc[end + 2].text != "-" or len(doc[end + 1]) > 3:
        return end
    is_one_word = not any(doc[index].whitespace_ for index in range(end - 1, end + 3))
    return end + 4 if is_one_word and doc[end + 1].text.islower() and doc[end + 3].text[0].isupper() else end


def _is_storm(doc: Doc, start: int, words: NameWords) -> bool:
    """ "Hurricane Milton", whether or not the model took the storm in."""
    storms = words.cues["storm_cue"]
    return doc[start].text in storms or (start > 0 and doc[start - 1].text in storms)


def _trimmed(doc: Doc, start: int, end: int, label: str, tables: EntityTables) -> tuple[int, int]:
    while start < end and (doc[end - 1].lower_ in tables.trims_right or not _has_letters(doc[end - 1].text)):
        if doc[end - 1].is_digit:
            break
        end -= 1
    while start < end and (doc[start].lower_ in tables.trims_left or not _has_letters(doc[start].text)):
        if doc[start].is_digit:
            break
        if doc[start].text[0].isupper() and doc[start].lower_ not in ("the", "a", "an") and doc[start].is_alpha:
            break
        start += 1
    # "Van province", "Anadolu news agency": common nouns behind a name are no part of it.
    while end - start > 1 and doc[end - 1].text.islower() and label in _TRIMMED_LABELS:
        end -= 1
    if label == "PERSON" or _is_titled(doc, start, end, label, tables):
        return _without_titles(doc, start, end, tables)
    return start, _before_office(doc, start, end, tables)


def _is_titled(doc: Doc, start: int, end: int, label: str, tables: EntityTables) -> bool:
    """ "Bishop Rolando Alvarez" taken for an organisation: a title that opens no other names, then a name."""
    if (
        label not in _TITLED
        or end - start < 2
        or doc[start].text in tables.words.cues["shared_title_cue"]
        or not doc[start].is_title
    ):
        return False
    row = tables.titles.get(doc[start].text.lower())
    if row is None or row.kind not in ("honorific", "office"):
        return False
    kinds = tables.words.kinds
    names = range(start + 1, end)
    return all(doc[index].text[0].isupper() and kinds.get(doc[index].text) is None for index in names)


def _before_office(doc: Doc, start: int, end: int, tables: EntityTables) -> int:
    """ "Kazakh Energy" before "Minister": where the title of an office begins, the name has ended."""
    if end >= len(doc) or doc[end].lower_ not in tables.office_ends:
        return end
    for place in range(max(start, end - 3), end):
        if doc[place : end + 1].text.lower() in tables.titles:
            return place
    return end


def _has_letters(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _without_titles(doc: Doc, start: int, end: int, tables: EntityTables) -> tuple[int, int]:
    """ "Russian President Vladimir Putin" is "Vladimir Putin", as far as the model took the title in."""
    moved = True
    while moved and end - start > 1:
        moved = False
        for width in (3, 2, 1):
            if end - start <= width:
                continue
            row = tables.titles.get(doc[start : start + width].text.lower())
            if row is not None and row.kind in _TITLE_KINDS:
                start += width
                moved = True
                break
        else:
            if doc[start].lower_ in tables.demonyms and doc[start].lower_ != "israel":
                start += 1
                moved = True
    while end - start > 1:
        row = tables.titles.get(doc[end - 1].text.lower())
        if row is None or row.kind != "office":
            break
        end -= 1
    return start, end
