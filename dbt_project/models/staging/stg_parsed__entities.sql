select
    -- keys
    document_id,
    entity_id,

    -- description
    entity_name,
    entity_type,
    wikidata_id,
    country_iso3,
    sector,
    aliases,
    is_curated

from {{ source('parsed', 'entities') }}
