"""In which order bugs stand: most impact first, ties by who reported, and which neighbours chance could swap."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from math import isclose, sqrt
from typing import NamedTuple, TypeVar

SAME_IMPACT = 1e-9  # relative: below this two impacts are a tie
AnyBug = TypeVar("AnyBug")


class Place(NamedTuple):
    """What decides the place of a bug in the list."""

    impact: float
    customers: int
    last_report: date
    id: str


def in_order(bugs: Iterable[AnyBug], place: Callable[[AnyBug], Place]) -> list[AnyBug]:
    """Most impact first; impacts that differ by less than 1e-9 of the larger are a tie: more customers, newer report, id (pain-010)."""
    ranked = sorted(((place(bug), bug) for bug in bugs), key=lambda pair: (-pair[0].impact, pair[0].id))
    ordered: list[AnyBug] = []
    start = 0
    while start < len(ranked):
        end = start + 1
        while end < len(ranked) and isclose(ranked[start][0].impact, ranked[end][0].impact, rel_tol=SAME_IMPACT):
            end += 1
        tied = sorted(
            ranked[start:end], key=lambda pair: (-pair[0].customers, -pair[0].last_report.toordinal(), pair[0].id)
        )
        ordered += [bug for _, bug in tied]
        start = end
    return ordered


def about_equal(impact_a: float, se_a: float, impact_b: float, se_b: float) -> bool:
    """Two impacts are about equal if they differ by less than one standard error of their difference (METHODOLOGY 5.2, pain-013).

    The two are taken as independent. The test is of the difference,
    not of whether two intervals overlap.
    """
    if se_a == se_b == 0:
        return impact_a == impact_b
    return abs(impact_a - impact_b) / sqrt(se_a * se_a + se_b * se_b) < 1
