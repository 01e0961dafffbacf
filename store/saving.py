"""Saves one page of rows, in the transaction that moves the source's cursor; a row that cannot be stored is rejected with
the reason.

What changed marks its days (the old day and the new one) and its keys as stale, so that publishing counts again only those.
While nothing was counted at all nobody needs to know: all is counted then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection

from store.contacts import contacted_again_in, moved, solved_shortly_before
from store.engines import NO_DAY, Sql, sql_of
from store.instants import naive
from store.marks import Record, counted_days, stale_kinds
from store.rejected import Rejected
from store.schema import BEFORE
from store.shapes import Shape

REMOVED_AT_ONCE = 5_000
Row = tuple[Any, ...]  # as the driver takes it, in the order of Shape.columns
StaleKey = tuple[str, Any, str]  # kind, day as the driver takes it, key


@dataclass(slots=True)
class Saved:
    saved: int = 0
    added: int = 0
    unchanged: int = 0
    ids: list[str] = field(default_factory=list)  # of all that are stored now, changed or not
    rejected: list[tuple[int, Rejected]] = field(default_factory=list)  # with the position among the records


def save_records(connection: Connection, shape: Shape, source: str, records: Sequence[Record], now: datetime) -> Saved:
    """Upserts the records of one noun; marks what changed as stale. A later row with the same id wins."""
    given, rejected = shape.rows(source, records)
    rows = dict(zip(map(itemgetter(shape.id_at), given), given, strict=True))
    result = Saved(ids=list(rows), rejected=rejected)
    stored = _stored(connection, shape, source, result.ids)
    new = [row for id, row in rows.items() if id not in stored] if stored else list(rows.values())
    differing = [row for id, row in rows.items() if stored.get(id, row) != row] if stored else []
    result.added, result.saved = len(new), len(new) + len(differing)
    result.unchanged = len(rows) - result.saved
    if not result.saved:
        return result
    before, changed = [stored[row[shape.id_at]] for row in differing], new + differing
    _note_changes(connection, shape, source, before, changed)
    if new:
        connection.exec_driver_sql(shape.upsert, new)
    _update(connection, shape, before, differing)
    if shape.name == "bug":
        _log_severity(connection, shape, before, differing, now)
    return result


def remove_records(connection: Connection, shape: Shape, source: str, ids: Sequence[str]) -> int:
    """Removes rows that have left their source, by the ids that are stored; how many there were. Marks them as stale."""
    removed, sql = 0, shape.sql
    for start in range(0, len(ids), REMOVED_AT_ONCE):
        stored = _stored(connection, shape, source, ids[start : start + REMOVED_AT_ONCE])
        if not stored:
            continue
        _note_changes(connection, shape, source, list(stored.values()), [])
        connection.exec_driver_sql(
            f'DELETE FROM "{shape.name}" WHERE source = {sql.mark} AND id {sql.among}',  # noqa: S608
            (source, sql.listed(stored)),
        )
        removed += len(stored)
    return removed


def _update(connection: Connection, shape: Shape, before: list[Row], rows: list[Row]) -> None:
    """Sets only what differs, since SQLite writes every index of a column that is set."""
    id_at, source_at, sql = shape.id_at, shape.position["source"], shape.sql
    alike: dict[tuple[int, ...], list[Row]] = {}
    for old, row in zip(before, rows, strict=True):
        differing = tuple(index for index, value in enumerate(row) if value != old[index])
        alike.setdefault(differing, []).append((*(row[index] for index in differing), row[id_at], row[source_at]))
    for differing, values in alike.items():
        sets = ", ".join(f'"{shape.columns[index]}" = {sql.mark}' for index in differing)
        connection.exec_driver_sql(
            f'UPDATE "{shape.name}" SET {sets} WHERE id = {sql.mark} AND source = {sql.mark}',  # noqa: S608
            values,
        )


def _stored(connection: Connection, shape: Shape, source: str, ids: Sequence[str]) -> dict[str, Row]:
    found = connection.exec_driver_sql(shape.select, (source, shape.sql.listed(ids)))
    # The driver's own tuples: making SQLAlchemy's rows of them, and tuples of those, takes as long as to find them.
    rows = found.cursor.fetchall()
    found.close()
    return {row[shape.id_at]: row for row in rows}


# --- what must be counted again ------------------------------------------------------------------------------------------


def _note_changes(connection: Connection, shape: Shape, source: str, before: list[Row], now: list[Row]) -> None:
    """Notes what `before` counted for and what `now` will count for; called before the rows are written.

    `before` are the stored rows that change or go, `now` the rows that come or change to that.
    """
    if not was_counted(connection):
        return
    if shape.name in BEFORE:
        ids = {row[shape.id_at] for rows in (before, now) for row in rows}
        _keep_rows_before(connection, shape, source, list(ids))
    if shape.name == "ticket":
        _keep_contacted_again(connection, shape, before, now)
    if shape.name in ("ticket", "survey_response", "bug_report"):
        _mark_reports(connection, shape, before, now)
    mark_stale(connection, shape.sql, _stale_keys(shape, before + now))


def _stale_keys(shape: Shape, rows: list[Row]) -> set[StaleKey]:
    found: set[StaleKey] = set()
    no_day = shape.sql.day(NO_DAY)
    for name in counted_days(shape.record):
        at = shape.position[name]
        found.update((shape.name, row[at], "") for row in rows if row[at] is not None)
    for kind, name in stale_kinds(shape.record):
        at = shape.position[name]
        found.update((kind, no_day, row[at]) for row in rows)
    return found


def mark_stale(connection: Connection, sql: Sql, stale: Iterable[StaleKey]) -> None:
    if keys := list(stale):
        connection.exec_driver_sql(
            f"INSERT INTO stale_key (kind, day, key) VALUES ({sql.marks(3)}) ON CONFLICT DO NOTHING",  # noqa: S608
            keys,
        )


def _mark_reports(connection: Connection, shape: Shape, before: list[Row], now: list[Row]) -> None:
    """What is counted for a bug hangs on tickets, ratings and other links of the same ticket.

    Where a ticket counted until now is known only now; where it will count is looked up while publishing.
    """
    at, sql = shape.position["id" if shape.name == "ticket" else "ticket"], shape.sql
    tickets = {row[at] for row in before + now if row[at] is not None}
    if tickets:
        mark_reported(connection, sql.among, sql.listed(tickets), links=shape.name == "bug_report")
    if shape.name != "bug_report":
        return
    no_day = sql.day(NO_DAY)
    mark_stale(connection, sql, {("reported", no_day, ticket) for ticket in tickets})
    names = [shape.position[name] for name in ("reported_on", "bug", "customer")]
    own = {tuple(row[name] for name in names) for row in before + now if row[at] is None}
    if own:
        connection.exec_driver_sql(
            f"INSERT INTO stale_contact (day, bug, customer) VALUES ({sql.marks(3)}) ON CONFLICT DO NOTHING",  # noqa: S608
            list(own),
        )


def _keep_rows_before(connection: Connection, shape: Shape, source: str, ids: list[str]) -> None:
    sql = shape.sql
    keep_before(connection, shape.name, f"t.source = {sql.mark} AND t.id {sql.among}", (source, sql.listed(ids)))
    connection.exec_driver_sql(
        f"INSERT INTO {shape.name}_before (id, source) VALUES ({sql.marks(2)}) ON CONFLICT DO NOTHING",  # noqa: S608
        [(id, source) for id in ids],
    )


def _keep_contacted_again(connection: Connection, shape: Shape, before: list[Row], now: list[Row]) -> None:
    what = itemgetter(*(shape.position[name] for name in ("id", "opened_at", "customer", "opened_on")))
    if changed := moved(list(map(what, before)), list(map(what, now))):
        sql = shape.sql
        keep_before(connection, "ticket", solved_shortly_before(sql, sql.customer_days), (sql.paired(changed),))


def was_counted(connection: Connection) -> bool:
    """Whether anything was ever counted. Else all is counted at once, and nobody needs to know what changed."""
    return connection.exec_driver_sql("SELECT 1 FROM counted LIMIT 1").scalar() is not None


def keep_before(connection: Connection, table: str, which: str, values: tuple[Any, ...] = ()) -> None:
    """Keeps rows of tickets or surveys (called t in `which`, SQL of ours) as they are, before they change.

    The first that is kept after a publishing stays: it is what was counted.
    """
    names = ", ".join(column.name for column in BEFORE[table].columns)
    hang_on_others = {
        "is_linked": "EXISTS (SELECT 1 FROM bug_report r WHERE r.ticket = t.id)",
        "contacted_again": contacted_again_in(sql_of(connection)),
    }
    taken = ", ".join(hang_on_others.get(name, f"t.{name}") for name in names.split(", "))
    connection.exec_driver_sql(
        f"INSERT INTO {table}_before ({names}) SELECT {taken} FROM {table} t WHERE {which} ON CONFLICT DO NOTHING",  # noqa: S608
        values,
    )


def mark_reported(connection: Connection, among: str, value: Any, links: bool) -> None:
    """The contacts that these tickets are counted in now must be counted again, and the tickets looked at again.

    `among` is SQL of ours for "is one of them", with one placeholder for `value`. `links`: whether the tickets are
    linked to a bug at all may change, which a measure counts.
    """
    statements = [
        "INSERT INTO stale_key (kind, day, key) "  # noqa: S608
        f"SELECT DISTINCT 'reported', {sql_of(connection).no_day}, ticket FROM bug_report WHERE ticket {among} ON CONFLICT DO NOTHING",
        "INSERT INTO stale_contact (day, bug, customer) "  # noqa: S608
        "SELECT DISTINCT COALESCE(r.reported_on, t.opened_on), r.bug, "
        "COALESCE(r.customer, t.customer, 'ticket:' || r.ticket) "
        "FROM bug_report r LEFT JOIN ticket t ON t.id = r.ticket "
        f"WHERE r.ticket {among} AND COALESCE(r.reported_on, t.opened_on) IS NOT NULL ON CONFLICT DO NOTHING",
    ]
    for statement in statements:
        connection.exec_driver_sql(statement, (value,))
    if links and was_counted(connection):
        keep_before(connection, "ticket", f"t.id {among}", (value,))


def _log_severity(connection: Connection, shape: Shape, before: list[Row], rows: list[Row], now: datetime) -> None:
    """Severity moves a bug in the ranking, so each change is kept with its time."""
    severity_at, at = shape.position["severity"], shape.sql.instant(naive(now))
    moved = [
        (row[shape.id_at], at, old[severity_at], row[severity_at])
        for old, row in zip(before, rows, strict=True)
        if old[severity_at] != row[severity_at]
    ]
    if moved:
        connection.exec_driver_sql(
            f"INSERT INTO severity_change (bug, changed_at, before, after) VALUES ({shape.sql.marks(4)}) "  # noqa: S608
            "ON CONFLICT DO NOTHING",
            moved,
        )
