"""Counts sorted into periods and groups, once for all periods."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING

from metrics.period import Period

if TYPE_CHECKING:
    from store.published import Count


def grouped(counts: Iterable[Count], periods: list[Period]) -> list[dict[str, list[Count]]]:
    """For each period, for each group that has any count at all: the counts of its days (perhaps none)."""
    of: dict[str, list[Count]] = defaultdict(list)
    for each in sorted(counts, key=attrgetter("group", "day")):
        of[each.group].append(each)
    days = {group: [each.day for each in some] for group, some in of.items()}
    return [
        {
            group: some[bisect_left(days[group], period.start) : bisect_left(days[group], period.end)]
            for group, some in of.items()
        }
        for period in periods
    ]


def whole(periods: list[Period]) -> Period:
    """From the first day of them all to the last."""
    return Period(min(each.start for each in periods), max(each.end for each in periods))
