"""What a reader waits for in a browser: the first word, the whole page, the bytes, and how much moves meanwhile.

Everything that is compared runs turn by turn in the same minutes. Alone: `python -m benchmarks browser`. EMPATHY_BENCH_BEFORE
names a folder with an older checkout, whose first page is measured in the same turns.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.figures import Figure, markdown
from benchmarks.stores import settings_for
from refresh import refresh, with_sample
from tests.web.browsing import DESKTOP, PHONE, STANDS_STILL, launch
from tests.web.serving import ROOT, UVICORN, Served, serving
from tests.web.viewer import elements, first_bug, viewing
from web.pages import PAGES

ROUNDS = int(os.environ.get("EMPATHY_BENCH_ROUNDS", "5"))
BEFORE = os.environ.get("EMPATHY_BENCH_BEFORE")
MENU = ROOT / "benchmarks" / "pages_for_comparison" / "menu.py"
# Streamlit as it comes; without these four it would ask for an e-mail address, open a browser, or report home.
UNCHANGED = (
    *(sys.executable, "-m", "streamlit", "run", str(MENU), "--server.port", "0", "--server.headless", "true"),
    *("--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false"),
)


@dataclass(frozen=True)
class Net:
    """A line as Chromium plays it: megabits a second each way, milliseconds of latency; None: as this machine is."""

    name: str
    mbit: float | None = None
    latency_ms: float = 0


LOOPBACK, OFFICE, MOBILE = Net("loopback"), Net("10 Mbit/s, 40 ms", 10, 40), Net("3 Mbit/s, 100 ms", 3, 100)


@dataclass(frozen=True)
class Shown:
    """A page to measure: where it is, and how many of which elements make it complete."""

    name: str
    url: str
    complete: dict[str, int] = field(default_factory=dict)


@dataclass
class Load:
    """One cold load: milliseconds, seconds of the main thread, bytes over HTTP and over the websocket, layout shift."""

    readable: float
    complete: float
    busy: float
    bytes: int
    frames: int
    shift: float


# Notes once a frame when the heading is painted and when everything is drawn; "answer" is our layer over the app.
WATCH = """
(wanted => {
  let seen = 0, shift = 0;
  new PerformanceObserver(list => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) shift += each.value;
    document.documentElement.dataset.shift = shift;
  }).observe({ type: "layout-shift", buffered: true });
  const look = () => {
    const root = document.documentElement, since = window.__since ?? 0;
    const title = document.querySelector("h1")?.innerText.trim();
    if (root && title && title !== window.__left) {
      seen ||= performance.now();
      const painted = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
      if (painted && !root.dataset.readable) root.dataset.readable = Math.max(painted, seen);
      const all = Object.entries(wanted);
      if (!root.dataset.complete && !document.querySelector("#answer")
          && all.every(([what, n]) => document.querySelectorAll(what).length >= n))
        root.dataset.complete = performance.now() - since;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})(%s)
