"""A number as a card shows it: now, and a small line of its past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from metrics.begins import known
from metrics.metric import Metric
from metrics.period import Period, whole_months, whole_quarters, whole_weeks
from metrics.reading import Reading, series
from settings import Settings
from store import Published

POINTS = {"week": 26, "month": 12, "quarter": 8}  # how many grains a small line shows
HISTORY = {"week": 52, "month": 24, "quarter": 12}  # ... and the chart of one metric


@dataclass(frozen=True, slots=True)
class Card:
    """A metric as the first page shows it: now, and a small line of the past (None where it is based on too few)."""

    metric: Metric
    reading: Reading
    line: tuple[float | None, ...]
    line_periods: tuple[Period, ...]


def card(metric: Metric, reading: Reading, past: list[Reading]) -> Card:
    return Card(metric, reading, tuple(each.value for each in past), tuple(each.period for each in past))


def line(
    published: Published, metric: Metric, today: date, settings: Settings, points: int | None = None
) -> list[Reading]:
    """From where it can be true on: a period that begins before its data does is no point of a line."""
    periods = line_periods(metric, today, points or POINTS[metric.grain])
    data = known(published, metric)
    return series(published, metric, [each for each in periods if data.fit(each) == each] or periods[-1:], settings)


def line_periods(metric: Metric, today: date, points: int) -> list[Period]:
    """The periods of a line: single weeks or months, or windows of a year that end with each month or quarter where the
    headline is a year (a month of so rare an event says nothing)."""
    if metric.grain == "quarter":
        ends = [period.end for period in whole_quarters(today, points).split("quarter")]
        return [whole_quarters(end, metric.headline) for end in ends]
    if metric.grain == "month" and metric.headline >= 12:
        ends = [period.end for period in whole_months(today, points).split("month")]
        return [whole_months(end, metric.headline) for end in ends]
    if metric.grain == "month":
        return whole_months(today, points).split("month")
    return whole_weeks(today, points).split("week")
