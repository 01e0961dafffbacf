"""A mapping as it is carried out: every word of it checked, every default filled in (grammar.py reads it from the settings).

Plain classes that know no library: they are handed to the process in which files are read.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from data_sources.words import listed
from store.records import BY_TABLE

MONEY = ("mrr", "amount")  # whole hundredths; every other number is a whole number as it stands
REFERENCES = ("id", "customer", "ticket", "bug")  # joined of several columns only if all of them are there
# What a field of a record holds: each its own kind, which is known only when the settings are read.
Value = Any
# What stands in the settings before it has been checked (TOML).
Written = Any
Condition = tuple[str, str, Written]  # column, one of CONDITIONS in grammar.py, what it is held against


class Blanks:
    """Cells that mean nothing was written, in capitals or not; an empty cell always does."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.folded = frozenset({"", *(text.casefold() for text in texts)})
        self.longest = 2 * max(map(len, self.folded))  # a letter may become two in small ones

    @property
    def is_only_empty(self) -> bool:
        return len(self.folded) == 1

    def __contains__(self, text: str) -> bool:
        return not text or (len(text) <= self.longest and text.casefold() in self.folded)


@dataclass(slots=True)
class FieldMap:
    """Where the value of one field comes from."""

    name: str
    kind: type  # str, int, bool, date, datetime or tuple: what it holds when it holds something
    way: str  # column, columns, constant, template or product
    source: Written
    join: str = "/"
    formats: tuple[str, ...] = ("iso",)
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    decimal_comma: bool = False
    blanks: Blanks = field(default_factory=Blanks)
    values: dict[str, str] | None = None
    other: str | None = None
    plus: dict[str, Written] = field(default_factory=dict)  # unit -> a column, or a number
    times: Decimal = Decimal(1)
    divided_by: Decimal = Decimal(1)
    when: tuple[Condition, ...] = ()
    take: str = "last"

    @property
    def columns(self) -> list[str]:
        """The columns that its value is made of."""
        named: list[str] = []
        if self.way == "column":
            named = [self.source]
        elif self.way in ("columns", "product"):
            named = list(self.source)
        elif self.way == "template":
            named = re.findall(r"\{([^{}]+)\}", self.source)
        return named + [each for each in self.plus.values() if isinstance(each, str)]

    @property
    def label(self) -> str:
        return listed(self.columns) or f"({self.name})"


@dataclass(slots=True)
class Mapping:
    """What one row is, and where each of its fields comes from. `key` is where it stands in the settings."""

    key: str
    record: str
    fields: dict[str, FieldMap]
    where: tuple[Condition, ...]
    same_id: str
    company_zone: ZoneInfo
    decimal_comma: bool
    blanks: Blanks

    @property
    def columns(self) -> list[str]:
        """Every column that must be there."""
        named = [column for each in self.fields.values() for column in each.columns]
        asked = [condition[0] for each in self.fields.values() for condition in each.when]
        return list(dict.fromkeys([*named, *asked, *(condition[0] for condition in self.where)]))

    @property
    def filled(self) -> frozenset[str]:
        """The fields that it fills in some row; a blank constant fills none."""
        is_blank = {
            name: each.way == "constant" and (each.source is None or str(each.source).strip() in self.blanks)
            for name, each in self.fields.items()
        }
        return frozenset(name for name in self.fields if not is_blank[name])

    def label(self, name: str) -> str:
        """The columns of a field, as the source calls them."""
        return self.fields[name].label if name in self.fields else name


@cache
def kind_of(record: str, name: str) -> type:
    """str, int, bool, date, datetime or tuple: what this field holds when it holds something."""
    hint = get_type_hints(BY_TABLE[record])[name]
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(each for each in get_args(hint) if each is not type(None))
    kind: type = get_origin(hint) or hint
    return kind


def filled(mappings: Iterable[Mapping]) -> dict[str, frozenset[str]]:
    """Record -> the fields that any of these mappings fills."""
    found: dict[str, frozenset[str]] = {}
    for each in mappings:
        found[each.record] = found.get(each.record, frozenset()) | each.filled
    return found
