"""The tables of the nouns, which follow from store/records.py, and what changed rows were before they are counted anew."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
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
