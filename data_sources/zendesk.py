"""Tickets, satisfaction ratings, and problem tickets (as bugs, with their incidents) from Zendesk Support."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from data_sources.kit import cells, keys, options, paging
from data_sources.kit.cursors import in_seconds
from data_sources.kit.labels import DEFAULT_SEVERITY
from data_sources.kit.streams import Count, Counted, Hosted, Rows, Site, Stream, source
from data_sources.source import Request
from store.records import Bug, BugReport, SurveyResponse, Ticket

EXPORT = paging.token("cursor", "after_cursor", last="end_of_stream", instead_of="start_time")
LIST = paging.token("page[after]", "meta.after_cursor", more="meta.has_more")
KINDS = {"problem": "problem", "incident": "problem", "question": "question", "task": "request"}
SOLVED = cells.only("status", ("solved", "closed"), cells.maybe(cells.instant, "metric_set.solved_at"))
BASE = cells.all_of(cells.number, id="id") | cells.all_of(cells.instant, opened_at="created_at")
BUG = BASE | cells.all_of(cells.masked, title="subject") | cells.all_of(cells.text, status="status")
BUG |= {"severity": cells.known("priority", DEFAULT_SEVERITY), "closed_at": SOLVED}
INCIDENT = cells.all_of(cells.number, id="id", ticket="id", bug="problem_id")
TICKET = BASE | {
    **cells.any_of(cells.text, channel="via.channel", priority="priority", subject="subject", excerpt="description"),
    **cells.any_of(cells.count, replies="metric_set.replies", reopens="metric_set.reopens"),
    "first_reply_at": cells.minutes_after("created_at", "metric_set.reply_time_in_minutes.calendar"),
    **{"solved_at": SOLVED, "kind": cells.known("type", KINDS)},
}
RATING = cells.all_of(cells.number, id="ticket_id", ticket="ticket_id") | {  # of each ticket the latest
    **cells.any_of(cells.text, comment="comment") | cells.all_of(cells.instant, sent_at="created_at"),
    **cells.all_of(cells.always, kind="csat", scale="1-2"),
    "score": cells.word("score", {"good": 2, "bad": 1, "offered": None}),
    "answered_at": cells.only("score", ("good", "bad"), cells.instant("updated_at")),
}


class Zendesk(Hosted):
    DOMAIN = "zendesk.com"
    email: str = Field("", description="the address of the admin whose API token this is; none with an OAuth token")
    token_env: options.KeyName = Field("ZENDESK_TOKEN", description="the environment variable that holds the token")
    customer: Literal["requester_id", "organization_id"] = Field("requester_id", description="which id is a customer's")

    def site(self) -> Site:
        auth, me = keys.basic(f"{self.email}/token") if self.email else keys.bearer, "/api/v2/users/me.json"
        return Site("Zendesk", "account", self.subdomain, self.address, "tickets as an admin", me, auth, needs_key=True)

    def lists(self, request: Request) -> list[Stream]:
        rows = [
            Rows(Ticket, TICKET | cells.any_of(cells.number, customer=self.customer), _is_here),
            Rows(Bug, BUG, lambda item: _is_here(item) and item.get("type") == "problem"),
            Rows(BugReport, INCIDENT, lambda item: _is_here(item) and item.get("problem_id") is not None),
            Rows(
                SurveyResponse, INCIDENT, _is_here, each=lambda item: [], declared=False
            ),  # a rating goes with its ticket
        ]
        path, first = (
            "/api/v2/incremental/tickets/cursor.json",
            {"start_time": 0, "include": "metric_sets", "per_page": 1000},
        )
        tickets = Stream("tickets", path, first, EXPORT, rows, in_seconds("start_time"), items="tickets", again=None)
        path, rows = "/api/v2/satisfaction_ratings.json", [Rows(SurveyResponse, RATING, _was_sent)]
        since, items = in_seconds("start_time"), "satisfaction_ratings"
        ratings = Stream("satisfaction ratings", path, {"page[size]": 100}, LIST, rows, since, "ticket_id", items=items)
        return [tickets, ratings]

    def sees(self, found: cells.Item) -> Iterator[str]:
        is_admin = cells.at(found, "user.role") == "admin"
        yield (
            "It can read tickets and ratings."
            if is_admin
            else "It cannot export tickets: that needs the key of an admin."
        )

    def counts(self) -> Counted:
        merged = Count("/api/v2/search/count.json", "count", {"query": "type:ticket tags:closed_by_merge"})
        return {"ticket": (Count("/api/v2/tickets/count.json", "count.value"), {"merged": merged})}


def _is_here(item: cells.Item) -> bool:
    return item.get("status") != "deleted" and "closed_by_merge" not in cells.names("tags")(item)


def _was_sent(item: cells.Item) -> bool:
    return item.get("score") != "unoffered"


PAGE = "https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/"
TABLES, RIGHTS = ("ticket", "survey_response", "bug", "bug_report"), "the API token of an admin, or OAuth scope read"
SOURCE = source(
    "zendesk", __doc__, Zendesk, TABLES, RIGHTS, PAGE, "assignee_id submitter_id collaborator_ids follower_ids"
)
