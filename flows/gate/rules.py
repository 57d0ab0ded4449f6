"""Reads ``expectations/*.yml`` and the user's own files into suites: what each published table must satisfy."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from flows.errors import SettingsError
from flows.paths import EXPECTATIONS

Severity = Literal["row", "critical", "warn", "off"]

TYPE_FAMILIES = {
    "text": frozenset({"VARCHAR"}),
    "text[]": frozenset({"VARCHAR[]"}),
    "integer": frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UINTEGER", "UBIGINT", "HUGEINT"}),
    "decimal": frozenset({"DECIMAL(38,9)"}),
    "number": frozenset({"DECIMAL(38,9)", "DOUBLE"}),
    "double": frozenset({"DOUBLE", "FLOAT"}),
    "boolean": frozenset({"BOOLEAN"}),
    "date": frozenset({"DATE"}),
    "timestamptz": frozenset({"TIMESTAMP WITH TIME ZONE"}),
}
"""A type as ``columns`` names it, to the types of DuckDB that keep its promise."""


class Rule(BaseModel):
    """One expectation of one table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(description="Name of the expectation: Great Expectations' own or one of flows/gate/library_*.py.")
    kwargs: dict[str, Any] = Field(default_factory=dict, description="What it is told, the column above all.")
    severity: Severity = Field("row", description="What a failure does: withhold the row, refuse the release, warn.")
    reason: str = Field(min_length=8, description="Why it must hold; becomes `quality.withheld.reason`.")
    id: str | None = Field(None, description="Tells two rules of one type on the same columns apart.")
    cascades: bool = Field(False, description="A row whose parent is withheld by any rule is withheld with it.")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at, the one to blame first."""
        if "column" in self.kwargs:
            return (self.kwargs["column"],)
        pair = tuple(self.kwargs[name] for name in ("column_A", "column_B") if name in self.kwargs)
        return pair or tuple(self.kwargs.get("column_list", ()))

    @property
    def key(self) -> tuple[str, ...]:
        """What a user's rule must share with one of ours to take its place."""
        return (self.type, self.id or "", *self.columns)


class SuiteFile(BaseModel):
    """One file of ``expectations/`` or of the user's folders."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str = Field(pattern=r"^(marts|quality)\.[a-z_]+$")
    key: list[str] = Field(default_factory=list, description="Columns that name a row.")
    key_separator: str = Field("|", description="Joins the values of a key of several columns into `row_id`.")
    input: str | None = Field(
        None, description="Table of `parsed` or `raw` whose every row must be published or withheld."
    )
    columns: dict[str, str] = Field(default_factory=dict, description="The contract: column to type.")
    expectations: list[Rule] = Field(default_factory=list)


@dataclass(slots=True)
class Suite:
    """All rules of one table, the user's merged in."""

    table: str
    """Without its schema, as in ``quality.withheld.table_name``."""
    schema: str
    key: tuple[str, ...]
    key_separator: str
    input: str | None
    columns: dict[str, str]
    rules: list[Rule] = field(default_factory=list)


def load_suites(user_dirs: Iterable[Path] = ()) -> dict[str, Suite]:
    """Table name to suite, ours overlaid with the user's.

    A user's rule of the same type on the same columns (and the same ``id``) replaces ours; ``severity: off``
    takes it out.

    Raises:
        SettingsError: A file does not parse or holds what no suite has; names file, rule and what would do.
    """
    suites: dict[str, Suite] = {}
    for path in _suite_files((EXPECTATIONS, *user_dirs)):
        file = _read(path)
        schema, _, table = file.table.partition(".")
        suite = suites.get(table)
        if suite is None:
            suite = suites[table] = Suite(
                table, schema, tuple(file.key), file.key_separator, file.input, dict(file.columns)
            )
        rules = {rule.key: rule for rule in suite.rules}
        for number, rule in enumerate(file.expectations, start=1):
            if rule.severity == "row" and not suite.key:
                raise SettingsError(
                    f"{path}, rule {number} ({rule.type}): severity `row` needs a `key` for {file.table}."
                )
            rules[rule.key] = rule
        suite.rules = list(rules.values())
    for suite in suites.values():
        suite.rules = [rule for rule in suite.rules if rule.severity != "off"]
    return suites


def _suite_files(folders: Iterable[Path]) -> list[Path]:
    files: list[Path] = []
    for folder in folders:
        if not folder.is_dir():
            raise SettingsError(f"{folder}: no such folder; correct `expectation_dirs`.")
        files.extend(sorted(folder.glob("*.yml")))
    return files


def _read(path: Path) -> SuiteFile:
    try:
        return SuiteFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not readable as YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"{path}, {_place(first['loc'])}: {first['msg']}") from error


def _place(location: tuple[int | str, ...]) -> str:
    parts = list(location)
    if parts[:1] == ["expectations"] and len(parts) > 1:
        return f"rule {int(parts[1]) + 1}" + "".join(f", {part}" for part in parts[2:])
    return ".".join(str(part) for part in parts) or "the file"
