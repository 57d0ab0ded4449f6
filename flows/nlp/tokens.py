"""Splits what agencies write together: "/TASS/.", "(EFE).-", "U.S.-led"."""

from typing import Any

from spacy.language import Language
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

_PREFIXES = (r"/(?=[A-Z]{2})",)
_SUFFIXES = (r"(?<=[A-Z]{2})/", r"(?<=[A-Za-z/)])\.[-–—]+", r"(?<=/)\.", r"(?<=\))\.")
_INFIXES = (r"(?<=[A-Z]\.[A-Z]\.)-(?=[a-z])",)


def split_wire_marks(nlp: Language) -> None:
    """Add the marks to those at which the model's tokenizer splits."""
    defaults = nlp.Defaults
    tokenizer: Any = nlp.tokenizer
    if not hasattr(tokenizer, "prefix_search"):
        # A tokenizer of a model's own, not by rules.
        return
    tokenizer.prefix_search = compile_prefix_regex([*_PREFIXES, *(defaults.prefixes or ())]).search
    tokenizer.suffix_search = compile_suffix_regex([*(defaults.suffixes or ()), *_SUFFIXES]).search
    tokenizer.infix_finditer = compile_infix_regex([*(defaults.infixes or ()), *_INFIXES]).finditer
