with

entities as (select entity_id from {{ ref('int_entities__merged') }})

select
    mentions.event_mention_id,
    mentions.event_id,
    mentions.document_id,
    mentions.sentence_id,
    mentions.char_start,
    mentions.char_end,
    mentions.surface,
    speakers.entity_id as speaker_entity_id,
    mentions.confidence
from {{ ref('int_event_mentions__kept') }} as mentions
left join entities as speakers on mentions.speaker_entity_id = speakers.entity_id
