"""Joins numbers that stand together: ranges, lists, "from A to B", units and scales printed only once."""

from decimal import Decimal
from itertools import count, pairwise

from flows.nlp.numbers import ONE, divide
from flows.nlp.quantities.lexicon import Lexicon
from flows.nlp.quantities.text import HYPHENS, Reading, Sentence
from flows.nlp.quantities.units import apply_rates, denominator, read_rates

_LIST_GAPS = frozenset(((",",), ("and",), ("or",), (",", "and"), (",", "or"), ("&",), ("and", "then"), ("plus",)))
_SIDES = frozenset((("by",), ("x",), ("×",)))
_BESIDE = frozenset("below above than against with beating missing exceeding topping versus under over".split())
_ELLIPSIS = frozenset("from to against versus vs with at and than of plus".split())
_TWO = Decimal(2)
_THREE = Decimal(3)
_CENT = Decimal("0.01")
_STEPS = frozenset(
    (
        ("[ft_i]", "[in_i]"),
        ("h", "min"),
        ("min", "s"),
        ("a", "mo"),
        ("mo", "d"),
        ("d", "h"),
        ("wk", "d"),
        ("[lb_av]", "[oz_av]"),
        ("[stone_av]", "[lb_av]"),
        ("m", "cm"),
        ("km", "m"),
        ("kg", "g"),
    )
)


def join(readings: list[Reading], sentence: Sentence, lexicon: Lexicon, ids: "count[int]") -> list[Reading]:
    """Merge the halves of ranges, share what stands once, give lists their id and their roles.

    Returns:
        The readings in text order, fewer by the ranges merged and the scores dropped.
    """
    if len(readings) > 1:
        _share(readings, sentence, lexicon)
    joined: list[Reading] = []
    for reading in readings:
        previous = joined[-1] if joined else None
        if previous is not None:
            merged = _merge(previous, reading, sentence, lexicon, ids)
            if merged == "range":
                continue
            if merged == "drop":
                joined.pop()
                continue
        joined.append(reading)
    return joined


def _gap(left: Reading, right: Reading, sentence: Sentence) -> tuple[str, ...]:
    gap = tuple(sentence.lower[left.end : right.start])
    # "an 8- to 16-metre mirror"
    return gap[1:] if len(gap) == 2 and gap[0] in HYPHENS and gap[1] in ("to", "and", "or") else gap


def _share(readings: list[Reading], sentence: Sentence, lexicon: Lexicon) -> None:
    """From right to left, a later member's scale, unit and rate to those before it that have none."""
    for left, right in zip(readings[-2::-1], readings[:0:-1], strict=True):
        gap = _gap(left, right, sentence)
        close = gap in _LIST_GAPS or gap in (("to",), ("from",)) or _is_dash(left, right, sentence)
        close = close or (gap in _SIDES and left.is_bare and right.dimension == "length")
        if not close:
            continue
        _share_scale(left, right, gap)
        if (
            left.unit_code is None
            and right.unit_code is not None
            and not right.is_prefixed
            and left.number_end == left.end
        ):
            left.adopt_unit(right)
            left.rate_codes = list(right.rate_codes)
            left.cues.append("unit:shared")
        elif gap == (",", "or") or (left.scale != right.scale and left.scale > right.scale):
            continue  # "$1.2 billion, or $2.31 per share"
        elif gap == ("to",) and left.value * _THREE < right.value:
            continue  # "gained 7.2 cents to $2.31 per pound": the change, then the level
        elif not left.rate_codes and right.rate_codes and (right.unit_code or "").startswith(f"{left.unit_code}/"):
            left.unit_code, left.dimension = right.unit_code, right.dimension
            left.rate_codes = list(right.rate_codes)
            left.rate_start, left.rate_end = right.rate_start, right.rate_end
            left.cues.append("rate:shared")
    for left, right in pairwise(readings):
        gap = _gap(left, right, sentence)
        if left.unit_code is None or len(gap) > 8 or not gap:
            continue
        if gap == ("(",) and left.dimension == right.dimension == "money" and sentence.word(right.end) == ")":
            _share_rate_behind(left, right, sentence, lexicon)
        if left.rate_codes and (left.unit_code or "").startswith(f"{right.unit_code}/"):
            # "£11.44 an hour from £10.42"
            if gap[-1] in _ELLIPSIS and gap[-1] not in ("at", "of", "and") and right.scale == left.scale:
                right.unit_code, right.dimension = left.unit_code, left.dimension
                right.rate_codes = list(left.rate_codes)
                right.rate_start, right.rate_end = left.rate_start, left.rate_end
                right.cues.append("rate:ellipsis")
            continue
        if right.unit_code is not None:
            continue
        if left.is_prefixed and (gap in _LIST_GAPS or gap == ("to",) or _is_dash(left, right, sentence)):
            is_own = right.is_words and not left.is_words and gap != ("to",)
            if not is_own and (gap == ("to",) or _is_dash(left, right, sentence) or right.scale != ONE):
                right.adopt_unit(left)
                right.cues.append("unit:shared")
                if not left.rate_codes:
                    _share_late_rate(left, right, sentence, lexicon)
        elif "age" in left.cues and (gap in (("to",), ("and",), ("or",)) or _is_dash(left, right, sentence)):
            right.adopt_unit(left)
        elif gap and _leads_ellipsis(gap, right, sentence) and _takes_ellipsis(left, right, gap, sentence):
            right.adopt_unit(left)
            if left.scale == _CENT:
                right.value, right.scale = right.value * _CENT, _CENT  # "to 20 cents from 35"
            right.rate_codes = list(left.rate_codes)
            right.confidence = min(right.confidence, 0.85)
            right.cues.append("unit:ellipsis")


