select
    document_id,
    event_mention_id,
    figure_id
from {{ source('parsed', 'event_figures') }}
