"""Reads the lists of a system page by page: what changed since last time, from where the last read stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from data_sources.kit import cells, cursors
from data_sources.kit.errors import Refused, bad_cell, shown
from data_sources.kit.http import Web
from data_sources.kit.paging import pages
from data_sources.source import Page, Request
from store.rejected import NOT_AN_OBJECT, Rejected

if TYPE_CHECKING:
    from data_sources.kit.streams import Found, Rows, Stream


def read(web: Web, place: str, streams: list[Stream], request: Request, look_back: float) -> Iterator[Page]:
    """All streams in turn. One that the key may not read stops no other; it is said at the end."""
    own = [each for each in streams if not each.follows]
    keys_of = {each.name: each.name if len(own) > 1 else "" for each in streams}
    places = cursors.read_all(request.since, [keys_of[each.name] for each in own])
    due = {}
    for each in own:
        cursor = places[keys_of[each.name]]
        if is_due := cursor.next is None and cursor.is_due(request.now, each.again):
            cursor.listed = request.now
        due[each.name] = is_due
    refused: list[Refused] = []
    for stream in streams:
        main = own[0] if stream.follows else stream
        if stream.follows and places[keys_of[main.name]].next is not None:
            continue
        pace = _Pace(f"{place} {stream.name}", keys_of[main.name], due[main.name], timedelta(minutes=look_back))
        try:
            for page in _pages(web, stream, places, pace, request):
                page.everything = page.whole and stream is streams[-1] and all(due.values()) and not refused
                yield page
        except Refused as error:
            if error.status not in (403, 404) or stream is streams[-1]:
                raise
            refused.append(error)
    if refused:
        raise refused[0]


@dataclass(frozen=True)
class _Pace:
    """How a stream is read this time: `whole`, or only what changed; its cursor is at `key`."""

    place: str
    key: str
    whole: bool
    look_back: timedelta


def _pages(
    web: Web, stream: Stream, places: dict[str, cursors.Cursor], pace: _Pace, request: Request
) -> Iterator[Page]:
    """The order of a list does not change while it is read, where that can be had: a change in the meantime shows an item
    twice, but hides none. The cursor says how far a read that was cut off had come."""
    cursor = cursors.Cursor(places[pace.key].since) if stream.follows else places[pace.key]
    params = stream.changed(None if pace.whole else cursor.since, request.now) if stream.changed else {}
    for answer, items in pages(web, stream.paging, stream.path, params, cursor.next):
        if cursor.began is None:
            cursor.began = min(answer.date or request.now, request.now)
        page = Page(read=len(items), place=pace.place, partial=not pace.whole)
        has_news = False
        found: Found = {}
        for item in items:
            changed = _read_item(item, stream, found, page.rejected_rows)
            if changed is not None:
                cursor.saw(changed)
                has_news |= cursor.since is None or changed >= cursor.since
        page.records = [row for row in found.values() if row is not None]
        page.gone = [key for key, row in found.items() if row is None]
        page.whole = pace.whole and answer.next is None
        if not stream.follows:
            cursor.next = answer.next
            if answer.next is None:
                resume = stream.paging.resume and stream.paging.resume(answer, items)
                places[pace.key] = cursor.finished(pace.look_back, resume)
            page.cursor = cursors.written_all(places)
        yield page
        if stream.follows and not pace.whole and cursor.since is not None and not has_news:
            return


def _read_item(item: object, stream: Stream, found: Found, rejected: list[Rejected]) -> datetime | None:
    """Adds the rows of an item, and what is wrong with each of them. When it changed, where that can be read."""
    name: object = item.get(stream.id, "?") if isinstance(item, dict) else "?"
    changed: datetime | None = None

    def reject(rows: Rows, wrong: Rejected) -> None:
        place = f"{stream.before_id}{shown(name)}"
        rejected.append(replace(wrong, record=rows.kind.TABLE, place=place))

    try:
        if not isinstance(item, dict):
            raise bad_cell("", item, NOT_AN_OBJECT)
        changed = (cells.maybe(cells.instant, stream.updated) if stream.follows else cells.instant(stream.updated))(
            item
        )
        id = str(stream.rows[0].table["id"](item))
        is_here = not any(is_gone(item) for is_gone in stream.gone)
    except Rejected as wrong:  # nothing of it can be read
        reject(_kind_of(item, stream), wrong)
        return changed
    for rows in stream.rows:
        try:
            found |= rows.read(item, is_here)
        except Rejected as wrong:
            reject(rows, wrong)
    for kind in stream.with_it:
        if is_here:
            found.pop((kind.TABLE, id), None)
        else:
            found[kind.TABLE, id] = None
    return changed


def _kind_of(item: object, stream: Stream) -> Rows:
    """As what an item is rejected of which nothing can be read: as the first of the rows that it would be."""
    for rows in stream.rows:
        try:
            if isinstance(item, dict) and rows.each is None and rows.when(item):
                return rows
        except Rejected:
            continue
    return stream.rows[0]
