"""How much the checks, the masking and the bookkeeping of saving cost: against a bare upsert of the same rows; and memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figures import Figure, markdown
from benchmarks.stores import PAGE, SOURCE, contact, settings_for
from store import Store, indexes, open_store
from store.records import Ticket
from tests.postgres import connect, running_postgres

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROWS = 100_000
ROUNDS = 3
MILLION = 1_000_000
AT_LEAST = 0.6
MOST_MEGABYTES = 300


def tickets(count: int) -> list[Ticket]:
    return [next(contact(number, count, NOW)) for number in range(count)]


def saving(store: Store, records: list[Ticket]) -> float:
    """Seconds that Run.save takes for them, page by page, and the indexes that a first load makes at its end."""
    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run(SOURCE, "bench", NOW)
        started = time.monotonic()
        for first in range(0, len(records), PAGE):
            run.save(records[first : first + PAGE], NOW)
        with refresh.transaction(NOW) as connection:
            indexes.make(connection)
        taken = time.monotonic() - started
        run.finish(NOW)
    if run.rows_saved != len(records):
        raise RuntimeError("not all rows were new: the measurement is void")
    return taken


def bare(store: Store, rows: list[tuple[Any, ...]], upsert: str) -> float:
    """Seconds that the driver's executemany takes for the same rows, converted before, and the same indexes after."""
    with store.engine.begin() as connection:
        indexes.leave_out(connection)
    started = time.monotonic()
    for first in range(0, len(rows), PAGE):
        with store.engine.begin() as connection:
            connection.exec_driver_sql(upsert, rows[first : first + PAGE])
    with store.engine.begin() as connection:
        indexes.make(connection)
    return time.monotonic() - started


def compared(engine: str, database_url: str) -> list[Figure]:
    store = open_store(settings_for(database_url))
    records = tickets(ROWS)
    with store.refreshing(NOW) as refresh, store.looking() as connection:
        shape = refresh.shape(connection, "ticket")
    rows, _ = shape.rows(SOURCE, records)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        clear(store)
        theirs.append(bare(store, rows, shape.upsert))
        clear(store)
        ours.append(saving(store, records))
    store.engine.dispose()
    rate, bare_rate = ROWS / median(ours), ROWS / median(theirs)
    text = f"{rate:,.0f} rows/s against {bare_rate:,.0f}"
    return [
        Figure(
            f"{engine}: rate of saving new tickets, part of a bare upsert's",
            rate / bare_rate,
            "x",
            AT_LEAST,
            True,
            text,
        )
    ]


def clear(store: Store) -> None:
    with store.engine.begin() as connection:
        for table in ("ticket", "stale_key", "row_count", "listing", "removal"):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
    if not store.sqlite:
        # Else what was deleted still lies in the way of the next round.
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ticket")


def first_load(database_url: str, count: int) -> float:
    """Megabytes that a process has at most while it fills a new store and publishes it."""
    code = (
        "import resource, sys; from benchmarks.saving import NOW; from benchmarks.stores import fill; "
        f"fill(sys.argv[1], {count}, NOW); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, database_url],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, kilobytes elsewhere
    return int(done.stdout) / unit


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, tuple[str, str]]]:
    """Engine -> two new databases."""
    with running_postgres(durable=True) as url:
        with connect(url) as connection:
            connection.execute("CREATE DATABASE rate")
            connection.execute("CREATE DATABASE load")
        yield {
            "SQLite": (f"sqlite:///{folder}/rate.db", f"sqlite:///{folder}/load.db"),
            "PostgreSQL": (url.replace("/postgres?", "/rate?"), url.replace("/postgres?", "/load?")),
        }


def run(count: int = MILLION) -> list[Figure]:
    figures = []
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as all_databases:
        for engine, (rate, load) in all_databases.items():
            figures += compared(engine, rate)
            started = time.monotonic()
            peak = first_load(load, count)
            text = f"first load of {count:,} tickets, published, in {time.monotonic() - started:.0f} s"
            figures.append(Figure(f"{engine}: peak memory", peak, "MB", MOST_MEGABYTES, False, text))
    return figures


NOTES = """Both write the same rows into the same table in pages of the same size, turn by turn, and make its indexes at
the end; the bare one is the driver's executemany of rows that are already converted. Where SQLite misses the bound: a
bare row costs SQLite little, and ours spends more than that in Python on checking, masking and turning each cell into
text, which PostgreSQL's slower insert hides. Next: whole columns of a page at a time instead of cell by cell."""


def section() -> str:
    return markdown(run()) + "\n\n" + NOTES


if __name__ == "__main__":
    print(markdown(run(int(sys.argv[1]) if len(sys.argv) > 1 else MILLION)))
