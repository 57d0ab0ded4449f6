"""Numbers that are no figures: dates, times, ordinals, labels, names, scores, addresses, telephone numbers."""

from flows.nlp.numbers import ONE
from flows.nlp.quantities.lexicon import Lexicon
from flows.nlp.quantities.names import is_address, label, name_reason
from flows.nlp.quantities.text import DAYS, HYPHENS, MONTHS, Reading, Sentence

_YEAR_BEFORE = frozenset(
    "in since of by from until till during before after for to and the early late mid end year years fiscal "
    "summer winter spring autumn fall season election elections budget".split()
)
_STRAY_QUOTES = frozenset("'’‘")
_MEASURING = frozenset("for in within just only than least by after about over under nearly every a took takes".split())
_SPAN_PREPOSITIONS = frozenset(("in", "over", "during", "within", "for", "of", "throughout"))
_SUFFIXES = frozenset("st nd rd th am pm ers hrs gmt utc est ist max neo somethings ish ds gb".split())
_DAY_JOINTS = HYPHENS | {"and", "to", ","}
_MODEL_LETTERS = 4
_CLOCK_PARTS = frozenset((5, 10, 20, 25))
_HOURS = 12
_DAY_PARTS = frozenset(("morning", "afternoon", "evening"))
_LARGEST_K = 16_000
_LONGEST_TOKEN = 30


