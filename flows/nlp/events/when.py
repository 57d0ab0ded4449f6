"""When and where an event takes place, and which figures belong to it: what hangs on its clause in the parse."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from flows.nlp.events.content import is_infinitive
from flows.nlp.events.parse import Parse
from flows.nlp.events.roles import PLACE_TYPES, Cast
from flows.nlp.spans import MentionSpan, PeriodSpan
from flows.records import Figure

_PLACE_PREPOSITIONS = frozenset("in at near inside outside around off across throughout along".split())
# Said while it went on: the verb's time is the event's time. "after talks" is not here.
_SIMULTANEOUS = frozenset({"object", "subject", "during", "at", "in", "amid", "on"})
_EARLIER = frozenset({"after", "since", "following", "before", "despite"})
_TOPICAL = frozenset({"on", "over", "about", "for", "against", "regarding", "concerning"})
"""What comes after is spoken of, elsewhere: "called for a ceasefire in Gaza"."""
_UPWARD = frozenset({"xcomp", "pcomp", "acl", "dobj", "pobj", "prep", "nsubjpass", "attr", "advmod", "npadvmod"})
_DOWNWARD = ("conj", "xcomp", "ccomp")
_DONE = frozenset({"has", "have", "had", "was", "were"})
_MEETINGS = frozenset("meet talk visit attend hold host resume discuss gather convene return travel vote".split())
# A month without its year that would be longer ago is as likely one to come.
_RECENT = timedelta(days=200)
_MAX_CLIMB = 12


@dataclass(slots=True)
class Setting:
    """What one event's clause tells besides who."""

    period: PeriodSpan | None = None
    place: MentionSpan | None = None
    figure_ids: list[str] = field(default_factory=list)
    period_rank: tuple[int, int] = (99, 0)
    place_rank: tuple[int, int] = (99, 0)


def read_settings(parse: Parse, cast: Cast, tokens: Sequence[int], verbal: Collection[int]) -> dict[int, Setting]:
    """The setting of the event told at each of ``tokens``; ``verbal`` are those that only say what shall be done."""
    settings = {token: Setting() for token in tokens}
    anchors: dict[int, list[tuple[int, int]]] = {}
    contents: dict[int, list[int]] = {}
    for token in tokens:
        contents_of = _contents(parse, token) if token in verbal else ()
        for content in contents_of:
            contents.setdefault(content, []).append(token)
        for rank, anchor in enumerate(_anchors(parse, token)):
            if anchor not in contents_of:
                anchors.setdefault(anchor, []).append((rank, token))
    past = {token for token in tokens if _is_past(parse, token)}
    sentences = {parse.sentence[token] for token in tokens}
    looking_back = _looking_back(parse, tokens)
    doc = parse.doc
    for period in doc._.periods or ():
        if period.token_start < len(parse.head) and parse.sentence[period.token_start] in sentences:
            trigger = looking_back.get(period.token_start)
            if trigger is not None:
                settings[trigger].period, settings[trigger].period_rank = period, (0, 0)
            else:
                _attach_period(parse, period, anchors, settings, past)
                _attach_told(parse, period, contents, settings)
    _share_day(parse, settings, past)
    for mention in doc._.mentions or ():
        if parse.sentence[mention.head] in sentences and mention.entity.entity_type in (*PLACE_TYPES, "FACILITY"):
            _attach_place(parse, mention, anchors, settings)
    if doc._.figures:
        starts = [token.idx for token in doc]
        for figure in doc._.figures:
            first = bisect_right(starts, figure.char_start) - 1
            last = bisect_right(starts, figure.char_end - 1) - 1
            if parse.sentence[first] in sentences:
                _attach_figure(parse, figure, _top(parse, first, last + 1), anchors, settings)
    return settings


def _looking_back(parse: Parse, tokens: Sequence[int]) -> dict[int, int]:
    """Where a time would stand that is an earlier event's: "soared after the invasion of Ukraine in 2022"."""
    ends: dict[int, int] = {}
    for token in tokens:
        if parse.is_verb(token) or parse.governor(token)[1] not in _EARLIER:
            continue
        end = token
        while parse.kids[end] and parse.kids[end][-1] > end:
            end = parse.kids[end][-1]
        ends[end + 1] = token
    return ends


