"""What somebody asks of the store, and the facts that answer it: for the terminal, for programs and for files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from metrics import all_metrics, metric
from metrics.metric import Metric, Unanswerable
from metrics.period import Period, start_of
from metrics.reading import Reading, check_dimensions, headline_period, read, series, split_by
from settings import Settings
from store import EmptyStoreError, Published, open_store
from store.published import SourceState, Unresolved
from store.records import BY_TABLE
from store.tallies import MEASURES

if TYPE_CHECKING:
    from ranking.record import Learned
    from ranking.top_bugs import TopBugs

TOP_BUGS, RANKING, SOURCES, REJECTED, LIST = "top-bugs", "ranking", "sources", "rejected", "metrics"
HISTORY = 12  # how many whole weeks, months ... `by` shows where no days are given
MOST_NAMED = 10  # values that are listed where somebody asks for one that is not there


@dataclass(frozen=True, slots=True)
class Question:
    """`what` is a metric's key or one of the words above. `end` is the first day that is not counted."""

    what: str
    start: date | None = None
    end: date | None = None
    by: str | None = None
    split: str | None = None
    where: dict[str, str] = field(default_factory=dict)
    at: date | None = None


@dataclass(frozen=True, slots=True)
class OneNumber:
    metric: Metric
    reading: Reading


@dataclass(frozen=True, slots=True)
class History:
    """A number for each period. `by` is the grain."""

    metric: Metric
    by: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """A number for each value of a dimension; "" is who has none."""

    metric: Metric
    split: str
    period: Period
    groups: dict[str, Reading]


@dataclass(frozen=True, slots=True)
class Ranked:
    """The bugs that hurt most, as known on `at`; None where no day was asked for."""

    top: TopBugs
    at: date | None
    sources: tuple[str, ...]
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class RankingRecord:
    """How long a report counts, and how the lists of the last months did; None where that was not looked at yet."""

    learned: Learned | None
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Sources:
    published_at: datetime | None
    states: tuple[SourceState, ...]
    unresolved: tuple[Unresolved, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """`counts`: (source, record, read, rejected), of all rows of the last whole read; `rows`: each rejected one."""

    published_at: datetime | None
    counts: tuple[tuple[str, str, int, int], ...]
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Metrics:
    metrics: tuple[Metric, ...]


Answer = OneNumber | History | Groups | Ranked | RankingRecord | Sources | Rejected | Metrics


def answer(question: Question, settings: Settings, now: datetime) -> Answer:
    """Raises Unanswerable and StoreError."""
    if question.what == LIST:
        return Metrics(tuple(all_metrics()))
    asked = None if question.what in (TOP_BUGS, RANKING, SOURCES, REJECTED) else metric(question.what)
    store = open_store(settings)
    try:
        store.check_time_zone()
        with store.reading() as published:
            published_at = published.snapshot.published_at if published.snapshot else None
            if question.what == SOURCES:
                return Sources(published_at, tuple(published.sources()), tuple(published.unresolved()))
            if question.what == REJECTED:
                counts = tuple(published.rejected(tuple(BY_TABLE)))
                return Rejected(published_at, counts, tuple(published.rejected_rows(at_most=None)))
            if published.snapshot is None:
                raise EmptyStoreError
            today = now.astimezone(settings.zone).date()
            if question.what == RANKING:
                return _ranking(published, today, settings, published_at)
            if asked is None:
                return _top_bugs(published, question.at, today, settings)
            return _metric(published, asked, question, settings, today)
    finally:
        store.engine.dispose()


def _top_bugs(published: Published, at: date | None, today: date, settings: Settings) -> Ranked:
    from ranking.top_bugs import top_bugs  # only here: it is not needed for a metric, and takes a while to load
    from views.ranking import memory_at

    on = at or today
    top = top_bugs(published, on, settings, memory_at(published, on, settings))
    return Ranked(top, at, *published.freshness(("ticket", "bug", "bug_report")))


def _ranking(published: Published, today: date, settings: Settings, as_of: datetime | None) -> RankingRecord:
    from views.ranking import record_at

    return RankingRecord(record_at(published, today, settings), as_of)


def _metric(published: Published, asked: Metric, question: Question, settings: Settings, today: date) -> Answer:
    check_values(published, asked, question.where)
    period = period_of(question, asked, today)
    if question.by:
        readings = series(published, asked, period.split(question.by), settings, question.where)
        return History(asked, question.by, tuple(readings))
    if question.split:
        groups = split_by(published, asked, period, question.split, settings, question.where)
        return Groups(asked, question.split, period, groups)
    return OneNumber(asked, read(published, asked, period, settings, question.where))


def check_values(published: Published, asked: Metric, where: dict[str, str]) -> None:
    """A value that no row of the store has is a slip of the pen, not an area about which nothing is known."""
    check_dimensions(asked, where)
    names_of_measures = [measure.name for measure in MEASURES]
    for dimension, value in where.items():
        known = list(dict.fromkeys(each for name in names_of_measures for each in published.values(name, dimension)))
        if value and value not in known:
            names = sorted(each for each in known[: MOST_NAMED + 1] if each)[:MOST_NAMED]
            more = len([each for each in known if each]) - len(names)
            listed = ", ".join(names) + (f" and {more} more" if more > 0 else "")
            there = f"there {'is' if len(names) == 1 else 'are'} {listed}" if names else "no row has one"
            raise Unanswerable(f"There is no {dimension} {value!r}; {there}.")


def period_of(question: Question, asked: Metric, today: date) -> Period:
    """The days asked for; what was left out comes from the metric's headline, or from `by`. Raises Unanswerable."""
    of_a_group = bool(question.split or question.where)
    own = _last_whole(today, question.by) if question.by else headline_period(asked, today, of_a_group)
    start, end = question.start, question.end
    if start and not end:
        end = own.end if start < own.end else today + timedelta(days=1)
    if end and not start:
        start = _last_whole(end, question.by).start if question.by else headline_period(asked, end, of_a_group).start
        if start >= end:
            start = end - timedelta(days=own.days)
    if start and end and end <= start:
        raise Unanswerable(f"--to {end} is not after --from {start}; --to is the first day that is not counted.")
    return Period(start, end) if start and end else own


def _last_whole(today: date, grain: str) -> Period:
    end = start = start_of(today, grain)
    for _ in range(HISTORY):
        start = start_of(start - timedelta(days=1), grain)
    return Period(start, end)
