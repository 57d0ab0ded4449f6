"""Expectations about tables as a whole: their columns, how many rows they hold, how many were withheld."""

from typing import ClassVar

from flows.gate.library_base import TableExpectation
from flows.gate.lookup import current_lookup
from flows.gate.rules import TYPE_FAMILIES


class ExpectTableToKeepTheContract(TableExpectation):
    """Every column of the contract is there, with its type. Columns beside them are welcome.

    Args:
        columns: Column to type, as at the head of the table's file in ``expectations/``.
    """

    columns: dict[str, str]
    success_keys: ClassVar[tuple[str, ...]] = ("columns", "of")
    says: ClassVar[str] = "Columns and types are those of the published contract."

    def judge(self) -> tuple[bool, object]:
        found = current_lookup().types.get(self.of)
        if found is None:
            return False, "the table is missing"
        faults = [f"{name} is missing" for name in self.columns if name not in found]
        faults += [
            f"{name} is {found[name]}, not {kind}"
            for name, kind in self.columns.items()
            if name in found and found[name] not in TYPE_FAMILIES[kind]
        ]
        return not faults, "; ".join(faults) or f"{len(self.columns)} columns"


class ExpectEveryInputRowToBeAccountedFor(TableExpectation):
    """Input rows = published + withheld, by key: nothing vanishes between the reader and the marts."""

    success_keys: ClassVar[tuple[str, ...]] = ("of",)
    says: ClassVar[str] = "Every row that was read is published or withheld."

    def judge(self) -> tuple[bool, object]:
        count = current_lookup().inputs.get(self.of)
        if count is None:
            return False, "the input was not counted"
        told = (
            f"{count.input_count} read, {count.published_count} published, {count.withheld_count} withheld, "
            f"{count.lost_count} lost"
        )
        return count.lost_count == 0, told


class ExpectRowsWhereThereAre(TableExpectation):
    """A table is not empty where another is not.

    Args:
        other_table: Table of ``marts``, without its schema.
    """

    other_table: str
    success_keys: ClassVar[tuple[str, ...]] = ("other_table", "of")
    says: ClassVar[str] = "There are rows as soon as there are rows in the other table."

    def judge(self) -> tuple[bool, object]:
        lookup = current_lookup()
        rows, others = len(lookup.frame(self.of)), len(lookup.frame(self.other_table))
        return rows > 0 or others == 0, f"{rows} rows, {others} in {self.other_table}"


class ExpectRowCountToKeepUpWithTheLastRelease(TableExpectation):
    """Rows do not fall below a share of the current release's.

    Args:
        min_share: Of the last count, the least that passes.
        ignore_below: A last release with fewer rows says nothing.
    """

    min_share: float
    ignore_below: int = 10
    success_keys: ClassVar[tuple[str, ...]] = ("min_share", "ignore_below", "of")
    says: ClassVar[str] = "The table has not shrunk since the last release beyond its bound."

    def judge(self) -> tuple[bool, object]:
        lookup = current_lookup()
        rows, last = len(lookup.frame(self.of)), lookup.last_counts.get(self.of, 0)
        return last < self.ignore_below or rows >= self.min_share * last, f"{rows} rows, {last} in the last release"


class ExpectWithheldShareToStayBelow(TableExpectation):
    """Of a table's rows, no more than a share is withheld.

    Args:
        max_share: The most that passes.
        ignore_below: Fewer rows withheld than this say nothing.
    """

    max_share: float
    ignore_below: int = 5
    success_keys: ClassVar[tuple[str, ...]] = ("max_share", "ignore_below", "of")
    says: ClassVar[str] = "Rows withheld are the exception."

    def judge(self) -> tuple[bool, object]:
        lookup = current_lookup()
        carried = lookup.carried_counts.get(self.of, 0)
        withheld = carried + lookup.withheld_counts.get(self.of, 0)
        total = carried + len(lookup.frame(self.of))
        share = withheld / total if total else 0.0
        return withheld < self.ignore_below or share <= self.max_share, f"{withheld} of {total} rows ({share:.1%})"
