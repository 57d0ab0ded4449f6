"""The SQL that compares two releases attached as ``parent`` (the older one) and ``release``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

OLD, NEW = OLD_AND_NEW = ("parent", "release")


@dataclass(frozen=True, slots=True)
class Compared:
    """A table whose rows are compared by their key."""

    name: str
    key: str
    label_columns: tuple[str, ...]
    """Tell a reader which row is meant."""
    ignored: tuple[str, ...] = ()


def quoted(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def statements(
    tables: Sequence[Compared], columns: Mapping[str, Mapping[str, str]], *, old_id: str, new_id: str
) -> Iterator[str]:
    """The statements that fill ``_revisions``, in order.

    Args:
        columns: Table to the columns that both sides have, with their types.
    """
    yield _GATED
    yield _document_causes(columns["dim_documents"])
    yield _CHANGES
    for table in tables:
        yield _touched(table, columns[table.name])
        yield _rows_added_and_gone(table, columns[table.name])
        yield from _columns_changed(table, columns[table.name])
        yield f"drop table _touched_{table.name}"
    yield _EVIDENCE
    for table in tables:
        for side in OLD_AND_NEW:
            yield from _evidence_of(table.name, side)
    yield _explained(old_id, new_id)
    for name in ("_gated", "_document_causes", "_changes", "_evidence"):
        yield f"drop table {name}"


_GATED = """
    create temp table _gated as
    select
        coalesce(before.table_name, after.table_name) as table_name,
        coalesce(before.row_id, after.row_id) as row_id,
        if(before.row_id is null, 'withheld', 'released') as cause
    from (select distinct table_name, row_id from parent.quality.withheld) as before
    full join (select distinct table_name, row_id from release.quality.withheld) as after
        on before.table_name = after.table_name and before.row_id = after.row_id
    where before.row_id is null or after.row_id is null
"""
"""Rows that are withheld on one side only."""


def _document_causes(columns: Mapping[str, str]) -> str:
    """What happened to each document that something happened to."""
    told = [name for name in columns if name not in ("document_id", "body", "first_seen_at", "extractor_version")]
    hashed = f"hash({', '.join(told)})"
    return f"""
        create temp table _document_causes as
        with documents as (
            select
                document_id,
                case
                    when before.document_id is null then 'new document'
                    when after.document_id is null then 'document gone'
                    when before.extractor_version is distinct from after.extractor_version then 'read again'
                    else 'document changed'
                end as cause
            from (select document_id, extractor_version, {hashed} as row_hash from parent.marts.dim_documents) as before
            full join
                (select document_id, extractor_version, {hashed} as row_hash from release.marts.dim_documents) as after
                using (document_id)
            where before.document_id is null or after.document_id is null or before.row_hash != after.row_hash
                or before.extractor_version is distinct from after.extractor_version
        )
        select document_id, coalesce(_gated.cause, documents.cause) as cause
        from documents
        left join _gated on _gated.table_name = 'dim_documents' and _gated.row_id = document_id
    """


_CHANGES = """
    create temp table _changes (
        table_name varchar, row_id varchar, row_label varchar, change varchar, column_name varchar, old_value varchar,
        new_value varchar
    )
