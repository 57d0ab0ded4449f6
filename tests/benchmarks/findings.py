"""Fills ``raw`` and ``parsed`` with synthetic documents and findings, without reading a text.

Every value follows from the document's number, so any range of numbers can be added to any other. Names, measures and
years are as unevenly common as in news: a few countries and goods are in most documents, thousands of firms in a few.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

SENTENCES_PER_DOCUMENT = 8
ENTITIES_PER_DOCUMENT = 5
FIGURES_PER_DOCUMENT = 5
EVENTS_PER_DOCUMENT = 2
WORDS_PER_DOCUMENT = 120
FIRMS = 20_000
COPIES_PER_HUNDRED = 8

_MACROS = """
create or replace temp macro draw(parts, choices) as (hash(parts) % choices)::bigint;
-- The first of many choices is drawn far more often than the last, as names are in news.
create or replace temp macro draw_uneven(parts, choices) as
    floor(choices * pow((hash(parts) % 1000000) / 1e6, 3))::bigint;
-- A copy repeats the text and the findings of a document shortly before it.
create or replace temp macro original(number) as
    case when draw([number, 11], 100) < $copies and number > 0 then number - 1 - draw([number, 12], least(number, 40))
    else number end;
create or replace temp macro document_key(number) as left(sha256('document ' || number), 20);
create or replace temp macro day_of(number) as date '2015-01-01' + draw([number, 1], 3650)::integer;
create or replace temp macro entity_of(number, place) as case
    when place <= 2 then draw_uneven([original(number), 2, place], (select count(*) from _countries))
    else 1000 + draw_uneven([original(number), 2, place], $firms)
end;
create or replace temp macro entity_key(entity) as case
    when entity < 1000 then 'country:' || (select country_iso3 from _countries where rank = entity)
    else left(sha256('firm ' || entity), 20)
