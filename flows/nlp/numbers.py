"""Numbers as newspapers print them, read into ``Decimal``. Pure: text and word tables in, numbers out.

Decimal, not float: figures are copied from print; 12.10 must not become 12.0999.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from flows.errors import NotANumber

# One atom: a run of digits with inner points and commas, a run of letters, or any other single sign.
ATOM = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|[^\w\s]|_")
# More digits than DECIMAL(38,9) holds are no figure; reading them would only cost time.
MAX_DIGITS = 28
ONE = Decimal(1)
_CONTEXT = Context(prec=38)
_MICRO = Decimal("0.000001")
_EUROPEAN = re.compile(
    r"(?<![\d.,])\d{1,3}(?:\.\d{3})+,\d{1,2}(?![\d.,]*\d)|(?<![\d.,])\d{1,3}(?:\.\d{3}){2,}(?![.,]?\d)"
)
_ENGLISH = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![.,]?\d)")


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The words numbers are made of, each mapped to its value; from ``number_words`` and ``scales``.

    ``scales`` holds only words that multiply wherever they stand ("million", "bn", "crore"), ``plurals``
    those that state no count of their own ("millions").
    """

    ones: Mapping[str, Decimal]
    teens: Mapping[str, Decimal]
    tens: Mapping[str, Decimal]
    groups: Mapping[str, Decimal]
    vague: Mapping[str, Decimal]
    some: frozenset[str]
    fractions: Mapping[str, Decimal]
    vulgar: Mapping[str, Decimal]
    scales: Mapping[str, Decimal]
    plurals: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class WordsRead:
    """A number in words. ``end`` is the atom after it; ``unscaled`` the number before its last scale word."""

    value: Decimal
    end: int
    unscaled: Decimal
    comparator: str = "="
    is_fraction: bool = False


def is_written_european(text: str) -> bool:
    """True where the text groups by points (``1.250,75``, ``1.250.000``) and nowhere by commas."""
    return _EUROPEAN.search(text) is not None and _ENGLISH.search(text) is None


def parse_digits(surface: str, *, decimal_comma: bool = False) -> Decimal | None:
    """Read one run of digits, points and commas.

    Args:
        surface: ``"1,250.75"``, ``"10,00,000"`` (Indian groups), ``"1.250,75"``; no sign, no scale.
        decimal_comma: The text it stands in is written the European way. A mixed run such as
            ``1.250,75`` is European wherever it stands, ``1.250`` only here.

    Returns:
        The number; None for what is no single number: ``"192.168.1.2"``, ``"1,2,3"``, more than 28 digits.

    Examples:
        >>> parse_digits("1,250.75"), parse_digits("1.250,75")
        (Decimal('1250.75'), Decimal('1250.75'))
        >>> parse_digits("1.250"), parse_digits("1.250", decimal_comma=True)
        (Decimal('1.250'), Decimal('1250'))
    """
    if len(surface) > MAX_DIGITS + 10:
        return None
    commas, points = surface.count(","), surface.count(".")
    if not commas and not points:
        return Decimal(surface) if len(surface) <= MAX_DIGITS else None
    if commas and points:
        comma_last = surface.rindex(",") > surface.rindex(".")
        group, decimal = (".", ",") if comma_last else (",", ".")
        whole, _, rest = surface.rpartition(decimal)
        return _decimal(whole, rest, group)
    if commas:
        whole, _, rest = surface.rpartition(",")
        # "3,5" in a translated text: a decimal, since no English group has one or two digits.
        if commas == 1 and (decimal_comma or len(rest) < 3):
            return _decimal(whole, rest, ".")
        return _decimal(surface, "", ",")
    if points > 1 or (decimal_comma and _is_grouped(surface, ".")):
        return _decimal(surface, "", ".")
    return Decimal(surface)


def _is_grouped(whole: str, separator: str) -> bool:
    head, *groups = whole.split(separator)
    if not groups:
        return True
    if not 1 <= len(head) <= 3 or len(groups[-1]) != 3:
        return False
    # Indian groups: two digits each but the last three, 12,34,567.
    return all(len(group) == 3 for group in groups) or (
        separator == "," and len(head) <= 2 and all(len(group) == 2 for group in groups[:-1])
    )


def _decimal(whole: str, decimals: str, group: str) -> Decimal | None:
    if not _is_grouped(whole, group) or group in decimals:
        return None
    digits = whole.replace(group, "")
    if len(digits) + len(decimals) > MAX_DIGITS or not f"{digits}{decimals}".isdecimal():
        return None
    return Decimal(f"{digits}.{decimals}") if decimals else Decimal(digits)


def exact_ratio(numerator: Decimal, denominator: Decimal) -> Decimal:
    """Quotient with 38 digits, for fractions that are still to be multiplied."""
    return _CONTEXT.divide(numerator, denominator)


def divide(numerator: Decimal, denominator: Decimal) -> Decimal:
    """Quotient with six decimals where it does not come out: two thirds of 100 are 66.666667."""
    exact = _CONTEXT.divide(numerator, denominator)
    return exact if -int(exact.as_tuple().exponent) <= 6 else exact.quantize(_MICRO)


