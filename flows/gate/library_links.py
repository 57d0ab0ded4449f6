"""Expectations about what a row points to: keys of other tables, parties of a delivery, figures of an observation."""

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
