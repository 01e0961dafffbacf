"""Reads one file as its mapping says, a page at a time: this is what happens inside the fence (fence.py).

A row that breaks what reads it is rejected like any other wrong row, and a page says up to which row it goes.
"""

from __future__ import annotations

import glob
import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_sources.files import formats
from data_sources.files.formats import BadRow, Shape
from data_sources.mapping.grammar import Bound, Entry, Wrong
from data_sources.source import SourceError
from store.rejected import Rejected

PAGE = 5_000  # records
LOOKED_AT = 25_000  # rows after which a page is given even if few of them are records, so that progress shows
SAME_ID = (
    'same id as an earlier row, which is kept; if the later row is right, write same_id = "last_wins" in its mapping'
)
MOST_FILES = 100_000  # of one pattern


@dataclass(slots=True)
class Rows:
    """One page: the values of its records in the order of their fields, and what was rejected."""

    values: list[list[Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)  # of the row of each of them
    rejected: list[Rejected] = field(default_factory=list)
    looked_at: int = 0
    last_row: int = 0


def digest(path: Path) -> str:
    with formats._sentences(path, formats.Layout()), formats.opened(path) as stream:
        found = hashlib.sha256()
        while chunk := stream.read(1 << 20):
            found.update(chunk)
        return found.hexdigest()


def matching(pattern: str) -> list[str]:
    """The paths that a pattern with ** stands for; it may lead round in circles of links."""
    found = []
    for path in glob.iglob(pattern, recursive=True):
        found.append(path)
        if len(found) > MOST_FILES:
            raise SourceError(f"More than {MOST_FILES:,} files match {pattern}.")
    return found


def check(path: Path, entry: Entry) -> Shape:
    """Raises SourceError where the whole file is not what the mapping needs."""
    shape = formats.check(path, entry.layout, entry.wanted)
    bound = Bound(entry, shape)
    if entry.same_id == "merge":
        _refuse_scattered(path, bound)
    return shape


def pages(path: Path, entry: Entry, shape: Shape, named: str) -> Iterator[Rows]:
    """Every row of the file; `named` is what the file is called beside a rejected row. The last page may be empty."""
    bound = Bound(entry, shape)
    seen = Seen()
    by_id: dict[str, tuple[int, list[Any]]] = {}
    page = Rows()
    replaces = entry.same_id == "last_wins"
    keeps_first = entry.same_id == "first"
    for row_number, count, found in _records(path, bound, named):
        page.looked_at += count
        page.last_row = row_number
        if found is None:
            pass
        elif found.__class__ is Rejected:
            page.rejected.append(found)
        elif replaces:
            by_id[found[0]] = row_number, found  # a page never holds the same id twice: the later row wins
        elif seen.add(found[0]):
            by_id[found[0]] = row_number, found
        elif not keeps_first:
            page.rejected.append(
                Rejected(
                    entry.record,
                    f"{named} row {row_number}",
                    bound.label("id"),
                    str(found[0])[:200],
                    SAME_ID,
                )
            )
        if len(by_id) >= PAGE or page.looked_at >= LOOKED_AT or len(page.rejected) >= PAGE:
            yield _filled(page, by_id)
            by_id, page = {}, Rows(last_row=row_number)
    yield _filled(page, by_id)


def _filled(page: Rows, found: dict[str, tuple[int, list[Any]]]) -> Rows:
    page.numbers = [number for number, _ in found.values()]
    page.values = [values for _, values in found.values()]
    return page


class Seen:
    """The ids of a file so far, as hashes: about 100 MB for the first million of them, and 8 for each further one."""

    RECENT = 1_000_000

    def __init__(self) -> None:
        self._recent: set[int] = set()
        self._older: array[int] = array("q")

    def add(self, id: str) -> bool:
        """False where it was seen before."""
        mark = hash(id)
        if mark in self._recent:
            return False
        if self._older:
            place = bisect_left(self._older, mark)
            if place < len(self._older) and self._older[place] == mark:
                return False
        self._recent.add(mark)
        if len(self._recent) >= self.RECENT:
            self._pack()
        return True

    def _pack(self) -> None:
        import numpy  # imported here: only very long files need it

        recent = numpy.fromiter(self._recent, numpy.int64, len(self._recent))
        self._recent.clear()
        together = numpy.concatenate([numpy.frombuffer(self._older, numpy.int64), recent])
        together.sort()
        self._older = array("q")
        self._older.frombytes(together.tobytes())


def _records(path: Path, bound: Bound, named: str) -> Iterator[tuple[int, int, Any]]:
    """For each row: its number, how many rows were looked at, and the record's values, what was rejected, or None."""
    entry = bound.entry
    keeps, values, checked = bound.keeps, bound.values, bound.checked
    merges = entry.same_id == "merge"
    together: list[list[Any]] = []
    first_row = 0
    last_row: list[Any] = []
    before = 0
    for row_number, row in formats.read(path, entry.layout, bound.shape):
        count = int(row_number != before)  # several records may come out of one row
        before = row_number
        if row.__class__ is BadRow:
            yield row_number, count, _rejected(bound, row, f"{named} row {row_number}")
            continue
        try:
            if keeps is not None and not keeps(row):  # type: ignore[arg-type]
                yield row_number, count, None
                continue
            found = values(row)  # type: ignore[arg-type]
            if not merges:
                yield row_number, count, checked(found)
                continue
        except Exception as fault:  # one bad cell costs one row, whatever it breaks
            yield row_number, count, bound.explain(row, fault, f"{named} row {row_number}")  # type: ignore[arg-type]
            continue
        if together and found[0] != together[0][0]:
            yield row_number, 0, _together(bound, together, last_row, f"{named} row {first_row}")
            together = []
        together.append(found)
        first_row, last_row = row_number, row  # type: ignore[assignment]
        if len(together) > 1:
            together = [bound.merged(together)]
        yield row_number, count, None
    if together:
        yield before, 0, _together(bound, together, last_row, f"{named} row {first_row}")


def _rejected(bound: Bound, row: Any, place: str) -> Rejected:
    return Rejected(bound.entry.record, place, row.column, row.value[:200], row.reason)


def _together(bound: Bound, together: list[list[Any]], row: list[Any], place: str) -> Any:
    try:
        return bound.checked(together[0])
    except Wrong as wrong:
        return bound.explain(row, wrong, place)


def _refuse_scattered(path: Path, bound: Bound) -> None:
    """Merged rows must stand together: otherwise each stretch of them would replace the one before."""
    ended = Seen()
    now: str | None = None
    for row_number, row in formats.read(path, bound.entry.layout, bound.shape):
        if isinstance(row, BadRow):
            continue
        try:
            if bound.keeps and not bound.keeps(row):
                continue
            name = bound.get[0](row)
        except Exception:
            continue  # rejected when it is read
        if name == now:
            continue
        if not ended.add(str(name)):
            raise SourceError(
                f'{path.name}: the rows of {name!r} do not stand together (row {row_number:,}), and same_id = "merge" '
                f"needs that; sort the file by {bound.label('id')}."
            )
        now = name
