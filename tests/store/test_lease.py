"""Who holds the store: the dead, the silent and those with a wrong clock never block, and whoever was replaced cannot write."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import select, update

from store import BusyError, Store, lease, open_store
from store.schema import lease as lease_table
from store.schema import run, sign_of_life, ticket
from tests import builders
from tests.builders import NOW, settings
from tests.postgres import connect
from tests.store.test_one_refresh_at_a_time import refresh_stopped_at
from tests.web.serving import clean_environment, wait_until

ROOT = Path(__file__).parent.parent.parent
ELSEWHERE = "another-start-of-another-machine 4711 123456 abcd"
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = open_store(settings(database_url))
    made.migrate()
    yield made
    made.engine.dispose()


def holder(store: Store) -> lease.Holder:
    with store.looking() as connection:
        return lease.holder(connection)


def is_held(store: Store, process: str = ELSEWHERE, heard: timedelta = timedelta(0), **changes: Any) -> None:
    """As if this process had taken the lease, and had been heard so long ago."""
    now = holder(store).now
    taken = {"holder": "web-2", "process": process, "fence": 7, "taken_at": now - heard, **changes}
    with store.engine.begin() as connection:
        connection.execute(update(lease_table).values(**taken))
        connection.execute(update(sign_of_life).values(fence=7, seen_at=now - heard))


def test_a_holder_elsewhere_that_was_just_heard_is_left_alone(store: Store) -> None:
    is_held(store, heard=timedelta(seconds=50))
    said = r"^Another refresh is running \(process 4711 on web-2, since \d\d:\d\d UTC\)\. Wait for it, or end it\.$"
    with pytest.raises(BusyError, match=said), store.refreshing(NOW + timedelta(days=400)):
        pass


def test_a_holder_elsewhere_that_is_silent_for_a_minute_is_replaced(store: Store) -> None:
    is_held(store, heard=timedelta(seconds=61))
    with store.refreshing(NOW):
        assert holder(store).fence == 8


def test_a_sign_of_life_from_the_future_blocks_nobody(store: Store) -> None:
    is_held(store, heard=-400 * AN_HOUR)
    with store.refreshing(NOW):
        assert holder(store).fence == 8


def test_who_has_it_since_yesterday_is_told_with_the_date(store: Store) -> None:
    is_held(store, taken_at=datetime(2026, 11, 3, 23, 5))  # noqa: DTZ001
    with pytest.raises(BusyError, match=r"since 3 Nov 2026 23:05 UTC"), store.refreshing(NOW):
        pass


def test_a_number_that_was_given_to_another_process_is_not_mistaken_for_the_holder(store: Store) -> None:
    me = lease.new_process().split(" ")
    there = os.getppid()
    assert psutil.pid_exists(there)
    is_held(store, process=f"{me[0]} {there} 1 abcd")
    with store.refreshing(NOW):
        assert holder(store).fence == 8


def test_a_refresh_of_this_process_that_is_over_is_not_mistaken_for_one_that_runs(store: Store) -> None:
    """Its database went away, so it could not give the lease back."""
    is_held(store, process=lease.new_process())
    with store.refreshing(NOW):
        assert holder(store).fence == 8


def test_the_clock_of_the_program_decides_nothing(store: Store) -> None:
    with store.refreshing(NOW + timedelta(days=3000)):
        for at in (NOW, NOW + timedelta(days=9000)):
            with pytest.raises(BusyError), open_store(store.settings).refreshing(at):
                pass
    with store.refreshing(NOW):
        pass


def pause(child: subprocess.Popen[str], store: Store, between_writes: bool = True) -> None:
    """Stops it, and not in the middle of its sign of life: on SQLite nobody could write then."""
    while True:
        os.kill(child.pid, signal.SIGSTOP)
        wait_until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_STOPPED, "the process to stop")
        if not between_writes or not lease.is_writing(store.engine):
            return
        os.kill(child.pid, signal.SIGCONT)


def test_a_paused_refresh_is_replaced_and_cannot_write_when_it_goes_on(store: Store) -> None:
    url = store.settings.database_url.get_secret_value()
    with refresh_stopped_at(url, "between pages") as paused:
        pause(paused, store)
        with store.engine.begin() as connection:
            connection.execute(update(sign_of_life).values(seen_at=holder(store).now - AN_HOUR))
        with store.refreshing(NOW) as newer:
            newer.begin_run("test", "files", NOW).save([builders.ticket("new")], NOW)
            assert paused.stdin is not None
            paused.stdin.write("\n" * 9)
            paused.stdin.close()
            os.kill(paused.pid, signal.SIGCONT)
            assert paused.wait(30) == 1
            with store.looking() as connection:
                assert list(connection.scalars(select(ticket.c.id).order_by(ticket.c.id))) == ["new", "t1"]
            assert holder(store).fence == newer.fence  # it gave back what was no longer its own
            newer.publish(NOW, builders.RULES)


def test_what_a_paused_refresh_left_open_on_the_server_is_ended(postgres_database: str) -> None:
    store = open_store(settings(postgres_database))
    with refresh_stopped_at(postgres_database, "inside a page") as paused:
        pause(paused, store, between_writes=False)
        with store.engine.begin() as connection:
            connection.execute(update(sign_of_life).values(seen_at=holder(store).now - AN_HOUR))
        with store.refreshing(NOW) as newer:
            assert newer.fence == 2
        os.kill(paused.pid, signal.SIGCONT)
    store.engine.dispose()


def test_a_paused_refresh_that_is_writing_is_named(sqlite_database: str) -> None:
    """Nobody can take SQLite's lock from it."""
    store = open_store(settings(sqlite_database))
    with refresh_stopped_at(sqlite_database, "inside a page") as paused:
        pause(paused, store, between_writes=False)
        with pytest.raises(BusyError, match=f"process {paused.pid} on this machine"), store.refreshing(NOW):
            pass
        os.kill(paused.pid, signal.SIGCONT)
    store.engine.dispose()


