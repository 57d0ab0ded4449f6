"""Who takes part: from the slots of a frame to entities.

A slot is ``subj`` or ``obj`` (of the verb; of the governing verb for a noun), ``poss`` (possessor or
a name before the noun: "Israel's attack", "Israeli attack"), ``iobj``, ``csubj`` (the subject of the
clause that depends on the trigger: "demanded that Iran release"), ``cobj`` (its object), ``obj>poss`` (one
slot seen from another), ``holder`` (who is in the state that a phrase tells), or a preposition.
"""

from collections.abc import Iterable, Sequence

from flows.nlp.events.parties import NAMES_BEFORE, Parties
from flows.nlp.events.triggers import Trigger
from flows.records import Entity, Participant

PLACE_TYPES = frozenset({"GPE", "LOC", "NORP"})
_THINGS = frozenset({"COMMODITY", "PROJECT", "FACILITY", "LAW"})
# "said during a meeting": whoever speaks takes part. "fell despite the sanctions": not so.
_SUBJECT_TAKES_PART = frozenset({"object", "during", "in", "at", "after", "for", "on", "to", "following", "before"})
_AFTERWARDS = frozenset({"after", "following", "before"})
_PERSONAL = frozenset({"he", "she", "they", "we", "i", "him", "her", "them", "us", "who", "those", "it"})
_MAX_PARTICIPANTS = 24


class Cast(Parties):
    """The participants of each trigger of one document."""

    __slots__ = ()

    def fill(self, token: int, trigger: Trigger) -> tuple[tuple[Participant, ...], frozenset[str]]:
        """The participants of one trigger, in the order of its frame, each entity once per role.

        Returns:
            The participants, and the roles that somebody fills, known by name or not ("gunmen", "he").
        """
        kind = trigger.kind.event_type
        taken: set[str] = set()
        filled: dict[str, list[Entity]] = {}
        member_counts: dict[str, int] = {}
        doers: set[int] = set()
        compatriots: set[str] = set()
        for role, groups in trigger.roles:
            for slots in groups:
                heads: list[int] = []
                for slot in slots:
                    heads.extend(self._slot(token, slot, kind))
                entities, members = self._entities(heads, role)
                if role == "actor":
                    doers.update(heads)
                elif role == "recipient" and not trigger.is_reciprocal and not doers.intersection(heads):
                    compatriots.update(self._compatriots(heads))
                if role not in taken and any(self._is_somebody(head) for head in heads):
                    taken.add(role)
                if entities:
                    filled.setdefault(role, []).extend(entities)
                    member_counts[role] = member_counts.get(role, 0) + members
                    break
        actors = filled.get("actor", [])
        ids = {entity.entity_id for entity in actors}
        others = [
            entity
            for entity in filled.pop("recipient", [])
            if entity.entity_id not in ids or entity.entity_id in compatriots
        ]
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

    def _compatriots(self, heads: Iterable[int]) -> set[str]:
        """ "Colombian rebels attacked the government": nameless people of a country may face others of that country."""
        parse = self.parse
        return {
            entity.entity_id
            for head in dict.fromkeys(heads)
            for noun in parse.conjuncts(head)
            for member in (noun, *parse.children(noun, "poss"))
            if parse.pos[member] == "NOUN" and parse.lemma(member) in self.domestic
            for entity in self.actors(member)
            if entity.entity_id.startswith("country:")
        }

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
                    entities = self.actors(member)
                    if not entities and role == "recipient":  # "a vote held by Chad", "flares fired by Chinese jets"
                        makers = [kid for kid in self.parse.children(member, "acl") if self.parse.is_passive(kid)]
                        for maker in makers:
                            for subject in self.parse.subjects(maker):
                                entities.extend(self.actors(subject))
                if entities:
                    persons = sum(entity.entity_type == "PERSON" for entity in entities)
                    states = sum(entity.entity_id.startswith("country:") for entity in entities)
                    members += max(1, persons, states)
                    found.extend(entities)
        return found, members

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

    def _slot(self, token: int, slot: str, kind: str) -> Iterable[int]:
        parse = self.parse
        is_verb = parse.is_verb(token)
        if slot == "subj":
            if is_verb:
                return parse.subjects(token)
            if parse.pos[token] == "ADJ":
                return parse.of_adjective(token, 0)
            return self._governing_subjects(token, kind)
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
                for noun in self._slot(token, outer, kind)
                for head in (self._before(noun) if inner == "poss" else parse.prep_objects(noun, inner))
            ]
        return self._by_preposition(token, slot.replace("_", " "), is_verb)

    def _governing_subjects(self, noun: int, kind: str) -> list[int]:
        verb, relation = self.parse.governor(noun)
        if verb is None or relation not in _SUBJECT_TAKES_PART:
            return []
        if relation in _AFTERWARDS and kind != "CONSULT":
            return []  # "bombed Gaza after an attack": whose attack is not said
        return self.parse.subjects(verb) if relation == "object" else self.parse.doers(verb)

    def _before(self, noun: int) -> list[int]:
        found = [
            kid
            for kid in self.parse.kids[noun]
            if kid < noun and (self.parse.dep[kid] in NAMES_BEFORE) and (kid in self.at or self.actors(kid))
        ]
        # "US-China talks": the first name hangs on the second.
        found.extend(
            inner
            for kid in list(found)
            if kid in self.at and self.at[kid].entity.entity_type == "GPE"
            for inner in self.parse.kids[kid]
            if inner in self.at and self.at[inner] is not self.at[kid] and self.parse.dep[inner] in NAMES_BEFORE
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
