"""Great Expectations, imported in one place: quickly, quietly, without telemetry. Import this module late."""

import logging
import os
import warnings

from flows.gate.postponed import postponed

# Read when a context is made; news must not be told to anybody.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

with postponed("altair", "scipy.stats"), warnings.catch_warnings():
    warnings.simplefilter("ignore")  # deprecations inside the library are not the user's
    import great_expectations as great_expectations
    from great_expectations.compatibility.pydantic import Field
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )
    from great_expectations.exceptions.exceptions import GreatExpectationsError
    from great_expectations.execution_engine import pandas_execution_engine
    from great_expectations.expectations.expectation import (
        BatchExpectation,
        Expectation,
    )
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.registry import (
        get_expectation_impl,
        list_registered_expectation_implementations,
    )
    from great_expectations.render.components import LegacyRendererType, RenderedStringTemplateContent
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.renderer.renderer import renderer
    from great_expectations.render.view.view import DefaultJinjaSectionView

logging.getLogger("great_expectations").setLevel(logging.ERROR)

# It names a batch by a hash of all its rows, for which it pickles tables that hold lists: of 500,000 figures a third of
# the time and a gigabyte. Our batches are named by their table.
pandas_execution_engine.hash_pandas_dataframe = lambda frame: f"{len(frame)} rows"

__all__ = [
    "BatchExpectation",
    "DataContextConfig",
    "DefaultJinjaSectionView",
    "Expectation",
    "FailureSeverity",
    "Field",
    "GreatExpectationsError",
    "InMemoryStoreBackendDefaults",
    "LegacyRendererType",
    "ProgressBarsConfig",
    "RenderedStringTemplateContent",
    "ValidationResultsPageRenderer",
    "get_expectation_impl",
    "great_expectations",
    "list_registered_expectation_implementations",
    "renderer",
]
