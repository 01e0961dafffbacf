"""The tables: one for each noun, the bookkeeping of refreshes, and the small ones that readers see.

The tables of the nouns follow from store/records.py, and what they get comes into older stores by itself
(store/additions.py). Changing any other shape needs a migration (store/migrations/); a test compares the two.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    literal_column,
    true,
)
from sqlalchemy.types import TypeEngine

from store.engines import Day, Instant
from store.marks import Record, counted_columns, derived_columns, references, stored_fields
from store.records import RECORDS, Ticket

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


KINDS: dict[type, type[TypeEngine[Any]]] = {
    str: String,
    int: BigInteger,
    bool: Boolean,
    date: Day,
    datetime: Instant,
}


def _fact(record: type[Record]) -> Table:
    """The table of a noun, with the columns that are worked out while saving, and its indexes."""
    columns = [
        Column(
            each.name,
            KINDS[each.kind](),
            nullable=not (each.required or each.mark.dimension),
            primary_key=each.name == "id",
        )
        for each in stored_fields(record)
    ]
    # The key starts with the id: references name the id alone.
    source = Column("source", String, primary_key=True)
    derived = [
        Column(name, Integer() if kind is int else KINDS[kind]()) for name, kind in derived_columns(record).items()
    ]
    table = Table(record.TABLE, metadata, columns[0], source, *columns[1:], *derived)
    for names in record.INDEXES:
        Index(None, *(table.c[name] for name in names))
    for name in references(record):
        if not any(names[0] == name for names in record.INDEXES):
            Index(None, table.c[name])
    return table


FACTS: dict[str, Table] = {record.TABLE: _fact(record) for record in RECORDS}

ticket = FACTS["ticket"]
survey_response = FACTS["survey_response"]
customer = FACTS["customer"]
subscription = FACTS["subscription"]
purchase = FACTS["purchase"]
bug = FACTS["bug"]
bug_report = FACTS["bug_report"]
release = FACTS["release"]
employment = FACTS["employment"]

# Open tickets alone, which are few: they are counted at every publishing.
Index(
    "ix_ticket_open",
    ticket.c.opened_on,
    sqlite_where=ticket.c.solved_at.is_(None),
    postgresql_where=ticket.c.solved_at.is_(None),
)

# --- bookkeeping of refreshes -----------------------------------------------------------------------------------

meta = Table("meta", metadata, Column("name", String, primary_key=True), Column("value", String, nullable=False))
cursor = Table(
    "cursor",
    metadata,
    Column("source", String, primary_key=True),
    Column("value", String, nullable=False),
    Column("moved_at", Instant, nullable=False),
)
run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False, index=True),
    Column("type", String, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("outcome", String, nullable=False),  # running, ok, failed, interrupted
    Column("reason", String),
    Column("stale_after_hours", Float, nullable=False),
    Column("rows_read", BigInteger, nullable=False, default=0),
    Column("rows_saved", BigInteger, nullable=False, default=0),
    Column("rows_unchanged", BigInteger, nullable=False, default=0),
    Column("rows_rejected", BigInteger, nullable=False, default=0),
)
rejected_row = Table(
    "rejected_row",
    metadata,
    Column("source", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("place", String, primary_key=True),
    Column("column_name", String, primary_key=True),
    Column("value", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("stream", String, nullable=False),
    Column("seen_at", Instant, nullable=False),
)
# What must be counted again. `kind` says what changed; `day` and `key` (area, customer, bug or ticket) narrow it down.
stale_key = Table(
    "stale_key",
    metadata,
    Column("kind", String, primary_key=True),
    Column("day", Day, primary_key=True),
    Column("key", String, primary_key=True),
)
# And for reports of bugs: one customer's contacts about a bug on a day.
stale_contact = Table(
    "stale_contact",
    metadata,
    Column("day", Day, primary_key=True),
    Column("bug", String, primary_key=True),
    Column("customer", String, primary_key=True),
)


def _before(record: type[Record], *more: Column[Any]) -> Table:
    table = FACTS[record.TABLE]
    copied = [Column(name, table.c[name].type) for name in counted_columns(record)]
    keys = [Column(name, String, primary_key=True) for name in ("id", "source")]
    return Table(f"{record.TABLE}_before", metadata, *keys, *copied, *more)


# What a ticket is counted by that hangs on other rows: on links to bugs, and on later tickets.
HANGS_ON_OTHERS = ("is_linked", "contacted_again")
# Tickets and surveys that changed since they were counted, as they were then; all empty for one that is new.
# What they counted for is taken away and what they count for now is added: the cost follows what changed.
BEFORE = {
    record.TABLE: _before(record, *([Column(name, Boolean) for name in HANGS_ON_OTHERS] if record is Ticket else []))
    for record in RECORDS
    if record.BY_ROW
}
ticket_before = BEFORE["ticket"]
survey_response_before = BEFORE["survey_response"]
lease = Table(
    "lease",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),  # the name of its machine
    Column("process", String, nullable=False),  # see store/lease.py; "" while nobody has it
    Column("fence", BigInteger, nullable=False),
    Column("taken_at", Instant),
)
# Beside the lease and not in it: the lease is locked while its holder writes.
sign_of_life = Table(
    "sign_of_life",
    metadata,
    Column("name", String, primary_key=True),
    Column("fence", BigInteger, nullable=False),
    Column("beats", BigInteger, nullable=False),
    Column("seen_at", Instant, nullable=False),
)
# What stands before the ids of a source, so that they are not taken for those of another (store/ids.py).
id_group = Table(
    "id_group",
    metadata,
    Column("source", String, primary_key=True),
    Column("prefix", String, nullable=False),
)
# How many rows of each noun a source has, kept while saving: counting a million rows takes longer than saving a thousand.
row_count = Table(
    "row_count",
    metadata,
    Column("source", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("n", BigInteger, nullable=False),
)
# Of each place of a source (a file, a list of an API): how many rows of a noun it had and how many were rejected, in its
# last whole read and what was read of it since.
read_rows = Table(
    "read_rows",
    metadata,
    Column("source", String, primary_key=True),
    Column("place", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("read", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
)
# Which rows each place lists, as hashes of their ids: a whole read replaces what other runs noted, and what is in no
# listing any more has left the source. A row of place "" and record "" says that the source has rows older than this.
listing = Table(
    "listing",
    metadata,
    Column("source", String, primary_key=True),
    Column("place", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("run", Integer, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("ids", LargeBinary, nullable=False),
)
# Rows that were in a listing and are no more, until the end of a good run removes them or asks first.
removal = Table(
    "removal",
    metadata,
    Column("source", String, primary_key=True),
    Column("place", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("run", Integer, primary_key=True),
    Column("ids", LargeBinary, nullable=False),
)
severity_change = Table(
    "severity_change",
    metadata,
    Column("bug", String, primary_key=True),
    Column("changed_at", Instant, primary_key=True),
    Column("before", String),
    Column("after", String),
)

# --- what readers see: changed only while publishing, in one transaction ----------------------------------------

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
# The stretches in which a customer was one (gaps of at most grace_days closed).
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
# Who reported what on which day: bug x customer x day.
bug_contact = Table(
    "bug_contact",
    metadata,
    Column("day", Day, primary_key=True),
    Column("bug", String, primary_key=True),
    Column("customer", String, primary_key=True),
    Column("weight", Float, nullable=False),
    Column("contacts", BigInteger, nullable=False),
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
