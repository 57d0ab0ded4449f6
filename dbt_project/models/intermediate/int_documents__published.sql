-- A document without a story stands for itself: stories are written before dbt runs, but a user's own row may lack one.
select
    documents.*,
    coalesce(stories.story_id, documents.document_id) as story_id,
    coalesce(stories.is_syndicated_copy, false) as is_syndicated_copy,
    parsed.extractor_version
from {{ ref('stg_raw__documents') }} as documents
left join {{ ref('stg_parsed__stories') }} as stories on documents.document_id = stories.document_id
left join {{ ref('stg_parsed__documents') }} as parsed on documents.document_id = parsed.document_id
where {{ not_withheld('dim_documents', 'documents.document_id') }}
