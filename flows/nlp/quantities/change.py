"""Level, change, share or rate; and for a change, whether it goes up or down."""

from decimal import Decimal
from itertools import pairwise

from flows.nlp.quantities.lexicon import DirectionRow, Lexicon
from flows.nlp.quantities.text import HYPHENS, Reading, Sentence

_RATIO_CODES = frozenset(("%", "pp", "[ppth]", "x"))
_LITERAL_DIMENSIONS = frozenset(("length", "duration", "angle", "area", "data"))
# "fell 250 points, or 0.6%": the same change in percent.
_RESTATED = frozenset(((",", "or"), ("or",), ("(",), (",", "or", "about"), ("(", "or"), (",", "about")))
_CLAUSE_ENDS = frozenset(";:")
_BE = frozenset("is was are were be been remains remained stood stands hit reached".split())
_LOOK_BACK = 12
_NOUN_LINKS = frozenset("in of by to from for on".split())
_CENT = Decimal("0.01")


def settle_kind(reading: Reading, sentence: Sentence, lexicon: Lexicon, previous: Reading | None) -> None:
    """Set ``kind`` and ``direction``; ``previous`` hands its direction on to later members of its list."""
    if reading.kind is not None:
        return
    if reading.multiple is not None:
        noun = lexicon.nouns.get(sentence.word(reading.end))  # "a thousandfold drop"
        falls = noun is not None and noun.direction == "down"
        reading.kind, reading.direction = "change", "down" if falls else reading.multiple.direction
        return
    if reading.is_fraction and reading.unit_code is None:
        # "has fallen by a third" is a change, "a third of" a part.
        before, follows = sentence.word(reading.start - 1), sentence.word(reading.end)
        if before == "by" and follows != "of":
            reading.direction = _by(reading, sentence, lexicon)
        elif before in lexicon.particles and before != "off" and follows != "of":
            reading.direction = lexicon.particles[before].direction  # "down nearly a quarter"
        elif follows in lexicon.after and (follows in ("below", "above") or sentence.word(reading.end + 1) == "than"):
            reading.direction = lexicon.after[follows].direction  # "a third lower than"
        reading.kind = "share" if reading.direction is None else "change"
        return
    direction = None if reading.list_role in ("from", "to") else _direction(reading, sentence, lexicon)
    if direction is None and reading.unit_code == "x":
        direction = _verb_left(reading, sentence, lexicon, "all") or "up"
    if direction is None and previous is not None and _continues(previous, reading, sentence, lexicon):
        direction = previous.direction
    if direction is not None:
        reading.kind, reading.direction = "change", direction
        return
    if reading.unit_code in ("%", "[ppth]") and _is_share(reading, sentence):
        reading.kind = "share"
    elif "/" in (reading.unit_code or ""):
        reading.kind = "rate"
    else:
        reading.kind = "level"


def hand_back(readings: list[Reading], sentence: Sentence) -> None:
    """ "settled 0.25 cents, or 1.3%, higher": the first amount shares the direction told after the second."""
    for left, right in pairwise(readings):
        is_same = tuple(sentence.lower[left.end : right.start]) in _RESTATED
        if (
            is_same
            and right.kind == "change"
            and left.kind == "level"
            and left.dimension != "duration"
            and _is_ratio(right, sentence)
        ):
            left.kind, left.direction = "change", right.direction


def _continues(previous: Reading, reading: Reading, sentence: Sentence, lexicon: Lexicon) -> bool:
    """ "up 8.5% on last year and 20% since 2020": a second amount of the same change."""
    if previous.kind != "change":
        return False
    # "1.6% lower, or 289.05 points": the word of direction may stand between.
    after = previous.end + (sentence.word(previous.end) in lexicon.after)
    if _is_ratio(reading, sentence) and tuple(sentence.lower[after : reading.start]) in _RESTATED:
        return True
    if previous.unit_code != reading.unit_code:
        return False
    if reading.list_role == "item" and previous.list_id == reading.list_id:
        return True
    gap = sentence.lower[previous.end : reading.start]
    if not 1 < len(gap) <= 6 or gap[-1] not in ("and", "or") or not _is_ratio(reading, sentence):
        return False
    if not sentence.facts.has_tags:
        return False
    return all(sentence.token(atom).tag_[:2] != "VB" for atom in range(previous.end, reading.start))


def _is_ratio(reading: Reading, sentence: Sentence) -> bool:
    code = (reading.unit_code or "").split("/")[0]
    return code in _RATIO_CODES or (reading.counted_noun or "") in sentence.roles["point_noun"]


