{{ config(materialized='table') }}
{%- set event_traits = 'island, event_mode_filled, ordinal_filled, persons_filled, place_country_iso3_filled' %}

-- Which events of different documents are one: one row per event of one document, with the `event_id` that all
-- reports of it share. All mentions take part, withheld ones too, so that withholding one changes no other's key.
with

mentions as (select * from {{ ref('stg_parsed__events') }}),
documents as (select document_id, story_id, published_on from {{ ref('int_documents__published') }}),
entities as (select entity_id, entity_type, country_iso3 from {{ ref('int_entities__merged') }}),

participants as (
    select distinct
        mentions.document_id,
        mentions.document_event_id,
        participants.entity_id,
        participants.role,
        entities.entity_type,
        coalesce(entities.country_iso3, participants.entity_id) as party
    from {{ ref('stg_parsed__event_participants') }} as participants
    inner join mentions on participants.event_mention_id = mentions.event_mention_id
    left join entities on participants.entity_id = entities.entity_id
),

participant_keys as (
    select
        document_id,
        document_event_id,
        nullif(array_to_string(
            list_sort(list_distinct(list(party) filter (where role in ('actor', 'recipient')))), '+'
        ), '') as parties,
        -- Of a market nobody acts: what it is about tells one from another.
        nullif(array_to_string(
            list_sort(list_distinct(list(entity_id) filter (where role in ('object', 'topic')))), '+'
        ), '') as topics,
        nullif(array_to_string(
            list_sort(list_distinct(
                list(entity_id) filter (where role in ('actor', 'recipient') and entity_type = 'PERSON')
            )), '+'
        ), '') as persons,
        nullif(array_to_string(
            list_sort(list_distinct(
                list(entity_id) filter (where role in ('actor', 'recipient') and entity_type in ('PERSON', 'ORG'))
            )), '+'
        ), '') as named
    from participants
    group by all
),

-- An event of one document: what its clearest mention says, and what that leaves open from the next clearest.
document_events as (
    select
        mentions.document_id,
        mentions.document_event_id,
        min(mentions.char_start) as char_start,
        first(mentions.event_type order by mentions.confidence desc, mentions.char_start) as event_type,
        first(mentions.event_mode order by mentions.confidence desc, mentions.char_start)
            filter (where mentions.event_mode is not null) as event_mode,
        first(mentions.event_name order by mentions.confidence desc, mentions.char_start)
            filter (where mentions.event_name is not null) as event_name,
        first(mentions.status order by mentions.confidence desc, mentions.char_start) as status,
        first(mentions.date_start order by mentions.confidence desc, mentions.char_start)
            filter (where mentions.date_start is not null) as date_start,
        first(mentions.date_end order by mentions.confidence desc, mentions.char_start)
            filter (where mentions.date_start is not null) as date_end,
        first(mentions.place_country_iso3 order by mentions.confidence desc, mentions.char_start)
            filter (where mentions.place_country_iso3 is not null) as place_country_iso3
    from mentions
    group by all
),

keyed as (
    select
        document_events.document_id,
        document_events.document_event_id,
        document_events.char_start,
        document_events.event_mode,
        document_events.place_country_iso3,
        -- What two countries do on one day is mostly one thing, whoever does it for them; but two presidents who meet
        -- are not two ministers who do. Without a date, whoever is named must be the same.
        case
            when document_events.date_start is null then participant_keys.named else participant_keys.persons
        end as persons,
        documents.story_id,
        documents.published_on,
        document_events.event_name,
        document_events.date_start,
        coalesce(document_events.date_end, document_events.date_start) as date_end,
        -- "4th", "2024": what tells one of a series from the next.
        nullif(regexp_extract(document_events.event_name, '(\d+)(st|nd|rd|th)', 1), '') as ordinal,
        concat_ws(
            '|',
            document_events.event_type,
            -- Reports of a numbered event need not name the same guests; those without parties need the same story.
            case
                when regexp_matches(document_events.event_name, '\d+(st|nd|rd|th)')
                    then lower(document_events.event_name)
                else coalesce(
                    participant_keys.parties, participant_keys.topics, document_events.event_name, documents.story_id
                )
            end
        ) as matter
    from document_events
    inner join documents on document_events.document_id = documents.document_id
    left join participant_keys
        on document_events.document_id = participant_keys.document_id
        and document_events.document_event_id = participant_keys.document_event_id
),

