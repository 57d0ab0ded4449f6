"""The alias trie: what fits, what case says, and that its cost does not grow with the table."""

import random
import string
import time

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.nlp.aliases import ANY, CASED, EXACT, Alias, AliasMatcher, case_fits

NLP = spacy.blank("en")


def matcher(*names: str, match: str = CASED) -> AliasMatcher:
    built = AliasMatcher(NLP)
    for name in names:
        built.add(name, (name, match, "name", frozenset(), False))
    return built


def found(built: AliasMatcher, text: str) -> list[str]:
    doc = NLP(text)
    return [doc[hit.start : hit.end].text for hit in built.find(doc)]


def test_the_longest_name_wins():
    built = matcher("Nord Stream", "Nord Stream 2", "Nord Stream 2 AG")
    assert found(built, "Nord Stream 2 AG built Nord Stream 2 beside Nord Stream.") == [
        "Nord Stream 2 AG",
        "Nord Stream 2",
        "Nord Stream",
    ]


def test_a_longer_name_that_breaks_off_leaves_the_shorter():
    assert found(matcher("Bank of China", "Bank of China Tower East"), "Bank of China Tower West") == ["Bank of China"]


def test_names_do_not_overlap():
    assert found(matcher("New York", "York City"), "New York City") == ["New York"]


@pytest.mark.parametrize(
    ("words", "alias", "fits"),
    [
        (["Power", "of", "Siberia"], Alias(("Power", "of", "Siberia"), "x"), True),
        (["POWER", "OF", "SIBERIA"], Alias(("Power", "of", "Siberia"), "x"), True),
        (["Power", "Of", "Siberia"], Alias(("Power", "of", "Siberia"), "x"), True),
        (["power", "of", "Siberia"], Alias(("Power", "of", "Siberia"), "x"), False),
        (["turkey"], Alias(("Turkey",), "x"), False),
        (["who"], Alias(("WHO",), "x", EXACT), False),
        (["Who"], Alias(("WHO",), "x", EXACT), False),
        (["Opec"], Alias(("OPEC",), "x"), False),
        (["Nord", "Stream", "Pipeline"], Alias(("Nord", "Stream", "pipeline"), "x"), True),
        (["natural", "GAS"], Alias(("Natural", "gas"), "x", ANY), True),
    ],
)
def test_case_decides(words, alias, fits):
    assert case_fits(words, alias) is fits


def test_dashes_and_apostrophes_are_one():
    built = matcher("Yamal-Europe", "People's Daily")
    assert found(built, "Yamal–Europe in the People’s Daily") == ["Yamal–Europe", "People’s Daily"]


def test_a_name_is_cut_into_the_tokens_that_a_text_is_cut_into():
    names = [
        "U.S. Steel",
        "AT&T",
        "Côte d'Ivoire",
        "Moody's",
        "Baku-Tbilisi-Ceyhan",
        "OPEC+",
        "G7",
        "Sana'a",
        "H.D. Deve Gowda",
    ]
    for name in names:
        assert found(matcher(name), f"Then {name} came.") == [name]


def test_aliases_of_one_written_form_keep_their_order():
    built = AliasMatcher(NLP)
    built.add("CPC", ("org:first", EXACT, "name", frozenset(), True))
    built.add("CPC", ("org:second", EXACT, "name", frozenset(), False))
    (hit,) = built.find(NLP("CPC said"))
    assert [alias.entity_id for alias in hit.aliases] == ["org:first", "org:second"]


@settings(deadline=None, max_examples=60)
@given(st.text())
def test_any_text_is_survived_and_hits_stand_in_order(text):
    doc = NLP(text)
    last = 0
    for hit in matcher("a", "A b", "China", "“", "…").find(doc):
        assert last <= hit.start < hit.end <= len(doc)
        last = hit.end


def test_fifty_thousand_aliases_cost_no_more_per_token_than_a_hundred():
    draw = random.Random(7)
    words = ["".join(draw.choices(string.ascii_lowercase, k=draw.randint(4, 9))).capitalize() for _ in range(60_000)]
    small, large = AliasMatcher(NLP), AliasMatcher(NLP)
    for index in range(50_000):
        name = f"{words[index]} {words[-index]}"
        large.add(name, (name, CASED, "name", frozenset(), False))
        if index < 100:
            small.add(name, (name, CASED, "name", frozenset(), False))
    doc = NLP(" ".join(draw.choices([word.lower() for word in words], k=30_000)))

    def cost(built: AliasMatcher) -> float:
        times = []
        for _ in range(5):
            begun = time.process_time()
            built.find(doc)
            times.append(time.process_time() - begun)
        return min(times)

    # Loose: other work shares the machine. A matcher that looks at every alias would be 500 times slower.
    assert cost(large) < 60 * cost(small)


@pytest.mark.parametrize("chunk", ["Al-Hilal", "Saint-Étienne", "Deir-ez-Zor", "I-Kiribati", "Rolls-Royce", "X-Men"])
def test_a_hyphen_parts_a_name_as_the_tokenizer_parts_a_text(chunk):
    nlp = spacy.blank("en")
    assert AliasMatcher(nlp).words_of(chunk) == tuple(token.text for token in nlp.make_doc(chunk))
