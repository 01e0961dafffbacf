"""How far back the list looks: as far as a report counts half, and on in steps until ten bugs qualify."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest

from ranking.impact import Memory, weight_of

LISTED = 10
WINDOWS = (30, 45, 60, 90, 120, 180, 365)  # days; after the last one comes "however long ago"


def window_of(ages: Iterable[int], memory: Memory, listed: int = LISTED) -> int | None:
    """The days before today within which a bug must have been reported to be listed; None: however long ago.

    `ages` are the days since the last report of each bug that is not over. The shortest window that admits `listed` of
    them, or all where there are fewer; never one that leaves out a report which still counts half, since then a longer
    memory would change nothing (METHODOLOGY 5.2).
    """
    newest = nsmallest(listed, ages)
    oldest = newest[-1] if newest else 0
    if oldest >= WINDOWS[-1]:
        return None
    enough = (days for days in WINDOWS if days > oldest and weight_of(days, memory) <= 0.5)
    return next(enough, WINDOWS[-1])
