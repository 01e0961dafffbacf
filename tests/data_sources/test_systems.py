"""What every source over the web promises when the other side misbehaves: one table of faults, each for each system.

A fault that was not really served fails its test.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from data_sources.kit.errors import Later, Refused
from data_sources.kit.limits import Limits
from data_sources.source import Page, SourceError
from tests.builders import NOW
from tests.data_sources.replay import Reply, Upstream
from tests.data_sources.systems import KINDS, Kind, set_at

KEY = "canaryCANARYcanary0123456789"
QUICK = Limits(connect=2, silence=2, request=5, first_wait=0.001, tries=3)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def upstream(kind: Kind) -> Iterator[Upstream]:
    with Upstream() as server:
        for path, body in kind.others:
            server.on(path, Reply(body))
        yield server


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB", "GITLAB", "ZENDESK", "JIRA"):
        monkeypatch.setenv(f"{name}_TOKEN", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


class Waits(list[float]):
    """Takes the place of time.sleep where a test wants to see how long was to be waited."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def read(kind: Kind, upstream: Upstream, since: str | None = None, sleep: Any = None) -> list[Page]:
    more = {} if sleep is None else {"sleep": sleep}
    return list(kind.source.fetch(kind.request(upstream, since), limits=QUICK, **more))


def served(reply: Reply) -> Reply:
    return dataclasses.replace(reply, fault="it")


def test_all_pages_are_read_with_the_key_and_the_cursor_comes_with_the_last(kind: Kind, upstream: Upstream) -> None:
    upstream.on(kind.path, kind.first([kind.item(1)]))
    upstream.on(f"{kind.path}?page=2", served(kind.last([kind.item(2)])))
    pages = read(kind, upstream)
    assert kind.ids(pages) == {"1", "2"}
    assert not any(page.rejected_rows for page in pages)
    assert pages[-1].everything
    assert upstream.fired("it") == 1
    assert KEY in str(upstream.log[0].headers) or "Basic " in upstream.log[0].headers["Authorization"]
    again = read(kind, upstream, pages[-1].cursor)
    assert not any(page.whole for page in again if page.place == pages[0].place)


# ---- what passes --------------------------------------------------------------------------------------------------

# Statuses that mean the same are shared out among the systems; every other fault is for each of them.
STATUSES = {"github": (500, 408), "gitlab": (502, 529), "zendesk": (503, 520), "jira": (504, 408)}
PASSING: dict[str, Reply | None] = {
    **{each: None for each in ("a status", "another status")},
    "502 page": Reply(b"<html>Bad gateway</html>", 502, {"Content-Type": "text/html"}),
    "reset": Reply(reset=True),
    "truncated": Reply([1] * 50, cut_at=40),
    "truncated JSON": Reply(b'[{"id": 1, "title"'),
    "empty": Reply(b""),
    "204": Reply(b"", 204),
    "202": Reply([], 202),
    "429": Reply({}, 429, {"Retry-After": "0"}),
}


def passing(kind: Kind, fault: str) -> Reply:
    return served(PASSING[fault] or Reply({}, STATUSES[kind.name][fault == "another status"]))


@pytest.mark.parametrize("fault", PASSING)
def test_what_goes_wrong_twice_and_then_right_costs_nothing(kind: Kind, upstream: Upstream, fault: str) -> None:
    reply = passing(kind, fault)
    upstream.on(kind.path, reply, reply, kind.last([kind.item(1)]))
    assert kind.ids(read(kind, upstream)) == {"1"}
    assert upstream.fired("it") == 2


@pytest.mark.parametrize("fault", PASSING)
def test_what_goes_on_going_wrong_on_the_second_page_keeps_the_first_and_goes_on_there(
    kind: Kind, upstream: Upstream, fault: str
) -> None:
    upstream.on(kind.path, kind.first([kind.item(1)]))
    upstream.on(f"{kind.path}?page=2", passing(kind, fault))
    given: list[Page] = []
    with pytest.raises(Later, match="the next refresh tries again"):
        given.extend(kind.source.fetch(kind.request(upstream), limits=QUICK))
    assert upstream.fired("it") == QUICK.tries
    assert kind.ids(given) == {"1"}
    assert not any(page.whole for page in given)
    upstream.on(f"{kind.path}?page=2", kind.last([kind.item(2)]))
    again = read(kind, upstream, given[-1].cursor)
    assert kind.ids(again) == {"2"}
    assert not any(page.whole for page in again[:1])


# ---- limits -------------------------------------------------------------------------------------------------------

