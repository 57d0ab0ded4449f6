"""Bases of our own expectations: real Great Expectations classes, of which a rule states only what must hold.

They are batch expectations that look at the batch's frame themselves. Great Expectations' map expectations ask
for a graph of nine metrics each instead; with the 180 rules of a release that was 2 of 3 seconds.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from flows.gate.gx import (
    BatchExpectation,
    Field,
    LegacyRendererType,
    RenderedStringTemplateContent,
    renderer,
)

if TYPE_CHECKING:
    import pandas as pd

MAX_EXAMPLES = 20
_NOT_TOLD = frozenset({"batch_id", "of"})


class _Told(BatchExpectation):
    """What our expectations share: they print a sentence in Data Docs."""

    says: ClassVar[str] = ""
    metric_dependencies: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def is_abstract(cls) -> bool:
        return not cls.says

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls,
        configuration: Any = None,
        result: Any = None,
        runtime_configuration: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> list[RenderedStringTemplateContent]:
        told = (configuration or result.expectation_config).kwargs
        listed = "; ".join(f"{name}: {_short(value)}" for name, value in told.items() if name not in _NOT_TOLD)
        template = {
            "template": "$says $listed",
            "params": {"says": cls.says, "listed": f"({listed})" if listed else ""},
            "styling": {"params": {"listed": {"classes": ["text-muted"]}}},
        }
        return [RenderedStringTemplateContent(content_block_type="string_template", string_template=template)]


def _short(value: object, limit: int = 300) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


class _PerRow(_Told):
    """Something that holds row by row. A subclass lists settings of its own in ``success_keys``.

    ``only_where`` limits it to rows with certain values: ``{result: [met, missed]}``.
    """

    mostly: float = 1.0
    only_where: dict[str, list[Any]] = Field(default_factory=dict)

    def _settings(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.success_keys}

    def _rows_looked_at(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        raise NotImplementedError

    def _verdicts(self, rows: "pd.DataFrame") -> "pd.Series[bool]":
        """For each row whether it holds."""
        raise NotImplementedError

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: dict[str, Any] | None = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        frame = execution_engine.get_domain_records({})
        for name, values in self.only_where.items():
            frame = frame[frame[name].isin(values)]
        rows = self._rows_looked_at(frame)
        # Columns without a value have no type to compare by.
        failing = rows if rows.empty else rows[~self._verdicts(rows).to_numpy(dtype=bool)]
        share = 1 - len(failing) / len(rows) if len(rows) else 1.0
        return {
            "success": share >= self.mostly,
            "result": {
                "element_count": len(frame),
                "unexpected_count": len(failing),
                "unexpected_percent": 100 * (1 - share),
                "partial_unexpected_list": failing.head(MAX_EXAMPLES).to_dict("records"),
                "unexpected_index_list": failing.index.tolist(),
            },
        }


class RowsExpectation(_PerRow):
    """Something that holds between several columns in every row.

    A subclass says in ``says`` what must hold, and states it in ``holds(rows, **settings)``: given the frame of
    the columns in their order, a Series that is true where it does.
    """

    column_list: list[str]
    ignore_row_if: str = "all_values_are_missing"

    holds: ClassVar[Callable[..., "pd.Series[bool]"]]
    args_keys: ClassVar[tuple[str, ...]] = ("column_list",)
    success_keys: ClassVar[tuple[str, ...]] = ()

    def _rows_looked_at(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        rows = frame[self.column_list]
        if self.ignore_row_if == "never":
            return rows
        return rows.dropna(how="any" if self.ignore_row_if == "any_value_is_missing" else "all")

    def _verdicts(self, rows: "pd.DataFrame") -> "pd.Series[bool]":
        return self.holds(rows, **self._settings())


class ValuesExpectation(_PerRow):
    """Something that holds for every value of one column; nulls are passed over.

    A subclass states it in ``holds(column, **settings)``.
    """

    column: str

    holds: ClassVar[Callable[..., "pd.Series[bool]"]]
    args_keys: ClassVar[tuple[str, ...]] = ("column",)
    success_keys: ClassVar[tuple[str, ...]] = ()

    def _rows_looked_at(self, frame: "pd.DataFrame") -> "pd.DataFrame":
        return frame[[self.column]].dropna()

    def _verdicts(self, rows: "pd.DataFrame") -> "pd.Series[bool]":
        return self.holds(rows[self.column], **self._settings())


class TableExpectation(_Told):
    """Something that holds for a table as a whole; ``of`` is its name, filled in by the gate."""

    of: str = ""
    success_keys: ClassVar[tuple[str, ...]] = ()

    def judge(self) -> tuple[bool, object]:
        """Whether it holds, and what was observed."""
        raise NotImplementedError

    def expected(self) -> str | None:
        """What had to be observed, where that is more than what the rule is told."""
        return None

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: dict[str, Any] | None = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        success, observed = self.judge()
        return {"success": success, "result": {"observed_value": observed, "details": {"expected": self.expected()}}}
