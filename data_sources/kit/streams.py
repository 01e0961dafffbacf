"""The lists of a system, read page by page: what changed since last time, from where the last read stopped.

A source declares a Site (whom to ask, with which key) and its Streams (which lists, how their items become records); the
rest is the same for all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from requests.auth import AuthBase

from data_sources.kit import cells, cursors, options
from data_sources.kit.cells import Item
from data_sources.kit.errors import BadCell, Refused, shown
from data_sources.kit.http import Web
from data_sources.kit.limits import Limits
from data_sources.kit.paging import Paging, pages
from data_sources.source import Page, RejectedRow, Request

O = TypeVar("O", bound=options.Options)  # noqa: E741
T = TypeVar("T")
# What changed is asked for each time; what was deleted or moved elsewhere is rarely said, only missing from a whole list.
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Site:
    """Whom to ask. `refusals` says for a status (401, 403, 404) what to do about it."""

    who: str
    base_url: str
    auth: AuthBase | None
    refusals: Mapping[int, str]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stream:
    """One list. `read` adds to the page what an item is; it raises BadCell for what cannot be read."""

    place: str  # as a reader sees it beside a rejected row: "octo/shop issues"
    record: str  # the table its items are for
    path: str
    params: Mapping[str, object]
    paging: Paging
    read: Callable[[Item, Page], None]
    updated: str  # the field that says when an item changed
    id: str  # the field that names an item, and what stands before it
    before_id: str = ""
    changed: Callable[[datetime], Mapping[str, object]] | None = None  # asks for what changed since
    items: str = ""  # where in the answer the list is; "" where the answer is the list
    key: str = ""  # under which its cursor is kept, in a source of several lists
    again: timedelta | None = A_WEEK  # lists everything again after so long; None where it says what was deleted
    follows: bool = (
        False  # has no cursor, but those of the others: newest first, read to the first page with nothing new
    )


def reader(
    model: type[O], site: Callable[[O, Request], Site], streams: Callable[[O, Request], list[Stream]]
) -> Callable[..., Iterator[Page]]:
    """The `fetch` of a source. Wrong options are said before anything is asked."""

    def fetch(
        request: Request, *, limits: Limits | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> Iterator[Page]:
        told = options.read(model, request)
        look_back = timedelta(minutes=getattr(told, "look_back_minutes", 60))
        with _open(site(told, request), request, limits, sleep) as web:
            yield from _read(web, streams(told, request), request, look_back)

    return fetch


def asking(
    model: type[O], site: Callable[[O, Request], Site], question: Callable[[Web, O], T]
) -> Callable[[Request], T]:
    """What a source asks besides its rows: a `check`, or its `counts`."""

    def ask(request: Request) -> T:
        told = options.read(model, request)
        with _open(site(told, request), request, None, time.sleep) as web:
            return question(web, told)

    return ask


def _open(site: Site, request: Request, limits: Limits | None, sleep: Callable[[float], None]) -> Web:
    return Web(
        site.who,
        site.base_url,
        now=request.now,
        zone=request.settings.zone,
        auth=site.auth,
        headers=site.headers,
        refusals=site.refusals,
        limits=limits,
        sleep=sleep,
    )


def _read(web: Web, streams: list[Stream], request: Request, look_back: timedelta) -> Iterator[Page]:
    """All streams in turn. One that the key may not read stops no other; it is said at the end."""
    places = cursors.read_all(request.since, [each.key for each in streams if not each.follows])
    main = next(each for each in streams if not each.follows).key
    due = {
        each.key: places[each.key].next is None and places[each.key].is_due(request.now, each.again)
        for each in streams
        if not each.follows
    }
    for key, whole in due.items():
        if whole:
            places[key].listed = request.now
    refused: list[Refused] = []
    for stream in streams:
        if stream.follows and places[main].next is not None:
            continue
        try:
            for page in _pages(web, stream, places, due[main if stream.follows else stream.key], request, look_back):
                page.everything = page.whole and stream is streams[-1] and all(due.values()) and not refused
                yield page
        except Refused as error:
            if error.status not in (403, 404) or stream is streams[-1]:
                raise
            refused.append(error)
    if refused:
        raise refused[0]


def _pages(
    web: Web, stream: Stream, places: dict[str, cursors.Cursor], whole: bool, request: Request, look_back: timedelta
) -> Iterator[Page]:
    """The order of a list does not change while it is read, where that can be had: a change in the meantime shows an item
    twice, but hides none. The cursor says how far a read that was cut off had come."""
    cursor = cursors.Cursor(next(iter(places.values())).since) if stream.follows else places[stream.key]
    params = dict(stream.params)
    if cursor.since is not None and stream.changed is not None and not whole:
        params.update(stream.changed(cursor.since))
    for answer, items in pages(web, stream.paging, stream.path, params, cursor.next, stream.items):
        if cursor.began is None:
            cursor.began = min(answer.date or request.now, request.now)
        page = Page(read=len(items), place=stream.place, partial=not whole)
        has_news = False
        for item in items:
            changed = _read_item(item, stream, page)
            if changed is not None:
                cursor.saw(changed)
                has_news |= cursor.since is None or changed >= cursor.since
        page.whole = whole and answer.next is None
        if not stream.follows:
            cursor.next = answer.next
            if answer.next is None:
                resume = stream.paging.resume and stream.paging.resume(answer, items)
                cursor = places[stream.key] = cursor.finished(look_back, resume)
            page.cursor = cursors.written_all(places)
        yield page
        if stream.follows and not whole and cursor.since is not None and not has_news:
            return


def _read_item(item: object, stream: Stream, page: Page) -> datetime | None:
    """Adds the item, or what is wrong with it, to the page. When it changed, where that can be read."""
    name: object = item.get(stream.id, "?") if isinstance(item, dict) else "?"
    changed: datetime | None = None
    try:
        if not isinstance(item, dict):
            raise BadCell("", item, "it is not an object")
        when = cells.instant(stream.updated)
        changed = (cells.maybe(when, stream.updated) if stream.follows else when)(item)
        stream.read(item, page)
    except BadCell as wrong:
        place = f"{stream.before_id}{shown(name)}"
        page.rejected_rows.append(RejectedRow(stream.record, place, wrong.column, wrong.value, wrong.reason))
    return changed
