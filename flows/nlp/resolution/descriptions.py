"""Descriptions that stand for one entity: "the Chinese corporation", "the Russian president", "the plant"."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from datetime import date

from spacy.strings import get_string_id
from spacy.tokens import Doc

from flows.nlp.entities.tables import EntityTables, TitleRow
from flows.nlp.resolution.countries import home_country
from flows.nlp.resolution.offices import StatedOffices, title_starting_at
from flows.nlp.resolution.words import Described, ResolutionWords
from flows.nlp.spans import MentionSpan
from flows.records import Entity

_THE = frozenset((get_string_id("the"), get_string_id("this")))
_WINDOW = 3
"""Sentences, this one included, in which a bare "the company" looks for who is meant."""


def add_descriptions(
    doc: Doc,
    mentions: list[MentionSpan],
    tables: EntityTables,
    words: ResolutionWords,
    offices: StatedOffices,
    lowers: list[int],
    sentences: list[int],
) -> list[MentionSpan]:
    """The mentions and the certain descriptions; a description takes the place of the nationality in it."""
    finder = _Finder(doc, mentions, tables, words, offices, sentences)
    found: list[MentionSpan] = []
    for index, lower in enumerate(lowers):
        if lower in _THE and index not in finder.at:
            mention = finder.after_article(index)
            if mention is not None:
                found.append(mention)
    for owner in mentions:
        if owner.entity.sector == "country" and (owner.token_start == 0 or lowers[owner.token_start - 1] not in _THE):
            mention = finder.after_country(owner)
            if mention is not None:
                found.append(mention)
    if not found:
        return mentions
    taken = {index for mention in found for index in range(mention.token_start, mention.token_end)}
    kept = [mention for mention in mentions if taken.isdisjoint(range(mention.token_start, mention.token_end))]
    return sorted([*kept, *found], key=lambda mention: mention.token_start)


_FARTHEST = 200
"""Mentions: what was named longer ago is no candidate."""


class _Finder:
    """One document's mentions, looked up by token."""

    def __init__(
        self,
        doc: Doc,
        mentions: list[MentionSpan],
        tables: EntityTables,
        words: ResolutionWords,
        offices: StatedOffices,
        sentences: list[int],
    ) -> None:
        self.doc = doc
        self.mentions = mentions
        self.tables = tables
        self.words = words
        self.offices = offices
        self.sentences = sentences
        self.at = {index: mention for mention in mentions for index in range(mention.token_start, mention.token_end)}
        self.on: date | None = doc._.published_on
        self._named = Counter(mention.entity.entity_id for mention in mentions)
        places = [mention.entity.country_iso3 for mention in mentions if mention.entity.entity_type == "GPE"]
        self._home = home_country(doc, mentions, Counter(iso for iso in places if iso is not None))

    def _earlier(self, before: int) -> list[MentionSpan]:
        end = bisect_left(self.mentions, before, key=lambda mention: mention.token_start)
        return self.mentions[max(0, end - _FARTHEST) : end]

    def after_article(self, index: int) -> MentionSpan | None:
        """ "the …" at a token."""
        place = index + 1
        iso: str | None = None
        owner = self.at.get(place)
        if owner is not None:
            if owner.ner_label != "NORP" and owner.entity.sector != "country":
                return None
            iso = owner.entity.country_iso3
            place = owner.token_end
        return self._described(index, place, iso)

    def after_country(self, owner: MentionSpan) -> MentionSpan | None:
        """ "Russia's president", and "Chinese president said" without an article."""
        place = owner.token_end
        if place >= len(self.doc):
            return None
        if self.doc[place].lower_ in ("'s", "’s"):
            # The owner stays a mention of its own; the office alone is the description.
            return self._described(place + 1, place + 1, owner.entity.country_iso3, people_only=True)
        if owner.ner_label != "NORP":
            return None
        return self._described(owner.token_start, place, owner.entity.country_iso3, people_only=True)

    def _described(self, start: int, place: int, iso: str | None, *, people_only: bool = False) -> MentionSpan | None:
        doc = self.doc
        if place >= len(doc) or place in self.at:
            return None
        title = title_starting_at(doc, place, self.tables)
        if title is not None:
            end, row = title
            if self._is_open(end) and doc[place].text[0].islower():
                entity = self._office(start, row, iso)
                return self._mention(start, end, entity)
            return None
        if people_only:
            return None
        for width in (3, 2, 1):
            kinds = self.words.nouns.get(doc[place : place + width].text.lower())
            if kinds is not None and self._is_open(place + width):
                entity = self._kind(start, kinds, iso)
                return self._mention(start, place + width, entity)
        return None

    def _is_open(self, end: int) -> bool:
        """Whether the phrase ends here: no noun and no name follows that it would only qualify."""
        if end >= len(self.doc):
            return True
        following = self.doc[end]
        if end in self.at or following.text in ("-", "–", "of") or following.is_title:
            return False
        return following.pos_ not in ("NOUN", "PROPN")

    def _mention(self, start: int, end: int, entity: Entity | None) -> MentionSpan | None:
        if entity is None:
            return None
        span = self.doc[start:end]
        return MentionSpan(
            span.start_char, span.end_char, start, end, end - 1, entity, None, "in_document", 0.75, is_description=True
        )

    def _office(self, before: int, row: TitleRow, iso: str | None) -> Entity | None:
        stated = self.offices.holder(before, row.title.lower(), row.office, iso)
        if stated is not None:
            return stated
        if row.office is None:
            return None
        if iso is None:
            return self._mentioned_holder(before, row.office)
        if self.on is None:
            return None
        holders = {
            holding.person_id
            for holding in self.tables.holdings.get((row.office, iso), ())
            if holding.from_date <= self.on <= holding.to_date
        }
        return self.tables.entities[holders.pop()] if len(holders) == 1 else None

    def _mentioned_holder(self, before: int, office: str) -> Entity | None:
        """The one person named so far who holds the office on the day of publication."""
        found: dict[str, Entity] = {}
        if self.on is None:
            return None
        for mention in self._earlier(before):
            for holding in self.tables.offices_of.get(mention.entity.entity_id, ()):
                if holding.office == office and holding.from_date <= self.on <= holding.to_date:
                    found[mention.entity.entity_id] = mention.entity
        return next(iter(found.values())) if len(found) == 1 else None

    def _kind(self, before: int, kinds: list[Described], iso: str | None) -> Entity | None:
        for kind in kinds:
            if kind.kind in self.tables.body_codes:
                entity = self._body(before, kind, iso)
            elif kind.kind in _OF_A_STATE:
                entity = self._of_state(before, kind) if iso is None else None
            elif iso is not None:
                entity = _only(
                    m for m in self._earlier(before) if m.entity.country_iso3 == iso and _fits(m.entity, kind)
                )
            else:
                entity = self._late(before, kind)
            if entity is not None:
                return entity
        return None

    def _late(self, before: int, kind: Described) -> Entity | None:
        """The one of this kind named of late; of several the one that led the sentence before, else the text's own."""
        fitting = [mention for mention in self._earlier(before) if _fits(mention.entity, kind)]
        number = self.sentences[before]
        late = [mention for mention in fitting if number - self.sentences[mention.token_start] < _WINDOW]
        only = _only(late)
        if kind.entity_type == "GPE":
            home = self.tables.entities.get(f"country:{self._home}")
            is_aside = only is None or (only.country_iso3 != self._home and self._is_aside(late))
            return home if home is not None and is_aside else only
        if kind.entity_type != "ORG":
            return only
        # "Analysts at Jefferies" and "told Reuters" bring in others than whom the text is about.
        own = self._own(fitting)
        if only is not None and (own is None or own.entity_id == only.entity_id or not self._is_aside(late)):
            return only
        leading = [m for m in late if number - self.sentences[m.token_start] <= 1 and self._leads(m.head)]
        return _only(leading) or own

    def _own(self, fitting: list[MentionSpan]) -> Entity | None:
        """Whom the text is about: of this kind the first named, and named more often than any other."""
        if not fitting:
            return None
        first = fitting[0]
        count = self._named[first.entity.entity_id]
        others = (self._named[m.entity.entity_id] for m in fitting if m.entity.entity_id != first.entity.entity_id)
        is_first = self.sentences[first.token_start] - self.sentences[0] <= 1
        return first.entity if is_first and count >= 2 and count > max(others, default=0) else None

    def _is_aside(self, late: list[MentionSpan]) -> bool:
        """Whether all of these stand behind a preposition: where somebody works, not who acts."""
        return all(self.doc[mention.head].dep_ == "pobj" for mention in late)

    def _leads(self, head: int) -> bool:
        """Whether a mention alone is the subject of its sentence's main verb."""
        token = self.doc[head]
        if token.dep_ not in ("nsubj", "nsubjpass") or token.head.dep_ != "ROOT":
            return False
        return not any(child.dep_ == "conj" for child in token.children)

    def _body(self, before: int, kind: Described, iso: str | None) -> Entity | None:
        """ "The Chinese foreign ministry"; "the central bank", "the army": the one named so far, else home's."""
        if iso is not None:
            return self.tables.state_bodies.get((kind.kind, iso))
        named = [mention for mention in self._earlier(before) if self._is_body(mention.entity, kind)]
        if named:
            number = self.sentences[before]
            late = [mention for mention in named if number - self.sentences[mention.token_start] < _WINDOW]
            return _only(late) or _only(named)
        if self._home is None or self._is_elsewhere(before):
            return None
        return self.tables.state_bodies.get((kind.kind, self._home))

    def _is_body(self, entity: Entity, kind: Described) -> bool:
        known = self.tables.state_bodies.get((kind.kind, entity.country_iso3 or ""))
        return entity.sector == kind.kind or (known is not None and known.entity_id == entity.entity_id)

    def _of_state(self, before: int, kind: Described) -> Entity | None:
        """ "The government", "the capital" of the one state that the text is about."""
        if self._home is None or self._is_elsewhere(before):
            return None
        if kind.kind == "government":
            return self.tables.entities.get(f"country:{self._home}")
        capitals = [key for key, iso in self.tables.capitals.items() if iso == self._home]
        return self.tables.entities[capitals[0]] if len(capitals) == 1 else None

    def _is_elsewhere(self, before: int) -> bool:
        """Whether the sentence has named another state up to here."""
        start = bisect_left(self.mentions, before, key=lambda mention: mention.token_start)
        for mention in reversed(self.mentions[max(0, start - _NEAR) : start]):
            if self.sentences[mention.token_start] != self.sentences[before]:
                break
            if mention.entity.entity_type == "GPE" and mention.entity.country_iso3 not in (None, self._home):
                return True
        return False


_NEAR = 20
"""Mentions: as many of one sentence are looked at."""
_OF_A_STATE = frozenset(("government", "capital"))


def _only(mentions: Iterable[MentionSpan]) -> Entity | None:
    found = {mention.entity.entity_id: mention.entity for mention in mentions}
    return next(iter(found.values())) if len(found) == 1 else None


def _fits(entity: Entity, kind: Described) -> bool:
    if entity.entity_type != kind.entity_type:
        return False
    if entity.sector is not None:
        return not kind.sectors or entity.sector in kind.sectors
    if kind.entity_type != "ORG":
        return not kind.sectors
    name = entity.entity_name.lower()
    if kind.kind in ("company", "group"):
        return not any(word in name for word in ("ministry", "university", "court", "council", "department", "party"))
    return kind.kind in name
