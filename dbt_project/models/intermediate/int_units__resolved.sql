with

codes as (
    select distinct unit_code
    from {{ ref('stg_parsed__figures') }}
    where unit_code is not null
),

units as (select * from {{ ref('units') }}),

-- "USD/[bbl_us]" is read from its parts; a code that the table holds as a whole is read from there.
listed as (
    select
        codes.unit_code,
        -- One list, not a list in one branch of a case: unnesting there gives the other branch as many rows.
        case when whole.unit_code is null then string_split(codes.unit_code, '/') else [codes.unit_code] end as part_codes
    from codes
    left join units as whole on codes.unit_code = whole.unit_code
),

parts as (
    select unit_code, unnest(part_codes) as part_code, generate_subscripts(part_codes, 1) as part_number
    from listed
),

resolved_parts as (
    select
        parts.unit_code,
        parts.part_number,
        -- "{person}" annotates what is counted and needs no row of its own.
        case when starts_with(parts.part_code, '{') then 1 else units.factor end as factor,
        units."offset" as zero_offset,
        case when starts_with(parts.part_code, '{') then parts.part_code else units.reporting_unit end as reporting_unit
    from parts
    left join units on parts.part_code = units.unit_code
)

select
    unit_code,
    -- Null as soon as one part is unknown: half a conversion is none.
    case
        when count(factor) = count(*)
            then product(case when part_number = 1 then factor else 1 / factor end)
    end as factor,
    -- Only a unit by itself has a zero of its own; a price per degree has none.
    case when count(*) = 1 then coalesce(max(zero_offset), 0) else 0 end as zero_offset,
    case when count(factor) = count(*) then string_agg(reporting_unit, '/' order by part_number) end as reporting_unit
from resolved_parts
group by unit_code
