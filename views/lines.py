"""A number as a card shows it: now, and a small line of its past that ends in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from metrics.begins import known
from metrics.counted import NOWHERE, Where
from metrics.metric import Metric
from metrics.period import Period, start_of, whole_months, whole_quarters
from metrics.reading import Reading, headline_period, series
from settings import Settings
from store import Published

POINTS = {"week": 26, "month": 12, "quarter": 8}  # how many points a small line has
HISTORY = {"week": 52, "month": 24, "quarter": 12}  # ... and the chart of one metric


@dataclass(frozen=True, slots=True)
class Card:
    """A metric as the first page shows it: now, and a small line of the past (None where it is based on too few)."""

    metric: Metric
    reading: Reading
    line: tuple[float | None, ...]


def card(metric: Metric, reading: Reading, past: list[Reading]) -> Card:
    return Card(metric, reading, tuple(each.value for each in past))


def line(
    published: Published, metric: Metric, today: date, settings: Settings, period: Period | None = None
) -> list[Reading]:
    """The value of `period` (the metric's own unless given) and of as long ones before it: the number is its last point."""
    shown = windows(metric, period or headline_period(metric, today), POINTS[metric.grain])
    return series(published, metric, with_data(published, metric, shown), settings)


def history(
    published: Published, metric: Metric, period: Period, settings: Settings, where: Where = NOWHERE
) -> tuple[list[Reading], list[Reading]]:
    """What the chart of a metric shows: such windows, and behind them the single weeks or months, in one reading of the store."""
    points = HISTORY[metric.grain]
    shown = with_data(published, metric, windows(metric, period, points))
    behind = with_data(published, metric, singles(metric, period, points), or_last=False)
    found = series(published, metric, [*shown, *behind], settings, where)
    return found[: len(shown)], found[len(shown) :]


def with_data(published: Published, metric: Metric, periods: list[Period], or_last: bool = True) -> list[Period]:
    """From where it can be true on: a period that begins before its data does is no point of a line."""
    data = known(published, metric)
    return [each for each in periods if data.fit(each) == each] or (periods[-1:] if or_last else [])


def windows(metric: Metric, period: Period, points: int) -> list[Period]:
    """`period` and `points` - 1 as long ones before it, oldest first; each ends a week before the next, or a month or
    quarter where that is how the metric counts."""
    if not _in_months(metric, period):
        ends = [period.end - timedelta(weeks=back) for back in range(points)]
        return [Period(end - timedelta(days=period.days), end) for end in reversed(ends)]
    length = months_of(period)
    in_quarters = metric.grain == "quarter" and start_of(period.end, "quarter") == period.end
    steps = whole_quarters(period.end, points) if in_quarters else whole_months(period.end, points)
    return [whole_months(each.end, length) for each in steps.split("quarter" if in_quarters else "month")]


def singles(metric: Metric, period: Period, points: int) -> list[Period]:
    """The single weeks or months behind the windows; none where a window is no longer, or a single one says nothing."""
    if metric.keeps_its_period:
        return []
    if metric.grain == "week" or not _in_months(metric, period):
        end = start_of(period.end, "week")
        return Period(end - timedelta(weeks=points), end).split("week") if period.days > 7 else []
    return whole_months(period.end, points).split("month") if months_of(period) > 1 else []


def _in_months(metric: Metric, period: Period) -> bool:
    return metric.grain != "week" and period.start.day == 1 and period.end.day == 1


def months_of(period: Period) -> int:
    return (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
