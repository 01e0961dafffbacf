"""Refreshes killed -9 at any moment, most of them while they write: nothing is lost, doubled or half seen, and the next one
starts at once. The real program, real kills.

EMPATHY_KILLS=100 kills so often on SQLite and a third of that on PostgreSQL.
"""

from __future__ import annotations

import math
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest

from settings import Settings, load
from store import Store, lease, open_store
from store.schema import FACTS
from tests.postgres import connect
from tests.store.published_tables import PUBLISHED, rows_of
from tests.web.serving import clean_environment, wait_until

ROOT = Path(__file__).parent.parent.parent
KILLS = int(os.environ.get("EMPATHY_KILLS", "6"))
ROWS = 1200
MID_WRITE = 0.6

SETTINGS = """
database_url = "{url}"
[sources.desk]
type = "files"
[[sources.desk.files]]
path = "tickets.csv"
record = "ticket"
[sources.desk.files.fields]
id = "id"
customer = "customer"
opened_at = "opened"
solved_at = "solved"
area = "area"
kind = {{ constant = "problem" }}
subject = "subject"
[[sources.desk.files]]
path = "answers.csv"
record = "survey_response"
[sources.desk.files.fields]
id = "id"
kind = {{ constant = "csat" }}
scale = {{ constant = "1-5" }}
ticket = "ticket"
score = "score"
answered_at = "at"
"""


def write(folder: Path, variant: int) -> None:
    """All rows of this variant: the same ids, and something different in each row."""
    tickets, answers = ["id,customer,opened,solved,area,subject"], ["id,ticket,score,at"]
    for n in range(ROWS):
        day, hour = f"2026-{1 + n % 9:02}-{1 + n % 28:02}", (n + variant) % 12
        tickets.append(f"T{n},C{n % 97},{day} {hour:02}:10,{day} {hour + 9:02}:00,Area {(n + variant) % 7},Words {n}")
        answers.append(f"A{n},T{n},{1 + (n + variant) % 5},{day} 22:00")
    (folder / "tickets.csv").write_text("\n".join(tickets))
    (folder / "answers.csv").write_text("\n".join(answers))


def company(folder: Path, url: str) -> Settings:
    folder.mkdir(exist_ok=True)
    (folder / "empathy.toml").write_text(SETTINGS.format(url=url))
    write(folder, 0)
    return load(folder / "empathy.toml")


@contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`./run refresh --full` in a process of its own."""
    with (folder / "said").open("wb") as said:
        command: list[str | Path] = [sys.executable, "refresh.py", "--config", folder / "empathy.toml", "--full"]
        child = subprocess.Popen(command, cwd=ROOT, env=clean_environment(None, {}), stdout=said, stderr=said)
        try:
            yield child
        finally:
            child.kill()
            child.wait()


def refreshed(folder: Path) -> None:
    with started(folder) as child:
        assert child.wait(120) == 0, (folder / "said").read_text()


def is_writing(store: Store, postgres_url: str | None) -> bool:
    """Whether a transaction with changes is open, as the database itself tells."""
    if postgres_url is None:
        with closing(sqlite3.connect(str(store.engine.url.database), timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                return "locked" in str(error)
            return False
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_xid IS NOT NULL"
    with connect(postgres_url) as server:
        (n,) = server.execute(asked, (store.engine.url.database,)).fetchone() or (0,)
        return int(n) > 0


def holder(store: Store) -> lease.Holder:
    with store.looking() as connection:
        return lease.holder(connection)


def kill_many(folder: Path, settings: Settings, kills: int, postgres_url: str | None) -> int:
    """Kills so many refreshes, each followed at once by the next; how many of them were writing."""
    store, by_chance = open_store(settings), random.Random(kills)
    refreshed(folder)
    killed = mid_write = 0
    whole = 0.0
    for turn in range(kills * 4):
        write(folder, turn)
        fence = holder(store).fence
        with started(folder) as child:

            def has_the_lease(child: subprocess.Popen[bytes] = child, fence: int = fence) -> bool:
                # Busy would be exit code 2: the one before was killed, so this one starts at once.
                assert child.poll() is None or holder(store).fence > fence, (folder / "said").read_text()
                return holder(store).fence > fence

            wait_until(has_the_lease, "the next refresh to begin")
            if turn == 0:
                began = time.monotonic()
                child.wait(120)
                whole = time.monotonic() - began  # the time in which a refresh has the lease
                continue
            time.sleep(by_chance.uniform(0, whole * 0.8))  # not to wait for something: the moment is what is drawn
            child.send_signal(signal.SIGSTOP)
            was_writing = is_writing(store, postgres_url)
            # Every third one that is killed dies wherever it is; the others, as soon as they write. (Counted by kills and not by
            # turns: a refresh that ends before it is killed takes no turn from them.)
            while not was_writing and killed % 3 != 2 and child.poll() is None:
                child.send_signal(signal.SIGCONT)
                time.sleep(by_chance.uniform(0, 0.02))
                child.send_signal(signal.SIGSTOP)
                was_writing = is_writing(store, postgres_url)
            child.kill()
            if child.wait() == -signal.SIGKILL and holder(store).process:
                killed += 1
                mid_write += was_writing
        with store.reading() as published:
            seen = [
                sum(count.n for count in published.tally(name, None, date(2200, 1, 1))) for name in ("tickets", "csat")
            ]
            assert seen == [ROWS, ROWS]
        if killed == kills:
            break
    assert killed == kills
    store.engine.dispose()
    return mid_write


@pytest.mark.parametrize(
    ("database_url", "kills"), [("sqlite", KILLS), ("postgresql", math.ceil(KILLS / 3))], indirect=["database_url"]
)
def test_whatever_moment_a_refresh_is_killed_nothing_is_lost_and_the_next_one_starts_at_once(
    tmp_path: Path, database_url: str, kills: int, request: pytest.FixtureRequest
) -> None:
    postgres_url = None if database_url.startswith("sqlite") else request.getfixturevalue("postgres_url")
    settings = company(tmp_path / "killed", database_url)
    mid_write = kill_many(tmp_path / "killed", settings, kills, postgres_url)
    print(f"{kills} kills, {mid_write} of them in the middle of a write")
    write(tmp_path / "killed", 0)
    refreshed(tmp_path / "killed")
    never = company(tmp_path / "never", f"sqlite:///{tmp_path / 'never.db'}")
    refreshed(tmp_path / "never")
    tables = [*FACTS.values(), *PUBLISHED]
    assert rows_of(open_store(settings), tables) == rows_of(open_store(never), tables)
    assert mid_write >= MID_WRITE * kills, "the kills came at harmless moments"
