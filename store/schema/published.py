"""The tables that readers see: changed only while publishing, in one transaction."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    literal_column,
    true,
)

from store.engines import Day, Instant
from store.schema.nouns import metadata

snapshot = Table(
    "snapshot",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("published_at", Instant, nullable=False),
    Column("is_sample", Boolean, nullable=False),
    # Runs that ended later are not in it: their rows must not make it look fresher than it is.
    Column("newest_run", Integer, nullable=False, server_default="0"),
)
tally = Table(
    "tally",
    metadata,
    Column("measure", String, primary_key=True),
    Column("day", Day, primary_key=True),
    Column("area", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("segment", String, primary_key=True),
    Column("plan", String, primary_key=True),
    Column("team", String, primary_key=True),
    Column("bin", String, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
# The same, added up over all dimensions: what the first page reads.
tally_total = Table(
    "tally_total",
    metadata,
    Column("measure", String, primary_key=True),
    Column("day", Day, primary_key=True),
    Column("bin", String, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
# Counts that have come to nothing, found without a look at the others; such a row never outlives the publishing.
IS_NOTHING = {table.name: table.c.n == literal_column("0") for table in (tally, tally_total)}
for _table in (tally, tally_total):
    _is_nothing = IS_NOTHING[_table.name]
    Index(f"ix_{_table.name}_nothing", _table.c.measure, sqlite_where=_is_nothing, postgresql_where=_is_nothing)
# What is to be added to the tallies (n is below zero where something goes); empty between two refreshes.
tally_change = Table(
    "tally_change",
    metadata,
    *(Column(column.name, column.type, nullable=False) for column in tally.columns),
)
# By which version each measure was counted: what is not here, or by another one, is counted over all days.
counted = Table(
    "counted",
    metadata,
    Column("measure", String, primary_key=True),
    Column("version", Integer, nullable=False),
)
# References that name no stored row: how many are given, how many name nothing, and which source would know most of them.
unresolved = Table(
    "unresolved",
    metadata,
    Column("source", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("field", String, primary_key=True),
    Column("given", BigInteger, nullable=False),
    Column("missing", BigInteger, nullable=False),
    Column("elsewhere", String),
    Column("found", BigInteger, nullable=False),
)
# One row for each customer, whatever number of sources know it.
account = Table(
    "account",
    metadata,
    Column("id", String, primary_key=True),
    Column("segment", String, nullable=False),
    Column("plan", String, nullable=False),
    Column("mrr", BigInteger),
)
# The periods in which a customer was one (gaps of at most grace_days closed).
customer_interval = Table(
    "customer_interval",
    metadata,
    Column("customer", String, primary_key=True),
    Column("started_on", Day, primary_key=True),
    Column("ended_on", Day),
    Column("how", String, nullable=False),  # new, reactivated
    Column("segment", String, nullable=False),
    Column("plan", String, nullable=False),
    Column("start_mrr", BigInteger, nullable=False),
    Column("end_mrr", BigInteger, nullable=False),
    # False where it has no end only because no source of it can say one.
    Column("end_known", Boolean, nullable=False, server_default=true()),
)
Index(None, customer_interval.c.started_on)
Index(None, customer_interval.c.ended_on)
revenue_month = Table(
    "revenue_month",
    metadata,
    Column("month", Day, primary_key=True),
    Column("segment", String, primary_key=True),
    Column("plan", String, primary_key=True),
    Column("customers", BigInteger, nullable=False),
    Column("start_mrr", BigInteger, nullable=False),
    Column("kept_mrr", BigInteger, nullable=False),
    Column("end_mrr", BigInteger, nullable=False),
)
# How old what was opened at an instant is in this snapshot, as a bin of store/histogram.py: the bin of the first
# `opened_before` after it.
age = Table(
    "age",
    metadata,
    Column("opened_before", Instant, primary_key=True),
    Column("bin", String, nullable=False),
)
# What each customer pays a month on the day of the snapshot: by its contracts, else by what its own row says.
paying = Table(
    "paying",
    metadata,
    Column("customer", String, primary_key=True),
    Column("mrr", BigInteger, nullable=False),
)
listed_bug = Table(
    "listed_bug",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("severity", String),
    Column("status", String),
    Column("fixed_at", Instant),
    Column("released_at", Instant),
    Column("closed_at", Instant),
    Column("expected_on", Day),
    Column("area", String),
    Column("owner", String),
    Column("url", String),
    Column("is_cluster", Boolean, nullable=False),
)
# Customers with an open ticket, at the time of publishing: one row, or none where it was never counted.
waiting = Table(
    "waiting",
    metadata,
    Column("customers", BigInteger, primary_key=True, autoincrement=False),
    Column("for_reply", BigInteger, nullable=False),
    Column("for_fix", BigInteger, nullable=False),
    Column("since", Instant),
)
# Who reported what on which day: bug x customer x day; by which channel where a ticket says it.
bug_contact = Table(
    "bug_contact",
    metadata,
    Column("day", Day, primary_key=True),
    Column("bug", String, primary_key=True),
    Column("customer", String, primary_key=True),
    Column("weight", Float, nullable=False),
    Column("contacts", BigInteger, nullable=False),
    Column("channel", String),
)
Index(None, bug_contact.c.bug, bug_contact.c.day)
Index(None, bug_contact.c.bug, bug_contact.c.customer, bug_contact.c.day, bug_contact.c.weight)
# How long a report counts in the ranking and how its lists did, as learned in the month that begins on this day.
ranking_record = Table(
    "ranking_record",
    metadata,
    Column("month", Day, primary_key=True),
    Column("made_of", String, nullable=False),  # what it depends on: another value means that it is due again
    Column("facts", JSON, nullable=False),
)
# How these contacts were rated, by the day of the answer: a rating must not be known before it was given.
bug_rating = Table(
    "bug_rating",
    metadata,
    Column("day", Day, primary_key=True),
    Column("bug", String, primary_key=True),
    Column("customer", String, primary_key=True),
    Column("rated_on", Day, primary_key=True),
    Column("rated", BigInteger, nullable=False),
    Column("bad", BigInteger, nullable=False),
)
Index(None, bug_rating.c.rated_on, bug_rating.c.bug)
excerpt_of_bug = Table(
    "excerpt_of_bug",
    metadata,
    Column("bug", String, primary_key=True),
    Column("ticket", String, primary_key=True),
    Column("opened_on", Day, nullable=False, index=True),
    Column("area", String),
    Column("channel", String),
    Column("subject", String),
    Column("excerpt", String),
    Column("source", String),
    Column("customer", String),
)
# What was written with low scores, the newest few of each kind of survey: by nobody, and only where nobody stands alone.
excerpt_of_survey = Table(
    "excerpt_of_survey",
    metadata,
    Column("kind", String, primary_key=True),
    Column("nth", Integer, primary_key=True),
    Column("answered_on", Day, nullable=False),
    Column("scale", String, nullable=False),
    Column("score", Integer, nullable=False),
    Column("area", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("comment", String, nullable=False),
)
mark = Table(
    "mark",
    metadata,
    Column("day", Day, primary_key=True),
    Column("name", String, primary_key=True),
    Column("area", String),
)
stored_rows = Table(
    "stored_rows",
    metadata,
    Column("source", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("undated", BigInteger, nullable=False),
    Column("read", BigInteger, nullable=False, server_default="0"),
    Column("rejected", BigInteger, nullable=False, server_default="0"),
    # Rows that have left the source and are kept until somebody accepts that so many go.
    Column("waiting", BigInteger, nullable=False, server_default="0"),
)
# Fields that the stored rows of a source cannot have, by what it maps: that one is empty says nothing.
unsaid = Table(
    "unsaid",
    metadata,
    Column("source", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("field", String, primary_key=True),
)
