"""The days that somebody asks for in a terminal: none that is yet to come is counted as if nothing had happened on it."""

from __future__ import annotations

from datetime import date

import pytest

from metrics import metric
from metrics.metric import Unanswerable
from metrics.period import Period
from views.question import Question, period_of

TODAY = date(2026, 12, 1)
CSAT = metric("csat")


@pytest.mark.parametrize("by", [None, "week"])
@pytest.mark.parametrize("end", [date(2026, 12, 2), date(2026, 12, 25), date(2099, 1, 1)])
def test_a_period_ends_today_at_the_latest(by: str | None, end: date) -> None:
    asked = Question("csat", start=date(2026, 11, 3), end=end, by=by)
    assert period_of(asked, CSAT, TODAY) == Period(date(2026, 11, 3), date(2026, 12, 2))


def test_a_period_that_is_over_is_left_as_it_is() -> None:
    asked = Question("csat", start=date(2026, 11, 3), end=date(2026, 11, 20))
    assert period_of(asked, CSAT, TODAY) == Period(date(2026, 11, 3), date(2026, 11, 20))


@pytest.mark.parametrize("end", [None, date(2026, 12, 25)])
def test_a_first_day_in_the_future_is_refused_with_the_last_that_can_be_asked_for(end: date | None) -> None:
    with pytest.raises(Unanswerable, match="--from 2026-12-02 is in the future; give a day up to today, 2026-12-01"):
        period_of(Question("csat", start=date(2026, 12, 2), end=end), CSAT, TODAY)
