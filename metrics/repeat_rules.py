"""Who bought again: three definitions on the same orders, which are never mixed (METHODOLOGY 1.6).

Orders of one customer on one day are one order: somebody who pays twice at one visit has not come back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from metrics.intervals_of_time import share_of
from metrics.period import Period
from metrics.statistics import Interval, Survival, kaplan_meier, wilson


class RepeatRates(NamedTuple):
    """Shares are 0..1 and None where there is nobody to divide by."""

    customers: int  # of the period
    repeat: float | None  # with at least two orders in the period / customers of the period
    returning: float | None  # with any order before / customers of the period
    cohort_size: int  # customers whose first order ever lies in the cohort's period
    mature_size: int  # of them, those whose window is over
    repeaters: int  # of the mature ones, those who ordered again within the window
    cohort_repeat: float | None  # repeaters / mature_size: the headline
    interval: Interval | None


def repeat_rates(
    orders: Iterable[tuple[str, date]],
    period: Period,
    as_of: date,
    within_days: int = 90,
    cohort: Period | None = None,
) -> RepeatRates:
    """From (customer, day) pairs. `cohort` is when the first order lies, the whole period where not given."""
    days_of = _days_of(order for order in orders if order[1] < as_of)
    cohort = cohort or period
    bought = {customer: [day for day in days if _is_in(day, period)] for customer, days in days_of.items()}
    active = [customer for customer, days in bought.items() if days]
    returning = sum(1 for customer in active if days_of[customer][0] < bought[customer][-1])
    first_timers = [days for days in days_of.values() if _is_in(days[0], cohort)]
    mature = [days for days in first_timers if is_mature(days[0], within_days, as_of)]
    repeaters = sum(1 for days in mature if days[1:] and (days[1] - days[0]).days <= within_days)
    return RepeatRates(
        customers=len(active),
        repeat=share_of(sum(1 for customer in active if len(bought[customer]) > 1), len(active)),
        returning=share_of(returning, len(active)),
        cohort_size=len(first_timers),
        mature_size=len(mature),
        repeaters=repeaters,
        cohort_repeat=share_of(repeaters, len(mature)),
        interval=wilson(repeaters, len(mature)) if mature else None,
    )


def is_mature(first_order: date, within_days: int, as_of: date) -> bool:
    """Whether the days in which the customer could order again are over (repeat-002)."""
    return first_order + timedelta(days=within_days) <= as_of


def time_to_reorder(orders: Iterable[tuple[str, date]], as_of: date) -> Survival:
    """Days until the next order, those who have not ordered again yet counted as far as they were seen (repeat-003)."""
    durations: list[float] = []
    ended: list[bool] = []
    for days in _days_of(order for order in orders if order[1] < as_of).values():
        for day, following in pairwise(days):
            durations.append((following - day).days)
            ended.append(True)
        durations.append((as_of - days[-1]).days)
        ended.append(False)
    return kaplan_meier(durations, ended)


class Habit(NamedTuple):
    """What buy-till-you-die models ask for: orders after the first, days from first to last order, days since the first."""

    frequency: int
    recency_days: int
    age_days: int


def habit(orders: Iterable[date], as_of: date) -> Habit | None:
    """bd-001; None for somebody who never ordered."""
    days = sorted(set(orders))
    if not days:
        return None
    return Habit(len(days) - 1, (days[-1] - days[0]).days, (as_of - days[0]).days)


def _days_of(orders: Iterable[tuple[str, date]]) -> dict[str, list[date]]:
    found: dict[str, set[date]] = defaultdict(set)
    for customer, day in orders:
        found[customer].add(day)
    return {customer: sorted(days) for customer, days in found.items()}


def _is_in(day: date, period: Period) -> bool:
    return period.start <= day < period.end
