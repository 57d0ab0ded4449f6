"""Rules for expressions that name a day, month, quarter, half, season or year."""

import re
from datetime import date

from flows.nlp.periods.calendar import SEASON_MONTHS
from flows.nlp.periods.grammar import Node, Run, rule
from flows.nlp.periods.words import safe_date

# What may follow a month, day, quarter or half to name its year.
YEAR = (
    r"(?:(?P<y>,?f?t?(?:u(?=y))?y(?![-/]y|[-/]d(?!\d)))|(?P<ry>[fI]?t?[TRN](?P<ru>u))|(?P<ty>ft(?P<tu>u))|(?P<fy>f?Y))?"
)
SHIFTS = {"T": 0, "R": -1, "N": 1}


def with_year(run: Run, match: re.Match[str], node: Node) -> Node | None:
    """Give a calendar node the year that ``YEAR`` matched; without one its year stays open."""
    if match["y"]:
        node.year = run.number(match.end("y") - 1)
    elif match["ry"] or match["ty"]:
        group = "ru" if match["ry"] else "tu"
        if run.word(match.start(group)) != "year":
            node.last = match.start("ry" if match["ry"] else "ty")
            return node
        node.year_shift = 0
        if match["ry"]:
            node.year_shift = SHIFTS[run.codes[match.start("ru") - 1]]
            if run.word(match.start("ru") - 1) in ("previous", "following"):
                node.lean = "context"
    elif match["fy"]:
        node.year = run.number(match.end("fy") - 1)
    node.last = match.end()
    return node


def _day_in(run: Run, match: re.Match[str], month: int, first: int, last: int) -> Node | None:
    low, high = run.number(first), run.number(last)
    if not 1 <= low <= high <= 31 or safe_date(2024, month, low) is None or safe_date(2024, month, high) is None:
        return None
    node = Node(match.start(), match.end(), "calendar", "day", low=(month, low), high=(month, high))
    if low != high:
        node.granularity = "span"
    if run.codes[match.start()] in "wW":
        node.weekday = run.number(match.start())
    return with_year(run, match, node)


@rule(rf"(?:[wW]x?,?\(?)?(?P<m>m)t?(?P<d>[do])(?:[->](?P<e>[do])(?!u))?\)?{YEAR}", "wWm")
def month_day(run: Run, match: re.Match[str]) -> Node | None:
    """May 17 · Friday, May 17, 2024 · May 17-21."""
    return _day_in(run, match, run.number(match.start("m")), match.start("d"), match.start("e" if match["e"] else "d"))


@rule(rf"(?P<m>m)(?P<d>[do])(?:,[do])*&(?P<e>[do]){YEAR}", "m")
def month_days(run: Run, match: re.Match[str]) -> Node | None:
    """May 17 and 18."""
    return _day_in(run, match, run.number(match.start("m")), match.start("d"), match.start("e"))


@rule(rf"(?:[wW]x?,?\(?)?t?(?P<d>[do])(?:(?:[->&](?P<e>[do]))?)f?(?P<m>m)\)?{YEAR}", "wWtdo")
def day_month(run: Run, match: re.Match[str]) -> Node | None:
    """17 May · the 17th of May 2024 · 17-21 May · 17 to 21 May."""
    return _day_in(run, match, run.number(match.start("m")), match.start("d"), match.start("e" if match["e"] else "d"))


@rule(rf"(?P<d>[do])(?:,[do])+(?:,?&)(?P<e>[do])f?(?P<m>m){YEAR}", "do")
def days_month(run: Run, match: re.Match[str]) -> Node | None:
    """9, 10 and 11 June."""
    return _day_in(run, match, run.number(match.start("m")), match.start("d"), match.start("e"))


@rule(r"y(?P<s>[-/])(?P<m>[dm])(?P=s)(?P<d>d)", "y")
def iso_day(run: Run, match: re.Match[str]) -> Node | None:
    """2024-05-17, where the tokenizer cut it."""
    day = safe_date(run.number(match.start()), run.number(match.start("m")), run.number(match.start("d")))
    return Node(match.start(), match.end(), "fixed", "day", start=day, end=day) if day else None


