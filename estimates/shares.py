"""How sure a share is, and whether two shares differ: x of n people said yes (METHODOLOGY 2.1, 2.4). Shares are 0..1."""

from __future__ import annotations

from math import sqrt

from estimates.chance import normal_two_sided
from estimates.interval import Difference, Interval, Z


def wilson(x: float, n: float) -> Interval:
    """Wilson's score interval of x of n, 0..1 (Wilson, JASA 1927; METHODOLOGY 2.1). n must be above 0."""
    _check_share(x, n)
    p = x / n
    square = Z * Z / n
    centre = p + square / 2
    half = Z * sqrt(p * (1 - p) / n + square / (4 * n))
    low, high = (centre - half) / (1 + square), (centre + half) / (1 + square)
    return Interval(min(max(0.0, low), p), max(min(1.0, high), p))  # rounded: 0 of n begins at 0, n of n ends at 1


def with_the_silent(value: float, answered: int, silent: int, lowest: float, highest: float) -> Interval:
    """The mean answer if all who were silent had given the lowest one, and the highest one (Manski 1989).

    A share in percent goes from 0 to 100, NPS from -100 to +100 points: 100 (P - D - s) / (n + s) (METHODOLOGY 1.1, 1.2).
    """
    given, everybody = value * answered, answered + silent
    return Interval((given + lowest * silent) / everybody, (given + highest * silent) / everybody)


def newcombe(x1: int, n1: int, x0: int, n0: int) -> Difference:
    """x1 of n1 (now) against x0 of n0 (before): Newcombe's hybrid score interval (Statistics in Medicine 1998).

    p is the pooled z test; where an expected cell is below 5, Fisher's exact test (METHODOLOGY 2.4).
    """
    low1, high1 = wilson(x1, n1)
    low0, high0 = wilson(x0, n0)
    now, before = x1 / n1, x0 / n0
    value = now - before
    low = value - sqrt((now - low1) ** 2 + (high0 - before) ** 2)
    high = value + sqrt((high1 - now) ** 2 + (before - low0) ** 2)
    p = _pooled(x1, n1, x0, n0)
    if smallest_expected(x1, n1, x0, n0) < 5:
        return Difference(value, low, high, fisher(x1, n1, x0, n0), "Newcombe's interval, Fisher's exact test")
    return Difference(value, low, high, p, "Newcombe's interval, z test")


def smallest_expected(x1: int, n1: int, x0: int, n0: int) -> float:
    """The smallest count of the two-by-two table that would be expected if both shares were the same."""
    total = n1 + n0
    yes = x1 + x0
    return min(n1, n0) * min(yes, total - yes) / total


def fisher(x1: int, n1: int, x0: int, n0: int) -> float:
    """Fisher's exact p value, two-sided: all tables with the same margins that are no likelier than this one."""
    _check_share(x1, n1)
    _check_share(x0, n0)
    yes = x1 + x0
    lowest, highest = max(0, yes - n0), min(yes, n1)
    mode = min(highest, max(lowest, (n1 + 1) * (yes + 1) // (n1 + n0 + 2)))
    weights = {mode: 1.0}
    for k in range(mode, highest):
        weights[k + 1] = weights[k] * (n1 - k) * (yes - k) / ((k + 1) * (n0 - yes + k + 1))
    for k in range(mode, lowest, -1):
        weights[k - 1] = weights[k] * k * (n0 - yes + k) / ((n1 - k + 1) * (yes - k + 1))
    limit = weights[x1] * (1 + 1e-7)
    ordered = sorted(weights.values())
    return sum(weight for weight in ordered if weight <= limit) / sum(ordered)


def _check_share(x: float, n: float) -> None:
    if n <= 0 or not 0 <= x <= n:
        raise ValueError(f"{x} of {n} is no share")


def _pooled(x1: int, n1: int, x0: int, n0: int) -> float:
    """p of the pooled z test, two-sided."""
    pooled = (x1 + x0) / (n1 + n0)
    error = sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n0))
    if error == 0:
        return 1.0
    return normal_two_sided((x1 / n1 - x0 / n0) / error)
