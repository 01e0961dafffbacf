"""Which groups of people must not be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.anonymity import hidden_groups, is_fixed, may_show_both
from tests.metrics.counting import period


@pytest.mark.parametrize(
    ("groups", "hidden"),
    [
        ({"Tech": 7, "Product": 1}, {"Product", "Tech"}),
        ({"A": 0, "B": 6, "C": 12}, set()),
        ({"A": 4, "B": 6, "C": 12}, {"A", "B"}),
        ({"A": 1, "B": 2, "C": 9, "D": 12}, {"A", "B", "C"}),
        ({"A": 3}, {"A"}),
        ({}, set()),
    ],
)
def test_the_next_smallest_is_hidden_until_nothing_can_be_subtracted(
    groups: dict[str, float], hidden: set[str]
) -> None:
    assert hidden_groups(groups, 5) == hidden


def test_a_group_that_is_hidden_for_another_reason_draws_one_with_it() -> None:
    assert hidden_groups({"A": 12, "B": 30, "C": 40}, 10, also=["B"]) == {"A", "B"}


def test_what_is_hidden_does_not_say_too_much_as_one_group() -> None:
    sizes = {"A": 3, "B": 13, "C": 14, "D": 40}
    left = {"A": 0, "B": 0, "C": 1, "D": 5}

    def nobody_left(names: set[str]) -> bool:
        return not any(left[name] for name in names)

    assert hidden_groups(sizes, 10, say_too_much=nobody_left) == {"A", "B", "C"}
    assert hidden_groups(sizes, 10, say_too_much=lambda _: True) == set(sizes)


def test_the_order_in_which_groups_are_drawn_in_may_be_given() -> None:
    assert hidden_groups({"A": 3, "B": 13, "C": 14}, 10, order={"A": 1, "B": 3, "C": 2}.__getitem__) == {"A", "C"}


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
    ("start", "end", "fixed"),
    [
        ("2026-01-01", "2026-04-01", True),
        ("2026-01-01", "2026-07-01", True),
        ("2025-11-01", "2026-11-01", True),
        ("2026-01-01", "2026-05-01", False),
        ("2026-02-01", "2026-05-01", False),
        ("2025-11-02", "2026-11-02", False),
        ("2026-01-01", "2026-03-31", False),
    ],
)
def test_only_quarters_and_twelve_months_are_fixed(start: str, end: str, fixed: bool) -> None:
    assert is_fixed(period(start, end)) is fixed
