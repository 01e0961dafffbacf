"""How long customers wait: median and 90th percentile from histograms that add up, for first reply time and time to resolution."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from math import floor, inf
from typing import TYPE_CHECKING

from estimates.chance import binomial_at_most
from estimates.survival import Survival, survival_of_table
from metrics.begins import Begins
from metrics.cautions import Why
from metrics.counted import Counted, Details, Where
from metrics.counting.groups import grouped, whole
from metrics.models import Model
from metrics.period import Period
from store.histogram import ZERO, edges, value_of

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Count, Published

# Share of the waits -> (withheld below, fully shown from) so many waits (METHODOLOGY 2.5).
FEWEST = {0.5: (5, 10), 0.9: (15, 30)}


def waits(measure: str) -> Model:
    """The model of a metric that says how long something takes; `measure`_open are those that still wait."""

    def count(
        published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
    ) -> list[dict[str, Counted]]:
        return count_waits(published, measure, periods, where, by)

    return Model("median", count, Begins(("tickets",), shortens=True))


def count_waits(
    published: Published, measure: str, periods: list[Period], where: Where, by: str | None
) -> list[dict[str, Counted]]:
    """By the day of opening: the waits that have ended, and how long those have waited that have not."""
    span = whole(periods)
    ended = grouped(published.tally(measure, span.start, span.end, where, by), periods)
    still = published.tally(f"{measure}_open", None, span.end, where, by)
    open_now, before = grouped(still, periods), grouped(still, [Period(date.min, each.end) for each in periods])
    return [
        {
            group: waited(groups.get(group, []), waiting.get(group, []), sum(each.n for each in earlier.get(group, [])))
            for group in sorted(set(groups) | set(waiting))
        }
        for groups, waiting, earlier in zip(ended, open_now, before, strict=True)
    ]


def waited(ended: Iterable[Count], still_waiting: Iterable[Count], waiting_in_all: int = 0) -> Counted:
    """The median wait in seconds of tickets opened in a period (METHODOLOGY 1.7, pct-005).

    Both are counted in bins: of the wait, and of the age of those that still wait, which are censored and not dropped.
    p90 and who still waits are in `details`.
    """
    bins, censored = _added(ended), _added(still_waiting)
    n, waiting = bins.total() + censored.total(), censored.total()
    curve = survival(bins, censored)
    low, high = quantile_interval(curve, 0.5)
    return Counted(
        value=_value(curve, 0.5),
        low=low,
        high=high,
        n=n,
        details={
            **tail(curve),
            "still_waiting": max(waiting_in_all, waiting),
            "still_waiting_of_this_period": waiting,
        },
        missing=Why("no median", {"n": n, "waiting": waiting}) if n else None,
    )


def survival(bins: Mapping[str, int], censored: Mapping[str, int]) -> Survival:
    """The Kaplan-Meier curve over the places of the bins: whoever waits as long as another has waited is at risk with it."""
    left, rows = sum(bins.values()) + sum(censored.values()), []
    for name in sorted({*bins, *censored}, key=_place):
        done, open_ = bins.get(name, 0), censored.get(name, 0)
        rows.append((_place(name), left, done))
        left -= done + open_
    return survival_of_table(rows, sum(bins.values()) + sum(censored.values()))


def tail(curve: Survival) -> Details:
    """The 90th percentile, with its interval, or the words why that cannot be said."""
    withheld, full = FEWEST[0.9]
    nothing: Details = dict.fromkeys(("p90", "p90_low", "p90_high"))
    if curve.n < withheld:
        return {**nothing, "p90_state": "withheld" if curve.n else "no data"}
    value = _value(curve, 0.9)
    if value is None:
        return {**nothing, "p90_state": "not reached"}
    low, high = quantile_interval(curve, 0.9)
    return {"p90": value, "p90_low": low, "p90_high": high, "p90_state": "thin" if curve.n < full else "full"}


def quantile_interval(curve: Survival, q: float) -> tuple[float | None, float | None]:
    """95 % interval of a quantile from the order of the waits alone, whatever their distribution.

    The number of waits below the true quantile is binomial(n, q); its 2.5 % points are the ranks (David and Nagaraja,
    Order Statistics, 2003, 7.1), and the interval runs from the lower edge of the lower one's bin to the upper edge of
    the upper one's, so that it is never a point. With open tickets n is the number of complete waits that would tell as
    much about the share at the quantile: S (1 - S) / Greenwood's variance (Cutler and Ederer 1958; without open tickets
    exactly their number). An end is None where even the shortest or longest wait is not far enough out. It takes the
    waits as independent: when a bad day makes many wait together, the true range is wider.
    """
    n = _worth(curve, q)
    ranks = range(n + 1)
    shortest = bisect_left(ranks, True, key=lambda below: binomial_at_most(below, n, q) > 0.025)
    longest = bisect_left(ranks, True, key=lambda below: binomial_at_most(below, n, q) >= 0.975) + 1
    low = curve.quantile(shortest / n) if shortest >= 1 else None
    high = curve.quantile(longest / n) if longest <= n else None
    return (None if low is None else edges(_name(low))[0], None if high is None else edges(_name(high))[1])


def _worth(curve: Survival, q: float) -> int:
    """How many complete waits tell as much about the quantile as these, some of them open, do."""
    reached = curve.quantile(q)
    worth = curve.n
    for time, share, spread in zip(curve.times, curve.shares, curve.greenwood, strict=True):
        if share > 1e-9:
            worth = floor((1 - share) / (share * spread) + 1e-6)
        if time == reached:
            break
    return worth


def _added(counts: Iterable[Count]) -> Counter[str]:
    bins: Counter[str] = Counter()
    for each in counts:
        bins[each.bin] += each.n
    return bins


def _place(name: str) -> float:
    return -inf if name == ZERO else int(name)


def _name(place: float) -> str:
    return ZERO if place == -inf else str(int(place))


def _value(curve: Survival, q: float) -> float | None:
    place = curve.quantile(q)
    return None if place is None else value_of(_name(place))


CAVEATS = (
    "Tickets count on the day they were opened. Open ones count with the time that they have waited so far; how many they "
    "are is shown beside it. Tickets that were closed without a reply do not count for the first reply time.",
    "Where channels differ by more than a factor of five, each is shown first: the median of all describes none of them.",
    "It is the median, not the mean: half of the tickets wait longer. The 90th percentile is shown beside it.",
    "Waits are counted in bins of 2% width: every time is accurate to 1%.",
    "Calendar time: nights and weekends count.",
)
