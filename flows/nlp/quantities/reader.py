"""Numbers with their units in a parsed text: level, change, share and rate, comparator and direction apart.

Works on atoms (:mod:`flows.nlp.quantities.text`), which are finer than tokens, and asks the parse where a
number stands without a unit. Bounds are those stated: ``~`` has none, ``>`` no upper one. A comparator
speaks of the amount as printed ("fell more than 5%" is ``>``), bounds of the value with its sign.
"""

from decimal import Decimal
from itertools import count

from spacy.tokens import Doc

from flows.nlp.numbers import ONE, divide
from flows.nlp.quantities.bare import counts_none, is_anaphoric, is_gapped, stands_as_number
from flows.nlp.quantities.change import hand_back, settle_kind, settle_points
from flows.nlp.quantities.exclude import why_not
from flows.nlp.quantities.join import join, mark_respective
from flows.nlp.quantities.lexicon import Lexicon
from flows.nlp.quantities.names import LABELLING, continues_label
from flows.nlp.quantities.nouns import find_noun
from flows.nlp.quantities.numbers import read_number
from flows.nlp.quantities.odds import BEFORE_ARTICLE, read_article, read_odds
from flows.nlp.quantities.surroundings import complete, complete_count, complete_odds
from flows.nlp.quantities.text import Reading, Sentence, TextFacts
from flows.nlp.spans import Quantity

_HUNDRED = Decimal(100)
_LIMIT = Decimal(10) ** 28
_NINE = Decimal("0.000000001")
_ABBREVIATIONS = frozenset(("rs.", "approx.", "no.", "c.", "est.", "mio.", "mrd."))
_MULTIPLIED = frozenset("what that the its their last his".split())
_LIST_JOINTS = frozenset((("and",), ("or",), (",",), (",", "and"), (",", "or")))


def find_quantities(doc: Doc, lexicon: Lexicon, is_trigger: "TriggerTest") -> list[Quantity]:
    """All quantities of a document in text order, none overlapping.

    Args:
        doc: Tagged and parsed, or not: without a parse fewer are found. ``doc._.periods`` are left alone.
        lexicon: The tables.
        is_trigger: Tells which tokens can begin a number.
    """
    spans = is_trigger.sentences(doc)
    if not spans:
        return []
    facts = TextFacts(doc, lexicon)
    # "within 90 days" tells when, and for how long too.
    periods = sorted(
        (period.char_start, period.char_end)
        for period in doc._.periods or ()
        if not period.surface.lower().startswith("within ")
    )
    ids = count(1)
    found: list[Quantity] = []
    for token_start, token_end in spans:
        sentence = Sentence(facts, token_start, token_end)
        readings = _read_sentence(sentence, lexicon, periods, ids)
        found.extend(_as_quantity(reading, sentence) for reading in readings)
    return found


def _breaks_off(doc: Doc, start: int) -> bool:
    last = doc[start - 1].lower_
    if last == "." and start > 1 and not doc[start - 2].whitespace_:
        last = f"{doc[start - 2].lower_}."
    return last in _ABBREVIATIONS or _is_set_apart(doc, start)


def _is_set_apart(doc: Doc, start: int) -> bool:
    """ "6 . 2 %", as some archives print a decimal: no sentence ends at that point."""
    return (
        start > 1
        and start + 1 < len(doc)
        and doc[start - 1].text == "."
        and bool(doc[start - 2].whitespace_)
        and doc[start - 2].is_digit
        and doc[start].is_digit
        and doc[start + 1].text == "%"
    )


class TriggerTest:
    """Which tokens hold a digit or a number word; remembers the answer by the token's hash."""

    def __init__(self, starters: frozenset[str]) -> None:
        self._starters = starters
        self._known: dict[int, bool] = {}

    def sentences(self, doc: Doc) -> list[tuple[int, int]]:
        """Token bounds of the sentences that hold a trigger; of the whole document where none are set."""
        known = self._known
        if len(known) > 500_000:
            known.clear()
        hits = []
        for index, key in enumerate(doc.to_array("ORTH").tolist()):
            hit = known.get(key)
            if hit is None:
                hit = known[key] = self._is_trigger(doc[index].text)
            if hit:
                hits.append(index)
        if not hits:
            return []
        if not doc.has_annotation("SENT_START"):
            return [(0, len(doc))]
        bounds: list[tuple[int, int]] = []
        last_end = 0
        for index in hits:
            if index < last_end:
                continue
            span = doc[index].sent
            start = span.start
            # A sentence break after "Rs." or "approx." is a fault of the parse; both halves belong together.
            if start and _breaks_off(doc, start):
                start = bounds.pop()[0] if bounds and last_end == start else doc[start - 1].sent.start
            last_end = span.end
            bounds.append((start, last_end))
        return bounds

    def _is_trigger(self, text: str) -> bool:
        lower = text.lower()
        if lower in self._starters:
            return True
        if any(sign.isdecimal() for sign in text):
            return True
        return "-" in text and any(part in self._starters for part in lower.split("-"))


