select
    mention_id,
    document_id,
    sentence_id,
    char_start,
    char_end,
    surface,
    entity_id,
    ner_label,
    link_method,
    confidence
from {{ ref('int_mentions__kept') }}
