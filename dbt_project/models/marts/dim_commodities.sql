with

dimensions as (
    select
        commodity,
        list(dimension order by dimension) as dimensions
    from {{ ref('commodity_dimensions') }}
    group by commodity
)

select
    commodities.commodity,
    commodities.commodity_name,
    commodities.description,
    commodities.parent_commodity,
    coalesce(dimensions.dimensions, []) as dimensions,
    commodities.source
from {{ ref('commodities') }} as commodities
left join dimensions on commodities.commodity = dimensions.commodity
