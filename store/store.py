"""The store: one refresh at a time writes into it, and everybody reads one whole snapshot.

store = open_store(settings)
with store.refreshing(now) as refresh:            # takes the lease; BusyError if another refresh runs
    with refresh.run("helpdesk", "files", ...) as run:
        run.save(page.records, page.rejected_rows, cursor=page.cursor, read=page.read, now=now)
    refresh.publish(now)
with store.reading() as published:
    published.tally("csat", start, end)
"""

from __future__ import annotations

import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Table, delete, func, insert, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError

from settings import Settings
from store import lease, listings, publishing
from store.database import (
    EmptyStoreError,
    GoneError,
    StoreError,
    check_file,
    engine_for,
    file_of,
    guard_file,
    in_words,
    readers_of,
    state_of,
    unchanged,
    wipe,
)
from store.ids import settle
from store.masking import clean, mask
from store.published import Newest, Published, Snapshot, naive, newest
from store.publishing import Cluster
from store.records import RECORDS, stored_fields
from store.saving import (
    DAYS,
    KEYS,
    NO_DAY,
    Refused,
    Shape,
    keep_before,
    mark_reported,
    mark_stale,
    remove_records,
    save_records,
    was_counted,
)
from store.schema import (
    BEFORE,
    FACTS,
    cursor,
    id_group,
    listing,
    meta,
    read_rows,
    rejected_row,
    removal,
    row_count,
    run,
    sign_of_life,
    snapshot,
)
from store.schema import lease as lease_table
from store.staff_key import FINGERPRINT, StaffKey
from store.tallies import ALL, Measures

PSEUDONYMOUS = [
    record.TABLE for record in RECORDS if any(each.metadata.get("pseudonym") for each in stored_fields(record))
]
log = logging.getLogger("empathy.store")
LOCK_NOT_AVAILABLE = "55P03"
ANSWERED_S = 1.0
SETTLED_NS = 100_000_000
REMOVES_UP_TO = 0.20  # of the rows of a source, without anybody being asked
FIRST_REASONS = 3  # why rows were rejected, as a refresh says it
OLDER = ("0001", "0002", "0003")  # the migrations in store/migrations/versions ...
HEAD = "0004"  # ... and the newest of them


class BusyError(StoreError):
    """Another refresh is running."""


