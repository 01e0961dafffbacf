"""Makes what readers see: counts again what changed, and lists the customers, bugs and releases; all in one transaction.

Until the transaction ends every reader sees the snapshot before, whole; afterwards the new one, whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, literal, or_, select, true, update

from settings import Settings
from store.saving import NO_DAY, mark_dirty
from store.schema import (
    FACTS,
    account,
    bug,
    bug_contact,
    bug_report,
    customer,
    customer_interval,
    dirty,
    listed_bug,
    mark,
    meta,
    purchase,
    release,
    revenue_month,
    row_count,
    stored_rows,
    subscription,
    survey_response,
    ticket,
    voice,
)
from store.tallies import is_linked, is_problem, recount

VOICES = 10  # tickets shown behind a bug
UNLINKED_DAYS = 60  # how far back problem tickets without a bug are looked at for a pain that nobody has filed
UNLINKED_MOST = 2000
BAD = {"1-5": 2, "1-4": 1, "1-3": 1, "1-2": 1}  # a rating up to this is a bad one (METHODOLOGY 1.1)


@dataclass(frozen=True, slots=True)
class UnlinkedTicket:
    """A problem ticket that no bug in the tracker explains."""

    id: str
    customer: str
    opened_on: date
    area: str
    subject: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class PainOf:
    """Tickets that seem to be about one thing that has no bug yet."""

    id: str
    title: str
    area: str
    tickets: tuple[UnlinkedTicket, ...]


Cluster = Callable[[list[UnlinkedTicket]], list[PainOf]]


def count_again(
    connection: Connection, settings: Settings, now: datetime, cluster: Cluster, told: Callable[[str], None]
) -> None:
    """Everything that depends on what changed, in the order in which one needs the other. Clears the dirt."""
    in_sqlite = connection.dialect.name == "sqlite"
    _accounts(connection, in_sqlite)
    _intervals(connection, settings, in_sqlite)
    _purchase_days(connection)
    _bug_days(connection)
    recount(connection, told)
    told("revenue")
    _revenue(connection, settings, now)
    told("bugs")
    _listed_bugs(connection)
    _bug_contacts(connection)
    _voices(connection)
    _pains(connection, settings, now, cluster)
    _marks(connection)
    _stored_rows(connection)
    connection.execute(delete(dirty))


def _is_dirty(connection: Connection, *kinds: str) -> bool:
    return bool(connection.scalar(select(select(dirty.c.kind).where(dirty.c.kind.in_(kinds)).exists())))


def _keys(kind: str) -> Any:
    return select(dirty.c.key).where(dirty.c.kind == kind)


def _accounts(connection: Connection, in_sqlite: bool) -> None:
    """One row for each customer; a change of segment or plan makes all the days of that customer dirty."""
    if not _is_dirty(connection, "customer"):
        return
    of_dirty = account.c.id.in_(_keys("customer"))
    before = {row.id: (row.segment, row.plan) for row in connection.execute(select(account).where(of_dirty))}
    connection.execute(delete(account).where(of_dirty))
    connection.execute(
        insert(account).from_select(
            [column.name for column in account.columns],
            select(
                customer.c.id,
                func.coalesce(func.max(customer.c.segment), ""),
                func.coalesce(func.max(customer.c.plan), ""),
                func.max(customer.c.mrr),
            )
            .where(customer.c.id.in_(_keys("customer")))
            .group_by(customer.c.id),
        )
    )
    after = {row.id: (row.segment, row.plan) for row in connection.execute(select(account).where(of_dirty))}
    moved = [id for id in before.keys() | after.keys() if before.get(id, ("", "")) != after.get(id, ("", ""))]
    no_day = NO_DAY.isoformat() if in_sqlite else NO_DAY
    mark_dirty(connection, in_sqlite, {("moved", no_day, id) for id in moved})
    if not moved:
        return
    cells = [
        ("ticket", ticket, ticket.c.opened_on, ticket.c.area),
        ("ticket", ticket, ticket.c.replied_on, ticket.c.area),
        ("ticket", ticket, ticket.c.solved_on, ticket.c.area),
        ("survey_response", survey_response, survey_response.c.answered_on, survey_response.c.area),
        ("survey_response", survey_response, survey_response.c.sent_on, survey_response.c.area),
        ("subscription", subscription, subscription.c.started_on, literal("")),
        ("subscription", subscription, subscription.c.ended_on, literal("")),
        ("purchase", purchase, purchase.c.ordered_on, literal("")),
    ]
    for kind, table, day, key in cells:
        _add_dirt(
            connection,
            select(literal(kind), day, key).where(table.c.customer.in_(_keys("moved")), day.is_not(None)).distinct(),
        )


def _add_dirt(connection: Connection, chosen: Any) -> None:
    """`INSERT ... SELECT ... ON CONFLICT DO NOTHING`, said without a word that only one engine knows."""
    new = chosen.subquery("new")
    kind, day, key = new.columns
    known = exists().where(dirty.c.kind == kind, dirty.c.day == day, dirty.c.key == key)
    connection.execute(insert(dirty).from_select(["kind", "day", "key"], select(kind, day, key).where(~known)))


def _purchase_days(connection: Connection) -> None:
    """A purchase changes what the customer's other purchases count as, so all their days are counted again."""
    _add_dirt(
        connection,
        select(literal("purchase"), purchase.c.ordered_on, literal(""))
        .where(purchase.c.customer.in_(_keys("buyer")))
        .distinct(),
    )


