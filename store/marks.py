"""What the fields of a record say about themselves, so that tables, checks, counting, erasure and docs can follow from it.

    area: Annotated[str | None, dimension, counted, "part of the product"] = None

Marks are read once, when the program starts; `fields_of` gives them together with the name and the type of each field.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, ClassVar, TypeVar


@dataclass(frozen=True, slots=True)
class Mark:
    """All that can be said of a field. Several marks of one field add up."""

    says: str = ""  # what it is, for the documentation; a plain text in Annotated says the same
    counted: bool = False  # a change of it makes counting necessary; a counted date is a day on which it counts
    day: str = ""  # of an instant: the column with its day in the company's time zone
    ordinal: str = ""  # of an instant: the column with the number of that day
    wait: str = ""  # of an instant: the column with the histogram bin of the wait ...
    since: str = ""  # ... since this field
    not_before: str = ""  # a field that must not be later, ...
    too_early: str = ""  # ... and what to say where it is
    at_least: int | None = None
    words: tuple[str, ...] = ()  # the only ones it may hold
    refers_to: str = ""  # the record whose id it holds
    stale: str = ""  # what is counted again for the value of this field when a row changes
    dimension: bool = False  # never NULL: "" is "not said", so that a plain index finds it
    personal: bool = False  # about a person: erasure and export find it by this mark
    pseudonym: bool = False  # replaced by a keyed hash before it is stored
    free_text: int = 0  # written by a person: masked, and cut to so many characters
    stored: bool = True  # False: known while saving, gone afterwards


counted = Mark(counted=True)
dimension = Mark(dimension=True)
personal = Mark(personal=True)
pseudonym = Mark(personal=True, pseudonym=True)
not_stored = Mark(stored=False)


def day(column: str, ordinal: str = "") -> Mark:
    return Mark(day=column, ordinal=ordinal)


def wait(column: str, since: str) -> Mark:
    return Mark(wait=column, since=since)


def not_before(field: str, too_early: str) -> Mark:
    return Mark(not_before=field, too_early=too_early)


def at_least(least: int) -> Mark:
    return Mark(at_least=least)


def words(*allowed: str) -> Mark:
    return Mark(words=allowed)


def refers_to(record: str) -> Mark:
    return Mark(refers_to=record)


def stale(kind: str) -> Mark:
    return Mark(stale=kind)


def free_text(longest: int) -> Mark:
    return Mark(personal=True, free_text=longest)


class Record:
    """What all nouns have. A noun is a dataclass of this with a table of its own."""

    __slots__ = ()
    TABLE: ClassVar[str]
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()  # besides those of references
    # Counted row by row: what a row was counted for is taken away when it changes, and what it counts for now is added.
    BY_ROW: ClassVar[bool] = False
    # Whether check() looks at anything: asking each of a million rows takes a while.
    CHECKED: ClassVar[bool] = False
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    id: str

    def check(self) -> None:
        """Raises Rejected where its fields cannot be together. Each by itself is right already."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record, as its class declares it."""

    name: str
    kind: type  # str, int, bool, date, datetime; what stands beside None
    required: bool
    mark: Mark

    @property
    def columns(self) -> dict[str, type]:
        """The columns that are worked out of it while saving, so that counting is plain SQL on any engine."""
        found = {self.mark.day: date, self.mark.ordinal: int, self.mark.wait: str}
        return {name: kind for name, kind in found.items() if name}

    @property
    def counts_as(self) -> tuple[str, ...]:
        """The columns in which it is counted."""
        return (*self.columns,) or (self.name,)


T = TypeVar("T")


def _once(work: Callable[[type[Record]], T]) -> Callable[[type[Record]], T]:
    """Asked once for each record; as functools.cache, which is not typed for classes as arguments."""
    return typing.cast("Callable[[type[Record]], T]", cache(work))


@_once
def all_fields(record: type[Record]) -> tuple[Field, ...]:
    hints = typing.get_type_hints(record, include_extras=True)
    return tuple(_field(each, hints[each.name]) for each in dataclasses.fields(record))


@_once
def stored_fields(record: type[Record]) -> tuple[Field, ...]:
    """The fields that become columns."""
    return tuple(each for each in all_fields(record) if each.mark.stored)


def _field(each: dataclasses.Field[Any], hint: Any) -> Field:
    said = [Mark(says=extra) if isinstance(extra, str) else extra for extra in getattr(hint, "__metadata__", ())]
    together: dict[str, Any] = {}
    for mark in said:
        together |= {
            one.name: getattr(mark, one.name)
            for one in dataclasses.fields(Mark)
            if getattr(mark, one.name) != one.default
        }
    plain = typing.get_args(hint)[0] if said else hint
    return Field(each.name, plain_type(plain), each.default is dataclasses.MISSING, Mark(**together))


def plain_type(annotation: Any) -> type:
    """date for `date | None`, and so on."""
    if isinstance(annotation, types.UnionType):
        (annotation,) = (each for each in typing.get_args(annotation) if each is not type(None))
    return typing.cast("type", annotation)


# --- what follows from the marks ---------------------------------------------------------------------------------------


@_once
def derived_columns(record: type[Record]) -> dict[str, type]:
    """Column -> type of what is worked out while saving."""
    return {name: kind for each in stored_fields(record) for name, kind in each.columns.items()}


@_once
def counted_columns(record: type[Record]) -> tuple[str, ...]:
    """The columns whose change makes counting necessary."""
    return tuple(name for each in stored_fields(record) if each.mark.counted for name in each.counts_as)


@_once
def counted_days(record: type[Record]) -> tuple[str, ...]:
    """The columns with the days on which a row counts, where whole days are counted again; none where rows are."""
    if record.BY_ROW:
        return ()
    days = []
    for each in stored_fields(record):
        if each.mark.counted and (each.kind is date or each.mark.day):
            days.append(each.mark.day or each.name)
    return tuple(days)


@_once
def stale_kinds(record: type[Record]) -> tuple[tuple[str, str], ...]:
    """(kind, field): what is counted again for the value of which field when a row changes."""
    return tuple((each.mark.stale, each.name) for each in stored_fields(record) if each.mark.stale)


@_once
def references(record: type[Record]) -> dict[str, str]:
    """Field -> the record that it names by its id."""
    return {each.name: each.mark.refers_to for each in stored_fields(record) if each.mark.refers_to}


def personal_fields(record: type[Record]) -> list[str]:
    return [each.name for each in stored_fields(record) if each.mark.personal]


def is_dimension(record: type[Record] | None, name: str) -> bool:
    return record is not None and any(each.name == name and each.mark.dimension for each in stored_fields(record))


def is_pseudonymous(record: type[Record]) -> bool:
    return any(each.mark.pseudonym for each in stored_fields(record))
