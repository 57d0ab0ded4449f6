"""The forms of lines that tell of matches: fixtures, results, standings, scorers, innings; words of reports."""

import re
from collections.abc import Iterable, Iterator

IF_NAMED = "ORG?"
"""A team only where a name is seen: "BOSTON AT CHICAGO", but not "FIRE AT SCHOOL"."""
_WORD = r"(?<!\w)(?:St\. |[A-Z]\.|[^\W\d_a-z][\w'&-]*)"
_NAME = rf"{_WORD}(?: {_WORD}){{0,3}}"
SCORE = re.compile(r"(?<![\d-])\d{1,3} ?- ?\d{1,3}(?![\d-])")
_FIXTURE = re.compile(rf"(?P<a>{_NAME}) v (?P<b>{_NAME})")
_STANDING = re.compile(rf"^(?:\d+\.\s+)?(?P<a>{_NAME})(?:\s+[-\d./½]+){{3,}}\s*$")
_RESULT = re.compile(rf"^(?P<a>{_NAME}) \d{{1,3}} (?P<b>{_NAME}) \d{{1,3}}\s*(?:[(.].*)?$")
_HEADLINE = re.compile(rf"^(?P<a>{_NAME}) \d{{1,2}}-\d{{1,2}} (?P<b>{_NAME})$")
_PAIR = re.compile(rf"(?P<a>{_NAME}) \d{{1,3}}, (?P<b>{_NAME}) \d{{1,3}}(?=[.;,(]|$)")
_AWAY = re.compile(rf"^(?P<a>{_NAME}) AT (?P<b>{_NAME})$")
_GROUND = re.compile(rf"^(?:At )?(?P<place>(?:The )?{_NAME}) ?:(?= )")
_INNINGS = re.compile(
    rf"(?:^|[:,.)] |\bv )(?P<a>{_NAME}) \d{{2,3}}(?:-\d{{1,2}})?(?= (?:and|v|\(|dec|for)|[ ]?[,.;(]|\s*$)"
)
_SECOND = re.compile(rf"\d v (?P<a>{_NAME})")
_POINTS = re.compile(rf"(?P<a>{_NAME}) \d{{1,2}} points? ?, (?P<b>{_NAME}) \d{{1,2}}\b")
_WON_BY = re.compile(rf"(?:^|[:.] )(?P<a>{_NAME}) (?:won|beat|lost|trail|lead|drew|need) ")
_FOR_AGAINST = re.compile(rf"\bfor (?P<a>{_NAME}) against (?P<b>{_NAME})")
_BRACKET = re.compile(r"\([^()]*\)")
_SCORERS = re.compile(rf"^(?P<a>{_NAME}) - (?P<p>{_NAME}) \(?\d")
_PERSON = re.compile(rf"(?P<p>{_WORD} {_NAME})(?= \(?\d)")


class SportWords:
    """Patterns made of the seed's words; a class so that they are compiled once."""

    __slots__ = ("after", "before", "owned")

    def __init__(self, cues: dict[str, set[str]]) -> None:
        verbs = _any(cues.get("match_verb_cue", ()))
        nouns = _any(cues.get("match_noun_cue", ()))
        roles = _any(cues.get("team_role_cue", ()))
        score = r"\d{1,3} ?- ?\d{1,3}"
        to = "(?:at|to|over|against|by|with|from)"
        self.before = re.compile(rf"(?P<a>{_NAME}) (?:have |had |were |was )?(?:{verbs})\b")
        self.after = re.compile(
            rf"\b(?:(?:{verbs}) (?:{to} |{score} {to} |{score} )?|(?:{nouns}) {to} |{score} (?:{nouns} )?{to} )"
            rf"(?:(?:home|visitors|hosts|champions|leaders) )?(?P<a>{_NAME})"
        )
        self.owned = re.compile(rf"(?P<a>{_NAME})(?:['’]s?)? (?:{roles})\b")

    def reported(self, line: str) -> Iterator[re.Match[str]]:
        """Places of a line that a report of a match would put a team in, as groups."""
        if " for " in line and " against " in line:
            yield from _FOR_AGAINST.finditer(line)
        if SCORE.search(line):
            for pattern in (self.before, self.after, self.owned):
                yield from pattern.finditer(line)


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True)) or "(?!)"


def tabular(line: str) -> Iterator[tuple[str, int, int]]:
    """Label and place of the names that the form of a line of results tells."""
    if " v " in line:
        for match in _FIXTURE.finditer(line):
            yield from _groups(match, "ORG", "a", "b")
    ground = _GROUND.match(line)
    last = line[-1]
    if ground is not None and (" v " in line or SCORE.search(line) or "(" in line or " points" in line):
        if " v " not in line and _INNINGS.search(line) is None and _WON_BY.search(line) is None:
            return
        yield from _groups(ground, "GPE", "place")
        for bracket in _BRACKET.finditer(line):
            for match in _PERSON.finditer(line, bracket.start(), bracket.end()):
                yield from _groups(match, "PERSON", "p")
        for pattern in (_INNINGS, _WON_BY, _SECOND):
            for match in pattern.finditer(line):
                yield from _groups(match, "ORG", "a")
    elif last.isdigit() or last in ")-½." or " (" in line:
        for pattern in (_STANDING, _RESULT, _HEADLINE):
            whole = pattern.match(line)
            if whole is not None:
                yield from _groups(whole, "ORG", "a", "b")
                break
    if " points" in line:
        for match in _POINTS.finditer(line):
            yield from _groups(match, "ORG", "a", "b")
    away = _AWAY.match(line) if " AT " in line else None
    if away is not None:
        yield from _groups(away, IF_NAMED, "a", "b")
    if last.isdigit() or ", " in line:
        for match in _PAIR.finditer(line):
            yield from _groups(match, IF_NAMED, "a", "b")
    scorers = _SCORERS.match(line)
    if scorers is not None:
        yield from _groups(scorers, "ORG", "a")
        for match in _PERSON.finditer(line, scorers.start("p")):
            yield from _groups(match, "PERSON", "p")


def _groups(match: re.Match[str], label: str, *groups: str) -> Iterator[tuple[str, int, int]]:
    for group in groups:
        name = match.groupdict().get(group)
        if name:
            yield label, match.start(group), match.start(group) + len(name.rstrip("."))
