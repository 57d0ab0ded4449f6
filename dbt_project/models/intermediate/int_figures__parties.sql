{{ config(materialized='table') }}
{%- set state = "'government', 'ministry', 'central_bank'" %}

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
        -- A country goes by its code, so that parties stated and parties told by the context meet in one key; its
        -- government and its central bank are the country.
        case
            when suppliers.country_iso3 is not null and (suppliers.is_country or suppliers.sector in ({{ state }}))
                then suppliers.country_iso3
            else figures.supplier_entity_id
        end as supplier,
        case
            when recipients.country_iso3 is not null and (recipients.is_country or recipients.sector in ({{ state }}))
                then recipients.country_iso3
            else figures.recipient_entity_id
        end as recipient,
        case
            when subjects.country_iso3 is not null and (subjects.is_country or subjects.sector in ({{ state }}))
                then subjects.country_iso3
            else figures.subject_entity_id
        end as subject,
        coalesce(rules.equivalent_measure, figures.measure) as flow,
        figures.commodity,
        rules.actor_side,
        rules.is_two_sided,
        rules.is_national,
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

-- "Norway ships ore to Germany … plans to ship 2 million tonnes to Germany": who delivers, or who buys, is left out where
-- the document tells of one only. The other end is never filled in: what a country exports in all has no recipient.
known_flows as (
    select
        document_id,
        flow,
        commodity,
        supplier,
        recipient
    from stated
    where supplier is not null and recipient is not null and actor_side is not null
    group by all
),

filled as (
    select
        stated.figure_id,
        min(case when stated.supplier is null then known_flows.supplier end) as supplier,
        min(case when stated.recipient is null then known_flows.recipient end) as recipient
    from stated
    inner join known_flows
        on stated.document_id = known_flows.document_id
        and stated.flow = known_flows.flow
        and stated.commodity is not distinct from known_flows.commodity
        and (
            (stated.actor_side = 'supplier' and stated.supplier is null and stated.recipient = known_flows.recipient)
            or (stated.actor_side = 'recipient' and stated.recipient is null and stated.supplier = known_flows.supplier)
        )
    where stated.subject is null
    group by stated.figure_id
    having count(*) = 1
),

-- Figures whose parties the context has to tell.
open_figures as (
    select *
    from stated
    where coalesce(supplier, recipient, subject) is null
        or (is_two_sided and speaks_of_two and len(countries) < 2)
),

-- The town that a report is sent from is no party.
datelines as (
    select
        sentence_id,
        char_start + len(regexp_extract(surface, '{{ var('dateline_pattern') }}')) as char_end
    from {{ ref('stg_parsed__sentences') }}
    where position = 0
        and regexp_matches(surface, '{{ var('dateline_pattern') }}')
),

