"""Problem tickets without a bug that look alike, listed beside the bugs as "no bug yet"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select

from settings import Settings
from store.ids import PAIN
from store.instants import naive
from store.publishing.excerpts import EXCERPTS
from store.publishing.stale import is_done
from store.schema import bug_contact, excerpt_of_bug, listed_bug, ticket, ticket_before
from store.tallies import is_linked, is_problem

UNLINKED_DAYS = 60  # how far back problem tickets without a bug are looked at for a pain that nobody has filed
UNLINKED_MOST = 2000


@dataclass(frozen=True, slots=True)
class UnlinkedTicket:
    """A problem ticket that no bug in the tracker explains."""

    id: str
    customer: str
    opened_on: date
    area: str
    subject: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class PainOf:
    """Tickets that seem to be about one thing that has no bug yet."""

    id: str
    title: str
    area: str
    tickets: tuple[UnlinkedTicket, ...]


Cluster = Callable[[list[UnlinkedTicket]], list[PainOf]]


def list_clusters(
    connection: Connection, settings: Settings, now: datetime, cluster: Cluster, everything: bool
) -> None:
    """Problem tickets that look alike and have no bug: listed beside the bugs, as "no bug yet"."""
    today = now.astimezone(settings.zone).date()
    changed = everything or connection.scalar(select(select(ticket_before.c.id).exists()))
    if is_done(connection, "pains", today.isoformat()) and not changed:
        return
    unlinked = (
        ticket.c.opened_on > today - timedelta(days=UNLINKED_DAYS),
        ticket.c.opened_on <= today,
        ticket.c.customer.is_not(None),
        is_problem,
        ~is_linked,
    )
    # First the day that the oldest of them is of, which is a walk along the index; only of these days are words read.
    newest = select(ticket.c.opened_on).where(*unlinked).order_by(ticket.c.opened_on.desc()).limit(UNLINKED_MOST)
    first = connection.scalar(select(func.min(newest.subquery("newest").c.opened_on)))
    found = connection.execute(
        select(ticket.c.id, ticket.c.customer, ticket.c.opened_on, ticket.c.area, ticket.c.subject, ticket.c.excerpt)
        .where(*unlinked, ticket.c.opened_on >= (first or today))
        .order_by(ticket.c.opened_on.desc(), ticket.c.id, ticket.c.source)
        .limit(UNLINKED_MOST)
    )
    tickets = [
        UnlinkedTicket(row.id, row.customer, row.opened_on, row.area, row.subject or "", row.excerpt or "")
        for row in found
    ]
    old = select(listed_bug.c.id).where(listed_bug.c.is_pain)
    for table, column in (
        (bug_contact, bug_contact.c.bug),
        (excerpt_of_bug, excerpt_of_bug.c.bug),
        (listed_bug, listed_bug.c.id),
    ):
        connection.execute(delete(table).where(column.in_(old)))
    for pain in cluster(tickets):
        _add_cluster(connection, pain, settings)


def _add_cluster(connection: Connection, pain: PainOf, settings: Settings) -> None:
    id = pain.id if pain.id.startswith(PAIN) else f"{PAIN}{pain.id}"
    first = min(each.opened_on for each in pain.tickets)
    midnight = datetime.combine(first, datetime.min.time(), settings.zone)
    connection.execute(
        insert(listed_bug).values(
            id=id,
            title=pain.title,
            opened_at=naive(midnight),
            area=pain.area or None,
            is_pain=True,
        )
    )
    contacts: dict[tuple[date, str], int] = defaultdict(int)
    for each in pain.tickets:
        contacts[each.opened_on, each.customer] += 1
    connection.execute(
        insert(bug_contact),
        [{"day": day, "bug": id, "customer": who, "weight": 1.0, "contacts": n} for (day, who), n in contacts.items()],
    )
    # Two help desks may number their tickets alike.
    once = {each.id: each for each in reversed(pain.tickets)}
    newest = sorted(once.values(), key=lambda each: (-each.opened_on.toordinal(), each.id))[:EXCERPTS]
    connection.execute(
        insert(excerpt_of_bug),
        [
            {
                "bug": id,
                "ticket": each.id,
                "opened_on": each.opened_on,
                "area": each.area,
                "channel": None,
                "subject": each.subject or None,
                "excerpt": each.excerpt or None,
            }
            for each in newest
        ],
    )
