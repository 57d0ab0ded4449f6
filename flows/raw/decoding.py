"""Bytes to text: byte order marks, UTF-8, declared and guessed legacy encodings, and mixtures of them."""

import codecs
import re
from dataclasses import dataclass

from flows.errors import InputRejected

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Formats that are no text, by their first bytes. UTF-16 is told from binary by its byte order mark.
_MAGIC = (
    b"%PDF-", b"\x89PNG", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"\x7fELF", b"GIF8", b"\xff\xd8\xff",
    b"BZh", b"MZ\x90", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"SQLite format 3\0", b"PAR1", b"OggS", b"ID3",
    b"\xd0\xcf\x11\xe0", b"\x00\x00\x01\x00",
)  # fmt: skip
# Longest first: the mark of UTF-32 begins as the mark of UTF-16 does.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What newspapers were printed in. Few on purpose: each further one makes a wrong guess likelier.
_LEGACY = [
    "cp1252", "cp1251", "cp1250", "koi8_r", "cp866", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr",
    "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
]  # fmt: skip
_WESTERN = "cp1252"
# Letters that Western and Central European text have most of beyond ASCII, printing marks and symbols included.
_WESTERN_BYTES = frozenset(
    "äöüÄÖÜßéèêëàâáãçñóòôõíìîïúùûœæøåÅØÆÉÈÀÂÁÇÑÓ«»“”‘’–—…€£°²³½·©®\xa0§•".encode(_WESTERN),
)
_SAMPLE_BYTES = 64_000
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x0b\x1b\0")
# Above this share of control bytes, or of bytes that no encoding explains, it is no text.
_MAX_CONTROL_SHARE = 0.02
_MAX_LOST_SHARE = 0.02

