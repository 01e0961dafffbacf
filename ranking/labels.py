"""What happens to a bug right now, in one word: regression, new, rising, fading, chronic (METHODOLOGY 5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from estimates.chance import binomial_at_least
from estimates.multiple_testing import benjamini_hochberg

NEW_DAYS = 14
RISING_DAYS, BEFORE_DAYS = 7, 28
RISING_CUSTOMERS = 3
RISING_FALSE_DISCOVERIES = 0.10
CHRONIC_WEEKS, CHRONIC_AGE_DAYS = 9, 90
FADING_DAYS = 21


@cache
def p_rising(last: int, before: int) -> float:
    """Chance of at least `last` of the reports of 35 days falling in the last 7 if nothing changed.

    One-sided conditional binomial test: P(X >= last), X ~ Binomial(last + before, 7/35) (METHODOLOGY 5.3, rise-001).
    """
    return binomial_at_least(last, last + before, RISING_DAYS / (RISING_DAYS + BEFORE_DAYS))


class Rise(NamedTuple):
    """`adjusted` is p after Benjamini and Hochberg."""

    p: float
    adjusted: float
    is_rising: bool


def rising(reports: Sequence[tuple[int, int]]) -> list[Rise]:
    """For every bug (last 7 days, 28 days before): is it rising, when all bugs with a report in 35 days are looked at?

    At least three in the last 7 days, and p after Benjamini-Hochberg at most 10 % (METHODOLOGY 5.3, rise-002 .. 004).
    A bug without a report in the 35 days is no comparison and does not count in the correction.
    """
    looked_at = [index for index, (last, before) in enumerate(reports) if last + before > 0]
    ps = {index: p_rising(*reports[index]) for index in looked_at}
    adjusted = dict(zip(looked_at, benjamini_hochberg([ps[index] for index in looked_at]), strict=True))
    return [
        Rise(
            ps.get(index, 1.0),
            adjusted.get(index, 1.0),
            reports[index][0] >= RISING_CUSTOMERS and adjusted.get(index, 1.0) <= RISING_FALSE_DISCOVERIES,
        )
        for index in range(len(reports))
    ]


def is_chronic(weeks_with_reports: int, age_days: int) -> bool:
    """Reports in at least 9 of the last 13 weeks, and older than 90 days (METHODOLOGY 5.3, chron-001)."""
    return weeks_with_reports >= CHRONIC_WEEKS and age_days > CHRONIC_AGE_DAYS


Label = Literal["regression", "new", "rising", "fading", "chronic"]


@dataclass(frozen=True, slots=True)
class Course:
    """How the reports of one bug went. Ages are in days before the day that is asked for; None = there was no report."""

    age_days: int
    first_report_age: int | None  # may be None for a bug that is not new
    last_report_age: int | None
    customers_last_7: int
    customer_weeks_before: int  # customers of each of the four weeks before, added up
    weeks_with_reports: int  # of the last 13
    rise: Rise
    came_back_days: int | None = None  # how long after the end of the bug the newest report came, if it came back


def labels(course: Course) -> tuple[Label, ...]:
    """All labels that hold, the most important first; where there is room for one, show the first.

    Precedence: regression (a promise was broken), new (there is no past to compare with, rise-003), rising, fading
    (what happens now outweighs what happened before), chronic.
    """
    holds: dict[Label, bool] = {
        "regression": course.came_back_days is not None,
        "new": course.first_report_age is not None and course.first_report_age <= NEW_DAYS,
        "rising": course.rise.is_rising,
        "fading": course.last_report_age is not None and course.last_report_age >= FADING_DAYS,
        "chronic": is_chronic(course.weeks_with_reports, course.age_days),
    }
    return tuple(label for label, does in holds.items() if does)