class RejectedRowLike(Protocol):
    """What a source says about a row that it could not read (data_sources.source.RejectedRow)."""

    @property
    def record(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def column(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def reason(self) -> str: ...


def open_store(settings: Settings) -> Store:
    """The store of settings.database_url; nothing is connected yet. Raises StoreError for an address that cannot be."""
    return Store(settings, engine_for(settings))


class Store:
    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings = settings
        self.engine = engine
        self.readers = readers_of(engine)
        self.sqlite = engine.dialect.name == "sqlite"
        self.file = file_of(engine)
        self.staff_key = StaffKey(settings, self.file, in_memory=self.sqlite and self.file is None)
        self.notes: list[str] = []  # what was put in order while the store was opened, in words
        self._sound: tuple[int, ...] | None = None  # the state of the file in which no damage was found
        self._answer: tuple[Any, float, Snapshot | None] | None = (
            None  # of the last question: state, when, the snapshot
        )
        self._known: str | None = None  # the identity of the store that was read last
        self._shapes: dict[str, Shape] = {}
        self._prefixes: dict[str, str] = {}

    def migrate(self) -> list[str]:
        """Brings the tables to the newest shape, and says so of an older store; a new store gets all of them, and a file
        of its own. Raises StoreError."""
        if self.file is not None:
            self.notes += guard_file(self.file, self.settings.store_group)
        version = self.shape_version()
        if version == HEAD:
            return []  # importing Alembic takes longer than many a refresh
        if version is not None and version not in OLDER:
            raise _of_a_newer_program(version)
        from store.migrations.upgrade import upgrade

        with self._words():
            upgrade(self.engine, self._remember)
        if version is None:
            return []
        return [
            "The store was written by an older version of this program and was brought up to date; all rows are kept."
        ]

    def _remember(self, connection: Connection) -> None:
        """What must never change in a store. In the transaction that makes it: two first starts at once agree."""
        known = set(connection.scalars(select(meta.c.name)))
        for name, value in (
            ("time_zone", self.settings.time_zone),
            ("store", secrets.token_hex(16)),
        ):
            if name not in known:
                connection.execute(insert(meta).values(name=name, value=value))
        if connection.scalar(select(lease_table.c.fence).where(lease_table.c.name == "refresh")) is None:
            connection.execute(insert(lease_table).values(name="refresh", holder="", process="", fence=0))
        if connection.scalar(select(sign_of_life.c.fence).where(sign_of_life.c.name == "refresh")) is None:
            long_ago = datetime(2000, 1, 1)  # noqa: DTZ001  (as the store keeps instants)
            connection.execute(insert(sign_of_life).values(name="refresh", fence=0, beats=0, seen_at=long_ago))

    def shape_version(self) -> str | None:
        """The migration that the store is at; None for an empty one."""
        if self.file is not None and not self.file.exists():
            return None
        with self.looking() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            version: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            return version

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """A connection that only reads, for one question about the store itself. Raises StoreError."""
        with self._words(), self.readers.connect().execution_options(reading=True) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Published]:
        """One whole snapshot, in one transaction, whatever a refresh does meanwhile. Raises StoreError."""
        options: dict[str, Any] = {"reading": True}
        if not self.sqlite:
            options["isolation_level"] = "REPEATABLE READ"
            options["postgresql_readonly"] = True
        with self._words(), self._opened(**options) as connection, connection.begin(), unchanged(connection):
            yield Published(connection, self.settings, self._newest(connection))

    def snapshot(self) -> Snapshot | None:
        """The newest snapshot: what pages cache by. None while nothing has been published. Raises StoreError.

        The answer holds for as long as nothing was written into the files of the store, and they are the same files; it is
        asked again after a second all the same.
        """
        started, state = (
            time.monotonic(),
            self._state(),
        )  # before the question: what is written meanwhile is another state
        if state is not None and self._answer is not None:
            of, at, answer = self._answer
            if of == state and started - at < ANSWERED_S:
                return answer
        with self._words(), self._opened(reading=True) as connection:
            found = self._newest(connection).snapshot
        self._answer = (state, started, found)
        return found

    def _state(self) -> tuple[tuple[int, ...], ...] | None:
        """What is another after every change of a SQLite store; None where nobody can tell."""
        if self.file is None:
            return None
        try:
            file = state_of(self.file)
        except OSError:
            return None
        try:
            # Without the time of its last change: where root reads, SQLite settles the owner of this file each time.
            changes = state_of(self.file.with_name(f"{self.file.name}-wal"))[:4]
        except FileNotFoundError:
            changes = ()
        except OSError:
            return None
        # The clock of files ticks every few milliseconds: what was written just now may be written again in the same tick.
        written = max([file[3], *changes[3:4]])
        return (file, changes) if time.time_ns() - written > SETTLED_NS else None

    def check_for_damage(self) -> None:
        """Raises StoreError where the file of the store is damaged. Looks at all of it once for each state of the file."""
        if self.file is None:
            return
        with self._words():
            state = state_of(self.file)
            if state != self._sound:
                with self._opened(reading=True) as connection:
                    check_file(connection)
                self._sound = state

    @contextmanager
    def _opened(self, **options: Any) -> Iterator[Connection]:
        if self.file is not None and not self.file.exists():
            raise self._missing()
        with self.readers.connect().execution_options(**options) as connection:
            yield connection

    def _newest(self, connection: Connection) -> Newest:
        """The newest snapshot and what it lies in. Each time anew: the store may have been replaced since the last question."""
        try:
            found = newest(connection)
        except DBAPIError:
            self._check_shape()
            raise
        if found.version != HEAD:
            raise self._another_shape(found.version)
        if self._known not in (None, found.store):
            log.warning("The store was replaced by another one; what is shown comes from that one from now on.")
        self._known = found.store
        return found

    def _check_shape(self) -> None:
        version = self.shape_version()
        if version != HEAD:
            raise self._another_shape(version)

    def _another_shape(self, version: str | None) -> StoreError:
        if version is None:
            return self._missing()
        if version in OLDER:
            return StoreError(f"The store has the older shape {version}. Type ./run refresh: it brings it up to date.")
        return _of_a_newer_program(version)

    def _missing(self) -> StoreError:
        return EmptyStoreError() if self._known is None else GoneError()

    @contextmanager
    def refreshing(self, now: datetime) -> Iterator[Refresh]:
        """Takes the lease for one refresh. Raises BusyError while another one has it, StoreError otherwise."""
        notes = self.migrate()
        process = lease.new_process()
        # A look first: while the other one publishes, nobody else may write, and this one would wait to be told so.
        held = self._holder()
        if lease.alive(held, self.engine, self._holder):
            raise _busy(held)
        with lease.held_by(process):
            with self._words(), self.engine.begin() as connection:
                fence = self._take_lease(connection, held, process)
                self._settle_time_zone(connection)
                notes += self._settle_ids(connection)
                _interrupted(connection, now)
                moved = self.staff_key.move_out(connection, is_used=_has_pseudonyms(connection))
            if moved is not None:
                self._moved(moved)
            try:
                with lease.Heartbeat(engine_for(self.settings, patience_s=0.1), fence):
                    yield Refresh(self, fence, [*self.notes, *notes])
            except BaseException:
                # What went wrong is the news, not that a broken store cannot be told either: the lease is free as soon as
                # this process is known to have left it.
                with suppress(StoreError, DBAPIError):
                    self._give_back(fence, now)
                raise
            self._give_back(fence, now)

    def _moved(self, key: str) -> None:
        if self.file is not None:
            wipe(self.file, key.encode())
        if self.staff_key.place is not None and self.staff_key.place.exists():
            self.notes.append(
                f"The key of the staff pseudonyms moved out of the store into {self.staff_key.place}. Keep it, and keep "
                "copies of it apart from copies of the store: together they tell who is who."
            )

    def _holder(self) -> lease.Holder:
        with self.looking() as connection:
            return lease.holder(connection)

    def _give_back(self, fence: int, now: datetime) -> None:
        with self._words(), self.engine.begin() as connection:
            if lease.give_back(connection, fence):
                _interrupted(connection, now)

    def _take_lease(self, connection: Connection, held: lease.Holder, process: str) -> int:
        try:
            fence = lease.take(connection, held, process)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
                raise _busy(held) from error
            raise
        if fence is None:
            raise _busy(lease.holder(connection))
        return fence

    def check_time_zone(self) -> None:
        """Raises StoreError where the settings mean other days than those that were counted."""
        self._check_shape()
        with self.looking() as connection:
            stored = _time_zone_of(connection)
        if stored != self.settings.time_zone:
            raise self._two_time_zones(stored)

    def _settle_time_zone(self, connection: Connection) -> None:
        stored = _time_zone_of(connection)
        if stored == self.settings.time_zone:
            return
        if set(connection.scalars(select(run.c.type).distinct())) <= {"sample"}:
            # Nothing real is in it yet: whoever looked around first may still say where the company is.
            drop_sample(connection, self.sqlite)
            connection.execute(update(meta).where(meta.c.name == "time_zone").values(value=self.settings.time_zone))
            return
        raise self._two_time_zones(stored)

    def _settle_ids(self, connection: Connection) -> list[str]:
        """Sees to it that ids of sources that do not share them are kept apart; sentences where that changed rows."""
        shares = {name: told.shares_ids_with for name, told in self.settings.sources.items()}
        prefixes, notes = settle(connection, shares)
        self._prefixes.clear()  # the shapes look into it
        self._prefixes.update(prefixes)
        return notes

    def _two_time_zones(self, stored: str | None) -> StoreError:
        return StoreError(
            f"This store counts days in {stored}, the settings say {self.settings.time_zone}. A day cannot be "
            "both: set time_zone back, or start a new store with another database_url and refresh it."
        )

    def shape(self, connection: Connection, record: str) -> Shape:
        if record not in self._shapes:
            dialect = self.engine.dialect.name
            self._shapes[record] = Shape(record, dialect, self.settings.zone, self.staff_key.pseudonym, self._prefixes)
        if record in PSEUDONYMOUS:
            self.staff_key.take(connection)
        return self._shapes[record]

    @contextmanager
    def _words(self) -> Iterator[None]:
        """Database errors, in words that say what to do."""
        with in_words(self.file, self.engine.url.password):
            yield


def _busy(held: lease.Holder) -> BusyError:
    return BusyError(f"Another refresh is running ({held}). Wait for it, or end it.")


def _has_pseudonyms(connection: Connection) -> bool:
    return any(connection.scalar(select(select(FACTS[name].c.id).exists())) for name in PSEUDONYMOUS)


def _interrupted(connection: Connection, now: datetime) -> None:
    """The records of runs that nobody will finish any more."""
    ended = {"outcome": "interrupted", "finished_at": naive(now), "reason": "It did not finish."}
    connection.execute(update(run).where(run.c.outcome == "running").values(**ended))


def _time_zone_of(connection: Connection) -> str | None:
    zone: str | None = connection.scalar(select(meta.c.value).where(meta.c.name == "time_zone"))
    return zone


def _of_a_newer_program(version: str | None) -> StoreError:
    return StoreError(
        f"The store has shape {version}, which this program does not know; it needs {HEAD}. A newer version of the "
        "program has written it: use that one."
    )


@dataclass
class Refresh:
    """One refresh, as long as it has the lease. A paused old one cannot write: its fence is too low."""

    store: Store
    fence: int
    notes: list[str] = field(default_factory=list)  # what was brought in line with the settings, in sentences
    declared: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    were_read: set[str] = field(default_factory=set)

    def declare(self, source: str, fields: Mapping[str, Collection[str]]) -> None:
        """What a source of the settings can say, record by record; readers see it with the next snapshot."""
        self.declared[source] = {record: frozenset(names) for record, names in fields.items()}

    @contextmanager
    def transaction(self, now: datetime) -> Iterator[Connection]:
        with self.store._words(), self.store.engine.begin() as connection:
            if lease.fence_now(connection, self.fence) != self.fence:
                raise BusyError("Another refresh has taken over; this one stops without writing.")
            yield connection
            if self.store.sqlite:
                lease.beat(connection, self.fence)  # nobody else could, all the while

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
            return drop_sample(connection, self.store.sqlite)

    def drop_others(self, named: Collection[str], now: datetime) -> dict[str, int]:
        """Removes the sources that are not named here, with their runs; how many rows each of them had."""
        with self.transaction(now) as connection:
            counted = select(row_count.c.source, func.sum(row_count.c.n)).group_by(row_count.c.source)
            rows = {source: int(n) for source, n in connection.execute(counted)}
            known = {*rows, *connection.scalars(select(run.c.source).distinct())}
            others = sorted(known - set(named))
            for source in others:
                forget(connection, source, self.store.sqlite)
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
                    _mark_all(connection, record, source, self.store.sqlite)
                    connection.execute(delete(FACTS[record]).where(FACTS[record].c.source == source))
                    connection.execute(delete(cursor).where(cursor.c.source == source))
                connection.execute(delete(row_count).where(mine))
            connection.execute(delete(meta).where(meta.c.name == FINGERPRINT))
        self.store.staff_key.give_up()
        return removed

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

    def publish(
        self,
        now: datetime,
        cluster: Cluster = lambda tickets: [],
        told: Callable[[str], None] = lambda name: None,
        everything: bool = False,
        measures: Measures = ALL,
    ) -> int:
        """Counts again what changed (or `everything`) and makes it visible, in one transaction. The new snapshot's id."""
        with self.transaction(now) as connection:
            settings, declared, were_read = self.store.settings, self.declared, self.were_read
            publishing.count_again(connection, settings, now, cluster, told, everything, measures, declared, were_read)
            # By the rows that are there, not by how the run ended: half a sample company is invented as well.
            invented = select(run.c.id).where(run.c.type == "sample", run.c.source == row_count.c.source).exists()
            is_sample = bool(connection.scalar(select(select(row_count.c.n).where(invented).exists())))
            newest_run = connection.scalar(select(func.max(run.c.id))) or 0
            made = connection.execute(
                insert(snapshot).values(published_at=naive(now), is_sample=is_sample, newest_run=newest_run)
            ).inserted_primary_key
            assert made is not None
            return int(made[0])


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
        records: Sequence[Any],
        now: datetime,
        rejected: Sequence[RejectedRowLike] = (),
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
                forget(connection, self.source, self.refresh.store.sqlite)
                mine = select(run.c.type).where(run.c.id == self.id).scalar_subquery()
                connection.execute(delete(run).where(run.c.source == self.source, run.c.type != mine))
                self.replaces = False
            refused = self._save_records(connection, records, now, stream, where)
            for record, ids in groupby(sorted(gone), key=lambda each: each[0]):
                shape = self.refresh.store.shape(connection, record)
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
        removed = remove_records(connection, self.refresh.store.shape(connection, record), self.source, ids)
        self.rows_removed += removed
        self._count(connection, record, -removed)

    def _save_records(
        self,
        connection: Connection,
        records: Sequence[Any],
        now: datetime,
        place: str,
        where: Callable[[int, str], tuple[str, str]] | None,
    ) -> list[Refused]:
        refused: list[Refused] = []
        ordered = sorted(records, key=lambda record: record.TABLE)
        for table, group in groupby(ordered, key=lambda record: record.TABLE):
            same = list(group)
            shape = self.refresh.store.shape(connection, table)
            result = save_records(connection, shape, self.source, same, now)
            self.rows_saved += result.saved
            self.rows_unchanged += result.unchanged
            positions = [at for at, each in enumerate(records) if table == each.TABLE] if result.refused else []
            for each in result.refused:
                if where is not None:
                    row, column = where(positions[each.at], each.column)
                    each = replace(each, place=row, column=column)
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
        rejected: Sequence[RejectedRowLike],
        refused: Sequence[Refused],
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
        found = [(each.record, each.place, each.column, each.value, each.reason) for each in rejected]
        found += [
            (each.record, each.place or f"{stream} {each.id}".strip(), each.column, each.value, each.reason)
            for each in refused
        ]
        # What came from outside is masked and cut here, whoever found it: a file's cell may hold anything. A cell of the staff
        # is not kept at all: it may say who somebody is, or when one person left.
        rows = {
            (clean(record, 100), clean(place, 500), clean(column, 200)): (
                "" if record in PSEUDONYMOUS else clean(mask(value), 200),
                clean(mask(reason), 500),
            )
            for record, place, column, value, reason in found
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
        records: Sequence[Any],
        rejected: Sequence[RejectedRowLike],
        refused: Sequence[Refused],
        place: str,
        whole: bool,
    ) -> None:
        """How many rows were read and rejected here: in this run where it is whole, else added to what was before."""
        by_source = Counter(record for record, _ in {(each.record, each.place) for each in rejected})
        at_the_door = Counter(each.record for each in refused)
        read = by_source + Counter(record.TABLE for record in records)
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
            told = None if reason is None else clean(mask(reason), 500)
            self._note(connection, outcome=outcome, reason=told, finished_at=naive(now))
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
        if n > REMOVES_UP_TO * stored and not self.accepts_removal:
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


def drop_sample(connection: Connection, in_sqlite: bool) -> bool:
    names = list(connection.scalars(select(run.c.source).where(run.c.type == "sample").distinct()))
    for name in names:
        forget(connection, name, in_sqlite)
    connection.execute(delete(run).where(run.c.type == "sample"))
    return bool(names)


def insert_or_replace(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    maker = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    new = maker(table)
    keys = {column.name for column in table.primary_key}
    others = {column.name: new.excluded[column.name] for column in table.columns if column.name not in keys}
    connection.execute(new.on_conflict_do_update(index_elements=sorted(keys), set_=others), rows)


def forget(connection: Connection, source: str, in_sqlite: bool) -> None:
    """Removes every row of one source, and marks what they counted for as stale."""
    for record in RECORDS:
        _mark_all(connection, record.TABLE, source, in_sqlite)
    mark = "?" if in_sqlite else "%s"
    if was_counted(connection):
        for name in BEFORE:
            keep_before(connection, name, f"t.source = {mark}", (source,))
    _forget_reports(connection, source, mark)
    for table in FACTS.values():
        connection.execute(delete(table).where(table.c.source == source))
    for noted in (row_count, read_rows, listing, removal):
        connection.execute(delete(noted).where(noted.c.source == source))
    connection.execute(delete(rejected_row).where(rejected_row.c.source == source))
    connection.execute(delete(cursor).where(cursor.c.source == source))


def _mark_all(connection: Connection, record: str, source: str, in_sqlite: bool) -> None:
    """Marks as stale what all rows of this record and source count for."""
    no_day = NO_DAY.isoformat() if in_sqlite else NO_DAY
    table = FACTS[record]
    mine = table.c.source == source
    stale: set[tuple[str, Any, str]] = set()
    for kind, day, key in DAYS.get(record, []):
        chosen = select(table.c[day], table.c[key]) if key else select(table.c[day])
        for row in connection.execute(chosen.where(mine, table.c[day].is_not(None)).distinct()):
            stale.add((kind, row[0].isoformat() if in_sqlite else row[0], row[1] if key else ""))
    for kind, key in KEYS.get(record, []):
        if key:
            for (value,) in connection.execute(select(table.c[key]).where(mine).distinct()):
                stale.add((kind, no_day, value))
        else:
            stale.add((kind, no_day, ""))
    mark_stale(connection, in_sqlite, stale)


def _forget_reports(connection: Connection, source: str, mark: str) -> None:
    # Only names of our own tables and columns are written into SQL text here; every value is bound.
    for table, column in (("ticket", "id"), ("survey_response", "ticket"), ("bug_report", "ticket")):
        among = f"IN (SELECT {column} FROM {table} WHERE source = {mark})"  # noqa: S608
        mark_reported(connection, among, source, links=table == "bug_report")
    connection.exec_driver_sql(
        "INSERT INTO stale_contact (day, bug, customer) SELECT DISTINCT reported_on, bug, customer FROM bug_report "  # noqa: S608
        f"WHERE source = {mark} AND ticket IS NULL ON CONFLICT DO NOTHING",
        (source,),
    )
