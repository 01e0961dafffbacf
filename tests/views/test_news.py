"""What is new against last week is counted from the store, as it was known then."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ranking.top_bugs import top_bugs
from store.records import Release
from tests.builders import bug, customer, filled, noon, report, settings, ticket
from views.news import news, releases_before

MONDAY = date(2026, 11, 23)
TODAY = MONDAY + timedelta(days=2)


def reported(name: str, *days_ago: int, **fields: object) -> list[object]:
    first = TODAY - timedelta(days=max(days_ago))
    rows: list[object] = [bug(name, title=name, opened_at=noon(first - timedelta(days=1)), **fields)]
    for n, days in enumerate(days_ago):
        each = ticket(f"{name}-{n}", customer=f"{name}-c{n}", opened_at=noon(TODAY - timedelta(days=days)))
        rows += [each, report(name, ticket=each.id), customer(f"{name}-c{n}")]
    return rows


def test_a_bug_that_fell_off_the_list_in_a_week_is_gone_and_a_new_one_came(database_url: str) -> None:
    old = reported("OLD", 40, 39, 38)
    store = filled(database_url, *old, *reported("NEW", 2, 1))
    with store.reading() as published:
        found = news(published, top_bugs(published, TODAY, store.settings), TODAY, store.settings)
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
        found = news(published, top_bugs(published, TODAY, store.settings), TODAY, store.settings)
    store.engine.dispose()
    assert (found.tickets, found.usual) == (20, (3, 5))


@pytest.mark.parametrize(("days", "is_named"), [(0, True), (14, True), (15, False), (-1, False)])
def test_a_release_is_named_when_it_came_in_the_two_weeks_before(database_url: str, days: int, is_named: bool) -> None:
    first = TODAY - timedelta(days=10)
    rows = reported("B", 10, 3, area="Checkout")
    out = [
        Release(id="r", name="Coupons", released_at=noon(first - timedelta(days=days)), area="checkout"),
        Release(id="s", name="Mails", released_at=noon(first - timedelta(days=1)), area="Mail"),
    ]
    store = filled(database_url, *rows, *out)
    with store.reading() as published:
        found = releases_before(published, top_bugs(published, TODAY, settings(database_url)))
    store.engine.dispose()
    assert [mark.name for mark in found.values()] == (["Coupons"] if is_named else [])
