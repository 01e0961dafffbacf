"""Customer churn: the parts, from people to the share."""

from __future__ import annotations

import pytest

from metrics.churn import METRIC, lost_of_those_at_start
from tests.metrics.counting import period, stays_of

MARCH = period("2026-03-01", "2026-04-01")


def test_only_customers_of_the_first_day_are_in_the_share() -> None:
    there = [("2026-01-01", None)] * 38 + [("2026-01-01", "2026-03-15")] * 2
    joined = [("2026-03-02", "2026-03-20")] * 5 + [("2026-03-01", None)] * 7
    counted = lost_of_those_at_start(stays_of(there + joined), MARCH)
    assert (counted.numerator, counted.denominator, counted.value) == (2, 40, 5.0)
    assert counted.n == 40
    assert counted.details["new"] == 12
    assert counted.details["lost_of_new"] == 5


def test_wilson_surrounds_the_share() -> None:
    counted = lost_of_those_at_start(stays_of([("2026-01-01", None)] * 19 + [("2026-01-01", "2026-03-15")]), MARCH)
    assert counted.low == pytest.approx(0.888, abs=0.01)
    assert counted.high == pytest.approx(23.6, abs=0.1)


def test_nobody_at_the_start_is_no_data_and_not_zero() -> None:
    counted = lost_of_those_at_start(stays_of([("2026-03-05", "2026-03-09")]), MARCH)
    assert counted.value is None
    assert METRIC.nothing == "No customers at the start of this period."
    assert counted.details["lost_of_new"] == 1


def test_the_rate_per_customer_day_counts_joiners_too() -> None:
    # churn-006: d (end on the first) left in February, f (end on the first of April) in March
    stays = [
        ("2026-01-01", None),
        ("2026-03-01", "2026-03-16"),
        ("2026-03-11", None),
        ("2026-02-01", "2026-03-01"),
        ("2026-03-20", "2026-03-25"),
        ("2026-01-01", "2026-04-01"),
    ]
    details = lost_of_those_at_start(stays_of(stays), MARCH).details
    assert details["customer_days"] == 103
    assert details["lost"] + details["lost_of_new"] == 3
    assert details["hazard_per_30_days"] == pytest.approx(0.873786407767)
    assert details["hazard_low"] == pytest.approx(0.18019576395)
    assert details["hazard_high"] == pytest.approx(2.55357468051)


def test_only_a_month_is_annualised() -> None:
    group = stays_of([("2026-01-01", None)] * 95 + [("2026-01-01", "2026-03-15")] * 5)
    assert lost_of_those_at_start(group, MARCH).details["annualised_percent"] == pytest.approx(45.9639912337)
    assert "annualised_percent" not in lost_of_those_at_start(group, period("2026-02-01", "2026-04-01")).details


def test_those_who_came_back_are_not_new() -> None:
    details = lost_of_those_at_start(stays_of([("2026-03-05", None)], how="reactivated"), MARCH).details
    assert (details["new"], details["reactivated"]) == (0, 1)


def test_a_difference_is_tested_in_percentage_points() -> None:
    before = lost_of_those_at_start(
        stays_of([("2026-01-01", None)] * 900 + [("2026-01-01", "2026-03-15")] * 100), MARCH
    )
    now = lost_of_those_at_start(stays_of([("2026-01-01", None)] * 950 + [("2026-01-01", "2026-03-15")] * 50), MARCH)
    difference = METRIC.model.differ(now, before)
    assert difference is not None
    assert difference.value == pytest.approx(-5)
    assert difference.low is not None
    assert difference.high is not None
    assert difference.low < -5 < difference.high < 0
    assert difference.p is not None
    assert difference.p < 0.001
