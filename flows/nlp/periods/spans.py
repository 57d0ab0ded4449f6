"""Rules for parts of a span, spans named by their end, decades, fiscal years, feasts and times of day."""

import re

from flows.nlp.periods.absolute import SHIFTS, YEAR
from flows.nlp.periods.grammar import CLOCK_UNITS, Node, Run, node_at, rule

_YEAR_AFTER = re.compile(YEAR)


@rule(r"t?(?P<d>[do])(?:[->&](?P<e>[do]))?[fI]?t?(?P<r>[TRN])(?P<u>u)", "tdo")
def day_of_that_month(run: Run, match: re.Match[str]) -> Node | None:
    """The 20th of next month · 4 to 22 this month."""
    if run.word(match.start("u")) != "month" or (run.codes[match.start("d")] == "d" and not match["e"]):
        return None
    first = run.number(match.start("d"))
    last = run.number(match.start("e")) if match["e"] else first
    if not run.atoms[match.start("d")].text[0].isdigit() and "f" not in match[0]:
        return None  # "a third this month"
    if not 1 <= first <= last <= 31 or run.word(match.start("r")) in ("previous", "following"):
        return None
    inner = Node(match.start(), match.end(), "shifted", "month", unit="month", shift=SHIFTS[match["r"]])
    granularity = "day" if first == last else "span"
    return Node(match.start(), match.end(), "ordinal", granularity, unit="date", shift=first, count=last, inner=inner)


@rule(r"t?(?P<o>[oR])(?P<n>[cdnv]f?)?(?P<u>[uw])[fI]t?(?P<i>.)", "toR")
def ordinal_of(run: Run, match: re.Match[str]) -> Node | None:
    """The first two weeks of May · the last day of 2023 · the third Friday of July."""
    place = match.start("o")
    is_last = run.codes[place] == "R"
    inner_place = match.start("i") - (run.codes[match.start("i") - 1] == "t")
    inner = node_at(run.inside(), inner_place)
    if inner is None or inner.form in ("time", "vague", "counted", "day_of_month") or inner.granularity == "day":
        return None
    if is_last and run.word(place) not in ("last", "final"):
        return None
    node = Node(match.start(), inner.last, "ordinal", "day", inner=inner)
    node.shift = -1 if is_last else run.number(place)
    if run.codes[match.start("u")] == "w":
        node.weekday = run.number(match.start("u"))
        return None if match["n"] else node
    if match["n"] and (run.codes[match.start("n")] == "v" or node.shift not in (1, -1)):
        return None
    node.unit, node.granularity = run.word(match.start("u")), run.word(match.start("u"))
    node.count = run.number(match.start("n")) if match["n"] else 1
    if node.unit not in ("day", "week", "month", "year", "decade", "quarter", "half"):
        return None
    if not match["n"] and run.atoms[match.start("u")].text.lower().endswith("s"):
        return None
    if node.count > 1:
        node.granularity = "span"
    return node


@rule(r"(?P<x>[LB])I?(?:[TR]u|tu)", "LB")
def part_so_far(run: Run, match: re.Match[str]) -> Node | None:
    """Later this month · earlier this year."""
    inner = node_at(run.inside(), match.start() + 1 + (run.codes[match.start() + 1] == "I"))
    word = run.atoms[match.start()].text.lower()
    if inner is None or inner.form != "shifted" or inner.granularity == "day" or word not in ("later", "earlier"):
        return None
    inner.first, inner.part, inner.is_bare = match.start(), word, False
    return inner


@rule(r"t?P-?(?:ft?)?(?P<i>.)", "tP")
def part_of(run: Run, match: re.Match[str]) -> Node | None:
    """Early 2024 · mid-May · the end of last year · the rest of the week."""
    place = match.start() + match[0].index("P")
    if run.word(place) in ("start", "rest", "course") and run.codes[place + 1] not in "f-t":
        return None  # "beginning May 5" is a preposition
    inner = None
    for start in range(place + 1, match.start("i") + 1):
        if run.codes[start] == "-" or run.codes[start] == "f":
            continue
        inner = node_at(run.inside(), start)
        if inner is not None:
            break
        if run.codes[start] != "t":
            break
    if inner is None or inner.form in ("time", "vague") or (inner.granularity == "day" and inner.form != "same"):
        return None
    node = inner
    node.part = run.word(place) if not node.part else node.part
    node.first, node.is_bare = match.start(), False
    return node


@rule(r"t?u-P|P-u(?!y)", "tuP")
def unit_end(run: Run, match: re.Match[str]) -> Node | None:
    """Year-end · end-month."""
    unit, part = "", ""
    for place in range(match.start(), match.end()):
        if run.codes[place] == "u":
            unit = run.word(place)
        elif run.codes[place] == "P":
            part = run.word(place)
    if unit not in ("year", "month", "quarter", "week", "decade", "century"):
        return None
    following = _YEAR_AFTER.match(run.codes, match.end())
    node = Node(match.start(), match.end(), "shifted", unit, unit=unit, part=part)
    if unit == "year" and following and following["y"]:
        number = run.number(following.end("y") - 1)
        node = Node(
            match.start(), following.end(), "calendar", "year", low=(1, 1), high=(12, 31), year=number, part=part
        )
    return node


@rule(r"1G(?:f?[Tt]u)?|t?u-?>-?X|X", "1tuX")
def until_now(run: Run, match: re.Match[str]) -> Node | None:
    """So far this year · year-to-date · YTD."""
    unit = "year"
    for place in range(match.start(), match.end()):
        if run.codes[place] == "u":
            unit = run.word(place)
    if match[0] == "1G" or (match[0] == "X" and run.word(match.start()) != "ytd") or unit in CLOCK_UNITS:
        return None
    inner = Node(match.start(), match.end(), "shifted", unit, unit=unit)
    return Node(match.start(), match.end(), "until_now", "span", inner=inner, role="over")


