"""One thing that is counted each day, as a single plain SELECT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import (
    Column,
    FromClause,
    Join,
    Select,
    String,
    bindparam,
    case,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from store.engines import Day
from store.records import DIMENSIONS
from store.rules import NOT_SAID
from store.schema import (
    account,
)

Expression = ColumnElement[Any]
Counting = Select[*tuple[Any, ...]]
Columns: TypeAlias = ReadOnlyColumnCollection[str, Column[Any]]
EMPTY: Expression = literal("", String)
ONE: Expression = func.count()
ALWAYS: Expression = true()
TODAY: Expression = bindparam("today", type_=Day())  # the day of the snapshot, for measures that are counted every time


@dataclass(frozen=True, slots=True)
class Measure:
    """One SELECT, declared once: what is counted, on which day, by what.

    `stale` names the changes after which its days are counted again; "" where single rows are taken away and added.
    A measure that is new, or has another `version` than the one it was counted by, is counted over all days by the next
    publishing. One that says `every_time` is so by every publishing, because it hangs on the day of the snapshot (TODAY).
    """

    name: str
    stale: str
    day: Expression
    bin: Expression
    of: FromClause  # the table, joined as needed
    dimensions: Mapping[str, Expression]
    where: Expression = ALWAYS
    amount: Expression | None = None
    version: int = 1  # another number when it counts otherwise than before
    every_time: bool = False

    def select(self, narrowed: Expression, sign: int = 1) -> Counting:
        """The counts of what `narrowed` lets through, as rows of the tally; below zero for a `sign` of -1."""
        dimensions = [self.dimensions.get(name, EMPTY) for name in DIMENSIONS]
        grouped = [each for each in dimensions if each is not EMPTY]
        return (
            select(
                literal(self.name, String),
                self.day,
                *dimensions,
                self.bin,
                ONE * sign if sign < 0 else ONE,
                self.amount if self.amount is not None else literal(0),
            )
            .select_from(self.of)
            .where(self.day.is_not(None), self.where, narrowed)
            # Twice the same expression object: PostgreSQL must see that what is selected is what is grouped.
            .group_by(self.day, *grouped, *([self.bin] if self.bin is not EMPTY else []))
        )


def with_account(fact: FromClause) -> Join:
    return fact.outerjoin(account, account.c.id == fact.c.customer)


def or_empty(column: Expression) -> Expression:
    return func.coalesce(column, EMPTY)


SEGMENT, PLAN = or_empty(account.c.segment), or_empty(account.c.plan)


def yes_no(condition: Expression, yes: str = "yes", no: str = "no") -> Expression:
    return case((condition, literal(yes, String)), else_=literal(no, String))


def kind_of(row: Columns) -> Expression:
    """Of a ticket: "problem", "question", "request" or "not said". Which of them tell of a problem is not known here."""
    return func.coalesce(row.kind, literal(NOT_SAID, String))
