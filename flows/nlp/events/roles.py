"""Who takes part: from the slots of a frame to entities.

A slot is ``subj`` or ``obj`` (of the verb; of the governing verb for a noun), ``poss`` (possessor or
a name before the noun: "Israel's attack", "Israeli attack"), ``iobj``, ``csubj`` (the subject of the
clause that depends on the trigger: "demanded that Iran release"), ``cobj`` (its object), ``obj>poss`` (one
slot seen from another), ``holder`` (who is in the state that a phrase tells), or a preposition.
"""

from collections.abc import Container, Iterable, Sequence
from functools import cache

from flows.nlp.entities.tables import CountryRow
from flows.nlp.events.parse import Parse
from flows.nlp.events.triggers import Trigger
from flows.nlp.lexicon import read_table
from flows.nlp.spans import MentionSpan
from flows.records import Entity, Participant

ACTOR_TYPES = frozenset({"PERSON", "ORG", "GPE", "NORP", "LOC"})
PLACE_TYPES = frozenset({"GPE", "LOC", "NORP"})
_THINGS = frozenset({"COMMODITY", "PROJECT", "FACILITY", "LAW"})
# What speaks and acts for its state; a company of the same nationality does not.
STATE_SECTORS = frozenset({"government", "ministry", "military", "police", "parliament", "judiciary", "central_bank"})
_NAMES_BEFORE = ("poss", "compound", "amod", "nmod", "npadvmod", "nsubj", "dep")
# "said during a meeting": whoever speaks takes part. "fell despite the sanctions": not so.
_SUBJECT_TAKES_PART = frozenset({"object", "during", "in", "at", "after", "for", "on", "to", "following", "before"})
_PERSONAL = frozenset({"he", "she", "they", "we", "i", "him", "her", "them", "us", "who", "those", "it"})
_WHO_SAYS = frozenset({"it", "he", "she", "they"})
_MAX_PARTICIPANTS = 24


