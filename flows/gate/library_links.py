"""Expectations about what a row points to: keys of other tables, parties of a delivery, figures of an observation."""

import re
from typing import TYPE_CHECKING, Any, ClassVar

from flows.gate.gx import Field
from flows.gate.library_base import RowsExpectation, ValuesExpectation
from flows.gate.lookup import current_lookup

if TYPE_CHECKING:
    import pandas as pd


class ExpectValuesToBeKeysOf(ValuesExpectation):
    """A foreign key: each value stands in a column of another table; nulls point nowhere and pass.

    Args:
        other_table: Table of ``marts``, without its schema.
        other_column: Its key.
    """

    other_table: str
    other_column: str
    success_keys: ClassVar[tuple[str, ...]] = ("other_table", "other_column")
    says: ClassVar[str] = "The row that is pointed to exists."

    @staticmethod
    def holds(column: "pd.Series[Any]", *, other_table: str, other_column: str) -> "pd.Series[bool]":
        import pandas as pd

        # Not Series.isin, which turns the keys into an Arrow array anew for every rule.
        keys = current_lookup().values_of(other_table, other_column)
        return pd.Series([value in keys for value in column.tolist()], index=column.index, dtype=bool)


class ExpectListItemsToBeKeysOf(ValuesExpectation):
    """Each item of a list column stands in a column of another table.

    Args:
        other_table: Table of ``marts``, without its schema.
        other_column: Its key.
    """

    other_table: str
    other_column: str
    success_keys: ClassVar[tuple[str, ...]] = ("other_table", "other_column")
    says: ClassVar[str] = "All rows that are pointed to exist."

    @staticmethod
    def holds(column: "pd.Series[Any]", *, other_table: str, other_column: str) -> "pd.Series[bool]":
        keys = current_lookup().values_of(other_table, other_column)
        return column.map(keys.issuperset).astype(bool)


class ExpectCountToBeLengthOf(RowsExpectation):
    """A count equals the number of items in the list it counts.

    Args:
        column_list: count, list.
    """

    ignore_row_if: str = "any_value_is_missing"
    says: ClassVar[str] = "The count is the length of the list."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        count, items = (rows[name] for name in rows.columns)
        return count == items.map(len)


class ExpectObservationToAgreeWithItsFigures(RowsExpectation):
    """What an observation says is what its figures say.

    Args:
        column_list: list of figure keys, best first, then columns that observation and figures share.
        of_any: Those of the columns that may come from any of the figures; the others come from the first.
    """

    of_any: list[str] = Field(default_factory=list)
    ignore_row_if: str = "never"
    success_keys: ClassVar[tuple[str, ...]] = ("of_any",)
    says: ClassVar[str] = "What an observation says is what its figures say."

    @staticmethod
    def holds(rows: "pd.DataFrame", *, of_any: list[str]) -> "pd.Series[bool]":
        import pandas as pd

        lookup = current_lookup()
        lists, *shared = rows.columns
        first = rows[lists].map(lambda keys: keys[0] if keys is not None and len(keys) else None)
        passed = pd.Series(True, index=rows.index)
        for name in shared:
            if name in of_any:
                stated = lookup.column_by_key("fct_figures", "figure_id", name)
                agrees = [
                    not isinstance(value, str) or any(stated.get(key) == value for key in keys)
                    for value, keys in zip(rows[name].tolist(), rows[lists].tolist(), strict=True)
                ]
                passed &= pd.Series(agrees, index=rows.index, dtype=bool)
            else:
                printed = first.map(lookup.series_by_key("fct_figures", "figure_id", name))
                passed &= (rows[name] == printed).fillna(False) | (rows[name].isna() & printed.isna())
        return passed


# "according to Moscow", "due to Germany": the preposition belongs to the word before it.
_NO_DESTINATION = (
    "according",
    "due",
    "thanks",
    "compared",
    "relative",
    "next",
    "close",
    "up",
    "similar",
    "owing",
    "prior",
)


class ExpectDeliveryToReadAsPrinted(RowsExpectation):
    """The sentence does not print "from" before the recipient, or "to" before the supplier.

    Args:
        column_list: supplier key, recipient key, sentence key.
    """

    ignore_row_if: str = "any_value_is_missing"
    says: ClassVar[str] = "Supplier and recipient are not the other way round in the sentence."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        import pandas as pd

        suppliers, recipients, sentences = (rows[name] for name in rows.columns)
        led_by = _leading_words(frozenset(sentences))
        verdicts = []
        for sentence, supplier, recipient in zip(sentences, suppliers, recipients, strict=True):
            from_whom, to_whom = led_by.get((sentence, supplier), set()), led_by.get((sentence, recipient), set())
            is_reversed = ("from" in to_whom and "from" not in from_whom) or ("to" in from_whom and "to" not in to_whom)
            verdicts.append(not is_reversed)
        return pd.Series(verdicts, index=rows.index, dtype=bool)


