select
    -- keys
    figure_id,
    document_id,
    sentence_id,

    -- place in the text
    char_start,
    char_end,
    surface,

    -- number and unit
    kind,
    value,
    value_low,
    value_high,
    comparator,
    unit_code,
    unit_surface,
    dimension,
    counted_noun,

    -- what it measures
    measure,
    measure_surface,
    commodity,
    supplier_entity_id,
    recipient_entity_id,
    subject_entity_id,

    -- time
    period_start,
    period_end,
    period_surface,
    period_basis,

    -- reading
    status,
    base_figure_id,
    direction,
    change_basis,
    is_record,
    speaker_entity_id,
    confidence,
    explanation

from {{ source('parsed', 'figures') }}
