"""Finds the unit printed before or after a number, settles which one an ambiguous form means, reads rates."""

from dataclasses import replace
from decimal import Decimal

from flows.nlp.numbers import ONE, divide, parse_digits, read_cardinal
from flows.nlp.quantities.lexicon import Lexicon, UnitForm, unit_dimension
from flows.nlp.quantities.text import HYPHENS, Reading, Sentence

_RATE_DIMENSIONS = frozenset(("duration", "mass", "volume", "energy", "length", "area", "container_capacity", "power"))
_NOT_A_RATE = frozenset("ago earlier before after later previously prior hence long old".split())
_INCH_WORDS = frozenset("thick wide long tall deep high diameter".split())
_ADVERBS = {
    "annually": "a",
    "yearly": "a",
    "daily": "d",
    "weekly": "wk",
    "monthly": "mo",
    "hourly": "h",
}
_BEFORE_NUMBER = {"annual": "a", "yearly": "a", "daily": "d", "weekly": "wk", "monthly": "mo", "hourly": "h"}
_DOCUMENT_CONTEXT = frozenset(("money", "temperature"))
_MAX_PREFIX_ATOMS = 4
_TIMES = frozenset(("a", "mo", "wk", "d", "h", "min", "s"))
_NOMINAL = frozenset(("NN", "NNS", "NNP", "NNPS", "JJ", "HYPH", "CC", "VBN", "VBG"))


def prefix_at(sentence: Sentence, number_start: int, lexicon: Lexicon) -> tuple[int, UnitForm, float] | None:
    """The currency printed right before an atom: "US$", "Rs.", "RMB", "EUR "."""
    end = number_start
    if sentence.word(end - 1) == "." and sentence.is_glued(end - 1):
        end -= 1
    lower = sentence.lower
    for length in range(min(_MAX_PREFIX_ATOMS, end), 0, -1):
        first = end - length
        forms = lexicon.units_before.get(tuple(lower[first:end]))
        if forms is None:
            continue
        if sentence.text[first][0].isalpha() and first and sentence.is_glued(first) and lower[first - 1].isalpha():
            continue
        chosen = _choose(forms, sentence, first, end, None)
        if chosen is not None:
            return first, *chosen
    return None


def unit_at(
    sentence: Sentence, start: int, lexicon: Lexicon, reading: Reading | None = None
) -> tuple[int, UnitForm, float] | None:
    """The unit whose written form begins at an atom: the atom after it, the form, how sure."""
    if start >= sentence.size:
        return None
    found = sentence.match_unit(lexicon.units_after, start)
    if found is None:
        return None
    end, forms = found
    chosen = _choose(tuple(forms), sentence, start, end, reading)
    return None if chosen is None else (end, *chosen)


def _choose(
    forms: tuple[UnitForm, ...], sentence: Sentence, start: int, end: int, reading: Reading | None
) -> tuple[UnitForm, float] | None:
    """Of the units one form may mean, the one the text around it speaks for."""
    surface = sentence.surface(start, end)
    # "ML" are megalitres, "ml" and "Ml" millilitres: a form that asks for its case comes first.
    fitting = [form for form in forms if form.needs_case and surface in form.surfaces]
    if all(form.context for form in fitting):
        fitting += [form for form in forms if not form.needs_case]
    if not fitting:
        return None
    if surface == "$" and sentence.facts.dollar != "USD":
        return replace(fitting[0], unit_code=sentence.facts.dollar), 0.6
    if len({form.unit_code for form in fitting}) == 1 and not fitting[0].context:
        return fitting[0], 0.97
    default: UnitForm | None = None
    best: UnitForm | None = None
    best_score = 0
    near = sentence.words
    for form in fitting:
        if not form.context:
            default = default or form
            continue
        score = 2 * len(form.context & near)
        if not score and form.dimension in _DOCUMENT_CONTEXT:
            score = 1 if form.context & sentence.facts.words else 0
        if "@scaled" in form.context:
            score = int(reading is not None and (reading.scale > ONE or reading.value >= 10000))
        if "@glued" in form.context:
            score = 2 * int(sentence.is_glued(start))
        if "@inch" in form.context:
            score = int(bool(_INCH_WORDS & set(sentence.lower[end : end + 3])))
        if score > best_score:
            best, best_score = form, score
    if best is not None:
        return best, 0.9 if best_score > 1 else 0.8
    return None if default is None else (default, 0.85)


