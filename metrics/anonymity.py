"""Which groups of people must not be shown, so that nothing can be learned about one of them, not even by subtraction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from metrics.period import Period, start_of

FEWEST = 10  # people behind any number about staff (METHODOLOGY 7.1)
SMALL = 2 * FEWEST  # below this, "nobody" and "everybody" say something about each single person
SHORT_PERIODS_FROM = 50  # people; below it only fixed periods, and none shorter than a quarter

HIDDEN = f"Hidden because fewer than {FEWEST} people would be shown."


def hidden_groups(sizes: Mapping[str, float], fewest: float = FEWEST, also: Iterable[str] = ()) -> set[str]:
    """The groups to hide where their total is published (METHODOLOGY 7.1, anon-001 .. anon-005).

    Hidden are groups of fewer than `fewest` people, those named in `also`, and then the next smallest ones, until at
    least two groups and `fewest` people are hidden together: else total minus the rest would give them away.
    An empty group hides nobody and stays.
    """
    present = {name: size for name, size in sizes.items() if size > 0}
    total = sum(present.values())
    hidden = {name for name, size in present.items() if size < fewest} | (set(also) & set(present))
    for name in sorted(present, key=lambda each: (present[each], each)):
        shown = sum(size for each, size in present.items() if each not in hidden)
        if not hidden or (len(hidden) >= 2 and may_show_both(total, shown, fewest)):
            break
        hidden.add(name)
    return hidden


def may_show_both(n: float, other: float, fewest: float = FEWEST) -> bool:
    """Whether two views may stand side by side: not where they differ by a few people (anon-006, anon-007)."""
    return not 0 < abs(n - other) < fewest


def is_fixed(period: Period) -> bool:
    """Whole calendar quarters, or twelve months that end on the first of a month.

    Any other pair of periods could be subtracted from one another until a single person's leaving is left.
    """
    if period.start.day != 1 or period.end.day != 1:
        return False
    is_a_year = period.start == date(period.end.year - 1, period.end.month, 1)
    return is_a_year or all(start_of(day, "quarter") == day for day in (period.start, period.end))
