"""Makes what readers see: counts again what changed, and lists the customers, bugs and releases; all in one transaction.

Until the transaction ends every reader sees the snapshot before, whole; afterwards the new one, whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    tuple_,
    union,
    union_all,
    update,
)

from settings import Settings
from store.database import look_again
from store.histogram import ages
from store.ids import COUNT_ALL, PAIN, note_unresolved
from store.listings import WAITING
from store.published import naive
from store.records import BY_TABLE, DISSATISFIED_TO, stored_fields
from store.saving import NO_DAY, keep_before, mark_stale, was_counted
from store.schema import (
    BEFORE,
    FACTS,
    Day,
    account,
    age,
    bug,
    bug_contact,
    bug_rating,
    bug_report,
    counted,
    customer,
    customer_interval,
    excerpt_of_bug,
    listed_bug,
    mark,
    meta,
    paying,
    purchase,
    read_rows,
    release,
    removal,
    revenue_month,
    row_count,
    stale_contact,
    stale_key,
    stored_rows,
    subscription,
    survey_response,
    tally_change,
    ticket,
    ticket_before,
    unsaid,
)
from store.tallies import Measures, add_up, count_over_all_days, is_linked, is_problem, recount, take_away

# What is made of rows by their ids, besides the tallies.
MADE_OF_ROWS = (account, customer_interval, revenue_month, listed_bug, bug_contact, bug_rating, excerpt_of_bug, mark)
EXCERPTS = 10  # tickets shown behind a bug
UNLINKED_DAYS = 60  # how far back problem tickets without a bug are looked at for a pain that nobody has filed
UNLINKED_MOST = 2000


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
# What the sources of the settings can say: source -> record -> fields.
Declared = Mapping[str, Mapping[str, Collection[str]]]


def count_again(
    connection: Connection,
    settings: Settings,
    now: datetime,
    cluster: Cluster,
    told: Callable[[str], None],
    everything: bool,
    measures: Measures,
    declared: Declared,
    were_read: Collection[str],
) -> None:
    """Everything that depends on what changed, in the order in which one needs the other. Clears the stale keys.

    `everything`: all is counted, whatever was counted before. `were_read`: sources that were read to the end just now,
    so that their rows can have what is declared.
    """
    in_sqlite = connection.dialect.name == "sqlite"
    _unsaid(connection, in_sqlite, declared, were_read)
    everything = everything or _is_noted(connection, COUNT_ALL)
    if everything:
        _forget_what_was_counted(connection)
    everything = everything or not was_counted(connection)
    due = measures.due(connection, everything)
    look_again(connection, stale_key, stale_contact)
    if not everything:
        _moved_customers(connection, in_sqlite)
    look_again(connection, stale_key, *BEFORE.values())
    take_away(connection, measures, due)
    _accounts(connection)
    add_up(connection, measures, due, told)
    _intervals(connection, settings, in_sqlite)
    _purchase_days(connection)
    _ages(connection, now)
    count_over_all_days(connection, measures, due, now.astimezone(settings.zone).date(), told)
    look_again(connection, stale_key)
    recount(connection, measures, told)
    told("revenue")
    _revenue(connection, settings, now)
    _paying(connection, now.astimezone(settings.zone).date())
    told("bugs")
    _listed_bugs(connection)
    _bug_contacts(connection)
    _excerpts_of_bugs(connection)
    _pains(connection, settings, now, cluster, everything)
    _marks(connection)
    _stored_rows(connection)
    _unresolved(connection, settings, now, everything)
    for table in (stale_key, stale_contact, *BEFORE.values(), tally_change):
        connection.execute(delete(table))


def _forget_what_was_counted(connection: Connection) -> None:
    """As in a store that was filled just now: nothing is counted, all is stale."""
    for table in (stale_key, stale_contact, *BEFORE.values(), counted, *MADE_OF_ROWS):
        connection.execute(delete(table))
    keys = {
        "customer": union(select(customer.c.id), select(subscription.c.customer)),
        "bug": select(bug.c.id).distinct(),
        "reported": select(bug_report.c.ticket).where(bug_report.c.ticket.is_not(None)).distinct(),
        "release": select(literal("")),
    }
    for kind, chosen in keys.items():
        key = chosen.subquery("keys").columns[0]
        connection.execute(
            insert(stale_key).from_select(["kind", "day", "key"], select(literal(kind), literal(NO_DAY, Day), key))
        )
    report = bug_report.c
    own = select(report.reported_on, report.bug, report.customer).where(report.ticket.is_(None)).distinct()
    connection.execute(insert(stale_contact).from_select(["day", "bug", "customer"], own))
    connection.execute(delete(meta).where(meta.c.name == COUNT_ALL))


def _is_noted(connection: Connection, what: str) -> bool:
    return connection.scalar(select(meta.c.value).where(meta.c.name == what)) is not None


def _unresolved(connection: Connection, settings: Settings, now: datetime, everything: bool) -> None:
    """Once a day, or when a source has come or grown much: it is a walk through all rows that refer to others."""
    today = now.astimezone(settings.zone).date()
    stored = select(row_count.c.source, row_count.c.record, row_count.c.n).order_by(
        row_count.c.source, row_count.c.record
    )
    # The number of bits: another when there are twice as many, or half.
    sizes = [f"{source} {record} {n.bit_length()}" for source, record, n in connection.execute(stored)]
    if not _is_done(connection, "unresolved", "; ".join([today.isoformat(), *sizes])) or everything:
        note_unresolved(connection)


def _is_stale(connection: Connection, *kinds: str) -> bool:
    return bool(connection.scalar(select(select(stale_key.c.kind).where(stale_key.c.kind.in_(kinds)).exists())))


def _is_done(connection: Connection, what: str, until: str) -> bool:
    """Whether this was done with this value of the day, month or setting that it depends on; remembers that it is now."""
    known = connection.scalar(select(meta.c.value).where(meta.c.name == what))
    if known is None:
        connection.execute(insert(meta).values(name=what, value=until))
    elif known != until:
        connection.execute(update(meta).where(meta.c.name == what).values(value=until))
    return bool(known == until)


def _keys(kind: str) -> Any:
    return select(stale_key.c.key).where(stale_key.c.kind == kind)


def _known_now() -> Any:
    """The accounts of stale customers, as their rows say now; two sources may know one."""
    return (
        select(
            customer.c.id,
            func.coalesce(func.max(customer.c.segment), "").label("segment"),
            func.coalesce(func.max(customer.c.plan), "").label("plan"),
            func.max(customer.c.mrr).label("mrr"),
        )
        .where(customer.c.id.in_(_keys("customer")))
        .group_by(customer.c.id)
    )


def _moved_customers(connection: Connection, in_sqlite: bool) -> None:
    """A change of segment or plan changes what all rows of that customer count for. Called while the old one is known."""
    if not _is_stale(connection, "customer"):
        return
    of_stale = account.c.id.in_(_keys("customer"))
    before = {row.id: (row.segment, row.plan) for row in connection.execute(select(account).where(of_stale))}
    after = {row.id: (row.segment, row.plan) for row in connection.execute(_known_now())}
    moved = [id for id in before.keys() | after.keys() if before.get(id, ("", "")) != after.get(id, ("", ""))]
    if not moved:
        return
    no_day = NO_DAY.isoformat() if in_sqlite else NO_DAY
    mark_stale(connection, in_sqlite, {("moved", no_day, id) for id in moved})
    if was_counted(connection):
        for name in BEFORE:
            keep_before(connection, name, "t.customer IN (SELECT key FROM stale_key WHERE kind = 'moved')")
    cells = [
        ("subscription", subscription, subscription.c.started_on),
        ("subscription", subscription, subscription.c.ended_on),
        ("purchase", purchase, purchase.c.ordered_on),
    ]
    for kind, table, day in cells:
        _add_stale_keys(
            connection,
            select(literal(kind), day, literal(""))
            .where(table.c.customer.in_(_keys("moved")), day.is_not(None))
            .distinct(),
        )


def _accounts(connection: Connection) -> None:
    """One row for each customer."""
    connection.execute(delete(account).where(account.c.id.in_(_keys("customer"))))
    connection.execute(insert(account).from_select([column.name for column in account.columns], _known_now()))


def _add_stale_keys(connection: Connection, chosen: Any) -> None:
    """`INSERT ... SELECT ... ON CONFLICT DO NOTHING`, said without a word that only one engine knows."""
    new = chosen.subquery("new")
    kind, day, key = new.columns
    known = exists().where(stale_key.c.kind == kind, stale_key.c.day == day, stale_key.c.key == key)
    connection.execute(insert(stale_key).from_select(["kind", "day", "key"], select(kind, day, key).where(~known)))


def _purchase_days(connection: Connection) -> None:
    """A purchase changes what the customer's other purchases count as, so all their days are counted again."""
    _add_stale_keys(
        connection,
        select(literal("purchase"), purchase.c.ordered_on, literal(""))
        .where(purchase.c.customer.in_(_keys("buyer")))
        .distinct(),
    )


