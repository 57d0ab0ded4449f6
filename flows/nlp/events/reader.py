"""Reads events: what is said to have happened, who took part, when, where, and whether it did happen."""

from dataclasses import dataclass
from pathlib import Path

from spacy.tokens import Doc

from flows.nlp import ids
from flows.nlp.attribution.reader import speaker_of
from flows.nlp.events.content import VERBAL_TYPES, absorbed
from flows.nlp.events.headline import repair_headlines, repair_roots
from flows.nlp.events.merge import merge_events
from flows.nlp.events.names import EventName, NameLexicon, find_names, load_names
from flows.nlp.events.parse import Parse
from flows.nlp.events.parties import country_by_word
from flows.nlp.events.roles import PLACE_TYPES, Cast
from flows.nlp.events.status import read_status
from flows.nlp.events.triggers import Trigger, TriggerLexicon, TriggerRow, find_hits, load_triggers
from flows.nlp.events.when import Setting, read_settings
from flows.nlp.spans import MentionSpan
from flows.records import Event, Participant

_NAMED_FRAME = (("actor", (("subj", "poss", "between"),)), ("recipient", (("with",),)))
_DEFINITE = frozenset({"the", "this", "that", "these", "those", "its", "their", "his", "her"})
_HEIRS = frozenset({"AGREE", "REJECT", "THREATEN"})
# Of sport these are told as of politics: deals, complaints, arrests, bans, strikes of staff.
_TOLD_OF_SPORT = ("AGREE", "ACCUSE", "COERCE-17", "SANCTION", "REQUEST", "REJECT", "SUPPORT-057", "MARKET")
_SPORT_WORDS, _SPORT_EVERY = 3, 40
_DELIVERIES = frozenset({"COOPERATE-061t", "COOPERATE-061s", "COOPERATE-061", "AID-070", "AID-071", "AID-073"})


@dataclass(frozen=True, slots=True)
class EventLexicon:
    triggers: TriggerLexicon
    names: NameLexicon


@dataclass(slots=True)
class Candidate:
    """A trigger in its place, with who takes part."""

    start: int
    token: int
    trigger: Trigger
    participants: tuple[Participant, ...]
    name: EventName | None = None


def load_events(user_dirs: tuple[Path, ...] = ()) -> EventLexicon:
    """The tables of events; raises ``LexiconError`` where a row is malformed."""
    return EventLexicon(load_triggers(user_dirs), load_names(user_dirs))


def read_events(doc: Doc, lexicon: EventLexicon) -> list[Event]:
    """All tellings of events in ``doc``, in text order; those of one event share its id and columns.

    Returns:
        Nothing where the doc has no parse: who does what to whom cannot be told from words alone.
    """
    if not len(doc) or not doc.has_annotation("DEP"):
        return []
    parse = Parse(doc)
    repair_roots(parse)
    repair_headlines(parse, lexicon.triggers)
    names = find_names(parse, lexicon.names)
    hits = list(find_hits(parse, lexicon.triggers))
    if not hits and not names:
        return []
    cast = Cast(parse, lexicon.triggers.classes, names)
    candidates = _candidates(parse, cast, lexicon, hits, names)
    if _is_sport(parse, lexicon.triggers.classes["sport"]):
        candidates = [one for one in candidates if one.trigger.kind.event_code.startswith(_TOLD_OF_SPORT)]
    candidates = _longest(_independent(parse, cast, candidates))
    verbal = {one.token for one in candidates if one.trigger.kind.event_type in VERBAL_TYPES}
    settings = read_settings(parse, cast, [one.token for one in candidates], verbal)
    keys: dict[int, str] = {}  # only of sentences that tell of an event: a key costs as much as a reading
    for one in candidates:
        if parse.sentence[one.token] not in keys:
            keys[parse.sentence[one.token]] = ids.sentence_id(doc, parse.sentence_of(one.token))
    told = [_event(parse, cast, one, settings[one.token], keys[parse.sentence[one.token]]) for one in candidates]
    if cast.extra:
        used = {participant.entity_id for event in told for participant in event.participants}
        doc.user_data["event_entities"] = [entity for key, entity in cast.extra.items() if key in used]
    referring = {index for index, one in enumerate(candidates) if _refers(parse, one)}
    return merge_events(doc._.document_id or "", told, [parse.lemma(one.token) for one in candidates], referring)


def _is_sport(parse: Parse, words: frozenset[str]) -> bool:
    """Whether a document reports sport, where everybody attacks, fires and withdraws."""
    found = sum(parse.lower(token) in words for token in range(len(parse.lower_key)))
    return found >= _SPORT_WORDS and found * _SPORT_EVERY >= len(parse.lower_key)


def _refers(parse: Parse, one: Candidate) -> bool:
    """ "The talks lasted an hour.", "They met for two hours.": told before, by a definite noun or by nobody named."""
    if parse.is_verb(one.token):
        return one.trigger.kind.event_type == "CONSULT"
    return any(parse.lower(kid) in _DEFINITE for kid in parse.children(one.token, "det", "poss"))


