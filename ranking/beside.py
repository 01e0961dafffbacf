"""What stands beside the ranking and never inside it: how many tickets name a bug, and what its customers pay."""

from __future__ import annotations

from dataclasses import dataclass

INCOMPLETE_BELOW = 50.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the problem tickets are linked to a bug. `percent` is None where there was no problem ticket."""

    linked: int
    tickets: int
    unlinked: int
    percent: float | None
    is_incomplete: bool


def coverage(linked: int, tickets: int) -> Coverage:
    """100 x linked / problem tickets; under 50 % the list is headed "incomplete" (METHODOLOGY 5.4, pain-009)."""
    percent = 100.0 * linked / tickets if tickets else None
    return Coverage(linked, tickets, tickets - linked, percent, percent is not None and percent < INCOMPLETE_BELOW)


@dataclass(frozen=True, slots=True)
class Revenue:
    """`customers` with a known price pay `total` a month together; the largest pays `largest_percent` of it (None: nothing).

    `of_all` is what all customers pay; money is in whole hundredths.
    """

    customers: int
    total: int
    largest_percent: float | None
    of_all: int = 0


def revenue(customers: int, total: int, largest: int, of_all: int = 0) -> Revenue:
    """Revenue of the customers of a bug, with the share of the largest, so that one big account is seen (pain-011)."""
    return Revenue(customers, total, 100.0 * largest / total if total > 0 else None, of_all)
