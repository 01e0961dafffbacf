"""What is counted day by day: of a day on which something changed all is counted again. All of it by name: store/tallies.py."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    FromClause,
    Join,
    String,
    Subquery,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)

from store.day_numbers import days_between
from store.measure import (
    ALWAYS,
    EMPTY,
    PLAN,
    SEGMENT,
    Expression,
    Measure,
    or_empty,
    with_account,
    yes_no,
)
from store.rules import NOT_SAID, UNSAID
from store.schema import (
    FACTS,
    account,
    age,
    customer_interval,
    employment,
    purchase,
    stale_key,
    subscription,
    ticket,
    unsaid,
)


def _open_measures() -> tuple[Measure, ...]:
    """Open tickets by how old they are in this snapshot. Those of a source that can never say when one was answered
    or solved are not open for that: nothing is known of them."""
    row = ticket.c
    bin = select(age.c.bin).where(age.c.opened_before > row.opened_at).order_by(age.c.opened_before).limit(1)
    found = (
        select(
            row.customer,
            row.source,
            # Not the bare column: SQLite would walk the index of all days instead of the one of open tickets.
            func.coalesce(row.opened_on, row.opened_on).label("opened_on"),
            row.area,
            row.channel,
            row.first_reply_at,
            bin.scalar_subquery().label("bin"),
        )
        .where(row.solved_at.is_(None))
        .subquery("open_ticket")
    )
    dimensions = {"area": found.c.area, "channel": found.c.channel, "segment": SEGMENT}

    def measure(name: str, field: str, where: Expression = ALWAYS) -> Measure:
        silent = select(unsaid.c.source).where(
            unsaid.c.record == literal("ticket", String), unsaid.c.field == literal(field, String)
        )
        said = and_(found.c.source.not_in(silent), where)
        of = with_account(found)
        return Measure(name, "", found.c.opened_on, found.c.bin, of, dimensions, said, every_time=True)

    return (
        measure("first_reply_open", "first_reply_at", found.c.first_reply_at.is_(None)),
        measure("resolution_open", "solved_at"),
    )


def _purchases() -> Subquery:
    """Each purchase with the two before it by the same customer: distinct customers of any period can be counted from that."""
    ordered: dict[str, Any] = {
        "partition_by": purchase.c.customer,
        "order_by": [purchase.c.ordered_at, purchase.c.source, purchase.c.id],
    }
    touched = select(purchase.c.customer).where(
        purchase.c.ordered_on.in_(select(stale_key.c.day).where(stale_key.c.kind == "purchase"))
    )
    return (
        select(
            purchase.c.customer,
            purchase.c.ordered_on.label("on"),
            purchase.c.ordered_ordinal.label("ordinal"),
            func.coalesce(purchase.c.amount, 0).label("amount"),
            func.lag(purchase.c.ordered_on, 1).over(**ordered).label("previous"),
            func.lag(purchase.c.ordered_on, 2).over(**ordered).label("one_before"),
            func.row_number().over(**ordered).label("nth"),
            func.lead(purchase.c.ordered_ordinal, 1).over(**ordered).label("next_ordinal"),
        )
        .where(purchase.c.customer.in_(touched))
        .subquery("chained")
    )


_CHAINED = _purchases()
_CHAINED_WITH_ACCOUNT = _CHAINED.outerjoin(account, account.c.id == _CHAINED.c.customer)
_BY_PLAN: dict[str, Expression] = {"segment": SEGMENT, "plan": PLAN}


def _silent(record: str) -> Subquery:
    """The sources whose rows of this noun cannot have an end."""
    mine = and_(unsaid.c.record == literal(record, String), unsaid.c.field == literal("ended_on", String))
    return select(unsaid.c.source).where(mine).subquery(f"silent_{record}")


_SILENT = {record: _silent(record) for record in ("subscription", "employment")}


def _end_said(record: str) -> Expression:
    return yes_no(_SILENT[record].c.source.is_(None), "", UNSAID)


def _with_silent(fact: FromClause, record: str) -> Join:
    return fact.outerjoin(_SILENT[record], _SILENT[record].c.source == FACTS[record].c.source)


def _interval(name: str, day: Expression, bin: Expression, mrr: Expression) -> Measure:
    dimensions = {"segment": customer_interval.c.segment, "plan": customer_interval.c.plan}
    return Measure(name, "interval", day, bin, customer_interval, dimensions, amount=func.sum(mrr))


def _contract(name: str, day: Expression, bin: Expression) -> Measure:
    dimensions = {
        "segment": SEGMENT,
        "plan": func.coalesce(subscription.c.plan, account.c.plan, EMPTY),
    }
    amount = func.coalesce(func.sum(subscription.c.mrr), 0)
    of = _with_silent(with_account(subscription), "subscription")
    return Measure(name, "subscription", day, bin, of, dimensions, amount=amount)


def _contracts_due() -> Measure:
    """Each contract that ends, by how far from its end the customer's nearest later contract begins, if there is one."""
    later = subscription.alias("later")
    gap = (
        select(func.min(func.abs(days_between(subscription.c.ended_on, later.c.started_on))))
        .where(
            later.c.customer == subscription.c.customer,
            later.c.started_on > subscription.c.started_on,
            or_(later.c.ended_on.is_(None), later.c.ended_on > subscription.c.ended_on),
        )
        .correlate(subscription)
        .scalar_subquery()
    )
    ending = (
        select(subscription.c.customer, subscription.c.ended_on, subscription.c.plan, gap.label("gap"))
        .where(subscription.c.ended_on.is_not(None))
        .subquery("ending")
    )
    dimensions = {"segment": SEGMENT, "plan": func.coalesce(ending.c.plan, account.c.plan, EMPTY)}
    bin = func.coalesce(cast(ending.c.gap, String), literal("none", String))
    return Measure("contracts_due", "subscription", ending.c.ended_on, bin, with_account(ending), dimensions)


