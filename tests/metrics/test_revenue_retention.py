"""Revenue retention, gross and net."""

from __future__ import annotations

import pytest

from metrics.revenue_retention import retained
from reporting.cautions import reason
from store.published import Month
from tests.metrics.counting import day, period

MARCH = Month(day("2026-03-01"), "", 120, start_mrr=10_000_000, kept_mrr=9_200_000, end_mrr=9_800_000)


def test_one_month_is_gross_retention_with_net_beside_it() -> None:
    counted = retained([MARCH], period("2026-03-01", "2026-04-01"))
    assert counted.value == pytest.approx(92.0)
    assert counted.details["nrr"] == pytest.approx(98.0)
    assert counted.details["gross_revenue_churn"] == pytest.approx(8.0)
    assert counted.details["mrr_lost"] == 8_000
    assert counted.details["mrr_expansion"] == 6_000
    assert counted.n == 120
    assert (counted.low, counted.high) == (None, None)


@pytest.mark.parametrize("end", ["2026-03-20", "2026-05-01"])
def test_part_of_a_month_or_two_months_have_no_value_but_a_sentence(end: str) -> None:
    counted = retained([MARCH], period("2026-03-01", end))
    assert counted.value is None
    assert "one calendar month" in str(reason(counted.missing))
    assert [each["month"] for each in counted.details["by_month"]] == ["2026-03-01"]


def test_nothing_paid_at_the_start_is_no_data() -> None:
    assert (
        retained([MARCH._replace(start_mrr=0, kept_mrr=0, end_mrr=0)], period("2026-03-01", "2026-04-01")).value is None
    )
