"""The nouns of the product: what a customer, a ticket, a survey answer, a bug is, whatever system it came from.

Each noun is declared once, here: one class, and its name in RECORDS. Its table and indexes, the checks before saving, what
is counted again when it changes, what is personal, the mapping of files and its documentation follow from the marks of its
fields (store/marks.py); a store of before gets the table, or a new column, when it is next refreshed. The natural key of
every record is (source, id). References name an id of the same source, or of one with which it shares its ids (store/ids.py).

Names: dates end in `_on`, instants in `_at` (aware datetimes; stored as UTC). Money is whole hundredths of the
company currency, so that sums are exact. None means "not known", never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar

from store.marks import (
    Record,
    at_least,
    counted,
    day,
    dimension,
    free_text,
    not_before,
    not_stored,
    personal,
    pseudonym,
    references,
    refers_to,
    stale,
    stored_fields,
    wait,
    words,
)
from store.rejected import Rejected

# What counts can be broken down by.
DIMENSIONS = ("area", "channel", "segment", "plan", "team")


@dataclass(slots=True)
class Customer(Record):
    """An account that pays, or paid."""

    TABLE: ClassVar[str] = "customer"
    id: Annotated[str, stale("customer")]
    name: Annotated[str | None, personal] = None
    segment: Annotated[str | None, counted, "the kind of customer, for example its size or sector"] = None
    plan: Annotated[str | None, counted, "what it pays for"] = None
    mrr: Annotated[int | None, "what it pays a month"] = None
    started_on: Annotated[date | None, "the first day as a customer"] = None
    ended_on: Annotated[
        date | None, not_before("started_on", "it ended before it started"), "the first day without service"
    ] = None


@dataclass(slots=True)
class Subscription(Record):
    """A period in which a customer has a plan at a monthly price."""

    TABLE: ClassVar[str] = "subscription"
    id: str
    customer: Annotated[str, refers_to("customer"), counted, stale("customer")]
    started_on: Annotated[date, counted, "the first day"]
    ended_on: Annotated[
        date | None, counted, not_before("started_on", "it ended before it started"), "the first day without it"
    ] = None
    plan: Annotated[str | None, counted] = None
    mrr: Annotated[int | None, counted, "the price of a month"] = None


@dataclass(slots=True)
class Purchase(Record):
    """One order, invoice or stay of a customer."""

    TABLE: ClassVar[str] = "purchase"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("ordered_on",),)
    id: str
    customer: Annotated[str, refers_to("customer"), counted, stale("buyer")]
    ordered_at: Annotated[datetime, counted, day("ordered_on", ordinal="ordered_ordinal")]
    amount: Annotated[int | None, counted, "what was paid for it"] = None


@dataclass(slots=True)
class Ticket(Record):
    """One request for help, on any channel."""

    TABLE: ClassVar[str] = "ticket"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("opened_on", "area"),
        ("customer", "opened_on"),
        ("customer", "solved_on"),
    )
    BY_ROW: ClassVar[bool] = True
    id: str
    opened_at: Annotated[datetime, counted, day("opened_on")]
    customer: Annotated[str | None, refers_to("customer"), counted, "who asked"] = None
    first_reply_at: Annotated[datetime | None, counted, wait("first_reply_bin", since="opened_at")] = None
    solved_at: Annotated[
        datetime | None,
        counted,
        day("solved_on"),
        wait("resolution_bin", since="opened_at"),
        not_before("opened_at", "it was solved before it was opened"),
    ] = None
    replies: Annotated[int | None, at_least(0), counted, "answers of the team"] = None
    reopens: Annotated[int | None, counted, "times it was reopened"] = None
    within_target: Annotated[bool | None, counted, "whether the source's own service target (SLA) was met"] = None
    area: Annotated[str | None, dimension, counted, "the part of the product it is about"] = None
    channel: Annotated[str | None, dimension, counted, "how it came: mail, chat, phone"] = None
    kind: Annotated[str | None, words("problem", "question", "request"), counted] = None
    priority: str | None = None
    feeling: Annotated[str | None, "how the customer feels, as the source says it"] = None
    subject: Annotated[str | None, free_text(200)] = None
    excerpt: Annotated[str | None, free_text(500), "the first words"] = None
    names: Annotated[tuple[str, ...], not_stored, "people named in the row: masked in subject and excerpt"] = ()


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
class SurveyResponse(Record):
    """One survey that was sent, and its answer if there is one."""

    TABLE: ClassVar[str] = "survey_response"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("answered_on", "area"), ("sent_on", "area"))
    BY_ROW: ClassVar[bool] = True
    CHECKED: ClassVar[bool] = True
    id: str
    kind: Annotated[str, words("csat", "nps", "ces"), counted]
    scale: Annotated[str, counted, "one of the scales of its kind"]
    score: Annotated[int | None, counted] = None
    answered_at: Annotated[datetime | None, counted, day("answered_on")] = None
    sent_at: Annotated[datetime | None, counted, day("sent_on")] = None
    customer: Annotated[str | None, refers_to("customer"), counted] = None
    ticket: Annotated[str | None, refers_to("ticket"), "the ticket it is about"] = None
    area: Annotated[str | None, dimension, counted, "the part of the product it is about"] = None
    channel: Annotated[str | None, dimension, counted, "how the ticket came"] = None
    comment: Annotated[str | None, free_text(500)] = None
    names: Annotated[tuple[str, ...], not_stored, "people named in the row: masked in the comment"] = ()

    def check(self) -> None:
        bounds = SCALES.get((self.kind, self.scale))
        if bounds is None:
            known = ", ".join(scale for kind, scale in SCALES if kind == self.kind)
            raise _rejected("scale", self.scale, f"a {self.kind} survey has no such scale; the scales are {known}")
        if self.score is None:
            if self.sent_at is None:
                raise _rejected("score", "", "there is neither an answer nor a day on which it was sent")
            return
        if not bounds[0] <= self.score <= bounds[1]:
            raise _rejected("score", self.score, f"it is outside the scale {bounds[0]} to {bounds[1]}")
        if self.answered_at is None:
            raise _rejected("answered_at", "", "there is an answer, but not when it was given")


@dataclass(slots=True)
class Bug(Record):
    """A defect in the tracker."""

    TABLE: ClassVar[str] = "bug"
    id: Annotated[str, stale("bug")]
    title: str
    opened_at: datetime
    severity: Annotated[str | None, words("cosmetic", "minor", "major", "blocker"), "empty: not rated"] = None
    status: str | None = None
    fixed_at: Annotated[datetime | None, "when it was fixed"] = None
    released_at: Annotated[datetime | None, "when customers had the fix"] = None
    closed_at: Annotated[datetime | None, "when the tracker closed it, for whatever reason"] = None
    expected_on: Annotated[date | None, "when the fix is expected"] = None
    area: Annotated[str | None, "the part of the product it is in"] = None
    owner: Annotated[str | None, "a team, never a person"] = None
    url: str | None = None


@dataclass(slots=True)
class BugReport(Record):
    """One sign that a bug hurts a customer: a ticket linked to it, or a customer's own report."""

    TABLE: ClassVar[str] = "bug_report"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("reported_on", "bug"),)
    CHECKED: ClassVar[bool] = True
    id: str
    bug: Annotated[str, refers_to("bug")]
    ticket: Annotated[str | None, refers_to("ticket")] = None
    customer: Annotated[str | None, refers_to("customer"), "who reported it; that of the ticket where empty"] = None
    reported_at: Annotated[datetime | None, day("reported_on"), "when the ticket was opened where empty"] = None
    linked_by: Annotated[str, 'how the link was made: "link", "key in text", "tag", "author"'] = "link"

    def check(self) -> None:
        if self.ticket is None and (self.customer is None or self.reported_at is None):
            raise _rejected("ticket", "", "it names neither a ticket, nor a customer and a time")


