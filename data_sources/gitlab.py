"""Bugs from a GitLab project: its issues with a bug label. No comment is read, and no person."""

from urllib.parse import quote

from pydantic import Field

from data_sources.kit import cells, cursors, keys, labels, paging
from data_sources.kit.streams import Count, Counted, Listed, Rows, Site, Stream, System, source
from store.records import Bug

ORDER = "scope=all&order_by=created_at&sort=asc&pagination=keyset&per_page=100"
DOCS, RIGHTS = "https://docs.gitlab.com/api/issues/", "scope read_api, role Reporter; none for a public project"
STATES = {"opened": "open", "closed": "closed", "locked": "closed"}
DROPS = "author assignee assignees closed_by description user_notes_count"


class GitLab(labels.LabelOptions, System):
    project: str = Field(description="its path, or its number", examples=["group/project"])
    base_url: str = Field("https://gitlab.com/api/v4", description="the address of the API")
    confidential: bool = Field(False, description="whether confidential issues are read, and shown to every reader")

    def site(self) -> Site:
        path, auth = f"/projects/{quote(self.project.strip('/'), safe='')}", keys.in_header("PRIVATE-TOKEN")
        return Site("GitLab", "project", self.project, self.base_url, "issues", path, auth)

    def lists(self) -> list[Stream]:
        name, path = f"{self.project}#", f"{self.site().harmless}/issues?{ORDER}"
        # Why it was closed GitLab does not say, so none counts as fixed.
        times = cells.all_of(cells.instant, opened_at="created_at") | cells.any_of(cells.instant, closed_at="closed_at")
        bug: dict[str, cells.Cell] = {
            "id": cells.number("iid", name),
            "title": cells.text("title"),
            "status": cells.word("state", STATES),
        }
        bug |= times | {"url": cells.web_address("web_url"), "expected_on": cells.maybe(cells.day, "due_date")}
        rows, since = [Rows(Bug, bug | self.cells(), self.is_read)], cursors.in_stamps("updated_after")
        return [Stream("issues", path, paging.link(100), rows, since, "iid", name)]

    def is_read(self, item: cells.Item) -> bool:
        is_here = not item.get("moved_to_id") and (self.confidential or not item.get("confidential"))
        return is_here and self.is_bug(item)

    def sees(self, found: cells.Item) -> list[str]:
        can, roles = f"It can read the issues of {self.project}.", ("project_access", "group_access")
        if max(cells.level(found, f"permissions.{role}.access_level") for role in roles) < 15:  # Planner
            return [can, "It cannot see confidential issues: that needs the role Planner or Reporter."]
        return [can]

    def counts(self) -> Counted:
        if len(self.bug_labels) > 1:  # there an issue must have all of them, here any of them
            return {}
        path, bugs = self.site().harmless, {"labels": self.bug_labels[0]} if self.bug_labels else {}
        count, at = f"{path}/issues_statistics?scope=all", "statistics.counts.all"
        every, hidden = (Count(count, at, bugs | more) for more in ({}, {"confidential": "true"}))
        read = bugs if self.confidential else bugs | {"confidential": "false"}  # one that is both is named once
        moved = Listed(f"{path}/issues?{ORDER}", paging.link(100), cells.has("moved_to_id"), read)
        return {"bug": (every, {"moved elsewhere": moved} | ({} if self.confidential else {"confidential": hidden}))}


SOURCE = source("gitlab", __doc__, GitLab, ("bug",), RIGHTS, DOCS, DROPS)
