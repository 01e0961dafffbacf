"""How fast the first page is, for the server and in a browser, against the least and against the same elements hard-coded.

Everything that is compared runs in the same minutes on the same machine, turn by turn. Alone: `python -m benchmarks web`.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.figures import Figure, markdown
from benchmarks.stores import fill, settings_for
from refresh import refresh, with_sample
from tests.web.browsing import DESKTOP, STANDS_STILL, launch
from tests.web.serving import UVICORN, Served, serving
from tests.web.viewer import Viewer, elements, viewing

COMPARED = tuple("benchmarks.pages_for_comparison.app:app" if part == "app:app" else part for part in UVICORN)
SMALL, LARGE = 10_000, int(os.environ.get("EMPATHY_BENCH_TICKETS", "1000000"))
RUNS, ROUNDS, TURNS = 40, 5, 4
VIEWERS, VIEWS = 20, 50


@dataclass(frozen=True)
class Shown:
    """A page to measure: where it is, and how many of which elements make it complete."""

    name: str
    served: Served
    path: str
    complete: dict[str, int]

    @property
    def url(self) -> str:
        return f"{self.served.url}/{self.path}"


def section() -> str:
    figures = measure()
    return markdown(figures) + "\n\n" + NOTES


NOTES = """Server CPU is what the process used (user and system) for one more run of a page in an open session, the mean of 40;
browser times are from the start of the navigation until every element is drawn, medians of 5 turns; "cold" is a new browser
profile, "warm" the same profile again. The hard-coded page has six metrics with small lines and a table of ten rows and
reads nothing; the bare page has one metric. Both are served with the same options and with the garbage collector frozen.

