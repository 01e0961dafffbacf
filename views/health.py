"""What the pages of all metrics ask: every number over the days that a reader chose, its change, a small line of its past."""

from __future__ import annotations

from dataclasses import dataclass

from metrics import all_metrics, metric
from metrics.metric import Metric
from metrics.reading import Reading, read
from store import Published
from views.cache import cached
from views.choice import Choice, period_of
from views.lines import Card, card, line
from views.multiple_testing import adjusted
from views.view import View


@dataclass(frozen=True, slots=True)
class Health:
    choice: Choice
    six: tuple[Card, ...]
    behind: tuple[Card, ...]

    @property
    def all(self) -> tuple[Card, ...]:
        return (*self.six, *self.behind)


@cached(24)
def family(published: Published, view: View, choice: Choice, on_card: bool) -> dict[str, Reading]:
    """The six numbers of the first page, or all others: judged together, so that every page says the same of a change."""
    metrics = [each for each in all_metrics(view.settings.words) if each.on_card is on_card]
    readings = [read(published, each, period_of(choice, each, view.today), view.settings) for each in metrics]
    return dict(zip((each.key for each in metrics), adjusted(readings), strict=True))


@cached(12)
def health(published: Published, view: View, choice: Choice) -> Health:
    six, behind = (
        tuple(
            _card(published, view, choice, metric(key, view.settings.words), reading)
            for key, reading in family(view, choice, each).items()
        )
        for each in (True, False)
    )
    return Health(choice, six, behind)


def _card(published: Published, view: View, choice: Choice, metric: Metric, reading: Reading) -> Card:
    past = line(published, metric, view.today, view.settings, period_of(choice, metric, view.today))
    return card(metric, reading, past)
