"""The systems that are asked over the web, as small invented answers: what the tests of all of them are generated from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from data_sources import source
from data_sources.source import Page, Request, Source
from settings import Settings
from tests.builders import NOW
from tests.data_sources.replay import Reply, Upstream


@dataclass(frozen=True)
class Kind:
    """One system: its options, the list that is tested, its items, and how it says that a second page follows."""

    name: str
    path: str
    options: dict[str, Any]
    item: Callable[[int], dict[str, Any]]
    first: Callable[[list[Any]], Reply]  # a page that another one follows, at "?page=2"
    last: Callable[[list[Any]], Reply]
    prefix: str
    identity: str
    instant: str  # a field that must be a date and time
    word: tuple[str, bool]  # a field of a fixed list of words, and whether a new word costs the row
    others: tuple[tuple[str, Any], ...] = ()  # further lists, empty here

    @property
    def source(self) -> Source:
        return source(self.name)

    def request(self, upstream: Upstream, since: str | None = None) -> Request:
        return Request("it", {**self.options, "base_url": upstream.url}, Settings(), since, NOW)

    def ids(self, pages: list[Page]) -> set[str]:
        mine = self.source.records[0]
        return {
            record.id.removeprefix(self.prefix) for page in pages for record in page.records if mine == record.TABLE
        }


def set_at(item: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The item with another value at a path such as "fields.created"."""
    name, _, rest = path.partition(".")
    return {**item, name: set_at(item[name], rest, value) if rest else value}


def _github(number: int) -> dict[str, Any]:
    return {
        **{"id": number, "number": number, "title": f"Coupon {number}", "state": "open", "labels": ["bug"]},
        **{"created_at": "2026-10-01T10:00:00Z", "updated_at": "2026-11-01T10:00:00Z"},
    }


def _gitlab(number: int) -> dict[str, Any]:
    return {
        **{"id": number, "iid": number, "title": f"Coupon {number}", "state": "opened", "labels": ["bug"]},
        **{"created_at": "2026-10-01T10:00:00.5Z", "updated_at": "2026-11-01T10:00:00Z", "confidential": False},
    }


def _zendesk(number: int) -> dict[str, Any]:
    return {
        **{"id": number, "subject": f"Coupon {number}", "status": "open", "type": "question", "tags": ["shop"]},
        **{"created_at": "2026-10-01T10:00:00Z", "updated_at": "2026-11-01T10:00:00Z", "requester_id": 7},
    }


def _jira(number: int) -> dict[str, Any]:
    fields = {
        **{"summary": f"Coupon {number}", "issuetype": {"name": "Bug"}, "status": {"name": "Open"}, "labels": []},
        **{"created": "2026-10-01T10:00:00.000+0000", "updated": "2026-11-01T10:00:00.000+0000"},
    }
    return {"id": str(number), "key": f"SHOP-{number}", "fields": fields}


def _linked(path: str) -> Callable[[list[Any]], Reply]:
    return lambda items: Reply(items, headers={"Link": f'<{{base}}{path}?page=2>; rel="next"'})


def _bare(items: list[Any]) -> Reply:
    return Reply(items)


GITHUB, GITLAB = "/repos/octo/shop/issues", "/projects/octo%2Fshop/issues"
TICKETS, JQL = "/api/v2/incremental/tickets/cursor.json", "/rest/api/3/search/jql"
KINDS = [
    Kind(
        name="github",
        path=GITHUB,
        options={"repository": "octo/shop", "releases": False},
        item=_github,
        first=_linked(GITHUB),
        last=_bare,
        prefix="octo/shop#",
        identity="number",
        instant="created_at",
        word=("state", True),
    ),
    Kind(
        name="gitlab",
        path=GITLAB,
        options={"project": "octo/shop"},
        item=_gitlab,
        first=_linked(GITLAB),
        last=_bare,
        prefix="octo/shop#",
        identity="iid",
        instant="created_at",
        word=("state", True),
    ),
    Kind(
        name="zendesk",
        path=TICKETS,
        options={"subdomain": "acme", "email": "a@acme.example"},
        item=_zendesk,
        first=lambda items: Reply({"tickets": items, "after_cursor": "2", "end_of_stream": False}),
        last=lambda items: Reply({"tickets": items, "after_cursor": "end", "end_of_stream": True}),
        prefix="",
        identity="id",
        instant="created_at",
        word=("type", False),
        others=(("/api/v2/satisfaction_ratings.json", {"satisfaction_ratings": [], "meta": {"has_more": False}}),),
    ),
    Kind(
        name="jira",
        path=JQL,
        options={"subdomain": "acme", "email": "a@acme.example", "projects": ["SHOP"]},
        item=_jira,
        first=lambda items: Reply({"issues": items, "nextPageToken": "2", "isLast": False}),
        last=lambda items: Reply({"issues": items, "isLast": True}),
        prefix="SHOP-",
        identity="key",
        instant="fields.created",
        word=("fields.status.name", False),
    ),
]
