"""What is measured of each release, and what was measured of the releases before: shares, means, counts, values.

Each release carries its measures in ``quality.profile``; those of the releases before are read from there, so that
comparing with a history costs no look at its rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from flows.gate.rules import TYPE_FAMILIES, Rule, Suite
from flows.release.store import Release, list_releases
from flows.settings import Settings

if TYPE_CHECKING:
    import duckdb

RELEASES_COMPARED = 5
"""More would compare with a reader that is long gone; fewer let one odd release set the measure."""

METRICS = {
    "expect_null_share_to_stay_near_the_releases_before": "null_share",
    "expect_mean_to_stay_near_the_releases_before": "mean",
    "expect_withheld_share_to_stay_near_the_releases_before": "withheld_share",
    "expect_rows_per_document_to_stay_near_the_releases_before": "rows_per_document",
    "expect_row_counts_to_keep_up_with_the_releases_before": "rows",
    "expect_values_to_be_known_from_the_releases_before": "value",
}
"""Which measure an expectation compares; ``library_history`` has the expectations."""

GROUPS = ("publisher", "source_id", "language")
"""Columns of ``dim_documents`` by which rows may be told apart."""


_NUMBERS = TYPE_FAMILIES["double"] | TYPE_FAMILIES["integer"]


class Place(NamedTuple):
    """What was measured: the metric of a column among all rows of a table, or among those of one group."""

    table_name: str
    metric: str
    column_name: str | None
    group_by: str | None
    group_value: str | None
    value: str | None = None
    """Of the metric ``value``, which one was counted."""


@dataclass(frozen=True, slots=True)
class Measure:
    """``amount`` is a share, a mean, a ratio or a count; ``row_count`` tells of how many rows."""

    row_count: int
    amount: float
    spread: float = 0.0
    """Standard deviation of a mean; not kept."""


Measures = dict[Place, Measure]


@dataclass(slots=True)
class History:
    """Measures of the marts, of what in them is new, and of the releases before, the newest first."""

    now: Measures = field(default_factory=dict)
    new: Measures = field(default_factory=dict)
    """Of documents that the current release lacks."""
    past: list[Measures] = field(default_factory=list)


@dataclass(slots=True)
class _Asked:
    """What the rules of one table compare: metric and column to the groups by which."""

    wanted: dict[tuple[str, str | None], set[str | None]] = field(default_factory=dict)

    def add(self, rule: Rule) -> None:
        place = (METRICS[rule.type], rule.kwargs.get("column"))
        self.wanted.setdefault(place, set()).update({None, rule.kwargs.get("by")})


def read_history(
    connection: "duckdb.DuckDBPyConnection",
    suites: Mapping[str, Suite],
    types: Mapping[str, Mapping[str, str]],
    settings: Settings,
) -> History:
    """Measure what the rules compare, and read what was measured of the releases before."""
    asked: dict[str, _Asked] = {}
    for suite in suites.values():
        for rule in suite.rules:
            if rule.type in METRICS and suite.table in types:
                asked.setdefault(suite.table, _Asked()).add(rule)
    history = History(past=_read_past(connection, settings))
    if not asked:
        return history
    _name_documents(connection, settings, types)
    for table, wanted in asked.items():
        _measure(connection, table, wanted, types[table], history)
    connection.execute("drop table _documents")
    return history


def _name_documents(
    connection: "duckdb.DuckDBPyConnection", settings: Settings, types: Mapping[str, Mapping[str, str]]
) -> None:
    """``_documents``: groups of each document, those withheld too, and whether the current release lacks it."""
    columns = types.get("dim_documents", {})
    groups = ", ".join(f"{name}::varchar as {name}" for name in GROUPS)
    of_marts = ", ".join(f"{name}::varchar as {name}" if name in columns else f"null as {name}" for name in GROUPS)
    is_there = "document_id" in columns
    published = f"select document_id, {of_marts}, true as is_published from marts.dim_documents union all by name"
    known = settings.current_dir / "marts" / "dim_documents.parquet"
    seen = f"select document_id from read_parquet({_literal(known)})" if _is_readable(known) else "select ''"
    connection.execute(
        f"""
        create or replace temp table _documents as
        with documents as (
            {published if is_there else ""}
            select document_id, {groups}, false as is_published from raw.documents
            {
            "where document_id not in (select document_id from marts.dim_documents where document_id is not null)"
            if is_there
            else ""
        }
        )
        select document_id, {", ".join(f"any_value({name}) as {name}" for name in GROUPS)},
            bool_or(is_published) as is_published, document_id not in ({seen}) as is_new
        from documents where document_id is not null group by document_id
        """
    )


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _is_readable(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError:
        return False


def _measure(
    connection: "duckdb.DuckDBPyConnection", table: str, asked: _Asked, types: Mapping[str, str], history: History
) -> None:
    by_document = "document_id" in types
    for group in sorted({group for groups in asked.wanted.values() for group in groups}, key=str):
        if group is not None and not by_document:
            continue
        mine = [place for place, groups in asked.wanted.items() if group in groups]
        for is_new, measures in ((None, history.now), (True, history.new)):
            if is_new and not (by_document and history.past):
                continue
            measures.update(_aggregates(connection, table, mine, types, group, only_new=bool(is_new)))
            for metric, column in mine:
                if metric == "withheld_share":
                    measures.update(_withheld(connection, table, group, by_document, only_new=bool(is_new)))
                elif metric == "value" and column in types:
                    measures.update(_values(connection, table, str(column), group, only_new=bool(is_new)))


def _source(table: str, group: str | None, *, only_new: bool) -> str:
    """The rows of a mart, with what is known of their documents where that is needed."""
    if group is None and not only_new:
        return f"marts.{table}"
    condition = " where is_new" if only_new else ""
    columns = f"is_new{f', {group} as group_value' if group else ''}"
    documents = f"(select document_id as _id, {columns} from _documents)"
    return f"(select * from marts.{table} join {documents} on document_id = _id{condition})"


def _aggregates(
    connection: "duckdb.DuckDBPyConnection",
    table: str,
    places: Iterable[tuple[str, str | None]],
    types: Mapping[str, str],
    group: str | None,
    *,
    only_new: bool,
) -> Measures:
    """Shares, means and counts of one table, in one query."""
    columns = [
        (metric, column)
        for metric, column in places
        if column is not None
        and column in types
        and (metric == "null_share" or (metric == "mean" and types[column] in _NUMBERS))
    ]
    picked = ["count(*)"]
    for metric, column in columns:
        if metric == "null_share":
            picked += [f'count(*) - count("{column}")', "0"]
        else:
            picked += [f'round(avg("{column}"), 6)', f'stddev_pop("{column}")']
    by = "group_value" if group else "null"
    rows = connection.execute(
        f"select {by}, {', '.join(picked)} from {_source(table, group, only_new=only_new)} group by 1"
    ).fetchall()
    measures: Measures = {}
    documents = _document_counts(connection, group, only_new=only_new)
    metrics = {metric for metric, _ in places}
    for group_value, count, *amounts in rows:
        if group and group_value is None:
            continue
        where = (group, group_value)
        if "rows" in metrics:
            measures[Place(table, "rows", None, *where)] = Measure(count, count)
        if "rows_per_document" in metrics and documents.get(group_value):
            ratio = round(count / documents[group_value], 6)
            measures[Place(table, "rows_per_document", None, *where)] = Measure(documents[group_value], ratio)
        for (metric, column), amount, spread in zip(columns, amounts[::2], amounts[1::2], strict=True):
            if metric == "null_share" and count:
                measures[Place(table, metric, column, *where)] = Measure(count, round(amount / count, 6))
            elif amount is not None:
                measures[Place(table, metric, column, *where)] = Measure(count, amount, spread)
    return measures


def _document_counts(
    connection: "duckdb.DuckDBPyConnection", group: str | None, *, only_new: bool
) -> dict[str | None, int]:
    condition = " and is_new" if only_new else ""
    rows = connection.execute(
        f"select {group or 'null'}, count(*) from _documents where is_published{condition} group by 1"
    ).fetchall()
    return dict(rows)


def _withheld(
    connection: "duckdb.DuckDBPyConnection", table: str, group: str | None, by_document: bool, *, only_new: bool
) -> Measures:
    """Of the rows that were read, the share that is withheld and so in no mart."""
    key = group or "null"
    if by_document and (group or only_new):
        condition = " and is_new" if only_new else ""
        withheld = (
            f"select {key}, count(*) from quality.withheld join _documents using (document_id) "
            f"where table_name = $1{condition} group by 1"
        )
    else:
        withheld = "select null, count(*) from quality.withheld where table_name = $1"
    gone = dict(connection.execute(withheld, [table]).fetchall())
    by = "group_value" if group else "null"
    source = _source(table, group, only_new=only_new)
    stayed = dict(connection.execute(f"select {by}, count(*) from {source} group by 1").fetchall())
    return {
        Place(table, "withheld_share", None, group, value): Measure(total, round(gone.get(value, 0) / total, 6))
        for value in {*gone, *stayed}
        if not (group and value is None) and (total := gone.get(value, 0) + stayed.get(value, 0))
    }


def _values(
    connection: "duckdb.DuckDBPyConnection", table: str, column: str, group: str | None, *, only_new: bool
) -> Measures:
    by = "group_value" if group else "null"
    rows = connection.execute(
        f'select {by}, "{column}"::varchar, count(*) from {_source(table, group, only_new=only_new)} '
        f'where "{column}" is not null group by 1, 2'
    ).fetchall()
    return {
        Place(table, "value", column, group, group_value, value): Measure(count, count)
        for group_value, value, count in rows
        if not (group and group_value is None)
    }


def _read_past(connection: "duckdb.DuckDBPyConnection", settings: Settings) -> list[Measures]:
    """Measures of the current release and of those it followed on, as far as they were kept."""
    past = []
    for release in _chain(list_releases(settings)):
        path = release.path / "quality" / "profile.parquet"
        if _is_readable(path):
            rows = connection.execute(
                f"select {', '.join(Place._fields)}, row_count, amount from read_parquet({_literal(path)})"
            ).fetchall()
            past.append({Place(*row[:-2]): Measure(*row[-2:]) for row in rows})
    return past


def _chain(releases: list[Release]) -> list[Release]:
    by_id = {release.release_id: release for release in releases}
    link = next((release for release in releases if release.is_current), None)
    chain: list[Release] = []
    while link is not None and len(chain) < RELEASES_COMPARED:
        chain.append(link)
        link = by_id.get(link.parent_release_id or "")
    return chain


def write_profile(connection: "duckdb.DuckDBPyConnection", measures: Measures, *, run_id: str) -> None:
    """Put the measures of the marts as they stand into ``quality.profile``, which the release carries."""
    import pyarrow as pa

    from flows.warehouse import append_arrow

    rows = sorted(measures.items(), key=lambda item: [str(part) for part in item[0]])
    columns: dict[str, Any] = {
        name: pa.array([getattr(place, name) for place, _ in rows], pa.string()) for name in Place._fields
    }
    columns["row_count"] = pa.array([measure.row_count for _, measure in rows], pa.int64())
    columns["amount"] = pa.array([float(measure.amount) for _, measure in rows], pa.float64())
    columns["run_id"] = pa.array([run_id] * len(rows), pa.string())
    connection.execute("delete from quality.profile")
    append_arrow(connection, "quality.profile", pa.table(columns))
