"""Where the numbers come from: sources, their runs and rows, rejected rows, references that name nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypedDict

from sqlalchemy import Connection, Row, func, select

from settings import Settings
from store.instants import aware
from store.published.snapshot import Newest, OpenSnapshot
from store.schema import rejected_row, run, stored_rows, unresolved, unsaid
from store.volume import held


@dataclass(frozen=True, slots=True)
class SourceState:
    name: str
    type: str
    is_sample: bool
    last_tried_at: datetime | None
    last_succeeded_at: datetime | None
    outcome: str  # "ok", "failed", "running", "interrupted", "never read"
    reason: str | None  # of the last failure, in words
    stale_after_hours: float
    rows: dict[str, int]  # record -> rows stored
    rejected_rows: int  # rejected rows that are listed
    rejected: dict[str, tuple[int, int]]  # record -> rows rejected, of how many that were read, where any was
    waiting: int  # rows that have left the source and stay until somebody accepts that so many go


class Unresolved(NamedTuple):
    """References of one source that name no stored row: `missing` of `given`.

    `found` of them would name a row of the source `elsewhere`, if the two shared their ids; None where no source has any.
    """

    source: str
    record: str
    field: str
    given: int
    missing: int
    elsewhere: str | None
    found: int


class RejectedRow(TypedDict):
    """Why a row is in no number, as pages, terminal and JSON show it."""

    source: str
    record: str
    place: str
    file: str  # the file or address that was read
    row: int | None  # as a spreadsheet counts them; None where it has none
    column: str
    value: str
    reason: str
    seen_at: str


class Sources(OpenSnapshot):
    """What is known of the sources of one snapshot."""

    def __init__(self, connection: Connection, settings: Settings, newest: Newest) -> None:
        super().__init__(connection, settings, newest)
        self._stored: list[Row[*tuple[Any, ...]]] | None = None
        self._unsaid: set[tuple[str, str, str]] | None = None
        self._freshness: dict[tuple[str, ...], tuple[tuple[str, ...], datetime | None]] = {}

    def held(self) -> str | None:
        """Why nothing newer than this snapshot was published; None where nothing is held back."""
        return held(self._connection)

    def rows(self, record: str) -> int:
        """How many rows of a record are stored."""
        chosen = select(func.coalesce(func.sum(stored_rows.c.n), 0)).where(stored_rows.c.record == record)
        return int(self._connection.scalar(chosen) or 0)

    def undated(self, record: str) -> int:
        """How many of them have no date from which anything over time could be computed."""
        chosen = select(func.coalesce(func.sum(stored_rows.c.undated), 0)).where(stored_rows.c.record == record)
        return int(self._connection.scalar(chosen) or 0)

    def freshness(self, records: tuple[str, ...]) -> tuple[tuple[str, ...], datetime | None]:
        """The sources that fill these records, and how old the oldest of them is (its last success)."""
        if records not in self._freshness:
            names = tuple(
                self._connection.scalars(
                    select(stored_rows.c.source)
                    .where(stored_rows.c.record.in_(records), stored_rows.c.n > 0)
                    .distinct()
                    .order_by(stored_rows.c.source)
                )
            )
            moments = [self._last_success(name) for name in names]
            known = [moment for moment in moments if moment is not None]
            self._freshness[records] = (names, min(known) if known else None)
        return self._freshness[records]

    def _rows(self) -> list[Row[*tuple[Any, ...]]]:
        if self._stored is None:
            chosen = select(stored_rows).order_by(stored_rows.c.source, stored_rows.c.record)
            self._stored = list(self._connection.execute(chosen))
        return self._stored

    def counts(self) -> list[tuple[str, str, int, int, int]]:
        """(source, record, rows read, rows stored, rows rejected), each where there is any."""
        return [
            (row.source, row.record, row.read, row.n, row.rejected) for row in self._rows() if row.n or row.rejected
        ]

    def holders(self, record: str) -> list[str]:
        """The sources that have rows of this record."""
        return [row.source for row in self._rows() if row.record == record and row.n]

    def is_unsaid(self, source: str, record: str, field: str) -> bool:
        """Whether the rows of this source cannot have this field, by what it maps: that it is empty says nothing then."""
        if self._unsaid is None:
            self._unsaid = {(row.source, row.record, row.field) for row in self._connection.execute(select(unsaid))}
        return (source, record, field) in self._unsaid

    def rejected(self, records: tuple[str, ...]) -> list[tuple[str, str, int, int]]:
        """(source, record, rows read, rows rejected) of the last whole read and what was read since, where any was."""
        return [
            (row.source, row.record, row.read, row.rejected)
            for row in self._rows()
            if row.record in records and row.rejected
        ]

    def _last_success(self, source: str) -> datetime | None:
        if self.snapshot is None:
            return None
        # The newest by its number, not by max(started_at): one step in the index, however many runs there were.
        moment = self._connection.scalar(
            select(run.c.started_at)
            .where(run.c.source == source, run.c.outcome == "ok", run.c.id <= self._newest_run)
            .order_by(run.c.id.desc())
            .limit(1)
        )
        return aware(moment) if moment is not None else None

    def sources(self) -> list[SourceState]:
        """Every source that was ever tried, or is in the settings, with its last run."""
        newest = select(run.c.source, func.max(run.c.id).label("id")).group_by(run.c.source).subquery()
        runs = {row.source: row for row in self._connection.execute(select(run).join(newest, newest.c.id == run.c.id))}
        rows: dict[str, dict[str, int]] = {}
        for row in self._rows():
            if row.n:
                rows.setdefault(row.source, {})[row.record] = row.n
        listed: dict[str, int] = dict(
            self._connection.execute(
                select(rejected_row.c.source, func.count(func.distinct(rejected_row.c.place))).group_by(
                    rejected_row.c.source
                )
            ).all()
        )
        states = []
        for name in sorted({*runs, *self._settings.sources}):
            last, options = runs.get(name), self._settings.sources.get(name)
            kind = last.type if last else options.type if options else "?"
            hours = last.stale_after_hours if last else options.fresh_within_hours if options else 26.0
            states.append(
                SourceState(
                    name=name,
                    type=kind,
                    is_sample=kind == "sample",
                    last_tried_at=aware(last.started_at) if last else None,
                    last_succeeded_at=self._last_success(name),
                    outcome=last.outcome if last else "never read",
                    reason=last.reason if last else None,
                    stale_after_hours=hours,
                    rows=rows.get(name, {}),
                    rejected_rows=int(listed.get(name, 0)),
                    rejected={
                        row.record: (row.rejected, row.read)
                        for row in self._rows()
                        if row.source == name and row.rejected
                    },
                    waiting=sum(row.waiting for row in self._rows() if row.source == name),
                )
            )
        return states

    def rejected_rows(self, source: str | None = None, at_most: int | None = 200) -> list[RejectedRow]:
        """Rows that were rejected, newest first."""
        chosen = select(rejected_row).order_by(rejected_row.c.seen_at.desc(), rejected_row.c.place).limit(at_most)
        if source is not None:
            chosen = chosen.where(rejected_row.c.source == source)
        found = ((row, *_located(row.stream, row.place)) for row in self._connection.execute(chosen))
        return [
            {
                "source": row.source,
                "record": row.record,
                "place": row.place,
                "file": file,
                "row": number,
                "column": row.column_name,
                "value": row.value,
                "reason": row.reason,
                "seen_at": aware(row.seen_at).isoformat(),
            }
            for row, file, number in found
        ]

    def unresolved(self) -> list[Unresolved]:
        """For each source, record and field: references that were given and that name no stored row; most first."""
        share = 1.0 * unresolved.c.missing / unresolved.c.given
        chosen = select(unresolved).order_by(share.desc(), unresolved.c.source, unresolved.c.record, unresolved.c.field)
        return [Unresolved(*row) for row in self._connection.execute(chosen)]


def _located(file: str, place: str) -> tuple[str, int | None]:
    """File and row of a place like "tickets.csv row 17"."""
    before, found, number = place.rpartition(" row ")
    if not found or not number.replace(",", "").isdigit():
        return file, None
    return file or before, int(number.replace(",", ""))
