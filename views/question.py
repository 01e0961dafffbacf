"""What somebody asks of the store, and the facts that answer it: for the terminal, for programs and for files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from metrics import all_metrics, metric
from metrics.metric import Metric, Unanswerable
from metrics.period import Period, start_of
from metrics.reading import Reading, check_dimensions, headline_period, read, series, split_by
from settings import Settings
from store import EmptyStoreError, Published, Snapshot, Store, open_store
from store.published import SourceState, Unresolved
from store.published.sources import RejectedRow
from store.records import BY_TABLE
from store.tallies import MEASURES

if TYPE_CHECKING:
    from ranking.record import Learned
    from ranking.top_bugs import TopBugs
    from views.first_page import FirstPage

TOP_BUGS, RANKING, SOURCES, REJECTED, LIST = "top-bugs", "ranking", "sources", "rejected", "metrics"
OVERVIEW, NOW = "overview", "now"
HISTORY = 12  # how many whole weeks, months ... `by` shows where no days are given
FIRST_REJECTED = 3  # of each record, in the overview
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
    held: str | None  # why nothing newer is published


@dataclass(frozen=True, slots=True)
class Rejected:
    """`counts`: (source, record, read, rejected), of all rows of the last whole read; `rows`: each rejected one."""

    published_at: datetime | None
    counts: tuple[tuple[str, str, int, int], ...]
    rows: tuple[RejectedRow, ...]


@dataclass(frozen=True, slots=True)
class Metrics:
    metrics: tuple[Metric, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What came of the last refresh, and which metrics have a value.

    `counts`: (source, record, rows read, stored, rejected); `rejected`: the first rejected rows of each source and record.
    `top` is the top ten of today, or of the newest day that the data reach where they are too old for that; None where
    there is neither a ticket nor a bug.
    """

    published_at: datetime | None
    counts: tuple[tuple[str, str, int, int, int], ...]
    rejected: tuple[RejectedRow, ...]
    numbers: tuple[OneNumber, ...]
    top: Ranked | None
    unresolved: tuple[Unresolved, ...]


@dataclass(frozen=True, slots=True)
class Now:
    """What the first page says, at this moment. `company`: whose numbers these are."""

    company: str
    page: FirstPage
    states: tuple[SourceState, ...]
    snapshot: Snapshot
    at: datetime


Answer = OneNumber | History | Groups | Ranked | RankingRecord | Sources | Rejected | Metrics | Overview | Now


def answer(question: Question, settings: Settings, now: datetime) -> Answer:
    """Raises Unanswerable and StoreError."""
    if question.what == LIST:
        return Metrics(tuple(all_metrics(settings.words)))
    asked = (
        None
        if question.what in (TOP_BUGS, RANKING, SOURCES, REJECTED, OVERVIEW, NOW)
        else metric(question.what, settings.words)
    )
    store = open_store(settings)
    try:
        store.check_time_zone()
        if question.what == NOW:
            return _now(store, settings, now)
        with store.reading() as published:
            published_at = published.snapshot.published_at if published.snapshot else None
            if question.what == SOURCES:
                return Sources(
                    published_at, tuple(published.sources()), tuple(published.unresolved()), published.held()
                )
            if question.what == REJECTED:
                counts = tuple(published.rejected(tuple(BY_TABLE)))
                return Rejected(published_at, counts, tuple(published.rejected_rows(at_most=None)))
            if published.snapshot is None:
                raise EmptyStoreError
            today = now.astimezone(settings.zone).date()
            if question.what == RANKING:
                return _ranking(published, today, settings, published_at)
            if question.what == OVERVIEW:
                return overview(published, settings, today)
            if asked is None:
                return _top_bugs(published, question.at, today, settings)
            return _metric(published, asked, question, settings, today)
    finally:
        store.engine.dispose()


def _now(store: Store, settings: Settings, at: datetime) -> Now:
    from views.now import now
    from views.view import View

    if (snapshot := store.snapshot()) is None:
        raise EmptyStoreError
    return now(View(settings, store, snapshot, at))


