"""Writes the tables of docs/files.md and docs/sql.md anew: every field of every record, every scale, every word of a mapping.

`python -m data_sources.files.docs`. What stands between two marks in a file is replaced; the rest is written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import BaseModel

from data_sources.files.entries import FileOptions
from data_sources.mapping.grammar import Conditions, FieldOptions, RecordOptions
from data_sources.mapping.plan import MONEY, kind_of
from data_sources.sql.entries import Sql, TableOptions
from store.records import BY_TABLE, REFERENCES, SCALES, WORDS

DOCS = Path(__file__).parents[2] / "docs"
WRITTEN = (DOCS / "files.md", DOCS / "sql.md")
KINDS = {
    str: "text",
    int: "whole number",
    bool: "yes or no",
    date: "date",
    datetime: "date and time",
    tuple: "texts of one or more columns",
}


def text(path: Path) -> str:
    """The whole of this file as it should be."""
    return re.sub(r"(<!-- (\w+) -->\n).*?(<!-- end -->)", _filled, path.read_text("utf-8"), flags=re.DOTALL)


def _filled(found: re.Match[str]) -> str:
    return f"{found[1]}\n" + "\n".join(PARTS[found[2]]()) + f"\n\n{found[3]}"


def _options(*models: type[BaseModel], without: type[BaseModel] = BaseModel) -> Iterator[str]:
    yield "| word | meaning |"
    yield "|---|---|"
    for model in models:
        for name, each in model.model_fields.items():
            if name not in without.model_fields and (model is models[0] or name not in models[0].model_fields):
                default = each.default
                shown = f" (default: `{default}`)" if isinstance(default, (str, int, float)) and default else ""
                yield f"| `{each.alias or name}` | {_cell(each.description)}{shown} |"


def _records() -> Iterator[str]:
    for table, record in BY_TABLE.items():
        hints: dict[str, Any] = get_type_hints(record, include_extras=True)
        yield f"### {table}"
        yield ""
        yield " ".join((record.__doc__ or "").split())
        yield ""
        yield "| field | holds | |"
        yield "|---|---|---|"
        for each in fields(record):
            is_needed = each.default is MISSING and each.default_factory is MISSING
            notes = [extra for extra in getattr(hints[each.name], "__metadata__", ()) if isinstance(extra, str)]
            if words := WORDS.get((table, each.name)):
                notes.append("one of " + ", ".join(words))
            if referred := REFERENCES.get((table, each.name)):
                notes.append(f"the id of a {referred}")
            yield f"| `{each.name}`{' (needed)' if is_needed else ''} | {_holds(table, each.name)} | {'; '.join(notes)} |"
        yield ""


def _holds(table: str, name: str) -> str:
    return "amount of money" if name in MONEY else KINDS[kind_of(table, name)]


def _scales() -> Iterator[str]:
    yield "| `kind` | `scale` | scores |"
    yield "|---|---|---|"
    for (kind, scale), (low, high) in SCALES.items():
        yield f"| `{kind}` | `{scale}` | {low} to {high} |"


def _cell(said: str | None) -> str:
    return (said or "").replace("|", "\\|")


PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "file": lambda: _options(FileOptions),
    "field": lambda: _options(FieldOptions),
    "conditions": lambda: _options(Conditions),
    "scales": _scales,
    "records": _records,
    "sql": lambda: _options(Sql),
    "sql_table": lambda: _options(TableOptions, without=RecordOptions),
}


if __name__ == "__main__":
    for path in WRITTEN:
        path.write_text(text(path), "utf-8")
        print(f"Written: {path}")
