"""What the GitHub source promises, over real HTTP: all bugs and no person, patience within limits, secrets kept."""

from __future__ import annotations

import inspect
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

import refresh
from data_sources import github, source
from data_sources.kit.limits import Limits
from data_sources.source import Page, Request, SourceError
from settings import Settings, SourceSettings
from store import open_store
from store.marks import stored_fields
from store.records import BY_TABLE, Bug, BugReport, Release
from store.schema import cursor, listing
from tests import builders
from tests.data_sources.replay import Reply, Upstream

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TOKEN = "ghp_canaryCANARYcanary0123456789abcdefgh"
ISSUES, RELEASES = "/repos/octo/shop/issues", "/repos/octo/shop/releases"
BAD_NUMBER, DEEP = "a number of 5,000 digits", "900 lists in one another"
QUICK = Limits(connect=2, silence=2, request=5, first_wait=0.01)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        server.on(RELEASES, Reply([]))
        yield server


@pytest.fixture
def elsewhere() -> Iterator[Upstream]:
    """Another host: nobody must ask it anything."""
    with Upstream() as server:
        server.on("/steal", Reply([]))
        yield server


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


class Waits(list[float]):
    """Takes the place of time.sleep where a test wants to see how long was to be waited."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def asked(
    upstream: Upstream, since: str | None = None, now: datetime = NOW, zone: str = "Europe/Madrid", **options: Any
) -> Request:
    options = {"repository": "octo/shop", "base_url": upstream.url, **options}
    return Request("tracker", options, Settings(time_zone=zone), since, now)


def read(
    upstream: Upstream,
    since: str | None = None,
    limits: Limits = QUICK,
    sleep: Callable[[float], None] | None = None,
    **options: Any,
) -> list[Page]:
    more = {} if sleep is None else {"sleep": sleep}
    return list(github.SOURCE.fetch(asked(upstream, since, **options), limits=limits, **more))


def bugs(pages: list[Page]) -> dict[str, Bug]:
    return {record.id.split("#")[1]: record for page in pages for record in page.records if isinstance(record, Bug)}


def issue(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": 1_000 + number,
        "number": number,
        "title": f"Coupon {number} fails",
        "state": "open",
        "state_reason": None,
        "labels": [{"name": "bug"}],
        "user": {"login": "jo-lind", "id": 77, "type": "User"},
        "assignee": {"login": "priya-dev", "id": 78},
        "assignees": [{"login": "priya-dev", "id": 78}],
        "author_association": "NONE",
        "comments": 41,
        "created_at": f"2026-10-{number % 28 + 1:02d}T10:00:00Z",
        "updated_at": f"2026-11-{number % 18 + 1:02d}T10:00:00Z",
        "closed_at": None,
        "html_url": f"https://github.com/octo/shop/issues/{number}",
        "body": "I am Jo Lind, jo@shop.example",
        **fields,
    }


def linked(body: Any, page: int, **more: Any) -> Reply:
    return Reply(
        body,
        headers={"Link": f'<{{base}}{ISSUES}?page={page}>; rel="next", <{{base}}{ISSUES}?page=9>; rel="last"'},
        **more,
    )


# ---- what becomes of an issue -----------------------------------------------------------------------------------


def test_an_issue_with_a_bug_label_becomes_a_bug(upstream: Upstream) -> None:
    labels = [{"name": "Bug"}, {"name": "Severity: Major"}, {"name": "area: Checkout"}, {"name": "team:Payments"}]
    upstream.on(ISSUES, Reply([issue(5, labels=labels)]))
    (bug,) = bugs(read(upstream)).values()
    assert bug == Bug(
        id="octo/shop#5",
        title="Coupon 5 fails",
        opened_at=datetime(2026, 10, 6, 10, tzinfo=UTC),
        severity="major",
        status="open",
        area="Checkout",
        owner="Payments",
        url="https://github.com/octo/shop/issues/5",
    )


def test_pull_requests_and_other_issues_are_left_out_but_counted_as_read(upstream: Upstream) -> None:
    pull = issue(2, pull_request={"html_url": "https://github.com/octo/shop/pull/2"})
    nulls = issue(3, pull_request={"html_url": None, "diff_url": None})  # as older servers say "not a pull request"
    upstream.on(ISSUES, Reply([issue(1), pull, nulls, issue(4, labels=[{"name": "question"}])]))
    pages = read(upstream)
    assert set(bugs(pages)) == {"1", "3"}
    assert sum(page.read for page in pages) == 4


def test_which_labels_make_a_bug_is_a_setting(upstream: Upstream) -> None:
    upstream.on(ISSUES, Reply([issue(1), issue(2, labels=["defect"]), issue(3, labels=[])]))
    assert set(bugs(read(upstream, bug_labels=["Defect"]))) == {"2"}
    assert set(bugs(read(upstream, bug_labels=[]))) == {"1", "2", "3"}


def test_labels_are_translated_by_the_settings_and_the_worst_severity_counts(upstream: Upstream) -> None:
    upstream.on(ISSUES, Reply([issue(1, labels=["bug", "P3", "Sev 1", "gui"])]))
    (bug,) = bugs(read(upstream, severity={"p3": "minor", "sev 1": "blocker"}, areas={"GUI": "Screens"})).values()
    assert (bug.severity, bug.area) == ("blocker", "Screens")
    (bug,) = bugs(read(upstream)).values()
    assert (bug.severity, bug.area, bug.owner) == (None, None, None)


@pytest.mark.parametrize(
    ("reason", "fixed", "status"),
    [
        ("completed", True, "fixed"),
        ("not_planned", False, "not planned"),
        ("duplicate", False, "duplicate"),
        (None, False, "closed"),
    ],
)
def test_only_what_was_closed_as_completed_counts_as_fixed(
    upstream: Upstream, reason: str | None, fixed: bool, status: str
) -> None:
    upstream.on(ISSUES, Reply([issue(1, state="closed", state_reason=reason, closed_at="2026-11-02T12:00:00Z")]))
    (bug,) = bugs(read(upstream)).values()
    closed = datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert (bug.closed_at, bug.fixed_at, bug.status) == (closed, closed if fixed else None, status)


def test_no_person_is_read_and_nobody_is_the_owner(upstream: Upstream) -> None:
    upstream.on(ISSUES, Reply([issue(1)]))
    pages = read(upstream)
    told = repr(pages)
    assert not any(person in told for person in ("jo-lind", "priya-dev", "Jo Lind", "77", "78"))
    assert not any(isinstance(record, BugReport) for page in pages for record in page.records)


def test_authors_are_customers_only_where_the_settings_say_so_and_never_the_staff(upstream: Upstream) -> None:
    bot = issue(3, user={"login": "ci", "id": 79, "type": "Bot"})
    upstream.on(ISSUES, Reply([issue(1), issue(2, author_association="MEMBER"), bot, issue(4, user=None)]))
    records = [record for page in read(upstream, authors_are_customers=True) for record in page.records]
    reports = [record for record in records if isinstance(record, BugReport)]
    opened = datetime(2026, 10, 2, 10, tzinfo=UTC)
    assert reports == [BugReport("octo/shop#1/author", "octo/shop#1", None, "github-77", opened, "author")]


def test_releases_that_reached_customers_are_read(upstream: Upstream) -> None:
    release = {"id": 9, "name": "Faster checkout", "tag_name": "v2.1", "published_at": "2026-11-01T08:00:00Z"}
    unnamed = {**release, "id": 8, "name": None}
    upstream.on(
        RELEASES,
        Reply([release, unnamed, {**release, "id": 7, "draft": True}, {**release, "id": 6, "prerelease": True}]),
    )
    upstream.on(ISSUES, Reply([]))
    records = [record for page in read(upstream) for record in page.records]
    at = datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert records == [Release("octo/shop@9", "Faster checkout", at), Release("octo/shop@8", "v2.1", at)]
    assert [record for page in read(upstream, releases=False) for record in page.records] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", None),
        ("number", "7"),
        ("number", True),
        ("title", None),
        ("title", {}),
        ("created_at", "soon"),
        ("created_at", 7),
        ("state", "merged"),
        ("labels", "bug"),
        ("updated_at", None),
        ("closed_at", "never"),
        ("created_at", "9999-12-31T23:59:59-05:00"),
        ("created_at", "0001-01-01T00:00:00+05:00"),
        ("closed_at", "9999-12-31T23:59:59-05:00"),
        ("updated_at", "9999-12-31T23:59:59-05:00"),
        ("updated_at", "0001-01-01T00:00:00+05:00"),
        ("created_at", "2026-02-30T00:00:00Z"),
        ("created_at", "99999-99-99T00:00:00Z"),
        ("created_at", "2026-11-21T25:00:00Z"),
        ("created_at", "9" * 5_000),
        ("created_at", 1e400),
        ("created_at", float("nan")),
        ("number", float("nan")),
        ("number", float("inf")),
        ("number", float("-inf")),
        ("number", 7.5),
        ("number", -1),
        ("number", 0),
        ("number", 10**29),
        ("number", BAD_NUMBER),
        ("state", float("nan")),
        ("state_reason", {}),
        ("state_reason", ["completed"]),
        ("labels", float("nan")),
        ("labels", {"name": "bug"}),
        ("title", float("nan")),
        ("title", "\x00\x1b\u200b"),
        ("title", "\ud800"),
        ("title", DEEP),
        ("labels", DEEP),
    ],
)
def test_an_issue_that_cannot_be_read_is_set_aside_with_the_reason_and_the_rest_goes_in(
    upstream: Upstream, field: str, value: Any
) -> None:
    # BAD_NUMBER and DEEP stand for what json.dumps does not write.
    broken = json.dumps([{**issue(1), field: value}, issue(2), "nonsense"])
    broken = broken.replace(f'"{BAD_NUMBER}"', "9" * 5_000).replace(f'"{DEEP}"', "[" * 900 + "]" * 900)
    upstream.on(ISSUES, Reply(broken.encode(), fault="it"))
    pages = read(upstream)
    assert set(bugs(pages)) == {"2"}
    first, second = [aside for page in pages for aside in page.rejected_rows]
    assert upstream.fired("it") == 1
    assert (first.record, first.column) == ("bug", field)
    assert first.reason
    assert second.value == "nonsense"


def test_how_deep_an_answer_may_be_nested_is_our_own_bound_and_not_what_is_left_of_the_interpreters(
    upstream: Upstream,
) -> None:
    """Beneath a deep stack, or where another library changed the limit, the same answer gives the same rows."""
    broken = json.dumps([{**issue(1), "title": DEEP}, issue(2)]).replace(f'"{DEEP}"', "[" * 5_000 + "]" * 5_000)
    upstream.on(ISSUES, Reply(broken.encode(), fault="it"))
    before = sys.getrecursionlimit()
    found = []
    try:
        for limit in (len(inspect.stack(0)) + 400, 20_000):
            sys.setrecursionlimit(limit)
            pages = read(upstream)
            found.append((set(bugs(pages)), [row.column for page in pages for row in page.rejected_rows]))
    finally:
        sys.setrecursionlimit(before)
    assert found == [({"2"}, ["title"])] * 2
    assert upstream.fired("it") == 2


# ---- pages and the cursor ---------------------------------------------------------------------------------------


def test_all_pages_are_read_also_where_one_is_empty_or_comes_twice(upstream: Upstream) -> None:
    upstream.on(ISSUES, linked([issue(1), issue(2)], 2))
    upstream.on(f"{ISSUES}?page=2", linked([issue(1), issue(2)], 3))
    upstream.on(f"{ISSUES}?page=3", linked([], 4))
    upstream.on(f"{ISSUES}?page=4", Reply([issue(3)]))
    assert set(bugs(read(upstream))) == {"1", "2", "3"}
    assert upstream.asked(ISSUES)[0].query | {"page": "1"} == {
        "state": "all", "sort": "created", "direction": "asc", "per_page": "100", "page": "1",
    }  # fmt: skip


@pytest.mark.parametrize(
    "link",
    [
        '<{next}>; rel="next"',
        "<{next}>; rel=next",
        '<{next}>; title="a=b"; rel="next"',
        '<{next}>; REL="last Next"',
        '<{next}&x=a;b,c>; rel="next"',
        '<{first}>;rel="first",<{next}>;rel="next",<{first}>;rel="prev"',
        '<{first}>; rel="nextish" , <{next}> ; rel = "next"',
    ],
)
def test_every_way_to_say_where_the_next_page_is_leads_there(upstream: Upstream, link: str) -> None:
    said = link.format(next="{base}" + ISSUES + "?page=2", first="{base}" + ISSUES)
    upstream.on(ISSUES, Reply([issue(1)], headers={"Link": said}))
    upstream.on(f"{ISSUES}?page=2", Reply([issue(2)], fault="second"))
    assert set(bugs(read(upstream))) == {"1", "2"}
    assert upstream.fired("second") == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply([issue(1)], headers={"Link": "nonsense"}, fault="it"),
        Reply([issue(1)], headers={"Link": "http://127.0.0.1/?page=2; rel=next"}, fault="it"),
        Reply([issue(1)], 206, fault="it"),
        Reply([], 202, fault="it"),
    ],
)
def test_what_may_be_a_part_is_not_taken_for_the_whole(upstream: Upstream, reply: Reply) -> None:
    upstream.on(ISSUES, reply)
    with pytest.raises(SourceError, match=r"where the next page is|status 20[26]"):
        read(upstream)
    assert upstream.fired("it") == QUICK.tries


def test_a_pagination_loop_is_stopped(upstream: Upstream) -> None:
    upstream.on(ISSUES, linked([issue(1)], 2))
    upstream.on(f"{ISSUES}?page=2", linked([issue(2)], 3))
    upstream.on(f"{ISSUES}?page=3", linked([issue(3)], 2, fault="circle"))
    with pytest.raises(SourceError, match="pagination loop"):
        read(upstream)
    assert upstream.fired("circle") == 1
    assert len(upstream.asked(ISSUES)) == 3


def test_the_next_read_asks_for_what_changed_since_an_hour_before_the_newest_change(upstream: Upstream) -> None:
    upstream.on(
        ISSUES, Reply([issue(1, updated_at="2026-11-18T10:00:00Z"), issue(2, updated_at="2026-11-03T10:00:00Z")])
    )
    first = read(upstream)
    assert first[-1].cursor is not None
    read(upstream, first[-1].cursor)
    assert upstream.asked(ISSUES)[-1].query["since"] == "2026-11-18T09:00:00Z"


def test_an_issue_from_the_future_does_not_hide_what_changes_next(upstream: Upstream) -> None:
    upstream.on(
        ISSUES, Reply([issue(1, updated_at="2026-11-24T10:00:00Z")], headers={"Date": "Sat, 21 Nov 2026 09:00:00 GMT"})
    )
    read(upstream, read(upstream)[-1].cursor)
    assert upstream.asked(ISSUES)[-1].query["since"] == "2026-11-21T08:00:00Z"


@pytest.mark.parametrize(
    ("clock", "updated"),
    [
        ("Mon, 01 Jan 0001 00:00:00 GMT", "0001-01-01T00:00:00Z"),
        ("Fri, 31 Dec 9999 23:59:59 -0500", "9999-12-31T23:59:59Z"),
        ("Sat, 21 Nov 2026 12:00:00 +99999999999", "0001-01-01T00:00:00Z"),
        ("Sat, 99 Nov 2026 99:99:99 GMT", "9999-12-31T23:59:59Z"),
        ("soon", "0001-01-01T00:00:00Z"),
        ("", "9999-12-31T23:59:59Z"),
    ],
)
def test_a_clock_that_cannot_be_does_not_stop_this_read_or_the_next(
    upstream: Upstream, clock: str, updated: str
) -> None:
    upstream.on(ISSUES, Reply([issue(1, updated_at=updated), issue(2)], headers={"Date": clock}, fault="clock"))
    first = read(upstream)
    assert set(bugs(first)) == {"1", "2"}
    assert set(bugs(read(upstream, first[-1].cursor))) == {"1", "2"}
    assert upstream.fired("clock") == 2
    assert upstream.asked(ISSUES)[-1].query["since"] <= "2026-11-21T09:30:00Z"


def test_a_quiet_day_does_not_move_the_cursor_back_or_ahead(upstream: Upstream) -> None:
    upstream.on(ISSUES, Reply([]))
    since = '{"since": "2026-11-18T09:00:00Z", "listed": "2026-11-20T09:00:00Z"}'
    assert read(upstream, since)[-1].cursor == since
    upstream.on(ISSUES, Reply([issue(1, updated_at="2026-11-18T09:10:00Z")]))
    assert read(upstream, since)[-1].cursor == since


def test_a_read_that_was_cut_off_goes_on_at_the_next_page_and_forgets_no_change(upstream: Upstream) -> None:
    began = {"Date": "Sat, 21 Nov 2026 09:00:00 GMT"}
    upstream.on(ISSUES, linked([issue(1, updated_at="2026-11-21T08:59:00Z")], 2))
    upstream.replies[ISSUES][0].headers.update(began)
    upstream.on(f"{ISSUES}?page=2", Reply({"message": "no"}, 500, fault="down"))
    given: list[Page] = []
    with pytest.raises(SourceError, match="has not answered since 10:30"):
        given.extend(github.SOURCE.fetch(asked(upstream), limits=QUICK))
    assert upstream.fired("down") == QUICK.tries
    upstream.on(f"{ISSUES}?page=2", Reply([issue(2, updated_at="2026-11-21T09:20:00Z")]))
    again = read(upstream, given[-1].cursor)
    assert set(bugs(again)) == {"2"}
    assert json.loads(again[-1].cursor or "") == {"since": "2026-11-21T08:00:00Z", "listed": "2026-11-21T09:30:00Z"}


def test_a_place_to_go_on_that_is_gone_means_beginning_again(upstream: Upstream) -> None:
    upstream.on(ISSUES, Reply([issue(1)]))
    upstream.on(f"{ISSUES}?page=7", Reply({"message": "gone"}, 422, fault="gone"))
    cursor = json.dumps({"since": "2026-11-01T00:00:00Z", "next": f"{upstream.url}{ISSUES}?page=7"})
    assert set(bugs(read(upstream, cursor))) == {"1"}
    assert upstream.fired("gone") == 1


@pytest.mark.parametrize(
    "cursor", ["", "nonsense", "[]", "{}", '{"since": 7}', '{"since": "2026-11-01"}', '{"next": 7}', "null"]
)
def test_a_cursor_that_nobody_understands_means_reading_everything(upstream: Upstream, cursor: str) -> None:
    upstream.on(ISSUES, Reply([issue(1)]))
    assert set(bugs(read(upstream, cursor))) == {"1"}
    assert "since" not in upstream.asked(ISSUES)[0].query


# ---- what is no longer there ----------------------------------------------------------------------------------------

RECENT = json.dumps({"since": "2026-11-18T09:00:00Z", "listed": "2026-11-20T09:00:00Z"})


def test_every_page_says_of_which_list_it_is_and_the_last_one_that_the_list_is_whole(upstream: Upstream) -> None:
    release = {"id": 9, "name": "Faster checkout", "published_at": "2026-11-01T08:00:00Z"}
    link = {"Link": f'<{{base}}{RELEASES}?page=2>; rel="next"'}
    upstream.on(RELEASES, Reply([release], headers=link))
    upstream.on(f"{RELEASES}?page=2", Reply([{**release, "id": 8}]))
    upstream.on(ISSUES, linked([issue(1)], 2))
    upstream.on(f"{ISSUES}?page=2", Reply([issue(2)]))
    pages = read(upstream)
    assert [(page.place, page.whole, page.partial) for page in pages] == [
        ("octo/shop releases", False, False),
        ("octo/shop releases", True, False),
        ("octo/shop issues", False, False),
        ("octo/shop issues", True, False),
    ]
    assert [page.everything for page in pages] == [False, False, False, True]
    again = read(upstream, pages[-1].cursor)
    assert [(page.place, page.whole, page.partial) for page in again] == [
        ("octo/shop releases", False, True),
        ("octo/shop issues", False, True),
        ("octo/shop issues", False, True),
    ]
    assert not any(page.everything for page in again)
    assert "since" in upstream.asked(ISSUES)[-2].query


def test_the_rest_of_a_read_that_was_cut_off_is_not_the_whole(upstream: Upstream) -> None:
    upstream.on(f"{ISSUES}?page=2", Reply([issue(2)]))
    (page,) = read(upstream, json.dumps({"next": f"{upstream.url}{ISSUES}?page=2"}))
    assert (page.whole, page.partial) == (False, True)


@pytest.mark.parametrize("listed", ["2026-11-14T09:00:00Z", "2026-12-01T09:00:00Z", None])
def test_everything_is_listed_again_after_a_week_and_forgets_no_change(upstream: Upstream, listed: str | None) -> None:
    upstream.on(ISSUES, Reply([issue(1)]))
    cursor = {"since": "2026-11-18T09:00:00Z"} | ({"listed": listed} if listed else {})
    page = read(upstream, json.dumps(cursor))[-1]
    assert (page.whole, page.partial) == (True, False)
    assert "since" not in upstream.asked(ISSUES)[-1].query
    assert json.loads(page.cursor or "") == {"since": "2026-11-18T09:00:00Z", "listed": "2026-11-21T09:30:00Z"}
    assert read(upstream, page.cursor)[-1].partial


def test_an_issue_that_is_no_longer_a_bug_is_gone(upstream: Upstream) -> None:
    pull = issue(2, pull_request={"html_url": "https://github.com/octo/shop/pull/2"})
    staff = issue(3, author_association="MEMBER")
    upstream.on(ISSUES, Reply([issue(1, labels=[{"name": "question"}]), pull, staff, issue(4)]))
    page = read(upstream, RECENT, authors_are_customers=True)[-1]
    assert page.gone == [
        ("bug", "octo/shop#1"),
        ("bug_report", "octo/shop#1/author"),
        ("bug", "octo/shop#2"),
        ("bug_report", "octo/shop#2/author"),
        ("bug_report", "octo/shop#3/author"),
    ]
    assert {record.id for record in page.records} == {"octo/shop#3", "octo/shop#4", "octo/shop#4/author"}


def test_a_release_that_was_taken_back_is_gone(upstream: Upstream) -> None:
    release = {"id": 9, "name": "Faster checkout", "published_at": "2026-11-01T08:00:00Z"}
    back = [{**release, "id": 8, "draft": True}, {**release, "id": 7, "prerelease": True}]
    upstream.on(RELEASES, Reply([release, *back, {**release, "id": 6, "published_at": None}]))
    upstream.on(ISSUES, Reply([]))
    assert read(upstream)[0].gone == [("release", f"octo/shop@{number}") for number in (8, 7, 6)]


@pytest.mark.parametrize("ignored", [False, True])
def test_a_full_page_of_which_nobody_says_that_it_is_the_last_is_not_taken_for_it(
    upstream: Upstream, ignored: bool
) -> None:
    """A proxy that drops the Link header must not cost all issues after the first hundred."""
    hundred = [issue(number) for number in range(1, 101)]
    upstream.on(ISSUES, Reply(hundred, fault="no link"))
    if not ignored:  # else the server gives the same page, whatever number is asked for
        upstream.on(f"{ISSUES}?page=2", Reply([issue(number) for number in range(101, 201)], fault="no link"))
        upstream.on(f"{ISSUES}?page=3", Reply([issue(201)]))
    pages = read(upstream)
    assert len(bugs(pages)) == (100 if ignored else 201)
    assert pages[-1].whole
    assert "next" not in json.loads(pages[-1].cursor or "")
    assert upstream.fired("no link") == 2
    at_page_2 = json.dumps({"next": f"{upstream.url}{ISSUES}?per_page=100&page=2"})
    assert len(bugs(read(upstream, at_page_2))) == (100 if ignored else 101)


def test_what_github_cannot_say_is_not_declared(upstream: Upstream) -> None:
    declares = source("github").declares
    assert declares is not None
    found = declares(asked(upstream, token_env="NO_SUCH_KEY"))
    assert set(found) == {"bug", "release"}
    assert {"id", "title", "opened_at", "severity", "fixed_at", "closed_at", "area", "owner"} <= found["bug"]
    assert not {"released_at", "expected_on"} & found["bug"]
    found = declares(asked(upstream, area_prefix="", team_prefix="", releases=False, authors_are_customers=True))
    assert not {"area", "owner"} & found["bug"]
    assert set(found) == {"bug", "bug_report"}
    assert "ticket" not in found["bug_report"]
    for record, fields in found.items():
        assert fields <= {each.name for each in stored_fields(BY_TABLE[record])}


def test_an_issue_that_stays_rejected_is_still_listed_after_a_read_of_what_changed(
    upstream: Upstream, database_url: str
) -> None:
    told = SourceSettings(type="github", repository="octo/shop", base_url=upstream.url)
    settings = builders.settings(database_url).model_copy(update={"sources": {"tracker": told}})

    def rejected() -> list[str]:
        (outcome,) = refresh.refresh(settings, NOW)
        assert outcome.failed is None
        store = open_store(settings)
        with store.reading() as published:
            found = sorted(each["place"] for each in published.rejected_rows())
        store.engine.dispose()
        return found

    # One that the source cannot read, one that the store refuses, one of each that will be mended.
    never, early = {"title": None}, {"created_at": "1066-10-14T00:00:00Z"}
    upstream.on(ISSUES, Reply([issue(1, **never), issue(2, **early), issue(3, **never), issue(4, **early), issue(5)]))
    store_says = "octo/shop issues octo/shop#"
    assert rejected() == [store_says + "2", store_says + "4", "octo/shop#1", "octo/shop#3"]
    upstream.on(ISSUES, Reply([issue(3), issue(4), issue(6, **never)], fault="changed"))
    assert rejected() == [store_says + "2", "octo/shop#1", "octo/shop#6"]
    upstream.on(ISSUES, Reply([issue(1, labels=[]), issue(2, **never)], fault="changed"))
    assert rejected() == ["octo/shop#2", "octo/shop#6"]
    assert upstream.fired("changed") == 2


def test_what_a_store_of_before_holds_goes_with_the_next_whole_list(upstream: Upstream, database_url: str) -> None:
    """Of its rows nobody noted in which list they stood; a key that may not read the releases says nothing of them."""
    told = SourceSettings(type="github", repository="octo/shop", base_url=upstream.url)
    settings = builders.settings(database_url).model_copy(update={"sources": {"tracker": told}})
    store = open_store(settings)

    def held() -> tuple[str | None, int]:
        (outcome,) = refresh.refresh(settings, NOW)
        with store.reading() as published:
            return outcome.failed, published.rows("bug")

    upstream.on(ISSUES, Reply([issue(number) for number in range(1, 11)]))
    assert held() == (None, 10)
    with store.engine.begin() as connection:  # its cursor knows nothing of weekly lists
        connection.execute(delete(listing))
        connection.execute(insert(listing).values(source="tracker", place="", record="", run=0, part=0, ids=b""))
        connection.execute(update(cursor).values(value=json.dumps({"since": "2026-11-18T09:00:00Z"})))
    upstream.on(ISSUES, Reply([issue(number) for number in range(1, 10)], fault="deleted"))
    upstream.on(RELEASES, Reply({}, status=404))
    assert held()[0] is not None
    assert held()[1] == 10
    with store.engine.begin() as connection:
        connection.execute(update(cursor).values(value=json.dumps({"since": "2026-11-18T09:00:00Z"})))
    upstream.on(RELEASES, Reply([]))
    assert held() == (None, 9)
    assert upstream.fired("deleted") >= 2
    store.engine.dispose()


# ---- secrets and hosts --------------------------------------------------------------------------------------------


def test_the_access_key_is_sent_and_never_told(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TRACKER_KEY", TOKEN)
    upstream.on(ISSUES, Reply({"message": "Bad credentials"}, 401))
    with caplog.at_level(logging.DEBUG), pytest.raises(SourceError, match="TRACKER_KEY") as raised:
        read(upstream, token_env="TRACKER_KEY", releases=False)
    assert upstream.log[-1].headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in caplog.text + str(raised.value) + repr(raised.getrepr(showlocals=True, style="long"))


@pytest.mark.parametrize("how", ["next page", "redirect", "redirect to a file", "redirect to metadata", "resumed"])
def test_another_host_is_never_asked(
    upstream: Upstream, elsewhere: Upstream, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    there = {"redirect to a file": "file:///etc/passwd", "redirect to metadata": "http://169.254.169.254/latest"}.get(
        how, f"{elsewhere.url}/steal"
    )
    cursor = None
    if how == "next page":
        upstream.on(ISSUES, Reply([issue(1)], headers={"Link": f'<{there}>; rel="next"'}, fault=how))
    else:
        upstream.on(ISSUES, Reply([], 302, {"Location": there}, fault=how))
    if how == "resumed":
        cursor = json.dumps({"next": there})
    with pytest.raises(SourceError, match="another host") as raised:
        read(upstream, cursor)
    assert upstream.fired(how) == (0 if how == "resumed" else 1)
    assert elsewhere.log == []
    assert TOKEN not in str(raised.value)


def test_a_repository_that_moved_on_the_same_host_is_followed(upstream: Upstream) -> None:
    upstream.on(ISSUES, Reply([], 301, {"Location": "{base}/repositories/7/issues"}, fault="moved"))
    upstream.on("/repositories/7/issues", Reply([issue(1)]))
    assert set(bugs(read(upstream))) == {"1"}
    assert upstream.fired("moved") == 1


def test_redirects_without_end_are_stopped(upstream: Upstream) -> None:
    upstream.on(ISSUES, Reply([], 302, {"Location": "{base}" + ISSUES}, fault="round"))
    with pytest.raises(SourceError, match="redirect loop"):
        read(upstream)
    assert upstream.fired("round") == QUICK.redirects + 1


# ---- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "reply"),
    [
        ("503", Reply({}, 503, fault="503")),
        ("502 page", Reply(b"<html>Bad gateway</html>", 502, {"Content-Type": "text/html"}, fault="502 page")),
        ("cut", Reply([issue(1)], cut_at=40, fault="cut")),
        ("cut json", Reply(b'[{"number": 1, "title"', fault="cut json")),
        ("deep", Reply(b"[" * 100_000, fault="deep")),
        ("empty", Reply(b"", fault="empty")),
        ("204", Reply(b"", 204, fault="204")),
        ("429", Reply({"message": "slow down"}, 429, {"Retry-After": "0"}, fault="429")),
    ],
)
def test_what_goes_wrong_twice_and_then_right_is_nobodys_worry(upstream: Upstream, fault: str, reply: Reply) -> None:
    upstream.on(ISSUES, reply, reply, Reply([issue(1)]))
    assert set(bugs(read(upstream))) == {"1"}
    assert upstream.fired(fault) == 2


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply({}, 503, fault="it"), "status 503"),
        (Reply(b"", fault="it"), "an empty answer"),
        (Reply(b"[{", fault="it"), "a truncated or garbled answer"),
        (Reply([issue(1)], cut_at=9, fault="it"), "a truncated answer"),
    ],
)
def test_what_goes_on_being_wrong_says_since_when_and_why_and_gives_no_rows(
    upstream: Upstream, reply: Reply, words: str
) -> None:
    upstream.on(ISSUES, reply)
    with pytest.raises(SourceError, match=rf"has not answered since 10:30 \({words}\); the next refresh tries again"):
        read(upstream)
    assert upstream.fired("it") == QUICK.tries


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(b"<html>Please sign in</html>", 200, {"Content-Type": "text/html"}, fault="it"), "sign-in page"),
        (Reply({"message": "no list"}, fault="it"), "no list"),
        (Reply({"message": "Not Found"}, 404, fault="it"), "cannot find repository octo/shop"),
        (Reply({"message": "Bad credentials"}, 401, fault="it"), "does not accept the access key in GITHUB_TOKEN"),
        (Reply({"message": "Resource not accessible"}, 403, fault="it"), "Give it the right to read issues"),
        (Reply({"message": "disabled"}, 410, fault="it"), "issues switched off"),
        (Reply({"message": "bad"}, 422, fault="it"), "status 422"),
    ],
)
def test_what_trying_again_cannot_mend_is_asked_once_and_said_in_words(
    upstream: Upstream, reply: Reply, words: str
) -> None:
    upstream.on(ISSUES, reply)
    with pytest.raises(SourceError, match=words):
        read(upstream)
    assert upstream.fired("it") == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"message": "\x1b[2J\x1b]0;owned\x07 \u009b31m\u202e\r\n50 % %s {base}"}, fault="it"),
        Reply(b"x", 200, {"Content-Type": "text/\x1b[31m\x07html\x9b31m"}, fault="it"),
        Reply([], 302, {"Location": "http://\x1b[31m.example/"}, fault="it"),
        Reply([], 302, {"Location": "http://%1b[31m.example/"}, fault="it"),
        Reply({"message": "\x1b[2J"}, 422, {"X-\x1b[31m": "\x1b[31m"}, fault="it"),
        Reply([], 429, {"Retry-After": "\x1b[31m", "Date": "\x1b[31m"}, fault="it"),
    ],
)
def test_nothing_that_a_server_sends_can_command_a_terminal(
    upstream: Upstream, caplog: pytest.LogCaptureFixture, reply: Reply
) -> None:
    upstream.on(ISSUES, reply)
    with pytest.raises(SourceError) as raised:
        read(upstream, sleep=Waits(), limits=Limits(connect=2, silence=0.3, request=5, first_wait=0.01, tries=2))
    assert upstream.fired("it") >= 1
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 300
    assert all(record.getMessage().isprintable() for record in caplog.records)


@pytest.mark.parametrize(
    ("status", "words"), [(403, "Give it the right to read issues and contents"), (404, "does not show it")]
)
def test_a_key_that_may_not_read_releases_still_reads_the_bugs(upstream: Upstream, status: int, words: str) -> None:
    upstream.on(RELEASES, Reply({"message": "Resource not accessible"}, status, fault="releases"))
    upstream.on(ISSUES, Reply([issue(1)]))
    given: list[Page] = []
    with pytest.raises(SourceError, match=words):
        given.extend(github.SOURCE.fetch(asked(upstream), limits=QUICK))
    assert upstream.fired("releases") == 1
    assert set(bugs(given)) == {"1"}


def test_a_limit_is_kept_for_as_long_as_it_says(upstream: Upstream) -> None:
    upstream.on(ISSUES, Reply({"message": "slow down"}, 429, {"Retry-After": "1"}, fault="429"), Reply([issue(1)]))
    assert set(bugs(read(upstream))) == {"1"}
    first, second = upstream.asked(ISSUES)
    assert first.fault == "429"
    assert second.at - first.at >= 1.0


def test_the_secondary_limit_of_a_403_is_kept_too(upstream: Upstream) -> None:
    said = {"message": "You have exceeded a secondary rate limit"}
    upstream.on(ISSUES, Reply(said, 403, {"Retry-After": "1"}, fault="403"), Reply([issue(1)]))
    assert set(bugs(read(upstream))) == {"1"}
    first, second = upstream.asked(ISSUES)
    assert first.fault == "403"
    assert second.at - first.at >= 1.0


def test_with_no_question_left_the_next_page_waits_for_the_reset_by_the_other_sides_clock(upstream: Upstream) -> None:
    clock = {"Date": "Sat, 21 Nov 2026 12:00:00 GMT"}  # two and a half hours ahead of ours
    reset = str(int(datetime(2026, 11, 21, 12, 0, 40, tzinfo=UTC).timestamp()))
    upstream.on(ISSUES, linked([issue(1)], 2, fault="used up"))
    upstream.replies[ISSUES][0].headers.update(clock, **{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})
    upstream.on(f"{ISSUES}?page=2", Reply([issue(2)]))
    waits = Waits()
    assert set(bugs(read(upstream, sleep=waits))) == {"1", "2"}
    assert upstream.fired("used up") == 1
    assert len(waits) == 1
    assert 40 <= waits[0] <= 41.5


def test_waiting_is_said(upstream: Upstream, caplog: pytest.LogCaptureFixture) -> None:
    upstream.on(ISSUES, Reply({}, 429, {"Retry-After": "120"}, fault="429"), Reply([issue(1)]))
    waits = Waits()
    read(upstream, sleep=waits)
    assert upstream.fired("429") == 1
    assert waits == [120.0]
    assert "Waiting for GitHub (octo/shop) until 10:32." in caplog.text


@pytest.mark.parametrize(
    ("headers", "until"),
    [
        ({"Retry-After": "3600"}, "until 11:30"),
        ({"Retry-After": "86400"}, "until 22 Nov 2026 10:30"),
        ({"Retry-After": "1000000000"}, "for more than a year"),
        ({"Retry-After": "9" * 400}, "for more than a year"),
        ({"Retry-After": "9" * 5_000}, "for more than a year"),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 18}, "for more than a year"),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 400}, "for more than a year"),
    ],
)
@pytest.mark.parametrize("status", [429, 403])
def test_a_wait_that_is_too_long_ends_the_read_and_says_until_when(
    upstream: Upstream, headers: dict[str, str], until: str, status: int
) -> None:
    upstream.on(ISSUES, Reply({}, status, headers, fault="limit"))
    waits = Waits()
    with pytest.raises(SourceError, match=f"rate limit reached {until}"):
        read(upstream, sleep=waits)
    assert upstream.fired("limit") == 1
    assert waits == []


@pytest.mark.parametrize("reset", ["9" * 18, "9" * 400, "9" * 5_000])
def test_a_limit_that_never_ends_keeps_the_page_that_told_it(upstream: Upstream, reset: str) -> None:
    upstream.on(ISSUES, linked([issue(1)], 2, fault="used up"))
    upstream.replies[ISSUES][0].headers.update({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})
    given: list[Page] = []
    with pytest.raises(SourceError, match="rate limit reached for more than a year"):
        given.extend(github.SOURCE.fetch(asked(upstream), limits=QUICK))
    assert upstream.fired("used up") == 1
    assert set(bugs(given)) == {"1"}


@pytest.mark.parametrize(
    "after",
    [
        *("soon", "-5", "", "1e3", "1.5", "+5", "nan", "inf", "0x10", "1_000", "\xb2", "Thu, 01 Jan 1970 00:00:00 GMT"),
        *(
            "Fri, 31 Dec 9999 23:59:59 -0500",
            "Mon, 01 Jan 0001 00:00:00 +0500",
            "Sat, 21 Nov 2026 12:00:00 +99999999999",
        ),
    ],
)
def test_nonsense_about_the_wait_means_a_minute(upstream: Upstream, after: str) -> None:
    upstream.on(ISSUES, Reply({}, 429, {"Retry-After": after}, fault="429"), Reply([issue(1)]))
    waits = Waits()
    read(upstream, sleep=waits)
    assert upstream.fired("429") == 1
    assert waits == [60.0]


def test_a_date_to_wait_for_counts_by_the_other_sides_clock(upstream: Upstream) -> None:
    headers = {"Date": "Sat, 21 Nov 2026 12:00:00 GMT", "Retry-After": "Sat, 21 Nov 2026 12:00:30 GMT"}
    upstream.on(ISSUES, Reply({}, 503, headers, fault="503"), Reply([issue(1)]))
    waits = Waits()
    read(upstream, sleep=waits)
    assert upstream.fired("503") == 1
    assert waits == [30.0]


def test_an_answer_that_drips_for_ever_ends_at_the_deadline(upstream: Upstream) -> None:
    upstream.on(ISSUES, Reply([issue(1)], drip=0.05, fault="drip"))
    limits = Limits(connect=2, silence=2, request=0.4, whole=60, first_wait=0.01, tries=2)
    with pytest.raises(SourceError, match="no complete answer within"):
        read(upstream, limits=limits)
    assert upstream.fired("drip") == 2
    assert upstream.log[-1].at - upstream.log[-2].at < 2


def test_the_whole_read_has_an_end_too(upstream: Upstream) -> None:
    upstream.on(ISSUES, Reply({}, 503, {"Retry-After": "50"}, fault="503"))
    waits = Waits()
    with pytest.raises(SourceError, match="longer than a refresh may take"):
        read(upstream, sleep=waits, limits=Limits(whole=30))
    assert upstream.fired("503") == 1
    assert waits == []


@pytest.mark.parametrize("zipped", [False, True])
def test_an_answer_that_is_too_big_is_not_read_to_its_end(upstream: Upstream, zipped: bool) -> None:
    upstream.on(ISSUES, Reply(b"[" + b" " * 3_000_000 + b"]", zipped=zipped, fault="big"))
    with pytest.raises(SourceError, match="more than 1,000,000 bytes"):
        read(upstream, limits=Limits(most_bytes=1_000_000))
    assert upstream.fired("big") == 1


def test_an_answer_of_too_many_values_does_not_fill_the_memory(upstream: Upstream) -> None:
    upstream.on(ISSUES, Reply(b"[" + b"{}," * 1_100_000 + b"{}]", fault="many"))
    with pytest.raises(SourceError, match="more than 2,000,000 values"):
        read(upstream)
    assert upstream.fired("many") == 1


def test_a_closed_door_is_said_in_words() -> None:
    with Upstream() as server:
        pass
    with pytest.raises(SourceError, match=r"has not answered since 10:30 \(no connection\)"):
        read(server)


# ---- settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"repository": "shop"}, 'write it like "owner/name"'),
        ({"repository": "../../user"}, 'write it like "owner/name"'),
        ({"repository": "octo/.."}, 'write it like "owner/name"'),
        ({"colour": "red"}, "colour: there is no such setting"),
        ({"severity": {"p1": "awful"}}, "is not one of cosmetic, minor, major, blocker"),
        ({"bug_labels": "bug"}, "write a list"),
        ({"token_env": "NO_SUCH_KEY"}, "that environment variable is empty"),
        ({"base_url": "ftp://127.0.0.1"}, "is not a web address"),
        ({"base_url": "http://github.example"}, "is not encrypted"),
        ({"look_back_minutes": -1}, "write a number of minutes"),
        ({"releases": "yes"}, "write true or false"),
    ],
)
def test_a_wrong_setting_is_said_before_anything_is_asked(
    upstream: Upstream, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(SourceError, match=words):
        read(upstream, **options)
    assert upstream.log == []


def test_the_source_is_in_the_table_of_contents() -> None:
    assert source("github") is github.SOURCE


# ---- recorded answers ---------------------------------------------------------------------------------------------

TESTDATA = Path(os.environ.get("EMPATHY_TESTDATA") or Path(__file__).parents[2].parent / "shared" / "testdata")


def recorded(name: str) -> Any:
    path = TESTDATA / "payloads" / name
    if not path.exists():
        pytest.skip(f"the recorded answers are not here: {path} (EMPATHY_TESTDATA says where they are)")
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_recorded_listing_of_fourteen_pages_is_read_to_its_end(upstream: Upstream) -> None:
    exchanges = recorded("github-pygithub/Issue33.testOpenIssues.json")
    path = "/repos/openframeworks/openFrameworks/issues"
    upstream.on("/repos/openframeworks/openFrameworks/releases", Reply([]))
    for number, exchange in enumerate(exchanges, 1):
        link = exchange["headers"]["link"].replace("https://api.github.com", "{base}")
        upstream.on(f"{path}?page={number}" if number > 1 else path, Reply(exchange["body"], headers={"Link": link}))
    pages = read(upstream, repository="openframeworks/openFrameworks")
    assert sum(page.read for page in pages) == sum(len(exchange["body"]) for exchange in exchanges) == 338
    assert len(upstream.asked(path)) == 14


def test_recorded_issues_of_a_real_program_become_its_bugs(upstream: Upstream) -> None:
    recorded("github-raw-core-gui/issues__1.json")
    folder = TESTDATA / "payloads" / "github-raw-core-gui"
    issues = [json.loads(path.read_text(encoding="utf-8"))["issue"] for path in sorted(folder.glob("*.json"))]
    upstream.on(ISSUES, linked(issues[:25], 2))
    upstream.on(f"{ISSUES}?page=2", Reply(issues[25:]))
    pages = read(upstream)
    wanted = {str(each["number"]): each for each in issues if "Bug" in [label["name"] for label in each["labels"]]}
    found = bugs(pages)
    assert set(found) == set(wanted)
    assert len(found) == 18
    assert [aside for page in pages for aside in page.rejected_rows] == []
    for number, bug in found.items():
        assert (bug.fixed_at is not None) == (wanted[number]["state_reason"] == "completed")
        assert bug.opened_at == datetime.fromisoformat(wanted[number]["created_at"])
        assert bug.closed_at is None or bug.closed_at - bug.opened_at > timedelta(0)


def test_a_recorded_release_is_read(upstream: Upstream) -> None:
    exchange = recorded("github-pygithub/ReleaseRead.testGetRelease.json")[2]
    upstream.on(RELEASES, Reply([exchange["body"]]))
    upstream.on(ISSUES, Reply([]))
    assert read(upstream)[0].records == [
        Release("octo/shop@28524234", "Test", datetime(2020, 7, 14, 0, 58, 20, tzinfo=UTC))
    ]


def test_recorded_pull_requests_are_left_out(upstream: Upstream) -> None:
    mixed = [*recorded("perceval-github/github_issue_2"), *recorded("perceval-github/github_request")]
    upstream.on(ISSUES, Reply(mixed))
    assert set(bugs(read(upstream))) == {"2"}
    assert set(bugs(read(upstream, bug_labels=[]))) == {"2"}


def test_a_recorded_abuse_limit_is_waited_for(upstream: Upstream) -> None:
    upstream.on(ISSUES, Reply(recorded("perceval-github/abuse_rate_limit"), 403, fault="abuse"), Reply([issue(1)]))
    waits = Waits()
    assert set(bugs(read(upstream, sleep=waits))) == {"1"}
    assert upstream.fired("abuse") == 1
    assert waits == [60.0]
