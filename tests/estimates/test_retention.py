"""How fast customers leave: rates of nothing are None."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimates.retention import compounded, hazard


@given(st.floats(0, 0.5), st.integers(1, 12))
def test_a_rate_for_a_year_is_what_is_gone_after_leaving_at_it_month_by_month(rate: float, times: int) -> None:
    still = 1.0
    for _ in range(times):
        still -= rate * still
    assert compounded(rate, times) == pytest.approx(1 - still, abs=1e-9)


def test_a_rate_of_nothing_is_none_and_never_zero() -> None:
    assert hazard(0, 0) == (None, None, None)


def test_nobody_left_is_no_promise_that_nobody_will() -> None:
    assert hazard(0, 30).high == pytest.approx(3.6888794541)


def test_losses_are_told_per_customer_and_thirty_days() -> None:
    # churn-006: three left in 103 customer-days
    assert hazard(3, 103) == pytest.approx((0.873786407767, 0.18019576395, 2.55357468051))
