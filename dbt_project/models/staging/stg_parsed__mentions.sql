select
    -- keys
    mention_id,
    document_id,
    sentence_id,

    -- place in the text
    char_start,
    char_end,
    surface,

    -- reading
    entity_id,
    ner_label,
    link_method,
    confidence

from {{ source('parsed', 'mentions') }}
