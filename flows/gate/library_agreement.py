"""Expectations that hold what is said in one place against what is said in another: words, counts, links, checksums."""

import re
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar

from flows.gate.gx import Field
from flows.gate.library_base import RowsExpectation, TableExpectation, ValuesExpectation
from flows.gate.lookup import current_lookup

if TYPE_CHECKING:
    import pandas as pd


def _booleans(values: list[bool], rows: "pd.DataFrame | pd.Series[Any]") -> "pd.Series[bool]":
    import pandas as pd

    return pd.Series(values, index=rows.index, dtype=bool)


class ExpectComparatorToReadAsPrinted(RowsExpectation):
    """Where the surface begins with a phrase that compares, the comparator is one that the phrase can mean.

    Args:
        column_list: comparator, surface.
        phrases: Phrase, in small letters, to its comparators.
    """

    phrases: dict[str, list[str]]
    ignore_row_if: str = "any_value_is_missing"
    success_keys: ClassVar[tuple[str, ...]] = ("phrases",)
    says: ClassVar[str] = "The comparator is the one printed before the number."

    @staticmethod
    def holds(rows: "pd.DataFrame", *, phrases: Mapping[str, list[str]]) -> "pd.Series[bool]":
        comparator, surface = (rows[name] for name in rows.columns)
        lowered = surface.str.lower()
        passed = _booleans([True] * len(rows), rows)
        for phrase, meant in phrases.items():
            printed = lowered.str.startswith(f"{phrase} ").fillna(False)
            passed &= ~printed | comparator.isin(meant)
        return passed


class ExpectMonthPrintedToLieInPeriod(RowsExpectation):
    """Where the period's words print one month, the period has days of it.

    Args:
        column_list: period start, period surface, period end.
        months: Names of the twelve, in order.
        beside: Words with which the month only bounds the period, or names a year that ends in it.
    """

    months: list[str] = Field(min_items=12, max_items=12)
    beside: list[str]
    ignore_row_if: str = "any_value_is_missing"
    success_keys: ClassVar[tuple[str, ...]] = ("months", "beside")
    says: ClassVar[str] = "A month printed in the period's words lies within the period."

    @staticmethod
    def holds(rows: "pd.DataFrame", *, months: list[str], beside: list[str]) -> "pd.Series[bool]":
        numbers = {name: number for number, name in enumerate(months, start=1)}
        named = re.compile(rf"\b({'|'.join(months)})\b")
        passing = re.compile(rf"\b(?:{'|'.join(beside)})\b", re.IGNORECASE)

        def fits(words: str, first: int, last: int) -> bool:
            found = set(named.findall(words))
            if len(found) != 1 or passing.search(words):
                return True
            month = numbers[found.pop()]
            # The months from the first to the last, over the turn of years.
            return last - first >= 11 or any(each % 12 + 1 == month for each in range(first, last + 1))

        start, surface, end = (rows[name] for name in rows.columns)
        first = (start.dt.year * 12 + start.dt.month - 1).tolist()
        last = (end.dt.year * 12 + end.dt.month - 1).tolist()
        return _booleans([fits(*row) for row in zip(surface.tolist(), first, last, strict=True)], rows)


class ExpectEntityToBeNamedInDocument(RowsExpectation):
    """The document that a row is of names the entity that the row names.

    Args:
        column_list: entity key, document key.
    """

    ignore_row_if: str = "any_value_is_missing"
    says: ClassVar[str] = "The entity is mentioned in the document."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        entity, document = (rows[name].tolist() for name in rows.columns)
        named = current_lookup().pairs_of("fct_mentions", "document_id", "entity_id")
        return _booleans([f"{b}|{a}" in named for a, b in zip(entity, document, strict=True)], rows)


class ExpectCountToBeOfRows(RowsExpectation):
    """A count is the number of rows of another table that point here.

    Args:
        column_list: count, key.
        other_table: Table of ``marts``, without its schema.
        other_column: Its column that holds the key.
    """

    other_table: str
    other_column: str
    ignore_row_if: str = "any_value_is_missing"
    success_keys: ClassVar[tuple[str, ...]] = ("other_table", "other_column")
    says: ClassVar[str] = "The count is the number of rows that point here."

    @staticmethod
    def holds(rows: "pd.DataFrame", *, other_table: str, other_column: str) -> "pd.Series[bool]":
        count, key = (rows[name] for name in rows.columns)
        found = Counter(current_lookup().frame(other_table)[other_column].tolist())
        return _booleans([found[b] == a for a, b in zip(count.tolist(), key.tolist(), strict=True)], rows)


