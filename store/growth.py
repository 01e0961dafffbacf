"""Notices a source that grew too much to be believed, before anybody reads a number made of it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, func, insert, select

from store.schema import meta, row_count, run, snapshot, stored_rows

TIMES = 3  # as many rows as were published last, and more ...
ROWS = 1_000  # ... and at least so many more: a small source may well double in a day
KNOWN_FROM = 100  # rows that were published: before that a source is still being filled
HELD = "held"


class Jump(NamedTuple):
    source: str
    record: str
    before: int  # rows, as of the last snapshot
    now: int


def jumps(connection: Connection) -> list[Jump]:
    """Sources that hold more than TIMES the rows of the last snapshot, and ROWS more, though that held all they had then."""
    newest_run = select(func.max(snapshot.c.newest_run)).scalar_subquery()
    was_read = select(run.c.id).where(run.c.source == row_count.c.source, run.c.outcome == "ok", run.c.id <= newest_run)
    of_source = and_(stored_rows.c.source == row_count.c.source, stored_rows.c.record == row_count.c.record)
    found = connection.execute(
        select(row_count.c.source, row_count.c.record, stored_rows.c.n, row_count.c.n)
        .join(stored_rows, of_source)
        .where(
            was_read.exists(),
            stored_rows.c.n >= KNOWN_FROM,
            row_count.c.n > stored_rows.c.n * TIMES,
            row_count.c.n >= stored_rows.c.n + ROWS,
        )
        .order_by(row_count.c.source, row_count.c.record)
    )
    return [Jump(source, record, int(before), int(now)) for source, record, before, now in found]


def note_held(connection: Connection, why: str | None) -> None:
    """Remembers why nothing is published, for those who look at the sources; None when it is again."""
    connection.execute(delete(meta).where(meta.c.name == HELD))
    if why:
        connection.execute(insert(meta).values(name=HELD, value=why))


def held(connection: Connection) -> str | None:
    """Why nothing is published now; None where it is."""
    why: str | None = connection.scalar(select(meta.c.value).where(meta.c.name == HELD))
    return why
