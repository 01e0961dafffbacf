"""Does the ranking find the bugs that people will report next? Scored on five years of a public tracker, against simpler sorts."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

LISTED = 10


def ndcg(shown_gains: Sequence[float], other_gains: Sequence[float], listed: int = LISTED) -> float | None:
    """Normalised discounted cumulative gain of a shown list, linear gain, log2 discount (METHODOLOGY 5.5, ndcg-001 .. 003).

    `shown_gains` in the order shown, `other_gains` of all candidates that were not. None where nothing could be gained.
    """
    ideal = _dcg(sorted([*shown_gains, *other_gains], reverse=True)[:listed])
    return _dcg(shown_gains[:listed]) / ideal if ideal > 0 else None


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / log2(place + 1) for place, gain in enumerate(gains, start=1))
