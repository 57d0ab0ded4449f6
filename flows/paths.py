"""Where the package finds what travels with it: the dbt project, the expectations, the sample.

A checkout has ``dbt_project/`` and ``expectations/`` beside ``flows/``; a wheel carries them inside it.
"""

from pathlib import Path

PACKAGE = Path(__file__).parent
_HOLDER = PACKAGE if (PACKAGE / "dbt_project").is_dir() else PACKAGE.parent

DBT_PROJECT = _HOLDER / "dbt_project"
EXPECTATIONS = _HOLDER / "expectations"
SEEDS = DBT_PROJECT / "seeds"
SAMPLE = PACKAGE / "sample"
