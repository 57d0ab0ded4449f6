"""Resolution inside one document: acronyms in brackets, surnames, descriptions, pronouns.

Only where one reading is certain; else the place stays what it was.
"""

from spacy.tokens import Doc

from flows.nlp.entities_tables import EntityTables
from flows.nlp.spans import MentionSpan
from flows.records import Entity


def resolve(
    doc: Doc, mentions: list[MentionSpan], tables: EntityTables
) -> tuple[list[MentionSpan], dict[int, list[Entity]]]:
    """Relink and add mentions.

    Returns:
        The mentions, sorted and not overlapping; and the head token of each description of several
        ("both countries") with the entities meant.
    """
    return mentions, {}
