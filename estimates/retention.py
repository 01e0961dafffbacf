"""How long customers and colleagues stay: days of service, who left, who came back, and rates made of them.

A stay is half-open: `end` is the first day without service or employment, so the last day that counts, and the day
on which somebody is said to have left, is the day before (METHODOLOGY 0). Rates are shares (0..1), never percent;
nothing to divide by gives None, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp
from typing import NamedTuple

from estimates.interval import Interval
from estimates.rates import poisson_interval
from estimates.shares import wilson
from metrics.period import Period

DAYS_A_MONTH = 30
DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Stay:
    """From `start` up to, not including, `end` (None: still here). `pauses` are stretches of it that do not count."""

    start: date
    end: date | None = None
    pauses: tuple[tuple[date, date | None], ...] = ()

    def left_on(self) -> date | None:
        """The last day of the stay."""
        return None if self.end is None else self.end - timedelta(days=1)


# --- days and leavers ---


def days_within(stays: Iterable[Stay], period: Period) -> int:
    """Customer-days or person-days: all days of all stays that lie in the period, without the pauses."""
    return sum(
        _overlap(stay.start, stay.end, period)
        - sum(_overlap(max(start, stay.start), _earlier(end, stay.end), period) for start, end in stay.pauses)
        for stay in stays
    )


def left_within(stays: Iterable[Stay], period: Period) -> list[Stay]:
    """The stays whose last day lies in the period."""
    ended = []
    for stay in stays:
        last = stay.left_on()
        if last is not None and stay.start <= last and period.start <= last < period.end:
            ended.append(stay)
    return ended


# --- churn ---


class Hazard(NamedTuple):
    """Losses per customer and 30 days with the exact interval, and the chance of leaving within 30 days."""

    per_30_days: float | None
    low: float | None
    high: float | None
    chance_in_30_days: float | None


def hazard(events: int, customer_days: int) -> Hazard:
    """Churn events / customer-days x 30: fair to joiners, and adds up over days and shards (churn-006)."""
    if customer_days == 0:
        return Hazard(None, None, None, None)
    each = DAYS_A_MONTH / customer_days
    low, high = poisson_interval(events)
    rate = events * each
    return Hazard(rate, low * each, high * each, 1 - exp(-rate))


def retention(hazard_per_30_days: float, days: int = DAYS_A_YEAR) -> float:
    """The share that is still there after `days` at a steady hazard (km-007)."""
    return exp(-hazard_per_30_days / DAYS_A_MONTH * days)


def compounded(rate: float, times: float) -> float:
    """The share gone after `times` periods at this rate each: 5 % a month is 46 % a year, not 60 % (churn-003)."""
    gone: float = 1 - (1 - rate) ** times
    return gone


def uncompounded(rate: float, times: float) -> float:
    """The rate of each of `times` periods that makes `rate` together (churn-004)."""
    each: float = 1 - (1 - rate) ** (1 / times)
    return each


def expected_lifetime(rate: float) -> float | None:
    """How many periods a customer stays on average at this rate; None where nobody leaves."""
    return None if rate == 0 else 1 / rate


# --- revenue ---


class Kept(NamedTuple):
    """Gross and net revenue retention, shares of the revenue at the start; `gross` is never above 1."""

    gross: float | None
    net: float | None
    net_with_reactivation: float | None


def kept_by_movements(start: float, expansion: float, contraction: float, churned: float, reactivation: float) -> Kept:
    """GRR and NRR from the movements of the customers of the start; new business is in neither (churn-010)."""
    if start == 0:
        return Kept(None, None, None)
    gross = (start - contraction - churned) / start
    net = (start + expansion - contraction - churned) / start
    return Kept(gross, net, net + reactivation / start)


def kept_by_customer(start_and_end: Iterable[tuple[float, float]]) -> Kept:
    """GRR and NRR from each customer's revenue at the start and at the end: one's growth hides no other's loss (churn-012)."""
    pairs = [(start, end) for start, end in start_and_end if start > 0]
    start = sum(start for start, _ in pairs)
    if start == 0:
        return Kept(None, None, None)
    return Kept(sum(min(pair) for pair in pairs) / start, sum(end for _, end in pairs) / start, None)


class Renewal(NamedTuple):
    """`worst` and `best` count those that are pending as lost and as renewed."""

    share: float | None
    interval: Interval | None
    worst: float | None
    best: float | None


def renewal(renewed: int, lost: int, pending: int) -> Renewal:
    """Of the contracts due, renewed / (renewed + lost); the pending ones are named, not guessed (renew-001)."""
    decided, due = renewed + lost, renewed + lost + pending
    worst, best = (renewed / due, (renewed + pending) / due) if due else (None, None)
    if decided == 0:
        return Renewal(None, None, worst, best)
    return Renewal(renewed / decided, wilson(renewed, decided), worst, best)


# --- teams ---


class Attrition(NamedTuple):
    """Of the period, and for a year: `annualised` is simple (x 365 / days), `compound` of those still there."""

    of_period: float | None
    annualised: float | None
    compound: float | None


def attrition(leavers: int, average_headcount: float, periods_a_year: float) -> Attrition:
    """Leavers / average headcount (JOLTS, CIPD); `periods_a_year` is 365 / days, or 12 / months (attr-001)."""
    if average_headcount == 0:
        return Attrition(None, None, None)
    rate = leavers / average_headcount
    return Attrition(rate, rate * periods_a_year, compounded(rate, periods_a_year) if rate <= 1 else None)


class YearlyRate(NamedTuple):
    rate: float | None
    low: float | None
    high: float | None


def leavers_a_year(leavers: int, person_years: float) -> YearlyRate:
    """Leavers per person and year with the exact interval: nobody left is not "nobody leaves" (attr-004, attr-005)."""
    if person_years == 0:
        return YearlyRate(None, None, None)
    low, high = poisson_interval(leavers)
    return YearlyRate(leavers / person_years, low / person_years, high / person_years)


def share_of(part: int, whole: int) -> float | None:
    """Part / whole, None where there is no whole."""
    return None if whole == 0 else part / whole


def stability(employed_a_year_ago: int, of_them_still_here: int) -> float | None:
    """People with a year of service now / people employed a year ago (attr-006)."""
    return share_of(of_them_still_here, employed_a_year_ago)


def return_rate(leavers: int, rehired: int) -> float | None:
    """Of the leavers of the last 24 months, the share hired again (attr-006)."""
    return share_of(rehired, leavers)


def _overlap(start: date, end: date | None, period: Period) -> int:
    last = period.end if end is None else min(end, period.end)
    return max(0, (last - max(start, period.start)).days)


def _earlier(one: date | None, other: date | None) -> date | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
