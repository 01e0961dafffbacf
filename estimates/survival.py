"""How long it takes, where some are still waiting: Kaplan-Meier curves and their quantiles (METHODOLOGY 1.4, 1.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Survival:
    """A Kaplan-Meier curve: one step for each time at which somebody left."""

    times: tuple[float, ...]
    shares: tuple[float, ...]  # still there just after that time
    greenwood: tuple[float, ...]  # sum of d / (n (n - d)) so far
    n: int

    def quantile(self, gone: float) -> float | None:
        """The first time at which the share `gone` has left; None where that was not reached."""
        for time, share in zip(self.times, self.shares, strict=True):
            if share <= 1 - gone + 1e-9:  # 0.5 must be 0.5 although the factors are not exact (km-006)
                return time
        return None


def survival_of_table(rows: Sequence[tuple[float, int, int]], n: int | None = None) -> Survival:
    """How long they stay, from (time, at risk, left) rows, which add up over shards (Kaplan and Meier, JASA 1958)."""
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
