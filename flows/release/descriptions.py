"""What published tables and columns mean, as dbt's models describe them: read from their yml, since a build writes no
manifest. They become the SQL comments of a release."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from flows.errors import LedgerError
from flows.paths import DBT_PROJECT

OWN = Path(__file__).with_suffix(".yml")
"""Describes the tables that dbt does not make."""

_DOC_BLOCK = re.compile(r"\{%\s*docs\s+(\w+)\s*%\}(.*?)\{%\s*enddocs\s*%\}", re.DOTALL)
_DOC_CALL = re.compile(r"""\{\{\s*doc\(\s*["'](\w+)["']\s*\)\s*\}\}""")


@cache
def read_descriptions() -> dict[str, dict[str, Any]]:
    """``schema.table`` to its ``description`` and to ``columns``: column to description, each one line.

    Raises:
        LedgerError: A description calls for a doc block that there is not.
    """
    blocks = {
        name: text
        for path in sorted((DBT_PROJECT / "models").rglob("*.md"))
        for name, text in _DOC_BLOCK.findall(path.read_text(encoding="utf-8"))
    }
    described: dict[str, dict[str, Any]] = {}
    for path in sorted((DBT_PROJECT / "models" / "marts").glob("*.yml")):
        for model in _load(path).get("models", ()):
            described[f"marts.{model['name']}"] = {
                "description": _resolved(model.get("description", ""), blocks, path),
                "columns": {
                    column["name"]: _resolved(column.get("description", ""), blocks, path)
                    for column in model.get("columns", ())
                },
            }
    described.update(_load(OWN))
    return described


def _load(path: Path) -> dict[str, Any]:
    # libyaml where it is there: twenty files in pure Python take half a second.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return loaded


def _resolved(text: str, blocks: dict[str, str], path: Path) -> str:
    def block(call: re.Match[str]) -> str:
        if call[1] not in blocks:
            raise LedgerError(
                f"{path}: no doc block {call[1]!r} in {DBT_PROJECT / 'models'}; install newsledger again."
            )
        return blocks[call[1]]

    return " ".join(_DOC_CALL.sub(block, text).split())
