"""What the records have got since a store was made comes into it by itself: a table, a column, an index. Nothing is taken away.

So a new record is one class. Everything else about the shape of the tables is a migration (store/migrations/).
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Column, Connection, Table, delete, inspect, select
from sqlalchemy.schema import CreateColumn

from store.ids import COUNT_ALL
from store.marks import is_dimension
from store.publishing.stale import is_done
from store.records import BY_TABLE
from store.schema import BEFORE, FACTS, cursor, meta, row_count

NAME = "records"  # in meta: by which shape of the records the tables were last looked at
TABLES = (*FACTS.values(), *BEFORE.values())


def fingerprint() -> str:
    """Another one whenever a record has another field, column or index."""
    shape = [
        f"{table.name} {[str(column.type) for column in table.columns]} {table.columns.keys()} {_indexes(table)}"
        for table in TABLES
    ]
    return hashlib.sha256("\n".join(shape).encode()).hexdigest()


def are_known(connection: Connection) -> bool:
    """Whether nothing has come to the records since this store was last looked at."""
    return connection.scalar(select(meta.c.value).where(meta.c.name == NAME)) == fingerprint()


def add(connection: Connection) -> list[str]:
    """Makes what is missing, and lets sources with rows of a record that got a column be read from the start. Returns what
    came, as "visit" or "ticket.mood". In the transaction of the caller, who holds off other starts."""
    there = inspect(connection)
    names, added = set(there.get_table_names()), []
    for table in TABLES:
        if table.name not in names:
            table.create(connection)
            added.append(table.name)
            continue
        columns = {column["name"] for column in there.get_columns(table.name)}
        missing = [column for column in table.columns if column.name not in columns]
        for column in missing:
            _add_column(connection, table, column)
            added.append(f"{table.name}.{column.name}")
        indexes = {index["name"] for index in there.get_indexes(table.name)}
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            if index.name not in indexes:
                index.create(connection)
        if missing and table.name in BY_TABLE:
            holders = select(row_count.c.source).where(row_count.c.record == table.name, row_count.c.n > 0)
            connection.execute(delete(cursor).where(cursor.c.source.in_(holders)))
            is_done(connection, COUNT_ALL, "1")  # what rows were counted for may not be what they say now
    is_done(connection, NAME, fingerprint())
    return [each for each in added if each.partition(".")[0] in BY_TABLE]


def _add_column(connection: Connection, table: Table, column: Column[object]) -> None:
    """A dimension is "" in the rows of before; everything else is not known of them."""
    says_nothing = is_dimension(BY_TABLE.get(table.name), column.name)
    new: Column[object] = Column(
        column.name, column.type, nullable=not says_nothing, server_default="" if says_nothing else None
    )
    name = connection.dialect.identifier_preparer.format_table(table)
    connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN {CreateColumn(new).compile(dialect=connection.dialect)}")


def _indexes(table: Table) -> list[str]:
    return sorted(f"{index.name} {index.columns.keys()}" for index in table.indexes)