def _anchors(parse: Parse, token: int) -> list[int]:
    """The words whose time and place are the event's: the trigger, the verb it depends on, the verbs joined to it."""
    found = [token]
    if not parse.is_verb(token):
        # "a pledge made last year", "the contract signed on Monday"
        found.extend(kid for kid in parse.children(token, "acl") if parse.tag[kid] == "VBN")
        verb, relation = parse.governor(token)
        if verb is not None and relation in _SIMULTANEOUS:
            found.append(verb)
        outer = parse.head[token]
        if parse.dep[token] == "pobj" and parse.lower(outer) == "of":
            found.append(parse.head[outer])
    verb = found[-1]
    for _ in range(3):
        if parse.dep[verb] in ("xcomp", "conj") and parse.is_verb(parse.head[verb]):
            verb = parse.head[verb]
            found.append(verb)
    for kid in parse.kids[token]:
        if parse.dep[kid] in ("conj", "xcomp") and parse.is_verb(kid):
            found.append(kid)
            # "closed schools and stopped selling petrol on Tuesday"
            found.extend(inner for inner in parse.children(kid, "xcomp") if parse.is_verb(inner))
    return found


def _top(parse: Parse, start: int, end: int) -> int:
    """The token of a span that hangs on a word outside it."""
    for token in range(start, min(end, len(parse.head))):
        if not start <= parse.head[token] < end or parse.head[token] == token:
            return token
    return start


def _attach_period(
    parse: Parse,
    period: PeriodSpan,
    anchors: dict[int, list[tuple[int, int]]],
    settings: dict[int, Setting],
    past: Collection[int],
) -> None:
    is_ahead = _is_ahead(parse, period)
    token = _top(parse, period.token_start, period.token_end)
    left = period.token_start - 1
    left -= left > 0 and parse.lower(left) in ("on", "in")
    if left in anchors and parse.tag[left] == "VBD" and parse.children(left, "ccomp"):
        token = left  # "said on Monday it would send aid": the day of saying, wherever the parser hangs it
    is_phrase = parse.dep[token] in ("pobj", "npadvmod", "advmod", "prep", "pcomp", "tmod")
    nouns = 0
    for _ in range(_MAX_CLIMB):
        if token in anchors:
            for rank, trigger in anchors[token]:
                if is_ahead and trigger in past:
                    continue  # "signed a deal to double trade by 2030"
                order = (rank + 2 * nouns + 3 * (period.role == "since"), abs(period.token_start - trigger))
                if order < settings[trigger].period_rank:
                    settings[trigger].period, settings[trigger].period_rank = period, order
            return
        head = parse.head[token]
        is_clause = parse.is_verb(token) and parse.dep[token] not in ("dobj", "pobj")
        if head == token or is_clause or parse.dep[token] in ("relcl", "advcl", "conj", "appos"):
            return
        if parse.pos[head] in ("NOUN", "PROPN", "NUM", "SYM") and head not in anchors and parse.dep[token] != "pobj":
            if not is_phrase:
                return  # "the 2019 treaty": the treaty's year, not that of its being broken
            nouns += 1
            if nouns > (_MAX_CLIMB if _is_day(period) else 2):
                return  # a day is no noun's: "ended the dispute over the price of power from the dam on Monday"
        token = head


def _is_day(period: PeriodSpan) -> bool:
    return period.start is not None and period.start == period.end and period.role == "in"


def _is_ahead(parse: Parse, period: PeriodSpan) -> bool:
    today = parse.doc._.published_on
    return today is not None and period.start is not None and period.start > today


def _share_day(parse: Parse, settings: dict[int, Setting], past: Collection[int]) -> None:
    """ "let the pound fall on Wednesday and raised its rate": the one day of a sentence holds for what is joined."""
    by_sentence: dict[int, list[tuple[int, PeriodSpan]]] = {}
    for period in parse.doc._.periods or ():
        if _is_day(period) and period.token_start < len(parse.head):
            by_sentence.setdefault(parse.sentence[period.token_start], []).append((period.token_start, period))
    for token in past:
        days = by_sentence.get(parse.sentence[token], ())
        if settings[token].period is None and len(days) == 1 and not _is_ahead(parse, days[0][1]):
            verb = token if parse.is_verb(token) else parse.governor(token)[0]
            [(start, day)] = days
            if verb is not None and _main_verb(parse, verb, ("conj",)) == _main_verb(parse, start, _DOWNWARD):
                settings[token].period = day


def _main_verb(parse: Parse, token: int, steps: Collection[str]) -> int | None:
    """The root of the sentence, where only ``steps`` lead there from the verb over ``token``."""
    for _ in range(_MAX_CLIMB):
        head = parse.head[token]
        if head == token:
            return token
        is_verb = parse.is_verb(token) and parse.dep[token] != "pobj"  # "months of wrangling"
        if is_verb and parse.dep[token] == "ccomp" and parse.lemma(head) not in ("let", "see", "make", "have", "help"):
            return None
        if is_verb and parse.dep[token] not in steps:
            return None
        token = head
    return None


