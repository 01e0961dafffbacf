"""Bugs and releases from a GitHub repository: its issues with a bug label, and what it released.

Comments and reactions are not read: they measure how much people talk about a bug, not how much it hurts.
No person is read either: the owner of a bug is a team label, never the assignee.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from pydantic import Field, field_validator

from data_sources.kit import cells, keys, paging, streams
from data_sources.kit.cells import Item
from data_sources.kit.cursors import stamp
from data_sources.kit.http import Web
from data_sources.kit.labels import LabelOptions
from data_sources.kit.options import KeyName, read
from data_sources.source import Counts, Page, Request, Source
from store.records import Bug, BugReport, Release

PER_PAGE = 100
STAFF = ("OWNER", "MEMBER", "COLLABORATOR")
REASONS = {"completed": "fixed", "not_planned": "not planned"}


class GitHub(LabelOptions):
    repository: str = Field(description="owner and name", examples=["owner/name"])
    token_env: KeyName = Field(
        "GITHUB_TOKEN",
        description="the environment variable that holds an access key; without a key GitHub allows 60 questions an hour",
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


def _site(told: GitHub, request: Request) -> streams.Site:
    return streams.Site(
        f"GitHub ({told.repository})",
        told.base_url,
        keys.bearer(keys.secret_of(request, told)),
        {
            401: f"GitHub does not accept the access key in {told.token_env}. It may have expired: make a new one and set it there.",
            403: f"GitHub does not let this access key read {told.repository}. Give it the right to read issues and contents.",
            404: (
                f"GitHub knows no repository {told.repository}, or hides it. Check its name; for a private one set {told.token_env} "
                "to an access key that may read it."
            ),
            410: f"The repository {told.repository} has its issues switched off, so it holds no bugs to read.",
        },
        {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
    )


def _streams(told: GitHub, request: Request) -> list[streams.Stream]:
    """The order by age does not change while we read (only where a server counts its pages, as older ones do, can an issue
    that is deleted meanwhile hide another until the next whole list)."""
    repository = f"/repos/{told.repository}"
    issues = streams.Stream(
        place=f"{told.repository} issues",
        record="bug",
        path=f"{repository}/issues",
        params={"state": "all", "sort": "created", "direction": "asc", "per_page": PER_PAGE},
        paging=paging.link(PER_PAGE),
        read=lambda item, page: _issue(told, item, page),
        updated="updated_at",
        id="number",
        before_id=f"{told.repository}#",
        changed=lambda since: {"since": stamp(since)},
    )
    releases = streams.Stream(
        place=f"{told.repository} releases",
        record="release",
        path=f"{repository}/releases",
        params={"per_page": PER_PAGE},
        paging=paging.link(PER_PAGE),
        read=lambda item, page: _release(told, item, page),
        updated="published_at",
        id="id",
        before_id=f"{told.repository}@",
        follows=True,
    )
    return [releases, issues] if told.releases else [issues]


def _bug(told: GitHub) -> dict[str, cells.Cell]:
    state = cells.word("state", {"open": False, "closed": True})

    def closed(item: Item) -> datetime | None:
        found = cells.maybe(cells.instant("closed_at"), "closed_at")(item)  # judged also where it is not used
        return found if state(item) else None

    def reason(item: Item) -> str:
        found = cells.maybe(cells.text("state_reason", 60), "state_reason")(item) or ""
        return REASONS.get(found, found or "closed").replace("_", " ") if state(item) else "open"

    return {
        "id": cells.number("number", f"{told.repository}#"),
        "title": cells.text("title"),
        "opened_at": cells.instant("created_at"),
        "closed_at": closed,
        "fixed_at": lambda item: closed(item) if reason(item) == "fixed" else None,
        "status": reason,
        "url": cells.web_address("html_url"),
        **told.cells(),
    }


def _issue(told: GitHub, item: Item, page: Page) -> None:
    """Pull requests and issues without a bug label are left out, and are gone if they were bugs before."""
    pull, labels = item.get("pull_request"), cells.names("labels")(item)
    # Older servers send one full of nulls with issues.
    is_pull = bool(pull) and (not isinstance(pull, dict) or any(pull.values()))
    id = cells.number("number", f"{told.repository}#")(item)
    if is_pull or not told.is_bug(labels):
        page.gone += [("bug", id), ("bug_report", f"{id}/author")]
        return
    bug = cells.record(Bug, _bug(told), item)
    report = _author(item, bug) if told.authors_are_customers else None
    page.records += [bug, report] if report else [bug]
    if report is None:
        page.gone.append(("bug_report", f"{id}/author"))


def _author(item: Item, bug: Bug) -> BugReport | None:
    """Who opened it, as a number; not the staff of the repository, and not a program."""
    user = item.get("user")
    if not isinstance(user, dict) or user.get("type") == "Bot" or item.get("author_association") in STAFF:
        return None
    if user.get("id") is None:
        return None
    customer = cells.number("user.id", "github-")(item)
    return BugReport(f"{bug.id}/author", bug.id, None, customer, bug.opened_at, "author")


def _release(told: GitHub, item: Item, page: Page) -> None:
    """Drafts and previews did not reach customers."""
    id = cells.number("id", f"{told.repository}@")(item)
    if item.get("draft") or item.get("prerelease") or item.get("published_at") is None:
        page.gone.append(("release", id))
        return
    name = cells.text("name" if item.get("name") else "tag_name", 200)(item)
    page.records.append(Release(id, name, cells.instant("published_at")(item)))


def _declares(request: Request) -> dict[str, frozenset[str]]:
    """What an issue and a release can say. When customers had a fix, and when one is expected, no issue says."""
    told = read(GitHub, request)
    found = {"bug": frozenset(_bug(told))}
    if told.releases:
        found["release"] = frozenset({"id", "name", "released_at"})
    if told.authors_are_customers:
        found["bug_report"] = frozenset({"id", "bug", "customer", "reported_at", "linked_by"})
    return found


def _check(web: Web, told: GitHub) -> Iterator[str]:
    found = web.ask(f"/repos/{told.repository}").data
    found = found if isinstance(found, dict) else {}
    yield f"It can read {told.repository}, which is {'private' if found.get('private') else 'public'}."
    if found.get("has_issues") is False:
        yield "It cannot read bugs: the repository has its issues switched off."


def _counts(web: Web, told: GitHub) -> Counts:
    labels = ",".join(f'"{label}"' for label in told.bug_labels)
    search = f"repo:{told.repository} is:issue" + (f" label:{labels}" if labels else "")
    return {"bug": (cells.count("total_count")(web.ask("/search/issues", {"q": search, "per_page": 1}).data), {})}


fetch = streams.reader(GitHub, _site, _streams)
SOURCE = Source(
    type="github",
    says="Bugs and releases from a GitHub repository: its issues with a bug label, and what it released.",
    records=("bug", "bug_report", "release"),
    options=GitHub,
    fetch=fetch,
    declares=_declares,
    rights="Issues: read, Contents: read, Metadata: read (a fine-grained token); nothing for a public repository",
    check=streams.asking(GitHub, _site, _check),
    counts=streams.asking(GitHub, _site, _counts),
    documented_at="https://docs.github.com/en/rest/issues/issues",
    drops=("assignee", "assignees", "closed_by", "body", "comments", "reactions"),
)