def _candidates(
    parse: Parse,
    cast: Cast,
    lexicon: EventLexicon,
    hits: list[tuple[int, int, list[Trigger]]],
    names: dict[int, EventName],
) -> list[Candidate]:
    found: dict[int, Candidate] = {}
    saying: list[tuple[int, int, Trigger, tuple[str, ...]]] = []
    for start, token, readings in hits:
        name = names.get(token)
        for trigger in readings:
            told = tuple(code for test in trigger.tests if test.key == "tells" for code in test.values)
            if told:
                saying.append((start, token, trigger, told))
                continue
            participants, roles = cast.fill(token, trigger)
            if _is_enough(parse, token, trigger, roles, lexicon.triggers):
                found[token] = Candidate(start, token, trigger, participants, name)
                break
    for start, token, trigger, told in saying:
        clause = _told_clause(parse, token, told, found) if token not in found else None
        if clause is not None:
            participants = cast.fill(token, trigger)[0]
            if clause < token:  # "Chad will send aid, it said": the clause is the telling
                start, token = found[clause].start, clause
            found[token] = Candidate(start, token, trigger, participants, names.get(token))
    for token, name in names.items():
        if token in found:
            continue
        holder = _holder(parse, token, found)
        if holder is not None:
            holder.name = holder.name or name
        elif name.row.stands_alone:
            found[token] = _of_name(parse, cast, lexicon, name)
    return [found[token] for token in sorted(found)]


def _told_clause(parse: Parse, verb: int, codes: tuple[str, ...], found: dict[int, Candidate]) -> int | None:
    """The clause of a verb of saying that tells of an event of those codes: "said it would send doctors"."""
    for clause in parse.children(verb, "ccomp", "xcomp"):
        if clause in found and found[clause].trigger.kind.event_code.startswith(codes):
            return clause
    return None


def _independent(parse: Parse, cast: Cast, candidates: list[Candidate]) -> list[Candidate]:
    """The candidates that are not only what another is about; that one inherits their name."""
    kept: list[Candidate] = []
    by_token = {one.token: one for one in candidates}
    for one in candidates:
        outer = absorbed(parse, one, by_token)
        if outer is not None and any(test.key == "yields" for test in outer.trigger.tests):
            # "denied that it had shelled the town": the shelling is what matters, and it is denied.
            by_token.pop(outer.token, None)
            kept = [other for other in kept if other is not outer]
            outer = None
        if outer is None:
            kept.append(one)
            continue
        outer.name = outer.name or one.name
        _hand_on(outer, one)
    for one in kept:
        _add_named(parse, cast, one)
    return kept


def _longest(candidates: list[Candidate]) -> list[Candidate]:
    """ "walked off the job" and the "walked" in it are one telling."""
    inside = {(token, one.trigger.kind.event_type) for one in candidates for token in range(one.start, one.token)}
    return [one for one in candidates if (one.token, one.trigger.kind.event_type) not in inside]


def _hand_on(outer: Candidate, inner: Candidate) -> None:
    """ "is ready to sign a pact with Syria": whom the content concerns is whom it is said to, where nobody else is."""
    roles = {one.role for one in outer.participants}
    if outer.trigger.kind.event_type in _HEIRS and "recipient" not in roles:
        acting = {one.entity_id for one in outer.participants if one.role == "actor"}
        outer.participants += tuple(
            one for one in inner.participants if one.role == "recipient" and one.entity_id not in acting
        )


def _holder(parse: Parse, token: int, found: dict[int, Candidate]) -> Candidate | None:
    """The trigger whose object bears the name: "signed the Minsk Agreement"."""
    verb, relation = parse.governor(token)
    return found.get(verb) if verb is not None and relation == "object" else None


def _of_name(parse: Parse, cast: Cast, lexicon: EventLexicon, name: EventName) -> Candidate:
    trigger = _name_trigger(lexicon, name)
    participants = cast.fill(name.head, trigger)[0]
    return Candidate(name.token_start, name.head, trigger, participants, name)


def _add_named(parse: Parse, cast: Cast, one: Candidate) -> None:
    """The countries inside an event's name take part: "4th Russia-China Forum"."""
    if one.name is not None:
        taking_part = {participant.entity_id for participant in one.participants}
        for token in range(one.name.token_start, one.name.head):
            country = country_by_word().get(parse.lower(token))
            if country is not None and country.entity_id not in taking_part:
                one.participants += (Participant(cast.known(country).entity_id, "actor"),)


def _name_trigger(lexicon: EventLexicon, name: EventName) -> Trigger:
    row = TriggerRow.model_construct(
        trigger_id=f"name_{name.row.head}", lemma=name.row.head, pos="NOUN", frame="", event_code=name.row.event_code
    )
    return Trigger(row, lexicon.triggers.kinds[name.row.event_code], _NAMED_FRAME, False, ())


