with

seen as (
    select
        entity_id,
        entity_name,
        entity_type,
        wikidata_id,
        country_iso3,
        sector,
        is_curated,
        count(*) as document_count
    from {{ ref('stg_parsed__entities') }}
    group by all
),

described as (
    -- What somebody checked wins over what was seen; then what most documents say; then the alphabet, so that
    -- the order of documents decides nothing.
    select
        entity_id,
        first(entity_name order by is_curated desc, document_count desc, entity_name) as entity_name,
        first(entity_type order by is_curated desc, document_count desc, entity_type) as entity_type,
        first(wikidata_id order by is_curated desc, document_count desc, wikidata_id)
            filter (where wikidata_id is not null) as wikidata_id,
        first(country_iso3 order by is_curated desc, document_count desc, country_iso3)
            filter (where country_iso3 is not null) as country_iso3,
        first(sector order by is_curated desc, document_count desc, sector)
            filter (where sector is not null) as sector,
        bool_or(is_curated) as is_curated
    from seen
    group by entity_id
),

names as (
    select entity_id, unnest(aliases) as alias from {{ ref('stg_parsed__entities') }}
    union
    select entity_id, entity_name as alias from seen
),

aliases as (
    select names.entity_id, list(names.alias order by names.alias) as aliases
    from names
    inner join described on names.entity_id = described.entity_id
    where names.alias != described.entity_name
    group by names.entity_id
)

select
    described.entity_id,
    described.entity_name,
    described.entity_type,
    described.wikidata_id,
    described.country_iso3,
    described.sector,
    coalesce(aliases.aliases, []) as aliases,
    described.is_curated,
    countries.wikidata_id is not null as is_country
from described
left join {{ ref('countries') }} as countries on described.wikidata_id = countries.wikidata_id
left join aliases on described.entity_id = aliases.entity_id
where {{ not_withheld('dim_entities', 'described.entity_id') }}