def _unsaid(connection: Connection, in_sqlite: bool, declared: Declared, were_read: Collection[str]) -> None:
    """Notes which fields each source cannot say; whoever depends on a field that is now said, or no longer, is stale.

    A field that is newly mapped is only known when its source has been read to the end with it.
    """
    known = {(row.source, row.record, row.field) for row in connection.execute(select(unsaid))}
    stored = {(row.source, row.record) for row in connection.execute(select(row_count)) if row.n}
    now = {
        (source, record, each.name)
        for source, records in declared.items()
        for record, fields in records.items()
        for each in stored_fields(BY_TABLE[record])
        if each.name not in fields
    }
    judged = {(source, record) for source, records in declared.items() for record in records if source in were_read}
    now |= {each for each in known if each[:2] in stored and each[:2] not in judged}
    if now == known:
        return
    for source, record, field in known - now:
        mine = (unsaid.c.source == source) & (unsaid.c.record == record) & (unsaid.c.field == field)
        connection.execute(delete(unsaid).where(mine))
    if now - known:
        names = [column.name for column in unsaid.columns]
        connection.execute(insert(unsaid), [dict(zip(names, each, strict=True)) for each in now - known])
    for source, record, field in known ^ now:
        if field != "ended_on":
            continue
        table = FACTS[record]
        if record != "employment":
            who = table.c.id if record == "customer" else table.c.customer
            chosen = select(literal("customer"), literal(NO_DAY, Day), who)
            _add_stale_keys(connection, chosen.where(table.c.source == source).distinct())
        if record != "customer":
            chosen = select(literal(record), table.c.started_on, literal(""))
            started = table.c.started_on.is_not(None)
            _add_stale_keys(connection, chosen.where(table.c.source == source, started).distinct())


