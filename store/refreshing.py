"""One refresh at a time: takes the lease, and gives out what a refresh may do with the store while it has it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from settings import Settings
from store import indexes, lease, publishing
from store.database import StoreError, engine_for
from store.deleting import PSEUDONYMOUS, delete_source, drop_sample, has_pseudonyms, mark_all
from store.engines import sql_of
from store.ids import settle
from store.instants import naive
from store.masked_again import mask_again
from store.publishing import clusters
from store.publishing.clusters import Cluster, UnlinkedTicket
from store.rules import Rules
from store.runs import Run
from store.saving import was_counted
from store.schema import FACTS, cursor, id_group, meta, ranking_record, row_count, run, snapshot
from store.shapes import Shape
from store.staff_key import FINGERPRINT
from store.tallies import ALL, Measures
from store.volume import Baseline, Jump, baseline, jumps, note_held

if TYPE_CHECKING:
    from store.store import Store

LOCK_NOT_AVAILABLE = "55P03"


class BusyError(StoreError):
    """Another refresh is running."""


@contextmanager
def refreshing(store: Store, now: datetime) -> Iterator[Refresh]:
    """Takes the lease for one refresh. Raises BusyError while another one has it, StoreError otherwise."""
    notes = store.migrate()
    process = lease.new_process()
    # A look first: while the other one publishes, nobody else may write, and this one would wait to be told so.
    held = _holder(store)
    if lease.alive(held, store.engine, lambda: _holder(store)):
        raise _busy(held)
    with lease.held_by(process):
        with store.words(), store.engine.begin() as connection:
            fence = _take_lease(connection, held, process)
            store.adopt_time_zone(connection)
            prefixes, moved_ids = settle(connection, _shares_ids(store.settings))
            notes += moved_ids
            _interrupted(connection, now)
            if not was_counted(connection):
                indexes.leave_out(connection)
            moved = store.staff_key.move_out(connection, is_used=has_pseudonyms(connection))
        if moved is not None:
            notes += store.staff_key_moved(moved)
        try:
            with lease.Heartbeat(engine_for(store.settings, patience_s=0.1), fence):
                running = Refresh(store, fence, notes, prefixes)
                running.mask_again(now)
                yield running
        except BaseException:
            # What went wrong is the news, not that a broken store cannot be told either: the lease is free as soon as
            # this process is known to have left it.
            with suppress(StoreError, DBAPIError):
                _give_back(store, fence, now)
            raise
        _give_back(store, fence, now)


def _shares_ids(settings: Settings) -> dict[str, list[str]]:
    return {name: options.shares_ids_with for name, options in settings.sources.items()}


def _holder(store: Store) -> lease.Holder:
    with store.looking() as connection:
        return lease.holder(connection)


def _give_back(store: Store, fence: int, now: datetime) -> None:
    with store.words(), store.engine.begin() as connection:
        if lease.give_back(connection, fence):
            _interrupted(connection, now)


def _take_lease(connection: Connection, held: lease.Holder, process: str) -> int:
    try:
        fence = lease.take(connection, held, process)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise _busy(held) from error
        raise
    if fence is None:
        raise _busy(lease.holder(connection))
    return fence


def _busy(held: lease.Holder) -> BusyError:
    return BusyError(f"Another refresh is running ({held}). Wait for it, or end it.")


def _interrupted(connection: Connection, now: datetime) -> None:
    """The records of runs that nobody will finish any more."""
    ended = {"outcome": "interrupted", "finished_at": naive(now), "reason": "It did not finish."}
    connection.execute(update(run).where(run.c.outcome == "running").values(**ended))


@dataclass
class Refresh:
    """One refresh, as long as it has the lease. A paused old one cannot write: its fence is too low."""

    store: Store
    fence: int
    notes: list[str] = field(default_factory=list)  # what was brought in line with the settings, in sentences
    prefixes: Mapping[str, str] = field(default_factory=dict)  # what stands before the ids of each source
    declared: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    were_read: set[str] = field(default_factory=set)
    _shapes: dict[str, Shape] = field(default_factory=dict)

    def declare(self, source: str, fields: Mapping[str, Collection[str]]) -> None:
        """What a source of the settings can say, record by record; readers see it with the next snapshot."""
        self.declared[source] = {record: frozenset(names) for record, names in fields.items()}

    @contextmanager
    def transaction(self, now: datetime) -> Iterator[Connection]:
        with self.store.words(), self.store.engine.begin() as connection:
            if lease.fence_now(connection, self.fence) != self.fence:
                raise BusyError("Another refresh has taken over; this one stops without writing.")
            yield connection
            if self.store.sqlite:
                lease.beat(connection, self.fence)  # nobody else could, all the while

    def shape(self, connection: Connection, record: str) -> Shape:
        if record not in self._shapes:
            store = self.store
            sql = sql_of(store.engine)
            self._shapes[record] = Shape(record, sql, store.settings.zone, store.staff_key.pseudonym, self.prefixes)
        if record in PSEUDONYMOUS:
            self.store.staff_key.take(connection)
        return self._shapes[record]

    def begin_run(
        self, source: str, type: str, now: datetime, stale_after_hours: float = 26.0, replaces: bool = False
    ) -> Run:
        """Starts the record of one source's run. `replaces`: all rows of this source go first (never others')."""
        with self.transaction(now) as connection:
            values = {
                "source": source,
                "type": type,
                "started_at": naive(now),
                "outcome": "running",
                "stale_after_hours": stale_after_hours,
            }
            (id,) = connection.execute(insert(run).values(**values)).inserted_primary_key or (0,)
        return Run(self, source, int(id), replaces)

    def drop_sample(self, now: datetime) -> bool:
        """Removes the invented company, if there is one and there are real rows: the two must never be counted together."""
        with self.transaction(now) as connection:
            invented = select(run.c.source).where(run.c.type == "sample")
            if not connection.scalar(select(select(row_count).where(row_count.c.source.not_in(invented)).exists())):
                return False
            return drop_sample(connection)

    def drop_others(self, named: Collection[str], now: datetime) -> dict[str, int]:
        """Removes the sources that are not named here, with their runs; how many rows each of them had."""
        with self.transaction(now) as connection:
            counted = select(row_count.c.source, func.sum(row_count.c.n)).group_by(row_count.c.source)
            rows = {source: int(n) for source, n in connection.execute(counted)}
            known = {*rows, *connection.scalars(select(run.c.source).distinct())}
            others = sorted(known - set(named))
            for source in others:
                delete_source(connection, source)
                connection.execute(delete(run).where(run.c.source == source))
                connection.execute(delete(id_group).where(id_group.c.source == source))
            return {source: rows.get(source, 0) for source in others}

    def new_staff_key(self, now: datetime) -> int:
        """Gives up a key that is lost: removes the rows that hold pseudonyms, whose people would be counted twice, and has their
        sources read again from the start. How many rows were removed."""
        removed = 0
        with self.transaction(now) as connection:
            for record in PSEUDONYMOUS:
                mine = row_count.c.record == record
                for source, n in connection.execute(select(row_count.c.source, row_count.c.n).where(mine)).all():
                    removed += int(n)
                    mark_all(connection, record, source)
                    connection.execute(delete(FACTS[record]).where(FACTS[record].c.source == source))
                    connection.execute(delete(cursor).where(cursor.c.source == source))
                connection.execute(delete(row_count).where(mine))
            connection.execute(delete(meta).where(meta.c.name == FINGERPRINT))
        self.store.staff_key.give_up()
        return removed

    def mask_again(self, now: datetime) -> None:
        """All that is stored, where an older version of masking wrote it."""
        with self.transaction(now) as connection:
            changed = mask_again(connection)
        if changed:
            self.notes.append(
                f"{changed:,} stored texts were masked again: this version masks more than the one that wrote them."
            )

    def rows_of(self, source: str) -> int:
        """How many rows of this source are stored now."""
        with self.store.looking() as connection:
            mine = row_count.c.source == source
            return int(connection.scalar(select(func.coalesce(func.sum(row_count.c.n), 0)).where(mine)) or 0)

    def type_of_rows(self, source: str) -> str | None:
        """The type of source that the stored rows of this name came from; None where there are none."""
        if not self.rows_of(source):
            return None
        with self.store.looking() as connection:
            with_rows = (run.c.source == source) & (run.c.rows_saved + run.c.rows_unchanged > 0)
            kind: str | None = connection.scalar(select(run.c.type).where(with_rows).order_by(run.c.id.desc()).limit(1))
            return kind

    def cursor(self, source: str) -> str | None:
        with self.store.looking() as connection:
            value: str | None = connection.scalar(select(cursor.c.value).where(cursor.c.source == source))
            return value

    def baseline(self) -> Baseline:
        """How many rows each source had in the last snapshot; to be asked before anything is read."""
        with self.store.looking() as connection:
            return baseline(connection)

    def jumps(self, before: Baseline) -> list[Jump]:
        """Sources that grew too much since then to be believed."""
        with self.store.looking() as connection:
            return jumps(connection, before)

    def hold(self, why: str, now: datetime) -> None:
        """Nothing is published; whoever looks at the sources reads why."""
        with self.transaction(now) as connection:
            note_held(connection, why)

    def publish(
        self,
        now: datetime,
        rules: Rules,
        report: Callable[[str], None] = lambda name: None,
        everything: bool = False,
        measures: Measures = ALL,
    ) -> int:
        """Counts again what changed (or `everything`) and makes it visible, in one transaction. The new snapshot's id."""
        with self.transaction(now) as connection:
            # By themselves: counting reads slowly what SQLite has not yet written into its file.
            if not was_counted(connection):
                indexes.make(connection)
        with self.transaction(now) as connection:
            zone, declared, were_read = self.store.settings.zone, self.declared, self.were_read
            publishing.count_again(connection, now, zone, rules, report, everything, measures, declared, were_read)
            note_held(connection, None)
            return _new_snapshot(connection, now)

    def save_ranking(self, month: date, made_of: str, facts: Mapping[str, Any], now: datetime) -> None:
        """What was learned about the ranking in this month, instead of what was learned in it before; a new snapshot."""
        with self.transaction(now) as connection:
            connection.execute(delete(ranking_record).where(ranking_record.c.month == month))
            connection.execute(insert(ranking_record).values(month=month, made_of=made_of, facts=dict(facts)))
            _new_snapshot(connection, now)

    def unlinked_tickets(
        self, now: datetime, days: int, most: int, kinds: Collection[str]
    ) -> list[UnlinkedTicket] | None:
        """The newest `most` tickets of these kinds of the last `days` that no bug explains, as they were published last.

        None where `list_clusters` has been called since they or the day changed.
        """
        with self.store.looking() as connection:
            return clusters.unlinked_tickets(connection, self._day_of(now), days, most, kinds)

    def list_clusters(self, found: Iterable[Cluster], now: datetime) -> None:
        """Lists them beside the bugs instead of those of before; a new snapshot, where that changes anything."""
        with self.transaction(now) as connection:
            if clusters.list_clusters(connection, found, self.store.settings.zone, self._day_of(now)):
                _new_snapshot(connection, now)

    def _day_of(self, now: datetime) -> date:
        return now.astimezone(self.store.settings.zone).date()


def _new_snapshot(connection: Connection, now: datetime) -> int:
    # By the rows that are there, not by how the run ended: half a sample company is invented as well.
    invented = select(run.c.id).where(run.c.type == "sample", run.c.source == row_count.c.source).exists()
    is_sample = bool(connection.scalar(select(select(row_count.c.n).where(invented).exists())))
    newest_run = connection.scalar(select(func.max(run.c.id))) or 0
    made = connection.execute(
        insert(snapshot).values(published_at=naive(now), is_sample=is_sample, newest_run=newest_run)
    ).inserted_primary_key
    assert made is not None
    return int(made[0])