@rule(r"t?(?P<n>[cdn])?F?(?P<u>u)(?:[>e]|e[>I])t?(?P<i>[mwdoyitP])", "tcdnuF")
def ending_with(run: Run, match: re.Match[str]) -> Node | None:
    """The year to March · the three months ended June 30 · the week ending May 17."""
    unit = run.word(match.start("u"))
    is_counted = match["n"] is not None
    if unit in ("hour", "minute", "season") or (
        not is_counted and run.codes[match.start()] != "t" and "e" not in match[0]
    ):
        return None
    start = match.start("i") - (run.codes[match.start("i") - 1] == "t")
    inner = node_at(run.inside(), start)
    if inner is None or inner.form not in ("calendar", "fixed", "weekday", "shifted") or inner.granularity == "year":
        return None
    count = run.number(match.start("n")) if is_counted else 1
    granularity = unit if count == 1 else "span"
    node = Node(match.start(), inner.last, "ending", granularity, unit=unit, count=count, inner=inner, role="in")
    if any(atom.text.lower() == "ended" for atom in run.atoms[match.start() : match.end()]):
        node.lean = "past"
    return node


@rule(r"t?u(?P<c>f|P)t?(?P<i>[mwdoyi])", "tu")
def week_of(run: Run, match: re.Match[str]) -> Node | None:
    """The week of June 3 · the week beginning May 6."""
    if run.word(match.start() + (run.codes[match.start()] == "t")) != "week":
        return None
    if match["c"] == "P" and run.word(match.start("c")) != "start":
        return None
    inner = node_at(run.inside(), match.start("i"))
    if inner is None or inner.granularity != "day":
        return None
    return Node(match.start(), inner.last, "holding", "week", unit="week", inner=inner)


@rule(r"t?'?E|ty(?P<s>')|t?o-?(?P<u>u)", "tEo'")
def decade(run: Run, match: re.Match[str]) -> Node | None:
    """The 1990s · the 21st century."""
    if match["u"]:
        if run.word(match.start("u")) != "century":
            return None
        number = run.number(match.start("u") - 1 - (run.codes[match.start("u") - 1] == "-"))
        if not 1 <= number <= 22:
            return None
        return Node(match.start(), match.end(), "years", "span", year=(number - 1) * 100 + 1, count=100)
    if match["s"]:
        first = run.number(match.end() - 2)
        is_decade = first % 10 == 0 and run.atoms[match.end() - 1].text[-1] == "s"
        return Node(match.start(), match.end(), "years", "decade", year=first, count=10) if is_decade else None
    first = run.number(match.end() - 1)
    # "1900s" is as often the century; "the 80s" of a thermometer has no article in front more often than not.
    before = run.codes[match.start() - 1] if match.start() else ""
    if len(run.atoms[match.end() - 1].text) < 5 and match[0][0] not in "t'" and before not in ("t", "P"):
        return None
    return Node(match.start(), match.end(), "years", "decade", year=first, count=10)


@rule(r"t?F(?:u)?f?y(?P<n>[-/][dy])?(?P<w>F?u)?|t?Y(?P<m>[-/][dy])?|t?yFu", "tFYy")
def fiscal_year(run: Run, match: re.Match[str]) -> Node | None:
    """Fiscal 2024 · FY2023/24 · the financial year 2023-24."""
    place = match.start() + (match[0].index("y") if match["m"] is None and "y" in match[0] else match[0].find("Y"))
    first = run.number(place)
    suffix = "n" if match["n"] else "m"
    node = Node(match.start(), match.end(), "fiscal", "year", year=first)
    if match[suffix]:
        if run.number(match.end(suffix) - 1) % 100 != (first + 1) % 100:
            return None
        is_season = "F" in match[0] and run.word(match.start() + match[0].index("F")) == "season"
        node.form = "two_years" if is_season else "fiscal_pair"
    return node


@rule(r"t?y[-/][dy](?P<f>F)?(?P<u>u)|y/d", "ty")
def crop_year(run: Run, match: re.Match[str]) -> Node | None:
    """The 2024/25 season · 2023-24 fiscal year."""
    place = match.start() + match[0].index("y")
    first, second = run.number(place), run.number(place + 2)
    if second % 100 != (first + 1) % 100:
        return None
    is_fiscal = match["f"] is not None and run.word(match.start("f")) != "season"
    form = "fiscal_pair" if is_fiscal else "two_years"
    if match["u"] and run.word(match.start("u")) not in ("season", "year"):
        return None
    return Node(match.start(), match.end(), form, "season", year=first)


@rule(r"H(?:x|u)?,?y?", "H")
def holiday(run: Run, match: re.Match[str]) -> Node | None:
    month, _, day = run.word(match.start()).partition("-")
    bounds = (int(month), int(day))
    node = Node(match.start(), match.end(), "calendar", "day", low=bounds, high=bounds)
    if run.codes[match.end() - 1] == "y":
        node.year = run.number(match.end() - 1)
    else:
        node.last = match.start() + 1
    return node


@rule(r"kK?z*|[djc]Kz*|[yg]z+|jz+|M|dz+", "kdjcygM")
def clock_time(run: Run, match: re.Match[str]) -> Node | None:
    """14:30 · 3 p.m. local time · 0900 GMT · noon."""
    if run.codes[match.start()] == "d" and "K" not in match[0]:
        return None
    return Node(match.start(), match.end(), "time", "time", is_bare=match[0] == "M")