def _silent(record: str, field: str) -> Any:
    """The sources whose rows of this noun cannot have this field."""
    return select(unsaid.c.source).where(unsaid.c.record == record, unsaid.c.field == field)


# --- customers over time -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Contract:
    customer: str
    started_on: date
    ended_on: date | None
    plan: str | None
    mrr: int
    says_end: bool = True


def _intervals(connection: Connection, settings: Settings, in_sqlite: bool) -> None:
    if not _is_done(connection, "grace_days", str(settings.grace_days)):
        # Another rule for everybody, so everybody is looked at again.
        _add_stale_keys(connection, select(literal("customer"), literal(NO_DAY, Day), customer.c.id).distinct())
        _add_stale_keys(
            connection, select(literal("customer"), literal(NO_DAY, Day), subscription.c.customer).distinct()
        )
    if not _is_stale(connection, "customer"):
        return
    of_stale = customer_interval.c.customer.in_(_keys("customer"))
    old = connection.execute(select(customer_interval.c.started_on, customer_interval.c.ended_on).where(of_stale)).all()
    connection.execute(delete(customer_interval).where(of_stale))
    rows = list(_new_intervals(connection, settings))
    if rows:
        connection.execute(insert(customer_interval), rows)
    days = {day for stretch in old for day in stretch if day is not None}
    days |= {row[name] for row in rows for name in ("started_on", "ended_on") if row[name] is not None}
    mark_stale(connection, in_sqlite, {("interval", day.isoformat() if in_sqlite else day, "") for day in days})


