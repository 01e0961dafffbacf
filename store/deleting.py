"""Removes every row of one source, and marks what has to be counted again without them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select

from store.records import RECORDS, stored_fields
from store.saving import DAYS, KEYS, NO_DAY, keep_before, mark_reported, mark_stale, was_counted
from store.schema import BEFORE, FACTS, cursor, listing, read_rows, rejected_row, removal, row_count, run

PSEUDONYMOUS = [
    record.TABLE for record in RECORDS if any(each.metadata.get("pseudonym") for each in stored_fields(record))
]


def drop_sample(connection: Connection, in_sqlite: bool) -> bool:
    names = list(connection.scalars(select(run.c.source).where(run.c.type == "sample").distinct()))
    for name in names:
        delete_source(connection, name, in_sqlite)
    connection.execute(delete(run).where(run.c.type == "sample"))
    return bool(names)


def delete_source(connection: Connection, source: str, in_sqlite: bool) -> None:
    """Removes every row of one source, and marks what they counted for as stale."""
    for record in RECORDS:
        mark_all(connection, record.TABLE, source, in_sqlite)
    mark = "?" if in_sqlite else "%s"
    if was_counted(connection):
        for name in BEFORE:
            keep_before(connection, name, f"t.source = {mark}", (source,))
    _mark_reports(connection, source, mark)
    for table in FACTS.values():
        connection.execute(delete(table).where(table.c.source == source))
    for noted in (row_count, read_rows, listing, removal):
        connection.execute(delete(noted).where(noted.c.source == source))
    connection.execute(delete(rejected_row).where(rejected_row.c.source == source))
    connection.execute(delete(cursor).where(cursor.c.source == source))


def mark_all(connection: Connection, record: str, source: str, in_sqlite: bool) -> None:
    """Marks as stale what all rows of this record and source count for."""
    no_day = NO_DAY.isoformat() if in_sqlite else NO_DAY
    table = FACTS[record]
    mine = table.c.source == source
    stale: set[tuple[str, Any, str]] = set()
    for kind, day, key in DAYS.get(record, []):
        chosen = select(table.c[day], table.c[key]) if key else select(table.c[day])
        for row in connection.execute(chosen.where(mine, table.c[day].is_not(None)).distinct()):
            stale.add((kind, row[0].isoformat() if in_sqlite else row[0], row[1] if key else ""))
    for kind, key in KEYS.get(record, []):
        if key:
            for (value,) in connection.execute(select(table.c[key]).where(mine).distinct()):
                stale.add((kind, no_day, value))
        else:
            stale.add((kind, no_day, ""))
    mark_stale(connection, in_sqlite, stale)


def _mark_reports(connection: Connection, source: str, mark: str) -> None:
    # Only names of our own tables and columns are written into SQL text here; every value is bound.
    for table, column in (("ticket", "id"), ("survey_response", "ticket"), ("bug_report", "ticket")):
        among = f"IN (SELECT {column} FROM {table} WHERE source = {mark})"  # noqa: S608
        mark_reported(connection, among, source, links=table == "bug_report")
    connection.exec_driver_sql(
        "INSERT INTO stale_contact (day, bug, customer) SELECT DISTINCT reported_on, bug, customer FROM bug_report "  # noqa: S608
        f"WHERE source = {mark} AND ticket IS NULL ON CONFLICT DO NOTHING",
        (source,),
    )


def has_pseudonyms(connection: Connection) -> bool:
    return any(connection.scalar(select(select(FACTS[name].c.id).exists())) for name in PSEUDONYMOUS)
