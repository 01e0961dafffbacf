"""First reply and resolution: medians out of bins, and who still waits."""

from __future__ import annotations

import random

import pytest

from metrics.waits import quantile_interval, waited
from store.histogram import bin_of
from store.published import Count
from tests.metrics.counting import day, period, waits_of

WEEK = period("2026-03-02", "2026-03-09")


def test_two_days_are_merged_before_the_median_is_taken() -> None:
    # pct-001: the mean of the two daily medians would be 1,961 s
    monday = waits_of([60, 120, 300, 900, 3600], "2026-03-02")
    tuesday = waits_of([30, 45, 7200, 86400, 200000, 0], "2026-03-03")
    counted = waited(monday + tuesday, [], WEEK)
    assert counted.n == 11
    assert counted.value == pytest.approx(300, rel=0.01)


def test_no_wait_is_no_data_but_those_who_still_wait_are_told() -> None:
    still = [Count(day("2026-02-01"), "", "no reply", 3, 0), Count(day("2026-03-03"), "", "no reply", 2, 0)]
    counted = waited([], still, WEEK)
    assert counted.value is None
    assert counted.n == 0
    assert counted.details["still_waiting"] == 5
    assert counted.details["still_waiting_of_this_period"] == 2


@pytest.mark.parametrize(("n", "state"), [(0, "no data"), (14, "withheld"), (15, "thin"), (29, "thin"), (30, "full")])
def test_the_slowest_tenth_needs_more_waits_than_the_median(n: int, state: str) -> None:
    details = waited(waits_of(range(60, 60 * (n + 1), 60)), [], WEEK).details
    assert details["p90_state"] == state
    assert (details["p90"] is None) == (state in ("no data", "withheld"))


def test_too_few_waits_have_no_interval() -> None:
    assert quantile_interval({bin_of(each): 1 for each in (60, 120, 300, 900, 3600)}, 0.5) == (None, None)


def test_nine_waits_have_the_second_and_the_eighth_as_interval() -> None:
    # Binomial(9, 1/2): P(X <= 1) = 0.0195, P(X <= 2) = 0.0898
    waits = [100 * 2**each for each in range(9)]
    low, high = quantile_interval({bin_of(each): 1 for each in waits}, 0.5)
    assert low == pytest.approx(waits[1], rel=0.01)
    assert high == pytest.approx(waits[7], rel=0.01)


@pytest.mark.parametrize("q", [0.5, 0.9])
def test_the_interval_holds_the_true_value_about_as_often_as_it_says(q: float) -> None:
    chance = random.Random(7)
    held = 0
    for _ in range(400):
        bins: dict[str, int] = {}
        for _ in range(60):
            name = bin_of(chance.random() * 1000)
            bins[name] = bins.get(name, 0) + 1
        low, high = quantile_interval(bins, q)
        held += (low or 0) <= q * 1000 * 1.01 and (high or 1e9) >= q * 1000 * 0.99
    assert 0.93 <= held / 400 <= 1.0