def _direction(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> str | None:
    dimension = reading.dimension
    if dimension in ("temperature",) and reading.is_negative:
        return None
    before = sentence.word(reading.start - 1)
    ratio = _is_ratio(reading, sentence)
    counted = dimension == "count" and reading.counted_noun is not None and not ratio
    if dimension != "duration":
        after = _after(reading, sentence, lexicon, ratio=ratio, counted=counted)
        if after is not None:
            return after
    if reading.cues and "bracketed" in reading.cues and ratio:
        sign = sentence.word(reading.number_start - 1)
        if sign == "+" or reading.is_negative:
            return "down" if reading.is_negative else "up"
    if before == "+" and ratio:
        return "up"
    if before == "by":
        return _by(reading, sentence, lexicon)
    if reading.cues and _is_reached(reading):
        return None
    if before == "of":
        noun = lexicon.nouns.get(_skip_back(sentence, reading.start - 2))
        if noun is not None and _fits(noun, ratio=ratio, dimension=dimension):
            return _signed(noun, reading)
    if before == "of" and ratio and sentence.word(reading.start - 2) in ("rate", "pace"):
        return _at_rate(reading, sentence, lexicon)
    if before in ("to", "at", "from", "of", "was", "is", "were", "hit", "reached"):
        return _growth(reading, sentence) if ratio else None
    if before in lexicon.particles:
        return _particle(reading, sentence, lexicon, ratio=ratio, counted=counted)
    if dimension == "duration":
        return None
    return _direct(reading, sentence, lexicon, ratio=ratio, counted=counted)


def _is_reached(reading: Reading) -> bool:
    """ "fell below $80": the level that was passed, as against "fell more than $80"."""
    cue = next((cue for cue in reading.cues if cue.startswith("comparator:")), "")
    phrase = cue.partition(":")[2]
    return phrase in ("as low as", "as high as") or phrase.rpartition(" ")[2] in ("above", "below", "under", "beyond")


def _signed(row: DirectionRow, reading: Reading) -> str:
    return "down" if reading.is_negative and row.direction == "up" else row.direction


def _skip_back(sentence: Sentence, atom: int) -> str:
    return sentence.word(atom)


def _fits(row: DirectionRow, *, ratio: bool, dimension: str | None) -> bool:
    if ratio:
        return True
    return row.object_dims == "all" and dimension not in _LITERAL_DIMENSIONS


def _after(reading: Reading, sentence: Sentence, lexicon: Lexicon, *, ratio: bool, counted: bool) -> str | None:
    """ "a 24% jump", "6% lower", "5% up": what comes right after the amount."""
    position = reading.end
    word = sentence.word(position)
    if word in HYPHENS and sentence.is_glued(position):
        position += 1
        word = sentence.word(position)
    row = lexicon.after.get(word)
    if word == "," and sentence.word(reading.start - 1) == "or":
        word = sentence.word(position + 1)
        row = lexicon.after.get(word)
    if counted is False and reading.dimension == "count" and word in ("more", "fewer", "less"):
        # "63 fewer than in 2019": nothing counted after it, so the difference itself; "options on 20 more" counts.
        if word != "more":
            return "down"
        return "up" if sentence.word(position + 1) == "than" else None
    grades = reading.dimension in ("money", "temperature") and word not in ("more", "less", "above", "below")
    if word in ("above", "below") and sentence.word(position + 1) in sentence.roles["norm"]:
        grades = True  # "12 degrees above normal"
    elif not counted and word not in ("above", "below") and sentence.word(position + 1) == "than":
        grades = grades or word not in ("more", "less") or reading.dimension == "money"
    if row is not None and not counted and (ratio or grades):
        return row.direction
    row = lexicon.particles.get(word)
    if row is not None and ratio and sentence.word(position + 1) not in ("to",) and word != "ahead":
        return row.direction
    if counted:
        return None
    has_tags = sentence.facts.has_tags
    for atom in range(position, min(position + 5, sentence.size)):
        word = sentence.lower[atom]
        noun = lexicon.nouns.get(word)
        if noun is not None and (not has_tags or sentence.token(atom).tag_[:2] in ("NN", "VB", "JJ")):
            if atom == position and has_tags and sentence.token(atom).tag_ in ("VBD", "VBZ", "VBP"):
                return None
            if _fits(noun, ratio=ratio, dimension=reading.dimension):
                return noun.direction
            return None
        if word in HYPHENS:
            continue
        if not word.isalpha() or (
            (has_tags and sentence.token(atom).tag_ not in ("JJ", "NN", "HYPH", "NNP", "VBN", "IN"))
            or word in ("of", "in", "to", "from", "by", "at", "for", "than", "as", "since", "that", "over", "with")
            or word in ("after", "before", "when", "amid", "while", "until", "because")
        ):
            return None
    return None


def _by(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> str | None:
    """ "trimmed by 5%", "up by 24%", "lower by 3 points", "an increase in exports by 5%"."""
    end = reading.start - 1
    noun: DirectionRow | None = None
    if sentence.word(end - 1)[:1].isdecimal():
        return None  # "2560 by 1440 pixels"
    for atom in range(end - 1, max(-1, end - _LOOK_BACK), -1):
        word = sentence.lower[atom]
        if word in _CLAUSE_ENDS:
            break
        particle = lexicon.particles.get(word)
        if particle is not None:
            return particle.direction
        if noun is not None and not (word in lexicon.verbs and _is_finite(sentence, atom)):
            continue
        row = lexicon.verbs.get(word) or lexicon.nouns.get(word) or lexicon.after.get(word)
        if row is None or word == "firm":
            continue
        if noun is None and word in lexicon.nouns and sentence.word(atom + 1) not in _NOUN_LINKS:
            noun = lexicon.nouns[word]  # "cut its growth forecast by 3%": the verb before it decides
            if not _is_finite(sentence, atom):
                continue
        return "up" if row.direction == "as_particle" else row.direction
    return None if noun is None else noun.direction


def _is_finite(sentence: Sentence, atom: int) -> bool:
    return sentence.facts.has_tags and sentence.token(atom).tag_[:2] == "VB"


def _particle(reading: Reading, sentence: Sentence, lexicon: Lexicon, *, ratio: bool, counted: bool) -> str | None:
    atom = reading.start - 1
    before = sentence.word(atom - 1)
    if before in ("give", "gives", "gave", "given", "giving") and ratio and sentence.lower[atom] == "up":
        return "down"
    if before in sentence.roles["before_phrasal_up"] and not (
        ratio and before in ("end", "ended", "hold", "held", "open", "opened")
    ):
        return None
    if sentence.lower[atom] == "off" and not ratio and reading.dimension != "money":
        return None
    if counted and before not in lexicon.verbs and before not in _BE and before not in (",", "("):
        return None
    if reading.dimension in _LITERAL_DIMENSIONS and before not in lexicon.verbs and before not in _BE:
        return None
    return lexicon.particles[sentence.lower[atom]].direction


def _direct(reading: Reading, sentence: Sentence, lexicon: Lexicon, *, ratio: bool, counted: bool) -> str | None:
    """ "rose 5%", "fell a further $3bn", "cut output 10 percent": the amount hangs on the verb itself."""
    atom = reading.start - 1
    has_tags = sentence.facts.has_tags
    while atom >= 0 and (
        sentence.lower[atom] in sentence.roles["before_change"]
        or (has_tags and sentence.token(atom).tag_ in ("RB", "JJ"))
    ):
        if sentence.lower[atom] in lexicon.verbs and sentence.lower[atom] not in sentence.roles["before_change"]:
            break
        atom -= 1
    row = lexicon.verbs.get(sentence.word(atom))
    if row is not None and _is_verb(sentence, atom):
        return _verb_direction(row, reading, sentence, atom, lexicon, ratio=ratio, counted=counted)
    noun = lexicon.nouns.get(sentence.word(atom))
    if noun is not None and ratio and atom == reading.start - 1 and sentence.word(atom) == "growth":
        return _signed(noun, reading)
    if not ratio:
        return None
    return _verb_left(reading, sentence, lexicon, "ratio")


def _is_verb(sentence: Sentence, atom: int) -> bool:
    if not sentence.facts.has_tags:
        return True
    token = sentence.token(atom)
    # "rose" and "fell" after a name are often tagged as nouns.
    return token.tag_[:2] in ("VB", "NN", "JJ") and token.lower_ not in ("firm", "tank", "step", "drive", "fade")


def _verb_direction(
    row: DirectionRow,
    reading: Reading,
    sentence: Sentence,
    atom: int,
    lexicon: Lexicon,
    *,
    ratio: bool,
    counted: bool,
) -> str | None:
    if row.direction == "as_particle":
        return None
    if ratio:
        # "wiped out 80% of the harvest": the part taken away, no rate of change.
        return row.direction if row.object_dims == "all" or sentence.word(reading.end) != "of" else None
    if counted or reading.dimension in _LITERAL_DIMENSIONS:
        return None
    if row.object_dims == "all":
        return row.direction
    if row.object_dims == "market" and reading.dimension is not None:
        if reading.dimension == "money" and reading.scale == _CENT:
            return row.direction
        small = abs(reading.value) < Decimal(1000) and reading.scale == 1
        is_price = reading.dimension == "money" and small
        follows = sentence.word(reading.end)
        is_restated = follows == "or" or (follows == "," and sentence.word(reading.end + 1) == "or")
        if is_price and (is_restated or follows in ("to", "at", "in") or "_per_" in (reading.dimension or "")):
            return row.direction
        return row.direction if reading.dimension.startswith("money_per_") else None
    return None


def _verb_left(reading: Reading, sentence: Sentence, lexicon: Lexicon, dims: str) -> str | None:
    """A verb of change a few words back with nothing but its object between: "cut production 5%"."""
    doc = sentence.facts.doc
    has_tags = sentence.facts.has_tags
    for atom in range(reading.start - 1, max(-1, reading.start - 8), -1):
        word = sentence.lower[atom]
        if word in lexicon.particles and word != "off":
            return lexicon.particles[word].direction
        row = lexicon.verbs.get(word)
        if row is not None and (not has_tags or doc[sentence.token_at(atom)].tag_[:2] == "VB"):
            takes_part = row.object_dims != "all" and sentence.word(reading.end) == "of"
            return None if takes_part or row.direction == "as_particle" else row.direction
        if not word.isalpha() or word in ("to", "at", "from", "of", "by", "with", "for", "and", "but", "which", "that"):
            return None
        if has_tags and sentence.token(atom).tag_[:2] == "VB":
            return None
    return None


def _at_rate(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> str | None:
    """ "grew at an annual rate of 4%", "a growth rate of 4%"; an interest rate of 4% is a level."""
    for atom in range(reading.start - 3, max(-1, reading.start - 9), -1):
        word = sentence.lower[atom]
        row = lexicon.verbs.get(word)
        if row is not None and row.object_dims == "all" and row.direction in ("up", "down"):
            return None if word in lexicon.multiples else row.direction  # "double the present rate of 25%"
        if word == "growth":
            return "down" if reading.is_negative else "up"
        if not word.isalpha():
            return None
    return None


def settle_points(readings: list[Reading], sentence: Sentence) -> None:
    """ "on 33%, down two points", "rose four points to 31 percent": points beside a level in percent are of it."""
    for left, right in pairwise(readings):
        leads = left.kind == "change" and right.unit_code == "%" and right.kind != "change"
        if leads and left.counted_noun == "point" and sentence.lower[left.end : right.start] == ["to"]:
            left.unit_code, left.dimension, left.counted_noun = "pp", "ratio", None
        if left.unit_code != "%" or left.kind == "change" or right.kind != "change":
            continue
        if right.counted_noun == "point" and right.unit_code == "1":
            right.unit_code, right.dimension, right.counted_noun = "pp", "ratio", None


def _growth(reading: Reading, sentence: Sentence) -> str | None:
    """ "growth slowed to 5%", "growth was 5%": growth is itself a change, whatever became of it."""
    for atom in range(reading.start - 2, max(-1, reading.start - 6), -1):
        if sentence.lower[atom] == "growth":
            return "down" if reading.is_negative else "up"
        if not sentence.lower[atom].isalpha():
            return None
    return None


def _is_share(reading: Reading, sentence: Sentence) -> bool:
    follows = sentence.word(reading.end)
    if follows == "of":
        return True
    if follows in ("-", "‑"):
        follows = sentence.word(reading.end + 1)
    nearby = sentence.lower[reading.end : reading.end + 4]
    if follows == "interest" and sentence.word(reading.end + 1) != "in":
        return False
    if follows == "owned" or (
        "," not in nearby[:2] and any(word in sentence.roles["share_noun"] for word in nearby[:3])
    ):
        return True
    before = sentence.lower[max(0, reading.start - 3) : reading.start]
    if (
        before
        and before[-1] == "of"
        and len(before) > 1
        and before[-2] in sentence.roles["share_noun"]
        and before[-2] != "interest"
    ):
        return True
    if before and before[-1] in ("at", "to", "from", "by"):
        return False
    return any(word in sentence.roles["share_verb"] for word in before)
