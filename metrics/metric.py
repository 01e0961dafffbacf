"""What every metric is, and what a number looks like when it leaves the store: never alone, always with how many stand behind it.

A metric is a record (`METRIC` in its own module) with two functions: `count` turns tallies into a `Counted` for each
period, `differ` tests the difference of two of them. Everything else is done once for all metrics, in metrics/reading.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from estimates.interval import Difference
from metrics.begins import Begins
from metrics.cautions import Field, Reason
from metrics.period import Period

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published

State = Literal["no data", "withheld", "thin", "full"]
Where = Mapping[str, str]
NOWHERE: Where = {}
A_YEAR = 365  # days


@dataclass(frozen=True, slots=True)
class Counted:
    """A metric over one period, before anybody asks whether it may be shown.

    `value`, `low`, `high` are in the metric's unit (percent: 0..100). `n` is how many stand behind it, in the metric's
    `people`. `missing` says why there is no value. `hidden` is set where people would be exposed.
    `details` holds the parts that a careful reader asks for, by plain names. `left_out` is how many are not in it
    because no source can say what the metric needs of them; None where that is not counted.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    n: int = 0
    details: dict[str, Any] = field(default_factory=dict)
    missing: Reason | None = None
    hidden: str | None = None
    left_out: int | None = None


# (published, periods, where, by, settings) -> for each period {group: Counted}; the group is "" where `by` is None.
Count = Callable[["Published", list[Period], Where, "str | None", "Settings"], "list[dict[str, Counted]]"]


@dataclass(frozen=True, slots=True)
class Metric:
    """The one place that says what a number means. `better` is "higher", "lower" or None, and has no default."""

    key: str
    name: str
    asks: str  # the question it answers, as a person would ask it
    formula: str
    unit: Literal["percent", "points", "seconds", "tickets per customer per month"]
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
    begins: Begins
    count: Count
    differ: Callable[[Counted, Counted], Difference | None]
    on_card: bool = True  # one of the six of the first page
    abbreviation: str | None = None  # what the field calls it for short: "CSAT"
    apart: str | None = None  # a dimension whose values are told before the whole where they lie far apart
    parent: str | None = None  # the metric on whose page this one stands, if it is a detail of it
    split_grain: str | None = None  # "year": a group of it is told for whole calendar years only
    # Fields of which it needs at least one: rows of a source that cannot say it are left out, and where no source can,
    # there is no number (METHODOLOGY 0). And fields without which only the named part of it is not known.
    needs: tuple[Field, ...] = ()
    wants: tuple[tuple[Field, str], ...] = ()

    def counted(self, n: int) -> str:
        """ "412 answers", "1 answer", "1 person"."""
        first, *rest = self.people.split(" ", 1)
        if n == 1:
            first = {"people": "person"}.get(first, first.removesuffix("s"))
        if n == 1 and rest and rest[0].startswith("customers"):  # "first-time customers whose window is over"
            rest = [rest[0].replace("customers", "customer", 1)]
        return " ".join([f"{n:,}", first, *rest])

    @property
    def short(self) -> str:
        return self.abbreviation or self.name


class Unanswerable(Exception):
    """The question makes no sense for this metric; the text says what would."""
