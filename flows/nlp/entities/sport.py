"""Teams: in fixtures, results and standings a town's name is its club.

Read line by line from the layout of such tables alone, so that prose is left as it is.
"""

import re
from collections.abc import Iterator

from spacy.tokens import Doc

from flows.nlp.entities.found import Found
from flows.nlp.entities.tables import EntityTables

_WORD = r"[A-Z][\w.'&-]*"
_NAME = rf"{_WORD}(?:[ ]{_WORD}){{0,3}}"
_FIXTURE = re.compile(rf"(?P<a>{_NAME}) v (?P<b>{_NAME})")
_STANDING = re.compile(rf"^(?:\d+\.\s+)?(?P<a>{_NAME})(?:\s+[-\d./½]+){{3,}}\s*$")
_RESULT = re.compile(rf"^(?P<a>{_NAME}) \d{{1,3}} (?P<b>{_NAME}) \d{{1,3}}\s*(?:\(.*)?$")
_AWAY = re.compile(r"^(?P<a>[A-Z][A-Z. ]{2,24}) AT [A-Z][A-Z. ]{2,24}$")
_LONGEST_LINE = 400
TEAM_WEIGHT = 5


def with_teams(doc: Doc, names: list[Found], tables: EntityTables) -> list[Found]:
    """``names`` with the teams of tables of sport in place of the towns they are called by."""
    teams = list(_teams(doc))
    if not teams:
        return names
    countries = {
        name.start
        for name in names
        if name.aliases and tables.entities[name.aliases[0].entity_id].sector in ("country", "constituent country")
    }
    teams = [team for team in teams if team.start not in countries]
    taken = {index for team in teams for index in range(team.start, team.end)}
    kept = [name for name in names if taken.isdisjoint(range(name.start, name.end))]
    known = {(name.start, name.end): name for name in names if name.aliases}
    for team in teams:
        name = known.get((team.start, team.end))
        is_known = name is not None and tables.entities[name.aliases[0].entity_id].entity_type == "ORG"
        kept.append(name if is_known and name is not None else team)
    return sorted(kept, key=lambda name: name.start)


def _teams(doc: Doc) -> Iterator[Found]:
    text = doc.text
    start = 0
    end_of_last = 0
    for line in text.splitlines(keepends=True):
        body = line.rstrip()
        if body and len(body) <= _LONGEST_LINE:
            for match in _matches(body):
                for group in ("a", "b"):
                    name = match.groupdict().get(group)
                    if name:
                        place = start + match.start(group)
                        span = doc.char_span(place, place + len(name.rstrip(".")))
                        if span is not None and span.start >= end_of_last:
                            end_of_last = span.end
                            yield Found(span.start, span.end, "ORG", weight=TEAM_WEIGHT)
        start += len(line)


def _matches(line: str) -> Iterator[re.Match[str]]:
    if " v " in line:
        yield from _FIXTURE.finditer(line)
        return
    last = line[-1]
    if last.isdigit() or last in ")-½":
        match = _STANDING.match(line) or _RESULT.match(line)
        if match is not None:
            yield match
    elif " AT " in line:
        match = _AWAY.match(line)
        if match is not None:
            yield match
