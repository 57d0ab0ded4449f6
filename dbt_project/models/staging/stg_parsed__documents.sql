select
    document_id,
    extractor_version
from {{ source('parsed', 'documents') }}
