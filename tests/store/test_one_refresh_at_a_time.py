"""Refreshes that are killed, paused or started twice, and readers in the middle of them: on real processes and threads."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from store import BusyError, Published, Store, open_store
from store.schema import bug, cursor, run, snapshot, ticket
from tests import builders
from tests.builders import NOW, RULES, TODAY, YESTERDAY, days_ago, settings

ROOT = Path(__file__).parent.parent.parent
LATER = NOW + timedelta(minutes=1)

# A refresh that says on its standard output how far it is, and waits there for a line.
CHILD = """
import sys
from store.records import Ticket
from store import open_store
from tests.builders import NOW, bug, RULES, settings, ticket

def here(name):
    print(name, flush=True)
    sys.stdin.readline()

class Slow(Ticket):
    __slots__ = ()
    @property
    def names(self):
        here("inside a page")  # its bugs are written by now
        return ()
    @names.setter
    def names(self, value):
        pass

store = open_store(settings(sys.argv[1]))
with store.refreshing(NOW) as refresh:
    run = refresh.begin_run("test", "files", NOW)
    run.save([bug("B1"), ticket("t1")], NOW, cursor="1")
    here("between pages")
    run.save([bug("B2"), Slow("t2", NOW)], NOW, cursor="2")
    run.finish(NOW)
    refresh.publish(NOW, RULES, report=lambda name: here("publishing") if name == "tickets_linked" else None)
    here("published")
"""
STEPS = ["between pages", "inside a page", "publishing", "published"]


@contextmanager
def refresh_stopped_at(database_url: str, name: str) -> Iterator[subprocess.Popen[str]]:
    """A refresh in a process of its own that has come to this step; killed -9 at the end."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        for each in STEPS:
            assert child.stdout.readline().strip() == each
            if each == name:
                break
            child.stdin.write("\n")
            child.stdin.flush()
        yield child
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = open_store(settings(database_url))
    made.migrate()
    yield made
    made.engine.dispose()


def all_of(store: Store, column: Any) -> list[Any]:
    with store.engine.connect().execution_options(reading=True) as connection:
        return list(connection.scalars(select(column).order_by(column)))


