"""Rows of a database that others fill: any table or query that SQLAlchemy reaches, read only, mapped as files are.

Every table is read whole each time, in pages by a cursor of the server, so that rows that vanished there leave here too;
one that says when a row changed (`updated`) is read whole once a week, and between for what changed.
Only the columns that a mapping names are asked for. What is wrong with one table costs that table alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from data_sources.kit import cursors
from data_sources.kit.cursors import A_WEEK, Cursor
from data_sources.kit.errors import Later
from data_sources.kit.options import read
from data_sources.mapping.cells import as_text
from data_sources.mapping.pages import Collected, Rows
from data_sources.mapping.plan import filled
from data_sources.mapping.records import Bound
from data_sources.source import Counts, Page, Request, Source, SourceError
from data_sources.sql.database import Database, OutOfTime
from data_sources.sql.entries import Entry, Sql, entries, version
from data_sources.words import listed, number
from store.marks import is_pseudonymous
from store.masking import clean, mask
from store.records import BY_TABLE


def fetch(request: Request) -> Iterator[Page]:
    """Every table, whole or what changed in it; the last page of each says which. A table that cannot be read is said at the
    end."""
    tables, refused, all_whole = entries(request), list[str](), True
    look_back = timedelta(minutes=read(Sql, request).look_back_minutes)
    of_record = Counter(each.mapping.record for each in tables)
    with Database(request) as database:
        this = version(request, database.identity)
        keys = {each.place: f"{each.place} {this}" for each in tables if each.updated}
        places = cursors.read_all(request.since, list(keys.values()))
        for entry in tables:
            cursor, since, unread = Cursor(), None, None
            try:
                if entry.updated:
                    cursor = replace(places[keys[entry.place]], began=request.now)
                    since, unread = _since(entry, entry.updated, database, cursor, request.now)
                last = yield from _pages(entry, database, since, is_alone=of_record[entry.mapping.record] == 1)
            except SourceError as error:
                refused += [unread] if unread else []
                refused.append(str(error))
                if isinstance(error, OutOfTime):
                    break
                continue
            if unread:
                refused.append(
                    f"{unread} All rows of {entry.named} were read, as they will be until that is corrected."
                )
            elif entry.updated:
                places[keys[entry.place]] = cursor.finished(look_back)
                last.cursor = cursors.written_all(places)
            all_whole = all_whole and last.whole
            last.everything = all_whole and entry is tables[-1] and not refused
            yield last
    if refused:
        raise SourceError(" ".join(dict.fromkeys(refused)))


def _since(
    entry: Entry, updated: str, database: Database, cursor: Cursor, now: datetime
) -> tuple[str | None, str | None]:
    """From when on changes are asked for, and why it cannot be known where the newest of them cannot be read: None of the
    first reads the whole table. The cursor takes the newest over."""
    try:
        newest = database.newest(entry, updated)
        cursor.newest = _instant(entry, newest)
    except Later:
        raise
    except SourceError as error:
        return None, str(error)
    if cursor.is_due(now, A_WEEK) or cursor.since is None or newest is None:
        cursor.listed = now
        return None, None
    return _as_compared(cursor.since, newest), None


def _instant(entry: Entry, newest: object) -> datetime | None:
    """When that change was; what has no time zone is read as UTC, and of a text its first ten signs, the day, count."""
    found = newest
    if isinstance(found, str):
        with suppress(ValueError):
            found = date.fromisoformat(found.strip()[:10])
    if isinstance(found, date) and not isinstance(found, datetime):
        found = datetime.combine(found, time())
    if isinstance(found, datetime) and found.tzinfo:
        with suppress(OverflowError):  # at the end of all days the zone does not matter
            return found.astimezone(UTC)
    if found is None or isinstance(found, datetime):
        return found and found.replace(tzinfo=UTC)
    raise SourceError(
        f"{entry.named}: the last value of {entry.updated} is {clean(as_text(newest), 40)!r}, which is not a time "
        "such as 2026-01-31 14:05; name another column as `updated`, or leave it out."
    )


def _as_compared(since: datetime, newest: object) -> str:
    """From when on, as it is compared with what the column holds. Without a time zone it is a day earlier: whatever zone is
    meant, nothing is left out."""
    if isinstance(newest, datetime) and newest.tzinfo:
        return since.isoformat(" ")
    before = (since - timedelta(days=1)).replace(tzinfo=None)
    return before.isoformat(" ") if isinstance(newest, datetime) else before.date().isoformat()


def _pages(entry: Entry, database: Database, since: str | None, is_alone: bool) -> Generator[Page, None, Page]:
    """The pages but the last one, which is returned. Of changes, a row that `where` leaves out now is gone, unless another
    row of its id is there, or another table gives such records too (`is_alone`) and may still have it."""
    bound, number = Bound(entry.mapping, entry.mapping.columns), 0
    recent: dict[int, list[str]] = {}
    wanted, left_out = set[str](), set[str]()
    collected = Collected(bound, lambda number: _place(entry, bound, recent, number))
    for rows in database.rows(entry, since):
        for number, row in enumerate(rows, number + 1):  # noqa: B020 (goes on counting)
            recent[number] = row
            collected.add(number, row)
            if since is not None and is_alone and bound.keeps is not None:
                with suppress(Exception):  # a cell that cannot be read costs its row elsewhere
                    (wanted if bound.keeps(row) else left_out).add(bound.get[0](row))
        if collected.is_full:
            yield _page(entry, bound, collected.done(), recent, since)
            recent = {}
    last = _page(entry, bound, collected.done(is_last=True), recent, since)
    last.whole = since is None
    last.gone = [(entry.mapping.record, id) for id in sorted(filter(None, left_out - wanted))]
    return last


def _page(entry: Entry, bound: Bound, found: Rows, recent: dict[int, list[str]], since: str | None) -> Page:
    return Page(
        records=list(bound.records(found.columns)),
        rejected_rows=found.rejected,
        read=found.looked_at,
        place=entry.place,
        where=lambda at, field: (_place(entry, bound, recent, found.numbers[at]), bound.mapping.label(field)),
        partial=since is not None,
    )


def _place(entry: Entry, bound: Bound, recent: dict[int, list[str]], number: int) -> str:
    """What a row is called where it is rejected: a table has no order that people could look up, so with its id. Where only
    changes are read, the same row has another number each time."""
    place, row, mapping = f"{entry.named} row {number:,}", recent.get(number), entry.mapping
    if row is None or is_pseudonymous(BY_TABLE[mapping.record]):
        return place
    if entry.updated:
        with suppress(Exception):  # an id that cannot be read
            if id := bound.get[0](row):
                return f"{entry.place} {clean(mask(id[:500]), 200)}"
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
            named = list(dict.fromkeys([*entry.mapping.columns, *([entry.updated] if entry.updated else [])]))
            missing = [each for each in named if each not in there]
            of = number(len(named), "column")
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
