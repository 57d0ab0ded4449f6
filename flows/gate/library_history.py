"""Expectations about what changed since the releases before: shares, means, counts and values that were never met.

Each compares with the median of the releases before, up to five. A bound is what is told in ``max_change`` and three
standard errors more, since few rows differ by chance. Nothing is said of few rows, nor before there is a history.
"""

import math
from collections.abc import Iterator
from statistics import median
from typing import ClassVar, Literal

from flows.gate.gx import Field
from flows.gate.history import METRICS, Measure, Place
from flows.gate.library_base import TableExpectation
from flows.gate.lookup import current_lookup

MOST_TOLD = 5
"""Groups that a result names; a source that broke is one, and where all did the count says so."""

_STANDARD_ERRORS = 3.0


class _HistoryExpectation(TableExpectation):
    """What they share.

    ``by`` judges the rows of each publisher, source or language apart. ``among: new`` judges only what the last release
    did not hold, against all that the releases before held.
    """

    by: Literal["publisher", "source_id", "language"] | None = None
    among: Literal["all", "new"] = "all"
    ignore_below: int = Field(200, ge=1)
    min_releases: int = Field(2, ge=1)
    success_keys: ClassVar[tuple[str, ...]] = ("by", "among", "ignore_below", "min_releases", "of")

    def _metric(self) -> str:
        return METRICS[self.expectation_type]

    def _column(self) -> str | None:
        return getattr(self, "column", None)

    def _compared(self) -> Iterator[tuple[str | None, Measure, list[Measure]]]:
        """Each group that is large enough now and before, with its measures."""
        history = current_lookup().history
        measures = history.new if self.among == "new" else history.now
        wanted = (self.of, self._metric(), self._column(), self.by)
        for place, now in measures.items():
            if place[:4] != wanted or place.value is not None:
                continue
            past = [found for release in history.past if (found := release.get(place)) is not None]
            past = [measure for measure in past if measure.row_count >= self.ignore_below]
            if len(past) >= self.min_releases and self._is_enough(now):
                yield place.group_value, now, past

    def _is_enough(self, now: Measure) -> bool:
        return now.row_count >= self.ignore_below

    def _bounds(self, now: Measure, past: list[Measure]) -> tuple[float, float]:
        raise NotImplementedError

    def _is_off(self, now: Measure, past: list[Measure]) -> bool:
        low, high = self._bounds(now, past)
        return not low <= now.amount <= high

    def _told(self, measure: Measure) -> str:
        raise NotImplementedError

    def _expected(self, past: list[Measure], now: Measure) -> str:
        raise NotImplementedError

    def _shown(self) -> tuple[bool, list[tuple[str | None, Measure, list[Measure]]]]:
        """Whether all hold; those that do not, or where all do the largest."""
        compared = sorted(self._compared(), key=lambda item: (-item[1].row_count, item[0] or ""))
        off = [item for item in compared if self._is_off(item[1], item[2])]
        return not off, off or compared[:1]

    def judge(self) -> tuple[bool, object]:
        success, shown = self._shown()
        if not shown:
            return True, "too few rows or releases to compare"
        told = "; ".join(f"{f'{group}: ' if group else ''}{self._told(now)}" for group, now, _ in shown[:MOST_TOLD])
        return success, f"{told}; {len(shown) - MOST_TOLD} more" if len(shown) > MOST_TOLD else told

    def expected(self) -> str | None:
        """What it had to be, in words; None where nothing was compared."""
        _, shown = self._shown()
        told = [
            f"{f'{group}: ' if group and len(shown) > 1 else ''}{self._expected(past, now)}"
            for group, now, past in shown[:MOST_TOLD]
        ]
        return "; ".join(told) or None


def _usual(past: list[Measure]) -> float:
    return median(measure.amount for measure in past)


def _of_releases(past: list[Measure]) -> str:
    return f"median of {len(past)} releases"


