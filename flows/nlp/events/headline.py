"""Headlines: "Russia, Iran Sign Gas Deal". The parser takes capitals for names, and finds no verb.

Where a short line has no verb of its own but a word that can be the verb of a trigger, its parse is laid out
anew: who stands before the verb, what after it, and one phrase for each preposition.
"""

from flows.nlp.events.parse import Parse
from flows.nlp.events.triggers import TriggerLexicon

_MAX_TOKENS = 22
_PREPOSITIONS = frozenset(
    "of in on at to for with from by over after against into near amid under about between before during as via along "
    "across".split()
)
_PARTICLES = frozenset({"off", "out", "down", "up", "back"})
_FINITE = frozenset({"VBZ", "VBP", "VBD", "MD"})
_NOMINAL = frozenset({"NOUN", "PROPN", "ADJ", "NUM", "VERB", "ADV", "PRON", "DET", "SYM", "X", "AUX"})

_BELONGS_TO_VERB = frozenset({"prep", "advcl", "punct", "npadvmod", "advmod", "cc", "conj"})


def repair_headlines(parse: Parse, lexicon: TriggerLexicon) -> None:
    """Lay out anew each short line that has no finite verb but could have one."""
    start = 0
    total = len(parse.head)
    for token in range(1, total + 1):
        if token == total or parse.sentence[token] != parse.sentence[start]:
            if 3 <= token - start <= _MAX_TOKENS and not any(tag in _FINITE for tag in parse.tag[start:token]):
                verb = _find_verb(parse, lexicon, start, token)
                if verb is not None:
                    _lay_out(parse, start, token, verb, lexicon.verb_forms[parse.lower_key[verb]])
            start = token


def repair_roots(parse: Parse) -> None:
    """Make a past tense the root that the parser hung on a noun: "rebels handed in arms", "an army scrambled jets"."""
    for token, tag in enumerate(parse.tag):
        noun = parse.head[token]
        if tag == "VBD" and parse.dep[token] == "amod" and token < noun and _repair_inner(parse, token, noun):
            continue
        if tag != "VBD" or parse.dep[token] not in ("amod", "acl") or parse.dep[noun] != "ROOT":
            continue
        if parse.pos[noun] not in ("NOUN", "PROPN"):
            continue
        if parse.dep[token] == "amod" and token < noun and parse.children(token, "nsubj"):
            relation, moved = "dobj", _BELONGS_TO_VERB
        elif parse.dep[token] == "acl" and noun < token and not parse.children(token, "agent", "nsubj"):
            relation, moved = "nsubj", frozenset({"punct"})
        else:
            continue
        parse.kids[noun].remove(token)
        for kid in [kid for kid in parse.kids[noun] if parse.dep[kid] in moved and kid > token]:
            parse.kids[noun].remove(kid)
            _attach(parse, kid, token, parse.dep[kid])
        _attach(parse, token, token, "ROOT")
        _attach(parse, noun, token, relation)
        parse.kids[token].sort()


def _repair_inner(parse: Parse, verb: int, noun: int) -> bool:
    """ "In 2014 Russia annexed Crimea, and later it invaded": the name right before a past tense is its subject."""
    subject = verb - 1
    is_name = subject >= 0 and parse.head[subject] == noun and parse.pos[subject] == "PROPN"
    outer = parse.head[noun]
    if not is_name or parse.dep[noun] not in ("nsubj", "dobj") or outer == noun:
        return False
    parse.kids[outer].remove(noun)
    for kid in [verb, *(kid for kid in parse.kids[noun] if kid <= subject)]:
        parse.kids[noun].remove(kid)
        if kid != verb:
            _attach(parse, kid, verb, "nsubj" if kid == subject else parse.dep[kid])
    _attach(parse, noun, verb, "dobj")
    _attach(parse, verb, outer, "dep")
    parse.kids[verb].sort()
    return True


def _find_verb(parse: Parse, lexicon: TriggerLexicon, start: int, end: int) -> int | None:
    """The word that can be a verb: "Visits" before "Sign", for a bare form may be a noun as well."""
    forms = lexicon.verb_forms
    bare = None
    for token in range(start + 1, end):
        form = forms.get(parse.lower_key[token])
        if form is None or not _is_subject(parse, start, token):
            continue
        lower = parse.lower(token)
        before = parse.lower(token - 1)
        if before == "-":
            continue  # "IMF-backed"
        if lower.endswith("ed") and parse.pos[token - 1] in ("PROPN", "NOUN") and parse.tag[token] in ("VBN", "VBD"):
            return token  # "Cuba relaxed travel rules", before another word that could be a verb
        if before in _PREPOSITIONS and before != "to":
            continue
        if before == "to":
            return token
        if lower.endswith("s") and lower != form and not _names_a_thing(parse, token, end):
            return token
        if bare is None and (lower.endswith("ed") or _is_plural(parse, start, token)):
            bare = token
    return bare


