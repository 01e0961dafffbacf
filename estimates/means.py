"""How sure a mean is, and whether two differ, from sums that add up over days and shards (METHODOLOGY 2.4)."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from estimates.chance import t_quantile, t_two_sided
from estimates.interval import TAIL, Difference


class Mean(NamedTuple):
    """`deviation`, `low`, `high` are None for fewer than two values; `mean` for none."""

    n: int
    mean: float | None
    deviation: float | None
    low: float | None
    high: float | None


def mean_interval(n: int, total: float, total_of_squares: float) -> Mean:
    """The mean with Student's interval, from sums that add up over days and shards."""
    if n == 0:
        return Mean(0, None, None, None, None)
    mean = total / n
    if n == 1:
        return Mean(1, mean, None, None, None)
    deviation = sqrt(_variance(n, total, total_of_squares))
    half = t_quantile(1 - TAIL, n - 1) * deviation / sqrt(n)
    return Mean(n, mean, deviation, mean - half, mean + half)


def welch(now: tuple[int, float, float], before: tuple[int, float, float]) -> Difference | None:
    """Two means, each from (n, sum, sum of squares): Welch's t test; None for fewer than two values on a side."""
    (n1, total1, _), (n0, total0, _) = now, before
    if n1 < 2 or n0 < 2:
        return None
    share1, share0 = _variance(*now) / n1, _variance(*before) / n0
    value = total1 / n1 - total0 / n0
    error = sqrt(share1 + share0)
    if error == 0:  # no value differs from another on either side
        return Difference(value, value, value, None, "Welch's t test")
    degrees = (share1 + share0) ** 2 / (share1**2 / (n1 - 1) + share0**2 / (n0 - 1))
    t = value / error
    half = t_quantile(1 - TAIL, degrees) * error
    return Difference(value, value - half, value + half, t_two_sided(t, degrees), "Welch's t test", t)


def _variance(n: int, total: float, total_of_squares: float) -> float:
    return max(0.0, total_of_squares - total * total / n) / (n - 1)
