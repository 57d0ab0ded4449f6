with

mentions as (select * from {{ ref('int_event_mentions__kept') }}),
entities as (select entity_id from {{ ref('int_entities__merged') }}),

-- How sure a status is: what has happened is told as such by the latest report, not by the first plan of it.
ranked as (
    select
        *,
        row_number() over (
            partition by event_id
            order by confidence desc, published_on nulls last, document_id, char_start, event_mention_id
        ) as clearest,
        row_number() over (
            partition by event_id
            order by
                coalesce(date_end - date_start >= {{ var('event_coarse_days') }}, false),
                confidence desc,
                published_on nulls last,
                document_id,
                char_start,
                event_mention_id
        ) as clearest_dated,
        row_number() over (
            partition by event_id
            order by published_on desc nulls last, confidence desc, document_id, char_start, event_mention_id
        ) as latest
    from mentions
),

-- Modes, names and dates come from the clearest mention that has one; a day before a year.
events as (
    select
        event_id,
        arg_min(event_type, clearest) as event_type,
        arg_min(event_mode, clearest) as event_mode,
        arg_min(cameo_code, clearest) as cameo_code,
        arg_min(quad_class, clearest) as quad_class,
        arg_min(intensity, clearest) as intensity,
        arg_min(event_name, clearest) as event_name,
        arg_min(status, latest) as status,
        arg_min(date_start, clearest_dated) filter (where date_start is not null) as date_start,
        arg_min(date_end, clearest_dated) filter (where date_start is not null) as date_end,
        arg_min(date_surface, clearest_dated) filter (where date_start is not null) as date_surface,
        arg_min(date_basis, clearest_dated) filter (where date_start is not null) as date_basis,
        arg_min(place_entity_id, clearest) filter (where place_entity_id is not null) as place_entity_id,
        arg_min(place_country_iso3, clearest) as place_country_iso3,
        count(*) as mention_count,
        count(distinct document_id) as document_count,
        count(distinct story_id) as independent_source_count,
        min(published_on) as first_reported_on,
        max(published_on) as last_reported_on,
        max(confidence) as confidence
    from ranked
    group by event_id
)

select
    events.event_id,
    events.event_type,
    events.event_mode,
    events.cameo_code,
    events.quad_class,
    events.intensity,
    events.event_name,
    events.status,
    events.date_start,
    events.date_end,
    events.date_surface,
    events.date_basis,
    places.entity_id as place_entity_id,
    events.place_country_iso3,
    events.mention_count,
    events.document_count,
    events.independent_source_count,
    events.first_reported_on,
    events.last_reported_on,
    events.confidence
from events
left join entities as places on events.place_entity_id = places.entity_id
