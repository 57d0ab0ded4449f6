"""What a number without a unit counts: "four nuclear power plants", "16 Russian regions", "three of the suspects"."""

from decimal import Decimal

from spacy.tokens import Token

from flows.nlp.numbers import ONE
from flows.nlp.quantities.lexicon import Lexicon
from flows.nlp.quantities.text import DAYS, HYPHENS, MONTHS, Reading, Sentence

_MODIFIERS = frozenset(("JJ", "JJR", "JJS", "VBN", "VBG", "NN", "NNS", "NNP", "NNPS", "HYPH", "AFX", "POS", "$"))
NOUNS = frozenset(("NN", "NNS", "NNP", "NNPS"))
_BEFORE_NAME = frozenset(("DT", "NN", "NNP", "POS", "PRP$"))
_STOPS = frozenset("last next this each every former ago earlier later worth due such".split())
_TEN = Decimal(10)
_MAX_TOKENS = 9


def find_noun(reading: Reading, sentence: Sentence, lexicon: Lexicon) -> None:
    """Set what a bare number counts, and extend the expression up to that noun."""
    facts = sentence.facts
    if not reading.is_bare or reading.end >= sentence.size or reading.is_fraction:
        return
    if sentence.word(reading.start - 1) == "magnitude":
        return
    if not facts.has_tags:
        _noun_without_tags(reading, sentence)
        return
    atom = reading.end
    if sentence.lower[atom] in HYPHENS and (sentence.is_glued(atom) or sentence.lower[atom] == "-"):
        _hyphen_noun(reading, sentence, atom + 1)
        return
    if sentence.lower[atom] == "of":
        atom = _after_of(reading, sentence, atom)
        if atom < 0:
            return
    number = facts.doc[sentence.token_at(reading.number_end - 1)]
    grows = sentence.word(reading.start - 1) in lexicon.verbs
    if sentence.lower[atom] == "times" and _is_multiple(reading, sentence, atom):
        reading.unit_code, reading.dimension, reading.kind = "x", "ratio", "level"
        reading.unit_start, reading.unit_end, reading.end = atom, atom + 1, atom + 1
        return
    if sentence.lower[atom] == "times" and (grows or _is_fold(sentence, atom + 1)):
        _set_fold(reading, sentence, atom)
        return
    before = sentence.word(reading.start - 1)
    if reading.is_words and reading.value <= _TEN and lexicon.not_before.get(before) == "time":
        # "the first two sentences" says which, not how many.
        reading.confidence = 0.0
        return
    head = _head_noun(number, sentence.token_at(atom), sentence)
    token = sentence.token(atom)
    is_people = sentence.lower[atom] in sentence.roles["counted_adjective"] and token.tag_ not in ("VBN", "VBD")
    if head is None and atom == reading.end and is_people:
        reading.noun_token = reading.noun_last_token = token.i
        reading.counted_noun, reading.end = token.lower_, atom + 1
        reading.unit_code, reading.dimension = "1", "count"
        return
    if head is None or (head.tag_ in ("NN", "NNP") and _names_version(reading, sentence)):
        return
    # "the 787 Dreamliner", "venture firm 500 Global": beside a noun or article the number begins a name.
    is_single = head.tag_ == "NNP" and number.text.isdecimal() and reading.start == reading.number_start
    if is_single and number.i > sentence.token_base and number.nbor(-1).tag_ in _BEFORE_NAME:
        return
    _set_noun(reading, sentence, sentence.token_at(atom), head)


def _is_multiple(reading: Reading, sentence: Sentence, atom: int) -> bool:
    """ "debt of 1.4 times EBITDA", "14 times forward earnings", "3.5 times oversubscribed"."""
    if sentence.word(atom + 1) in sentence.roles["multiplied_noun"]:
        return True
    is_last = atom + 1 >= sentence.size or not sentence.lower[atom + 1].isalpha()
    return is_last and "." in sentence.text[reading.number_start]


def _is_fold(sentence: Sentence, atom: int) -> bool:
    word = sentence.word(atom)
    if word in ("as", "the", "its", "that", "what", "their", "more", "less", "those", "greater", "last"):
        return True
    return atom < sentence.size and sentence.token(atom).tag_ in ("JJR", "RBR")


