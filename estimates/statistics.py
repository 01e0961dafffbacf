"""How sure a number is: 95 % intervals, tests of a difference, survival curves. METHODOLOGY 2 says which one where.

Everything here is plain arithmetic on counts and sums. Proportions are 0..1 (the metrics turn them into percent),
NPS is in points. Where nothing can be said the answer is None, never 0; counts that cannot be raise ValueError.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import NamedTuple

from estimates.distributions import (
    beta_quantile,
    binomial_two_sided,
    gamma_quantile,
    normal_quantile,
    normal_two_sided,
    t_quantile,
    t_two_sided,
)
from metrics.metric import Difference

CONFIDENCE = 0.95
Z = normal_quantile(0.5 + CONFIDENCE / 2)
_TAIL = (1 - CONFIDENCE) / 2
FEWEST_WEEKS = 8  # a ratio's interval from weekly sums needs this many (METHODOLOGY 2.2)


class Interval(NamedTuple):
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tested:
    """A difference (now minus before) with its interval and p value.

    `centre` is the middle of the interval where it is not `value`; `statistic` the z or t behind p.
    """

    value: float
    low: float | None
    high: float | None
    p: float | None
    method: str
    statistic: float | None = None
    centre: float | None = None

    def times(self, factor: float) -> Difference:
        """In the unit of a metric, for example times(100) for percent."""
        low = None if self.low is None else self.low * factor
        high = None if self.high is None else self.high * factor
        return Difference(self.value * factor, low, high, self.p, self.method)


# --- one proportion ---


def wilson(x: float, n: float) -> Interval:
    """Wilson's score interval of x of n, 0..1 (Wilson, JASA 1927; METHODOLOGY 2.1). n must be above 0."""
    _check_share(x, n)
    p = x / n
    square = Z * Z / n
    centre = p + square / 2
    half = Z * sqrt(p * (1 - p) / n + square / (4 * n))
    low = 0.0 if x == 0 else max(0.0, (centre - half) / (1 + square))
    high = 1.0 if x == n else min(1.0, (centre + half) / (1 + square))
    return Interval(min(low, p), max(high, p))


def agresti_coull(x: float, n: float) -> Interval:
    """Agresti and Coull, The American Statistician 1998."""
    _check_share(x, n)
    larger = n + Z * Z
    p = (x + Z * Z / 2) / larger
    half = Z * sqrt(p * (1 - p) / larger)
    return Interval(max(0.0, p - half), min(1.0, p + half))


def jeffreys(x: float, n: float) -> Interval:
    """Jeffreys' interval: quantiles of Beta(x + 1/2, n - x + 1/2)."""
    _check_share(x, n)
    return Interval(beta_quantile(_TAIL, x + 0.5, n - x + 0.5), 1 - beta_quantile(_TAIL, n - x + 0.5, x + 0.5))


def clopper_pearson(x: int, n: int) -> Interval:
    """The exact interval (Clopper and Pearson, Biometrika 1934)."""
    _check_share(x, n)
    low = 0.0 if x == 0 else beta_quantile(_TAIL, x, n - x + 1)
    high = 1.0 if x == n else 1 - beta_quantile(_TAIL, n - x, x + 1)
    return Interval(low, high)


def half_width(share: float, n: int) -> float:
    """Half the width of Wilson's interval when about `share` of n answers say yes: how exact n answers can be."""
    low, high = wilson(round(share * n), n)  # there is no half an answer (minn-002)
    return (high - low) / 2


def answers_needed(share: float, half: float) -> int:
    """The fewest answers whose Wilson interval around `share` is no wider than +- half."""
    spread = share * (1 - share)
    return _fewest(lambda n: Z * sqrt(spread / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n) <= half)


def with_the_silent(value: float, answered: int, silent: int, lowest: float, highest: float) -> Interval:
    """The mean answer if all who were silent had given the lowest one, and the highest one (Manski 1989).

    A share in percent goes from 0 to 100, NPS from -100 to +100 points: 100 (P - D - s) / (n + s) (METHODOLOGY 1.1, 1.2).
    """
    told, everybody = value * answered, answered + silent
    return Interval((told + lowest * silent) / everybody, (told + highest * silent) / everybody)


