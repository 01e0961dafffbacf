"""The nouns of the product: what a customer, a ticket, a survey answer, a bug is, whatever system it came from.

Each noun is declared once, here. The tables, the checks before saving, the list of personal fields and the
mapping of files all follow from these classes. The natural key of every record is (source, id).
References (customer, ticket, bug) name an id of the same source, or of one with which it shares its ids (store/ids.py).

Names: dates end in `_on`, instants in `_at` (aware datetimes; stored as UTC). Money is whole hundredths of the
company currency, so that sums are exact. None means "not known", never zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, ClassVar


def personal(**options: Any) -> Any:
    """A field that is about a person: erasure and export find it by this mark."""
    return field(default=None, metadata={"personal": True, **options})


def pseudonym() -> Any:
    """A field that is replaced by a keyed hash before it is stored."""
    return field(metadata={"personal": True, "pseudonym": True})


def free_text(longest: int) -> Any:
    """Text written by a person: masked, and cut to `longest` characters, before it is stored."""
    return field(default=None, metadata={"personal": True, "free_text": longest})


def not_stored() -> Any:
    """Known while saving, gone afterwards."""
    return field(default=(), metadata={"not_stored": True})


@dataclass(slots=True)
class Customer:
    """An account that pays, or paid. `ended_on` is the first day without service."""

    id: str
    name: str | None = personal()
    segment: str | None = None
    plan: str | None = None
    mrr: int | None = None
    started_on: date | None = None
    ended_on: date | None = None
    TABLE: ClassVar[str] = "customer"


@dataclass(slots=True)
class Subscription:
    """A stretch of time in which a customer has a plan at a monthly price. `ended_on` is the first day without it."""

    id: str
    customer: str
    started_on: date
    ended_on: date | None = None
    plan: str | None = None
    mrr: int | None = None
    TABLE: ClassVar[str] = "subscription"


@dataclass(slots=True)
class Purchase:
    """One order, invoice or stay of a customer."""

    id: str
    customer: str
    ordered_at: datetime
    amount: int | None = None
    TABLE: ClassVar[str] = "purchase"


@dataclass(slots=True)
class Ticket:
    """One request for help, on any channel.

    `kind` is "problem", "question", "request" or None where the source does not say. `within_target` is whether
    the source's own service target (SLA) was met. `names` are the people named in the row; they are masked in
    subject and excerpt, and not stored.
    """

    id: str
    opened_at: datetime
    customer: str | None = None
    first_reply_at: datetime | None = None
    solved_at: datetime | None = None
    replies: int | None = None
    reopens: int | None = None
    within_target: bool | None = None
    area: str | None = None
    channel: str | None = None
    kind: str | None = None
    priority: str | None = None
    feeling: str | None = None
    subject: str | None = free_text(200)
    excerpt: str | None = free_text(500)
    names: tuple[str, ...] = not_stored()
    TABLE: ClassVar[str] = "ticket"


# The scales that are understood, as (kind, scale) -> lowest and highest score.
# A scale that is not here is refused, not guessed (METHODOLOGY 1.1-1.3).
SCALES: dict[tuple[str, str], tuple[int, int]] = {
    ("csat", "1-5"): (1, 5),
    ("csat", "1-4"): (1, 4),
    ("csat", "1-3"): (1, 3),
    ("csat", "1-2"): (1, 2),
    ("nps", "0-10"): (0, 10),
    ("ces", "2.0"): (1, 7),  # "made it easy", 7 = easiest
    ("ces", "1.0"): (1, 5),  # effort, 1 = easiest
    ("ces", "1-5 easy"): (1, 5),  # "how easy", 5 = easiest
}


@dataclass(slots=True)
class SurveyResponse:
    """One survey that was sent, and its answer if there is one. `kind` is "csat", "nps" or "ces"; `scale` as in SCALES."""

    id: str
    kind: str
    scale: str
    score: int | None = None
    answered_at: datetime | None = None
    sent_at: datetime | None = None
    customer: str | None = None
    ticket: str | None = None
    area: str | None = None
    channel: str | None = None
    comment: str | None = free_text(500)
    names: tuple[str, ...] = not_stored()
    TABLE: ClassVar[str] = "survey_response"


@dataclass(slots=True)
class Bug:
    """A defect in the tracker. `severity` is "cosmetic", "minor", "major", "blocker" or None (not rated).

    `owner` is a team, never a person. `closed_at` is when the tracker closed it, for whatever reason; `fixed_at`
    when it was fixed; `released_at` when customers had the fix.
    """

    id: str
    title: str
    opened_at: datetime
    severity: str | None = None
    status: str | None = None
    fixed_at: datetime | None = None
    released_at: datetime | None = None
    closed_at: datetime | None = None
    expected_on: date | None = None
    area: str | None = None
    owner: str | None = None
    url: str | None = None
    TABLE: ClassVar[str] = "bug"


@dataclass(slots=True)
class BugReport:
    """One sign that a bug hurts a customer: a ticket linked to it, or a customer's own report.

    `customer` and `reported_at` are taken from the ticket where they are not given. `linked_by` says how the link
    was made: "link", "key in text", "tag", "author".
    """

    id: str
    bug: str
    ticket: str | None = None
    customer: str | None = None
    reported_at: datetime | None = None
    linked_by: str = "link"
    TABLE: ClassVar[str] = "bug_report"


@dataclass(slots=True)
class Release:
    """A change that customers received: a mark on every chart."""

    id: str
    name: str
    released_at: datetime
    area: str | None = None
    TABLE: ClassVar[str] = "release"


@dataclass(slots=True)
class Employment:
    """One stretch of work of one (pseudonymous) person in a team. `ended_on` is the first day not employed.

    `left_how` is "voluntary", "involuntary", "other", "transfer" (not a leaver of the company) or None.
    """

    id: str = pseudonym()
    team: str | None = None
    started_on: date | None = None
    ended_on: date | None = None
    left_how: str | None = None
    TABLE: ClassVar[str] = "employment"


RECORDS: tuple[type[Any], ...] = (
    Customer,
    Subscription,
    Purchase,
    Ticket,
    SurveyResponse,
    Bug,
    BugReport,
    Release,
    Employment,
)
BY_TABLE: dict[str, type[Any]] = {record.TABLE: record for record in RECORDS}

# The words a field may hold; anything else is rejected with this list in the reason.
WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("ticket", "kind"): ("problem", "question", "request"),
    ("survey_response", "kind"): ("csat", "nps", "ces"),
    ("bug", "severity"): ("cosmetic", "minor", "major", "blocker"),
    ("employment", "left_how"): ("voluntary", "involuntary", "other", "transfer"),
}

# Which fields name a row of which noun, by its id.
REFERENCES: dict[tuple[str, str], str] = {
    ("subscription", "customer"): "customer",
    ("purchase", "customer"): "customer",
    ("ticket", "customer"): "customer",
    ("survey_response", "customer"): "customer",
    ("survey_response", "ticket"): "ticket",
    ("bug_report", "bug"): "bug",
    ("bug_report", "ticket"): "ticket",
    ("bug_report", "customer"): "customer",
}


def stored_fields(record: type[Any]) -> list[Any]:
    """The dataclass fields that become columns."""
    return [each for each in fields(record) if not each.metadata.get("not_stored")]


def personal_fields(record: type[Any]) -> list[str]:
    return [each.name for each in stored_fields(record) if each.metadata.get("personal")]
