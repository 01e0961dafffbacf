"""Who waits now: customers with an open ticket, how many of them for a first reply or for a fix, and since when."""

from __future__ import annotations

from sqlalchemy import Connection, and_, case, delete, exists, func, insert, select

from store.publishing.sayings import silent
from store.schema import bug_report, listed_bug, ticket, waiting


def count_waiting(connection: Connection) -> None:
    """A customer is counted once: as waiting for a first reply where one of their open tickets has none, else for a fix
    where one names an open bug. Of a source that cannot say when a ticket is solved nobody knows who waits."""
    of = ticket.c
    is_open = and_(of.solved_at.is_(None), of.customer.is_not(None), of.source.not_in(silent("ticket", "solved_at")))
    no_reply = and_(of.first_reply_at.is_(None), of.source.not_in(silent("ticket", "first_reply_at")))
    bug = listed_bug.c
    open_bug = and_(bug.fixed_at.is_(None), bug.released_at.is_(None), bug.closed_at.is_(None))
    names_open_bug = exists().where(bug_report.c.ticket == of.id, bug_report.c.bug == bug.id, open_bug)
    who = (
        select(
            func.min(of.opened_at).label("since"),
            func.max(case((no_reply, 1), else_=0)).label("for_reply"),
            func.max(case((names_open_bug, 1), else_=0)).label("for_fix"),
        )
        .where(is_open)
        .group_by(of.customer)
        .subquery("who")
    )
    for_fix_only = case((and_(who.c.for_fix == 1, who.c.for_reply == 0), 1), else_=0)
    connection.execute(delete(waiting))
    connection.execute(
        insert(waiting).from_select(
            [column.name for column in waiting.columns],
            select(
                func.count(),
                func.coalesce(func.sum(who.c.for_reply), 0),
                func.coalesce(func.sum(for_fix_only), 0),
                func.min(who.c.since),
            ).select_from(who),
        )
    )
