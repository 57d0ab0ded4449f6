with

observations as (
    select *
    from {{ ref('fct_observations') }}
    where status in ('reported', 'estimate') and period_end is not null and measure is not null
),

keyed as (
    select
        observations.observation_id,
        observations.measure,
        observations.commodity,
        observations.party_countries,
        observations.counted_noun,
        observations.kind,
        observations.change_basis,
        observations.period_start,
        observations.period_end,
        observations.status,
        observations.independent_source_count,
        {{ stable_id(['figures.measure', 'figures.commodity', 'figures.party_key', 'figures.told_noun']) }}
            as subject_id,
        figures.unit_code,
        figures.value,
        figures.value_low,
        figures.value_high
    from observations
    inner join {{ ref('int_figures__compared') }} as figures on observations.figure_ids[1] = figures.figure_id
    -- Of nobody in particular, two years' values need not be of one thing.
    where figures.party_key is not null
),

-- One level per period: a report before an estimate, then the better supported.
levels as (
    select *
    from keyed
    where kind = 'level'
    qualify row_number() over (
        partition by subject_id, unit_code, period_start, period_end
        order by status = 'reported' desc, independent_source_count desc, observation_id
    ) = 1
),

changes as (
    select *
    from keyed
    where kind = 'change' and unit_code = '%' and change_basis = 'year_on_year'
    qualify row_number() over (
        partition by subject_id, period_start, period_end
        order by status = 'reported' desc, independent_source_count desc, observation_id
    ) = 1
),

paired as (
    select
        levels.*,
        earlier.observation_id as previous_observation_id,
        earlier.value as previous_value,
        changes.observation_id as change_observation_id,
        changes.value as stated_change_pct,
        changes.value_low as stated_low,
        changes.value_high as stated_high,
        case when earlier.value > 0 then 100 * (levels.value / earlier.value - 1) end as implied_change_pct,
        -- Rounding leaves room: "7 million after 6 million" is anything from 15% to 18% and more.
        case when earlier.value_high > 0 then 100 * (levels.value_low / earlier.value_high - 1) end as implied_low,
        case when earlier.value_low > 0 then 100 * (levels.value_high / earlier.value_low - 1) end as implied_high
    from levels
    left join levels as earlier
        on levels.subject_id = earlier.subject_id
        and levels.unit_code = earlier.unit_code
        and earlier.period_start = levels.period_start - interval 1 year
        -- By the day after: the end of February moves with leap years, the first of March does not.
        and earlier.period_end + 1 = levels.period_end + 1 - interval 1 year
    left join changes
        on levels.subject_id = changes.subject_id
        and levels.period_start = changes.period_start
        and levels.period_end = changes.period_end
)

select
    {{ stable_id(['subject_id', 'unit_code', 'period_start', 'period_end']) }} as trend_id,
    measure,
    commodity,
    party_countries,
    counted_noun,
    period_start,
    period_end,
    unit_code,
    value,
    previous_value,
    implied_change_pct,
    stated_change_pct,
    -- Where one level is missing, what the other and the stated change make of it.
    case
        when previous_value is null and stated_change_pct > -100 then value / (1 + stated_change_pct / 100)
    end as implied_previous_value,
    coalesce(stated_low > implied_high or stated_high < implied_low, false) as is_disagreeing,
    observation_id,
    previous_observation_id,
    change_observation_id
from paired
