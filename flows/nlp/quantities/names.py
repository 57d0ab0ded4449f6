"""Numbers inside names: labels, titles, idioms, events, addresses."""

from flows.nlp.numbers import ONE
from flows.nlp.quantities.lexicon import Lexicon
from flows.nlp.quantities.text import DAYS, HYPHENS, MONTHS, QUOTES, Reading, Sentence

LABELLING = frozenset(("label", "index", "model", "name", "furniture"))
"""Reasons that may hold for the next number too."""
_HEADLINE = 60
_IDIOM_REACH = 7
_PASSED_OVER = HYPHENS | QUOTES | {","}
_JOINTS = frozenset((("and",), ("or",), ("to",), (",",), ("&",), (",", "and"), (",", "or")))
_NOT_LED_BY_NAME = frozenset(("IN", "TO", "VB", "VBD", "VBZ", "VBP", "VBG", "VBN", "CD"))
_LONGEST_TITLE = 10
_SINGLE = 10
_MODEL_DIGITS = 4


def name_reason(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> str | None:
    """Why a number, with a unit or without, is part of a name or a saying; None where it is not."""
    if is_idiom(reading, sentence, lexicon):
        return "idiom"
    is_word = not sentence.is_digits(reading.number_start)
    if is_word and _is_name_word(reading, sentence):
        return "name"
    if _is_title(reading, sentence) or _is_quoted_title(reading, sentence) or _is_event(reading, sentence):
        return "name"
    return None


def is_idiom(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> bool:
    """ "his two cents' worth", "one country, two systems": phrases of the table around the number."""
    start = reading.number_start
    for begin in range(max(0, start - _IDIOM_REACH), reading.number_end):
        for atoms, printed in lexicon.idioms.get(sentence.lower[begin], ()):
            end = _match(sentence, begin, atoms)
            if end < reading.number_end or (printed is not None and sentence.surface(begin, end) != printed):
                continue
            # "took five" is a rest, "took five wickets" a count.
            if (
                end != reading.number_end
                or "of" in atoms
                or (reading.unit_code is None and not _plural_at(sentence, end))
            ):
                return True
    return False


def _plural_at(sentence: Sentence, atom: int) -> bool:
    word = sentence.word(atom)
    if word in ("to", "or", "and") or word in HYPHENS:
        follows = sentence.word(atom + 1)
        return follows[:1].isdecimal() or follows in sentence.facts.lexicon.starters  # "take five to ten years"
    return atom < sentence.size and sentence.facts.has_tags and sentence.token(atom).tag_ in ("NNS", "JJ")


def _match(sentence: Sentence, begin: int, atoms: tuple[str, ...]) -> int:
    """The atom after a phrase that begins here, hyphens, commas and quotes passed over; -1 where it does not."""
    position = begin
    for atom in atoms:
        while sentence.word(position) in _PASSED_OVER:
            position += 1
        if sentence.word(position) != atom:
            return -1
        position += 1
    return position


def _is_title(reading: Reading, sentence: Sentence) -> bool:
    """ "the Five-Year Plan", "the Seven Years' War", "12 Angry Men" where the model knows the film."""
    start, end = reading.number_start, reading.number_end
    if reading.scale == ONE and reading.unit_code is None:
        return sentence.token(start).ent_type_ in ("WORK_OF_ART", "LAW")
    unit = sentence.text[reading.unit_end - 1] if reading.unit_end > end else ""
    if reading.scale != ONE or reading.is_prefixed:
        return False
    if len(unit) == 1 and unit.isupper() and sentence.is_glued(end) and reading.end < sentence.size:
        # "22V Research"
        return sentence.text[reading.end].istitle() and not _is_headline(sentence) and unit not in ("C", "F")
    if len(unit) < 3 or not unit.istitle():
        return False
    # "Three Mile Island", "the rapper 50 Cent": a unit with a capital beside other capitals, in a
    # sentence that does not print all its words so, as headlines do.
    if reading.dimension == "duration" and start:
        return not _is_headline(sentence)  # "the newspaper 20 Minutes"
    beside = sentence.text[reading.end : reading.end + 1] + sentence.text[max(0, start - 1) : start + 1]
    return any(text[0].isupper() for text in beside) and not _is_headline(sentence)


def _is_headline(sentence: Sentence) -> bool:
    """Printed With Capitals: no word but articles, prepositions and the like begins small."""
    small = sentence.roles["small_in_headlines"]
    return not any(
        len(text) > 1 and text.islower() and text not in small and not sentence.lower[atom - 1][0].isdecimal()
        for atom, text in enumerate(sentence.text[:_HEADLINE])
    )


def _is_quoted_title(reading: Reading, sentence: Sentence) -> bool:
    """ "10 Things I Hate" in quotation marks: every longer word up to the closing mark has a capital."""
    start = reading.number_start
    if not start or sentence.lower[start - 1] not in QUOTES or reading.end >= sentence.size:
        return False
    longer = 0
    for atom in range(reading.number_end, min(start + _LONGEST_TITLE, sentence.size)):
        text = sentence.text[atom]
        if text in QUOTES and sentence.word(atom + 1) not in ("s", "t", "re"):
            return longer > 0 and sentence.lower[atom - 1] not in (",", ".", "!", "?")
        if text.isalpha() and len(text) > 3:
            if not text[0].isupper():
                return False
            longer += 1
    return False


def _is_event(reading: Reading, sentence: Sentence) -> bool:
    """ "the women's 100m", "the 400m hurdles", "the 73kg class": the distance or weight names the event."""
    if reading.dimension not in ("length", "mass") or reading.comparator is not None or reading.is_prefixed:
        return False
    position = reading.end + 1 if sentence.word(reading.end) in HYPHENS else reading.end
    follows, roles = sentence.word(position), sentence.roles
    first = reading.number_start
    if follows in roles["race_noun"] or (sentence.word(first - 1) in ("x", "×") and sentence.word(first - 2) == "4"):
        return True
    before = sentence.word(reading.start - 1)
    if before not in roles["before_event"]:
        return False
    if follows in roles["event_noun"]:
        return True
    if reading.unit_code != "m" or sentence.text[reading.number_start] not in roles["race_distance"]:
        return False
    return position >= sentence.size or not follows.isalpha() or sentence.token(position).tag_[:2] not in ("NN", "JJ")


def _is_name_word(reading: Reading, sentence: Sentence) -> bool:
    """A number word with a capital inside a sentence, beside other capitals: "Group of Seven", "One Road"."""
    start, end = reading.number_start, reading.number_end
    if not sentence.text[start][0].isupper() or reading.unit_code is not None or reading.scale != ONE:
        return False
    follows = sentence.text[end] if end < sentence.size else ""
    if start == 0 and reading.value == ONE and follows and follows[0].isupper():
        return True
    if start == 0:
        return bool(follows) and follows[0].isupper() and _begins_name(sentence, end)
    before = sentence.text[start - 1]
    if before[0].isupper() or (bool(follows) and follows[0].isupper()) or before in ("of", "&", "-", "and"):
        return True
    return before.isalpha() and not _is_headline(sentence)  # "the News at Ten"


def _begins_name(sentence: Sentence, atom: int) -> bool:
    """ "Six Flags shares", "Ten Hag was sacked"; a people or company that the model knows is counted."""
    if not sentence.facts.has_tags:
        return False
    token = sentence.token(atom)
    if token.tag_ == "NNP" and atom + 1 < sentence.size and sentence.text[atom + 1][0].isupper():
        return True
    is_unknown = sentence.facts.has_entities and not token.ent_type_ and token.text.istitle()
    return is_unknown and sentence.lower[atom] not in sentence.roles["counted_name"] and not _is_headline(sentence)


def is_address(sentence: Sentence, end: int, lexicon: Lexicon) -> bool:
    if sentence.word(end) in sentence.roles["street_first"] and sentence.text[end][0].isupper():
        return True  # "5 Rue de Rivoli"
    for atom in range(end, min(end + 4, sentence.size)):
        text = sentence.text[atom]
        if not text[0].isupper():
            return False
        if atom > end and sentence.lower[atom] in lexicon.address_words:
            return True
    return False


def label(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> str | None:
    """ "Article 5", "No. 5", "S&P 500", "Boeing 737", "Group of 20"; never a number with decimals."""
    start, end = reading.number_start, reading.number_end
    if lexicon.not_after.get(sentence.word(end)) == "label" and sentence.is_digits(start):
        return "label"  # "98.5 FM"
    if reading.start != start:
        return None
    behind = start - 1
    while behind >= 0 and sentence.lower[behind] in (".", ":", "#") and behind > start - 3:
        behind -= 1
    if behind < 0:
        return None
    word = sentence.lower[behind]
    if word == "p" and sentence.word(behind - 1) == "&" and sentence.word(behind - 2) == "s":
        word = "s&p"
    is_body = word == "of" and sentence.word(behind - 1) in sentence.roles["numbered_body"]
    if is_body and sentence.text[behind - 1][0].isupper() and not _plural_at(sentence, end):
        return "label"
    kind = lexicon.not_before.get(word)
    if kind is None or kind in ("time", "furniture"):
        return "name" if _is_model(reading, sentence) else None
    if "," in sentence.text[start] or (kind != "label" and "." in sentence.text[start]):
        return None
    is_capital = sentence.text[behind][0].isupper()
    if kind in ("index", "model") and not is_capital and word != "№":
        return None
    # "we phase two plants out": a verb labels nothing.
    is_verb = behind > 0 and sentence.lower[behind - 1].isalpha()
    is_verb = is_verb and sentence.facts.has_tags and not is_capital and sentence.token(behind).tag_[:2] in ("VB", "IN")
    if kind == "label" and is_verb and word not in ("no", "stage", "grade", "rank"):
        return None
    if kind == "label" and behind == start - 1 and word in ("no", "number", "numbers"):
        return "label" if is_capital or word != "no" or not sentence.lower[end : end + 1] else None
    return kind


def _is_model(reading: Reading, sentence: Sentence) -> bool:
    """ "the Leopard 2 tanks", "Industry 4.0", "Gemini 1.5 is": digits that end a name."""
    start = reading.number_start
    text = sentence.text[start]
    if not start or not sentence.is_digits(start) or not sentence.facts.has_tags or reading.end != start + 1:
        return False
    before = sentence.text[start - 1]
    if not before[0].isupper() or sentence.lower[start - 1] in MONTHS or sentence.lower[start - 1] in DAYS:
        return False
    if before.isupper() and "." in text:
        return text.endswith(".0")  # "PMI 52.3"
    first = start - 1
    while first and sentence.text[first - 1][0].isupper() and sentence.text[first - 1].isalpha():
        first -= 1
    if "." in text:
        tag = sentence.token(start - 1).tag_
        return (
            before.isalpha()
            and (tag == "NNP" or (tag[:2] == "NN" and text.endswith(".0")))
            and sentence.lower[start - 1] not in ("magnitude", "mach")
        )
    if (
        not text.isdecimal()
        or not (reading.value < _SINGLE or len(text) == _MODEL_DIGITS)
        or sentence.token(start - 1).tag_ != "NNP"
    ):
        return False
    # "gave Ukraine 5 tanks" and "In Texas 3 people" count.
    led = sentence.token(first - 1).tag_ if first else ""
    return led not in _NOT_LED_BY_NAME


def continues_label(labelled: int, reading: Reading, sentence: Sentence) -> bool:
    """ "photo 3 of 12", "resolutions 242 and 338": ``labelled`` is the atom after the label's first number."""
    if labelled <= 0 or not reading.is_bare or reading.scale != ONE or reading.start != reading.number_start:
        return False
    gap = tuple(sentence.lower[labelled : reading.start])
    if gap == ("of",):
        return True
    is_joint = gap in _JOINTS or (len(gap) == 1 and gap[0] in HYPHENS)
    if not is_joint or sentence.is_digits(reading.start) != sentence.is_digits(labelled - 1):
        return False
    follows = sentence.word(reading.end)
    if not follows.isalpha() or not sentence.facts.has_tags:
        return True
    return sentence.token(reading.end).tag_[:2] not in ("NN", "JJ") and follows not in ("of", "percent")