@rule(r"(?P<a>[dm])-(?P<b>[dm])-y|dmy", "dm")
def cut_day(run: Run, match: re.Match[str]) -> Node | None:
    """17-05-2024, 17-May-2024, where the tokenizer cut it."""
    year = run.number(match.end() - 1)
    if not match["a"]:
        day = safe_date(year, run.number(match.start() + 1), run.number(match.start()))
        return Node(match.start(), match.end(), "fixed", "day", start=day, end=day) if day else None
    a, b = run.number(match.start("a")), run.number(match.start("b"))
    day_first = None if run.codes[match.start("a")] == "m" else safe_date(year, b, a)
    month_first = None if run.codes[match.start("b")] == "m" else safe_date(year, a, b)
    if day_first and month_first and day_first != month_first:
        return Node(match.start(), match.end(), "either", "day", start=day_first, end=month_first)
    day = day_first or month_first
    return Node(match.start(), match.end(), "fixed", "day", start=day, end=day) if day else None


@rule(r"i", "i")
def whole_date(run: Run, match: re.Match[str]) -> Node | None:
    value = run.atoms[match.start()].value
    if isinstance(value, tuple) and isinstance(value[0], date) and isinstance(value[1], date):
        return Node(match.start(), match.end(), "either", "day", start=value[0], end=value[1])
    if not isinstance(value, date):
        return None
    return Node(match.start(), match.end(), "fixed", "day", start=value, end=value)


@rule(rf"(?P<m>m){YEAR}", "m")
def month(run: Run, match: re.Match[str]) -> Node | None:
    """May · May 2024 · May last year."""
    number = run.number(match.start())
    node = Node(match.start(), match.end(), "calendar", "month", low=(number, 1), high=(number, 31))
    node.is_bare = match.end() == match.start() + 1
    return with_year(run, match, node)


@rule(r"y,?-?m", "y")
def year_month(run: Run, match: re.Match[str]) -> Node | None:
    """2016 June."""
    number = run.number(match.end() - 1)
    node = Node(match.start(), match.end(), "calendar", "month", low=(number, 1), high=(number, 31))
    node.year = run.number(match.start())
    return node


@rule(r"d[-/]y(?![-/])", "d")
def month_number(run: Run, match: re.Match[str]) -> Node | None:
    """11/2016, where the tokenizer cut it."""
    number = run.number(match.start())
    if number > 12:
        return None
    year = run.number(match.end() - 1)
    return Node(match.start(), match.end(), "calendar", "month", low=(number, 1), high=(number, 31), year=year)