class Cast:
    """The entities of one document by token, and the countries that its people stand for."""

    __slots__ = ("at", "countries", "extra", "humans", "parse", "plural")

    def __init__(self, parse: Parse, humans: frozenset[str], event_heads: Container[int] = ()) -> None:
        doc = parse.doc
        self.parse = parse
        self.humans = humans
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
            nearby = self.at.get(kid) if kid < head and self.parse.dep[kid] in _NAMES_BEFORE else None
            if nearby is not None and nearby.entity.entity_type == "ORG" and nearby.entity.sector not in STATE_SECTORS:
                return nearby.entity
        return None

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

    def fill(self, token: int, start: int, trigger: Trigger) -> tuple[tuple[Participant, ...], frozenset[str]]:
        """The participants of one trigger, in the order of its frame, each entity once per role.

        Returns:
            The participants, and the roles that somebody fills, known by name or not ("gunmen", "he").
        """
        taken: set[str] = set()
        filled: dict[str, list[Entity]] = {}
        member_counts: dict[str, int] = {}
        for role, groups in trigger.roles:
            for slots in groups:
                heads: list[int] = []
                for slot in slots:
                    heads.extend(self._slot(token, start, slot))
                entities, members = self._entities(heads, role)
                if role not in taken and any(self._is_somebody(head) for head in heads):
                    taken.add(role)
                if entities:
                    filled.setdefault(role, []).extend(entities)
                    member_counts[role] = member_counts.get(role, 0) + members
                    break
        actors = filled.get("actor", [])
        ids = {entity.entity_id for entity in actors}
        others = [entity for entity in filled.pop("recipient", []) if entity.entity_id not in ids]
        if others:
            filled["recipient"] = others
        elif trigger.is_reciprocal and member_counts.get("actor", 0) > 1:
            # Both sides act on each other: each is actor and recipient, as PLOVER codes it in both directions.
            filled["recipient"] = list(actors)
        parties = {entity.entity_id for role in ("actor", "recipient") for entity in filled.get(role, ())}
        for role in ("object", "topic", "instrument"):
            if role in filled:
                filled[role] = [entity for entity in filled[role] if entity.entity_id not in parties]
        seen: dict[tuple[str, str], Participant] = {}
        for role, entities in filled.items():
            for entity in entities:
                seen.setdefault((role, entity.entity_id), Participant(entity.entity_id, role))
        return tuple(seen.values())[:_MAX_PARTICIPANTS], frozenset(taken | set(filled))

    def _is_somebody(self, head: int) -> bool:
        parse = self.parse
        if parse.pos[head] == "PROPN" or parse.lower(head) in _PERSONAL:
            return True
        return parse.pos[head] == "NOUN" and parse.lemma(head) in self.humans

    def _entities(self, heads: Sequence[int], role: str) -> tuple[list[Entity], int]:
        found: list[Entity] = []
        members = 0
        for head in dict.fromkeys(heads):
            for member in self.parse.conjuncts(head):
                if role in ("object", "instrument", "topic"):
                    entities = [self.at[member].entity] if member in self.at else self._topic_names(member)
                else:
                    entities = self._actors(member)
                    if not entities and role == "recipient":  # "a vote held by Chad", "flares fired by Chinese jets"
                        makers = [kid for kid in self.parse.children(member, "acl") if self.parse.is_passive(kid)]
                        for maker in makers:
                            for subject in self.parse.subjects(maker):
                                entities.extend(self._actors(subject))
                if entities:
                    persons = sum(entity.entity_type == "PERSON" for entity in entities)
                    states = sum(entity.entity_id.startswith("country:") for entity in entities)
                    members += max(1, persons, states)
                    found.extend(entities)
        return found, members

    def _actors(self, head: int) -> list[Entity]:
        return [entity for entity in self.of_phrase(head) if entity.entity_type in ACTOR_TYPES]

    def _topic_names(self, head: int, depth: int = 0) -> list[Entity]:
        """ "the Tianwan plant", "gas supplies", "5 bcm of gas": the project or commodity that it is named after."""
        found = [
            self.at[kid].entity
            for kid in self.parse.kids[head]
            if kid in self.at and self.at[kid].entity.entity_type in _THINGS
        ]
        if found or depth > 2:
            return found
        for obj in self.parse.prep_objects(head, "of"):
            nearby = self.at.get(obj)
            if nearby is None:
                found.extend(self._topic_names(obj, depth + 1))
            elif nearby.entity.entity_type in _THINGS:
                found.append(nearby.entity)
        return found

    def _slot(self, token: int, start: int, slot: str) -> Iterable[int]:
        parse = self.parse
        is_verb = parse.is_verb(token)
        if slot == "subj":
            if is_verb:
                return parse.subjects(token)
            if parse.pos[token] == "ADJ":
                return parse.of_adjective(token, 0)
            return self._governing_subjects(token)
        if slot == "holder":
            if is_verb:
                return parse.doers(token)
            verb, _ = parse.governor(token)
            return parse.doers(verb) if verb is not None else []
        if slot == "obj":
            if is_verb:
                return parse.retained_objects(token) or parse.objects(token)
            verb, relation = parse.governor(token)
            return parse.objects(verb) if verb is not None and relation != "object" else []
        if slot == "patient":  # "two killed in Basra", "a bridge collapsed": done to the object, else to the subject
            return parse.objects(token) or parse.doers(token)
        if slot == "iobj":
            return parse.beneficiaries(token) + parse.prep_objects(token, "to", "for")
        if slot == "poss":
            return self._before(token)
        if slot in ("csubj", "cobj"):
            clauses = parse.children(token, "xcomp", "ccomp", "advcl")
            clauses = [clause for clause in clauses if parse.is_verb(clause)]
            if slot == "csubj":
                return [head for clause in clauses for head in parse.subjects(clause)]
            return [head for clause in clauses for head in (*parse.beneficiaries(clause), *parse.objects(clause))]
        if ">" in slot:  # "obj>poss": the possessor of the object
            outer, _, inner = slot.partition(">")
            return [
                head
                for noun in self._slot(token, start, outer)
                for head in (self._before(noun) if inner == "poss" else parse.prep_objects(noun, inner))
            ]
        return self._by_preposition(token, slot.replace("_", " "), is_verb)

    def _governing_subjects(self, noun: int) -> list[int]:
        verb, relation = self.parse.governor(noun)
        if verb is None or relation not in _SUBJECT_TAKES_PART:
            return []
        return self.parse.subjects(verb) if relation == "object" else self.parse.doers(verb)

    def _before(self, noun: int) -> list[int]:
        found = [
            kid
            for kid in self.parse.kids[noun]
            if kid < noun and (self.parse.dep[kid] in _NAMES_BEFORE) and (kid in self.at or self.of_phrase(kid))
        ]
        # "US-China talks": the first name hangs on the second.
        found.extend(
            inner
            for kid in list(found)
            if kid in self.at and self.at[kid].entity.entity_type == "GPE"
            for inner in self.parse.kids[kid]
            if inner in self.at and self.at[inner] is not self.at[kid] and self.parse.dep[inner] in _NAMES_BEFORE
        )
        if len(found) == 1 and self.parse.dep[found[0]] == "compound" and found[0] in self.at:
            entity = self.at[found[0]].entity
            if entity.entity_type == "GPE" and not entity.entity_id.startswith("country:"):
                return []  # "the Geneva talks": where, not who
        return found

    def _by_preposition(self, token: int, preposition: str, is_verb: bool) -> list[int]:
        parse = self.parse
        found = parse.deep_prep_objects(token, preposition)
        if found:
            return found
        if is_verb or parse.pos[token] == "ADJ":
            for kid in parse.children(token, "prep", "advmod", "xcomp", "ccomp", "acomp"):
                found.extend(parse.deep_prep_objects(kid, preposition))
            return found
        verb, relation = parse.governor(token)
        if verb is not None and relation in ("object", "subject", "in", "into", "for"):
            return parse.prep_objects(verb, preposition)
        return found


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