def _leading_words(sentence_ids: frozenset[str]) -> dict[tuple[str, str], set[str]]:
    """Sentence and entity to the prepositions right before its mentions there: "from", "to" or nothing."""
    lookup = current_lookup()
    texts = lookup.column_by_key("dim_sentences", "sentence_id", "surface")
    starts = lookup.column_by_key("dim_sentences", "sentence_id", "char_start")
    mentions = lookup.frame("fct_mentions")
    mentions = mentions[mentions["sentence_id"].isin(sentence_ids)]
    led_by: dict[tuple[str, str], set[str]] = {}
    for sentence, entity, start in zip(
        mentions["sentence_id"].tolist(), mentions["entity_id"].tolist(), mentions["char_start"].tolist(), strict=True
    ):
        text, begin = texts.get(sentence), starts.get(sentence)
        if not isinstance(text, str) or begin is None or not begin <= start:
            continue
        words = text[max(0, int(start - begin) - 40) : int(start - begin)].lower().split()
        if words[-1:] == ["the"]:
            words.pop()
        if words and (words[-1] == "from" or (words[-1] == "to" and words[-2:-1] not in _NO_DESTINATION_TAILS)):
            led_by.setdefault((sentence, entity), set()).add(words[-1])
    return led_by


_NO_DESTINATION_TAILS = [[word] for word in _NO_DESTINATION]


# Right after: in "pulled out of talks led by the Union" the last words tell of another event.
_BY_WHOM = re.compile(r"\s+(?:\w+ly\s+)?by (?:the )?\Z")
_BEFORE_VERB = re.compile(r"\s+(?:(?:has|have|had|will|also|then|again|\w+ly)\s+)*\Z", re.IGNORECASE)
_AFTER_VERB = re.compile(r"\s+(?:the )?\Z")


class ExpectParticipantsToReadAsPrinted(RowsExpectation):
    """No sentence that tells of an event prints its actor as recipient: "signed by Oman", "Chile sued Peru".

    Only what is beyond doubt is looked at: "by" and a name after the words that tell of the event, or a name right
    before and another right after them.

    Args:
        column_list: event key, entity key, role.
    """

    ignore_row_if: str = "any_value_is_missing"
    says: ClassVar[str] = "Actor and recipient are not the other way round in the sentence."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        import pandas as pd

        events, entities, roles = (rows[name].tolist() for name in rows.columns)
        parts: dict[str, dict[str, set[str]]] = {}
        for event, entity, role in zip(events, entities, roles, strict=True):
            if role in ("actor", "recipient"):
                parts.setdefault(event, {"actor": set(), "recipient": set()})[role].add(entity)
        # Who is both, as when two meet, cannot be exchanged.
        sided = {event: sides for event, sides in parts.items() if all(sides.values())}
        exchanged = {
            event
            for event, told in _told_roles(frozenset(sided)).items()
            if any(
                entity in sided[event][other] and entity not in sided[event][role]
                for role, other in (("actor", "recipient"), ("recipient", "actor"))
                for entity in told[role]
            )
        }
        wrong = [
            event in exchanged and role in ("actor", "recipient") for event, role in zip(events, roles, strict=True)
        ]
        return ~pd.Series(wrong, index=rows.index, dtype=bool)


def _told_roles(event_ids: frozenset[str]) -> dict[str, dict[str, set[str]]]:
    """Event to the entities that its sentences print as actor or recipient beyond doubt."""
    lookup = current_lookup()
    frame = lookup.frame("fct_event_mentions")
    frame = frame[frame["event_id"].isin(event_ids)]
    texts = lookup.column_by_key("dim_sentences", "sentence_id", "surface")
    starts = lookup.column_by_key("dim_sentences", "sentence_id", "char_start")
    named = _mentions_by_sentence(frozenset(frame["sentence_id"].tolist()))
    told: dict[str, dict[str, set[str]]] = {}
    columns = (frame[name].tolist() for name in ("event_id", "sentence_id", "char_start", "char_end"))
    for event, sentence, start, end in zip(*columns, strict=True):
        text, base = texts.get(sentence), starts.get(sentence)
        if not isinstance(text, str) or base is None or not base <= start <= end:
            continue
        sides = told.setdefault(event, {"actor": set(), "recipient": set()})
        before, after = set(), set()
        for entity, first, last in named.get(sentence, ()):
            if last <= start and _BEFORE_VERB.fullmatch(text[last - base : start - base]):
                before.add(entity)
            elif first >= end and first - end <= 80:
                between = text[end - base : first - base]
                if _BY_WHOM.fullmatch(between):
                    sides["actor"].add(entity)
                elif _AFTER_VERB.fullmatch(between):
                    after.add(entity)
        if before and after:
            sides["actor"] |= before
            sides["recipient"] |= after
    return told


def _mentions_by_sentence(sentence_ids: frozenset[str]) -> dict[str, list[tuple[str, int, int]]]:
    mentions = current_lookup().frame("fct_mentions")
    mentions = mentions[mentions["sentence_id"].isin(sentence_ids)]
    named: dict[str, list[tuple[str, int, int]]] = {}
    columns = (mentions[name].tolist() for name in ("sentence_id", "entity_id", "char_start", "char_end"))
    for sentence, entity, first, last in zip(*columns, strict=True):
        named.setdefault(sentence, []).append((entity, first, last))
    return named
