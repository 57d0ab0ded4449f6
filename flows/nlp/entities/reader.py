"""Who and what is meant at each place of a text: names found, repaired, linked, resolved inside the document.

Order of evidence: the user's tables, the project's, names of countries, the statistical model, the document itself
(acronyms, surnames, descriptions), near-exact and fuzzy matching against the tables; what none of them knows is a new
entity with a stable key.
"""

from collections.abc import Iterable
from datetime import date

from spacy.tokens import Doc

from flows.nlp.entities.link import Linker
from flows.nlp.entities.spans import find_names
from flows.nlp.entities.tables import EntityTables, load_tables
from flows.nlp.ids import mention_id, sentence_ids
from flows.nlp.resolution.reader import resolve
from flows.nlp.resolution.words import ResolutionWords
from flows.nlp.spans import MentionSpan
from flows.records import Entity, Mention

__all__ = ["country_of", "export_mentions", "office_holder", "read_mentions"]


def read_mentions(doc: Doc, tables: EntityTables, linker: Linker, words: ResolutionWords) -> list[MentionSpan]:
    """The mentions of ``doc``: sorted, not overlapping, descriptions and pronouns that are certain among them.

    Also sets ``doc.user_data["plural_mentions"]``: head token of "both countries", "the two leaders" to the
    entities meant.
    """
    names = find_names(doc, tables)
    mentions = linker.link_all(doc, names)
    mentions, plurals = resolve(doc, mentions, tables, words)
    doc.user_data["plural_mentions"] = plurals
    return mentions


def country_of(entity: Entity) -> str | None:
    """The state that ``entity`` is, lies in, belongs to or serves: ISO 3166 alpha-3."""
    return entity.country_iso3


def office_holder(office: str, country_iso3: str, on: date | None, tables: EntityTables | None = None) -> Entity | None:
    """Who held an office on a day, as far as the tables know; None where two did or nobody is known.

    Args:
        office: A code of ``offices.csv``: ``head_of_state``, ``foreign_minister`` …
        country_iso3: The state, or the ``entity_id`` of an organisation.
        on: The day; None gives None, for nobody's office is timeless.
        tables: Those of the running component; the project's own where left out.
    """
    if on is None:
        return None
    known = tables if tables is not None else load_tables(None)
    holders = {
        holding.person_id
        for holding in known.holdings.get((office, country_iso3), ())
        if holding.from_date <= on <= holding.to_date
    }
    return known.entities[holders.pop()] if len(holders) == 1 else None


def export_mentions(doc: Doc) -> tuple[list[Mention], list[Entity]]:
    """What is published of ``doc._.mentions``: pronouns stay inside; each entity once, in order of appearance."""
    spans: Iterable[MentionSpan] = doc._.mentions or ()
    # spaCy puts the text together anew each time it is asked for.
    text = doc.text
    document_id = doc._.document_id
    sentences = sentence_ids(doc)
    mentions: list[Mention] = []
    entities: dict[str, Entity] = {}
    for span in spans:
        entities.setdefault(span.entity.entity_id, span.entity)
        if span.is_pronoun:
            continue
        mentions.append(
            Mention(
                mention_id(document_id, span.char_start, span.char_end, span.entity.entity_id),
                sentences[span.token_start],
                span.char_start,
                span.char_end,
                text[span.char_start : span.char_end],
                span.entity.entity_id,
                span.ner_label,
                span.link_method,
                span.confidence,
            )
        )
    return mentions, list(entities.values())