Why bounds are missed, where they are. Twenty viewers at once: the runs share one interpreter, so their time follows the
server CPU of a run. Main-thread CPU: nearly all of it is the start of Streamlit's own scripts."""


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
        figures += in_browser(ours["sample"], compared)
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
            what, n = {"bare": ("metric", 1), "hard-coded": ("metric", 6)}.get(name, ("html", 5))
            assert seen.count(what) >= n, (name, seen)
        for _ in range(TURNS):
            for name, (served, path) in pages.items():
                cpu[name] += cpu_of(served, open_ones[name], path, RUNS // TURNS)
    ms = {name: 1000 * used / RUNS for name, used in cpu.items()}
    print("server CPU ms a run:", {name: round(value, 1) for name, value in ms.items()}, flush=True)
    tickets = f"{LARGE:,}"
    return [
        Figure("server CPU of a warm run of the first page", ms["sample"], "ms", 30),
        Figure("... as a multiple", ms["sample"] / ms["bare"], "x", 3, compared_to=f"bare page, {ms['bare']:.1f} ms"),
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


# --- (b) the browser ----------------------------------------------------------------------------------------------------

# Writes the time at which every element is drawn to the root element; polls once a frame, so it costs next to nothing.
WATCH = """
(wanted => {
  const since = () => window.__since ?? 0;
  const look = () => {
    const root = document.documentElement;
    const title = document.querySelector("h1")?.innerText;
    if (root && !root.dataset.complete && title && title !== window.__left) {
      const all = Object.entries(wanted[location.pathname] ?? {});
      if (all.length && all.every(([what, n]) => document.querySelectorAll(what).length >= n))
        root.dataset.complete = performance.now() - since();
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})(%s)
"""
QUIET = f"{STANDS_STILL}"


def in_browser(ours: Served, compared: Served) -> list[Figure]:
    mine = Shown("ours", ours, "", {QUIET: 1, ".stHtml .six > li": 6, ".stHtml .ten > li": 10})
    hard = Shown(
        "hard-coded",
        compared,
        "hard-coded",
        {QUIET: 1, "[data-testid=stMetric]": 6, "[data-testid=stTable] tr": 11, **charts(compared, "hard-coded")},
    )
    frame = Shown(
        "with dataframe",
        compared,
        "with-dataframe",
        {
            QUIET: 1,
            "[data-testid=stMetric]": 6,
            "[data-testid=stDataFrame] canvas": 1,
            **charts(compared, "hard-coded"),
        },
    )
    cold: dict[str, list[float]] = {page.name: [] for page in (mine, hard, frame)}
    warm: dict[str, list[float]] = {page.name: [] for page in (mine, hard, frame)}
    busy: dict[str, list[float]] = {page.name: [] for page in (mine, hard, frame)}
    switches: list[float] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for _ in range(ROUNDS):
            for shown in (mine, hard, frame):
                with profile(browser, shown) as page:
                    cold[shown.name].append(load(page, shown))
                    busy[shown.name].append(main_thread_seconds(page))
                    warm[shown.name].append(load(page, shown))
        switches = seconds_of_switches(browser, mine)
        browser.close()
    figures = []
    for kind, times in (("cold", cold), ("warm", warm)):
        our_ms, hard_ms, frame_ms = (median(times[page.name]) for page in (mine, hard, frame))
        told = f"hard-coded page with a table, {hard_ms:.0f} ms"
        figures += [
            Figure(
                f"first page complete, {kind}, {our_ms:.0f} ms, as a multiple",
                our_ms / hard_ms,
                "x",
                1.25,
                compared_to=told,
            ),
            Figure(
                "... as a multiple", our_ms / frame_ms, "x", compared_to=f"the same with a dataframe, {frame_ms:.0f} ms"
            ),
        ]
    figures += [
        Figure(
            "main-thread CPU of the first page, cold",
            median(busy["ours"]),
            "s",
            1.3,
            compared_to=f"hard-coded {median(busy['hard-coded']):.2f} s, with a dataframe {median(busy['with dataframe']):.2f} s",
        ),
        Figure("switch to another page and back inside a session, the slower way", max(switches), "s", 0.5),
    ]
    return figures


def charts(served: Served, path: str) -> dict[str, int]:
    """How many small lines this page has: a metric with too few people behind it has none."""
    with viewing(served.port) as viewer:
        heard = viewer.visit(path)
    lines = sum(
        len(message.delta.new_element.metric.chart_data) > 0 for message in heard if "metric" in elements([message])
    )
    return {"[data-testid=stMetricChart] svg, [data-testid=stMetricChart] canvas": lines}


@contextmanager
def profile(browser: Browser, *pages: Shown) -> Iterator[Page]:
    """A new, empty profile that notes when these pages are complete and counts the main thread's CPU."""
    context = browser.new_context(viewport={"width": DESKTOP[0], "height": 1_600})
    context.add_init_script(WATCH % json.dumps({f"/{page.path}": page.complete for page in pages}))
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
    session.send("Performance.enable")
    page.__dict__["metrics"] = session
    try:
        yield page
    finally:
        context.close()


def load(page: Page, shown: Shown) -> float:
    """Milliseconds from the start of the navigation until the page is complete."""
    page.goto(shown.url)
    return completed(page)


def completed(page: Page) -> float:
    page.wait_for_selector("html[data-complete]", state="attached", timeout=60_000)
    return float(page.evaluate("Number(document.documentElement.dataset.complete)"))


def main_thread_seconds(page: Page) -> float:
    measured = page.__dict__["metrics"].send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in measured if one["name"] == "TaskDuration"))


def seconds_of_switches(browser: Browser, first: Shown) -> list[float]:
    """From the click on the menu until the other page is complete: there, and back; medians, in seconds."""
    path = "customer-health"
    other = Shown("other", first.served, path, {QUIET: 1, ".stHtml .six > li": 6, "[data-testid=stTable]": 2})
    with profile(browser, first, other) as page:
        load(page, first)
        # The first visit fetches what only that page needs.
        switch(page, "Customer health")
        switch(page, "What's hurting now")
        turns = [(switch(page, "Customer health"), switch(page, "What's hurting now")) for _ in range(ROUNDS)]
    return [median(times) / 1000 for times in zip(*turns, strict=True)]


def switch(page: Page, title: str) -> float:
    # Streamlit leaves the old page's elements until the new ones are there, so "complete" also waits for another title.
    page.evaluate(
        """title => {
            const links = [...document.querySelectorAll('[data-testid=stTopNavLink]')];
            window.__left = document.querySelector('h1').innerText;
            delete document.documentElement.dataset.complete;
            window.__since = performance.now();
            links.find(one => one.innerText.trim() === title).click();
        }""",
        title,
    )
    return completed(page)
