"""One event told in several places of a document is one event: which tellings are of one, and what they add up to."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from flows.nlp.ids import event_id
from flows.records import Event, Participant

_STATUS_GROUPS = {"occurred": "real", "ongoing": "real", "cancelled": "off", "denied": "off"}
# Happens many times in one text between the same parties: only the same date or place makes it one.
_REPEATED = frozenset({"ASSAULT", "COERCE", "ACCUSE", "REQUEST", "REJECT", "THREATEN", "PROTEST", "MARKET", "MOBILIZE"})
_SYMMETRIC = frozenset({"CONSULT", "AGREE", "SUPPORT", "COOPERATE"})
_MAX_LOOK_BACK = 60


def merge_events(
    document_id: str, told: Sequence[Event], words: Sequence[str], referring: Collection[int] = ()
) -> list[Event]:
    """Give all tellings of one event its id and what the others know of it.

    Args:
        document_id: Part of the keys.
        told: Tellings in text order, each with a key of its own.
        words: The trigger's lemma of each.
        referring: Indexes of those that only refer to what was told ("the talks lasted an hour").

    Returns:
        As many events, in the same order. Tellings of one event share ``event_id`` and all columns of
        the event; ``speaker_entity_id``, ``confidence`` and the place in the text stay each its own.
    """
    groups: list[list[int]] = []
    for index, event in enumerate(told):
        for group in reversed(groups[-_MAX_LOOK_BACK:]):
            members = group[:2] + group[2:][-2:]  # enough to tell, and a thousand tellings stay linear
            if index in referring and _is_referred_to(told[group[0]], event):
                group.append(index)
                break
            if all(_is_same(told[other], event, words[other], words[index]) for other in members):
                group.append(index)
                break
        else:
            groups.append([index])
    merged = list(told)
    for group in groups:
        whole = _sum_up([told[index] for index in group])
        key = event_id(document_id, whole.event_type, told[group[0]].char_start, told[group[0]].char_end)
        for index in group:
            merged[index] = replace(
                whole,
                event_id=key,
                event_mention_id=told[index].event_mention_id,
                sentence_id=told[index].sentence_id,
                char_start=told[index].char_start,
                char_end=told[index].char_end,
                surface=told[index].surface,
                speaker_entity_id=told[index].speaker_entity_id,
                confidence=told[index].confidence,
            )
    return merged


def _is_referred_to(first: Event, second: Event) -> bool:
    """Whether "the attack" without parties of its own is ``first``; the nearest one before is asked first."""
    return (
        first.event_type == second.event_type
        and first.event_type != "MARKET"
        and first.status in _STATUS_GROUPS
        and second.status in _STATUS_GROUPS
        and not _parties(second)
        and _dates_agree(first, second)
        and _places_agree(first, second)
    )


def _is_same(first: Event, second: Event, first_word: str, second_word: str) -> bool:
    if first.event_type != second.event_type:
        return False
    if _STATUS_GROUPS.get(first.status, first.status) != _STATUS_GROUPS.get(second.status, second.status):
        return False
    if first.event_name and second.event_name:
        return _is_one_name(first.event_name, second.event_name)
    if first.event_mode != second.event_mode and first.event_mode and second.event_mode:
        return False
    if not _codes_agree(first.cameo_code, second.cameo_code, first.event_type):
        return False
    if not _dates_agree(first, second) or not _places_agree(first, second):
        return False
    ours, theirs = _parties(first), _parties(second)
    if not ours or not theirs:
        return False
    if not (ours <= theirs or theirs <= ours):
        return False
    if not _roles_agree(first, second):
        return False
    if set(first.figure_ids) and set(second.figure_ids) and first.figure_ids != second.figure_ids:
        return False
    if first.event_type in _REPEATED:
        has_date = first.date_surface is not None and first.date_surface == second.date_surface
        return first_word == second_word and (has_date or (ours == theirs and _objects(first) == _objects(second)))
    if first_word == second_word or first.event_mode == second.event_mode:
        return len(ours & theirs) > 1 or first.event_mode is not None or first_word == second_word
    return False


def _is_one_name(first: str, second: str) -> bool:
    """ "4th Forum on Cooperation" and "4th Russia-China Forum on Cooperation"; never the 4th and the 5th."""
    ours, theirs = set(first.lower().split()), set(second.lower().split())
    return ours <= theirs or theirs <= ours


def _codes_agree(first: str | None, second: str | None, event_type: str) -> bool:
    """Signing an agreement and awarding a medal are both SUPPORT, and two events."""
    return first == second or event_type == "AGREE" or {first, second} == {"040", "046"}


def _dates_agree(first: Event, second: Event) -> bool:
    if first.date_start is None or second.date_start is None:
        return True
    first_end, second_end = first.date_end or first.date_start, second.date_end or second.date_start
    return first.date_start <= second_end and second.date_start <= first_end


def _places_agree(first: Event, second: Event) -> bool:
    if first.place_entity_id is None or second.place_entity_id is None:
        return True
    if first.place_entity_id == second.place_entity_id:
        return True
    countries = (first.place_country_iso3, second.place_country_iso3)
    is_whole_country = "country:" in first.place_entity_id or "country:" in second.place_entity_id
    return is_whole_country and countries[0] == countries[1]


def _parties(event: Event) -> frozenset[str]:
    return frozenset(one.entity_id for one in event.participants if one.role in ("actor", "recipient"))


def _objects(event: Event) -> frozenset[str]:
    return frozenset(one.entity_id for one in event.participants if one.role == "object")


def _roles_agree(first: Event, second: Event) -> bool:
    """Who struck whom matters; who met whom does not."""
    if first.event_type in _SYMMETRIC:
        return True
    for role in ("actor", "recipient"):
        ours = {one.entity_id for one in first.participants if one.role == role}
        theirs = {one.entity_id for one in second.participants if one.role == role}
        if ours and theirs and not (ours <= theirs or theirs <= ours):
            return False
    return True


def _sum_up(group: Sequence[Event]) -> Event:
    """The columns of the event: the first telling's, gaps filled from the others in text order."""
    whole = group[0]
    participants: dict[tuple[str, str], Participant] = {}
    figure_ids: dict[str, None] = {}
    for event in group:
        sided = {one.entity_id for one in participants.values() if one.role in ("actor", "recipient")}
        for one in event.participants:
            # In a symmetric event a later sentence may turn the sides about; that adds nobody.
            if one.role not in ("actor", "recipient") or one.entity_id not in sided:
                participants.setdefault((one.entity_id, one.role), one)
        figure_ids.update(dict.fromkeys(event.figure_ids))
    dated = next((event for event in group if event.date_start is not None), None) or next(
        (event for event in group if event.date_surface is not None), whole
    )
    placed = [event for event in group if event.place_entity_id is not None]
    # A town before its country.
    placed_at = next((event for event in placed if not str(event.place_entity_id).startswith("country:")), None) or (
        placed[0] if placed else whole
    )
    named = next((event for event in group if event.event_name is not None), whole)
    moded = next((event for event in group if event.event_mode is not None), whole)
    return replace(
        whole,
        event_mode=moded.event_mode,
        cameo_code=moded.cameo_code,
        quad_class=moded.quad_class,
        intensity=moded.intensity,
        event_name=named.event_name,
        date_start=dated.date_start,
        date_end=dated.date_end,
        date_surface=dated.date_surface,
        date_basis=dated.date_basis,
        place_entity_id=placed_at.place_entity_id,
        place_country_iso3=placed_at.place_country_iso3,
        participants=tuple(participants.values()),
        figure_ids=tuple(figure_ids),
    )
