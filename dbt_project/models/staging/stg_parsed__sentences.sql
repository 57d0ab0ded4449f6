select
    sentence_id,
    document_id,
    position,
    char_start,
    char_end,
    surface
from {{ source('parsed', 'sentences') }}
