"""Customers over time: one row for each, and the periods in which each of them was one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, insert, literal, or_, select

from store.engines import NO_DAY, Day, sql_of
from store.marks import counted_days, references
from store.publishing.sayings import silent
from store.publishing.stale import add_stale_keys, is_done, is_stale, keys
from store.records import BY_TABLE, RECORDS
from store.rules import Contract, OwnDates, Rule, StaysOf
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


def mark_contract_days(connection: Connection) -> None:
    """A contract changes whether the customer's earlier ones were renewed, so all their ends are counted again."""
    add_stale_keys(
        connection,
        select(literal("subscription"), subscription.c.ended_on, literal(""))
        .where(subscription.c.customer.in_(keys("customer")), subscription.c.ended_on.is_not(None))
        .distinct(),
    )


def mark_purchase_days(connection: Connection) -> None:
    """A purchase changes what the customer's other purchases count as, so all their days are counted again."""
    add_stale_keys(
        connection,
        select(literal("purchase"), purchase.c.ordered_on, literal(""))
        .where(purchase.c.customer.in_(keys("buyer")))
        .distinct(),
    )


def list_intervals(connection: Connection, rule: Rule[StaysOf]) -> None:
    """The stays of stale customers; of all of them where the rule is another one."""
    if not is_done(connection, "rule of stays", rule.version):
        add_stale_keys(connection, select(literal("customer"), literal(NO_DAY, Day), customer.c.id).distinct())
        add_stale_keys(
            connection, select(literal("customer"), literal(NO_DAY, Day), subscription.c.customer).distinct()
        )
    if not is_stale(connection, "customer"):
        return
    of_stale = customer_interval.c.customer.in_(keys("customer"))
    old = connection.execute(select(customer_interval.c.started_on, customer_interval.c.ended_on).where(of_stale)).all()
    connection.execute(delete(customer_interval).where(of_stale))
    rows = list(_new_intervals(connection, rule.says))
    if rows:
        connection.execute(insert(customer_interval), rows)
    days = {day for period in old for day in period if day is not None}
    days |= {row[name] for row in rows for name in ("started_on", "ended_on") if row[name] is not None}
    sql = sql_of(connection)
    mark_stale(connection, sql, {("interval", sql.day(day), "") for day in days})


def _new_intervals(connection: Connection, stays_of: StaysOf) -> Iterator[dict[str, Any]]:
    accounts = {row.id: row for row in connection.execute(select(account).where(account.c.id.in_(keys("customer"))))}
    own = {
        row.id: OwnDates(row.started_on, row.ended_on, row.sure, row.ended, accounts[row.id].mrr or 0)
        for row in connection.execute(_own_dates())
    }
    contracts = contracts_by_customer(connection, subscription.c.customer.in_(keys("customer")))
    seen: set[str] = set()
    no_contracts: list[Contract] = []
    # Asked for one by one, so that who has contracts is known by then.
    others = ((id, no_contracts) for id in own if id not in seen)
    for id, of_customer in chain(contracts, others):
        seen.add(id)
        known = accounts.get(id)
        for stay in stays_of(of_customer, own.get(id)):
            yield {
                "customer": id,
                "started_on": stay.started_on,
                "ended_on": stay.ended_on,
                "how": stay.how,
                "segment": known.segment if known else "",
                "plan": (known.plan if known else "") or stay.plan,
                "start_mrr": stay.start_mrr,
                "end_mrr": stay.end_mrr,
                "end_known": stay.end_known,
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


def contracts_by_customer(connection: Connection, which: ColumnElement[bool]) -> Iterator[tuple[str, list[Contract]]]:
    """Each customer with all its contracts that `which` lets through, by their start."""
    columns = subscription.c
    endless = set(connection.scalars(silent("subscription", "ended_on")))
    found = connection.execute(
        select(columns.customer, columns.started_on, columns.ended_on, columns.plan, columns.mrr, columns.source)
        .where(which)
        .order_by(columns.customer, columns.started_on, columns.source, columns.id)
        .execution_options(yield_per=5000)
    )
    for id, rows in groupby(found, key=lambda row: row.customer):
        yield (
            id,
            [
                Contract(id, row.started_on, row.ended_on, row.plan, row.mrr or 0, row.source not in endless)
                for row in rows
            ],
        )