# --- two proportions ---


def newcombe(x1: int, n1: int, x0: int, n0: int) -> Tested:
    """x1 of n1 (now) against x0 of n0 (before): Newcombe's hybrid score interval (Statistics in Medicine 1998).

    p is the pooled z test; where an expected cell is below 5, Fisher's exact test (METHODOLOGY 2.4).
    """
    low1, high1 = wilson(x1, n1)
    low0, high0 = wilson(x0, n0)
    now, before = x1 / n1, x0 / n0
    value = now - before
    low = value - sqrt((now - low1) ** 2 + (high0 - before) ** 2)
    high = value + sqrt((high1 - now) ** 2 + (before - low0) ** 2)
    z, p = _pooled(x1, n1, x0, n0)
    if smallest_expected(x1, n1, x0, n0) < 5:
        return Tested(value, low, high, fisher(x1, n1, x0, n0), "Newcombe's interval, Fisher's exact test")
    return Tested(value, low, high, p, "Newcombe's interval, z test", z)


def agresti_caffo(x1: int, n1: int, x0: int, n0: int) -> Interval:
    """The difference with one yes and one no added on each side (Agresti and Caffo, The American Statistician 2000)."""
    _check_share(x1, n1)
    _check_share(x0, n0)
    now, before = (x1 + 1) / (n1 + 2), (x0 + 1) / (n0 + 2)
    half = Z * sqrt(now * (1 - now) / (n1 + 2) + before * (1 - before) / (n0 + 2))
    return Interval(max(-1.0, now - before - half), min(1.0, now - before + half))


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
    return min(1.0, sum(weight for weight in ordered if weight <= limit) / sum(ordered))


# --- NPS ---


class AdjustedNps(NamedTuple):
    """NPS with three quarters of a promoter, three quarters of a detractor and one and a half passives added; points."""

    centre: float
    standard_error: float


def nps(promoters: int, passives: int, detractors: int) -> float | None:
    """100 (P - D) / n, -100..+100 points; None where nobody answered."""
    n = promoters + passives + detractors
    return None if n == 0 else 100 * (promoters - detractors) / n


def nps_margin(promoters: int, passives: int, detractors: int) -> float | None:
    """Wald's margin in points; only to plan with: it is 0 where all answers are alike (METHODOLOGY 1.2)."""
    n = promoters + passives + detractors
    if n == 0:
        return None
    return 100 * Z * sqrt(_nps_variance(promoters / n, detractors / n) / n)


def adjusted_nps(promoters: int, passives: int, detractors: int) -> AdjustedNps:
    """Rocks, "Interval Estimation for the Net Promoter Score", The American Statistician 2016."""
    n = promoters + passives + detractors + 3
    up, down = (promoters + 0.75) / n, (detractors + 0.75) / n
    return AdjustedNps(100 * (up - down), 100 * sqrt(_nps_variance(up, down) / n))


def nps_interval(promoters: int, passives: int, detractors: int) -> Interval | None:
    """Adjusted-Wald, in points, cut at +-100; None where nobody answered."""
    if promoters + passives + detractors == 0:
        return None
    centre, error = adjusted_nps(promoters, passives, detractors)
    return Interval(max(-100.0, centre - Z * error), min(100.0, centre + Z * error))


def nps_difference(now: tuple[int, int, int], before: tuple[int, int, int]) -> Tested | None:
    """(promoters, passives, detractors) of two periods; points. The interval lies around the adjusted difference."""
    value_now, value_before = nps(*now), nps(*before)
    if value_now is None or value_before is None:
        return None
    adjusted, earlier = adjusted_nps(*now), adjusted_nps(*before)
    centre = adjusted.centre - earlier.centre
    error = sqrt(adjusted.standard_error**2 + earlier.standard_error**2)
    z = centre / error
    return Tested(
        value_now - value_before,
        max(-200.0, centre - Z * error),
        min(200.0, centre + Z * error),
        normal_two_sided(z),
        "adjusted-Wald difference",
        z,
        centre,
    )


