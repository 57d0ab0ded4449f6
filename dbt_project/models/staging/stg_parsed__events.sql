select
    -- keys
    event_mention_id,
    event_id as document_event_id,
    document_id,
    sentence_id,

    -- place in the text
    char_start,
    char_end,
    surface,

    -- reading
    speaker_entity_id,
    confidence,

    -- the event told of
    event_type,
    event_mode,
    cameo_code,
    quad_class,
    intensity,
    event_name,
    status,
    date_start,
    date_end,
    date_surface,
    date_basis,
    place_entity_id,
    place_country_iso3

from {{ source('parsed', 'events') }}
