"""Whether a customer opened another ticket soon after one was solved: the one thing a ticket counts for that hangs on others.

So a ticket that comes, goes or moves (in time, or to another customer) changes what the tickets of that customer count for
that were solved in the days before it: those are kept as they are before it is written, like the ticket itself.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import exists, literal_column
from sqlalchemy.sql import ColumnElement

from store.day_numbers import days_later
from store.engines import Sql
from store.schema import ticket

WITHIN_DAYS = 7  # the last of them is the day of the solving plus so many

_later = ticket.alias("later")
contacted_again: ColumnElement[bool] = (
    exists()
    .where(
        _later.c.customer == ticket.c.customer,
        _later.c.opened_on.between(
            ticket.c.solved_on, days_later(ticket.c.solved_on, literal_column(str(WITHIN_DAYS)))
        ),
        # Never the ticket itself: no ticket is opened after it was solved.
        _later.c.opened_at > ticket.c.solved_at,
    )
    .correlate(ticket)
)


def contacted_again_in(sql: Sql) -> str:
    """The same of a ticket called t."""
    return (
        "EXISTS (SELECT 1 FROM ticket later WHERE later.customer = t.customer AND later.opened_on "  # noqa: S608
        f"BETWEEN t.solved_on AND {sql.days_later('t.solved_on', WITHIN_DAYS)} AND later.opened_at > t.solved_at)"
    )


def solved_shortly_before(sql: Sql, opened: str) -> str:
    """Which tickets, called t, one that was opened may make contacted again; `opened` is SQL of (customer, day)."""
    first = sql.days_later("opened.day", -WITHIN_DAYS)
    return (
        f"(t.id, t.source) IN (SELECT solved.id, solved.source FROM {opened} AS opened CROSS JOIN ticket AS solved "  # noqa: S608
        f"WHERE solved.customer = opened.customer AND solved.solved_on BETWEEN {first} AND opened.day)"
    )


def moved(before: Collection[tuple[Any, ...]], now: Collection[tuple[Any, ...]]) -> set[tuple[str, Any]]:
    """(customer, day opened) of what comes, goes or moves; of rows (id, opened_at, customer, opened_on)."""
    differing = set(before) ^ set(now)
    return {(customer, opened_on) for _, _, customer, opened_on in differing if customer is not None}
