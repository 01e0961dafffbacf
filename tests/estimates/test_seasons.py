"""The rhythm of the week."""

from __future__ import annotations

import pytest

from estimates.seasons import weekday_index


def test_a_weekday_index_needs_four_whole_weeks_and_leaves_out_a_half_one() -> None:
    week = [10, 10, 10, 10, 10, 3, 0]
    assert weekday_index(week * 3) is None
    assert weekday_index([0] * 28) is None
    index = weekday_index([*week * 4, 900, 900])
    assert index is not None
    assert sum(index) == pytest.approx(7)


def test_a_weekday_is_set_against_an_average_day() -> None:
    # seas-001's way: a week of 53, so that a day of ten is 1.32 average days
    index = weekday_index([10, 10, 10, 10, 10, 3, 0] * 3 + [10, 10, 10, 10, 10, 3, 0])
    assert index == pytest.approx([70 / 53] * 5 + [21 / 53, 0])
