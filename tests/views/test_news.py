"""What is new against last week is counted from the store, as it was known then."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ranking.top_bugs import top_bugs
from store import open_store
from store.records import Release
from store.rejected import Rejected
from tests.builders import NOW, RULES, bug, customer, filled, noon, report, settings, ticket
from views.news import news, releases_before

MONDAY = date(2026, 11, 23)
TODAY = MONDAY + timedelta(days=2)


def reported(name: str, *days_ago: int, **fields: Any) -> list[Any]:
    first = TODAY - timedelta(days=max(days_ago))
    rows: list[Any] = [bug(name, title=name, opened_at=noon(first - timedelta(days=1)), **fields)]
    for n, days in enumerate(days_ago):
        each = ticket(f"{name}-{n}", customer=f"{name}-c{n}", opened_at=noon(TODAY - timedelta(days=days)))
        rows += [each, report(name, ticket=each.id), customer(f"{name}-c{n}")]
    return rows


def test_a_bug_that_fell_off_the_list_in_a_week_is_gone_and_a_new_one_came(database_url: str) -> None:
    old = reported("OLD", 40, 39, 38)
    store = filled(database_url, *old, *reported("NEW", 2, 1))
    with store.reading() as published:
        found = news(published, top_bugs(published, TODAY, store.settings), TODAY)
    store.engine.dispose()
    assert [each.id for each in found.came] == ["NEW"]
    assert {each.id for each in found.gone} <= {"OLD"}


def test_last_week_is_set_beside_twelve_weeks_before(database_url: str) -> None:
    tickets = [
        ticket(f"w{week}-{n}", customer="c", opened_at=noon(MONDAY - timedelta(weeks=week, days=-(n % 5))))
        for week in range(1, 15)
        for n in range(20 if week == 1 else 3 + week % 3)
    ]
    started = customer("c", started_on=date(2024, 1, 1))
    store = filled(database_url, started, *tickets)
    with store.reading() as published:
        found = news(published, top_bugs(published, TODAY, store.settings), TODAY)
    store.engine.dispose()
    assert (found.tickets, found.usual) == (20, (3, 5))


@pytest.mark.parametrize(("days", "is_named"), [(0, True), (14, True), (15, False), (-1, False)])
def test_a_release_is_named_when_it_came_in_the_two_weeks_before(database_url: str, days: int, is_named: bool) -> None:
    first = TODAY - timedelta(days=10)
    rows = [*reported("B", 10, 3, area="Checkout"), ticket("first", opened_at=noon(first - timedelta(days=60)))]
    out = [
        Release(id="r", name="Coupons", released_at=noon(first - timedelta(days=days)), area="checkout"),
        Release(id="s", name="Mails", released_at=noon(first - timedelta(days=1)), area="Mail"),
    ]
    store = filled(database_url, *rows, *out)
    with store.reading() as published:
        found = releases_before(published, top_bugs(published, TODAY, settings(database_url)).bugs)
    store.engine.dispose()
    assert [mark.name for mark in found.values()] == (["Coupons"] if is_named else [])


def test_a_bug_that_was_reported_when_the_data_begin_is_not_laid_to_a_release(database_url: str) -> None:
    first = TODAY - timedelta(days=10)
    out = Release(id="r", name="Coupons", released_at=noon(first - timedelta(days=1)), area="Checkout")
    store = filled(database_url, *reported("B", 10, 3, area="Checkout"), out)
    with store.reading() as published:
        assert releases_before(published, top_bugs(published, TODAY, settings(database_url)).bugs) == {}
    store.engine.dispose()


def test_who_waits_is_of_today_and_a_week_without_tickets_is_none_of_them(database_url: str) -> None:
    old = [ticket(f"o{week}", opened_at=noon(MONDAY - timedelta(weeks=week)), solved_at=None) for week in range(2, 16)]
    today = ticket("t", opened_at=noon(TODAY), solved_at=None)
    store = filled(database_url, *old, today)
    with store.reading() as published:
        found = news(published, top_bugs(published, TODAY, store.settings), TODAY)
    store.engine.dispose()
    assert (found.tickets, found.usual) == (0, (1, 1))
    assert found.open_tickets == 15


def test_a_bug_that_came_back_and_ranks_lower_now_is_not_said_to_be_fixed(database_url: str) -> None:
    back = reported(
        "BACK", 50, 20, fixed_at=noon(TODAY - timedelta(days=40)), released_at=noon(TODAY - timedelta(days=40))
    )
    others = [row for n in range(10) for row in reported(f"B{n}", 9, 1, 1, 1, 1, 1)]
    store = filled(database_url, *back, *others)
    with store.reading() as published:
        top = top_bugs(published, TODAY, store.settings)
    store.engine.dispose()
    assert [(each.id, each.end) for each in top.gone] in ([], [("BACK", None)])


def test_of_a_withheld_list_nothing_is_named(database_url: str) -> None:
    store = open_store(settings(database_url))
    wrong = [Rejected("bug_report", f"a.csv row {n}", "Bug", "?", "is no bug") for n in range(99)]
    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run("test", "files", NOW)
        run.save(reported("B", 1, 1, 1, 1, 1, 1), NOW, rejected=wrong, stream="a.csv", whole=True)
        run.finish(NOW)
        refresh.publish(NOW, RULES)
    with store.reading() as published:
        top = top_bugs(published, TODAY, store.settings)
    store.engine.dispose()
    assert (top.bugs, top.fastest, top.gone) == ((), None, ())