def _new_intervals(connection: Connection, settings: Settings) -> Iterator[dict[str, Any]]:
    accounts = {row.id: row for row in connection.execute(select(account).where(account.c.id.in_(_keys("customer"))))}
    contracted: set[str] = set()
    own = {row.id: row for row in connection.execute(_own_dates())}
    stale_contracts = subscription.c.customer.in_(_keys("customer"))
    for id, contracts in groupby(_contracts(connection, stale_contracts), key=lambda each: each.customer):
        all_of_them = list(contracts)
        if id in own and own[id].sure and not any(each.says_end for each in all_of_them):
            continue  # its contracts cannot end, but the customer itself can
        contracted.add(id)
        known = accounts.get(id)
        for nth, stretch in enumerate(stretches(all_of_them, settings.grace_days)):
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
                "end_known": ended_on is not None or all(each.says_end for each in stretch if not each.ended_on),
            }
    for id, row in own.items():
        if id in contracted:
            continue
        known = accounts[id]
        yield {
            "customer": id,
            "started_on": row.started_on,
            # Two sources may disagree; a customer has left when all that can say so do.
            "ended_on": row.ended_on if row.ended == row.sure else None,
            "how": "new",
            "segment": known.segment,
            "plan": known.plan,
            "start_mrr": known.mrr or 0,
            "end_mrr": known.mrr or 0,
            "end_known": row.sure > 0,
        }


def _own_dates() -> Any:
    """Of stale customers with a start: their own dates, and how many rows can say an end (`sure`) and do (`ended`)."""
    row = customer.c
    knows_start = or_(row.started_on.is_not(None), row.source.in_(_silent("customer", "started_on")))
    says_end = and_(knows_start, row.source.not_in(_silent("customer", "ended_on")))
    return (
        select(
            row.id,
            func.min(row.started_on).label("started_on"),
            func.max(case((says_end, row.ended_on))).label("ended_on"),
            func.sum(case((says_end, 1), else_=0)).label("sure"),
            func.sum(case((and_(says_end, row.ended_on.is_not(None)), 1), else_=0)).label("ended"),
        )
        .where(row.id.in_(_keys("customer")))
        .group_by(row.id)
        .having(func.min(row.started_on).is_not(None))
    )


def _contracts(connection: Connection, which: Any) -> Iterator[_Contract]:
    columns = subscription.c
    silent = set(connection.scalars(_silent("subscription", "ended_on")))
    found = connection.execute(
        select(columns.customer, columns.started_on, columns.ended_on, columns.plan, columns.mrr, columns.source)
        .where(which)
        .order_by(columns.customer, columns.started_on, columns.source, columns.id)
        .execution_options(yield_per=5000)
    )
    for row in found:
        yield _Contract(row.customer, row.started_on, row.ended_on, row.plan, row.mrr or 0, row.source not in silent)


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
    if _is_done(connection, "revenue", this_month.isoformat()) and not _is_stale(
        connection, "customer", "subscription"
    ):
        return
    accounts = {row.id: row for row in connection.execute(select(account))}
    cells: dict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for id, contracts in groupby(_contracts(connection, true()), key=lambda each: each.customer):
        known = accounts.get(id)
        mine = [each for each in contracts if each.ended_on is None or each.ended_on > each.started_on]
        # Money that cannot be seen to stop is not money that was kept.
        if mine and all(each.says_end for each in mine):
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


def _ages(connection: Connection, now: datetime) -> None:
    """How old everything is that was opened before: the counts of open tickets hang on it."""
    connection.execute(delete(age))
    connection.execute(insert(age), [{"opened_before": before, "bin": bin} for before, bin in ages(naive(now))])


