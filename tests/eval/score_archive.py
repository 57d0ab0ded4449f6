"""Scores what is found out across documents on an archive written by hand, and holds it against the floors.

``python -m tests.eval.score_archive``                  stories, observations, events pairwise; shares of the others
``python -m tests.eval.score_archive --wrong``          with what was wrong, never of the half that is set aside
``python -m tests.eval.score_archive --raise-floors``   writes scores that are above their floors as the new floors

Truth is in ``archive/truth.json``: groups of places (document, surface) that belong together. Two places of one group
are a pair to be found; two of different groups are a pair that must not be. A figure or event is looked up by where it
stands, so that what the reader of text did not find counts against recall, and is told apart under ``--wrong``.
"""

import argparse
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flows.build import build
from flows.ingest import ingest
from flows.parse import parse
from flows.settings import Settings
from flows.warehouse import hold_lock, open_warehouse

FOLDER = Path(__file__).parent / "archive"
DOCUMENTS, TRUTH, FLOORS = FOLDER / "documents.jsonl", FOLDER / "truth.json", FOLDER / "floors.json"
RUN_ID = "archive"

Place = tuple[str, ...]
"""(document, surface) or (document, surface, which of several, from 0)."""


@dataclass(slots=True)
class Pairs:
    """Pairs that belong together, pairs that were put together, and those that are both."""

    wanted: int = 0
    found: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.wanted + self.found) if self.wanted + self.found else 1.0


@dataclass(slots=True)
class Share:
    right: int = 0
    total: int = 0

    @property
    def value(self) -> float:
        return self.right / self.total if self.total else 1.0