sentence_mentions as (
    select
        mentions.document_id,
        mentions.sentence_id,
        entities.country_iso3,
        count(*) as mention_count
    from {{ ref('int_mentions__kept') }} as mentions
    inner join entities on mentions.entity_id = entities.entity_id
    left join datelines on mentions.sentence_id = datelines.sentence_id
    where entities.country_iso3 is not null
        and mentions.document_id in (select document_id from open_figures)
        and coalesce(mentions.char_start >= datelines.char_end, true)
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

-- "Ghana's central bank … . Inflation slowed": of what only a whole economy has, the text goes on about the one country
-- that it has told of, unless the sentence names somebody or some place of another kind.
first_mentions as (
    select
        mentions.document_id,
        entities.country_iso3,
        min(sentences.position) as position
    from {{ ref('int_mentions__kept') }} as mentions
    inner join entities on mentions.entity_id = entities.entity_id
    inner join {{ ref('stg_parsed__sentences') }} as sentences on mentions.sentence_id = sentences.sentence_id
    where entities.country_iso3 is not null
        and mentions.document_id in (select document_id from open_figures where is_national)
    group by all
),

first_countries as (
    select
        document_id,
        arg_min(country_iso3, position) as country_iso3,
        min(position) as position,
        min(position, 2)[2] as second_position
    from first_mentions
    group by document_id
),

other_subjects as (
    select distinct mentions.sentence_id
    from {{ ref('int_mentions__kept') }} as mentions
    inner join entities on mentions.entity_id = entities.entity_id
    where entities.country_iso3 is null
        and entities.entity_type not in ('PERSON', 'COMMODITY', 'LAW')
        and mentions.sentence_id in (select sentence_id from open_figures where is_national)
),

countries_so_far as (
    select
        open_figures.figure_id,
        [first_countries.country_iso3] as countries
    from open_figures
    inner join {{ ref('stg_parsed__sentences') }} as sentences on open_figures.sentence_id = sentences.sentence_id
    inner join first_countries
        on open_figures.document_id = first_countries.document_id
        and sentences.position >= first_countries.position
        and sentences.position < coalesce(first_countries.second_position, sentences.position + 1)
    left join other_subjects on open_figures.sentence_id = other_subjects.sentence_id
    where open_figures.is_national
        and other_subjects.sentence_id is null
),

context as (
    select
        open_figures.figure_id,
        document_pairs.countries as leading_countries,
        sentence_countries.countries as sentence_countries,
        countries_so_far.countries as countries_so_far
    from open_figures
    left join document_pairs on open_figures.figure_id = document_pairs.figure_id
    left join sentence_countries on open_figures.sentence_id = sentence_countries.sentence_id
    left join countries_so_far on open_figures.figure_id = countries_so_far.figure_id
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
            when coalesce(stated.supplier, stated.recipient, stated.subject) is null
                and len(context.countries_so_far) = 1
                then context.countries_so_far
        end as context_countries
    from stated
    left join context on stated.figure_id = context.figure_id
),

-- A country alone with what it exports is the supplier, with what it imports the recipient, whatever the sentence makes of it.
placed as (
    select
        resolved.figure_id,
        resolved.base_figure_id,
        resolved.is_two_sided,
        resolved.context_countries,
        resolved.countries,
        coalesce(resolved.supplier, filled.supplier) as supplier,
        coalesce(resolved.recipient, filled.recipient) as recipient,
        resolved.subject,
        filled.figure_id is not null as is_filled,
        case
            when resolved.context_countries is not null then resolved.context_countries[1]
            when coalesce(resolved.supplier, resolved.recipient) is null then resolved.subject
        end as only_party,
        resolved.actor_side
    from resolved
    left join filled on resolved.figure_id = filled.figure_id
),

keyed as (
    select
        figure_id,
        base_figure_id,
        supplier is not null and recipient is not null as has_both_ends,
        case
            when context_countries is not null then context_countries
            when is_filled then list_sort(list_distinct(list_filter(
                list_concat(countries, [supplier, recipient]), lambda code: regexp_full_match(code, '[A-Z]{3}')
            )))
            else countries
        end as party_countries,
        case
            when context_countries is not null or is_filled then 'context'
            when coalesce(supplier, recipient, subject) is not null then 'stated'
        end as party_basis,
        case
            when is_two_sided and len(coalesce(context_countries, countries)) = 2
                then array_to_string(coalesce(context_countries, countries), '+')
            when only_party is not null and actor_side = 'supplier' then only_party || '>>'
            when only_party is not null and actor_side = 'recipient' then '>' || only_party || '>'
            when only_party is not null then '>>' || only_party
            when coalesce(supplier, recipient, subject) is not null
                then concat_ws('>', coalesce(supplier, ''), coalesce(recipient, ''), coalesce(subject, ''))
        end as party_key
    from placed
)

-- "107 million tonnes (up by 24%)": the change is of the same parties as the level that it modifies.
select
    keyed.figure_id,
    case
        when keyed.party_key is null and bases.party_key is not null then bases.party_countries
        else keyed.party_countries
    end as party_countries,
    case when keyed.party_key is null then bases.party_basis else keyed.party_basis end as party_basis,
    coalesce(keyed.party_key, bases.party_key) as party_key,
    keyed.has_both_ends or (keyed.party_key is null and coalesce(bases.has_both_ends, false)) as has_both_ends
from keyed
left join keyed as bases on keyed.base_figure_id = bases.figure_id