def read_cardinal(lower: Sequence[str], start: int, words: NumberWords) -> WordsRead | None:
    """Read "three hundred and forty-two thousand" from ``lower[start]`` on.

    Args:
        lower: Atoms in lower case.
        start: Where to begin; "a" and "an" count as one before a scale or group ("a million", "a dozen").
        words: The tables.

    Returns:
        The longest cardinal found there, or None. Hyphens and "and" inside are passed over.
    """
    size = len(lower)
    total, current, unscaled = Decimal(0), None, ONE
    last_scale: Decimal | None = None
    last = ""
    position = start
    if lower[start] in ("a", "an"):
        if start + 1 >= size or (lower[start + 1] not in words.scales and lower[start + 1] not in words.groups):
            return None
        current, last, position = ONE, "article", start + 1
    end = start
    while position < size:
        word = lower[position]
        if word in ("-", "and") and last and position + 1 < size:
            follows = lower[position + 1]
            joins = follows in words.ones if word == "-" and last == "tens" else False
            if word == "and":
                joins = last in ("hundred", "scale") and (
                    follows in words.ones or follows in words.teens or follows in words.tens
                )
            elif not joins:
                joins = follows in words.scales or (last in ("hundred", "scale") and follows in words.tens)
            if not joins:
                break
            position += 1
            continue
        if word in words.ones and last in ("", "tens", "hundred", "scale"):
            current, last = (current or Decimal(0)) + words.ones[word], "ones"
        elif word in words.teens and last in ("", "hundred", "scale"):
            current, last = (current or Decimal(0)) + words.teens[word], "teens"
        elif word in words.tens and last in ("", "hundred", "scale"):
            current, last = (current or Decimal(0)) + words.tens[word], "tens"
        elif word in words.groups and last in ("", "ones", "article", "teens", "tens"):
            current, last = (current or ONE) * words.groups[word], "group"
        elif word == "hundred" and current is not None and 0 < current < 100:
            current, last = current * 100, "hundred"
        elif word in words.scales and word != "hundred" and (current is not None or last == "scale"):
            factor = words.scales[word]
            if current is None:
                # "lakh crore", "thousand billion": a scale of a scale.
                total, last_scale = total * factor, factor
            elif last_scale is not None and factor >= last_scale:
                break
            else:
                unscaled = current
                total, current, last_scale = total + current * factor, None, factor
            last = "scale"
        else:
            break
        position += 1
        end = position
    if end == start or last == "article":
        return None
    value = total + (current or 0)
    return WordsRead(value, end, value if last_scale is None else unscaled)


def read_vague(lower: Sequence[str], start: int, words: NumberWords) -> WordsRead | None:
    """Read "tens of thousands", "dozens", "several hundred", "a few million": a bound, not a number.

    Returns:
        One of the scale named, with ``>=``: the least that such words can mean.
    """
    size = len(lower)
    word = lower[start]
    value: Decimal | None = None
    position = start
    if word == "a" and start + 1 < size and lower[start + 1] == "few":
        position, word = start + 1, "few"
    if word in words.some:
        position += 1
        value = ONE
        scale = lower[position] if position < size else ""
        if scale not in words.scales and scale not in words.groups:
            return None
        while position < size and (lower[position] in words.scales or lower[position] in words.groups):
            value *= words.scales.get(lower[position]) or words.groups[lower[position]]
            position += 1
        return WordsRead(value, position, ONE, ">=")
    while position < size:
        factor = words.vague.get(lower[position]) or words.plurals.get(lower[position])
        if factor is None:
            break
        value = factor * (value or ONE)
        position += 1
        if position + 1 < size and lower[position] == "of" and lower[position + 1] in words.plurals:
            position += 1
        else:
            break
    return None if value is None else WordsRead(value, position, ONE, ">=")


def parse_number(surface: str, words: NumberWords, *, decimal_comma: bool = False) -> Decimal:
    """Read a text that is one number and nothing else.

    Args:
        surface: ``"1,250"``, ``"3.2 million"``, ``"three hundred and forty-two"``, ``"−3.5"``, ``"minus 12"``.
        words: The tables.
        decimal_comma: As for :func:`parse_digits`.

    Raises:
        NotANumber: The text does not parse as a whole. "3.2 zillion" is not 3.2.
    """
    lower = [atom.lower() for atom in ATOM.findall(surface)]
    sign = ONE
    if lower and lower[0] in ("-", "−", "minus"):
        sign, lower = -ONE, lower[1:]
    if not lower:
        raise NotANumber(surface)
    if lower[0][0].isdecimal():
        value = parse_digits(lower[0], decimal_comma=decimal_comma)
        position = 1
        while value is not None and position < len(lower) and lower[position] in words.scales:
            value *= words.scales[lower[position]]
            position += 1
        if value is not None and position == len(lower):
            return sign * value
    else:
        read = read_cardinal(lower, 0, words)
        if read is not None and read.end == len(lower):
            return sign * read.value
    raise NotANumber(surface)