RESET = int(datetime(2026, 11, 21, 12, 0, 40, tzinfo=UTC).timestamp())
CLOCK = {"Date": "Sat, 21 Nov 2026 12:00:00 GMT"}
LIMITS = {
    "Retry-After": ({"Retry-After": "40"}, 40),
    "Retry-After as a date": ({"Retry-After": "Sat, 21 Nov 2026 12:00:40 GMT"}, 40),
    "GitHub": ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(RESET)}, 41),
    "GitLab": ({"RateLimit-Remaining": "0", "RateLimit-Reset": str(RESET)}, 41),
    "Zendesk": ({"ratelimit-remaining": "0", "ratelimit-reset": "40"}, 40),
    "Zendesk, of one kind": ({"Zendesk-RateLimit-incremental": "total=10; remaining=0; resets=40"}, 40),
    "Jira": ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-11-21T12:00:40Z"}, 41),
    "IETF": ({"RateLimit": '"default";r=0;t=40'}, 40),
    "in milliseconds": ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(RESET * 1000)}, 41),
    "none": ({}, 60),
    "nonsense": ({"Retry-After": "soon", "RateLimit-Remaining": "0", "RateLimit-Reset": "later"}, 60),
}


# One function reads them all: each system says it as its vendor does and plainly, and one of the other ways.
SAID_BY = {
    "github": ("GitHub", "in milliseconds"),
    "gitlab": ("GitLab", "IETF"),
    "zendesk": ("Zendesk", "Zendesk, of one kind", "Retry-After as a date"),
    "jira": ("Jira", "nonsense"),
}


@pytest.mark.parametrize(
    ("kind", "status", "how"),
    [
        pytest.param(kind, status, how, id=f"{kind.name}-{status}-{how}")
        for kind in KINDS
        for how in ("Retry-After", "none", *SAID_BY[kind.name])
        for status in (429, 200)
        # Of an answer that came, only the others say that the next question would be too many.
        if status == 429 or (LIMITS[how][0] and "Retry-After" not in LIMITS[how][0])
    ],
)
def test_a_limit_is_kept_however_it_is_said(kind: Kind, upstream: Upstream, how: str, status: int) -> None:
    headers, seconds = LIMITS[how]
    if status == 200:
        reply = kind.first([kind.item(1)])
        upstream.on(kind.path, served(dataclasses.replace(reply, headers={**reply.headers, **CLOCK, **headers})))
        upstream.on(f"{kind.path}?page=2", kind.last([kind.item(2)]))
    else:
        limited = served(Reply({}, 429, {**CLOCK, **headers}))
        upstream.on(kind.path, limited, kind.last([kind.item(1)]))
    waits = Waits()
    assert "1" in kind.ids(read(kind, upstream, sleep=waits))
    assert upstream.fired("it") == 1
    assert len(waits) == 1
    assert waits[0] == pytest.approx(seconds, abs=2)


def test_a_limit_that_lasts_longer_than_a_refresh_ends_the_read(kind: Kind, upstream: Upstream) -> None:
    upstream.on(kind.path, served(Reply({}, 429, {"Retry-After": "3600"})))
    waits = Waits()
    with pytest.raises(Later, match="rate limit reached until"):
        read(kind, upstream, sleep=waits)
    assert (upstream.fired("it"), waits) == (1, [])


# ---- what somebody must mend --------------------------------------------------------------------------------------

