"""What every metric is, and what a number looks like when it leaves the store: never alone, always with how many stand behind it.

A metric is a record (`METRIC` in its own module) with two functions: `count` turns tallies into a `Counted` for each
period, `differ` tests the difference of two of them. Everything else (how few is too few, the state, the comparison
with the period before, the age) is done here, once, for all metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from metrics.period import Period, whole_months, whole_quarters, whole_weeks, whole_year

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published

State = Literal["no data", "withheld", "thin", "full"]
Where = Mapping[str, str]
NOWHERE: Where = {}


@dataclass(frozen=True, slots=True)
class Counted:
    """A metric over one period, before anybody asks whether it may be shown.

    `value`, `low`, `high` are in the metric's unit (percent: 0..100). `n` is how many stand behind it, in the metric's
    `people`. `missing` is the sentence that says why there is no value. `hidden` is set where people would be exposed.
    `details` holds the parts that a careful reader asks for, by plain names.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    n: int = 0
    details: dict[str, Any] = field(default_factory=dict)
    missing: str | None = None
    hidden: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """Now minus before, in the metric's unit, with the 95 % interval of the difference and its p value."""

    value: float
    low: float | None
    high: float | None
    p: float | None
    method: str


# (published, periods, where, by, settings) -> for each period {group: Counted}; the group is "" where `by` is None.
Count = Callable[["Published", list[Period], Where, "str | None", "Settings"], "list[dict[str, Counted]]"]


@dataclass(frozen=True, slots=True)
class Metric:
    """The one place that says what a number means. `better` is "higher", "lower" or None, and has no default."""

    key: str
    name: str
    asks: str  # the question it answers, as a person would ask it
    formula: str
    unit: Literal["percent", "points", "seconds", "per 1,000 customers a month"]
    better: Literal["higher", "lower"] | None
    people: str  # what n counts: "answers", "customers at the start", "people", ...
    withheld_below: int
    thin_below: int
    why: str
    caveats: tuple[str, ...]
    cites: tuple[str, ...]
    owner: str
    reviewed_on: date
    version: int
    records: tuple[str, ...]  # the tables it is made from: says which sources, and so how old it is
    dimensions: tuple[str, ...]  # what it can be split and filtered by
    grain: str  # of its history: "week", "month" or "quarter"
    headline: int  # how many whole grains the headline covers
    count: Count
    differ: Callable[[Counted, Counted], Difference | None]
    on_card: bool = True  # one of the six of the first page
    abbreviation: str | None = None  # what the field calls it for short: "CSAT"
    parent: str | None = None  # the metric on whose page this one stands, if it is a detail of it
    split_grain: str | None = None  # "year": a group of it is told for whole calendar years only

    def counted(self, n: int) -> str:
        """ "412 answers", "1 answer", "1 person"."""
        first, *rest = self.people.split(" ", 1)
        if n == 1:
            first = {"people": "person"}.get(first, first.removesuffix("s"))
        if n == 1 and rest and rest[0] == "customers":  # "first-time customers"
            rest = ["customer"]
        return " ".join([f"{n:,}", first, *rest])

    @property
    def short(self) -> str:
        return self.abbreviation or self.name


