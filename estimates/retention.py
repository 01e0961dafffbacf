"""How fast customers leave. Rates are shares (0..1), never percent; nothing to divide by gives None, never 0."""

from __future__ import annotations

from typing import NamedTuple

from estimates.rates import poisson_interval

DAYS_A_MONTH = 30


class Hazard(NamedTuple):
    """Losses per customer and 30 days with the exact interval."""

    per_30_days: float | None
    low: float | None
    high: float | None


def hazard(events: int, customer_days: int) -> Hazard:
    """Churn events / customer-days x 30: fair to joiners, and adds up over days and shards (churn-006)."""
    if customer_days == 0:
        return Hazard(None, None, None)
    each = DAYS_A_MONTH / customer_days
    low, high = poisson_interval(events)
    return Hazard(events * each, low * each, high * each)


def compounded(rate: float, times: float) -> float:
    """The share gone after `times` periods at this rate each: 5 % a month is 46 % a year, not 60 % (churn-003)."""
    gone: float = 1 - (1 - rate) ** times
    return gone
