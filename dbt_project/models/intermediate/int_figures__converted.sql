{{ config(materialized='table') }}

with

figures as (
    select *
    from {{ ref('stg_parsed__figures') }}
    where {{ not_withheld('fct_figures', 'figure_id') }}
),

units as (select * from {{ ref('int_units__resolved') }}),

entities as (
    select distinct entity_id
    from {{ ref('stg_parsed__entities') }}
    where {{ not_withheld('dim_entities', 'entity_id') }}
)

select
    figures.* replace (
        -- What a withheld row stood for is unknown; the figure itself is not.
        suppliers.entity_id as supplier_entity_id,
        recipients.entity_id as recipient_entity_id,
        subjects.entity_id as subject_entity_id,
        speakers.entity_id as speaker_entity_id,
        bases.figure_id as base_figure_id
    ),
    -- A warming by 2 degrees Fahrenheit is no temperature: differences scale, but keep no zero.
    cast(
        cast(figures.value as double) * units.factor
        + case when figures.kind = 'change' then 0 else units.zero_offset end as double
    ) as canonical_value,
    units.reporting_unit as canonical_unit
from figures
-- Left, not inner: a figure whose unit the table lacks is a gap to report, not to drop.
left join units on figures.unit_code = units.unit_code
left join entities as suppliers on figures.supplier_entity_id = suppliers.entity_id
left join entities as recipients on figures.recipient_entity_id = recipients.entity_id
left join entities as subjects on figures.subject_entity_id = subjects.entity_id
left join entities as speakers on figures.speaker_entity_id = speakers.entity_id
left join figures as bases on figures.base_figure_id = bases.figure_id
