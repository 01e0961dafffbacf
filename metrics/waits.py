"""How long people wait: the median and the slowest tenth, from histograms that add up. First reply and resolution share it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from metrics.distributions import binomial_at_most
from metrics.grouped import grouped, whole
from metrics.metric import Counted, Difference, Where
from metrics.period import Period
from store.histogram import quantile

if TYPE_CHECKING:
    from store.published import Count, Published

# Share of the waits -> (withheld below, fully shown from) so many waits (METHODOLOGY 2.5).
FEWEST = {0.5: (5, 10), 0.9: (15, 30)}


def count_waits(
    published: Published,
    measure: str,
    waiting: tuple[str, ...],
    periods: list[Period],
    where: Where,
    by: str | None,
) -> list[dict[str, Counted]]:
    """`waiting` are the bins of the measure "waiting" for those whose wait has not ended yet."""
    span = whole(periods)
    ended = grouped(published.tally(measure, span.start, span.end, where, by), periods)
    opened = [each for each in published.tally("waiting", None, span.end, where, by) if each.bin in waiting]
    counted = []
    for period, groups in zip(periods, ended, strict=True):
        still = {
            group: [each for each in opened if each.group == group and each.day < period.end]
            for group in {each.group for each in opened}
        }
        counted.append(
            {
                group: waited(groups.get(group, []), still.get(group, []), period)
                for group in sorted(set(groups) | set(still))
            }
        )
    return counted


def waited(ended: Iterable[Count], still_waiting: Iterable[Count], period: Period) -> Counted:
    """The median wait in seconds, of the waits that ended in the period; p90 and who still waits are in `details`."""
    bins: Counter[str] = Counter()
    for each in ended:
        bins[each.bin] += each.n
    n = bins.total()
    low, high = quantile_interval(bins, 0.5)
    open_now = list(still_waiting)
    return Counted(
        value=quantile(bins, 0.5),
        low=low,
        high=high,
        n=n,
        details={
            **tail(bins, n),
            "still_waiting": sum(each.n for each in open_now),
            "still_waiting_of_this_period": sum(each.n for each in open_now if each.day >= period.start),
        },
        missing="No wait ended in this period.",
    )


def tail(bins: Mapping[str, int], n: int) -> dict[str, Any]:
    """How long the slowest tenth waits at least, with its interval, or the words why that cannot be said."""
    withheld, full = FEWEST[0.9]
    if n < withheld:
        return {"p90": None, "p90_low": None, "p90_high": None, "p90_state": "withheld" if n else "no data"}
    low, high = quantile_interval(bins, 0.9)
    return {"p90": quantile(bins, 0.9), "p90_low": low, "p90_high": high, "p90_state": "thin" if n < full else "full"}


def quantile_interval(bins: Mapping[str, int], q: float) -> tuple[float | None, float | None]:
    """95 % interval of a quantile from the order of the waits alone, whatever their distribution.

    The number of waits below the true quantile is binomial(n, q); its 2.5 % points are the ranks (David and Nagaraja,
    Order Statistics, 2003, 7.1). An end is None where even the shortest or longest wait is not far enough out. It
    takes the waits as independent: when a bad day makes many wait together, the true range is wider.
    """
    n = sum(bins.values())
    ranks = range(n + 1)
    shortest = bisect_left(ranks, True, key=lambda below: binomial_at_most(below, n, q) > 0.025)
    longest = bisect_left(ranks, True, key=lambda below: binomial_at_most(below, n, q) >= 0.975) + 1
    low = _at_rank(bins, shortest) if shortest >= 1 else None
    return low, _at_rank(bins, longest) if longest <= n else None


def _at_rank(bins: Mapping[str, int], rank: int) -> float | None:
    """The wait at this place (1 = the shortest)."""
    n = sum(bins.values())
    return quantile(bins, min(1.0, (rank - 0.5) / max(1, n - 1))) if n > 1 else quantile(bins, 0)


def differ(now: Counted, before: Counted) -> Difference | None:
    """No test: tickets that wait together are not independent, and a median has no honest formula for that."""
    return None


CAVEATS = (
    "Only waits that have ended are in it: a bad week looks good while its hardest tickets are still open, "
    "so the number still waiting stands beside it.",
    "It is the median, not the mean: half wait longer. The slowest tenth is given beside it.",
    "Waits are kept in bins of 2 % width: every time is right to 1 %.",
    "Calendar time: nights and weekends count.",
)
CITES = (
    "Bins that add up: Masson, Rim, Lee, DDSketch, VLDB 2019",
    "Interval from the order of the waits: David and Nagaraja, Order Statistics, 2003",
)
