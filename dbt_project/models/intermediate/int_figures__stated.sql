{{ config(materialized='table') }}

-- Every figure with what it states, word for word (`statement_id`), and the interval in which that is true, both in the
-- unit in which reports are compared.
with

figures as (select * from {{ ref('int_figures__converted') }}),
documents as (select document_id, story_id, published_on from {{ ref('int_documents__published') }}),
parties as (select * from {{ ref('int_figures__parties') }}),
rules as (select * from {{ ref('measure_rules') }}),
conversions as (select * from {{ ref('commodity_conversions') }}),

printed as (
    select
        figure_id,
        cast(value as double) as value,
        cast(value_low as double) as value_low,
        cast(value_high as double) as value_high,
        replace(regexp_extract(surface, '\d[\d,]*(\.\d+)?'), ',', '') as digits
    from figures
),

-- Half of the last digit printed: "240 billion" is true of 239.5 to 240.5 billion. Of a whole number without a scale
-- word, zeros at the end are taken as rounding beyond its first two digits ("388,000" to the thousand, "5,000" to the
-- hundred); a number in words is taken as if printed in digits.
rounded as (
    select
        figure_id,
        value,
        value_low,
        value_high,
        case
            when value = 0 then 0.5
            when digits = '' or try_cast(digits as double) is null or cast(digits as double) = 0
                or (abs(value) = cast(digits as double) and digits not like '%.%')
                then 0.5 * pow(10, least(
                    len(regexp_extract(format('{:.0f}', abs(value)), '0*$')),
                    greatest(len(format('{:.0f}', abs(value))) - 2, 0)
                ))
            else
                0.5 * pow(10, -len(regexp_extract(digits, '\.(\d+)$', 1)))
                * abs(value) / cast(digits as double)
        end as half_digit,
        len(regexp_replace(
            replace(case when digits = '' then format('{:.0f}', abs(value)) else digits end, '.', ''), '^0+|0+$', '', 'g'
        )) as digit_count
    from printed
),

-- The statement as an interval, in the reporting unit; in the printed one where the table of units has no factor.
bounded as (
    select
        figures.figure_id,
        coalesce(figures.canonical_unit, figures.unit_code) as unit_code,
        coalesce(figures.canonical_value, cast(figures.value as double)) as value,
        coalesce(units.factor, 1) as factor,
        case when figures.kind = 'change' then 0 else coalesce(units.zero_offset, 0) end as zero_offset,
        rounded.half_digit / nullif(abs(rounded.value), 0) as relative_precision,
        rounded.digit_count,
        case figures.comparator
            when '=' then rounded.value - rounded.half_digit
            when '~' then rounded.value
                - greatest(rounded.half_digit, {{ var('approximate_share') }} * abs(rounded.value))
            else coalesce(rounded.value_low, cast('-infinity' as double))
        end as printed_low,
        case figures.comparator
            when '=' then rounded.value + rounded.half_digit
            when '~' then rounded.value
                + greatest(rounded.half_digit, {{ var('approximate_share') }} * abs(rounded.value))
            else coalesce(rounded.value_high, cast('infinity' as double))
        end as printed_high
    from figures
    inner join rounded on figures.figure_id = rounded.figure_id
    left join {{ ref('int_units__resolved') }} as units on figures.unit_code = units.unit_code
),

-- One unit per quantity: folds become percent of change, and of a commodity that trades in two kinds of unit one is
-- turned into the other, with as much doubt as its grades differ.
compared as (
    select
        bounded.figure_id,
        bounded.unit_code as stated_unit_code,
        bounded.value as stated_value,
        case
            when figures.kind = 'change' and bounded.unit_code = 'x' then '%'
            when conversions.to_unit is not null
                then conversions.to_unit || substr(bounded.unit_code, 1 + len(conversions.from_unit))
            else bounded.unit_code
        end as unit_code,
        case
            when figures.kind = 'change' and bounded.unit_code = 'x' then 100.0
            else coalesce(conversions.factor, 1)
        end as compared_factor,
        case when figures.kind = 'change' and bounded.unit_code = 'x' then -100.0 else 0.0 end as compared_offset,
        coalesce(conversions.tolerance, 0) as tolerance,
        bounded.relative_precision,
        bounded.digit_count,
        bounded.printed_low * bounded.factor + bounded.zero_offset as stated_low,
        bounded.printed_high * bounded.factor + bounded.zero_offset as stated_high
    from bounded
    inner join figures on bounded.figure_id = figures.figure_id
    left join conversions
        on figures.commodity = conversions.commodity
        and split_part(bounded.unit_code, '/', 1) = conversions.from_unit
),