def why_not(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> str | None:
    """The reason a number is no figure, known from the atoms around it; None where it may be one."""
    start, end = reading.number_start, reading.number_end
    if sentence.is_digits(start) or sentence.is_digits(end - 1):
        reason = _digits_reason(reading, sentence)
        if reason is not None:
            return reason
    elif _is_word_chain(sentence, start):
        return "name"
    reason = name_reason(reading, sentence, lexicon)
    if reason is not None:
        return reason
    bare = reading.unit_code is None and reading.scale == ONE and not reading.is_unknown_unit
    if bare:
        reason = _bare_reason(reading, sentence, lexicon)
        if reason is not None:
            return reason
    if reading.dimension == "duration" or (reading.unit_code is None and sentence.word(reading.end) in ("%",)):
        return _time_reason(reading, sentence, lexicon)
    return _furniture(reading, sentence, lexicon)


def _digits_reason(reading: Reading, sentence: Sentence) -> str | None:
    start, end = reading.number_start, reading.number_end
    before, after = sentence.word(start - 1), sentence.word(end)
    if len(sentence.token(start)) > _LONGEST_TOKEN:
        return "part of an address on the web"
    glued_before = start > 0 and sentence.is_glued(start)
    glued_after = end < sentence.size and sentence.is_glued(end)
    if not reading.is_prefixed and glued_before:
        if before.isalpha() and before not in MONTHS:
            return "name"
        if before in _STRAY_QUOTES or before in ("_", "@", "\\", "^"):
            return "name"
        if before == "/" and not reading.is_fraction and start > 1 and sentence.is_digits(start - 2):
            return "date"
        if before == "/" and start > 1 and len(sentence.text[start - 2]) == 1 and sentence.text[start - 2].isalpha():
            return "name"  # "f/1.8"
        if before == ":" and start > 1 and sentence.is_digits(start - 2) and sentence.is_glued(start - 1):
            return "clock time"
        if before in HYPHENS and start > 1 and sentence.is_glued(start - 1):
            reason = _hyphened_before(reading, sentence)
            if reason is not None:
                return reason
        if before == "+" and start > 1 and sentence.text[start - 2].isalnum() and sentence.is_glued(start - 1):
            return "name"  # "the 5+1 talks", "T+1"
        if before == "+" and len(sentence.text[start]) >= 2 and sentence.is_digits(min(end, sentence.size - 1)):
            return "telephone number"
        if before == "#":
            return "label"
    if start and before[:1] == "0" and before.isdecimal() and len(before) > 2 and not glued_before:
        return "telephone number"
    if not reading.is_prefixed and sentence.surface(start, end) in sentence.roles["digit_name"]:
        return "name"
    if (
        sentence.text[end - 1] == "K"
        and not reading.is_prefixed
        and reading.value <= _LARGEST_K
        and _is_name_k(sentence, end)
    ):
        return "name"
    if reading.is_unknown_unit and sentence.text[end].isupper() and _is_code(sentence, start, end):
        return "code"
    if glued_after and (reading.end == end or reading.is_unknown_unit):
        if after.isalpha() and _is_suffix(after, sentence, end):
            return "ordinal or name"
        if after == "." and end + 1 < sentence.size and sentence.is_glued(end + 1) and sentence.text[end + 1].isupper():
            return "name"  # "600519.SH"
        if after in _STRAY_QUOTES and sentence.word(end + 1) == "s":
            return "decade"
        if (
            after in (":", "/")
            and end + 1 < sentence.size
            and sentence.is_digits(end + 1)
            and sentence.is_glued(end + 1)
        ):
            return "clock time" if after == ":" else "date"
        if after == "(" and len(sentence.word(end + 1)) == 1 and sentence.word(end + 2) == ")":
            return "name"
        if after in HYPHENS and _is_digit_chain(sentence, end):
            return "telephone number"
    return None


def _is_name_k(sentence: Sentence, end: int) -> bool:
    """ "a 4K monitor", "the charity 5K run": a capital K and a singular noun."""
    return end < sentence.size and sentence.facts.has_tags and sentence.token(end).tag_ in ("NN", "NNP")


def _is_code(sentence: Sentence, start: int, end: int) -> bool:
    """ "E14 5JJ", "7XYZ 123": capitals after a digit, and digits beside them."""
    before, follows = sentence.word(start - 1), sentence.word(end + 1)
    if len(sentence.text[end]) > 2 and len(sentence.text[start]) == 1:
        return True  # "1MDB"
    return (before.isdecimal() and sentence.is_glued(start - 1)) or (follows.isdecimal() and len(follows) > 1)


def _is_suffix(after: str, sentence: Sentence, end: int) -> bool:
    """Letters glued to digits that make a name or an ordinal of them, as against a unit nobody listed."""
    return (
        len(after) < 2
        or len(after) > 4
        or after in _SUFFIXES
        or (end + 1 < sentence.size and sentence.is_glued(end + 1) and sentence.text[end + 1].isalnum())
    )


def _hyphened_before(reading: Reading, sentence: Sentence) -> str | None:
    start = reading.number_start
    behind = sentence.text[start - 2]
    if behind.isalpha():
        is_code = behind.isupper() or len(behind) <= _MODEL_LETTERS or behind[0].isupper()
        if is_code and behind.lower() not in ("to", "by", "of", "and", "a", "the"):
            return "name"
        if reading.unit_code is None:
            return "name"
    if behind.isdecimal() and len(behind) == 4 and behind[:2] in ("18", "19", "20") and reading.unit_code is None:
        return "years"
    if behind[0].isdecimal() and sentence.word(start - 3) in HYPHENS and sentence.is_glued(start - 2):
        return "telephone number"
    return None


def _is_digit_chain(sentence: Sentence, end: int) -> bool:
    """ "555-123-4567", "2024-05-17"; also "555-1234"."""
    if end + 1 >= sentence.size or not sentence.is_digits(end + 1) or not sentence.is_glued(end + 1):
        return False
    follows, before = sentence.text[end + 1], sentence.text[end - 1]
    if len(before) == 3 and len(follows) == 4 and before.isdecimal() and follows.isdecimal():
        return True
    third = end + 2
    return (
        third + 1 < sentence.size
        and sentence.lower[third] in HYPHENS
        and sentence.is_glued(third)
        and sentence.is_digits(third + 1)
        and sentence.is_glued(third + 1)
    )


def _is_word_chain(sentence: Sentence, start: int) -> bool:
    """ "nine-to-five", "mid-fifties": a number word joined to the word before it."""
    return (
        start > 1
        and sentence.lower[start - 1] in HYPHENS
        and sentence.is_glued(start)
        and (sentence.is_glued(start - 1) and sentence.lower[start - 2].isalpha())
    )


def _bare_reason(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> str | None:
    start, end = reading.number_start, reading.number_end
    text = sentence.text[start]
    before, after = sentence.word(start - 1), sentence.word(end)
    is_integer = end == start + 1 and text.isdecimal()
    if after == "o" and sentence.word(end + 2) == "clock":
        return "clock time"
    follows = sentence.word(end + 1)
    is_hour = follows.isdecimal() or follows in lexicon.words.ones or follows in lexicon.words.teens
    if is_hour and (after == "past" or (after == "to" and before in ("at", "until") and reading.value in _CLOCK_PARTS)):
        return "clock time"  # "ten to six"
    part = sentence.word(end + 2)
    if after in ("in", "at") and reading.value <= _HOURS and (part in _DAY_PARTS or follows == "night"):
        return "clock time"  # "at 8 in the evening"
    if lexicon.not_after.get(after) == "time" and _is_clock(sentence, end):
        return "clock time"
    if after in ("a", "p") and sentence.word(end + 1) == "." and sentence.word(end + 2) == "m":
        return "clock time"
    if is_integer:
        if _is_date(sentence, start, end):
            return "date"
        is_side = before in ("by", "x", "×") and sentence.word(start - 2)[:1].isdecimal()  # "2560 by 1440 pixels"
        if len(text) == 4 and "1400" <= text <= "2100" and not is_side and _is_year(reading, sentence):
            return "year"
        if len(text) > 1 and text[0] == "0":
            return "code"
        if (
            (start == 0 or sentence.starts[start] - sentence.ends[start - 1] > 1)
            and after in (".", ")")
            and len(text) <= 2
            and start == 0
            and end + 1 < sentence.size
        ):
            return "list number"
        if before in ("(", "[") and after in (")", "]"):
            return "list number"
        if is_address(sentence, end, lexicon):
            return "address"
        if sentence.size <= 3 and start == 0 and (after == "of" and sentence.word(2).isdecimal()):
            return "furniture"  # "4 of 10" under a picture
        if _is_wicket_score(sentence, end):
            return "score"
        if sentence.size == 1 or (start == 0 and end == sentence.size - 1 and not after.isalpha()):
            return "furniture"
    return label(reading, sentence, lexicon)


def _is_wicket_score(sentence: Sentence, end: int) -> bool:
    """ "collapsed to 98 for seven", "212 for 4 at tea"."""
    if sentence.word(end) != "for" or sentence.word(end + 1) not in sentence.roles["wickets"]:
        return False
    follows = sentence.word(end + 2)
    return not follows.isalpha() or follows in ("at", "in", "before", "after", "declared", "when", "by")


def _is_clock(sentence: Sentence, end: int) -> bool:
    after = sentence.word(end)
    if after in ("am", "pm", "oclock", "gmt", "utc"):
        return True
    # "5 ET", "5 EST": zones are capitals; "et" and "est" are words.
    return sentence.text[end].isupper()


def _is_date(sentence: Sentence, start: int, end: int) -> bool:
    text = sentence.text[start]
    if len(text) > 2 or int(text) > 31:
        return False
    if start and _is_month(sentence, start - 1):
        return True
    if end < sentence.size and _is_month(sentence, end):
        return True
    if sentence.word(end) == "of" and end + 1 < sentence.size and _is_month(sentence, end + 1):
        return True
    # "May 17-21", "May 17 and 18", "17-21 May": the day before or after the joint stands by the month.
    joint = sentence.word(start - 1)
    if joint in _DAY_JOINTS and start >= 3 and sentence.is_digits(start - 2) and _is_month(sentence, start - 3):
        return len(sentence.text[start - 2]) <= 2 and (joint != "," or not sentence.word(end).isalpha())
    if sentence.word(end) in _DAY_JOINTS and end + 2 < sentence.size and sentence.is_digits(end + 1):
        return _is_month(sentence, end + 2)
    return start >= 1 and sentence.word(start - 1) in DAYS and start >= 2 and _is_month(sentence, start - 2)


def _is_month(sentence: Sentence, atom: int) -> bool:
    word = sentence.lower[atom]
    if word == "." and atom:
        atom, word = atom - 1, sentence.lower[atom - 1]
    return word in MONTHS and sentence.text[atom][0].isupper()


def _is_year(reading: Reading, sentence: Sentence) -> bool:
    """A bare number of four digits is a year unless a comparator or a plural noun makes it an amount."""
    start, end = reading.number_start, reading.number_end
    value = int(sentence.text[start])
    before = sentence.word(reading.start - 1)
    if reading.comparator is not None and reading.start < start:
        phrase = sentence.word(start - 1)
        return phrase in ("around", "about", "near", "circa", "c", "over", "above") and not _plural_follows(
            sentence, end
        )
    if not _plural_follows(sentence, end):
        return 1800 <= value <= 2100 or before in _YEAR_BEFORE
    return before in _YEAR_BEFORE or (1900 <= value < 2060 and value % 50 != 0)


def _plural_follows(sentence: Sentence, end: int) -> bool:
    if end >= sentence.size or not sentence.lower[end].isalpha():
        return False
    if not sentence.facts.has_tags:
        return sentence.lower[end].endswith("s") and sentence.lower[end] not in ("was", "is", "has")
    tags = [sentence.token(atom).tag_ for atom in range(end, min(end + 2, sentence.size))]
    return tags[0] == "NNS" or (len(tags) > 1 and tags[0] in ("JJ", "NN", "JJR") and tags[1] == "NNS")


def _time_reason(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> str | None:
    if reading.rate_codes:
        return None
    if lexicon.not_after.get(sentence.word(reading.end)) == "time":
        return "points in time"
    if sentence.word(reading.end) == "from" and sentence.word(reading.end + 1) == "now":
        return "points in time"
    if not reading.value and reading.is_words and sentence.word(reading.number_end) in HYPHENS:
        return "name"  # "a zero-day flaw"
    before = sentence.word(reading.start - 1)
    digits = sentence.text[reading.number_start]
    if reading.unit_code == "h" and len(digits) == 4 and digits.isdecimal() and digits < "2400" and digits[2] < "6":
        return "clock time"  # "at 2200 hours"
    if reading.value == ONE and reading.is_words and reading.unit_code == "d" and before not in _MEASURING:
        # "one day they may agree"; "within one day" measures.
        return "points in time"
    is_verb = before == "last" and sentence.facts.has_tags and sentence.token(reading.start - 1).tag_[:2] == "VB"
    if lexicon.not_before.get(before) == "time" and not is_verb:
        return "points in time"
    if before == "in" and reading.comparator is not None and _has_superlative(sentence, reading.start - 1):
        return "points in time"  # "the highest reading in nearly two years"
    if sentence.word(reading.number_end) in HYPHENS and sentence.word(reading.end) in sentence.roles["after_tenor"]:
        return "points in time"  # "a four-month low", "three-month copper"
    # "in the three years" tells when; "the three-year plan" how long.
    if before in ("the", "these", "those") and sentence.word(reading.start - 2) in _SPAN_PREPOSITIONS:
        return "points in time" if sentence.word(reading.number_end) not in HYPHENS else None
    return _furniture(reading, sentence, lexicon)


def _has_superlative(sentence: Sentence, end: int) -> bool:
    if not sentence.facts.has_tags:
        return False
    return any(sentence.token(atom).tag_ in ("JJS", "RBS") for atom in range(max(0, end - 5), end))


def _furniture(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> str | None:
    if sentence.word(reading.start - 1) == ":":
        last = sentence.word(reading.start - 2)
        if "furniture" in (
            lexicon.not_before.get(last),
            lexicon.not_before.get(f"{sentence.word(reading.start - 3)} {last}"),
        ):
            return "furniture"
    after = f"{sentence.word(reading.end - 1)} {sentence.word(reading.end)}"
    if lexicon.not_after.get(after) == "furniture":
        return "furniture"
    return None
