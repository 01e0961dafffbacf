"""`python -m benchmarks.against FOLDER`: this checkout against another one (an older commit), on the same work, turn by turn.

Each tree does the work in new processes of its own, with its own stores, and both use this Python. What is compared is
the time of the processor, of the process and, on Linux, of the PostgreSQL server: another program that runs beside it
disturbs it less than the time on the clock. Below 1 this checkout is the faster one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TICKETS = 30_000
CHANGED = 500
QUESTIONS = 300
ROUNDS = 5
KINDS = {
    "new": "new rows are saved, nothing is published",
    "recent": f"refresh of {CHANGED} changed tickets of the last 14 days",
    "scattered": f"refresh of {CHANGED} changed tickets of two years",
    "same": "all rows are read again, none has changed",
    "question": "what every page asks: which snapshot is the newest",
}

# What a child does in its tree: the text is the same for both, the modules are the tree's own.
CHILD = """
import inspect, random, sys, time
from datetime import UTC, datetime
from benchmarks.stores import DAYS, SOURCE, changed, contact, filled, pages, rows, settings_for
from store import open_store

try:
    from ranking.rules import rules
    meaning = [rules(settings_for("sqlite://"))]
except ImportError:  # the store of that tree knew it
    meaning = []
kind, url, tickets, many, nth = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

def save_all(refresh, source, all_pages, whole):
    run = refresh.begin_run(source, "bench", NOW)
    knows_whole = "whole" in inspect.signature(run.save).parameters
    for at, page in enumerate(all_pages):
        last = {"whole": True} if whole and knows_whole and at == len(all_pages) - 1 else {}
        run.save(page, NOW, stream="all", **last)
    if whole and knows_whole:
        run.reads_everything = True
    run.finish(NOW)
    return run

if kind == "fill":
    filled(url, tickets, NOW)
    made = []
elif kind == "new":
    made = list(pages([next(contact(number, tickets, NOW)) for number in range(many)]))
elif kind == "same":
    made = list(pages(rows(tickets, NOW, random.Random(1))))
elif kind in ("recent", "scattered"):
    chance = random.Random(nth)
    first = tickets - tickets * 14 // DAYS if kind == "recent" else 0
    made = [[changed(number, tickets, NOW, nth) for number in chance.sample(range(first, tickets), many)]]
store = open_store(settings_for(url))
ask = getattr(store, "snapshot", None) or store.snapshot_id
if kind == "question":
    ask()
wall, cpu = time.monotonic(), time.process_time()
if kind == "question":
    for _ in range(many):
        ask()
elif kind != "fill":
    with store.refreshing(NOW) as refresh:
        run = save_all(refresh, SOURCE, made, kind == "same")
        if kind != "new":
            refresh.publish(NOW, *meaning)
    if run.rows_saved != (0 if kind == "same" else many) and nth:  # the first round brings the store to the state of before
        raise RuntimeError(f"{run.rows_saved} rows were saved: the measurement is void")
store.engine.dispose()
print(time.process_time() - cpu, time.monotonic() - wall)
"""


def seconds(tree: Path, kind: str, url: str, tickets: int, many: int, nth: int) -> tuple[float, float]:
    """(of the processor, on the clock) that the work takes in this tree, without the start of the process."""
    before = server_seconds(url)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, kind, url, str(tickets), str(many), str(nth)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=tree,
    )
    cpu, wall = map(float, done.stdout.split())
    return cpu + server_seconds(url) - before, wall


def server_seconds(url: str) -> float:
    """What the processes that a PostgreSQL server had for its connections have used so far; 0 where nobody can tell."""
    proc = Path("/proc")
    if not url.startswith("postgresql") or not (proc / "self/stat").exists():
        return 0.0
    from tests.postgres import connect

    time.sleep(0.3)  # the one before ends after its connection
    with connect(url) as connection:
        row = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
    fields = (proc / row[0].split()[0] / "stat").read_text().rpartition(")")[2].split() if row else ["0"] * 15
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def urls(trees: dict[str, Path], postgres: bool) -> Iterator[dict[str, dict[str, tuple[str, str]]]]:
    """Engine -> tree -> (a store that will be filled, one that stays without a snapshot)."""
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "SQLite": {
                name: (f"sqlite:///{folder}/{name}.db", f"sqlite:///{folder}/{name}-new-{{}}.db") for name in trees
            }
        }
        if not postgres:
            yield found
            return
        from tests.postgres import connect, running_postgres

        with running_postgres(durable=True) as url:
            names = {name: (f"{name}_full", f"{name}_new_{{}}") for name in trees}
            with connect(url) as connection:
                connection.execute("ALTER SYSTEM SET autovacuum = off")
                connection.execute("SELECT pg_reload_conf()")
                for full, new in names.values():
                    for each in (full, *(new.format(nth) for nth in range(ROUNDS + 1))):
                        connection.execute(f"CREATE DATABASE {each}")
            found["PostgreSQL"] = {
                name: (url.replace("/postgres?", f"/{full}?"), url.replace("/postgres?", f"/{new}?"))
                for name, (full, new) in names.items()
            }
            yield found


def looked_over(url: str) -> None:
    if url.startswith("postgresql"):
        from tests.postgres import connect

        with connect(url) as connection:
            connection.execute("VACUUM ANALYZE")


def compared(trees: dict[str, Path], tickets: int, rounds: int, kinds: list[str], postgres: bool) -> Iterator[str]:
    """Lines of a Markdown table."""
    yield "| | this / other, processor | this | other | on the clock |"
    yield "|---|---|---|---|---|"
    with urls(trees, postgres) as engines:
        for engine, stores in engines.items():
            for name, tree in trees.items():
                seconds(tree, "fill", stores[name][0], tickets, 0, 0)
            for kind in kinds:
                many = {"new": tickets, "question": QUESTIONS}.get(kind, CHANGED)
                cpu: dict[str, list[float]] = {name: [] for name in trees}
                wall: dict[str, list[float]] = {name: [] for name in trees}
                for nth in range(rounds + 1):  # the first one warms the caches of both
                    for name, tree in trees.items():
                        full, new = stores[name]
                        url = new.format(nth) if kind == "new" else full
                        looked_over(url)
                        one, other = seconds(tree, kind, url, tickets, many, int(time.time()) if nth else 0)
                        if nth:
                            cpu[name].append(one)
                            wall[name].append(other)
                mine, theirs = median(cpu["this"]), median(cpu["other"])
                clock = median(wall["this"]) / median(wall["other"])
                yield (
                    f"| {engine}: {KINDS[kind]} | {mine / theirs:.2f} | {mine * 1e3:.0f} ms | {theirs * 1e3:.0f} ms "
                    f"| {clock:.2f} |"
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path, help="another checkout of this repository")
    parser.add_argument("--tickets", type=int, default=TICKETS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", choices=KINDS, action="append", default=None)
    parser.add_argument("--sqlite", action="store_true", help="leave PostgreSQL out")
    told = parser.parse_args()
    if told.tickets < TICKETS:
        parser.error(f"at least {TICKETS} tickets: else the last 14 days have too few")
    trees = {"this": HERE, "other": told.other.resolve()}
    for line in compared(trees, told.tickets, min(told.rounds, ROUNDS), told.only or list(KINDS), not told.sqlite):
        print(line, flush=True)


if __name__ == "__main__":
    main()
