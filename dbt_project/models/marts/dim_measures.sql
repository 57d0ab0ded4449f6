select
    measures.measure,
    measures.measure_name,
    measures.description,
    string_split(measures.dimensions, '|') as dimensions,
    measures.flow,
    coalesce(rules.is_two_sided, false) as is_two_sided,
    rules.equivalent_measure,
    measures.source
from {{ ref('measures') }} as measures
left join {{ ref('measure_rules') }} as rules on measures.measure = rules.measure
