"""Reads files in a process of its own and watches it: a file that hangs or eats memory costs that file and nothing else.

The child may hold 512 MB and take a deadline that grows with the file; beyond either it is ended, and the next file
gets a new one. It hands over a page only when the one before was taken, so it never runs ahead of who saves them.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import pickle
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any

from data_sources.files.child import Message
from data_sources.files.layout import Entry, Shape
from data_sources.mapping.records import Bound
from data_sources.source import Page, SourceError
from store.rejected import Rejected

MOST_MEMORY = 512 * 2**20  # bytes resident
MOST_ADDRESSES = 2 * 2**30  # bytes; stops what grows faster than anybody looks
LOOK_EVERY = 0.05  # seconds
DEADLINE = 60.0  # seconds for any file
DEADLINE_FOR_MB = 5.0  # and more for each of its megabytes
LARGEST_MESSAGE = 128_000_000  # bytes; a child that sends more is not ours
TOO_LARGE_TO_KEEP = 150 * 2**20  # bytes; a child that has grown is not given the next file

_ENVIRONMENT = {
    # Threads of number libraries take memory by the core, and none is of use here.
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM")},
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # gives back what it no longer needs
    "PYTHONUTF8": "1",
}


class Fence:
    """Where files are read. Not for several threads at once; `close` ends its child."""

    def __init__(self, most_memory: int = MOST_MEMORY) -> None:
        self.most_memory = most_memory
        self.pid: int | None = None  # of the last child
        self._child: subprocess.Popen[bytes] | None = None
        self._waited: dict[
            tuple[str, str], float
        ] = {}  # path, mapping -> seconds: looking and reading share a deadline

    def __enter__(self) -> Fence:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            for stream in (child.stdin, child.stdout):
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]
            child.wait()

    def digest(self, path: Path, size: int) -> str:
        return str(self._value("digest", deadline(size), "", path))

    def matching(self, pattern: str, seconds: float | None) -> list[Path]:
        return [Path(each) for each in self._value("matching", seconds or DEADLINE, "", pattern)]

    def check(self, path: Path, entry: Entry, size: int) -> Shape:
        return Shape(*self._value("check", entry.deadline or deadline(size), entry.digest, path, entry))

    def guess(self, path: Path, shown_as: str) -> str:
        try:
            size = path.stat().st_size
        except (OSError, ValueError):
            size = 0  # said in a sentence by the child
        return str(self._value("guess", deadline(size), "", path, shown_as))

    def pages(self, path: Path, entry: Entry, shape: Shape, named: str, size: int) -> Iterator[Page]:
        """The records of the file, page by page; the last page may be empty. Raises SourceError."""
        bound = Bound(entry.mapping, shape.wanted)
        job = self._job("pages", entry.deadline or deadline(size), entry.digest, path, entry, shape, named)
        for message in job:
            page = Page(read=message["looked_at"])
            for block in message["blocks"]:
                page.records.extend(bound.records(marshal.loads(block)))
            page.rejected_rows = [Rejected(*each) for each in message["rejected"]]
            page.where = partial(_where, bound, named, message["numbers"])
            yield page

    def _value(self, job: str, seconds: float, digest: str, *arguments: Any) -> Any:
        value = None
        for message in self._job(job, seconds, digest, *arguments):
            value = message["value"]
        return value

    def _job(self, job: str, seconds: float, digest: str, *arguments: Any) -> Iterator[Message]:
        """What the child answers. However this ends, the next job finds a child that listens."""
        name = arguments[0].name if isinstance(arguments[0], Path) else str(arguments[0])
        file = (str(arguments[0]), digest)
        child = self._started()
        watch = _Watch(child, seconds - self._waited.get(file, 0.0), self.most_memory)
        row = 0
        end: Message | None = None
        try:
            _tell(child, pickle.dumps((job, seconds, arguments)))
            watch.start()
            while end is None:
                with watch.waiting():
                    message = _heard(child)
                if message is None or "end" in message:
                    end = message or {"end": "gone"}
                    continue
                row = message.get("row", row)
                yield message
        finally:
            watch.stop()
            self._waited[file] = self._waited.get(file, 0.0) + watch.waited
            # It is in the middle of something where nobody wants the rest.
            if end is None or end["end"] == "gone" or end["end"] == "memory" or resident(child.pid) > TOO_LARGE_TO_KEEP:
                self.close()
        if end["end"]:
            raise SourceError(
                _said(name, watch.verdict or end["end"], row, seconds, self.most_memory, end.get("said", ""))
            )

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self.close()
        self._child = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("child.py")), str(MOST_ADDRESSES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_ENVIRONMENT},
        )
        self.pid = self._child.pid
        return self._child


def _where(bound: Bound, named: str, numbers: list[int], at: int, field: str) -> tuple[str, str]:
    return f"{named} row {numbers[at]}", bound.mapping.label(field)


def deadline(size: int) -> float:
    """Seconds that a file of this many bytes may take."""
    return DEADLINE + DEADLINE_FOR_MB * size / 1e6


def _said(name: str, verdict: str, row: int, seconds: float, most_memory: int, said: str) -> str:
    where = f", after row {row:,}" if row else ""
    if verdict == "refused":
        return said
    if verdict == "memory":
        return f"{name} needs more than {most_memory // 2**20} MB of memory{where}; it was not read completely."
    if verdict == "time":
        return (
            f"{name} took longer than {seconds:,.0f} seconds{where}; it was not read completely. "
            "If that is meant, raise deadline_seconds in its mapping."
        )
    if verdict == "gone":
        return f"{name} ended the program that reads it{where}; it is damaged, or not what its name says."
    return f"{name} cannot be read{where}: {said}."


class _Watch(threading.Thread):
    """Ends the child when it is too large, or when somebody has waited for it too long."""

    def __init__(self, child: subprocess.Popen[bytes], seconds: float, most_memory: int) -> None:
        super().__init__(daemon=True, name="watch of files")
        self.verdict = ""
        self._child, self._seconds, self._most_memory = child, seconds, most_memory
        self.waited = 0.0
        self._since: float | None = None
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            since = self._since
            waited = self.waited + (0 if since is None else time.monotonic() - since)
            if resident(self._child.pid) > self._most_memory:
                self.verdict = "memory"
            elif waited > self._seconds:
                self.verdict = "time"
            else:
                continue
            self._child.kill()
            return

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Only this time counts: while a page is being saved, the child may have to wait."""
        self._since = started = time.monotonic()
        try:
            yield
        finally:
            self._since = None
            self.waited += time.monotonic() - started

    def stop(self) -> None:
        self._over.set()
        if self.ident is not None:
            self.join()


def resident(pid: int) -> int:
    """Bytes of memory that this process holds now; 0 if it is gone."""
    if not Path("/proc/self/statm").exists():
        return resident_by_ps(pid)
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def resident_by_ps(pid: int) -> int:
    """The same where there is no /proc, as on macOS."""
    done = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return int(done.stdout.strip() or 0) * 1024


def _tell(child: subprocess.Popen[bytes], data: bytes) -> None:
    with contextlib.suppress(OSError):  # it is gone, which is heard next
        child.stdin.write(struct.pack("!Q", len(data)) + data)  # type: ignore[union-attr]
        child.stdin.flush()  # type: ignore[union-attr]


def _heard(child: subprocess.Popen[bytes]) -> Message | None:
    """None where the child is gone, or says what no child of ours says."""
    answers: IO[bytes] = child.stdout  # type: ignore[assignment]
    head = answers.read(8)
    size = struct.unpack("!Q", head)[0] if len(head) == 8 else LARGEST_MESSAGE
    if size >= LARGEST_MESSAGE:
        return None
    data = answers.read(size)
    if len(data) < size:
        return None
    message: Message = marshal.loads(data)
    return message
