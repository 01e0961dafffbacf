"""Days of service counted by hand agree with the counts that the store keeps; rates of nothing are None."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimates.retention import (
    Stay,
    attrition,
    compounded,
    days_within,
    expected_lifetime,
    hazard,
    kept_by_customer,
    kept_by_movements,
    leavers_a_year,
    left_within,
    renewal,
    return_rate,
    stability,
    uncompounded,
)
from metrics.period import Period
from tests.metrics.counting import stays_of

DAY = date(2026, 3, 1)
MONTH = Period(DAY, date(2026, 4, 1))
some_stays = st.lists(st.tuples(st.integers(-60, 60), st.none() | st.integers(1, 90)), max_size=15)


@given(some_stays)
def test_days_and_leavers_counted_one_by_one_are_those_of_the_added_up_counts(
    given_: list[tuple[int, int | None]],
) -> None:
    stays = [
        Stay(start := DAY + timedelta(days=after), None if length is None else start + timedelta(days=length))
        for after, length in given_
    ]
    added = stays_of([(stay.start.isoformat(), stay.end.isoformat() if stay.end else None) for stay in stays])
    assert days_within(stays, MONTH) == added.days(MONTH)
    assert len(left_within(stays, MONTH)) == sum(each.n for each in added.ended_in(MONTH))


def test_a_pause_is_no_day_of_service_and_no_leaving() -> None:
    paused = Stay(DAY, None, ((date(2026, 3, 11), date(2026, 3, 21)),))
    assert days_within([paused], MONTH) == 21
    assert left_within([paused], MONTH) == []
    still_paused = Stay(DAY, None, ((date(2026, 3, 11), None),))
    assert days_within([still_paused], MONTH) == 10


def test_the_last_day_of_service_is_the_day_of_leaving() -> None:
    assert left_within([Stay(date(2026, 1, 1), DAY)], MONTH) == []
    assert len(left_within([Stay(date(2026, 1, 1), MONTH.end)], MONTH)) == 1


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
    assert renewal(0, 0, 0) == (None, None, None, None)
    assert (stability(0, 0), return_rate(0, 0), expected_lifetime(0)) == (None, None, None)


def test_contracts_that_are_not_decided_yet_are_named_and_not_guessed() -> None:
    found = renewal(80, 10, 10)
    assert found.share == pytest.approx(80 / 90)
    assert (found.worst, found.best) == (0.8, 0.9)


def test_nobody_left_is_no_promise_that_nobody_will() -> None:
    assert leavers_a_year(0, 25).high == pytest.approx(0.147555178165)
