"""Waiting times as a histogram that can be added up: medians of any days, areas or shards come out of the same counts.

DDSketch's mapping with logarithmic bins (Masson, Rim, Lee, VLDB 2019; METHODOLOGY 1.7): relative error at most 1 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil, floor, log

RELATIVE_ERROR = 0.01
GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_LOG_GAMMA = log(GAMMA)
OLDEST = timedelta(days=365 * 200)
ZERO = "zero"  # waits of no time at all have a bin of their own


def bins_of(starts: Sequence[timedelta | None], ends: Sequence[timedelta | None]) -> list[str | None]:
    """The bins of the waits between two columns of times, each since one instant; None where one is not known, and for a
    wait of less than nothing."""
    names = _NAMES
    return [
        None
        if start is None or end is None
        else names[ceil(log(wait) / _LOG_GAMMA)]
        if (wait := (end - start).total_seconds()) > 0
        else ZERO
        if wait == 0
        else None
        for start, end in zip(starts, ends, strict=True)
    ]


class _Names(dict[int, str]):
    def __missing__(self, number: int) -> str:
        self[number] = str(number)
        return self[number]


_NAMES = _Names()


def value_of(name: str) -> float:
    """The wait in seconds that stands for a bin."""
    value: float = 0.0 if name == ZERO else 2 * GAMMA ** int(name) / (1 + GAMMA)
    return value


def edges(name: str) -> tuple[float, float]:
    """Between which waits in seconds a bin lies: above the first, up to the second. No time at all is under a second."""
    return (0.0, 1.0) if name == ZERO else (GAMMA ** (int(name) - 1), GAMMA ** int(name))


def ages(now: datetime) -> list[tuple[datetime, str]]:
    """(opened before, bin of the age) for everything that may still be open, newest first.

    What was opened in the last second, or by a clock that is ahead, is in the first bin.
    """
    last = ceil(log(OLDEST.total_seconds()) / _LOG_GAMMA)
    older = [(now - timedelta(seconds=GAMMA ** (each - 1)), str(each)) for each in range(1, last + 1)]
    return [(now + OLDEST, "0"), *older]


def quantile(bins: Mapping[str, int], q: float) -> float | None:
    """The wait at rank floor(q (n - 1)), in seconds; None where there are no waits."""
    n = sum(bins.values())
    if n == 0:
        return None
    rank = floor(q * (n - 1))
    seen = 0
    for name in sorted(bins, key=lambda each: float("-inf") if each == ZERO else int(each)):
        seen += bins[name]
        if seen > rank:
            return value_of(name)
    raise AssertionError("the counts of the bins add up to n")
