"""Rules for expressions that count from the publication date, from a period told of before, or from another one."""

import re

from flows.nlp.periods.absolute import SHIFTS, YEAR, with_year
from flows.nlp.periods.grammar import CLOCK_UNITS, Node, Run, rule


@rule(r"D(?:x|D)?", "D")
def day_word(run: Run, match: re.Match[str]) -> Node | None:
    """Yesterday · tomorrow morning · overnight."""
    low, _, high = run.word(match.start()).rpartition("-")
    first, last = int(low.rstrip("-") or 0), int(high or 0)
    if low.endswith("-"):
        last = -last
    role = "now" if run.atoms[match.start()].text.lower() == "now" else ""
    return Node(match.start(), match.end(), "shifted", "day", unit="day", shift=first, count=last - first, role=role)


@rule(r"t?u(?P<b>[BL])(?P<d>D)|t?uLt?(?P<n>N)", "tu")
def the_one_beyond(run: Run, match: re.Match[str]) -> Node | None:
    """The day before yesterday · the day after tomorrow · the week after next."""
    unit = run.word(match.start() + (run.codes[match.start()] == "t"))
    if match["n"]:
        is_next = run.word(match.start("n")) == "next" and unit not in CLOCK_UNITS
        return Node(match.start(), match.end(), "shifted", unit, unit=unit, shift=2) if is_next else None
    bound = day_word(run, re.compile("D").match(run.codes, match.start("d")))  # type: ignore[arg-type]
    if unit != "day" or bound is None or bound.count or not bound.shift:
        return None
    word = run.atoms[match.start("b")].text.lower()
    if word not in ("after", "before"):
        return None
    shift = bound.shift + (1 if word == "after" else -1)
    return Node(match.start(), match.end(), "shifted", "day", unit="day", shift=shift)


@rule(r"T(?P<x>x)|R(?P<y>x)", "TR")
def day_part(run: Run, match: re.Match[str]) -> Node | None:
    """This morning · last night."""
    if match["y"] and run.word(match.start()) != "last":
        return None
    return Node(match.start(), match.end(), "shifted", "day", unit="day", shift=-1 if match["y"] else 0)


@rule(r"w,?(?:to?)?x?(?P<w>[fIL]?(?P<r>[TRN])(?P<u>u))?", "w")
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


@rule(r"t?(?P<r>[TRN])(?P<u>u)[IL]?wx?|t?(?P<s>[TRN])wx?", "tTRN")
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


@rule(r"(?P<r>[TRN])m(?!,?y|[do])", "TRN")
def leaning_month(run: Run, match: re.Match[str]) -> Node | None:
    """Last May · next March · this June."""
    number = run.number(match.end() - 1)
    if run.word(match.start()) not in ("last", "next", ""):
        return None
    lean = {"T": "this", "R": "last", "N": "next"}[match["r"]]
    return Node(match.start(), match.end(), "calendar", "month", low=(number, 1), high=(number, 31), lean=lean)


@rule(r"(?P<a>t)?(?P<r>[TRN])C?F?-?(?P<u>u)(?:x(?!\w))?", "tTRN")
def shifted_unit(run: Run, match: re.Match[str]) -> Node | None:
    """Last year · this month · the coming decade · the previous year · the past week."""
    unit, word = run.word(match.start("u")), run.word(match.start("r"))
    kind = match["r"]
    text = run.atoms[match.start("u")].text.lower()
    if unit in CLOCK_UNITS or unit == "season":
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
    is_fiscal = unit == "year" and "F" in match[0]
    form = "fiscal_shifted" if is_fiscal else "shifted"
    return Node(match.start(), match.end(), form, unit, unit=unit, shift=SHIFTS[kind])


@rule(r"t?(?P<r>[RN])(?P<n>[cdnv]f?)-?(?P<u>u)", "tRN")
def rolling_units(run: Run, match: re.Match[str]) -> Node | None:
    """The past five years · next three months · the last few weeks."""
    word, unit = run.word(match.start("r")), run.word(match.start("u"))
    if word == "final":
        return None
    if run.codes[match.start("n")] == "v" or unit in CLOCK_UNITS:
        return Node(match.start(), match.end(), "vague", "span", role="over")
    count, sign = run.number(match.start("n")), SHIFTS[match["r"]]
    form = "vague" if word in ("previous", "following") else "rolling"
    return Node(match.start(), match.end(), form, "span", unit=unit, count=count, shift=sign, role="over")


@rule(r"(?:r|[NR]|t[NR]?v)u", "rNRt")
def vague_units(run: Run, match: re.Match[str]) -> Node | None:
    """Recent years · coming weeks."""
    text = run.atoms[match.end() - 1].text.lower()
    if run.codes[match.start()] != "r" or not text.endswith("s") or run.word(match.end() - 1) in CLOCK_UNITS:
        return None
    return Node(match.start(), match.end(), "vague", "span", role="over")


