{{ config(materialized='table') }}
{%- set fits = "
    coalesce(one.supplier = other.supplier, true)
    and coalesce(one.recipient = other.recipient, true)
    and len(one.parties) > 0 and len(other.parties) > 0
    and (list_has_all(one.parties, other.parties) or list_has_all(other.parties, one.parties))
" %}

-- Statements that say one thing in other words, or leave a part of it out: one row per statement that is not alone. The
-- same digits in one unit, told at one time, of parties that do not exclude each other, are one quantity; the fewer
-- the digits, the more else has to agree. The rules are in the description of `fct_observations`.
with

figures as (select * from {{ ref('int_figures__stated') }}),
rules as (select measure, family from {{ ref('measure_rules') }}),

-- "Electricity from wind" is told as electricity and as wind.
commodities as (
    select
        own.commodity,
        list_filter(
            [parents.commodity, parents.parent_commodity, case when parents.parent_commodity = 'energy' then 'electricity' end],
            lambda wider: wider is not null
        ) as wider_commodities
    from {{ ref('commodities') }} as own
    inner join {{ ref('commodities') }} as parents on own.parent_commodity = parents.commodity
),

-- A statement once per value and ten days.
statements as (
    select
        figures.statement_id,
        figures.figure_id,
        figures.document_id,
        figures.sentence_id,
        figures.char_start,
        figures.published_on,
        coalesce((figures.published_on - date '1970-01-01') // 10, -1) as decade,
        figures.unit_code,
        figures.told_kind,
        figures.comparator = 'range' as is_range,
        figures.value,
        figures.digit_count,
        -- Of a bound ("over 50") the number that it prints is compared.
        case
            when figures.comparator in ('range', '~') then figures.value_low
            else figures.value - figures.relative_precision * abs(figures.value)
        end as value_low,
        case
            when figures.comparator in ('range', '~') then figures.value_high
            else figures.value + figures.relative_precision * abs(figures.value)
        end as value_high,
        figures.measure,
        nullif(coalesce(rules.family, figures.measure), 'any') as family,
        figures.commodity,
        coalesce(commodities.wider_commodities, []) as wider_commodities,
        figures.told_noun,
        figures.told_basis,
        case
            when figures.status in ('target', 'planned') then 'ahead'
            when figures.status in ('reported', 'estimate') then 'told'
            else figures.status
        end as tense,
        figures.party_key,
        figures.party_basis,
        figures.party_countries,
        list_filter(string_split_regex(coalesce(figures.party_key, ''), '[>+]'), lambda part: part != '') as parties,
        case when figures.party_key not like '%+%' then nullif(split_part(figures.party_key, '>', 1), '') end as supplier,
        case when figures.party_key not like '%+%' then nullif(split_part(figures.party_key, '>', 2), '') end as recipient,
        figures.period_start,
        figures.period_end,
        -- A week or less around the report says when something was told, not always what time it is of.
        figures.period_end is null or (
            figures.period_end - figures.period_start < 8 and abs(figures.published_on - figures.period_end) < 15
        ) as is_of_the_day
    from figures
    left join rules on figures.measure = rules.measure
    left join commodities on figures.commodity = commodities.commodity
    where figures.value != 0
        and figures.digit_count > 0
        and figures.unit_code is not null
        and isfinite(figures.value)
    qualify row_number() over (
        partition by figures.statement_id, figures.value, decade
        order by figures.published_on nulls last, figures.document_id, figures.char_start, figures.figure_id
    ) = 1
),

-- What statements are looked up by: their first one, two and three digits with all else that has to be equal at that
-- many, and either their period or the time of the report.
sought as (
    select
        statement_id,
        figure_id,
        concat_ws('|', unit_code, digits, case digits when 2 then family when 1 then concat(family, party_key) end)
            as kind_of_amount,
        sign(value) * unnest(range(
            floor(least(abs(value_low), abs(value_high)) / scale)::bigint,
            least(floor(least(abs(value_low), abs(value_high)) / scale)::bigint + 5,
                floor(greatest(abs(value_low), abs(value_high)) / scale)::bigint) + 1
        )) as first_digits,
        period_start,
        period_end,
        is_of_the_day,
        case digits when 3 then list_concat(parties, [family]) else [party_key] end as shared,
        party_key is null as is_open,
        family,
        commodity,
        tense,
        digits,
        digit_count,
        value_low,
        value_high,
        decade
    from (
        select
            *,
            pow(10, floor(log10(abs(value))) - digits + 1) as scale
        from statements
        cross join (select unnest([1, 2, 3]) as digits)
        where digit_count >= digits
            and (digits = 3 or family is not null)
            and (digits != 1 or party_key is not null)
    ) as levels
),

-- Of one period and of equal parties or, with three digits, a party or the family of the measure in common, whenever
-- they are told; else told within some days of one another.
met as (
    select distinct
        one.figure_id as one_id,
        other.figure_id as other_id
    from (select *, unnest(shared) as party from sought where period_end is not null) as one
    inner join (select *, unnest(shared) as party from sought where period_end is not null) as other
        on one.kind_of_amount = other.kind_of_amount
        and one.first_digits = other.first_digits
        and one.party = other.party
        -- The family alone only where one leaves its parties open.
        and (one.is_open or other.is_open or one.party is distinct from one.family)
        and (coalesce(one.family = other.family, true) or least(one.digit_count, other.digit_count) > 3)
        and coalesce(one.commodity = other.commodity or least(one.digit_count, other.digit_count) > 3, true)
        and one.tense = other.tense
        and one.period_start = other.period_start
        and one.period_end = other.period_end
        and one.statement_id < other.statement_id
        and one.digits = least(3, one.digit_count, other.digit_count)
        and one.value_low <= other.value_high
        and other.value_low <= one.value_high
    union
    select distinct
        one.figure_id,
        other.figure_id
    from sought as one
    inner join (select *, unnest([decade - 1, decade, decade + 1]) as near_decade from sought) as other
        on one.kind_of_amount = other.kind_of_amount
        and one.first_digits = other.first_digits
        and one.decade = other.near_decade
        and one.statement_id < other.statement_id
        and one.digits = least(3, one.digit_count, other.digit_count)
        and one.value_low <= other.value_high
        and other.value_low <= one.value_high
        and (
            one.is_of_the_day or other.is_of_the_day
            or (one.period_start = other.period_start and one.period_end = other.period_end)
        )
),

met_figures as (
    select one_id as figure_id from met
    union
    select other_id from met
),

-- Who is named beside a figure, and in its document: countries by their code.
document_names as (
    select
        mentions.document_id,
        mentions.sentence_id,
        case when entities.is_country then entities.country_iso3 else entities.entity_id end as name,
        entities.country_iso3
    from {{ ref('int_mentions__kept') }} as mentions
    inner join {{ ref('int_entities__merged') }} as entities on mentions.entity_id = entities.entity_id
    where entities.entity_type != 'COMMODITY'
        and mentions.document_id in (
            select statements.document_id from statements where figure_id in (select figure_id from met_figures)
        )
),

named as (
    select
        statements.*,
        -- Hashes of names: lists of numbers are compared several times as fast as lists of texts.
        list_transform(statements.parties, lambda name: hash(name)) as party_hashes,
        list_distinct(list_transform(list_concat(statements.parties, coalesce(beside.names, [])), lambda name: hash(name)))
            as names,
        -- Somebody, not a country.
        list_transform(
            list_filter(list_concat(statements.parties, coalesce(beside.names, [])), lambda name: len(name) > 3),
            lambda name: hash(name)
        ) as close_names,
        -- A name that the reader of text took for none still begins with a capital.
        list_transform(
            list_filter(
                regexp_extract_all(substr(sentences.surface, 3), '\b[A-Z]\w{3,}'),
                lambda word: not list_contains({{ var('words_with_capitals') }}, word)
            ),
            lambda word: hash(word)
        ) as words,
        list_distinct(list_transform(
            list_concat(coalesce(around.names, []), coalesce(around.countries, [])), lambda name: hash(name)
        )) as document_names
    from statements
    left join {{ ref('stg_parsed__sentences') }} as sentences on statements.sentence_id = sentences.sentence_id
    left join (select sentence_id, list(distinct name) as names from document_names group by sentence_id) as beside
        on statements.sentence_id = beside.sentence_id
    left join (
        select
            document_id,
            list(distinct name) as names,
            list(distinct country_iso3) filter (where country_iso3 is not null) as countries
        from document_names
        group by document_id
    ) as around
        on statements.document_id = around.document_id
    where statements.figure_id in (select figure_id from met_figures)
),

compared as (
    select
        one.statement_id as one_id,
        other.statement_id as other_id,
        least(one.digit_count, other.digit_count) as digits,
        coalesce(one.family = other.family, false) as is_same_family,
        coalesce(one.measure = other.measure, false) as is_same_measure,
        coalesce(one.party_key = other.party_key, false) as is_same_party,
        coalesce({{ fits }}, false) as is_fitting_party,
        coalesce(one.party_key is null or other.party_key is null or 'context' in (one.party_basis, other.party_basis), false)
            as is_open_party,
        -- A country beside somebody of no known country.
        len(one.parties) = 1 and len(other.parties) = 1
            and least(len(one.parties[1]), len(other.parties[1])) = 3
            and least(len(one.party_countries), len(other.party_countries)) = 0 as is_country_and_other,
        -- A city or a plant and its country.
        len(one.party_countries) > 0 and one.party_countries = other.party_countries as is_of_same_countries,
        coalesce(one.period_start = other.period_start and one.period_end = other.period_end, false) as is_same_period,
        one.unit_code = '%' as is_percent,
        one.told_kind = other.told_kind as is_same_kind,
        coalesce(one.commodity = other.commodity, false) as is_same_commodity,
        coalesce(one.told_noun = other.told_noun, false) as is_same_noun,
        coalesce(one.told_noun != other.told_noun, false) as is_other_noun,
        one.family is null or other.family is null as is_open_measure,
        one.family = 'price' and coalesce(one.commodity = other.commodity, false) as is_price,
        abs(one.published_on - other.published_on) as days_apart,
        list_has_any(one.close_names, other.close_names) as is_named_closely,
        -- Lists are compared only where it matters.
        case
            when is_open_party or is_of_same_countries or is_country_and_other
                then list_has_any(one.names, other.names) or list_has_any(one.words, other.words)
            else false
        end as is_named_alike,
        case
            when not is_open_party then false
            when len(one.parties) + len(other.parties) = 0
                then days_apart < 3 and list_has_any(one.document_names, other.document_names)
            else list_has_any(one.party_hashes, other.document_names) or list_has_any(other.party_hashes, one.document_names)
        end as is_named_around
    from met
    inner join named as one on met.one_id = one.figure_id
    inner join named as other on met.other_id = other.figure_id
    where one.value_low <= other.value_high
        and other.value_low <= one.value_high
        -- "2 million" may be 2.4 as well, but nobody says so of one aim; a revised one differs by little.
        and (
            (one.digit_count > 1 and other.digit_count > 1 and one.tense = 'told')
            or abs(one.value - other.value) <= 0.005 * abs(one.value)
        )
        and one.is_range = other.is_range
        and (
            coalesce(one.commodity = other.commodity, true)
            or (
                least(one.digit_count, other.digit_count) > 2
                and (
                    list_contains(one.wider_commodities, other.commodity)
                    or list_contains(other.wider_commodities, one.commodity)
                )
            )
        )
        and coalesce(one.told_basis = other.told_basis, true)
        -- A jobless rate is a level and a share; jobs added are a number and a change.
        and (
            one.told_kind = other.told_kind
            or (one.told_kind in ('level', 'share') and other.told_kind in ('level', 'share'))
            or (one.told_kind in ('level', 'change') and other.told_kind in ('level', 'change')
                and one.unit_code != '%' and least(one.digit_count, other.digit_count) > 2)
        )
        -- A pledge is told as one that is made and as one that is to be kept.
        and (
            one.tense = other.tense
            or (
                one.family = 'money_out' and other.family = 'money_out'
                and one.tense in ('ahead', 'told') and other.tense in ('ahead', 'told')
                and (one.is_of_the_day or other.is_of_the_day)
            )
        )
        and (
            (one.period_start = other.period_start and one.period_end = other.period_end)
            or (
                coalesce(abs(one.published_on - other.published_on) < 15, true)
                and (one.period_end is null or other.period_end is null
                    or (one.is_of_the_day and other.is_of_the_day
                        and one.period_start <= other.period_end and other.period_start <= one.period_end))
            )
        )
),

equal as (
    select
        *,
        2 * is_same_measure::integer + is_same_family::integer + 2 * is_same_period::integer + 2 * is_same_party::integer
        + is_fitting_party::integer + is_same_commodity::integer + is_same_noun::integer + is_same_kind::integer
        + is_named_closely::integer as likeness
    from compared
    where case
            when digits = 1 then is_same_measure and is_same_party and not is_other_noun
            when digits = 2 then is_same_family and not is_other_noun
                and (
                    is_fitting_party
                    or (is_same_measure and is_open_party and is_named_alike)
                    or (is_same_measure and is_open_party and is_named_around and is_same_period)
                )
            else (is_same_family or is_open_measure or (digits > 3 and not is_percent) or (is_named_closely and not is_percent))
                and (not is_other_noun or is_same_family)
                and (
                    is_fitting_party
                    or (is_open_party and (is_named_alike or is_named_around or is_price))
                    or is_named_closely
                    or (is_of_same_countries and is_named_alike)
                    or (is_same_measure and is_same_period and is_named_alike and is_country_and_other)
                    or (digits > 3 and is_same_family and is_open_party and (days_apart < 3 or is_same_period))
                )
        end
),

-- The statement that says more comes first, then the one that was told first.
ranked as (
    select
        statement_id,
        min(struct_pack(
            published_on := coalesce(published_on, date '9999-12-31'), document_id := document_id, char_start := char_start
        )) as first_told,
        any_value(party_key) as party_key,
        any_value(case when not is_of_the_day then period_start end) as period_start,
        any_value(case when not is_of_the_day then period_end end) as period_end,
        row_number() over (
            order by
                4 * any_value(measure is not null)::integer + 2 * any_value(not is_of_the_day)::integer
                + 2 * any_value(party_key is not null)::integer + coalesce(any_value(party_basis = 'stated')::integer, 0)
                + any_value(commodity is not null)::integer desc,
                first_told,
                statement_id
        ) as place
    from named
    group by statement_id
),

links as (
    select
        child.statement_id,
        parent.statement_id as parent_id,
        parent.place,
        max(pairs.likeness) as likeness,
        any_value(child.party_key) as child_party,
        any_value(child.period_end) as child_period,
        any_value(parent.party_key) as party_key,
        any_value(parent.period_start) as period_start,
        any_value(parent.period_end) as period_end
    from (
        select one_id, other_id, likeness from equal
        union all
        select other_id, one_id, likeness from equal
    ) as pairs
    inner join ranked as child on pairs.one_id = child.statement_id
    inner join ranked as parent on pairs.other_id = parent.statement_id and parent.place < child.place
    group by all
),

-- Each goes with the likest; of two that it may be, it is neither.
parents_0 as (
    select
        statement_id,
        arg_min(parent_id, place) as parent_id
    from (
        select * from links qualify likeness = max(likeness) over (partition by statement_id)
    ) as likest
    group by statement_id
    having (any_value(child_period) is not null or count(distinct period_end) < 2)
        and (any_value(child_party) is not null or count(distinct party_key) < 2)
),
{% for step in range(4) %}
parents_{{ step + 1 }} as (
    select
        parents.statement_id,
        coalesce(further.parent_id, parents.parent_id) as parent_id
    from parents_{{ step }} as parents
    left join parents_{{ step }} as further on parents.parent_id = further.statement_id
),
{% endfor %}
members as (
    select statement_id, parent_id from parents_4
    union
    select parent_id, parent_id from parents_4
)

select
    members.statement_id,
    -- The first to tell it names it: later reports join it and change nothing.
    first_value(members.statement_id) over (
        partition by members.parent_id order by ranked.first_told, members.statement_id
    ) as observation_id,
    members.parent_id as describing_id
from members
inner join ranked on members.statement_id = ranked.statement_id
