"""A warehouse as dbt leaves it, made by hand in a moment: eight short documents, 48 figures, all of them right.

Tests of the gate and of releases damage it, or count on its being whole. Countries and numbers are invented together.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from flows.gate.rules import load_suites
from flows.gate.state import write_state
from flows.paths import SEEDS
from flows.records import stable_id
from flows.release.content import describe_tables, hash_of
from flows.settings import Settings
from flows.warehouse import append_arrow, open_warehouse

PAIRS = [
    ("Russia", "China"), ("Norway", "Germany"), ("Qatar", "Japan"), ("Brazil", "India"),
    ("Canada", "Mexico"), ("Algeria", "Italy"), ("Angola", "Spain"), ("Oman", "Turkey"),
]  # fmt: skip
ISO3 = {
    "Russia": "RUS", "China": "CHN", "Norway": "NOR", "Germany": "DEU", "Qatar": "QAT", "Japan": "JPN", "Brazil": "BRA",
    "India": "IND", "Canada": "CAN", "Mexico": "MEX", "Algeria": "DZA", "Italy": "ITA", "Angola": "AGO", "Spain": "ESP",
    "Oman": "OMN", "Turkey": "TUR",
}  # fmt: skip
SQL_TYPES = {
    "text": "varchar", "text[]": "varchar[]", "integer": "integer", "decimal": "decimal(38, 9)", "number": "double",
    "double": "double", "boolean": "boolean", "date": "date", "timestamptz": "timestamptz",
}  # fmt: skip
PUBLISHED = date(2024, 5, 17)
YEAR_2023 = {"period_start": date(2023, 1, 1), "period_end": date(2023, 12, 31)}
# Unit code to its dimension, reporting unit and factor, as in units.csv; the gate checks them against it.
UNITS = {
    "t": ("mass", "t", 1.0), "USD": ("money", "USD", 1.0), "%": ("ratio", "%", 1.0), "GW": ("power", "MW", 1000.0),
    "m3": ("volume", "m3", 1.0), "USD/[bbl_us]": ("money_per_volume", "USD/m3", 1 / 0.158987294928),
}  # fmt: skip

Rows = dict[str, list[dict[str, Any]]]


def make_good_build(home: Path, *, document_count: int = len(PAIRS)) -> Settings:
    """A settings object whose warehouse holds a build with nothing wrong in it."""
    settings = Settings(home=home)
    with open_warehouse(settings) as connection:
        write_build(connection, good_rows(document_count))
    return settings


def good_rows(document_count: int = len(PAIRS)) -> Rows:
    """All rows of ``marts``, but those of the code lists."""
    rows: Rows = {table: [] for table in load_suites() if table not in _CODE_LISTS}
    for number in range(document_count):
        _add_document(rows, number)
    for name in sorted({row["entity_id"] for row in rows["fct_mentions"]}):
        mine = [row for row in rows["fct_mentions"] if row["entity_id"] == name]
        country = next(country for country in ISO3 if entity_id(country) == name)
        rows["dim_entities"].append(
            {
                "entity_id": name, "entity_name": country, "entity_type": "GPE", "country_iso3": ISO3[country],
                "wikidata_id": f"Q{1000 + list(ISO3).index(country)}", "aliases": [], "mention_count": len(mine),
                "document_count": len({row["document_id"] for row in mine}), "first_mentioned_on": PUBLISHED,
                "last_mentioned_on": PUBLISHED, "is_curated": True,
            }
        )  # fmt: skip
    return rows


def entity_id(country: str) -> str:
    return stable_id("entity", country)


_CODE_LISTS = {
    "dim_units": 'select * replace (factor::double as factor) rename ("offset" as zero_offset) '
    'from (select * replace ("offset"::double as "offset") '
    "from read_csv('{seeds}/units.csv', header = true, all_varchar = true))",
    "dim_measure_ranges": "select * replace (plausible_min::double as plausible_min, plausible_max::double as "
    "plausible_max) from read_csv('{seeds}/plausible_ranges.csv', header = true, all_varchar = true)",
    "dim_measures": "select measure, measure_name, description, string_split(dimensions, '|') as dimensions, source "
    "from read_csv('{seeds}/measures.csv', header = true, all_varchar = true)",
    "dim_commodities": "select commodity, commodity_name, description, coalesce((select list(dimension) "
    "from read_csv('{seeds}/commodity_dimensions.csv', header = true, all_varchar = true) as d "
    "where d.commodity = c.commodity), []) as dimensions "
    "from read_csv('{seeds}/commodities.csv', header = true, all_varchar = true) as c",
    "dim_event_types": "select 'AGREE' as event_type, 'sign' as event_mode, '057' as cameo_code, "
    "'verbal cooperation' as quad_class, 8.0::double as intensity, 'Sign an agreement.' as description",
}
_INPUTS = {
    "dim_sentences": "parsed.sentences", "dim_entities": "parsed.entities", "fct_mentions": "parsed.mentions",
    "fct_figures": "parsed.figures", "fct_event_mentions": "parsed.events",
}  # fmt: skip


def write_build(connection: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """Create ``marts`` with these rows, and the input tables they were made of."""
    connection.execute("create schema if not exists marts")
    for table, suite in load_suites().items():
        if table in _CODE_LISTS:
            connection.execute(f"create or replace table marts.{table} as {_CODE_LISTS[table].format(seeds=SEEDS)}")
            continue
        columns = ", ".join(f'"{name}" {SQL_TYPES[kind]}' for name, kind in suite.columns.items())
        connection.execute(f"create or replace table marts.{table} ({columns})")
        insert_rows(connection, f"marts.{table}", list(suite.columns), rows[table])
    connection.execute(
        """
        insert into raw.documents by name
        select * exclude (story_id, is_syndicated_copy, extractor_version), 'text/plain' as media_type, ''::blob as raw,
            '1' as cleaner_version, 'run' as run_id
        from marts.dim_documents
        """
    )
    connection.execute(
        """
        insert into parsed.documents
        select document_id, extractor_version, published_on, 5, word_count, first_seen_at, 'run'
        from marts.dim_documents
        """
    )
    for table, source in _INPUTS.items():
        _fill_input(connection, table, source)


def _fill_input(connection: duckdb.DuckDBPyConnection, table: str, source: str) -> None:
    """Copy what input and mart share; what only the input has is not looked at, so any value will do."""
    shared = "select column_name from duckdb_columns() where schema_name = $1 and table_name = $2"
    schema, _, name = source.partition(".")
    ours = {row[0] for row in connection.execute(shared, ["marts", table]).fetchall()}
    fillers = {"document_id": "''", "event_type": "'AGREE'", "status": "'occurred'"}
    columns = [row[0] for row in connection.execute(shared, [schema, name]).fetchall()]
    picked = [f'"{column}"' if column in ours else f"{fillers.get(column, 'null')} as {column}" for column in columns]
    connection.execute(f"insert into {source} by name select {', '.join(picked)} from marts.{table}")


def insert_rows(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], rows: list[dict[str, Any]]
) -> None:
    import pyarrow as pa

    if rows:
        append_arrow(connection, table, pa.table({name: pa.array([row.get(name) for row in rows]) for name in columns}))


def _add_document(rows: Rows, number: int) -> None:
    giver, taker = PAIRS[number % len(PAIRS)]
    tons, billions, share, fall, gigawatts, deal = (
        20 + number,
        3 + number,
        4 + number,
        2 + number,
        10 + number,
        1 + number,
    )
    document = stable_id("document", number)
    sentences = [
        f"{giver} exported {tons} million tons of crude oil to {taker} in 2023.",
        f"Trade between {giver} and {taker} reached ${billions} billion in 2023, up {share}% on the year — a record.",
        f"Deliveries fell by {fall}% in 2023, the ministry said.",
        f"Wind capacity is to grow to {gigawatts} GW by 2030.",
        f"A contract with {taker} worth ${deal} billion was signed by {giver} in March 2024.",
    ]
    body = " ".join(sentences) + f" Note {number}."
    rows["dim_documents"].append(
        {
            "document_id": document, "source_id": "hand", "publisher": "The Gate", "title": f"Oil, {number}",
            "uri": f"{number:03}.txt", "url": f"https://example.org/{number}", "authors": [], "language": "en",
            "published_at": None, "published_on": PUBLISHED, "published_basis": "metadata", "body": body,
            "word_count": len(body.split()), "content_sha256": sha256(body.encode()).hexdigest(), "story_id": document,
            "is_syndicated_copy": False, "first_seen_at": datetime(2024, 5, 18, number % 24, tzinfo=UTC),
            "extractor_version": "x1",
        }
    )  # fmt: skip
    keys = []
    for position, surface in enumerate(sentences):
        start = body.index(surface)
        key = stable_id(document, "sentence", position)
        keys.append(key)
        rows["dim_sentences"].append(
            {"sentence_id": key, "document_id": document, "position": position, **_span(body, surface, start)}
        )
        for country in (giver, taker):
            if country in surface:
                rows["fct_mentions"].append(
                    {
                        "mention_id": stable_id(key, country), "document_id": document, "sentence_id": key,
                        **_span(body, country, start), "entity_id": entity_id(country), "ner_label": "GPE",
                        "link_method": "country", "confidence": 0.97,
                    }
                )  # fmt: skip
    place = {"document_id": document, "body": body, "sentences": sentences, "keys": keys, "rows": rows}
    parties = {"supplier_entity_id": entity_id(giver), "recipient_entity_id": entity_id(taker)}
    oil = {"measure": "exports", "commodity": "crude_oil", **parties, **YEAR_2023, **_STATED_2023}
    _add_figure(place, 0, f"{tons} million tons", tons * 1_000_000, "t", **oil)
    turnover = _add_figure(
        place, 1, f"${billions} billion", billions * 10**9, "USD", measure="trade_turnover", **YEAR_2023, **_STATED_2023
    )
    change = {"kind": "change", "change_basis": "year_on_year", **YEAR_2023, **_STATED_2023}
    _add_figure(place, 1, f"up {share}%", share, "%", direction="up", base_figure_id=turnover, **change)
    _add_figure(place, 2, f"{fall}%", -fall, "%", direction="down", measure="supply", **change)
    goal = _add_figure(
        place, 3, f"{gigawatts} GW", gigawatts, "GW", measure="capacity", status="target", period_surface="by 2030",
        period_basis="stated", period_start=date(2030, 1, 1), period_end=date(2030, 12, 31),
    )  # fmt: skip
    worth = _add_figure(place, 4, f"${deal} billion", deal * 10**9, "USD", measure="deal_value")
    rows["fct_target_outcomes"].append(
        {
            "observation_id": stable_id("observation", goal), "target_value": gigawatts * 1000.0,
            "due_on": date(2030, 12, 31), "stated_on": PUBLISHED, "result": "open",
        }
    )  # fmt: skip
    _add_event(place, worth, giver, taker)


_STATED_2023 = {"period_surface": "in 2023", "period_basis": "stated"}


def _span(body: str, surface: str, start: int) -> dict[str, Any]:
    begin = body.index(surface, start)
    return {"char_start": begin, "char_end": begin + len(surface), "surface": surface}


def _add_figure(place: Mapping[str, Any], sentence: int, surface: str, value: float, unit: str, **columns: Any) -> str:
    dimension, reporting, factor = UNITS[unit]
    key = stable_id(place["document_id"], sentence, surface)
    body, rows = place["body"], place["rows"]
    exact = Decimal(value)
    figure = {
        "figure_id": key, "document_id": place["document_id"], "sentence_id": place["keys"][sentence],
        **_span(body, surface, body.index(place["sentences"][sentence])), "kind": "level", "value": exact,
        "value_low": exact, "value_high": exact, "comparator": "=", "unit_code": unit, "unit_surface": None,
        "dimension": dimension, "canonical_value": value * factor, "canonical_unit": reporting, "status": "reported",
        "is_record": False, "confidence": 0.89 if sentence % 2 else 0.91, **columns,
    }  # fmt: skip
    rows["fct_figures"].append(figure)
    shared = (
        "measure", "commodity", "supplier_entity_id", "recipient_entity_id", "subject_entity_id", "period_start",
        "period_end", "dimension", "status",
    )  # fmt: skip
    rows["fct_observations"].append(
        {
            **{name: figure.get(name) for name in shared}, "observation_id": stable_id("observation", key),
            "currency": unit if dimension == "money" else None, "value": figure["canonical_value"],
            "value_min": figure["canonical_value"], "value_max": figure["canonical_value"], "figure_count": 1,
            "document_count": 1, "independent_source_count": 1, "first_reported_on": PUBLISHED,
            "last_reported_on": PUBLISHED, "is_conflicting": False, "figure_ids": [key],
        }
    )  # fmt: skip
    return key


def _add_event(place: Mapping[str, Any], figure: str, giver: str, taker: str) -> None:
    rows, document, body = place["rows"], place["document_id"], place["body"]
    event = stable_id("event", document)
    rows["fct_event_mentions"].append(
        {
            "event_mention_id": stable_id("event_mention", document), "event_id": event, "document_id": document,
            "sentence_id": place["keys"][4], **_span(body, "signed", body.index(place["sentences"][4])),
            "confidence": 0.8,
        }
    )  # fmt: skip
    rows["fct_events"].append(
        {
            "event_id": event, "event_type": "AGREE", "event_mode": "sign", "cameo_code": "057",
            "quad_class": "verbal cooperation", "intensity": 8.0, "status": "occurred", "date_start": date(2024, 3, 1),
            "date_end": date(2024, 3, 31), "date_surface": "in March 2024", "date_basis": "stated",
            "place_entity_id": entity_id(taker), "place_country_iso3": ISO3[taker], "mention_count": 1,
            "document_count": 1, "independent_source_count": 1, "first_reported_on": PUBLISHED,
            "last_reported_on": PUBLISHED, "confidence": 0.8,
        }
    )  # fmt: skip
    for country, role in ((giver, "actor"), (taker, "recipient")):
        rows["bridge_event_participants"].append({"event_id": event, "entity_id": entity_id(country), "role": role})
    rows["bridge_event_figures"].append({"event_id": event, "figure_id": figure})


def approve(settings: Settings) -> None:
    """Let the marts pass as they stand, for tests of what comes after the gate: judging them takes seconds."""
    with open_warehouse(settings) as connection:
        passed = hash_of(describe_tables(connection, ("marts",)))
        write_state(connection, run_id="approved", inputs_digest="none", passed_sha256=passed)


def keys_of(rows: Rows, number: int) -> dict[str, str]:
    """Names for the keys of one document's rows: ``fig0`` to ``fig5``, ``sentence0``, ``mention0``, ``event`` …"""
    document = rows["dim_documents"][number]["document_id"]
    named = {"document": document}
    for prefix, table, key in (
        ("sentence", "dim_sentences", "sentence_id"),
        ("mention", "fct_mentions", "mention_id"),
        ("fig", "fct_figures", "figure_id"),
    ):
        mine = [row[key] for row in rows[table] if row["document_id"] == document]
        named.update({f"{prefix}{position}": value for position, value in enumerate(mine)})
    giver, taker = PAIRS[number % len(PAIRS)]
    named |= {"giver": entity_id(giver), "taker": entity_id(taker)}
    named |= {f"obs{place}": stable_id("observation", named[f"fig{place}"]) for place in range(6)}
    return named | {"event": stable_id("event", document), "event_mention": stable_id("event_mention", document)}
