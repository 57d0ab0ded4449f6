{#- The key that `flows.records.stable_id` gives for the same parts: depends on them alone, null counting as empty. -#}
{% macro stable_id(parts) -%}
    left(sha256(concat_ws(chr(31){% for part in parts %}, coalesce(cast({{ part }} as varchar), ''){% endfor %})), 20)
{%- endmacro %}
