"""What the calendar alone does to a number: the rhythm of the week, and answers that are still on their way."""

from __future__ import annotations

from collections.abc import Sequence

FEWEST_WEEKS = 4
COMPLETE_ENOUGH = 0.9


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


def without_weekday(daily: Sequence[float], index: Sequence[float]) -> list[float | None]:
    """The days as they would be if all weekdays were alike; None for a weekday on which nothing ever happens."""
    return [value / index[at % 7] if index[at % 7] else None for at, value in enumerate(daily)]


def expected_final(observed: float, age_days: int, completeness: Sequence[float]) -> float | None:
    """How many answers there will be in the end (METHODOLOGY 2.8, late-001): observed / share usually in at this age.

    `completeness[age]` comes from past cohorts; beyond its end everything is in. None where usually nothing is in yet.
    """
    share = completeness[age_days] if age_days < len(completeness) else 1.0
    return observed / share if share > 0 else None


def complete_from(completeness: Sequence[float]) -> int | None:
    """The age in days from which 90 % of the answers are in: younger days are drawn hollow and never tested."""
    return next((age for age, share in enumerate(completeness) if share >= COMPLETE_ENOUGH), None)
