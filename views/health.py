"""What the page of customer health asks: every number over the days that a reader chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from metrics import all_metrics
from metrics.metric import Metric
from metrics.period import Period, whole_months, whole_weeks
from metrics.reading import headline_period, read
from store import Published
from views.cache import cached
from views.lines import Card, card, line
from views.multiple_testing import in_families
from views.view import View

PERIODS = {"Now": None, "Quarter": 13, "Year": 52}  # the choice on the page, in weeks


@dataclass(frozen=True, slots=True)
class Health:
    period: str
    six: tuple[Card, ...]
    behind: tuple[Card, ...]


@cached(12)
def health(published: Published, view: View, period: str) -> Health:
    settings, today = view.settings, view.today
    shown = all_metrics(settings.words)
    readings = [read(published, each, chosen_period(each, today, period), settings) for each in shown]
    cards = [
        card(metric, reading, line(published, metric, today, settings))
        for metric, reading in zip(shown, in_families(shown, readings), strict=True)
    ]
    six = tuple(card for card in cards if card.metric.on_card)
    return Health(period, six, tuple(card for card in cards if not card.metric.on_card))


def chosen_period(metric: Metric, today: date, name: str) -> Period:
    """The metric's own period, or the last 13 whole weeks or 3 months, or the last year, as it counts in weeks or months."""
    weeks = PERIODS.get(name)
    if weeks is None:
        return headline_period(metric, today)
    if metric.grain == "week":
        return whole_weeks(today, weeks)
    if metric.grain == "quarter":
        return headline_period(metric, today)
    months = {13: 3, 52: 12}[weeks]
    # A rate over a longer period than the metric was made for says something else; a shorter one would be too few.
    return whole_months(today, metric.headline if metric.headline == 12 else months)
