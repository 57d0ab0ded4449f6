"""Text for logs and terminals does nothing there."""

from hypothesis import given
from hypothesis import strategies as st

from flows.safe_text import for_log


def test_escapes_and_breaks_are_spelt_out():
    assert for_log("a\x1b[31m\nb\u202ec") == "a\\x1b[31m\\nb\\u202ec"


def test_plain_text_of_any_language_stays():
    assert for_log("Zürich, 北京 – Київ") == "Zürich, 北京 – Київ"


@given(st.text())
def test_one_printable_line(text):
    line = for_log(text)
    assert line.isprintable()
    assert len(for_log(text * 100)) <= 200
