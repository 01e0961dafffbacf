"""What may be written in a [sources.NAME] table: each option is declared once, with its description and its default."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from data_sources.source import SourceError

if TYPE_CHECKING:
    from data_sources.source import Request

A_YEAR = 525_600  # in minutes

ACCESS_KEY = "the environment variable that holds an access key"  # what `token_env` names


class Options(BaseModel):
    """The options of one source. Every field is a Field with a `description`; one that must be written has `examples`.

    A value is taken as it is written: "7" is no number, and "yes" is not true. A validator raises ValueError with what to
    write instead ("write it like ...").
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


O = TypeVar("O", bound=Options)  # noqa: E741


def read(model: type[O], request: Request) -> O:
    """The options of this request, checked. Raises SourceError: one sentence that names the option and what is allowed."""
    try:
        return model.model_validate(request.options)
    except ValidationError as error:
        found = error.errors()  # a misspelt name first: it is often why another one is missing
        first = next((each for each in found if each["type"] == "extra_forbidden"), found[0])
        raise SourceError(_sentence(model, f"sources.{request.name}", first)) from None


def _sentence(model: type[Options], table: str, error: Mapping[str, Any]) -> str:
    from settings import what_is_wrong  # not at the top: the process in which files are read starts faster without it

    place = tuple(str(part) for part in error["loc"])
    key, kind = ".".join([table, *place]), error["type"]
    if kind == "missing" and len(place) == 1:
        example = (model.model_fields[place[0]].examples or ["..."])[0]
        return f"[{table}] needs a line {place[0]} = {_written(example)}."
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(place[-1], model.model_fields, 1, 0.6) if len(place) == 1 else []
        right = f"the nearest is {near[0]}" if near else f"there are {', '.join(model.model_fields)}"
        return f"{key}: there is no such setting; {right}." if len(place) == 1 else f"{key}: there is no such setting."
    if place[-1].endswith("_env"):
        return f"{key}: {what_is_wrong(error, place)}."  # somebody may have written the key there
    shown = repr(error["input"])
    shown = shown if len(shown) <= 100 else shown[:100] + "…"
    if kind == "literal_error":
        return f"{key}: {shown} is not one of {error['ctx']['expected'].replace(' or ', ', ').replace(chr(39), '')}."
    return f"{key} is {shown}; {what_is_wrong(error, place).replace('this must be ', 'write ', 1)}."


def _written(example: Any) -> str:
    return f'"{example}"' if isinstance(example, str) else str(example)


def _minutes(value: float) -> float:
    if not 0 <= value <= A_YEAR:
        raise ValueError(f"write a number of minutes from 0 to {A_YEAR}")
    return value


def _subdomain(value: str) -> str:
    if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9-]{0,62}", value):
        raise ValueError('write only the part of the address before the first dot, such as "acme"')
    return value


def _key_name(value: str) -> str:
    if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]{0,99}", value):
        raise ValueError("write the name of an environment variable; the access key itself belongs there, not here")
    return value


Subdomain = Annotated[str, AfterValidator(_subdomain)]
Minutes = Annotated[float, AfterValidator(_minutes)]
# The name of an environment variable that holds an access key: the key itself is never an option, nor said.
KeyName = Annotated[str, AfterValidator(_key_name)]