@dataclass(frozen=True, slots=True)
class Comparison:
    """Is it different from the period before? `verdict` speaks of the number ("up"), `good` of the customers.

    "not tested": there is no honest test, or the two must not be compared; `difference.method` then says why.
    """

    previous: Reading
    difference: Difference | None
    verdict: Literal["up", "down", "no clear change", "too few to say", "not tested"]
    good: bool | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One number as a person may see it. `value` is None unless the state is "thin" or "full".

    Of a withheld number its parts are withheld, too: only `n` is left, and not even that where it is hidden.
    """

    metric: str
    period: Period
    where: dict[str, str]
    value: float | None
    low: float | None
    high: float | None
    numerator: float | None
    denominator: float | None
    n: int
    state: State
    reason: str | None
    as_of: datetime | None
    sources: tuple[str, ...]
    details: dict[str, Any]
    comparison: Comparison | None = None


def headline_period(metric: Metric, today: date, of_a_group: bool = False) -> Period:
    """The period that the metric is shown for where nobody asks for another one: the last whole weeks, months or quarters.

    A group (one area, one team) may have another one: see `Metric.split_grain`.
    """
    if of_a_group and metric.split_grain == "year":
        return whole_year(today)
    last = {"week": whole_weeks, "month": whole_months, "quarter": whole_quarters}[metric.grain]
    return last(today, metric.headline)


class Unanswerable(Exception):
    """The question makes no sense for this metric; the text says what would."""


def read(published: Published, metric: Metric, period: Period, settings: Settings, where: Where = NOWHERE) -> Reading:
    """The metric over one period, compared with the period before."""
    before, now = series(published, metric, [period.previous(), period], settings, where)
    return replace(now, comparison=compare(metric, now, before))


def series(
    published: Published, metric: Metric, periods: list[Period], settings: Settings, where: Where = NOWHERE
) -> list[Reading]:
    """The metric over each of the periods, in one reading of the store; nothing is compared."""
    check_dimensions(metric, where)
    counted = metric.count(published, periods, where, None, settings)
    return [
        _reading(published, metric, period, where, groups.get("", EMPTY))
        for period, groups in zip(periods, counted, strict=True)
    ]


def split_by(
    published: Published, metric: Metric, period: Period, by: str, settings: Settings, where: Where = NOWHERE
) -> dict[str, Reading]:
    """The metric for each value of a dimension, largest n first, each compared with the period before."""
    check_dimensions(metric, {**where, by: ""})
    before, now = metric.count(published, [period.previous(), period], where, by, settings)
    readings: dict[str, Reading] = {}
    for group in sorted(now, key=lambda name: (-now[name].n, name)):
        at = {**where, by: group}
        reading = _reading(published, metric, period, at, now[group])
        earlier = _reading(published, metric, period.previous(), at, before.get(group, EMPTY))
        readings[group] = replace(reading, comparison=compare(metric, reading, earlier))
    return readings


def compare(metric: Metric, now: Reading, before: Reading) -> Comparison:
    """Tests the difference (never whether two intervals overlap: METHODOLOGY 2.4); too few on either side says so."""
    if now.state != "full" or before.state != "full":
        return Comparison(before, None, "too few to say", None)
    difference = metric.differ(_counted(now), _counted(before))
    if difference is None or difference.p is None:
        return Comparison(before, difference, "not tested", None)
    if difference.p >= 0.05 or difference.value == 0:
        return Comparison(before, difference, "no clear change", None)
    rose = difference.value > 0
    good = None if metric.better is None else rose == (metric.better == "higher")
    return Comparison(before, difference, "up" if rose else "down", good)


def is_annualised(reading: Reading) -> bool:
    """Whether its value is that of a shorter period, scaled to a year; whoever shows the value says so beside it."""
    return reading.value is not None and bool(reading.details.get("annualised"))


def check_dimensions(metric: Metric, where: Where) -> None:
    """Raises Unanswerable where the metric cannot be split by one of these."""
    for name in where:
        if name not in metric.dimensions:
            can = ", ".join(metric.dimensions) or "nothing"
            raise Unanswerable(f"{metric.name} cannot be split by {name!r}; it can be split by {can}.")


EMPTY = Counted(None)


def _reading(published: Published, metric: Metric, period: Period, where: Where, counted: Counted) -> Reading:
    state, reason = _state(metric, counted)
    shown = state in ("thin", "full")
    withheld = state == "withheld"  # the parts of a number that few stand behind are their answers
    sources, as_of = published.freshness(metric.records)
    private = counted.hidden is not None
    return Reading(
        metric=metric.key,
        period=period,
        where=dict(where),
        value=counted.value if shown else None,
        low=counted.low if shown else None,
        high=counted.high if shown else None,
        numerator=None if withheld else counted.numerator,
        denominator=None if withheld else counted.denominator,
        n=0 if private else counted.n,
        state=state,
        reason=reason,
        as_of=as_of,
        sources=sources,
        details={} if withheld else counted.details,
    )


def _state(metric: Metric, counted: Counted) -> tuple[State, str | None]:
    if counted.hidden is not None:
        return "withheld", counted.hidden
    if counted.n == 0 or counted.value is None:
        return "no data", counted.missing or f"No {metric.people} in this period."
    if counted.n < metric.withheld_below:
        return "withheld", f"Only {metric.counted(counted.n)}: too few to say."
    if counted.n < metric.thin_below:
        return "thin", f"Only {metric.counted(counted.n)}: look at the range, not at the number."
    return "full", None


def _counted(reading: Reading) -> Counted:
    return Counted(
        reading.value,
        reading.low,
        reading.high,
        reading.numerator,
        reading.denominator,
        reading.n,
        reading.details,
    )
