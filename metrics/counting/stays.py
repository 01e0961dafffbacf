"""Who was there on which day, worked out from how many came and how many went each day.

A stay is half-open: it has its first day, and `ended` is the first day without it. So whoever has `ended` on day a is
not there on a, and the leaving belongs to the day before (METHODOLOGY 0).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING

from metrics.period import Period
from store.rules import UNSAID

if TYPE_CHECKING:
    from store.published import Count, Published

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Present:
    """How many are there, and what they pay together in hundredths."""

    n: int
    amount: int


class Stays:
    """Starts and ends of one group. What was before the first day asked for may be added up under one earlier day.

    Those of whom no source can say that they ended are only in `without_end`, unless `everyone` is asked for.
    """

    def __init__(self, started: Iterable[Count], ended: Iterable[Count], everyone: bool = False) -> None:
        came = list(started)
        self._without_end = _Days(each for each in came if not everyone and each.bin.endswith(UNSAID))
        self._started = _Days(each for each in came if everyone or not each.bin.endswith(UNSAID))
        self._ended = _Days(ended)

    def at_start_of(self, day: date) -> Present:
        """Those who were there before `day` began and still are: started before it, and did not end on it."""
        started, ended = self._started.before(day), self._ended.before(day + ONE_DAY)
        return Present(started.n - ended.n, started.amount - ended.amount)

    def without_end(self, day: date) -> int:
        """How many more were there before `day` began, of whom no source can say whether they still are."""
        return self._without_end.before(day).n

    def days(self, period: Period) -> int:
        """How many days all of them together were there in the period."""
        return self._started.days_since(period) - self._ended.days_since(period)

    def started_in(self, period: Period) -> list[Count]:
        return self._started.between(period.start, period.end)

    def ended_in(self, period: Period) -> list[Count]:
        """Those whose last day lies in the period."""
        return self._ended.between(period.start + ONE_DAY, period.end + ONE_DAY)


def stays(
    published: Published,
    started: str,
    ended: str,
    periods: list[Period],
    where: Mapping[str, str],
    by: str | None,
    everyone: bool = False,
) -> dict[str, Stays]:
    """For each group, everything that at_start_of, days, started_in and ended_in need for these periods.

    `everyone`: also those of whom no source can say that they ended, for a metric that only needs who came.
    """
    first, last = min(each.start for each in periods), max(each.end for each in periods)
    came = published.before(started, first, where, by) + published.tally(started, first, last, where, by)
    went = published.before(ended, first, where, by) + published.tally(ended, first, last + ONE_DAY, where, by)
    groups = sorted({each.group for each in came} | {each.group for each in went})
    return {
        group: Stays(
            (each for each in came if each.group == group),
            (each for each in went if each.group == group),
            everyone,
        )
        for group in groups
    }


class _Days:
    """Counts in order of their days, with running sums, so that many periods cost little more than one."""

    def __init__(self, counts: Iterable[Count]) -> None:
        self._counts = sorted(counts, key=attrgetter("day"))
        self._at = [each.day for each in self._counts]
        self._n = _running(each.n for each in self._counts)
        self._amount = _running(each.amount for each in self._counts)
        self._ordinals = _running(each.n * each.day.toordinal() for each in self._counts)

    def before(self, day: date) -> Present:
        at = bisect_left(self._at, day)
        return Present(self._n[at], self._amount[at])

    def between(self, start: date, end: date) -> list[Count]:
        return self._counts[bisect_left(self._at, start) : bisect_left(self._at, end)]

    def days_since(self, period: Period) -> int:
        """Days of the period from each count's own day on, added up."""
        first, last = bisect_right(self._at, period.start), bisect_left(self._at, period.end)
        earlier = self._n[first] * period.days
        later = (self._n[last] - self._n[first]) * period.end.toordinal() - (
            self._ordinals[last] - self._ordinals[first]
        )
        return earlier + later


def _running(numbers: Iterable[int]) -> list[int]:
    return list(accumulate(numbers, initial=0))
