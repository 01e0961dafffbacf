"""The store: one refresh at a time writes into it, and everybody reads one whole snapshot.

store = open_store(settings)
with store.refreshing(now) as refresh:            # takes the lease; BusyError if another refresh runs
    run = refresh.begin_run("helpdesk", "files", now)
    run.save(page.records, now, rejected=page.rejected_rows, cursor=page.cursor)
    run.finish(now)
    refresh.publish(now, rules)
with store.reading() as published:
    published.tally("csat", start, end)
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError

from settings import Settings
from store import additions
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
from store.deleting import drop_sample
from store.engines import sql_of, wait_for_other_starts
from store.published import Newest, Published, Snapshot, newest
from store.refreshing import Refresh, refreshing
from store.schema import lease as lease_table
from store.schema import meta, run, sign_of_life
from store.staff_key import StaffKey

log = logging.getLogger("empathy.store")
ANSWERED_S = 1.0
SETTLED_NS = 100_000_000
OLDER = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")  # the migrations in store/migrations/versions ...
HEAD = "0008"  # ... and the newest of them


def open_store(settings: Settings) -> Store:
    """The store of settings.database_url; nothing is connected yet. Raises StoreError for an address that cannot be."""
    return Store(settings, engine_for(settings))


class Store:
    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.settings = settings
        self.engine = engine
        self.readers = readers_of(engine)
        self.sqlite = sql_of(engine).sqlite
        self.file = file_of(engine)
        self.staff_key = StaffKey(settings, self.file, in_memory=self.sqlite and self.file is None)
        self._sound: tuple[int, ...] | None = None  # the state of the file in which no damage was found
        # Of the last question: the state of the files, when it was asked, the snapshot.
        self._answer: tuple[Any, float, Snapshot | None] | None = None
        self._known: str | None = None  # the identity of the store that was read last

    def migrate(self) -> list[str]:
        """Brings the tables to the newest shape; a new store gets all of them, and a file of its own. What was put in
        order, in sentences. Raises StoreError."""
        notes = guard_file(self.file, self.settings.store_group) if self.file is not None else []
        version = self.shape_version()
        if version is not None and version not in (*OLDER, HEAD):
            raise _of_a_newer_program(version)
        if version == HEAD:  # importing Alembic takes longer than many a refresh
            return notes + self._add_to_records()
        from store.migrations.upgrade import upgrade

        with self.words():
            upgrade(self.engine, self._remember)
        if version is not None:
            notes.append(
                "The store was written by an older version of this program and was brought up to date; all rows are kept."
            )
        return notes

    def _add_to_records(self) -> list[str]:
        with self.looking() as connection:
            if additions.are_known(connection):
                return []
        with self.words(), self.engine.begin() as connection:
            wait_for_other_starts(connection)
            added = additions.add(connection)
        if not added:
            return []
        again = " Sources that hold such rows are read from the start." if any("." in each for each in added) else ""
        return [f"The store was extended by {', '.join(added)}.{again}"]

    def _remember(self, connection: Connection) -> None:
        """What must never change in a store. In the transaction that makes it: two first starts at once agree."""
        additions.add(connection)
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
        with self.words(), self.readers.connect().execution_options(reading=True) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Published]:
        """One whole snapshot, in one transaction, whatever a refresh does meanwhile. Raises StoreError."""
        options: dict[str, Any] = {"reading": True}
        if not self.sqlite:
            options["isolation_level"] = "REPEATABLE READ"
            options["postgresql_readonly"] = True
        with self.words(), self._opened(**options) as connection, connection.begin(), unchanged(connection):
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
        with self.words(), self._opened(reading=True) as connection:
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
        with self.words():
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
            log.warning("The store was replaced by another one; the pages now show the new one.")
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

    def refreshing(self, now: datetime) -> AbstractContextManager[Refresh]:
        """Takes the lease for one refresh. Raises BusyError while another one has it, StoreError otherwise."""
        return refreshing(self, now)

    def staff_key_moved(self, key: str) -> list[str]:
        """Leaves no trace of the key in the file of the store, and says in a sentence where it is now."""
        if self.file is not None:
            wipe(self.file, key.encode())
        if self.staff_key.place is None or not self.staff_key.place.exists():
            return []
        return [
            f"The key of the staff pseudonyms moved out of the store into {self.staff_key.place}. Keep it, and keep "
            "copies of it apart from copies of the store: together they tell who is who."
        ]

    def check_time_zone(self) -> None:
        """Raises StoreError where the settings mean other days than those that were counted."""
        self._check_shape()
        with self.looking() as connection:
            stored = _time_zone_of(connection)
        if stored != self.settings.time_zone:
            raise self._two_time_zones(stored)

    def adopt_time_zone(self, connection: Connection) -> None:
        stored = _time_zone_of(connection)
        if stored == self.settings.time_zone:
            return
        if set(connection.scalars(select(run.c.type).distinct())) <= {"sample"}:
            # Nothing real is in it yet: whoever looked around first may still say where the company is.
            drop_sample(connection)
            connection.execute(update(meta).where(meta.c.name == "time_zone").values(value=self.settings.time_zone))
            return
        raise self._two_time_zones(stored)

    def _two_time_zones(self, stored: str | None) -> StoreError:
        return StoreError(
            f"This store counts days in {stored}, the settings say {self.settings.time_zone}. A day cannot be "
            "both: set time_zone back, or start a new store with another database_url and refresh it."
        )

    @contextmanager
    def words(self) -> Iterator[None]:
        """Database errors, in words that say what to do."""
        with in_words(self.file, self.engine.url):
            yield


def _time_zone_of(connection: Connection) -> str | None:
    zone: str | None = connection.scalar(select(meta.c.value).where(meta.c.name == "time_zone"))
    return zone


def _of_a_newer_program(version: str | None) -> StoreError:
    return StoreError(
        f"The store has shape {version}, which this program does not know; it needs {HEAD}. A newer version of the "
        "program has written it: use that one."
    )
