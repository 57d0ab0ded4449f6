select
    document_id,
    event_mention_id,
    entity_id,
    role
from {{ source('parsed', 'event_participants') }}
