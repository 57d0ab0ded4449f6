"""Teams: in fixtures, results, standings and reports of matches a town's name is its club.

Read line by line from the form of such lines, so that other prose is left as it is.
"""

from collections.abc import Iterator

from spacy.tokens import Doc

from flows.nlp.entities.found import Found
from flows.nlp.entities.matches import IF_NAMED, SCORE, tabular
from flows.nlp.entities.shape import is_name_token
from flows.nlp.entities.tables import EntityTables

TEAM_WEIGHT = 5
_LONGEST_LINE = 600
_INSIDE = frozenset(("in", "near", "of"))


def with_teams(doc: Doc, names: list[Found], tables: EntityTables) -> list[Found]:
    """``names`` with the teams of matches in place of the towns they are called by, and the players of tables."""
    read = [*_teams(doc, names, tables), *_entrants(doc, names, tables)]
    if not read:
        return names
    countries = {
        name.start
        for name in names
        if name.aliases and tables.entities[name.aliases[0].entity_id].sector in ("country", "constituent country")
    }
    teams: list[Found] = []
    taken: set[int] = set()
    for team in sorted(read, key=lambda item: item.start):
        places = range(team.start, team.end)
        if team.start not in countries and taken.isdisjoint(places):
            taken.update(places)
            teams.append(team)
    kept = [name for name in names if taken.isdisjoint(range(name.start, name.end))]
    known = {(name.start, name.end): name for name in names if name.aliases}
    for team in teams:
        name = known.get((team.start, team.end))
        is_known = name is not None and tables.entities[name.aliases[0].entity_id].entity_type == "ORG"
        kept.append(name if is_known and name is not None else team)
    return sorted(kept, key=lambda name: name.start)


def _teams(doc: Doc, names: list[Found], tables: EntityTables) -> Iterator[Found]:
    text = doc.text
    towns: dict[tuple[int, int], Found] | None = None
    words = tables.sport_words
    starts = {name.start for name in names if name.label in ("GPE", "LOC", "ORG")}
    is_sport = SCORE.search(text) is not None
    start = 0
    for line in text.splitlines(keepends=True):
        body = line.rstrip().removesuffix(" .")
        if not body:
            start += len(line)
            continue
        if len(body) <= _LONGEST_LINE:
            for label, first, last in tabular(body):
                span = doc.char_span(start + first, start + last)
                if span is None or (label == IF_NAMED and span.start not in starts):
                    continue
                yield Found(span.start, span.end, "ORG" if label == IF_NAMED else label, weight=TEAM_WEIGHT)
        if is_sport:
            if towns is None:
                towns = _towns(doc, names)
            for match in words.reported(body):
                for group in match.re.groupindex:
                    place = start + match.start(group), start + match.end(group)
                    town = towns.get(place)
                    if town is not None and (town.start == 0 or doc[town.start - 1].lower_ not in _INSIDE):
                        yield Found(town.start, town.end, "ORG", weight=TEAM_WEIGHT)
        start += len(line)


def _entrants(doc: Doc, names: list[Found], tables: EntityTables) -> Iterator[Found]:
    """ "Jaco Prinsloo (South Africa)": in results the name before a country in brackets is a person's."""
    by_end = {name.end: name for name in names}
    for name in names:
        end = name.start - 1
        if end < 2 or doc[end].text != "(" or name.end >= len(doc) or doc[name.end].text != ")":
            continue
        if not name.aliases or tables.entities[name.aliases[0].entity_id].sector != "country" or name.label == "NORP":
            continue
        start = end
        while start > 0 and end - start < 4 and is_name_token(doc[start - 1]):
            start -= 1
        while start < end and not doc[start].text[0].isupper():
            start += 1
        known = by_end.get(end)
        if end - start < 2 or (known is not None and (known.aliases or known.start < start)):
            continue
        if any(tables.words.kinds.get(doc[index].text) is not None for index in range(start, end)):
            continue
        if known is None or known.label != "ORG" or known.start != start or doc[start].text in tables.words.given:
            yield Found(start, end, "PERSON", weight=TEAM_WEIGHT)


def _towns(doc: Doc, names: list[Found]) -> dict[tuple[int, int], Found]:
    """Towns by where they stand in the text: what a match may make a team."""
    return {
        (doc[name.start].idx, doc[name.end - 1].idx + len(doc[name.end - 1])): name
        for name in names
        if name.label in ("GPE", "LOC") and (not name.aliases or name.aliases[0].kind == "place")
    }
