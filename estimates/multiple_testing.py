"""What chance alone would show where many numbers are tested at once (METHODOLOGY 2.6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


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
