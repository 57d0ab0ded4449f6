"""One finished run of the bundled sample, shared by the tests that only look at it."""

from pathlib import Path

import pytest

from flows.settings import Settings


@pytest.fixture(scope="session")
def sample_settings(tmp_path_factory, prefect_server) -> Settings:
    """A home in which the sample was ingested, parsed, built, validated and published."""
    from flows.pipeline import ledger

    settings = Settings(home=tmp_path_factory.mktemp("sample-home"), workers=1)
    summary = ledger([], settings, "sample-run")
    assert summary.outcome == "published"
    return settings


@pytest.fixture
def folder(tmp_path) -> Path:
    """A small folder of texts to run on."""
    path = tmp_path / "wire"
    path.mkdir()
    (path / "one.txt").write_text(
        "OSLO, March 4 (Nordwire) - Norway exported 9.4 million tons of iron ore to Germany in 2023, up 12% from a "
        "year earlier, Trade Minister Ida Holm said on Monday.\n\nShe will visit Berlin next week.\n",
        encoding="utf-8",
    )
    (path / "metadata.csv").write_text(
        "file,published_at,publisher,title\none.txt,2024-03-04,Nordwire,Norway ships more ore\n", encoding="utf-8"
    )
    return path
