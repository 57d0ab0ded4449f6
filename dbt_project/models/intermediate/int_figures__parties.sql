{{ config(materialized='table') }}

-- Whose quantity a figure is, as one key: its parties where the text states them, else what its sentence or, for
-- trade of two countries, its document leaves no doubt about.
with

figures as (select * from {{ ref('int_figures__converted') }}),
rules as (select * from {{ ref('measure_rules') }}),
entities as (select * from {{ ref('int_entities__merged') }}),

stated as (
    select
        figures.figure_id,
        figures.document_id,
        figures.sentence_id,
        figures.base_figure_id,
        -- A country goes by its code, so that parties stated and parties told by the context meet in one key.
        case when suppliers.is_country then suppliers.country_iso3 else figures.supplier_entity_id end as supplier,
        case when recipients.is_country then recipients.country_iso3 else figures.recipient_entity_id end as recipient,
        case when subjects.is_country then subjects.country_iso3 else figures.subject_entity_id end as subject,
        rules.is_two_sided,
        regexp_matches(lower(sentences.surface), rules.context_pattern) as speaks_of_two,
        list_sort(list_distinct(list_filter(
            [suppliers.country_iso3, recipients.country_iso3, subjects.country_iso3], lambda code: code is not null
        ))) as countries
    from figures
    left join rules on figures.measure = rules.measure
    left join {{ ref('stg_parsed__sentences') }} as sentences
        on figures.sentence_id = sentences.sentence_id and rules.is_two_sided
    left join entities as suppliers on figures.supplier_entity_id = suppliers.entity_id
    left join entities as recipients on figures.recipient_entity_id = recipients.entity_id
    left join entities as subjects on figures.subject_entity_id = subjects.entity_id
),

-- Figures whose parties the context has to tell.
open_figures as (
    select *
    from stated
    where coalesce(supplier, recipient, subject) is null
        or (is_two_sided and speaks_of_two and len(countries) < 2)
),

sentence_mentions as (
    select
        mentions.document_id,
        mentions.sentence_id,
        entities.country_iso3,
        count(*) as mention_count
    from {{ ref('int_mentions__kept') }} as mentions
    inner join entities on mentions.entity_id = entities.entity_id
    where entities.country_iso3 is not null
        and mentions.document_id in (select document_id from open_figures)
    group by all
),

sentence_countries as (
    select
        sentence_id,
        list(country_iso3 order by country_iso3) as countries
    from sentence_mentions
    group by sentence_id
),

-- The two countries that a document is about, seen from the sentence of a figure of trade: a country that the figure
-- states comes first; one in its sentence counts for three mentions elsewhere.
document_pairs as (
    select
        open_figures.figure_id,
        list_sort(max_by(
            document_countries.country_iso3,
            struct_pack(
                is_stated := list_contains(open_figures.countries, document_countries.country_iso3),
                weight := document_countries.mention_count
                + case when list_contains(sentence_countries.countries, document_countries.country_iso3) then 3 else 0 end,
                -- Of two that are told of as often, the alphabet decides, not the order of rows.
                country := document_countries.country_iso3
            ),
            2
        )) as countries
    from open_figures
    inner join (
        select
            document_id,
            country_iso3,
            sum(mention_count) as mention_count
        from sentence_mentions
        group by document_id, country_iso3
    ) as document_countries
        on open_figures.document_id = document_countries.document_id
    left join sentence_countries on open_figures.sentence_id = sentence_countries.sentence_id
    where open_figures.is_two_sided
    group by open_figures.figure_id
),

context as (
    select
        open_figures.figure_id,
        document_pairs.countries as leading_countries,
        sentence_countries.countries as sentence_countries
    from open_figures
    left join document_pairs on open_figures.figure_id = document_pairs.figure_id
    left join sentence_countries on open_figures.sentence_id = sentence_countries.sentence_id
),

resolved as (
    select
        stated.*,
        case
            when stated.is_two_sided and stated.speaks_of_two and len(stated.countries) < 2
                and len(context.leading_countries) = 2
                then context.leading_countries
            -- "Peru-Japan trade" says it without such words; that the document is about the same two confirms it.
            when stated.is_two_sided and coalesce(stated.supplier, stated.recipient, stated.subject) is null
                and len(context.sentence_countries) = 2
                and context.sentence_countries = context.leading_countries
                then context.leading_countries
            when coalesce(stated.supplier, stated.recipient, stated.subject) is null
                and not coalesce(stated.is_two_sided, false)
                and len(context.sentence_countries) = 1
                then context.sentence_countries
        end as context_countries
    from stated
    left join context on stated.figure_id = context.figure_id
),

keyed as (
    select
        figure_id,
        base_figure_id,
        coalesce(context_countries, countries) as party_countries,
        case
            when context_countries is not null then 'context'
            when coalesce(supplier, recipient, subject) is not null then 'stated'
        end as party_basis,
        case
            when is_two_sided and len(coalesce(context_countries, countries)) = 2
                then array_to_string(coalesce(context_countries, countries), '+')
            when context_countries is not null then '>>' || context_countries[1]
            when coalesce(supplier, recipient, subject) is not null
                then concat_ws('>', coalesce(supplier, ''), coalesce(recipient, ''), coalesce(subject, ''))
        end as party_key
    from resolved
)

-- "107 million tonnes (up by 24%)": the change is of the same parties as the level that it modifies.
select
    keyed.figure_id,
    case
        when keyed.party_key is null and bases.party_key is not null then bases.party_countries
        else keyed.party_countries
    end as party_countries,
    case when keyed.party_key is null then bases.party_basis else keyed.party_basis end as party_basis,
    coalesce(keyed.party_key, bases.party_key) as party_key
from keyed
left join keyed as bases on keyed.base_figure_id = bases.figure_id
