"""Who takes part: from the slots of a frame to entities.

A slot is ``subj`` or ``obj`` (of the verb; of the governing verb for a noun), ``poss`` (possessor or
a name before the noun: "Israel's attack", "Israeli attack"), ``iobj``, ``csubj`` (the subject of the
clause that depends on the trigger: "demanded that Iran release"), ``cobj`` (its object), or a preposition.
"""

from collections.abc import Iterable, Sequence
from functools import cache

from flows.nlp.entities_tables import CountryRow
from flows.nlp.events_parse import Parse
from flows.nlp.events_triggers import Trigger
from flows.nlp.lexicon import read_table
from flows.nlp.spans import MentionSpan
from flows.records import Entity, Participant

ACTOR_TYPES = frozenset({"PERSON", "ORG", "GPE", "NORP", "LOC"})
PLACE_TYPES = frozenset({"GPE", "LOC", "NORP"})
# What speaks and acts for its state; a company of the same nationality does not.
STATE_SECTORS = frozenset({"government", "ministry", "military", "police", "parliament", "judiciary", "central_bank"})
_NAMES_BEFORE = ("poss", "compound", "amod", "nmod", "npadvmod", "nsubj", "dep")
_MAX_PARTICIPANTS = 24


class Cast:
    """The entities of one document by token, and the countries that its people stand for."""

    __slots__ = ("at", "countries", "extra", "parse", "plural")

    def __init__(self, parse: Parse) -> None:
        doc = parse.doc
        self.parse = parse
        self.at: dict[int, MentionSpan] = {}
        self.countries: dict[str, Entity] = {}
        self.extra: dict[str, Entity] = {}
        for mention in doc._.mentions or ():
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

    def of_phrase(self, head: int, *, with_modifiers: bool = True) -> list[Entity]:
        """All meant by one noun phrase, without its conjuncts. Empty where nobody known is meant."""
        parse = self.parse
        mention = self.at.get(head)
        if mention is not None and mention.token_start <= head:
            return self._with_state(mention.entity, head, with_modifiers)
        if head in self.plural:
            found: list[Entity] = []
            for entity in self.plural[head]:
                found.extend(self._with_state(entity, head, with_modifiers=False))
            return found
        if not with_modifiers or parse.pos[head] in ("VERB", "AUX", "NUM"):
            return []
        found = []
        for kid in parse.kids[head]:
            if parse.dep[kid] == "appos" and kid in self.at:
                found.extend(self._with_state(self.at[kid].entity, kid, True))
        if found:
            return found
        found = self._named_before(head)
        if found:
            return found
        for obj in parse.prep_objects(head, "of", "from", "in"):
            if parse.dep[obj] == "pcomp":
                continue
            for member in parse.conjuncts(obj):
                nearby = self.at.get(member)
                if nearby is not None:
                    if nearby.entity.entity_type in ACTOR_TYPES:
                        found.extend(self._with_state(nearby.entity, member, True))
                elif parse.pos[member] in ("NOUN", "PROPN"):
                    found.extend(self._named_before(member))
            if found:
                return found
        return []

    def _named_before(self, head: int) -> list[Entity]:
        """ "Russian troops", "Turkey's foreign minister", "US-China talks": who the words before a noun name."""
        parse = self.parse
        found: list[Entity] = []
        for kid in parse.kids[head]:
            if kid < head and parse.dep[kid] in _NAMES_BEFORE:
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
            country = self.country_of(entity) or (self._nationality(head) if with_modifiers else None)
            if country is not None:
                found.append(country)
        elif entity.entity_type == "GPE" and not entity.entity_id.startswith("country:"):
            country = self.country_of(entity)
            if country is not None:
                found.append(country)
        return found

    def _nationality(self, head: int) -> Entity | None:
        """ "Belgian Foreign Minister Hadja Lahbib": the country named among the words before a person's name."""
        for kid in self.parse.kids[head]:
            if kid < head and self.parse.dep[kid] in _NAMES_BEFORE:
                nearby = self.at.get(kid)
                if nearby is not None and nearby.entity.entity_id.startswith("country:"):
                    return nearby.entity
                deeper = self._nationality(kid)
                if deeper is not None:
                    return deeper
        return None

    def fill(self, token: int, start: int, trigger: Trigger) -> tuple[Participant, ...]:
        """The participants of one trigger, in the order of its frame, each entity once per role."""
        filled: dict[str, list[Entity]] = {}
        member_counts: dict[str, int] = {}
        for role, groups in trigger.roles:
            for slots in groups:
                heads: list[int] = []
                for slot in slots:
                    heads.extend(self._slot(token, start, slot))
                entities, members = self._entities(heads, role)
                if entities:
                    filled.setdefault(role, []).extend(entities)
                    member_counts[role] = member_counts.get(role, 0) + members
                    break
        actors = filled.get("actor", [])
        if trigger.is_reciprocal and "recipient" not in filled and member_counts.get("actor", 0) > 1:
            # Both sides act on each other: each is actor and recipient, as PLOVER codes it in both directions.
            filled["recipient"] = list(actors)
        elif "recipient" in filled:
            ids = {entity.entity_id for entity in actors}
            filled["recipient"] = [entity for entity in filled["recipient"] if entity.entity_id not in ids]
        seen: dict[tuple[str, str], Participant] = {}
        for role, entities in filled.items():
            for entity in entities:
                seen.setdefault((role, entity.entity_id), Participant(entity.entity_id, role))
        return tuple(seen.values())[:_MAX_PARTICIPANTS]

    def _entities(self, heads: Sequence[int], role: str) -> tuple[list[Entity], int]:
        found: list[Entity] = []
        members = 0
        for head in dict.fromkeys(heads):
            for member in self.parse.conjuncts(head):
                if role in ("object", "instrument", "topic"):
                    entities = [self.at[member].entity] if member in self.at else self._topic_names(member)
                else:
                    entities = [entity for entity in self.of_phrase(member) if entity.entity_type in ACTOR_TYPES]
                if entities:
                    persons = sum(entity.entity_type == "PERSON" for entity in entities)
                    states = sum(entity.entity_id.startswith("country:") for entity in entities)
                    members += max(1, persons, states)
                    found.extend(entities)
        return found, members

    def _topic_names(self, head: int) -> list[Entity]:
        """ "the Tianwan plant", "gas supplies": the project or commodity that a thing is named after."""
        return [
            self.at[kid].entity
            for kid in self.parse.kids[head]
            if kid in self.at and self.at[kid].entity.entity_type in ("COMMODITY", "PROJECT", "FACILITY", "LAW")
        ]

    def _slot(self, token: int, start: int, slot: str) -> Iterable[int]:
        parse = self.parse
        is_verb = parse.is_verb(token)
        if slot == "subj":
            if is_verb:
                return parse.subjects(token)
            return self._governing_subjects(token)
        if slot == "obj":
            if is_verb:
                return parse.objects(token)
            verb, relation = parse.governor(token)
            return parse.objects(verb) if verb is not None and relation != "object" else []
        if slot == "patient":  # "two killed in Basra", "a bridge collapsed": done to the object, else to the subject
            return parse.objects(token) or parse.doers(token)
        if slot == "iobj":
            return [kid for kid in parse.children(token, "dative") if parse.pos[kid] != "ADP"] + parse.prep_objects(
                token, "to", "for"
            )
        if slot == "poss":
            return self._before(token)
        if slot in ("csubj", "cobj"):
            clauses = parse.children(token, "xcomp", "ccomp", "advcl")
            reader = parse.subjects if slot == "csubj" else parse.objects
            return [head for clause in clauses if parse.is_verb(clause) for head in reader(clause)]
        if slot == "objposs":
            return [head for obj in parse.objects(token) for head in self._before(obj)]
        return self._by_preposition(token, slot.replace("_", " "), is_verb)

    def _governing_subjects(self, noun: int) -> list[int]:
        verb, relation = self.parse.governor(noun)
        if verb is None or relation == "subject":
            return []
        return self.parse.subjects(verb) if relation == "object" else self.parse.doers(verb)

    def _before(self, noun: int) -> list[int]:
        return [
            kid
            for kid in self.parse.kids[noun]
            if kid < noun and (self.parse.dep[kid] in _NAMES_BEFORE) and (kid in self.at or self.of_phrase(kid))
        ]

    def _by_preposition(self, token: int, preposition: str, is_verb: bool) -> list[int]:
        parse = self.parse
        found = parse.prep_objects(token, preposition)
        if found:
            return found
        if is_verb:
            # "signed a deal with China": the phrase may hang on the object.
            for obj in parse.objects(token):
                found.extend(parse.prep_objects(obj, preposition))
            for kid in parse.children(token, "prep", "advmod", "xcomp", "acomp"):
                found.extend(parse.prep_objects(kid, preposition))
            return found
        verb, relation = parse.governor(token)
        if verb is not None and relation in ("object", "subject", "in", "into", "for"):
            return parse.prep_objects(verb, preposition)
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
