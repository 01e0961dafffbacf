"""How sure an NPS is, and whether two differ (METHODOLOGY 1.2). Points, -100..+100."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from estimates.chance import normal_two_sided
from estimates.interval import Difference, Interval, Z


class AdjustedNps(NamedTuple):
    """NPS with three quarters of a promoter, three quarters of a detractor and one and a half passives added; points."""

    centre: float
    standard_error: float


def nps(promoters: int, passives: int, detractors: int) -> float | None:
    """100 (P - D) / n, -100..+100 points; None where nobody answered."""
    n = promoters + passives + detractors
    return None if n == 0 else 100 * (promoters - detractors) / n


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


def nps_difference(now: tuple[int, int, int], before: tuple[int, int, int]) -> Difference | None:
    """(promoters, passives, detractors) of two periods; points. The interval lies around the adjusted difference."""
    value_now, value_before = nps(*now), nps(*before)
    if value_now is None or value_before is None:
        return None
    adjusted, earlier = adjusted_nps(*now), adjusted_nps(*before)
    centre = adjusted.centre - earlier.centre
    error = sqrt(adjusted.standard_error**2 + earlier.standard_error**2)
    return Difference(
        value_now - value_before,
        max(-200.0, centre - Z * error),
        min(200.0, centre + Z * error),
        normal_two_sided(centre / error),
        "adjusted-Wald difference",
    )


def _nps_variance(promoter_share: float, detractor_share: float) -> float:
    return promoter_share + detractor_share - (promoter_share - detractor_share) ** 2
