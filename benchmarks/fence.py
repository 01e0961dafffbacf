"""What it costs to read a good file inside the fence, against the same code without it; and what a million rows need."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure, markdown
from data_sources.files import reading
from data_sources.files.fence import MOST_MEMORY, Fence
from data_sources.mapping import grammar as mapping
from data_sources.mapping.grammar import Bound, Entry
from data_sources.source import Request
from settings import Settings
from tests.data_sources.hostile import workbook

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROWS = 200_000
MILLION = 1_000_000
ROUNDS = 3
BOUND = 1.15
MOST_MEGABYTES = 300
COLUMNS = {
    "id": "id",
    "opened_at": "opened",
    "customer": "customer",
    "solved_at": "solved",
    "replies": "replies",
    "area": "topic",
    "subject": "subject",
}


def rows(count: int) -> Iterator[tuple[str, ...]]:
    for n in range(count):
        day = f"2026-{n % 12 + 1:02}-{n % 28 + 1:02}"
        yield (
            f"T{n}",
            f"{day} 09:{n % 60:02}",
            f"C{n % 997}",
            f"{day} 12:{n % 59:02}",
            str(n % 5),
            "Billing",
            f"About a thing that does not work {n}",
        )


def write_csv(path: Path, count: int) -> None:
    with path.open("w") as stream:
        stream.write(",".join(COLUMNS.values()) + "\n")
        stream.writelines(",".join(row) + "\n" for row in rows(count))


def write_xlsx(path: Path, count: int) -> None:
    def sheet(number: int, cells: tuple[str, ...]) -> str:
        inside = "".join(
            f"<c><v>{cell}</v></c>" if cell.isdigit() else f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
            for cell in cells
        )
        return f'<row r="{number}">{inside}</row>'

    header = sheet(1, tuple(COLUMNS.values()))
    path.write_bytes(workbook(*(sheet(number, row) for number, row in enumerate(rows(count), 2)), header=header))
    assert zipfile.is_zipfile(path)


def entry_of(path: Path) -> Entry:
    table = {"path": path.name, "record": "ticket", "fields": COLUMNS}
    (entry,) = mapping.entries(Request("bench", {"files": [table]}, Settings(folder=path.parent), None, NOW))
    return entry


def without(path: Path, entry: Entry) -> int:
    reading.digest(path)
    shape = reading.check(path, entry)
    make = Bound(entry, shape).record
    return sum(len([make(*values) for values in page.values]) for page in reading.pages(path, entry, shape, path.name))


def within(path: Path, entry: Entry) -> int:
    size = path.stat().st_size
    with Fence() as fence:
        fence.digest(path, size)
        shape = fence.check(path, entry, size)
        return sum(len(page.records) for page in fence.pages(path, entry, shape, path.name, size))


def timed(read: Callable[[Path, Entry], int], path: Path, count: int) -> tuple[float, float]:
    """Seconds on the clock, and of the processors of this process and its child."""
    entry = entry_of(path)
    started, before = time.monotonic(), sum(os.times()[:4])
    if read(path, entry) != count:
        raise RuntimeError("not all rows were read: the measurement is void")
    return time.monotonic() - started, sum(os.times()[:4]) - before


def compared(path: Path, rounds: int) -> list[Figure]:
    """The quickest of several turns: what else the machine does only adds to either."""
    bare, fenced = [], []
    for _ in range(rounds):
        bare.append(timed(without, path, ROWS))
        fenced.append(timed(within, path, ROWS))
    (clock, work), (clock_before, work_before) = (
        [min(each) for each in zip(*turns, strict=True)] for turns in (fenced, bare)
    )
    name = f"{path.suffix[1:]} of {ROWS:,} rows, with the start of the child"
    text = f"{clock:.2f} s against {clock_before:.2f} s without"
    work_text = f"{work:.2f} s against {work_before:.2f} s"
    return [
        Figure(name, clock / clock_before, "x", BOUND, False, text),
        Figure("... work of both processes, which share two cores", work / work_before, "x", compared_to=work_text),
    ]


def in_new_process(code: str, *arguments: object) -> str:
    """What it prints. A process inherits the peak of memory of who starts it, so this one must stay small."""
    code = f"import resource, sys; from pathlib import Path; from benchmarks.fence import *; {code}"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parent.parent)
    return done.stdout


def million(path: Path) -> list[Figure]:
    printed = in_new_process(
        "print(timed(within, Path(sys.argv[1]), int(sys.argv[2]))[0], "
        "*(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))",
        path,
        MILLION,
    )
    unit = 2**20 if sys.platform == "darwin" else 2**10
    seconds, parent, child = (float(each) for each in printed.split())
    name = f"{path.suffix[1:]} of {MILLION:,} rows ({path.stat().st_size / 1e6:,.0f} MB)"
    return [
        Figure(f"{name}: memory of who reads", parent / unit, "MB", MOST_MEGABYTES),
        Figure(
            f"{name}: memory of the child", child / unit, "MB", MOST_MEMORY / 2**20, False, f"read in {seconds:,.0f} s"
        ),
    ]


def section() -> str:
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, rounds in (("csv", ROUNDS + 2), ("xlsx", ROUNDS)):
            good, large = Path(folder, f"good.{kind}"), Path(folder, f"large.{kind}")
            for path, count in ((good, ROWS), (large, MILLION)):
                in_new_process(f"write_{kind}(Path(sys.argv[1]), int(sys.argv[2]))", path, count)
            figures += compared(good, rounds)
            figures += million(large)
    return markdown(figures)


if __name__ == "__main__":
    print(section())
