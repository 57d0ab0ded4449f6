"""A BI tool's way in: SQLAlchemy on ``current``; Parquet files beside it."""

import pyarrow.parquet as pq
import sqlalchemy
from sqlalchemy.pool import NullPool


def _engine(settings):
    url = f"duckdb:///{settings.current_database}"
    return sqlalchemy.create_engine(url, poolclass=NullPool, connect_args={"read_only": True})


def test_sqlalchemy_reads_and_reflects_the_marts(sample_settings):
    engine = _engine(sample_settings)
    inspector = sqlalchemy.inspect(engine)
    assert "fct_figures" in inspector.get_table_names(schema="marts")
    columns = {column["name"] for column in inspector.get_columns("fct_figures", schema="marts")}
    assert {"figure_id", "value", "unit_code", "period_start", "speaker_entity_id"} <= columns
    with engine.connect() as connection:
        count = connection.execute(
            sqlalchemy.text(
                "select count(*) from marts.fct_figures join marts.dim_documents using (document_id) "
                "join marts.dim_sentences using (sentence_id)"
            )
        ).scalar_one()
    assert count > 0


def test_parquet_holds_the_same_rows_as_the_database(sample_settings):
    engine = _engine(sample_settings)
    with engine.connect() as connection:
        for table in ("fct_figures", "fct_events", "fct_observations", "dim_entities"):
            count = connection.execute(sqlalchemy.text(f"select count(*) from marts.{table}")).scalar_one()
            parquet = pq.read_metadata(sample_settings.current_dir / "marts" / f"{table}.parquet")
            assert parquet.num_rows == count > 0
