"""How long a refresh of 1,000 changed tickets takes in a store of a million tickets, against one of a hundred thousand."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, markdown
from benchmarks.stores import DAYS, SOURCE, changed, filled, settings_for
from ranking.rules import rules
from store import open_store
from tests.postgres import connect, running_postgres

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SIZES = (100_000, 1_000_000)
CHANGED = 1_000
ROUNDS = 3
BOUND = 2.0
LAST_DAYS = 14
KINDS = {"of the last 14 days": True, "scattered over two years": False}


def refresh(database_url: str, tickets: int, recent: bool, change: int) -> float:
    """Saves and publishes changed tickets; seconds from opening the store to the new snapshot."""
    chance = random.Random(change)
    first = tickets - tickets * LAST_DAYS // DAYS if recent else 0
    rows = [changed(number, tickets, NOW, change) for number in chance.sample(range(first, tickets), CHANGED)]
    started = time.monotonic()
    store = open_store(settings_for(database_url))
    with store.refreshing(NOW) as running:
        run = running.begin_run(SOURCE, "bench", NOW)
        run.save(rows, NOW, cursor=str(change))
        run.finish(NOW)
        running.publish(NOW, rules(store.settings))
    store.engine.dispose()
    taken = time.monotonic() - started
    if run.rows_saved != CHANGED:
        raise RuntimeError(f"{run.rows_saved} of {CHANGED} tickets were changed: the measurement is void")
    return taken


def in_new_process(database_url: str, tickets: int, recent: bool, change: int) -> tuple[float, float]:
    """The same in a process of its own, as a scheduler starts it: (seconds of the refresh, seconds of the process)."""
    call = f"refresh(sys.argv[1], {tickets}, {recent}, {change})"
    code = f"import sys; from benchmarks.refresh import refresh; print({call})"
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, database_url],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    return float(done.stdout), time.monotonic() - started


def run(folder: Path, sizes: tuple[int, ...] = SIZES) -> list[Figure]:
    """Stores are built in `folder` and kept there (SQLite); the PostgreSQL server is built anew."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = measured("SQLite", {size: f"sqlite:///{folder.resolve()}/{size}.db" for size in sizes})
    with server(sizes) as urls:
        figures += measured("PostgreSQL", urls)
    return figures


@contextmanager
def server(sizes: tuple[int, ...]) -> Iterator[dict[int, str]]:
    with running_postgres(durable=True) as url:
        with connect(url) as connection:
            for size in sizes:
                connection.execute(f"CREATE DATABASE tickets_{size}")
        yield {size: url.replace("/postgres?", f"/tickets_{size}?") for size in sizes}


def looked_over(url: str) -> None:
    """As a server does by itself between two refreshes, now and then: it learns how its tables look at that moment."""
    if url.startswith("postgresql"):
        with connect(url) as connection:
            connection.execute("VACUUM ANALYZE")


def measured(engine: str, urls: dict[int, str]) -> list[Figure]:
    for size, url in urls.items():
        filled(url, size, NOW)
    figures = []
    small, large = min(urls), max(urls)
    for kind, recent in KINDS.items():
        inside: dict[int, list[float]] = {size: [] for size in urls}
        whole: dict[int, list[float]] = {size: [] for size in urls}
        start = int(time.time())  # no change twice, also in a store that was kept
        for nth in range(ROUNDS + 1):  # the first one warms the caches of both
            for size, url in urls.items():
                looked_over(url)
                seconds, with_start = in_new_process(url, size, recent, start + nth)
                if nth:
                    inside[size].append(seconds)
                    whole[size].append(with_start)
        for name, seconds_of in (("", inside), (", with the start of the process", whole)):
            before, after = median(seconds_of[small]), median(seconds_of[large])
            compared = f"{after:.2f} s in {large:,} against {before:.2f} s in {small:,} tickets"
            figures.append(
                Figure(f"{engine}: {CHANGED:,} tickets {kind}{name}", after / before, "x", BOUND, False, compared)
            )
    return figures


def section() -> str:
    with tempfile.TemporaryDirectory() as folder:
        return markdown(run(Path(folder)))


if __name__ == "__main__":
    print(markdown(run(Path(sys.argv[1])) if len(sys.argv) > 1 else run(Path(tempfile.mkdtemp()))))
