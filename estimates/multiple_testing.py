"""What chance alone would show where many numbers are tested at once (METHODOLOGY 2.6)."""

from __future__ import annotations

from collections.abc import Sequence


def benjamini_hochberg(ps: Sequence[float]) -> list[float]:
    """Adjusted p values in the order given; those at most q are discoveries at a false discovery rate of q (JRSS B 1995)."""
    adjusted = [1.0] * len(ps)
    smallest = 1.0
    for rank, index in sorted(enumerate(sorted(range(len(ps)), key=ps.__getitem__), 1), reverse=True):
        smallest = min(smallest, ps[index] * (len(ps) / rank))  # this way round: never below p itself
        adjusted[index] = smallest
    return adjusted