_LEADS = "ÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïð"
# UTF-8 read as Windows-1252: a lead byte's character, then one to three continuation bytes' characters.
_MOJIBAKE = re.compile(
    "["
    + _LEADS
    + "](?:[\x80-\xbf]|["
    + "".join(re.escape(bytes([b]).decode("cp1252", "ignore")) for b in range(0x80, 0xC0))
    + "]){1,3}"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and how its bytes were read.

    Attributes:
        encoding: Python's name of the encoding; ``mixed`` where lines differ.
        note: What had to be guessed or given up, for ``quality.rejected_inputs``; None where all was plain.
    """

    text: str
    encoding: str
    note: str | None = None


def decode(raw: bytes, *, declared: str | None = None) -> Decoded:
    """Read bytes as text, losing as little as can be.

    Order: byte order mark, UTF-8, the encoding that a page declares, a mixture of UTF-8 with lines in
    a legacy encoding, one legacy encoding.

    Args:
        declared: What the input says of itself, such as the ``charset`` of an HTML page.

    Raises:
        InputRejected: No text: a binary format, or bytes that no encoding explains.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            text = raw.decode(encoding, "replace")
            return Decoded(text, encoding, _lost_note(text, encoding))
    bare = _utf16_without_mark(raw)
    if bare is not None:
        return Decoded(raw.decode(bare, "replace"), bare)
    _refuse_binary(raw)
    try:
        return Decoded(raw.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start > 0:
            text = raw[: error.start].decode("utf-8") + REPLACEMENT
            return Decoded(text, "utf-8", "cut off in the middle of its last character")
    if declared is not None and (said := _as_declared(raw, declared)) is not None:
        return said
    return _decode_legacy(raw)


def _as_declared(raw: bytes, declared: str) -> Decoded | None:
    try:
        name = codecs.lookup(declared).name
        # Pages that say latin-1 are written in Windows-1252, as browsers take for granted.
        name = _WESTERN if name in ("iso8859-1", "ascii") else name
        return None if name == "utf-8" else Decoded(raw.decode(name), name)
    except (LookupError, UnicodeDecodeError):
        return None


def _utf16_without_mark(raw: bytes) -> str | None:
    head = raw[:2000]
    half = len(head) // 2
    if half < 8 or b"\0" not in head:
        return None
    even, odd = head[0 : half * 2 : 2].count(0), head[1 : half * 2 : 2].count(0)
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _refuse_binary(raw: bytes) -> None:
    head = raw[:_SAMPLE_BYTES]
    if head.startswith(_MAGIC):
        raise InputRejected("binary: a known format that is no text", stage="decode")
    controls = len(head) - len(head.translate(None, _CONTROLS))
    nulls = head.count(0)
    if controls > _MAX_CONTROL_SHARE * len(head) or nulls > 0.3 * len(head):
        raise InputRejected(f"binary: {controls + nulls} control bytes in the first {len(head)}", stage="decode")


def _decode_legacy(raw: bytes) -> Decoded:
    lines = raw.split(b"\n")
    broken = [line for line in lines if not _is_utf8(line)]
    has_utf8 = any(not line.isascii() and _is_utf8(line) for line in lines) or any(_has_utf8(line) for line in broken)
    encoding = guess_encoding(b"\n".join(broken))
    if not has_utf8:
        text = raw.decode(encoding, "replace")
        lost = text.count(REPLACEMENT)
        if lost > _MAX_LOST_SHARE * len(text):
            raise InputRejected(f"no encoding fits: {lost} of {len(text)} characters cannot be read", stage="decode")
        return Decoded(text, encoding, _lost_note(text, encoding))
    text = "\n".join(_decode_line(line, encoding) for line in lines)
    lost = text.count(REPLACEMENT)
    if lost > _MAX_LOST_SHARE * len(text):
        raise InputRejected(f"no encoding fits: {lost} of {len(text)} characters cannot be read", stage="decode")
    note = f"mixed encodings: {len(broken)} of {len(lines)} lines are no UTF-8 and were read as {encoding}"
    return Decoded(text, "mixed", note + (f"; {lost} characters cannot be read" if lost else ""))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


_UTF8_SEQUENCE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def _has_utf8(line: bytes) -> bool:
    """Whether a broken line is UTF-8 for the greater part: more whole sequences than stray bytes."""
    high = sum(byte >= 0x80 for byte in line)
    whole = sum(len(found) for found in _UTF8_SEQUENCE.findall(line))
    return 2 * whole > high


def _decode_line(line: bytes, encoding: str) -> str:
    if _is_utf8(line):
        return line.decode("utf-8")
    if not _has_utf8(line):
        return line.decode(encoding, "replace")
    pieces, position = [], 0
    for match in _UTF8_SEQUENCE.finditer(line):
        pieces += [line[position : match.start()].decode(encoding, "replace"), match.group().decode("utf-8", "replace")]
        position = match.end()
    return "".join(pieces) + line[position:].decode(encoding, "replace")


def guess_encoding(raw: bytes) -> str:
    """The legacy encoding that bytes which are no UTF-8 are most likely in; Windows-1252 where nothing tells."""
    from charset_normalizer import from_bytes

    sample = raw[:_SAMPLE_BYTES]
    high = [byte for byte in sample if byte >= 0x80]
    # Few high bytes, or all of them Western: too little for statistics, and Windows-1252 is what it mostly is.
    is_western = len(high) < 0.35 * len(sample) and all(byte in _WESTERN_BYTES for byte in high)
    if len(high) < 4 or is_western:
        return _WESTERN
    best = from_bytes(sample, cp_isolation=_LEGACY, steps=5, chunk_size=512).best()
    if best is None:
        return _WESTERN
    return _WESTERN if _WESTERN in best.could_be_from_charset else str(best.encoding)


def _lost_note(text: str, encoding: str) -> str | None:
    lost = text.count(REPLACEMENT)
    return f"read as {encoding}: {lost} characters cannot be read" if lost else None


def repair_mojibake(text: str) -> str:
    """UTF-8 that someone before us read as Windows-1252, back to what it was: "â€™" to "’".

    Only sequences that are whole UTF-8 characters change, so "Ã la carte" and "naïve" stay.

    Examples:
        >>> repair_mojibake("Chinaâ€™s cafÃ©")
        'China’s café'
    """
    if not _MOJIBAKE.search(text):
        return text
    return _MOJIBAKE.sub(_repaired, text)


def _repaired(match: re.Match[str]) -> str:
    surface = match.group()
    try:
        raw = b"".join(
            char.encode("cp1252") if ord(char) > 0xFF or not 0x80 <= ord(char) < 0xA0 else bytes([ord(char)])
            for char in surface
        )
    except UnicodeEncodeError:
        return surface
    for end in range(len(raw), 1, -1):
        try:
            return raw[:end].decode("utf-8") + surface[end:]
        except UnicodeDecodeError:
            continue
    return surface
