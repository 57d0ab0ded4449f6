select distinct
    mentions.event_id,
    event_figures.figure_id
from {{ ref('stg_parsed__event_figures') }} as event_figures
inner join {{ ref('int_event_mentions__kept') }} as mentions
    on event_figures.event_mention_id = mentions.event_mention_id
inner join {{ ref('int_figures__converted') }} as figures on event_figures.figure_id = figures.figure_id
where {{ not_withheld('bridge_event_figures', "concat_ws('|', mentions.event_id, event_figures.figure_id)") }}