"""

_EVIDENCE = "create temp table _evidence (table_name varchar, row_id varchar, document_id varchar, cause varchar)"


def _compared_columns(table: Compared, columns: Mapping[str, str]) -> dict[str, str]:
    return {name: kind for name, kind in columns.items() if name != table.key and name not in table.ignored}


def _touched(table: Compared, columns: Mapping[str, str]) -> str:
    """Keys of rows that stand on one side only, or whose hash differs."""
    hashed = ", ".join(f'"{name}"' for name in _compared_columns(table, columns))
    sides = [
        f'(select "{table.key}" as row_id, hash({hashed}) as row_hash from {side}.marts.{table.name})'
        for side in OLD_AND_NEW
    ]
    return f"""
        create temp table _touched_{table.name} as
        select
            coalesce(before.row_id, after.row_id) as row_id,
            case
                when before.row_id is null then 'added' when after.row_id is null then 'gone' else 'changed'
            end as change
        from {sides[0]} as before full join {sides[1]} as after on before.row_id = after.row_id
        where before.row_id is null or after.row_id is null or before.row_hash != after.row_hash
    """


def _rows_added_and_gone(table: Compared, columns: Mapping[str, str]) -> str:
    """A row that is gone is kept as JSON: with it, an earlier state can be told even when its release is pruned."""
    left_out = [name for name in table.ignored if name in columns]
    exclude = f"* exclude ({', '.join(left_out)})" if left_out else "*"
    return f"""
        insert into _changes
        select '{table.name}', row_id, {_label("after", table, columns)}, change, null, null, null
        from _touched_{table.name} join release.marts.{table.name} as after on after."{table.key}" = row_id
        where change = 'added'
        union all
        select '{table.name}', row_id, {_label("before", table, columns)}, change, null, to_json(before)::varchar, null
        from _touched_{table.name}
        join (select {exclude} from parent.marts.{table.name}) as before on before."{table.key}" = row_id
        where change = 'gone'
    """


def _columns_changed(table: Compared, columns: Mapping[str, str]) -> Iterator[str]:
    compared = _compared_columns(table, columns)
    joined = f"""
        from _touched_{table.name} as touched
        join parent.marts.{table.name} as before on before."{table.key}" = touched.row_id
        join release.marts.{table.name} as after on after."{table.key}" = touched.row_id
    """
    label = _label("after", table, columns)
    found = ", ".join(
        f'case when before."{name}" is distinct from after."{name}" then {{column_name: {quoted(name)}, '
        f"old_value: {_as_text('before', name, kind)}, new_value: {_as_text('after', name, kind)}}} end"
        for name, kind in compared.items()
        if not kind.endswith("[]")
    )
    if found:
        yield f"""
            insert into _changes
            with paired as (select touched.row_id, {label} as label, unnest([{found}]) as found {joined})
            select '{table.name}', row_id, label, 'changed', found.column_name, found.old_value, found.new_value
            from paired
            -- Sums of floats differ in their last digits from run to run.
            where found.old_value is distinct from found.new_value
        """
    for name, kind in compared.items():
        if kind.endswith("[]"):
            yield _list_changed(table.name, label, name, joined)


def _list_changed(table: str, label: str, column: str, joined: str) -> str:
    """Of a list the items that left it and those that came; their order alone is no change."""
    return f"""
        insert into _changes
        with paired as (
            select touched.row_id, {label} as label, before."{column}" as old_list, after."{column}" as new_list
            {joined}
            where before."{column}" is distinct from after."{column}"
        ),
        items as (
            select row_id, item, bool_or(is_old) as is_old, bool_or(not is_old) as is_new
            from (
                select row_id, unnest(old_list) as item, true as is_old from paired
                union all
                select row_id, unnest(new_list), false from paired
            )
            group by row_id, item
            having bool_and(is_old) or bool_and(not is_old)
        ),
        moved as (
            select
                row_id,
                list(item order by item) filter (where is_old) as old_items,
                list(item order by item) filter (where is_new) as new_items
            from items
            group by row_id
        )
        select '{table}', row_id, label, 'changed', '{column}', to_json(old_items)::varchar, to_json(new_items)::varchar
        from moved join paired using (row_id)
    """


def _label(side: str, table: Compared, columns: Mapping[str, str]) -> str:
    parts = [_as_text(side, name, columns[name]) for name in table.label_columns if name in columns]
    return f"nullif(concat_ws(' ', {', '.join(parts)}), '')" if parts else "null"


def _as_text(side: str, column: str, kind: str) -> str:
    name = f'{side}."{column}"'
    if kind in ("DOUBLE", "FLOAT"):
        return f"printf('%.12g', {name})"
    if kind.startswith("DECIMAL"):
        return f"rtrim(rtrim({name}::varchar, '0'), '.')"
    return f"{name}::varchar"


def _rows_of(table: str) -> str:
    return f"(select distinct row_id from _changes where table_name = '{table}')"


def _evidence(table: str, rows: str, part_table: str | None) -> str:
    """Rows of a table with the documents they were read from, and what happened to the part or to the document.

    Args:
        rows: Query of ``row_id``, ``document_id`` and, where there is a part in between, its ``part_id``.
    """
    if part_table is None:
        return f"""
            select '{table}', row_id, document_id, _document_causes.cause
            from ({rows}) left join _document_causes using (document_id)
        """
    return f"""
        select '{table}', read.row_id, document_id, coalesce(_gated.cause, _document_causes.cause)
        from ({rows}) as read
        left join _document_causes using (document_id)
        left join _gated on _gated.table_name = '{part_table}' and _gated.row_id = part_id
    """


_FIGURES_BEHIND = """
    select _parts.row_id, figures.document_id, _parts.part_id
    from _parts join {side}.marts.fct_figures as figures on figures.figure_id = _parts.part_id
