"""How many rows each source has, undated, rejected and waiting ones, and references that name no stored row."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, and_, delete, func, insert, literal, select, union, update

from store.ids import note_unresolved
from store.listings import WAITING
from store.publishing.stale import is_done
from store.schema import FACTS, customer, read_rows, removal, row_count, stored_rows, subscription


def check_references(connection: Connection, today: date, everything: bool) -> None:
    """Once a day, or when a source has come or grown much: it is a walk through all rows that refer to others."""
    stored = select(row_count.c.source, row_count.c.record, row_count.c.n).order_by(
        row_count.c.source, row_count.c.record
    )
    # The number of bits: another when there are twice as many, or half.
    sizes = [f"{source} {record} {n.bit_length()}" for source, record, n in connection.execute(stored)]
    if not is_done(connection, "unresolved", "; ".join([today.isoformat(), *sizes])) or everything:
        note_unresolved(connection)


# What makes a row of use for anything over time: table -> the column without which it is undated.
_DATED = {
    "customer": customer.c.started_on,
    "subscription": subscription.c.started_on,
    "employment": FACTS["employment"].c.started_on,
}


def count_rows(connection: Connection) -> None:
    """How many rows each source has of each noun; the numbers themselves were kept while saving."""
    connection.execute(delete(stored_rows))
    # Also of what has no rows because all of them were rejected.
    known = union(
        select(row_count.c.source, row_count.c.record), select(read_rows.c.source, read_rows.c.record)
    ).subquery("known")
    of_source = and_(read_rows.c.source == known.c.source, read_rows.c.record == known.c.record)
    connection.execute(
        insert(stored_rows).from_select(
            ["source", "record", "n", "undated", "read", "rejected"],
            select(
                known.c.source,
                known.c.record,
                func.coalesce(func.max(row_count.c.n), 0),
                literal(0),
                func.coalesce(func.sum(read_rows.c.read), 0),
                func.coalesce(func.sum(read_rows.c.rejected), 0),
            )
            .select_from(
                known.outerjoin(
                    row_count, and_(row_count.c.source == known.c.source, row_count.c.record == known.c.record)
                ).outerjoin(read_rows, of_source)
            )
            .group_by(known.c.source, known.c.record),
        )
    )
    waiting = (
        select(func.coalesce(func.sum(func.length(removal.c.ids) / 8), 0))
        .where(
            removal.c.source == stored_rows.c.source,
            removal.c.record == stored_rows.c.record,
            removal.c.run == WAITING,
        )
        .scalar_subquery()
        .correlate(stored_rows)
    )
    connection.execute(update(stored_rows).values(waiting=waiting))
    for record, dated in _DATED.items():
        table = FACTS[record]
        undated = (
            select(func.count())
            .where(table.c.source == stored_rows.c.source, dated.is_(None))
            .scalar_subquery()
            .correlate(stored_rows)
        )
        connection.execute(update(stored_rows).where(stored_rows.c.record == record).values(undated=undated))