"""
FIRST = {STANDS_STILL: 1, ".stHtml .six > li": 6, ".stHtml .ten > li": 10}
METRIC = {STANDS_STILL: 1, ".trend img": 1}

NOTES = """Each is the median of {rounds} cold loads (a new browser profile), taken in turn with the comparator. "Readable": the later
of the first contentful paint and the first frame with a heading that has text. "Complete": all rows and cards are drawn, the
script has ended, and the answer of the HTML has made room for the app. The comparator is a page with six metrics and a table
of ten rows, written out in its script, served by Streamlit as it comes (unchanged configuration); it is complete when all of
that is drawn. Slow lines are played by Chromium (Network.emulateNetworkConditions). {websocket} Bytes are what came over
HTTP, headers too; the websocket is told apart. Layout shift is the sum of all shifts of a load without an input, the worst
of all pages; what the change from the answer to the app moves is not seen by it and is tested instead
(tests/web/test_answer_in_the_html.py: at most 4 px)."""


def section() -> str:
    figures, websocket = measure()
    return markdown(figures) + "\n\n" + NOTES.format(rounds=ROUNDS, websocket=websocket)


def measure() -> tuple[list[Figure], str]:
    with TemporaryDirectory() as folder, ExitStack() as stack:
        url = f"sqlite:///{Path(folder) / 'sample.db'}"
        refresh(with_sample(settings_for(url)), datetime.now(UTC))
        ours = stack.enter_context(serving(url, command=UVICORN))
        compared = stack.enter_context(serving(command=UNCHANGED, folder=Path(folder)))
        pages = [Shown("ours", f"{ours.url}/", FIRST), hard_coded(compared)]
        if BEFORE:
            # An older store has another shape, so the older checkout fills its own.
            pages.append(stack.enter_context(before(Path(BEFORE), Path(folder))))
        playwright = stack.enter_context(sync_playwright())
        browser = launch(playwright)
        stack.callback(browser.close)
        loads = {net: in_turn(browser, pages, net) for net in (LOOPBACK, OFFICE, MOBILE)}
        metric = Shown("metric", f"{ours.url}/metric?metric=csat", METRIC)
        metrics = in_turn(browser, [metric, pages[0]], LOOPBACK)
        shift, where = worst_shift(browser, ours)
        figures = [
            *waiting(loads),
            Figure(
                "one metric complete, cold",
                ratio(metrics, "metric", "ours", "complete"),
                "x",
                1.3,
                compared_to=f"the first page, {middle(metrics['ours'], 'complete'):.0f} ms",
            ),
            Figure("layout shift, the worst page, desktop and phone", shift, "", 0.05, compared_to=where),
            Figure("switch to another page and back in a session, the slower way", switched(browser, ours), "s", 0.5),
        ]
        return figures, of_websocket(browser, ours)


def waiting(loads: dict[Net, dict[str, list[Load]]]) -> list[Figure]:
    figures = []
    for what, bounds in (("readable", (0.35, 0.2, 0.15)), ("complete", (1.0, 0.6, None))):
        for (net, of_net), bound in zip(loads.items(), bounds, strict=True):
            hard = middle(of_net["hard-coded"], "complete")
            old = f"; before: {middle(of_net['before'], what):.0f} ms" if "before" in of_net else ""
            figures.append(
                Figure(
                    f"first page {what}, {net.name}: {middle(of_net['ours'], what):.0f} ms",
                    middle(of_net["ours"], what) / hard,
                    "x",
                    bound,
                    compared_to=f"hard-coded page complete, {hard:.0f} ms{old}",
                )
            )
    fast = loads[LOOPBACK]
    told = {name: f"{middle(each, 'bytes') / 1e6:.2f} MB" for name, each in fast.items() if name != "ours"}
    figures.append(
        Figure(
            f"bytes of the first page, cold (websocket {middle(fast['ours'], 'frames') / 1e3:.0f} kB more)",
            middle(fast["ours"], "bytes") / 1e6,
            "MB",
            1.0,
            compared_to="; ".join(f"{name} {size}" for name, size in told.items()),
        )
    )
    figures.append(
        Figure(
            f"main-thread CPU of the first page, {middle(fast['ours'], 'busy'):.2f} s",
            ratio(fast, "ours", "hard-coded", "busy"),
            "x",
            0.9,
            compared_to=f"hard-coded, {middle(fast['hard-coded'], 'busy'):.2f} s",
        )
    )
    return figures


def middle(loads: list[Load], what: str) -> float:
    return float(median(getattr(each, what) for each in loads))


def ratio(loads: dict[str, list[Load]], one: str, other: str, what: str) -> float:
    return middle(loads[one], what) / middle(loads[other], what)


def hard_coded(compared: Served) -> Shown:
    with viewing(compared.port) as viewer:
        heard = viewer.visit("hard-coded")
    lines = sum(len(message.delta.new_element.metric.chart_data) > 0 for message in heard if is_metric(message))
    drawn = {"[data-testid=stMetric]": 6, "[data-testid=stTable] tr": 11}
    charts = {"[data-testid=stMetricChart] svg, [data-testid=stMetricChart] canvas": lines}
    return Shown("hard-coded", f"{compared.url}/hard-coded", {STANDS_STILL: 1, **drawn, **charts})


def is_metric(message: Any) -> bool:
    return "metric" in elements([message])


@contextmanager
def before(checkout: Path, folder: Path) -> Iterator[Shown]:
    """The first page of an older checkout: complete when its script has ended and ten bugs are linked."""
    import subprocess

    url = f"sqlite:///{folder / 'before.db'}"
    fill = [sys.executable, "refresh.py", "--sample"]
    environment = {**os.environ, "EMPATHY_DATABASE_URL": url}
    subprocess.run(fill, cwd=checkout, env=environment, check=True, capture_output=True, timeout=300)
    with serving(url, command=UVICORN, folder=checkout) as served:
        yield Shown("before", f"{served.url}/", {STANDS_STILL: 1, "[data-testid=stMain] a[href*='bug?']": 10})


def in_turn(browser: Browser, pages: list[Shown], net: Net) -> dict[str, list[Load]]:
    loads: dict[str, list[Load]] = defaultdict(list)
    for _ in range(ROUNDS):
        for shown in pages:
            loads[shown.name].append(load(browser, shown, net))
    print(net.name, {name: round(middle(each, "complete")) for name, each in loads.items()}, flush=True)
    return loads


def load(browser: Browser, shown: Shown, net: Net, size: tuple[int, int] = DESKTOP) -> Load:
    with profile(browser, shown.complete, size) as (page, session):
        came = {"bytes": 0, "frames": 0}
        session.on("Network.loadingFinished", lambda told: came.update(bytes=came["bytes"] + told["encodedDataLength"]))
        session.on(
            "Network.webSocketFrameReceived",
            lambda told: came.update(frames=came["frames"] + len(told["response"]["payloadData"])),
        )
        slow_down(session, net)
        page.goto(shown.url, timeout=120_000, wait_until="commit")
        page.wait_for_selector("html[data-complete]", state="attached", timeout=120_000)
        told = page.evaluate("({...document.documentElement.dataset})")
        busy = next(
            each["value"]
            for each in session.send("Performance.getMetrics")["metrics"]
            if each["name"] == "TaskDuration"
        )
        page.wait_for_load_state("networkidle", timeout=120_000)
        return Load(
            float(told["readable"]),
            float(told["complete"]),
            float(busy),
            int(came["bytes"]),
            came["frames"],
            float(page.evaluate("document.documentElement.dataset.shift ?? 0")),
        )


@contextmanager
def profile(browser: Browser, complete: dict[str, int], size: tuple[int, int]) -> Iterator[tuple[Page, Any]]:
    """A new, empty profile that notes when this page is complete and counts the main thread's CPU."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_init_script(WATCH % json.dumps(complete))
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
    session.send("Performance.enable")
    session.send("Network.enable")
    try:
        yield page, session
    finally:
        context.close()


