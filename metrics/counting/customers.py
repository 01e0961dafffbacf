"""When somebody was a customer, by their contracts or their own dates, and what they paid at the ends of each month.

These are the rules of churn and of revenue retention (METHODOLOGY 1.4) by which the store reads rows; `Stay` and `Paid`
of store/rules.py say what comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from store.rules import Contract, OwnDates, Paid, Prices, Rule, Stay, StaysOf

ONE_DAY = timedelta(days=1)


def stays_rule(grace_days: int) -> Rule[StaysOf]:
    """A gap of at most `grace_days` between two contracts is no end."""

    def stays(contracts: Sequence[Contract], own: OwnDates | None) -> Iterator[Stay]:
        # Contracts that cannot end say nothing of an end where the customer itself can.
        if contracts and not (own and own.can_say_end and not any(each.says_end for each in contracts)):
            yield from _by_contracts(contracts, grace_days)
        elif own:
            yield _by_own_dates(own)

    return Rule(stays, f"1; {grace_days} days")


def _by_contracts(contracts: Sequence[Contract], grace_days: int) -> Iterator[Stay]:
    for nth, row in enumerate(without_gaps(contracts, grace_days)):
        started_on, ended_on = row[0].started_on, last_end(row)
        yield Stay(
            started_on,
            ended_on,
            how="new" if nth == 0 else "reactivated",
            plan=row[-1].plan or "",
            start_mrr=_mrr_on(row, started_on),
            end_mrr=_mrr_on(row, ended_on - ONE_DAY) if ended_on else 0,
            end_known=ended_on is not None or all(each.says_end for each in row if not each.ended_on),
        )


def _by_own_dates(own: OwnDates) -> Stay:
    # Two sources may disagree; a customer has left when all that can say so do.
    ended_on = own.ended_on if own.say_end == own.can_say_end else None
    return Stay(own.started_on, ended_on, "new", "", own.mrr, own.mrr, end_known=own.can_say_end > 0)


def without_gaps(contracts: Iterable[Contract], grace_days: int) -> list[list[Contract]]:
    """Contracts of one customer, sorted by start, grouped where no gap is longer than the grace period."""
    groups: list[list[Contract]] = []
    end: date | None = None
    for contract in contracts:
        if not _was_served(contract):
            continue
        if groups and (end is None or contract.started_on <= end + timedelta(days=grace_days)):
            groups[-1].append(contract)
            end = None if end is None or contract.ended_on is None else max(end, contract.ended_on)
        else:
            groups.append([contract])
            end = contract.ended_on
    return groups


def last_end(row: Iterable[Contract]) -> date | None:
    ends = [contract.ended_on for contract in row]
    return None if None in ends else max(end for end in ends if end is not None)


def _was_served(contract: Contract) -> bool:
    """Not one that ended on the day it began."""
    return contract.ended_on is None or contract.ended_on > contract.started_on


def _mrr_on(contracts: Iterable[Contract], day: date) -> int:
    return sum(
        contract.mrr
        for contract in contracts
        if contract.started_on <= day and (contract.ended_on is None or contract.ended_on > day)
    )


def paid(contracts: Sequence[Contract], until: date) -> Iterator[Paid]:
    """The months before `until` at whose start the customer paid; `kept` is the smaller of what it paid at both ends.

    Money that cannot be seen to stop is not money that was kept: nothing where a contract cannot say its end.
    """
    served = [each for each in contracts if _was_served(each)]
    if not served or not all(each.says_end for each in served):
        return
    month = _month_after(served[0].started_on)
    last = last_end(served)
    opening = _mrr_at_opening(served, month)
    while month < until and (last is None or month < last):
        following = _month_after(month)
        closing = _mrr_at_opening(served, following)
        if opening > 0:
            yield Paid(month, served[-1].plan or "", opening, min(opening, closing), closing)
        month, opening = following, closing


PAID = Rule(paid, "1")


def price(prices: Prices) -> int | None:
    """What a customer pays today: by its contracts, also when all of them are over; by its own row where it has none."""
    return prices.by_contracts if prices.contracts else prices.by_own_row


PRICE = Rule(price, "1")


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _mrr_at_opening(contracts: Iterable[Contract], day: date) -> int:
    """What was paid when the day began: a contract that starts on the day is new, one that ends on it is over."""
    return sum(
        contract.mrr
        for contract in contracts
        if contract.started_on < day and (contract.ended_on is None or contract.ended_on > day)
    )
