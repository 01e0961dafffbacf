"""Notices a source of which more rows came or went than can be believed, before anybody reads a number made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from store.schema import meta, row_count, run, snapshot, stored_rows

TIMES = 3  # as many rows as were published last, and more ...
ROWS = 1_000  # ... and at least so many more: a small source may well double in a day
KNOWN_FROM = 100  # rows that were published: before that a source is still being filled
REMOVES_UP_TO = 0.20  # of the rows of a source, without anybody being asked
HELD = "held"


class Jump(NamedTuple):
    source: str
    record: str
    before: int  # rows, as of the last snapshot
    now: int


Baseline = Mapping[tuple[str, str], int]


def baseline(connection: Connection) -> Baseline:
    """(source, record) -> rows of the last snapshot, of the sources that had been read to their end in it.

    Asked before a refresh reads anything: what it publishes on its way must not raise it.
    """
    newest_run = select(func.max(snapshot.c.newest_run)).scalar_subquery()
    was_read = select(run.c.id).where(
        run.c.source == stored_rows.c.source, run.c.outcome == "ok", run.c.id <= newest_run
    )
    known = select(stored_rows.c.source, stored_rows.c.record, stored_rows.c.n).where(
        was_read.exists(), stored_rows.c.n >= KNOWN_FROM
    )
    return {(source, record): int(n) for source, record, n in connection.execute(known)}


def jumps(connection: Connection, before: Baseline) -> list[Jump]:
    """Sources that hold more than TIMES the rows of before, and ROWS more."""
    stored = select(row_count.c.source, row_count.c.record, row_count.c.n)
    found = (
        Jump(source, record, before[source, record], int(n))
        for source, record, n in connection.execute(stored)
        if (source, record) in before
    )
    return sorted(each for each in found if each.now > each.before * TIMES and each.now >= each.before + ROWS)


def are_too_many(gone: int, stored: int) -> bool:
    """Whether so many of the stored rows of a source have left it that a person must accept their removal."""
    return gone > REMOVES_UP_TO * stored


def note_held(connection: Connection, why: str | None) -> None:
    """Remembers why nothing is published, for those who look at the sources; None when it is again."""
    connection.execute(delete(meta).where(meta.c.name == HELD))
    if why:
        connection.execute(insert(meta).values(name=HELD, value=why))


def held(connection: Connection) -> str | None:
    """Why nothing is published now; None where it is."""
    why: str | None = connection.scalar(select(meta.c.value).where(meta.c.name == HELD))
    return why
