"""Promises of the intervals and tests; the numbers themselves are held against the worked examples in test_vectors.py."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from math import comb, exp, isclose, lgamma, log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, ttest_ind_from_stats
from scipy.stats import t as student

from estimates import chance
from estimates import nps as estimated_nps
from estimates.interval import Difference, Z
from estimates.means import mean_interval, welch
from estimates.multiple_testing import benjamini_hochberg
from estimates.nps import nps_difference, nps_interval
from estimates.rates import (
    poisson_interval,
    quasi_poisson_rate,
    quasi_poisson_ratio,
    rate_difference,
    ratio_by_weeks,
)
from estimates.shares import fisher, newcombe, wilson, with_the_silent
from estimates.survival import survival_of_table
from tests.estimates.curves import curve_of, still_there

ROOT = Path(__file__).parents[2]
counts = st.integers(0, 3000)
x_of_n = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
few = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
chances = st.floats(0.001, 0.999)
groups = st.tuples(counts, counts, counts).filter(any)


# --- one share ---


@given(x_of_n)
def test_the_interval_of_a_share_stays_within_0_and_1_and_holds_the_share(share: tuple[int, int]) -> None:
    x, n = share
    low, high = wilson(x, n)
    assert 0 <= low <= x / n <= high <= 1


@given(x_of_n)
def test_wilsons_ends_are_the_shares_that_would_just_be_refused(share: tuple[int, int]) -> None:
    x, n = share
    for end in (each for each in wilson(x, n) if 0 < each < 1):
        assert (x / n - end) ** 2 == pytest.approx(Z**2 * end * (1 - end) / n, rel=1e-6)


@given(x_of_n)
def test_no_and_yes_can_be_swapped(share: tuple[int, int]) -> None:
    x, n = share
    low, high = wilson(x, n)
    assert wilson(n - x, n) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@given(x_of_n)
def test_ten_times_the_answers_make_the_range_narrower(share: tuple[int, int]) -> None:
    x, n = share
    low, high = wilson(x, n)
    narrower = wilson(10 * x, 10 * n)
    assert narrower.high - narrower.low < high - low


def test_a_share_of_nothing_is_refused_and_not_called_zero() -> None:
    with pytest.raises(ValueError, match="0 of 0"):
        wilson(0, 0)
    with pytest.raises(ValueError, match="6 of 5"):
        wilson(6, 5)


# --- two shares ---


@given(x_of_n, x_of_n)
def test_a_difference_turns_its_sign_when_now_and_before_are_swapped(
    now: tuple[int, int], before: tuple[int, int]
) -> None:
    there, back = newcombe(*now, *before), newcombe(*before, *now)
    assert there.low is not None
    assert there.high is not None
    assert -1 <= there.low <= there.value <= there.high <= 1
    assert (back.value, back.low, back.high) == pytest.approx((-there.value, -there.high, -there.low), abs=1e-12)
    assert back.p == pytest.approx(there.p, rel=1e-6)


@given(x_of_n)
def test_the_same_share_twice_is_no_difference(share: tuple[int, int]) -> None:
    tested = newcombe(*share, *share)
    assert tested.value == 0
    assert tested.p == pytest.approx(1)


@given(few, few)
def test_fishers_p_is_the_sum_over_the_tables_that_are_no_likelier(
    now: tuple[int, int], before: tuple[int, int]
) -> None:
    (x1, n1), (x0, n0) = now, before
    yes = x1 + x0
    tables = {k: comb(n1, k) * comb(n0, yes - k) for k in range(max(0, yes - n0), min(yes, n1) + 1)}
    no_likelier = sum(ways for ways in tables.values() if ways * 10**7 <= tables[x1] * (10**7 + 1))
    assert fisher(x1, n1, x0, n0) == pytest.approx(no_likelier / comb(n1 + n0, yes), rel=1e-9)


def test_a_table_of_many_thousands_is_tested_without_numbers_that_grow_too_large() -> None:
    assert fisher(5_000, 10_000, 5_050, 10_000) == pytest.approx(newcombe(5_000, 10_000, 5_050, 10_000).p, rel=0.03)


def test_nothing_that_happened_may_be_nothing_that_was_to_be_expected() -> None:
    assert poisson_interval(0).low == 0


def test_a_table_with_a_small_cell_is_tested_exactly_and_says_so() -> None:
    assert newcombe(5, 5, 8, 10).p == fisher(5, 5, 8, 10)
    assert "Fisher" in newcombe(5, 5, 8, 10).method
    assert "z test" in newcombe(88, 100, 80, 100).method


def test_the_difference_is_tested_and_not_the_overlap_of_two_ranges() -> None:
    # The two ranges overlap (70.2 .. 83.3 and 61.2 .. 70.7), and the difference is clear all the same.
    now, before = (120, 155), (250, 378)
    assert wilson(*now).low < wilson(*before).high
    tested = newcombe(*now, *before)
    assert tested.p is not None
    assert tested.p < 0.05


def test_where_nearly_everybody_or_nearly_nobody_says_yes_the_table_is_tested_exactly() -> None:
    assert newcombe(98, 100, 99, 100).method == "Newcombe's interval, Fisher's exact test"
    assert newcombe(2, 100, 1, 100).p == fisher(2, 100, 1, 100)
    # Five of each would be expected on either side, and four and a half.
    assert newcombe(5, 100, 5, 100).method == "Newcombe's interval, z test"
    assert newcombe(5, 100, 4, 100).method == "Newcombe's interval, Fisher's exact test"


def test_the_pooled_z_test_is_that_of_the_chi_square_without_correction() -> None:
    # 82 of 100 now, 133 of 180 before: cmp-001's way, by hand
    pooled = 215 / 280
    z = (82 / 100 - 133 / 180) / (pooled * (1 - pooled) * (1 / 100 + 1 / 180)) ** 0.5
    assert newcombe(82, 100, 133, 180).p == pytest.approx(chance.normal_two_sided(z), rel=1e-12)


def test_the_range_of_a_difference_is_made_of_the_ends_of_both_shares() -> None:
    # Newcombe's own example, Statistics in Medicine 1998, method 10: 56 of 70 against 48 of 80 is 0.0524 .. 0.3339
    found = newcombe(56, 70, 48, 80)
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_had_all_the_silent_said_the_worst_or_the_best() -> None:
    # csat-013: 90 of 100 answers are good, of 1,000 who were asked
    assert with_the_silent(90, 100, 900, 0, 100) == pytest.approx((9, 99))
    assert with_the_silent(32.5, 80, 212, -100, 100) == pytest.approx((-100 * 186 / 292, 100 * 238 / 292))


def test_a_difference_is_told_in_the_unit_of_the_metric_with_its_range() -> None:
    told = Difference(0.25, -0.5, 0.75, 0.04, "z test").times(100)
    assert told == Difference(25, -50, 75, 0.04, "z test")
    assert Difference(0.25, None, None, None, "").times(100) == Difference(25, None, None, None, "")


def test_more_than_there_are_is_no_share_for_fisher_either() -> None:
    for table in ((6, 5, 1, 5), (1, 5, 6, 5), (-1, 5, 1, 5), (1, 5, 0, 0)):
        with pytest.raises(ValueError, match="is no share"):
            fisher(*table)


# --- NPS ---


@given(groups)
def test_nps_and_its_range_stay_within_100_points(answers: tuple[int, int, int]) -> None:
    interval = nps_interval(*answers)
    assert interval is not None
    assert -100 <= interval.low < interval.high <= 100


def test_twelve_promoters_are_no_proof_of_a_hundred() -> None:
    interval = nps_interval(12, 0, 0)
    assert interval is not None
    assert interval.low < 55
    assert interval.high == 100


def test_three_answers_are_added_three_quarters_of_one_up_and_three_quarters_down() -> None:
    assert estimated_nps.adjusted_nps(12, 0, 0).centre == pytest.approx(100 * (12.75 - 0.75) / 15)


def test_nps_counts_promoters_less_detractors_of_all_and_three_answers_are_added_for_the_range() -> None:
    # nps-001, and nps-009: 50 promoters, 30 passives, 20 detractors after 40, 30, 30
    assert estimated_nps.nps(50, 30, 20) == 30
    assert nps_interval(50, 30, 20) == pytest.approx((14.0511301788, 44.2012970057))
    up, down = 50.75 / 103, 20.75 / 103
    variance = (up + down - (up - down) ** 2) / 103
    up0, down0 = 40.75 / 103, 30.75 / 103
    error = 100 * (variance + (up0 + down0 - (up0 - down0) ** 2) / 103) ** 0.5
    centre = 100 * (up - down - up0 + down0)
    found = nps_difference((50, 30, 20), (40, 30, 30))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((20, centre - Z * error, centre + Z * error))
    assert found.p == pytest.approx(chance.normal_two_sided(centre / error))


def test_a_difference_of_nps_stays_within_two_hundred_points() -> None:
    up, down = nps_difference((10, 0, 0), (0, 0, 1000)), nps_difference((0, 0, 10), (1000, 0, 0))
    assert up is not None
    assert down is not None
    assert (up.value, up.high) == (200, 200)
    assert (down.value, down.low) == (-200, -200)


def test_nps_of_nobody_is_none() -> None:
    assert estimated_nps.nps(0, 0, 0) is None
    assert nps_interval(0, 0, 0) is None
    assert nps_difference((0, 0, 0), (5, 1, 1)) is None


# --- means ---


@given(st.lists(st.integers(1, 7), min_size=2, max_size=80))
def test_a_mean_from_sums_is_the_mean_of_the_values(values: list[int]) -> None:
    mean = mean_interval(len(values), sum(values), sum(value * value for value in values))
    average = sum(values) / len(values)
    spread = (sum((value - average) ** 2 for value in values) / (len(values) - 1)) ** 0.5
    assert mean.mean == pytest.approx(average)
    assert mean.deviation == pytest.approx(spread, abs=1e-7)
    assert mean.low is not None
    assert mean.low <= average + 1e-12


def test_one_value_has_a_mean_and_no_range_and_none_has_neither() -> None:
    assert mean_interval(1, 4, 16) == (1, 4, None, None, None)
    assert mean_interval(0, 0, 0) == (0, None, None, None, None)
    assert welch((1, 4, None), (9, 30 / 9, 1.58)) is None


def test_the_range_of_a_mean_is_students() -> None:
    # ces-005's way: 2, 4, 4, 5, 7 have the mean 4.4 and the deviation 1.817
    mean = mean_interval(5, 22, 110)
    assert (mean.mean, mean.deviation) == pytest.approx((4.4, 13.2**0.5 / 2))
    assert mean.n == 5
    low, high = student.interval(0.95, 4, 4.4, 13.2**0.5 / 2 / 5**0.5)
    assert (mean.low, mean.high) == pytest.approx((low, high))
    assert mean_interval(2, 8, 32).low == 4


def test_welchs_test_is_that_of_scipy() -> None:
    ours, theirs = (
        welch((9, 5.5, 1.2), (21, 4.75, 0.7)),
        ttest_ind_from_stats(5.5, 1.2, 9, 4.75, 0.7, 21, equal_var=False),
    )
    assert ours is not None
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-9)
    assert (ours.low, ours.high) == pytest.approx(theirs_interval(0.75, 1.2**2 / 9, 0.7**2 / 21), rel=1e-9)


def theirs_interval(value: float, share1: float, share0: float) -> tuple[float, float]:
    degrees = (share1 + share0) ** 2 / (share1**2 / 8 + share0**2 / 20)
    low, high = student.interval(0.95, degrees, value, (share1 + share0) ** 0.5)
    return float(low), float(high)


def test_values_that_are_all_alike_are_not_called_a_proof() -> None:
    tested = welch((3, 4, 0), (3, 3, 0))
    assert tested is not None
    assert tested.value == 1
    assert tested.p is None


# --- counts ---


@given(st.integers(0, 500))
def test_the_exact_range_of_a_count_ends_where_the_tails_are_two_and_a_half_percent(events: int) -> None:
    low, high = poisson_interval(events)
    assert sum(poisson(k, high) for k in range(events + 1)) == pytest.approx(0.025, rel=1e-9)
    assert 1 - sum(poisson(k, low) for k in range(events)) == pytest.approx(0.025 if events else 1, rel=1e-9)


def poisson(k: int, mean: float) -> float:
    """P(X = k), term by term."""
    return exp(k * log(mean) - mean - lgamma(k + 1)) if mean else float(k == 0)


@given(st.integers(1, 60), chances, st.data())
def test_a_binomial_tail_is_the_sum_of_its_terms(n: int, p: float, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    terms = [comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(n + 1)]
    assert chance.binomial_at_least(k, n, p) == pytest.approx(sum(terms[k:]), rel=1e-9)
    assert chance.binomial_at_most(k, n, p) == pytest.approx(sum(terms[: k + 1]), rel=1e-9)
    no_likelier = sum(term for term in terms if term <= terms[k] * (1 + 1e-7))
    assert chance.binomial_two_sided(k, n, p) == pytest.approx(no_likelier, rel=1e-6)


@given(st.integers(0, 300), st.integers(0, 300), st.floats(0.5, 400), st.floats(0.5, 400))
def test_a_difference_of_rates_lies_in_its_range_and_turns_its_sign(y1: int, y0: int, t1: float, t0: float) -> None:
    there, back = rate_difference(y1, t1, y0, t0), rate_difference(y0, t0, y1, t1)
    assert there.low is not None
    assert there.high is not None
    assert there.low <= there.value <= there.high
    assert (back.value, back.low, back.high) == pytest.approx((-there.value, -there.high, -there.low), rel=1e-9)
    if y1 + y0:
        assert there.p == pytest.approx(back.p, rel=1e-6)
        assert there.p == pytest.approx(binomtest(y1, y1 + y0, t1 / (t1 + t0)).pvalue, rel=1e-9)


def test_a_rate_without_time_at_risk_is_refused() -> None:
    for one, other in ((0, 5), (5, 0)):
        with pytest.raises(ValueError, match="time at risk"):
            rate_difference(1, one, 1, other)


def test_nothing_in_either_period_is_no_difference_that_could_be_tested() -> None:
    tested = rate_difference(0, 100, 0, 90)
    assert tested.value == 0
    assert tested.p is None


def test_fewer_than_nothing_cannot_have_happened() -> None:
    with pytest.raises(ValueError, match="-1 events"):
        poisson_interval(-1)


def test_weeks_that_differ_by_chance_alone_have_the_range_of_their_sum() -> None:
    # rel-001's way: log ratio +- t with weeks - 2 degrees of freedom times sqrt(1 / 30 + 1 / 80)
    found = quasi_poisson_ratio([10, 10, 10], [20, 20, 20, 20])
    reach = exp(student.ppf(0.975, 5) * (1 / 30 + 1 / 80) ** 0.5)
    assert (found.ratio, found.low, found.high) == pytest.approx((0.5, 0.5 / reach, 0.5 * reach))
    assert found.p == pytest.approx(2 * student.sf(log(2) / (1 / 30 + 1 / 80) ** 0.5, 5))


def test_weeks_that_differ_by_more_than_chance_widen_the_range_by_as_much() -> None:
    # Pearson's chi-square: (5 + 5) / 1 of the first four around 10, nothing of the others; over 8 - 2 degrees of freedom
    wild, calm = [5, 15, 5, 15], [20, 20, 20, 20]
    found = quasi_poisson_ratio(wild, calm)
    reach = exp(student.ppf(0.975, 6) * (10 / 6 * (1 / 40 + 1 / 80)) ** 0.5)
    assert (found.low, found.high) == pytest.approx((0.5 / reach, 0.5 * reach))
    rate = quasi_poisson_rate((wild, [1.0] * 4), (calm, [2.0] * 4))
    reach = exp(student.ppf(0.975, 6) * (10 / 6 / 40) ** 0.5)
    assert rate == pytest.approx((10 / reach, 10 * reach))


def test_a_rate_of_weeks_is_per_customer_and_its_range_never_narrower_than_that_of_chance() -> None:
    found = quasi_poisson_rate(([10, 20, 10, 20], [100, 200, 100, 200]), ([7, 7], [50, 50]))
    reach = exp(student.ppf(0.975, 4) * (1 / 60) ** 0.5)
    assert found == pytest.approx((0.1 / reach, 0.1 * reach))


def test_a_rate_of_weeks_needs_three_more_weeks_than_periods_and_something_that_happened() -> None:
    assert quasi_poisson_rate(([4, 5], [1, 1]), ([4, 5], [1, 1])) is None
    assert quasi_poisson_rate(([4, 5, 6], [1, 1, 1]), ([4, 5], [1, 1])) is not None
    assert quasi_poisson_rate(([0] * 8, [1] * 8)) is None
    assert quasi_poisson_rate(([1] * 8, [0] * 8)) is None
    assert quasi_poisson_rate(([1, *[0] * 7], [1] * 8)) is not None


def test_a_ratio_of_weeks_needs_three_weeks_events_before_and_customers_on_both_sides() -> None:
    nothing = (None, None, None, None)
    assert quasi_poisson_ratio([4], [5]) == nothing
    assert quasi_poisson_ratio([4], [5, 5]).ratio == 0.8
    assert quasi_poisson_ratio([], [5, 5, 5]) == nothing
    assert quasi_poisson_ratio([5, 5, 5], []) == nothing
    assert quasi_poisson_ratio([4, 4], [0, 0]) == nothing
    assert quasi_poisson_ratio([4, 4], [5, 5], [0, 0], [1, 1]) == nothing
    assert quasi_poisson_ratio([4, 4], [5, 5], [1, 1], [0, 0]) == nothing
    assert quasi_poisson_ratio([0, 0], [5, 5]) == (0, None, None, None)
    assert quasi_poisson_ratio([1, 0], [1, 0], [0.5, 0.5], [0.5, 0.5]).ratio == 1


def test_weeks_of_counts_and_of_customers_must_be_the_same() -> None:
    with pytest.raises(ValueError, match="2 weeks of counts and 3 of exposure"):
        quasi_poisson_ratio([1, 2], [1, 2], [1, 1, 1])
    with pytest.raises(ValueError, match="2 numerators and 1 denominators"):
        ratio_by_weeks([1, 2], [1])


def test_a_week_without_customers_is_no_noise() -> None:
    assert quasi_poisson_rate(([10] * 5 + [0], [1] * 5 + [0])) is not None
    assert quasi_poisson_rate(([10] * 6, [1] * 6), ([0, 0], [0, 0])) is not None
    assert quasi_poisson_rate(([1] * 8, [0.1] * 8)) is not None


def test_weeks_that_vary_wildly_prove_less_than_calm_ones_with_the_same_sums() -> None:
    calm = quasi_poisson_ratio([10, 10, 10, 10], [20, 20, 20, 20, 20, 20])
    wild = quasi_poisson_ratio([1, 19, 0, 20], [2, 50, 4, 30, 30, 4])
    assert calm.ratio == wild.ratio == 0.5
    assert calm.p is not None
    assert wild.p is not None
    assert calm.p < 0.05 < wild.p


def test_a_rate_ratio_of_weeks_counts_per_customer_and_not_per_week() -> None:
    doubled = quasi_poisson_ratio([20, 22, 19], [10, 11, 9], [200, 200, 200], [100, 100, 100])
    assert doubled.ratio == pytest.approx(61 / 600 / (30 / 300))


# --- ratios ---


def test_a_ratio_of_weeks_has_no_range_below_eight_weeks_and_none_without_a_denominator() -> None:
    assert ratio_by_weeks([1] * 7, [10] * 7) == (0.1, None, None, None)
    assert ratio_by_weeks([1, 2], [0, 0]) == (None, None, None, None)
    assert ratio_by_weeks([3] * 8, [30] * 8).low == pytest.approx(0.1)


def test_the_range_of_a_ratio_of_weeks_is_that_of_the_delta_method() -> None:
    # ratio-004's way, by hand: residuals x - R y of eight weeks, t with seven degrees of freedom
    tickets, orders = [12, 9, 15, 11, 8, 14, 10, 13], [100, 90, 130, 100, 80, 110, 90, 100]
    ratio = 92 / 800
    rest = sum((x - ratio * y) ** 2 for x, y in zip(tickets, orders, strict=True))
    error = (rest / 7 / 8) ** 0.5 / 100
    half = student.ppf(0.975, 7) * error
    assert ratio_by_weeks(tickets, orders) == pytest.approx((ratio, error, ratio - half, ratio + half))


# --- many tests ---


@given(st.lists(st.floats(0, 1), max_size=30))
def test_adjusted_p_values_are_no_smaller_keep_their_order_and_stay_within_1(ps: list[float]) -> None:
    adjusted = benjamini_hochberg(ps)
    assert all(p <= q <= 1 for p, q in zip(ps, adjusted, strict=True))
    in_order = [q for _, q in sorted(zip(ps, adjusted, strict=True))]
    assert all(one <= other for one, other in pairwise(in_order))


def test_each_p_is_drawn_up_by_how_many_are_as_small() -> None:
    assert benjamini_hochberg([0.01, 0.5, 0.03, 0.04]) == pytest.approx([0.04, 0.5, 0.16 / 3, 0.16 / 3])


# --- survival ---

lives = st.lists(st.tuples(st.integers(1, 50), st.booleans()), min_size=1, max_size=40)


@given(lives)
def test_a_survival_curve_falls_and_with_nobody_lost_early_is_the_share_still_there(
    people: list[tuple[int, bool]],
) -> None:
    curve = curve_of([days for days, _ in people], [left for _, left in people])
    shares_ = [still_there(curve, day) for day in range(52)]
    assert shares_[0] == 1
    assert all(one is not None and other is not None and other <= one for one, other in pairwise(shares_))
    everybody_leaves = curve_of([days for days, _ in people], [True] * len(people))
    for day in (5, 20, 50):
        still = sum(1 for days, _ in people if days > day) / len(people)
        assert still_there(everybody_leaves, day) == pytest.approx(still, abs=1e-12)


@given(lives, lives)
def test_survival_tables_of_two_shards_added_are_the_table_of_all(
    one: list[tuple[int, bool]], other: list[tuple[int, bool]]
) -> None:
    def table(people: list[tuple[int, bool]]) -> dict[int, tuple[int, int]]:
        return {
            day: (sum(1 for days, _ in people if days >= day), sum(1 for days, left in people if left and days == day))
            for day in range(1, 51)
        }

    first, second = table(one), table(other)
    added = [(day, first[day][0] + second[day][0], first[day][1] + second[day][1]) for day in first]
    together = one + other
    whole = curve_of([days for days, _ in together], [left for _, left in together])
    parts = survival_of_table(added)
    assert parts.times == whole.times
    assert parts.shares == pytest.approx(whole.shares)
    assert parts.quantile(0.5) == whole.quantile(0.5)


def test_a_median_that_was_not_reached_is_none_and_so_is_the_share_of_nobody() -> None:
    assert curve_of([10, 20, 30], [0, 0, 0]).quantile(0.5) is None
    assert still_there(curve_of([], []), 10) is None


def test_the_spread_of_a_curve_is_greenwoods_and_without_end_when_all_are_gone() -> None:
    # Four at risk, one leaves; one is lost from sight, two leave one after the other.
    curve = survival_of_table([(5, 2, 1), (3, 4, 1), (4, 0, 0), (4, 3, 0), (9, 1, 1)])
    assert list(curve.times) == [3, 5, 9]
    assert list(curve.shares) == pytest.approx([3 / 4, 3 / 8, 0])
    assert list(curve.greenwood) == pytest.approx([1 / 12, 1 / 12 + 1 / 2, float("inf")])
    assert (curve.n, survival_of_table([]).n, survival_of_table([(3, 4, 1)], 7).n) == (4, 0, 7)


@given(st.integers(1, 60))
def test_half_of_them_gone_is_the_median_although_the_factors_are_not_exact(half: int) -> None:
    assert curve_of(range(1, 2 * half + 1), [True] * (2 * half)).quantile(0.5) == half


# --- the curves behind it ---


@given(chances, st.floats(0.5, 2000))
def test_a_quantile_is_where_the_curve_reaches_its_share(p: float, degrees: float) -> None:
    assert chance.t_two_sided(chance.t_quantile(p, degrees), degrees) == pytest.approx(2 * min(p, 1 - p), rel=1e-9)
    assert chance.normal_two_sided(chance.normal_quantile(p)) == pytest.approx(2 * min(p, 1 - p), rel=1e-9)


def test_known_quantiles_of_the_tables_in_every_textbook() -> None:
    assert chance.t_quantile(0.975, 1) == pytest.approx(12.706204736174705, rel=1e-9)
    assert chance.t_quantile(0.975, 10) == pytest.approx(2.2281388519649385, rel=1e-9)
    assert 2 * chance.gamma_quantile(0.95, 0.5) == pytest.approx(3.841458820694124, rel=1e-9)  # chi-square
    assert 2 * chance.gamma_quantile(0.975, 10) == pytest.approx(34.16960690283833, rel=1e-9)
    assert isclose(chance.normal_quantile(0.975), 1.959963984540054, rel_tol=1e-12)


def test_beyond_the_ends_a_count_is_certain_or_cannot_be() -> None:
    assert [chance.binomial_at_least(k, 5, 0.3) for k in (-1, 0, 6)] == [1, 1, 0]
    assert [chance.binomial_at_most(k, 5, 0.3) for k in (-1, 5, 6)] == [0, 1, 1]
    assert chance.binomial_at_least(5, 5, 0.3) == pytest.approx(0.3**5)
    assert chance.binomial_at_most(0, 5, 0.3) == pytest.approx(0.7**5)
    assert chance.binomial_two_sided(0, 0, 0.3) == 1
    assert chance.binomial_two_sided(3, 10, 0.3) == 1


def test_a_million_tries_lose_no_digits() -> None:
    # Held against scipy.stats.binom.sf(500999, 10**6, 0.5) and binomtest(501000, 10**6, 0.5).
    assert chance.binomial_at_least(501_000, 1_000_000, 0.5) == pytest.approx(0.0228041499326948, rel=1e-9)
    assert chance.binomial_two_sided(501_000, 1_000_000, 0.5) == pytest.approx(2 * 0.0228041499326948, rel=1e-9)


@given(st.integers(1, 20_000), st.floats(0.01, 0.99), st.data())
def test_the_two_sided_p_is_that_of_scipys_own_test_far_out_in_the_tails_too(
    n: int, p: float, data: st.DataObject
) -> None:
    k = data.draw(st.integers(0, n))
    assert chance.binomial_two_sided(k, n, p) == pytest.approx(binomtest(k, n, p).pvalue, rel=1e-9, abs=1e-200)


def test_a_share_needs_no_scipy_so_that_the_terminal_starts_quickly() -> None:
    code = "import sys, metrics.csat, metrics.nps, read; from estimates.shares import newcombe; newcombe(5, 9, 40, 60)"
    code += "; print([name for name in sys.modules if name.split('.')[0] in ('scipy', 'numpy')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]"]
