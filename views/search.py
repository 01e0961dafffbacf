"""What can be looked for: the bugs that were reported in a year, the metrics, and the areas. Facts, without words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from metrics import all_metrics
from metrics.metric import Metric
from store import Published
from views.cache import cached
from views.view import View

MOST = 500  # of all together
A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Findable:
    """`bugs` as (id, title), those first that most customers reported; `areas` by name."""

    metrics: tuple[Metric, ...]
    areas: tuple[str, ...]
    bugs: tuple[tuple[str, str], ...]


@cached(4)
def findable(published: Published, view: View) -> Findable:
    metrics = tuple(all_metrics(view.settings.words))
    areas = tuple(sorted(each for each in published.values("tickets", "area") if each))[: MOST // 4]
    reported = published.bug_customers(view.today - A_YEAR, view.today + timedelta(days=1))
    known = [bug for bug in published.bugs(view.today) if bug.id in reported and not bug.is_cluster]
    known.sort(key=lambda bug: (-reported[bug.id], bug.title))
    bugs = tuple((bug.id, bug.title) for bug in known[: MOST - len(metrics) - len(areas)])
    return Findable(metrics, areas, bugs)