def nps_answers_needed(promoter_share: float, detractor_share: float, half: float) -> int:
    """The fewest answers with Wald's margin no wider than +- half points."""
    variance = _nps_variance(promoter_share, detractor_share)
    return _fewest(lambda n: 100 * Z * sqrt(variance / n) <= half)


# --- means ---


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
    half = t_quantile(1 - _TAIL, n - 1) * deviation / sqrt(n)
    return Mean(n, mean, deviation, mean - half, mean + half)


def welch(now: tuple[int, float, float], before: tuple[int, float, float]) -> Tested | None:
    """Two means, each from (n, sum, sum of squares): Welch's t test; None for fewer than two values on a side."""
    (n1, total1, _), (n0, total0, _) = now, before
    if n1 < 2 or n0 < 2:
        return None
    share1, share0 = _variance(*now) / n1, _variance(*before) / n0
    value = total1 / n1 - total0 / n0
    error = sqrt(share1 + share0)
    if error == 0:  # no value differs from another on either side
        return Tested(value, value, value, None, "Welch's t test")
    degrees = (share1 + share0) ** 2 / (share1**2 / (n1 - 1) + share0**2 / (n0 - 1))
    t = value / error
    half = t_quantile(1 - _TAIL, degrees) * error
    return Tested(value, value - half, value + half, t_two_sided(t, degrees), "Welch's t test", t)


# --- counts and rates ---


class RateRatio(NamedTuple):
    """Rate now / rate before. `ratio` is None where before had no events, `high` where it has no end."""

    ratio: float | None
    low: float | None
    high: float | None
    p: float | None


def poisson_interval(events: int) -> Interval:
    """The exact interval of the expected number behind `events` (Garwood, Biometrika 1936)."""
    if events < 0:
        raise ValueError(f"{events} events cannot be")
    low = 0.0 if events == 0 else gamma_quantile(_TAIL, events)
    return Interval(low, gamma_quantile(1 - _TAIL, events + 1))


def rate_ratio(y1: int, t1: float, y0: int, t0: float) -> RateRatio:
    """y1 events in exposure t1 (now) against y0 in t0 (before): exact, conditional on y1 + y0 (METHODOLOGY 2.3)."""
    if t1 <= 0 or t0 <= 0:
        raise ValueError(f"a rate needs time at risk; {t1} and {t0} were given")
    n = y1 + y0
    if n == 0:
        return RateRatio(None, None, None, None)
    low, high = clopper_pearson(y1, n)
    scale = t0 / t1
    return RateRatio(
        None if y0 == 0 else y1 / y0 * scale,
        low / (1 - low) * scale,
        None if y0 == 0 else high / (1 - high) * scale,
        binomial_two_sided(y1, n, t1 / (t1 + t0)),
    )


def rate_difference(y1: int, t1: float, y0: int, t0: float) -> Tested:
    """y1 / t1 minus y0 / t0: interval from the two exact ones (MOVER, Zou and Donner, Statistics in Medicine 2008).

    p is the exact conditional one of `rate_ratio`; None where nothing happened on either side.
    """
    p = rate_ratio(y1, t1, y0, t0).p
    now, before = y1 / t1, y0 / t0
    low1, high1 = poisson_interval(y1)
    low0, high0 = poisson_interval(y0)
    value = now - before
    low = value - sqrt((now - low1 / t1) ** 2 + (high0 / t0 - before) ** 2)
    high = value + sqrt((high1 / t1 - now) ** 2 + (before - low0 / t0) ** 2)
    return Tested(value, low, high, p, "exact conditional test of two rates")


class QuasiPoisson(NamedTuple):
    """A rate ratio of weekly counts that vary more than chance alone. `spread` is phi, `spread_used` at least 1."""

    ratio: float | None
    low: float | None
    high: float | None
    p: float | None
    spread: float | None
    spread_used: float | None


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
        return QuasiPoisson(None, None, None, None, None, None)
    ratio = (events1 / time1) / (events0 / time0)
    spread = sum(map(_chi_square, sides)) / (weeks - 2)
    used = max(1.0, spread)
    if events1 == 0:
        return QuasiPoisson(0.0, None, None, None, spread, used)
    error = sqrt(used * (1 / events1 + 1 / events0))
    t = log(ratio) / error
    reach = exp(t_quantile(1 - _TAIL, weeks - 2) * error)
    return QuasiPoisson(ratio, ratio / reach, ratio * reach, t_two_sided(t, weeks - 2), spread, used)


