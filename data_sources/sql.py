"""Rows of a database that others fill: any table or query that SQLAlchemy reaches, read only, mapped as files are.

Every table is read whole each time, in pages by a cursor of the server, so that rows that vanished there leave here too.
Only the columns that a mapping names are asked for. What is wrong with one table costs that table alone.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, quote_plus

from pydantic import Field
from sqlalchemy import URL, Engine, TableClause, column, create_engine, exc, func, inspect, make_url, select, table
from sqlalchemy.pool import NullPool

from data_sources.kit.options import KeyName, Options, read
from data_sources.mapping.cells import as_text
from data_sources.mapping.grammar import RecordOptions, Text, checked, mapping_of
from data_sources.mapping.pages import PAGE, Collected, Rows
from data_sources.mapping.plan import Mapping, filled
from data_sources.mapping.records import Bound
from data_sources.source import Counts, Page, Request, Source, SourceError
from data_sources.words import listed, nearest, number
from store.marks import is_pseudonymous
from store.masking import clean, mask
from store.records import BY_TABLE

PRESETS = Path(__file__).with_name("presets")
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


class TableOptions(RecordOptions):
    """One [[sources.NAME.tables]] table."""

    record: str = Field(description="what one row is")
    table: Text | None = Field(None, description="the table or view, with its schema where it has one: support.tickets")
    query: Text | None = Field(None, description="instead of a table, one SELECT or WITH")
    name: Text | None = Field(None, description="what it is called beside a rejected row; the table unless written")


class Sql(Options):
    url_env: KeyName | None = Field(
        None, description="the environment variable with the address, like postgresql://NAME:PASSWORD@HOST/DATABASE"
    )
    url: str | None = Field(None, description="instead, the address itself, where there is no password in it")
    preset: Literal["fivetran-zendesk", "fivetran-stripe"] | None = Field(
        None, description="ready mappings of the tables that Fivetran writes: fivetran-zendesk, fivetran-stripe"
    )
    schema_name: str | None = Field(None, description="where the tables of the preset are, for example zendesk")
    tables: list[dict[str, Any]] = Field(
        [], description="a list of tables, each with " + listed(TableOptions.model_fields)
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One table or query, checked. `place` is what its rows are stored under."""

    named: str
    place: str
    mapping: Mapping
    table: str | None
    query: str
    schema: str | None  # of a query with {tables}, as in presets; None leaves braces alone


def entries(request: Request) -> list[Entry]:
    """The tables of this source, those of its preset first. Raises SourceError that names the key and the right word."""
    options, key = read(Sql, request), f"sources.{request.name}"
    ready = (
        []
        if options.preset is None
        else tomllib.loads((PRESETS / f"{options.preset}.toml").read_text("utf-8"))["tables"]
    )
    named: list[tuple[str, dict[str, Any], str | None]] = [
        (f"{key}.preset {options.preset} ({each['name']})", each, options.schema_name or "") for each in ready
    ]
    named += [(f"{key}.tables[{at}]", each, None) for at, each in enumerate(options.tables, 1)]
    if not named:
        raise SourceError(f"{key} names no tables; write a [[{key}.tables]] table, or preset = ...")
    found: list[Entry] = []
    for inner, written, schema in named:
        told = checked(TableOptions, inner, written)
        if (told.table is None) == (told.query is None):
            raise SourceError(f"{inner}: write exactly one of table and query.")
        name = told.name or told.table or f"query {len(found) + 1}"
        query = _only_reads(inner, told.query) if told.query else ""
        mapping = mapping_of(f"{inner} ({name})", told.record, told, request.settings.zone)
        found.append(Entry(name, f"{name} as {told.record}", mapping, told.table, query, schema))
    twice = Counter[str]()
    for at, each in enumerate(found):
        twice[each.place] += 1
        if twice[each.place] > 1:
            found[at] = replace(each, place=f"{each.place} {twice[each.place]}")
    return found


