"""Rules for expressions that count from the publication date, from a period told of before, or from another one."""

import re

from flows.nlp.periods_absolute import SHIFTS, YEAR, with_year
from flows.nlp.periods_grammar import Node, Run, node_at, rule

_CLOCK_UNITS = ("hour", "minute")
_YEAR_AFTER = re.compile(YEAR)


@rule(r"D(?:x|D)?", "D")
def day_word(run: Run, match: re.Match[str]) -> Node | None:
    """Yesterday · tomorrow morning · overnight."""
    low, _, high = run.word(match.start()).rpartition("-")
    first, last = int(low.rstrip("-") or 0), int(high or 0)
    if low.endswith("-"):
        last = -last
    role = "now" if run.atoms[match.start()].text.lower() == "now" else ""
    return Node(match.start(), match.end(), "shifted", "day", unit="day", shift=first, count=last - first, role=role)


@rule(r"T(?P<x>x)|R(?P<y>x)", "TR")
def day_part(run: Run, match: re.Match[str]) -> Node | None:
    """This morning · last night."""
    if match["y"] and run.word(match.start()) != "last":
        return None
    return Node(match.start(), match.end(), "shifted", "day", unit="day", shift=-1 if match["y"] else 0)


@rule(r"w,?(?:to?)?x?(?P<w>f?(?P<r>[TRN])(?P<u>u))?", "w")
def weekday(run: Run, match: re.Match[str]) -> Node | None:
    """Thursday · Friday night · Friday last week · Friday the 15th."""
    node = Node(match.start(), match.end(), "weekday", "day", weekday=run.number(match.start()))
    if match["w"]:
        if run.word(match.start("u")) != "week":
            node.last = match.start("w")
        else:
            node.lean, node.shift = "week", SHIFTS[match["r"]]
    if run.codes[node.last - 1] in "ot,":
        node.last = match.start() + 1
    return node


@rule(r"t?(?P<r>[TRN])(?P<u>u)wx?|t?(?P<s>[TRN])wx?", "tTRN")
def leaning_weekday(run: Run, match: re.Match[str]) -> Node | None:
    """Last Friday · this Friday · next week Sunday."""
    place = match.end() - 1 - (run.codes[match.end() - 1] == "x")
    node = Node(match.start(), match.end(), "weekday", "day", weekday=run.number(place))
    if match["r"]:
        if run.word(match.start("u")) != "week":
            return None
        node.lean, node.shift = "week", SHIFTS[match["r"]]
        return node
    node.lean, node.shift = {"T": ("week", 0), "R": ("last", -1), "N": ("week", 1)}[match["s"]]
    return node


@rule(r"(?P<r>[TRN])m", "TRN")
def leaning_month(run: Run, match: re.Match[str]) -> Node | None:
    """Last May · next March · this June."""
    number = run.number(match.end() - 1)
    lean = {"T": "this", "R": "last", "N": "next"}[match["r"]]
    return Node(match.start(), match.end(), "calendar", "month", low=(number, 1), high=(number, 31), lean=lean)


@rule(r"(?P<a>t)?(?P<r>[TRN])C?F?-?(?P<u>u)(?:x(?!\w))?", "tTRN")
def shifted_unit(run: Run, match: re.Match[str]) -> Node | None:
    """Last year · this month · the coming decade · the previous year · the past week."""
    unit, word = run.word(match.start("u")), run.word(match.start("r"))
    kind = match["r"]
    text = run.atoms[match.start("u")].text.lower()
    if unit in _CLOCK_UNITS or unit == "season":
        return None
    if text.endswith("s") and unit != "century":
        if kind == "T" or word in ("last", "previous"):
            return None
        return Node(match.start(), match.end(), "vague", "span", role="over")
    if word in ("previous", "following") or (match["a"] and word == "next" and unit == "day"):
        return Node(match.start(), match.end(), "context", unit, unit=unit, shift=SHIFTS[kind])
    if word == "final":
        return None
    is_rolling = word in ("past", "coming") or (bool(match["a"]) and word in ("last", "next"))
    if unit == "weekend":
        is_rolling = False
    if is_rolling and kind != "T":
        return Node(match.start(), match.end(), "rolling", "span", unit=unit, count=1, shift=SHIFTS[kind], role="over")
    return Node(match.start(), match.end(), "shifted", unit, unit=unit, shift=SHIFTS[kind])


