"""Opens the database: SQLite in one file, or PostgreSQL, by one setting."""

from __future__ import annotations

import grp
import os
import secrets
import shutil
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import NullPool, QueuePool

from settings import Settings
from store.masking import clean
from store.passwords import passwords, without

DRIVERS = {"sqlite": "pysqlite", "postgresql": "psycopg"}
PATIENCE_S = 10.0
LOOK_S = 1.5


class StoreError(Exception):
    """The store cannot be used; the text says why and what to do, and nothing of hosts, users and files."""

    details = ""  # the database's own words: for the log and the terminal of whoever looks after it, never for readers


class GoneError(StoreError):
    """There was a store, and now there is none."""

    def __init__(self) -> None:
        super().__init__(
            "The store was removed or emptied while this program used it: restore it, or type ./run refresh to read "
            "everything again."
        )


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
                f"The setting database_url names the driver {driver!r}, which is not installed; write {kind}://..."
            )
        if kind == "sqlite":
            return _sqlite(url, settings.folder, patience_s)
        if kind == "postgresql":
            return create_engine(
                url.set(drivername=f"{kind}+{DRIVERS[kind]}"),
                pool_pre_ping=True,
                hide_parameters=True,  # what customers wrote must not stand in a log
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
        engine = create_engine(url.set(database=str(path)), connect_args={"timeout": patience_s}, hide_parameters=True)
    else:
        engine = _in_memory(patience_s)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        # Transactions are begun by us (below), so that writers can say BEGIN IMMEDIATE: a deferred BEGIN that
        # later wants to write is refused with "database is locked" when somebody else wrote in between.
        connection.isolation_level = None
        cursor = connection.cursor()
        # Two programs may open a new file at once; turning WAL on needs it alone for a moment.
        deadline = time.monotonic() + patience_s
        cursor.execute("PRAGMA busy_timeout=100")
        while True:
            try:
                cursor.execute("PRAGMA journal_mode=WAL")
                break
            except sqlite3.OperationalError as error:
                if time.monotonic() > deadline or "locked" not in str(error):
                    raise
                time.sleep(0.05)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA busy_timeout={patience_s * 1000:.0f}")
        cursor.execute("PRAGMA cache_size=-32000")
        cursor.execute("PRAGMA temp_store=FILE")
        cursor.close()

    _begins(engine)
    return engine


def _in_memory(patience_s: float) -> Engine:
    """One database for all threads of this program, until the engine is disposed of; each connection waits for the others as
    it would for those of a file."""
    address = f"file:/{secrets.token_hex(8)}?vfs=memdb"
    return create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, timeout=patience_s, check_same_thread=False),
        hide_parameters=True,
        poolclass=QueuePool,
    )


