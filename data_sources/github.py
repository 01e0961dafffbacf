"""Bugs and releases from a GitHub repository: its issues with a bug label, and what it released.

Comments and reactions are not read: they measure how much people talk about a bug, not how much it hurts.
No person is read either: the owner of a bug is a team label, never the assignee.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial

from pydantic import Field, field_validator

from data_sources.kit import cells, paging, streams
from data_sources.kit.cells import Item
from data_sources.kit.cursors import in_stamps
from data_sources.kit.labels import LabelOptions
from data_sources.kit.options import KeyName
from store.records import Bug, BugReport, Release

PER_PAGE = 100
STAFF = ("OWNER", "MEMBER", "COLLABORATOR")
REASONS = {"completed": "fixed", "not_planned": "not planned"}


class GitHub(LabelOptions, streams.System):
    repository: str = Field(description="owner and name", examples=["owner/name"])
    token_env: KeyName = Field(
        "",
        description="the environment variable that holds an access key; without one GitHub allows 60 requests an hour",
    )
    base_url: str = Field(
        "https://api.github.com", description="the address of the API; for GitHub Enterprise https://HOST/api/v3"
    )
    releases: bool = Field(True, description="whether releases are read too")
    authors_are_customers: bool = Field(
        False, description="whether who opened an issue counts as a customer who reported it"
    )

    @field_validator("repository")
    @classmethod
    def _owner_and_name(cls, written: str) -> str:
        name = written.strip().removeprefix("https://github.com/").removesuffix(".git").strip("/")
        is_one = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/[A-Za-z0-9._-]{1,100}", name)
        if not is_one or name.endswith(("/.", "/..")):
            raise ValueError('write it like "owner/name"')
        return name

    def site(self) -> streams.Site:
        return streams.Site(
            "GitHub",
            "repository",
            self.repository,
            self.base_url,
            rights="issues and contents",
            harmless=f"/repos/{self.repository}",
            headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
            advice={410: f"The repository {self.repository} has its issues switched off, so it holds no bugs to read."},
        )

    def lists(self) -> list[streams.Stream]:
        return [_releases(self), _issues(self)] if self.releases else [_issues(self)]

    def sees(self, found: Item) -> list[str]:
        can = f"It can read {self.repository}, which is {'private' if found.get('private') else 'public'}."
        cannot = "It cannot read bugs: the repository has its issues switched off."
        return [can, cannot] if found.get("has_issues") is False else [can]

    def counts(self) -> streams.Counted:
        labels = f" label:{streams.quoted(self.bug_labels)}" if self.bug_labels else ""
        query = f"repo:{self.repository} is:issue{labels}"
        return {"bug": (streams.Count("/search/issues", "total_count", {"q": query, "per_page": 1}), {})}


def _issues(options: GitHub) -> streams.Stream:
    """The order by age does not change while we read (only where a server counts its pages, as older ones do, can an issue
    that is deleted meanwhile hide another until the next whole list)."""
    return streams.Stream(
        "issues",
        f"/repos/{options.repository}/issues?state=all&sort=created&direction=asc&per_page={PER_PAGE}",
        paging.link(PER_PAGE),
        [
            streams.Rows(Bug, _bug(options), partial(_is_bug, options)),
            streams.Rows(
                BugReport, _author(options), partial(_is_customer, options), declared=options.authors_are_customers
            ),
        ],
        changed=in_stamps("since"),
        id="number",
        before_id=f"{options.repository}#",
    )


def _releases(options: GitHub) -> streams.Stream:
    return streams.Stream(
        "releases",
        f"/repos/{options.repository}/releases?per_page={PER_PAGE}",
        paging.link(PER_PAGE),
        [streams.Rows(Release, _release(options), _is_out)],
        before_id=f"{options.repository}@",
        updated="published_at",
        follows=True,
    )


def _bug(options: GitHub) -> dict[str, cells.Cell]:
    """When customers had a fix, and when one is expected, no issue says."""
    state = cells.word("state", {"open": False, "closed": True})

    def closed(item: Item) -> datetime | None:
        found = cells.maybe(cells.instant, "closed_at")(item)  # judged also where it is not used
        return found if state(item) else None

    def reason(item: Item) -> str:
        found = (cells.maybe(cells.text, "state_reason")(item) or "")[:60]
        return REASONS.get(found, found or "closed").replace("_", " ") if state(item) else "open"

    return {
        "id": cells.number("number", f"{options.repository}#"),
        "title": cells.text("title"),
        "opened_at": cells.instant("created_at"),
        "closed_at": closed,
        "fixed_at": lambda item: closed(item) if reason(item) == "fixed" else None,
        "status": reason,
        "url": cells.web_address("html_url"),
        **options.cells(),
    }


def _author(options: GitHub) -> dict[str, cells.Cell]:
    """Who opened an issue, as a number."""
    bug = cells.number("number", f"{options.repository}#")
    return {
        "id": lambda item: f"{bug(item)}/author",
        "bug": bug,
        "customer": cells.number("user.id", "github-"),
        "reported_at": cells.instant("created_at"),
        "linked_by": lambda item: "author",
    }


def _release(options: GitHub) -> dict[str, cells.Cell]:
    return {
        "id": cells.number("id", f"{options.repository}@"),
        "name": lambda item: cells.text("name" if item.get("name") else "tag_name", 200)(item),
        "released_at": cells.instant("published_at"),
    }


def _is_bug(options: GitHub, item: Item) -> bool:
    """Pull requests and issues without a bug label are left out, and are gone if they were bugs before."""
    pull = item.get("pull_request")
    # Older servers send one full of nulls with issues.
    is_pull = bool(pull) and (not isinstance(pull, dict) or any(pull.values()))
    return not is_pull and options.is_bug(item)


def _is_customer(options: GitHub, item: Item) -> bool:
    """Not the staff of the repository, and not a program."""
    user = item.get("user") if options.authors_are_customers and _is_bug(options, item) else None
    if not isinstance(user, dict) or user.get("type") == "Bot" or item.get("author_association") in STAFF:
        return False
    return user.get("id") is not None


def _is_out(item: Item) -> bool:
    """Drafts and previews did not reach customers."""
    return not (item.get("draft") or item.get("prerelease") or item.get("published_at") is None)


SOURCE = streams.source(
    "github",
    "Bugs and releases from a GitHub repository: its issues with a bug label, and what it released.",
    GitHub,
    ("bug", "bug_report", "release"),
    rights="Issues: read, Contents: read, Metadata: read (a fine-grained token); none for a public repository",
    page="https://docs.github.com/en/rest/issues/issues",
    drops="assignee assignees closed_by body comments reactions",
)