@rule(r"y(?P<s>[-/])d(?![-/])", "y")
def year_and_next(run: Run, match: re.Match[str]) -> Node | None:
    """2023-24, 2023/24; 2024-05 is a month."""
    year, number = run.number(match.start()), run.number(match.end() - 1)
    text = run.atoms[match.end() - 1].text
    if len(text) == 2 and (year + 1) % 100 == number:
        return Node(match.start(), match.end(), "two_years", "season", year=year)
    if number <= 12:
        node = Node(match.start(), match.end(), "calendar", "month", low=(number, 1), high=(number, 31), year=year)
        return node if len(text) == 2 or match["s"] == "/" else None
    if year % 100 < number and match["s"] == "-":
        return _years(match, year, year // 100 * 100 + number)
    return None


@rule(r"y[-/][yn]", "y")
def year_to_year(run: Run, match: re.Match[str]) -> Node | None:
    """2020-2025, 2024/2025."""
    first, last = run.number(match.start()), run.number(match.end() - 1)
    if run.codes[match.end() - 1] == "n":
        last += first // 100 * 100 if last < 100 else 0
    if run.codes[match.start() + 1] == "/":
        return Node(match.start(), match.end(), "two_years", "season", year=first) if last == first + 1 else None
    return _years(match, first, last) if first < last <= first + 200 else None


def _years(match: re.Match[str], first: int, last: int) -> Node:
    start, end = safe_date(first, 1, 1), safe_date(last, 12, 31)
    return Node(match.start(), match.end(), "fixed", "span", start=start, end=end)


@rule(r"(?:t?u)?y", "tuy")
def year(run: Run, match: re.Match[str]) -> Node | None:
    """2023 · the year 2023."""
    is_named = match.end() > match.start() + 1
    if is_named and run.word(match.end() - 2) != "year":
        return None
    number = run.number(match.end() - 1)
    node = Node(match.start(), match.end(), "calendar", "year", low=(1, 1), high=(12, 31), year=number)
    node.is_bare = not is_named
    return node


@rule(rf"q(?:/(?P<f>y))?{YEAR}", "q")
def quarter_label(run: Run, match: re.Match[str]) -> Node | None:
    """Q1 2024 · 1Q24 · H1 · 9M 2024."""
    value = run.atoms[match.start()].value
    if not isinstance(value, tuple) or not isinstance(value[0], int):
        return None
    first, last = divmod(value[0], 100)
    granularity = {1: "month", 3: "quarter", 6: "half"}.get(last - first + 1, "span")
    node = Node(match.start(), match.end(), "calendar", granularity, low=(first, 1), high=(last, 31))
    if match["f"]:
        node.year, node.last = run.number(match.start("f")), match.end("f")
        return node
    if isinstance(value[1], int):
        node.year, node.last = value[1], match.start() + 1
        return node
    return with_year(run, match, node)


@rule(r"y,?(?P<q>q)", "y")
def year_quarter_label(run: Run, match: re.Match[str]) -> Node | None:
    """2016 Q3."""
    node = quarter_label(run, re.compile(rf"q(?:/(?P<f>y))?{YEAR}").match(run.codes, match.start("q")))  # type: ignore[arg-type]
    if node is None or node.year is not None or node.year_shift is not None:
        return None
    node.first, node.year = match.start(), run.number(match.start())
    return node


_QUARTERS = {"quarter": 3, "half": 6}


@rule(rf"(?:y,?)?t?(?P<o>[oR])-?(?P<n>[cdn])?-?(?P<u>u)(?:'?F(?:u(?!y))?)?{YEAR}", "ytoR")
def ordinal_unit(run: Run, match: re.Match[str]) -> Node | None:
    """The first quarter of 2024 · first half · the first four months of this year · last quarter of 2023."""
    unit, place = run.word(match.start("u")), match.start("o")
    rank = run.number(place)
    if run.codes[place] == "R" and (
        run.word(place) not in ("final", "last") or not (match["y"] or match["ry"] or match["ty"])
    ):
        return None
    is_last = run.codes[place] == "R"
    count = run.number(match.start("n")) if match["n"] else 0
    if unit in _QUARTERS and not count:
        length = _QUARTERS[unit]
        rank = 12 // length if is_last else rank
        first, last = (rank - 1) * length + 1, rank * length
        granularity = unit
    elif unit == "month" and (count or not is_last) and (count or match["y"] or match["ry"] or match["ty"]):
        count = count or 1
        if not is_last and rank != 1 and match["n"]:
            return None
        first, last = (13 - count, 12) if is_last else (1, count) if match["n"] else (rank, rank)
        granularity = "span" if count > 1 else "month"
    elif unit in _QUARTERS and count:
        first, last = (13 - count * _QUARTERS[unit], 12) if is_last else (1, count * _QUARTERS[unit])
        granularity = "span"
    else:
        return None
    if not 1 <= first <= last <= 12:
        return None
    node = Node(match.start(), match.end(), "calendar", granularity, low=(first, 1), high=(last, 31))
    if run.codes[match.start()] == "y":
        if match["y"] or match["ry"] or match["ty"]:
            return None
        node.year = run.number(match.start())
        return node
    return with_year(run, match, node)


@rule(r"(?P<s>t?s)(?:f?(?:y(?:[-/]d)?|(?P<r>[TRN])(?P<u>u)))?|(?P<l>t?[TRN]s)", "tsTRN")
def season(run: Run, match: re.Match[str]) -> Node | None:
    """Summer 2023 · the winter of 2023/24 · last spring."""
    if match["l"]:
        first, last = SEASON_MONTHS[run.word(match.end() - 1)]
        node = Node(match.start(), match.end(), "calendar", "season", low=(first, 1), high=(last, 31))
        node.lean = {"T": "this", "R": "last", "N": "next"}[run.codes[match.end() - 2]]
        return node
    first, last = SEASON_MONTHS[run.word(match.end("s") - 1)]
    node = Node(match.start(), match.end(), "calendar", "season", low=(first, 1), high=(last, 31))
    if match["r"]:
        if run.word(match.start("u")) != "year":
            return None
        node.year_shift = SHIFTS[match["r"]]
    elif "y" in match[0]:
        node.year = run.number(match.start() + match[0].index("y"))
        if first > last and "/" not in match[0] and "-" not in match[0]:
            node.year -= 1  # "winter 2023" ends in 2023
    else:
        node.is_bare = True
    return node
