"""What the pages read, worked out once for each snapshot of the store and shared by everybody who looks.

Pages ask nothing else. Results are kept in memory by the number of the snapshot, so nobody waits for a refresh and
nothing is computed twice; treat them as read-only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

from metrics import all_metrics
from metrics import metric as metric_of
from metrics.many import settle
from metrics.metric import Metric, Reading, headline_period, known, read, series, split_by
from metrics.period import Period, whole_months, whole_quarters, whole_weeks
from metrics.top_bugs import Explained, TopBugs, explain, top_bugs
from settings import Settings, load
from store import EmptyStoreError as EmptyStoreError
from store import Published, Snapshot, Store, open_store
from store import StoreError as StoreError
from store.published import Mark as Mark
from store.published import SourceState as SourceState
from store.published import Voice as Voice

POINTS = {"week": 26, "month": 12, "quarter": 8}  # how many grains a small line shows
HISTORY = {"week": 52, "month": 24, "quarter": 12}  # ... and the chart of one metric
PERIODS = {"Now": None, "Quarter": 13, "Year": 52}  # the choice on the page of customer health, in weeks

Worked = TypeVar("Worked", bound=Callable[..., Any])


def kept(most: int) -> Callable[[Worked], Worked]:
    """Keeps the last `most` results; of two who ask for the same at once the second waits, so nothing is worked out twice."""

    def keep(work: Worked) -> Worked:
        cached, once = lru_cache(most)(work), threading.RLock()

        @wraps(work)
        def ask(*asked: Any) -> Any:
            with once:
                return cached(*asked)

        _FORGET.append(cached.cache_clear)
        return cast("Worked", ask)

    return keep


_FORGET: list[Callable[[], None]] = []


def start_anew() -> None:
    """Forgets everything that is kept, also which store is read: for a program that changes its settings."""
    for forget in _FORGET:
        forget()


@dataclass(frozen=True, slots=True)
class View:
    """What a run of a page starts from."""

    settings: Settings
    store: Store
    snapshot: Snapshot
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.settings.zone).date()


@dataclass(frozen=True, slots=True)
class Card:
    """A metric as the first page shows it: now, and a small line of the past (None where too few stood behind it)."""

    metric: Metric
    reading: Reading
    line: tuple[float | None, ...]
    line_periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class FirstPage:
    top: TopBugs
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Health:
    period: str
    six: tuple[Card, ...]
    behind: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class MetricPage:
    metric: Metric
    reading: Reading
    history: tuple[Reading, ...]
    marks: tuple[Mark, ...]
    groups: dict[str, Reading]
    groups_period: Period  # not always the reading's own: see Metric.split_grain
    details: tuple[Card, ...]  # the metrics that are a detail of this one


@kept(1)
def opened() -> tuple[Settings, Store]:
    """The settings and the store of this server. Raises SettingsError and StoreError."""
    settings = load()
    return settings, open_store(settings)


def view(now: datetime) -> View | None:
    """The newest snapshot; None while nothing has been published. Raises SettingsError and StoreError."""
    settings, store = opened()
    newest = store.snapshot_id()
    if newest is None:
        return None
    return View(settings, store, _snapshot(newest), now)


@kept(4)
def _snapshot(newest: int) -> Snapshot:
    _, store = opened()
    with store.reading() as published:
        assert published.snapshot is not None
        return published.snapshot


def first_page(view: View) -> FirstPage:
    return _first_page(view.snapshot.id, view.today.toordinal())


@kept(4)
def _first_page(snapshot: int, day: int) -> FirstPage:
    settings, store = opened()
    today = date.fromordinal(day)
    shown = [metric for metric in all_metrics() if metric.on_card]
    with store.reading() as published:
        readings = [read(published, metric, headline_period(metric, today), settings) for metric in shown]
        cards = [
            _card(metric, reading, _line(published, metric, today, settings))
            for metric, reading in zip(shown, settle(readings), strict=True)
        ]
        return FirstPage(top_bugs(published, today, settings), tuple(cards))


def _card(metric: Metric, reading: Reading, line: list[Reading]) -> Card:
    return Card(metric, reading, tuple(each.value for each in line), tuple(each.period for each in line))


def _line(
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


def health(view: View, period: str) -> Health:
    return _health(view.snapshot.id, view.today.toordinal(), period)


@kept(12)
def _health(snapshot: int, day: int, period: str) -> Health:
    settings, store = opened()
    today = date.fromordinal(day)
    shown = all_metrics()
    with store.reading() as published:
        readings = [read(published, each, chosen_period(each, today, period), settings) for each in shown]
        cards = [
            _card(metric, reading, _line(published, metric, today, settings))
            for metric, reading in zip(shown, settle(readings), strict=True)
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
    # A rate over a longer stretch than the metric was made for says something else; a shorter one would be too few.
    return whole_months(today, metric.headline if metric.headline == 12 else months)


def one_metric(view: View, key: str, by: str | None) -> MetricPage:
    """Raises metrics.Unanswerable for a metric or a split that there is not."""
    return _one_metric(view.snapshot.id, view.today.toordinal(), metric_of(key).key, by)


@kept(64)
def _one_metric(snapshot: int, day: int, key: str, by: str | None) -> MetricPage:
    settings, store = opened()
    today = date.fromordinal(day)
    metric = metric_of(key)
    period = headline_period(metric, today)
    with store.reading() as published:
        history = _line(published, metric, today, settings, HISTORY[metric.grain])
        of_groups = headline_period(metric, today, of_a_group=True)
        groups = split_by(published, metric, of_groups, by, settings) if by else {}
        parts = [each for each in all_metrics() if each.parent == metric.key]
        details = [_card(each, read(published, each, headline_period(each, today), settings), []) for each in parts]
        return MetricPage(
            metric,
            read(published, metric, period, settings),
            tuple(history),
            tuple(published.releases(history[0].period.start, today + timedelta(days=1))),
            groups,
            of_groups,
            tuple(details),
        )


def one_bug(view: View, id: str) -> tuple[Explained, tuple[Voice, ...]] | None:
    return _one_bug(view.snapshot.id, view.today.toordinal(), id[:500])


@kept(128)
def _one_bug(snapshot: int, day: int, id: str) -> tuple[Explained, tuple[Voice, ...]] | None:
    settings, store = opened()
    with store.reading() as published:
        explained = explain(published, id, date.fromordinal(day), settings)
        return (explained, tuple(published.voices(id))) if explained else None


def sources(view: View) -> tuple[SourceState, ...]:
    """As of the snapshot: every refresh publishes one, also when a source failed in it."""
    return _sources(view.snapshot.id)


@kept(4)
def _sources(snapshot: int) -> tuple[SourceState, ...]:
    _, store = opened()
    with store.reading() as published:
        return tuple(published.sources())


def set_aside(view: View, source: str | None = None) -> list[dict[str, Any]]:
    with view.store.reading() as published:
        return published.set_aside(source)


def warm(now: datetime) -> None:
    """Works out what the first visitor would otherwise wait for. Raises SettingsError and StoreError."""
    found = view(now)
    if found is not None:
        first_page(found)
        sources(found)
