"""Records as Arrow tables: the way in which rows travel between processes and into DuckDB."""

import types
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Context, Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    import pyarrow as pa


_WIDE = Context(prec=60)
_STEP = Decimal("1e-9")
_BEYOND = Decimal("1e29")


@cache
def schema_of(record_type: type, **extra: type) -> "pa.Schema":
    """The Arrow schema of a record: one column per field of a plain type or tuple of text, then ``extra``.

    Fields that hold records of their own (an event's participants) are left out; they have a table of theirs.
    ``Decimal`` is ``decimal128(38, 9)``, as in the contract.
    """
    import pyarrow as pa

    hints = get_type_hints(record_type)
    columns = {item.name: hints[item.name] for item in fields(record_type)} | extra
    typed = ((name, _arrow_type(hint)) for name, hint in columns.items())
    return pa.schema([(name, kind) for name, kind in typed if kind is not None])


def _arrow_type(hint: Any) -> "pa.DataType | None":
    import pyarrow as pa

    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = (part for part in get_args(hint) if part is not types.NoneType)
    if get_origin(hint) is tuple:
        return pa.list_(pa.string()) if get_args(hint)[0] is str else None
    plain: Mapping[type, pa.DataType] = {
        str: pa.string(),
        bool: pa.bool_(),
        int: pa.int32(),
        float: pa.float64(),
        date: pa.date32(),
        Decimal: pa.decimal128(38, 9),
    }
    return plain[hint]


def table_of(record_type: type, rows: Iterable[tuple[Any, Mapping[str, Any]]], **extra: type) -> "pa.Table":
    """An Arrow table of records, each with the values of its extra columns.

    Args:
        rows: Pairs of a record and its extra values, whose names are those of ``extra``.
    """
    import pyarrow as pa

    schema = schema_of(record_type, **extra)
    columns: dict[str, list[Any]] = {name: [] for name in schema.names}
    for record, values in rows:
        for name, column in columns.items():
            value = values[name] if name in values else getattr(record, name)
            column.append(_storable(value))
    arrays = [pa.array(columns[item.name], type=item.type) for item in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _storable(value: Any) -> Any:
    if isinstance(value, Decimal):
        # A number that DECIMAL(38, 9) cannot hold becomes null; the gate withholds the row and shows its surface.
        return value.quantize(_STEP, context=_WIDE) if value.is_finite() and abs(value) < _BEYOND else None
    return list(value) if isinstance(value, tuple) else value
