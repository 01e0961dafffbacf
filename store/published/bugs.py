"""Bugs, who reported them, how they rate those tickets, what they pay; and releases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, select, true

from store.ids import bare, meant_by
from store.instants import aware, naive
from store.published.snapshot import OpenSnapshot
from store.schema import (
    account,
    bug_contact,
    bug_rating,
    excerpt_of_bug,
    listed_bug,
    mark,
    paying,
    ranking_record,
    severity_change,
    waiting,
)


@dataclass(frozen=True, slots=True)
class ListedBug:
    """A bug as the tracker knows it (see store.records.Bug). A cluster of tickets without a bug in the tracker has is_cluster=True."""

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
    is_cluster: bool


class Reach(NamedTuple):
    """Customers of a bug who last reported on this day: n customers, each with this weight (1/m of a ticket linked to m bugs)."""

    bug: str
    last_on: date
    weight: float
    customers: int


class BugDay(NamedTuple):
    """What was told about a bug on a day: contacts, and how many ratings of its tickets were given, how many of them bad."""

    bug: str
    day: date
    contacts: int
    rated: int
    bad: int


class Reporters(NamedTuple):
    """Customers of a bug: of one segment and plan, whose latest report came by one channel; None where nothing says it."""

    segment: str | None
    plan: str | None
    channel: str | None
    customers: int


class Excerpt(NamedTuple):
    """A ticket behind a bug, already masked; the segment of its customer is that of today."""

    bug: str
    ticket: str
    opened_on: date
    area: str | None
    channel: str | None
    subject: str | None
    excerpt: str | None
    source: str | None
    segment: str | None


class Waiting(NamedTuple):
    """Customers with an open ticket when this was published; those who wait for a first reply are not counted for a fix.

    `since` is when the oldest of these tickets was opened.
    """

    customers: int
    for_reply: int
    for_fix: int
    since: datetime | None


class Mark(NamedTuple):
    """A release."""

    day: date
    name: str
    area: str | None


class Bugs(OpenSnapshot):
    """The bugs of one snapshot, as they were known on a day."""

    def bugs(self, at: date) -> list[ListedBug]:
        """All bugs that were known at the end of day `at`; what happened later (fix, release, closing) is None, and on a
        day before the snapshot's so are status, owner and expected date, of which the past is not known."""
        moment = self._end_of(at)
        severities = self._severities(moment)
        found = self._connection.execute(
            select(listed_bug).where(listed_bug.c.opened_at < moment).order_by(listed_bug.c.id)
        )
        return [self._listed(row, moment, severities) for row in found]

    def bug_named(self, name: str) -> str | None:
        """The id in here of the bug that an address or a person names: as it is here, or as its tracker knows it.

        None where there is none, or where two trackers that do not share their ids have one of that name.
        """
        possible = listed_bug.c.id.in_(meant_by(self._connection, name))
        found = set(self._connection.scalars(select(listed_bug.c.id).where(possible)))
        if name in found:
            return name
        return found.pop() if len(found) == 1 else None

    def bug(self, id: str, at: date | None = None) -> ListedBug | None:
        """One bug as it was known at the end of day `at`, or as it is known now."""
        moment = self._end_of(at or date(9000, 1, 1))
        row = self._connection.execute(select(listed_bug).where(listed_bug.c.id == id)).one_or_none()
        return self._listed(row, moment, self._severities(moment)) if row else None

    def _listed(self, row: Any, moment: datetime, severities: dict[str, str | None]) -> ListedBug:
        def known(instant: datetime | None) -> datetime | None:
            return aware(instant) if instant is not None and instant < moment else None

        # Who has it, in what state, until when: the tracker tells how that is today, not how it was.
        is_past = self.snapshot is not None and moment <= naive(self.snapshot.published_at)

        return ListedBug(
            id=row.id,
            title=row.title,
            opened_at=aware(row.opened_at),
            severity=severities.get(row.id, row.severity),
            status=None if is_past else row.status,
            fixed_at=known(row.fixed_at),
            released_at=known(row.released_at),
            closed_at=known(row.closed_at),
            expected_on=None if is_past else row.expected_on,
            area=row.area,
            owner=None if is_past else row.owner,
            url=row.url,
            is_cluster=bool(row.is_cluster),
        )

    def _severities(self, moment: datetime) -> dict[str, str | None]:
        """What a bug was rated before the first change after this moment."""
        later = self._connection.execute(
            select(severity_change)
            .where(severity_change.c.changed_at >= moment)
            .order_by(severity_change.c.changed_at.desc())
        )
        return {row.bug: row.before for row in later}

    def _end_of(self, day: date) -> datetime:
        """The first instant after a company day, as the store keeps instants."""
        midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), self._settings.zone)
        return naive(midnight)

    def reaches(self, at: date) -> list[Reach]:
        """For all bugs, from reports up to and including day `at`."""
        return self._reaches(at, None)

    def reach_of(self, bug: str, at: date) -> list[Reach]:
        return self._reaches(at, bug)

    def _reaches(self, at: date, bug: str | None) -> list[Reach]:
        contact = bug_contact.c
        # The last of each customer is the one that no other follows: one walk along an index that holds all of it.
        follows = func.lead(contact.day).over(partition_by=[contact.bug, contact.customer], order_by=contact.day)
        known = select(contact.bug, contact.day, contact.weight, follows.label("follows")).where(contact.day <= at)
        if bug is not None:
            known = known.where(contact.bug == bug)
        known_then = known.subquery("known")
        last = known_then.c
        chosen = (
            select(last.bug, last.day, last.weight, func.count())
            .where(last.follows.is_(None))
            .group_by(last.bug, last.day, last.weight)
            .order_by(last.bug, last.day)
        )
        return [Reach(*row) for row in self._connection.execute(chosen)]

    def bug_days(self, start: date, end: date, bug: str | None = None) -> list[BugDay]:
        """Reports and ratings per bug and day, start <= day < end; a day may have ratings of earlier reports only."""
        contact, rating = bug_contact.c, bug_rating.c
        contacts = (
            select(contact.bug, contact.day, func.sum(contact.contacts))
            .where(contact.day >= start, contact.day < end)
            .group_by(contact.bug, contact.day)
        )
        ratings = (
            select(rating.bug, rating.rated_on, func.sum(rating.rated), func.sum(rating.bad))
            .where(rating.rated_on >= start, rating.rated_on < end)
            .group_by(rating.bug, rating.rated_on)
        )
        if bug is not None:
            contacts, ratings = contacts.where(contact.bug == bug), ratings.where(rating.bug == bug)
        days = {(name, day): BugDay(name, day, int(n), 0, 0) for name, day, n in self._connection.execute(contacts)}
        for name, day, rated, bad in self._connection.execute(ratings):
            reported = days.get((name, day))
            days[name, day] = BugDay(name, day, reported.contacts if reported else 0, int(rated), int(bad))
        return [days[key] for key in sorted(days)]

    def reports(self, at: date) -> list[tuple[date, str, str, float]]:
        """All reports up to and including day `at`, the oldest first: (day, bug, customer, weight)."""
        contact = bug_contact.c
        chosen = select(contact.day, contact.bug, contact.customer, contact.weight)
        found = self._connection.execute(chosen.where(contact.day <= at).order_by(contact.day))
        return [(day, bug, customer, weight) for day, bug, customer, weight in found]

    def count_reports(self, before: date) -> int:
        """How many there are before a day."""
        return int(self._connection.scalar(select(func.count()).where(bug_contact.c.day < before)) or 0)

    def severity_changes(self) -> list[tuple[datetime, str, str | None]]:
        """(instant, bug, severity before it) of every change of a severity."""
        change = severity_change.c
        found = self._connection.execute(select(change.changed_at, change.bug, change.before))
        return [(aware(changed_at), bug, before) for changed_at, bug, before in found]

    def ranking_record(self, at: date) -> tuple[date, str, dict[str, Any]] | None:
        """What was learned last about the ranking by day `at`: the month, what it depended on, the facts."""
        record = ranking_record.c
        chosen = select(record.month, record.made_of, record.facts).where(record.month <= at)
        row = self._connection.execute(chosen.order_by(record.month.desc()).limit(1)).one_or_none()
        return (row.month, row.made_of, dict(row.facts)) if row else None

    def bug_customers(self, start: date, end: date) -> dict[str, int]:
        """For each bug: distinct customers who reported in start <= day < end."""
        contact = bug_contact.c
        chosen = (
            select(contact.bug, func.count(func.distinct(bug_contact.c.customer)))
            .where(contact.day >= start, contact.day < end)
            .group_by(contact.bug)
        )
        return {name: int(n) for name, n in self._connection.execute(chosen)}

    def reporters(self, bug: str, start: date, end: date) -> list[Reporters]:
        """The distinct customers who reported it in start <= day < end, each counted once."""
        contact = bug_contact.c
        follows = func.lead(contact.day).over(partition_by=contact.customer, order_by=contact.day)
        reported = select(contact.customer, contact.channel, follows.label("follows")).where(
            *_reported([bug], start, end)
        )
        last = reported.subquery("reported").c
        of_customer = (func.nullif(account.c.segment, ""), func.nullif(account.c.plan, ""))
        one = (
            select(of_customer[0].label("segment"), of_customer[1].label("plan"), last.channel)
            .select_from(last.customer.table.outerjoin(account, account.c.id == last.customer))
            .where(last.follows.is_(None))
            .subquery("one")
            .c
        )
        groups = (one.segment, one.plan, one.channel)
        return [Reporters(*row) for row in self._connection.execute(select(*groups, func.count()).group_by(*groups))]

    def customers_by_week(self, bug: str, ends: Sequence[date]) -> tuple[int, ...]:
        """Distinct customers who reported it in each stretch of seven days that ends with one of these days, oldest first."""
        if not ends:
            return ()
        contact = bug_contact.c
        week = case(*((contact.day <= end, nth) for nth, end in enumerate(ends)))
        since, until = ends[0] - timedelta(days=6), ends[-1] + timedelta(days=1)
        reported = (
            select(week.label("week"), contact.customer).where(*_reported([bug], since, until)).subquery("reported").c
        )
        chosen = select(reported.week, func.count(func.distinct(reported.customer))).group_by(reported.week)
        found = {week: int(n) for week, n in self._connection.execute(chosen)}
        return tuple(found.get(nth, 0) for nth in range(len(ends)))

    def first_reports(self, at: date, bugs: list[str]) -> dict[str, date]:
        """The day on which a customer first reported each of these bugs, as known at the end of day `at`."""
        contact = bug_contact.c
        chosen = select(contact.bug, func.min(contact.day)).where(contact.bug.in_(bugs), contact.day <= at)
        return {name: day for name, day in self._connection.execute(chosen.group_by(contact.bug))}

    def distinct_customers(self, bugs: list[str], start: date, end: date) -> int:
        """How many different customers reported any of these bugs in start <= day < end."""
        chosen = select(func.count(func.distinct(bug_contact.c.customer))).where(*_reported(bugs, start, end))
        return int(self._connection.scalar(chosen) or 0)

    def bug_revenue(self, bugs: list[str], start: date, end: date) -> dict[str, tuple[int, int, int]]:
        """For each bug: (customers who pay, what they pay today, the largest of it), hundredths a month.

        Of the distinct customers who reported it in start <= day < end.
        """
        contact = bug_contact.c
        who = select(contact.bug, contact.customer).where(*_reported(bugs, start, end)).distinct().subquery("who")
        chosen = (
            select(who.c.bug, func.count(), func.sum(paying.c.mrr), func.max(paying.c.mrr))
            .join(paying, paying.c.customer == who.c.customer)
            .group_by(who.c.bug)
        )
        return {name: (int(n), int(total), int(most)) for name, n, total, most in self._connection.execute(chosen)}

    def revenue_of_bugs(self, bugs: list[str], start: date, end: date) -> tuple[int, int, int]:
        """The same for all these bugs together: a customer of two of them counts once."""
        who = select(bug_contact.c.customer).where(*_reported(bugs, start, end))
        return self._paid(paying.c.customer.in_(who))

    def revenue_of_all(self) -> tuple[int, int, int]:
        """(customers who pay, what they pay today, the largest of it), hundredths a month."""
        return self._paid(true())

    def _paid(self, which: Any) -> tuple[int, int, int]:
        mrr = paying.c.mrr
        n, total, most = self._connection.execute(select(func.count(), func.sum(mrr), func.max(mrr)).where(which)).one()
        return int(n), int(total or 0), int(most or 0)

    def excerpts(self, bug: str) -> list[Excerpt]:
        """The newest ten tickets behind a bug."""
        row = excerpt_of_bug.c
        dimensions = {name: func.nullif(row[name], "") for name in ("area", "channel")}
        columns: list[Any] = [dimensions.get(name, row.get(name)) for name in Excerpt._fields if name != "segment"]
        chosen: Any = (
            select(*columns, func.nullif(account.c.segment, ""))
            .select_from(excerpt_of_bug.outerjoin(account, account.c.id == row.customer))
            .where(row.bug == bug)
            .order_by(row.opened_on.desc(), row.ticket)
            .limit(10)
        )
        found = [Excerpt(*row) for row in self._connection.execute(chosen)]
        return [each._replace(ticket=bare(each.ticket)) for each in found]

    def waiting(self) -> Waiting | None:
        """None where it was never counted: in a store that was published by an older version."""
        row = self._connection.execute(select(waiting)).one_or_none()
        if row is None:
            return None
        return Waiting(row.customers, row.for_reply, row.for_fix, aware(row.since) if row.since else None)

    def releases(self, start: date, end: date) -> list[Mark]:
        chosen = select(mark).where(mark.c.day >= start, mark.c.day < end).order_by(mark.c.day, mark.c.name)
        return [Mark(*row) for row in self._connection.execute(chosen)]


def _reported(bugs: list[str], start: date, end: date) -> tuple[ColumnElement[bool], ...]:
    """Contacts about any of these bugs in start <= day < end."""
    contact = bug_contact.c
    return contact.bug.in_(bugs), contact.day >= start, contact.day < end