def _share_late_rate(left: Reading, right: Reading, sentence: Sentence, lexicon: Lexicon) -> None:
    """ "$70-75 a barrel": the rate stands after the number that had no unit until now."""
    read_rates(right, sentence, lexicon)
    if right.rate_codes:
        left.unit_code, left.dimension, left.rate_codes = right.unit_code, right.dimension, list(right.rate_codes)
        left.rate_start, left.rate_end = right.rate_start, right.rate_end


def _share_rate_behind(left: Reading, right: Reading, sentence: Sentence, lexicon: Lexicon) -> None:
    """ "3,952 ringgit ($841.93) a metric ton": the rate of both."""
    found = denominator(sentence, right.end + 1, lexicon)
    if found is None or left.rate_codes or right.rate_codes:
        return
    code, multiplier, end = found
    for reading in (left, right):
        reading.rate_codes, reading.value = [code], divide(reading.value, multiplier)
        reading.rate_start, reading.rate_end = right.end + 1, end
        apply_rates(reading, lexicon)


def _share_scale(left: Reading, right: Reading, gap: tuple[str, ...]) -> None:
    if left.scale != ONE or right.scale == ONE or left.is_fraction or left.rate_codes:
        return
    if left.is_prefixed and right.scale < ONE:
        return  # "$3.08, 31 cents less"
    if right.is_words and not left.is_words:
        return  # "start at $25 and a hundred thousand have been sold"
    if left.unit_code is not None and not left.is_prefixed:
        return
    small, large = abs(left.mantissa), abs(right.mantissa)
    if small >= 1000 or not large:
        return
    is_range = gap == ("to",) or (len(gap) == 1 and gap[0] in HYPHENS)
    if small < (large if is_range else large * 20):
        left.value, left.scale = left.mantissa * right.scale, right.scale
        left.cues.append("scale:shared")


def _leads_ellipsis(gap: tuple[str, ...], right: Reading, sentence: Sentence) -> bool:
    if gap[-1] in _ELLIPSIS:
        return True
    is_level = sentence.word(right.end) in sentence.roles["level_noun"]
    return len(gap) > 1 and gap[-1] in ("the", "a") and gap[-2] in _BESIDE and is_level


def _takes_ellipsis(left: Reading, right: Reading, gap: tuple[str, ...], sentence: Sentence) -> bool:
    """ "$5.1 billion from 4.8 billion", "5 points to 861", "to 5.1% from 5.4"."""
    if any(word in (".", ";") for word in gap) or _noun_follows(right, sentence):
        return False
    if left.dimension == "ratio":
        was_level = sentence.word(left.start - 1) in ("to", "at", "of", "was", "is", "from")
        return gap[-1] in ("from", "against", "to", "with", "versus", "vs") and abs(right.value) <= 100 and was_level
    if left.dimension in ("duration", "length") and right.scale == ONE:
        return gap == ("to",) and sentence.word(left.start - 1) == "from"
    if gap[-1] in ("and", "of", "at", "than") and right.scale == ONE:
        return False
    return right.scale != ONE or left.scale in (ONE, _CENT)