def set_unit(reading: Reading, form: UnitForm) -> None:
    reading.unit_code, reading.dimension = form.unit_code, form.dimension
    if form.multiplier != ONE:
        _multiply(reading, form.multiplier)


def _multiply(reading: Reading, factor: Decimal) -> None:
    reading.value *= factor
    reading.scale *= factor


def read_exchange_rate(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> None:
    """ "the naira traded at 1,520 to the dollar", "at N1,520 to the dollar": a number between two currencies."""
    step = reading.end
    own_code = reading.unit_code if reading.dimension == "money" else None
    if reading.unit_code is not None and own_code is None:
        return
    word = sentence.word(step)
    if word not in ("to", "against", "per", "versus", "for"):
        return
    step += 1
    if word == "to" and own_code is not None and own_code != "USD" and sentence.lower[step : step + 2] == ["$", "1"]:
        reading.unit_code, reading.dimension = f"{own_code}/USD", "money_per_money"
        reading.rate_start, reading.rate_end, reading.end = reading.end, step + 2, step + 2
        return  # "P58.86 to $1"
    if word != "per":
        if sentence.word(step) not in ("the", "one", "a"):
            return
        step += 1
    if sentence.word(step) in ("us", "american", "greenback"):
        step += sentence.word(step) != "greenback"
    against = unit_at(sentence, step, lexicon)
    if against is None or against[1].dimension != "money" or (own_code is not None and word == "for"):
        return
    if own_code is not None and own_code != against[1].unit_code:
        reading.unit_code, reading.dimension = f"{own_code}/{against[1].unit_code}", "money_per_money"
        reading.rate_start, reading.rate_end = reading.end, against[0]
        reading.end = against[0]
        reading.cues.append("exchange rate")
        return
    for atom in range(reading.start - 1, max(-1, reading.start - 25), -1):
        own = unit_at(sentence, atom, lexicon) if sentence.lower[atom].isalpha() else None
        if own is None or own[1].dimension != "money" or own[1].unit_code == against[1].unit_code:
            continue
        reading.unit_code = f"{own[1].unit_code}/{against[1].unit_code}"
        reading.dimension, reading.unit_start, reading.unit_end = "money_per_money", step, against[0]
        if word in ("per", "to"):
            reading.end = against[0]
        reading.cues.append("exchange rate")
        return


def read_rates(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> None:
    """Extend a unit by its denominators: "a barrel", "/MWh", "per million people", "annually"."""
    for _ in range(3):
        found = denominator(sentence, reading.end, lexicon)
        if found is None:
            break
        code, multiplier, end = found
        if code == "{person}" and reading.unit_code == "%":
            break
        reading.rate_codes.append(code)
        if multiplier != ONE:
            reading.value = divide(reading.value, multiplier)
        if reading.rate_start < 0:
            reading.rate_start = reading.end
        reading.end = reading.rate_end = end
    if not reading.rate_codes and sentence.word(reading.end) == "of" and reading.dimension not in ("ratio", "duration"):
        _rate_after_of(reading, sentence, lexicon)
    if not reading.rate_codes and reading.dimension != "ratio":
        code = _BEFORE_NUMBER.get(sentence.word(reading.start - 1), "")
        if code and reading.dimension not in ("duration", "temperature"):
            reading.rate_codes.append(code)
            reading.cues.append(f"rate:{sentence.word(reading.start - 1)}")
    if reading.rate_codes:
        apply_rates(reading, lexicon)


def _rate_after_of(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> None:
    """ "1 million tons of grain a year": the time stands after what is measured."""
    if not sentence.facts.has_tags:
        return
    for atom in range(reading.end + 1, min(reading.end + 8, sentence.size)):
        found = denominator(sentence, atom, lexicon) if atom > reading.end + 1 else None
        if found is not None and found[0] in _TIMES and sentence.lower[atom] not in HYPHENS:
            code, multiplier, end = found
            reading.rate_codes.append(code)
            if multiplier != ONE:
                reading.value = divide(reading.value, multiplier)
            reading.rate_start, reading.rate_end, reading.end = atom, end, end
            return
        if sentence.token(atom).tag_ not in _NOMINAL:
            return


def apply_rates(reading: Reading, lexicon: Lexicon) -> None:
    code = reading.unit_code or "1"
    for part in reading.rate_codes:
        code = f"{code}/{part}"
    reading.unit_code = code
    reading.dimension = unit_dimension(code, lexicon.dimensions)


def denominator(sentence: Sentence, position: int, lexicon: Lexicon) -> tuple[str, Decimal, int] | None:
    """One denominator at an atom: its code, what it multiplies, the atom after it."""
    lower, size = sentence.lower, sentence.size
    if position < size and lower[position] in HYPHENS and sentence.is_glued(position):
        position += 1
    if position >= size:
        return None
    word = lower[position]
    if word in _ADVERBS:
        return _ADVERBS[word], ONE, position + 1
    step = position + 1
    if word in ("a", "an", "each", "every", "per", "/"):
        while step < size and lower[step] in HYPHENS:
            step += 1
    else:
        return None
    if step >= size:
        return None
    if word == "per":
        if lower[step] in ("annum", "year"):
            return "a", ONE, step + 1
        if lower[step] in ("capita", "head", "person", "inhabitant", "resident"):
            return "{person}", ONE, step + 1
        if lower[step] == "cent":
            return None
    found = unit_at(sentence, step, lexicon)
    if found is not None:
        end, form, _ = found
        if word in ("a", "an", "each", "every"):
            follows = sentence.word(end)
            if form.dimension not in _RATE_DIMENSIONS or follows in _NOT_A_RATE:
                return None
        if form.dimension == "money" and word != "per":
            return None
        return form.unit_code, form.multiplier, end
    if word == "per" and lower[step] in lexicon.rate_nouns:
        return lexicon.rate_nouns[lower[step]], ONE, step + 1
    signs = lexicon.units_before.get((lower[step],)) if word == "/" else None
    if signs is not None and signs[0].dimension == "money":
        return signs[0].unit_code, ONE, step + 1  # "N800/$"
    if word == "per":
        return _per_noun(sentence, step, lexicon)
    if word in ("a", "an", "/") and lower[step] in lexicon.rate_nouns:
        return lexicon.rate_nouns[lower[step]], ONE, step + 1
    return None


def _per_noun(sentence: Sentence, step: int, lexicon: Lexicon) -> tuple[str, Decimal, int] | None:
    """ "per 100,000 people", "per household": the noun in braces, a round number before it in the code."""
    lower = sentence.lower
    prefix = ""
    if sentence.is_digits(step):
        number = parse_digits(sentence.text[step])
        step += 1
    else:
        read = read_cardinal(lower, step, lexicon.words)
        bare_scale = lexicon.words.scales.get(lower[step])
        number = read.value if read is not None else bare_scale
        step = read.end if read is not None else step + 1 if bare_scale is not None else step
    if number is not None and step < sentence.size and lower[step] in lexicon.words.scales:
        number, step = number * lexicon.words.scales[lower[step]], step + 1
    if number is not None:
        digits = f"{number.to_integral_value():f}"
        prefix = f"10*{len(digits) - 1}." if digits.strip("0") == "1" and len(digits) > 1 else f"{digits}."
        found = unit_at(sentence, step, lexicon)
        if found is not None:
            # "per 100 kg" is a hundredth of it per kilogram.
            return found[1].unit_code, found[1].multiplier * number, found[0]
    if step >= sentence.size or not lower[step].isalpha():
        return None
    known = lexicon.rate_nouns.get(lower[step])
    if known is None:
        token = sentence.token(step)
        if sentence.facts.has_tags and token.tag_[:2] != "NN":
            return None
        known = f"{{{token.lemma_.lower() or lower[step]}}}"
    return f"{prefix}{known}", ONE, step + 1
