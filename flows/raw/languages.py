"""Which language a text is in: by its script, by its commonest words, by py3langid."""

import re
from functools import lru_cache
from typing import Any

# Languages that news is written in. The model knows 140 more, which short texts are mistaken for.
_CANDIDATES = (
    "ar az be bg bn bs ca cs da de el en es et eu fa fi fr gl gu he hi hr hu hy id is it ja ka kk kn ko ky lt lv "
    "mk ml mn mr ms my nb ne nl nn pa pl ps pt ro ru si sk sl sq sr sv sw ta te tg th tk tr uk ur uz vi zh"
).split()
_SAMPLE_CHARS = 1_200
# A word of these in twelve is English beyond doubt; other languages share at most a few of them.
_ENGLISH = frozenset(
    "the of and to in is are was were that for with by from has have had said says will would which its their "
    "this on at as it he they been after over up down more than about new year".split()
)
_ENGLISH_SHARE = 1 / 6
_SURE = 0.6
# Against what metadata says.
_CERTAIN = 0.9
_WORDS = re.compile(r"[^\W\d_]+")
# One language has the script to itself (or nearly, in news); Latin, Cyrillic and Arabic need a look at words.
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
)
_NAMES = {
    "english": "en", "russian": "ru", "chinese": "zh", "german": "de", "french": "fr", "spanish": "es", "arabic": "ar",
    "japanese": "ja", "korean": "ko", "portuguese": "pt", "italian": "it", "turkish": "tr", "ukrainian": "uk",
    "eng": "en", "rus": "ru", "zho": "zh", "chi": "zh", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es",
    "ara": "ar", "jpn": "ja", "kor": "ko", "por": "pt", "ita": "it", "tur": "tr", "ukr": "uk",
    "no": "nb", "iw": "he", "in": "id",
}  # fmt: skip


def language_code(stated: str | None) -> str | None:
    """ISO 639-1 of what metadata says: "en-US", "EN", "English" and "eng" are ``en``; None where it is none.

    Examples:
        >>> language_code("en_GB"), language_code("und")
        ('en', None)
    """
    if not stated:
        return None
    primary = re.split(r"[-_ ]", stated.strip().lower(), maxsplit=1)[0]
    code = _NAMES.get(primary, primary)
    return code if len(code) == 2 and code in _CANDIDATES else None


def detect_language(text: str, *, hint: str | None = None) -> str | None:
    """The language that most of a text is in, as ISO 639-1.

    Args:
        text: The body.
        hint: What metadata or the page says; taken unless the text clearly speaks against it, since
            feeds call everything English.

    Returns:
        None where the text does not tell: numbers alone, three names.
    """
    sample = _sample(text)
    words = _WORDS.findall(sample.lower())
    if not words:
        return hint
    script = _own_script(sample, hint)
    if script is not None:
        return script
    # A text half English is read as English: nothing is lost by reading it, all by leaving it.
    english = sum(word in _ENGLISH for word in words)
    latin = sum(word.isascii() for word in words)
    if english >= 2 and english >= _ENGLISH_SHARE * latin and latin >= 0.4 * len(words):
        return "en"
    code, confidence = _identifier().classify(sample)
    if hint is not None and hint in _own_alphabets(sample) and not (len(words) >= 12 and confidence >= _CERTAIN):
        return hint
    if confidence >= _SURE or (len(words) >= 20 and confidence >= _SURE / 2):
        return str(code)
    # Headlines and tickers: too short to be sure of, yet English is among the likely ones or words speak for it.
    if english and latin == len(words):
        return "en"
    likely = [str(name) for name, _ in _identifier().rank(sample)[:3]]
    if "en" in likely and sample.isascii() and len(words) >= 3:
        return "en"
    return str(code) if confidence >= _SURE / 2 else None


def _sample(text: str) -> str:
    """Pieces from the beginning, the middle and before the end: the beginning alone may be a byline."""
    if len(text) <= _SAMPLE_CHARS:
        return text
    piece = _SAMPLE_CHARS // 3
    middle = len(text) // 2
    return "\n".join((text[:piece], text[middle : middle + piece], text[-2 * piece : -piece]))


def _own_script(sample: str, hint: str | None) -> str | None:
    if sample.isascii():
        return None
    latin = sum(len(word) for word in re.findall("[A-Za-z]+", sample))
    for code, pattern in _SCRIPTS:
        count = len(pattern.findall(sample))
        # A Chinese character says as much as three letters; Japanese and Korean mix their own with Chinese ones.
        if 3 * count > latin and count >= 2:
            return code
    return None


def _own_alphabets(sample: str) -> tuple[str, ...]:
    """The languages that may be written as most of the sample is; empty where it does not matter."""
    cyrillic = len(re.findall("[\u0400-\u04ff]", sample))
    arabic = len(re.findall("[\u0600-\u06ff]", sample))
    latin = len(re.findall("[A-Za-z\u00c0-\u024f]", sample))
    if cyrillic >= max(latin, arabic):
        return ("ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "mn", "tg", "uz")
    if arabic >= latin:
        return ("ar", "fa", "ur", "ps")
    other = {
        "ru",
        "uk",
        "be",
        "bg",
        "mk",
        "kk",
        "ky",
        "mn",
        "tg",
        "ar",
        "fa",
        "ur",
        "ps",
        "zh",
        "ja",
        "ko",
        "he",
        "el",
        "th",
        "hy",
        "ka",
    }
    return tuple(code for code in _CANDIDATES if code not in other)


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in _CANDIDATES if code in identifier.labels])
    return identifier
