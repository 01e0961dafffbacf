"""Bugs from a GitLab project: its issues with a bug label. No comment is read, and no person."""

from collections.abc import Iterator
from urllib.parse import quote

from pydantic import Field

from data_sources.kit import cells, keys, labels, options, paging, streams
from data_sources.kit.cursors import in_stamps
from data_sources.source import Request
from store.records import Bug

ORDER = {"scope": "all", "order_by": "created_at", "sort": "asc", "pagination": "keyset", "per_page": 100}
RIGHTS = "scope read_api, role Reporter; none for a public project"
DROPS = "author assignee assignees closed_by description user_notes_count"


class GitLab(labels.LabelOptions, streams.System):
    project: str = Field(description="its path, or its number", examples=["group/project"])
    token_env: options.KeyName = Field("GITLAB_TOKEN", description=options.ACCESS_KEY)
    base_url: str = Field("https://gitlab.com/api/v4", description="the address of the API")
    confidential: bool = Field(False, description="whether confidential issues are read, and shown to every reader")

    def site(self) -> streams.Site:
        path, auth = f"/projects/{quote(self.project.strip('/'), safe='')}", keys.in_header("PRIVATE-TOKEN")
        return streams.Site("GitLab", "project", self.project, self.base_url, "issues", path, auth)

    def lists(self, request: Request) -> list[streams.Stream]:
        bug = {
            "id": cells.number("iid", f"{self.project}#"),
            "title": cells.text("title"),
            "opened_at": cells.instant("created_at"),
            # Why it was closed GitLab does not say, so none counts as fixed.
            "closed_at": cells.maybe(cells.instant, "closed_at"),
            "status": cells.word("state", {"opened": "open", "closed": "closed", "locked": "closed"}),
            "expected_on": cells.maybe(cells.day, "due_date"),
            "url": cells.web_address("web_url"),
            **self.cells(),
        }
        path, rows, since = (
            f"{self.site().harmless}/issues",
            [streams.Rows(Bug, bug, self.is_read)],
            in_stamps("updated_after"),
        )
        return [streams.Stream("issues", path, ORDER, paging.link(100), rows, since, "iid", f"{self.project}#")]

    def is_read(self, item: cells.Item) -> bool:
        is_here = not item.get("moved_to_id") and (self.confidential or not item.get("confidential"))
        return is_here and self.is_bug(cells.names("labels")(item))

    def sees(self, found: cells.Item) -> Iterator[str]:
        yield f"It can read the issues of {self.project}."
        roles = (cells.level(found, f"permissions.{each}_access.access_level") for each in ("project", "group"))
        if max(roles) < 15:  # Planner
            yield "It cannot see confidential issues: that needs the role Planner or Reporter."

    def counts(self) -> streams.Counted:
        asked = {"labels": ",".join(self.bug_labels)} if self.bug_labels else {}
        every = streams.Count(f"{self.site().harmless}/issues_statistics", "statistics.counts.all", asked)
        hidden = streams.Count(every.path, every.at, {**asked, "confidential": "true"})
        return (
            {"bug": (every, {} if self.confidential else {"confidential": hidden})} if len(self.bug_labels) < 2 else {}
        )


SOURCE = streams.source("gitlab", __doc__, GitLab, ("bug",), RIGHTS, "https://docs.gitlab.com/api/issues/", DROPS)
