"""What a source says of the system that it reads: whom to ask, with which key, which lists it has, and what their items are.

A source is a System: its options, a Site (whom to ask, with which key) and its Streams (which lists, and how their items
become records). The rest is the same for all; reading.py reads the lists.
"""

from __future__ import annotations

import builtins
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import Field, SecretStr
from requests.auth import AuthBase

from data_sources.kit import cells, cursors, keys, reading
from data_sources.kit.cells import Item
from data_sources.kit.http import Question, Web
from data_sources.kit.limits import Limits
from data_sources.kit.options import ACCESS_KEY, KeyName, Minutes, Options, Subdomain, read
from data_sources.kit.paging import Paging, pages
from data_sources.source import Counts, Gives, Page, Request, Source, SourceError
from store.records import Bug, BugReport, Ticket
from store.rejected import Rejected

# What changed is asked for each time; what was deleted or moved elsewhere is rarely said, only missing from a whole list.


@dataclass(frozen=True)
class Site:
    """Whom to ask: the `system` ("GitLab"), and what of it (`kind` "project", `name` "group/app").

    `rights` ends the sentence "Give it the right to read ..."; `advice` says for further statuses what to do about them.
    """

    system: str
    kind: str
    name: str
    base_url: str
    rights: str
    harmless: str  # the path of one question that changes nothing: whether the key works, and what for
    auth: Callable[[SecretStr | None], AuthBase] = keys.bearer
    needs_key: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    advice: Mapping[int, str] = field(default_factory=dict)

    def said(self, key: str) -> dict[int, str]:
        """What to do about a refusal; `key` is the variable with the access key."""
        system, what = self.system, f"{self.kind} {self.name}"
        return {
            401: f"{system} does not accept the access key in {key}. It may have expired: make a new one and set it there.",
            403: f"{system} does not let this access key read {what}. Give it the right to read {self.rights}.",
            404: (
                f"{system} cannot find {what}, or does not show it. Check its name; if it is private, set {key} "
                "to an access key that may read it."
            ),
            **self.advice,
        }


Which = Callable[[Item], bool]  # whether an item is one of those that are meant
# (record, id) -> the row as its page says it last, for an item may be listed twice; None where it is gone.
Found = dict[tuple[str, str], Any]


@dataclass(frozen=True)
class Rows:
    """The rows of one kind that an item gives, field by field; an item that is `not when` has none, and none any more.

    `each` gives several items for one, where an item holds a list.
    """

    kind: type[Any]
    table: Mapping[str, cells.Cell]
    when: Which = lambda item: True
    each: Callable[[Item], list[Item]] | None = None
    declared: bool = True  # whether the options ask for such rows at all

    def read(self, item: Item, is_here: bool) -> Found:
        if not (is_here and self.when(item)):
            return {(self.kind.TABLE, str(self.table["id"](item))): None}
        items = [item] if self.each is None else self.each(item)
        rows = [cells.record(self.kind, self.table, each) for each in items]
        return {(self.kind.TABLE, row.id): row for row in rows}


def bugs_and_tickets(
    bug: Mapping[str, cells.Cell],
    ticket: Mapping[str, cells.Cell],
    links: str,
    key: str,
    is_bug: Which,
    is_ticket: Which,
    declared: bool,
) -> list[Rows]:
    """Of a list that holds both: the bugs, which tickets report them, and the tickets, where they are `declared`. `key` names
    an item; each object at `links` of a bug holds the item that it is linked to, whichever way the link goes."""

    def reports(item: Item) -> list[Item]:
        ends = [end for each in cells.objects(links)(item) for end in each.values()] if is_bug(item) else []
        found = {str(end[key]) for end in ends if isinstance(end, dict) and end.get(key) and is_ticket(end)}
        return [{"id": f"{item[key]}/{other}", "bug": item[key], "ticket": other} for other in sorted(found)]

    report = cells.all_of(cells.text, id="id", bug="bug", ticket="ticket")
    return [
        Rows(Bug, bug, is_bug),
        Rows(BugReport, report, each=reports, declared=declared),
        Rows(Ticket, ticket, lambda item: is_ticket(item) and not is_bug(item), declared=declared),
    ]


@dataclass(frozen=True)
class Stream:
    """One list of a system, and what its items are. One that is `gone` has no rows of any kind, nor those of another list
    that go with it (`with_it`)."""

    name: str  # of several lists of a source: "issues"
    path: str  # with the parameters that are always the same
    paging: Paging
    rows: list[Rows]
    changed: cursors.Since | None = None  # the parameters for what changed since
    id: str = "id"  # the field that names an item beside a rejected row, and what stands before it
    before_id: str = ""
    updated: str = "updated_at"  # the field that says when an item changed
    gone: tuple[Which, ...] = ()
    with_it: tuple[type[Any], ...] = ()
    again: timedelta | None = (
        cursors.A_WEEK
    )  # lists everything again after so long; None where it says what was deleted
    # Has no cursor, but those of the others: newest first, read to the first page with nothing new.
    follows: bool = False


@dataclass(frozen=True)
class Count:
    """Where a system says how many there are: a question, and the place of the number in its answer."""

    path: str
    at: str
    params: Mapping[str, object] | None = None
    body: Question = None

    def ask(self, web: Web) -> int:
        return cells.count(self.at)(web.ask(self.path, self.params, self.body).data)


