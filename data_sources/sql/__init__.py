"""Rows of a database that others fill: any table or query that SQLAlchemy reaches, read only, mapped as files are.

Every table is read whole each time, in pages by a cursor of the server, so that rows that vanished there leave here too.
Only the columns that a mapping names are asked for. What is wrong with one table costs that table alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from data_sources.mapping.pages import Collected, Rows
from data_sources.mapping.plan import filled
from data_sources.mapping.records import Bound
from data_sources.source import Counts, Page, Request, Source, SourceError
from data_sources.sql.database import Database, OutOfTime
from data_sources.sql.entries import Entry, Sql, entries
from data_sources.words import listed, number
from store.marks import is_pseudonymous
from store.masking import clean, mask
from store.records import BY_TABLE


def fetch(request: Request) -> Iterator[Page]:
    """Every table, whole; the last page of each says so. A table that cannot be read is said at the end."""
    tables, refused = entries(request), []
    with Database(request) as database:
        for entry in tables:
            try:
                yield from _pages(entry, database)
            except SourceError as error:
                refused.append(str(error))
                if isinstance(error, OutOfTime):
                    break
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
            except OutOfTime:
                raise
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
    documented_at="docs/sql.md",
    rights="SELECT on these tables and no other right; best an account of its own, on a replica",
    check=check,
    counts=counts,
)
