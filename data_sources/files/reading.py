"""Reads one file as its mapping says, a page at a time: this is what happens inside the fence (fence.py).

A row that breaks what reads it is rejected like any other wrong row, and a page says up to which row it goes.
"""

from __future__ import annotations

import glob
import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any

from data_sources.files import formats
from data_sources.files.layout import BadRow, Entry, Layout, Shape
from data_sources.files.opening import opened, sentences
from data_sources.mapping.cells import Wrong
from data_sources.mapping.records import Bound
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
    """One page: the values of its records as columns (mapping/columns.py), and what was rejected."""

    columns: list[list[Any]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)  # of the row of each record
    rejected: list[Rejected] = field(default_factory=list)
    looked_at: int = 0
    last_row: int = 0


def digest(path: Path) -> str:
    with sentences(path, Layout()), opened(path) as stream:
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
    bound = Bound(entry.mapping, shape.wanted)
    if entry.mapping.same_id == "merge":
        _refuse_scattered(path, entry, shape, bound)
    return shape


def pages(path: Path, entry: Entry, shape: Shape, named: str) -> Iterator[Rows]:
    """Every row of the file; `named` is what the file is called beside a rejected row. The last page may be empty."""
    page = _Page(Bound(entry.mapping, shape.wanted), named)
    for row_number, row in formats.read(path, entry.layout, shape):
        page.add(row_number, row)
        if page.is_full:
            yield page.done()
    yield page.done(is_last=True)


class _Page:
    """Collects rows until they are a page, and turns them into columns then."""

    def __init__(self, bound: Bound, named: str) -> None:
        self._bound, self._named = bound, named
        self._record, self._same_id = bound.mapping.record, bound.mapping.same_id
        self._seen = Seen()
        self._open: list[tuple[int, Any, list[Any]]] = []  # the last row of an id that is being merged, and its values
        self._last = 0
        self._begin()

    def _begin(self) -> None:
        self._rows: list[Any] = []
        self._numbers: list[int] = []
        self._rejected: list[tuple[int, Rejected]] = []
        self._looked_at = 0

    def add(self, number: int, row: Any) -> None:
        if number != self._last:  # several records may come out of one row
            self._looked_at += 1
            self._last = number
        if row.__class__ is BadRow:
            self._reject(number, row.column, row.value, row.reason)
            return
        keeps = self._bound.keeps
        if keeps is not None:
            try:
                if not keeps(row):
                    return
            except Exception as fault:  # one bad cell costs one row, whatever it breaks
                self._rejected.append((number, self._bound.explain(row, fault, self._place(number))))
                return
        self._rows.append(row)
        self._numbers.append(number)

    @property
    def is_full(self) -> bool:
        return len(self._rows) >= PAGE or self._looked_at >= LOOKED_AT or len(self._rejected) >= PAGE

    def done(self, is_last: bool = False) -> Rows:
        """The page. Of rows that are merged, the last id stays for the next page: more of it may come."""
        columns, kept = self._merged(is_last) if self._same_id == "merge" else self._converted()
        only = self._distinct(columns[0], kept)
        if len(only) < len(kept):
            columns = [[column[at] for at in only] for column in columns]
            kept = [kept[at] for at in only]
        self._rejected.sort(key=itemgetter(0))
        page = Rows(columns, kept, [row for _, row in self._rejected], self._looked_at, self._last)
        self._begin()
        return page

    def _converted(self) -> tuple[list[list[Any]], list[int]]:
        numbers = self._numbers
        found = self._bound.page(self._rows, lambda at: self._place(numbers[at]))
        self._rejected += [(numbers[at], row) for at, row in found.rejected]
        return found.columns, [numbers[at] for at in found.kept]

    def _merged(self, is_last: bool) -> tuple[list[list[Any]], list[int]]:
        """One record of all rows of an id, which stand together."""
        bound = self._bound
        runs, self._open = self._open, []
        for number, row in zip(self._numbers, self._rows, strict=True):
            try:
                values = bound.values(row)
            except Exception as fault:  # one bad cell costs one row, whatever it breaks
                self._rejected.append((number, bound.explain(row, fault, self._place(number))))
                continue
            if runs and runs[-1][2][0] == values[0]:
                runs[-1] = number, row, bound.merged([runs[-1][2], values])
            else:
                runs.append((number, row, values))
        if not is_last:
            self._open = runs[-1:]
            runs = runs[:-1]
        good: list[tuple[int, list[Any]]] = []
        for number, row, values in runs:
            try:
                if (checked := bound.checked(values)) is not None:
                    good.append((number, checked))
            except Wrong as wrong:
                self._rejected.append((number, bound.explain(row, wrong, self._place(number))))
        return bound.to_send([values for _, values in good]), [number for number, _ in good]

    def _distinct(self, ids: list[Any], numbers: list[int]) -> Sequence[int]:
        """Which of the records stay: no id twice. In a page of last_wins the later row stands for the earlier one."""
        if self._same_id == "last_wins":
            return list({id: at for at, id in enumerate(ids)}.values())
        if self._seen.add_all(ids):
            return range(len(ids))
        only = []
        for at, id in enumerate(ids):
            if self._seen.add(id):
                only.append(at)
            elif self._same_id != "first":
                self._reject(numbers[at], self._bound.mapping.label("id"), str(id), SAME_ID)
        return only

    def _place(self, number: int) -> str:
        return f"{self._named} row {number}"

    def _reject(self, number: int, column: str, value: str, reason: str) -> None:
        row = Rejected(self._record, self._place(number), column, value[:200], reason)
        self._rejected.append((number, row))


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

    def add_all(self, ids: list[str]) -> bool:
        """Adds them if none was seen before and no two are the same; else adds none and gives False."""
        marks = set(map(hash, ids))
        if self._older or len(marks) < len(ids) or not self._recent.isdisjoint(marks):
            return False
        self._recent |= marks
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


def _refuse_scattered(path: Path, entry: Entry, shape: Shape, bound: Bound) -> None:
    """Merged rows must stand together: otherwise each stretch of them would replace the one before."""
    ended = Seen()
    now: str | None = None
    for row_number, row in formats.read(path, entry.layout, shape):
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
                f"needs that; sort the file by {bound.mapping.label('id')}."
            )
        now = name
