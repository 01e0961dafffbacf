"""What every metric is, and what a number looks like when it leaves the store: never alone, always with how many stand behind it.

A metric is a record (`METRIC` in its own module) with two functions: `count` turns tallies into a `Counted` for each
period, `differ` tests the difference of two of them. Everything else (how few is too few, the state, the comparison
with the period before, the age) is done here, once, for all metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from estimates.interval import Difference
from metrics.cautions import Cautions, Field, cautions
from metrics.period import Period, whole_months, whole_quarters, whole_weeks, whole_year

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published

State = Literal["no data", "withheld", "thin", "full"]
Where = Mapping[str, str]
NOWHERE: Where = {}
A_YEAR = 365  # days
FAR_APART = 5  # times: beyond this the values of a dimension are told first, since all together are like none of them


@dataclass(frozen=True, slots=True)
class Counted:
    """A metric over one period, before anybody asks whether it may be shown.

    `value`, `low`, `high` are in the metric's unit (percent: 0..100). `n` is how many stand behind it, in the metric's
    `people`. `missing` is the sentence that says why there is no value. `hidden` is set where people would be exposed.
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
    missing: str | None = None
    hidden: str | None = None
    left_out: int | None = None


@dataclass(frozen=True, slots=True)
class Begins:
    """From which day on a metric can be true: a figure whose period begins before its data does is not made (METHODOLOGY 0).

    The data begin on the first day on which each of `measures` has a count (of those that have any), and `history_days`
    must have passed since then: who is new is known only after some time of orders. `history_why` completes the sentence
    "... is needed before". A share of what was told (`shortens`) is as true of the days from there on: a period that
    begins earlier is shortened to them, and says so. `details` of the number may need more history than itself.
    """

    measures: tuple[str, ...]
    history_days: int = 0
    history_why: str = ""
    shortens: bool = False
    details: Mapping[str, int] = field(default_factory=dict)  # name of a detail -> days of history that it needs


@dataclass(frozen=True, slots=True)
class Known:
    """Where the data of a metric begin in one store. `since` is None where nothing is there to begin."""

    begins: Begins
    since: date | None

    @property
    def first_day(self) -> date | None:
        """The first day on which a period may begin."""
        return self.since + timedelta(days=self.begins.history_days) if self.since else None

    def fit(self, period: Period) -> Period | None:
        """The part of the period of which the metric can be true; None where there is none."""
        first = self.first_day
        if first is None or period.start >= first:
            return period
        return Period(first, period.end) if self.begins.shortens and first < period.end else None

    @property
    def sentence(self) -> str:
        """ "Data begins 21 Aug 2025."; with what is needed before, where something is."""
        assert self.since is not None
        begins = f"Data begins {said(self.since)}"
        if not self.begins.history_days:
            return f"{begins}."
        assert self.first_day is not None
        return f"{begins}; {self.begins.history_why}, so this can be told from {said(self.first_day)} on."

    def hidden_details(self, period: Period) -> set[str]:
        """Details for which the data begin too late."""
        if self.since is None:
            return set()
        return {name for name, days in self.begins.details.items() if period.start < self.since + timedelta(days=days)}


def known(published: Published, metric: Metric) -> Known:
    """Where the data of this metric begin."""
    spans = [published.span(measure) for measure in metric.begins.measures]
    return Known(metric.begins, max((span[0] for span in spans if span), default=None))


def said(day: date) -> str:
    """ "21 Aug 2025"."""
    return f"{day.day} {day:%b %Y}"


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

    `apart` are the readings that must be told before it because they differ by far (chat 2 min, e-mail 4 h).
    `cautions` are sentences that must stand beside it wherever it is shown: of rejected rows and of what is left out.

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
    cautions: tuple[str, ...] = ()
    apart: tuple[Reading, ...] = ()


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
    check_dimensions(metric, where)
    before, now = _read(published, metric, [period.previous(), period], where, None, settings, compared=True)
    reading, earlier = now[""], before[""]
    told_first = _far_apart(published, metric, reading.period, where, settings) if reading.n else ()
    return replace(reading, comparison=compare(metric, reading, earlier), apart=told_first)


