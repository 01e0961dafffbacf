"""Bugs from Jira Cloud, and the tickets of its service projects that are linked to them."""

from pydantic import Field

from data_sources.kit import cells, cursors, labels, paging
from data_sources.kit.streams import Count, Counted, Hosted, Site, Stream, bugs_and_tickets, quoted, source

DOCS = "https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/"
RIGHTS, TABLES = "Browse projects (API token scope read:jira-work)", ("bug", "bug_report", "ticket")
DROPS = "assignee creator reporter.displayName description comment"
PATH = "/rest/api/3/search/jql?maxResults=100&fields=created,updated,resolutiondate,duedate,summary,status,resolution"
PATH += ",priority,labels,components,issuetype,issuelinks,reporter"
PAGE = paging.token("nextPageToken", "nextPageToken", "issues")
CLOSED = cells.maybe(cells.instant, "fields.resolutiondate")
BASE = cells.all_of(cells.text, id="key") | cells.all_of(cells.instant, opened_at="fields.created")
TICKET = cells.any_of(cells.text, priority="fields.priority.name", subject="fields.summary")
TICKET |= BASE | {"solved_at": CLOSED} | cells.any_of(cells.text, customer="fields.reporter.accountId")
BUG = BASE | cells.all_of(cells.text, title="fields.summary", status="fields.status.name") | {"closed_at": CLOSED}
BUG |= {"fixed_at": cells.only("fields.resolution.name", labels.FIXED, CLOSED)}
BUG |= cells.any_of(cells.day, expected_on="fields.duedate")


class Jira(labels.LabelOptions, Hosted):
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
        rows = bugs_and_tickets(bug, TICKET, "fields.issuelinks", "key", self.is_one, of_customers, has)
        others = f" OR project in ({quoted(self.ticket_projects)})" if has else ""
        since = cursors.in_minutes("jql", f"({self.bugs()}{others})", " AND updated >= -{}m", " ORDER BY created ASC")
        return [Stream("issues", PATH, PAGE, rows, since, "key", updated="fields.updated")]

    def is_one(self, item: cells.Item) -> bool:
        is_in = cells.starts("key", self.projects, "-")(item) and self.is_bug(item, "fields.labels")
        return is_in and cells.has("fields.issuetype.name", *self.bug_types)(item)

    def bugs(self) -> str:
        return f"(project in ({quoted(self.projects)}) AND issuetype in ({quoted(self.bug_types)}))"

    def sees(self, found: cells.Item) -> list[str]:
        seen = [each.get("key") for each in cells.objects("values")(found)]
        can, cannot = "It can read {}, but for issues that a security level hides.", "It cannot see {}."
        return [(can if key.upper() in seen else cannot).format(key) for key in self.projects + self.ticket_projects]

    def counts(self) -> Counted:
        labelled = f" AND labels in ({quoted(self.bug_labels)})" if self.bug_labels else ""
        whole = Count("/rest/api/3/search/approximate-count", "count", body={"jql": self.bugs() + labelled})
        return {"bug": (whole, {})}


SOURCE = source("jira", __doc__, Jira, TABLES, RIGHTS, DOCS, DROPS)
