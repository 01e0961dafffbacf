"""Tickets, satisfaction ratings, and problem tickets (as bugs, with their incidents) from Zendesk Support."""

from typing import Literal

from pydantic import Field

from data_sources.kit import cells, cursors, labels, paging
from data_sources.kit.streams import Count, Counted, Hosted, Rows, Site, Stream, source
from store.records import Bug, BugReport, SurveyResponse, Ticket

DOCS = "https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/"
RIGHTS = "the API token of an admin, or OAuth scope read"
DROPS = "assignee_id submitter_id collaborator_ids follower_ids"
TICKETS = "/api/v2/incremental/tickets/cursor.json?include=metric_sets&per_page=1000"
EXPORT = paging.token("cursor", "after_cursor", "tickets", last="end_of_stream", instead_of="start_time")
RATINGS = "/api/v2/satisfaction_ratings.json?page[size]=100"
LIST = paging.token("page[after]", "meta.after_cursor", "satisfaction_ratings", more="meta.has_more")
GONE = (cells.has("status", "deleted"), cells.has("tags", "closed_by_merge"))
SOLVED = cells.only("status", ("solved", "closed"), cells.maybe(cells.instant, "metric_set.solved_at"))
BASE = cells.all_of(cells.number, id="id") | cells.all_of(cells.instant, opened_at="created_at")
BUG = BASE | cells.all_of(cells.masked, title="subject") | cells.all_of(cells.text, status="status")
BUG |= {"severity": cells.known("priority", labels.DEFAULT_SEVERITY), "closed_at": SOLVED}
INCIDENT = cells.all_of(cells.number, id="id", ticket="id", bug="problem_id")
KINDS = {"problem": "problem", "incident": "problem", "question": "question", "task": "request"}
TICKET = BASE | {"kind": cells.known("type", KINDS), "solved_at": SOLVED}
TICKET |= cells.any_of(cells.text, channel="via.channel", priority="priority", subject="subject", excerpt="description")
TICKET |= cells.any_of(cells.count, replies="metric_set.replies", reopens="metric_set.reopens")
REPLY = {unit: f"metric_set.reply_time_in_{unit}.calendar" for unit in ("minutes", "seconds")}  # messaging: in seconds
TICKET |= {"first_reply_at": cells.unless("metric_set.replies", (0,), cells.after("created_at", REPLY))}
RATING = cells.all_of(cells.number, id="ticket_id", ticket="ticket_id") | cells.any_of(cells.text, comment="comment")
RATING |= cells.all_of(cells.instant, sent_at="created_at") | cells.all_of(cells.always, kind="csat", scale="1-2")
RATING |= {"score": cells.word("score", {"good": 2, "bad": 1, "offered": None})}  # of each ticket the latest
RATING |= {"answered_at": cells.only("score", ("good", "bad"), cells.instant("updated_at"))}


class Zendesk(Hosted):
    customer: Literal["requester_id", "organization_id"] = Field("requester_id", description="which id is a customer's")

    def site(self) -> Site:
        return self.hosted("zendesk.com", "account", "tickets as an admin", "/api/v2/users/me.json", "/token")

    def lists(self) -> list[Stream]:
        ticket, since = TICKET | cells.any_of(cells.number, customer=self.customer), cursors.in_seconds("start_time", 0)
        bugs = [Rows(Bug, BUG, cells.has("type", "problem")), Rows(BugReport, INCIDENT, cells.has("problem_id"))]
        rows, rated = [Rows(Ticket, ticket), *bugs], [Rows(SurveyResponse, RATING)]
        tickets = Stream("tickets", TICKETS, EXPORT, rows, since, again=None, gone=GONE, with_it=(SurveyResponse,))
        since, unsent = cursors.in_seconds("start_time"), (cells.has("score", "unoffered"),)
        return [tickets, Stream("satisfaction ratings", RATINGS, LIST, rated, since, "ticket_id", gone=unsent)]

    def sees(self, found: cells.Item) -> list[str]:
        if cells.at(found, "user.role") == "admin":
            return ["It can read tickets and ratings."]
        return ["It cannot export tickets: that needs the key of an admin."]

    def counts(self) -> Counted:
        merged = Count("/api/v2/search/count.json", "count", {"query": "type:ticket tags:closed_by_merge"})
        return {"ticket": (Count("/api/v2/tickets/count.json", "count.value"), {"merged": merged})}


SOURCE = source("zendesk", __doc__, Zendesk, ("ticket", "survey_response", "bug", "bug_report"), RIGHTS, DOCS, DROPS)
