{#- Every reference that is not null stands in the table it points to. One query for all references of a model. -#}
{% test has_parents(model, parents) %}
{% for parent in parents %}
select
    '{{ parent.column }}' as column_name,
    cast({{ parent.column }} as varchar) as orphan
from {{ model }}
where {{ parent.column }} is not null
    and {{ parent.column }} not in (select {{ parent.field }} from {{ parent.to }})
{{ 'union all' if not loop.last }}
{% endfor %}
{% endtest %}