end;
"""

_TABLES = {
    "raw.documents": """
        select
            document_key(number) as document_id, 'bench' as source_id, 'Paper ' || draw([number, 3], 60) as publisher,
            'Document ' || number as title, number || '.txt' as uri, 'en' as language,
            day_of(original(number)) + (original(number) != number)::integer as published_on,
            'metadata' as published_basis,
            array_to_string(list_transform(range($words), lambda word: case
                -- Every thirtieth word of a copy is the desk's own.
                when original(number) != number and word % 30 = 7 then 'edit' || draw([number, word], 1000)
                else 'word' || draw_uneven([original(number), 4, word], 30000)
            end), ' ') as body,
            $words as word_count, sha256('content ' || number) as content_sha256, 'text/plain' as media_type,
            ''::blob as raw, 'bench' as cleaner_version, timestamptz '2026-01-01 00:00:00+00' as first_seen_at,
            'bench' as run_id
        from _numbers
    """,
    "parsed.documents": """
        select
            document_id, 'bench' as extractor_version, published_on, $sentences as sentence_count, word_count,
            first_seen_at as parsed_at, 'bench' as run_id
        from raw.documents where document_id in (select document_key(number) from _numbers)
    """,
    "parsed.sentences": """
        select
            left(sha256('sentence ' || number || ' ' || place), 20) as sentence_id, document_key(number) as document_id,
            place as position, place * 90 as char_start, place * 90 + 80 as char_end,
            case draw([number, 5, place], 12)
                when 0 then 'Trade between the two countries grew, officials of both sides said at the port.'
                else 'Officials said that the figures would be looked at again before the end of May.'
            end as surface
        from _numbers, range($sentences) as places(place)
    """,
    "parsed.entities": """
        select
            document_key(number) as document_id, entity_key(entity_of(number, place)) as entity_id,
            any_value(coalesce(country_name, 'Firm ' || entity_of(number, place))) as entity_name,
            any_value(if(country_name is null, 'ORG', 'GPE')) as entity_type, any_value(wikidata_id) as wikidata_id,
            any_value(country_iso3) as country_iso3, []::varchar[] as aliases,
            any_value(country_name is not null) as is_curated
        from _numbers
        cross join range(1, $entities + 1) as places(place)
        left join _countries as countries on rank = entity_of(number, place)
        group by all
    """,
    "parsed.mentions": """
        select
            left(sha256('mention ' || number || ' ' || place), 20) as mention_id,
            document_key(number) as document_id,
            left(sha256('sentence ' || number || ' ' || place % $sentences), 20) as sentence_id,
            (place % $sentences) * 90 as char_start, (place % $sentences) * 90 + 9 as char_end, 'Officials' as surface,
            entity_key(entity_of(number, 1 + place % $entities)) as entity_id, 'ORG' as ner_label,
            'alias' as link_method, 0.9 as confidence
        from _numbers, range(2 * $entities) as places(place)
    """,
    "parsed.figures": """
        with drawn as (
            select
                number, place, original(number) as source,
                2010 + draw_uneven([original(number), 6, place], 15) as year,
                draw([original(number), 7, place], 10) as shape,
                1 + draw([original(number), 8, place], 400) as amount
            from _numbers, range($figures) as places(place)
        )
        select
            left(sha256('figure ' || number || ' ' || place), 20) as figure_id, document_key(number) as document_id,
            left(sha256('sentence ' || number || ' ' || place), 20) as sentence_id,
            place * 90 + 10 as char_start, place * 90 + 30 as char_end,
            case when shape < 3 then amount || ' million tons' when shape < 7 then '$' || amount || ' billion'
                else amount || '%' end as surface,
            case when shape < 7 then 'level' else 'change' end as kind,
            case when shape < 3 then amount * 1e6 when shape < 7 then amount * 1e9 else amount end as value,
            value as value_low, value as value_high,
            case when amount % 7 = 0 then '~' else '=' end as comparator,
            case when shape < 3 then 't' when shape < 7 then 'USD' else '%' end as unit_code,
            case when shape < 3 then 'mass' when shape < 7 then 'money' else 'ratio' end as dimension,
            case when shape = 6 then null else
                ['exports', 'trade_turnover', 'imports', 'production', 'investment', 'revenue']
                    [1 + draw_uneven([source, 9, place], 6)] end as measure,
            'amount ' || draw([source, 10, place], 500) as measure_surface,
            case when shape < 3 then ['crude_oil', 'coal', 'grain', 'metals'][1 + draw_uneven([source, 13, place], 4)]
                end as commodity,
            case when shape in (0, 1, 3, 7) then entity_key(entity_of(number, 1)) end as supplier_entity_id,
            case when shape in (0, 3) then entity_key(entity_of(number, 2)) end as recipient_entity_id,
            case when shape in (4, 8) then entity_key(entity_of(number, 3)) end as subject_entity_id,
            case when shape != 5 then make_date(year, 1, 1) end as period_start,
            case when shape != 5 then make_date(year, 12, 31) end as period_end,
            case when shape != 5 then 'in ' || year end as period_surface,
            case when shape != 5 then 'stated' end as period_basis,
            case when amount % 9 = 0 then 'target' when amount % 11 = 0 then 'forecast' else 'reported' end as status,
            case when kind = 'change' and place > 0
                then left(sha256('figure ' || number || ' ' || place - 1), 20) end as base_figure_id,
            case when kind = 'change' then 'up' end as direction, false as is_record,
            case when shape = 9 then entity_key(entity_of(number, 4)) end as speaker_entity_id, 0.8 as confidence
        from drawn
    """,
    "parsed.events": """
        select
            left(sha256('event ' || number || ' ' || place), 20) as event_mention_id, event_mention_id as event_id,
            document_key(number) as document_id,
            left(sha256('sentence ' || number || ' ' || place), 20) as sentence_id,
            place * 90 + 40 as char_start, place * 90 + 46 as char_end, 'signed' as surface, 0.7 as confidence,
            ['AGREE', 'CONSULT', 'MARKET', 'COOPERATE', 'REJECT'][1 + draw([original(number), 14, place], 5)]
                as event_type,
            case draw([original(number), 15, place], 4) when 0 then 'visit' when 1 then 'multilateral' end
                as event_mode,
            '057' as cameo_code, 'verbal cooperation' as quad_class, 5.0 as intensity,
            case when draw([original(number), 16, place], 40) = 0
                then 1 + draw([original(number), 17, place], 30) || 'th Forum of Ports' end as event_name,
            'occurred' as status,
            case when draw([original(number), 18, place], 3) > 0
                then day_of(original(number)) - draw([original(number), 19, place], 3)::integer end as date_start,
            date_start as date_end, case when date_start is not null then 'on Monday' end as date_surface,
            case when date_start is not null then 'relative' end as date_basis
        from _numbers, range($events) as places(place)
    """,
    "parsed.event_participants": """
        select
            document_key(number) as document_id, left(sha256('event ' || number || ' ' || place), 20)
                as event_mention_id,
            entity_key(entity_of(number, party)) as entity_id, if(party = 1, 'actor', 'recipient') as role
        from _numbers, range($events) as places(place), range(1, 3) as parties(party)
    """,
    "parsed.event_figures": """
        select
            document_key(number) as document_id,
            left(sha256('event ' || number || ' ' || place), 20) as event_mention_id,
            left(sha256('figure ' || number || ' ' || place), 20) as figure_id
        from _numbers, range(1) as places(place)
    """,
}

_COUNTS = {
    "sentences": SENTENCES_PER_DOCUMENT,
    "entities": ENTITIES_PER_DOCUMENT,
    "figures": FIGURES_PER_DOCUMENT,
    "events": EVENTS_PER_DOCUMENT,
    "words": WORDS_PER_DOCUMENT,
    "firms": FIRMS,
    "copies": COPIES_PER_HUNDRED,
}


def add_documents(connection: "duckdb.DuckDBPyConnection", start: int, stop: int) -> None:
    """Add the documents of these numbers with all that would have been read out of them."""
    from flows.paths import SEEDS

    connection.execute(
        f"""
        create or replace temp table _countries as
        select row_number() over (order by hash(country_iso3)) - 1 as rank, country_iso3, country_name, wikidata_id
        from read_csv('{SEEDS / "countries.csv"}', header = true)
        """
    )
    connection.execute(_filled(_MACROS))
    connection.execute(f"create or replace temp table _numbers as select range as number from range({start}, {stop})")
    for table, query in _TABLES.items():
        connection.execute(f"insert into {table} by name {_filled(query)}")


def _filled(sql: str) -> str:
    # The longest name first: no name may be taken for the beginning of another.
    for name in sorted(_COUNTS, key=len, reverse=True):
        sql = sql.replace(f"${name}", str(_COUNTS[name]))
    return sql
