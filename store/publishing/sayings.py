"""Which fields each source can say, as its settings declare: what it cannot say is unknown, not empty."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, literal, select

from store.engines import NO_DAY, Day
from store.marks import stored_fields
from store.publishing.stale import add_stale_keys
from store.records import BY_TABLE
from store.schema import FACTS, row_count, unsaid

# What the sources of the settings can say: source -> record -> fields.
Declared = Mapping[str, Mapping[str, Collection[str]]]


def note_unsaid(connection: Connection, declared: Declared, were_read: Collection[str]) -> None:
    """Notes which fields each source cannot say; whoever depends on a field that is now said, or no longer, is stale.

    A field that is newly mapped is only known when its source has been read to the end with it.
    """
    known = {(row.source, row.record, row.field) for row in connection.execute(select(unsaid))}
    stored = {(row.source, row.record) for row in connection.execute(select(row_count)) if row.n}
    now = {
        (source, record, each.name)
        for source, records in declared.items()
        for record, fields in records.items()
        for each in stored_fields(BY_TABLE[record])
        if each.name not in fields
    }
    judged = {(source, record) for source, records in declared.items() for record in records if source in were_read}
    now |= {each for each in known if each[:2] in stored and each[:2] not in judged}
    if now == known:
        return
    for source, record, field in known - now:
        mine = (unsaid.c.source == source) & (unsaid.c.record == record) & (unsaid.c.field == field)
        connection.execute(delete(unsaid).where(mine))
    if now - known:
        names = [column.name for column in unsaid.columns]
        connection.execute(insert(unsaid), [dict(zip(names, each, strict=True)) for each in now - known])
    for source, record, field in known ^ now:
        if field != "ended_on":
            continue
        table = FACTS[record]
        if record != "employment":
            who = table.c.id if record == "customer" else table.c.customer
            chosen = select(literal("customer"), literal(NO_DAY, Day), who)
            add_stale_keys(connection, chosen.where(table.c.source == source).distinct())
        if record != "customer":
            chosen = select(literal(record), table.c.started_on, literal(""))
            started = table.c.started_on.is_not(None)
            add_stale_keys(connection, chosen.where(table.c.source == source, started).distinct())


def silent(record: str, field: str) -> Any:
    """The sources whose rows of this noun cannot have this field."""
    return select(unsaid.c.source).where(unsaid.c.record == record, unsaid.c.field == field)