def _contents(parse: Parse, token: int) -> list[int]:
    """The infinitives that tell what is agreed, asked for or refused."""
    return [kid for kid in parse.children(token, "xcomp", "ccomp") if is_infinitive(parse, kid)]


def _is_past(parse: Parse, token: int) -> bool:
    """Whether a past tense tells the event: what is done is not dated ahead."""
    verb = token if parse.is_verb(token) else parse.governor(token)[0]
    if verb is None:
        return False
    if parse.tag[verb] == "VBD":
        return True
    return parse.tag[verb] == "VBN" and any(parse.lower(kid) in _DONE for kid in parse.children(verb, "aux", "auxpass"))


def _attach_told(
    parse: Parse, period: PeriodSpan, contents: dict[int, list[int]], settings: dict[int, Setting]
) -> None:
    """ "agreed to send troops on Tuesday" and "agreed to meet on Tuesday", "to close the mine by 2030"

    A time in an infinitive is that of what is agreed, unless it is past and nobody is to meet then.
    """
    verb = parse.head[_top(parse, period.token_start, period.token_end)]
    for _ in range(2):
        if verb not in contents and parse.dep[verb] in ("prep", "dobj", "pobj"):
            verb = parse.head[verb]
    today = parse.doc._.published_on
    if verb not in contents or today is None or period.end is None or parse.lemma(verb) in _MEETINGS:
        return
    if period.role != "in" or not timedelta(0) <= today - period.end < _RECENT:
        return
    for trigger in contents[verb]:
        order = (4, abs(period.token_start - trigger))
        if order < settings[trigger].period_rank:
            settings[trigger].period, settings[trigger].period_rank = period, order


def _attach_place(
    parse: Parse, mention: MentionSpan, anchors: dict[int, list[tuple[int, int]]], settings: dict[int, Setting]
) -> None:
    token = mention.head
    if parse.dep[token] in ("conj", "appos"):
        return
    if parse.dep[token] in ("compound", "poss", "nmod", "amod"):
        noun = parse.head[token]
        if noun in anchors and parse.dep[token] == "compound" and not mention.entity.entity_id.startswith("country:"):
            for rank, trigger in anchors[noun]:  # "the Geneva talks"
                if rank == 0 and settings[trigger].place is None:
                    settings[trigger].place, settings[trigger].place_rank = mention, (5, 0)
            return
        if parse.dep[noun] != "pobj" or mention.entity.entity_type == "NORP" or parse.dep[token] == "amod":
            return
        token = noun  # "in Baghdad's Green Zone", "at the Shanghai forum"
    if parse.dep[token] != "pobj" or parse.lower(parse.head[token]) not in _PLACE_PREPOSITIONS:
        return
    token = parse.head[token]
    nouns = 0
    for _ in range(_MAX_CLIMB):
        head = parse.head[token]
        if head in anchors:
            for rank, trigger in anchors[head]:
                order = (rank + 2 * nouns, abs(mention.head - trigger))
                if order < settings[trigger].place_rank:
                    settings[trigger].place, settings[trigger].place_rank = mention, order
            return
        if head == token or parse.is_verb(head):
            return
        is_argument = parse.dep[head] in ("dobj", "nsubjpass", "prep") or (
            parse.dep[head] in ("pobj", "nsubj", "appos") and parse.pos[head] in ("NOUN", "PROPN") and nouns < 2
        )
        if not is_argument or (parse.dep[head] == "pobj" and parse.lower(parse.head[head]) in _TOPICAL):
            return
        nouns += parse.pos[head] in ("NOUN", "PROPN")
        token = head


def _attach_figure(
    parse: Parse,
    figure: Figure,
    token: int,
    anchors: dict[int, list[tuple[int, int]]],
    settings: dict[int, Setting],
) -> None:
    for _ in range(_MAX_CLIMB):
        own = [trigger for rank, trigger in anchors.get(token, ()) if rank == 0]
        if own:
            for trigger in own:
                settings[trigger].figure_ids.append(figure.figure_id)
            return
        near = anchors.get(token)
        head = parse.head[token]
        if near and (parse.dep[token] not in _UPWARD or head == token):
            nearest = min(near)
            settings[nearest[1]].figure_ids.append(figure.figure_id)
            return
        if head == token or (parse.is_verb(token) and parse.dep[token] not in _UPWARD):
            return
        token = head
