"""Days of service counted by hand agree with the counts that the store keeps; rates of nothing are None."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimates.retention import (
    attrition,
    compounded,
    expected_lifetime,
    hazard,
    kept_by_customer,
    kept_by_movements,
    leavers_a_year,
    uncompounded,
)


@given(st.floats(0, 0.5), st.integers(1, 12))
def test_a_rate_for_a_year_comes_back_to_the_rate_of_a_month(rate: float, times: int) -> None:
    assert uncompounded(compounded(rate, times), times) == pytest.approx(rate, abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), max_size=20))
def test_revenue_kept_is_never_above_a_hundred_percent_and_growth_hides_no_loss(pairs: list[tuple[int, int]]) -> None:
    kept = kept_by_customer(pairs)
    if sum(start for start, _ in pairs) == 0:
        assert kept == (None, None, None)
        return
    assert kept.gross is not None
    assert kept.net is not None
    assert kept.gross <= 1
    assert kept.gross <= kept.net


def test_a_rate_of_nothing_is_none_and_never_zero() -> None:
    assert hazard(0, 0) == (None, None, None, None)
    assert attrition(0, 0, 4) == (None, None, None)
    assert leavers_a_year(0, 0) == (None, None, None)
    assert kept_by_movements(0, 5, 0, 0, 0) == (None, None, None)
    assert expected_lifetime(0) is None


def test_nobody_left_is_no_promise_that_nobody_will() -> None:
    assert leavers_a_year(0, 25).high == pytest.approx(0.147555178165)