def _paying(connection: Connection, today: date) -> None:
    """What each customer pays today: the sum of its running contracts, or its own row's price where it has no contracts."""
    if _is_done(connection, "paying", today.isoformat()) and not _is_stale(connection, "customer", "subscription"):
        return

    def runs(row: Any) -> Any:
        return and_(
            or_(row.started_on.is_(None), row.started_on <= today), or_(row.ended_on.is_(None), row.ended_on > today)
        )

    contract, own = subscription.c, customer.c
    by_contracts = (
        select(contract.customer, func.sum(contract.mrr))
        .where(contract.mrr.is_not(None), runs(contract))
        .group_by(contract.customer)
    )
    has_contracts = exists().where(contract.customer == own.id, contract.mrr.is_not(None))
    by_row = select(own.id, func.max(own.mrr)).where(own.mrr.is_not(None), runs(own), ~has_contracts).group_by(own.id)
    connection.execute(delete(paying))
    connection.execute(insert(paying).from_select(["customer", "mrr"], union_all(by_contracts, by_row)))


# --- bugs --------------------------------------------------------------------------------------------------------


def _listed_bugs(connection: Connection) -> None:
    if not _is_stale(connection, "bug"):
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


# Of a report: its own customer and day, else those of its ticket; a ticket of nobody stands for itself.
_WHO: Any = func.coalesce(bug_report.c.customer, ticket.c.customer, literal("ticket:") + bug_report.c.ticket)
_WHEN: Any = func.coalesce(bug_report.c.reported_on, ticket.c.opened_on)


def _reports_of_stale_contacts() -> Any:
    """Reports of the customers of stale contacts: bug, customer, day, and what makes it one contact."""
    # Two links of one ticket to one bug, or of two trackers, are one contact.
    own = case((bug_report.c.ticket.is_(None), bug_report.c.source + literal("/") + bug_report.c.id), else_=literal(""))
    chosen = select(
        bug_report.c.bug,
        _WHO.label("customer"),
        _WHEN.label("day"),
        bug_report.c.ticket,
        own.label("report"),
    ).where(_WHEN.is_not(None))
    with_ticket = bug_report.outerjoin(ticket, ticket.c.id == bug_report.c.ticket)
    cell = stale_contact.c
    # Not IS NULL: SQLite would take it for a good use of the index, and walk through nearly all reports.
    nobody = func.coalesce(bug_report.c.customer, "") == ""
    tickets = select(func.substr(cell.customer, len("ticket:") + 1)).where(cell.customer.startswith("ticket:"))
    of_ticket = and_(bug_report.c.ticket == ticket.c.id, nobody)
    of_the_day = tuple_(ticket.c.customer, ticket.c.opened_on).in_(select(cell.customer, cell.day))
    told_on_the_day = tuple_(bug_report.c.reported_on, bug_report.c.bug).in_(select(cell.day, cell.bug))
    return union(
        chosen.select_from(with_ticket).where(bug_report.c.customer.in_(select(cell.customer))),
        # Pairs found in a list, not joins: both engines then walk from the few contacts to the rows by index.
        chosen.where(of_ticket, of_the_day),
        chosen.where(of_ticket, told_on_the_day),
        chosen.select_from(with_ticket).where(nobody, ticket.c.customer.is_(None), bug_report.c.ticket.in_(tickets)),
    ).subquery("reports")


