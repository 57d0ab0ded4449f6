"""Who says what: quotations, indirect speech, "according to", one inside another.

Each ``Attribution`` covers what is said; the innermost that covers a token names its speaker.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.tokens import Doc, Token

from flows.nlp.attribution.quotes import Quote, QuoteMarks
from flows.nlp.attribution.speakers import SpeakerFinder
from flows.nlp.lexicon import Row, read_table
from flows.nlp.spans import Attribution, MentionSpan

_SPEAKERS = "ledger_speakers"
_LONGEST = 400
"""Tokens of indirect speech; a longer "sentence" is a table or a list."""
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_ENDS = frozenset({",", '"', "”", "–", "—", "-", "''"})
_MARKS = frozenset({"PUNCT", "SPACE"})
_RANKS = {"say": 0, "opinion": 0, "show": 0, "call": 0, "heading": 0, "words": 1, "according": 1, "cite": 2}


class SpeechRow(Row):
    """A row of ``seeds/speech_verbs.csv``."""

    entry: str
    lemma: str
    kind: str
    content: str
    description: str
    example: str


@dataclass(slots=True)
class _Cue:
    """A word of saying, with its subject and the ranges of tokens it governs."""

    token: int
    kind: str
    subject: Token | None
    speaker: MentionSpan | None
    contents: list[tuple[int, int]]


class AttributionReader:
    """Reads the attributions of a ``Doc``; keeps the table and the hashes of its lemmas."""

    def __init__(self, user_dirs: Sequence[Path] = ()) -> None:
        rows = read_table("speech_verbs", SpeechRow, tuple(user_dirs))
        self._verbs = {row.lemma: row for row in rows if row.content != "noun"}
        self._voices = frozenset(row.lemma for row in rows if row.kind == "voice")
        self._words = frozenset(row.lemma for row in rows if row.kind == "words")
        self._hashes: dict[int, SpeechRow | None] = {}
        self._marks: QuoteMarks | None = None
        self._vocab: object = None

    def read(self, doc: Doc) -> list[Attribution]:
        """All attributions, outer before inner, and the speaker of each token in ``doc.user_data``."""
        if self._vocab is not doc.vocab:
            self._learn(doc)
        assert self._marks is not None
        finder = SpeakerFinder(doc, self._voices)
        cues: list[_Cue] = []
        for index in self._candidates(doc):
            cue = self._read_cue(doc, index, finder)
            if cue is not None:
                finder.note(cue.speaker)
                cues.append(cue)
        _read_citations(doc, cues)
        found = [(part, cue.token, cue.speaker, False, _RANKS[cue.kind]) for cue in cues for part in cue.contents]
        is_parsed = bool(len(doc)) and bool(doc[0].dep)
        found += [
            ((quote.start, quote.end), token, speaker, True, 3)
            for quote, token, speaker in _quoted(self._marks.quotes_of(doc) if is_parsed else [], doc, cues)
        ]
        found += [((start, end), place, who, False, 0) for start, end, place, who in _headings(doc, finder)]
        found = [(_trimmed(doc, part), token, who, quoted, rank) for part, token, who, quoted, rank in found]
        found.sort(key=lambda item: (item[0][0] - item[0][1], item[4]))
        attributions = [
            Attribution(part[0], part[1], token, speaker, is_quotation)
            for part, token, speaker, is_quotation, _ in found
            if part[0] < part[1]
        ]
        speakers: list[MentionSpan | None] = [None] * len(doc)
        for attribution in attributions:
            length = attribution.token_end - attribution.token_start
            speakers[attribution.token_start : attribution.token_end] = [attribution.speaker] * length
        doc.user_data[_SPEAKERS] = speakers
        return attributions

    def _learn(self, doc: Doc) -> None:
        self._hashes = {doc.vocab.strings.add(lemma): row for lemma, row in self._verbs.items()}
        for word in ("accord", "according", "put", *self._words):
            self._hashes[doc.vocab.strings.add(word)] = None
        self._marks = QuoteMarks(doc)
        self._vocab = doc.vocab

    def _candidates(self, doc: Doc) -> Iterator[int]:
        hashes = self._hashes
        return (index for index, lemma in enumerate(doc.to_array("LEMMA").tolist()) if lemma in hashes)

    def _read_cue(self, doc: Doc, index: int, finder: SpeakerFinder) -> _Cue | None:
        token = doc[index]
        word = token.lower_
        if word == "according":
            return _according(doc, token, finder)
        if token.lemma_ in self._words and token.pos_ == "NOUN":
            return _in_words_of(doc, token, finder)
        if token.lemma_ == "put":
            return _as_put(doc, token, finder)
        row = self._hashes[token.lemma]
        if row is not None and row.kind == "opinion" and token.tag_ == "NNS":
            return _misread(doc, token, finder)
        if row is None or token.pos_ != "VERB":
            return None
        if row.kind == "cite":
            return _Cue(index, "cite", _object(token), finder.speaker(_object(token)), [])
        subject = finder.subject(token)
        if subject is None:
            return None
        speaker = finder.speaker(subject)
        # "His firm expects 5%", Kim said: Kim tells it, since the firm is nobody known.
        is_idle = speaker is None and row.kind in ("opinion", "show")
        contents = [] if is_idle else list(_contents(doc, token, row, subject))
        return _Cue(index, row.kind, subject, speaker, contents)


def speaker_of(doc: Doc, index: int) -> MentionSpan | None:
    """Who says the token at ``index``; None where the publisher speaks, or somebody unknown."""
    speakers = doc.user_data.get(_SPEAKERS)
    if speakers is not None:
        found: MentionSpan | None = speakers[index]
        return found
    best: Attribution | None = None
    for attribution in doc._.attributions or ():
        if attribution.token_start <= index < attribution.token_end and (
            best is None or attribution.token_end - attribution.token_start <= best.token_end - best.token_start
        ):
            best = attribution
    return best.speaker if best else None


def _trimmed(doc: Doc, part: tuple[int, int]) -> tuple[int, int]:
    """A range without the commas, marks and blanks at its ends."""
    start, end = part
    while start < end and doc[start].pos_ in _MARKS:
        start += 1
    while start < end and doc[end - 1].pos_ in _MARKS:
        end -= 1
    return start, end


def _object(verb: Token) -> Token | None:
    return next((child for child in verb.children if child.dep_ in ("dobj", "pobj")), None)


def _contents(doc: Doc, verb: Token, row: SpeechRow, subject: Token | None) -> Iterator[tuple[int, int]]:
    """The ranges of tokens that a verb of saying governs."""
    is_found = False
    takes_all = row.content == "any"
    low = min(subject.left_edge.i, verb.i) if subject is not None and subject.i < verb.i else verb.i
    high = max(subject.right_edge.i, verb.i) if subject is not None and subject.i > verb.i else verb.i
    if row.content != "quote":
        for child in verb.children:
            dep = child.dep_
            if dep == "ccomp" or (takes_all and (dep == "xcomp" or (dep == "dobj" and child.pos_ != "PRON"))):
                is_found = True
                yield from _without(child.left_edge.i, child.right_edge.i + 1, low, high + 1)
    if is_found or row.kind not in ("say", "show", "opinion") or (row.kind == "opinion" and verb.dep_ == "relcl"):
        return
    if verb.dep_ == "parataxis" or (verb.dep_ == "ccomp" and verb.head.i < low):
        head = verb.head
        yield from _without(head.left_edge.i, head.right_edge.i + 1, verb.left_edge.i, verb.right_edge.i + 1)
        return
    sentence = verb.sent
    if low - sentence.start < 4 or doc[low - 1].text not in _ENDS or len(sentence) > _LONGEST:
        return
    # "…, the ministry said in Minsk on Friday": the tail of a sentence, whatever the parse made of it.
    if not any(token.tag_ in _FINITE for token in doc[high + 1 : sentence.end]):
        yield sentence.start, low - 1


def _misread(doc: Doc, token: Token, finder: SpeakerFinder) -> _Cue | None:
    """ "The IMF forecasts growth of 4%": one noun phrase to the parser, where no verb is told."""
    head = token.head
    if token.dep_ not in ("compound", "ROOT") or head.dep_ != "ROOT" or head.pos_ in ("VERB", "AUX") or not token.i:
        return None
    sentence = token.sent
    who = next((child for child in head.lefts if child.i == token.i - 1), None) or doc[token.i - 1]
    speaker = finder.speaker(who)
    if speaker is None or speaker.token_start > sentence.start + 1 or token.i + 1 >= sentence.end:
        return None
    return _Cue(token.i, "opinion", who, speaker, [(token.i + 1, sentence.end)])


def _without(start: int, end: int, hole_start: int, hole_end: int) -> Iterator[tuple[int, int]]:
    """``start:end`` less the attribution that stands in its midst."""
    if end - start > _LONGEST:
        return
    if hole_end <= start or end <= hole_start:
        yield start, end
        return
    if start < hole_start:
        yield start, hole_start
    if hole_end < end:
        yield hole_end, end


def _phrase_end(doc: Doc, noun: Token, limit: int) -> int:
    """Where a speaker's noun phrase ends: at a comma, should the parse have run over it."""
    last = min(noun.right_edge.i + 1, limit)
    for place in range(noun.i + 1, last):
        if doc[place].text == ",":
            return place
    return max(last, noun.i + 1)