def _read_sentence(
    sentence: Sentence, lexicon: Lexicon, periods: list[tuple[int, int]], ids: "count[int]"
) -> list[Reading]:
    readings = _collect(sentence, lexicon, periods)
    if not readings:
        return readings
    readings = join(readings, sentence, lexicon, ids)
    readings = _with_nouns(readings, sentence, lexicon)
    for left, right in zip(readings[-2::-1], readings[:0:-1], strict=True):
        gap = tuple(sentence.lower[left.end : right.start])
        if left.is_bare and right.noun_token >= 0 and gap in _LIST_JOINTS:
            left.adopt_unit(right)
    kept: list[Reading] = []
    for reading in readings:
        if reading.counted_noun == "time" and not reading.rate_codes and reading.is_words and reading.noun_token < 0:
            continue
        if is_anaphoric(reading, sentence) and reading.unit_code in (None, "1"):
            continue
        if reading.is_bare and not reading.is_fraction:
            is_counted = stands_as_number(reading, sentence, lexicon)
            if kept and reading.list_role == "item" and reading.list_id == kept[-1].list_id:
                is_counted = is_counted or kept[-1].unit_code == "1"  # "deaths numbered 12, 15 and 20"
            if not is_counted and not (kept and is_gapped(kept[-1], reading, sentence)):
                continue
            reading.unit_code, reading.dimension = "1", "count"
            reading.confidence = min(reading.confidence, 0.6)
        if (
            reading.is_words
            and not reading.value
            and reading.dimension == "count"
            and not counts_none(reading, sentence)
        ):
            continue
        if abs(reading.value) < _LIMIT:
            kept.append(reading)
    mark_respective(kept, sentence, ids)
    for index, reading in enumerate(kept):
        settle_kind(reading, sentence, lexicon, kept[index - 1] if index else None)
    hand_back(kept, sentence)
    settle_points(kept, sentence)
    for reading in kept:
        _finish(reading)
    return kept


def _with_nouns(readings: list[Reading], sentence: Sentence, lexicon: Lexicon) -> list[Reading]:
    """What the bare numbers count; a number taken in by the one before it ("per 100,000 people") goes."""
    kept: list[Reading] = []
    for reading in readings:
        if kept and reading.number_start < kept[-1].end:
            continue
        if reading.is_bare:
            find_noun(reading, sentence, lexicon)
            if reading.noun_token >= 0:
                complete_count(reading, sentence, lexicon)
        kept.append(reading)
    return kept


def _collect(sentence: Sentence, lexicon: Lexicon, periods: list[tuple[int, int]]) -> list[Reading]:
    readings: list[Reading] = []
    position, last_end, labelled = 0, 0, 0
    lower, text, size = sentence.lower, sentence.text, sentence.size
    starters = lexicon.starters
    while position < size:
        word = lower[position]
        begins = (
            text[position][0].isdecimal()
            or word in starters
            or (word in ("a", "an") and position + 1 < size and lower[position + 1] in starters)
            or (word in ("a", "an") and position and lower[position - 1] in BEFORE_ARTICLE)
        )
        if not begins:
            position += 1
            continue
        reading = _multiple(sentence, position, lexicon)
        reading = reading or read_number(sentence, position, lexicon) or read_article(sentence, position, lexicon)
        if reading is None:
            position += 1
            continue
        if read_odds(reading, sentence, lexicon):
            complete_odds(reading, sentence, lexicon)
        else:
            complete(reading, sentence, lexicon, last_end)
        reading.start = max(reading.start, last_end)
        position = max(reading.end, position + 1)
        reason = "period" if _in_period(sentence, reading, periods) else why_not(reading, sentence, lexicon)
        if reason is None and continues_label(labelled, reading, sentence):
            reason = "label"
        if reason is not None:
            labelled = reading.number_end if reason in LABELLING else 0
            position = max(reading.number_end, position if reading.unit_code is None else reading.number_end)
            continue
        last_end = reading.end
        readings.append(reading)
    return readings


def _in_period(sentence: Sentence, reading: Reading, periods: list[tuple[int, int]]) -> bool:
    if not periods:
        return False
    char_start, char_end = sentence.starts[reading.number_start], sentence.ends[reading.number_end - 1]
    return any(start <= char_start and char_end <= end for start, end in periods)


def _multiple(sentence: Sentence, position: int, lexicon: Lexicon) -> Reading | None:
    """ "doubled", "halved", "twofold"; "twice as many"; "three times as much"."""
    word = sentence.lower[position]
    if word in ("twice", "thrice"):
        return _twice(sentence, position)
    row = lexicon.multiples.get(word)
    if row is not None and row.factor is not None:
        if word in ("double", "triple", "treble", "quadruple") and sentence.word(position + 1) in _MULTIPLIED:
            reading = _fold(position, position + 1, row.factor)
            reading.kind, reading.direction = "change", "up"
            return reading
        if word in ("double", "triple", "treble", "quadruple", "doubles") and not _is_multiplying(sentence, position):
            return None
        reading = _fold(position, position + 1, row.factor)
        reading.multiple = row
        return reading
    return None


