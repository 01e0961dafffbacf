"""What was counted: tallies by day and dimension, and months of revenue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import String, Table, func, literal, select

from store.published.snapshot import OpenSnapshot
from store.records import DIMENSIONS
from store.schema import revenue_month, tally, tally_total

NOWHERE: Mapping[str, str] = {}


class Count(NamedTuple):
    """`group` is the value of the dimension that was asked for with `by`, else ""."""

    day: date
    group: str
    bin: str
    n: int
    amount: int  # whole hundredths of the currency


class Month(NamedTuple):
    """Revenue of the customers of the first day of a month, by group: hundredths a month."""

    month: date
    group: str
    customers: int
    start_mrr: int
    kept_mrr: int  # sum over customers of min(start, end): GRR
    end_mrr: int  # of the same customers: NRR


class Counts(OpenSnapshot):
    """`where` maps dimensions to values; `by` names one dimension to group by. Not every measure has every dimension:
    a value of a dimension that a measure has not is "" (see store/tallies.py).
    """

    def tally(
        self, measure: str, start: date | None, end: date, where: Mapping[str, str] = NOWHERE, by: str | None = None
    ) -> list[Count]:
        """Counts of start <= day < end, one for each (day, group, bin); from the first day on where start is None."""
        table = tally_total if not where and by is None else tally
        group = self._group(table, by)
        chosen = (
            select(table.c.day, group, table.c.bin, func.sum(table.c.n), func.sum(table.c.amount))
            .where(*self._asked(table, measure, end, where))
            .group_by(table.c.day, *([group] if by else []), table.c.bin)
            .order_by(table.c.day)
        )
        if start is not None:
            chosen = chosen.where(table.c.day >= start)
        return [
            Count(day, name, bin, int(n), int(amount)) for day, name, bin, n, amount in self._connection.execute(chosen)
        ]

    def before(self, measure: str, day: date, where: Mapping[str, str] = NOWHERE, by: str | None = None) -> list[Count]:
        """All counts of days before `day`, added up over the days: one for each (group, bin), with day = date.min."""
        table = tally_total if not where and by is None else tally
        group = self._group(table, by)
        chosen = (
            select(group, table.c.bin, func.sum(table.c.n), func.sum(table.c.amount))
            .where(*self._asked(table, measure, day, where))
            .group_by(*([group] if by else []), table.c.bin)
        )
        return [
            Count(date.min, name, bin, int(n), int(amount)) for name, bin, n, amount in self._connection.execute(chosen)
        ]

    def _group(self, table: Table, by: str | None) -> Any:
        if by is None:
            return literal("", String)
        _known_dimension(by)
        return table.c[by]

    def _asked(self, table: Table, measure: str, end: date, where: Mapping[str, str]) -> list[Any]:
        for name in where:
            _known_dimension(name)
        return [
            table.c.measure == measure,
            table.c.day < end,
            *(table.c[name] == value for name, value in where.items()),
        ]

    def values(self, measure: str, dimension: str) -> list[str]:
        """The values of a dimension that occur, the most frequent first."""
        _known_dimension(dimension)
        column = tally.c[dimension]
        chosen = (
            select(column)
            .where(tally.c.measure == measure)
            .group_by(column)
            .order_by(func.sum(tally.c.n).desc(), column)
        )
        return list(self._connection.scalars(chosen))

    def span(self, measure: str) -> tuple[date, date] | None:
        """First and last day that have a count."""
        table = tally_total.c
        # Two questions, not one with both: each is a single step in the index.
        first = self._connection.scalar(select(func.min(table.day)).where(table.measure == measure))
        last = self._connection.scalar(select(func.max(table.day)).where(table.measure == measure))
        return (first, last) if first is not None and last is not None else None

    def months(self, start: date, end: date, where: Mapping[str, str] = NOWHERE, by: str | None = None) -> list[Month]:
        """Revenue months with start <= month < end; dimensions segment and plan."""
        table = revenue_month.c
        group = literal("", String) if by is None else table[by]
        chosen = (
            select(
                table.month,
                group,
                func.sum(table.customers),
                func.sum(table.start_mrr),
                func.sum(table.kept_mrr),
                func.sum(table.end_mrr),
            )
            .where(
                table.month >= start,
                table.month < end,
                *(table[name] == value for name, value in where.items()),
            )
            .group_by(table.month, *([group] if by else []))
            .order_by(table.month)
        )
        return [
            Month(month, name, *(int(each) for each in sums)) for month, name, *sums in self._connection.execute(chosen)
        ]


def _known_dimension(name: str) -> None:
    if name not in DIMENSIONS:
        raise ValueError(f"there is no dimension {name!r}; there are {', '.join(DIMENSIONS)}")
