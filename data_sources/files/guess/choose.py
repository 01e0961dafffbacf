"""Which record the rows of a file are, and which column is which of its fields."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from data_sources.files.guess.columns import Column
from data_sources.files.guess.headers import NAMES, TELLING
from data_sources.mapping.grammar import REFERENCES, kind_of
from store.records import BY_TABLE


@dataclass(slots=True)
class Guess:
    """A record, which column is which field, and what is unsure about it."""

    record: str
    fields: dict[str, Column] = field(default_factory=dict)
    points: float = 0
    by_content: list[str] = field(default_factory=list)  # fields whose column has no telling name
    merges: bool = False


def guess_of(record: str, path: Path, columns: list[Column]) -> Guess:
    guess = Guess(record)
    free = [column for column in columns if column.texts]
    for name, pattern in NAMES[record].items():
        best = _best(record, name, pattern, free, guess)
        if best is not None:
            guess.fields[name] = best
            if name != "id":
                guess.points += 1
            free = [column for column in free if column is not best or name == "id"]
    _fill_required(record, guess, columns)
    in_name, in_columns = TELLING[record]
    stem = re.sub(r"[^a-z0-9]+", "_", path.name.casefold())
    guess.points += 3 * bool(re.search(in_name, stem))
    guess.points += 1.5 * min(4, sum(bool(re.search(in_columns, column.folded)) for column in columns))
    # A name that says it exactly, such as ticket_id, says what a row is.
    first = columns[0].folded
    if re.search(rf"^{record.split('_')[0]}(_?(id|number|no|key))?$", first):
        guess.points += 3
    if record == "bug_report" and not (
        guess.fields.get("ticket") or (guess.fields.get("customer") and guess.fields.get("reported_at"))
    ):
        guess.points = -1
    for each in fields(BY_TABLE[record]):
        if _is_required(each) and each.name not in guess.fields and each.name not in ("id", "kind", "scale"):
            guess.points = -1
    if record == "survey_response" and "score" not in guess.fields:
        guess.points = -1
    return guess


def _is_required(declared: Any) -> bool:
    from dataclasses import MISSING

    return declared.default is MISSING and declared.default_factory is MISSING


def _best(record: str, name: str, pattern: str, free: list[Column], guess: Guess) -> Column | None:
    for part in pattern.split("|") if "(" not in pattern else _alternatives(pattern):
        fitting = [column for column in free if re.search(part, column.folded) and _fits(record, name, column)]
        if name == "id":
            fitting.sort(key=lambda column: -column.distinct)
        if fitting:
            return fitting[0]
    return None


def _alternatives(pattern: str) -> list[str]:
    """The alternatives of the outermost level, in their order."""
    parts, depth, now = [], 0, ""
    for mark in pattern:
        depth += (mark == "(") - (mark == ")")
        if mark == "|" and depth == 0:
            parts.append(now)
            now = ""
        else:
            now += mark
    return [*parts, now]


def _fits(record: str, name: str, column: Column) -> bool:
    kind = kind_of(record, name)
    if kind in (date, datetime):
        return column.dates is not None
    if name in REFERENCES:
        return column.dates is None
    if name == "score":
        return sum(bool(re.fullmatch(r"\d{1,2}(\.0+)?", text)) for text in column.texts) >= 0.5 * len(column.texts)
    if kind is int:
        return column.is_number and column.dates is None
    if kind is bool:
        return {text.casefold() for text in column.texts} <= {"true", "false", "yes", "no", "1", "0", "y", "n"}
    if kind is tuple:
        return not column.is_number
    return column.dates is None


def _fill_required(record: str, guess: Guess, columns: list[Column]) -> None:
    """Where no name fits: a column whose content could be it."""
    for each in fields(BY_TABLE[record]):
        if not _is_required(each) or each.name in guess.fields or each.name in ("id", "kind", "scale"):
            continue
        taken = [id(column) for column in guess.fields.values()]
        kind = kind_of(record, each.name)
        for column in columns:
            if id(column) in taken or not column.texts:
                continue
            nameless = column.name.isdigit()
            if kind in (date, datetime) and column.dates:
                guess.fields[each.name] = column
                guess.by_content.append(each.name)
                guess.points -= 0.5
                break
            if nameless and each.name == "customer" and column.dates is None and column.distinct < len(column.texts):
                guess.fields[each.name] = column
                guess.by_content.append(each.name)
                break
            if (
                record == "bug"
                and each.name == "title"
                and kind is str
                and not column.is_number
                and column.dates is None
            ):
                guess.fields[each.name] = column
                guess.by_content.append(each.name)
                guess.points -= 0.5
                break
    if record == "purchase" and "amount" not in guess.fields:
        for column in columns:
            if column.name.isdigit() and column.is_number and any("." in text for text in column.texts):
                guess.fields["amount"] = column
                guess.by_content.append("amount")
                guess.points += 1
                break
