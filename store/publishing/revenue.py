"""Revenue: what the customers of each month pay at its start and its end, and what each pays today."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Connection,
    Subquery,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    union_all,
)

from store.publishing.customers import contracts_by_customer
from store.publishing.stale import is_done, is_stale, keys
from store.rules import PaidBy, PriceOf, Prices, Rule
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


def list_paying(connection: Connection, rule: Rule[PriceOf], today: date) -> None:
    """What each customer pays today, by its running contracts and by its own row; of stale ones where it is the same day."""
    which: ColumnElement[bool] = true()
    of_which: ColumnElement[bool] = true()
    if is_done(connection, "paying", f"{today}; rule {rule.version}"):
        if not is_stale(connection, "customer"):
            return
        which, of_which = (each.c.customer.in_(keys("customer")) for each in (_PRICES, paying))
    runs = and_(
        or_(_PRICES.c.started_on.is_(None), _PRICES.c.started_on <= today),
        or_(_PRICES.c.ended_on.is_(None), _PRICES.c.ended_on > today),
    )
    found = connection.execute(
        select(
            _PRICES.c.customer,
            func.sum(_PRICES.c.is_contract),
            func.sum(case((and_(runs, _PRICES.c.is_contract == 1), _PRICES.c.mrr))),
            func.max(case((and_(runs, _PRICES.c.is_contract == 0), _PRICES.c.mrr))),
        )
        .where(which)
        .group_by(_PRICES.c.customer)
    )
    # PostgreSQL adds whole numbers up to a Decimal.
    whole = ((id, *(None if each is None else int(each) for each in sums)) for id, *sums in found)
    prices = ((id, rule.says(Prices(contracts or 0, *of_today))) for id, contracts, *of_today in whole)
    rows = [{"customer": id, "mrr": mrr} for id, mrr in prices if mrr is not None]
    connection.execute(delete(paying).where(of_which))
    if rows:
        connection.execute(insert(paying), rows)


def _prices() -> Subquery:
    """Each row that says a price: of a contract, or of a customer itself."""
    contract, own = subscription.c, customer.c
    return union_all(
        select(
            contract.customer, contract.started_on, contract.ended_on, contract.mrr, literal(1).label("is_contract")
        ).where(contract.mrr.is_not(None)),
        select(own.id, own.started_on, own.ended_on, own.mrr, literal(0)).where(own.mrr.is_not(None)),
    ).subquery("prices")


_PRICES = _prices()
