select
    -- keys
    document_id,
    source_id,

    -- provenance
    publisher,
    title,
    uri,
    url,
    authors,
    language,
    published_at,
    published_on,
    published_basis,
    first_seen_at,

    -- text
    body,
    word_count,
    content_sha256

from {{ source('raw', 'documents') }}
