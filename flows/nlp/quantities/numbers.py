"""Reads one number as it is printed: digits or words, fractions, scale words glued or apart."""

from decimal import Decimal

from flows.nlp.numbers import ONE, divide, exact_ratio, parse_digits, read_cardinal, read_vague
from flows.nlp.quantities.lexicon import Lexicon, ScaleRow
from flows.nlp.quantities.text import HYPHENS, MONTHS, Reading, Sentence
from flows.nlp.quantities.units import prefix_at, unit_at

_BEFORE_HALF = frozenset("by than nearly almost about roughly over only least around just".split())
_ORDINALS = frozenset("first second third fourth fifth sixth seventh eighth ninth".split())
_THREE = Decimal(3)
_CENT = Decimal("0.01")
_POINTS = frozenset(("point", "points", "percentage", "percent"))


def read_number(sentence: Sentence, start: int, lexicon: Lexicon) -> Reading | None:
    """The number that begins at an atom, with its scale word, before any unit is looked for.

    Returns:
        None where no number begins there. A run of digits that is no single number ("192.168.1.2")
        gives None too.
    """
    if sentence.is_digits(start):
        return _read_digits(sentence, start, lexicon)
    lower, words = sentence.lower, lexicon.words
    word = lower[start]
    if word in words.vulgar:
        return _scaled(sentence, start, start + 1, words.vulgar[word], lexicon, is_fraction=True)
    fraction = _read_fraction(sentence, start, lexicon)
    if fraction is not None:
        return fraction
    read = read_vague(lower, start, words) if word not in words.ones else None
    if read is not None:
        value = read.value
        # "a couple of hundred": the scale follows after "of".
        return Reading(start, read.end, start, read.end, value, ONE, value, comparator=read.comparator, is_vague=True)
    cardinal = read_cardinal(lower, start, words)
    if cardinal is None or _is_ordinal(sentence, cardinal.end):
        return None
    value, end, unscaled = cardinal.value, cardinal.end, cardinal.unscaled
    reading = Reading(
        start, end, start, end, value, unscaled, divide(value, unscaled) if unscaled else ONE, is_words=True
    )
    last = lower[end - 1]
    if last in ("couple", "pair"):
        factor = words.scales.get(sentence.word(end + 1)) or words.groups.get(sentence.word(end + 1))
        if sentence.word(end) == "of" and factor is not None:
            more, after = _read_scale(sentence, end + 2, lexicon, money=False)
            reading.value, reading.scale, reading.end = value * factor * more, factor * more, after
        elif sentence.word(end) != "of" or sentence.word(end + 1) == "the":
            return None
        reading.comparator, reading.is_vague = ("~" if last == "couple" else None), True
        reading.number_end = reading.end
    elif last == "score" and sentence.word(end) != "of":
        return None
    _add_half(reading, sentence, lexicon)
    return reading


def _is_ordinal(sentence: Sentence, end: int) -> bool:
    """ "the twenty-first century": the words before the last one are no number."""
    step = end + 1 if sentence.word(end) in HYPHENS and sentence.is_glued(end) else end
    word = sentence.word(step)
    return word in _ORDINALS and (step > end or word != "second")


def _read_digits(sentence: Sentence, start: int, lexicon: Lexicon) -> Reading | None:
    text, facts = sentence.text[start], sentence.facts
    value = parse_digits(text, decimal_comma=("." in text or "," in text) and facts.is_european)
    if value is None:
        return None
    end, first = start + 1, start
    lower, size = sentence.lower, sentence.size
    if text.isdecimal() and end + 1 < size and lower[end] in (".", ",") and not sentence.is_glued(end):
        value, end = _spaced_decimal(sentence, start, value)
    elif text.isdecimal():
        if len(text) <= 3 and text[0] != "0" and sentence.word(start - 1) not in MONTHS:
            value, end = _space_groups(sentence, start, value)
        if end < size and lower[end] == "/" and sentence.is_glued(end):
            return _read_slash(sentence, start, start, Decimal(0), lexicon)
        if end + 2 < size and sentence.is_digits(end) and lower[end + 1] == "/" and sentence.is_glued(end + 1):
            mixed = _read_slash(sentence, end, start, value, lexicon)
            if mixed is not None:
                return mixed
        if sentence.word(end) == "-" and sentence.is_glued(end) and sentence.word(end + 2) == "/":
            mixed = _read_slash(sentence, end + 1, start, value, lexicon) if sentence.is_digits(end + 1) else None
            if mixed is not None:
                return mixed
        if sentence.word(start - 1) == "." and sentence.is_glued(start) and not sentence.is_glued(start - 1):
            value, first = Decimal(f"0.{text}"), start - 1
    if _is_price_fraction(sentence, start):
        part = exact_ratio(Decimal(sentence.text[end + 1]), Decimal(sentence.text[end + 3]))
        value, end = value + part * _CENT, end + 4
    if end < size and lower[end] in lexicon.words.vulgar:
        value, end = value + lexicon.words.vulgar[lower[end]], end + 1
    return _scaled(sentence, first, end, value, lexicon)


