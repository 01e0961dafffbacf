"""What the page of one metric asks: now, its history, the releases of that time, its groups and its details."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from metrics import all_metrics
from metrics import metric as metric_of
from metrics.metric import Metric
from metrics.period import Period
from metrics.reading import Reading, headline_period, split_by
from store import Published
from store.published import Mark as Mark
from views.cache import cached
from views.health import health
from views.lines import HISTORY, Card, card, line
from views.view import View


@dataclass(frozen=True, slots=True)
class MetricPage:
    metric: Metric
    reading: Reading
    history: tuple[Reading, ...]
    marks: tuple[Mark, ...]
    groups: dict[str, Reading]
    groups_period: Period  # not always the reading's own: see Metric.split_grain
    details: tuple[Card, ...]  # the metrics that are a detail of this one


def one_metric(view: View, key: str, by: str | None) -> MetricPage:
    """Raises metrics.Unanswerable for a metric or a split that there is not."""
    return _one_metric(view, metric_of(key).key, by)


@cached(64)
def _one_metric(published: Published, view: View, key: str, by: str | None) -> MetricPage:
    settings, today = view.settings, view.today
    metric = metric_of(key, settings.words)
    now = health(view, "Now")  # where its change is judged beside those of the others
    known = {each.metric.key: each.reading for each in (*now.six, *now.behind)}
    history = line(published, metric, today, settings, HISTORY[metric.grain])
    of_groups = headline_period(metric, today, of_a_group=True)
    groups = split_by(published, metric, of_groups, by, settings) if by else {}
    parts = [each for each in all_metrics(settings.words) if each.parent == metric.key]
    details = [card(each, known[each.key], []) for each in parts]
    return MetricPage(
        metric,
        known[metric.key],
        tuple(history),
        tuple(published.releases(history[0].period.start, today + timedelta(days=1))),
        groups,
        of_groups,
        tuple(details),
    )