"""
"""Documents of the figures of observations."""


_ROWS = {
    "dim_documents": ("select row_id, row_id as document_id from {rows} where '{side}' = 'release'", None),
    "fct_figures": (
        "select figure_id as row_id, document_id from {side}.marts.fct_figures where figure_id in {rows}",
        None,
    ),
    "fct_observations": (_FIGURES_BEHIND, "fct_figures"),
    "fct_target_outcomes": (_FIGURES_BEHIND, "fct_figures"),
    "fct_trends": (_FIGURES_BEHIND, "fct_figures"),
    "fct_events": (
        "select event_id as row_id, document_id, event_mention_id as part_id "
        "from {side}.marts.fct_event_mentions where event_id in {rows}",
        "fct_event_mentions",
    ),
}
"""Table to the query of its rows with their documents, and the table of the parts in between."""

_LINKED = {
    "fct_observations": ("observation_id", ("observation_id",)),
    "fct_target_outcomes": ("observation_id", ("observation_id", "outcome_observation_id")),
    "fct_trends": ("trend_id", ("observation_id", "previous_observation_id", "change_observation_id")),
}
"""Tables made of observations: their key, and the columns that name those."""


def _evidence_of(table: str, side: str) -> Iterator[str]:
    rows = _rows_of(table)
    query, part_table = _ROWS[table]
    if table in _LINKED:
        # Tables of their own: DuckDB 2.0.0 fails on a join whose build side is a union, or is unnested, over
        # dictionary-compressed columns ("dict-surviving join: … not single-source").
        key, columns = _LINKED[table]
        yield "create temp table _links as " + " union ".join(
            f'select "{key}" as row_id, "{column}" as observation_id from {side}.marts.{table} '
            f'where "{key}" in {rows} and "{column}" is not null'
            for column in columns
        )
        yield (
            "create temp table _parts as select _links.row_id, unnest(figure_ids) as part_id "
            f"from _links join {side}.marts.fct_observations using (observation_id)"
        )
    yield f"insert into _evidence {_evidence(table, query.format(side=side, rows=rows), part_table)}"
    if table in _LINKED:
        yield "drop table _parts"
        yield "drop table _links"


def _explained(old_id: str, new_id: str) -> str:
    """A row's own fate at the gate comes first, then what happened to its documents; else it was the rules."""
    return f"""
        insert into _revisions by name
        with causes as (
            select
                table_name, row_id,
                arg_min(cause, list_position(
                    ['new document', 'withheld', 'released', 'document gone', 'read again', 'document changed'], cause
                )) as cause,
                list(distinct document_id order by document_id) filter (where cause is not null) as causing,
                list(distinct document_id order by document_id) as all_documents
            from _evidence
            group by table_name, row_id
        )
        select
            {quoted(new_id)} as release_id,
            {quoted(old_id)} as parent_release_id,
            changes.table_name,
            changes.row_id,
            changes.row_label,
            changes.change,
            changes.column_name,
            changes.old_value,
            changes.new_value,
            coalesce(if(changes.change = 'changed', null, _gated.cause), causes.cause, 'rules') as reason,
            coalesce(causes.causing, causes.all_documents, []) as document_ids
        from _changes as changes
        left join causes on changes.table_name = causes.table_name and changes.row_id = causes.row_id
        left join _gated on changes.table_name = _gated.table_name and changes.row_id = _gated.row_id
    """
