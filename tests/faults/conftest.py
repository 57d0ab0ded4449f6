"""A small home with one release, made once for all tests of this room, in whichever process they run."""

import os
from pathlib import Path

import pytest

from tests.faults.steps import Prepared, prepare


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    own = tmp_path_factory.getbasetemp()
    # Workers of pytest-xdist have a folder each, side by side.
    shared: Path = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    return prepare(shared / "faults", count=8, seed=7, has_aims=False)