def slow_down(session: Any, net: Net) -> None:
    if net.mbit is not None:
        through = net.mbit * 1e6 / 8
        conditions = {"offline": False, "downloadThroughput": through, "uploadThroughput": through}
        session.send("Network.emulateNetworkConditions", {**conditions, "latency": net.latency_ms})


def of_websocket(browser: Browser, served: Served) -> str:
    """What Chromium's slow line does to the websocket, tried with two seconds of latency."""
    opening = """url => new Promise(done => {
        const since = performance.now(), socket = new WebSocket(url, "streamlit");
        socket.onopen = socket.onerror = () => { socket.close(); done(performance.now() - since); };
    })"""
    took = {}
    for latency in (0, 2000):
        with profile(browser, {}, DESKTOP) as (page, session):
            page.goto(served.url)
            slow_down(session, Net("slow", 100, latency))
            took[latency] = page.evaluate(opening, f"ws://127.0.0.1:{served.port}/_stcore/stream")
    held = "it holds for" if took[2000] > took[0] + 1000 else "it does not hold for"
    return f"Under 2 s of latency a websocket opened after {took[2000]:.0f} ms (without: {took[0]:.0f} ms), so {held} the websocket."


def worst_shift(browser: Browser, served: Served) -> tuple[float, str]:
    with viewing(served.port) as viewer:
        bug = first_bug(viewer.visit())
    about = {"metric": "metric?metric=csat&by=area", "bug": f"bug?bug={bug}"}
    worst = (0.0, "")
    for page in PAGES:
        for size, name in ((DESKTOP, "desktop"), (PHONE, "phone")):
            path = about.get(page.url_path, page.url_path)
            found = load(browser, Shown(page.title, f"{served.url}/{path}", {STANDS_STILL: 1}), LOOPBACK, size)
            worst = max(worst, (found.shift, f"{page.title}, {name}"))
    return worst


def switched(browser: Browser, served: Served) -> float:
    """Seconds from the click on the menu until the other page is complete: there, and back; medians, the slower."""
    there, back = [], []
    with profile(browser, {STANDS_STILL: 1}, DESKTOP) as (page, _):
        page.goto(served.url)
        page.wait_for_selector("html[data-complete]", state="attached")
        for turn in range(ROUNDS + 1):
            times = click(page, "Health"), click(page, "Top 10")
            if turn:  # the first fetches what only that page needs
                there.append(times[0])
                back.append(times[1])
    return max(median(there), median(back)) / 1000


def click(page: Page, label: str) -> float:
    # Streamlit leaves the old page's elements until the new ones are there, so "complete" also waits for another title.
    page.evaluate(
        """label => {
            window.__left = document.querySelector("h1").innerText.trim();
            delete document.documentElement.dataset.complete;
            window.__since = performance.now();
            [...document.querySelectorAll("header.top nav a")].find(one => one.innerText.trim() === label).click();
        }""",
        label,
    )
    page.wait_for_selector("html[data-complete]", state="attached", timeout=60_000)
    return float(page.evaluate("Number(document.documentElement.dataset.complete)"))
