"""Where sentences begin, before the parser has a say."""

import pytest
import spacy

from flows.nlp.components.paragraphs import mark_paragraph_starts
from flows.nlp.spans import register_extensions


@pytest.fixture(scope="module")
def tokenizer():
    register_extensions()
    return spacy.blank("en")


def starts(tokenizer, text: str, title: str | None = None) -> list[str]:
    doc = tokenizer(text)
    doc._.title = title
    return [token.text for token in mark_paragraph_starts(doc) if token.i and token.is_sent_start]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LAGOS, June 12 (Reuters) - Nigeria plans to pump more.", ["Nigeria"]),
        ("Oil steadies\n\nOSLO, May 3 (AP) — Brent rose.", ["OSLO", "Brent"]),
        ("Oil steadies as traders wait\nOSLO, May 3 (AP) — Brent rose.", ["OSLO", "Brent"]),
        ("The ministers met in Oslo.\nThey will meet again.", ["They"]),
        ("The ministers met in\nOslo and talked.", []),
        ("Ministers met in Oslo, May 3 or not.", []),
    ],
)
def test_breaks_and_datelines(tokenizer, text, expected):
    assert starts(tokenizer, text) == expected


def test_a_title_on_the_first_line_is_a_sentence(tokenizer):
    title = "Profit slumps as strike looms"
    assert starts(tokenizer, f"{title}\nCarmaker Orlin said so on Monday", title) == ["Carmaker"]


def test_an_agency_of_the_users_own_stands_in_datelines(tokenizer, tmp_path):
    table = tmp_path / "news_agencies.csv"
    table.write_text("form,agency_name,example,source\nFjordwire,Fjordwire,OSLO (Fjordwire) -,the user\n")
    doc = tokenizer("Oslo (Fjordwire) - Brent rose.")
    assert [token.text for token in mark_paragraph_starts(doc, (tmp_path,)) if token.i and token.is_sent_start] == [
        "Brent"
    ]
