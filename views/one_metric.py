"""What the page of one metric asks: its number, its history with the releases of that time, its groups, what was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from metrics import all_metrics
from metrics import metric as metric_of
from metrics.counted import Where
from metrics.metric import Metric
from metrics.period import Period
from metrics.reading import Reading, headline_period, read, split_by
from store import Published
from store.published import Comment as Comment
from store.published import Mark as Mark
from views.cache import cached
from views.choice import THE_LATEST, Choice, period_of
from views.health import family
from views.lines import history
from views.view import View


@dataclass(frozen=True, slots=True)
class MetricPage:
    """`history`: the number over as long windows, the last of them its own; `singles`: the weeks or months behind them.

    `only`: the one value of `by` that number and history are about. `details`: metrics that are a detail of this one.
    `comments` are those of whoever gave a low score; None where that is never asked.
    """

    metric: Metric
    choice: Choice
    reading: Reading
    history: tuple[Reading, ...]
    singles: tuple[Reading, ...]
    marks: tuple[Mark, ...]
    by: str | None
    only: str | None
    groups: dict[str, Reading]
    groups_period: Period  # not always the reading's own: see Metric.split_grain
    details: tuple[tuple[Metric, Reading], ...]
    comments: tuple[Comment, ...]
    today: date


def one_metric(
    view: View, key: str, choice: Choice = THE_LATEST, by: str | None = None, only: str | None = None
) -> MetricPage:
    """`by` and `only` are looked at only where the metric has them. Raises metrics.Unanswerable for a metric that there is not."""
    metric = metric_of(key, view.settings.words)
    by = by.lower() if by and by.lower() in metric.dimensions else None
    return _one_metric(view, metric.key, choice, by, only if by else None)


@cached(64)
def _one_metric(
    published: Published, view: View, key: str, choice: Choice, by: str | None, only: str | None
) -> MetricPage:
    settings, today = view.settings, view.today
    metric = metric_of(key, settings.words)
    period = period_of(choice, metric, today)
    of_groups = headline_period(metric, today, of_a_group=True) if metric.split_grain else period
    groups = split_by(published, metric, of_groups, by, settings) if by else {}
    if only not in groups or metric.split_grain:
        only = None
    where: Where = {by: only} if by and only is not None else {}
    reading = read(published, metric, period, settings, where) if where else family(view, choice, metric.on_card)[key]
    windows, singles = history(published, metric, period, settings, where)
    parts = [] if where else [each for each in all_metrics(settings.words) if each.parent == key]
    return MetricPage(
        metric,
        choice,
        reading,
        tuple(windows),
        tuple(singles),
        tuple(_releases(published, metric, [*windows, *singles], where)),
        by,
        only,
        groups,
        of_groups,
        tuple((each, family(view, choice, each.on_card)[each.key]) for each in parts),
        tuple(_comments(published, metric, where)),
        today,
    )


def _releases(published: Published, metric: Metric, shown: list[Reading], where: Where) -> list[Mark]:
    """Those of the time that is drawn. A release is of an area, so a metric that knows no areas has none."""
    if "area" not in metric.dimensions:
        return []
    first = min(ends_on(each) for each in shown)
    found = published.releases(first, max(ends_on(each) for each in shown) + timedelta(days=1))
    return [each for each in found if where.get("area") in (None, each.area or "")]


def ends_on(reading: Reading) -> date:
    """Where a point of the chart stands: on the last day of what it is about."""
    return reading.period.last_day


def _comments(published: Published, metric: Metric, where: Where) -> list[Comment]:
    if metric.records != ("survey_response",):
        return []
    found = published.comments(metric.key)
    asked = {"area": where.get("area"), "channel": where.get("channel")}
    return [
        each
        for each in found
        if "segment" not in where and all(value in (None, getattr(each, name) or "") for name, value in asked.items())
    ]