KILLED: dict[str, tuple[list[str], list[str], list[str], int]] = {
    # step: tickets, bugs, cursor, snapshots
    "between pages": (["t1"], ["B1"], ["1"], 0),
    "inside a page": (["t1"], ["B1"], ["1"], 0),
    "publishing": (["t1", "t2"], ["B1", "B2"], ["2"], 0),
    "published": (["t1", "t2"], ["B1", "B2"], ["2"], 1),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_killed_refresh_leaves_rows_and_cursor_that_agree_and_the_next_one_heals(store: Store, name: str) -> None:
    with refresh_stopped_at(store.settings.database_url.get_secret_value(), name) as child:
        child.kill()
        child.wait()
    assert child.returncode == -9
    tickets, bugs, cursors, snapshots = KILLED[name]
    assert (all_of(store, ticket.c.id), all_of(store, bug.c.id)) == (tickets, bugs)
    assert all_of(store, cursor.c.value) == cursors
    assert len(all_of(store, snapshot.c.id)) == snapshots

    records = [builders.bug("B1"), builders.bug("B2"), builders.ticket("t1"), builders.ticket("t2")]
    with store.refreshing(LATER) as refresh:
        assert all_of(store, run.c.outcome) == ["ok" if name in ("publishing", "published") else "interrupted"]
        its_run = refresh.begin_run("test", "files", LATER)
        its_run.save(records, LATER, cursor="2")
        its_run.finish(LATER)
        refresh.publish(LATER, RULES)
    with store.reading() as published:
        assert sum(count.n for count in published.tally("tickets", None, date(2200, 1, 1))) == 2
        assert [each.id for each in published.bugs(TODAY)] == ["B1", "B2"]


def everything(published: Published) -> dict[str, Any]:
    end = TODAY + timedelta(days=1)
    return {
        "snapshot": published.snapshot,
        "tickets": published.tally("tickets", None, end),
        "by area": published.tally("tickets", None, end, by="area"),
        "before": published.before("tickets", end),
        "areas": published.values("tickets", "area"),
        "span": published.span("tickets"),
        "csat": published.tally("csat", None, end),
        "months": published.months(date(2020, 1, 1), end),
        "rows": published.rows("ticket"),
        "fresh": published.freshness(("ticket",)),
        "bugs": published.bugs(TODAY),
        "bug": published.bug("B"),
        "reaches": published.reaches(TODAY),
        "bug days": published.bug_days(date(2020, 1, 1), end),
        "customers": published.bug_customers(date(2020, 1, 1), end),
        "revenue": published.bug_revenue(["B"], TODAY - timedelta(days=30), end),
        "excerpts": published.excerpts("B"),
        "releases": published.releases(date(2020, 1, 1), end),
    }


def test_a_reader_sees_the_old_snapshot_whole_and_then_the_new_one(store: Store) -> None:
    def company(now: Any, n: int) -> list[Any]:
        who = [f"customer {number}" for number in range(n)]
        return [
            *(builders.customer(each, mrr=n) for each in who),
            *(builders.subscription(each, id=each, started_on=date(2026, 1, n), mrr=n) for each in who),
            *(builders.ticket(each, customer=each, subject=f"word {n}", area=f"Area {n}") for each in who),
            *(builders.answer(n, id=each, ticket=each) for each in who),
            builders.bug("B", title=f"Bug {n}"),
            *(builders.report("B", id=each, ticket=each) for each in who),
            builders.release(f"v{n}", YESTERDAY, id="v"),
        ]

    builders.save(store, company(NOW, 2), now=days_ago(1))
    halfway, go_on = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def told(name: str) -> None:
        if name == "bugs":
            halfway.set()
            assert go_on.wait(60)

    def second_refresh() -> None:
        writer = open_store(store.settings)
        try:
            with writer.refreshing(NOW) as refresh:
                its_run = refresh.begin_run("test", "files", NOW)
                its_run.save(company(NOW, 4), NOW)
                its_run.finish(NOW)
                refresh.publish(NOW, RULES, report=told)
        except BaseException as error:
            failed.append(error)
        finally:
            halfway.set()
            writer.engine.dispose()

    with store.reading() as before:
        old = everything(before)
        thread = threading.Thread(target=second_refresh)
        thread.start()
        assert halfway.wait(60)
        assert everything(before) == old
        with store.reading() as during:
            assert everything(during) == old
            go_on.set()
            thread.join(60)
            assert failed == []
            assert everything(during) == old
        assert everything(before) == old
    with store.reading() as after:
        new = everything(after)
    assert [name for name in old if old[name] == new[name] and name not in ("span",)] == []


def test_of_many_refreshes_at_once_one_runs_and_the_others_hear_that_it_does(store: Store) -> None:
    many = 6
    at_once, all_tried = threading.Barrier(many), threading.Barrier(many)
    heard: list[str] = []

    def refresh() -> None:
        mine = open_store(store.settings)
        try:
            at_once.wait(60)
            with mine.refreshing(NOW):
                heard.append("ran")
                all_tried.wait(60)
        except BusyError:
            heard.append("busy")
            all_tried.wait(60)
        except BaseException as error:
            heard.append(repr(error))
            all_tried.abort()
        finally:
            mine.engine.dispose()

    threads = [threading.Thread(target=refresh) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(heard) == ["busy"] * (many - 1) + ["ran"]
    with store.refreshing(NOW):
        pass  # it was given back


def test_a_second_refresh_hears_at_once_that_another_publishes(store: Store) -> None:
    with (
        refresh_stopped_at(store.settings.database_url.get_secret_value(), "publishing"),
        pytest.raises(
            BusyError, match=r"Another refresh is running \(process \d+ on this machine, since \d\d:\d\d UTC\)"
        ),
        store.refreshing(NOW),
    ):
        pass


def test_an_error_in_a_refresh_gives_the_lease_back(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.refreshing(NOW):
        raise ZeroDivisionError
    with store.refreshing(NOW):
        pass


def test_a_source_is_not_called_fresh_before_its_rows_are_published(store: Store) -> None:
    builders.save(store, [builders.ticket("t")], now=days_ago(3))
    with store.refreshing(NOW) as refresh:
        its_run = refresh.begin_run("test", "files", NOW)
        its_run.save([builders.ticket("u")], NOW)
        its_run.finish(NOW)
        with store.reading() as published:
            assert published.freshness(("ticket",)) == (("test",), days_ago(3))
        refresh.publish(NOW, RULES)
    with store.reading() as published:
        assert published.freshness(("ticket",)) == (("test",), NOW)


def test_half_a_sample_company_is_called_a_sample(store: Store) -> None:
    with store.refreshing(NOW) as refresh:
        its_run = refresh.begin_run("sample", "sample", NOW)
        its_run.save([builders.ticket("t")], NOW)
        its_run.finish(NOW, "failed", "it broke")
        refresh.publish(NOW, RULES)
    with store.reading() as published:
        assert published.snapshot is not None
        assert published.snapshot.is_sample
