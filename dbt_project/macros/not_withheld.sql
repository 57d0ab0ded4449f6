{#- Condition that holds for rows that no row-level expectation has kept out of the mart `table_name`. -#}
{% macro not_withheld(table_name, row_id) -%}
    {{ row_id }} not in (select row_id from {{ ref('stg_quality__withheld') }} where table_name = '{{ table_name }}')
{%- endmacro %}
