"""Makes one document agree with itself: a name keeps its kind, wherever it stands in the document.

The model guesses each place anew; here the places of one name vote, those with better evidence counting more. Names
then also mark the places that the model passed over, and the words of headlines in capitals.
"""

from collections import Counter

from spacy.strings import get_string_id
from spacy.tokens import Doc

from flows.nlp.entities.found import Found
from flows.nlp.entities.shape import LOCATIVE, in_capitals
from flows.nlp.entities.sport import TEAM_WEIGHT
from flows.nlp.entities.tables import EntityTables

_HELD_IN = frozenset(
    (
        "stake",
        "share",
        "interest",
        "confidence",
        "stock",
        "investment",
        "invest",
        "trust",
        "believe",
        "partner",
        "faith",
    )
)
_TITLES = frozenset(("honorific", "office", "monarch"))


def agreed(doc: Doc, names: list[Found], tables: EntityTables) -> list[Found]:
    """``names`` with kinds made equal, and with the places added where a name stands again."""
    if len(names) < 2:
        return names
    votes = _votes(doc, names, tables)
    for name in names:
        label = _elected(doc, name, votes)
        if label is not None and label != name.label:
            name.label, name.aliases = label, ()
    names = _headlines(doc, names)
    return _repeated(doc, names)


def _votes(doc: Doc, names: list[Found], tables: EntityTables) -> dict[str, Counter[str]]:
    votes: dict[str, Counter[str]] = {}
    for name in names:
        text = doc[name.start : name.end].text
        weight = name.weight
        if name.label == "PERSON" and name.start > 0:
            row = tables.titles.get(doc[name.start - 1].lower_)
            if row is not None and row.kind in _TITLES:
                weight += 2
        if _stands_in(doc, name):
            votes.setdefault(text, Counter())["GPE"] += 2
        if not name.aliases or weight >= TEAM_WEIGHT:
            votes.setdefault(text, Counter())[name.label] += weight
        if name.end - name.start > 1 and name.label in ("PERSON", "ORG"):
            part = doc[name.end - 1].text if name.label == "PERSON" else doc[name.start].text
            votes.setdefault(part, Counter())[name.label] += 2
    return votes


def _stands_in(doc: Doc, name: Found) -> bool:
    """ "in Doboj", but not "a stake in Zenith"."""
    if name.start < 1 or name.aliases or name.label == "FAC" or name.end - name.start > 2:
        return False
    if doc[name.start - 1].lower_ not in ("in", "near"):
        return False
    return name.start < 2 or doc[name.start - 2].lemma_.lower() not in _HELD_IN


def _elected(doc: Doc, name: Found, votes: dict[str, Counter[str]]) -> str | None:
    text = doc[name.start : name.end].text
    counted = votes.get(text)
    if counted is None and text.isupper() and len(text) > 3:
        # "SURREY CLOSE IN ON TITLE" is of the Surrey below.
        counted = votes.get(text.title())
    if counted is None:
        return None
    label, weight = counted.most_common(1)[0]
    if not name.aliases:
        return label
    # A town keeps its name, unless a table of sport in this document says that it is a team.
    if name.aliases[0].kind == "place" and label == "ORG" and weight >= TEAM_WEIGHT and name.label in ("GPE", "LOC"):
        is_place = name.start > 0 and doc[name.start - 1].lower_ in LOCATIVE
        return None if is_place else label
    return None


def _headlines(doc: Doc, names: list[Found]) -> list[Found]:
    """In a line of capitals the model guesses badly: what the rest of the document does not confirm goes."""
    kept = [name for name in names if name.aliases or not in_capitals(doc, name.start, name.end)]
    if len(kept) == len(names):
        return names
    known = {
        doc[name.start : name.end].text.upper(): name for name in kept if not in_capitals(doc, name.start, name.end)
    }
    for name in names:
        if not name.aliases and in_capitals(doc, name.start, name.end):
            same = known.get(doc[name.start : name.end].text)
            if same is not None:
                kept.append(Found(name.start, name.end, same.label, same.aliases))
    return sorted(kept, key=lambda name: name.start)


def _repeated(doc: Doc, names: list[Found]) -> list[Found]:
    """Single words that were a name in one place are one where the model passed over them as well."""
    wanted: dict[int, Found] = {}
    for name in names:
        if name.end - name.start == 1 and not name.aliases and name.label in ("ORG", "PERSON", "GPE"):
            text = doc[name.start].text
            if len(text) > 3 and text[0].isupper():
                wanted[get_string_id(text)] = name
    if not wanted:
        return names
    taken = {index for name in names for index in range(name.start, name.end)}
    added = [
        Found(index, index + 1, wanted[orth].label)
        for index, orth in enumerate(doc.to_array("ORTH").tolist())
        if orth in wanted and index not in taken and doc[index].pos_ in ("PROPN", "")
    ]
    return sorted([*names, *added], key=lambda name: name.start) if added else names