_TEAM: dict[str, Expression] = {"team": or_empty(employment.c.team)}

# Counted day by day: of a day on which something changed all is counted again.
BY_DAY: tuple[Measure, ...] = (
    *_open_measures(),
    _contract("subscription_started", subscription.c.started_on, _end_said("subscription")),
    _contract("subscription_ended", subscription.c.ended_on, cast(subscription.c.started_on, String)),
    _contracts_due(),
    _interval(
        "customer_started",
        customer_interval.c.started_on,
        customer_interval.c.how + yes_no(customer_interval.c.end_known.is_(true()), "", f", {UNSAID}"),
        customer_interval.c.start_mrr,
    ),
    _interval(
        "customer_ended",
        customer_interval.c.ended_on,
        cast(customer_interval.c.started_on, String),
        customer_interval.c.end_mrr,
    ),
    Measure(
        "employment_started",
        "employment",
        employment.c.started_on,
        _end_said("employment"),
        _with_silent(employment, "employment"),
        _TEAM,
    ),
    Measure(
        "employment_ended",
        "employment",
        employment.c.ended_on,
        func.coalesce(employment.c.left_how, NOT_SAID),
        employment,
        _TEAM,
    ),
    Measure(
        "purchases",
        "purchase",
        _CHAINED.c.on,
        func.coalesce(cast(_CHAINED.c.previous, String), EMPTY)
        + literal("|", String)
        + func.coalesce(cast(_CHAINED.c.one_before, String), EMPTY),
        _CHAINED_WITH_ACCOUNT,
        _BY_PLAN,
        amount=func.sum(_CHAINED.c.amount),
    ),
    Measure(
        "repeat_cohort",
        "purchase",
        _CHAINED.c.on,
        func.coalesce(cast(_CHAINED.c.next_ordinal - _CHAINED.c.ordinal, String), "none"),
        _CHAINED_WITH_ACCOUNT,
        _BY_PLAN,
        where=_CHAINED.c.nth == 1,
    ),
)