def _according(doc: Doc, token: Token, finder: SpeakerFinder) -> _Cue | None:
    if token.i + 2 >= len(doc) or doc[token.i + 1].lower_ != "to":
        return None
    noun = next((child for child in doc[token.i + 1].children if child.dep_ == "pobj"), None)
    if noun is None:
        return None
    speaker = finder.speaker(noun)
    if speaker is None and not finder.may_speak(noun):
        return None
    return _over_clause(doc, token, noun, speaker, token.i, "according")


def _in_words_of(doc: Doc, token: Token, finder: SpeakerFinder) -> _Cue | None:
    """ "In Merkel's view"."""
    owner = next((child for child in token.children if child.dep_ == "poss"), None)
    if owner is None or token.dep_ != "pobj" or token.head.lower_ not in ("in", "by"):
        return None
    return _over_clause(doc, token.head, token, finder.speaker(owner), token.head.i, "words")


def _as_put(doc: Doc, token: Token, finder: SpeakerFinder) -> _Cue | None:
    """ "As Merkel put it"."""
    children = list(token.children)
    if not any(child.lower_ == "as" and child.dep_ in ("mark", "advmod") for child in children):
        return None
    if not any(child.lower_ == "it" and child.dep_ == "dobj" for child in children):
        return None
    subject = finder.subject(token)
    return _over_clause(doc, token, token, finder.speaker(subject), token.left_edge.i, "words") if subject else None