class ExpectRatioToFollow(RowsExpectation):
    """A ratio is that of the two numbers it is of.

    Args:
        column_list: ratio, numerator, denominator.
        in_percent: The ratio tells by how many percent the numerator is above the denominator.
    """

    in_percent: bool = False
    ignore_row_if: str = "any_value_is_missing"
    success_keys: ClassVar[tuple[str, ...]] = ("in_percent",)
    says: ClassVar[str] = "The ratio is that of the two numbers."

    @staticmethod
    def holds(rows: "pd.DataFrame", *, in_percent: bool) -> "pd.Series[bool]":
        ratio, above, below = (rows[name].astype(float) for name in rows.columns)
        expected = (above - below) / below * 100 if in_percent else above / below
        return (below == 0) | ((ratio - expected).abs() <= 1e-6 * expected.abs() + 1e-6)


class ExpectObservationValuesToBeItsFigures(RowsExpectation):
    """The value of an observation is that of one of its figures, and its bounds those of the least and the greatest.

    Args:
        column_list: value, least, greatest, list of figure keys.
    """

    ignore_row_if: str = "any_value_is_missing"
    says: ClassVar[str] = "Value, least and greatest are canonical values of the figures listed."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        known = current_lookup().column_by_key("fct_figures", "figure_id", "canonical_value")
        columns = (rows[name].tolist() for name in rows.columns)
        return _booleans([_are_of(known, *row) for row in zip(*columns, strict=True)], rows)


def _are_of(known: Mapping[str, float], value: float, least: float, greatest: float, keys: list[str]) -> bool:
    stated = [known[key] for key in keys if known.get(key) is not None and known[key] == known[key]]
    # Evidence that is not there is another rule's.
    return not stated or (
        any(_is_same(value, one) for one in stated) and _is_same(least, min(stated)) and _is_same(greatest, max(stated))
    )


def _is_same(value: float, other: float) -> bool:
    return abs(value - other) <= 1e-9 * max(abs(value), abs(other)) + 1e-12


class ExpectLinkToStayInDocument(RowsExpectation):
    """What a row points to in its own table is another row of the same document.

    Args:
        column_list: link, document key, own key.
        table: The table, without its schema.
    """

    table: str
    ignore_row_if: str = "any_value_is_missing"
    success_keys: ClassVar[tuple[str, ...]] = ("table",)
    says: ClassVar[str] = "What is pointed to is another row of the same document."

    @staticmethod
    def holds(rows: "pd.DataFrame", *, table: str) -> "pd.Series[bool]":
        link, document, own = (rows[name] for name in rows.columns)
        home = current_lookup().column_by_key(table, own.name, document.name)
        pairs = zip(link.tolist(), document.tolist(), own.tolist(), strict=True)
        return _booleans([key != mine and home.get(key, place) == place for key, place, mine in pairs], rows)


class ExpectCountryToBeThatOfPlace(RowsExpectation):
    """A country is that of the entity beside it, where both are known.

    Args:
        column_list: country, entity key.
    """

    ignore_row_if: str = "any_value_is_missing"
    says: ClassVar[str] = "The country is the one that the place lies in."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        country, place = (rows[name] for name in rows.columns)
        known = place.map(current_lookup().series_by_key("dim_entities", "entity_id", "country_iso3"))
        return known.isna() | (known == country).fillna(False)


class ExpectChecksumToBeOf(RowsExpectation):
    """A SHA-256 is that of the text beside it, in UTF-8.

    Args:
        column_list: checksum, text.
    """

    ignore_row_if: str = "any_value_is_missing"
    says: ClassVar[str] = "The checksum is that of the text."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        checksum, text = (rows[name].tolist() for name in rows.columns)
        return _booleans([sha256(b.encode()).hexdigest() == a for a, b in zip(checksum, text, strict=True)], rows)