def _bug_days(connection: Connection) -> None:
    """Days of tickets that changed may hold reports of bugs."""
    _add_dirt(
        connection, select(literal("bug_day"), dirty.c.day, literal("")).where(dirty.c.kind == "ticket").distinct()
    )


# --- customers over time -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Contract:
    customer: str
    started_on: date
    ended_on: date | None
    plan: str | None
    mrr: int


def _intervals(connection: Connection, settings: Settings, in_sqlite: bool) -> None:
    if not _is_dirty(connection, "customer"):
        return
    of_dirty = customer_interval.c.customer.in_(_keys("customer"))
    old = connection.execute(select(customer_interval.c.started_on, customer_interval.c.ended_on).where(of_dirty)).all()
    connection.execute(delete(customer_interval).where(of_dirty))
    rows = list(_new_intervals(connection, settings))
    if rows:
        connection.execute(insert(customer_interval), rows)
    days = {day for stretch in old for day in stretch if day is not None}
    days |= {row[name] for row in rows for name in ("started_on", "ended_on") if row[name] is not None}
    mark_dirty(connection, in_sqlite, {("interval", day.isoformat() if in_sqlite else day, "") for day in days})


def _new_intervals(connection: Connection, settings: Settings) -> Iterator[dict[str, Any]]:
    accounts = {row.id: row for row in connection.execute(select(account).where(account.c.id.in_(_keys("customer"))))}
    contracted: set[str] = set()
    dirty_contracts = subscription.c.customer.in_(_keys("customer"))
    for id, contracts in groupby(_contracts(connection, dirty_contracts), key=lambda each: each.customer):
        contracted.add(id)
        known = accounts.get(id)
        for nth, stretch in enumerate(stretches(list(contracts), settings.grace_days)):
            started_on, ended_on = stretch[0].started_on, _last_end(stretch)
            last_day = ended_on - timedelta(days=1) if ended_on else None
            yield {
                "customer": id,
                "started_on": started_on,
                "ended_on": ended_on,
                "how": "new" if nth == 0 else "reactivated",
                "segment": known.segment if known else "",
                "plan": (known.plan if known else "") or stretch[-1].plan or "",
                "start_mrr": _mrr_on(stretch, started_on),
                "end_mrr": _mrr_on(stretch, last_day) if last_day else 0,
            }
    own_dates = (
        select(
            customer.c.id,
            func.min(customer.c.started_on).label("started_on"),
            func.max(customer.c.ended_on).label("ended_on"),
            func.count(customer.c.started_on).label("known"),
            func.count(customer.c.ended_on).label("ended"),
        )
        .where(customer.c.id.in_(_keys("customer")), customer.c.started_on.is_not(None))
        .group_by(customer.c.id)
    )
    for row in connection.execute(own_dates):
        if row.id in contracted:
            continue
        known = accounts[row.id]
        yield {
            "customer": row.id,
            "started_on": row.started_on,
            # Two sources may disagree; a customer has left when all that know its start know its end.
            "ended_on": row.ended_on if row.ended == row.known else None,
            "how": "new",
            "segment": known.segment,
            "plan": known.plan,
            "start_mrr": known.mrr or 0,
            "end_mrr": known.mrr or 0,
        }


def _contracts(connection: Connection, which: Any) -> Iterator[_Contract]:
    columns = subscription.c
    found = connection.execute(
        select(columns.customer, columns.started_on, columns.ended_on, columns.plan, columns.mrr)
        .where(which)
        .order_by(columns.customer, columns.started_on, columns.id)
        .execution_options(yield_per=5000)
    )
    for row in found:
        yield _Contract(row.customer, row.started_on, row.ended_on, row.plan, row.mrr or 0)