def _set_fold(reading: Reading, sentence: Sentence, atom: int) -> None:
    """ "five times higher", "three times as much"."""
    reading.unit_code, reading.dimension = "x", "ratio"
    reading.unit_start, reading.unit_end, reading.end = atom, atom + 1, atom + 1
    word = sentence.word(atom + 1)
    falls = word in ("less", "lower", "fewer", "smaller", "cheaper", "slower")
    reading.kind, reading.direction = "change", "down" if falls else "up"


def _names_version(reading: Reading, sentence: Sentence) -> bool:
    """ "the Gemini 1.5 model": a capitalised name right before a bare number, and a singular noun after it."""
    first = reading.start
    if reading.value == ONE or first != reading.number_start or reading.is_words:
        return False
    text = sentence.text[first]
    if text.isdecimal() and len(text) >= 4:
        # "the 8088 chip": amounts of four digits before a singular noun carry a comma or a plural.
        return True
    if (
        text.isdecimal()
        and len(text) == 3
        and text[1:] not in ("00", "50")
        and sentence.word(first - 1) in ("a", "an", "the")
    ):
        return True  # "a 529 plan"
    if first < 2:
        return False
    before = sentence.lower[first - 1]
    if not sentence.text[first - 1][0].isupper() or before in MONTHS or before in DAYS:
        return False
    return sentence.token(first - 1).tag_ == "NNP"


def _after_of(reading: Reading, sentence: Sentence, atom: int) -> int:
    """ "thousands of people", "three of the suspects": the atom after "of" and its article; -1 where none."""
    if not (reading.is_vague or reading.is_words or reading.scale != ONE) or reading.value == ONE:
        return -1
    atom += 1
    if sentence.word(atom) in ("the", "its", "their", "his", "her", "our", "those", "these", "a", "all"):
        atom += 1
    return atom if atom < sentence.size and sentence.lower[atom].isalpha() else -1


def _head_noun(number: Token, first: int, sentence: Sentence) -> Token | None:
    """The noun the number modifies in the parse, else the last noun of the run after it."""
    doc = sentence.facts.doc
    end = min(sentence.token_end, first + _MAX_TOKENS)
    run_end, last_noun = first, -1
    for index in range(first, end):
        token = doc[index]
        tag, lower = token.tag_, token.lower_
        if tag == "CD" and index > first and doc[index - 1].tag_ == "NNP":
            # "50 Boeing 737 jets": the number is the model's.
            continue
        if lower in _STOPS or lower in DAYS or (lower in MONTHS and token.text[0].isupper()):
            break
        if tag not in _MODIFIERS and token.dep_ != "compound":
            joins = tag == "RB" and index + 1 < end and doc[index + 1].tag_[:2] in ("JJ", "VB")
            joins = joins or (
                tag in ("CC", ",")
                and index > first
                and doc[index - 1].tag_[:2] == "JJ"
                and index + 1 < end
                and doc[index + 1].tag_[:2] == "JJ"
            )
            if not joins:
                break
        if tag in NOUNS:
            if last_noun >= 0 and doc[last_noun].tag_ == "NNS" and tag in ("NNP", "NNS") and index - last_noun == 1:
                break
            last_noun = index
        elif last_noun >= 0 and tag in ("VBN", "VBG", "JJ", "RB") and doc[last_noun].tag_ in ("NNS", "NNPS"):
            break
        run_end = index + 1
    head = (
        number.head if sentence.facts.has_parse and number.dep_ in ("nummod", "compound", "quantmod", "amod") else None
    )
    if head is not None and first <= head.i < run_end and head.tag_ in NOUNS:
        # The parse may stop at a compound's first noun: "four power plants".
        while head.dep_ == "compound" and head.i < head.head.i < run_end and head.tag_ in ("NN", "NNP"):
            head = head.head
        return head
    return doc[last_noun] if last_noun >= 0 else None