def _begins(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def file_of(engine: Engine) -> Path | None:
    """The file of a SQLite store; None for any other."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name and name != ":memory:" else None


def guard_file(file: Path, group: str | None) -> list[str]:
    """Only its owner may read the file of a store, or its group where the settings name one; makes an empty one where there is
    none, since what SQLite makes everybody may read. Returns what was put right, in words. Raises StoreError."""
    try:
        gid = grp.getgrnam(group).gr_gid if group else None
    except KeyError as error:
        raise StoreError(f"There is no group {group!r} on this machine (the setting store_group).") from error
    mode = 0o640 if group else 0o600
    said = []
    is_new = not file.exists()
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, mode))
    except OSError:
        return []  # who opens it next says why in words
    for each in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        try:
            found = each.stat()
            had = stat.S_IMODE(found.st_mode)
            if gid is not None and found.st_gid != gid:
                os.chown(each, -1, gid)
            if had & 0o077 != mode & 0o077:
                each.chmod(mode)
        except FileNotFoundError:
            continue
        except OSError:
            said.append(
                f"{each.name} may be read by others, and this user may not change that: type chmod {mode:o} {each}"
            )
            continue
        if had & ~mode and each == file and not is_new:
            who = f"its owner and the group {group}" if group else "only its owner"
            said.append(f"{file} could be read by others on this machine; now {who} can ({mode:04o}).")
    return said


def wipe(file: Path, secret: bytes) -> None:
    """Makes sure that what was deleted in the last transaction is nowhere in the file any more, nor beside it."""
    with closing(sqlite3.connect(file, timeout=PATIENCE_S, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if _contains(file, secret):
            # Older copies, in pages that were given up before.
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _contains(file: Path, secret: bytes) -> bool:
    kept = b""
    with file.open("rb") as opened:
        while part := opened.read(1 << 20):
            if secret in kept + part:
                return True
            kept = part[-len(secret) :]
    return False


def readers_of(engine: Engine, patience_s: float = PATIENCE_S) -> Engine:
    """The engine of those who only read, beside this one of the writer.

    On SQLite each question opens the file anew (0.2 ms) and cannot write: nobody keeps a file open, or remembers pages of it,
    that was replaced, damaged or put back meanwhile, and it works without the right to write.
    """
    file = file_of(engine)
    if file is None:
        return engine
    readers = create_engine(
        "sqlite://", creator=lambda: _open_to_read(file, patience_s), poolclass=NullPool, hide_parameters=True
    )
    _begins(readers)
    return readers


def _open_to_read(file: Path, patience_s: float) -> sqlite3.Connection:
    address = f"file:{quote(str(file))}?mode=ro"
    connection = _read_only(address, patience_s)
    try:
        connection.execute("PRAGMA schema_version")
    except sqlite3.OperationalError as error:
        connection.close()
        if not any(word in str(error) for word in ("unable to open", "readonly")) or not os.access(file, os.R_OK):
            raise
        # SQLite wants to make two files beside a store in WAL mode. Where it may not, a store that nobody writes into can
        # be read without: all of it is in the one file.
        for beside in (file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-journal")):
            if beside.exists() and beside.stat().st_size:
                raise StoreError(
                    f"The store cannot be read here: its latest changes are in {beside.name} beside it, and "
                    "reading them needs write permission in its folder. Type ./run refresh as a user who has it."
                ) from error
        connection = _read_only(f"{address}&immutable=1", patience_s, Unguarded)
    connection.execute("PRAGMA cache_size=-32000")
    return connection


class Unguarded(sqlite3.Connection):
    """Reads without the files that tell readers and writers of each other."""


def _read_only(
    address: str, patience_s: float, kind: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    return sqlite3.connect(
        address, uri=True, timeout=patience_s, isolation_level=None, check_same_thread=False, factory=kind
    )


def state_of(file: Path) -> tuple[int, ...]:
    """What is another as soon as the file is another, or was written into."""
    found = file.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def check_file(connection: Connection) -> None:
    """Raises StoreError where SQLite finds damage in the file within LOOK_S; a larger one is looked at in part."""
    opened: Any = connection.connection.driver_connection
    deadline = time.monotonic() + LOOK_S
    opened.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
    try:
        found = opened.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        return
    except sqlite3.DatabaseError as error:
        raise StoreError(operational(str(error))) from error
    finally:
        opened.set_progress_handler(None, 0)
    if found != [("ok",)]:
        raise StoreError(DAMAGED)


@contextmanager
def unchanged(connection: Connection) -> Iterator[None]:
    """Raises StoreError where the store was written into while it was read unguarded."""
    opened = connection.connection.driver_connection
    if not isinstance(opened, Unguarded):
        yield
        return
    file = Path(opened.execute("PRAGMA database_list").fetchone()[2])
    before = state_of(file)
    yield
    if state_of(file) != before:
        raise StoreError("The store was written into while it was read without the right to write. Try again.")


# --- errors, in words ---------------------------------------------------------------------------------------------------


@contextmanager
def in_words(file: Path | None = None, url: URL | None = None) -> Iterator[None]:
    """Database errors as StoreError, in words that say what to do, without a password of the address of the database."""
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig)
        known = any(word in said for word in ("malformed", "not a database", "read-only")) or _lacks_tables(said)
        if not known and not isinstance(error, OperationalError):
            raise
        readable = StoreError(operational(said, file))
        # The name of the file says which disk, and which of several stores.
        said = f"{file}: {said}" if file is not None else said
        readable.details = clean(" ".join(without(said, passwords(url) if url else ()).split()), 500)
        raise readable from error


ROOM = 1 << 20  # SQLite cannot work with less: it makes two files beside the store


def _is_full(file: Path | None) -> bool:
    """Whether the disk has no room: SQLite calls some ways to notice it an I/O error."""
    return file is not None and shutil.disk_usage(file.parent).free < ROOM


DAMAGED = "The store file is damaged or not an SQLite file: restore a backup, or delete it and refresh."


def _lacks_tables(said: str) -> bool:
    of_postgres = said.startswith(("relation ", "column ")) and "does not exist" in said
    return "no such table" in said or "no such column" in said or of_postgres


def operational(said: str, file: Path | None = None) -> str:
    if "unable to open" in said:
        return "The store file cannot be opened: check that its folder exists and is writable."
    if _lacks_tables(said):
        return "The store is empty, or was removed while it was open: restart this program."
    if "locked" in said:
        return "The store is busy: another program has been writing for more than ten seconds. Try again."
    if "readonly" in said or "read-only" in said:
        return "The store is read-only for this user: give it write permission."
    if "disk is full" in said or "No space left" in said or ("disk I/O error" in said and _is_full(file)):
        return "The disk of the store is full: published data is kept; free some space and refresh again."
    if "disk I/O error" in said:
        return "The disk of the store cannot be read or written: check it."
    if "malformed" in said or "not a database" in said:
        return DAMAGED
    return "The database cannot be reached. Check that it is running and that database_url is right."