def _bug_contacts(connection: Connection) -> None:
    where_they_count_now = (
        select(_WHEN, bug_report.c.bug, _WHO)
        .select_from(bug_report.outerjoin(ticket, ticket.c.id == bug_report.c.ticket))
        .where(bug_report.c.ticket.in_(_keys("reported")), _WHEN.is_not(None))
        .distinct()
        .subquery("new")
    )
    cells = stale_contact.columns
    known = exists().where(*(cell == new for cell, new in zip(cells, where_they_count_now.columns, strict=True)))
    names = [column.name for column in cells]
    connection.execute(insert(stale_contact).from_select(names, select(*where_they_count_now.columns).where(~known)))
    if not connection.scalar(select(select(stale_contact.c.day).exists())):
        return
    look_again(connection, stale_contact)
    contact = bug_contact.c
    chosen = select(*cells)
    connection.execute(delete(bug_contact).where(tuple_(contact.day, contact.bug, contact.customer).in_(chosen)))
    rated = bug_rating.c
    connection.execute(delete(bug_rating).where(tuple_(rated.day, rated.bug, rated.customer).in_(chosen)))
    reports = _reports_of_stale_contacts()
    # A ticket that is linked to m bugs gives 1/m to each of them.
    links = (
        select(func.count(func.distinct(bug_report.c.bug)))
        .where(bug_report.c.ticket == reports.c.ticket)
        .scalar_subquery()
        .correlate(reports)
    )
    mine = tuple_(reports.c.day, reports.c.bug, reports.c.customer).in_(chosen)
    one = (
        select(
            reports.c.day,
            reports.c.bug,
            reports.c.customer,
            (literal(1.0) / func.coalesce(func.nullif(links, 0), 1)).label("weight"),
        )
        .where(mine)
        .subquery("one")
    )
    connection.execute(
        insert(bug_contact).from_select(
            [column.name for column in bug_contact.columns],
            select(one.c.day, one.c.bug, one.c.customer, func.max(one.c.weight), func.count()).group_by(
                one.c.day, one.c.bug, one.c.customer
            ),
        )
    )
    rating = survey_response.c
    is_bad = or_(*(and_(rating.scale == scale, rating.score <= worst) for scale, worst in DISSATISFIED_TO.items()))
    connection.execute(
        insert(bug_rating).from_select(
            [column.name for column in bug_rating.columns],
            select(
                reports.c.day,
                reports.c.bug,
                reports.c.customer,
                rating.answered_on,
                func.count(),
                func.sum(case((is_bad, 1), else_=0)),
            )
            .join(reports, rating.ticket == reports.c.ticket)
            .where(mine, rating.kind == "csat", rating.score.is_not(None), rating.answered_on.is_not(None))
            .group_by(reports.c.day, reports.c.bug, reports.c.customer, rating.answered_on),
        )
    )


class _Ranked(NamedTuple):
    """A ticket among those behind a bug; the newest is the smallest."""

    age: int
    ticket: str
    source: str

    def comes_after(self, other: _Ranked) -> bool:
        return (self.age, self.ticket) > (other.age, other.ticket)


def _excerpts_of_bugs(connection: Connection) -> None:
    """The newest tickets behind each bug whose tickets changed.

    The ten of before, without those that changed, and those that changed are enough to find the new ten, unless the last
    of them is older than the last of before: then a ticket that was too old before may be in, and all are looked at.
    """
    changed = _keys("reported")
    bugs = select(bug_report.c.bug).where(bug_report.c.ticket.in_(changed))
    bugs_of_before = select(excerpt_of_bug.c.bug).where(excerpt_of_bug.c.ticket.in_(changed))
    shown: dict[str, dict[_Ranked, dict[str, Any]]] = defaultdict(dict)
    gone: set[tuple[str, str]] = set()
    is_gone = excerpt_of_bug.c.ticket.in_(changed).label("is_gone")
    of_touched = or_(excerpt_of_bug.c.bug.in_(bugs), excerpt_of_bug.c.bug.in_(bugs_of_before))
    for row in connection.execute(
        select(excerpt_of_bug, is_gone).where(of_touched, ~excerpt_of_bug.c.bug.startswith(PAIN))
    ).mappings():
        shown[row["bug"]][_ranked(row["opened_on"], row["ticket"], "")] = {
            column.name: row[column.name] for column in excerpt_of_bug.c
        }
        if row["is_gone"]:
            gone.add((row["bug"], row["ticket"]))
    newest = _newest(connection, bug_report.c.ticket.in_(changed))
    unsure = []
    chosen: dict[str, list[_Ranked]] = {}
    for each in shown.keys() | newest.keys():
        before = sorted(shown[each])
        kept = [one for one in before if (each, one.ticket) not in gone]
        chosen[each] = _first_of_each_ticket(kept + newest.get(each, []))
        is_full = len(before) == EXCERPTS
        if is_full and (len(chosen[each]) < EXCERPTS or chosen[each][-1].comes_after(before[-1])):
            unsure.append(each)
    for some in _in_parts(unsure):
        chosen |= {each: [] for each in some} | _newest(connection, bug_report.c.bug.in_(some))
    rows = [
        {**shown[each][one]} if one in shown[each] else {"bug": each, "ticket": one.ticket, "source": one.source}
        for each, ranked in chosen.items()
        for one in ranked
    ]
    for some in _in_parts(list(chosen)):
        connection.execute(delete(excerpt_of_bug).where(excerpt_of_bug.c.bug.in_(some)))
    _add_excerpts(connection, rows)


