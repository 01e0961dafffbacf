"""A database of others: whatever address SQLAlchemy understands is opened here, read only, and asked for texts of cells.

Every question has an end: a lock that another program holds, or a query that never ends, costs this source alone.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    TableClause,
    column,
    create_engine,
    event,
    exc,
    func,
    inspect,
    literal_column,
    make_url,
    select,
    table,
)
from sqlalchemy.pool import NullPool

from data_sources.kit.errors import Later
from data_sources.kit.options import read
from data_sources.mapping.cells import as_text
from data_sources.mapping.pages import PAGE
from data_sources.source import Request, SourceError
from data_sources.sql.entries import Entry, Sql
from data_sources.words import listed, nearest
from store.masking import clean
from store.passwords import passwords, without

Found = TypeVar("Found")
EXAMPLE = "postgresql://NAME:PASSWORD@HOST/DATABASE"
AS_IT_IS: Any = {"execution_options": {"no_parameters": True}}  # neither % nor : in a query means anything to a driver
PATIENCE = 15  # seconds to connect
LOCKED = 60.0  # seconds at most for a lock of another program, and never more than half of the time that is left
GRACE = 3.0  # seconds in which a question that was cancelled comes back
# What the server itself is told of our limits, in each transaction: it stops by itself even if we are gone. An account with a
# shorter limit of its own keeps that. What a server of the others does not know, it does not do; our own end holds for all.
LIMITS = {
    "postgresql": (
        "SELECT set_config(name, least(most, coalesce(nullif(setting::bigint, 0), most))::text, true) FROM pg_settings "
        "JOIN (VALUES ('statement_timeout', {left}), ('lock_timeout', {lock})) AS ours (name, most) USING (name)",
    ),
    "mysql": (
        "SET SESSION max_execution_time = "
        "CAST(LEAST({left}, COALESCE(NULLIF(@@SESSION.max_execution_time, 0), {left})) AS UNSIGNED)",
        "SET SESSION lock_wait_timeout = CAST(LEAST({lock} DIV 1000 + 1, @@SESSION.lock_wait_timeout) AS UNSIGNED)",
    ),
    "mariadb": (
        "SET SESSION max_statement_time = "
        "LEAST({left} / 1000, COALESCE(NULLIF(@@SESSION.max_statement_time, 0), {left} / 1000))",
        "SET SESSION lock_wait_timeout = CAST(LEAST({lock} DIV 1000 + 1, @@SESSION.lock_wait_timeout) AS UNSIGNED)",
    ),
}
DRIVERS = {  # what SQLAlchemy needs beside itself, by the first word of the address; PostgreSQL and SQLite are there
    "mysql": "mysqlclient",
    "mariadb": "mariadb",
    "mssql": "pyodbc",
    "oracle": "oracledb",
    "snowflake": "snowflake-sqlalchemy",
    "bigquery": "sqlalchemy-bigquery",
    "redshift": "sqlalchemy-redshift",
    "databricks": "databricks-sqlalchemy",
    "duckdb": "duckdb-engine",
}


class OutOfTime(Later):
    """All of the time that the source may take is used up."""


class Database:
    """One connection that asks and never writes. What goes wrong is one SourceError, without a password in it."""

    def __init__(self, request: Request, clock: Callable[[], float] = time.monotonic) -> None:
        options, key = read(Sql, request), f"sources.{request.name}"
        self.key, self.minutes = key, options.deadline_minutes
        # Only its own time counts: between two questions we save, or wait for other sources, and `ends` moves on.
        self.clock, self.answered = clock, clock()
        self.ends = self.answered + 60 * options.deadline_minutes
        self.asking: Thread | None = None  # with the question that is under way
        self.driver: Any = None  # the connection, as its driver gives it
        if (options.url_env is None) == (options.url is None):
            raise SourceError(
                f'[{key}] needs a line url_env = "..." with the name of the variable that holds the address.'
            )
        self.written = f"{key}.url" if options.url else f"the environment variable {options.url_env}"
        written = options.url or os.environ.get(options.url_env or "", "").strip()
        if not written:
            raise SourceError(f"{key}: {self.written} is not set; write the address of the database into it.")
        try:
            url = make_url(written)
        except (exc.ArgumentError, ValueError):
            raise SourceError(f"The address in {self.written} cannot be read; write it like {EXAMPLE}.") from None
        self.passwords = passwords(url)
        if options.url and self.passwords:
            raise SourceError(f"{key}.url holds a password: put the address into a variable and name it in url_env.")
        # Which database it is: another account or password changes nothing.
        self.identity = f"{url.get_backend_name()} {url.host} {url.port} {url.database}"
        self.is_file = url.get_backend_name() == "sqlite"
        self.name = Path(url.database or "").name if self.is_file else url.host or url.get_backend_name()
        self.engine = self._engine(url, request.settings.folder)
        try:
            self._ask(None, self._connect)
        except OutOfTime:
            self._begin(self._close)
            raise

    def _connect(self) -> None:
        self.connection = self.engine.connect()
        self.driver = self.connection.connection.driver_connection

    def _close(self) -> None:
        """Also what a question opened that came back when nobody waited for it any more."""
        if self.asking is not None:
            self.asking.join()
        if self.driver is not None:
            self.connection.close()
        self.engine.dispose()

    def _engine(self, url: URL, folder: Path) -> Engine:
        backend, more = url.get_backend_name(), {}
        if self.is_file:
            file = (folder / Path(url.database or "").expanduser()).resolve()
            if not file.is_file():
                raise SourceError(f"There is no database file {self.name}, which {self.written} names.")
            url = url.set(database=f"file:{quote(str(file))}", query={"mode": "ro", "uri": "true"})
            more = {"timeout": self._lock_patience()}
        elif backend in ("postgresql", "postgres"):
            url = url.set(drivername=f"postgresql+{url.drivername.partition('+')[2] or 'psycopg'}")
            more = {"connect_timeout": PATIENCE}
        try:
            engine = create_engine(
                url, poolclass=NullPool, connect_args=more, execution_options={"postgresql_readonly": True}
            )
        except (exc.NoSuchModuleError, ImportError):
            known = f": type .venv/bin/python -m pip install {DRIVERS[backend]}" if backend in DRIVERS else ""
            raise SourceError(f"The driver for {url.drivername} is not installed{known}.") from None
        except Exception as error:
            raise SourceError(f"The address in {self.written} cannot be used: {self._said(error)}.") from None
        event.listen(engine, "begin", self._limit)
        return engine

    def _limit(self, connection: Connection) -> None:
        of = {"left": max(1, int(self._left() * 1000)), "lock": max(1, int(self._lock_patience() * 1000))}
        for statement in LIMITS.get(connection.dialect.name, ()):
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(statement.format(**of))
                continue
            with suppress(exc.DBAPIError):
                connection.exec_driver_sql(statement.format(**of))

    def _left(self) -> float:
        return self.ends - self.clock()

    def _lock_patience(self) -> float:
        return max(0.0, min(LOCKED, self._left() / 2))

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        closing = self._begin(self._close)
        if self.asking is None:
            closing.join(GRACE)

    # ---- a question, and its end --------------------------------------------------------------------------------

    def _begin(self, question: Callable[[], object]) -> Thread:
        """In a thread of its own, which keeps no program alive: only so is there an end with every driver."""
        thread = Thread(target=question, name=f"question of {self.key}", daemon=True)
        thread.start()
        return thread

    def _ask(self, entry: Entry | None, question: Callable[[], Found]) -> Found:
        """What the database answers, in time. Raises SourceError; OutOfTime where there is no time left."""
        answers: list[Found] = []
        faults: list[Exception] = []

        def ask() -> None:
            try:
                answers.append(question())
            except Exception as fault:  # carried over to the thread that waits
                faults.append(fault)

        self.ends += self.clock() - self.answered
        if self._left() > 0 and self.asking is None:
            self.asking = self._begin(ask)
            self.asking.join(max(0.0, self._left()))
            self._stop()
        self.answered = self.clock()
        if answers:
            return answers[0]
        if self._left() <= 0 or not faults:
            at = f"at {entry.named}" if entry else "while it was connected"
            raise OutOfTime(
                f"Reading {self.name} took longer than {self.minutes:g} minutes and was stopped {at}. Check there for a lock, "
                f"or for a query that does not end; if it needs so long, write a larger deadline_minutes in [{self.key}]."
            )
        raise self._in_words(entry, faults[0]) from None

    def _stop(self) -> None:
        """Cancels the question that is under way, if one is. What its driver cannot cancel goes on alone in its thread, and
        nothing is asked over that connection any more."""
        if self.asking is not None and self.asking.is_alive():
            names = ("interrupt", "cancel_safe", "cancel")  # of SQLite and DuckDB, of PostgreSQL, of Oracle
            cancel = next((found for name in names if (found := getattr(self.driver, name, None))), None)
            if cancel is not None:
                with suppress(Exception):
                    cancel()
                self.asking.join(GRACE)
        if self.asking is not None and not self.asking.is_alive():
            self.asking = None

    # ---- what is asked -----------------------------------------------------------------------------------------

    def columns(self, entry: Entry) -> list[str]:
        """The columns of a table or query. Raises SourceError where it is not there, or cannot be read."""

        def find() -> list[str] | None:
            if entry.table is None:
                return list(self.connection.exec_driver_sql(f"{self._around(entry)} WHERE 1 = 0", **AS_IT_IS).keys())
            schema, _, name = entry.table.rpartition(".")
            try:
                return [each["name"] for each in inspect(self.connection).get_columns(name, schema or None)]
            except exc.NoSuchTableError:
                return None

        found = self._ask(entry, find)
        if found is None:
            raise SourceError(self._no_table(entry.table or ""))
        return found

    def newest(self, entry: Entry, updated: str) -> Any:
        """The newest change of all, as the driver gives it; None where there is none."""
        if updated not in (there := self.columns(entry)):
            raise SourceError(f"{entry.named} has no column {updated}; {nearest(updated, there, 'it has')}.")

        def ask() -> Any:
            if entry.table is not None:
                return self.connection.scalar(select(func.max(column(updated))).select_from(_table(entry.table)))
            asked = self._around(entry).replace("*", f"max({self._quoted(updated)})", 1)
            return self.connection.exec_driver_sql(asked, **AS_IT_IS).scalar()

        return self._ask(entry, ask)

    def rows(self, entry: Entry, since: str | None = None) -> Iterator[list[list[str]]]:
        """The rows that changed `since`, or all of them, a page at a time, as the texts of the columns that the mapping
        names. A row that does not say when it changed is in every page of changes."""
        names = entry.mapping.columns
        if missing := [each for each in names if each not in (there := self.columns(entry))]:
            raise SourceError(f"{entry.named} has no column {listed(missing)}; {nearest(missing[0], there, 'it has')}.")
        result = self._ask(entry, lambda: self._rows(entry, names, since))
        pages = result.partitions(PAGE)
        try:
            while (page := self._ask(entry, lambda: next(pages, None))) is not None:
                yield [[_text(cell) for cell in row] for row in page]
        finally:
            with suppress(SourceError):  # it may be gone
                self._ask(entry, result.close)
                self._ask(entry, self.connection.rollback)

    def _rows(self, entry: Entry, names: list[str], since: str | None) -> Any:
        updated = entry.updated or ""
        if entry.table is not None:
            asked = select().add_columns(*map(column, names)).select_from(_table(entry.table))
            if since is not None:
                # Not bound: as a text in quotes it is compared as whatever the column holds. Only signs of a date are in it.
                changed = column(updated) >= literal_column(f"'{since}'")
                asked = asked.where(changed | column(updated).is_(None))
            return self.connection.execute(asked, execution_options={"yield_per": PAGE})
        query, quoted = self._query(entry), self._quoted(updated)
        if since is not None:
            query = f"{self._around(entry)} WHERE {quoted} >= '{since}' OR {quoted} IS NULL"
        options = {"no_parameters": True, "yield_per": PAGE}
        return self.connection.exec_driver_sql(query, execution_options=options).columns(*names)

    def count(self, entry: Entry) -> int:
        def count() -> int:
            if entry.table is not None:
                return int(self.connection.scalar(select(func.count()).select_from(_table(entry.table))) or 0)
            asked = self._around(entry).replace("*", "count(*)", 1)
            return int(self.connection.exec_driver_sql(asked, **AS_IT_IS).scalar() or 0)

        return self._ask(entry, count)

    def _around(self, entry: Entry) -> str:
        return f"SELECT * FROM ({self._query(entry)}) asked"  # noqa: S608 (the query is from the settings)

    def _quoted(self, name: str) -> str:
        return self.engine.dialect.identifier_preparer.quote(name)

    def _query(self, entry: Entry) -> str:
        if entry.schema is None:
            return entry.query
        written = self.engine.dialect.identifier_preparer.format_table
        return re.sub(r"\{(\w+)\}", lambda found: written(table(found[1], schema=entry.schema or None)), entry.query)

    def _in_words(self, entry: Entry | None, error: Exception) -> SourceError:
        """What went wrong, and what to do about it."""
        said = self._said(error)
        if entry is None:
            is_account = any(word in said.lower() for word in ("authentication", "denied", "password", "role "))
            why = "refuses the account" if is_account else "cannot be reached"
            return SourceError(f"{self.name} {why} ({said}). Check the address in {self.written}.")
        with suppress(SourceError):
            self._ask(None, self.connection.rollback)
        if absent := re.search(r"(?:no such table: |relation \"|doesn't exist: )([\w.]+)", said):
            return SourceError(f"{entry.named}: {self._no_table(absent[1])}")
        if any(word in said.lower() for word in ("is locked", "lock timeout", "lock wait timeout")):
            return Later(
                f"{entry.named} is locked by another program ({said}). The next refresh tries again; if it is said again, "
                "look there for what holds the lock."
            )
        if any(word in said.lower() for word in ("read-only", "readonly", "read only")):
            return SourceError(f"{entry.named}: the query writes, and a source only reads ({said}).")
        if any(word in said.lower() for word in ("permission", "denied", "privilege", "not authorized")):
            return SourceError(f"{entry.named}: the account has no right to read it ({said}); give it SELECT.")
        return SourceError(f"{entry.named} cannot be read: {said}.")

    def _no_table(self, written: str) -> str:
        schema, _, name = written.rpartition(".")
        there: list[str] = []

        def look() -> None:
            looked = inspect(self.connection)
            there.extend([*looked.get_table_names(schema or None), *looked.get_view_names(schema or None)])

        with suppress(SourceError):
            self._ask(None, look)
        known = nearest(name, there, "there are") if there else "this account sees no table there"
        return f"There is no table {written}; {known}."

    def _said(self, error: Exception) -> str:
        """The first line of what the database says."""
        said = without(str(getattr(error, "orig", None) or error), self.passwords)
        return clean(next(iter(said.strip().splitlines()), type(error).__name__), 300).rstrip(".")


def _table(written: str) -> TableClause:
    schema, _, name = written.rpartition(".")
    return table(name, schema=schema or None)


def _text(cell: Any) -> str:
    """A cell as text: numbers exactly, days and instants in ISO, true and false, blank for NULL."""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return as_text(bytes(cell) if isinstance(cell, memoryview) else cell)