def _only_reads(key: str, query: str) -> str:
    query = query.strip().removesuffix(";").strip()
    if not query.upper().startswith(("SELECT", "WITH")) or ";" in query:
        raise SourceError(f"{key}.query: write one statement that begins with SELECT or WITH, and no semicolon in it.")
    return query


# --- the database ------------------------------------------------------------------------------------------------------


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
            url = (
                url.set(drivername=url.drivername.replace("postgres:", "postgresql:")) if "+" in url.drivername else url
            )
            url = url if "+" in url.drivername else url.set(drivername="postgresql+psycopg")
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


# --- what a source is asked --------------------------------------------------------------------------------------------


def fetch(request: Request) -> Iterator[Page]:
    """Every table, whole; the last page of each says so. A table that cannot be read is said at the end."""
    tables, refused = entries(request), []
    with Database(request) as database:
        for entry in tables:
            try:
                yield from _pages(entry, database)
            except SourceError as error:
                refused.append(str(error))
    if refused:
        raise SourceError(" ".join(dict.fromkeys(refused)))


def _pages(entry: Entry, database: Database) -> Iterator[Page]:
    bound, number = Bound(entry.mapping, entry.mapping.columns), 0
    recent: dict[int, list[str]] = {}
    page = Collected(bound, lambda number: _place(entry, recent, number))
    for rows in database.rows(entry):
        for number, row in enumerate(rows, number + 1):  # noqa: B020 (goes on counting)
            recent[number] = row
            page.add(number, row)
        if page.is_full:
            yield _page(entry, bound, page.done(), recent)
            recent = {}
    last = _page(entry, bound, page.done(is_last=True), recent)
    last.whole = True
    yield last


def _page(entry: Entry, bound: Bound, found: Rows, recent: dict[int, list[str]]) -> Page:
    return Page(
        records=list(bound.records(found.columns)),
        rejected_rows=found.rejected,
        read=found.looked_at,
        place=entry.place,
        where=lambda at, field: (_place(entry, recent, found.numbers[at]), bound.mapping.label(field)),
    )


def _place(entry: Entry, recent: dict[int, list[str]], number: int) -> str:
    """What a row is called where it is rejected: a table has no order that people could look up, so with its id."""
    place, row, mapping = f"{entry.named} row {number:,}", recent.get(number), entry.mapping
    if row is None or is_pseudonymous(BY_TABLE[mapping.record]):
        return place
    id = "/".join(row[mapping.columns.index(each)] for each in mapping.fields["id"].columns)
    return f"{place} ({clean(mask(id), 100)})" if id else place


def check(request: Request) -> Iterator[str]:
    tables = entries(request)
    with Database(request) as database:
        yield f"It can connect to {database.name}."
        for entry in tables:
            try:
                there = database.columns(entry)
            except SourceError as error:
                yield str(error)
                continue
            missing = [each for each in entry.mapping.columns if each not in there]
            of = number(len(entry.mapping.columns), "column")
            yield f"{entry.named}: of {of} that the mapping names " + (
                f"{len(missing)} missing: {listed(missing)}." if missing else "none is missing."
            )


def counts(request: Request) -> Counts:
    tables, found = entries(request), Counter[str]()
    with Database(request) as database:
        for entry in tables:
            found[entry.mapping.record] += database.count(entry)
    return {record: (rows, {}) for record, rows in found.items()}


SOURCE = Source(
    type="sql",
    says="Reads tables and queries of a database that other systems fill: PostgreSQL, SQLite, and any that SQLAlchemy reaches.",
    records=tuple(BY_TABLE),
    options=Sql,
    fetch=fetch,
    declares=lambda request: filled(entry.mapping for entry in entries(request)),
    documented_at="https://docs.sqlalchemy.org/en/21/core/engines.html",
    rights="SELECT on these tables and no other right; best an account of its own, on a replica",
    check=check,
    counts=counts,
)
