"""Bugs from Jira Cloud, and the tickets of its service projects that are linked to them."""

import json
from collections.abc import Iterator
from datetime import datetime

from pydantic import Field

from data_sources.kit import cells, keys, options, paging
from data_sources.kit.labels import LabelOptions
from data_sources.kit.streams import Count, Counted, Hosted, Rows, Site, Stream, source
from data_sources.source import Request
from store.records import Bug, BugReport, Ticket

FIELDS = "summary,created,updated,status,resolution,resolutiondate,priority,labels,components,issuetype,duedate,issuelinks,reporter"
LABELS, PARTS = cells.names("fields.labels"), cells.names("fields.components")
CLOSED = cells.maybe(cells.instant, "fields.resolutiondate")
BASE = cells.all_of(cells.text, id="key") | cells.all_of(cells.instant, opened_at="fields.created")
TICKET = (
    BASE | {"solved_at": CLOSED} | cells.any_of(cells.text, priority="fields.priority.name", subject="fields.summary")
)
TICKET |= cells.any_of(cells.text, customer="fields.reporter.accountId")
BUG = BASE | cells.all_of(cells.text, title="fields.summary", status="fields.status.name") | {"closed_at": CLOSED}
BUG |= {"fixed_at": cells.only("fields.resolution.name", ("Done", "Fixed", "Resolved"), CLOSED)}
BUG |= cells.any_of(cells.day, expected_on="fields.duedate")
LINK = cells.all_of(cells.text, id="id", bug="bug", ticket="ticket")


class Jira(LabelOptions, Hosted):
    DOMAIN = "atlassian.net"
    email: str = Field(description="the address of the account whose API token this is", examples=["you@example.com"])
    token_env: options.KeyName = Field("JIRA_TOKEN", description="the environment variable that holds the API token")
    projects: list[str] = Field(description="the keys of the projects with bugs", examples=[["SHOP"]], min_length=1)
    bug_types: list[str] = Field(["Bug"], description="the types of issue that are bugs", min_length=1)
    bug_labels: list[str] = Field(
        [], description="labels that make an issue of these types a bug; [] takes all of them"
    )
    ticket_projects: list[str] = Field([], description="the keys of the projects whose issues are tickets of customers")

    def site(self) -> Site:
        path = f"/rest/api/3/project/search?keys={'&keys='.join(self.projects + self.ticket_projects)}"
        return Site(
            "Jira", "site", self.subdomain, self.address, "issues", path, keys.basic(self.email), needs_key=True
        )

    def jql(self, tickets: bool, since: str = "") -> str:
        quoted = [", ".join(map(json.dumps, each)) for each in (self.projects, self.bug_types, self.ticket_projects)]
        bugs = "(project in ({}) AND issuetype in ({}))".format(*quoted)
        return (f"({bugs} OR project in ({quoted[2]}))" if tickets and self.ticket_projects else bugs) + since

    def lists(self, request: Request) -> list[Stream]:
        def asked(when: datetime | None) -> dict[str, object]:  # minutes ago, as a date would be in the account's zone
            since = f" AND updated >= -{int((request.now - when).total_seconds() / 60) + 1}m" if when else ""
            return {"jql": f"{self.jql(True, since)} ORDER BY created ASC", "fields": FIELDS, "maxResults": 100}

        words = lambda item: [*LABELS(item), *filter(None, [cells.maybe(cells.text, "fields.priority.name")(item)])]  # noqa: E731
        bug = BUG | self.cells(words) | {"url": lambda item: f"{self.address}/browse/{item['key']}"}
        bug |= {"area": lambda item: next(iter(PARTS(item)), None) or self.area_of(LABELS(item))}
        has = bool(self.ticket_projects)
        links, tickets = (
            Rows(BugReport, LINK, each=self.links, declared=has),
            Rows(Ticket, TICKET, self.is_ticket, declared=has),
        )
        rows, page = [Rows(Bug, bug, self.is_one), links, tickets], paging.token("nextPageToken", "nextPageToken")
        path, at = "/rest/api/3/search/jql", "fields.updated"
        return [Stream("issues", path, asked(None), page, rows, asked, "key", "", at, "issues")]

    def is_one(self, item: cells.Item) -> bool:
        is_of_type = cells.at(item, "fields.issuetype.name") in self.bug_types
        return is_of_type and _project(item.get("key")) in self.projects and self.is_bug(LABELS(item))

    def is_ticket(self, item: cells.Item) -> bool:
        return _project(item.get("key")) in self.ticket_projects and not self.is_one(item)

    def links(self, item: cells.Item) -> list[cells.Item]:
        sides = ("inwardIssue", "outwardIssue")
        ends = [each.get(side) for each in cells.objects("fields.issuelinks")(item) for side in sides]
        found = [end.get("key") for end in ends if isinstance(end, dict)] if self.is_one(item) else []
        tickets = sorted({str(key) for key in found if _project(key) in self.ticket_projects})
        return [{"id": f"{item['key']}/{key}", "bug": item["key"], "ticket": key} for key in tickets]

    def sees(self, found: cells.Item) -> Iterator[str]:
        seen = [str(each.get("key")) for each in cells.objects("values")(found)]
        for key in self.projects + self.ticket_projects:
            yield (
                f"It can read {key}, but for issues that a security level hides."
                if key in seen
                else f"It cannot see {key}."
            )

    def counts(self) -> Counted:
        return {"bug": (Count("/rest/api/3/search/approximate-count", "count", body={"jql": self.jql(False)}), {})}


def _project(key: object) -> str:
    return str(key).rpartition("-")[0]


PAGE = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/"
TABLES, RIGHTS = ("bug", "bug_report", "ticket"), "Browse projects (API token scope read:jira-work)"
SOURCE = source(
    "jira", __doc__, Jira, TABLES, RIGHTS, PAGE, "assignee creator reporter.displayName description comment"
)
