"""From an item of JSON to the fields of a record: a table says which value of the item each field takes, and how.

A value that cannot be read raises Rejected, which costs its row and no other. `path` leads into objects ("via.channel").
None, and what is absent, means "not known" where the field may be unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Generic, TypeVar

from data_sources.kit.addresses import foreign
from data_sources.kit.errors import bad_cell
from store.masking import mask
from store.rejected import NOT_A_DATE, NOT_A_LIST, NOT_A_NUMBER, NOT_AN_OBJECT, NOT_TEXT

Item = Mapping[str, object]
Cell = Callable[[Item], object]
R = TypeVar("R")
V = TypeVar("V")


def record(kind: Callable[..., R], table: Mapping[str, Cell], item: Item) -> R:
    """The record of this item. Raises Rejected for the first value that cannot be read."""
    return kind(**{name: cell(item) for name, cell in table.items()})


def at(item: Item, path: str) -> object:
    found: object = item
    for name in path.split("."):
        if found is None:
            return None
        if not isinstance(found, Mapping):
            raise bad_cell(path, found, NOT_AN_OBJECT)
        found = found.get(name)
    return found


def text(path: str, longest: int = 400, before: str = "") -> Callable[[Item], str]:
    def cell(item: Item) -> str:
        value = at(item, path)
        if not isinstance(value, str) or not foreign(value):
            raise bad_cell(path, value, NOT_TEXT)
        return before + value.strip()[:longest]

    return cell


def masked(path: str) -> Callable[[Item], str]:
    """Text that a person may have written, for a field that is shown to all: without what would tell who it was."""
    return lambda item: mask(text(path)(item))


def number(path: str, before: str = "") -> Callable[[Item], str]:
    """A number that counts from 1, as an id: with what makes it one of its kind `before` it."""

    def cell(item: Item) -> str:
        value = at(item, path)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
            raise bad_cell(path, value, f"{NOT_A_NUMBER} that counts from 1")
        return f"{before}{value}"

    return cell


def count(path: str) -> Callable[[Item], int]:
    def cell(item: Item) -> int:
        value = at(item, path)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**9:
            raise bad_cell(path, value, f"{NOT_A_NUMBER} that counts from 0")
        return value

    return cell


def instant(path: str) -> Callable[[Item], datetime]:
    def cell(item: Item) -> datetime:
        value = at(item, path)
        try:
            found = datetime.fromisoformat(value)  # type: ignore[arg-type]
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (TypeError, ValueError, OverflowError):  # the last of a year 9999 with an offset
            raise bad_cell(path, value, f"{NOT_A_DATE} and time") from None

    return cell


def day(path: str) -> Callable[[Item], date]:
    def cell(item: Item) -> date:
        value = at(item, path)
        try:
            return date.fromisoformat(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise bad_cell(path, value, NOT_A_DATE) from None

    return cell


def word(path: str, meanings: Mapping[str, V]) -> Callable[[Item], V]:
    """One of a list of words, as what it means here."""

    def cell(item: Item) -> V:
        value = at(item, path)
        if not isinstance(value, str) or value not in meanings:
            raise bad_cell(path, value, f"is not one of {', '.join(meanings)}")
        return meanings[value]

    return cell


def maybe(kind: Callable[[str], Callable[[Item], V]], path: str) -> Callable[[Item], V | None]:
    """The same kind of cell, where what stands at `path` may be missing or blank: maybe(instant, "closed_at")."""
    cell = kind(path)

    def value(item: Item) -> V | None:
        found = at(item, path)
        return None if found is None or (isinstance(found, str) and not foreign(found)) else cell(item)

    return value


def all_of(kind: Callable[[str], Cell], /, **paths: str) -> dict[str, Cell]:
    """Fields of one kind, each with where it stands; all of them must be there: all_of(instant, opened_at="created_at")."""
    return {name: kind(path) for name, path in paths.items()}


def any_of(kind: Callable[[str], Cell], /, **paths: str) -> dict[str, Cell]:
    """The same, where each may be missing."""
    return {name: maybe(kind, path) for name, path in paths.items()}


def only(path: str, words: tuple[str, ...], cell: Callable[[Item], V | None]) -> Callable[[Item], V | None]:
    """The cell of the items that hold one of these words there; None for the others."""
    return lambda item: cell(item) if at(item, path) in words else None


def unless(path: str, words: tuple[object, ...], cell: Callable[[Item], V | None]) -> Callable[[Item], V | None]:
    """The cell of the items that hold none of these there; None for the others."""
    return lambda item: None if at(item, path) in words else cell(item)


def known(path: str, meanings: Mapping[str, V]) -> Callable[[Item], V | None]:
    """A word that may be missing, or be one that nobody knows yet."""
    return lambda item: meanings.get(maybe(text, path)(item) or "")


def after(start: str, lengths: Mapping[str, str]) -> Callable[[Item], datetime | None]:
    """The instant that is so long after another one; of {unit: where} the first that is there: {"minutes": "waited"}."""

    def cell(item: Item) -> datetime | None:
        found = ((unit, maybe(count, path)(item)) for unit, path in lengths.items())
        return next((instant(start)(item) + timedelta(**{unit: n}) for unit, n in found if n is not None), None)

    return cell


def web_address(path: str) -> Callable[[Item], str | None]:
    """An address that a reader can follow; None for anything else."""

    def cell(item: Item) -> str | None:
        value = at(item, path)
        is_one = isinstance(value, str) and value.startswith(("https://", "http://")) and len(value) <= 500
        return str(value) if is_one else None

    return cell


def names(path: str, key: str = "name") -> Callable[[Item], list[str]]:
    """A list of words, or of objects with a name, such as labels."""

    def cell(item: Item) -> list[str]:
        found = at(item, path) or []
        if not isinstance(found, list):
            raise bad_cell(path, found, NOT_A_LIST)
        if any(isinstance(each, dict) and key not in each for each in found):
            raise bad_cell(path, found, f"one of them has no {key}")
        words = [each.get(key) if isinstance(each, dict) else each for each in found]
        if not all(each is None or isinstance(each, str) for each in words):
            raise bad_cell(path, found, f"one of them {NOT_TEXT}")
        return [" ".join(each.split()) for each in words if each]

    return cell


def has(path: str, *words: str) -> Callable[[Item], bool]:
    """Whether one of these words stands there, alone or in a list; without words: whether anything does."""

    def holds(item: Item) -> bool:
        found = at(item, path)
        if not words:
            return found is not None
        wanted = {each.casefold() for each in words}  # as the systems' own questions are: in capitals or not
        return any(
            str(each).casefold() in wanted for each in (names(path)(item) if isinstance(found, list) else [found])
        )

    return holds


def starts(path: str, words: list[str], sign: str) -> Callable[[Item], bool]:
    """Whether what stands there begins with one of these words and the sign: starts("key", ["SHOP"], "-")."""
    beginnings = tuple(f"{word}{sign}".casefold() for word in words)
    return lambda item: str(at(item, path)).casefold().startswith(beginnings)


def objects(path: str) -> Callable[[Item], list[Item]]:
    """A list of objects; what is none is left out."""

    def cell(item: Item) -> list[Item]:
        found = at(item, path) or []
        if not isinstance(found, list):
            raise bad_cell(path, found, NOT_A_LIST)
        return [each for each in found if isinstance(each, dict)]

    return cell


def level(item: Item, path: str) -> int:
    """A number that may be missing, as the size of a right: 0 where there is none."""
    value = at(item, path)
    return value if isinstance(value, int) else 0


@dataclass(frozen=True, slots=True)
class Always(Generic[V]):
    """The same value for every item."""

    value: V

    def __call__(self, item: Item) -> V:
        return self.value


def always(value: V) -> Always[V]:
    return Always(value)


def only_values(several: Iterable[Cell]) -> frozenset[object]:
    """The values that a field has which these cells fill; none where one of them reads what an item says."""
    constants = [cell.value if isinstance(cell, Always) else None for cell in several]
    return frozenset() if None in constants else frozenset(constants)
