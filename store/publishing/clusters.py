"""Tickets of a problem without a bug that look alike, listed beside the bugs as "no bug yet"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select

from store.ids import CLUSTER
from store.instants import naive
from store.measure import kind_of
from store.publishing.excerpts import EXCERPTS
from store.publishing.stale import is_done
from store.schema import bug_contact, excerpt_of_bug, listed_bug, meta, ticket, ticket_before
from store.tallies import is_linked

Row = dict[str, str | date | datetime | float | bool | None]
CLUSTERED_ON = "clusters"  # in `meta`: the day on which clusters were listed, until a ticket changes


@dataclass(frozen=True, slots=True)
class UnlinkedTicket:
    """A ticket that no bug in the tracker explains."""

    id: str
    customer: str
    opened_on: date
    area: str
    subject: str
    excerpt: str
    channel: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Tickets that seem to be about one thing that has no bug yet."""

    id: str
    title: str
    area: str
    tickets: tuple[UnlinkedTicket, ...]


def mark_stale(connection: Connection, everything: bool) -> None:
    """Notes while publishing that clusters must be made anew, if tickets or their links changed."""
    if everything or connection.scalar(select(select(ticket_before.c.id).exists())):
        connection.execute(delete(meta).where(meta.c.name == CLUSTERED_ON))


def unlinked_tickets(
    connection: Connection, today: date, days: int, most: int, kinds: Collection[str]
) -> list[UnlinkedTicket] | None:
    """The newest tickets of these kinds without a bug of so many days; None where they are those that were clustered last."""
    if connection.scalar(select(meta.c.value).where(meta.c.name == CLUSTERED_ON)) == today.isoformat():
        return None
    unlinked = (
        ticket.c.opened_on > today - timedelta(days=days),
        ticket.c.opened_on <= today,
        ticket.c.customer.is_not(None),
        kind_of(ticket.c).in_(kinds),
        ~is_linked,
    )
    # First the day that the oldest of them is of, which is a walk along the index; only of these days are words read.
    newest = select(ticket.c.opened_on).where(*unlinked).order_by(ticket.c.opened_on.desc()).limit(most)
    first = connection.scalar(select(func.min(newest.subquery("newest").c.opened_on)))
    found = connection.execute(
        select(
            ticket.c.id,
            ticket.c.customer,
            ticket.c.opened_on,
            ticket.c.area,
            ticket.c.subject,
            ticket.c.excerpt,
            ticket.c.channel,
            ticket.c.source,
        )
        .where(*unlinked, ticket.c.opened_on >= (first or today))
        .order_by(ticket.c.opened_on.desc(), ticket.c.id, ticket.c.source)
        .limit(most)
    )
    return [
        UnlinkedTicket(
            row.id,
            row.customer,
            row.opened_on,
            row.area,
            row.subject or "",
            row.excerpt or "",
            row.channel,
            row.source,
        )
        for row in found
    ]


def list_clusters(connection: Connection, clusters: Iterable[Cluster], zone: ZoneInfo, today: date) -> bool:
    """Lists them instead of those of before, as "no bug yet"; whether that changed anything for readers."""
    is_done(connection, CLUSTERED_ON, today.isoformat())
    bugs: list[Row] = []
    contacts: list[Row] = []
    excerpts: list[Row] = []
    for each in clusters:
        id = each.id if each.id.startswith(CLUSTER) else f"{CLUSTER}{each.id}"
        bugs.append(_as_bug(id, each, zone))
        contacts += _contacts(id, each)
        excerpts += _excerpts(id, each)
    old = select(listed_bug.c.id).where(listed_bug.c.is_cluster)
    tables = (
        (bug_contact, bug_contact.c.bug, contacts),
        (excerpt_of_bug, excerpt_of_bug.c.bug, excerpts),
        (listed_bug, listed_bug.c.id, bugs),
    )
    # One after the other, not `any`: the ids of before are known from the last of these tables.
    changed = [_replace(connection, table, id.in_(old), rows) for table, id, rows in tables]
    return any(changed)


def _replace(connection: Connection, table: Table, which: ColumnElement[bool], rows: list[Row]) -> bool:
    names = list(rows[0]) if rows else [column.name for column in table.primary_key]
    stored = {tuple(row) for row in connection.execute(select(*(table.c[name] for name in names)).where(which))}
    if stored == {tuple(row.values()) for row in rows}:
        return False
    connection.execute(delete(table).where(which))
    if rows:
        connection.execute(insert(table), rows)
    return True


def _as_bug(id: str, cluster: Cluster, zone: ZoneInfo) -> Row:
    first = min(each.opened_on for each in cluster.tickets)
    opened_at = naive(datetime.combine(first, datetime.min.time(), zone))
    return {"id": id, "title": cluster.title, "opened_at": opened_at, "area": cluster.area or None, "is_cluster": True}


def _contacts(id: str, cluster: Cluster) -> list[Row]:
    counts = Counter((each.opened_on, each.customer) for each in cluster.tickets)
    channels: dict[tuple[date, str], str] = {}
    for each in cluster.tickets:
        key = (each.opened_on, each.customer)
        channels[key] = max(each.channel, channels.get(key, ""))
    return [
        {
            "day": day,
            "bug": id,
            "customer": who,
            "weight": 1.0,
            "contacts": n,
            "channel": channels[day, who] or None,
        }
        for (day, who), n in counts.items()
    ]


def _excerpts(id: str, cluster: Cluster) -> list[Row]:
    # Two help desks may number their tickets alike.
    once = {each.id: each for each in reversed(cluster.tickets)}
    newest = sorted(once.values(), key=lambda each: (-each.opened_on.toordinal(), each.id))[:EXCERPTS]
    return [
        {
            "bug": id,
            "ticket": each.id,
            "opened_on": each.opened_on,
            "area": each.area,
            "channel": each.channel or None,
            "subject": each.subject or None,
            "excerpt": each.excerpt or None,
            "source": each.source or None,
            "customer": each.customer,
        }
        for each in newest
    ]
