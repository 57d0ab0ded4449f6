select
    unit_code,
    unit_name,
    dimension,
    reporting_unit,
    factor,
    "offset" as zero_offset,
    description,
    source
from {{ ref('units') }}