def _is_price_fraction(sentence: Sentence, start: int) -> bool:
    """ "$6.97-1/2 a bushel": grains are quoted in fractions of a cent."""
    text = sentence.text[start]
    if text[-3:-2] != "." or start + 4 >= sentence.size or sentence.word(start + 1) not in HYPHENS:
        return False
    over, slash, under = sentence.text[start + 2 : start + 5]
    return slash == "/" and over.isdecimal() and under in ("2", "4", "8") and sentence.is_glued(start + 2)


def _spaced_decimal(sentence: Sentence, start: int, value: Decimal) -> tuple[Decimal, int]:
    """ "6 . 2 %" and "80 , 000" as some archives print them, with every sign set apart."""
    sign, step = sentence.lower[start + 1], start + 2
    follows = sentence.text[step]
    if not follows.isdecimal() or sentence.is_glued(step) or len(sentence.text[start]) > 18:
        return value, start + 1
    if sign == "," and len(follows) == 3 and len(sentence.text[start]) <= 3:
        return Decimal(sentence.text[start] + follows), step + 1
    after = sentence.word(step + 1)
    if sign == "." and len(follows) <= 4 and (after == "%" or after in sentence.facts.lexicon.words.scales):
        return Decimal(f"{sentence.text[start]}.{follows}"), step + 1
    return value, start + 1


def _space_groups(sentence: Sentence, start: int, value: Decimal) -> tuple[Decimal, int]:
    """Digits grouped by single spaces or apostrophes: "816 000", "1 250.5", "1'250'000"."""
    digits, end = sentence.text[start], start + 1
    while end < sentence.size and len(digits) < 18:
        step = end
        if sentence.text[end] in ("'", "’") and sentence.is_glued(end) and end + 1 < sentence.size:
            step, apart = end + 1, 0
        else:
            apart = 1
        whole, _, rest = sentence.text[step].partition(".")
        if len(whole) != 3 or not whole.isdecimal() or sentence.starts[step] != sentence.ends[step - 1] + apart:
            break
        digits, end = digits + sentence.text[step], step + 1
        if rest:
            break
    # Three groups of "area code number" are a telephone number: the caller sees the plus sign before them.
    return (Decimal(digits), end) if end > start + 1 else (value, end)


def _read_slash(sentence: Sentence, start: int, first: int, whole: Decimal, lexicon: Lexicon) -> Reading | None:
    """ "1/2", "5 1/2"; None for "24/7", "9/11", "12/05/2024"."""
    if start + 2 >= sentence.size or not sentence.is_digits(start + 2) or not sentence.is_glued(start + 2):
        return _scaled(sentence, start, start + 1, Decimal(sentence.text[start]), lexicon) if first == start else None
    over, under = sentence.text[start], sentence.text[start + 2]
    if not (
        over.isdecimal()
        and under.isdecimal()
        and len(over) <= 2
        and len(under) <= 2
        and sentence.word(start + 3) != "/"
    ):
        return None
    if int(under) not in (2, 3, 4, 5, 6, 8, 10, 16, 32) or int(over) >= int(under):
        return None
    follows = sentence.word(start + 3)
    if first == start and follows not in ("of", "-") and unit_at(sentence, start + 3, lexicon) is None:
        return None
    value = whole + exact_ratio(Decimal(over), Decimal(under))
    return _scaled(sentence, first, start + 3, value, lexicon, is_fraction=first == start)


