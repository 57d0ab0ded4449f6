{{ config(materialized='table') }}
{%- set of_a_town = "'PROTEST', 'ASSAULT'" %}

-- Every event of one document with what it is compared by: its matter (type and parties), its days, and the traits that
-- part events of one matter.
with

mentions as (select * from {{ ref('stg_parsed__events') }}),
documents as (select document_id, story_id, published_on from {{ ref('int_documents__published') }}),
entities as (
    select
        entity_id,
        entity_type,
        country_iso3,
        entity_type = 'GPE' and not coalesce(is_country, false) as is_town
    from {{ ref('int_entities__merged') }}
),

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
        count(distinct party) filter (where role in ('actor', 'recipient')) as party_count,
        list(distinct entity_id) filter (
            where role in ('actor', 'recipient') and entity_type in ('PERSON', 'ORG')
        ) as named_entities,
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

-- The town where it happened: the place told, or the only one that its sentence names beside the dateline.
towns as (
    select
        mentions.document_id,
        mentions.document_event_id,
        coalesce(
            first(mentions.place_entity_id order by mentions.confidence desc, mentions.char_start)
                filter (where places.is_town),
            case when count(distinct named.entity_id) = 1 then min(named.entity_id) end
        ) as town
    from mentions
    left join entities as places on mentions.place_entity_id = places.entity_id
    left join (
        select
            named.sentence_id,
            named.entity_id
        from {{ ref('int_mentions__kept') }} as named
        inner join entities on named.entity_id = entities.entity_id and entities.is_town
        left join {{ ref('stg_parsed__sentences') }} as sentences
            on named.sentence_id = sentences.sentence_id and sentences.position = 0
        where coalesce(
            named.char_start
            >= sentences.char_start + len(regexp_extract(sentences.surface, '{{ var('dateline_pattern') }}')),
            true
        )
    ) as named
        on mentions.sentence_id = named.sentence_id
    where mentions.event_type in ({{ of_a_town }})
    group by all
),

ordinals as (
    select
        document_id,
        document_event_id,
        -- "4th": what tells one of a series from the next.
        nullif(regexp_extract(event_name, '(\d+)(st|nd|rd|th)', 1), '') as ordinal
    from document_events
),

told as (
    select
        document_events.document_id,
        document_events.document_event_id,
        document_events.char_start,
        document_events.event_type,
        -- A number of a name says enough: reports of it need not name the same guests, nor the place.
        case when ordinals.ordinal is null then document_events.event_mode end as event_mode,
        case when ordinals.ordinal is null then document_events.place_country_iso3 end as place_country_iso3,
        coalesce(
            towns.town is not null
            and coalesce(document_events.date_end, document_events.date_start) - document_events.date_start
            < {{ var('event_coarse_days') }},
            false
        ) as is_of_a_town,
        coalesce(participant_keys.party_count, 0) as party_count,
        participant_keys.named_entities,
        -- What two countries do on one day is mostly one thing, whoever does it for them; but two presidents who meet
        -- are not two ministers who do. Without a date, whoever is named must be the same.
        case
            when ordinals.ordinal is not null then null
            when document_events.date_start is null or is_of_a_town then participant_keys.named
            else participant_keys.persons
        end as persons,
        documents.story_id,
        documents.published_on,
        document_events.event_name,
        document_events.date_start,
        coalesce(document_events.date_end, document_events.date_start) as date_end,
        ordinals.ordinal,
        concat_ws(
            '|',
            document_events.event_type,
            -- A march or an attack is of its town and day, whoever is told to take part. Without parties it takes the
            -- same story.
            case
                when ordinals.ordinal is not null then lower(document_events.event_name)
                when is_of_a_town then towns.town
                else coalesce(
                    participant_keys.parties, participant_keys.topics, document_events.event_name, documents.story_id
                )
            end
        ) as matter
    from document_events
    inner join documents on document_events.document_id = documents.document_id
    inner join ordinals
        on document_events.document_id = ordinals.document_id
        and document_events.document_event_id = ordinals.document_event_id
    left join towns
        on document_events.document_id = towns.document_id
        and document_events.document_event_id = towns.document_event_id
    left join participant_keys
        on document_events.document_id = participant_keys.document_id
        and document_events.document_event_id = participant_keys.document_event_id
),

-- A meeting or an agreement takes two. A report that names one of them only is of the one such event that another
-- document tells of that person or body at that time; of two that it may be, it is neither.
two_sided as (
    select
        *,
        coalesce(date_start, published_on) as day,
        (coalesce(date_start, published_on) - date '1970-01-01') // ({{ var('event_report_days') }} + 1) as day_group
    from told
    where event_type in ('AGREE', 'CONSULT', 'COOPERATE', 'SUPPORT')
        and ordinal is null
        and named_entities is not null
        and coalesce(date_end - date_start, 0) < {{ var('event_coarse_days') }}
),

whole as (
    select distinct
        event_type,
        matter,
        persons,
        event_mode,
        place_country_iso3,
        date_start,
        day,
        day_group,
        named_entities
    from two_sided
    where party_count > 1
),

-- By person and by days that may be the same, so that one who is in every paper is not compared with all years.
whole_by_name as (
    select
        whole.* exclude (day_group),
        unnest(whole.named_entities) as entity_id,
        whole.day_group + steps.step as day_group
    from whole
    cross join (select unnest([-1, 0, 1]) as step) as steps
),

lone as (
    select
        *,
        named_entities[1] as entity_id
    from two_sided
    where party_count = 1
        -- What the document itself tells apart stays apart.
        and (document_id, event_type) not in (
            select (document_id, event_type) from two_sided where party_count > 1
        )
),

completed as (
    select
        lone.document_id,
        lone.document_event_id,
        min(whole.matter) as matter,
        min(whole.persons) as persons
    from lone
    inner join whole_by_name as whole
        on lone.event_type = whole.event_type
        and lone.entity_id = whole.entity_id
        and lone.day_group = whole.day_group
        and list_has_all(whole.named_entities, lone.named_entities)
        and case
            when lone.date_start is not null and whole.date_start is not null then lone.date_start = whole.date_start
            else abs(lone.day - whole.day) <= {{ var('event_report_days') }}
        end
        and coalesce(lone.event_mode = whole.event_mode, true)
        and coalesce(lone.place_country_iso3 = whole.place_country_iso3, true)
    group by all
    having count(distinct (whole.matter, whole.persons)) = 1
)

select
    told.* replace (
        coalesce(completed.matter, told.matter) as matter,
        case when completed.matter is not null then completed.persons else told.persons end as persons
    )
from told
left join completed
    on told.document_id = completed.document_id and told.document_event_id = completed.document_event_id