@dataclass(slots=True)
class Score:
    """Of one half of the archive: ``dev`` or ``held``."""

    pairs: dict[str, Pairs] = field(default_factory=lambda: defaultdict(Pairs))
    shares: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, is_right: bool, problem: str) -> None:
        self.shares[name].total += 1
        self.shares[name].right += is_right
        if not is_right:
            self.wrong.append(f"{name}: {problem}")

    def levels(self) -> dict[str, float]:
        pairwise = {
            f"{name}.{level}": round(getattr(pairs, level), 4)
            for name, pairs in self.pairs.items()
            for level in ("precision", "recall", "f1")
        }
        return pairwise | {name: round(share.value, 4) for name, share in self.shares.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """A figure or a mention of an event: where it stands, and the key of what it was put into."""

    start: int
    end: int
    surface: str
    row_id: str
    group_id: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the marts say of the archive, by the archive's own document ids."""

    bodies: dict[str, str]
    stories: dict[str, str]
    figures: dict[str, list[Row]]
    events: dict[str, list[Row]]
    values: dict[str, float]
    observations: dict[str, dict[str, Any]]
    targets: dict[str, dict[str, Any]]
    described: dict[str, str]

    def find(self, rows: dict[str, list[Row]], place: Place) -> list[Row]:
        """Rows that overlap the place, those first that cover most of it."""
        start, end = _span(self.bodies[place[0]], place)
        overlapping = [row for row in rows.get(place[0], ()) if row.start < end and start < row.end]
        return sorted(overlapping, key=lambda row: max(row.start, start) - min(row.end, end))

    def figure(self, place: Place) -> Row | None:
        return next(iter(self.find(self.figures, place)), None)


def _span(body: str, place: Place) -> tuple[int, int]:
    start = -1
    for _ in range(int(place[2]) + 1 if len(place) > 2 else 1):
        start = body.find(place[1], start + 1)
    if start < 0:
        raise ValueError(f"{place[1]!r} does not stand in the body of {place[0]}")
    return start, start + len(place[1])


def read_documents() -> list[dict[str, Any]]:
    with DOCUMENTS.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def read_truth() -> dict[str, list[dict[str, Any]]]:
    truth: dict[str, list[dict[str, Any]]] = json.loads(TRUTH.read_text(encoding="utf-8"))
    return truth


def make_ledger(home: Path) -> Ledger:
    """Run the archive through ingest, parse and build in ``home``, and read the marts."""
    settings = Settings(home=home, workers=1)
    with hold_lock(settings, command="archive"):
        with open_warehouse(settings) as connection:
            ingest(settings, connection, [DOCUMENTS], run_id=RUN_ID)
            parse(settings, connection, run_id=RUN_ID)
        build(settings, run_id=RUN_ID)
    return read_ledger(settings)


def read_ledger(settings: Settings) -> Ledger:
    named = {(row["publisher"], row["title"]): row["id"] for row in read_documents()}
    with open_warehouse(settings, read_only=True) as connection:

        def rows(sql: str) -> list[dict[str, Any]]:
            cursor = connection.execute(sql)
            columns = [column[0] for column in cursor.description or ()]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

        documents = rows("select document_id, publisher, title, body, story_id from marts.dim_documents")
        ids = {row["document_id"]: named[row["publisher"], row["title"]] for row in documents}
        observations = rows("select *, unnest(figure_ids) as figure_id from marts.fct_observations")
        group_of = {row["figure_id"]: row["observation_id"] for row in observations}
        figures, events = defaultdict(list), defaultdict(list)
        values, described = {}, {}
        for row in rows("select * from marts.fct_figures"):
            figures[ids[row["document_id"]]].append(_row(row, "figure_id", group_of.get(row["figure_id"], "")))
            values[row["figure_id"]] = float(row["canonical_value"] or row["value"])
        for row in rows("select * from intermediate.int_figures__compared"):
            described[row["figure_id"]] = " ".join(f"{name}={row[name]}" for name in _FIGURE_COLUMNS)
        for row in rows("select * from marts.fct_event_mentions"):
            events[ids[row["document_id"]]].append(_row(row, "event_mention_id", row["event_id"]))
        for row in rows("select * from marts.fct_events"):
            described[row["event_id"]] = " ".join(f"{name}={row[name]}" for name in _EVENT_COLUMNS)
        outcomes = rows("select * from marts.fct_target_outcomes")
    return Ledger(
        bodies={ids[row["document_id"]]: row["body"] for row in documents},
        stories={ids[row["document_id"]]: row["story_id"] for row in documents},
        figures=dict(figures),
        events=dict(events),
        values=values,
        observations={row["observation_id"]: row for row in observations},
        targets={row["observation_id"]: row for row in outcomes},
        described=described,
    )


_FIGURE_COLUMNS = (
    *("measure", "commodity", "party_key", "counted_noun", "kind", "unit_code", "period_start", "period_end"),
    *("change_basis", "status", "value"),
)
_EVENT_COLUMNS = ("event_type", "event_mode", "event_name", "status", "date_start", "date_end", "place_country_iso3")


def _row(row: dict[str, Any], key: str, group_id: str) -> Row:
    return Row(row["char_start"], row["char_end"], row["surface"], row[key], group_id)


def score_all(ledger: Ledger) -> dict[str, Score]:
    """The scores of the half that is looked at, and of the half that is set aside."""
    scores = {"dev": Score(), "held": Score()}
    truth = read_truth()
    held_documents = {
        document
        for kind in ("observations", "events")
        for group in truth[kind]
        if group["held"]
        for document, *_ in _places(group)
    } | {document for group in truth["stories"] if group["held"] for document in group["documents"]}
    for name, score in scores.items():
        is_held = name == "held"
        groups = {kind: [group for group in truth[kind] if group["held"] == is_held] for kind in truth}
        documents = sorted(id_ for id_ in ledger.bodies if (id_ in held_documents) == is_held)
        _score_stories(ledger, groups["stories"], documents, score)
        _score_observations(ledger, groups["observations"], score)
        _score_targets(ledger, groups["targets"], score)
        _score_groups("events", ledger, groups["events"], ledger.events, score)
    return scores


def _places(group: dict[str, Any]) -> list[Place]:
    return [tuple(place) for place in group["places"]]


def _score_stories(ledger: Ledger, groups: Iterable[dict[str, Any]], documents: Sequence[str], score: Score) -> None:
    story_of = {document: number for number, group in enumerate(groups) for document in group["documents"]}
    tally = score.pairs["stories"]
    for left, right in combinations(documents, 2):
        wanted = left in story_of and story_of.get(right) == story_of[left]
        found = ledger.stories[left] == ledger.stories[right]
        _count(tally, wanted, found)
        if wanted != found:
            score.wrong.append(f"stories: {left} and {right} {'are one' if wanted else 'are two'}")


def _score_observations(ledger: Ledger, groups: Sequence[dict[str, Any]], score: Score) -> None:
    _score_groups("observations", ledger, groups, ledger.figures, score)
    for group in groups:
        if "is_conflicting" not in group:
            continue
        told = [ledger.figure(place) for place in _places(group)]
        keys = {row.group_id for row in told if row and row.group_id}
        # The observation that most of the reports are in speaks for the group.
        key = max(
            sorted(keys), key=lambda key: sum(row is not None and row.group_id == key for row in told), default=""
        )
        observation = ledger.observations.get(key)
        name = f"{_places(group)[0]} ({group['note']})"
        conflict = observation["is_conflicting"] if observation else None
        score.add("conflicts", conflict == group["is_conflicting"], f"{name} is_conflicting is {conflict}")
        sources = observation["independent_source_count"] if observation else None
        score.add("sources", sources == group["independent_sources"], f"{name} has {sources} independent sources")
        if "best" in group:
            best = ledger.figure(tuple(group["best"]))
            first = observation["figure_ids"][0] if observation else None
            is_best = best is not None and first is not None and ledger.values[best.row_id] == ledger.values[first]
            score.add("best_values", is_best, f"{name} takes {ledger.described.get(str(first))}")


def _score_groups(
    kind: str, ledger: Ledger, groups: Sequence[dict[str, Any]], rows: dict[str, list[Row]], score: Score
) -> None:
    """Pairwise; an event may be told by several words of its place, a figure only by the one that fits best."""
    tally = score.pairs[kind]
    places = [(number, place) for number, group in enumerate(groups) for place in _places(group)]
    found_in: list[set[str]] = []
    for _, place in places:
        found = ledger.find(rows, place)
        chosen = found if kind == "events" else found[:1]
        found_in.append({row.group_id for row in chosen if row.group_id})
        if not chosen:
            score.wrong.append(f"{kind}: {place} was not read")
    for (left, right), (left_keys, right_keys) in zip(combinations(places, 2), combinations(found_in, 2), strict=True):
        wanted, found_together = left[0] == right[0], bool(left_keys & right_keys)
        _count(tally, wanted, found_together)
        if wanted != found_together and left_keys and right_keys:
            score.wrong.append(f"{kind}: {left[1]} and {right[1]} {'are one' if wanted else 'are two'}")
            for place in (left[1], right[1]):
                for row in ledger.find(rows, place)[: None if kind == "events" else 1]:
                    told = ledger.described.get(row.row_id) or ledger.described.get(row.group_id)
                    score.wrong.append(f"      {place[0]} {row.surface!r}: {told}")


def _count(tally: Pairs, wanted: bool, found: bool) -> None:
    tally.wanted += wanted
    tally.found += found
    tally.right += wanted and found


def _score_targets(ledger: Ledger, groups: Iterable[dict[str, Any]], score: Score) -> None:
    for group in groups:
        place = tuple(group["place"])
        figure = ledger.figure(place)
        told = ledger.targets.get(figure.group_id) if figure else None
        result = told["result"] if told else None
        reading = ledger.described.get(figure.row_id) if figure else "not read"
        score.add("targets", result == group["result"], f"{place} is {result}, not {group['result']}: {reading}")
        if group["outcome"]:
            outcome = ledger.observations.get(told["outcome_observation_id"] or "") if told else None
            figures = set(outcome["figure_ids"]) if outcome else set()
            documents = {id_ for id_, rows in ledger.figures.items() if any(row.row_id in figures for row in rows)}
            is_right = bool(documents & set(group["outcome"]))
            score.add("outcomes", is_right, f"{place} has its outcome in {sorted(documents)}, not {group['outcome']}")


def archive_digest() -> str:
    """Of documents and truth: an archive that changed is scored anew, it does not slip under an old floor."""
    return hashlib.sha256(DOCUMENTS.read_bytes() + TRUTH.read_bytes()).hexdigest()


def read_floors() -> dict[str, Any]:
    floors: dict[str, Any] = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {"scores": {}}
    return floors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true", help="print what was wrong in the half that is looked at")
    parser.add_argument("--raise-floors", action="store_true", help="a score above its floor becomes the floor")
    parser.add_argument("--home", type=Path, help="keep the warehouse here, to look into it")
    given = parser.parse_args()
    if given.home:
        scores = score_all(make_ledger(given.home))
    else:
        with TemporaryDirectory() as folder:
            scores = score_all(make_ledger(Path(folder)))
    floors = read_floors()
    for name, score in scores.items():
        print(f"\n{name}")
        for kind, pairs in score.pairs.items():
            shares = f"P {pairs.precision:.3f}  R {pairs.recall:.3f}  F1 {pairs.f1:.3f}"
            print(f"  {kind:<14} {shares}  pairs {pairs.wanted} wanted, {pairs.found} found")
        for kind, share in score.shares.items():
            print(f"  {kind:<14} {share.right} of {share.total}")
        kept = floors["scores"].setdefault(name, {})
        for level, value in score.levels().items():
            if value < kept.get(level, 0.0):
                print(f"  below its floor: {level} {value:.4f} < {kept[level]:.4f}")
            if given.raise_floors:
                kept[level] = max(value, kept.get(level, 0.0))
    if given.wrong:
        print("\n".join(["", *scores["dev"].wrong]))
    if given.raise_floors:
        floors["archive_sha256"] = archive_digest()
        FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
