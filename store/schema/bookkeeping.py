"""The tables in which refreshes note what they did, what has changed, and how far each source was read."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
)

from store.engines import Day, Instant
from store.schema.nouns import metadata

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
