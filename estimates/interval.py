"""What every estimate gives back: the 95 % interval of a number, and the difference of two numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from estimates.chance import normal_quantile

CONFIDENCE = 0.95
TAIL = (1 - CONFIDENCE) / 2  # the chance of lying beyond one of the ends
Z = normal_quantile(1 - TAIL)


class Interval(NamedTuple):
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Now minus before, with the 95 % interval of the difference and its p value; `times` turns it into a metric's unit."""

    value: float
    low: float | None
    high: float | None
    p: float | None
    method: str

    def times(self, factor: float) -> Difference:
        """In the unit of a metric, for example times(100) for percent."""
        low = None if self.low is None else self.low * factor
        high = None if self.high is None else self.high * factor
        return Difference(self.value * factor, low, high, self.p, self.method)
