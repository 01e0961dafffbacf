"""Counts sorted into periods and groups."""

from __future__ import annotations

from metrics.counting.groups import grouped, whole
from store.published import Count
from tests.metrics.counting import day, period


def test_a_period_has_its_first_day_and_not_the_first_day_of_the_next() -> None:
    counts = [Count(day(f"2026-03-{n:02}"), "a", "", n, 0) for n in (9, 2, 8, 1)]
    (found,) = grouped(counts, [period("2026-03-02", "2026-03-09")])
    assert [each.n for each in found["a"]] == [2, 8]


def test_a_group_without_counts_in_a_period_is_there_and_empty() -> None:
    counts = [Count(day("2026-03-02"), "a", "", 1, 0), Count(day("2026-03-12"), "b", "", 1, 0)]
    first, second = grouped(counts, [period("2026-03-02", "2026-03-09"), period("2026-03-09", "2026-03-16")])
    assert (len(first["a"]), len(first["b"])) == (1, 0)
    assert (len(second["a"]), len(second["b"])) == (0, 1)


def test_all_periods_together_reach_from_the_first_day_to_the_last() -> None:
    assert whole([period("2026-03-09", "2026-03-16"), period("2026-03-01", "2026-03-05")]) == period(
        "2026-03-01", "2026-03-16"
    )
