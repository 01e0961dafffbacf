"""What a figure means is said by its metric: when that changes, a store that holds rows counts again by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from store import Store, open_store
from store.rules import Paid, Prices, Rule, Rules, Stay
from tests.builders import (
    NOW,
    RULES,
    TODAY,
    answer,
    bug,
    customer,
    days_ago,
    report,
    save,
    settings,
    subscription,
    ticket,
)

FAR = date(2200, 1, 1)
ROWS = [
    bug("A"),
    bug("B"),
    ticket("t", opened_at=days_ago(3)),
    report("A", ticket="t"),
    report("B", ticket="t"),
    answer(3, ticket="t", answered_at=days_ago(2)),
    subscription("acme", id="c1", started_on=date(2026, 1, 10), ended_on=date(2026, 6, 1), mrr=100_00),
]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Filled and published by the rules of today."""
    made = open_store(settings(database_url))
    save(made, ROWS)
    yield made
    made.engine.dispose()


def publish(store: Store, rules: Rules) -> None:
    with store.refreshing(NOW) as refresh:
        refresh.publish(NOW, rules)


def test_another_rule_of_stays_makes_other_customers(store: Store) -> None:
    def one_day_each(contracts: Any, own: Any) -> Iterator[Stay]:
        for each in contracts:
            yield Stay(each.started_on, each.started_on, "reactivated", "", 7, 7, True)

    publish(store, replace(RULES, stays=Rule(one_day_each, "another")))
    with store.reading() as published:
        (came,) = published.tally("customer_started", None, FAR)
        (went,) = published.tally("customer_ended", None, FAR)
    assert (came.bin, came.amount, went.day) == ("reactivated", 7, date(2026, 1, 10))


def test_another_rule_of_what_was_paid_makes_other_months_of_revenue(store: Store) -> None:
    def nothing_is_kept(contracts: Any, until: date) -> Iterator[Paid]:
        yield Paid(date(2026, 3, 1), "", 5, 0, 6)

    publish(store, replace(RULES, paid=Rule(nothing_is_kept, "another")))
    with store.reading() as published:
        found = published.months(date(2026, 1, 1), FAR)
    assert [(each.month, each.start_mrr, each.kept_mrr, each.end_mrr) for each in found] == [
        (date(2026, 3, 1), 5, 0, 6)
    ]


def test_another_rule_of_prices_makes_another_sum_that_customers_pay(store: Store) -> None:
    save(store, [customer("acme", mrr=9_00), customer("beta", mrr=5_00), subscription("acme", mrr=70_00)])
    assert all_pay(store) == (2, 75_00, 70_00)
    publish(store, replace(RULES, price=Rule(lambda prices: prices.by_own_row, "another")))
    assert all_pay(store) == (2, 14_00, 9_00)


def test_a_price_is_asked_for_again_only_where_a_row_of_the_customer_or_the_day_is_another(store: Store) -> None:
    asked: list[Prices] = []

    def noting(prices: Prices) -> int | None:
        asked.append(prices)
        return prices.by_contracts

    rules = replace(RULES, price=Rule(noting, "noting"))
    save(store, [subscription("beta", id="b", mrr=5_00), subscription("gamma", mrr=2_00, ended_on=TODAY)])
    publish(store, rules)
    assert Counter(asked) == {(1, None, None): 2, (1, 5_00, None): 1}  # acme and gamma have left
    asked.clear()
    save_and_publish(store, subscription("beta", id="b", mrr=6_00), rules)
    assert asked == [(1, 6_00, None)]
    assert all_pay(store) == (1, 6_00, 6_00)
    with store.refreshing(NOW + timedelta(days=1)) as refresh:
        refresh.publish(NOW + timedelta(days=1), rules)
    assert len(asked) == 4


def all_pay(store: Store) -> tuple[int, int, int]:
    with store.reading() as published:
        return published.revenue_of_all()


def test_another_rule_of_bad_ratings_judges_those_that_are_stored_anew(store: Store) -> None:
    def bad() -> list[tuple[int, int]]:
        with store.reading() as published:
            return [(each.rated, each.bad) for each in published.bug_days(date(2026, 1, 1), FAR, "A") if each.rated]

    assert bad() == [(1, 0)]
    publish(store, replace(RULES, worst=Rule({"1-5": 3}, "another")))
    assert bad() == [(1, 1)]


def test_another_share_of_a_ticket_weighs_reports_that_are_stored_anew(store: Store) -> None:
    def weights() -> list[float]:
        with store.reading() as published:
            return [each.weight for each in published.reaches(NOW.date())]

    assert weights() == [0.5, 0.5]
    publish(store, replace(RULES, share_of_ticket=Rule(lambda bugs: 1.0 / (bugs * bugs), "another")))
    assert weights() == [0.25, 0.25]


def test_rules_of_the_same_version_are_not_asked_about_rows_that_did_not_change(store: Store) -> None:
    def asked(*_: Any) -> Any:
        raise AssertionError("this was counted already")

    unasked = replace(RULES, stays=Rule(asked, RULES.stays.version), paid=Rule(asked, RULES.paid.version))
    publish(store, unasked)
    with pytest.raises(AssertionError, match="counted already"):
        save_and_publish(store, subscription("beta"), unasked)


def save_and_publish(store: Store, row: Any, rules: Rules) -> None:
    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run("test", "files", NOW)
        run.save([row], NOW)
        refresh.publish(NOW, rules)
