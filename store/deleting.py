"""Removes every row of one source, and marks what has to be counted again without them."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from store.contacts import solved_shortly_before
from store.engines import NO_DAY, sql_of
from store.marks import counted_days, is_pseudonymous, stale_kinds
from store.records import BY_TABLE, RECORDS
from store.saving import StaleKey, keep_before, mark_reported, mark_stale, was_counted
from store.schema import BEFORE, FACTS, cursor, listing, read_rows, rejected_row, removal, row_count, run

PSEUDONYMOUS = [record.TABLE for record in RECORDS if is_pseudonymous(record)]


def drop_sample(connection: Connection) -> bool:
    names = list(connection.scalars(select(run.c.source).where(run.c.type == "sample").distinct()))
    for name in names:
        delete_source(connection, name)
    connection.execute(delete(run).where(run.c.type == "sample"))
    return bool(names)


def delete_source(connection: Connection, source: str) -> None:
    """Removes every row of one source, and marks what they counted for as stale."""
    for record in RECORDS:
        mark_all(connection, record.TABLE, source)
    mark = sql_of(connection).mark
    if was_counted(connection):
        for name in BEFORE:
            keep_before(connection, name, f"t.source = {mark}", (source,))
        opened = f"(SELECT DISTINCT customer, opened_on AS day FROM ticket WHERE source = {mark})"  # noqa: S608
        keep_before(connection, "ticket", solved_shortly_before(sql_of(connection), opened), (source,))
    _mark_reports(connection, source, mark)
    for table in FACTS.values():
        connection.execute(delete(table).where(table.c.source == source))
    for noted in (row_count, read_rows, listing, removal):
        connection.execute(delete(noted).where(noted.c.source == source))
    connection.execute(delete(rejected_row).where(rejected_row.c.source == source))
    connection.execute(delete(cursor).where(cursor.c.source == source))


def mark_all(connection: Connection, record: str, source: str) -> None:
    """Marks as stale what all rows of this record and source count for."""
    sql, noun, columns = sql_of(connection), BY_TABLE[record], FACTS[record].c
    mine = columns.source == source
    found: set[StaleKey] = set()
    for name in counted_days(noun):
        days = select(columns[name]).where(mine, columns[name].is_not(None)).distinct()
        found.update((record, sql.day(on), "") for on in connection.scalars(days))
    for kind, name in stale_kinds(noun):
        keys = connection.scalars(select(columns[name]).where(mine).distinct())
        found.update((kind, sql.day(NO_DAY), key) for key in keys)
    mark_stale(connection, sql, found)


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
