select
    document_id,
    story_id,
    is_syndicated_copy
from {{ source('parsed', 'stories') }}
