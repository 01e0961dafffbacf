"""Bugs from Jira Cloud, and the tickets of its service projects that are linked to them."""

import json

from pydantic import Field

from data_sources.kit import cells, cursors, labels, options, paging
from data_sources.kit.streams import Count, Counted, Hosted, Rows, Site, Stream, links, source
from store.records import Bug, Ticket

DOCS = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/"
RIGHTS, TABLES = "Browse projects (API token scope read:jira-work)", ("bug", "bug_report", "ticket")
DROPS = "assignee creator reporter.displayName description comment"
FIELDS = "summary,created,updated,status,resolution,resolutiondate,priority,labels,components,issuetype,duedate,issuelinks,reporter"
PATH = f"/rest/api/3/search/jql?maxResults=100&fields={FIELDS}"
PAGE = paging.token("nextPageToken", "nextPageToken", "issues")
SIDES = ("inwardIssue", "outwardIssue")
CLOSED = cells.maybe(cells.instant, "fields.resolutiondate")
BASE = cells.all_of(cells.text, id="key") | cells.all_of(cells.instant, opened_at="fields.created")
TICKET = cells.any_of(cells.text, priority="fields.priority.name", subject="fields.summary")
TICKET |= BASE | {"solved_at": CLOSED} | cells.any_of(cells.text, customer="fields.reporter.accountId")
BUG = BASE | cells.all_of(cells.text, title="fields.summary", status="fields.status.name") | {"closed_at": CLOSED}
BUG |= {"fixed_at": cells.only("fields.resolution.name", ("Done", "Fixed", "Resolved"), CLOSED)}
BUG |= cells.any_of(cells.day, expected_on="fields.duedate")


class Jira(labels.LabelOptions, Hosted):
    token_env: options.KeyName = Field("JIRA_TOKEN", description="the environment variable that holds the API token")
    projects: list[str] = Field(description="the keys of the projects with bugs", examples=[["SHOP"]], min_length=1)
    bug_types: list[str] = Field(["Bug"], description="the types of issue that are bugs", min_length=1)
    bug_labels: list[str] = Field([], description="labels that make an issue of these types a bug; [] takes all")
    ticket_projects: list[str] = Field([], description="the keys of the projects whose issues are tickets of customers")

    def site(self) -> Site:
        harmless = "/rest/api/3/project/search?keys=" + "&keys=".join(self.projects + self.ticket_projects)
        return self.hosted("atlassian.net", "site", "issues", harmless)

    def lists(self) -> list[Stream]:
        bug = self.cells("fields.labels", urgency="fields.priority.name", parts="fields.components") | BUG
        bug |= {"url": cells.text("key", before=f"{self.site().base_url}/browse/")}
        of_customers, has = cells.starts("key", self.ticket_projects, "-"), bool(self.ticket_projects)
        rows = [Rows(Bug, bug, self.is_one), links("fields.issuelinks", SIDES, "key", self.is_one, of_customers, has)]
        rows += [Rows(Ticket, TICKET, lambda item: of_customers(item) and not self.is_one(item), declared=has)]
        since = cursors.in_minutes("jql", self.jql(has), " AND updated >= -{}m", " ORDER BY created ASC")
        return [Stream("issues", PATH, PAGE, rows, since, "key", updated="fields.updated")]

    def is_one(self, item: cells.Item) -> bool:
        is_in = cells.starts("key", self.projects, "-")(item) and self.is_bug(item, "fields.labels")
        return is_in and cells.has("fields.issuetype.name", *self.bug_types)(item)

    def jql(self, tickets: bool = False) -> str:
        own, types, more = (json.dumps(each)[1:-1] for each in (self.projects, self.bug_types, self.ticket_projects))
        bugs = f"(project in ({own}) AND issuetype in ({types}))"
        return f"({bugs} OR project in ({more}))" if tickets else bugs

    def sees(self, found: cells.Item) -> list[str]:
        seen = [each.get("key") for each in cells.objects("values")(found)]
        can, cannot = "It can read {}, but for issues that a security level hides.", "It cannot see {}."
        return [(can if key.upper() in seen else cannot).format(key) for key in self.projects + self.ticket_projects]

    def counts(self) -> Counted:
        return {"bug": (Count("/rest/api/3/search/approximate-count", "count", body={"jql": self.jql()}), {})}


SOURCE = source("jira", __doc__, Jira, TABLES, RIGHTS, DOCS, DROPS)
