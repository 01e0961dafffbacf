"""The real server behind the tests: every test gets an empty database, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import sqlalchemy

from tests import postgres
from tests.postgres import PostgresDidNotStart, connect, running_postgres

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("visit", ["first", "second"])
def test_every_test_gets_an_empty_database(postgres_database: str, visit: str) -> None:
    engine = sqlalchemy.create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE seen (visit text)"))
    engine.dispose()


def test_the_server_is_a_current_postgresql_with_its_clock_away_from_utc(postgres_url: str) -> None:
    with connect(postgres_url) as server:
        assert server.info.server_version >= 150000
        assert server.info.parameter_status("TimeZone") == postgres.SERVER_TIME_ZONE


def test_a_server_that_is_over_leaves_no_process_and_no_file() -> None:
    with running_postgres() as url:
        folder = Path(url.rpartition("=")[2])
        processes = processes_in(folder)
        assert processes
    assert not folder.exists()
    assert not [process for process in processes if process.is_running()]


def test_the_server_ends_when_the_tests_are_killed() -> None:
    code = "import time, tests.postgres as p\nwith p.running_postgres() as url: print(url, flush=True); time.sleep(60)"
    owner = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    folder = Path(owner.stdout.readline().strip().rpartition("=")[2])
    processes = processes_in(folder)
    assert processes
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    _, alive = psutil.wait_procs(processes, timeout=20)
    assert not alive
    subprocess.run(["rm", "-rf", folder], check=True)


def test_a_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "SERVER_TIME_ZONE", "Nowhere/Land")
    began = time.monotonic()
    with pytest.raises(PostgresDidNotStart, match="Nowhere/Land"), running_postgres():
        pass
    assert time.monotonic() - began < 20


def processes_in(folder: Path) -> list[psutil.Process]:
    """The server's processes, known by the data folder in their command line or by their parent's."""
    servers = [process for process in psutil.process_iter() if str(folder) in " ".join(command(process))]
    return servers + [child for server in servers for child in server.children(recursive=True)]


def command(process: psutil.Process) -> list[str]:
    try:
        words: list[str] = process.cmdline()
        return words
    except psutil.Error:
        return []