def stretches(contracts: list[_Contract], grace_days: int) -> list[list[_Contract]]:
    """Contracts of one customer, sorted by start, grouped into stretches without a gap longer than the grace."""
    groups: list[list[_Contract]] = []
    end: date | None = None
    for contract in contracts:
        if contract.ended_on is not None and contract.ended_on <= contract.started_on:
            continue  # ended on the day it began: never served
        if groups and (end is None or contract.started_on <= end + timedelta(days=grace_days)):
            groups[-1].append(contract)
            end = None if end is None or contract.ended_on is None else max(end, contract.ended_on)
        else:
            groups.append([contract])
            end = contract.ended_on
    return groups


def _last_end(stretch: list[_Contract]) -> date | None:
    ends = [contract.ended_on for contract in stretch]
    return None if None in ends else max(end for end in ends if end is not None)


def _mrr_on(contracts: Iterable[_Contract], day: date) -> int:
    return sum(
        contract.mrr
        for contract in contracts
        if contract.started_on <= day and (contract.ended_on is None or contract.ended_on > day)
    )


def _revenue(connection: Connection, settings: Settings, now: datetime) -> None:
    """Months of revenue by segment and plan: what the customers of the start of a month pay at its start and its end."""
    today = now.astimezone(settings.zone).date()
    this_month = today.replace(day=1)
    done = connection.scalar(select(func.max(revenue_month.c.month)))
    last_whole = (this_month - timedelta(days=1)).replace(day=1)
    if not _is_dirty(connection, "customer", "subscription") and (done is None or done >= last_whole):
        return
    accounts = {row.id: row for row in connection.execute(select(account))}
    cells: dict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for id, contracts in groupby(_contracts(connection, true()), key=lambda each: each.customer):
        known = accounts.get(id)
        mine = [each for each in contracts if each.ended_on is None or each.ended_on > each.started_on]
        if mine:
            plan = (known.plan if known else "") or mine[-1].plan or ""
            _add_months(cells, mine, known.segment if known else "", plan, this_month)
    connection.execute(delete(revenue_month))
    rows = [dict(zip(revenue_month.columns.keys(), (*key, *values), strict=True)) for key, values in cells.items()]
    if rows:
        connection.execute(insert(revenue_month), rows)


