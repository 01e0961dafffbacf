"""Who refreshes the store: one at a time, and a refresh that died, hangs or has a wrong clock never blocks the next one.

The holder writes who it is (`process`) and takes the next number (`fence`); every one of its transactions checks the number,
so that an owner who was paused and replaced cannot write. While it lives it says so every few seconds in a row of its own,
from a connection of its own (Heartbeat): on PostgreSQL the lease row itself is locked for as long as the holder publishes.
SQLite lets nobody else write meanwhile, so there the lock of the writer is the sign of life, and each transaction ends
with a beat.

Somebody who wants the lease judges the holder (alive):
- its process on this machine is gone: dead, at once. A process is known by machine, start of the machine, number and its
  own start, so that a number that was given again is not mistaken for it. An OS lock on a file would say the same on one
  machine; it would say nothing about a PostgreSQL with programs on several, and could not be taken from a stopped process.
- heard within the last 60 s of the database's clock: alive.
- else somebody's clock jumped, or it is silent. No clock can tell the two apart, so it is watched for a few beats.
"""

from __future__ import annotations

import os
import secrets
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import DBAPIError

from store.engines import clock, end_what_is_left, name_transaction, sql_of
from store.schema import lease, sign_of_life

SILENT = timedelta(seconds=60)
BEAT_S = 1.0
WATCH_S = 3 * BEAT_S
_held: set[str] = set()  # the names under which this process holds a lease now


@dataclass(frozen=True, slots=True)
class Holder:
    """The lease row with its sign of life, and the database's clock when they were read. Instants are naive UTC."""

    name: str  # of the machine, for people
    process: str  # "" while nobody has the lease
    fence: int
    taken_at: datetime | None
    beats: int
    seen_at: datetime
    now: datetime

    @property
    def is_here(self) -> bool:
        return self.process.partition(" ")[0] == machine()

    def __str__(self) -> str:
        """ "process 4711 on this machine, since 14:02 UTC", with the date where that is not today."""
        where = "this machine" if self.is_here else self.name
        since = ""
        if self.taken_at is not None:
            day = "" if self.taken_at.date() == self.now.date() else f"{self.taken_at.day} {self.taken_at:%b %Y} "
            since = f", since {day}{self.taken_at:%H:%M} UTC"
        return f"process {[*self.process.split(), '?', '?'][1]} on {where}{since}"


def holder(connection: Connection) -> Holder:
    chosen = select(
        lease.c.holder,
        lease.c.process,
        lease.c.fence,
        lease.c.taken_at,
        sign_of_life.c.beats,
        sign_of_life.c.seen_at,
        clock(connection).label("now"),
    ).where(lease.c.name == "refresh", sign_of_life.c.name == lease.c.name)
    row = connection.execute(chosen).one()
    now = datetime.fromisoformat(row.now) if isinstance(row.now, str) else row.now
    return Holder(row.holder, row.process, row.fence, row.taken_at, row.beats, row.seen_at, now)


def take(connection: Connection, judged: Holder, process: str) -> int | None:
    """Takes the lease from the holder that was judged; the new fence, or None where somebody else was quicker."""
    end_what_is_left(connection, name_of_transactions(judged.fence) if judged.process else None)
    fence = connection.scalar(select(lease.c.fence).where(lease.c.name == "refresh").with_for_update())
    if fence != judged.fence:
        return None
    mine = {
        "holder": socket.gethostname(),
        "process": process,
        "fence": judged.fence + 1,
        "taken_at": clock(connection),
    }
    connection.execute(update(lease).where(lease.c.name == "refresh").values(**mine))
    beat(connection, judged.fence + 1, first=True)
    return judged.fence + 1


def name_of_transactions(fence: int) -> str:
    """What PostgreSQL calls the connections of the refresh with this fence while they write."""
    return f"empathy refresh {fence}"


def fence_now(connection: Connection, mine: int) -> int | None:
    """The fence in force, locked until the transaction ends."""
    chosen = select(lease.c.fence).where(lease.c.name == "refresh").with_for_update()
    name_transaction(connection, name_of_transactions(mine))
    return connection.scalar(chosen)


def give_back(connection: Connection, fence: int) -> bool:
    """False where it is another's by now."""
    return connection.execute(update(lease).where(lease.c.fence == fence).values(process="")).rowcount > 0


