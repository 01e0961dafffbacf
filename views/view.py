"""What the pages read, worked out once for each snapshot of the store and shared by everybody who looks.

Pages ask nothing else. Results are kept in memory by the snapshot and the store it lies in, so nobody waits for a refresh and
nothing is computed twice; treat them as read-only.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from metrics import all_metrics
from metrics import metric as metric_of
from metrics.metric import Metric, Reading, headline_period, known, read, series, split_by
from metrics.period import Period, whole_months, whole_quarters, whole_weeks
from ranking.top_bugs import Explained, TopBugs, explain, top_bugs
from settings import Settings, load
from store import EmptyStoreError as EmptyStoreError
from store import Published, Snapshot, Store, open_store
from store import StoreError as StoreError
from store.published import Excerpt as Excerpt
from store.published import Mark as Mark
from store.published import SourceState as SourceState
from store.published import Unresolved as Unresolved
from views.multiple_testing import settle

POINTS = {"week": 26, "month": 12, "quarter": 8}  # how many grains a small line shows
HISTORY = {"week": 52, "month": 24, "quarter": 12}  # ... and the chart of one metric
PERIODS = {"Now": None, "Quarter": 13, "Year": 52}  # the choice on the page of customer health, in weeks

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def kept(
    most: int,
) -> Callable[[Callable[Concatenate[Published, View, Asked], Answer]], Callable[Concatenate[View, Asked], Answer]]:
    """Keeps the last `most` answers of a function of (published, view, what was asked), which is then asked (view, ...).

    An answer belongs to a snapshot of a store and a day. Of two who ask for the same at once the second waits, so nothing is
    worked out twice.
    """

    def keep(
        work: Callable[Concatenate[Published, View, Asked], Answer],
    ) -> Callable[Concatenate[View, Asked], Answer]:
        answers: OrderedDict[Any, Answer] = OrderedDict()
        once = threading.RLock()

        @wraps(work)
        def ask(view: View, *asked: Asked.args, **named: Asked.kwargs) -> Answer:
            key = (view.snapshot, view.today, *asked, *named.items())
            with once:
                if key in answers:
                    answers.move_to_end(key)
                    return answers[key]
                with view.store.reading() as published:
                    if published.snapshot is None or published.snapshot.store != view.snapshot.store:
                        raise StoreError("The store has just been replaced by another one: reload this page.")
                    answer = work(published, view, *asked, **named)
                    # A refresh may have published since the page began: then it is the answer of a newer snapshot.
                    if published.snapshot == view.snapshot:
                        answers[key] = answer
                        if len(answers) > most:
                            answers.popitem(last=False)
                return answer

        _FORGET.append(answers.clear)
        return ask

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


_opening = threading.Lock()


def opened() -> tuple[Settings, Store]:
    """The settings and the store of this server. Raises SettingsError and StoreError."""
    with _opening:
        return _opened()


@lru_cache(1)
def _opened() -> tuple[Settings, Store]:
    settings = load()
    return settings, open_store(settings)


_FORGET.append(_opened.cache_clear)


def view(now: datetime) -> View | None:
    """The newest snapshot; None while nothing has been published. Raises SettingsError and StoreError."""
    settings, store = opened()
    snapshot = store.snapshot()
    return View(settings, store, snapshot, now) if snapshot else None


@kept(4)
def first_page(published: Published, view: View) -> FirstPage:
    settings, today = view.settings, view.today
    shown = [metric for metric in all_metrics() if metric.on_card]
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


@kept(12)
def health(published: Published, view: View, period: str) -> Health:
    settings, today = view.settings, view.today
    shown = all_metrics()
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
    return _one_metric(view, metric_of(key).key, by)


@kept(64)
def _one_metric(published: Published, view: View, key: str, by: str | None) -> MetricPage:
    settings, today = view.settings, view.today
    metric = metric_of(key)
    period = headline_period(metric, today)
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


def one_bug(view: View, id: str) -> tuple[Explained, tuple[Excerpt, ...]] | None:
    return _one_bug(view, id[:500])


@kept(128)
def _one_bug(published: Published, view: View, id: str) -> tuple[Explained, tuple[Excerpt, ...]] | None:
    id = published.bug_named(id) or id
    explained = explain(published, id, view.today, view.settings)
    return (explained, tuple(published.excerpts(id))) if explained else None


@kept(4)
def sources(published: Published, view: View) -> tuple[SourceState, ...]:
    """As of the snapshot: every refresh publishes one, also when a source failed in it."""
    return tuple(published.sources())


def unresolved(view: View) -> list[Unresolved]:
    """References that name no stored row, as of the snapshot."""
    with view.store.reading() as published:
        return published.unresolved()


def rejected_rows(view: View, source: str | None = None) -> list[dict[str, Any]]:
    with view.store.reading() as published:
        return published.rejected_rows(source)


def warm(now: datetime) -> None:
    """Works out what the first visitor would otherwise wait for. Raises SettingsError and StoreError."""
    found = view(now)
    if found is not None:
        first_page(found)
        sources(found)