class _ShareExpectation(_HistoryExpectation):
    max_rise: float | None = Field(None, gt=0)
    max_fall: float | None = Field(None, gt=0)
    success_keys: ClassVar[tuple[str, ...]] = ("max_rise", "max_fall", *_HistoryExpectation.success_keys)

    def _chance(self, now: Measure, past: list[Measure]) -> float:
        """Three standard errors of a share; of none seen so far, as if one had been."""
        count = min(measure.row_count for measure in past)
        share = (_usual(past) * count + 1) / (count + 2)
        return _STANDARD_ERRORS * math.sqrt(share * (1 - share) / now.row_count)

    def _bounds(self, now: Measure, past: list[Measure]) -> tuple[float, float]:
        usual, chance = _usual(past), self._chance(now, past)
        low = usual - self.max_fall - chance if self.max_fall is not None else -math.inf
        high = usual + self.max_rise + chance if self.max_rise is not None else math.inf
        return low, high

    def _told(self, measure: Measure) -> str:
        return f"{measure.amount:.1%} of {measure.row_count:,} rows"

    def _expected(self, past: list[Measure], now: Measure) -> str:
        low, high = self._bounds(now, past)
        bounds = [f"at least {low:.1%}" if low > 0 else "", f"at most {high:.1%}" if high < 1 else ""]
        return f"{', '.join(filter(None, bounds)) or 'any'} ({_usual(past):.1%}, {_of_releases(past)})"


class ExpectNullShareToStayNearTheReleasesBefore(_ShareExpectation):
    """The share of nulls in a column does not differ from that of the releases before beyond a bound.

    Args:
        column: The column.
        max_rise: By how much of all rows nulls may become more; none: by any.
        max_fall: By how much they may become fewer; none: by any.
        by: ``publisher``, ``source_id`` or ``language``: judge each apart.
        among: ``new``: only rows of documents that the last release lacks; else ``all``.
        ignore_below: Fewer rows than this, now or before, say nothing.
        min_releases: With fewer releases before, nothing is compared.
    """

    column: str
    success_keys: ClassVar[tuple[str, ...]] = ("column", *_ShareExpectation.success_keys)
    says: ClassVar[str] = "The share of nulls is about what it was in the releases before."


class ExpectWithheldShareToStayNearTheReleasesBefore(_ShareExpectation):
    """The share of a table's rows that is withheld does not rise beyond a bound; told as for null shares."""

    says: ClassVar[str] = "The share of rows withheld is about what it was in the releases before."


class ExpectMeanToStayNearTheReleasesBefore(_HistoryExpectation):
    """The mean of a column does not differ from that of the releases before beyond a bound.

    Args:
        column: The column, of numbers.
        max_change: By how much it may differ, in the column's own unit.
    """

    column: str
    max_change: float = Field(gt=0)
    success_keys: ClassVar[tuple[str, ...]] = ("column", "max_change", *_HistoryExpectation.success_keys)
    says: ClassVar[str] = "The mean is about what it was in the releases before."

    def _bounds(self, now: Measure, past: list[Measure]) -> tuple[float, float]:
        bound = self.max_change + _STANDARD_ERRORS * (now.spread or 0.0) / math.sqrt(now.row_count)
        return _usual(past) - bound, _usual(past) + bound

    def _told(self, measure: Measure) -> str:
        return f"{measure.amount:.3g} of {measure.row_count:,} rows"

    def _expected(self, past: list[Measure], now: Measure) -> str:
        low, high = self._bounds(now, past)
        return f"{low:.3g} to {high:.3g} ({_usual(past):.3g}, {_of_releases(past)})"