REFUSED = {
    "401": (Reply({"message": "no"}, 401), "does not accept the access key"),
    "403": (Reply({"message": "no"}, 403), "Give it the right to read"),
    "404": (Reply({"message": "no"}, 404), "Check its name"),
    "410": (Reply({"message": "gone"}, 410), "status 410|switched off"),
    "422": (Reply({"errorMessages": ["The value 'X' does not exist"]}, 422), "The value 'X' does not exist"),
    "login page": (Reply(b"<html>Please sign in</html>", 200, {"Content-Type": "text/html"}), "sign-in page"),
    "200 with an error": (Reply({"error": "not today"}), "not a list: not today"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_trying_again_cannot_mend_is_asked_once_and_said(kind: Kind, upstream: Upstream, fault: str) -> None:
    reply, words = REFUSED[fault]
    upstream.on(kind.path, served(reply))
    with pytest.raises(SourceError, match=words) as raised:
        read(kind, upstream)
    assert upstream.fired("it") == 1
    assert not isinstance(raised.value, Later)
    assert KEY not in str(raised.value)
    assert isinstance(raised.value, Refused) == (reply.status >= 400)


# ---- items --------------------------------------------------------------------------------------------------------

WRONG: list[Any] = [None, True, {}, [], "x", 7.5, -1, [[[]]], {"a": {}}]


@pytest.mark.parametrize("field", ["identity", "instant"])
def test_a_wrong_value_costs_its_row_and_no_other(kind: Kind, upstream: Upstream, field: str) -> None:
    path = getattr(kind, field)
    wrong = [each for each in WRONG if (kind.name, field, each) != ("jira", "identity", "x")]  # a key of Jira is text
    items = [set_at(kind.item(number), path, value) for number, value in enumerate(wrong, 10)]
    upstream.on(kind.path, served(kind.last([*items, kind.item(2), "nonsense"])))
    pages = read(kind, upstream)
    assert kind.ids(pages) == {"2"}
    *rejected, last = [row for page in pages for row in page.rejected_rows]
    assert len(rejected) == len(wrong)
    for row, value in zip(rejected, wrong, strict=True):
        assert (row.record, row.column, row.value) == (kind.source.records[0], path, str(value)), value
        assert row.reason
    assert last.value == "nonsense"
    assert upstream.fired("it") == 1


def test_a_word_that_nobody_knows_yet_stops_nothing(kind: Kind, upstream: Upstream) -> None:
    path, costs = kind.word
    upstream.on(kind.path, served(kind.last([set_at(kind.item(1), path, "brand new"), kind.item(2)])))
    pages = read(kind, upstream)
    assert kind.ids(pages) == ({"2"} if costs else {"1", "2"})
    assert len([row for page in pages for row in page.rejected_rows]) == costs
    assert upstream.fired("it") == 1


# ---- pages --------------------------------------------------------------------------------------------------------


def test_a_page_that_comes_twice_and_one_that_overlaps_lose_and_double_nothing(kind: Kind, upstream: Upstream) -> None:
    """As where items move while they are read, or several changed at the same instant at the border of two pages."""
    upstream.on(kind.path, kind.first([kind.item(1), kind.item(2)]))
    upstream.on(f"{kind.path}?page=2", served(kind.last([kind.item(2), kind.item(3)])))
    assert kind.ids(read(kind, upstream)) == {"1", "2", "3"}
    assert upstream.fired("it") == 1


def test_a_pagination_loop_is_stopped(kind: Kind, upstream: Upstream) -> None:
    upstream.on(kind.path, kind.first([kind.item(1)]))
    upstream.on(f"{kind.path}?page=2", served(kind.first([kind.item(2)])))  # once more names itself as the next
    with pytest.raises(SourceError, match="pagination loop"):
        read(kind, upstream)
    assert upstream.fired("it") == 1


def test_the_next_read_looks_back_behind_the_newest_change(kind: Kind, upstream: Upstream) -> None:
    upstream.on(kind.path, served(kind.last([kind.item(1)])))
    cursor = read(kind, upstream)[-1].cursor
    read(kind, upstream, cursor)
    query = next(seen.query for seen in reversed(upstream.log) if seen.path == kind.path)
    minutes = int((NOW - datetime(2026, 11, 1, 9, tzinfo=UTC)).total_seconds() // 60) + 1
    wanted = {
        "github": ("since", "2026-11-01T09:00:00Z"),
        "gitlab": ("updated_after", "2026-11-01T09:00:00Z"),
        "zendesk": ("cursor", "end"),
        "jira": ("jql", f"updated >= -{minutes}m"),
    }
    name, value = wanted[kind.name]
    assert value in query[name]
    assert upstream.fired("it") == 2


def test_a_place_to_go_on_that_is_no_longer_known_means_reading_again(kind: Kind, upstream: Upstream) -> None:
    upstream.on(kind.path, kind.first([kind.item(1)]))
    upstream.on(f"{kind.path}?page=2", Reply({}, 500))
    given: list[Page] = []
    with pytest.raises(Later):
        given.extend(kind.source.fetch(kind.request(upstream), limits=QUICK))
    upstream.on(f"{kind.path}?page=2", served(Reply({"message": "expired"}, 410)), kind.last([kind.item(2)]))
    assert kind.ids(read(kind, upstream, given[-1].cursor)) == {"1", "2"}
    assert upstream.fired("it") == 1


@pytest.mark.parametrize("how", ["redirect", "cursor"])
def test_another_host_never_hears_the_key(kind: Kind, upstream: Upstream, how: str) -> None:
    with Upstream() as other:
        other.on(kind.path, kind.last([kind.item(9)]))
        there = f"{other.url}{kind.path}"
        upstream.on(kind.path, served(Reply([], 302, {"Location": there})))
        cursor = None
        if how == "cursor":
            written = f'{{"since": "2026-11-01T00:00:00Z", "next": "{there}"}}'
            cursor = f'{{"tickets": {written}}}' if kind.name == "zendesk" else written
        with pytest.raises(SourceError, match="another host"):
            read(kind, upstream, cursor)
        assert other.log == []
    assert upstream.fired("it") == (how == "redirect")
