"""A metric read from the store: over one period, over many, or split by a dimension; whether it may be shown, and what changed.

How few is too few, the state, the comparison with the period before, the age: done here, once, for all metrics.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from estimates.interval import Difference
from metrics.begins import known
from metrics.cautions import Caution, Cautions, LeftOut, Reason, Why, cautions
from metrics.counted import NOWHERE, Counted, Details, Where
from metrics.metric import Metric, Unanswerable
from metrics.period import Period, whole_months, whole_quarters, whole_weeks, whole_year

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published

State = Literal["no data", "withheld", "thin", "full"]
FAR_APART = 5  # times: beyond this the values of a dimension are shown first, since all together are like none of them


@dataclass(frozen=True, slots=True)
class Comparison:
    """Is it different from the period before? `verdict` speaks of the number ("up"), `good` of the customers.

    "not tested": there is no honest test, or the two must not be compared because of `why`.
    """

    previous: Reading
    difference: Difference | None
    verdict: Literal["up", "down", "no clear change", "not enough data", "not tested"]
    good: bool | None
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One number as a person may see it. `value` is None unless the state is "thin" or "full".

    `by_group` are the readings that must be shown before it because they differ by far (chat 2 min, e-mail 4 h).
    `cautions` must stand beside it wherever it is shown: of rejected rows and of what is left out.

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
    reason: Reason | None
    as_of: datetime | None
    sources: tuple[str, ...]
    details: Details
    comparison: Comparison | None = None
    cautions: tuple[Caution, ...] = ()
    by_group: tuple[Reading, ...] = ()


def headline_period(metric: Metric, today: date, of_a_group: bool = False) -> Period:
    """The period that the metric is shown for where nobody asks for another one: the last whole weeks, months or quarters.

    A group (one area, one team) may have another one: see `Metric.split_grain`.
    """
    if of_a_group and metric.split_grain == "year":
        return whole_year(today)
    last = {"week": whole_weeks, "month": whole_months, "quarter": whole_quarters}[metric.grain]
    return last(today, metric.headline)


def read(published: Published, metric: Metric, period: Period, settings: Settings, where: Where = NOWHERE) -> Reading:
    """The metric over one period, compared with the period before."""
    check_dimensions(metric, where)
    before, now = _read(published, metric, [period.previous(), period], where, None, settings, compared=True)
    reading, earlier = now[""], before[""]
    by_group = _far_apart(published, metric, reading.period, where, settings) if reading.n else ()
    return replace(reading, comparison=compare(metric, reading, earlier), by_group=by_group)


def _far_apart(
    published: Published, metric: Metric, period: Period, where: Where, settings: Settings
) -> tuple[Reading, ...]:
    """The readings of the metric's `grouped_by` dimension, smallest first, where they differ by more than FAR_APART times."""
    if metric.grouped_by is None or metric.grouped_by in where:
        return ()
    groups = _read(published, metric, [period], where, metric.grouped_by, settings)[0].values()
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
    nothing = Counted(None, missing=None if data.fit(previous) == previous else data.fact)
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
        metric.model.count(published, [each for each in fitted if each], where, by, settings) if any(fitted) else ()
    )
    found = []
    for asked, fit in zip(periods, fitted, strict=True):
        groups = next(counted) if fit else {}
        if by is None:
            groups = {"": groups.get("", EMPTY)}
        at = {group: {**where, by: group} if by else where for group in groups}
        if fit is None:
            unknown = Counted(None, missing=data.fact)
            found.append({group: _reading(published, metric, asked, at[group], unknown) for group in groups})
            continue
        hidden = data.hidden_details(fit)
        readings = {}
        for group, each in groups.items():
            details = {name: value for name, value in each.details.items() if name not in hidden}
            reading = _reading(published, metric, fit, at[group], replace(each, details=details))
            if fit != asked and reading.value is not None:
                reading = replace(reading, cautions=(data.fact, *reading.cautions))
            readings[group] = reading
        found.append(readings)
    return found


def compare(metric: Metric, now: Reading, before: Reading) -> Comparison:
    """Tests the difference (never whether two intervals overlap: METHODOLOGY 2.4); too few on either side says so."""
    if now.state != "full" or before.state != "full":
        return Comparison(before, None, "not enough data", None)
    if why := metric.model.not_comparable(_counted(now), _counted(before)):
        return Comparison(before, None, "not tested", None, why)
    difference = metric.model.differ(_counted(now), _counted(before))
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
            raise Unanswerable(f"{metric.name} cannot be broken down by {name!r}; it can be broken down by {can}.")


EMPTY = Counted(None)


def _reading(published: Published, metric: Metric, period: Period, where: Where, counted: Counted) -> Reading:
    known = cautions(published, metric.records, metric.needs, metric.wants)
    state, reason = _state(metric, counted, known)
    shown = state in ("thin", "full")
    private = counted.hidden is not None
    withheld = state == "withheld" or private  # the parts of a number of few people are their answers
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


def _left_out(known: Cautions, counted: Counted) -> tuple[LeftOut, ...]:
    if known.left_out is None or counted.left_out == 0:
        return ()
    return (replace(known.left_out, n=counted.left_out),)


def _state(metric: Metric, counted: Counted, known: Cautions) -> tuple[State, Reason | None]:
    if known.missing is not None:
        return "no data", known.missing  # says something of the source, and of nobody in it
    if counted.hidden is not None:
        return "withheld", counted.hidden
    if known.withheld is not None:
        return "withheld", known.withheld
    if counted.n == 0 or counted.value is None:
        return "no data", counted.missing or metric.nothing or Why("nothing", {"people": metric.people})
    if counted.n < metric.withheld_below:
        return "withheld", Why("too few", {"n": counted.n, "people": metric.people})
    if counted.n < metric.thin_below:
        return "thin", Why("few", {"n": counted.n, "people": metric.people})
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
