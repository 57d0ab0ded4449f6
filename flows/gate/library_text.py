"""Expectations that compare a row with the text it was read from."""

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from flows.gate.library_base import RowsExpectation
from flows.gate.lookup import current_lookup

if TYPE_CHECKING:
    import pandas as pd


class ExpectOffsetsToReproduceSurface(RowsExpectation):
    """``body[char_start:char_end] == surface``, in code points of the document's body.

    Args:
        column_list: document key, start, end, surface.
    """

    ignore_row_if: str = "never"
    says: ClassVar[str] = "The document's text between the offsets is the surface, character for character."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        import pandas as pd

        bodies = current_lookup().column_by_key("dim_documents", "document_id", "body")
        document, start, end, surface = (rows[name].tolist() for name in rows.columns)
        verdicts = [
            isinstance(body := bodies.get(key), str) and 0 <= a < b <= len(body) and body[int(a) : int(b)] == text
            for key, a, b, text in zip(document, start, end, surface, strict=True)
        ]
        return pd.Series(verdicts, index=rows.index, dtype=bool)


class ExpectSpanToLieInItsSentence(RowsExpectation):
    """A row's place lies inside the sentence it names, in the document that the sentence belongs to.

    Args:
        column_list: sentence key, document key, start, end.
    """

    ignore_row_if: str = "never"
    says: ClassVar[str] = "The place lies inside the sentence named, and the sentence inside the document named."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        lookup = current_lookup()
        sentence, document, start, end = (rows[name] for name in rows.columns)
        first = sentence.map(lookup.series_by_key("dim_sentences", "sentence_id", "char_start"))
        last = sentence.map(lookup.series_by_key("dim_sentences", "sentence_id", "char_end"))
        home = sentence.map(lookup.series_by_key("dim_sentences", "sentence_id", "document_id"))
        return (first <= start) & (end <= last) & (home == document).fillna(False)


class ExpectUnitToAgreeWithSurface(RowsExpectation):
    """A currency or percent sign in the surface is in the unit.

    Args:
        column_list: unit code, surface.
        signs: Sign, or currency in words and small letters, to the currencies that it may be.
    """

    signs: dict[str, list[str]]
    ignore_row_if: str = "never"
    success_keys: ClassVar[tuple[str, ...]] = ("signs",)
    says: ClassVar[str] = "A currency sign printed is that currency in the unit; a percent sign is a percentage."

    @staticmethod
    def holds(rows: "pd.DataFrame", *, signs: Mapping[str, list[str]]) -> "pd.Series[bool]":
        import pandas as pd

        unit, surface = (rows[name] for name in rows.columns)
        unit = unit.fillna("")
        passed = pd.Series(True, index=rows.index)
        lowered = surface.str.lower()
        for sign, codes in signs.items():
            printed = lowered.str.contains(sign, regex=False).fillna(False)
            if printed.any():
                passed[printed] &= unit[printed].str.contains(rf"(?:^|/)(?:{'|'.join(codes)})(?:/|$)", regex=True)
        percent = surface.str.contains("%", regex=False).fillna(False)
        if percent.any():
            passed[percent] &= unit[percent].str.contains(r"(?:^|/)(?:%|pp)", regex=True)
        return passed


_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_DIGIT_RUN = re.compile(r"\d(?:[\d.,\u00a0\u202f ]*\d)?")
_SCALES = {
    "thousand": 1e3,
    "million": 1e6,
    "mln": 1e6,
    "billion": 1e9,
    "bln": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
    "trln": 1e12,
}
_SCALE = re.compile(r"(?<![^\W\d_])(" + "|".join(_SCALES) + r")(?![^\W\d_])", re.IGNORECASE)


@cache
def _stated_magnitude(surface: str) -> float | None:
    """The number printed times its scale word; None where it is not one plain number with one plain scale word.

    Deliberately narrower than the reader of numbers that it checks: what both read must agree.
    """
    scales = _SCALE.findall(surface)
    runs = _DIGIT_RUN.findall(surface)
    if len(scales) != 1 or len(runs) != 1 or not _NUMBER.fullmatch(runs[0]):
        return None
    return float(runs[0].replace(",", "")) * _SCALES[scales[0].lower()]


class ExpectValueToFollowFromSurface(RowsExpectation):
    """A number printed in digits with one scale word is the value, sign and unit factors aside.

    Args:
        column_list: value, surface, unit code, comparator.
    """

    ignore_row_if: str = "any_value_is_missing"
    says: ClassVar[str] = "Digits times the scale word printed beside them are the value."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        import pandas as pd

        value, surface, unit, comparator = (rows[name].tolist() for name in rows.columns)
        return pd.Series(
            [_follows(*row) for row in zip(surface, value, unit, comparator, strict=True)],
            index=rows.index,
            dtype=bool,
        )


def _follows(surface: str, value: float, unit: str, comparator: str) -> bool:
    # The unit itself may hold a million ("million British thermal units"), and a range two numbers.
    if comparator == "range" or "*" in unit:
        return True
    stated = _stated_magnitude(surface)
    if stated is None or stated == 0:
        return True
    return abs(abs(value) / stated - 1) < 1e-6


_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d|21[0-4]\d)(?!\d)")
# "before 2030" ends in 2029, "after 2020" begins in 2021, a fiscal year may end in the next.
_BESIDE_YEAR = re.compile(
    r"\b(?:before|until|till|after|since|from|fiscal|financial|FY|season|crop|winter)\b", re.IGNORECASE
)


class ExpectYearPrintedToLieInPeriod(RowsExpectation):
    """Of the years that the period's words print, one at least lies within the period.

    Args:
        column_list: period start, period surface, period end.
    """

    ignore_row_if: str = "any_value_is_missing"
    says: ClassVar[str] = "A year printed in the period's words lies within the period."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        import pandas as pd

        start, surface, end = (rows[name] for name in rows.columns)
        return pd.Series(
            [
                _year_fits(words, first, last)
                for words, first, last in zip(
                    surface.tolist(), start.dt.year.tolist(), end.dt.year.tolist(), strict=True
                )
            ],
            index=rows.index,
            dtype=bool,
        )


def _year_fits(words: str, first: int, last: int) -> bool:
    years = [int(year) for year in _YEAR.findall(words)]
    slack = 1 if _BESIDE_YEAR.search(words) else 0
    return not years or any(first - slack <= year <= last + slack for year in years)