def _noun_follows(reading: Reading, sentence: Sentence) -> bool:
    if reading.end >= sentence.size or not sentence.lower[reading.end].isalpha():
        return False
    if not sentence.facts.has_tags:
        return sentence.lower[reading.end] not in ("in", "a", "on", "last", "this", "the", "from", "to", "and", "by")
    token = sentence.token(reading.end)
    if token.lower_ in ("last", "next", "this", "previously", "earlier"):
        return False
    if token.lower_ in sentence.roles["level_noun"]:
        return False  # "below the 10.1 billion forecast by analysts"
    return token.tag_[:2] in ("NN", "JJ") and token.tag_ != "NNP"


def _is_dash(left: Reading, right: Reading, sentence: Sentence) -> bool:
    gap = sentence.lower[left.end : right.start]
    if len(gap) != 1 or gap[0] not in HYPHENS:
        return False
    dash = left.end
    return sentence.is_glued(dash) == (right.start > 0 and sentence.is_glued(right.start))


def _merge(left: Reading, right: Reading, sentence: Sentence, lexicon: Lexicon, ids: "count[int]") -> str | None:
    """How two neighbours belong together: ``range`` (left has taken right in), ``drop`` (a score), or None."""
    gap = _gap(left, right, sentence)
    if gap in ((), ("and",)) and _is_smaller_unit(left, right, lexicon):
        return _add(left, right, lexicon)
    same = left.unit_code == right.unit_code and left.is_fraction == right.is_fraction
    before = sentence.word(left.start - 1)
    if left.multiple or right.multiple or left.is_range:
        return None
    if _is_dash(left, right, sentence):
        if not same:
            return None
        if right.is_bare and _is_score(left, right, sentence, lexicon):
            return "drop"
        if left.value < right.value:
            return _make_range(left, right, left.start)
        return None
    if before == "between" and gap == ("and",) and same and abs(left.value) < abs(right.value):
        return _make_range(left, right, left.start - 1)
    if gap == ("to",) and same:
        return _to(left, right, before, sentence, lexicon, ids)
    if before == "from" and gap and gap[-1] == "to" and len(gap) <= 10 and left.dimension == right.dimension:
        _mark(left, right, ids, "from", "to")
    elif gap and gap[-1] == "from" and len(gap) <= 10 and before in ("to", "at") and left.dimension == right.dimension:
        _mark(left, right, ids, "to", "from")
    elif (
        gap == ("or",)
        and same
        and (left.is_bare or "unit:shared" in left.cues)
        and left.value < right.value <= left.value * _TWO + 1
        and not left.is_prefixed
    ):
        return _make_range(left, right, left.start)
    elif gap in _LIST_GAPS and left.dimension == right.dimension:
        _mark(left, right, ids, "item", "item")
    return None


def _is_smaller_unit(left: Reading, right: Reading, lexicon: Lexicon) -> bool:
    """ "5 feet 2 inches", "three hours and 12 minutes", "3 dollars 50 cents"."""
    if (
        left.unit_code is None
        or right.unit_code is None
        or left.dimension != right.dimension
        or right.start != right.number_start
    ):
        return False
    if left.rate_codes or right.rate_codes or left.dimension not in ("length", "duration", "mass", "money"):
        return False
    if left.value != left.value.to_integral_value() or left.number_end > left.unit_start >= left.number_start:
        return False
    if left.dimension == "money":
        return left.unit_code == right.unit_code and right.scale == _CENT and 0 < right.value < 1 and left.scale == ONE
    if left.unit_code == right.unit_code or left.scale != ONE or right.scale != ONE or not right.value:
        return False
    one = lexicon.factors.get(left.unit_code), lexicon.factors.get(right.unit_code)
    # The next smaller unit of the same system, less than one of the larger: "5 km and 300 miles" is a list.
    return (
        one[0] is not None
        and one[1] is not None
        and ((left.unit_code, right.unit_code) in _STEPS or ("compound" in left.cues and right.unit_code == "s"))
        and right.value * one[1] < one[0]
    )


def _add(left: Reading, right: Reading, lexicon: Lexicon) -> str:
    if left.unit_code == right.unit_code or left.unit_code is None or right.unit_code is None:
        left.value += right.value
    else:
        left.value = divide(
            left.value * lexicon.factors[left.unit_code] + right.value * lexicon.factors[right.unit_code],
            lexicon.factors[left.unit_code],
        )
    left.end, left.unit_end = right.end, right.unit_end
    left.cues.append("compound")
    return "range"