def test_the_sign_of_life_goes_on_while_the_holder_writes_for_a_long_time(store: Store) -> None:
    with store.refreshing(NOW) as refresh:
        before = holder(store).beats
        with refresh.transaction(NOW):
            if not store.sqlite:
                wait_until(lambda: holder(store).beats > before, "a beat beside the open transaction")
            with pytest.raises(BusyError), open_store(store.settings).refreshing(NOW):
                pass
        assert holder(store).beats > before


# --- the program itself -------------------------------------------------------------------------------------------------


@contextmanager
def refresh_that_waits(tmp_path: Path, database_url: str, answer: bytes = b"") -> Iterator[subprocess.Popen[str]]:
    """`./run refresh` on a source that has been asked and says only this."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        (tmp_path / "empathy.toml").write_text(
            f'database_url = "{database_url}"\n[sources.tracker]\ntype = "github"\nrepository = "octo/shop"\n'
            f'base_url = "http://127.0.0.1:{server.getsockname()[1]}"\n'
        )
        child = subprocess.Popen(
            [sys.executable, "refresh.py", "--config", tmp_path / "empathy.toml"],
            cwd=ROOT,
            env=clean_environment(None, {"NO_PROXY": "127.0.0.1"}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            server.settimeout(60)
            asked, _ = server.accept()
            with asked:
                asked.recv(65536)
                asked.sendall(answer)
                yield child
        finally:
            child.kill()
            child.wait()
            assert child.stderr is not None
            child.stderr.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_refresh_that_is_asked_to_end_says_so_and_leaves_nothing_behind(
    tmp_path: Path, store: Store, number: signal.Signals
) -> None:
    with refresh_that_waits(tmp_path, store.settings.database_url.get_secret_value()) as child:
        child.send_signal(number)
        _, said = child.communicate(timeout=30)
    name = "Ctrl-C" if number == signal.SIGINT else number.name
    assert said.splitlines()[1:] == [
        f"The refresh was stopped ({name}). What was read so far is saved; type ./run refresh to continue."
    ]
    assert child.returncode == 128 + number
    with store.looking() as connection:
        assert connection.execute(select(run.c.source, run.c.outcome)).all() == [("tracker", "interrupted")]
    assert holder(store).process == ""


def test_a_source_that_makes_us_wait_for_a_quarter_of_an_hour_does_not_cost_the_lease(
    tmp_path: Path, store: Store
) -> None:
    wait = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 900\r\nContent-Length: 0\r\n\r\n"
    with refresh_that_waits(tmp_path, store.settings.database_url.get_secret_value(), wait) as child:
        for _ in range(2):
            with store.engine.begin() as connection:
                connection.execute(update(sign_of_life).values(seen_at=holder(store).now - AN_HOUR))
            wait_until(lambda: holder(store).now - holder(store).seen_at < lease.SILENT, "a sign of life")
        assert child.poll() is None
        with (
            pytest.raises(BusyError, match=f"process {child.pid} on this machine"),
            store.refreshing(datetime.now(UTC)),
        ):
            pass


def test_a_refresh_that_lost_its_database_lets_the_next_one_start_at_once(
    tmp_path: Path, postgres_url: str, postgres_database: str
) -> None:
    store = open_store(settings(postgres_database))
    with refresh_that_waits(tmp_path, postgres_database, b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n") as child:
        with connect(postgres_url) as server:
            name = store.engine.url.database
            server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        child.send_signal(signal.SIGTERM)
        _, said = child.communicate(timeout=60)
        assert "Traceback" not in said
        with connect(postgres_url) as server:
            server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert holder(store).process != ""  # it could not give it back
    with store.refreshing(NOW) as refresh:
        assert refresh.fence == 2
    store.engine.dispose()
