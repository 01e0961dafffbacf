"""Repeat business: who comes back, and who has not had the time yet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.repeat import came_back
from metrics.repeat_in_period import twice_or_more
from reporting.cautions import reason
from store.published import Count
from tests.metrics.counting import day, first_orders_of, orders_of

ORDERS = [  # repeat-001
    ("u1", "2026-01-05"),
    ("u1", "2026-02-20"),
    ("u2", "2026-01-10"),
    ("u3", "2025-11-01"),
    ("u3", "2026-01-20"),
    ("u4", "2026-03-30"),
    ("u5", "2026-01-31"),
    ("u5", "2026-03-15"),
    ("u5", "2026-03-28"),
]
LISTS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 28).map(lambda n: f"2026-01-{n:02}")), max_size=25)


def in_period(orders: list[tuple[str, str]], start: str, end: str) -> list[Count]:
    return [each for each in orders_of(orders) if day(start) <= each.day < day(end)]


def test_three_definitions_on_one_list_of_orders() -> None:
    quarter = twice_or_more(in_period(ORDERS, "2026-01-01", "2026-04-01"), day("2026-01-01"))
    assert quarter.denominator == 5
    assert quarter.value == pytest.approx(40.0)
    assert quarter.details["returning_customers_percent"] == pytest.approx(60.0)
    january = [each for each in first_orders_of(ORDERS) if each.day.month == 1]
    cohort = came_back(january, 60, known_until=day("2026-04-01"))
    assert (cohort.numerator, cohort.denominator) == (2, 3)
    assert cohort.value == pytest.approx(66.6666666667)


def test_whoever_has_not_had_the_time_is_not_counted() -> None:
    counted = came_back(first_orders_of([("u1", "2026-03-15")]), 60, known_until=day("2026-04-01"))
    assert counted.value is None
    assert "available from 14 May 2026" in str(reason(counted.missing))


def test_a_second_order_after_the_window_is_none() -> None:
    late = first_orders_of([("u1", "2026-01-01"), ("u1", "2026-04-02"), ("u2", "2026-01-01"), ("u2", "2026-04-01")])
    assert came_back(late, 90, known_until=day("2026-12-01")).numerator == 1


@given(LISTS, st.integers(1, 27), st.integers(1, 20))
def test_customers_of_any_period_come_out_of_daily_counts(orders: list[tuple[str, str]], first: int, days: int) -> None:
    start, end = f"2026-01-{first:02}", f"2026-01-{min(28, first + days):02}"
    inside = [(who, on) for who, on in orders if start <= on < end]
    counted = twice_or_more(in_period(orders, start, end), day(start))
    customers = {who for who, _ in inside}
    assert counted.details["customers"] == len(customers)
    assert counted.details["repeat_customers"] == sum([who for who, _ in inside].count(each) > 1 for each in customers)
    assert counted.details["returning_customers"] == sum(
        1 for each in customers if sum(who == each and on < end for who, on in orders) > 1
    )


@given(LISTS, LISTS)
def test_shards_of_customers_add_up(some: list[tuple[str, str]], rest: list[tuple[str, str]]) -> None:
    other = [(who.upper(), on) for who, on in rest]
    start = day("2026-01-10")
    one, two, both = (
        twice_or_more(in_period(orders, "2026-01-10", "2026-02-01"), start).details
        for orders in (some, other, some + other)
    )
    for part in ("customers", "repeat_customers", "returning_customers", "orders"):
        assert one[part] + two[part] == both[part]