@rule(r"t?(?P<r>[RN])(?P<n>[cdnv]f?)-?(?P<u>u)", "tRN")
def rolling_units(run: Run, match: re.Match[str]) -> Node | None:
    """The past five years · next three months · the last few weeks."""
    word, unit = run.word(match.start("r")), run.word(match.start("u"))
    if word == "final":
        return None
    if run.codes[match.start("n")] == "v" or unit in _CLOCK_UNITS:
        return Node(match.start(), match.end(), "vague", "span", role="over")
    count, sign = run.number(match.start("n")), SHIFTS[match["r"]]
    form = "vague" if word in ("previous", "following") else "rolling"
    return Node(match.start(), match.end(), form, "span", unit=unit, count=count, shift=sign, role="over")


@rule(r"(?:r|[NR]|t[NR]?v)u", "rNRt")
def vague_units(run: Run, match: re.Match[str]) -> Node | None:
    """Recent years · coming weeks."""
    text = run.atoms[match.end() - 1].text.lower()
    if run.codes[match.start()] != "r" or not text.endswith("s") or run.word(match.end() - 1) in _CLOCK_UNITS:
        return None
    return Node(match.start(), match.end(), "vague", "span", role="over")


@rule(r"(?:[cdnv]S(?P<u>u)|S(?P<w>u))", "cdnvS")
def straight_units(run: Run, match: re.Match[str]) -> Node | None:
    """Several consecutive years: in the past, but from when is not said. With a number it is a duration."""
    unit = run.word(match.end() - 1)
    if run.codes[match.start()] in "cdn" or unit in _CLOCK_UNITS:
        return None
    return Node(match.start(), match.end(), "vague", "span", role="over")


@rule(r"a?v?(?P<n>[acdnv])f?-?(?P<u>u)(?:&?,?(?P<n2>[acdn])(?P<u2>u))?(?:(?P<a>A)|(?P<b>B)|(?P<l>L))", "acdnv")
def counted_back(run: Run, match: re.Match[str]) -> Node | None:
    """Three years ago · a year earlier · two days later · a month and 21 days ago."""
    unit = run.word(match.start("u"))
    if unit == "season" or (match["n2"] is not None and match["a"] is None):
        return None
    is_vague = "v" in run.codes[match.start() : match.start("u")]
    if is_vague:
        return Node(match.start(), match.end(), "vague", "span")
    count = max(run.number(match.start("n")), 1)
    if match["a"]:
        if unit in _CLOCK_UNITS:
            return Node(match.start(), match.end(), "shifted", "day", unit="day", shift=0) if count <= 6 else None
        node = Node(match.start(), match.end(), "shifted", unit, unit=unit, shift=-count)
        if match["n2"]:
            second = run.word(match.start("u2"))
            inner = Node(node.first, node.last, "shifted", second, unit=second, shift=-run.number(match.start("n2")))
            node = Node(match.start(), match.end(), "summed", "day", inner=inner, unit=unit, shift=-count)
        return node
    if unit in _CLOCK_UNITS:
        return Node(match.start(), match.end(), "context", "day", unit="day", shift=0)
    return Node(match.start(), match.end(), "context", unit, unit=unit, shift=-count if match["b"] else count)


@rule(r"tu(?P<b>B)", "t")
def the_one_before(run: Run, match: re.Match[str]) -> Node | None:
    """The year before · the day earlier."""
    unit = run.word(match.start() + 1)
    if unit in _CLOCK_UNITS or run.atoms[match.start("b")].text.lower() == "previously":
        return None
    return Node(match.start(), match.end(), "context", unit, unit=unit, shift=-1)


