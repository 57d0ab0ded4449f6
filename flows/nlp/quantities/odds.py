"""Numbers that other words make: "one in five people", "waited over a year"."""

from flows.nlp.numbers import ONE, exact_ratio, parse_digits, read_cardinal
from flows.nlp.quantities.lexicon import Lexicon
from flows.nlp.quantities.text import HYPHENS, MONTHS, Reading, Sentence
from flows.nlp.quantities.units import unit_at

BEFORE_ARTICLE = frozenset(("over", "than", "under", "nearly", "almost"))
"""Comparators before "a year" that make an amount of it."""


def read_odds(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> bool:
    """ "one in five people", "four out of ten": turns a bare number into a part of a whole; True where it did."""
    step, is_every = reading.number_end, False
    is_joined = sentence.word(step) in HYPHENS and sentence.word(step + 1) == "in"
    if is_joined:
        step += 1  # "a 1-in-5 chance"
    if sentence.word(step) == "in":
        is_every = sentence.word(step + 1) == "every"
        step += 1 + is_every
        step += is_joined and sentence.word(step) in HYPHENS
    elif sentence.word(step) == "out" and sentence.word(step + 1) == "of":
        step += 2
    else:
        return False
    if reading.scale != ONE or not reading.value or step >= sentence.size or reading.start != reading.number_start:
        return False
    if sentence.is_digits(step):
        whole, end = parse_digits(sentence.text[step]), step + 1
        is_year = len(sentence.text[step]) == 4 and sentence.text[step].isdecimal()
    else:
        cardinal = read_cardinal(sentence.lower, step, lexicon.words)
        whole, end = (cardinal.value, cardinal.end) if cardinal is not None else (None, step)
        is_year = False
    if whole is None or is_year or not reading.value < whole:
        return False
    if not is_every and unit_at(sentence, end, lexicon) is not None:
        return False
    if sentence.word(end) in MONTHS or sentence.word(end) in HYPHENS or sentence.word(end) == "%":
        return False
    reading.value = exact_ratio(reading.value, whole)
    reading.end = reading.number_end = end
    reading.is_fraction = True
    reading.cues.append("odds")
    return True


def read_article(sentence: Sentence, start: int, lexicon: Lexicon) -> Reading | None:
    """ "waited over a year", "more than an hour": the article is the number one where a time is compared with it."""
    if sentence.lower[start] not in ("a", "an") or sentence.word(start - 1) not in BEFORE_ARTICLE:
        return None
    unit = unit_at(sentence, start + 1, lexicon)
    if (
        unit is None
        or unit[1].dimension != "duration"
        or sentence.word(unit[0]) in ("ago", "earlier", "later", "before")
    ):
        return None
    if sentence.word(start - 1) == "than" and sentence.word(start - 2) not in ("more", "less"):
        return None
    return Reading(start, start + 1, start, start + 1, ONE, ONE, is_words=True)