def _is_enough(parse: Parse, token: int, trigger: Trigger, roles: frozenset[str], lexicon: TriggerLexicon) -> bool:
    """Whether so much is told that this is an event, not a topic: "talks" is none, "talks began" is one."""
    for test in trigger.tests:
        if test.key == "need" and not ("any" in test.values and roles) and not roles & test.values:
            return False
        if test.key == "needs" and not test.values <= roles:
            return False
    if _is_habit(parse, token, trigger, roles):
        return False
    if trigger.row.pos != "NOUN" or roles & {"actor", "recipient", "object"}:
        return True
    if trigger.kind.event_type == "MARKET" or trigger.kind.event_mode == "construction":
        return True
    verb, relation = parse.governor(token)
    if relation in ("after", "following", "since", "during") and trigger.kind.event_type in ("PROTEST", "ASSAULT"):
        # "after riots": told here for the first time; "after the riots" only refers to them.
        return not any(parse.lower(kid) in _DEFINITE for kid in parse.children(token, "det", "poss"))
    if verb is None or relation not in ("object", "subject"):
        return False
    if parse.lemma(verb) == "take" and relation == "subject":
        return any(parse.lower(obj) == "place" for obj in parse.children(verb, "dobj"))  # "talks take years"
    return parse.lemma(verb) in lexicon.classes["happen"]


def _is_habit(parse: Parse, token: int, trigger: Trigger, roles: frozenset[str]) -> bool:
    """ "The plant supplies power to the city.": what a thing does day by day, unless a headline tells it."""
    if trigger.kind.event_code not in _DELIVERIES or parse.tag[token] not in ("VBZ", "VBP") or "recipient" in roles:
        return False
    end = parse.sentence_end(token)
    return parse.lower(end) in (".", "”", '"') and not parse.children(token, "aux")


def _event(parse: Parse, cast: Cast, one: Candidate, setting: Setting, sentence_key: str) -> Event:
    doc = parse.doc
    kind = one.trigger.kind
    first, last = (
        (one.name.token_start, one.name.token_end - 1)
        if one.name and one.name.head == one.token
        else (
            one.start,
            one.token,
        )
    )
    if parse.is_verb(one.token):
        for kid in parse.children(one.token, "prt"):
            if kid == last + 1:
                last = kid
    char_start, char_end = doc[first].idx, doc[last].idx + len(doc[last])
    document_id = doc._.document_id or ""
    speaker = speaker_of(doc, one.token)
    period, place = setting.period, _place(parse, cast, one, setting)
    if place is not None:
        one.participants += _struck_at(cast, one, place)
    return Event(
        event_mention_id=ids.event_mention_id(document_id, char_start, char_end, kind.event_type),
        event_id="",
        sentence_id=sentence_key,
        char_start=char_start,
        char_end=char_end,
        surface=doc[first : last + 1].text,
        speaker_entity_id=speaker.entity.entity_id if speaker is not None else None,
        confidence=_confidence(one),
        event_type=kind.event_type,
        event_mode=kind.event_mode,
        cameo_code=kind.cameo_code,
        quad_class=kind.quad_class,
        intensity=kind.intensity,
        event_name=one.name.surface if one.name is not None else None,
        status=read_status(
            parse, one.token, one.trigger.row.status, period.start if period else None, period.end if period else None
        ),
        participants=one.participants,
        figure_ids=tuple(dict.fromkeys(setting.figure_ids)),
        date_start=period.start if period is not None else None,
        date_end=period.end if period is not None else None,
        date_surface=period.surface if period is not None else None,
        date_basis=period.basis if period is not None else None,
        place_entity_id=place.entity.entity_id if place is not None else None,
        place_country_iso3=place.entity.country_iso3 if place is not None else None,
    )


def _place(parse: Parse, cast: Cast, one: Candidate, setting: Setting) -> MentionSpan | None:
    if setting.place is not None:
        return setting.place
    if one.trigger.kind.event_mode != "visit" and one.trigger.kind.event_type != "ASSAULT":
        return None
    # "visited Hanoi", "shelled Kharkiv": the place is what it is done to.
    targets = parse.objects(one.token) if parse.is_verb(one.token) else parse.prep_objects(one.token, "to", "on")
    for token in targets:
        found = cast.at.get(token)
        if found is not None and found.entity.entity_type in PLACE_TYPES:
            return found
    return None


def _struck_at(cast: Cast, one: Candidate, place: MentionSpan) -> tuple[Participant, ...]:
    """ "Israeli jets hit targets near Damascus": done to the country it is done in, where no other is named."""
    if one.trigger.kind.event_type not in ("ASSAULT", "MOBILIZE") or any(
        other.role == "recipient" for other in one.participants
    ):
        return ()
    country = cast.country_of(place.entity)
    doers = {other.entity_id for other in one.participants if other.role == "actor"}
    homes = {entity.country_iso3 for entity in cast.named(doers)} - {None}
    if country is None or not homes or country.country_iso3 in homes:
        return ()
    return (Participant(cast.known(country).entity_id, "recipient"),)


def _confidence(one: Candidate) -> float:
    roles = {participant.role for participant in one.participants}
    score = 0.55 if one.trigger.row.pos == "NOUN" else 0.65
    score += 0.1 * ("actor" in roles) + 0.1 * ("recipient" in roles or "object" in roles)
    score += 0.05 * min(2, len(one.trigger.tests)) + 0.05 * (one.name is not None)
    return round(min(score, 0.95), 2)
