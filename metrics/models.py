"""What kind of number a metric is. That decides its interval and the test of a change, and later its control chart.

kind     example             interval                      test of a change (METHODOLOGY 2)
share    CSAT, churn         Wilson                        Newcombe; z, or Fisher where a cell is small
net      NPS                 adjusted Wald                 adjusted Wald
mean     replies per ticket  Student                       Welch
rate     attrition           exact Poisson                 exact, conditional on both counts
median   first reply         from the order of the waits   none: tickets that wait together are not independent
sum      revenue retention   none: a few large customers may decide it, and money has no simple formula for that
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from estimates.interval import Difference
from estimates.means import mean_interval, welch
from estimates.nps import nps, nps_difference, nps_interval
from estimates.rates import rate_difference
from estimates.shares import newcombe, wilson
from metrics.begins import Begins
from metrics.cautions import Reason, Why
from metrics.counted import Count, Counted, Details, Where
from metrics.counting.groups import grouped, whole
from metrics.period import Period

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published

Kind = Literal["share", "net", "mean", "rate", "median", "sum"]
Differ = Callable[[Counted, Counted], "Difference | None"]
WILSON = "Interval: Wilson 1927, as recommended by Brown, Cai, DasGupta, Statistical Science 2001"
CITES: dict[Kind, tuple[str, ...]] = {
    "share": (WILSON, "Difference: Newcombe, Statistics in Medicine 1998"),
    "net": ("Interval and difference: Rocks, Interval Estimation for the Net Promoter Score, 2016",),
    "mean": ("Interval: Student 1908; difference: Welch 1947",),
    "rate": ("Interval: exact Poisson, Garwood 1936",),
    "median": (
        "Bins that add up: Masson, Rim, Lee, DDSketch, VLDB 2019",
        "Open tickets: Kaplan and Meier, Nonparametric Estimation from Incomplete Observations, 1958",
        "Interval from the order of the waits: David and Nagaraja, Order Statistics, 2003",
    ),
    "sum": (),
}


@dataclass(frozen=True, slots=True)
class Model:
    """How the numbers of a metric come about (`count`, from tallies), from which day on (`begins`), and how they are compared.

    `not_comparable` gives the reason why two of them must not be compared, or None. `own_test` stands where a metric knows more of
    its numbers than its kind does; `own_cites` are then its sources.
    """

    kind: Kind
    count: Count
    begins: Begins
    not_comparable: Callable[[Counted, Counted], Why | None] = lambda now, before: None
    own_test: Differ | None = None
    own_cites: tuple[str, ...] | None = None

    @property
    def cites(self) -> tuple[str, ...]:
        return CITES[self.kind] if self.own_cites is None else self.own_cites

    def differ(self, now: Counted, before: Counted) -> Difference | None:
        """Now minus before in the metric's unit; None where one of them has no value or their kind has no honest test."""
        if now.value is None or before.value is None:
            return None
        return (self.own_test or TESTS[self.kind])(now, before)


def share(measure: str, yes: Collection[str] = ("yes",), of: Collection[str] | None = None) -> Model:
    """A share is its bins: those of `yes` among those of `of`, which are all bins of the measure unless named.

    It is as true of the days on which its data begin as of any others, so a longer period is shortened to them.
    """

    def count(
        published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
    ) -> list[dict[str, Counted]]:
        span = whole(periods)
        return [
            {
                group: share_of(
                    sum(each.n for each in some if each.bin in yes),
                    sum(each.n for each in some if of is None or each.bin in of),
                )
                for group, some in groups.items()
            }
            for groups in grouped(published.tally(measure, span.start, span.end, where, by), periods)
        ]

    return Model("share", count, Begins((measure,), shortens=True))


def mean(measure: str, parts: Callable[[Mapping[int, int]], Details] = lambda bins: {}) -> Model:
    """The mean of a measure whose bins are whole numbers; `parts` are details that are made of {number: how many}."""

    def count(
        published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
    ) -> list[dict[str, Counted]]:
        span = whole(periods)
        found = []
        for groups in grouped(published.tally(measure, span.start, span.end, where, by), periods):
            counted = {}
            for group, some in groups.items():
                bins: Counter[int] = Counter()
                for each in some:
                    bins[int(each.bin)] += each.n
                total = sum(number * n for number, n in bins.items())
                squares = sum(number * number * n for number, n in bins.items())
                counted[group] = mean_of(bins.total(), total, squares)
                counted[group].details.update(parts(bins) if bins else {})
            found.append(counted)
        return found

    return Model("mean", count, Begins((measure,), shortens=True))


# --- numbers of each kind, with their interval ---


def share_of(part: int, whole: int, details: Details | None = None, missing: Reason | None = None) -> Counted:
    """part / whole in percent; without a whole there is no value, and `missing` says why if the metric does not."""
    if whole <= 0:
        return Counted(None, numerator=part, denominator=whole, details=details or {}, missing=missing)
    low, high = wilson(part, whole)
    return Counted(100 * part / whole, 100 * low, 100 * high, part, whole, whole, details or {})


def net_of(promoters: int, passives: int, detractors: int) -> Counted:
    """100 (promoters - detractors) / n, in points."""
    interval = nps_interval(promoters, passives, detractors)
    if interval is None:
        return Counted(None)
    n = promoters + passives + detractors
    details = {"promoters": promoters, "passives": passives, "detractors": detractors}
    value = nps(promoters, passives, detractors)
    return Counted(value, interval.low, interval.high, promoters - detractors, n, n, details)


def mean_of(n: int, total: float, total_of_squares: float) -> Counted:
    """total / n, with Student's interval from two values on."""
    found = mean_interval(n, total, total_of_squares)
    if found.mean is None:
        return Counted(None)
    return Counted(found.mean, found.low, found.high, total, n, n, {"deviation": found.deviation})


# --- the tests of a change ---


def _difference_of_shares(now: Counted, before: Counted) -> Difference | None:
    """Percentage points."""
    parts = (now.numerator, now.denominator, before.numerator, before.denominator)
    return newcombe(*(int(each or 0) for each in parts)).times(100)


def _difference_of_nets(now: Counted, before: Counted) -> Difference | None:
    """Points."""

    def groups(counted: Counted) -> tuple[int, int, int]:
        details = counted.details
        return details["promoters"], details["passives"], details["detractors"]

    return nps_difference(groups(now), groups(before))


def _difference_of_means(now: Counted, before: Counted) -> Difference | None:
    def side(counted: Counted) -> tuple[int, float, float | None]:
        assert counted.value is not None
        return counted.n, counted.value, counted.details["deviation"]

    return welch(side(now), side(before))


def difference_of_rates(now: Counted, before: Counted) -> Difference | None:
    """Of values that are numerator / denominator: events per time at risk."""
    parts = (int(now.numerator or 0), now.denominator or 0, int(before.numerator or 0), before.denominator or 0)
    return rate_difference(*parts)


def no_test(now: Counted, before: Counted) -> Difference | None:
    return None


TESTS: dict[Kind, Differ] = {
    "share": _difference_of_shares,
    "net": _difference_of_nets,
    "mean": _difference_of_means,
    "rate": difference_of_rates,
    "median": no_test,
    "sum": no_test,
}