def _is_subject(parse: Parse, start: int, verb: int) -> bool:
    """Whether names or people stand before the verb, and no preposition right at the start."""
    return parse.lower(start) not in _PREPOSITIONS and any(
        parse.pos[token] in ("PROPN", "NOUN") for token in range(start, verb)
    )


def _names_a_thing(parse: Parse, token: int, end: int) -> bool:
    """ "Gas Exports to China": a plural noun, for nothing follows that could be its object."""
    return token + 1 < end and parse.lower(token + 1) in ("of",)


def _is_plural(parse: Parse, start: int, verb: int) -> bool:
    subject = range(start, verb)
    if any(parse.lower(token) in (",", "and", "&") for token in subject) or parse.lower(verb - 1).endswith("s"):
        return True
    prep = next((token for token in subject if parse.lower(token) in _PREPOSITIONS), verb)
    return prep < verb and parse.tag[prep - 1] == "NNS" and _has_object(parse, verb)


def _has_object(parse: Parse, verb: int) -> bool:
    """Whether a number or a noun follows in the same line: "Strikes on Gaza kill 30", not "Talks on Sudan aid"."""
    follows = verb + 1
    return (
        follows < len(parse.pos)
        and parse.sentence[follows] == parse.sentence[verb]
        and parse.pos[follows] in ("NUM", "NOUN", "PROPN", "ADJ", "DET")
    )


def _lay_out(parse: Parse, start: int, end: int, verb: int, lemma: str) -> None:
    members = range(start, end)
    is_future = parse.lower(verb - 1) == "to"
    for token in members:
        parse.kids[token] = []
    parse.pos[verb], parse.tag[verb] = "VERB", "VB" if is_future else "VBZ"
    parse.lemma_key[verb] = parse.strings.add(lemma)  # its own store may not know the word
    _attach(parse, verb, verb, "ROOT")
    _subject_phrase(parse, start, verb - is_future, verb)
    if is_future:
        _attach(parse, verb - 1, verb, "aux")
    place = verb + 1
    if place < end and parse.lower(place) in _PARTICLES:
        _attach(parse, place, verb, "prt")
        place += 1
    holder, relation = verb, "dobj"
    begin = place
    while place <= end:
        if (
            place == end
            or parse.lower(place) in _PREPOSITIONS
            or (parse.pos[place] == "PUNCT" and parse.lower(place) != ",")
        ):
            _noun_phrase(parse, begin, place, holder, relation)
            if place == end:
                break
            if parse.lower(place) in _PREPOSITIONS:
                _attach(parse, place, verb, "prep")
                holder, relation = place, "pobj"
            else:
                _attach(parse, place, verb, "punct")
            begin = place + 1
        place += 1


def _subject_phrase(parse: Parse, start: int, end: int, verb: int) -> None:
    """ "Strikes on Gaza kill": the strikes do it."""
    preps = [token for token in range(start + 1, end) if parse.lower(token) in _PREPOSITIONS]
    first = preps[0] if preps else end
    _noun_phrase(parse, start, first, verb, "nsubj")
    holder = next(iter(parse.children(verb, "nsubj")), verb)
    for prep, until in zip(preps, [*preps, end][1:], strict=True):
        _attach(parse, prep, holder, "prep")
        _noun_phrase(parse, prep + 1, until, prep, "pobj")


def _noun_phrase(parse: Parse, start: int, end: int, holder: int, relation: str) -> None:
    """The last word heads it; the words before hang on it; commas and "and" join further heads."""
    heads: list[int] = []
    begin = start
    for place in range(start, end + 1):
        if place == end or parse.lower(place) in (",", "and", "&"):
            words = [token for token in range(begin, place) if parse.pos[token] in _NOMINAL]
            if words:
                head = words[-1]
                if heads:
                    _attach(parse, head, heads[0], "conj")
                else:
                    _attach(parse, head, holder, relation)
                heads.append(head)
                for token in range(begin, place):
                    if token != head:
                        _attach(parse, token, head, "compound" if token in words else "punct")
            else:
                for token in range(begin, place):
                    _attach(parse, token, heads[-1] if heads else holder, "punct")
            if place < end:
                _attach(parse, place, heads[-1] if heads else holder, "cc")
            begin = place + 1


def _attach(parse: Parse, token: int, head: int, relation: str) -> None:
    parse.head[token], parse.dep[token] = head, relation
    if token != head:
        parse.kids[head].append(token)
