"""How long it takes, where some are still waiting: Kaplan-Meier curves and their quantiles (METHODOLOGY 1.4, 1.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt

from estimates.interval import Interval, Z


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
