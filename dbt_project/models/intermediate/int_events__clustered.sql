{{ config(materialized='table') }}
{%- set event_traits = 'island, event_mode_filled, ordinal_filled, persons_filled, place_country_iso3_filled' %}

-- Which events of different documents are one: one row per event of one document, with the `event_id` that all
-- reports of it share. All mentions take part, withheld ones too, so that withholding one changes no other's key.
with

keyed as (select * from {{ ref('int_events__keyed') }}),

-- Dated events of one matter whose days touch are one; a coarse date ("in 2023") only joins its like, but "the 4th Forum"
-- in a year is that of a day in it.
dated as (
    select
        *,
        case when is_coarse then concat_ws('/', date_start, date_end) else '' end as coarse_period
    from (
        select
            *,
            date_end - date_start >= {{ var('event_coarse_days') }} and ordinal is null as is_coarse
        from keyed
        where date_start is not null
    )
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

only_days as (
    select
        matter,
        min(island) as island
    from days
    group by matter
    having count(*) = 1
),

-- An undated event belongs to the latest dated one of its matter, if that was just before its publication; one that has
-- a number to the only one of that number.
undated as (
    select
        keyed.*,
        case
            when keyed.published_on - days.last_day <= {{ var('event_report_days') }} then days.island
            when keyed.ordinal is not null then only_days.island
        end as dated_island
    from (select * from keyed where date_start is null) as keyed
    asof left join days
        on keyed.matter = days.matter and keyed.published_on >= days.first_day
    left join only_days on keyed.matter = only_days.matter
),

undated_starts as (
    select
        *,
        coalesce(
            published_on - lag(published_on) over (
                partition by matter order by published_on, document_id, document_event_id
            ) > {{ var('event_report_days') }} and ordinal is null,
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
            when published_on is null and ordinal is null then concat_ws('|', 'story', matter, story_id)
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