def _set_noun(reading: Reading, sentence: Sentence, first: int, head: Token) -> None:
    lower = head.lower_
    if reading.value == ONE and reading.is_words and _is_indefinite(reading, head, sentence):
        return
    last = head
    noun = _noun_phrase(first, head, sentence)
    doc = sentence.facts.doc
    following = head.i + 1
    if lower in sentence.roles["classifier"] and following + 1 < sentence.token_end and doc[following].lower_ == "of":
        inner = _head_noun(doc[following], following + 1, sentence)
        if inner is not None:
            noun, last = f"{noun} of {inner.lower_}", inner
    reading.noun_token, reading.noun_last_token = head.i, last.i
    reading.counted_noun = noun
    reading.end = max(reading.end, _atom_after(sentence, last))
    reading.unit_code, reading.dimension = "1", "count"


def _is_indefinite(reading: Reading, head: Token, sentence: Sentence) -> bool:
    """ "one theory", "it was one big mistake", "In one village, people fled", "one analyst said": "one" is "a"."""
    if head.lower_ in sentence.roles["after_indefinite_one"]:
        return True
    if head.dep_ == "nsubj" and head.head.lemma_ in sentence.roles["saying_verb"]:
        return True
    first = sentence.token_at(reading.start)
    if head.dep_ == "attr" and first == sentence.token_at(reading.number_start):
        return all(child.dep_ != "expl" for child in head.head.lefts) and head.head.lemma_ == "be"
    return first == sentence.token_base + 1 and sentence.word(0) in ("in", "at", "on", "from", "for", "to", "under")


def _noun_phrase(first: int, head: Token, sentence: Sentence) -> str:
    """The lemma of the head with its compound nouns, and the adjective of class before those."""
    doc = sentence.facts.doc
    parts = [_lemma(head)]
    compounded = False
    for index in range(head.i - 1, first - 1, -1):
        token = doc[index]
        if token.tag_ in ("NN", "NNS") and not token.text[0].isupper():
            parts.insert(0, token.lower_)
            compounded = True
        elif (
            token.tag_ == "JJ"
            and compounded
            and token.lower_ not in sentence.roles["grading_adjective"]
            and token.text[0].islower()
        ):
            parts.insert(0, token.lower_)
            break
        elif token.tag_ in ("NN", "NNP", "HYPH", "JJ", "VBN"):
            break
        else:
            break
    return " ".join(parts)


def _lemma(token: Token) -> str:
    if token.tag_ in ("NNPS", "NNP"):
        return token.text[:-1] if token.tag_ == "NNPS" and token.text.endswith("s") else token.text
    lemma = token.lemma_.lower() if token.lemma_ else token.lower_
    return "person" if lemma == "people" else lemma


def _atom_after(sentence: Sentence, token: Token) -> int:
    """The atom after a token of this sentence."""
    limit = token.idx + len(token)
    low, high = 0, sentence.size
    while low < high:
        middle = (low + high) // 2
        if sentence.starts[middle] < limit:
            low = middle + 1
        else:
            high = middle
    return low


def _hyphen_noun(reading: Reading, sentence: Sentence, atom: int) -> None:
    """ "a 16-nation bloc", "the three-judge panel": the noun joined to the number is what is counted."""
    if atom >= sentence.size or not sentence.lower[atom].isalpha():
        return
    word = sentence.lower[atom]
    token = sentence.token(atom)
    if (
        word in sentence.roles["compound_end"]
        or token.tag_ not in ("NN", "JJ", "NNP")
        or token.text[0].isupper()
        or reading.value == ONE
        or word.endswith("ed")
    ):
        reading.confidence = 0.0
        return
    reading.noun_token = reading.noun_last_token = token.i
    reading.counted_noun = word
    reading.end = atom + 1
    reading.unit_code, reading.dimension = "1", "count"
    reading.confidence = min(reading.confidence, 0.75)


def _noun_without_tags(reading: Reading, sentence: Sentence) -> None:
    """Without a tagger: the next word, where it looks like a plural."""
    word = sentence.lower[reading.end]
    if not word.isalpha() or not word.endswith("s") or len(word) < 4 or word in ("this", "does", "less"):
        return
    token = sentence.token(reading.end)
    reading.noun_token = reading.noun_last_token = token.i
    reading.counted_noun = word[:-1]
    reading.end += 1
    reading.unit_code, reading.dimension = "1", "count"
    reading.confidence = min(reading.confidence, 0.6)
