"""What a page asked once is worked out once, and nobody waits for an answer to another question."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from store import Published, Store
from tests.builders import NOW, bug, customer, filled, report, save, ticket
from views import cache
from views.cache import cached
from views.one_bug import one_bug
from views.view import View

PATIENCE_S = 30
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def view(sqlite_database: str) -> Iterator[View]:
    cache.clear()
    store = filled(sqlite_database, customer("c"), ticket("t", customer="c"), bug("B"), report("B", ticket="t"))
    yield newest(store)
    store.engine.dispose()
    cache.clear()


def newest(store: Store) -> View:
    snapshot = store.snapshot()
    assert snapshot is not None
    return View(store.settings, store, snapshot, NOW)


class Work:
    """A slow look into the store: it begins, then ends when it is let."""

    def __init__(self) -> None:
        self.began, self.may_end = threading.Event(), threading.Event()
        self.asked: list[str] = []
        self.ask = cached(2)(self._look)

    def _look(self, published: Published, view: View, what: str) -> int:
        self.asked.append(what)
        if what.startswith("slow"):
            self.began.set()
            assert self.may_end.wait(PATIENCE_S)
        if what == "wrong":
            raise LookupError(what)
        return published.rows("customer")


def test_who_asks_for_something_else_does_not_wait(view: View) -> None:
    work = Work()
    with ThreadPoolExecutor(2) as readers:
        slow = readers.submit(work.ask, view, "slow")
        assert work.began.wait(PATIENCE_S)
        assert readers.submit(work.ask, view, "quick").result(PATIENCE_S) == 1
        assert not slow.done()
        work.may_end.set()
        assert slow.result(PATIENCE_S) == 1


def test_what_two_ask_for_at_once_is_worked_out_once(view: View) -> None:
    work = Work()
    with ThreadPoolExecutor(8) as readers:
        asking = [readers.submit(work.ask, view, "slow") for _ in range(8)]
        assert work.began.wait(PATIENCE_S)
        work.may_end.set()
        assert {each.result(PATIENCE_S) for each in asking} == {1}
    assert work.asked == ["slow"]


def test_what_went_wrong_is_told_to_all_who_wait_and_tried_again_by_the_next(view: View) -> None:
    work = Work()
    for _ in range(2):
        with pytest.raises(LookupError):
            work.ask(view, "wrong")
    assert work.asked == ["wrong", "wrong"]


def test_only_the_last_answers_are_kept(view: View) -> None:
    work = Work()
    for what in ("a", "b", "a", "c", "a", "b"):
        work.ask(view, what)
    assert work.asked == ["a", "b", "c", "b"]
    cache.clear()
    work.ask(view, "b")
    assert work.asked[-2:] == ["b", "b"]


def test_many_questions_at_once_do_not_grow_what_is_kept(view: View) -> None:
    work = Work()
    work.may_end.set()
    with ThreadPoolExecutor(8) as readers:
        asking = [readers.submit(work.ask, view, f"slow {n}") for n in range(40)]
        assert {each.result(PATIENCE_S) for each in asking} == {1}
    work.asked.clear()
    for n in range(40):
        work.ask(view, f"slow {n}")
    assert len(work.asked) >= 38


def test_the_answer_of_a_newer_snapshot_is_given_and_not_kept_as_that_of_the_older(view: View) -> None:
    work = Work()
    save(view.store, [customer("d")], TOMORROW)
    assert work.ask(view, "how many") == 2
    assert work.ask(view, "how many") == 2
    assert work.asked == ["how many"] * 2
    now = newest(view.store)
    assert (work.ask(now, "how many"), work.ask(now, "how many")) == (2, 2)
    assert work.asked == ["how many"] * 3


def test_another_day_is_another_question(view: View) -> None:
    work = Work()
    work.ask(view, "how many")
    work.ask(replace(view, now=TOMORROW), "how many")
    assert work.asked == ["how many"] * 2


@contextmanager
def looks() -> Iterator[list[str]]:
    """The statements that are sent to any database meanwhile."""
    sent: list[str] = []

    def note(*call: Any) -> None:
        sent.append(call[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_an_address_with_an_unknown_bug_is_answered_without_a_look_at_any_report(view: View) -> None:
    with looks() as unknown:
        assert one_bug(view, "NOPE-1") is None
    assert unknown
    assert not [each for each in unknown if "bug_contact" in each], unknown
    with looks() as again:
        assert one_bug(view, "NOPE-1") is None
    assert again == []
    with looks() as known:
        assert one_bug(view, "B") is not None
    assert [each for each in known if "bug_contact" in each]


def test_unknown_bugs_do_not_push_out_those_that_people_read(view: View) -> None:
    assert one_bug(view, "B") is one_bug(view, "B")
    found = one_bug(view, "B")
    for n in range(200):
        one_bug(view, f"NOPE-{n}")
    assert one_bug(view, "B") is found
