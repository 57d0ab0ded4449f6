select
    sentence_id,
    document_id,
    position,
    char_start,
    char_end,
    surface
from {{ ref('stg_parsed__sentences') }}
where {{ not_withheld('dim_sentences', 'sentence_id') }}