@rule(rf"t?O(?P<u>u)(?:{YEAR}|(?P<n>aub)|f?(?P<b>auB))", "tO")
def same_unit(run: Run, match: re.Match[str]) -> Node | None:
    """The same day · that year · the same month last year · the corresponding quarter of 2022."""
    unit = run.word(match.start("u"))
    if unit in _CLOCK_UNITS or unit == "season":
        return None
    node = Node(match.start(), match.end(), "same", unit, unit=unit)
    if match["b"]:
        node.shift = -1
        return node
    return with_year(run, match, node)


@rule(rf"t?O(?P<p>p){YEAR}", "tO")
def same_period(run: Run, match: re.Match[str]) -> Node | None:
    """The same period last year · the corresponding period of 2022."""
    node = Node(match.start(), match.end(), "same", "span", unit="period", role="than")
    return with_year(run, match, node)


@rule(r"tu(?!A|B|L)|t?CuF?|tCF?-?u|Fu(?!y)", "tCF")
def the_unit(run: Run, match: re.Match[str]) -> Node | None:
    """The year, after "end of" or "rest of"; the whole year; the full year."""
    place = match.start() + run.codes[match.start() : match.end()].rindex("u")
    unit = run.word(place)
    if unit in _CLOCK_UNITS or unit in ("season", "half", "quarter") or run.atoms[place].text.lower().endswith("s"):
        return None
    node = Node(match.start(), match.end(), "shifted", unit, unit=unit)
    node.is_bare = True
    node.lean = "whole" if "C" in match[0] else ""
    return node


@rule(r"t?P-?(?:ft?)?(?P<i>.)", "tP")
def part_of(run: Run, match: re.Match[str]) -> Node | None:
    """Early 2024 · mid-May · the end of last year · the rest of the week."""
    place = match.start() + match[0].index("P")
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
    if match[0] == "1G" or (match[0] == "X" and run.word(match.start()) != "ytd") or unit in _CLOCK_UNITS:
        return None
    inner = Node(match.start(), match.end(), "shifted", unit, unit=unit)
    return Node(match.start(), match.end(), "until_now", "span", inner=inner, role="over")


@rule(r"t?(?P<n>[cdn])?F?(?P<u>u)(?:[>e]|e[>])t?(?P<i>[mwdoyitP])", "tcdnuF")
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


@rule(r"t?E|t?o-?(?P<u>u)", "tEo")
def decade(run: Run, match: re.Match[str]) -> Node | None:
    """The 1990s · the 21st century."""
    if match["u"]:
        if run.word(match.start("u")) != "century":
            return None
        number = run.number(match.start("u") - 1 - (run.codes[match.start("u") - 1] == "-"))
        if not 1 <= number <= 22:
            return None
        return Node(match.start(), match.end(), "years", "span", year=(number - 1) * 100 + 1, count=100)
    first = run.number(match.end() - 1)
    # "1900s" is as often the century; "the 80s" of a thermometer has no article in front more often than not.
    if len(run.atoms[match.end() - 1].text) < 5 and run.codes[match.start()] != "t":
        return None
    return Node(match.start(), match.end(), "years", "decade", year=first, count=10)


@rule(r"t?F(?:u)?f?y(?P<n>[-/][dy])?(?P<w>F?u)?|t?Y(?P<m>[-/][dy])?", "tFY")
def fiscal_year(run: Run, match: re.Match[str]) -> Node | None:
    """Fiscal 2024 · FY2023/24 · the financial year 2023-24."""
    place = match.start() + (match[0].index("y") if match["m"] is None and "y" in match[0] else match[0].find("Y"))
    first = run.number(place)
    suffix = "n" if match["n"] else "m"
    node = Node(match.start(), match.end(), "fiscal", "year", year=first)
    if match[suffix]:
        if run.number(match.end(suffix) - 1) % 100 != (first + 1) % 100:
            return None
        node.form = "fiscal_pair"
    return node


@rule(r"t?y[-/][dy](?P<f>F)?(?P<u>u)|y/d", "ty")
def crop_year(run: Run, match: re.Match[str]) -> Node | None:
    """The 2024/25 season · 2023-24 fiscal year."""
    place = match.start() + match[0].index("y")
    first, second = run.number(place), run.number(place + 2)
    if second % 100 != (first + 1) % 100:
        return None
    form = "fiscal_pair" if match["f"] else "two_years"
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
