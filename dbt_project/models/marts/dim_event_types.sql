select
    event_code,
    event_type,
    event_mode,
    cameo_code,
    quad_class,
    intensity,
    description,
    source
from {{ ref('event_types') }}