class ExpectRowsPerDocumentToStayNearTheReleasesBefore(_HistoryExpectation):
    """Documents give about as many rows as those of the releases before.

    Args:
        max_factor: How many times more, or fewer, they may give. ``ignore_below`` counts documents.
    """

    max_factor: float = Field(gt=1)
    ignore_below: int = Field(30, ge=1)
    success_keys: ClassVar[tuple[str, ...]] = ("max_factor", *_HistoryExpectation.success_keys)
    says: ClassVar[str] = "Documents give about as many rows as in the releases before."

    def _bounds(self, now: Measure, past: list[Measure]) -> tuple[float, float]:
        # What one document gives varies about as much as it is; a mean of many by that over the root of their number.
        chance = 1 + _STANDARD_ERRORS / math.sqrt(now.row_count)
        return _usual(past) / self.max_factor / chance, _usual(past) * self.max_factor * chance

    def _told(self, measure: Measure) -> str:
        return f"{measure.amount:.3g} a document in {measure.row_count:,}"

    def _expected(self, past: list[Measure], now: Measure) -> str:
        low, high = self._bounds(now, past)
        return f"{low:.3g} to {high:.3g} ({_usual(past):.3g}, {_of_releases(past)})"


class ExpectRowCountsToKeepUpWithTheReleasesBefore(_HistoryExpectation):
    """The rows of each group do not fall below a share of what they were; one that is gone has none.

    Args:
        min_share: Of the count before, the least that passes.
    """

    min_share: float = Field(gt=0, le=1)
    success_keys: ClassVar[tuple[str, ...]] = ("min_share", *_HistoryExpectation.success_keys)
    says: ClassVar[str] = "No group has lost rows since the releases before beyond its bound."

    def _compared(self) -> Iterator[tuple[str | None, Measure, list[Measure]]]:
        history, wanted = current_lookup().history, (self.of, self._metric(), None, self.by)
        for place in {place for release in history.past[:1] for place in release if place[:4] == wanted}:
            past = [release[place] for release in history.past if place in release]
            if len(past) >= self.min_releases and past[0].row_count >= self.ignore_below:
                yield place.group_value, history.now.get(place, Measure(0, 0)), past

    def _is_off(self, now: Measure, past: list[Measure]) -> bool:
        return now.row_count < self.min_share * past[0].row_count

    def _told(self, measure: Measure) -> str:
        return f"{measure.row_count:,} rows"

    def _expected(self, past: list[Measure], now: Measure) -> str:
        return f"at least {self.min_share * past[0].row_count:,.0f} ({past[0].row_count:,} in the last release)"


class ExpectValuesToBeKnownFromTheReleasesBefore(_HistoryExpectation):
    """A column holds no values that none of the releases before held, but a few.

    Args:
        column: The column, of codes.
        min_rows: A new value that fewer rows hold is passed over.
        max_count: How many new values may come at once.
    """

    column: str
    min_rows: int = Field(5, ge=1)
    max_count: int = Field(0, ge=0)
    success_keys: ClassVar[tuple[str, ...]] = ("column", "min_rows", "max_count", *_HistoryExpectation.success_keys)
    says: ClassVar[str] = "Codes are those met before."

    def _new_values(self) -> list[tuple[int, str]] | None:
        """Counts and values never met; None where there is too little history."""
        history = current_lookup().history
        wanted = (self.of, self._metric(), self.column, None, None)
        known = [{place: found for place, found in release.items() if place[:5] == wanted} for release in history.past]
        known = [release for release in known if sum(item.row_count for item in release.values()) >= self.ignore_below]
        if len(known) < self.min_releases:
            return None
        met: set[Place] = {place for release in known for place in release}
        found = [
            (-measure.row_count, str(place.value))
            for place, measure in history.now.items()
            if place[:5] == wanted and place not in met and measure.row_count >= self.min_rows
        ]
        return [(-count, value) for count, value in sorted(found)]

    def judge(self) -> tuple[bool, object]:
        new = self._new_values()
        if new is None:
            return True, "too few rows or releases to compare"
        told = ", ".join(f"{value} ({count:,} rows)" for count, value in new[: 2 * MOST_TOLD])
        more = f" and {len(new) - 2 * MOST_TOLD} more" if len(new) > 2 * MOST_TOLD else ""
        return len(
            new
        ) <= self.max_count, f"never met before: {told}{more}" if new else "none that was never met before"

    def expected(self) -> str | None:
        return f"at most {self.max_count} never met before, of those that {self.min_rows} rows hold"
