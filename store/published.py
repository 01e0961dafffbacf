"""What readers see: one whole snapshot of the store, never half a refresh.

Pages, `./run read` and the metrics ask only this. Everything here is small (tallies and a few lists made at
publishing time), however many tickets there are. All reading of one `Published` happens in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, String, Table, func, literal, literal_column, select, true

from settings import Settings
from store.ids import bare, meant_by
from store.schema import (
    bug_contact,
    bug_rating,
    excerpt_of_bug,
    listed_bug,
    mark,
    meta,
    paying,
    rejected_row,
    revenue_month,
    run,
    severity_change,
    snapshot,
    stored_rows,
    tally,
    tally_total,
    unresolved,
    unsaid,
)

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
    store: str  # the identity of the store it lies in: two stores may have a snapshot of one number


class Newest(NamedTuple):
    """What the newest snapshot is, and what it lies in."""

    version: str | None  # the shape of the tables
    store: str
    snapshot: Snapshot | None
    newest_run: int


def _question() -> Any:
    version: ColumnElement[str] = literal_column("(SELECT version_num FROM alembic_version)")
    identity = select(meta.c.value).where(meta.c.name == "store").scalar_subquery()
    last = select(func.max(snapshot.c.id)).scalar_subquery()
    one = select(version.label("version"), identity.label("store"), last.label("last")).subquery()
    return select(one, snapshot).join(snapshot, snapshot.c.id == one.c.last, isouter=True)


_QUESTION = _question()  # made once: every page asks it


def newest(connection: Connection) -> Newest:
    """One question. Raises DBAPIError where the tables are not there."""
    row = connection.execute(_QUESTION).one()
    store = row.store or ""
    found = Snapshot(row.id, aware(row.published_at), row.is_sample, store) if row.id is not None else None
    return Newest(row.version, store, found, row.newest_run or 0)


@dataclass(frozen=True, slots=True)
class SourceState:
    name: str
    type: str
    is_sample: bool
    last_tried_at: datetime | None
    last_succeeded_at: datetime | None
    outcome: str  # "ok", "failed", "running", "interrupted", "never read"
    reason: str | None  # of the last failure, in words
    stale_after_hours: float
    rows: dict[str, int]  # record -> rows stored
    rejected_rows: int  # rejected rows that are listed
    rejected: dict[str, tuple[int, int]]  # record -> rows rejected, of how many that were read, where any was
    waiting: int  # rows that have left the source and stay until somebody accepts that so many go


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
    """What was told about a bug on a day: contacts, and how many ratings of its tickets were given, how many of them bad."""

    bug: str
    day: date
    contacts: int
    rated: int
    bad: int


class Excerpt(NamedTuple):
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


class Unresolved(NamedTuple):
    """References of one source that name no stored row: `missing` of `given`.

    `found` of them would name a row of the source `elsewhere`, if the two shared their ids; None where no source has any.
    """

    source: str
    record: str
    field: str
    given: int
    missing: int
    elsewhere: str | None
    found: int


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

    def __init__(self, connection: Connection, settings: Settings, newest: Newest) -> None:
        self._connection = connection
        self._settings = settings
        self.snapshot = newest.snapshot
        self._newest_run = newest.newest_run
        self._stored: list[Any] | None = None
        self._unsaid: set[tuple[str, str, str]] | None = None
        self._freshness: dict[tuple[str, ...], tuple[tuple[str, ...], datetime | None]] = {}

    # --- tallies ---

    def tally(
        self, measure: str, start: date | None, end: date, where: Mapping[str, str] = NOWHERE, by: str | None = None
    ) -> list[Count]:
        """Counts of start <= day < end, one for each (day, group, bin); from the first day on where start is None."""
        table = tally_total if not where and by is None else tally
        group = self._group(table, by)
        chosen = (
            select(table.c.day, group, table.c.bin, func.sum(table.c.n), func.sum(table.c.amount))
            .where(*self._asked(table, measure, end, where))
            .group_by(table.c.day, *([group] if by else []), table.c.bin)
            .order_by(table.c.day)
        )
        if start is not None:
            chosen = chosen.where(table.c.day >= start)
        return [
            Count(day, name, bin, int(n), int(amount)) for day, name, bin, n, amount in self._connection.execute(chosen)
        ]

    def before(self, measure: str, day: date, where: Mapping[str, str] = NOWHERE, by: str | None = None) -> list[Count]:
        """All counts of days before `day`, added up over the days: one for each (group, bin), with day = date.min."""
        table = tally_total if not where and by is None else tally
        group = self._group(table, by)
        chosen = (
            select(group, table.c.bin, func.sum(table.c.n), func.sum(table.c.amount))
            .where(*self._asked(table, measure, day, where))
            .group_by(*([group] if by else []), table.c.bin)
        )
        return [
            Count(date.min, name, bin, int(n), int(amount)) for name, bin, n, amount in self._connection.execute(chosen)
        ]

    def _group(self, table: Table, by: str | None) -> Any:
        if by is None:
            return literal("", String)
        _known_dimension(by)
        return table.c[by]

    def _asked(self, table: Table, measure: str, end: date, where: Mapping[str, str]) -> list[Any]:
        for name in where:
            _known_dimension(name)
        return [
            table.c.measure == measure,
            table.c.day < end,
            *(table.c[name] == value for name, value in where.items()),
        ]

    def values(self, measure: str, dimension: str) -> list[str]:
        """The values of a dimension that occur, the most frequent first."""
        _known_dimension(dimension)
        column = tally.c[dimension]
        chosen = (
            select(column)
            .where(tally.c.measure == measure)
            .group_by(column)
            .order_by(func.sum(tally.c.n).desc(), column)
        )
        return list(self._connection.scalars(chosen))

    def span(self, measure: str) -> tuple[date, date] | None:
        """First and last day that have a count."""
        table = tally_total.c
        # Two questions, not one with both: each is a single step in the index.
        first = self._connection.scalar(select(func.min(table.day)).where(table.measure == measure))
        last = self._connection.scalar(select(func.max(table.day)).where(table.measure == measure))
        return (first, last) if first is not None and last is not None else None

    def months(self, start: date, end: date, where: Mapping[str, str] = NOWHERE, by: str | None = None) -> list[Month]:
        """Revenue months with start <= month < end; dimensions segment and plan."""
        table = revenue_month.c
        group = literal("", String) if by is None else table[by]
        chosen = (
            select(
                table.month,
                group,
                func.sum(table.customers),
                func.sum(table.start_mrr),
                func.sum(table.kept_mrr),
                func.sum(table.end_mrr),
            )
            .where(
                table.month >= start,
                table.month < end,
                *(table[name] == value for name, value in where.items()),
            )
            .group_by(table.month, *([group] if by else []))
            .order_by(table.month)
        )
        return [
            Month(month, name, *(int(each) for each in sums)) for month, name, *sums in self._connection.execute(chosen)
        ]

    # --- where it comes from ---

    def rows(self, record: str) -> int:
        """How many rows of a record are stored."""
        chosen = select(func.coalesce(func.sum(stored_rows.c.n), 0)).where(stored_rows.c.record == record)
        return int(self._connection.scalar(chosen) or 0)

    def undated(self, record: str) -> int:
        """How many of them have no date from which anything over time could be computed."""
        chosen = select(func.coalesce(func.sum(stored_rows.c.undated), 0)).where(stored_rows.c.record == record)
        return int(self._connection.scalar(chosen) or 0)

    def freshness(self, records: tuple[str, ...]) -> tuple[tuple[str, ...], datetime | None]:
        """The sources that fill these records, and how old the oldest of them is (its last success)."""
        if records not in self._freshness:
            names = tuple(
                self._connection.scalars(
                    select(stored_rows.c.source)
                    .where(stored_rows.c.record.in_(records), stored_rows.c.n > 0)
                    .distinct()
                    .order_by(stored_rows.c.source)
                )
            )
            moments = [self._last_success(name) for name in names]
            known = [moment for moment in moments if moment is not None]
            self._freshness[records] = (names, min(known) if known else None)
        return self._freshness[records]

    def _rows(self) -> list[Any]:
        if self._stored is None:
            chosen = select(stored_rows).order_by(stored_rows.c.source, stored_rows.c.record)
            self._stored = list(self._connection.execute(chosen))
        return self._stored

    def holders(self, record: str) -> list[str]:
        """The sources that have rows of this record."""
        return [row.source for row in self._rows() if row.record == record and row.n]

    def is_unsaid(self, source: str, record: str, field: str) -> bool:
        """Whether the rows of this source cannot have this field, by what it maps: that it is empty says nothing then."""
        if self._unsaid is None:
            self._unsaid = {(row.source, row.record, row.field) for row in self._connection.execute(select(unsaid))}
        return (source, record, field) in self._unsaid

    def rejected(self, records: tuple[str, ...]) -> list[tuple[str, str, int, int]]:
        """(source, record, rows read, rows rejected) of the last whole read and what was read since, where any was."""
        return [
            (row.source, row.record, row.read, row.rejected)
            for row in self._rows()
            if row.record in records and row.rejected
        ]

    def _last_success(self, source: str) -> datetime | None:
        if self.snapshot is None:
            return None
        # The newest by its number, not by max(started_at): one step in the index, however many runs there were.
        moment = self._connection.scalar(
            select(run.c.started_at)
            .where(run.c.source == source, run.c.outcome == "ok", run.c.id <= self._newest_run)
            .order_by(run.c.id.desc())
            .limit(1)
        )
        return aware(moment) if moment is not None else None

    def sources(self) -> list[SourceState]:
        """Every source that was ever tried, or is in the settings, with its last run."""
        newest = select(run.c.source, func.max(run.c.id).label("id")).group_by(run.c.source).subquery()
        runs = {row.source: row for row in self._connection.execute(select(run).join(newest, newest.c.id == run.c.id))}
        rows: dict[str, dict[str, int]] = {}
        for row in self._rows():
            if row.n:
                rows.setdefault(row.source, {})[row.record] = row.n
        listed: dict[str, int] = dict(
            self._connection.execute(
                select(rejected_row.c.source, func.count(func.distinct(rejected_row.c.place))).group_by(
                    rejected_row.c.source
                )
            ).all()
        )
        states = []
        for name in sorted({*runs, *self._settings.sources}):
            last, told = runs.get(name), self._settings.sources.get(name)
            kind = last.type if last else told.type if told else "?"
            hours = last.stale_after_hours if last else told.fresh_within_hours if told else 26.0
            states.append(
                SourceState(
                    name=name,
                    type=kind,
                    is_sample=kind == "sample",
                    last_tried_at=aware(last.started_at) if last else None,
                    last_succeeded_at=self._last_success(name),
                    outcome=last.outcome if last else "never read",
                    reason=last.reason if last else None,
                    stale_after_hours=hours,
                    rows=rows.get(name, {}),
                    rejected_rows=int(listed.get(name, 0)),
                    rejected={
                        row.record: (row.rejected, row.read)
                        for row in self._rows()
                        if row.source == name and row.rejected
                    },
                    waiting=sum(row.waiting for row in self._rows() if row.source == name),
                )
            )
        return states

    def rejected_rows(self, source: str | None = None, at_most: int | None = 200) -> list[dict[str, Any]]:
        """Rows that were rejected, newest first: source, record, place, file, row, column, value, reason, seen_at.

        `file` is the file or address that was read, `row` its row as a spreadsheet counts them, None where it has none.
        """
        chosen = select(rejected_row).order_by(rejected_row.c.seen_at.desc(), rejected_row.c.place).limit(at_most)
        if source is not None:
            chosen = chosen.where(rejected_row.c.source == source)
        return [
            {
                "source": row.source,
                "record": row.record,
                "place": row.place,
                **_located(row.stream, row.place),
                "column": row.column_name,
                "value": row.value,
                "reason": row.reason,
                "seen_at": aware(row.seen_at).isoformat(),
            }
            for row in self._connection.execute(chosen)
        ]

    def unresolved(self) -> list[Unresolved]:
        """For each source, record and field: references that were given and that name no stored row; most first."""
        share = 1.0 * unresolved.c.missing / unresolved.c.given
        chosen = select(unresolved).order_by(share.desc(), unresolved.c.source, unresolved.c.record, unresolved.c.field)
        return [Unresolved(*row) for row in self._connection.execute(chosen)]

    # --- bugs ---

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
            is_pain=bool(row.is_pain),
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

    def bug_customers(self, start: date, end: date) -> dict[str, int]:
        """For each bug: distinct customers who reported in start <= day < end."""
        contact = bug_contact.c
        chosen = (
            select(contact.bug, func.count(func.distinct(contact.customer)))
            .where(contact.day >= start, contact.day < end)
            .group_by(contact.bug)
        )
        return {name: int(n) for name, n in self._connection.execute(chosen)}

    def distinct_customers(self, bugs: list[str], start: date, end: date) -> int:
        """How many different customers reported any of these bugs in start <= day < end."""
        contact = bug_contact.c
        chosen = select(func.count(func.distinct(contact.customer))).where(
            contact.bug.in_(bugs), contact.day >= start, contact.day < end
        )
        return int(self._connection.scalar(chosen) or 0)

    def bug_revenue(self, at: date, bugs: list[str]) -> dict[str, tuple[int, int, int]]:
        """For each bug: (customers who pay, what they pay today, the largest of it), hundredths a month.

        Of the distinct customers who reported it in the 90 days up to `at` (METHODOLOGY 5.2).
        """
        contact = bug_contact.c
        who = select(contact.bug, contact.customer).where(*self._of_90_days(at, bugs)).distinct().subquery("who")
        chosen = (
            select(who.c.bug, func.count(), func.sum(paying.c.mrr), func.max(paying.c.mrr))
            .join(paying, paying.c.customer == who.c.customer)
            .group_by(who.c.bug)
        )
        return {name: (int(n), int(total), int(most)) for name, n, total, most in self._connection.execute(chosen)}

    def revenue_of_bugs(self, at: date, bugs: list[str]) -> tuple[int, int, int]:
        """The same for all these bugs together: a customer of two of them counts once."""
        who = select(bug_contact.c.customer).where(*self._of_90_days(at, bugs))
        return self._paid(paying.c.customer.in_(who))

    def revenue_of_all(self) -> tuple[int, int, int]:
        """(customers who pay, what they pay today, the largest of it), hundredths a month."""
        return self._paid(true())

    def _of_90_days(self, at: date, bugs: list[str]) -> tuple[Any, ...]:
        contact = bug_contact.c
        return contact.bug.in_(bugs), contact.day > at - timedelta(days=90), contact.day <= at

    def _paid(self, which: Any) -> tuple[int, int, int]:
        mrr = paying.c.mrr
        n, total, most = self._connection.execute(select(func.count(), func.sum(mrr), func.max(mrr)).where(which)).one()
        return int(n), int(total or 0), int(most or 0)

    def excerpts(self, bug: str) -> list[Excerpt]:
        """The newest ten tickets behind a bug."""
        chosen = (
            select(excerpt_of_bug)
            .where(excerpt_of_bug.c.bug == bug)
            .order_by(excerpt_of_bug.c.opened_on.desc(), excerpt_of_bug.c.ticket)
            .limit(10)
        )
        found = [Excerpt(*row) for row in self._connection.execute(chosen)]
        return [each._replace(ticket=bare(each.ticket)) for each in found]

    def releases(self, start: date, end: date) -> list[Mark]:
        chosen = select(mark).where(mark.c.day >= start, mark.c.day < end).order_by(mark.c.day, mark.c.name)
        return [Mark(*row) for row in self._connection.execute(chosen)]


def _located(file: str, place: str) -> dict[str, Any]:
    """File and row of a place like "tickets.csv row 17"."""
    before, found, number = place.rpartition(" row ")
    if not found or not number.replace(",", "").isdigit():
        return {"file": file, "row": None}
    return {"file": file or before, "row": int(number.replace(",", ""))}


def naive(moment: datetime) -> datetime:
    """As the store keeps instants: UTC without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


def _known_dimension(name: str) -> None:
    if name not in DIMENSIONS:
        raise ValueError(f"there is no dimension {name!r}; there are {', '.join(DIMENSIONS)}")
