"""What readers see: one whole snapshot of the store, never half a refresh.

Pages, `./run read` and the metrics ask only this. Everything here is small (tallies and a few lists made at
publishing time), however many tickets there are. All reading of one `Published` happens in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

DIMENSIONS = ("area", "channel", "segment", "plan", "team")


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
