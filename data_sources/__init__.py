"""Where rows come from. SOURCES is the table of contents: a new source is one module and one word here."""

from __future__ import annotations

from importlib import import_module

from data_sources.source import Source, SourceError

SOURCES = ("files", "sql", "sample", "github", "gitlab", "zendesk", "jira")


def source(type_name: str) -> Source:
    """The source of this type. Raises SourceError where there is none."""
    if type_name not in SOURCES:
        raise SourceError(f"There is no source type {type_name!r}; the types are {', '.join(SOURCES)}.")
    found: Source = import_module(f"data_sources.{type_name}").SOURCE
    return found
