"""How sure a rate is, and whether two differ: events per time at risk, or one sum per another (METHODOLOGY 2.2, 2.3, 4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, sqrt
from typing import NamedTuple

from estimates.chance import binomial_two_sided, gamma_quantile, t_quantile, t_two_sided
from estimates.interval import TAIL, Difference, Interval

FEWEST_WEEKS = 8  # a ratio's interval from weekly sums needs this many (METHODOLOGY 2.2)


def poisson_interval(events: int) -> Interval:
    """The exact interval of the expected number behind `events` (Garwood, Biometrika 1936)."""
    if events < 0:
        raise ValueError(f"{events} events cannot be")
    low = 0.0 if events == 0 else gamma_quantile(TAIL, events)
    return Interval(low, gamma_quantile(1 - TAIL, events + 1))


def rate_difference(y1: int, t1: float, y0: int, t0: float) -> Difference:
    """y1 / t1 minus y0 / t0: interval from the two exact ones (MOVER, Zou and Donner, Statistics in Medicine 2008).

    p is exact, conditional on y1 + y0 (METHODOLOGY 2.3); None where nothing happened on either side.
    """
    if t1 <= 0 or t0 <= 0:
        raise ValueError(f"a rate needs time at risk; {t1} and {t0} were given")
    p = binomial_two_sided(y1, y1 + y0, t1 / (t1 + t0)) if y1 + y0 else None
    now, before = y1 / t1, y0 / t0
    low1, high1 = poisson_interval(y1)
    low0, high0 = poisson_interval(y0)
    value = now - before
    low = value - sqrt((now - low1 / t1) ** 2 + (high0 / t0 - before) ** 2)
    high = value + sqrt((high1 / t1 - now) ** 2 + (before - low0 / t0) ** 2)
    return Difference(value, low, high, p, "exact conditional test of two rates")


class QuasiPoisson(NamedTuple):
    """A rate ratio of weekly counts that vary more than chance alone."""

    ratio: float | None
    low: float | None
    high: float | None
    p: float | None


def quasi_poisson_ratio(
    now: Sequence[float],
    before: Sequence[float],
    exposure_now: Sequence[float] | None = None,
    exposure_before: Sequence[float] | None = None,
) -> QuasiPoisson:
    """Weekly counts of two periods, each week with its exposure (customers; 1 where not given). METHODOLOGY 4.1.

    The closed form of a Poisson regression with one step and a Pearson scale floored at 1, t with weeks - 2 degrees
    of freedom. All parts are None with fewer than three weeks together; without events on a side there is no interval.
    """
    sides = [_weeks(now, exposure_now), _weeks(before, exposure_before)]
    weeks = len(now) + len(before)
    (events1, time1), (events0, time0) = ((sum(counts), sum(times)) for counts, times in sides)
    if weeks < 3 or not now or not before or time1 <= 0 or time0 <= 0 or events0 == 0:
        return QuasiPoisson(None, None, None, None)
    ratio = (events1 / time1) / (events0 / time0)
    used = max(1.0, sum(map(_chi_square, sides)) / (weeks - 2))
    if events1 == 0:
        return QuasiPoisson(0.0, None, None, None)
    error = sqrt(used * (1 / events1 + 1 / events0))
    t = log(ratio) / error
    reach = exp(t_quantile(1 - TAIL, weeks - 2) * error)
    return QuasiPoisson(ratio, ratio / reach, ratio * reach, t_two_sided(t, weeks - 2))


def quasi_poisson_rate(*periods: tuple[Sequence[float], Sequence[float]]) -> Interval | None:
    """The interval of events / exposure of the first period, each one given as (weekly counts, weekly exposures).

    How much weeks differ by more than chance is taken from all periods, each around its own rate (Pearson scale floored
    at 1), so that a change from one to the next is no noise; t with weeks - periods degrees of freedom on the log
    scale. None with fewer than three degrees of freedom or without events.
    """
    counts, times = periods[0]
    events, time = sum(counts), sum(times)
    degrees = sum(len(each) for each, _ in periods) - len(periods)
    if degrees < 3 or events <= 0 or time <= 0:
        return None
    used = max(1.0, sum(map(_chi_square, periods)) / degrees)
    reach = exp(t_quantile(1 - TAIL, degrees) * sqrt(used / events))
    return Interval(events / time / reach, events / time * reach)


class Ratio(NamedTuple):
    """Sum / sum with the standard error of the delta method. The interval is None where there are too few units."""

    ratio: float | None
    standard_error: float | None
    low: float | None
    high: float | None


NO_RATIO = Ratio(None, None, None, None)


def ratio_by_weeks(numerators: Sequence[float], denominators: Sequence[float]) -> Ratio:
    """A ratio of sums with whole weeks as replicates, t with weeks - 1 degrees of freedom, at least 8 weeks."""
    weeks = len(numerators)
    total = sum(denominators)
    if len(denominators) != weeks:
        raise ValueError(f"{weeks} numerators and {len(denominators)} denominators")
    if total == 0:
        return NO_RATIO
    ratio = sum(numerators) / total
    if weeks < FEWEST_WEEKS:
        return Ratio(ratio, None, None, None)
    rest = sum((x - ratio * y) ** 2 for x, y in zip(numerators, denominators, strict=True))
    error = sqrt(rest / (weeks - 1) / weeks) / (total / weeks)
    half = t_quantile(1 - TAIL, weeks - 1) * error
    return Ratio(ratio, error, ratio - half, ratio + half)


def _chi_square(weeks: tuple[Sequence[float], Sequence[float]]) -> float:
    """Pearson's, of weekly counts around their common rate."""
    counts, times = weeks
    rate = sum(counts) / sum(times) if sum(times) > 0 else 0.0
    if rate <= 0:
        return 0.0
    return sum((y - rate * t) ** 2 / (rate * t) for y, t in zip(counts, times, strict=True) if t > 0)


def _weeks(counts: Sequence[float], exposure: Sequence[float] | None) -> tuple[Sequence[float], Sequence[float]]:
    times = [1.0] * len(counts) if exposure is None else exposure
    if len(times) != len(counts):
        raise ValueError(f"{len(counts)} weeks of counts and {len(times)} of exposure")
    return counts, times
