with

tolls as (select measure from {{ ref('measure_rules') }} where is_toll),

figures as (
    select
        figures.*,
        case when tolls.measure is not null then figures.published_on end as counted_on,
        -- What is still being counted can only be more on a later day.
        case
            when tolls.measure is not null and figures.published_on < max(figures.published_on) over (
                partition by figures.observation_id
            ) then cast('infinity' as double)
            else figures.value_high
        end as value_high_since
    from {{ ref('int_figures__compared') }} as figures
    left join tolls on figures.measure = tolls.measure
),

-- How many independent stories print one value.
support as (
    select
        observation_id,
        value,
        count(distinct story_id) as story_count
    from figures
    group by observation_id, value
),

-- The best-supported value, by the rule in the description of `value`.
ranked as (
    select
        figures.*,
        row_number() over (
            partition by figures.observation_id
            order by
                figures.is_describing desc,
                figures.comparator in ('=', '~', 'range') desc,
                figures.counted_on desc nulls last,
                support.story_count desc,
                coalesce(figures.published_on > figures.period_end, false) desc,
                figures.comparator = '=' desc,
                figures.relative_precision nulls last,
                figures.confidence desc,
                figures.published_on nulls last,
                figures.figure_id
        ) as place
    from figures
    inner join support on figures.observation_id = support.observation_id and figures.value = support.value
),

best as (select * from ranked where place = 1),

reports as (
    select
        observation_id,
        arg_min(supplier_entity_id, place) as supplier_entity_id,
        arg_min(recipient_entity_id, place) as recipient_entity_id,
        arg_min(subject_entity_id, place) as subject_entity_id,
        min(value) as value_min,
        max(value) as value_max,
        -- What no report contradicts: the intersection of all intervals.
        max(value_low) as common_low,
        min(value_high_since) as common_high,
        count(*) as figure_count,
        count(distinct document_id) as document_count,
        count(distinct story_id) as independent_source_count,
        min(published_on) as first_reported_on,
        max(published_on) as last_reported_on,
        list(figure_id order by place) as figure_ids
    from ranked
    group by observation_id
)

select
    best.observation_id,
    best.measure,
    best.commodity,
    reports.supplier_entity_id,
    reports.recipient_entity_id,
    reports.subject_entity_id,
    best.party_countries,
    best.party_basis,
    best.counted_noun,
    best.kind,
    best.change_basis,
    best.period_start,
    best.period_end,
    best.dimension,
    case
        when split_part(best.dimension, '_per_', 1) = 'money' then split_part(best.stated_unit_code, '/', 1)
    end as currency,
    best.stated_unit_code as unit_code,
    best.status,
    best.stated_value as value,
    best.comparator,
    -- Back in the unit of the best-supported report; its own value must not leave the bounds by a last bit.
    least((reports.value_min - best.compared_offset) / best.compared_factor, best.stated_value) as value_min,
    greatest((reports.value_max - best.compared_offset) / best.compared_factor, best.stated_value) as value_max,
    reports.figure_count,
    reports.document_count,
    reports.independent_source_count,
    reports.first_reported_on,
    reports.last_reported_on,
    -- Bounds are converted in floating point: equal ones may differ in the last bit.
    reports.common_low > reports.common_high + 1e-9 * abs(reports.common_high) as is_conflicting,
    reports.figure_ids
from best
inner join reports on best.observation_id = reports.observation_id
where {{ not_withheld('fct_observations', 'best.observation_id') }}
