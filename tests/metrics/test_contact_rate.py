"""Contact rate: tickets set against customers."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest

from metrics.contact_rate import DAYS_OF_A_MONTH, METRIC, differ, rate
from metrics.counted import Counted
from metrics.period import Period
from reporting.cautions import reason
from store.published import Count
from tests.metrics.counting import day, period, stays_of

CUSTOMERS = stays_of([("2020-01-01", None)] * 200)
WEEKLY = [31, 28, 35, 30, 29, 33, 27, 34]


def weeks(counts: list[int], start: str = "2026-01-05") -> Counted:
    days = [day(start) + timedelta(days=7 * n + 2) for n in range(len(counts))]
    tickets = [Count(on, "", "problem", n, 0) for on, n in zip(days, counts, strict=True)]
    first = day(start)
    return rate(tickets, CUSTOMERS, Period(first, first + timedelta(days=7 * len(counts))), "unknown")


def by_week_of(counts: list[int]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = weeks(counts).details["by_week"]
    return found


def rate_of(counts: list[int], before: list[dict[str, Any]]) -> Counted:
    first = day("2026-01-05")
    tickets = [Count(first + timedelta(days=7 * n + 2), "", "problem", each, 0) for n, each in enumerate(counts)]
    return rate(tickets, CUSTOMERS, Period(first, first + timedelta(days=7 * len(counts))), "unknown", before)


def test_it_is_tickets_of_one_customer_in_a_month_of_average_length() -> None:
    counted = weeks([50] * 4)
    assert counted.value == pytest.approx(200 / (200 * 28 / DAYS_OF_A_MONTH))
    assert counted.details["average_customers"] == 200
    assert counted.n == 200


def test_eight_whole_weeks_are_replicates() -> None:
    counted = weeks(WEEKLY)
    assert reason(counted.details["interval"]) == "variation between 8 whole weeks"
    factor = DAYS_OF_A_MONTH / (200 * 7)
    mean = sum(WEEKLY) / 8
    spread = (sum((each - mean) ** 2 for each in WEEKLY) / 7 / 8) ** 0.5
    assert counted.low == pytest.approx((mean - 2.364624 * spread) * factor, rel=1e-5)
    assert counted.high == pytest.approx((mean + 2.364624 * spread) * factor, rel=1e-5)


def test_fewer_weeks_have_the_exact_interval() -> None:
    counted = weeks([10])
    factor = DAYS_OF_A_MONTH / (200 * 7)
    assert counted.low == pytest.approx(4.795389 * factor, rel=1e-5)
    assert counted.high == pytest.approx(18.390356 * factor, rel=1e-5)


def test_four_weeks_are_as_unsure_as_they_and_the_four_before_differ_around_their_own_rates() -> None:
    steady = by_week_of([30, 30, 30, 30])
    calm = rate_of([60, 60, 60, 60], steady)
    assert reason(calm.details["interval"]) == "variation between these 4 whole weeks and between the 4 before"
    # No more than chance: sqrt(1 / 240) on the log scale, t with 6 degrees of freedom (2.446912).
    assert calm.high is not None
    assert calm.value is not None
    assert calm.high / calm.value == pytest.approx(math.exp(2.446912 / 240**0.5), rel=1e-5)
    wild = rate_of([20, 100, 20, 100], steady)
    assert wild.high is not None
    assert wild.value == pytest.approx(calm.value)
    assert wild.high > 1.3 * calm.high


def test_a_rise_of_the_last_four_weeks_is_seen_against_the_four_before() -> None:
    """A rise by 42 % (z 3.3), which eight weeks against eight said to be 21 %."""
    before, now = [38, 40, 37, 40], [54, 57, 53, 56]
    was, rose = rate_of(before, []), rate_of(now, by_week_of(before))
    seen = differ(rose, was)
    assert seen is not None
    assert was.value is not None
    assert seen.value / was.value == pytest.approx(0.42, abs=0.005)
    assert seen.p is not None
    assert seen.p < 0.05
    assert seen.low is not None
    assert seen.low > 0
    assert METRIC.headline == 4


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