def _ranked(opened_on: date, ticket_id: str, source: str) -> _Ranked:
    return _Ranked(-opened_on.toordinal(), ticket_id, source)


def _first_of_each_ticket(ranked: Iterable[_Ranked]) -> list[_Ranked]:
    """The newest ten; two sources may hold a ticket of the same id."""
    found: dict[str, _Ranked] = {}
    for each in sorted(ranked):
        found.setdefault(each.ticket, each)
    return list(found.values())[:EXCERPTS]


def _newest(connection: Connection, which: Any) -> dict[str, list[_Ranked]]:
    """Of the reports that `which` lets through: for each bug its newest tickets that have words."""
    found: dict[str, list[_Ranked]] = defaultdict(list)
    rows = connection.execute(
        select(bug_report.c.bug, ticket.c.opened_on, ticket.c.id, ticket.c.source)
        .join(ticket, ticket.c.id == bug_report.c.ticket)
        .where(which, or_(ticket.c.subject.is_not(None), ticket.c.excerpt.is_not(None)))
        .execution_options(yield_per=5000)
    )
    for row in rows:
        mine = found[row.bug]
        mine.append(_ranked(row.opened_on, row.id, row.source))
        if len(mine) > 20 * EXCERPTS:
            mine[:] = _first_of_each_ticket(mine)
    return {name: _first_of_each_ticket(ranked) for name, ranked in found.items()}


