"""Every setting of the product, declared once: first empathy.toml, then the environment (EMPATHY_...).

A setting that is not written anywhere has the default that stands here. Passwords are SecretStr, so they
never appear in a log or an error.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

# Beside the programs, so that ./run means the same store from whatever folder it is called.
DEFAULT_CONFIG = Path(__file__).resolve().parent / "empathy.toml"


class SettingsError(Exception):
    """A setting is wrong; the text names the file, the key and what would be right."""


class Words(BaseModel):
    """What this company calls the people it serves."""

    model_config = ConfigDict(extra="forbid")
    customer: str = "customer"
    customers: str = "customers"


class Pain(BaseModel):
    """How the top ten is scored (METHODOLOGY 5.2)."""

    model_config = ConfigDict(extra="forbid")
    half_life_days: float = Field(30, gt=0, description="a customer who wrote this long ago counts one half")
    severity: dict[str, float] = {"cosmetic": 1, "minor": 2, "major": 4, "blocker": 8}
    unrated_severity: float = 2


class SourceSettings(BaseModel):
    """One [sources.NAME] table: its type, and whatever else that type understands."""

    model_config = ConfigDict(extra="allow")
    type: str
    fresh_within_hours: float = Field(26, gt=0, description="older than this is shown as stale")

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Settings(BaseSettings):
    """Units are in the names. `folder` is where relative paths start: the folder of empathy.toml."""

    model_config = SettingsConfigDict(env_prefix="EMPATHY_", env_nested_delimiter="__", extra="forbid")

    company: str = "Your company"
    words: Words = Words()
    time_zone: str = Field("UTC", description="one day = one calendar day here")
    currency: str = "EUR"
    database_url: SecretStr = SecretStr("sqlite:///empathy.db")
    grace_days: int = Field(30, ge=0, description="a gap this short between two contracts is no churn")
    repeat_within_days: int = Field(90, gt=0, description="a second purchase within this counts as repeat")
    pain: Pain = Pain()
    allow_other_machines: bool = Field(
        False, description="serve addresses other than 127.0.0.1; there is no sign-in yet, so mean it"
    )
    sources: dict[str, SourceSettings] = {}
    folder: Path = Path(".")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"there is no time zone {name!r}; write one like 'Europe/Madrid' or 'UTC'")
        return name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # The file's values arrive as init arguments; the environment has the last word.
        return env_settings, init_settings


def load(config: str | Path | None = None) -> Settings:
    """The settings of `config`, else of EMPATHY_CONFIG, else of empathy.toml beside the programs, else the defaults.

    Raises SettingsError with one sentence that names the file, the key and what is wrong.
    """
    named = config or os.environ.get("EMPATHY_CONFIG")
    path = Path(named or DEFAULT_CONFIG).expanduser().resolve()
    written: dict[str, Any] = {}
    if path.is_file():
        try:
            written = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path.name} is not valid TOML: {error}") from error
    elif named:
        raise SettingsError(f"There is no settings file {path}. Write one, or leave --config away.")
    written.setdefault("folder", path.parent)
    try:
        return Settings(**written)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        what = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            what = "there is no such setting"
        raise SettingsError(f"{path.name}, {key}: {what}.") from error
