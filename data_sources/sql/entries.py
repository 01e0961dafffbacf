"""What may stand in the table of a source of type sql, and what it means; nothing is opened here."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from data_sources.kit.options import KeyName, Minutes, Options, read
from data_sources.mapping.grammar import RecordOptions, Text, checked, mapping_of
from data_sources.mapping.plan import Mapping
from data_sources.source import Request, SourceError
from data_sources.words import listed
from store.marks import is_pseudonymous
from store.records import BY_TABLE

PRESETS = Path(__file__).with_name("presets")


class TableOptions(RecordOptions):
    """One [[sources.NAME.tables]] table."""

    record: str = Field(description="what one row is")
    table: Text | None = Field(None, description="the table or view, with its schema if it has one: support.tickets")
    query: Text | None = Field(None, description="one SELECT or WITH, instead of a table")
    updated: Text | None = Field(
        None,
        description="the column with the time of the last change: only rows that changed since the last refresh are read",
    )
    name: Text | None = Field(None, description="its name in the list of rejected rows; default: the table")


class Sql(Options):
    url_env: KeyName | None = Field(
        None, description="the environment variable with the address, like postgresql://NAME:PASSWORD@HOST/DATABASE"
    )
    url: str | None = Field(None, description="the address itself, instead of url_env; only if it contains no password")
    preset: Literal["fivetran-zendesk", "fivetran-stripe"] | None = Field(
        None, description="ready mappings of the tables that Fivetran writes: fivetran-zendesk, fivetran-stripe"
    )
    schema_name: str | None = Field(None, description="where the tables of the preset are, for example zendesk")
    look_back_minutes: Minutes = Field(60, description="how many minutes before the newest known change to read again")
    deadline_minutes: Minutes = Field(
        60,
        gt=0,
        description="how many minutes a read may take; longer queries and locks are cancelled and reported",
    )
    tables: list[dict[str, Any]] = Field(
        [], description="a list of tables, each with " + listed(TableOptions.model_fields)
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One table or query, checked. `place` is what its rows are stored under."""

    named: str
    place: str
    mapping: Mapping
    table: str | None
    query: str
    schema: str | None  # of a query with {tables}, as in presets; None leaves braces alone
    updated: str | None = None  # the column that says when a row last changed


def entries(request: Request) -> list[Entry]:
    """The tables of this source, those of its preset first. Raises SourceError that names the key and the right word."""
    options, key = read(Sql, request), f"sources.{request.name}"
    ready = (
        []
        if options.preset is None
        else tomllib.loads((PRESETS / f"{options.preset}.toml").read_text("utf-8"))["tables"]
    )
    named: list[tuple[str, dict[str, Any], str | None]] = [
        (f"{key}.preset {options.preset} ({each['name']})", each, options.schema_name or "") for each in ready
    ]
    named += [(f"{key}.tables[{at}]", each, None) for at, each in enumerate(options.tables, 1)]
    if not named:
        raise SourceError(f"{key} names no tables; write a [[{key}.tables]] table, or preset = ...")
    found: list[Entry] = []
    for inner, written, schema in named:
        table = checked(TableOptions, inner, written)
        if (table.table is None) == (table.query is None):
            raise SourceError(f"{inner}: write exactly one of table and query.")
        name = table.name or table.table or f"query {len(found) + 1}"
        query = _only_reads(inner, table.query) if table.query else ""
        mapping = mapping_of(f"{inner} ({name})", table.record, table, request.settings.zone)
        if table.updated and (table.same_id in ("first", "merge") or is_pseudonymous(BY_TABLE[table.record])):
            raise SourceError(
                f"{inner}.updated: remove it. Employments, and records that are made of several rows "
                f'(same_id = "first" or "merge"), are always read in full.'
            )
        if table.updated and mapping.same_id != "last_wins":
            raise SourceError(
                f'{inner}.updated: it needs same_id = "last_wins". Of two rows with one id, only the one that changed '
                "last is read, so the first one cannot be kept."
            )
        found.append(Entry(name, f"{name} as {table.record}", mapping, table.table, query, schema, table.updated))
    twice = Counter[str]()
    for at, each in enumerate(found):
        twice[each.place] += 1
        if twice[each.place] > 1:
            found[at] = replace(each, place=f"{each.place} {twice[each.place]}")
    return found


def version(request: Request, database: str) -> str:
    """Another one as soon as what is asked for, of which database, or what becomes of it, is another."""
    options = read(Sql, request)
    preset = (PRESETS / f"{options.preset}.toml").read_text("utf-8") if options.preset else ""
    of = json.dumps([options.tables, preset, options.schema_name, database, request.settings.time_zone], default=str)
    return blake2b(of.encode(), digest_size=8).hexdigest()


def _only_reads(key: str, query: str) -> str:
    query = query.strip().removesuffix(";").strip()
    if not query.upper().startswith(("SELECT", "WITH")) or ";" in query:
        raise SourceError(f"{key}.query: write one statement that begins with SELECT or WITH, and no semicolon in it.")
    return query
