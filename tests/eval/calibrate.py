"""Counts how often a figure of a raw confidence is right, and writes the calibration table.

``python -m tests.eval.calibrate``             prints the reliability of the published confidence, dev and held
``python -m tests.eval.calibrate --write``     fits the raw scores anew

Fitted on the held sets, as shares alone: the dev sets, which the reader was repaired with, would promise too much.
Right means: value, unit, comparator, direction, and whatever else of what, period, status is annotated.
"""

import argparse
import csv
from collections.abc import Iterator
from datetime import date
from itertools import groupby, pairwise
from operator import itemgetter
from unittest.mock import patch

from flows.nlp.calibration import Calibration
from flows.nlp.pipeline import Text, build_nlp, extract_all
from flows.paths import SEEDS
from flows.records import Figure
from tests.eval.matching import figure_fields, names_of, pairs, place, same_number
from tests.eval.score import MODEL, read_set, sets

TABLE = SEEDS / "confidence_calibration.csv"
JUDGED = frozenset({"unit", "comparator", "direction", "what", "period", "status", "kind"})
SMALLEST_POOL = 25
"""Fewer annotated rows than this are no share to publish."""


def judged(nlp: object, which: str) -> Iterator[tuple[Figure, bool]]:
    """Every figure found in the ``dev`` or ``held`` sets, and whether it is right."""
    for name in sets():
        if f".{which}" not in name:
            continue
        rows = [row for row in read_set(name) if "figures" in row]
        texts = [
            Text(
                row["id"],
                row["text"],
                date.fromisoformat(row["published_on"]) if row.get("published_on") else None,
                row.get("title"),
            )
            for row in rows
        ]
        for row, findings in zip(rows, extract_all(nlp, texts), strict=True):
            gold, found = row["figures"], findings.figures
            spans = [place(row["text"], item, "surface") for item in gold]
            matched = {
                f: g for g, f in pairs(gold, found, spans, lambda item, one: same_number(item["value"], one.value))
            }
            names, by_id = names_of(findings), {one.figure_id: one for one in found}
            for index, figure in enumerate(found):
                is_right = index in matched and all(
                    right
                    for field, right in figure_fields(gold[matched[index]], figure, names, by_id)
                    if field in JUDGED
                )
                yield figure, is_right


def pooled(rows: list[tuple[float, bool]]) -> list[tuple[float, float, int]]:
    """Isotonic regression by pooling adjacent violators: (mean raw score, share right, count), both rising."""
    pools: list[list[float]] = []  # sum of scores, number right, count
    for raw, group in groupby(sorted(rows), key=itemgetter(0)):
        rights = [is_right for _, is_right in group]
        pools.append([raw * len(rights), float(sum(rights)), float(len(rights))])
        while len(pools) > 1 and (
            pools[-2][2] < SMALLEST_POOL or pools[-2][1] / pools[-2][2] >= pools[-1][1] / pools[-1][2]
        ):
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    if len(pools) > 1 and pools[-1][2] < SMALLEST_POOL:
        last = pools.pop()
        pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    return [(round(raw / count, 4), round(right / count, 4), int(count)) for raw, right, count in pools]


def print_reliability(nlp: object, which: str) -> None:
    print(f"\n{which}: confidence published, share right, rows")
    rows = sorted((figure.confidence, right) for figure, right in judged(nlp, which))
    edges = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
    for low, high in pairwise(edges):
        inside = [(confidence, right) for confidence, right in rows if low <= confidence < high]
        if inside:
            mean = sum(confidence for confidence, _ in inside) / len(inside)
            share = sum(right for _, right in inside) / len(inside)
            print(f"  {low:.1f} to {min(high, 1.0):.1f}   {mean:.3f}   {share:.3f}   {len(inside):>4}")
    error = sum((confidence - right) ** 2 for confidence, right in rows) / len(rows)
    print(f"  Brier score {error:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="fit anew on the held sets")
    given = parser.parse_args()
    nlp = build_nlp(MODEL)
    if given.write:
        with patch.object(Calibration, "apply", lambda calibration, raw: raw):
            points = pooled([(figure.confidence, right) for figure, right in judged(nlp, "held")])
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("point_id", "subject", "raw", "calibrated", "annotated_count", "source"))
            for number, (raw, share, count) in enumerate(points, start=1):
                writer.writerow(
                    (f"figure-{number}", "figure", raw, share, count, "python -m tests.eval.calibrate --write")
                )
        print(f"{len(points)} points written to {TABLE.name}; run again to see the reliability")
        return
    for which in ("dev", "held"):
        print_reliability(nlp, which)


if __name__ == "__main__":
    main()
