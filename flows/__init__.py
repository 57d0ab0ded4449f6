"""newsledger: from raw news to data marts that can be trusted.

Read the package downwards as data flows: ``sources`` -> ``ingest`` -> ``parse`` (``nlp``) -> ``build``
(dbt) -> ``validate`` (Great Expectations) -> ``publish`` -> ``serve``. ``pipeline`` and ``tasks`` put
the steps in order for Prefect; ``cli`` is the command line.
"""

__version__ = "0.1.0"

CONTRACT_VERSION = "1"
"""Version of the published tables; raised when a reader has to change something."""