def _add_months(
    cells: dict[tuple[date, str, str], list[int]], contracts: list[_Contract], segment: str, plan: str, until: date
) -> None:
    month = (contracts[0].started_on.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = _last_end(contracts)
    opening = _mrr_at_opening(contracts, month)
    while month < until and (last is None or month < last):
        following = (month + timedelta(days=32)).replace(day=1)
        closing = _mrr_at_opening(contracts, following)
        if opening > 0:
            cell = cells[month, segment, plan]
            cell[0] += 1
            cell[1] += opening
            cell[2] += min(opening, closing)
            cell[3] += closing
        month, opening = following, closing


def _mrr_at_opening(contracts: list[_Contract], day: date) -> int:
    """What was paid when the day began: a contract that starts on the day is new, one that ends on it is over."""
    return sum(
        contract.mrr
        for contract in contracts
        if contract.started_on < day and (contract.ended_on is None or contract.ended_on > day)
    )


# --- bugs --------------------------------------------------------------------------------------------------------


def _listed_bugs(connection: Connection) -> None:
    if not _is_dirty(connection, "bug"):
        return
    connection.execute(delete(listed_bug).where(listed_bug.c.id.in_(_keys("bug")), ~listed_bug.c.is_pain))
    names = [column.name for column in listed_bug.columns if column.name != "is_pain"]
    # The same id in two trackers: the first source by name is listed, not both.
    first = (
        select(bug.c.id, func.min(bug.c.source).label("source"))
        .where(bug.c.id.in_(_keys("bug")))
        .group_by(bug.c.id)
        .subquery("first")
    )
    connection.execute(
        insert(listed_bug).from_select(
            [*names, "is_pain"],
            select(*(bug.c[name] for name in names), literal(False)).join(
                first, and_(first.c.id == bug.c.id, first.c.source == bug.c.source)
            ),
        )
    )


def _reports_on_dirty_days() -> Any:
    """Reports with their ticket, customer and day, where the day is dirty: bug, customer, day, ticket."""
    days = select(dirty.c.day).where(dirty.c.kind == "bug_day")
    who = func.coalesce(bug_report.c.customer, ticket.c.customer, literal("ticket:") + bug_report.c.ticket)
    by_ticket = (
        select(
            bug_report.c.bug,
            who.label("customer"),
            ticket.c.opened_on.label("day"),
            bug_report.c.ticket,
            bug_report.c.id.label("report"),
        )
        .join(bug_report, bug_report.c.ticket == ticket.c.id)
        .where(bug_report.c.reported_on.is_(None), ticket.c.opened_on.in_(days))
    )
    by_time = (
        select(
            bug_report.c.bug,
            who.label("customer"),
            bug_report.c.reported_on.label("day"),
            bug_report.c.ticket,
            bug_report.c.id.label("report"),
        )
        .outerjoin(ticket, ticket.c.id == bug_report.c.ticket)
        .where(bug_report.c.reported_on.in_(days), who.is_not(None))
    )
    return by_ticket.union_all(by_time).subquery("reports")


def _bug_contacts(connection: Connection) -> None:
    if not _is_dirty(connection, "bug_day"):
        return
    days = select(dirty.c.day).where(dirty.c.kind == "bug_day")
    connection.execute(delete(bug_contact).where(bug_contact.c.day.in_(days), ~bug_contact.c.bug.like("pain:%")))
    reports = _reports_on_dirty_days()
    # A ticket that is linked to m bugs gives 1/m to each of them.
    links = (
        select(func.count(func.distinct(bug_report.c.bug)))
        .where(bug_report.c.ticket == reports.c.ticket)
        .scalar_subquery()
        .correlate(reports)
    )
    rating = survey_response.c
    is_bad = or_(*(and_(rating.scale == scale, rating.score <= worst) for scale, worst in BAD.items()))
    of_ticket = and_(rating.ticket == reports.c.ticket, rating.kind == "csat", rating.score.is_not(None))
    rated = select(func.count()).where(of_ticket).scalar_subquery().correlate(reports)
    bad = select(func.count()).where(of_ticket, is_bad).scalar_subquery().correlate(reports)
    one = select(
        reports.c.day,
        reports.c.bug,
        reports.c.customer,
        (literal(1.0) / func.coalesce(func.nullif(links, 0), 1)).label("weight"),
        rated.label("rated"),
        bad.label("bad"),
    ).subquery("one")
    connection.execute(
        insert(bug_contact).from_select(
            [column.name for column in bug_contact.columns],
            select(
                one.c.day,
                one.c.bug,
                one.c.customer,
                func.max(one.c.weight),
                func.count(),
                func.sum(one.c.rated),
                func.sum(one.c.bad),
            ).group_by(one.c.day, one.c.bug, one.c.customer),
        )
    )


def _voices(connection: Connection) -> None:
    """The newest tickets behind each bug that had reports on the days that changed."""
    if not _is_dirty(connection, "bug_day"):
        return
    days = select(dirty.c.day).where(dirty.c.kind == "bug_day")
    connection.execute(delete(voice).where(voice.c.opened_on.in_(days), ~voice.c.bug.like("pain:%")))
    nth = func.row_number().over(partition_by=bug_report.c.bug, order_by=[ticket.c.opened_at.desc(), ticket.c.id])
    newest = (
        select(
            bug_report.c.bug,
            ticket.c.id.label("ticket"),
            ticket.c.opened_on,
            ticket.c.area,
            ticket.c.channel,
            ticket.c.subject,
            ticket.c.excerpt,
            nth.label("nth"),
        )
        .join(ticket, ticket.c.id == bug_report.c.ticket)
        .where(ticket.c.opened_on.in_(days), or_(ticket.c.subject.is_not(None), ticket.c.excerpt.is_not(None)))
        .subquery("newest")
    )
    names = [column.name for column in voice.columns]
    # Two sources may hold a ticket of the same id, or two links join the same pair: one voice each.
    best = (
        select(newest.c.bug, newest.c.ticket, func.min(newest.c.nth).label("nth"))
        .group_by(newest.c.bug, newest.c.ticket)
        .subquery("best")
    )
    connection.execute(
        insert(voice).from_select(
            names,
            select(*(newest.c[name] for name in names))
            .join(best, and_(best.c.bug == newest.c.bug, best.c.nth == newest.c.nth))
            .where(newest.c.nth <= 3 * VOICES),
        )
    )
    ranked = select(
        voice.c.bug,
        voice.c.ticket,
        func.row_number()
        .over(partition_by=voice.c.bug, order_by=[voice.c.opened_on.desc(), voice.c.ticket])
        .label("nth"),
    ).subquery("ranked")
    too_old = exists().where(ranked.c.bug == voice.c.bug, ranked.c.ticket == voice.c.ticket, ranked.c.nth > VOICES)
    connection.execute(delete(voice).where(too_old))


def _pains(connection: Connection, settings: Settings, now: datetime, cluster: Cluster) -> None:
    """Problem tickets that look alike and have no bug: listed beside the bugs, as "no bug yet"."""
    today = now.astimezone(settings.zone).date()
    if _done_today(connection, today.isoformat()) and not _is_dirty(connection, "ticket", "bug_day"):
        return
    found = connection.execute(
        select(ticket.c.id, ticket.c.customer, ticket.c.opened_on, ticket.c.area, ticket.c.subject, ticket.c.excerpt)
        .where(
            ticket.c.opened_on > today - timedelta(days=UNLINKED_DAYS),
            ticket.c.opened_on <= today,
            ticket.c.customer.is_not(None),
            is_problem,
            ~is_linked,
        )
        .order_by(ticket.c.opened_on.desc(), ticket.c.id)
        .limit(UNLINKED_MOST)
    )
    tickets = [
        UnlinkedTicket(row.id, row.customer, row.opened_on, row.area, row.subject or "", row.excerpt or "")
        for row in found
    ]
    for table, column in ((listed_bug, listed_bug.c.id), (bug_contact, bug_contact.c.bug), (voice, voice.c.bug)):
        connection.execute(delete(table).where(column.like("pain:%")))
    for pain in cluster(tickets):
        _add_pain(connection, pain)


def _done_today(connection: Connection, today: str) -> bool:
    known = connection.scalar(select(meta.c.value).where(meta.c.name == "pains"))
    if known == today:
        return True
    if known is None:
        connection.execute(insert(meta).values(name="pains", value=today))
    else:
        connection.execute(update(meta).where(meta.c.name == "pains").values(value=today))
    return False


def _add_pain(connection: Connection, pain: PainOf) -> None:
    id = pain.id if pain.id.startswith("pain:") else f"pain:{pain.id}"
    first = min(each.opened_on for each in pain.tickets)
    connection.execute(
        insert(listed_bug).values(
            id=id,
            title=pain.title,
            opened_at=datetime.combine(first, datetime.min.time()),
            area=pain.area or None,
            is_pain=True,
        )
    )
    contacts: dict[tuple[date, str], int] = defaultdict(int)
    for each in pain.tickets:
        contacts[each.opened_on, each.customer] += 1
    connection.execute(
        insert(bug_contact),
        [
            {"day": day, "bug": id, "customer": who, "weight": 1.0, "contacts": n, "rated": 0, "bad": 0}
            for (day, who), n in contacts.items()
        ],
    )
    newest = sorted(pain.tickets, key=lambda each: (each.opened_on, each.id), reverse=True)[:VOICES]
    connection.execute(
        insert(voice),
        [
            {
                "bug": id,
                "ticket": each.id,
                "opened_on": each.opened_on,
                "area": each.area,
                "channel": None,
                "subject": each.subject or None,
                "excerpt": each.excerpt or None,
            }
            for each in newest
        ],
    )


def _marks(connection: Connection) -> None:
    if not _is_dirty(connection, "release"):
        return
    connection.execute(delete(mark))
    connection.execute(
        insert(mark).from_select(
            ["day", "name", "area"],
            select(release.c.released_on, release.c.name, func.max(release.c.area)).group_by(
                release.c.released_on, release.c.name
            ),
        )
    )


# What makes a row of use for anything over time: table -> the column without which it is undated.
_DATED = {
    "customer": customer.c.started_on,
    "subscription": subscription.c.started_on,
    "employment": FACTS["employment"].c.started_on,
}


def _stored_rows(connection: Connection) -> None:
    """How many rows each source has of each noun; the numbers themselves were kept while saving."""
    connection.execute(delete(stored_rows))
    connection.execute(
        insert(stored_rows).from_select(
            ["source", "record", "n", "undated"],
            select(row_count.c.source, row_count.c.record, row_count.c.n, literal(0)),
        )
    )
    for record, dated in _DATED.items():
        table = FACTS[record]
        undated = (
            select(func.count())
            .where(table.c.source == stored_rows.c.source, dated.is_(None))
            .scalar_subquery()
            .correlate(stored_rows)
        )
        connection.execute(update(stored_rows).where(stored_rows.c.record == record).values(undated=undated))


def naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
