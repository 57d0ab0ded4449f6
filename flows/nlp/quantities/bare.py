"""Whether a number with neither unit nor noun, or one that points back, is an amount all the same."""

from decimal import Decimal

from flows.nlp.numbers import ONE
from flows.nlp.quantities.lexicon import Lexicon
from flows.nlp.quantities.nouns import NOUNS
from flows.nlp.quantities.text import Reading, Sentence

_THREE, _TEN = Decimal(3), Decimal(10)
_CODE_DIGITS = 6
"""So many digits ungrouped, without a unit or a noun, are a code."""


def is_anaphoric(reading: Reading, sentence: Sentence) -> bool:
    """ "the two countries", "both", "the two": they point back at what is known and state no number."""
    before = sentence.word(reading.start - 1)
    if not reading.is_words or not ONE < reading.value <= _TEN or reading.scale != ONE or reading.is_vague:
        return False
    if before not in ("the", "these", "those", "both", "between", "other"):
        return False
    if reading.noun_token < 0:
        return reading.unit_code is None
    noun = sentence.facts.doc[reading.noun_token]
    if any(child.dep_ in ("relcl", "acl") for child in noun.rights):
        return False
    # Beyond three, only with nothing said of them: "the four ministers", but "the six Gulf states".
    is_plain = sentence.token_at(reading.number_end) == noun.i and not any(True for _ in noun.rights)
    return reading.value <= _THREE or is_plain


def stands_as_number(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> bool:
    """Whether a number with neither unit nor noun is an amount all the same: "killed 35", "rose to 861"."""
    if reading.confidence <= 0:
        return False
    if reading.is_vague and reading.comparator == ">=":
        if sentence.word(reading.start) == "scores":
            step = reading.end + 1  # "scores were hurt", "scores were level"
            return step < sentence.size and sentence.facts.has_tags and sentence.token(step).tag_ == "VBN"
        return sentence.word(reading.end) != "of" and len(sentence.lower) > 3
    if reading.scale != ONE or (reading.comparator not in (None, "=") and reading.start < reading.number_start):
        return True
    if _is_drawn(reading, sentence):
        return False
    if (
        reading.value != ONE
        and sentence.word(reading.end) == "of"
        and _number_follows(sentence, reading.end + 1, lexicon)
    ):
        return True  # "28 of 33 drones", "15 of the 27 member states"
    text = sentence.text[reading.number_start]
    if text.isdecimal() and len(text) >= _CODE_DIGITS:
        return False
    if (
        reading.value != ONE
        and sentence.word(reading.start - 1) in ("whom", "which")
        and sentence.word(reading.end) != ","
    ):
        return True  # "45, of whom six are in hospital"
    if any(sign in text for sign in ".,") or (reading.number_end > reading.number_start + 1 and not reading.is_words):
        return True
    if reading.is_words and reading.value < 10 and reading.list_role is None:
        return _has_verb_side(reading, sentence, words_only=True)
    return _has_verb_side(reading, sentence, words_only=False)


def _is_drawn(reading: Reading, sentence: Sentence) -> bool:
    """ "the winning numbers were 4, 11, 19, 23": a row of bare numbers is read out, it measures nothing."""
    step = reading.end
    for _ in range(3):
        if sentence.word(step) != "," or step + 1 >= sentence.size or not sentence.text[step + 1].isdecimal():
            return False
        step += 2
    return True


def _number_follows(sentence: Sentence, atom: int, lexicon: Lexicon) -> bool:
    atom += sentence.word(atom) in ("the", "its", "their", "his", "our", "all")
    word = sentence.word(atom)
    return word[:1].isdecimal() or (word in lexicon.starters and word not in ("a", "an", "half", "dozen"))


def _has_verb_side(reading: Reading, sentence: Sentence, *, words_only: bool) -> bool:
    if not sentence.facts.has_tags:
        return False
    doc = sentence.facts.doc
    token = doc[sentence.token_at(reading.number_start)]
    before = doc[token.i - 1] if token.i > sentence.token_base else None
    after_index = sentence.token_at(reading.number_end - 1) + 1
    after = doc[after_index] if after_index < sentence.token_end else None
    if words_only and reading.value == ONE:
        return False
    if before is not None and before.tag_ in ("VBD", "VBZ", "VBG", "VBN", "VB", "VBP") and before.lemma_ != "be":
        return True
    begins = before is None or before.lower_ in ("and", "but", "while", ",", ";", ":", "–", "—")
    if after is not None and begins and reading.start == reading.number_start:
        if after.lower_ in ("are", "were", "have", "remain"):
            return True  # "and 158 are being treated"
        is_last = after_index + 1 >= sentence.token_end or doc[after_index + 1].lower_ in (".", ",", ";", "in", "after")
        if after.tag_ in ("VBN", "VBD") and before is not None and before.lower_ != "," and is_last:
            return True  # "storm TV studio; 13 held"
        if after.tag_ in ("VBD", "VBZ", "VBP", "MD") and sentence.word(0) == "of" and token.dep_ == "nsubj":
            return True  # "of the 45 countries, 12 reported one"
    if after is not None and after.lower_ in ("were", "was", "are", "have", "had", "people") and before is None:
        return True
    if after is not None and after.lower_ in (
        "dead",
        "injured",
        "wounded",
        "missing",
        "others",
        "killed",
        "hurt",
        "more",
        "fewer",
    ):
        return True
    if words_only or before is None:
        return False
    return before.lower_ in (
        "to",
        "by",
        "of",
        "at",
        "from",
        "about",
        "only",
        "is",
        "was",
        "were",
        "are",
        "with",
        "than",
        "against",
        "versus",
    )


def counts_none(reading: Reading, sentence: Sentence) -> bool:
    """ "zero measles deaths" counts them; "zero emissions", "zero tolerance", "net zero" state no amount."""
    if reading.noun_token < 0 or sentence.word(reading.start - 1) in ("net", "near", "to", "-"):
        return False
    noun = sentence.facts.doc[reading.noun_token]
    return noun.tag_ == "NNS" and noun.lemma_.lower() not in ("emission", "hour", "sum")


def is_gapped(before: Reading, reading: Reading, sentence: Sentence) -> bool:
    """ "The Socialists won 42 seats, the Greens 17": a count whose verb and noun stand in the clause before it."""
    if before.dimension != "count" or (before.noun_token < 0 and "gapped" not in before.cues):
        return False
    gap = range(before.end, reading.start)
    if not 3 <= len(gap) <= 8 or sentence.word(gap[0]) not in (",", ";", "and") or reading.comparator is not None:
        return False
    if "the" not in sentence.lower[before.end : before.end + 3] or (
        reading.end < sentence.size - 1 and (sentence.word(reading.end) not in (",", "and", ".", ";"))
    ):
        return False
    tags = [sentence.token(atom).tag_ for atom in gap]
    if tags[-1] not in NOUNS or any(tag[:2] in ("VB", "IN", "MD", "CD") for tag in tags):
        return False
    reading.cues.append("gapped")
    return True
