"""Bytes to text: every encoding that news comes in, and what is no text."""

import os
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import InputRejected
from flows.raw.decoding import decode, repair_mojibake

TEXTS = {
    "cp1252": "The café’s “price” of €50 – in Zürich, a naïve señor said.\n" * 10,
    "cp1251": "Экспорт зерна вырос на пять процентов, сообщило министерство. " * 5,
    "koi8_r": "Экспорт зерна вырос на пять процентов, сообщило министерство. " * 5,
    "cp1250": "Ministr průmyslu řekl, že dodávky plynu vzrostly o pět procent. Žluťoučký kůň. " * 5,
    "gb18030": "两国签署了新的天然气协议，双方将扩大合作，出口增长百分之五。" * 5,
    "shift_jis": "首相は隣国を訪問した。天然ガスの輸入が増加した。" * 5,
    "euc_kr": "정부는 천연가스 수입을 늘렸다. 이웃 나라와 협력한다." * 5,
    "cp1254": "İki ülke arasındaki doğal gaz anlaşması imzalandı, şirket açıkladı. " * 5,
    "cp1256": "وقعت الدولتان اتفاقا جديدا لتوريد الغاز الطبيعي " * 5,
    "utf-8": "Grüße, 世界, мир",
    "utf-8-sig": "Grüße, 世界, мир",
    "utf-16": "Grüße, 世界, мир",
    "utf-32": "Grüße, 世界, мир",
    "utf-16-le": "Exports rose by five percent to three million tonnes.",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_an_encoding_is_told(encoding):
    decoded = decode(TEXTS[encoding].encode(encoding))
    assert decoded.text == TEXTS[encoding]
    assert decoded.note is None


def test_the_encoding_a_page_declares_goes_before_a_guess():
    assert decode("Цена".encode("koi8_r"), declared="koi8-r").text == "Цена"


def test_lines_of_two_encodings_are_each_read():
    raw = "Erste Zeile – gut.\n".encode() + "Zweite „Zeile“ für Käufer".encode("cp1252") + b"\nThird\n"
    decoded = decode(raw)
    assert decoded.text == "Erste Zeile – gut.\nZweite „Zeile“ für Käufer\nThird\n"
    assert decoded.encoding == "mixed"
    assert "1 of 4 lines" in decoded.note


def test_two_encodings_in_one_line_are_both_read():
    assert decode("Zürich – Köln ".encode() + "Münster".encode("cp1252")).text == "Zürich – Köln Münster"


def test_a_text_cut_in_the_middle_of_a_letter_is_kept():
    decoded = decode("Grüße – ".encode()[:-2])
    assert decoded.text == "Grüße \N{REPLACEMENT CHARACTER}"
    assert "cut off" in decoded.note


@pytest.mark.parametrize(
    "raw", [b"%PDF-1.7\n...", b"PK\x03\x04" + bytes(50), b"\x89PNG\r\n", bytes(500), os.urandom(5000)]
)
def test_what_is_no_text_is_refused(raw):
    with pytest.raises(InputRejected, match="binary") as refused:
        decode(raw)
    assert refused.value.stage == "decode"


@pytest.mark.parametrize(
    ("broken", "repaired"),
    [
        ("Chinaâ€™s cafÃ©", "China’s café"),
        ("â€œFiveâ€\x9d degrees: 5 Â°C, â‚¬50", "“Five” degrees: 5 °C, €50"),
        ("ÐŸÐ¾Ñ€Ñ‚", "Порт"),
        ("naïve Ã la carte in SÃO PAULO", "naïve Ã la carte in SÃO PAULO"),
    ],
)
def test_mojibake_is_repaired_and_real_letters_stay(broken, repaired):
    assert repair_mojibake(broken) == repaired


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_utf_8_is_read_as_it_is(text):
    raw = text.encode()
    if not raw.startswith(
        (b"%PDF-", b"PK", b"MZ", b"BZh", b"GIF8", b"Rar!", b"OggS", b"ID3", b"PAR1", b"\xef\xbb\xbf")
    ):
        assert decode(raw).text == text


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw):
    with suppress(InputRejected):
        assert isinstance(decode(raw).text, str)
