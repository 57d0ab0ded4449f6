"""What the fork server imports once, so that a run in a process of its own starts in a moment.

Imported for its effect, by that server alone: a hundred killed runs would else load the model a hundred times.
"""

import os

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")

import flows.pipeline
from flows.parse import read_texts
from flows.settings import Settings
from flows.warm import import_all

__all__ = ["flows"]

import_all()
read_texts(Settings().models["en"], (), [], 1)
