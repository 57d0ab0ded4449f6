select mentions.*
from {{ ref('stg_parsed__mentions') }} as mentions
where {{ not_withheld('fct_mentions', 'mentions.mention_id') }}
