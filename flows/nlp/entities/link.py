"""From a name found to the entity meant: by the tables, by country names, by likeness, else a new one."""

import re
from functools import lru_cache

from rapidfuzz import fuzz, process
from spacy.tokens import Doc

from flows.nlp.aliases import Alias, without_marks
from flows.nlp.entities.found import Found
from flows.nlp.entities.institutions import settle_institutions
from flows.nlp.entities.metonyms import MetonymCues, means_its_state
from flows.nlp.entities.places import settle_places
from flows.nlp.entities.shape import LOCATIVE
from flows.nlp.entities.sport import TEAM_WEIGHT
from flows.nlp.entities.tables import INSTITUTION, EntityTables
from flows.nlp.spans import MentionSpan
from flows.records import Entity, stable_id

_TYPE_OF = {"PERSON": "PERSON", "ORG": "ORG", "GPE": "GPE", "LOC": "LOC", "FAC": "FACILITY", "LAW": "LAW"}
_COMPANY_FORMS = re.compile(
    r"[,\s]+(?:inc|ltd|llc|plc|corp|corporation|co|company|limited|ag|sa|se|nv|bv|gmbh|asa|spa|oao|pao|pjsc|ojsc|jsc|"
    r"s\.a\.|s\.p\.a\.|n\.v\.|oyj|ab|kk|group|holdings?)\.?$",
    re.IGNORECASE,
)
_CONFUSED = ("PERSON", "ORG", "FACILITY", "GPE")
_LABEL_OF = {"PERSON": "PERSON", "ORG": "ORG", "GPE": "GPE", "FACILITY": "FAC"}
_FUZZY_FROM = 91
"""Out of 100, by ``rapidfuzz.fuzz.ratio``: one letter in eleven may differ."""


def fold(name: str) -> str:
    """Lower case without marks: "São Tomé" and "Sao Tome" are one."""
    return without_marks(name.replace("’", "'")).casefold()


def normalised(name: str, entity_type: str) -> str:
    """What is left of a name when articles, marks, points and forms of companies are taken away."""
    plain = " ".join(fold(name).replace(".", "").replace("-", " ").split())
    plain = plain.removeprefix("the ")
    if entity_type == "ORG":
        shorter = _COMPANY_FORMS.sub("", plain)
        while shorter != plain and shorter:
            plain, shorter = shorter, _COMPANY_FORMS.sub("", shorter)
    return plain


