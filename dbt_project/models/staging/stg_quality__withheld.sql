select distinct
    table_name,
    row_id
from {{ source('quality', 'withheld') }}
