"""Collects the rows of one table until they are a page: no id twice, merged where that is wanted, each bad row with its reason.

A row that breaks what reads it is rejected like any other wrong row, and a page says up to which row it goes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from data_sources.mapping.columns import Row
from data_sources.mapping.plan import Value
from data_sources.mapping.records import Bound
from store.rejected import Rejected

PAGE = 5_000  # records
LOOKED_AT = 25_000  # rows after which a page is given even if few of them are records, so that progress shows
SAME_ID = (
    'same id as an earlier row, which is kept; if the later row is right, write same_id = "last_wins" in its mapping'
)


@dataclass(slots=True)
class Rows:
    """One page: the values of its records as columns (mapping/columns.py), and what was rejected."""

    columns: list[list[Value]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)  # of the row of each record
    rejected: list[Rejected] = field(default_factory=list)
    looked_at: int = 0
    last_row: int = 0


class Collected:
    """Turns rows into columns of values as soon as they are a page; `place` says what the row of a number is called."""

    def __init__(self, bound: Bound, place: Callable[[int], str]) -> None:
        self._bound, self._place = bound, place
        self._record, self._same_id = bound.mapping.record, bound.mapping.same_id
        self._seen = Seen()
        self._open: list[
            tuple[int, Row, list[Value]]
        ] = []  # the last row of an id that is being merged, and its values
        self._last = 0
        self._begin()

    def _begin(self) -> None:
        self._rows: list[Row] = []
        self._numbers: list[int] = []
        self._rejected: list[tuple[int, Rejected]] = []
        self._looked_at = 0

    def add(self, number: int, row: Row) -> None:
        self._look_at(number)
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

    def reject(self, number: int, column: str, value: str, reason: str) -> None:
        """A row that is no row of this table."""
        self._look_at(number)
        self._reject(number, column, value, reason)

    def _look_at(self, number: int) -> None:
        if number != self._last:  # several records may come out of one row
            self._looked_at += 1
            self._last = number

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

    def _converted(self) -> tuple[list[list[Value]], list[int]]:
        numbers = self._numbers
        found = self._bound.page(self._rows, lambda at: self._place(numbers[at]))
        self._rejected += [(numbers[at], row) for at, row in found.rejected]
        return found.columns, [numbers[at] for at in found.kept]

    def _merged(self, is_last: bool) -> tuple[list[list[Value]], list[int]]:
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
        good: list[tuple[int, list[Value]]] = []
        for number, row, values in runs:
            try:
                if (checked := bound.checked(values)) is not None:
                    good.append((number, checked))
            except Rejected as wrong:
                self._rejected.append((number, bound.explain(row, wrong, self._place(number))))
        return bound.to_send([values for _, values in good]), [number for number, _ in good]

    def _distinct(self, ids: list[str], numbers: list[int]) -> Sequence[int]:
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
