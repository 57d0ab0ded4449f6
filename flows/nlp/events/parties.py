"""Who is meant by a noun phrase: the entities of one document by token, and the countries that its people stand for."""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Mapping
from functools import cache

from flows.nlp.entities.tables import CountryRow
from flows.nlp.events.parse import Parse
from flows.nlp.lexicon import read_table
from flows.nlp.spans import MentionSpan
from flows.records import Entity

ACTOR_TYPES = frozenset({"PERSON", "ORG", "GPE", "NORP", "LOC"})
# What speaks and acts for its state; a company of the same nationality does not.
STATE_SECTORS = frozenset({"government", "ministry", "military", "police", "parliament", "judiciary", "central_bank"})
_WHO_SAYS = frozenset({"it", "he", "she", "they"})
_SCENES = frozenset({"in", "at", "near", "outside", "across"})
NAMES_BEFORE = ("poss", "compound", "amod", "nmod", "npadvmod", "nsubj", "dep")


class Parties:
    """The entities of one document by token, and the countries that its people stand for."""

    __slots__ = ("_sole", "at", "countries", "domestic", "extra", "humans", "parse", "plural")

    def __init__(self, parse: Parse, classes: Mapping[str, frozenset[str]], event_heads: Container[int] = ()) -> None:
        doc = parse.doc
        self.parse = parse
        self.humans = classes["human"]
        self.domestic = classes["domestic"]
        self._sole: dict[int, tuple[Entity | None, int]] = {}
        self.at: dict[int, MentionSpan] = {}
        self.countries: dict[str, Entity] = {}
        self.extra: dict[str, Entity] = {}
        for mention in doc._.mentions or ():
            if mention.head in event_heads:
                continue  # "the Boao Forum": the event is nobody that takes part in it
            for token in range(mention.token_start, mention.token_end):
                self.at[token] = mention
            if mention.entity.entity_id.startswith("country:"):
                self.countries[mention.entity.entity_id] = mention.entity
        self.plural: dict[int, list[Entity]] = doc.user_data.get("plural_mentions") or {}

    def country_of(self, entity: Entity) -> Entity | None:
        """The state that ``entity`` stands for or lies in; an entity made for it if the text never names it."""
        if entity.country_iso3 is None:
            return None
        key = f"country:{entity.country_iso3}"
        known = self.countries.get(key) or self.extra.get(key)
        if known is None:
            known = _countries().get(entity.country_iso3)
            if known is not None:
                self.extra[key] = known
        return known

    def named(self, entity_ids: Container[str]) -> list[Entity]:
        """The entities with these ids."""
        return [
            entity
            for entity in (*(mention.entity for mention in self.at.values()), *self.extra.values())
            if entity.entity_id in entity_ids
        ]

    def known(self, country: Entity) -> Entity:
        """The country, noted for the document's entities if the text has no mention of its own for it."""
        if country.entity_id not in self.countries:
            self.extra[country.entity_id] = country
        return country

    def of_phrase(self, head: int, *, with_modifiers: bool = True) -> list[Entity]:
        """All meant by one noun phrase, without its conjuncts. Empty where nobody known is meant."""
        parse = self.parse
        mention = self.at.get(head)
        if mention is not None and mention.entity.entity_type == "COMMODITY" and with_modifiers:
            return self._named_before(head)  # "Russian timber" is Russia's
        if mention is not None and mention.token_start <= head:
            return self._with_state(mention.entity, head, with_modifiers)
        if head in self.plural:
            found: list[Entity] = []
            for entity in self.plural[head]:
                found.extend(self._with_state(entity, head, with_modifiers=False))
            return found
        if parse.pos[head] == "PRON":
            return self._who_says(head)
        if not with_modifiers or parse.pos[head] in ("VERB", "AUX", "NUM"):
            return []
        found = []
        for kid in parse.kids[head]:
            if parse.dep[kid] == "appos" and kid in self.at:
                found.extend(self._with_state(self.at[kid].entity, kid, True))
        if found:
            return found
        name = self.at.get(head + 1)
        if name is not None and name.token_start == head + 1 and name.entity.entity_type == "PERSON":
            return self._with_state(name.entity, head, True)  # "his Russian counterpart Sergey Lavrov"
        found = self._named_before(head)
        if found:
            return found
        for obj in parse.prep_objects(head, "of", "from", "in", *(("with",) if parse.lemma(head) == "border" else ())):
            if parse.dep[obj] == "pcomp":
                continue
            for member in parse.conjuncts(obj):
                nearby = self.at.get(member)
                if nearby is not None:
                    if nearby.entity.entity_type in ACTOR_TYPES:
                        found.extend(self._with_state(nearby.entity, member, True))
                elif parse.pos[member] in ("NOUN", "PROPN"):
                    found.extend(self._named_before(member) or self._within(member))
            if found:
                return found
        return []

    def _who_says(self, pronoun: int) -> list[Entity]:
        """ "Angola said it was ready": the pronoun that begins what somebody says is that somebody."""
        parse = self.parse
        clause = parse.head[pronoun]
        if parse.dep[pronoun] != "nsubj" or parse.lower(pronoun) not in _WHO_SAYS or parse.dep[clause] != "ccomp":
            return []
        speaker = parse.children(parse.head[clause], "nsubj")
        return self.of_phrase(speaker[0]) if speaker and parse.pos[speaker[0]] != "PRON" else []

    def _within(self, noun: int) -> list[Entity]:
        """ "bases of a militant group in Pakistan": the country that a nameless group is in."""
        nearby = [self.at.get(obj) for obj in self.parse.prep_objects(noun, "in", "from", "of")]
        return [one.entity for one in nearby if one is not None and one.entity.entity_id.startswith("country:")]

    def _named_before(self, head: int) -> list[Entity]:
        """ "Russian troops", "Turkey's foreign minister", "US-China talks": who the words before a noun name."""
        parse = self.parse
        found: list[Entity] = []
        for kid in parse.kids[head]:
            if kid < head and parse.dep[kid] in NAMES_BEFORE:
                for member in parse.conjuncts(kid):
                    nearby = self.at.get(member)
                    if nearby is None:
                        if member in self.plural:
                            found.extend(self.plural[member])
                        else:
                            found.extend(self._named_before(member) if member != head else ())
                    elif nearby.entity.entity_type in ACTOR_TYPES and member < head:
                        # Modifiers of the modifier too: in "US-China talks" the first name hangs on the second.
                        found.extend(self._named_before(member) if nearby.token_end - nearby.token_start == 1 else ())
                        found.extend(self._with_state(nearby.entity, member, True))
        return found

    def _with_state(self, entity: Entity, head: int, with_modifiers: bool) -> list[Entity]:
        found = [entity]
        if (entity.entity_type == "PERSON" and entity.sector is None) or entity.sector in STATE_SECTORS:
            body = self._body(head) if with_modifiers and entity.entity_type == "PERSON" else None
            if body is not None:
                return [entity, body]
            country = self.country_of(entity) or (self._nationality(head) if with_modifiers else None)
            if country is not None:
                found.append(country)
        elif entity.entity_type == "GPE" and not entity.entity_id.startswith("country:"):
            country = self.country_of(entity)
            if country is not None:
                found.append(country)
        return found

    def _body(self, head: int) -> Entity | None:
        """ "NATO Secretary General Jens Stoltenberg" acts for NATO, not for the country he comes from."""
        for kid in self.parse.kids[head]:
            nearby = self.at.get(kid) if kid < head and self.parse.dep[kid] in NAMES_BEFORE else None
            if nearby is not None and nearby.entity.entity_type == "ORG" and nearby.entity.sector not in STATE_SECTORS:
                return nearby.entity
        return None

    def _nationality(self, head: int) -> Entity | None:
        """ "Belgian Foreign Minister Hadja Lahbib": the country named among the words before a person's name."""
        for kid in self.parse.kids[head]:
            if kid < head and self.parse.dep[kid] in NAMES_BEFORE:
                nearby = self.at.get(kid)
                if nearby is not None and nearby.entity.entity_id.startswith("country:"):
                    return nearby.entity
                deeper = self._nationality(kid)
                if deeper is not None:
                    return deeper
        return None

    def actors(self, head: int) -> list[Entity]:
        found = [entity for entity in self.of_phrase(head) if entity.entity_type in ACTOR_TYPES]
        return found or self._domestic(head)

    def _domestic(self, head: int) -> list[Entity]:
        """ "Police fired at demonstrators in Nairobi": who rules or lives in the one country the sentence speaks of."""
        parse = self.parse
        if head in self.at or parse.pos[head] != "NOUN" or parse.lemma(head) not in self.domestic:
            return []
        number = parse.sentence[head]
        if number not in self._sole:
            self._sole[number] = self._sole_country(number)
        sole, until = self._sole[number]
        return [sole] if sole is not None and head > until else []

    def _sole_country(self, number: int) -> tuple[Entity | None, int]:
        """The one country that a sentence is set in, and the last token from where on that is clear."""
        parse = self.parse
        first, end = bisect_left(parse.sentence, number), bisect_right(parse.sentence, number)
        found: dict[str, Entity] = {}
        until = -1
        for token in range(first, end):
            mention = self.at.get(token)
            if mention is None or mention.head != token or mention.entity.country_iso3 is None:
                continue
            found.setdefault(mention.entity.country_iso3, mention.entity)
            dep = parse.dep[token]
            if dep == "pobj" and parse.lower(parse.head[token]) in _SCENES:
                continue
            is_before = dep in ("amod", "poss", "compound", "nmod")
            if not is_before and (mention.entity.entity_type != "PERSON" or dep != "nsubj"):
                return None, end  # the country itself acts, or is acted upon: the others may be another's
            until = max(until, token)
        if len(found) != 1:
            return None, end
        [entity] = found.values()
        return (entity if entity.entity_id.startswith("country:") else self.country_of(entity)), until


@cache
def country_by_word() -> dict[str, Entity]:
    """One-word names and demonyms, in lower case: for countries inside the name of an event."""
    found: dict[str, Entity] = {}
    for row in read_table("countries", CountryRow):
        for name in (row.country_name, *(row.demonyms or "").split("|"), *(row.aliases or "").split("|")):
            if name.strip() and " " not in name.strip():
                found[name.strip().lower()] = _countries()[row.country_iso3]
    return found


@cache
def _countries() -> dict[str, Entity]:
    return {
        row.country_iso3: Entity(
            f"country:{row.country_iso3}",
            row.country_name,
            "GPE",
            row.wikidata_id,
            row.country_iso3,
            "country",
            tuple(name.strip() for name in (row.aliases or "").split("|") if name.strip()),
            True,
        )
        for row in read_table("countries", CountryRow)
    }
