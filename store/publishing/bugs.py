"""Bugs and releases as lists, and who reported a bug on which day, how they rated those tickets."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, case, delete, exists, func, insert, literal, or_, select, tuple_, union

from store.engines import look_again
from store.ids import CLUSTER
from store.publishing.stale import is_done, is_stale, keys
from store.rules import Rules
from store.schema import (
    bug,
    bug_contact,
    bug_rating,
    bug_report,
    listed_bug,
    mark,
    release,
    stale_contact,
    survey_response,
    ticket,
)


def list_bugs(connection: Connection) -> None:
    if not is_stale(connection, "bug"):
        return
    connection.execute(delete(listed_bug).where(listed_bug.c.id.in_(keys("bug")), ~listed_bug.c.is_cluster))
    names = [column.name for column in listed_bug.columns if column.name != "is_cluster"]
    # The same id in two trackers: the first source by name is listed, not both.
    first = (
        select(bug.c.id, func.min(bug.c.source).label("source"))
        .where(bug.c.id.in_(keys("bug")))
        .group_by(bug.c.id)
        .subquery("first")
    )
    connection.execute(
        insert(listed_bug).from_select(
            [*names, "is_cluster"],
            select(*(bug.c[name] for name in names), literal(False)).join(
                first, and_(first.c.id == bug.c.id, first.c.source == bug.c.source)
            ),
        )
    )


# Of a report: its own customer and day, else those of its ticket; a ticket of nobody stands for itself.
_WHO: Any = func.coalesce(bug_report.c.customer, ticket.c.customer, literal("ticket:") + bug_report.c.ticket)
_WHEN: Any = func.coalesce(bug_report.c.reported_on, ticket.c.opened_on)


def _reports_of_stale_contacts() -> Any:
    """Reports of the customers of stale contacts: bug, customer, day, and what makes it one contact."""
    # Two links of one ticket to one bug, or of two trackers, are one contact.
    own = case((bug_report.c.ticket.is_(None), bug_report.c.source + literal("/") + bug_report.c.id), else_=literal(""))
    chosen = select(
        bug_report.c.bug,
        _WHO.label("customer"),
        _WHEN.label("day"),
        bug_report.c.ticket,
        own.label("report"),
    ).where(_WHEN.is_not(None))
    with_ticket = bug_report.outerjoin(ticket, ticket.c.id == bug_report.c.ticket)
    cell = stale_contact.c
    # Not IS NULL: SQLite would take it for a good use of the index, and walk through nearly all reports.
    nobody = func.coalesce(bug_report.c.customer, "") == ""
    tickets = select(func.substr(cell.customer, len("ticket:") + 1)).where(cell.customer.startswith("ticket:"))
    of_ticket = and_(bug_report.c.ticket == ticket.c.id, nobody)
    of_the_day = tuple_(ticket.c.customer, ticket.c.opened_on).in_(select(cell.customer, cell.day))
    told_on_the_day = tuple_(bug_report.c.reported_on, bug_report.c.bug).in_(select(cell.day, cell.bug))
    return union(
        chosen.select_from(with_ticket).where(bug_report.c.customer.in_(select(cell.customer))),
        # Pairs found in a list, not joins: both engines then walk from the few contacts to the rows by index.
        chosen.where(of_ticket, of_the_day),
        chosen.where(of_ticket, told_on_the_day),
        chosen.select_from(with_ticket).where(nobody, ticket.c.customer.is_(None), bug_report.c.ticket.in_(tickets)),
    ).subquery("reports")


def count_contacts(connection: Connection, rules: Rules) -> None:
    """Who told of which bug on which day, with what weight, and how many ratings of those tickets were bad ones."""
    if not is_done(connection, "rules of contacts", f"{rules.share_of_ticket.version}; {rules.worst.version}"):
        _mark_all_contacts(connection)
    where_they_count_now = (
        select(_WHEN, bug_report.c.bug, _WHO)
        .select_from(bug_report.outerjoin(ticket, ticket.c.id == bug_report.c.ticket))
        .where(bug_report.c.ticket.in_(keys("reported")), _WHEN.is_not(None))
        .distinct()
        .subquery("new")
    )
    cells = stale_contact.columns
    known = exists().where(*(cell == new for cell, new in zip(cells, where_they_count_now.columns, strict=True)))
    names = [column.name for column in cells]
    connection.execute(insert(stale_contact).from_select(names, select(*where_they_count_now.columns).where(~known)))
    if not connection.scalar(select(select(stale_contact.c.day).exists())):
        return
    look_again(connection, stale_contact)
    contact = bug_contact.c
    chosen = select(*cells)
    connection.execute(delete(bug_contact).where(tuple_(contact.day, contact.bug, contact.customer).in_(chosen)))
    rated = bug_rating.c
    connection.execute(delete(bug_rating).where(tuple_(rated.day, rated.bug, rated.customer).in_(chosen)))
    reports = _reports_of_stale_contacts()
    links = (
        select(func.count(func.distinct(bug_report.c.bug)))
        .where(bug_report.c.ticket == reports.c.ticket)
        .scalar_subquery()
        .correlate(reports)
    )
    # Two sources may know the ticket: then one of their channels, the same each time.
    channel = (
        select(func.max(func.nullif(ticket.c.channel, "")))
        .where(ticket.c.id == reports.c.ticket)
        .scalar_subquery()
        .correlate(reports)
    )
    mine = tuple_(reports.c.day, reports.c.bug, reports.c.customer).in_(chosen)
    one = (
        select(
            reports.c.day,
            reports.c.bug,
            reports.c.customer,
            rules.share_of_ticket.says(func.coalesce(func.nullif(links, 0), 1)).label("weight"),
            channel.label("channel"),
        )
        .where(mine)
        .subquery("one")
    )
    connection.execute(
        insert(bug_contact).from_select(
            [column.name for column in bug_contact.columns],
            select(
                one.c.day,
                one.c.bug,
                one.c.customer,
                func.max(one.c.weight),
                func.count(),
                func.max(one.c.channel),  # of several on one day
            ).group_by(one.c.day, one.c.bug, one.c.customer),
        )
    )
    rating = survey_response.c
    is_bad = or_(*(and_(rating.scale == scale, rating.score <= worst) for scale, worst in rules.worst.says.items()))
    connection.execute(
        insert(bug_rating).from_select(
            [column.name for column in bug_rating.columns],
            select(
                reports.c.day,
                reports.c.bug,
                reports.c.customer,
                rating.answered_on,
                func.count(),
                func.sum(case((is_bad, 1), else_=0)),
            )
            .join(reports, rating.ticket == reports.c.ticket)
            .where(mine, rating.kind == "csat", rating.score.is_not(None), rating.answered_on.is_not(None))
            .group_by(reports.c.day, reports.c.bug, reports.c.customer, rating.answered_on),
        )
    )


def _mark_all_contacts(connection: Connection) -> None:
    """Not those of clusters, which are made of no reports."""
    contact = bug_contact.c
    cells = (contact.day, contact.bug, contact.customer)
    known = exists().where(*(mine == cell for mine, cell in zip(stale_contact.columns, cells, strict=True)))
    all_of_them = select(*cells).where(~contact.bug.startswith(CLUSTER), ~known)
    connection.execute(insert(stale_contact).from_select([cell.name for cell in cells], all_of_them))


def list_releases(connection: Connection) -> None:
    if not is_stale(connection, "release"):
        return
    connection.execute(delete(mark))
    connection.execute(
        insert(mark).from_select(
            ["day", "name", "area"],
            select(release.c.released_on, release.c.name, func.max(release.c.area)).group_by(
                release.c.released_on, release.c.name
            ),
        )
    )
