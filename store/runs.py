"""One source's part of a refresh: its pages go in one by one, and how the run went is noted for the readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, insert, select, update

from store import listings
from store.deleting import PSEUDONYMOUS, delete_source
from store.engines import insert_or_replace
from store.instants import naive
from store.marks import Record
from store.masking import clean, mask
from store.rejected import Rejected
from store.saving import remove_records, save_records
from store.schema import cursor, read_rows, rejected_row, row_count, run
from store.volume import are_too_many

if TYPE_CHECKING:
    from store.refreshing import Refresh

FIRST_REASONS = 3  # why rows were rejected, as a refresh says it


@dataclass(slots=True)
class _Read:
    """Rows of one noun at one place: in other runs since its last whole read, and in this one."""

    read_before: int = 0
    rejected_before: int = 0
    read: int = 0
    rejected: int = 0


@dataclass
class Run:
    """One source's part of a refresh."""

    refresh: Refresh
    source: str
    id: int
    replaces: bool = False
    rows_read: int = 0
    rows_saved: int = 0
    rows_unchanged: int = 0
    rejected_rows: int = 0
    reads_everything: bool = False  # all that the source has was asked for, not what changed
    accepts_removal: bool = False  # however many rows have left the source, they may go
    rows_removed: int = 0
    rows_waiting: int = 0  # rows that have left the source, but are too many to go without a word
    # (record, column) -> the first rejected row of it, in words, masked.
    first_rejected: dict[tuple[str, str], str] = field(default_factory=dict)
    _streams: set[str] = field(default_factory=set)
    _whole: set[str] = field(default_factory=set)
    _part: int = 0
    _reads: dict[tuple[str, str], _Read] = field(default_factory=dict)

    def save(
        self,
        records: Sequence[Record],
        now: datetime,
        rejected: Sequence[Rejected] = (),
        cursor: str | None = None,
        read: int | None = None,
        stream: str = "",
        whole: bool = False,
        partial: bool = False,
        gone: Sequence[tuple[str, str]] = (),
        where: Callable[[int, str], tuple[str, str]] | None = None,
    ) -> None:
        """One page: its rows, what was rejected and the cursor, in one transaction. Raises StoreError.

        `stream` is the file or address that it is from; `whole`: with this page all of that was read in this run;
        `partial`: only some rows of it are read in this run, so what was rejected of the others stays. `gone` are
        (record, id) of rows of which the source says that they are no more. `where` tells the place and the column of
        a record that is refused, by its position and the field.
        """
        with self.refresh.transaction(now) as connection:
            if self.replaces and records:
                # Not before there is something to put in its place: an upstream that answers nothing must not empty us.
                delete_source(connection, self.source)
                mine = select(run.c.type).where(run.c.id == self.id).scalar_subquery()
                connection.execute(delete(run).where(run.c.source == self.source, run.c.type != mine))
                self.replaces = False
            refused = self._save_records(connection, records, now, stream, where)
            for record, ids in groupby(sorted(gone), key=lambda each: each[0]):
                shape = self.refresh.shape(connection, record)
                named = [id for _, given in ids if (id := shape.stored_id(self.source, given)) is not None]
                self._remove(connection, record, named)
            if partial:
                judged = {record.id for record in records} | {each.place for each in rejected} | {id for _, id in gone}
                self._judge_anew(connection, stream, judged)
            self._reject(connection, rejected, refused, stream, now, judged=partial)
            self._count_read(connection, records, rejected, refused, stream, whole)
            if whole:
                self._whole.add(stream)
                listings.was_read_whole(connection, self.source, stream, self.id)
            if cursor is not None:
                self._move_cursor(connection, cursor, now)
            self.rows_read += len(records) + len(rejected) if read is None else read
            self._note(connection)

    def _remove(self, connection: Connection, record: str, ids: list[str]) -> None:
        removed = remove_records(connection, self.refresh.shape(connection, record), self.source, ids)
        self.rows_removed += removed
        self._count(connection, record, -removed)

    def _save_records(
        self,
        connection: Connection,
        records: Sequence[Record],
        now: datetime,
        place: str,
        where: Callable[[int, str], tuple[str, str]] | None,
    ) -> list[Rejected]:
        refused: list[Rejected] = []
        for table, same in _by_table(records).items():
            shape = self.refresh.shape(connection, table)
            result = save_records(connection, shape, self.source, same, now)
            self.rows_saved += result.saved
            self.rows_unchanged += result.unchanged
            positions = [at for at, each in enumerate(records) if table == each.TABLE] if result.rejected else []
            for at, each in result.rejected:
                if where is not None:
                    each.place, each.column = where(positions[at], each.column)
                else:
                    each.place = f"{place} {each.place}".strip()
                refused.append(each)
            self._count(connection, table, result.added)
            self._part += 1
            listings.note(connection, self.source, place, table, self.id, self._part, result.ids)
        return refused

    def _count(self, connection: Connection, record: str, added: int) -> None:
        if not added:
            return
        mine = (row_count.c.source == self.source) & (row_count.c.record == record)
        done = connection.execute(update(row_count).where(mine).values(n=row_count.c.n + added))
        if done.rowcount == 0:
            connection.execute(insert(row_count).values(source=self.source, record=record, n=added))
        connection.execute(delete(row_count).where(mine, row_count.c.n == 0))

    def _judge_anew(self, connection: Connection, stream: str, ids: Iterable[Any]) -> None:
        """Forgets what was rejected of these rows, whether their source or the store had refused them."""
        names = [id for id in ids if isinstance(id, str)]
        places = [clean(place, 500) for id in names for place in (id, f"{stream} {clean(mask(id[:500]), 200)}".strip())]
        mine = (rejected_row.c.source == self.source) & (rejected_row.c.stream == stream)
        for start in range(0, len(places), 1_000):
            connection.execute(
                delete(rejected_row).where(mine, rejected_row.c.place.in_(places[start : start + 1_000]))
            )

    def _reject(
        self,
        connection: Connection,
        rejected: Sequence[Rejected],
        refused: Sequence[Rejected],
        stream: str,
        now: datetime,
        judged: bool,
    ) -> None:
        if not judged and stream not in self._streams:
            # What was wrong in this file or address before is judged anew, now that it is read anew.
            self._streams.add(stream)
            connection.execute(
                delete(rejected_row).where(rejected_row.c.source == self.source, rejected_row.c.stream == stream)
            )
        # What came from outside is masked and cut here, whoever found it: a file's cell may hold anything. A cell of the staff
        # is not kept at all: it may say who somebody is, or when one person left.
        rows = {
            (clean(each.record, 100), clean(each.place, 500), clean(each.column, 200)): (
                "" if each.record in PSEUDONYMOUS else clean(mask(each.value), 200),
                clean(mask(each.reason), 500),
            )
            for each in (*rejected, *refused)
        }
        self.rejected_rows += len({(record, place) for record, place, _ in rows})
        for (record, place, column), (value, reason) in rows.items():
            if len(self.first_rejected) < FIRST_REASONS:
                # Two wrong values of one column are one reason to whoever corrects the mapping.
                said = f"{value!r} {reason.removeprefix('it ')}" if value else reason
                self.first_rejected.setdefault((record, column), f"{place}, {column}: {said}")
        at = naive(now)
        insert_or_replace(
            connection,
            rejected_row,
            [
                {
                    "source": self.source,
                    "record": record,
                    "place": place,
                    "column_name": column,
                    "value": value,
                    "reason": reason,
                    "stream": stream,
                    "seen_at": at,
                }
                for (record, place, column), (value, reason) in rows.items()
            ],
        )

    def _count_read(
        self,
        connection: Connection,
        records: Sequence[Record],
        rejected: Sequence[Rejected],
        refused: Sequence[Rejected],
        place: str,
        whole: bool,
    ) -> None:
        """How many rows were read and rejected here: in this run where it is whole, else added to what was before."""
        by_source = Counter(record for record, _ in {(each.record, each.place) for each in rejected})
        at_the_door = Counter(each.record for each in refused)
        read = by_source + Counter({table: len(same) for table, same in _by_table(records).items()})
        mine = (read_rows.c.source == self.source) & (read_rows.c.place == place)
        for record in read:
            if (place, record) not in self._reads:
                row = connection.execute(select(read_rows).where(mine, read_rows.c.record == record)).one_or_none()
                self._reads[place, record] = _Read(row.read, row.rejected) if row else _Read()
            counts = self._reads[place, record]
            counts.read += read[record]
            counts.rejected += by_source[record] + at_the_door[record]
        if whole:
            connection.execute(delete(read_rows).where(mine))
            for known in self._reads:
                if known[0] == place:
                    self._reads[known].read_before = self._reads[known].rejected_before = 0
        changed = [known for known in self._reads if known[0] == place and (whole or known[1] in read)]
        insert_or_replace(
            connection,
            read_rows,
            [
                {
                    "source": self.source,
                    "place": place,
                    "record": record,
                    "read": counts.read_before + counts.read,
                    "rejected": counts.rejected_before + counts.rejected,
                }
                for (_, record), counts in ((known, self._reads[known]) for known in changed)
            ],
        )

    def rejected(self) -> tuple[int, int]:
        """Rows read and rows rejected of this source, in the last whole read of each place and what was read since."""
        sums = func.coalesce(func.sum(read_rows.c.read), 0), func.coalesce(func.sum(read_rows.c.rejected), 0)
        with self.refresh.store.looking() as connection:
            read, rejected = connection.execute(select(*sums).where(read_rows.c.source == self.source)).one()
            return int(read), int(rejected)

    def _move_cursor(self, connection: Connection, value: str, now: datetime) -> None:
        mine = cursor.c.source == self.source
        done = connection.execute(update(cursor).where(mine).values(value=value, moved_at=naive(now)))
        if done.rowcount == 0:
            connection.execute(insert(cursor).values(source=self.source, value=value, moved_at=naive(now)))

    def finish(self, now: datetime, outcome: str = "ok", reason: str | None = None) -> None:
        """Ends the record of this run: "ok", or "failed" with the reason in words."""
        with self.refresh.transaction(now) as connection:
            masked = None if reason is None else clean(mask(reason), 500)
            self._note(connection, outcome=outcome, reason=masked, finished_at=naive(now))
            listings.join_parts(connection, self.source, self.id)
            if outcome == "ok":
                self._let_go(connection)
        if outcome == "ok":
            self.refresh.were_read.add(self.source)

    def _let_go(self, connection: Connection) -> None:
        """Removes the rows that have left the source; more than a fifth of it only if somebody accepts that."""
        if self.reads_everything and self._whole and self._whole == self._streams:
            # What was noted of places that the source no longer has goes with them.
            for table, place in ((read_rows, read_rows.c.place), (rejected_row, rejected_row.c.stream)):
                connection.execute(
                    delete(table).where(table.c.source == self.source, place.not_in(sorted(self._whole)))
                )
            listings.everything_was_read_whole(connection, self.source, self._whole, self.id)
        left = listings.those_that_left(connection, self.source)
        n = sum(len(ids) for ids in left.values())
        mine = row_count.c.source == self.source
        stored = int(connection.scalar(select(func.coalesce(func.sum(row_count.c.n), 0)).where(mine)) or 0)
        if are_too_many(n, stored) and not self.accepts_removal:
            self.rows_waiting = n
            return
        for record, ids in left.items():
            self._remove(connection, record, ids)
        listings.forget_candidates(connection, self.source)

    def _note(self, connection: Connection, **more: Any) -> None:
        counts = {
            "rows_read": self.rows_read,
            "rows_saved": self.rows_saved,
            "rows_unchanged": self.rows_unchanged,
            "rows_rejected": self.rejected_rows,
        }
        connection.execute(update(run).where(run.c.id == self.id).values(**counts, **more))


def _by_table(records: Sequence[Record]) -> dict[str, list[Record]]:
    """Nearly always all of one table."""
    tables = set(map(attrgetter("TABLE"), records))
    if len(tables) == 1:
        return {tables.pop(): list(records)}
    return {table: [record for record in records if table == record.TABLE] for table in sorted(tables)}
