with

entities as (select * from {{ ref('int_entities__merged') }}),

mentioned as (
    select
        mentions.entity_id,
        count(*) as mention_count,
        count(distinct mentions.document_id) as document_count,
        min(documents.published_on) as first_mentioned_on,
        max(documents.published_on) as last_mentioned_on
    from {{ ref('int_mentions__kept') }} as mentions
    left join {{ ref('int_documents__published') }} as documents on mentions.document_id = documents.document_id
    group by mentions.entity_id
)

select
    entities.entity_id,
    entities.entity_name,
    entities.entity_type,
    entities.wikidata_id,
    entities.country_iso3,
    entities.sector,
    entities.aliases,
    -- Zero is known here: a country that only a leader's post implies is named nowhere.
    coalesce(mentioned.mention_count, 0) as mention_count,
    coalesce(mentioned.document_count, 0) as document_count,
    mentioned.first_mentioned_on,
    mentioned.last_mentioned_on,
    entities.is_curated
from entities
left join mentioned on entities.entity_id = mentioned.entity_id