def beat(connection: Connection, fence: int, first: bool = False) -> bool:
    """Says that the holder of this fence lives; False where the lease is another's by now."""
    mine = sign_of_life.c.name == "refresh"
    if not first:
        mine &= sign_of_life.c.fence == fence
    lives = {"fence": fence, "beats": sign_of_life.c.beats + 1, "seen_at": clock(connection)}
    return connection.execute(update(sign_of_life).where(mine).values(**lives)).rowcount > 0


class Heartbeat:
    """Says every BEAT_S seconds that the holder lives, for as long as the block lasts. The engine is its own."""

    def __init__(self, engine: Engine, fence: int) -> None:
        self._engine, self._fence = engine, fence
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sign of life", daemon=True)

    def __enter__(self) -> Heartbeat:
        if not _in_memory(self._engine):
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join(BEAT_S)
        self._engine.dispose()

    def _run(self) -> None:
        while not self._over.wait(BEAT_S):
            # A database that is away, or locked by our own writing, is tried again: the next beat is soon.
            with suppress(DBAPIError), self._engine.begin() as connection:
                if not beat(connection, self._fence):
                    return


# --- who lives --------------------------------------------------------------------------------------------------------


def alive(held: Holder, engine: Engine, look: Callable[[], Holder]) -> bool:
    """Whether this holder still works: asks the machine, then the database, and watches only where both are unsure."""
    if not held.process or is_gone(held.process):
        return False
    if timedelta(0) <= held.now - held.seen_at < SILENT or is_writing(engine):
        return True
    deadline = time.monotonic() + WATCH_S
    while time.monotonic() < deadline:
        time.sleep(BEAT_S / 4)
        seen = look()
        if (seen.fence, seen.beats) != (held.fence, held.beats) or is_writing(engine):
            return True
    return False


def is_writing(engine: Engine) -> bool:
    """SQLite: somebody has the writer's lock at this moment, and so lives (the kernel takes it from the dead)."""
    if not sql_of(engine).sqlite or _in_memory(engine):
        return False
    try:
        with closing(sqlite3.connect(str(engine.url.database), timeout=0, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    return False


def _in_memory(engine: Engine) -> bool:
    return engine.url.database in (None, "", ":memory:")


@contextmanager
def held_by(process: str) -> Iterator[None]:
    """For as long as the block lasts, this process may be found under this name."""
    _held.add(process)
    try:
        yield
    finally:
        _held.discard(process)


def new_process() -> str:
    """This process under a new name: machine, number, start, and what tells two refreshes of one process apart."""
    return f"{machine()} {os.getpid()} {_began(os.getpid()) or UNKNOWN} {secrets.token_hex(4)}"


def is_gone(process: str) -> bool:
    """Whether this process is known to have ended; False also where only its own machine can tell."""
    try:
        where, number, began, _ = process.split(" ")
        pid = int(number)
    except ValueError:
        return False
    if where != machine():
        return False
    if pid == os.getpid():
        return process not in _held
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # somebody else's, and there
    now = _began(pid)
    return now is not None and began != UNKNOWN and now != began


UNKNOWN = "?"
ENDED = "ended"


@cache
def machine() -> str:
    """This start of this machine, as far as process numbers mean the same: a container counts by itself."""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{os.stat('/proc/self/ns/pid').st_ino}"
    said = _said_by("sysctl", "-n", "kern.bootsessionuuid")  # macOS
    return said or f"unknown:{secrets.token_hex(8)}"


def _began(pid: int) -> str | None:
    """When the process began, in its system's own words; ENDED for one that is dead and not yet buried."""
    with suppress(OSError):
        # The name of the program stands in brackets and may hold anything, blanks and brackets too.
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        return ENDED if fields[0] in "ZX" else fields[19]
    if Path("/proc/self/stat").exists():
        return None  # hidden from us
    state, _, began = (_said_by("ps", "-o", "state=,lstart=", "-p", str(pid)) or "").strip().partition(" ")
    return ENDED if state.startswith("Z") else "_".join(began.split()) or None


def _said_by(*command: str) -> str | None:
    with suppress(OSError, subprocess.SubprocessError):
        environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, env=environment)
        return done.stdout.strip() if done.returncode == 0 else None
    return None