described as (
    select
        figures.figure_id,
        figures.document_id,
        figures.sentence_id,
        documents.story_id,
        documents.published_on,
        figures.char_start,
        -- With both ends known, "A exports to B" and "B imports from A" are one quantity.
        case
            when parties.has_both_ends then coalesce(rules.equivalent_measure, figures.measure)
            -- Money for an amount of something is its price.
            when figures.measure is null and figures.commodity is not null
                and figures.dimension in ('money_per_mass', 'money_per_volume', 'money_per_energy')
                then 'price'
            else figures.measure
        end as measure,
        figures.measure_surface,
        figures.commodity,
        figures.supplier_entity_id,
        figures.recipient_entity_id,
        figures.subject_entity_id,
        parties.party_countries,
        parties.party_basis,
        parties.party_key,
        figures.counted_noun,
        figures.kind,
        figures.dimension,
        compared.unit_code,
        figures.period_start,
        figures.period_end,
        -- A whole year's change is against the year before unless the text says otherwise.
        case
            when figures.kind = 'change' and figures.change_basis is null
                and figures.period_end = figures.period_start + interval 1 year - interval 1 day
                then 'year_on_year'
            else figures.change_basis
        end as change_basis,
        figures.status,
        figures.comparator,
        figures.direction,
        figures.speaker_entity_id,
        figures.base_figure_id,
        figures.confidence,
        compared.stated_unit_code,
        compared.stated_value,
        compared.compared_factor,
        compared.compared_offset,
        compared.stated_value * compared.compared_factor + compared.compared_offset as value,
        compared.stated_low * compared.compared_factor + compared.compared_offset
        - compared.tolerance * abs(compared.stated_value * compared.compared_factor) as value_low,
        compared.stated_high * compared.compared_factor + compared.compared_offset
        + compared.tolerance * abs(compared.stated_value * compared.compared_factor) as value_high,
        compared.relative_precision + compared.tolerance as relative_precision,
        compared.digit_count,
        -- A noun that the measure implies tells nothing: "12 people died", "12 died".
        case
            when not coalesce(list_contains(string_split(rules.implied_nouns, '|'), figures.counted_noun), false)
                then figures.counted_noun
        end as told_noun,
        -- "Inflation of 2.4%" and "prices rose 2.4% from a year before" are one.
        coalesce(rules.is_change, false) and figures.kind in ('level', 'change') and compared.unit_code = '%'
            and coalesce(figures.change_basis, 'year_on_year') = 'year_on_year' as is_named_change
    from figures
    inner join documents on figures.document_id = documents.document_id
    inner join parties on figures.figure_id = parties.figure_id
    inner join compared on figures.figure_id = compared.figure_id
    left join rules on figures.measure = rules.measure
)

select
    * exclude (is_named_change),
    case when is_named_change then 'level' else kind end as told_kind,
    case when not is_named_change then change_basis end as told_basis,
    {{ stable_id([
        'measure', 'commodity', 'party_key', 'told_noun', 'told_kind', 'unit_code', 'period_start', 'period_end',
        'told_basis', 'status',
        "case when measure is null then lower(measure_surface) end",
        "case when measure is null or period_end is null then story_id end",
        "case
            when measure is null or period_end is null or party_key is null
                or status in ('target', 'forecast', 'planned')
                then format('{:.2e}', value)
        end",
    ]) }} as statement_id
from described
