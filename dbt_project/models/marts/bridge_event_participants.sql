select distinct
    mentions.event_id,
    participants.entity_id,
    participants.role
from {{ ref('stg_parsed__event_participants') }} as participants
inner join {{ ref('int_event_mentions__kept') }} as mentions
    on participants.event_mention_id = mentions.event_mention_id
-- A participant who was withheld takes no part.
inner join {{ ref('int_entities__merged') }} as entities on participants.entity_id = entities.entity_id
where {{ not_withheld(
    'bridge_event_participants',
    "concat_ws('|', mentions.event_id, participants.entity_id, participants.role)"
) }}
