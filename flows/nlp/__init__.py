"""Text in, findings out. Nothing here knows DuckDB, dbt or Prefect."""
