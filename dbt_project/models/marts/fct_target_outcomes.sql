with

observations as (select * from {{ ref('fct_observations') }}),
figures as (select * from {{ ref('int_figures__compared') }}),
rules as (select * from {{ ref('measure_rules') }}),

-- The first to say it whose name is told: a headline often leaves it to the text.
speakers as (
    select
        observation_id,
        first(speaker_entity_id order by published_on nulls last, document_id, char_start) as speaker_entity_id
    from figures
    where speaker_entity_id is not null
    group by observation_id
),

-- One quantity over all its periods: what a target and its outcome have in common.
keyed as (
    select
        observations.*,
        {{ stable_id([
            'figures.measure', 'figures.commodity', 'figures.party_key', 'figures.told_noun', 'figures.told_kind',
            'figures.unit_code', 'figures.told_basis',
        ]) }} as quantity_id,
        figures.party_key is not null and figures.measure is not null as is_identified,
        -- Amounts are compared in one unit and told in the target's.
        figures.value as compared_value,
        figures.compared_factor,
        figures.compared_offset,
        figures.direction,
        speakers.speaker_entity_id
    from observations
    inner join figures on observations.figure_ids[1] = figures.figure_id
    left join speakers on observations.observation_id = speakers.observation_id
),

targets as (
    select
        keyed.*,
        keyed.period_end as due_on,
        keyed.first_reported_on as stated_on,
        -- A cut and a ceiling are met from above.
        coalesce(rules.better, 'higher') = 'lower'
        or keyed.comparator in ('<', '<=')
        or coalesce(keyed.direction = 'down', false) as is_met_below
    from keyed
    left join rules on keyed.measure = rules.measure
    where keyed.status in ('target', 'forecast', 'planned')
),

outcomes as (
    select *
    from keyed
    where status in ('reported', 'estimate') and is_identified and period_end is not null
),

compared as (
    select
        targets.observation_id,
        outcomes.observation_id as outcome_observation_id,
        outcomes.compared_value as outcome_value,
        outcomes.period_end as outcome_period_end,
        outcomes.first_reported_on as outcome_reported_on,
        outcomes.period_end = targets.due_on as is_due_period,
        outcomes.status = 'reported' as is_reported,
        case
            when targets.is_met_below then outcomes.compared_value <= targets.compared_value
            else outcomes.compared_value >= targets.compared_value
        end as is_met,
        -- "Over 150" neither reaches 200 nor falls short of it.
        case
            when targets.is_met_below then outcomes.comparator not in ('<', '<=') or outcomes.compared_value <= targets.compared_value
            else outcomes.comparator not in ('>', '>=') or outcomes.compared_value >= targets.compared_value
        end as is_decided
    from targets
    inner join outcomes
        on targets.quantity_id = outcomes.quantity_id
        and targets.is_identified
        -- A year is compared with years, a quarter with quarters; a day of leap years apart.
        and (
            abs((targets.period_end - targets.period_start) - (outcomes.period_end - outcomes.period_start)) <= 3
            -- What there is "at the end of 2024" is what there was to be "by 2024".
            or (outcomes.period_start = outcomes.period_end and outcomes.period_end = targets.due_on)
        )
        and outcomes.period_end <= targets.due_on
        -- Only what the target's author could not know is an outcome.
        and (outcomes.period_end >= targets.stated_on or outcomes.period_end = targets.due_on)
),

decided as (
    select
        *,
        row_number() over (
            partition by observation_id
            order by
                -- Met in an earlier period: the first such. Else what is reported of the period it was due in.
                (is_met and not is_due_period) desc,
                outcome_period_end,
                is_reported desc,
                outcome_observation_id
        ) as place
    from compared
    where is_decided and (is_due_period or is_met)
),

outcome as (select * from decided where place = 1),

newer as (
    select
        targets.observation_id,
        min(later.stated_on) as superseded_on
    from targets
    inner join targets as later
        on targets.quantity_id = later.quantity_id
        and targets.is_identified
        and targets.due_on = later.due_on
        and targets.period_start = later.period_start
        and (targets.status = 'forecast') = (later.status = 'forecast')
        and targets.observation_id != later.observation_id
        and targets.stated_on < later.stated_on
        and later.stated_on <= targets.due_on
        -- One forecaster does not take back another's forecast.
        and (targets.status != 'forecast' or targets.speaker_entity_id is not distinct from later.speaker_entity_id)
    group by targets.observation_id
)

select
    targets.observation_id,
    targets.value as target_value,
    targets.due_on,
    targets.stated_on,
    targets.speaker_entity_id,
    outcome.outcome_observation_id,
    (outcome.outcome_value - targets.compared_offset) / targets.compared_factor as outcome_value,
    outcome.outcome_period_end,
    outcome.outcome_reported_on,
    case
        when outcome.is_met and not outcome.is_due_period then 'met_early'
        when newer.superseded_on is not null then 'superseded'
        when outcome.is_met then 'met'
        when outcome.outcome_observation_id is not null then 'missed'
        else 'open'
    end as result,
    outcome.outcome_value / nullif(targets.compared_value, 0) as ratio
from targets
left join outcome on targets.observation_id = outcome.observation_id
left join newer on targets.observation_id = newer.observation_id
where {{ not_withheld('fct_target_outcomes', 'targets.observation_id') }}
