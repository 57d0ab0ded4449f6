"""Whether a word that can be a time is one here: 2000 the year or the number, May the month or the name."""

from collections.abc import Sequence
from pathlib import Path

from spacy.tokens import Doc, Token

from flows.nlp.lexicon import Row, read_table

_PLAIN_YEARS = range(1900, 2101)
_RISKY_MONTHS = frozenset({"may", "march", "april", "june", "august", "mar", "mar."})
_FISCAL_REACH = 400
"""Tokens back over which a country's fiscal year goes on being meant."""
_STRONG = frozenset({"in", "since", "by", "until", "till", "during", "before", "after", "throughout", "circa", "early"})


class GuardRow(Row):
    """A row of ``seeds/period_guards.csv``."""

    word: str
    kind: str
    description: str
    example: str


class FiscalRow(Row):
    """A row of ``seeds/fiscal_years.csv``."""

    word: str
    country: str
    first_month: int
    description: str
    source: str


class Guards:
    """The tables of words that stand beside numbers."""

    def __init__(self, user_dirs: Sequence[Path] = ()) -> None:
        words: dict[str, set[str]] = {}
        for row in read_table("period_guards", GuardRow, tuple(user_dirs)):
            words.setdefault(row.kind, set()).add(row.word.lower())
        self._counted = frozenset(words["counted"])
        self._labelled = frozenset(words["labelled"])
        self.comparators = frozenset(words["comparator"])
        self._of_years = frozenset(words["of_years"])
        self.change = frozenset(words["change"])
        self._fiscal = {row.word: row.first_month for row in read_table("fiscal_years", FiscalRow, tuple(user_dirs))}

    def year(self, doc: Doc, index: int, number: int) -> str:
        """``year``, ``name`` ("Vision 2030") or ``no`` for a number of four digits that stands alone."""
        before = doc[index - 1] if index else None
        after = doc[index + 1] if index + 1 < len(doc) else None
        word_before = before.lower_ if before is not None else ""
        word_after = after.lower_ if after is not None else ""
        if before is not None and (
            before.is_currency or word_before in self._labelled or word_before in ("+", "-", "×")
        ):
            return "no"
        if after is not None and (after.is_currency or after.like_num):
            return "no"
        if word_after in self._counted:
            return "no"
        if word_after == "-" and index + 2 < len(doc):
            compound = doc[index + 2].lower_
            if compound in self._counted:
                return "no"
        is_of_years = word_after in self._of_years
        if word_before in self.comparators and not is_of_years:
            return "no"
        if word_before in _STRONG:
            return "year"
        if after is not None and not is_of_years and after.tag_ == "NNS" and not _is_determined(doc, index):
            return "no"
        if number not in _PLAIN_YEARS:
            return "no"
        if before is not None and _is_name(before) and not before.is_sent_start:
            return "name"
        return "year"

    def is_of_years(self, doc: Doc, index: int) -> bool:
        """Whether the token is a noun that a year stands before: "levels"."""
        return index < len(doc) and doc[index].lower_ in self._of_years

    def month(self, doc: Doc, index: int, has_preposition: bool) -> bool:
        """Whether a month without day or year is meant as one."""
        token = doc[index]
        before = doc[index - 1] if index else None
        after = doc[index + 1] if index + 1 < len(doc) else None
        is_risky = token.lower_ in _RISKY_MONTHS
        if is_risky and (token.ent_type_ == "PERSON" or (after is not None and after.lower_ in ("be", "have", "not"))):
            return False
        if has_preposition:
            return not (is_risky and after is not None and _is_name(after))
        if before is not None and _is_name(before) and not before.is_sent_start and before.text[-1] not in ".,":
            return False
        if not is_risky:
            return True
        if token.tag_ and token.tag_ not in ("NNP", "NN"):
            return False
        if after is None:
            return False
        return after.lower_ in ("'s", "’s") or (after.tag_ in ("NN", "NNS") and token.dep_ != "nsubj")

    def season(self, doc: Doc, index: int, has_preposition: bool) -> bool:
        """Whether a season without year is meant: "in the fall", not "the fall of the house"."""
        token = doc[index]
        after = doc[index + 1].lower_ if index + 1 < len(doc) else ""
        return has_preposition and token.tag_[:1] != "V" and after not in ("of", "in", "-")

    def fiscal_start(self, doc: Doc, index: int) -> int | None:
        """First month of the fiscal year of the one country named nearby, else so far."""
        for start, end in ((max(0, index - 40), index + 20), (max(0, index - _FISCAL_REACH), index)):
            months = {month for token in doc[start:end] if (month := self._fiscal.get(token.lower_)) is not None}
            if months:
                return months.pop() if len(months) == 1 else None
        return None


def _is_name(token: Token) -> bool:
    text = token.text
    return text[0].isupper() and len(text) > 1 and token.tag_ in ("NNP", "NNPS", "")


def _is_determined(doc: Doc, index: int) -> bool:
    """Whether a determiner or another year before it shows a number before a plural to be a year."""
    if not index:
        return False
    before = doc[index - 1]
    if before.lower_ in ("and", ","):
        return index >= 2 and doc[index - 2].is_digit and len(doc[index - 2]) == 4
    return before.tag_ in ("DT", "PRP$", "POS")