class Linker:
    """Names to entities. Holds no state of a document; what it remembers only saves work."""

    def __init__(self, tables: EntityTables, cues: MetonymCues) -> None:
        self.tables = tables
        self._cues = cues
        self._index: dict[tuple[str, str], dict[str, str]] | None = None
        self._unknown = lru_cache(maxsize=20_000)(self._link_unknown)

    def link_all(self, doc: Doc, names: list[Found]) -> list[MentionSpan]:
        """One mention per name, in the same order."""
        # A nationality or a faith that the table does not know stands for nobody.
        mentions = [self._mention(doc, name) for name in names if name.aliases or name.label != "NORP"]
        settle_institutions(doc, mentions, self.tables)
        settle_places(doc, mentions)
        return mentions

    def _mention(self, doc: Doc, found: Found) -> MentionSpan:
        span = doc[found.start : found.end]
        label: str | None = found.label
        entity: Entity
        alias = self._chosen(doc, found)
        if alias is not None and self._is_surname(doc, found, alias):
            alias, label = None, "PERSON"
        if alias is not None:
            entity = self.tables.entities[alias.entity_id]
            method, confidence = (
                ("country", 0.97) if alias.kind in ("country", "demonym", "metonym") else ("alias", 0.95)
            )
            if alias.kind == "surname":
                confidence = 0.85
            state = self.tables.capitals.get(alias.entity_id)
            if state is not None and means_its_state(doc, found.start, found.end, self._cues):
                entity, method, confidence = self.tables.entities[f"country:{state}"], "country", 0.85
        else:
            wanted = _TYPE_OF.get(label or "ORG", "ORG")
            entity, method, confidence = self._unknown(span.text, wanted, found.weight >= TEAM_WEIGHT)
            if entity.entity_type != wanted:
                label = _LABEL_OF.get(entity.entity_type, label)
        return MentionSpan(
            span.start_char,
            span.end_char,
            found.start,
            found.end,
            head_of(doc, found.start, found.end),
            entity,
            label,
            method,
            confidence,
        )

    def _chosen(self, doc: Doc, found: Found) -> Alias | None:
        words: set[str] | None = None
        for alias in found.aliases:
            if alias.needs:
                if words is None:
                    words = {token.lower_ for token in doc}
                if words.isdisjoint(alias.needs):
                    continue
            return alias
        return None

    def _is_surname(self, doc: Doc, found: Found, alias: Alias) -> bool:
        """ "Lincoln said": a small place's name where the model sees a person and nothing says place."""
        if found.guess != "PERSON" or alias.kind != "place" or found.end - found.start > 1 or alias.is_user:
            return False
        if alias.entity_id not in self.tables.named_places:
            return False
        return found.start == 0 or doc[found.start - 1].lower_ not in LOCATIVE

    def _link_unknown(self, name: str, entity_type: str, is_sure: bool) -> tuple[Entity, str, float]:
        key = normalised(name, entity_type)
        if entity_type == "PERSON":
            person = self._by_initial(name)
            if person is not None:
                return person, "exact", 0.85
        known, score = self._likely(key, entity_type)
        if known is None and " " in key and entity_type in _CONFUSED:
            # The model takes people for organisations and the reverse: the table knows better.
            for other in _CONFUSED:
                if known is None and other != entity_type and not is_sure:
                    known, score = self._likely(normalised(name, other), other)
        if known is not None:
            return known, "exact" if score == 100 else "fuzzy", 0.93 if score == 100 else round(0.008 * score, 2)
        return Entity(stable_id(entity_type, key), name, entity_type), "new", 0.6

    def _by_initial(self, name: str) -> Entity | None:
        """ "V. Putin": the person known by the surname, if the given name begins so."""
        first, _, last = name.rpartition(" ")
        known = self.tables.surnames.get(last)
        if known is None or not first.endswith(".") or len(first) > 5:
            return None
        person = self.tables.entities[known]
        return person if person.entity_name.startswith(first[0]) else None

    def _likely(self, key: str, entity_type: str) -> tuple[Entity | None, float]:
        """The curated entity of this type whose name is the same but for spelling, with the likeness."""
        if len(key) < 4:
            return None, 0
        if self._index is None:
            self._index = self._indexed()
        names = self._index.get((entity_type, key[0]), {})
        same = names.get(key)
        if same is not None:
            return self.tables.entities[same], 100
        if len(key) < 8 or (entity_type == "PERSON" and " " not in key):
            return None, 0
        best = process.extractOne(key, names.keys(), scorer=fuzz.ratio, score_cutoff=_FUZZY_FROM)
        if best is None or not _may_be_same(key, best[0]):
            return None, 0
        return self.tables.entities[names[best[0]]], best[1]

    def _indexed(self) -> dict[tuple[str, str], dict[str, str]]:
        index: dict[tuple[str, str], dict[str, str]] = {}
        for entity in self.tables.entities.values():
            if entity.entity_id.startswith(INSTITUTION):
                continue
            for name in (entity.entity_name, *entity.aliases):
                key = normalised(name, entity.entity_type)
                if len(key) >= 4:
                    index.setdefault((entity.entity_type, key[0]), {}).setdefault(key, entity.entity_id)
        return index


def _may_be_same(one: str, other: str) -> bool:
    """Words pair up, begin alike and hold the same digits: "Sakhalin 1" is not "Sakhalin 2"."""
    ours, theirs = one.split(), other.split()
    if len(ours) != len(theirs) or re.sub(r"\D", "", one) != re.sub(r"\D", "", other):
        return False
    return all(a[0] == b[0] and fuzz.ratio(a, b) >= 70 for a, b in zip(ours, theirs, strict=True))


def head_of(doc: Doc, start: int, end: int) -> int:
    """The token of a span on which the others hang; the last one where there is no parse."""
    # Without a parse each token is its own head. Not has_annotation: it walks the document when it says no.
    if end - start == 1:
        return start
    for index in range(end - 1, start - 1, -1):
        head = doc[index].head.i
        if head == index or not start <= head < end:
            return index
    return end - 1