-- Dated events of one matter whose days touch are one; a coarse date ("in 2023") only joins its like.
dated as (
    select
        *,
        date_end - date_start >= {{ var('event_coarse_days') }} as is_coarse,
        case
            when date_end - date_start >= {{ var('event_coarse_days') }} then concat_ws('/', date_start, date_end)
            else ''
        end as coarse_period
    from keyed
    where date_start is not null
),

dated_starts as (
    select
        *,
        coalesce(
            date_start > max(date_end) over (
                partition by matter, coarse_period
                order by date_start, date_end, document_id, document_event_id
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as is_start
    from dated
),

dated_islands as (
    select
        * exclude (is_start),
        sum(case when is_start then 1 else 0 end) over (
            partition by matter, coarse_period
            order by date_start, date_end, document_id, document_event_id
            rows unbounded preceding
        ) as island
    from dated_starts
),

days as (
    select
        matter,
        island,
        min(date_start) as first_day,
        max(date_end) as last_day
    from dated_islands
    where not is_coarse
    group by matter, island
),

-- An undated event belongs to the latest dated one of its matter, if that was just before its publication.
undated as (
    select
        keyed.*,
        case
            when keyed.published_on - days.last_day <= {{ var('event_report_days') }} then days.island
        end as dated_island
    from (select * from keyed where date_start is null) as keyed
    asof left join days
        on keyed.matter = days.matter and keyed.published_on >= days.first_day
),

undated_starts as (
    select
        *,
        coalesce(
            published_on - lag(published_on) over (
                partition by matter order by published_on, document_id, document_event_id
            ) > {{ var('event_report_days') }},
            true
        ) as is_start
    from undated
    where dated_island is null
),

islands as (
    select
        document_id,
        document_event_id,
        concat_ws('|', 'day', matter, coarse_period, island) as island
    from dated_islands
    union all
    select
        document_id,
        document_event_id,
        concat_ws('|', 'day', matter, '', dated_island) as island
    from undated
    where dated_island is not null
    union all
    select
        document_id,
        document_event_id,
        case
            -- Without any date only the copies of one story are the same report.
            when published_on is null then concat_ws('|', 'story', matter, story_id)
            else concat_ws('|', 'report', matter, sum(case when is_start then 1 else 0 end) over (
                partition by matter
                order by published_on, document_id, document_event_id
                rows unbounded preceding
            ))
        end as island
    from undated_starts
),

-- What one report leaves open, the others of its island tell, if they agree.
filled as (
    select
        keyed.*,
        islands.island,
        {% for trait in ['event_mode', 'ordinal', 'persons', 'place_country_iso3'] %}
        case
            when keyed.{{ trait }} is not null then keyed.{{ trait }}
            when min(keyed.{{ trait }}) over island = max(keyed.{{ trait }}) over island
                then min(keyed.{{ trait }}) over island
        end as {{ trait }}_filled{{ ',' if not loop.last }}
        {% endfor %}
    from keyed
    inner join islands
        on keyed.document_id = islands.document_id and keyed.document_event_id = islands.document_event_id
    window island as (partition by islands.island)
),

-- Traits part what days had joined: two calls during one long forum are two again. Without a date, what one document
-- tells apart stays apart: its first such event may be another document's first, not its second.
parted as (
    select
        *,
        case
            when date_start is null then 0
            when date_start > max(date_end) over (
                partition by {{ event_traits }}
                order by coalesce(date_start, published_on), date_start nulls last, document_id, document_event_id
                rows between unbounded preceding and 1 preceding
            ) then 1
            else 0
        end as is_later_day,
        case
            when date_start is null and event_name is null
                then row_number() over (
                    partition by document_id, date_start is null, {{ event_traits }}
                    order by char_start, document_event_id
                )
            else 1
        end as place_in_document
    from filled
),

split as (
    select
        *,
        sum(is_later_day) over (
            partition by {{ event_traits }}
            order by coalesce(date_start, published_on), date_start nulls last, document_id, document_event_id
            rows unbounded preceding
        ) as day_number
    from parted
)

select
    document_id,
    document_event_id,
    story_id,
    published_on,
    -- The earliest report names the event: later reports join it and change nothing.
    {{ stable_id(["'event'", 'first_value(document_event_id) over event', 'first_value(document_id) over event']) }}
        as event_id
from split
window event as (
    partition by {{ event_traits }}, day_number, place_in_document
    order by published_on nulls last, document_id, char_start, document_event_id
)
