"""Expectations about values: units and dimensions, ranges, signs, bounds, dates."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from flows.gate.gx import Field
from flows.gate.library_base import RowsExpectation, ValuesExpectation
from flows.gate.lookup import current_lookup

if TYPE_CHECKING:
    import pandas as pd


def _unit_dimensions(units: Mapping[str, str]) -> Any:
    """A function from a unit code to its dimension, None where a part of the code is unknown."""

    @cache
    def dimension_of(code: str) -> str | None:
        if code in units:
            return units[code]
        parts = [_part_dimension(part, units) for part in code.split("/")]
        known = [part for part in parts if part is not None]
        return "_per_".join(known) if len(known) == len(parts) else None

    return dimension_of


def _part_dimension(part: str, units: Mapping[str, str]) -> str | None:
    # UCUM: braces annotate the unity, so "{person}" counts persons.
    return "count" if part.startswith("{") and part.endswith("}") else units.get(part)


class ExpectUnitToBeKnown(ValuesExpectation):
    """A unit code is a row of ``dim_units``, or made by "/" of such."""

    says: ClassVar[str] = "The unit, or each part of a rate, is in dim_units."

    @staticmethod
    def holds(column: "pd.Series[Any]") -> "pd.Series[bool]":
        dimension_of = _unit_dimensions(current_lookup().column_by_key("dim_units", "unit_code", "dimension"))
        return column.map(lambda code: dimension_of(code) is not None).astype(bool)


class ExpectUnitToBelongToDimension(RowsExpectation):
    """The dimension is that of the unit; where the unit is unknown, so is the dimension.

    Args:
        column_list: dimension, unit code.
    """

    says: ClassVar[str] = "The dimension is the unit's; no unit, no dimension."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        dimension, unit = (rows[name] for name in rows.columns)
        dimension_of = _unit_dimensions(current_lookup().column_by_key("dim_units", "unit_code", "dimension"))
        expected = unit.map(dimension_of, na_action="ignore")
        # An unknown unit is another rule's: one fault, one reason.
        is_unknown_unit = unit.notna() & expected.isna()
        return is_unknown_unit | (expected == dimension).fillna(False) | (expected.isna() & dimension.isna())


class ExpectUnitToFitCommodity(RowsExpectation):
    """A commodity is not measured in a unit that the trade never uses for it.

    Args:
        column_list: unit code, commodity.
        never: Commodity to units, of which no numerator may be one.
    """

    never: dict[str, list[str]]
    ignore_row_if: str = "any_value_is_missing"
    success_keys: ClassVar[tuple[str, ...]] = ("never",)
    says: ClassVar[str] = "The commodity is traded in this unit."

    @staticmethod
    def holds(rows: "pd.DataFrame", *, never: Mapping[str, list[str]]) -> "pd.Series[bool]":
        unit, commodity = (rows[name] for name in rows.columns)
        parts = unit.str.split("/")
        wrong = [
            any(part in never.get(good, ()) for part in codes)
            for good, codes in zip(commodity.tolist(), parts.tolist(), strict=True)
        ]
        return ~_booleans(wrong, rows)


class ExpectDimensionToFit(RowsExpectation):
    """A dimension is one in which the measure (or commodity) is told.

    Args:
        column_list: dimension, code of the measure or commodity.
        of_table: Table of ``marts`` with ``dimensions`` of each code; "money_per_*" is any price.
        code_column: Its column of codes.
        always: Dimensions that fit every code.
        parts: Where given, a rate is taken apart, and of its parts only these dimensions are held to the list.
    """

    of_table: str
    code_column: str
    always: list[str] = Field(default_factory=list)
    parts: list[str] = Field(default_factory=list)
    ignore_row_if: str = "any_value_is_missing"
    success_keys: ClassVar[tuple[str, ...]] = ("of_table", "code_column", "always", "parts")
    says: ClassVar[str] = "The dimension is one in which it is told."

    @staticmethod
    def holds(
        rows: "pd.DataFrame", *, of_table: str, code_column: str, always: list[str], parts: list[str]
    ) -> "pd.Series[bool]":
        table = current_lookup().frame(of_table)
        allowed = {
            code: frozenset(() if dimensions is None else dimensions)
            for code, dimensions in zip(table[code_column].tolist(), table["dimensions"].tolist(), strict=True)
        }
        dimension, code = (rows[name].tolist() for name in rows.columns)
        return _booleans([_fits(allowed.get(a), b, always, parts) for a, b in zip(code, dimension, strict=True)], rows)


def _fits(allowed: frozenset[str] | None, dimension: str, always: list[str], parts: list[str]) -> bool:
    # A code without dimensions is not limited; whether the code exists is another rule's.
    if not allowed or dimension in allowed or dimension in always:
        return True
    if parts:
        return all(part in allowed or part not in parts for part in dimension.split("_per_"))
    return any(dimension.startswith(pattern[:-1]) for pattern in allowed if pattern.endswith("*"))


class ExpectValueInPlausibleRange(RowsExpectation):
    """A value in its reporting unit lies in the plausible range of its measure and dimension.

    Changes are held to the upper end alone, by size: "fell by 3 tons" may be as small as it likes.

    Args:
        column_list: canonical value, measure, dimension, kind.
        ranges: Table of ``marts`` with them; a row without a measure holds for all of the dimension.
    """

    ranges: str
    ignore_row_if: str = "never"
    success_keys: ClassVar[tuple[str, ...]] = ("ranges",)
    says: ClassVar[str] = (
        "The value is one that its measure can have; ranges and their sources are in dim_measure_ranges."
    )

    @staticmethod
    def holds(rows: "pd.DataFrame", *, ranges: str) -> "pd.Series[bool]":
        import pandas as pd

        value, measure, dimension, kind = (rows[name] for name in rows.columns)
        table = current_lookup().frame(ranges)
        table = table[table["dimension"].notna()]
        keys = zip(table["measure"].tolist(), table["dimension"].tolist(), strict=True)
        bounds = zip(table["plausible_min"].tolist(), table["plausible_max"].tolist(), strict=True)
        by_key = {(_text(a), _text(b)): limits for (a, b), limits in zip(keys, bounds, strict=True)}
        nothing = (float("nan"), float("nan"))
        found = [
            by_key.get((a, b)) or by_key.get(("", b), nothing)
            for a, b in zip(measure.map(_text), dimension.map(_text), strict=True)
        ]
        low = pd.Series([limits[0] for limits in found], index=rows.index, dtype=float)
        high = pd.Series([limits[1] for limits in found], index=rows.index, dtype=float)
        is_change = kind == "change"
        size = value.where(~is_change, value.abs())
        return value.isna() | (~(size < low) | is_change) & ~(size > high)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


class ExpectPercentagesWithin(RowsExpectation):
    """A percentage lies between the bounds of its kind.

    Args:
        column_list: value, kind, unit code.
        bounds: Kind to lowest and highest percentage.
    """

    bounds: dict[str, list[float]]
    ignore_row_if: str = "any_value_is_missing"
    success_keys: ClassVar[tuple[str, ...]] = ("bounds",)
    says: ClassVar[str] = "A percentage is one that a share, a change or a level can have."

    @staticmethod
    def holds(rows: "pd.DataFrame", *, bounds: Mapping[str, list[float]]) -> "pd.Series[bool]":
        value, kind, unit = (rows[name] for name in rows.columns)
        low = kind.map({name: limits[0] for name, limits in bounds.items()}).astype(float)
        high = kind.map({name: limits[1] for name, limits in bounds.items()}).astype(float)
        return ~unit.isin(["%", "pp"]) | (~(value < low) & ~(value > high))


class ExpectSignToAgreeWithDirection(RowsExpectation):
    """A rise is positive, a fall negative; of folds, a rise is above 1 and a fall below.

    Args:
        column_list: value, kind, direction, unit code.
    """

    ignore_row_if: str = "never"
    says: ClassVar[str] = "The sign of a change is that of its direction."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        value, kind, direction, unit = (rows[name] for name in rows.columns)
        turn = (unit == "x").fillna(False).astype(float)
        passed = ((direction != "up") | (value >= turn)) & ((direction != "down") | (value <= turn))
        return ~(kind == "change") | value.isna() | direction.isna() | passed


class ExpectBoundsToFitComparator(RowsExpectation):
    """The bounds stated are those that the comparator speaks of, and the value lies between them.

    Args:
        column_list: value, comparator, lower bound, upper bound.
    """

    ignore_row_if: str = "never"
    says: ClassVar[str] = "Bounds are in order around the value and open on the side that the comparator leaves open."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        value, comparator, low, high = (rows[name] for name in rows.columns)
        in_order = ~(low > high) & ~(low > value) & ~(value > high)
        exact = (comparator != "=") | ((low == value) & (high == value))
        both = (comparator != "range") | (low.notna() & high.notna())
        # Of a fall, "more than 5%" bounds the negative value from above: one side is open, whichever.
        one = ~comparator.isin([">", ">=", "<", "<="]) | (low.notna() ^ high.notna())
        return value.isna() | (in_order & exact & both & one)


class ExpectReportedPeriodToPrecedePublication(RowsExpectation):
    """What is reported has begun by the day of its publication.

    Args:
        column_list: period start, status, document key.
        statuses: Those that speak of what has happened.
    """

    statuses: list[str]
    ignore_row_if: str = "any_value_is_missing"
    success_keys: ClassVar[tuple[str, ...]] = ("statuses",)
    says: ClassVar[str] = "What is told as fact did not begin after it was published."

    @staticmethod
    def holds(rows: "pd.DataFrame", *, statuses: list[str]) -> "pd.Series[bool]":
        start, status, document = (rows[name] for name in rows.columns)
        published = document.map(current_lookup().series_by_key("dim_documents", "document_id", "published_on"))
        return ~status.isin(statuses) | published.isna() | ~(start > published)


class ExpectPastToPrecedeLastReport(RowsExpectation):
    """What has happened began by the day of the last report of it.

    Args:
        column_list: start, status, day of the last report.
        statuses: Those that speak of what has happened.
    """

    statuses: list[str]
    ignore_row_if: str = "any_value_is_missing"
    success_keys: ClassVar[tuple[str, ...]] = ("statuses",)
    says: ClassVar[str] = "What is told as happened did not begin after the last report of it."

    @staticmethod
    def holds(rows: "pd.DataFrame", *, statuses: list[str]) -> "pd.Series[bool]":
        start, status, reported = (rows[name] for name in rows.columns)
        return ~status.isin(statuses) | ~(start > reported)


class ExpectYearsToBeBetween(ValuesExpectation):
    """A date lies between two years, inclusive.

    Args:
        min_year: First.
        max_year: Last.
    """

    min_year: int
    max_year: int
    success_keys: ClassVar[tuple[str, ...]] = ("min_year", "max_year")
    says: ClassVar[str] = "The date lies in years that news can speak of."

    @staticmethod
    def holds(column: "pd.Series[Any]", *, min_year: int, max_year: int) -> "pd.Series[bool]":
        return column.dt.year.between(min_year, max_year)


def _booleans(values: list[bool], rows: "pd.DataFrame") -> "pd.Series[bool]":
    import pandas as pd

    return pd.Series(values, index=rows.index, dtype=bool)


class ExpectColumnsToBeFilled(RowsExpectation):
    """None of the columns is null, and no text among them empty.

    Args:
        column_list: Columns that every row must fill.
    """

    ignore_row_if: str = "never"
    says: ClassVar[str] = "None of these is null or empty."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        filled = rows.notna().all(axis=1)
        for name in rows.columns:
            if rows[name].dtype == "str":
                filled &= rows[name] != ""
        return filled


class ExpectCanonicalValueToFollow(RowsExpectation):
    """The canonical value and unit are those that ``dim_units`` gives for value and unit.

    Args:
        column_list: canonical value, kind, value, unit code, canonical unit.
    """

    says: ClassVar[str] = "The canonical value is the value times the factor of its unit, in the reporting unit."

    @staticmethod
    def holds(rows: "pd.DataFrame") -> "pd.Series[bool]":
        lookup = current_lookup()
        units = {
            code: (reporting, factor, offset)
            for code, reporting, factor, offset in zip(
                *(lookup.frame("dim_units")[name].tolist() for name in _UNIT_COLUMNS), strict=True
            )
        }
        convert = cache(lambda code: _conversion(code, units))
        return _booleans(
            [
                _is_converted(convert(unit) if isinstance(unit, str) else None, kind, value, canonical, canonical_unit)
                for canonical, kind, value, unit, canonical_unit in zip(
                    *(rows[name].tolist() for name in rows.columns), strict=True
                )
            ],
            rows,
        )


_UNIT_COLUMNS = ("unit_code", "reporting_unit", "factor", "zero_offset")


def _conversion(code: str, units: Mapping[str, tuple[str, float, float]]) -> tuple[str, float, float] | None:
    """Reporting unit, factor and zero point of a code, None where a part of it is unknown."""
    if code in units:
        return units[code]
    first, *others = ((part, 1.0, 0.0) if part.startswith("{") else units.get(part) for part in code.split("/"))
    if first is None or not others or None in others:
        return None
    reporting, factor, _ = first
    for part in others:
        assert part is not None  # looked at two lines above
        reporting, factor = f"{reporting}/{part[0]}", factor / part[1]
    return reporting, factor, 0.0


def _is_converted(
    conversion: tuple[str, float, float] | None, kind: str, value: float, canonical: float, canonical_unit: str
) -> bool:
    if conversion is None:
        return not isinstance(canonical_unit, str) and canonical != canonical
    reporting, factor, offset = conversion
    # A warming by 2 degrees Fahrenheit is no temperature: differences scale, but keep no zero.
    expected = value * factor + (0.0 if kind == "change" else offset)
    return canonical_unit == reporting and abs(canonical - expected) <= 1e-6 * max(abs(expected), 1e-9)
