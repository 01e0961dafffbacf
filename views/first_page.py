"""What the first page asks: the ten bugs that hurt most, and how customers and the team are doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from metrics import all_metrics
from metrics.reading import headline_period, read
from ranking.top_bugs import TopBugs, top_bugs
from store import Published
from views.cache import cached
from views.lines import Card, card, line
from views.multiple_testing import adjusted
from views.news import Mark, News, news, releases_before
from views.ranking import memory_at
from views.sources import sources
from views.view import View, view


@dataclass(frozen=True, slots=True)
class FirstPage:
    """`releases`: by the id of a bug, the release that came shortly before its first report."""

    top: TopBugs
    cards: tuple[Card, ...]
    news: News
    releases: dict[str, Mark]


@cached(4)
def first_page(published: Published, view: View) -> FirstPage:
    settings, today = view.settings, view.today
    shown = [metric for metric in all_metrics(settings.words) if metric.on_card]
    readings = [read(published, metric, headline_period(metric, today), settings) for metric in shown]
    cards = [
        card(metric, reading, line(published, metric, today, settings))
        for metric, reading in zip(shown, adjusted(readings), strict=True)
    ]
    top = top_bugs(published, today, settings, memory_at(published, today, settings))
    return FirstPage(top, tuple(cards), news(published, top, today), releases_before(published, top.bugs))


def prewarm(now: datetime) -> None:
    """Works out what the first visitor would otherwise wait for. Raises SettingsError and StoreError."""
    found = view(now)
    if found is not None:
        first_page(found)
        sources(found)
