"""Curves of single lives, counted into the table of (time, at risk, left) that the product makes its curves of."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from estimates.survival import Survival, survival_of_table


def curve_of(durations: Sequence[float], ended: Sequence[bool | int], entry: Sequence[float] | None = None) -> Survival:
    """`ended` says who left at the end of the duration; `entry` how old somebody already was when the watching began."""
    people = list(zip([-inf] * len(durations) if entry is None else entry, durations, ended, strict=True))
    rows = [
        (
            time,
            sum(start < time <= duration for start, duration, _ in people),
            sum(bool(left) and duration == time for _, duration, left in people),
        )
        for time in sorted({duration for _, duration, left in people if left})
    ]
    return survival_of_table(rows, len(people))


def still_there(curve: Survival, time: float) -> float | None:
    """The last step of the curve up to `time`; None where nobody was watched."""
    steps = [share for at, share in zip(curve.times, curve.shares, strict=True) if at <= time]
    return (steps[-1] if steps else 1.0) if curve.n else None
