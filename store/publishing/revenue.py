"""Revenue: what the customers of each month pay at its start and its end, and what each pays today."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, true, union_all

from store.publishing.customers import contracts_by_customer
from store.publishing.stale import is_done, is_stale
from store.rules import PaidBy, Rule
from store.schema import account, customer, paying, revenue_month, subscription


def count_revenue(connection: Connection, rule: Rule[PaidBy], today: date) -> None:
    """Months of revenue by segment and plan: what the customers of the start of a month pay at its start and its end."""
    this_month = today.replace(day=1)
    if is_done(connection, "revenue", f"{this_month}; rule {rule.version}") and not is_stale(
        connection, "customer", "subscription"
    ):
        return
    accounts = {row.id: row for row in connection.execute(select(account))}
    cells: dict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for id, contracts in contracts_by_customer(connection, true()):
        known = accounts.get(id)
        for paid in rule.says(contracts, this_month):
            plan = (known.plan if known else "") or paid.plan
            cell = cells[paid.month, known.segment if known else "", plan]
            cell[0] += 1
            cell[1] += paid.start
            cell[2] += paid.kept
            cell[3] += paid.end
    connection.execute(delete(revenue_month))
    rows = [dict(zip(revenue_month.columns.keys(), (*key, *values), strict=True)) for key, values in cells.items()]
    if rows:
        connection.execute(insert(revenue_month), rows)


def list_paying(connection: Connection, today: date) -> None:
    """What each customer pays today: the sum of its running contracts, or its own row's price where it has no contracts."""
    if is_done(connection, "paying", today.isoformat()) and not is_stale(connection, "customer", "subscription"):
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
