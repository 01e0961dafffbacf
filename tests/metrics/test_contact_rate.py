"""Contact rate: tickets set against customers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from metrics.contact_rate import DAYS_OF_A_MONTH, differ, rate
from metrics.metric import Counted
from metrics.period import Period
from store.published import Count
from tests.metrics.counting import day, period, stays_of

CUSTOMERS = stays_of([("2020-01-01", None)] * 200)
WEEKLY = [31, 28, 35, 30, 29, 33, 27, 34]


def weeks(counts: list[int], start: str = "2026-01-05") -> Counted:
    days = [day(start) + timedelta(days=7 * n + 2) for n in range(len(counts))]
    tickets = [Count(on, "", "problem", n, 0) for on, n in zip(days, counts, strict=True)]
    first = day(start)
    return rate(tickets, CUSTOMERS, Period(first, first + timedelta(days=7 * len(counts))), "unknown")


def test_it_is_tickets_for_a_thousand_customers_and_a_month() -> None:
    counted = weeks([50] * 4)
    assert counted.value == pytest.approx(200 / (200 * 28 / DAYS_OF_A_MONTH) * 1000)
    assert counted.details["average_customers"] == 200
    assert counted.n == 200


def test_eight_whole_weeks_are_replicates() -> None:
    counted = weeks(WEEKLY)
    assert counted.details["interval"] == "how much 8 whole weeks differ from one another"
    factor = 1000 * DAYS_OF_A_MONTH / (200 * 7)
    mean = sum(WEEKLY) / 8
    spread = (sum((each - mean) ** 2 for each in WEEKLY) / 7 / 8) ** 0.5
    assert counted.low == pytest.approx((mean - 2.364624 * spread) * factor, rel=1e-5)
    assert counted.high == pytest.approx((mean + 2.364624 * spread) * factor, rel=1e-5)


def test_fewer_weeks_have_the_exact_interval() -> None:
    counted = weeks([10])
    factor = 1000 * DAYS_OF_A_MONTH / (200 * 7)
    assert counted.low == pytest.approx(4.795389 * factor, rel=1e-5)
    assert counted.high == pytest.approx(18.390356 * factor, rel=1e-5)


def test_without_customers_the_number_of_tickets_stays() -> None:
    counted = rate(
        [Count(day("2026-01-07"), "", "problem", 12, 0)], None, period("2026-01-05", "2026-01-12"), "Nobody."
    )
    assert counted.value is None
    assert counted.numerator == 12
    assert counted.missing == "Nobody."


def test_a_wild_week_is_no_proof_of_a_change() -> None:
    before, now = weeks([10, 90, 12, 80, 9, 95, 11, 85]), weeks([20, 99, 15, 110, 22, 120, 14, 100])
    difference = differ(now, before)
    assert difference is not None
    assert difference.value == pytest.approx((now.value or 0) - (before.value or 0))
    assert difference.p is not None
    assert difference.p > 0.2


def test_a_steady_rise_is_proof_and_the_interval_says_the_same() -> None:
    difference = differ(weeks([60, 62, 58, 61] * 2), weeks([40, 42, 38, 41] * 2))
    assert difference is not None
    assert difference.p is not None
    assert difference.p < 0.001
    assert difference.low is not None
    assert 0 < difference.low < difference.value


def test_single_weeks_are_compared_as_exact_rates() -> None:
    difference = differ(weeks([10]), weeks([12]))
    assert difference is not None
    assert difference.method == "exact conditional test of two rates"