def _twice(sentence: Sentence, position: int) -> Reading | None:
    """ "twice as many", "twice the size" are folds, "twice a week" a rate of times; "scored twice" neither."""
    factor = Decimal(2) if sentence.lower[position] == "twice" else Decimal(3)
    follows = sentence.word(position + 1)
    is_tagged = sentence.facts.has_tags and position + 2 < sentence.size
    if follows == "as" and is_tagged and sentence.token(position + 2).tag_[:2] not in ("JJ", "RB"):
        return None  # "scored twice as the hosts won"
    if follows in ("as", "the", "its", "that", "what", "their", "his"):
        reading = _fold(position, position + 1, factor)
        reading.kind, reading.direction = "change", "up"
        return reading
    if follows in ("a", "per", "every", "each", "daily", "weekly", "monthly", "yearly", "annually"):
        reading = Reading(position, position + 1, position, position + 1, factor, factor, is_words=True)
        reading.unit_code, reading.dimension, reading.counted_noun = "1", "count", "time"
        return reading
    return None


def _is_multiplying(sentence: Sentence, position: int) -> bool:
    if sentence.word(position + 1) in ("-", "digits", "digit") or not sentence.facts.has_tags:
        return False
    return sentence.token(position).tag_[:2] == "VB"


def _fold(start: int, end: int, factor: Decimal) -> Reading:
    return Reading(
        start, end, start, end, factor, factor, unit_code="x", dimension="ratio", unit_start=start, unit_end=end
    )


def _finish(reading: Reading) -> None:
    """Bounds from comparator, fractions to percent, a fall to its sign."""
    if reading.is_fraction and reading.unit_code is None:
        reading.unit_code, reading.dimension = "%", "ratio"
        reading.value = divide(reading.value * _HUNDRED, ONE)
        if reading.low is not None and reading.high is not None:
            reading.low, reading.high = reading.low * _HUNDRED, reading.high * _HUNDRED
    if reading.direction == "down" and reading.unit_code != "x" and reading.value > 0:
        reading.value = -reading.value
        if reading.low is not None and reading.high is not None:
            reading.low, reading.high = -reading.high, -reading.low
    if reading.is_range:
        reading.comparator = "range"
        return
    comparator = reading.comparator or "="
    reading.comparator = comparator
    low = reading.value if comparator in ("=", ">", ">=") else None
    high = reading.value if comparator in ("=", "<", "<=") else None
    if reading.value < 0 and comparator not in ("=", "~"):
        low, high = high, low
    reading.low, reading.high = low, high


def _rounded(value: Decimal | None) -> Decimal | None:
    if value is None or -int(value.as_tuple().exponent) <= 9:
        return value
    return value.quantize(_NINE)


def _unit_surface(reading: Reading, sentence: Sentence) -> str | None:
    """The unit as printed: "barrels per day"; of "$60 a barrel", "$ a barrel"."""
    parts = []
    if reading.unit_start >= 0 and reading.noun_token < 0:
        parts.append(sentence.surface(reading.unit_start, reading.unit_end))
    if reading.rate_start >= 0:
        parts.append(sentence.surface(reading.rate_start, reading.rate_end))
    return " ".join(parts) or None


def _as_quantity(reading: Reading, sentence: Sentence) -> Quantity:
    first, last = sentence.token_at(reading.start), sentence.token_at(reading.end - 1)
    number_first, number_last = sentence.token_at(reading.number_start), sentence.token_at(reading.number_end - 1)
    surface = _unit_surface(reading, sentence)
    if reading.noun_token >= 0:
        head = reading.noun_token
    elif reading.unit_end > reading.number_end and reading.unit_start >= reading.number_end:
        head = sentence.token_at(reading.unit_end - 1)
    else:
        head = number_last
    value = _rounded(reading.value)
    return Quantity(
        char_start=sentence.starts[reading.start],
        char_end=sentence.ends[reading.end - 1],
        token_start=first,
        token_end=last + 1,
        number_start=number_first,
        number_end=number_last + 1,
        head=head,
        value=reading.value if value is None else value,
        value_low=_rounded(reading.low),
        value_high=_rounded(reading.high),
        comparator=reading.comparator or "=",
        unit_code=reading.unit_code,
        unit_surface=surface,
        dimension=reading.dimension,
        kind=reading.kind or "level",
        direction=reading.direction,
        counted_noun=reading.counted_noun,
        list_id=reading.list_id,
        list_role=reading.list_role,
        is_respective=reading.is_respective,
        confidence=round(reading.confidence, 3),
        cues=reading.cues,
    )
