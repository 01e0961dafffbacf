"""A real server process on a free port of this machine, ended by its own id."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parent.parent.parent
STREAMLIT = (sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", "0")
UVICORN = (sys.executable, "-m", "uvicorn", "app:app", "--port", "0")
PATIENCE_S = 60.0
Found = TypeVar("Found")


@dataclass(frozen=True)
class Served:
    port: int
    pid: int
    log_file: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8", "replace")

    def get(self, path: str, headers: Mapping[str, str] = {}, method: str = "GET", host: str = "127.0.0.1") -> Answer:
        return ask(self.port, path, headers, method, host)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def ask(port: int, path: str, headers: Mapping[str, str], method: str, host: str) -> Answer:
    connection = http.client.HTTPConnection(host, port, timeout=20)
    try:
        connection.request(method, path, headers=dict(headers))
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


@contextmanager
def serving(
    database_url: str | None = None,
    environment: Mapping[str, str] = {},
    command: Sequence[str] = STREAMLIT,
    folder: Path = ROOT,
) -> Iterator[Served]:
    """Starts `command` in `folder`, waits until it answers, and ends it (and only it)."""
    with tempfile.TemporaryDirectory() as place:
        log_file = Path(place) / "server.log"
        process = start(command, folder, clean_environment(database_url, environment), log_file)
        try:
            port = wait_until(lambda: port_in(log_file, process), "the server to say where it listens")
            wait_until(lambda: answers(port, process, log_file), "the server to answer")
            yield Served(port, process.pid, log_file)
        finally:
            end(process)


def start(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], log_file: Path
) -> subprocess.Popen[Any]:
    with log_file.open("wb") as log:
        return subprocess.Popen(
            command, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


def end(process: subprocess.Popen[Any]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        # It waits for open websockets; nobody needs them any more.
        process.kill()
        process.wait()


def clean_environment(database_url: str | None, more: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without settings of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EMPATHY_", "STREAMLIT_"))}
    if database_url is not None:
        kept["EMPATHY_DATABASE_URL"] = database_url
    # Log lines that stay in a buffer would never be seen here.
    return {**kept, "PYTHONUNBUFFERED": "1", **more}


def port_in(log_file: Path, process: subprocess.Popen[Any]) -> int | None:
    # Streamlit says "URL: http://...", uvicorn "running on http://...".
    said = log_file.read_text("utf-8", "replace")
    if found := re.search(r"(?:URL:|running on) http://\S+?:(\d+)", said):
        return int(found[1])
    if process.poll() is not None:
        raise RuntimeError(f"The server ended at once:\n{said}")
    return None


def answers(port: int, process: subprocess.Popen[Any], log_file: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"The server ended:\n{log_file.read_text('utf-8', 'replace')}")
    try:
        return ask(port, "/healthz", {}, "GET", "127.0.0.1").status > 0
    except OSError:
        return False


def wait_until(look: Callable[[], Found | None], what: str, patience_s: float = PATIENCE_S) -> Found:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise TimeoutError(f"Waited {patience_s:.0f} s in vain for {what}.")