@rule(r"(?:[cdnv]S(?P<u>u)|S(?P<w>u))", "cdnvS")
def straight_units(run: Run, match: re.Match[str]) -> Node | None:
    """Several consecutive years: in the past, but from when is not said. With a number it is a duration."""
    unit = run.word(match.end() - 1)
    if run.codes[match.start()] in "cdn" or unit in CLOCK_UNITS:
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
        if unit in CLOCK_UNITS:
            return Node(match.start(), match.end(), "shifted", "day", unit="day", shift=0) if count <= 6 else None
        if unit in ("decade", "century"):
            unit, count = "year", count * (10 if unit == "decade" else 100)
        node = Node(match.start(), match.end(), "shifted", unit, unit=unit, shift=-count, lean="ago")
        if match["n2"]:
            second = run.word(match.start("u2"))
            inner = Node(node.first, node.last, "shifted", second, unit=second, shift=-run.number(match.start("n2")))
            node = Node(match.start(), match.end(), "summed", "day", inner=inner, unit=unit, shift=-count)
        return node
    if unit in CLOCK_UNITS:
        return Node(match.start(), match.end(), "context", "day", unit="day", shift=0)
    return Node(match.start(), match.end(), "context", unit, unit=unit, shift=-count if match["b"] else count)


@rule(r"[acdn]f?-?(?P<u>u)(?P<l><D)?", "acdn")
def counted(run: Run, match: re.Match[str]) -> Node | None:
    """Five years, a time only in "in five years"; two weeks from now."""
    unit = run.word(match.start("u"))
    if unit in CLOCK_UNITS or unit in ("season", "weekend") or run.codes[match.start() + 1] == "-":
        return None
    count = max(run.number(match.start()), 1)
    if match["l"]:
        bound = day_word(run, re.compile("D").match(run.codes, match.end() - 1))  # type: ignore[arg-type]
        if bound is None or bound.count:
            return None
        inner = Node(match.start(), match.end(), "shifted", "day", unit="day", shift=bound.shift)
        return Node(match.start(), match.end(), "summed", "day", inner=inner, unit=unit, shift=count)
    return Node(match.start(), match.end(), "counted", unit, unit=unit, count=count, shift=count)


@rule(r"t(?P<o>o)(?![umf])", "t")
def day_of_month(run: Run, match: re.Match[str]) -> Node | None:
    """ "The 3rd", after "on"."""
    number = run.number(match.start("o"))
    if not 1 <= number <= 31 or not run.atoms[match.start("o")].text[0].isdigit():
        return None
    return Node(match.start(), match.end(), "day_of_month", "day", count=number)


@rule(r"wx?,?to(?![umf])", "w")
def weekday_and_day(run: Run, match: re.Match[str]) -> Node | None:
    """Friday the 15th; not "on Friday, the second cut"."""
    number = run.number(match.end() - 1) if run.atoms[match.end() - 1].text[0].isdigit() else 0
    node = Node(match.start(), match.end(), "weekday", "day", weekday=run.number(match.start()), count=number)
    return node if 1 <= number <= 31 else None


@rule(r"tu(?P<b>B)", "t")
def the_one_before(run: Run, match: re.Match[str]) -> Node | None:
    """The year before · the day earlier."""
    unit = run.word(match.start() + 1)
    if unit in CLOCK_UNITS or run.atoms[match.start("b")].text.lower() == "previously":
        return None
    return Node(match.start(), match.end(), "context", unit, unit=unit, shift=-1)


@rule(rf"t?O(?P<u>u)(?:{YEAR}|(?P<n>aub)|f?(?P<b>auB))", "tO")
def same_unit(run: Run, match: re.Match[str]) -> Node | None:
    """The same day · that year · the same month last year · the corresponding quarter of 2022."""
    unit = run.word(match.start("u"))
    if unit in CLOCK_UNITS or unit == "season":
        return None
    node = Node(match.start(), match.end(), "same", unit, unit=unit)
    if match["b"]:
        node.shift = -1
        return node
    return with_year(run, match, node)


@rule(r"tp(?![efI<>b])", "t")
def that_period(run: Run, match: re.Match[str]) -> Node | None:
    """ "Exports rose in the period": the one told of before."""
    return Node(match.start(), match.end(), "same", "span", unit="period")


@rule(rf"t?O(?P<p>p){YEAR}", "tO")
def same_period(run: Run, match: re.Match[str]) -> Node | None:
    """The same period last year · the corresponding period of 2022."""
    node = Node(match.start(), match.end(), "same", "span", unit="period", role="than")
    return with_year(run, match, node)


@rule(r"t(?P<n>[cdn])(?P<u>u)(?![efABLPG]|[>I]t?[mwdyit])", "t")
def those_units(run: Run, match: re.Match[str]) -> Node | None:
    """ "Over the nine months": the nine months told of before."""
    unit, count = run.word(match.start("u")), run.number(match.start("n"))
    if unit not in ("month", "quarter") or count < 2:
        return None
    return Node(
        match.start(), match.end(), "same", "span", unit="period", count=count * (3 if unit == "quarter" else 1)
    )


@rule(r"tu(?!A|B|L)|tCF?-?u|Fu(?!y)", "tCF")
def the_unit(run: Run, match: re.Match[str]) -> Node | None:
    """The year, after "end of" or "rest of"; the whole year; the full year."""
    place = match.start() + run.codes[match.start() : match.end()].rindex("u")
    unit = run.word(place)
    if unit in CLOCK_UNITS or unit in ("season", "half", "quarter") or run.atoms[place].text.lower().endswith("s"):
        return None
    node = Node(match.start(), match.end(), "shifted", unit, unit=unit)
    node.is_bare = True
    node.lean = "whole" if "C" in match[0] else ""
    return node