def quasi_poisson_rate(*stretches: tuple[Sequence[float], Sequence[float]]) -> Interval | None:
    """The interval of events / exposure of the first stretch, each one given as (weekly counts, weekly exposures).

    How much weeks differ by more than chance is taken from all stretches, each around its own rate (Pearson scale floored
    at 1), so that a change from one to the next is no noise; t with weeks - stretches degrees of freedom on the log
    scale. None with fewer than three degrees of freedom or without events.
    """
    counts, times = stretches[0]
    events, time = sum(counts), sum(times)
    degrees = sum(len(each) for each, _ in stretches) - len(stretches)
    if degrees < 3 or events <= 0 or time <= 0:
        return None
    used = max(1.0, sum(map(_chi_square, stretches)) / degrees)
    reach = exp(t_quantile(1 - _TAIL, degrees) * sqrt(used / events))
    return Interval(events / time / reach, events / time * reach)


# --- ratios of two sums ---


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
    half = t_quantile(1 - _TAIL, weeks - 1) * error
    return Ratio(ratio, error, ratio - half, ratio + half)


def ratio_by_customer(n: int, sx: float, sy: float, sxx: float, syy: float, sxy: float) -> Ratio:
    """sx / sy over n customers from the five sums that add up over customers (Deng, Knoblich, Lu, KDD 2018)."""
    if n == 0 or sy == 0:
        return NO_RATIO
    ratio = sx / sy
    if n == 1:
        return Ratio(ratio, None, None, None)
    residuals = sxx - 2 * ratio * sxy + ratio**2 * syy  # their mean is 0
    error = sqrt(max(0.0, residuals) / (n - 1) / n) / (sy / n)
    return Ratio(ratio, error, ratio - Z * error, ratio + Z * error)


def ratio_of_pairs(pairs: Sequence[tuple[float, float]]) -> Ratio:
    """As ratio_by_customer, from one (numerator, denominator) per customer."""
    return ratio_by_customer(
        len(pairs),
        sum(x for x, _ in pairs),
        sum(y for _, y in pairs),
        sum(x * x for x, _ in pairs),
        sum(y * y for _, y in pairs),
        sum(x * y for x, y in pairs),
    )


# --- many tests ---


def benjamini_hochberg(ps: Sequence[float]) -> list[float]:
    """Adjusted p values in the order given; those at most q are discoveries at a false discovery rate of q (JRSS B 1995)."""
    adjusted = [1.0] * len(ps)
    smallest = 1.0
    for rank, index in sorted(enumerate(sorted(range(len(ps)), key=ps.__getitem__), 1), reverse=True):
        smallest = min(smallest, ps[index] * (len(ps) / rank))  # this way round: never below p itself
        adjusted[index] = smallest
    return adjusted


class ChanceAlone(NamedTuple):
    any_at_all: float
    expected: float


def false_alarms(tests: int, level: float) -> ChanceAlone:
    """How likely at least one false alarm is among independent tests at `level`, and how many to expect."""
    return ChanceAlone(1 - (1 - level) ** tests, tests * level)


# --- shrinking ---


class Shrunk(NamedTuple):
    rate: float
    low: float
    high: float


def shrunk_rate(prior_mean: float, prior_strength: float, count: int, time: float) -> Shrunk:
    """A rate pulled towards `prior_mean` as if that had been seen for `prior_strength` (gamma prior, Poisson counts)."""
    shape, scale = prior_mean * prior_strength + count, prior_strength + time
    low, high = gamma_quantile(_TAIL, shape) / scale, gamma_quantile(1 - _TAIL, shape) / scale
    return Shrunk(shape / scale, low, high)


# --- survival ---