def _over_clause(
    doc: Doc, token: Token, noun: Token, speaker: MentionSpan | None, start: int, kind: str
) -> _Cue | None:
    """A cue that bears on the clause it hangs on, all but its own phrase."""
    head = token.head
    for _ in range(6):
        if head.pos_ in ("VERB", "AUX") or head.head == head:
            break
        head = head.head
    sentence = token.sent
    end = _phrase_end(doc, noun, sentence.end)
    low, high = (head.left_edge.i, head.right_edge.i + 1) if head.dep_ == "ccomp" else (sentence.start, sentence.end)
    return _Cue(token.i, kind, noun, speaker, list(_without(low, high, start, end)))


def _read_citations(doc: Doc, cues: list[_Cue]) -> None:
    """ "Interfax reported citing Novak, …": what is reported is what Novak says."""
    for place, cue in enumerate(cues):
        if cue.kind != "cite" or cue.subject is None:
            continue
        near = [
            other
            for other in cues[max(0, place - 3) : place + 3]
            if other.kind in ("say", "show", "opinion") and abs(other.token - cue.token) < 25 and other.contents
        ]
        governing = min(near, key=lambda other: abs(other.token - cue.token), default=None)
        if governing is not None and doc[governing.token].sent.start == doc[cue.token].sent.start:
            cue.contents = [
                part
                for low, high in governing.contents
                for part in _without(low, high, cue.token, _phrase_end(doc, cue.subject, high))
            ]
        else:
            sentence = doc[cue.token].sent
            end = _phrase_end(doc, cue.subject, sentence.end)
            cue.contents = list(_without(sentence.start, sentence.end, cue.token, end))


