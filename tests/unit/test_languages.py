"""Which language a text is in; English above all must not be missed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.raw.languages import detect_language, language_code


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Exports rose 5% to 3 million tonnes.", "en"),
        ("Gas up 3%", "en"),
        ("GAZPROM SAYS EXPORTS UP", "en"),
        ("OPEC+ cuts output by 1 mb/d", "en"),
        ("France and Germany agree deal", "en"),
        ("Die Exporte stiegen um fünf Prozent auf drei Millionen Tonnen.", "de"),
        ("Le président a annoncé un accord sur le gaz avec l'Algérie.", "fr"),
        ("El gobierno español anunció un acuerdo sobre el gas.", "es"),
        ("Экспорт газа вырос на пять процентов, сообщило министерство энергетики в понедельник.", "ru"),
        ("Україна та Польща домовилися про експорт зерна.", "uk"),
        ("两国签署了新的天然气协议。", "zh"),
        ("首相は隣国を訪問した。", "ja"),
        ("정부는 천연가스 수입을 늘렸다.", "ko"),
        ("وقعت الدولتان اتفاقا جديدا لتوريد الغاز الطبيعي", "ar"),
        ("The ministers signed the deal in the capital. 两国签署了协议。", "en"),
        ("12 34", None),
        ("", None),
    ],
)
def test_a_language_is_told(text, language):
    assert detect_language(text) == language


def test_a_hint_helps_where_the_text_does_not_tell():
    assert detect_language("Brent: 82.10", hint="en") == "en"
    assert detect_language("", hint="en") == "en"


def test_a_hint_against_the_text_is_not_taken():
    assert detect_language("两国签署了新的天然气协议。", hint="en") == "zh"
    german = (
        "Die Exporte stiegen im vergangenen Jahr um fünf Prozent auf drei Millionen Tonnen, teilte das Ministerium mit."
    )
    assert detect_language(german, hint="en") == "de"


@pytest.mark.parametrize(
    ("stated", "code"),
    [("en-US", "en"), ("EN", "en"), ("English", "en"), ("eng", "en"), ("und", None), ("xx", None), (None, None)],
)
def test_a_code_of_what_is_stated(stated, code):
    assert language_code(stated) == code


@given(st.text(max_size=300))
def test_any_text_has_a_language_or_none(text):
    found = detect_language(text)
    assert found is None or len(found) == 2
