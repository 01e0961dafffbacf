"""Counts as the store would give them, made from a few lines about single people and orders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from metrics.counting.stays import Stays
from metrics.period import Period
from store.histogram import bins_of
from store.published import Count

Stay = tuple[str, str | None]  # first day, first day without


def day(text: str) -> date:
    return date.fromisoformat(text)


def period(start: str, end: str) -> Period:
    return Period(day(start), day(end))


def stays_of(stays: Iterable[Stay], how: str = "new", mrr: int = 0) -> Stays:
    """Customers or contracts, each with the same price."""
    given = list(stays)
    return Stays(
        [Count(day(start), "", how, 1, mrr) for start, _ in given],
        [Count(day(end), "", start, 1, mrr) for start, end in given if end],
    )


def people_of(stays: Iterable[Stay], how: str = "not said") -> Stays:
    given = list(stays)
    return Stays(
        [Count(day(start), "", "", 1, 0) for start, _ in given],
        [Count(day(end), "", how, 1, 0) for _, end in given if end],
    )


def orders_of(orders: Iterable[tuple[str, str]]) -> list[Count]:
    """The measure "purchases" of (customer, day) pairs."""
    seen: dict[str, list[str]] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for customer, on in sorted(orders, key=lambda each: each[1]):
        earlier = ["", "", *seen.setdefault(customer, [])]
        counts[on, f"{earlier[-1]}|{earlier[-2]}"] += 1
        seen[customer].append(on)
    return [Count(day(on), "", bin, n, 0) for (on, bin), n in counts.items()]


def first_orders_of(orders: Iterable[tuple[str, str]]) -> list[Count]:
    """The measure "repeat_cohort" of (customer, day) pairs."""
    of: dict[str, list[date]] = {}
    for customer, on in sorted(orders, key=lambda each: each[1]):
        of.setdefault(customer, []).append(day(on))
    return [
        Count(days[0], "", str((days[1] - days[0]).days) if len(days) > 1 else "none", 1, 0) for days in of.values()
    ]


def waits_of(seconds: Iterable[float], on: str = "2026-03-02") -> list[Count]:
    return [Count(day(on), "", bin, n, 0) for bin, n in Counter(bin_of(each) for each in seconds).items()]


def bin_of(seconds: float) -> str:
    """The bin of one wait."""
    (bin,) = bins_of([timedelta()], [timedelta(seconds=seconds)])
    assert bin is not None
    return bin