def _quoted(quotes: Sequence[Quote], doc: Doc, cues: Sequence[_Cue]) -> Iterator[tuple[Quote, int, MentionSpan | None]]:
    """Quotations with the cue that introduces or follows them."""
    by_token = {cue.token: cue for cue in cues if cue.kind in ("say", "call", "opinion", "cite")}
    found = [_cue_of_quote(doc, quote, by_token) for quote in quotes]
    for place in range(len(quotes) - 1, 0, -1):
        if quotes[place].continues and found[place - 1] is None:
            found[place - 1] = found[place]
    for place, quote in enumerate(quotes):
        before = found[place - 1] if place else None
        if found[place] is None and before and (quote.continues or _goes_on(doc, quotes[place - 1], quote, before)):
            found[place] = before
        cue = found[place] or _cue_around(doc, quote, before, cues)
        if cue is not None:
            found[place] = cue
            yield quote, cue.token, cue.speaker
        elif quote.end - quote.start >= 6 and not _is_governed(cues, quote):
            yield quote, quote.start - 1, None


def _is_governed(cues: Sequence[_Cue], quote: Quote) -> bool:
    return any(low <= quote.start and quote.end <= high for cue in cues for low, high in cue.contents)


def _cue_of_quote(doc: Doc, quote: Quote, by_token: dict[int, _Cue]) -> _Cue | None:
    for place in (quote.start, quote.end - 1):
        token = doc[place]
        for _ in range(12):
            if token.head == token:
                break
            token = token.head
            if token.i in by_token and not quote.start <= token.i < quote.end:
                return by_token[token.i]
    # The sentence was cut at the mark: "… is ready!" said Kim.
    is_spoken = doc[quote.end - 1].text in (",", "!", "?", "…", "...")
    for place in range(quote.end + 1, min(quote.end + 14, len(doc))):
        if not is_spoken or doc[place].text in (".", '"', "“", ";") or "\n" in doc[place].text:
            break
        if place in by_token:
            return by_token[place]
    before = doc[quote.start - 2].text if quote.start >= 2 else ""
    if before in (":", ","):
        for place in range(quote.start - 3, max(-1, quote.start - 24), -1):
            if doc[place].text in (".", '"', "”"):
                break
            if place in by_token:
                return by_token[place]
    return None


def _cue_around(doc: Doc, quote: Quote, before: _Cue | None, cues: Sequence[_Cue]) -> _Cue | None:
    """ "…," Kim said. "…" This, Kim stressed, …: who spoke last before a quotation, and speaks next after it."""
    if before is None or before.speaker is None or quote.start - before.token > 120:
        return None
    index = bisect_right(cues, quote.end, key=lambda cue: cue.token)
    following = cues[index] if index < len(cues) else None
    if following is None or following.speaker is None or following.token - quote.end > 25:
        return None
    if any("\n" in token.text for token in doc[quote.end : following.token]):
        return None
    return before if following.speaker.entity.entity_id == before.speaker.entity.entity_id else None


def _goes_on(doc: Doc, last: Quote, quote: Quote, cue: _Cue) -> bool:
    """ "A," she said. "B": nothing but the sentence that names her between; or a paragraph of its own after that."""
    if quote.start - last.end > 60:
        return False
    between = doc[last.end : quote.start - 1]
    if any("\n" in token.text for token in between):
        is_alone = quote.end + 1 >= len(doc) or "\n" in doc[quote.end + 1].text
        if not is_alone or "\n" not in between[-1].text or any("\n" in token.text for token in between[:-1]):
            return False
    said = doc[cue.token].sent
    return not any(token.tag_ in _FINITE and not said.start <= token.i < said.end for token in between)


def _headings(doc: Doc, finder: SpeakerFinder) -> Iterator[tuple[int, int, int, MentionSpan]]:
    """ "Oil to hit $100 – Novak", "Novak: oil to hit $100": the speaker at the edge of a headline."""
    for mention in finder.mentions:
        if mention.entity.entity_type not in ("PERSON", "ORG") or mention.is_description:
            continue
        start, end = mention.token_start, mention.token_end
        is_last = end == len(doc) or "\n" in doc[end].text
        if is_last and start >= 5 and doc[start - 1].text in ("–", "—", "-") and doc[start - 1].nbor(-1).text != "\n":
            first = start - 1
            while first > 0 and start - first < 40 and "\n" not in doc[first - 1].text:
                first -= 1
            if start - first < 40:
                yield first, start - 1, start - 1, mention
        is_first = start == 0 or "\n" in doc[start - 1].text
        if is_first and end + 3 < len(doc) and doc[end].text == ":":
            last = end + 1
            while last < len(doc) and last - end < 40 and "\n" not in doc[last].text:
                last += 1
            yield end + 1, last, end, mention
