"""Who promotes, who warns, and how sure the difference is."""

from __future__ import annotations

import pytest

from metrics import nps


@pytest.mark.parametrize(("score", "value"), [(0, -100), (6, -100), (7, 0), (8, 0), (9, 100), (10, 100)])
def test_0_to_6_warn_7_and_8_are_passive_9_and_10_promote(score: int, value: float) -> None:
    assert nps.of_bins({f"0-10:{score}": 20}).value == value


def test_the_three_groups_are_in_the_details_and_add_up() -> None:
    counted = nps.of_bins({"0-10:2": 3, "0-10:7": 4, "0-10:10": 5})
    assert [counted.details[each] for each in ("promoters", "passives", "detractors")] == [5, 4, 3]
    assert counted.n == counted.denominator == 12
    assert counted.numerator == 2


def test_the_difference_is_in_points_around_the_adjusted_scores() -> None:
    now, before = nps.of_groups(70, 40, 10), nps.of_groups(50, 30, 20)
    difference = nps.differ(now, before)
    assert difference is not None
    assert difference.value == pytest.approx(20)
    assert difference.low == pytest.approx(0.683730015135)
    assert difference.p == pytest.approx(0.0422951459475)
    assert nps.differ(now, nps.of_bins({})) is None
