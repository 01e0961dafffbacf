"""Which groups of people must not be shown, so that nothing can be learned about one of them, not even by subtraction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from metrics.cautions import Why
from metrics.period import Period

FEWEST = 10  # people behind any number about staff (METHODOLOGY 7.1)
SMALL = 2 * FEWEST  # below this, "nobody" and "everybody" say something about each single person
SHORT_PERIODS_FROM = 50  # people; below it nothing shorter than a quarter

HIDDEN = Why("people too few", {"fewest": FEWEST})
HIDDEN_WITH_OTHERS = Why("recognisable")


def hidden_groups(
    sizes: Mapping[str, float],
    fewest: float = FEWEST,
    also: Iterable[str] = (),
    say_too_much: Callable[[set[str]], bool] = lambda together: False,
) -> set[str]:
    """The groups to hide where their total is published (METHODOLOGY 7.1, anon-001 .. anon-005).

    Hidden are groups of fewer than `fewest` people, those named in `also`, and then the next smallest ones, until at
    least two groups and `fewest` people are hidden together and they do not `say_too_much` as one group: total minus
    the rest gives them away together. In the end all are hidden. An empty group hides nobody and stays.
    """
    present = {name: size for name, size in sizes.items() if size > 0}
    total = sum(present.values())
    hidden = {name for name, size in present.items() if size < fewest} | (set(also) & set(present))
    for name in sorted(present, key=lambda each: (present[each], each)):
        shown = sum(size for each, size in present.items() if each not in hidden)
        if not hidden or (len(hidden) >= 2 and may_show_both(total, shown, fewest) and not say_too_much(hidden)):
            break
        hidden.add(name)
    return hidden


def may_show_both(n: float, other: float, fewest: float = FEWEST) -> bool:
    """Whether two views may stand side by side: not where they differ by a few people (anon-006, anon-007)."""
    return not 0 < abs(n - other) < fewest


def is_whole_months(period: Period) -> bool:
    """Starts and ends on the first of a month: windows that move by a day differ by one person."""
    return period.start.day == 1 and period.end.day == 1


def is_calendar_year(period: Period) -> bool:
    """Two different calendar years have no day in common, so nothing is left when one is taken from the other."""
    return (period.start, period.end) == (date(period.start.year, 1, 1), date(period.start.year + 1, 1, 1))