def _to(
    left: Reading, right: Reading, before: str, sentence: Sentence, lexicon: Lexicon, ids: "count[int]"
) -> str | None:
    """ "20% to 25%" is a range; "from 5 to 7" two levels after a verb of change; "by 2 to 861" change and level."""
    rising = left.value < right.value
    if before == "from" and not rising and sentence.word(left.start - 2) in sentence.roles["ranging_verb"]:
        return _make_range(left, right, left.start - 1)
    if before == "from":
        if rising and not _is_change_context(left, sentence, lexicon):
            return _make_range(left, right, left.start - 1)
        _mark(left, right, ids, "from", "to")
        return None
    if "unit:shared" in left.cues:
        return _make_range(left, right, left.start) if rising else None
    direct = before in lexicon.verbs or before in lexicon.particles
    if not rising:
        return None
    # "fell 2 points to 18", "widened 12 basis points to 325": the change, then the level it led to.
    if (before == "by" or direct) and (left.dimension != "ratio" or right.value > left.value * _TWO):
        return None
    return _make_range(left, right, left.start)


def _is_change_context(left: Reading, sentence: Sentence, lexicon: Lexicon) -> bool:
    """A word of change before "from" in the same clause."""
    for atom in range(left.start - 2, max(-1, left.start - 14), -1):
        word = sentence.lower[atom]
        if word in (";", ":", "which") or word in sentence.roles["ranging_verb"]:
            return False
        if word in lexicon.verbs or word in lexicon.particles or word in lexicon.multiples:
            return True
        if word in lexicon.nouns and (not sentence.facts.has_tags or sentence.token(atom).tag_[:2] == "NN"):
            return True
        if word in sentence.roles["level_mover"]:
            return True
    return False


def _make_range(left: Reading, right: Reading, start: int) -> str:
    left.low, left.high = min(left.value, right.value), max(left.value, right.value)
    left.value = (left.value + right.value) / _TWO
    left.start, left.end = start, right.end
    left.number_end = right.number_end
    if right.unit_end > left.unit_end:
        left.unit_start, left.unit_end = right.unit_start, right.unit_end
        left.is_prefixed = left.is_prefixed and right.is_prefixed
    left.scale = right.scale
    left.is_range = True
    left.rate_codes = right.rate_codes
    left.rate_start, left.rate_end = right.rate_start, right.rate_end
    left.confidence = min(left.confidence, right.confidence)
    left.cues.append("range")
    return "range"


def _mark(left: Reading, right: Reading, ids: "count[int]", left_role: str, right_role: str) -> None:
    if left.list_id is None:
        left.list_id, left.list_role = next(ids), left_role
    right.list_id, right.list_role = left.list_id, right_role


def _is_score(left: Reading, right: Reading, sentence: Sentence, lexicon: Lexicon) -> bool:
    """ "beat them 3-1", "a 5-4 ruling": two bare numbers with nothing counted after them."""
    if left.scale != ONE or right.scale != ONE:
        return False
    follows = sentence.word(right.end)
    if lexicon.not_after.get(follows) == "score" or left.value >= right.value:
        return True
    if not follows.isalpha():
        return True
    if not sentence.facts.has_tags:
        return not follows.endswith("s")
    return sentence.token(right.end).tag_ not in ("NNS", "JJ", "JJR", "NN")


def mark_respective(readings: list[Reading], sentence: Sentence, ids: "count[int]") -> None:
    """ "oil and gas by 3 and 4 percent respectively": the last run of like readings before the word."""
    if "respectively" not in sentence.lower or len(readings) < 2:
        return
    at = sentence.lower.index("respectively")
    run = [reading for reading in readings if reading.start < at]
    if len(run) < 2:
        return
    last = run[-1]
    members = [last]
    for reading in reversed(run[:-1]):
        if reading.dimension != last.dimension or members[-1].start - reading.end > 8:
            break
        members.append(reading)
    if len(members) < 2:
        return
    list_id = next((member.list_id for member in members if member.list_id is not None), None)
    shared = next(ids) if list_id is None else list_id
    for member in members:
        member.list_id, member.list_role, member.is_respective = shared, member.list_role or "item", True
