select
    range_id,
    measure,
    dimension,
    plausible_min,
    plausible_max,
    description,
    source
from {{ ref('plausible_ranges') }}
