"""Customers over time: one row for each, and the stretches in which each of them was one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, insert, literal, or_, select

from settings import Settings
from store.engines import NO_DAY, Day, sql_of
from store.marks import counted_days, references
from store.publishing.sayings import silent
from store.publishing.stale import add_stale_keys, is_done, is_stale, keys
from store.records import BY_TABLE, RECORDS
from store.saving import keep_before, mark_stale, was_counted
from store.schema import BEFORE, FACTS, account, customer, customer_interval, purchase, subscription


def _known_now() -> Any:
    """The accounts of stale customers, as their rows say now; two sources may know one."""
    return (
        select(
            customer.c.id,
            func.coalesce(func.max(customer.c.segment), "").label("segment"),
            func.coalesce(func.max(customer.c.plan), "").label("plan"),
            func.max(customer.c.mrr).label("mrr"),
        )
        .where(customer.c.id.in_(keys("customer")))
        .group_by(customer.c.id)
    )


def mark_moved_customers(connection: Connection) -> None:
    """A change of segment or plan changes what all rows of that customer count for. Called while the old one is known."""
    if not is_stale(connection, "customer"):
        return
    of_stale = account.c.id.in_(keys("customer"))
    before = {row.id: (row.segment, row.plan) for row in connection.execute(select(account).where(of_stale))}
    after = {row.id: (row.segment, row.plan) for row in connection.execute(_known_now())}
    moved = [id for id in before.keys() | after.keys() if before.get(id, ("", "")) != after.get(id, ("", ""))]
    if not moved:
        return
    sql = sql_of(connection)
    mark_stale(connection, sql, {("moved", sql.day(NO_DAY), id) for id in moved})
    if was_counted(connection):
        for name in BEFORE:
            if references(BY_TABLE[name]).get("customer") == "customer":
                keep_before(connection, name, "t.customer IN (SELECT key FROM stale_key WHERE kind = 'moved')")
    for record in RECORDS:
        if references(record).get("customer") != "customer":
            continue
        columns = FACTS[record.TABLE].c
        for name in counted_days(record):
            theirs = columns.customer.in_(keys("moved")), columns[name].is_not(None)
            add_stale_keys(
                connection, select(literal(record.TABLE), columns[name], literal("")).where(*theirs).distinct()
            )


def list_accounts(connection: Connection) -> None:
    """One row for each customer."""
    connection.execute(delete(account).where(account.c.id.in_(keys("customer"))))
    connection.execute(insert(account).from_select([column.name for column in account.columns], _known_now()))


def mark_purchase_days(connection: Connection) -> None:
    """A purchase changes what the customer's other purchases count as, so all their days are counted again."""
    add_stale_keys(
        connection,
        select(literal("purchase"), purchase.c.ordered_on, literal(""))
        .where(purchase.c.customer.in_(keys("buyer")))
        .distinct(),
    )


@dataclass(frozen=True, slots=True)
class Contract:
    customer: str
    started_on: date
    ended_on: date | None
    plan: str | None
    mrr: int
    says_end: bool = True


def list_intervals(connection: Connection, settings: Settings) -> None:
    if not is_done(connection, "grace_days", str(settings.grace_days)):
        # Another rule for everybody, so everybody is looked at again.
        add_stale_keys(connection, select(literal("customer"), literal(NO_DAY, Day), customer.c.id).distinct())
        add_stale_keys(
            connection, select(literal("customer"), literal(NO_DAY, Day), subscription.c.customer).distinct()
        )
    if not is_stale(connection, "customer"):
        return
    of_stale = customer_interval.c.customer.in_(keys("customer"))
    old = connection.execute(select(customer_interval.c.started_on, customer_interval.c.ended_on).where(of_stale)).all()
    connection.execute(delete(customer_interval).where(of_stale))
    rows = list(_new_intervals(connection, settings))
    if rows:
        connection.execute(insert(customer_interval), rows)
    days = {day for stretch in old for day in stretch if day is not None}
    days |= {row[name] for row in rows for name in ("started_on", "ended_on") if row[name] is not None}
    sql = sql_of(connection)
    mark_stale(connection, sql, {("interval", sql.day(day), "") for day in days})


def _new_intervals(connection: Connection, settings: Settings) -> Iterator[dict[str, Any]]:
    accounts = {row.id: row for row in connection.execute(select(account).where(account.c.id.in_(keys("customer"))))}
    contracted: set[str] = set()
    own = {row.id: row for row in connection.execute(_own_dates())}
    stale_contracts = subscription.c.customer.in_(keys("customer"))
    for id, contracts in groupby(contracts_of(connection, stale_contracts), key=lambda each: each.customer):
        all_of_them = list(contracts)
        if id in own and own[id].sure and not any(each.says_end for each in all_of_them):
            continue  # its contracts cannot end, but the customer itself can
        contracted.add(id)
        known = accounts.get(id)
        for nth, stretch in enumerate(stretches(all_of_them, settings.grace_days)):
            started_on, ended_on = stretch[0].started_on, last_end(stretch)
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
    knows_start = or_(row.started_on.is_not(None), row.source.in_(silent("customer", "started_on")))
    says_end = and_(knows_start, row.source.not_in(silent("customer", "ended_on")))
    return (
        select(
            row.id,
            func.min(row.started_on).label("started_on"),
            func.max(case((says_end, row.ended_on))).label("ended_on"),
            func.sum(case((says_end, 1), else_=0)).label("sure"),
            func.sum(case((and_(says_end, row.ended_on.is_not(None)), 1), else_=0)).label("ended"),
        )
        .where(row.id.in_(keys("customer")))
        .group_by(row.id)
        .having(func.min(row.started_on).is_not(None))
    )


def contracts_of(connection: Connection, which: Any) -> Iterator[Contract]:
    columns = subscription.c
    endless = set(connection.scalars(silent("subscription", "ended_on")))
    found = connection.execute(
        select(columns.customer, columns.started_on, columns.ended_on, columns.plan, columns.mrr, columns.source)
        .where(which)
        .order_by(columns.customer, columns.started_on, columns.source, columns.id)
        .execution_options(yield_per=5000)
    )
    for row in found:
        yield Contract(row.customer, row.started_on, row.ended_on, row.plan, row.mrr or 0, row.source not in endless)


def stretches(contracts: list[Contract], grace_days: int) -> list[list[Contract]]:
    """Contracts of one customer, sorted by start, grouped into stretches without a gap longer than the grace."""
    groups: list[list[Contract]] = []
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


def last_end(stretch: list[Contract]) -> date | None:
    ends = [contract.ended_on for contract in stretch]
    return None if None in ends else max(end for end in ends if end is not None)


def _mrr_on(contracts: Iterable[Contract], day: date) -> int:
    return sum(
        contract.mrr
        for contract in contracts
        if contract.started_on <= day and (contract.ended_on is None or contract.ended_on > day)
    )
