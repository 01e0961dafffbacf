"""A wrong option of a source is one sentence that names its table, the option, and what would be right."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal

import pytest
from pydantic import Field

from data_sources import SOURCES, source
from data_sources.kit import options
from data_sources.source import Request, SourceError
from settings import Settings
from tests.builders import NOW


class Desk(options.Options):
    site: str = Field(description="the part before the dot", examples=["acme"])
    token_env: options.KeyName = Field("DESK_TOKEN", description="where the key is")
    pages: int = Field(10, ge=1, description="how many")
    words: dict[str, Literal["yes", "no"]] = Field({}, description="words")
    look_back_minutes: options.Minutes = Field(60, description="how far")
    closed: bool = Field(True, description="closed ones too")


def request(**written: Any) -> Request:
    return Request("desk", written, Settings(), None, NOW)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({}, '[sources.desk] needs a line site = "acme".'),
        ({"site": 7}, 'sources.desk.site is 7; write text in quotes, like "...".'),
        ({"site": "a", "pages": 0}, "sources.desk.pages is 0; write at least 1."),
        ({"site": "a", "pages": "7"}, "sources.desk.pages is '7'; write a whole number."),
        ({"site": "a", "page": 7}, "sources.desk.page: there is no such setting; the nearest is pages."),
        (
            {"site": "a", "colour": 7},
            "sources.desk.colour: there is no such setting; there are site, token_env, pages, words, look_back_minutes, closed.",
        ),
        ({"site": "a", "words": {"x": "maybe"}}, "sources.desk.words.x: 'maybe' is not one of yes, no."),
        ({"site": "a", "closed": "yes"}, "sources.desk.closed is 'yes'; write true or false."),
        (
            {"site": "a", "look_back_minutes": -1},
            "sources.desk.look_back_minutes is -1; write a number of minutes from 0 to 525600.",
        ),
        (
            {"site": "a", "token_env": "glpat-canary"},
            "sources.desk.token_env: write the name of an environment variable; the access key itself belongs there, not here.",
        ),
    ],
)
def test_a_wrong_option_is_one_sentence_that_says_what_is_allowed(written: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SourceError) as caught:
        options.read(Desk, request(**written))
    assert str(caught.value) == sentence


def test_what_is_not_written_has_the_default_that_the_option_declares() -> None:
    found = options.read(Desk, request(site="acme", look_back_minutes=5))
    assert (found.site, found.pages, found.look_back_minutes, found.closed) == ("acme", 10, 5, True)


@pytest.mark.parametrize("name", SOURCES)
def test_every_option_of_every_source_says_what_it_means(name: str) -> None:
    declared = source(name).options
    assert declared.model_fields
    for option, each in declared.model_fields.items():
        assert each.description, option
        assert not each.is_required() or each.examples or name == "files", option
    assert import_module(f"data_sources.{name}").SOURCE.type == name
