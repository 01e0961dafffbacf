"""Every setting of the product, declared once: first empathy.toml, then the environment (EMPATHY_...).

A setting that is not written anywhere has the default that stands here. Passwords are SecretStr, so they
never appear in a log or an error.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as Unreadable

# Beside the programs, so that ./run means the same store from whatever folder it is called.
DEFAULT_CONFIG = Path(__file__).resolve().parent / "empathy.toml"
PREFIX, DEEPER = "EMPATHY_", "__"
SEVERITY = {"cosmetic": 1.0, "minor": 2.0, "major": 4.0, "blocker": 8.0}

CONFIG_HELP = "the settings file; default empathy.toml beside the programs, if there is one"


def zone_named(name: object) -> ZoneInfo:
    """Raises ValueError where there is no such time zone."""
    if not isinstance(name, str) or name not in available_timezones():
        raise ValueError(f"there is no time zone {name!r}; write one like 'Europe/Madrid' or 'UTC'")
    return ZoneInfo(name)


YOUR_COMPANY = "Your company"
SAMPLE_COMPANY = "Kestrel"  # the invented one


class SettingsError(Exception):
    """A setting is wrong; the text names the file, the key and what would be right."""


# A number or a text outside its bounds would make the pages fail, or say nonsense, long after it was written.
TEN_YEARS = 3650
# What a browser opens as a page, and only where its name says: nothing before an @, no sign that looks like another.
WEB_ADDRESS = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?([/?#]\S*)?", re.IGNORECASE)
Weight = Annotated[float, Field(gt=0, le=1000)]
Word = Annotated[str, Field(min_length=1, max_length=40)]


class Words(BaseModel):
    """What this company calls the people it serves."""

    model_config = ConfigDict(extra="forbid")
    customer: Word = "customer"
    customers: Word = "customers"


class Impact(BaseModel):
    """How the top ten is scored (METHODOLOGY 5.2)."""

    model_config = ConfigDict(extra="forbid")
    half_life_days: float | None = Field(
        None, ge=1, le=TEN_YEARS, description="a report this old counts half; not set: learned from past reports"
    )
    severity: dict[str, Weight] = SEVERITY
    unrated_severity: Weight = 2

    @field_validator("severity")
    @classmethod
    def _the_others_keep_their_weight(cls, weights: dict[str, float]) -> dict[str, float]:
        return {**SEVERITY, **weights}


class SourceSettings(BaseModel):
    """One [sources.NAME] table: its type, and whatever else that type understands."""

    model_config = ConfigDict(extra="allow")
    type: str
    fresh_within_hours: float = Field(
        26, gt=0, le=24 * TEN_YEARS, description="older than this is shown as out of date"
    )
    shares_ids_with: list[str] = Field([], description="sources in which an id means the same customer, ticket or bug")
    ticket_url: str | None = Field(
        None, max_length=500, description="where a ticket of it is opened: an address with {id} in it"
    )

    @field_validator("ticket_url")
    @classmethod
    def _opens_a_ticket(cls, address: str | None) -> str | None:
        if address is not None and not (WEB_ADDRESS.fullmatch(address) and "{id}" in address):
            raise ValueError('write an address like "https://desk.example/tickets/{id}"')
        return address

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Settings(BaseSettings):
    """Units are in the names. `folder` is where relative paths start: the folder of empathy.toml."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter=DEEPER, extra="forbid")

    company: str = Field(YOUR_COMPANY, max_length=100)
    words: Words = Words()
    time_zone: str = Field("UTC", description="one day = one calendar day here")
    currency: str = Field("EUR", max_length=10)
    database_url: SecretStr = SecretStr("sqlite:///empathy.db")
    store_group: str | None = Field(
        None, description="the group that may read the file of the store; else only its owner"
    )
    staff_key: SecretStr | None = Field(
        None, min_length=16, description="the key of staff pseudonyms, where several machines fill one store"
    )
    grace_days: int = Field(30, ge=0, le=TEN_YEARS, description="a gap this short between two contracts is not churn")
    repeat_within_days: int = Field(
        90, gt=0, le=TEN_YEARS, description="a second purchase within this counts as repeat"
    )
    impact: Impact = Impact()
    pain: Impact | None = Field(None, description="the old name of [impact], read for one more version")
    allow_other_machines: bool = Field(
        False,
        description="serve addresses other than 127.0.0.1; there is no sign-in yet, so everybody who reaches it can read it",
    )
    sources: dict[str, SourceSettings] = {}
    folder: Path = Path(".")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        return zone_named(name).key

    @field_validator("sources")
    @classmethod
    def _shares_with_known(cls, sources: dict[str, SourceSettings]) -> dict[str, SourceSettings]:
        for name, options in sources.items():
            for other in options.shares_ids_with:
                if other not in sources:
                    near = difflib.get_close_matches(other, [each for each in sources if each != name], 1, 0.5)
                    right = f"the nearest is {near[0]!r}" if near else f"there are {', '.join(sources)}"
                    raise ValueError(f"shares_ids_with of {name!r} names {other!r}, which is not a source; {right}")
        return sources

    @model_validator(mode="after")
    def _one_name_for_impact(self) -> Self:
        if self.pain is not None:
            if "impact" in self.model_fields_set:
                raise ValueError("pain is the old name of impact, and both are written; write all of it into [impact]")
            self.impact = self.pain
        return self

    @property
    def notices(self) -> tuple[str, ...]:
        """What whoever wrote these settings should change, in sentences."""
        if self.pain is None:
            return ()
        return ("The settings [pain] are called [impact] now: rename them. The old name is read for one more version.",)

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

    Raises SettingsError with one sentence that names the file or the variable, the key and what is wrong.
    """
    named = config or os.environ.get("EMPATHY_CONFIG")
    path = place_of(named)
    written: dict[str, Any] = {}
    try:
        text = path.read_text(encoding="utf-8-sig") if path.is_file() else None
        written = tomllib.loads(text or "")
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SettingsError(f"{path.name} is not valid TOML: {error}") from error
    except RecursionError as error:
        raise SettingsError(f"{path.name} is not valid TOML: too many brackets inside one another.") from error
    if text is None and named:
        raise SettingsError(f"There is no settings file {path}. Write one, or leave --config away.")
    in_file = dict(written)
    written.setdefault("folder", path.parent)
    try:
        return Settings(**written)
    except Unreadable as error:
        raise SettingsError(_unreadable(str(error))) from error
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(_wrong(first, path.name, in_file)) from error


def place_of(named: str | Path | None) -> Path:
    """Which file of settings that is, whether it is there or not. Raises SettingsError for a home that nobody has."""
    try:
        return Path(named or DEFAULT_CONFIG).expanduser().resolve()
    except RuntimeError as error:
        # No HOME, and a user whom the system does not know.
        raise SettingsError(f"{named} cannot be found: this user has no home folder; write the whole path.") from error


def _unreadable(said: str) -> str:
    found = re.search(r'field "(\w+)"', said)
    field = found.group(1) if found else ""
    name = _variable((field,)) or PREFIX + field.upper()
    return (
        f"The environment variable {name} cannot be read: {field} is a table. Write it into empathy.toml, "
        f"or one variable for each of its lines, like {EXAMPLES.get(field, f'{name}{DEEPER}KEY=VALUE')}."
    )


EXAMPLES = {
    "sources": "EMPATHY_SOURCES__DESK__TYPE=files",
    "words": "EMPATHY_WORDS__CUSTOMER=member",
    "impact": "EMPATHY_IMPACT__HALF_LIFE_DAYS=30",
}


def _wrong(error: Mapping[str, Any], file: str, in_file: Mapping[str, Any]) -> str:
    """One sentence: where it was written, the key, and what would be right."""
    place = tuple(str(part) for part in error["loc"])
    if error["type"] == "missing":
        table = place[:-1]
        # A table that only the environment speaks of is not the file's fault.
        variable = None if _is_in(in_file, table) else _variable_inside(table)
        where = f"The environment variable {variable}" if variable else file
        example = 'type = ..., for example type = "files"' if place[-1] == "type" else f"{place[-1]} = ..."
        return f"{where}: [{'.'.join(table)}] needs a line {example}."
    variable = _variable(place)
    where = (
        f"The environment variable {variable}" if variable else ", ".join([file, *([".".join(place)] if place else [])])
    )
    return f"{where}: {what_is_wrong(error, place)}."


def what_is_wrong(error: Mapping[str, Any], place: tuple[str, ...]) -> str:
    """What pydantic found, as the second half of a sentence; `place` are the keys that lead to it."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return "there is no such setting"
    if kind in ("model_type", "model_attributes_type", "dict_type", "dict_attributes_type"):
        inside = f"[{'.'.join(place)}]" if place != ("sources",) else "[sources.NAME]"
        return f"this is a table; write {inside} and its settings on the lines below"
    if kind == "string_type":
        return 'this must be text in quotes, like "..."'
    if kind.startswith(("int_", "float_")):
        return "this must be a whole number" if kind.startswith("int_") else "this must be a number"
    if kind == "list_type":
        return 'this must be a list, like ["..."]'
    if kind.startswith("bool_"):
        return "this must be true or false"
    if kind == "greater_than":
        return f"this must be more than {context.get('gt')}"
    if kind == "greater_than_equal":
        return f"this must be at least {context.get('ge')}"
    if kind == "less_than_equal":
        return f"this must be at most {context.get('le')}"
    if kind == "string_too_short":
        return "this must not be empty"
    if kind == "too_short":
        return f"this must have at least {context.get('min_length')} letters"
    if kind == "string_too_long":
        return f"this must have at most {context.get('max_length')} letters"
    return str(error["msg"]).removeprefix("Value error, ").removesuffix(".")


def _variable(place: tuple[str, ...]) -> str | None:
    """The environment variable that has written this key, or the table around it."""
    names = {name.upper(): name for name in os.environ}
    tried = ((PREFIX + DEEPER.join(place[:length])).upper() for length in range(len(place), 0, -1))
    return next((names[name] for name in tried if name in names), None)


def _variable_inside(table: tuple[str, ...]) -> str | None:
    """The first environment variable that has written something in this table."""
    start = (PREFIX + DEEPER.join(table) + DEEPER).upper()
    return next((name for name in sorted(os.environ) if name.upper().startswith(start)), None)


def _is_in(written: Mapping[str, Any], place: tuple[str, ...]) -> bool:
    found: Any = written
    for name in place:
        if not isinstance(found, Mapping) or name not in found:
            return False
        found = found[name]
    return True
