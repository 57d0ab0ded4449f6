-- Every figure with the quantity that it states (`observation_id`), whatever words its statement uses.
select
    stated.*,
    coalesce(joined.observation_id, stated.statement_id) as observation_id,
    -- The statement that says most of its quantity, and so describes it.
    coalesce(joined.describing_id = stated.statement_id, true) as is_describing
from {{ ref('int_figures__stated') }} as stated
left join {{ ref('int_statements__joined') }} as joined on stated.statement_id = joined.statement_id
