"""Which answers are satisfied ones, on every scale."""

from __future__ import annotations

import pytest

from metrics import csat
from reporting.details import named


@pytest.mark.parametrize(
    ("scale", "satisfied", "neutral", "dissatisfied"),
    [
        ("1-5", [4, 5], [3], [1, 2]),
        ("1-4", [3, 4], [2], [1]),
        ("1-3", [3], [2], [1]),
        ("1-2", [2], [], [1]),
    ],
)
def test_a_scale_is_mapped_as_the_methodology_says(
    scale: str, satisfied: list[int], neutral: list[int], dissatisfied: list[int]
) -> None:
    for name, scores in (("satisfied", satisfied), ("neutral", neutral), ("dissatisfied", dissatisfied)):
        for score in scores:
            details = csat.of_bins({f"{scale}:{score}": 7}).details
            assert {each for each in ("satisfied", "neutral", "dissatisfied") if details[each] == 7} == {name}


def test_the_neutral_answer_stays_among_all_answers() -> None:
    assert csat.of_bins({"1-5:3": 10, "1-5:5": 10}).value == 50


def test_scales_are_added_after_mapping_the_mix_is_shown_and_no_mean_is_made_of_it() -> None:
    counted = csat.of_bins({"1-5:4": 30, "1-5:1": 10, "1-2:2": 10})
    assert counted.value == 80
    assert counted.details["scales"] == {"1-2": 10, "1-5": 40}
    assert counted.details["mean"] is None
    assert csat.of_bins({"1-5:4": 30, "1-5:1": 10}).details["mean"] == 3.25


def test_thumbs_have_no_neutral_answer_and_no_mean() -> None:
    thumbs = csat.of_bins({"1-2:2": 70, "1-2:1": 30})
    assert thumbs.value == 70
    assert [thumbs.details[each] for each in ("neutral", "mean")] == [None] * 2
    told = [name for name, _, _ in named(thumbs.details, "percent")]
    assert told == ["Satisfied", "Dissatisfied"]
    # Beside a scale that has one, it is of those who could give it.
    mixed = csat.of_bins({"1-2:2": 10, "1-5:3": 4, "1-5:5": 6})
    assert (mixed.details["neutral"], mixed.details["mean"]) == (4, None)


def test_five_of_five_is_a_hundred_percent_and_far_from_certain() -> None:
    counted = csat.of_bins({"1-5:5": 5})
    assert counted.value == 100
    assert counted.low == pytest.approx(56.55, abs=0.01)


def test_days_are_added_as_counts_and_never_averaged() -> None:
    assert csat.of_bins({"1-5:5": 1 + 50, "1-5:1": 50}).value == pytest.approx(50.495, abs=0.001)


def test_no_answers_have_no_difference() -> None:
    some, none = csat.of_bins({"1-5:5": 40}), csat.of_bins({})
    assert csat.differ(some, none) is None
    assert csat.differ(none, some) is None
