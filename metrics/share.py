"""A share in percent, with Wilson's interval, and the test of two shares: what churn, repeat and reopened have in common."""

from __future__ import annotations

from typing import Any

from estimates.interval import Difference
from estimates.shares import newcombe, wilson
from metrics.metric import Counted


def share(part: int, whole: int, missing: str, details: dict[str, Any] | None = None) -> Counted:
    """part / whole in percent (METHODOLOGY 2.1); without a whole there is no value, and `missing` says why."""
    if whole <= 0:
        return Counted(None, numerator=part, denominator=whole, details=details or {}, missing=missing)
    low, high = wilson(part, whole)
    return Counted(100 * part / whole, 100 * low, 100 * high, part, whole, whole, details or {})


def difference_of_shares(now: Counted, before: Counted) -> Difference | None:
    """Percentage points, Newcombe's interval (METHODOLOGY 2.4); None where one side has no share."""
    if not now.denominator or not before.denominator:
        return None
    parts = (now.numerator, now.denominator, before.numerator, before.denominator)
    return newcombe(*(int(each or 0) for each in parts)).times(100)