def _far_apart(
    published: Published, metric: Metric, period: Period, where: Where, settings: Settings
) -> tuple[Reading, ...]:
    """The readings of the metric's `apart` dimension, smallest first, where they differ by more than FAR_APART times."""
    if metric.apart is None or metric.apart in where:
        return ()
    groups = _read(published, metric, [period], where, metric.apart, settings)[0].values()
    known = sorted((each for each in groups if each.value is not None), key=lambda each: each.value or 0.0)
    if len(known) < 2 or (known[-1].value or 0.0) <= FAR_APART * (known[0].value or 0.0):
        return ()
    return tuple(known)


def series(
    published: Published, metric: Metric, periods: list[Period], settings: Settings, where: Where = NOWHERE
) -> list[Reading]:
    """The metric over each of the periods, in one reading of the store; nothing is compared."""
    check_dimensions(metric, where)
    return [groups[""] for groups in _read(published, metric, periods, where, None, settings)]


def split_by(
    published: Published, metric: Metric, period: Period, by: str, settings: Settings, where: Where = NOWHERE
) -> dict[str, Reading]:
    """The metric for each value of a dimension, largest n first, each compared with the period before."""
    check_dimensions(metric, {**where, by: ""})
    previous = period.previous()
    before, now = _read(published, metric, [previous, period], where, by, settings, compared=True)
    data = known(published, metric)
    nothing = Counted(None, missing=None if data.fit(previous) == previous else data.sentence)
    missing = _reading(published, metric, previous, where, nothing)
    return {
        group: replace(reading, comparison=compare(metric, reading, before.get(group, missing)))
        for group, reading in sorted(now.items(), key=lambda each: (-each[1].n, each[0]))
    }


def _read(
    published: Published,
    metric: Metric,
    periods: list[Period],
    where: Where,
    by: str | None,
    settings: Settings,
    compared: bool = False,
) -> list[dict[str, Reading]]:
    """For each period {group: reading}; without `by` there is always the group "".

    `compared`: the first period is there only to be compared with, and is not shortened to where its data begin.
    """
    data = known(published, metric)
    fitted = [data.fit(period) for period in periods]
    if compared and fitted[0] != periods[0]:
        fitted[0] = None
    counted = iter(
        metric.count(published, [each for each in fitted if each], where, by, settings) if any(fitted) else ()
    )
    found = []
    for asked, fit in zip(periods, fitted, strict=True):
        groups = next(counted) if fit else {}
        if by is None:
            groups = {"": groups.get("", EMPTY)}
        at = {group: {**where, by: group} if by else where for group in groups}
        if fit is None:
            unknown = Counted(None, missing=data.sentence)
            found.append({group: _reading(published, metric, asked, at[group], unknown) for group in groups})
            continue
        hidden = data.hidden_details(fit)
        readings = {}
        for group, each in groups.items():
            details = {name: value for name, value in each.details.items() if name not in hidden}
            reading = _reading(published, metric, fit, at[group], replace(each, details=details))
            if fit != asked and reading.value is not None:
                reading = replace(reading, cautions=(data.sentence, *reading.cautions))
            readings[group] = reading
        found.append(readings)
    return found


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
    known = cautions(published, metric.records, metric.needs, metric.wants)
    state, reason = _state(metric, counted, known)
    shown = state in ("thin", "full")
    private = counted.hidden is not None
    withheld = state == "withheld" or private  # the parts of a number that few stand behind are their answers
    sources, as_of = published.freshness(metric.records)
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
        cautions=(*known.beside, *_left_out(known, counted)) if shown else (),
    )


def _left_out(known: Cautions, counted: Counted) -> tuple[str, ...]:
    if known.left_out is None or counted.left_out == 0:
        return ()
    if counted.left_out is None:
        return (f"Its rows are left out: {known.left_out}.",)
    return (f"{counted.left_out:,} {'is' if counted.left_out == 1 else 'are'} left out: {known.left_out}.",)


def _state(metric: Metric, counted: Counted, known: Cautions) -> tuple[State, str | None]:
    if known.missing is not None:
        return "no data", known.missing  # says something of the source, and of nobody in it
    if counted.hidden is not None:
        return "withheld", counted.hidden
    if known.withheld is not None:
        return "withheld", known.withheld
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
