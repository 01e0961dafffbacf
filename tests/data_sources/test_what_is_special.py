"""What is special to GitLab, Zendesk and Jira: hidden and deleted items, links, what a key may see, what they count."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_sources import source
from data_sources.source import Page, Request, SourceError
from settings import Settings
from store.records import Bug, BugReport, SurveyResponse, Ticket
from tests.builders import NOW
from tests.data_sources.replay import Reply, Upstream
from tests.data_sources.systems import GITLAB, JQL, KINDS, TICKETS, set_at
from tests.project import ROOT

KIND = {kind.name: kind for kind in KINDS}
RATINGS = "/api/v2/satisfaction_ratings.json"
OPENED = datetime(2026, 10, 1, 10, tzinfo=UTC)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        server.on(RATINGS, Reply({"satisfaction_ratings": [], "meta": {"has_more": False}}))
        yield server


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB", "GITLAB", "ZENDESK", "JIRA"):
        monkeypatch.setenv(f"{name}_TOKEN", "canary")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def request(name: str, upstream: Upstream, **options: Any) -> Request:
    return Request("it", {**KIND[name].options, "base_url": upstream.url, **options}, Settings(), None, NOW)


def read(name: str, upstream: Upstream, items: list[Any], **options: Any) -> Page:
    """All pages as one."""
    upstream.on(KIND[name].path, KIND[name].last(items))
    whole = Page()
    for page in source(name).fetch(request(name, upstream, **options)):
        whole.records += page.records
        whole.gone += page.gone
        whole.rejected_rows += page.rejected_rows
    return whole


def test_a_confidential_issue_is_shown_only_where_the_settings_say_so_and_a_moved_one_is_gone(
    upstream: Upstream,
) -> None:
    hidden, moved = KIND["gitlab"].item(1) | {"confidential": True}, KIND["gitlab"].item(2) | {"moved_to_id": 9}
    page = read("gitlab", upstream, [hidden, moved, KIND["gitlab"].item(3)])
    assert [bug.id for bug in page.records] == ["octo/shop#3"]
    assert page.gone == [("bug", "octo/shop#1"), ("bug", "octo/shop#2")]
    page = read("gitlab", upstream, [hidden], confidential=True)
    assert [bug.id for bug in page.records] == ["octo/shop#1"]
    assert upstream.asked(GITLAB.replace("%2F", "%2F"))[0].query["pagination"] == "keyset"


def test_a_closed_issue_of_gitlab_is_closed_and_not_fixed(upstream: Upstream) -> None:
    more = {"state": "closed", "closed_at": "2026-10-02T10:00:00Z", "due_date": "2026-12-01"}
    labels = ["bug", "severity::1", "area::Checkout", "severity::high"]
    (bug,) = read("gitlab", upstream, [KIND["gitlab"].item(1) | more | {"labels": labels}]).records
    assert (bug.status, bug.fixed_at, bug.expected_on) == ("closed", None, date(2026, 12, 1))
    assert (bug.severity, bug.area) == ("major", "Checkout")


def test_deleted_and_merged_tickets_are_gone_with_their_ratings_and_links(upstream: Upstream) -> None:
    item = KIND["zendesk"].item
    page = read(
        "zendesk", upstream, [item(1) | {"status": "deleted"}, item(2) | {"tags": ["closed_by_merge"]}, item(3)]
    )
    assert [record.id for record in page.records] == ["3"]
    kinds = ("ticket", "bug", "bug_report", "survey_response")
    assert {(kind, id) for kind in kinds for id in ("1", "2")} <= set(page.gone)
    assert ("ticket", "3") not in page.gone


def test_of_an_item_that_one_page_lists_twice_the_last_state_holds(upstream: Upstream) -> None:
    item = KIND["zendesk"].item
    deleted = item(1) | {"status": "deleted"}
    page = read("zendesk", upstream, [deleted, item(1)])
    assert [record.id for record in page.records] == ["1"]
    assert not {("ticket", "1"), ("survey_response", "1")} & set(
        page.gone
    )  # nor is its rating, which comes in another list
    page = read("zendesk", upstream, [item(1), deleted])
    assert page.records == []
    assert {("ticket", "1"), ("survey_response", "1")} <= set(page.gone)
    labelled, moved = KIND["gitlab"].item(1), KIND["gitlab"].item(1) | {"moved_to_id": 9}
    assert [bug.id for bug in read("gitlab", upstream, [moved, labelled]).records] == ["octo/shop#1"]


def test_a_bad_cell_is_a_rejected_row_of_the_record_that_it_was_for_and_costs_no_other(upstream: Upstream) -> None:
    incident = KIND["zendesk"].item(2) | {"type": "incident", "problem_id": "one"}
    page = read("zendesk", upstream, [incident])
    assert [(row.record, row.column) for row in page.rejected_rows] == [("bug_report", "problem_id")]
    assert [record.TABLE for record in page.records] == ["ticket"]
    reply = {"metric_set": {"replies": -1}}
    page = read("zendesk", upstream, [KIND["zendesk"].item(3) | {"type": "incident", "problem_id": 1} | reply])
    assert [(row.record, row.column) for row in page.rejected_rows] == [("ticket", "metric_set.replies")]
    assert page.records == [BugReport("3", "1", "3")]
    ticket = {**KIND["jira"].item(9), "key": "SUP-9"}
    for path in ("fields.created", "fields.updated"):  # without the second nothing of an item can be read
        page = read("jira", upstream, [set_at(ticket, path, "soon")], ticket_projects=["SUP"])
        assert [(row.record, row.column) for row in page.rejected_rows] == [("ticket", path)]


def test_a_problem_ticket_is_a_bug_and_its_incidents_report_it(upstream: Upstream) -> None:
    item = KIND["zendesk"].item
    problem = item(1) | {"type": "problem", "subject": "Coupons fail for jo@shop.example", "priority": "urgent"}
    times = {"reply_time_in_minutes": {"calendar": 90}, "solved_at": "2026-10-03T10:00:00Z", "replies": 2, "reopens": 1}
    incident = item(2) | {"type": "incident", "problem_id": 1, "status": "solved", "metric_set": times}
    records = read("zendesk", upstream, [problem, incident]).records
    (bug,) = [each for each in records if isinstance(each, Bug)]
    assert (bug.id, bug.title, bug.severity) == ("1", "Coupons fail for [e-mail]", "blocker")
    assert [each for each in records if isinstance(each, BugReport)] == [BugReport("2", "1", "2")]
    ticket = next(each for each in records if isinstance(each, Ticket) and each.id == "2")
    assert ticket.first_reply_at == datetime(2026, 10, 1, 11, 30, tzinfo=UTC)
    assert ticket.solved_at == datetime(2026, 10, 3, 10, tzinfo=UTC)
    assert (ticket.replies, ticket.reopens, ticket.kind, ticket.customer) == (2, 1, "problem", "7")


def test_ratings_are_answers_on_a_scale_of_two_and_offers_are_surveys_without_one(upstream: Upstream) -> None:
    base = {"created_at": "2026-10-01T10:00:00Z", "updated_at": "2026-10-02T10:00:00Z", "requester_id": 7}
    scores = ["good", "bad", "offered", "unoffered", "brilliant"]
    ratings = [{**base, "id": 100 + n, "ticket_id": n, "score": score} for n, score in enumerate(scores, 1)]
    upstream.on(RATINGS, Reply({"satisfaction_ratings": ratings, "meta": {"has_more": False}}))
    page = read("zendesk", upstream, [])
    found = [each for each in page.records if isinstance(each, SurveyResponse)]
    assert [(each.id, each.score, each.scale) for each in found] == [
        ("1", 2, "1-2"),
        ("2", 1, "1-2"),
        ("3", None, "1-2"),
    ]
    assert [each.answered_at is not None for each in found] == [True, True, False]
    assert [(row.column, row.value) for row in page.rejected_rows] == [("score", "brilliant")]


def test_an_issue_of_jira_that_is_linked_to_a_ticket_is_reported_by_it(upstream: Upstream) -> None:
    bug = set_at(
        KIND["jira"].item(1), "fields.issuelinks", [{"inwardIssue": {"key": "SUP-9"}}, {"outwardIssue": {"key": "X-1"}}]
    )
    done = {
        "resolution": {"name": "Fixed"},
        "resolutiondate": "2026-10-05T10:00:00.000+0000",
        "priority": {"name": "Highest"},
    }
    bug["fields"] |= done | {"components": [{"name": "Checkout"}]}
    ticket = {**KIND["jira"].item(9), "key": "SUP-9"}
    ticket["fields"] |= {"issuetype": {"name": "Service Request"}, "reporter": {"accountId": "abc"}}
    records = read("jira", upstream, [bug, ticket], ticket_projects=["SUP"]).records
    (found,) = [each for each in records if isinstance(each, Bug)]
    fixed = datetime(2026, 10, 5, 10, tzinfo=UTC)
    assert (found.id, found.fixed_at, found.severity, found.area) == ("SHOP-1", fixed, "blocker", "Checkout")
    assert [each for each in records if isinstance(each, BugReport)] == [BugReport("SHOP-1/SUP-9", "SHOP-1", "SUP-9")]
    assert [(each.id, each.customer) for each in records if isinstance(each, Ticket)] == [("SUP-9", "abc")]
    assert 'project in ("SUP")' in upstream.asked(JQL)[0].query["jql"]


CHECKS: list[tuple[str, str, Any, str]] = [
    ("github", "/repos/octo/shop", {"private": True, "has_issues": False}, "It cannot read bugs"),
    (
        "gitlab",
        "/projects/octo%2Fshop",
        {"permissions": {"project_access": {"access_level": 10}}},
        "cannot see confidential",
    ),
    ("zendesk", "/api/v2/users/me.json", {"user": {"role": "agent"}}, "needs the key of an admin"),
    ("jira", "/rest/api/3/project/search", {"values": []}, "It cannot see SHOP."),
]


@pytest.mark.parametrize(("name", "path", "answer", "words"), CHECKS)
def test_one_harmless_question_says_what_a_key_cannot_see(
    upstream: Upstream, name: str, path: str, answer: Any, words: str
) -> None:
    upstream.on(path, Reply(answer))
    check = source(name).check
    assert check is not None
    assert words in " ".join(check(request(name, upstream)))
    assert len(upstream.log) == 1


COUNTS: list[tuple[str, str, Any, dict[str, Any]]] = [
    ("github", "/search/issues", {"total_count": 41}, {"bug": (41, {})}),
    ("jira", "/rest/api/3/search/approximate-count", {"count": 41}, {"bug": (41, {})}),
]


@pytest.mark.parametrize(("name", "path", "answer", "found"), COUNTS)
def test_a_system_is_asked_how_many_it_counts_itself(
    upstream: Upstream, name: str, path: str, answer: Any, found: dict[str, Any]
) -> None:
    upstream.on(path, Reply(answer))
    counts = source(name).counts
    assert counts is not None
    assert counts(request(name, upstream)) == found


ODD: list[tuple[str, str, Any, str]] = [
    ("github", "/search/issues", {"total_count": None}, "total_count: is not a number that counts from 0"),
    ("jira", "/rest/api/3/search/approximate-count", {"count": "41"}, "count: is not a number that counts from 0"),
    ("zendesk", "/api/v2/users/me.json", {"user": "root"}, "user.role: is not an object"),
    ("jira", "/rest/api/3/project/search", {"values": {"key": "SHOP"}}, "values: is not a list"),
]


@pytest.mark.parametrize(("name", "path", "answer", "words"), ODD)
def test_an_odd_answer_to_a_harmless_question_is_one_sentence(
    upstream: Upstream, name: str, path: str, answer: Any, words: str
) -> None:
    upstream.on(path, Reply(answer, fault="it"))
    check, counts = source(name).check, source(name).counts
    assert check is not None
    assert counts is not None
    with pytest.raises(SourceError, match=re.escape(f"gave an unreadable answer ({words})")):
        counts(request(name, upstream)) if "count" in words else list(check(request(name, upstream)))
    assert upstream.fired("it") == 1


@pytest.mark.parametrize(("path", "field"), [(TICKETS, "status"), (TICKETS, "tags"), (RATINGS, "score")])
def test_an_odd_sign_of_what_is_gone_costs_its_item_and_no_other(upstream: Upstream, path: str, field: str) -> None:
    item = KIND["zendesk"].item
    rating = item(1) | {"ticket_id": 7, "score": "good"}
    odd, good = (item(1), item(2)) if path == TICKETS else (rating, rating | {"ticket_id": 8})
    items = [odd | {field: [{"x": 1}]}, good]
    if path == RATINGS:
        upstream.on(RATINGS, Reply({"satisfaction_ratings": items, "meta": {"has_more": False}}))
    page = read("zendesk", upstream, items if path == TICKETS else [])
    assert [each.id for each in page.records] == (["2"] if path == TICKETS else ["8"])
    assert [(row.column, row.reason) for row in page.rejected_rows] == [(field, "one of them has no name")]


def test_zendesk_names_the_merged_tickets_that_it_counts_and_we_do_not(upstream: Upstream) -> None:
    upstream.on("/api/v2/tickets/count.json", Reply({"count": {"value": 2_301}}))
    upstream.on("/api/v2/search/count.json", Reply({"count": 19}))
    counts = source("zendesk").counts
    assert counts is not None
    assert counts(request("zendesk", upstream)) == {"ticket": (2_301, {"merged": 19})}


def test_gitlab_names_the_moved_and_the_confidential_issues_that_it_counts_and_we_do_not(upstream: Upstream) -> None:
    item, counts = KIND["gitlab"].item, source("gitlab").counts
    assert counts is not None
    statistics = "/projects/octo%2Fshop/issues_statistics"
    every, hidden = Reply({"statistics": {"counts": {"all": 41}}}), Reply({"statistics": {"counts": {"all": 6}}})
    upstream.on(GITLAB, KIND["gitlab"].first([item(1), item(2) | {"moved_to_id": 9}, None]))
    upstream.on(
        f"{GITLAB}?page=2", KIND["gitlab"].last([item(3) | {"moved_to_id": 8}, item(4) | {"moved_to_id": None}])
    )
    upstream.on(statistics, every, hidden)
    assert counts(request("gitlab", upstream)) == {"bug": (41, {"moved elsewhere": 2, "confidential": 6})}
    # An issue that is both is one that is missing here, so it is asked for as one of them.
    assert {"labels": "bug", "confidential": "false"}.items() <= upstream.asked(GITLAB)[0].query.items()
    asked = [seen.query for seen in upstream.asked(statistics)]
    # Unless it is told otherwise it counts the issues that the owner of the key has opened.
    assert asked == [{"scope": "all", "labels": "bug"}, {"scope": "all", "labels": "bug", "confidential": "true"}]
    upstream.on(statistics, every)
    assert counts(request("gitlab", upstream, confidential=True)) == {"bug": (41, {"moved elsewhere": 2})}
    assert counts(request("gitlab", upstream, bug_labels=["bug", "crash"])) == {}


def test_jira_is_asked_for_as_many_bugs_as_a_refresh_takes_of_it(upstream: Upstream) -> None:
    """A refresh asks for all issues of these types, and leaves out those without the label; a count must not."""
    upstream.on("/rest/api/3/search/approximate-count", Reply({"count": 41}))
    counts = source("jira").counts
    assert counts is not None
    counts(request("jira", upstream, bug_types=["Bug", "Defect"], bug_labels=["customer", 'so "called"']))
    asked = json.loads(upstream.log[-1].body)["jql"]
    bugs = '(project in ("SHOP") AND issuetype in ("Bug","Defect"))'
    assert asked == bugs + r' AND labels in ("customer","so \"called\"")'
    counts(request("jira", upstream))
    assert json.loads(upstream.log[-1].body)["jql"] == '(project in ("SHOP") AND issuetype in ("Bug"))'


@pytest.mark.parametrize("name", ["gitlab", "zendesk", "jira"])
def test_what_is_special_to_a_system_takes_at_most_sixty_lines(name: str) -> None:
    lines = (ROOT / "data_sources" / f"{name}.py").read_text("utf-8").splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 120


# ---- recorded answers ---------------------------------------------------------------------------------------------

TESTDATA = Path(os.environ.get("EMPATHY_TESTDATA") or Path(__file__).parents[2].parent / "shared" / "testdata")


def recorded(name: str) -> Any:
    path = TESTDATA / "payloads" / name
    if not path.exists():
        pytest.skip(f"the recorded answers are not here: {path} (EMPATHY_TESTDATA says where they are)")
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_recorded_export_of_zendesk_is_read_though_it_names_another_host(upstream: Upstream) -> None:
    body = recorded("zendesk-zenpy/TicketsIncrementalTest.test_get_values.json")[1]["body"]
    page = read("zendesk", upstream, body["tickets"])
    assert page.rejected_rows == []
    deleted = {str(each["id"]) for each in body["tickets"] if each["status"] == "deleted"}
    assert deleted
    assert len({each.id for each in page.records if isinstance(each, Ticket)}) == len(
        {each["id"] for each in body["tickets"]} - {int(id) for id in deleted}
    )
    assert {("ticket", id) for id in deleted} <= set(page.gone)


def test_recorded_issues_of_gitlab_become_bugs(upstream: Upstream) -> None:
    issues = [row["data"] for row in recorded("devlake-gitlab/issues.json")]
    issues = [json.loads(each) if isinstance(each, str) else each for each in issues]
    page = read("gitlab", upstream, issues, bug_labels=[], confidential=True)
    assert page.rejected_rows == []
    assert len(page.records) + len(page.gone) == len(issues) > 5
    more = [*recorded("perceval-gitlab/issue_page_1"), *recorded("perceval-gitlab/issue_page_2")]
    assert len(read("gitlab", upstream, more, bug_labels=[]).records) == len(more)


def test_recorded_issues_of_jira_become_bugs(upstream: Upstream) -> None:
    issues = [
        *recorded("perceval-jira/jira_issues_page_1.json")["issues"],
        *recorded("perceval-jira/jira_issues_page_2.json")["issues"],
    ]
    page = read("jira", upstream, issues, projects=["HELP"], bug_types=["extRequest"])
    assert [(row.column, row.value) for row in page.rejected_rows] == [("fields.summary", "")]
    wanted = [each for each in issues if each["fields"]["issuetype"]["name"] == "extRequest"]
    assert len(page.records) + len(page.rejected_rows) == len(wanted) > 1


def test_a_recorded_issue_that_came_from_another_project_of_gitlab_is_a_bug_here(upstream: Upstream) -> None:
    page = read("gitlab", upstream, [recorded("gitlab-go-gitlab/issue_move.json")], bug_labels=[])
    (bug,) = page.records
    assert (bug.id, bug.status, bug.closed_at, bug.expected_on) == ("octo/shop#11", "open", None, None)
    assert bug.opened_at == datetime(2016, 4, 5, 21, 41, 45, 652_000, tzinfo=UTC)
    assert bug.url == "http://example.com/example/example/issues/11"
    assert page.rejected_rows == []


def test_recorded_labels_without_a_name_are_not_taken_for_no_labels(upstream: Upstream) -> None:
    """As events of GitLab write them: an issue is not left out because nobody could read that it is a bug."""
    issues = [
        recorded("gitlab-go-gitlab/issue.json")["object_attributes"],
        recorded("gitlab-go-gitlab/note_issue.json")["issue"],
    ]
    page = read("gitlab", upstream, issues, bug_labels=["API", "Element"])
    assert page.records == []
    assert [(row.place, row.column, row.reason) for row in page.rejected_rows] == [
        ("octo/shop#23", "labels", "one of them has no name"),
        ("octo/shop#17", "labels", "one of them has no name"),
    ]
    assert len(read("gitlab", upstream, issues, bug_labels=[]).rejected_rows) == 2  # nor is how bad it is guessed


def recorded_issue() -> dict[str, Any]:
    """One of a sprint, which was asked for without its summary."""
    (issue,) = recorded("jira-go-jira/issues_in_sprint.json")["issues"]
    issue["fields"]["summary"] = "Coupon"
    return dict(issue)


def in_words(name: str) -> list[str]:
    return [each["name"] for each in recorded(f"jira-go-jira/{name}.json")]


def test_each_recorded_priority_of_jira_says_how_bad_a_bug_is(upstream: Upstream) -> None:
    words = in_words("all_priorities")
    issue = recorded_issue()
    issues = [set_at(issue, "fields.priority.name", word) | {"key": f"AR-{n}"} for n, word in enumerate(words, 1)]
    bugs = read("jira", upstream, issues, projects=["AR"], bug_types=["Task"]).records
    severities = ["blocker", "blocker", "major", "minor", "cosmetic"]
    assert dict(zip(words, (bug.severity for bug in bugs), strict=True)) == dict(
        zip(["Blocker", "Critical", "Major", "Minor", "Trivial"], severities, strict=True)
    )
    assert {bug.opened_at for bug in bugs} == {datetime(2015, 12, 2, 15, 39, 15, tzinfo=UTC)}
    assert {bug.fixed_at for bug in bugs} == {datetime(2015, 12, 7, 22, 19, 13, tzinfo=UTC)}
    assert {(bug.status, bug.area, bug.expected_on) for bug in bugs} == {("Ready", None, None)}


def test_of_the_recorded_resolutions_of_jira_those_are_a_fix_that_changed_something(upstream: Upstream) -> None:
    words = in_words("all_resolutions")
    issue = recorded_issue()
    issues = [set_at(issue, "fields.resolution.name", word) | {"key": f"AR-{n}"} for n, word in enumerate(words)]
    bugs = read("jira", upstream, issues, projects=["AR"], bug_types=["Task"]).records
    fixed = {word for word, bug in zip(words, bugs, strict=True) if bug.fixed_at}
    assert fixed == {"Fixed", "Done", "Resolved", "Implemented", "Delivered"}
    assert all(bug.closed_at for bug in bugs)  # with any resolution it is closed, as Jira itself says


def test_a_recorded_link_of_jira_reports_a_bug_whichever_its_type_and_way(upstream: Upstream) -> None:
    issue = recorded_issue()
    ways = ("inwardIssue", "outwardIssue")
    links = [
        {"id": str(n), "type": kind, ways[n % 2]: {"id": str(n), "key": f"SUP-{n}", "fields": {"summary": "Help"}}}
        for n, kind in enumerate(recorded("jira-go-jira/all_issuelinktypes.json"), 1)
    ]
    page = read(
        "jira",
        upstream,
        [set_at(issue, "fields.issuelinks", links)],
        projects=["AR"],
        bug_types=["Task"],
        ticket_projects=["SUP"],
    )
    reports = [each for each in page.records if isinstance(each, BugReport)]
    assert {each.ticket for each in reports} == {link[ways[n % 2]]["key"] for n, link in enumerate(links, 1)}
    assert page.rejected_rows == []


def test_a_recorded_project_of_jira_is_one_that_the_key_can_read(upstream: Upstream) -> None:
    upstream.on("/rest/api/3/project/search", Reply({"values": [recorded("jira-go-jira/project.json")]}))
    check = source("jira").check
    assert check is not None
    can, cannot = check(request("jira", upstream, projects=["abdera", "SHOP"]))
    assert (can[:19], cannot) == ("It can read abdera,", "It cannot see SHOP.")


@pytest.mark.parametrize(
    ("name", "words"),
    [("no_permissionscheme", "Permission scheme 101001 does not exist"), ("no_role", "Role with given id not found.")],
)
def test_a_recorded_refusal_of_jira_is_said_in_its_own_words(upstream: Upstream, name: str, words: str) -> None:
    upstream.on(JQL, Reply(recorded(f"jira-go-jira/{name}.json"), 400))
    with pytest.raises(SourceError, match=words):
        list(source("jira").fetch(request("jira", upstream)))


def ticket_with(upstream: Upstream, metrics: dict[str, Any]) -> Ticket:
    (ticket,) = read("zendesk", upstream, [KIND["zendesk"].item(1) | {"metric_set": metrics}]).records
    assert isinstance(ticket, Ticket)
    return ticket


def test_recorded_metrics_of_a_ticket_without_an_answer_are_no_first_reply(upstream: Upstream) -> None:
    (metrics,) = recorded("zendesk-airbyte/ticket_metrics.json")["ticket_metrics"]
    ticket = ticket_with(upstream, metrics)
    assert (ticket.first_reply_at, ticket.replies, ticket.reopens) == (None, 0, 0)
    # Other accounts write 0 minutes where nobody has replied.
    nothing = {"replies": 0, "reply_time_in_minutes": {"calendar": 0, "business": 0}}
    assert ticket_with(upstream, metrics | nothing).first_reply_at is None
    at_once = {"replies": 1, "reply_time_in_minutes": {"calendar": 0, "business": 0}}
    assert ticket_with(upstream, metrics | at_once).first_reply_at == OPENED


def test_the_metrics_in_the_description_of_zendesk_are_read_as_calendar_time(upstream: Upstream) -> None:
    metrics = recorded("../specs/zendesk-support.json")["components"]["schemas"]["TicketMetricObject"]["example"]
    ticket = ticket_with(upstream, metrics)
    replied = OPENED + timedelta(minutes=2391)
    assert (ticket.first_reply_at, ticket.replies, ticket.reopens) == (replied, 322, 55)
    assert ticket_with(upstream, metrics | {"reply_time_in_minutes": None}).first_reply_at == replied  # by messaging


def test_a_recorded_rating_of_zendesk_is_sent_when_it_was_made_and_answered_when_it_last_changed(
    upstream: Upstream,
) -> None:
    upstream.on(RATINGS, Reply(recorded("zendesk-airbyte/satisfaction_ratings.json")))
    (rating,) = read("zendesk", upstream, []).records
    assert isinstance(rating, SurveyResponse)
    assert (rating.id, rating.ticket, rating.score, rating.comment) == ("35436", "35436", 2, "Great support!")
    assert rating.sent_at == datetime(2009, 7, 20, 22, 55, 29, tzinfo=UTC)
    assert rating.answered_at == datetime(2011, 5, 5, 10, 38, 52, tzinfo=UTC)
