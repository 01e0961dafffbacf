"""A database of others: whatever address SQLAlchemy understands is opened here, read only, and asked for texts of cells."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from sqlalchemy import URL, Engine, TableClause, column, create_engine, exc, func, inspect, make_url, select, table
from sqlalchemy.pool import NullPool

from data_sources.kit.options import read
from data_sources.mapping.cells import as_text
from data_sources.mapping.pages import PAGE
from data_sources.source import Request, SourceError
from data_sources.sql.entries import Entry, Sql
from data_sources.words import listed, nearest
from store.masking import clean

SECRETS = ("pass", "pwd", "token", "secret", "key", "credential")  # parts of the names in an address that hold one
EXAMPLE = "postgresql://NAME:PASSWORD@HOST/DATABASE"
AS_IT_IS: Any = {"execution_options": {"no_parameters": True}}  # neither % nor : in a query means anything to a driver
PATIENCE = 15  # seconds to connect
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


class Database:
    """One connection that asks and never writes. What goes wrong is one SourceError, without a password in it."""

    def __init__(self, request: Request) -> None:
        options, key = read(Sql, request), f"sources.{request.name}"
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
        self.secrets = _secrets(url)
        if options.url and self.secrets:
            raise SourceError(f"{key}.url holds a password: put the address into a variable and name it in url_env.")
        self.is_file = url.get_backend_name() == "sqlite"
        self.name = Path(url.database or "").name if self.is_file else url.host or url.get_backend_name()
        self.engine = self._engine(url, request.settings.folder)
        with self._in_words(None):
            self.connection = self.engine.connect()

    def _engine(self, url: URL, folder: Path) -> Engine:
        backend, more = url.get_backend_name(), {}
        if self.is_file:
            file = (folder / Path(url.database or "").expanduser()).resolve()
            if not file.is_file():
                raise SourceError(f"There is no database file {self.name}, which {self.written} names.")
            url = url.set(database=f"file:{quote(str(file))}", query={"mode": "ro", "uri": "true"})
        elif backend in ("postgresql", "postgres"):
            url = url.set(drivername=f"postgresql+{url.drivername.partition('+')[2] or 'psycopg'}")
            more = {"connect_timeout": PATIENCE}
        try:
            return create_engine(
                url, poolclass=NullPool, connect_args=more, execution_options={"postgresql_readonly": True}
            )
        except (exc.NoSuchModuleError, ImportError):
            known = f": type .venv/bin/python -m pip install {DRIVERS[backend]}" if backend in DRIVERS else ""
            raise SourceError(f"The driver for {url.drivername} is not installed{known}.") from None
        except Exception as error:
            raise SourceError(f"The address in {self.written} cannot be used: {self._said(error)}.") from None

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.engine.dispose()

    def columns(self, entry: Entry) -> list[str]:
        """The columns of a table or query. Raises SourceError where it is not there, or cannot be read."""
        with self._in_words(entry):
            if entry.table is None:
                return list(self.connection.exec_driver_sql(f"{self._around(entry)} WHERE 1 = 0", **AS_IT_IS).keys())
            schema, _, name = entry.table.rpartition(".")
            try:
                return [each["name"] for each in inspect(self.connection).get_columns(name, schema or None)]
            except exc.NoSuchTableError:
                raise SourceError(self._no_table(entry.table)) from None

    def rows(self, entry: Entry) -> Iterator[list[list[str]]]:
        """All rows, a page at a time, as the texts of the columns that the mapping names."""
        names = entry.mapping.columns
        if missing := [each for each in names if each not in (there := self.columns(entry))]:
            raise SourceError(f"{entry.named} has no column {listed(missing)}; {nearest(missing[0], there, 'it has')}.")
        with self._in_words(entry):
            if entry.table is not None:
                asked = select().add_columns(*map(column, names)).select_from(_table(entry.table))
                result = self.connection.execute(asked, execution_options={"yield_per": PAGE})
            else:
                options = {"no_parameters": True, "yield_per": PAGE}
                result = self.connection.exec_driver_sql(self._query(entry), execution_options=options).columns(*names)
        try:
            pages = result.partitions(PAGE)
            while True:
                with self._in_words(entry):
                    page = next(pages, None)
                if page is None:
                    return
                yield [[_text(cell) for cell in row] for row in page]
        finally:
            with suppress(exc.SQLAlchemyError):  # it may be gone
                result.close()
                self.connection.rollback()

    def count(self, entry: Entry) -> int:
        with self._in_words(entry):
            if entry.table is not None:
                return int(self.connection.scalar(select(func.count()).select_from(_table(entry.table))) or 0)
            asked = self._around(entry).replace("*", "count(*)", 1)
            return int(self.connection.exec_driver_sql(asked, **AS_IT_IS).scalar() or 0)

    def _around(self, entry: Entry) -> str:
        return f"SELECT * FROM ({self._query(entry)}) asked"  # noqa: S608 (the query is from the settings)

    def _query(self, entry: Entry) -> str:
        if entry.schema is None:
            return entry.query
        written = self.engine.dialect.identifier_preparer.format_table
        return re.sub(r"\{(\w+)\}", lambda found: written(table(found[1], schema=entry.schema or None)), entry.query)

    @contextmanager
    def _in_words(self, entry: Entry | None) -> Iterator[None]:
        try:
            yield
        except SourceError:
            raise
        except Exception as error:
            said = self._said(error)
            if entry is None:
                is_account = any(word in said.lower() for word in ("authentication", "denied", "password", "role "))
                why = "refuses the account" if is_account else "cannot be reached"
                raise SourceError(
                    f"{self.name} {why} ({said}). Look whether the address in {self.written} is right."
                ) from None
            with suppress(Exception):
                self.connection.rollback()
            if absent := re.search(r"(?:no such table: |relation \"|doesn't exist: )([\w.]+)", said):
                raise SourceError(f"{entry.named}: {self._no_table(absent[1])}") from None
            if any(word in said.lower() for word in ("read-only", "readonly", "read only")):
                raise SourceError(f"{entry.named}: the query writes, and a source only reads ({said}).") from None
            if any(word in said.lower() for word in ("permission", "denied", "privilege", "not authorized")):
                raise SourceError(
                    f"{entry.named}: the account has no right to read it ({said}); give it SELECT."
                ) from None
            raise SourceError(f"{entry.named} cannot be read: {said}.") from None

    def _no_table(self, written: str) -> str:
        schema, _, name = written.rpartition(".")
        there: list[str] = []
        with suppress(Exception):
            looked = inspect(self.connection)
            there = [*looked.get_table_names(schema or None), *looked.get_view_names(schema or None)]
        known = nearest(name, there, "there are") if there else "this account sees no table there"
        return f"There is no table {written}; {known}."

    def _said(self, error: Exception) -> str:
        """The first line of what the database says."""
        said = str(getattr(error, "orig", None) or error)
        for secret in self.secrets:
            said = said.replace(secret, "***")
        return clean(next(iter(said.strip().splitlines()), type(error).__name__), 300).rstrip(".")


def _table(written: str) -> TableClause:
    schema, _, name = written.rpartition(".")
    return table(name, schema=schema or None)


def _secrets(url: URL) -> list[str]:
    """The password of an address, and whatever else in it should not be read, as it may be written."""
    found = [value for name, value in url.query.items() if any(part in name.lower() for part in SECRETS)]
    texts = [text for each in [url.password, *found] for text in ([each] if isinstance(each, str) else each or ())]
    return [form for text in texts if text for form in (text, quote(text), quote_plus(text))]


def _text(cell: Any) -> str:
    """A cell as text: numbers exactly, days and instants in ISO, true and false, blank for NULL."""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return as_text(bytes(cell) if isinstance(cell, memoryview) else cell)