def _read_fraction(sentence: Sentence, start: int, lexicon: Lexicon) -> Reading | None:
    """ "two-thirds", "a quarter of", "half a million", "three-quarters of a million"."""
    lower, words = sentence.lower, lexicon.words
    numerator, position = ONE, start
    if lower[start] in ("a", "an"):
        position = start + 1
    elif lower[start] in words.ones:
        numerator, position = words.ones[lower[start]], start + 1
    if position > start and sentence.word(position) in HYPHENS:
        position += 1
    word = sentence.word(position)
    if word not in words.fractions:
        return None
    if word == "quarters" and not _is_quarters_share(sentence, start, position, numerator):
        return None
    denominator, is_plural, after = words.fractions[word], word.endswith("s") and word != "halves", position + 1
    named = position > start
    if numerator > 1 and not is_plural and word not in ("half",):
        return None
    follows = sentence.word(after)
    if word in ("half", "halves"):
        if start and lower[start - 1] in ("first", "second", "latter", "other", "the", "last", "opening", "better"):
            return None
        joined = sentence.word(after + 1) if follows in HYPHENS else ""
        if _is_half_done(sentence, start, after + bool(joined)):
            return None
        is_compound = joined in ("year", "time", "century") or unit_at(sentence, after + 1, lexicon) is None
        if not named and joined and joined not in words.scales and is_compound:
            return None
    elif not named and follows in words.scales:
        named = True
    elif not named or (lower[start] in ("a", "an") and not _ends_fraction(sentence, start, after, lexicon)):
        # "third" alone is an ordinal, "quarter" alone a part of a year.
        return None
    elif word == "quarter" and not _ends_fraction(sentence, start, after, lexicon):
        return None
    value, scale, end = exact_ratio(numerator, denominator), ONE, after
    step = after + 1 if sentence.word(after) == "of" else after
    step = step + 1 if sentence.word(step) in ("a", "an") or sentence.word(step) in HYPHENS else step
    if sentence.word(step) in words.scales or sentence.word(step) in words.groups:
        while sentence.word(step) in words.scales or sentence.word(step) in words.groups:
            scale *= words.scales.get(lower[step]) or words.groups[lower[step]]
            step += 1
        exact = divide(numerator * scale, denominator)
        return Reading(start, step, start, step, exact, value, scale, is_words=True)
    unit_start = step if unit_at(sentence, step, lexicon) is not None else -1
    by_half = word == "half" and start > 0 and lower[start - 1] in _BEFORE_HALF
    if (
        unit_start < 0
        and not by_half
        and follows not in ("of", "the", "its", "their", "his", "her", "our", "all", "that", "those")
        and not (named and follows in lexicon.after)
        and sentence.word(start - 1) not in ("which", "whom")
        and not (is_plural or named or follows in ("-", "owned"))
    ):
        return None
    return Reading(start, end, start, end, value, value, is_words=True, is_fraction=True)


def _is_half_done(sentence: Sentence, start: int, atom: int) -> bool:
    """ "only half joking", "a half-built hotel"."""
    if atom >= sentence.size or not sentence.facts.has_tags or sentence.word(start - 1) in ("by", "than", "to"):
        return False
    return sentence.token(atom).tag_ in ("VBG", "VBN", "VBD") and sentence.lower[atom] != "owned"


def _is_quarters_share(sentence: Sentence, start: int, position: int, numerator: Decimal) -> bool:
    """ "three quarters of" is a share, "in two quarters" so many parts of a year."""
    follows = sentence.word(position + 1)
    if follows == "of" or (position > start and sentence.word(position - 1) in HYPHENS):
        return True
    return (
        numerator == _THREE
        and sentence.word(start - 1) not in sentence.facts.lexicon.not_before
        and (sentence.word(start - 1) not in ("for", "in", "over", "after", "the"))
    )


def _ends_fraction(sentence: Sentence, start: int, after: int, lexicon: Lexicon) -> bool:
    """ "a third of", "by a third", "a quarter point", "a quarter-point cut": a part, no ordinal and no season."""
    follows = sentence.word(after)
    if follows == "of" or follows in lexicon.words.scales:
        return True
    if (
        follows in HYPHENS
        and sentence.lower[after - 1] in ("quarter", "half")
        and unit_at(sentence, after + 1, lexicon) is not None
    ):
        return True  # "a quarter-acre lot"
    if sentence.word(after + 1 if follows in HYPHENS else after) in _POINTS:
        return True
    before = sentence.word(start - 1)
    if before in lexicon.particles or before in ("which", "whom") or follows in lexicon.after:
        return True  # "down a quarter", "of which a third", "a third below last year's"
    return sentence.word(start - 1) in ("by", "than", "nearly", "almost", "about", "roughly", "over") and (
        follows not in ("time", "year", "day", "party", "place") and not follows.isdecimal()
    )


