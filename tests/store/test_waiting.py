"""Who waits is counted in customers, each once, and never guessed where a source cannot say it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from store.published import Waiting
from tests.builders import TODAY, bug, customer, filled, noon, report, ticket


def waits(database_url: str, *rows: Any, **declared: Any) -> Waiting | None:
    store = filled(database_url, *rows, **declared)
    with store.reading() as published:
        found = published.waiting()
    store.engine.dispose()
    return found


def test_a_customer_waits_once_and_first_for_a_reply(database_url: str) -> None:
    day = noon(TODAY - timedelta(days=6))
    answered = {"opened_at": noon(TODAY - timedelta(days=3)), "first_reply_at": noon(TODAY - timedelta(days=2))}
    found = waits(
        database_url,
        *(customer(name) for name in "abcd"),
        bug("B"),
        bug("DONE", fixed_at=noon(TODAY - timedelta(days=1))),
        ticket("1", customer="a", opened_at=day),
        ticket("2", customer="a", **answered),
        report("B", ticket="2"),
        ticket("3", customer="b", **answered),
        report("B", ticket="3"),
        ticket("4", customer="c", **answered),
        report("DONE", ticket="4"),
        ticket("5", customer="d", solved_at=noon(TODAY - timedelta(days=1)), **answered),
        ticket("6", customer=None, **answered),
    )
    assert found == Waiting(customers=3, for_reply=1, for_fix=1, since=day)


def test_nobody_waits_is_not_the_same_as_nothing_is_known(database_url: str) -> None:
    assert waits(database_url, customer("a")) == Waiting(0, 0, 0, None)
