"""What people wrote: the newest tickets behind each bug."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, or_, select

from store.ids import CLUSTER
from store.publishing.stale import in_parts, keys
from store.schema import bug_report, excerpt_of_bug, ticket

EXCERPTS = 10  # tickets shown behind a bug


class _Ranked(NamedTuple):
    """A ticket among those behind a bug; the newest is the smallest."""

    age: int
    ticket: str
    source: str

    def comes_after(self, other: _Ranked) -> bool:
        return (self.age, self.ticket) > (other.age, other.ticket)


def choose_excerpts(connection: Connection) -> None:
    """The newest tickets behind each bug whose tickets changed.

    The ten of before, without those that changed, and those that changed are enough to find the new ten, unless the last
    of them is older than the last of before: then a ticket that was too old before may be in, and all are looked at.
    """
    changed = keys("reported")
    bugs = select(bug_report.c.bug).where(bug_report.c.ticket.in_(changed))
    bugs_of_before = select(excerpt_of_bug.c.bug).where(excerpt_of_bug.c.ticket.in_(changed))
    shown: dict[str, dict[_Ranked, dict[str, Any]]] = defaultdict(dict)
    gone: set[tuple[str, str]] = set()
    is_gone = excerpt_of_bug.c.ticket.in_(changed).label("is_gone")
    of_touched = or_(excerpt_of_bug.c.bug.in_(bugs), excerpt_of_bug.c.bug.in_(bugs_of_before))
    for row in connection.execute(
        select(excerpt_of_bug, is_gone).where(of_touched, ~excerpt_of_bug.c.bug.startswith(CLUSTER))
    ).mappings():
        shown[row["bug"]][_ranked(row["opened_on"], row["ticket"], "")] = {
            column.name: row[column.name] for column in excerpt_of_bug.c
        }
        if row["is_gone"]:
            gone.add((row["bug"], row["ticket"]))
    newest = _newest(connection, bug_report.c.ticket.in_(changed))
    unsure = []
    chosen: dict[str, list[_Ranked]] = {}
    for each in shown.keys() | newest.keys():
        before = sorted(shown[each])
        kept = [one for one in before if (each, one.ticket) not in gone]
        chosen[each] = _first_of_each_ticket(kept + newest.get(each, []))
        is_full = len(before) == EXCERPTS
        if is_full and (len(chosen[each]) < EXCERPTS or chosen[each][-1].comes_after(before[-1])):
            unsure.append(each)
    for some in in_parts(unsure):
        chosen |= {each: [] for each in some} | _newest(connection, bug_report.c.bug.in_(some))
    rows = [
        {**shown[each][one]} if one in shown[each] else {"bug": each, "ticket": one.ticket, "source": one.source}
        for each, ranked in chosen.items()
        for one in ranked
    ]
    for some in in_parts(list(chosen)):
        connection.execute(delete(excerpt_of_bug).where(excerpt_of_bug.c.bug.in_(some)))
    _add_excerpts(connection, rows)


def _ranked(opened_on: date, ticket_id: str, source: str) -> _Ranked:
    return _Ranked(-opened_on.toordinal(), ticket_id, source)


def _first_of_each_ticket(ranked: Iterable[_Ranked]) -> list[_Ranked]:
    """The newest ten; two sources may hold a ticket of the same id."""
    found: dict[str, _Ranked] = {}
    for each in sorted(ranked):
        found.setdefault(each.ticket, each)
    return list(found.values())[:EXCERPTS]


def _newest(connection: Connection, which: Any) -> dict[str, list[_Ranked]]:
    """Of the reports that `which` lets through: for each bug its newest tickets that have words."""
    found: dict[str, list[_Ranked]] = defaultdict(list)
    rows = connection.execute(
        select(bug_report.c.bug, ticket.c.opened_on, ticket.c.id, ticket.c.source)
        .join(ticket, ticket.c.id == bug_report.c.ticket)
        .where(which, or_(ticket.c.subject.is_not(None), ticket.c.excerpt.is_not(None)))
        .execution_options(yield_per=5000)
    )
    for row in rows:
        mine = found[row.bug]
        mine.append(_ranked(row.opened_on, row.id, row.source))
        if len(mine) > 20 * EXCERPTS:
            mine[:] = _first_of_each_ticket(mine)
    return {name: _first_of_each_ticket(ranked) for name, ranked in found.items()}


def _add_excerpts(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Inserts excerpts; those that are only known by ticket and source get their words from the ticket."""
    bare = [row for row in rows if "opened_on" not in row]
    said: dict[tuple[str, str], dict[str, Any]] = {}
    names = [column.name for column in excerpt_of_bug.c if column.name not in ("bug", "ticket")]
    for some in in_parts([row["ticket"] for row in bare]):
        found = connection.execute(
            select(ticket.c.id, ticket.c.source, *(ticket.c[name] for name in names)).where(ticket.c.id.in_(some))
        )
        for row in found.mappings():
            said[row["id"], row["source"]] = {name: row[name] for name in names}
    complete = [
        {"bug": row["bug"], "ticket": row["ticket"], **said[row["ticket"], row["source"]]}
        if "opened_on" not in row
        else row
        for row in rows
    ]
    if complete:
        connection.execute(insert(excerpt_of_bug), complete)
