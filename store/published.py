"""What readers see: one whole snapshot of the store, never half a refresh.

Pages, `./run read` and the metrics ask only this. Everything here is small (tallies and a few lists made at
publishing time), however many tickets there are. All reading of one `Published` happens in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

DIMENSIONS = ("area", "channel", "segment", "plan", "team")
NOWHERE: Mapping[str, str] = {}


class Count(NamedTuple):
    """`group` is the value of the dimension that was asked for with `by`, else ""."""

    day: date
    group: str
    bin: str
    n: int
    amount: int  # whole hundredths of the currency


@dataclass(frozen=True, slots=True)
class Snapshot:
    id: int
    published_at: datetime  # aware, UTC
    is_sample: bool  # some of what is shown was invented by the sample source


@dataclass(frozen=True, slots=True)
class SourceState:
    name: str
    type: str
    is_sample: bool
    last_tried_at: datetime | None
    last_succeeded_at: datetime | None
    outcome: str  # "ok", "failed", "running", "never read"
    reason: str | None  # of the last failure, in words
    stale_after_hours: float
    rows: dict[str, int]  # record -> rows stored
    set_aside: int


@dataclass(frozen=True, slots=True)
class ListedBug:
    """A bug as the tracker knows it (see store.records.Bug). A pain without a bug in the tracker has is_pain=True."""

    id: str
    title: str
    opened_at: datetime
    severity: str | None
    status: str | None
    fixed_at: datetime | None
    released_at: datetime | None
    closed_at: datetime | None
    expected_on: date | None
    area: str | None
    owner: str | None
    url: str | None
    is_pain: bool


class Reach(NamedTuple):
    """Customers of a bug who last reported on this day: n customers, each with this weight (1/m of a ticket linked to m bugs)."""

    bug: str
    last_on: date
    weight: float
    customers: int


class BugDay(NamedTuple):
    """Reports of a bug on a day: contacts, and of the rated ones how many were bad."""

    bug: str
    day: date
    contacts: int
    rated: int
    bad: int


class Voice(NamedTuple):
    """A ticket behind a bug, already masked."""

    bug: str
    ticket: str
    opened_on: date
    area: str | None
    channel: str | None
    subject: str | None
    excerpt: str | None


class Mark(NamedTuple):
    """A release."""

    day: date
    name: str
    area: str | None


class Month(NamedTuple):
    """Revenue of the customers of the first day of a month, by group: hundredths a month."""

    month: date
    group: str
    customers: int
    start_mrr: int
    kept_mrr: int  # sum over customers of min(start, end): GRR
    end_mrr: int  # of the same customers: NRR


class Published:
    """One snapshot, open for reading. Use `with store.reading() as published:`.

    `where` maps dimensions to values; `by` names one dimension to group by. Not every measure has every dimension:
    a value of a dimension that a measure has not is "" (see store/tallies.py).
    """

    snapshot: Snapshot | None

    def tally(
        self, measure: str, start: date | None, end: date, where: Mapping[str, str] = NOWHERE, by: str | None = None
    ) -> list[Count]:
        """Counts of start <= day < end, one for each (day, group, bin); from the first day on where start is None."""
        raise NotImplementedError

    def before(
        self, measure: str, day: date, where: Mapping[str, str] = NOWHERE, by: str | None = None
    ) -> list[Count]:
        """All counts of days before `day`, added up over the days: one for each (group, bin), with day = date.min."""
        raise NotImplementedError

    def values(self, measure: str, dimension: str) -> list[str]:
        """The values of a dimension that occur, the most frequent first."""
        raise NotImplementedError

    def span(self, measure: str) -> tuple[date, date] | None:
        """First and last day that have a count."""
        raise NotImplementedError

    def months(self, start: date, end: date, where: Mapping[str, str] = NOWHERE, by: str | None = None) -> list[Month]:
        """Revenue months with start <= month < end; dimensions segment and plan."""
        raise NotImplementedError

    def rows(self, record: str) -> int:
        """How many rows of a record are stored."""
        raise NotImplementedError

    def undated(self, record: str) -> int:
        """How many of them have no date from which anything over time could be computed."""
        raise NotImplementedError

    def freshness(self, records: tuple[str, ...]) -> tuple[tuple[str, ...], datetime | None]:
        """The sources that fill these records, and how old the oldest of them is (its last success)."""
        raise NotImplementedError

    def sources(self) -> list[SourceState]:
        raise NotImplementedError

    def set_aside(self, source: str | None = None, at_most: int = 200) -> list[dict[str, str]]:
        """Rows that could not be read: source, record, place, column, value, reason, seen_at; newest first."""
        raise NotImplementedError

    def bugs(self, at: date) -> list[ListedBug]:
        """All bugs that were known at the end of day `at`; what happened later (fix, release, closing) is None."""
        raise NotImplementedError

    def bug(self, id: str) -> ListedBug | None:
        raise NotImplementedError

    def reaches(self, at: date) -> list[Reach]:
        """For all bugs, from reports up to and including day `at`."""
        raise NotImplementedError

    def reach_of(self, bug: str, at: date) -> list[Reach]:
        raise NotImplementedError

    def bug_days(self, start: date, end: date, bug: str | None = None) -> list[BugDay]:
        """Reports per bug and day, start <= day < end."""
        raise NotImplementedError

    def bug_customers(self, start: date, end: date) -> dict[str, int]:
        """For each bug: distinct customers who reported in start <= day < end."""
        raise NotImplementedError

    def distinct_customers(self, bugs: list[str], start: date, end: date) -> int:
        """How many different customers reported any of these bugs in start <= day < end."""
        raise NotImplementedError

    def bug_revenue(self, at: date, bugs: list[str]) -> dict[str, tuple[int, int, int]]:
        """For each bug: (customers with a known price, their mrr together, the largest single mrr), hundredths."""
        raise NotImplementedError

    def voices(self, bug: str) -> list[Voice]:
        """The newest ten tickets behind a bug."""
        raise NotImplementedError

    def releases(self, start: date, end: date) -> list[Mark]:
        raise NotImplementedError
