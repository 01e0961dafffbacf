"""Opens the database: SQLite in one file, or PostgreSQL, by one setting."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from settings import Settings

DRIVERS = {"sqlite": "pysqlite", "postgresql": "psycopg"}
PATIENCE_S = 10.0


class StoreError(Exception):
    """The store cannot be used; the text says why and what to do, and nothing of hosts, users and files."""

    details = ""  # the database's own words: for the log and the terminal of whoever looks after it, never for readers


class EmptyStoreError(StoreError):
    """Nothing has been published in the store yet."""

    def __init__(self) -> None:
        super().__init__("The store is empty: nothing has been read yet. Type ./run refresh")


def engine_for(settings: Settings, patience_s: float = PATIENCE_S) -> Engine:
    """An engine for settings.database_url; waits so long for SQLite's lock. Relative SQLite paths start at settings.folder.

    Raises StoreError.
    """
    try:
        url = make_url(settings.database_url.get_secret_value())
        kind, _, driver = url.drivername.partition("+")
        kind = {"postgres": "postgresql"}.get(kind, kind)  # as many hosts of databases write it
        if kind in DRIVERS and driver and driver != DRIVERS[kind]:
            raise StoreError(
                f"The setting database_url asks for the driver {driver!r}, which is not here; write {kind}://..."
            )
        if kind == "sqlite":
            return _sqlite(url, settings.folder, patience_s)
        if kind == "postgresql":
            return create_engine(
                url.set(drivername=f"{kind}+{DRIVERS[kind]}"),
                pool_pre_ping=True,
                connect_args={"connect_timeout": 10, "options": "-c timezone=UTC"},
            )
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StoreError(
            "The setting database_url is not an address of a database; write sqlite:///empathy.db or "
            "postgresql://user:password@host/name."
        ) from error
    raise StoreError(f"The setting database_url names {kind!r}; use sqlite or postgresql.")


def _sqlite(url: URL, folder: Path, patience_s: float) -> Engine:
    if url.database and url.database != ":memory:":
        path = folder / url.database
        if not path.parent.is_dir():
            raise StoreError(f"There is no folder {path.parent} for the store; make it, or change database_url.")
        url = url.set(database=str(path))
    engine = create_engine(url, connect_args={"timeout": patience_s})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        # Transactions are begun by us (below), so that writers can say BEGIN IMMEDIATE: a deferred BEGIN that
        # later wants to write is refused with "database is locked" when somebody else wrote in between.
        connection.isolation_level = None
        cursor = connection.cursor()
        # Two programs may open a new file at once; turning WAL on needs it alone for a moment.
        for attempt in range(50):
            try:
                cursor.execute("PRAGMA journal_mode=WAL")
                break
            except sqlite3.OperationalError as error:
                if attempt == 49 or "locked" not in str(error):
                    raise
                time.sleep(0.1)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA busy_timeout={patience_s * 1000:.0f}")
        cursor.execute("PRAGMA cache_size=-32000")
        cursor.execute("PRAGMA temp_store=FILE")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def look_again(connection: Connection, *tables: Table) -> None:
    """Lets PostgreSQL count the rows of tables that are empty between two refreshes, now that they are filled.

    Else it knows them as empty and joins them by going through all of them for each row of the other table.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {', '.join(table.name for table in tables)}")