@dataclass(frozen=True)
class Listed:
    """How many items of a list are of a kind that the system itself cannot count: all of the list is read for it."""

    path: str
    paging: Paging
    which: Which
    params: Mapping[str, object]

    def ask(self, web: Web) -> int:
        answers = pages(web, self.paging, self.path, self.params, None)
        return sum(isinstance(item, dict) and self.which(item) for _, items in answers for item in items)


def quoted(words: list[str]) -> str:
    """As a question in the language of another system lists them: "bug","crash"."""
    return ",".join(map(json.dumps, words))


# record -> (all, reason -> how many of them are not read)
Counted = Mapping[str, tuple[Count, Mapping[str, Count | Listed]]]


class System(Options):
    """The options of a source, and all that is special to the system that it reads: whom to ask, and what for."""

    token_env: KeyName = Field("", description=f"{ACCESS_KEY}; default: its type and _TOKEN, such as GITLAB_TOKEN")
    look_back_minutes: Minutes = Field(
        60, description="how far each read goes back behind the newest change that was seen"
    )

    @property
    def key_name(self) -> str:
        """The environment variable with the access key: GITLAB_TOKEN, unless the settings name another one."""
        return self.token_env or f"{type(self).__name__.upper()}_TOKEN"

    def site(self) -> Site:
        raise NotImplementedError

    def lists(self) -> list[Stream]:
        """In the order in which they are read."""
        raise NotImplementedError

    def sees(self, found: Item) -> list[str]:
        """What the answer to the site's harmless question means: what can be read with this key, and what cannot."""
        raise NotImplementedError

    def counts(self) -> Counted:
        """How many there are, as the system itself says; empty where it does not say."""
        return {}


class Hosted(System):
    """A system of which every customer has an address of its own."""

    subdomain: Subdomain = Field(description="the first part of your address in that system", examples=["acme"])
    base_url: str = Field("", description="the whole address, where it is another one")
    email: str = Field(
        description='the address of the account whose API token this is; "" with an OAuth token',
        examples=["you@example.com"],
    )

    def hosted(self, domain: str, kind: str, rights: str, harmless: str, suffix: str = "") -> Site:
        """The site at this domain, which answers nobody without a key. An API token goes with the e-mail address and the
        `suffix` that this system wants behind it; an OAuth token stands for itself."""
        auth = keys.basic(f"{self.email}{suffix}") if self.email else keys.bearer
        address = self.base_url.rstrip("/") or f"https://{self.subdomain}.{domain}"
        return Site(type(self).__name__, kind, self.subdomain, address, rights, harmless, auth, needs_key=True)


S = TypeVar("S", bound=System)


def source(
    type: str, says: str, model: builtins.type[S], records: tuple[str, ...], rights: str, page: str, drops: str
) -> Source:
    """A source that reads the streams of this model. `says` may be the text of its module, of which the first sentence
    is taken; `page` is where its API is documented; `drops` are the personal fields that are never read."""

    def fetch(
        request: Request, *, limits: Limits | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> Iterator[Page]:
        options = read(model, request)
        with _open(options, request, limits, sleep) as web:
            yield from reading.read(web, options.site().name, options.lists(), request, options.look_back_minutes)

    def check(request: Request) -> Iterator[str]:
        options = read(model, request)
        with _open(options, request) as web, _understood(web):
            found = web.ask(options.site().harmless).data
            yield from options.sees(found if isinstance(found, dict) else {})

    def counts(request: Request) -> Counts:
        options = read(model, request)
        with _open(options, request) as web, _understood(web):
            return {
                record: (whole.ask(web), {reason: each.ask(web) for reason, each in fewer.items()})
                for record, (whole, fewer) in options.counts().items()
            }

    def declares(request: Request) -> dict[str, frozenset[str]]:
        rows = [rows for stream in read(model, request).lists() for rows in stream.rows]
        return {each.kind.TABLE: frozenset(each.table) for each in rows if each.declared}

    def gives() -> Gives:
        examples = {name: (each.examples or [""])[0] for name, each in model.model_fields.items() if each.is_required()}
        found: dict[str, dict[str, list[cells.Cell]]] = {}
        for rows in (rows for stream in model.model_construct(**examples).lists() for rows in stream.rows):
            for name, cell in rows.table.items():
                found.setdefault(rows.kind.TABLE, {}).setdefault(name, []).append(cell)
        return {
            record: {name: cells.only_values(each) for name, each in table.items()} for record, table in found.items()
        }

    return Source(
        type=type,
        says=says.split("\n")[0],
        records=records,
        options=model,
        fetch=fetch,
        declares=declares,
        gives=gives,
        rights=rights,
        check=check,
        counts=counts,
        documented_at=page,
        drops=tuple(drops.split()),
    )


@contextmanager
def _understood(web: Web) -> Iterator[None]:
    """Here a value that cannot be read costs the answer: there is no row that it could cost instead."""
    try:
        yield
    except Rejected as wrong:
        raise SourceError(
            f"{web.who} gave an unreadable answer ({wrong.column}: {wrong.reason}). Check base_url."
        ) from None


def _open(
    options: System, request: Request, limits: Limits | None = None, sleep: Callable[[float], None] = time.sleep
) -> Web:
    site = options.site()
    secret = keys.secret_in(
        options.key_name, request.name, named="token_env" in options.model_fields_set, needed=site.needs_key
    )
    return Web(
        f"{site.system} ({site.name})",
        site.base_url,
        now=request.now,
        zone=request.settings.zone,
        auth=site.auth(secret),
        headers=site.headers,
        advice=site.said(options.key_name),
        limits=limits,
        sleep=sleep,
    )
