"""The line of one field in a mapping: its column, how its cells are read, and what is not sure about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from data_sources.files.guess import headers
from data_sources.files.guess.columns import Column, folded
from data_sources.mapping.plan import MONEY, Written, kind_of
from data_sources.source import harmless
from data_sources.words import listed
from store.records import WORDS


@dataclass(slots=True)
class Line:
    """The right side of one line, and what is not sure about it."""

    value: Written
    doubts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """One [[sources.NAME.files]] table. It would not run as long as something is `missing`."""

    record: str
    fields: dict[str, Line] = field(default_factory=dict)
    options: dict[str, Line] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)  # names of columns


def line_of(record: str, name: str, column: Column, merges: bool, by_content: bool = False) -> Line:
    kind = kind_of(record, name)
    options: dict[str, Written] = {}
    doubts: list[str] = []
    if by_content:
        doubts.append("only its content fits, its name does not say so")
    if merges and name in ("opened_at", "ordered_at"):
        options["take"] = "min"
    elif merges and name == "solved_at":
        options["take"] = "max"
    elif merges and name == "amount":
        options["take"] = "sum"
        doubts.append("the rows are added up; if each row already has the whole amount, remove `take`")
    if kind in (date, datetime):
        _about_dates(name, column, options, doubts)
    if kind is int and name != "score":
        if column.comma:
            options["decimal_comma"] = True
        if column.comma_unsure:
            example = next(t for t in column.texts if re.search(r"[.,][0-9]{3}$", t))
            doubts.append(f"is {harmless(example)} more than a thousand?")
        if name not in MONEY and any(re.search(r"[.,]\d*[1-9]", text) for text in column.texts):
            doubts.append("it holds broken numbers, which are rejected")
    allowed = WORDS.get((record, name))
    if allowed:
        said = list(dict.fromkeys(column.texts))[:40]
        if any(text.casefold() not in allowed for text in said):
            options["values"] = {text: meant(name, text, allowed, said) for text in sorted(said)}
            options["other"] = ""
            doubts.append(f"say what each one means: {listed(allowed)}, or nothing")
        if name == "severity" and "priorit" in column.folded:
            doubts.append("a priority orders the work; it is read as how bad the bug is")
    return Line({"column": column.name, **options} if options else column.name, doubts)


def _about_dates(name: str, column: Column, options: dict[str, Written], doubts: list[str]) -> None:
    if column.dates not in (None, "iso"):
        options["format"] = column.dates
        if column.dates_too:
            doubts.append(f"day or month first? {column.dates_too} would read every one of them, too")
    if name == "ended_on" and not column.has_clock:
        if column.stem in headers.LAST_DAYS.split():
            options["plus"] = {"days": 1}
            doubts.append("taken for the last day, the record wants the first day after it; else leave plus away")
        else:
            doubts.append("if this is the last day and not the first day after it, add plus = { days = 1 }")


def meant(name: str, text: str, allowed: tuple[str, ...], said: Sequence[str]) -> str:
    """The word of the record for what a cell says; "" where it is not known."""
    parts = re.findall(r"[a-z]+", folded(text).replace("_", " "))
    whole = folded(text)
    if whole in allowed:
        return whole
    for meaning, words in headers.MEANINGS.get(name, {}).items():
        if meaning in allowed and any(word in parts or word == whole for word in words.split()):
            return meaning
    if name == "severity" and (order := _ordinal(text)) is not None:
        first = min(each for each in map(_ordinal, said) if each is not None)
        return headers.BY_NUMBER[min(max(order - min(first, 1), 0), len(headers.BY_NUMBER) - 1)]
    return ""


def _ordinal(text: str) -> int | None:
    found = re.fullmatch(r"(?:p|s|sev|prio|priority)?[ _-]?(\d)", text.strip().casefold())
    return int(found[1]) if found else None


def columns_in(value: Written) -> list[str]:
    """The columns that the right side of a line names."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [each for each in value if isinstance(each, str)]
    if not isinstance(value, dict):
        return []
    found = [value["column"]] if "column" in value else []
    found += [each for way in ("columns", "product") for each in value.get(way, [])]
    found += re.findall(r"\{([^{}]+)\}", value.get("template", ""))
    found += value.get("when", {})
    return found + [each for each in value.get("plus", {}).values() if isinstance(each, str)]