@dataclass(slots=True)
class Release(Record):
    """A change that customers received: a mark on every chart."""

    TABLE: ClassVar[str] = "release"
    id: Annotated[str, stale("release")]
    name: str
    released_at: Annotated[datetime, day("released_on")]
    area: Annotated[str | None, "the part of the product that changed"] = None


@dataclass(slots=True)
class Employment(Record):
    """One period of work of one (pseudonymous) person in a team."""

    TABLE: ClassVar[str] = "employment"
    id: Annotated[str, pseudonym]
    team: Annotated[str | None, counted] = None
    started_on: Annotated[date | None, counted, "the first day"] = None
    ended_on: Annotated[
        date | None, counted, not_before("started_on", "it ended before it started"), "the first day not employed"
    ] = None
    left_how: Annotated[
        str | None,
        words("voluntary", "involuntary", "other", "transfer"),
        counted,
        "transfer: to another team, not out of the company",
    ] = None


def _rejected(column: str, value: object, reason: str) -> Rejected:
    return Rejected("", "", column, str(value), reason)


RECORDS: tuple[type[Record], ...] = (
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
BY_TABLE: dict[str, type[Record]] = {record.TABLE: record for record in RECORDS}

# The words a field may hold; anything else is rejected with this list in the reason.
WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    (record.TABLE, each.name): each.mark.words
    for record in RECORDS
    for each in stored_fields(record)
    if each.mark.words
}

# Which fields name a row of which noun, by its id.
REFERENCES: dict[tuple[str, str], str] = {
    (record.TABLE, name): named for record in RECORDS for name, named in references(record).items()
}
