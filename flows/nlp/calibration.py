"""Gives ``confidence`` its meaning: the share of annotated rows of this raw score that were right.

The raw score is a product of doubts; which share of such rows is right was counted on annotated texts
(``tests/eval/calibrate.py``) and stands in ``confidence_calibration.csv``. Between two points the line is straight,
as in isotonic calibration with interpolation (Zadrozny and Elkan, 2002).
"""

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from flows.nlp.lexicon import Row, read_table


class CalibrationRow(Row):
    """One point: rows scored ``raw`` were right in the share ``calibrated``, of ``annotated_count`` around it."""

    point_id: str
    subject: str
    raw: float
    calibrated: float
    annotated_count: int
    source: str


class Calibration:
    """Raw score to share right, for one kind of finding."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        self._raw = [raw for raw, _ in points]
        self._share = [share for _, share in points]

    def apply(self, raw: float) -> float:
        """The share of annotated rows of this score that were right; 0 to 1, rising with ``raw``."""
        place = bisect_right(self._raw, raw)
        if place == 0:
            return self._share[0]
        if place == len(self._raw):
            return self._share[-1]
        left, right = self._raw[place - 1], self._raw[place]
        part = (raw - left) / (right - left)
        return round(self._share[place - 1] + part * (self._share[place] - self._share[place - 1]), 4)


def load_calibration(subject: str, user_dirs: tuple[Path, ...] = ()) -> Calibration:
    """The points of one subject (``figure``), in order of their raw score."""
    rows = [row for row in read_table("confidence_calibration", CalibrationRow, user_dirs) if row.subject == subject]
    return Calibration(sorted((row.raw, row.calibrated) for row in rows))
