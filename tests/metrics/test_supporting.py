"""Replies per ticket, the busiest weekday and renewals: what they count, on both databases, and when they say nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from metrics import metric
from metrics.counted import Counted
from metrics.period import Period
from metrics.reading import read
from metrics.weekdays import busiest
from reporting.cautions import reason
from store.published import Count
from tests.builders import TODAY, filled, subscription, ticket

MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def test_replies_are_those_of_the_tickets_solved_in_the_period_and_more_than_three_are_told_apart(
    database_url: str,
) -> None:
    solved = noon(date(2026, 3, 20))
    some = [
        ticket(opened_at=noon(date(2026, 2, 10)), solved_at=solved, replies=replies)
        for replies, n in {1: 8, 2: 6, 3: 3, 4: 2, 6: 1}.items()
        for _ in range(n)
    ]
    open_ = ticket(opened_at=noon(date(2026, 3, 10)), replies=9)
    not_said = ticket(opened_at=noon(date(2026, 3, 10)), solved_at=solved)
    store = filled(database_url, *some, open_, not_said)
    with store.reading() as published:
        found = read(published, metric("replies"), MARCH, store.settings)
    assert found.value == pytest.approx(2.15)
    assert (found.n, found.details["over_three"]) == (20, 15)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 2.15 < found.high


def test_the_busiest_weekday_is_set_against_an_average_one_over_whole_weeks() -> None:
    monday = date(2026, 3, 2)
    days = [100, 110, 105, 100, 95, 40, 30]
    counts = [Count(monday + timedelta(at), "", "question", n, 0) for at, n in enumerate(days * 9)]
    quarter = Period(monday - timedelta(days=2), monday + timedelta(weeks=9, days=3))
    extra = [Count(monday - timedelta(days=1), "", "question", 900, 0)]  # a Sunday of a week that is not whole
    found = busiest([*extra, *counts], quarter)
    assert found.value == pytest.approx(1.3275862069)
    assert (found.details["busiest_day"], found.details["weeks"]) == ("Tuesday", 9)
    assert found.details["sunday"] == pytest.approx(0.362068965517)
    assert reason(busiest(counts, Period(monday, monday + timedelta(weeks=3))).missing) == (
        "At least 4 whole weeks with tickets are needed to compare weekdays."
    )


def renewal_of(database_url: str, period: Period, *contracts: object) -> Counted:
    store = filled(database_url, *contracts)
    with store.reading() as published:
        return metric("renewal").model.count(published, [period], {}, None, store.settings)[0][""]


def test_a_contract_is_renewed_when_another_begins_within_the_grace_and_pending_ones_are_named(
    database_url: str,
) -> None:
    month = Period(date(2026, 10, 20), date(2026, 11, 20))
    contracts = []
    for at in range(12):
        ended_on = date(2026, 10, 21) if at < 10 else date(2026, 11, 19)
        contracts.append(subscription(f"c{at}", started_on=date(2025, 10, 1), ended_on=ended_on))
        if at < 6:  # at once, and at the very end of the grace; to an end of its own
            start = ended_on + timedelta(days=30 * (at % 2))
            contracts.append(subscription(f"c{at}", started_on=start, ended_on=date(2027, 10, 1)))
        if at == 6:  # a day too late
            start = ended_on + timedelta(days=31)
            contracts.append(subscription(f"c{at}", started_on=start, ended_on=date(2027, 10, 1)))
        if at == 7:  # another product, which was there long before
            start = date(2026, 1, 1)
            contracts.append(subscription(f"c{at}", started_on=start, ended_on=date(2027, 10, 1)))
    found = renewal_of(database_url, month, *contracts)
    assert {name: found.details[name] for name in ("due", "renewed", "not_renewed", "pending")} == {
        "due": 12,
        "renewed": 6,
        "not_renewed": 4,
        "pending": 2,
    }
    assert found.value == pytest.approx(60)
    assert (found.details["all_pending_lost"], found.details["all_pending_renewed"]) == pytest.approx(
        (50, 100 * 8 / 12)
    )


def test_where_running_contracts_have_no_end_there_is_no_renewal_rate(database_url: str) -> None:
    running = [subscription(f"r{at}", started_on=date(2025, 1, 1)) for at in range(3)]
    cancelled = subscription("x", started_on=date(2025, 1, 1), ended_on=date(2026, 3, 15))
    found = renewal_of(database_url, MARCH, cancelled, *running)
    assert found.value is None
    assert str(reason(found.missing)).startswith("Only 0 of 3 running contracts have an end date.")


def test_a_contract_that_is_read_later_makes_the_one_before_it_renewed(database_url: str) -> None:
    old = subscription("a", started_on=date(2025, 3, 1), ended_on=date(2026, 3, 1))
    new = subscription("a", started_on=date(2026, 3, 1), ended_on=date(2027, 3, 1))
    store = filled(database_url, old)
    with store.reading() as published:
        assert [each.bin for each in published.tally("contracts_due", None, TODAY)] == ["none"]
    again = filled(database_url, new)
    with again.reading() as published:
        ends = published.tally("contracts_due", None, TODAY)
    assert [(each.day, each.bin, each.n) for each in ends] == [(date(2026, 3, 1), "0", 1)]
