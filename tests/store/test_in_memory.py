"""A store in memory is one store, whichever thread of the program asks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from ranking.rules import rules
from store import open_store
from tests.builders import NOW, settings, ticket


def test_every_thread_sees_the_same_store_in_memory() -> None:
    store = open_store(settings("sqlite://"))
    with store.refreshing(NOW) as running:
        run = running.begin_run("desk", "files", NOW)
        run.save([ticket(), ticket()], NOW)
        run.finish(NOW)
        running.publish(NOW, rules(store.settings))
    at_once = 12
    all_are_there = threading.Barrier(at_once)

    def look(_: int) -> int:
        all_are_there.wait(20)
        seen = store.snapshot()
        with store.reading() as published:
            return published.rows("ticket") if seen else 0

    with ThreadPoolExecutor(at_once) as threads:
        assert list(threads.map(look, range(at_once))) == [2] * at_once
    store.engine.dispose()
