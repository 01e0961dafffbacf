"""Which groups of people must not be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import suppression
from metrics.suppression import hidden_groups, is_calendar_year, is_whole_months, may_show_both
from tests.metrics.counting import period


@pytest.mark.parametrize(
    ("groups", "hidden"),
    [
        ({"Tech": 7, "Product": 1}, {"Product", "Tech"}),
        ({"A": 0, "B": 6, "C": 12}, set()),
        ({"A": 4, "B": 6, "C": 12}, {"A", "B"}),
        ({"A": 1, "B": 2, "C": 9, "D": 12}, {"A", "B", "C"}),
        ({"A": 3}, {"A"}),
        ({"A": 5, "B": 6}, set()),
        ({}, set()),
    ],
)
def test_the_next_smallest_is_hidden_until_nothing_can_be_subtracted(
    groups: dict[str, float], hidden: set[str]
) -> None:
    assert hidden_groups(groups, 5) == hidden


def test_nine_people_are_hidden_and_ten_are_shown_where_nothing_else_is_said() -> None:
    # METHODOLOGY 7.1: attrition of at least ten people, by the month from fifty on
    assert hidden_groups({"A": 9, "B": 30, "C": 40}) == {"A", "B"}
    assert hidden_groups({"A": 10, "B": 30, "C": 40}) == set()
    assert not may_show_both(30, 21)
    assert may_show_both(30, 20)
    assert suppression.SHORT_PERIODS_FROM == 50


def test_nobody_and_everybody_are_told_of_twenty_people_and_more_only() -> None:
    assert suppression.SMALL == 20


def test_a_group_that_is_hidden_for_another_reason_draws_one_with_it() -> None:
    assert hidden_groups({"A": 12, "B": 30, "C": 40}, 10, also=["B"]) == {"A", "B"}


def test_what_is_hidden_does_not_say_too_much_as_one_group() -> None:
    sizes = {"A": 3, "B": 13, "C": 14, "D": 40}
    left = {"A": 0, "B": 0, "C": 1, "D": 5}

    def nobody_left(names: set[str]) -> bool:
        return not any(left[name] for name in names)

    assert hidden_groups(sizes, 10, say_too_much=nobody_left) == {"A", "B", "C"}
    assert hidden_groups(sizes, 10, say_too_much=lambda _: True) == set(sizes)


@given(st.dictionaries(st.text("ABCDEFGH", min_size=1, max_size=2), st.integers(0, 40), max_size=8))
def test_what_is_hidden_is_never_a_few_people_or_one_group(groups: dict[str, int]) -> None:
    hidden = hidden_groups(groups, 10)
    present = {name for name, size in groups.items() if size}
    assert all(size >= 10 for name, size in groups.items() if name in present - hidden)
    if hidden and hidden != present:
        assert len(hidden) >= 2
        assert sum(groups[name] for name in hidden) >= 10


def test_two_views_that_differ_by_a_few_people_may_not_stand_together() -> None:
    assert not may_show_both(12, 11, 5)
    assert may_show_both(17, 12, 5)
    assert may_show_both(12, 12, 5)


@pytest.mark.parametrize(
    ("start", "end", "year"),
    [
        ("2026-01-01", "2027-01-01", True),
        ("2024-01-01", "2025-01-01", True),
        ("2025-11-01", "2026-11-01", False),
        ("2025-01-01", "2027-01-01", False),
        ("2026-01-01", "2026-12-31", False),
    ],
)
def test_a_calendar_year_begins_and_ends_on_the_first_of_january(start: str, end: str, year: bool) -> None:
    assert is_calendar_year(period(start, end)) is year


@pytest.mark.parametrize(
    ("start", "end", "whole"),
    [
        ("2026-01-01", "2026-02-01", True),
        ("2026-01-01", "2026-07-01", True),
        ("2026-01-02", "2026-02-01", False),
        ("2026-01-01", "2026-02-02", False),
        ("2025-12-31", "2026-01-31", False),
    ],
)
def test_whole_months_begin_and_end_on_the_first_of_one(start: str, end: str, whole: bool) -> None:
    assert is_whole_months(period(start, end)) is whole
