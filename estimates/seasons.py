"""What the calendar alone does to a number: the rhythm of the week."""

from __future__ import annotations

from collections.abc import Sequence

FEWEST_WEEKS = 4


def weekday_index(daily: Sequence[float]) -> list[float] | None:
    """Each weekday's mean / the mean of all days, over whole weeks from the first day on (METHODOLOGY 2.7, seas-001).

    None with fewer than four whole weeks, or where nothing happened. Days after the last whole week are left out.
    """
    weeks = len(daily) // 7
    whole = daily[: weeks * 7]
    total = sum(whole)
    if weeks < FEWEST_WEEKS or total == 0:
        return None
    return [sum(whole[day::7]) / weeks / (total / len(whole)) for day in range(7)]
