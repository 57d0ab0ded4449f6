"""Adds to a number what is printed around it: sign, currency, unit, rate, comparator."""

from flows.nlp.quantities.lexicon import Lexicon
from flows.nlp.quantities.text import HYPHENS, MONTHS, Reading, Sentence
from flows.nlp.quantities.units import prefix_at, read_exchange_rate, read_rates, set_unit, unit_at

_GOES = frozenset("go goes went gone going move moved moves rise rose climb climbed push pushed jump jumped".split())
_RATE_WORDS = frozenset(("per", "a", "an", "each", "every"))
_VERB_COMPARATORS = frozenset("top tops passed crossed crossing breached".split())
_MINUS = frozenset(("minus", "negative"))
_AGE_PREPOSITIONS = frozenset(("over", "under", "above", "below"))


def complete_odds(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> None:
    """ "nearly 9 in 10": nothing but a comparator can stand around it."""
    _comparator_before(reading, sentence, lexicon)


def complete_count(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> None:
    """What may follow a counted noun: "3 million tourists a year", "12 branches or more"."""
    read_rates(reading, sentence, lexicon)
    _comparator_after(reading, sentence, lexicon)


def complete(reading: Reading, sentence: Sentence, lexicon: Lexicon, earliest: int) -> None:
    """Add what stands around a number: sign and currency before it, unit and rate after it, comparators.

    ``earliest`` is the atom where the expression before it ends: "10 € 20 €" holds no "€ 20".
    """
    lower = sentence.lower
    first = reading.number_start
    if _is_minus(sentence, first):
        reading.is_negative, first = True, first - 1
    prefix = prefix_at(sentence, first, lexicon)
    if prefix is not None and prefix[0] >= earliest:
        prefix_start, form, confidence = prefix
        reading.unit_start, reading.unit_end = prefix_start, first
        set_unit(reading, form)
        reading.is_prefixed, first = True, prefix_start
        reading.confidence = min(reading.confidence, confidence)
        if _is_minus(sentence, first):
            reading.is_negative, first = True, first - 1
    if sentence.word(first - 1) in _MINUS and not reading.is_negative:
        reading.is_negative, first = True, first - 1
    reading.start = first
    if reading.is_negative:
        reading.value, reading.mantissa = -reading.value, -reading.mantissa
    _comparator_after(reading, sentence, lexicon)
    _unit_after(reading, sentence, lexicon)
    if reading.is_bare and reading.scale == 1:
        _unknown_unit(reading, sentence)
        read_exchange_rate(reading, sentence, lexicon)
    elif reading.is_prefixed and reading.scale == 1:
        read_exchange_rate(reading, sentence, lexicon)
    if reading.is_bare and sentence.word(reading.end) in _RATE_WORDS and not reading.is_fraction:
        _rate_of_counts(reading, sentence, lexicon)
    elif not reading.is_bare:
        read_rates(reading, sentence, lexicon)
        _comparator_after(reading, sentence, lexicon)
    _comparator_before(reading, sentence, lexicon)
    if reading.is_bare:
        _age(reading, sentence)
    if reading.start > 0 and lower[reading.start - 1] in ("(", "[") and reading.start - 1 == first - 1:
        reading.cues.append("bracketed")


def _rate_of_counts(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> None:
    """ "120 per 100,000 people", "averaged 23,400 a game": a count whose noun is left out."""
    printed = sentence.text[reading.number_start]
    if sentence.word(reading.end) != "per" and (reading.is_words or (len(printed) == 4 and printed.isdecimal())):
        return  # "five a side", "in 2020 a year later"
    before = sentence.word(reading.start - 1)
    if (before in HYPHENS or before in ("to", "and", "or")) and sentence.word(reading.start - 2)[:1].isdecimal():
        return  # "$70-75 a barrel" has its unit yet to come
    reading.unit_code, reading.dimension = "1", "count"
    read_rates(reading, sentence, lexicon)
    if not reading.rate_codes:
        reading.unit_code = reading.dimension = None


def _unknown_unit(reading: Reading, sentence: Sentence) -> None:
    """ "5,000mQ": two to four letters glued to the digits are a unit that the table lacks, kept as printed."""
    end = reading.end
    if end >= sentence.size or not sentence.is_glued(end) or not sentence.is_digits(end - 1):
        return
    suffix = sentence.text[end]
    if (
        suffix.isalpha()
        and 2 <= len(suffix) <= 4
        and (end + 1 >= sentence.size or not sentence.is_glued(end + 1) or not sentence.text[end + 1].isalnum())
    ):
        reading.unit_start, reading.unit_end, reading.end = end, end + 1, end + 1
        reading.is_unknown_unit = True
        reading.confidence = 0.4
        reading.cues.append("unit:unknown")


def _age(reading: Reading, sentence: Sentence) -> None:
    """ "aged 35", "children under five", "at the age of 40": years, though no unit is printed."""
    first = reading.number_start
    before = sentence.word(first - 1)
    is_age = before in ("aged", "age", "ages") or (before == "of" and sentence.word(first - 2) in ("age", "ages"))
    if not is_age and before == "than":
        is_age = sentence.word(first - 2) in ("older", "younger")
    if not is_age and before in ("is", "was"):
        is_age = sentence.word(first - 2) in ("age", "ages")
    if not is_age and before == "between" and sentence.word(first - 2) in ("aged", "ages"):
        is_age = True
    if not is_age and before == "of" and reading.end == reading.number_end and 9 < reading.value < 110:
        # "a man of 29 who"
        follows = sentence.word(reading.end)
        is_age = sentence.word(first - 2) in sentence.roles["person"] and follows in (
            "",
            ",",
            ".",
            "who",
            "and",
            "from",
        )
        is_age = is_age and sentence.word(first - 2) not in ("people", "children", "men", "women")
    if not is_age and before in _AGE_PREPOSITIONS and sentence.word(first - 2) in sentence.roles["person"]:
        is_age = True
    if not is_age and before == "," and sentence.word(reading.end) == "," and reading.end == reading.number_end:
        # "the striker, 23, joined": the age beside a name.
        is_age = _names_someone(sentence, first - 2) and sentence.text[first].isdecimal() and reading.value > 9
    if is_age and reading.scale == 1 and 0 < reading.value < 130:
        reading.unit_code, reading.dimension = "a", "duration"
        reading.confidence = min(reading.confidence, 0.8)
        reading.cues.append("age")


def _names_someone(sentence: Sentence, atom: int) -> bool:
    if atom < 0 or not sentence.facts.has_tags or not sentence.lower[atom].isalpha() or sentence.lower[atom] in MONTHS:
        return False
    token = sentence.token(atom)
    if token.tag_ == "NN" and sentence.lower[atom] in sentence.roles["person"]:
        return True
    return token.tag_ == "NNP" or (token.tag_ == "NN" and token.dep_ in ("nsubj", "nsubjpass"))


def _is_minus(sentence: Sentence, atom: int) -> bool:
    """A hyphen or minus glued to what follows, with space or nothing before it."""
    before = sentence.word(atom - 1)
    if before not in ("-", "−", "–") or not sentence.is_glued(atom):
        return False
    return not sentence.is_glued(atom - 1) or sentence.word(atom - 2) in ("(", "[", "/")


def _unit_after(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> None:
    position = reading.end
    if (
        sentence.word(position) in HYPHENS
        and sentence.is_glued(position)
        and sentence.is_glued(position + 1 if position + 1 < sentence.size else position)
    ):
        position += 1
    elif sentence.word(position) == "-" and not sentence.is_glued(position):
        # "30 - year bonds", as some archives print it.
        follows = unit_at(sentence, position + 1, lexicon, reading)
        position += 1 if follows is not None else 0
    if sentence.word(position) == "." and sentence.is_glued(position) and reading.scale != 1:
        position += unit_at(sentence, position + 1, lexicon, reading) is not None  # "3,5 Mio. Euro"
    if sentence.word(position) == "of" and (reading.is_vague or reading.is_fraction):
        position += 1
    if reading.is_fraction and sentence.word(position) in ("a", "an"):
        position += 1
    found = unit_at(sentence, position, lexicon, reading)
    if found is None and reading.is_fraction and sentence.word(position) in ("point", "points"):
        # "a quarter point": of interest rates, so a percentage point.
        reading.unit_code, reading.dimension, reading.is_fraction = "pp", "ratio", False
        reading.unit_start, reading.unit_end, reading.end = position, position + 1, position + 1
        return
    if found is None and sentence.word(position) in sentence.roles["inside_quantity"]:
        position += 1
        found = unit_at(sentence, position, lexicon, reading)
    if found is None:
        return
    end, form, confidence = found
    is_sign = form.dimension == "money" and not sentence.text[end - 1].isalnum()
    if is_sign and sentence.word(end)[:1].isdecimal() and sentence.is_glued(end):
        # "10 €20": the sign belongs to what follows it.
        return
    if reading.is_prefixed:
        if form.dimension == "money":
            reading.end = reading.unit_end = end
        return
    reading.unit_start, reading.unit_end, reading.end = position, end, end
    set_unit(reading, form)
    reading.confidence = min(reading.confidence, confidence)


def _comparator_before(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> None:
    """Phrases right before the expression; of several ("more than an estimated 5") the first decides."""
    for _ in range(2):
        first = reading.start
        rows = lexicon.comparators_before.get(sentence.word(first - 1))
        for atoms, comparator in rows or ():
            begin = first - len(atoms)
            if begin < 0 or tuple(sentence.lower[begin:first]) != atoms:
                continue
            if not _is_comparing(sentence, begin, atoms, reading, lexicon):
                continue
            reading.comparator, reading.start = comparator, begin
            reading.cues.append(f"comparator:{' '.join(atoms)}")
            break
        else:
            return


def _is_comparing(sentence: Sentence, begin: int, atoms: tuple[str, ...], reading: Reading, lexicon: Lexicon) -> bool:
    before = sentence.word(begin - 1)
    if atoms == ("over",) and before in sentence.roles["before_phrasal_over"]:
        return False
    if atoms == ("over",) and sentence.word(reading.end) in sentence.roles["spanned_noun"]:
        return False  # "decided over 12 rounds"
    if atoms == ("over",) and reading.dimension == "duration" and reading.kind is None:
        # "spend it over five years" is during them, "waited over a year" beyond it.
        ages = sentence.word(reading.end) in ("old", "late", "long", "away")
        return ages or not before or before in sentence.roles["before_long_time"]
    if atoms == ("near",):
        return reading.dimension in ("money", "ratio") or (reading.dimension or "").startswith("money_per_")
    if atoms == ("up", "to") and (before in _GOES or before in lexicon.verbs):
        return False
    if len(atoms) == 1 and atoms[0] in _VERB_COMPARATORS:
        if not sentence.facts.has_tags or before in ("the", "a", "its"):
            return False
        return sentence.token(begin).tag_[:2] == "VB"
    return True


def _comparator_after(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> None:
    position = reading.end
    hyphenated = sentence.word(position) in HYPHENS and sentence.is_glued(position)
    step = position + 1 if hyphenated else position
    for atoms, comparator in lexicon.comparators_after.get(sentence.word(step), ()):
        end = step + len(atoms)
        if tuple(sentence.lower[step:end]) != atoms or sentence.word(end)[:1].isdecimal():
            continue
        if atoms[0] in ("plus", "odd") and not hyphenated:
            continue
        if atoms[0] == "and" and sentence.word(end) == "than":
            continue  # "120 countries and more than 40 heads of state"
        if atoms == ("+",) and not sentence.is_glued(step):
            continue
        reading.comparator, reading.end = comparator, end
        reading.cues.append(f"comparator:{' '.join(atoms)}")
        return