def _scaled(
    sentence: Sentence, start: int, end: int, value: Decimal, lexicon: Lexicon, *, is_fraction: bool = False
) -> Reading:
    money = prefix_at(sentence, start, lexicon) is not None
    factor, after = _read_scale(sentence, end, lexicon, money=money)
    reading = Reading(
        start, after, start, after, value * factor, value, factor, is_fraction=is_fraction and after == end
    )
    if factor > ONE and after + 1 < sentence.size and sentence.is_digits(after) and not sentence.is_glued(after):
        _add_smaller(reading, sentence, lexicon)
    _add_half(reading, sentence, lexicon)
    return reading


def _add_smaller(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> None:
    """ "2 crore 50 lakh", "3 thousand 5 hundred": a smaller scale goes on where the larger one ends."""
    more = parse_digits(sentence.text[reading.end])
    scale, end = _read_scale(sentence, reading.end + 1, lexicon, money=False)
    if more is None or scale <= ONE or more * scale >= reading.scale:
        return
    reading.value += more * scale
    reading.mantissa = reading.value / reading.scale
    reading.end = reading.number_end = end


def _add_half(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> None:
    """ "one and a half million", "a million and a half", "two-and-a-half"."""
    step = reading.end
    found: list[str] = []
    while len(found) < 3 and step < sentence.size:
        if sentence.lower[step] not in HYPHENS:
            found.append(sentence.lower[step])
        step += 1
    if len(found) < 3 or found[0] != "and" or found[1] not in ("a", "one") or found[2] not in ("half", "quarter"):
        return
    part = Decimal("0.5") if found[2] == "half" else Decimal("0.25")
    reading.mantissa += part
    reading.value += part * reading.scale
    reading.end = reading.number_end = step
    if reading.scale == ONE:
        factor, after = _read_scale(sentence, step, lexicon, money=False)
        reading.value, reading.scale = reading.mantissa * factor, factor
        reading.end = reading.number_end = after


def _read_scale(sentence: Sentence, start: int, lexicon: Lexicon, *, money: bool) -> tuple[Decimal, int]:
    """The product of the scale words at an atom: "5 million", "3bn", "2 lakh crore", "5-million"."""
    factor, end = ONE, start
    while end < sentence.size:
        step = end
        if sentence.lower[step] in HYPHENS and step + 1 < sentence.size and sentence.is_glued(step + 1):
            step += 1
        rows = lexicon.scales.get(sentence.lower[step])
        if rows is None:
            break
        row = next((row for row in rows if _scale_holds(row, sentence, step, lexicon, money=money)), None)
        is_apart = step > end and row is not None and row.condition not in ("any", "word")
        if row is None or (is_apart and not (money and row.condition == "money" and len(row.scale) > 1)):
            break  # "an Rs 8,450-cr scheme" is money, "a 5-m pole" is not
        factor, end = factor * row.factor, step + 1
    return factor, end


def _scale_holds(row: ScaleRow, sentence: Sentence, atom: int, lexicon: Lexicon, *, money: bool) -> bool:
    text = sentence.text[atom]
    if (row.needs_case and text != row.scale) or (not row.needs_case and len(text) > 12):
        return False
    if row.condition in ("any", "word"):
        return True
    glued = sentence.is_glued(atom)
    if row.condition == "glued":
        # A capital K may end a name ("4K screen"); "MM" beside a currency may stand apart.
        return glued or money
    if money:
        return glued or len(text) > 1 or not sentence.is_glued(atom + 1) if atom + 1 < sentence.size else True
    if row.condition == "money" or not glued or atom + 1 >= sentence.size:
        return False
    follows = sentence.lower[atom + 1]
    if text == "M" and not follows.isalpha():
        return True
    if follows in sentence.roles["after_metres"] or not follows.isalpha():
        return False
    if unit_at(sentence, atom + 1, lexicon) is not None:
        return True
    if not sentence.facts.has_tags:
        return follows.endswith("s")
    tag = sentence.token(atom + 1).tag_
    return tag in ("NNS", "NNPS") or (
        tag in ("JJ", "NN", "VBN", "NNP", "JJR") and atom + 2 < sentence.size and sentence.token(atom + 2).tag_ == "NNS"
    )