def _add_excerpts(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Inserts excerpts; those that are only known by ticket and source get their words from the ticket."""
    bare = [row for row in rows if "source" in row]
    said: dict[tuple[str, str], dict[str, Any]] = {}
    names = [column.name for column in excerpt_of_bug.c if column.name not in ("bug", "ticket")]
    for some in _in_parts([row["ticket"] for row in bare]):
        found = connection.execute(
            select(ticket.c.id, ticket.c.source, *(ticket.c[name] for name in names)).where(ticket.c.id.in_(some))
        )
        for row in found.mappings():
            said[row["id"], row["source"]] = {name: row[name] for name in names}
    complete = [
        {"bug": row["bug"], "ticket": row["ticket"], **said[row["ticket"], row["source"]]} if "source" in row else row
        for row in rows
    ]
    if complete:
        connection.execute(insert(excerpt_of_bug), complete)


def _in_parts(values: list[str], most: int = 500) -> Iterator[list[str]]:
    for start in range(0, len(values), most):
        yield values[start : start + most]


def _pains(connection: Connection, settings: Settings, now: datetime, cluster: Cluster, everything: bool) -> None:
    """Problem tickets that look alike and have no bug: listed beside the bugs, as "no bug yet"."""
    today = now.astimezone(settings.zone).date()
    changed = everything or connection.scalar(select(select(ticket_before.c.id).exists()))
    if _is_done(connection, "pains", today.isoformat()) and not changed:
        return
    unlinked = (
        ticket.c.opened_on > today - timedelta(days=UNLINKED_DAYS),
        ticket.c.opened_on <= today,
        ticket.c.customer.is_not(None),
        is_problem,
        ~is_linked,
    )
    # First the day that the oldest of them is of, which is a walk along the index; only of these days are words read.
    newest = select(ticket.c.opened_on).where(*unlinked).order_by(ticket.c.opened_on.desc()).limit(UNLINKED_MOST)
    first = connection.scalar(select(func.min(newest.subquery("newest").c.opened_on)))
    found = connection.execute(
        select(ticket.c.id, ticket.c.customer, ticket.c.opened_on, ticket.c.area, ticket.c.subject, ticket.c.excerpt)
        .where(*unlinked, ticket.c.opened_on >= (first or today))
        .order_by(ticket.c.opened_on.desc(), ticket.c.id, ticket.c.source)
        .limit(UNLINKED_MOST)
    )
    tickets = [
        UnlinkedTicket(row.id, row.customer, row.opened_on, row.area, row.subject or "", row.excerpt or "")
        for row in found
    ]
    old = select(listed_bug.c.id).where(listed_bug.c.is_pain)
    for table, column in (
        (bug_contact, bug_contact.c.bug),
        (excerpt_of_bug, excerpt_of_bug.c.bug),
        (listed_bug, listed_bug.c.id),
    ):
        connection.execute(delete(table).where(column.in_(old)))
    for pain in cluster(tickets):
        _add_pain(connection, pain, settings)


def _add_pain(connection: Connection, pain: PainOf, settings: Settings) -> None:
    id = pain.id if pain.id.startswith(PAIN) else f"{PAIN}{pain.id}"
    first = min(each.opened_on for each in pain.tickets)
    midnight = datetime.combine(first, datetime.min.time(), settings.zone)
    connection.execute(
        insert(listed_bug).values(
            id=id,
            title=pain.title,
            opened_at=naive(midnight),
            area=pain.area or None,
            is_pain=True,
        )
    )
    contacts: dict[tuple[date, str], int] = defaultdict(int)
    for each in pain.tickets:
        contacts[each.opened_on, each.customer] += 1
    connection.execute(
        insert(bug_contact),
        [{"day": day, "bug": id, "customer": who, "weight": 1.0, "contacts": n} for (day, who), n in contacts.items()],
    )
    # Two help desks may number their tickets alike.
    once = {each.id: each for each in reversed(pain.tickets)}
    newest = sorted(once.values(), key=lambda each: (-each.opened_on.toordinal(), each.id))[:EXCERPTS]
    connection.execute(
        insert(excerpt_of_bug),
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
    if not _is_stale(connection, "release"):
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
    # Also of what has no rows because all of them were rejected.
    known = union(
        select(row_count.c.source, row_count.c.record), select(read_rows.c.source, read_rows.c.record)
    ).subquery("known")
    of_source = and_(read_rows.c.source == known.c.source, read_rows.c.record == known.c.record)
    connection.execute(
        insert(stored_rows).from_select(
            ["source", "record", "n", "undated", "read", "rejected"],
            select(
                known.c.source,
                known.c.record,
                func.coalesce(func.max(row_count.c.n), 0),
                literal(0),
                func.coalesce(func.sum(read_rows.c.read), 0),
                func.coalesce(func.sum(read_rows.c.rejected), 0),
            )
            .select_from(
                known.outerjoin(
                    row_count, and_(row_count.c.source == known.c.source, row_count.c.record == known.c.record)
                ).outerjoin(read_rows, of_source)
            )
            .group_by(known.c.source, known.c.record),
        )
    )
    waiting = (
        select(func.coalesce(func.sum(func.length(removal.c.ids) / 8), 0))
        .where(
            removal.c.source == stored_rows.c.source,
            removal.c.record == stored_rows.c.record,
            removal.c.run == WAITING,
        )
        .scalar_subquery()
        .correlate(stored_rows)
    )
    connection.execute(update(stored_rows).values(waiting=waiting))
    for record, dated in _DATED.items():
        table = FACTS[record]
        undated = (
            select(func.count())
            .where(table.c.source == stored_rows.c.source, dated.is_(None))
            .scalar_subquery()
            .correlate(stored_rows)
        )
        connection.execute(update(stored_rows).where(stored_rows.c.record == record).values(undated=undated))
