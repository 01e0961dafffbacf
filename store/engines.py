"""Everything in which SQLite and PostgreSQL differ, once: SQL that only one of them knows, and how each takes a value.

Nothing else in the store asks which of the two it is (how a store is opened, store/database.py, apart).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, DateTime, Dialect, Engine, String, Table, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine

NO_DAY = date(1, 1, 1)


class Day(TypeDecorator[date]):
    """A date; ISO text on SQLite, so that every engine compares and groups it alike and people can read it."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = String(10) if dialect.name == "sqlite" else Date()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        return value.isoformat() if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        return date.fromisoformat(value) if isinstance(value, str) else value


class Instant(TypeDecorator[datetime]):
    """An instant, stored as UTC without a zone; ISO text on SQLite. Python sees naive UTC datetimes."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = String(26) if dialect.name == "sqlite" else DateTime()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return value.isoformat(" ") if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if isinstance(value, str) else value


# --- SQL text, for the statements that go to the driver as they are ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sql:
    """How one engine is spoken to. Only names of our own tables and columns are ever written into SQL text; every value
    is bound."""

    sqlite: bool
    mark: str  # where a value is bound
    among: str  # "is one of a list", which is bound as one value (listed)
    no_day: str  # as a literal
    customer_days: str  # a table of (customer, day), which is bound as one value (paired)

    def marks(self, count: int) -> str:
        return ", ".join([self.mark] * count)

    def listed(self, values: Iterable[str]) -> Any:
        """A whole list as one bound value."""
        return json.dumps(list(values)) if self.sqlite else list(values)

    def paired(self, values: Iterable[tuple[str, Any]]) -> str:
        """Customers with days, as the driver gives these, as one bound value."""
        return json.dumps(list(values), default=str)

    def days_later(self, day: str, days: int | str) -> str:
        """SQL for the day that is so many days after the one that `day` is SQL of."""
        return f"date({day}, ({days}) || ' days')" if self.sqlite else f"({day} + ({days}))"

    def day(self, value: date) -> Any:
        """As the driver takes a day."""
        return value.isoformat() if self.sqlite else value

    def instant(self, value: datetime) -> Any:
        """As the driver takes an instant, which is UTC and does not say so."""
        return value.isoformat(" ") if self.sqlite else value

    def upsert(self, table: Table, columns: list[str]) -> tuple[str, list[str]]:
        """The statement that puts one row in, over an older one with its key; and the order of its values."""
        new = insert_into(table, self.sqlite)
        keys = [column.name for column in table.primary_key]
        statement = new.on_conflict_do_update(
            index_elements=keys, set_={name: new.excluded[name] for name in columns if name not in keys}
        )
        dialect: Dialect = (
            sqlite.dialect(paramstyle="qmark") if self.sqlite else postgresql.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
        )
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        order = compiled.positiontup or []
        assert sorted(order) == sorted(columns)
        return str(compiled), list(order)


SQLITE = Sql(
    True,
    "?",
    "IN (SELECT value FROM json_each(?))",
    "'0001-01-01'",
    "(SELECT json_extract(value, '$[0]') AS customer, json_extract(value, '$[1]') AS day FROM json_each(?))",
)
POSTGRESQL = Sql(
    False,
    "%s",
    "= ANY(%s)",
    "DATE '0001-01-01'",
    "(SELECT value->>0 AS customer, (value->>1)::date AS day FROM json_array_elements(%s::json))",
)


def sql_of(bind: Connection | Engine) -> Sql:
    return SQLITE if bind.dialect.name == "sqlite" else POSTGRESQL


def insert_into(table: Table, in_sqlite: bool) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what happens where there is a row already."""
    return sqlite.insert(table) if in_sqlite else postgresql.insert(table)


def insert_or_replace(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    new = insert_into(table, sql_of(connection).sqlite)
    keys = {column.name for column in table.primary_key}
    others = {column.name: new.excluded[column.name] for column in table.columns if column.name not in keys}
    connection.execute(new.on_conflict_do_update(index_elements=sorted(keys), set_=others), rows)


# --- what one of them must be told ---------------------------------------------------------------------------------------


def look_again(connection: Connection, *tables: Table) -> None:
    """Lets PostgreSQL count the rows of tables that are empty between two refreshes, now that they are filled.

    Else it knows them as empty and joins them by going through all of them for each row of the other table.
    """
    if not sql_of(connection).sqlite:
        connection.exec_driver_sql(f"ANALYZE {', '.join(table.name for table in tables)}")


def wait_for_other_starts(connection: Connection) -> None:
    """Two first starts at once: the second waits here until the transaction of the first ends. SQLite does so by itself."""
    if not sql_of(connection).sqlite:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7301)")


def overwrite_what_is_deleted(connection: Connection) -> None:
    """SQLite leaves what was deleted in the file until something else takes its place."""
    if sql_of(connection).sqlite:
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def clock(connection: Connection) -> ColumnElement[Any]:
    """The database's clock, UTC: the same one for everybody who looks at this store."""
    if sql_of(connection).sqlite:
        return func.strftime("%Y-%m-%d %H:%M:%f", "now")
    return func.timezone("UTC", func.clock_timestamp())


# Whoever died or hangs in the middle of a transaction still locks its rows, until the server notices.
END_WHAT_IS_LEFT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name
"""


def end_what_is_left(connection: Connection, name: str | None) -> None:
    """Before a lock is taken: waits ten seconds for it at most, and ends transactions of this name."""
    if sql_of(connection).sqlite:
        return
    connection.execute(text("SET LOCAL lock_timeout = '10s'"))
    if name is not None:
        connection.execute(text(END_WHAT_IS_LEFT), {"name": name})


def name_transaction(connection: Connection, name: str) -> None:
    if not sql_of(connection).sqlite:
        connection.execute(select(func.set_config("application_name", name, True)))
