"""Text from outside, made harmless for logs and terminals: text is data and does nothing there."""

import unicodedata

MAX_LOGGED_CHARS = 200

# Controls (escapes among them), formats (bidirectional overrides), lone surrogates, line and paragraph separators.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"})


def for_log(text: object, *, limit: int = MAX_LOGGED_CHARS) -> str:
    r"""One line that a terminal prints as it stands.

    Args:
        text: Anything; names of files and pieces of documents above all.
        limit: Longest result in characters; what is cut leaves an ellipsis.

    Examples:
        >>> for_log("a\x1b[31mred\nline")
        'a\\x1b[31mred\\nline'
    """
    # Cut first: a text of 50 MB must not be escaped whole for one line of a log.
    piece = str(text)[: limit + 1]
    if not piece.isprintable():
        piece = "".join(char if char.isprintable() else _escaped(char) for char in piece)
    return piece if len(piece) <= limit else piece[: limit - 1] + "…"


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def without_controls(text: str) -> str:
    r"""The text with each character that a terminal would act on replaced by one that it shows; same length.

    Line breaks and tabs stay: the text is for reading, and offsets into it go on to hold.

    Examples:
        >>> without_controls("a\x1b[31mred\n")
        'a�[31mred\n'
    """
    if text.isprintable():
        return text
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if char not in "\n\t" and unicodedata.category(char) in _UNSAFE else char
        for char in text
    )
