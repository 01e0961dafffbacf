"""Makes what readers see: counts again what changed, and lists the customers, bugs and releases; all in one transaction.

Until the transaction ends every reader sees the snapshot before, whole; afterwards the new one, whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, literal, select, union_all

from store.engines import NO_DAY, Day, look_again
from store.histogram import ages
from store.ids import CLUSTER, COUNT_ALL
from store.instants import naive
from store.marks import stale_kinds
from store.publishing import clusters
from store.publishing.bugs import count_contacts, list_bugs, list_releases
from store.publishing.comments import choose_comments
from store.publishing.customers import (
    list_accounts,
    list_intervals,
    mark_contract_days,
    mark_moved_customers,
    mark_purchase_days,
)
from store.publishing.excerpts import choose_excerpts
from store.publishing.health import check_references, count_rows
from store.publishing.revenue import count_revenue, list_paying
from store.publishing.sayings import Declared, note_unsaid
from store.publishing.stale import is_noted
from store.publishing.waiting import count_waiting
from store.records import RECORDS
from store.rules import Rules
from store.saving import was_counted
from store.schema import (
    BEFORE,
    FACTS,
    account,
    age,
    bug_contact,
    bug_rating,
    bug_report,
    counted,
    customer_interval,
    excerpt_of_bug,
    listed_bug,
    mark,
    meta,
    paying,
    revenue_month,
    stale_contact,
    stale_key,
    tally_change,
)
from store.tallies import Measures, add_up, count_over_all_days, recount, take_away

# What is made of rows by their ids, besides the tallies ...
MADE_OF_ROWS = (account, customer_interval, revenue_month, paying, bug_rating, mark)
# ... and by which column that is a bug's: what is listed of clusters stays until they are made anew.
MADE_OF_BUGS = {listed_bug: listed_bug.c.id, bug_contact: bug_contact.c.bug, excerpt_of_bug: excerpt_of_bug.c.bug}


def count_again(
    connection: Connection,
    now: datetime,
    zone: ZoneInfo,
    rules: Rules,
    report: Callable[[str], None],
    everything: bool,
    measures: Measures,
    declared: Declared,
    were_read: Collection[str],
) -> None:
    """Everything that depends on what changed, in the order in which one needs the other. Clears the stale keys.

    Days are those of `zone`; what figures mean is said by `rules`.
    `everything`: all is counted, whatever was counted before. `were_read`: sources that were read to the end just now,
    so that their rows can have what is declared.
    """
    today = now.astimezone(zone).date()
    note_unsaid(connection, declared, were_read)
    everything = everything or is_noted(connection, COUNT_ALL) or not was_counted(connection)
    if everything:
        _forget_what_was_counted(connection)
    due = measures.due(connection, everything)
    look_again(connection, stale_key, stale_contact)
    if not everything:
        mark_moved_customers(connection)
    look_again(connection, stale_key, *BEFORE.values())
    take_away(connection, measures, due)
    list_accounts(connection)
    add_up(connection, measures, due, report)
    list_intervals(connection, rules.stays)
    mark_purchase_days(connection)
    mark_contract_days(connection)
    note_ages(connection, now)
    count_over_all_days(connection, measures, due, today, report)
    look_again(connection, stale_key)
    recount(connection, measures, report)
    report("revenue")
    count_revenue(connection, rules.paid, today)
    list_paying(connection, rules.price, today)
    report("bugs")
    list_bugs(connection)
    count_contacts(connection, rules)
    choose_excerpts(connection)
    choose_comments(connection, rules.low, today)
    clusters.mark_stale(connection, everything)
    list_releases(connection)
    count_waiting(connection)
    count_rows(connection)
    check_references(connection, today, everything)
    for table in (stale_key, stale_contact, *BEFORE.values(), tally_change):
        connection.execute(delete(table))


def _forget_what_was_counted(connection: Connection) -> None:
    """As in a store that was filled just now: nothing is counted, all is stale."""
    for table in (stale_key, stale_contact, *BEFORE.values(), counted, *MADE_OF_ROWS):
        connection.execute(delete(table))
    for table, of_bug in MADE_OF_BUGS.items():
        connection.execute(delete(table).where(~of_bug.startswith(CLUSTER)))
    keys = defaultdict(list)
    for record in RECORDS:
        for kind, name in stale_kinds(record):
            keys[kind].append(select(FACTS[record.TABLE].c[name]))
    keys["reported"].append(select(bug_report.c.ticket).where(bug_report.c.ticket.is_not(None)))
    for kind, chosen in keys.items():
        key = union_all(*chosen).subquery("keys").columns[0]
        connection.execute(
            insert(stale_key).from_select(
                ["kind", "day", "key"], select(literal(kind), literal(NO_DAY, Day), key).distinct()
            )
        )
    report = bug_report.c
    own = select(report.reported_on, report.bug, report.customer).where(report.ticket.is_(None)).distinct()
    connection.execute(insert(stale_contact).from_select(["day", "bug", "customer"], own))
    connection.execute(delete(meta).where(meta.c.name == COUNT_ALL))


def note_ages(connection: Connection, now: datetime) -> None:
    """How old everything is that was opened before: the counts of open tickets hang on it."""
    connection.execute(delete(age))
    rows = ages(naive(now))
    if connection.dialect.name == "postgresql":  # row by row it takes PostgreSQL a tenth of the whole publishing
        columns = [list(each) for each in zip(*rows, strict=True)]
        connection.exec_driver_sql(
            "INSERT INTO age (opened_before, bin) SELECT * FROM unnest(%s::timestamp[], %s::text[])", tuple(columns)
        )
    else:
        connection.execute(insert(age), [{"opened_before": before, "bin": bin} for before, bin in rows])