class ExpectTextToBeDecoded(ValuesExpectation):
    """A text was read in its own encoding: marks that only a wrong one leaves are not in it.

    Args:
        marks: What a wrong encoding leaves of frequent characters.
        max_count: As many are passed over: a text may speak of them.
    """

    marks: list[str]
    max_count: int = 2
    success_keys: ClassVar[tuple[str, ...]] = ("marks", "max_count")
    says: ClassVar[str] = "The text has no marks of a wrong encoding."

    @staticmethod
    def holds(column: "pd.Series[Any]", *, marks: list[str], max_count: int) -> "pd.Series[bool]":
        return _booleans([sum(map(text.count, marks)) <= max_count for text in column.tolist()], column)


class ExpectLanguageToAgreeWithWords(RowsExpectation):
    """A text does not hold far more of another language's commonest words than of its own language's.

    Args:
        column_list: language, text.
        words: Language to words of its own, each a line of small letters.
        chars: So much of the text is looked at.
    """

    words: dict[str, list[str]]
    chars: int = 1_000
    ignore_row_if: str = "any_value_is_missing"
    success_keys: ClassVar[tuple[str, ...]] = ("words", "chars")
    says: ClassVar[str] = "The commonest words are those of the language."

    @staticmethod
    def holds(rows: "pd.DataFrame", *, words: Mapping[str, list[str]], chars: int) -> "pd.Series[bool]":
        language_of = {word: language for language, listed in words.items() for word in listed}

        def fits(language: str, text: str) -> bool:
            counts = Counter(map(language_of.get, text[:chars].lower().split()))
            counts.pop(None, None)
            own = counts.pop(language, 0)
            other = max(counts.values(), default=0)
            return language not in words or other < 5 or own * 4 >= other

        columns = (rows[name].tolist() for name in rows.columns)
        return _booleans([fits(*row) for row in zip(*columns, strict=True)], rows)


class ExpectStoryToHaveOneOriginal(RowsExpectation):
    """Of the documents of a story one is no copy; none may be left where one is withheld.

    Args:
        column_list: story key, whether a copy.
    """

    says: ClassVar[str] = "Of a story's documents one is the original."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        story, is_copy = (rows[name].tolist() for name in rows.columns)
        originals = Counter(key for key, copy in zip(story, is_copy, strict=True) if not copy)
        passed_over = current_lookup().open_stories
        return _booleans([originals[key] == 1 or (not originals[key] and key in passed_over) for key in story], rows)


class ExpectStoryToBeOfLikeTexts(RowsExpectation):
    """A copy shares word sequences with another document of its story.

    Args:
        column_list: story key, whether a copy, text.
        min_shared: Of the sequences of the shorter text, the least share.
        length: Words of a sequence.
    """

    min_shared: float
    length: int = 4
    success_keys: ClassVar[tuple[str, ...]] = ("min_shared", "length")
    says: ClassVar[str] = "Documents of one story share much of their words."

    @staticmethod
    def holds(rows: "pd.DataFrame", *, min_shared: float, length: int) -> "pd.Series[bool]":
        story, is_copy, texts = (rows[name].tolist() for name in rows.columns)
        members: dict[str, list[int]] = {}
        for position, key in enumerate(story):
            members.setdefault(key, []).append(position)
        passed = [True] * len(story)
        for positions in members.values():
            if len(positions) > 1:
                sequences = {position: _sequences(texts[position], length) for position in positions}
                for position in positions:
                    others = (found for other, found in sequences.items() if other != position)
                    passed[position] = not is_copy[position] or any(
                        _shared(sequences[position], other) >= min_shared for other in others
                    )
        return _booleans(passed, rows)


def _sequences(text: str, length: int) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return {tuple(words[start : start + length]) for start in range(max(1, len(words) - length + 1))}


def _shared(some: set[tuple[str, ...]], others: set[tuple[str, ...]]) -> float:
    return len(some & others) / min(len(some), len(others))


class ExpectColumnToVary(TableExpectation):
    """A column does not hold the same value in every row.

    Args:
        column: The column.
        ignore_below: Fewer rows may all be alike.
    """

    column: str
    ignore_below: int = 200
    success_keys: ClassVar[tuple[str, ...]] = ("column", "ignore_below", "of")
    says: ClassVar[str] = "The column holds more than one value."

    def judge(self) -> tuple[bool, object]:
        values = current_lookup().frame(self.of)[self.column].dropna()
        distinct = int(values.nunique())
        return len(values) < self.ignore_below or distinct > 1, f"{distinct} values in {len(values):,} rows"
