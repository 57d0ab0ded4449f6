-- Mentions of events under the event's key across documents, without those that were withheld or whose event was.
select
    mentions.*,
    clustered.event_id,
    clustered.story_id,
    clustered.published_on
from {{ ref('stg_parsed__events') }} as mentions
inner join {{ ref('int_events__clustered') }} as clustered
    on mentions.document_id = clustered.document_id
    and mentions.document_event_id = clustered.document_event_id
where {{ not_withheld('fct_event_mentions', 'mentions.event_mention_id') }}
    and {{ not_withheld('fct_events', 'clustered.event_id') }}
