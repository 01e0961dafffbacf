"""What the first page costs the server, against the least and against the same elements hard-coded.

Everything that is compared runs in the same minutes on the same machine, turn by turn. Alone: `python -m benchmarks web`.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil

from benchmarks.figures import Figure, markdown
from benchmarks.stores import fill, settings_for
from refresh import refresh, with_sample
from tests.web.serving import UVICORN, Served, serving
from tests.web.viewer import Viewer, elements, viewing

COMPARED = tuple("benchmarks.pages_for_comparison.app:app" if part == "app:app" else part for part in UVICORN)
SMALL, LARGE = 10_000, int(os.environ.get("EMPATHY_BENCH_TICKETS", "1000000"))
RUNS, ROUNDS, TURNS = 40, 5, 4
VIEWERS, VIEWS = 20, 50


def section() -> str:
    figures = measure()
    return markdown(figures) + "\n\n" + NOTES


NOTES = """Server CPU is what the process used (user and system) for one more run of a page in an open session, the mean of 40. The
hard-coded page has six metrics with small lines and a table of ten rows and reads nothing; the bare page has one metric. Both are served
with the same options and with the garbage collector frozen. Twenty viewers at once share one interpreter, so their time follows the
server CPU of a run."""


def measure() -> list[Figure]:
    now = datetime.now(UTC)
    with TemporaryDirectory() as folder, ExitStack() as servers:
        urls = {name: f"sqlite:///{Path(folder) / name}.db" for name in ("sample", "small", "large")}
        refresh(with_sample(settings_for(urls["sample"])), now)
        fill(urls["small"], SMALL, now)
        fill(urls["large"], LARGE, now)
        figures = first_and_tenth(urls["sample"])
        compared = servers.enter_context(serving(command=COMPARED))
        ours = {name: servers.enter_context(serving(url, command=UVICORN)) for name, url in urls.items()}
        figures += server_cpu(ours, compared)
        figures += at_once(ours["sample"], compared)
        figures += memory(ours["sample"])
        return figures


# --- (a) the server ----------------------------------------------------------------------------------------------------


def server_cpu(ours: dict[str, Served], compared: Served) -> list[Figure]:
    pages = {
        "bare": (compared, ""),
        "hard-coded": (compared, "hard-coded"),
        **{name: (served, "") for name, served in ours.items()},
    }
    cpu = dict.fromkeys(pages, 0.0)
    with ExitStack() as sessions:
        open_ones = {name: sessions.enter_context(viewing(served.port)) for name, (served, _) in pages.items()}
        for name, (_, path) in pages.items():
            for _ in range(5):
                seen = elements(open_ones[name].visit(path))
            # A page that says "nothing has been read" would be very fast.
            what, n = {"bare": ("metric", 1), "hard-coded": ("metric", 6)}.get(name, ("html", 2))
            assert seen.count(what) >= n, (name, seen)
        for _ in range(TURNS):
            for name, (served, path) in pages.items():
                cpu[name] += cpu_of(served, open_ones[name], path, RUNS // TURNS)
    ms = {name: 1000 * used / RUNS for name, used in cpu.items()}
    print("server CPU ms a run:", {name: round(value, 1) for name, value in ms.items()}, flush=True)
    tickets = f"{LARGE:,}"
    return [
        Figure("server CPU of a warm run of the first page", ms["sample"], "ms"),
        Figure("... as a multiple", ms["sample"] / ms["bare"], "x", 2, compared_to=f"bare page, {ms['bare']:.1f} ms"),
        Figure(
            "... as a multiple",
            ms["sample"] / ms["hard-coded"],
            "x",
            compared_to=f"hard-coded, {ms['hard-coded']:.1f} ms",
        ),
        Figure(
            f"... with {tickets} tickets stored, {ms['large']:.1f} ms, as a multiple",
            ms["large"] / ms["small"],
            "x",
            1.2,
            compared_to=f"{SMALL:,} tickets stored, {ms['small']:.1f} ms",
        ),
    ]


def cpu_of(served: Served, viewer: Viewer, path: str, runs: int) -> float:
    """CPU seconds of the server for so many runs, one after the other."""
    process = psutil.Process(served.pid)
    before = cpu_seconds(process)
    for _ in range(runs):
        viewer.visit(path)
        # A person does not click again at once; what the server does after a run (collecting garbage) belongs to it.
        time.sleep(0.1)
    return cpu_seconds(process) - before


def cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def first_and_tenth(url: str) -> list[Figure]:
    """Seconds from opening a connection to the end of the first page, for the first session of a process and later ones."""
    first, tenth = [], []
    for _ in range(ROUNDS):
        with serving(url, command=UVICORN) as served:
            times = [seconds_of_a_session(served) for _ in range(12)]
            first.append(times[0])
            tenth.append(median(times[8:]))
    ms = 1000 * median(tenth)
    return [
        Figure(
            "first session after the start, as a multiple",
            median(first) / median(tenth),
            "x",
            1.25,
            compared_to=f"the ninth to twelfth, {ms:.0f} ms at the websocket",
        )
    ]


def seconds_of_a_session(served: Served) -> float:
    started = time.perf_counter()
    with viewing(served.port) as viewer:
        viewer.visit()
        return time.perf_counter() - started


# --- (c) many at once ---------------------------------------------------------------------------------------------------


def at_once(ours: Served, compared: Served) -> list[Figure]:
    with ExitStack() as sessions:
        mine = [sessions.enter_context(viewing(ours.port)) for _ in range(VIEWERS)]
        theirs = [sessions.enter_context(viewing(compared.port)) for _ in range(VIEWERS)]
        for viewer in mine:
            viewer.visit()
        for viewer in theirs:
            viewer.visit("hard-coded")
        turns = [(seconds_for_all(mine, ""), seconds_for_all(theirs, "hard-coded")) for _ in range(ROUNDS)]
    our_ms, their_ms = (1000 * median(times) for times in zip(*turns, strict=True))
    return [
        Figure(
            f"{VIEWERS} viewers at once until all have everything, {our_ms:.0f} ms, as a multiple",
            our_ms / their_ms,
            "x",
            1.5,
            compared_to=f"hard-coded page, {their_ms:.0f} ms",
        )
    ]


def seconds_for_all(viewers: Sequence[Viewer], path: str) -> float:
    together = threading.Barrier(len(viewers) + 1)

    def view(viewer: Viewer) -> None:
        together.wait()
        viewer.visit(path)

    threads = [threading.Thread(target=view, args=(viewer,)) for viewer in viewers]
    for thread in threads:
        thread.start()
    together.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


def memory(served: Served) -> list[Figure]:
    """Of a process that nobody has looked at yet, then after many views with all their sessions open."""
    process = psutil.Process(served.pid)
    idle = process.memory_info().rss / 2**20
    with ExitStack() as sessions:
        for _ in range(VIEWS):
            sessions.enter_context(viewing(served.port)).visit()
        after = process.memory_info().rss / 2**20
    return [
        Figure(f"memory added by {VIEWS} views, all open", after - idle, "MB", 20, compared_to=f"{idle:.0f} MB before")
    ]