def _top_bugs(published: Published, at: date | None, today: date, settings: Settings) -> Ranked:
    from ranking.top_bugs import top_bugs  # only here: it is not needed for a metric, and takes a while to load
    from views.ranking import memory_at

    on = at or today
    top = top_bugs(published, on, settings, memory_at(published, on, settings))
    return Ranked(top, at, *published.freshness(("ticket", "bug", "bug_report")))


def _ranking(published: Published, today: date, settings: Settings, as_of: datetime | None) -> RankingRecord:
    from views.ranking import record_at

    return RankingRecord(record_at(published, today, settings), as_of)


def overview(published: Published, settings: Settings, today: date) -> Overview:
    """Every metric over its own period; over the newest of its data where they are older than that."""
    published_at = published.snapshot.published_at if published.snapshot else None
    counts = tuple(published.counts())
    first: dict[tuple[str, str], list[RejectedRow]] = {}
    for row in published.rejected_rows():
        first.setdefault((row["source"], row["record"]), []).append(row)
    spans = {name: published.span(name) for each in all_metrics() for name in each.begins.measures}
    newest = min(max((span[1] for span in spans.values() if span), default=today), today)
    from views.multiple_testing import in_families

    asked = all_metrics(settings.words)
    readings = in_families(asked, [newest_reading(published, each, settings, today, newest) for each in asked])
    numbers = tuple(OneNumber(each, reading) for each, reading in zip(asked, readings, strict=True))
    top = None
    if any(record in ("ticket", "bug", "bug_report") for _, record, *_ in counts):
        from views.ranking import day_of_list

        top = _top_bugs(published, day_of_list(newest, today), today, settings)
    rejected = tuple(row for rows in first.values() for row in rows[:FIRST_REJECTED])
    return Overview(published_at, counts, rejected, numbers, top, tuple(published.unresolved()))


def newest_reading(published: Published, asked: Metric, settings: Settings, today: date, newest: date) -> Reading:
    """The metric's own period; where nothing in the store is so young, the newest that its data reach, else all its days.

    `newest` is the last day of which the store knows anything. What ended long ago must not look like today: nobody left
    a company in a month of which nothing was read.
    """
    own = headline_period(asked, today)
    periods = [own if newest >= own.start else headline_period(asked, newest + timedelta(days=1))]
    if spans := [span for name in asked.begins.measures if (span := published.span(name))]:
        begins, ends = min(first for first, _ in spans), min(max(last for _, last in spans), newest)
        after = ends + timedelta(days=1)
        periods += [headline_period(asked, after), Period(min(begins, ends), after)]
    first = read(published, asked, periods[0], settings)
    if first.value is not None:
        return first
    others = (read(published, asked, period, settings) for period in periods[1:])
    return next((each for each in others if each.value is not None), first)


def _metric(published: Published, asked: Metric, question: Question, settings: Settings, today: date) -> Answer:
    check_values(published, asked, question.where)
    period = period_of(question, asked, today)
    if question.by:
        readings = series(published, asked, period.split(question.by), settings, question.where)
        return History(asked, question.by, tuple(readings))
    if question.split:
        groups = split_by(published, asked, period, question.split, settings, question.where)
        return Groups(asked, question.split, period, groups)
    reading = read(published, asked, period, settings, question.where)
    return OneNumber(
        asked, reading if question.where else _in_its_family(published, asked, reading, question, settings, today)
    )


def _in_its_family(
    published: Published, asked: Metric, reading: Reading, question: Question, settings: Settings, today: date
) -> Reading:
    """Whether it changed is judged together with the metrics beside it, as on its page; where nothing seems changed, nothing
    has to be looked at."""
    if reading.comparison is None or reading.comparison.verdict not in ("up", "down"):
        return reading
    from views.multiple_testing import adjusted

    beside = [each for each in all_metrics(settings.words) if each.on_card is asked.on_card and each.key != asked.key]
    others = [read(published, each, period_of(question, each, today), settings) for each in beside]
    return adjusted([reading, *others])[0]


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
    if start and start > today:
        raise Unanswerable(f"--from {start} is in the future; give a day up to today, {today}.")
    if end:
        end = min(end, today + timedelta(days=1))
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