@dataclass(frozen=True, slots=True)
class Survival:
    """A Kaplan-Meier curve: one step for each time at which somebody left."""

    times: tuple[float, ...]
    shares: tuple[float, ...]  # still there just after that time
    greenwood: tuple[float, ...]  # sum of d / (n (n - d)) so far
    n: int

    def at(self, time: float) -> float | None:
        """Share still there at `time`, 0..1; None where nobody was watched."""
        if self.n == 0:
            return None
        step = self._step(time)
        return 1.0 if step is None else self.shares[step]

    def interval_at(self, time: float) -> Interval | None:
        """The log-log interval (Kalbfleisch and Prentice 1980); None before the first and after the last one left."""
        step = self._step(time)
        if step is None:
            return None
        share, spread = self.shares[step], self.greenwood[step]
        if not 0 < share < 1:
            return None
        reach = exp(Z * sqrt(spread) / abs(log(share)))
        return Interval(share**reach, share ** (1 / reach))

    def quantile(self, gone: float) -> float | None:
        """The first time at which the share `gone` has left; None where that was not reached."""
        for time, share in zip(self.times, self.shares, strict=True):
            if share <= 1 - gone + 1e-9:  # 0.5 must be 0.5 although the factors are not exact (km-006)
                return time
        return None

    @property
    def median(self) -> float | None:
        return self.quantile(0.5)

    def _step(self, time: float) -> int | None:
        before = [index for index, each in enumerate(self.times) if each <= time]
        return before[-1] if before else None


def kaplan_meier(
    durations: Sequence[float], ended: Sequence[bool | int], entry: Sequence[float] | None = None
) -> Survival:
    """How long they stay, those who are still here counted as far as they were seen (Kaplan and Meier, JASA 1958).

    `ended` says who left at the end of the duration; `entry` how old somebody already was when the watching began.
    """
    entries = [-inf] * len(durations) if entry is None else list(entry)
    people = list(zip(entries, durations, ended, strict=True))
    rows = []
    for time in sorted({duration for _, duration, left in people if left}):
        at_risk = sum(1 for start, duration, _ in people if start < time <= duration)
        left_now = sum(1 for _, duration, left in people if left and duration == time)
        rows.append((time, at_risk, left_now))
    return survival_of_table(rows, len(people))


def survival_of_table(rows: Sequence[tuple[float, int, int]], n: int | None = None) -> Survival:
    """The same from (time, at risk, left) rows, which add up over shards."""
    times, shares, greenwood = [], [], []
    share, spread = 1.0, 0.0
    for time, at_risk, left in sorted(rows):
        if left == 0 or at_risk == 0:
            continue
        share *= (at_risk - left) / at_risk
        spread = inf if at_risk == left else spread + left / (at_risk * (at_risk - left))
        times.append(time)
        shares.append(share)
        greenwood.append(spread)
    most = max((at_risk for _, at_risk, _ in rows), default=0)
    return Survival(tuple(times), tuple(shares), tuple(greenwood), most if n is None else n)


# --- parts of the above ---


def _check_share(x: float, n: float) -> None:
    if n <= 0 or not 0 <= x <= n:
        raise ValueError(f"{x} of {n} is no share")


def _pooled(x1: int, n1: int, x0: int, n0: int) -> tuple[float, float]:
    pooled = (x1 + x0) / (n1 + n0)
    error = sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n0))
    if error == 0:
        return 0.0, 1.0
    z = (x1 / n1 - x0 / n0) / error
    return z, normal_two_sided(z)


def _nps_variance(promoter_share: float, detractor_share: float) -> float:
    return promoter_share + detractor_share - (promoter_share - detractor_share) ** 2


def _variance(n: int, total: float, total_of_squares: float) -> float:
    return max(0.0, total_of_squares - total * total / n) / (n - 1)


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


def _fewest(is_enough: Callable[[int], bool]) -> int:
    high = 1
    while not is_enough(high):
        high *= 2
    low = high // 2 + 1
    while low < high:
        middle = (low + high) // 2
        if is_enough(middle):
            high = middle
        else:
            low = middle + 1
    return high
