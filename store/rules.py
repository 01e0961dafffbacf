"""What figures mean where rows have to be read by it: handed in with each publishing, since the store knows no meaning.

The store brings rows together (all contracts of one customer), asks the rule, and keeps what it answers. Each rule has a
version; where the one that a store was counted by is another, what hangs on the rule is counted over all days again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar

Said = TypeVar("Said", covariant=True)
NOT_SAID = "not said"  # what counts instead of a kind that the source of a row does not say
UNSAID = "end not said"  # ends the bin of a start whose source cannot say an end


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract of a customer. `ended_on` is the first day without it; `mrr` are hundredths a month."""

    customer: str
    started_on: date
    ended_on: date | None
    plan: str | None
    mrr: int
    says_end: bool = True  # whether its source can say an end at all


class OwnDates(NamedTuple):
    """What the rows of a customer itself say; several sources may have one."""

    started_on: date
    ended_on: date | None  # the last that any of them says
    can_say_end: int  # how many rows can say an end ...
    say_end: int  # ... and how many do
    mrr: int


class Stay(NamedTuple):
    """Days in a row on which somebody was a customer. `ended_on` is the first day without; money in hundredths a month."""

    started_on: date
    ended_on: date | None
    how: str  # "new" or "reactivated"
    plan: str  # of its contracts, where the customer's own row has none
    start_mrr: int
    end_mrr: int
    end_known: bool


class Paid(NamedTuple):
    """What one customer paid when a month began and when it was over, and what of the first was kept: hundredths a month."""

    month: date
    plan: str  # as in Stay
    start: int
    kept: int
    end: int


class Prices(NamedTuple):
    """What the rows of one customer say of its price on a day: hundredths a month, None where no row that runs says one."""

    contracts: int  # how many with a price it has, or had
    by_contracts: int | None  # the sum of those that run
    by_own_row: int | None  # the highest, where several sources know it


# All contracts of one customer, by their start, and its own dates where it has some -> when it was a customer.
StaysOf = Callable[[Sequence[Contract], OwnDates | None], Iterable[Stay]]
# All contracts of one customer, by their start, and the first month that is not over -> the months that count.
PaidBy = Callable[[Sequence[Contract], date], Iterable[Paid]]
# What the rows of a customer say of its price today -> what it pays; None where that is not known.
PriceOf = Callable[[Prices], int | None]


@dataclass(frozen=True, slots=True)
class Rule(Generic[Said]):
    """What a measure's owner says, and by which version."""

    says: Said
    version: str  # another one when it decides otherwise than before


@dataclass(frozen=True, slots=True)
class Rules:
    stays: Rule[StaysOf]
    paid: Rule[PaidBy]
    price: Rule[PriceOf]
    worst: Rule[Mapping[str, int]]  # scale of a csat survey -> the highest score that is a bad rating
    low: Rule[Mapping[tuple[str, str], tuple[int, int]]]  # kind and scale of a survey -> the scores that are low ones
    # The voice that each of so many bugs gets of one ticket. Arithmetic only: it is asked about columns as well as numbers.
    share_of_ticket: Rule[Callable[[Any], Any]]
