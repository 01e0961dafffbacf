"""Revenue: what the customers of each month pay at its start and its end, and what each pays today."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, true, union_all

from settings import Settings
from store.publishing.customers import Contract, contracts_of, last_end
from store.publishing.stale import is_done, is_stale
from store.schema import account, customer, paying, revenue_month, subscription


def count_revenue(connection: Connection, settings: Settings, now: datetime) -> None:
    """Months of revenue by segment and plan: what the customers of the start of a month pay at its start and its end."""
    today = now.astimezone(settings.zone).date()
    this_month = today.replace(day=1)
    if is_done(connection, "revenue", this_month.isoformat()) and not is_stale(connection, "customer", "subscription"):
        return
    accounts = {row.id: row for row in connection.execute(select(account))}
    cells: dict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for id, contracts in groupby(contracts_of(connection, true()), key=lambda each: each.customer):
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
    cells: dict[tuple[date, str, str], list[int]], contracts: list[Contract], segment: str, plan: str, until: date
) -> None:
    month = (contracts[0].started_on.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = last_end(contracts)
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


def _mrr_at_opening(contracts: list[Contract], day: date) -> int:
    """What was paid when the day began: a contract that starts on the day is new, one that ends on it is over."""
    return sum(
        contract.mrr
        for contract in contracts
        if contract.started_on < day and (contract.ended_on is None or contract.ended_on > day)
    )


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
