"""Bugs and releases from a GitHub repository: its issues with a bug label, and what it released.

Comments and reactions are not read: they measure how much people talk about a bug, not how much it hurts.
No person is read either: the owner of a bug is a team label, never the assignee.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from data_sources.http import Answer, Limits, Refused, Web, foreign
from data_sources.source import Page, Request, Source, SourceError
from store.records import WORDS, Bug, BugReport, Release
from store.rejected import Rejected

SEVERITIES = WORDS["bug", "severity"]  # from the mildest to the worst
DEFAULT_SEVERITY = {
    **{each: each for each in SEVERITIES},
    "trivial": "cosmetic",
    "low": "minor",
    "medium": "minor",
    "high": "major",
    "critical": "blocker",
    "regression": "major",
    "data loss": "blocker",
    "security": "blocker",
}
SEVERITY_PREFIX = re.compile(r"(?:severity|priority|prio)\s*[:/\-]\s*")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PER_PAGE = 100
# What changed is asked for each time; what was deleted or moved elsewhere is never said, only missing from a whole list.
LISTED_AGAIN = timedelta(days=7)
STAFF = ("OWNER", "MEMBER", "COLLABORATOR")
OPTIONS = {
    "repository": 'owner and name, such as "octo/shop"',
    "token_env": "the environment variable that holds an access key (GITHUB_TOKEN); without a key GitHub allows 60 questions an hour",
    "base_url": "the address of the API (https://api.github.com); for GitHub Enterprise https://HOST/api/v3",
    "bug_labels": 'labels that make an issue a bug (["bug"]); [] takes every issue',
    "severity": "a table from label to cosmetic, minor, major or blocker",
    "areas": 'a table from label to area; a label "area: Billing" needs none',
    "area_prefix": 'the start of a label that names the area ("area:")',
    "team_prefix": 'the start of a label that names the team that owns the bug ("team:")',
    "releases": "whether releases are read too (true)",
    "authors_are_customers": "whether who opened an issue counts as a customer who reported it (false)",
    "look_back_minutes": "how far each read goes back behind the newest change that was seen (60)",
}


def fetch(
    asked: Request, *, limits: Limits | None = None, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Page]:
    """Releases, then issues that changed since last time, oldest issue first. Raises SourceError.

    The order by age does not change while we read, so a change in the meantime can show an issue twice, but hides none
    (only where a server counts its pages, as older ones do, can an issue that is deleted meanwhile hide another until
    the next whole list).
    The cursor says how far a read that was cut off had come, and after a whole read from where to ask next time.
    Everything is listed again once a week: an issue that was deleted or moved to another repository is then gone.
    """
    told = _Told.of(asked)
    cursor = _Cursor.read(asked.since)
    whole = cursor.next is None and cursor.is_due(asked.now)
    if whole:
        cursor.listed = asked.now
    no_releases: Refused | None = None
    refusals = {
        401: f"GitHub does not accept the access key in {told.token_env}. It may have expired: make a new one and set it there.",
        403: f"GitHub does not let this access key read {told.repository}. Give it the right to read issues and contents.",
        404: (
            f"GitHub knows no repository {told.repository}, or hides it. Check its name; for a private one set {told.token_env} "
            "to an access key that may read it."
        ),
        410: f"The repository {told.repository} has its issues switched off, so it holds no bugs to read.",
    }
    with Web(
        f"GitHub ({told.repository})",
        told.base_url,
        now=asked.now,
        zone=asked.settings.zone,
        token=told.token,
        headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
        refusals=refusals,
        limits=limits,
        sleep=sleep,
    ) as web:
        if told.releases and cursor.next is None:
            try:
                yield from _releases(web, told, cursor, whole)
            except Refused as error:
                if error.status not in (403, 404):
                    raise
                no_releases = error  # a key that may not read them may still read the bugs
        yield from _issues(web, told, cursor, asked.now, whole)
        if no_releases is not None:
            raise no_releases


# ---- issues ---------------------------------------------------------------------------------------------------------


def _issues(web: Web, told: _Told, cursor: _Cursor, now: datetime, whole: bool) -> Iterator[Page]:
    params: dict[str, Any] = {"state": "all", "sort": "created", "direction": "asc", "per_page": PER_PAGE}
    if cursor.since is not None and not whole:
        params["since"] = _stamp(cursor.since)
    for answer in _pages(web, f"/repos/{told.repository}/issues", params, cursor.next):
        if cursor.began is None:
            cursor.began = min(answer.date or now, now)
        page = Page(read=len(answer.data), place=f"{told.repository} issues", partial=not whole)
        for item in answer.data:
            _read_issue(item, told, page, cursor)
        cursor.next = answer.next
        page.whole = page.everything = whole and answer.next is None  # the releases came before
        page.cursor = (cursor if answer.next else cursor.finished(told.look_back)).written()
        yield page


def _read_issue(item: Any, told: _Told, page: Page, cursor: _Cursor) -> None:
    """Adds the bug, or what is wrong with it, to the page; pull requests and issues without a bug label are left out,
    and are gone if they were bugs before."""
    try:
        if not isinstance(item, dict):
            raise _Wrong("", item, "it is not an issue")
        updated = _instant(item, "updated_at")
        cursor.newest = updated if cursor.newest is None else max(cursor.newest, updated)
        pull, labels = item.get("pull_request"), _labels(item)
        # Older servers send one full of nulls with issues.
        is_pull = bool(pull) and (not isinstance(pull, dict) or any(pull.values()))
        if is_pull or (told.bug_labels and not told.bug_labels & set(map(_plain, labels))):
            id = f"{told.repository}#{_number(item, 'number')}"
            page.gone += [("bug", id), ("bug_report", f"{id}/author")]
            return
        bug = _bug(item, labels, told)
        report = _author(item, bug) if told.authors_are_customers else None
        page.records += [bug, report] if report else [bug]
        if report is None:
            page.gone.append(("bug_report", f"{bug.id}/author"))
    except _Wrong as wrong:
        number = _shown(item.get("number", "?")) if isinstance(item, dict) else "?"
        page.rejected_rows.append(
            Rejected("bug", f"{told.repository}#{number}", wrong.column, _shown(wrong.value), wrong.reason)
        )


def _bug(item: Mapping[str, Any], labels: list[str], told: _Told) -> Bug:
    number = _number(item, "number")
    title = item.get("title")
    if not isinstance(title, str) or not foreign(title):
        raise _Wrong("title", title, "it is not text")
    closed = _instant(item, "closed_at") if item.get("closed_at") is not None else None
    state, reason = item.get("state"), item.get("state_reason")
    if state not in ("open", "closed"):
        raise _Wrong("state", state, "it is neither open nor closed")
    if reason is not None and not isinstance(reason, str):
        raise _Wrong("state_reason", reason, "it is not text")
    if state == "open":
        closed = None
    fixed = closed if reason == "completed" else None
    status = (
        "open"
        if state == "open"
        else {"completed": "fixed", "not_planned": "not planned"}.get(reason or "", reason or "closed")
    )
    url = item.get("html_url")
    return Bug(
        id=f"{told.repository}#{number}",
        title=title.strip()[:400],
        opened_at=_instant(item, "created_at"),
        severity=told.severity_of(labels),
        status=status.replace("_", " ")[:60],
        fixed_at=fixed,
        closed_at=closed,
        area=told.area_of(labels),
        owner=_rest_after(told.team_prefix, labels),
        url=url if isinstance(url, str) and url.startswith(("https://", "http://")) and len(url) <= 500 else None,
    )


def _author(item: Mapping[str, Any], bug: Bug) -> BugReport | None:
    """Who opened it, as a number; not the staff of the repository, and not a program."""
    user = item.get("user")
    if not isinstance(user, dict) or user.get("type") == "Bot" or item.get("author_association") in STAFF:
        return None
    if user.get("id") is None:
        return None
    number = _number(user, "id", "user.id")
    return BugReport(f"{bug.id}/author", bug.id, None, f"github-{number}", bug.opened_at, "author")


def _labels(item: Mapping[str, Any]) -> list[str]:
    found = item.get("labels") or []
    if not isinstance(found, list):
        raise _Wrong("labels", found, "it is not a list")
    names = [each.get("name") if isinstance(each, dict) else each for each in found]
    if not all(name is None or isinstance(name, str) for name in names):
        raise _Wrong("labels", found, "one of them is not text")
    return [" ".join(name.split()) for name in names if name]


def _rest_after(prefix: str, labels: list[str]) -> str | None:
    """What stands behind the prefix, in the first label that has it."""
    starts = (label[len(prefix) :].strip() for label in labels if prefix and label.lower().startswith(prefix))
    return next(filter(None, starts), None)


# ---- releases -------------------------------------------------------------------------------------------------------


def _releases(web: Web, told: _Told, cursor: _Cursor, whole: bool) -> Iterator[Page]:
    """Newest first; stops at the first page with nothing new, unless all are listed. Drafts and previews did not reach
    customers."""
    for answer in _pages(web, f"/repos/{told.repository}/releases", {"per_page": PER_PAGE}, None):
        page = Page(read=len(answer.data), place=f"{told.repository} releases", partial=not whole)
        for item in answer.data:
            _read_release(item, told, page)
        page.whole = whole and answer.next is None
        yield page
        if (
            not whole
            and cursor.since is not None
            and not any(release.released_at >= cursor.since for release in page.records)
        ):
            return


def _read_release(item: Any, told: _Told, page: Page) -> None:
    try:
        if not isinstance(item, dict):
            raise _Wrong("", item, "it is not a release")
        number, name = _number(item, "id"), item.get("name") or item.get("tag_name")
        if item.get("draft") or item.get("prerelease") or item.get("published_at") is None:
            page.gone.append(("release", f"{told.repository}@{number}"))
            return
        if not isinstance(name, str) or not foreign(name):
            raise _Wrong("name", name, "it is not text")
        page.records.append(Release(f"{told.repository}@{number}", name.strip()[:200], _instant(item, "published_at")))
    except _Wrong as wrong:
        shown = _shown(item.get("id", "?")) if isinstance(item, dict) else "?"
        page.rejected_rows.append(
            Rejected("release", f"{told.repository}@{shown}", wrong.column, _shown(wrong.value), wrong.reason)
        )


# ---- pages, cursor, options -----------------------------------------------------------------------------------------


def _pages(web: Web, path: str, params: Mapping[str, Any], go_on_at: str | None) -> Iterator[Answer]:
    """Follows the Link headers. Raises SourceError where they go in a circle or an answer is no list."""
    seen: set[str] = set()
    answer: Answer | None = None
    if go_on_at is not None:
        try:
            answer = web.ask(go_on_at)
        except Refused as error:  # that place is gone; begin again, rows that come twice change nothing
            if error.status not in (400, 404, 410, 422):
                raise
    answer = answer or web.ask(path, params)
    before: list[Any] | None = None
    while True:
        if not isinstance(answer.data, list):
            said = foreign(str(answer.data.get("message", ""))) if isinstance(answer.data, dict) else ""
            raise SourceError(
                f"{web.who} answered with something that is no list{': ' + said if said else ''}. Nothing was changed."
            )
        seen.add(answer.url)
        if answer.data == before:  # it was asked for another page, and gave the same again: it has no other
            answer = replace(answer, data=[], says_pages=True)
        before = None
        if not answer.says_pages and len(answer.data) >= PER_PAGE:
            # A full page, and nothing says whether it is the last: a proxy in between may have dropped that header.
            before, answer = answer.data, replace(answer, next=_page_after(answer.url))
        if answer.next is not None and web.address(answer.next) in seen:
            raise SourceError(
                f"The pages of {web.who} go in a circle; reading was stopped. The next refresh tries again."
            )
        yield answer
        if answer.next is None:
            return
        seen.add(answer.next)
        answer = web.ask(answer.next)


def _page_after(url: str) -> str:
    """The address of the next page, by its number."""
    path, _, query = url.partition("?")
    pairs = [pair for pair in query.split("&") if pair]
    number = next((int(pair[5:]) for pair in pairs if re.fullmatch(r"page=\d{1,9}", pair)), 1)
    return f"{path}?{'&'.join([*(pair for pair in pairs if not pair.startswith('page=')), f'page={number + 1}'])}"


@dataclass(slots=True)
class _Cursor:
    """`since`: ask for what changed from then on. `listed`: when everything was last asked for. The others are there while
    a read is under way: when it began (by the other side's clock), the newest change seen, and the page to go on with."""

    since: datetime | None = None
    listed: datetime | None = None
    began: datetime | None = None
    newest: datetime | None = None
    next: str | None = None

    @classmethod
    def read(cls, text: str | None) -> _Cursor:
        """A cursor that nobody understands means: read everything."""
        try:
            found = json.loads(text or "{}")
            instants = {
                key: datetime.fromisoformat(found[key])
                for key in ("since", "listed", "began", "newest")
                if found.get(key)
            }
            place = found.get("next")
            if any(each.tzinfo is None for each in instants.values()) or not isinstance(place, str | None):
                return cls()
            return cls(next=place, **instants)
        except (ValueError, TypeError, AttributeError):
            return cls()

    def written(self) -> str:
        pairs = {"since": self.since, "listed": self.listed, "began": self.began, "newest": self.newest}
        told: dict[str, str] = {key: _stamp(value) for key, value in pairs.items() if value is not None}
        if self.next:
            told["next"] = self.next
        return json.dumps(told)

    def is_due(self, now: datetime) -> bool:
        """Whether everything is to be listed again; also where the last time is not known, or still to come."""
        return self.since is None or self.listed is None or not timedelta(0) <= now - self.listed < LISTED_AGAIN

    def finished(self, look_back: timedelta) -> _Cursor:
        """Where to ask from next time: never later than this read began, nor than the newest change that was given, so
        that a clock that is wrong, or a change while we read, hides nothing; and never earlier than before."""
        if self.newest is None or self.began is None:
            return _Cursor(self.since, self.listed)
        reached = max(min(self.newest, self.began), EPOCH) - look_back
        return _Cursor(reached if self.since is None else max(reached, self.since), self.listed)


@dataclass(frozen=True, slots=True)
class _Told:
    """The options, checked."""

    repository: str
    token_env: str
    token: SecretStr | None
    base_url: str
    bug_labels: frozenset[str]
    severity: dict[str, str]
    areas: dict[str, str]
    area_prefix: str
    team_prefix: str
    releases: bool
    authors_are_customers: bool
    look_back: timedelta

    @classmethod
    def of(cls, asked: Request) -> _Told:
        options, name = dict(asked.options), f"sources.{asked.name}"
        unknown = sorted(set(options) - set(OPTIONS))
        if unknown:
            raise SourceError(f"{name}.{unknown[0]}: there is no such setting; there are {', '.join(OPTIONS)}.")
        repository = (
            str(options.get("repository", ""))
            .strip()
            .removeprefix("https://github.com/")
            .removesuffix(".git")
            .strip("/")
        )
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}/[A-Za-z0-9._-]{1,100}", repository) or repository.endswith(
            ("/.", "/..")
        ):
            if not repository or "repository" not in options:
                raise SourceError(f'[{name}] needs a line repository = "owner/name".')
            raise SourceError(f'{name}.repository is {options["repository"]!r}; write it like "owner/name".')
        token_env = str(options.get("token_env", "GITHUB_TOKEN"))
        token = os.environ.get(token_env, "").strip()
        if token and not re.fullmatch(r"[\x21-\x7e]+", token):
            raise SourceError(f"The access key in {token_env} holds blanks or letters that no key has; set it again.")
        if "token_env" in options and not token:
            raise SourceError(
                f"{name}.token_env names {token_env}, but that environment variable is empty. Set it to an access key."
            )
        severity = _table(options, "severity", name)
        for label, word in severity.items():
            if word not in SEVERITIES:
                raise SourceError(
                    f"{name}.severity: {word!r} for the label {label!r} is none of {', '.join(SEVERITIES)}."
                )
        labels = options.get("bug_labels", ["bug"])
        if not isinstance(labels, list) or not all(isinstance(each, str) for each in labels):
            raise SourceError(f'{name}.bug_labels is {labels!r}; write a list like ["bug"].')
        minutes = options.get("look_back_minutes", 60)
        if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not 0 <= minutes <= 525_600:
            raise SourceError(f"{name}.look_back_minutes is {minutes!r}; write a number of minutes.")
        for key in ("releases", "authors_are_customers"):
            if not isinstance(options.get(key, True), bool):
                raise SourceError(f"{name}.{key} is {options[key]!r}; write true or false.")
        return cls(
            repository=repository,
            token_env=token_env,
            token=SecretStr(token) if token else None,
            base_url=str(options.get("base_url", "https://api.github.com")),
            bug_labels=frozenset(_plain(each) for each in labels),
            severity=severity or DEFAULT_SEVERITY,
            areas=_table(options, "areas", name),
            area_prefix=_plain(str(options.get("area_prefix", "area:"))),
            team_prefix=_plain(str(options.get("team_prefix", "team:"))),
            releases=options.get("releases", True),
            authors_are_customers=options.get("authors_are_customers", False),
            look_back=timedelta(minutes=minutes),
        )

    def severity_of(self, labels: list[str]) -> str | None:
        """The worst of those that the labels say; None where none does."""
        plain = [_plain(label) for label in labels]
        if self.severity is DEFAULT_SEVERITY:
            plain = [SEVERITY_PREFIX.sub("", label) for label in plain]
        return max(
            (self.severity[label] for label in plain if label in self.severity), key=SEVERITIES.index, default=None
        )

    def area_of(self, labels: list[str]) -> str | None:
        named = next((self.areas[_plain(label)] for label in labels if _plain(label) in self.areas), None)
        return named or _rest_after(self.area_prefix, labels)


class _Wrong(Exception):
    def __init__(self, column: str, value: Any, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


def _plain(label: str) -> str:
    return " ".join(label.lower().split())


def _table(options: Mapping[str, Any], key: str, name: str) -> dict[str, str]:
    found = options.get(key, {})
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise SourceError(f'{name}.{key} is {found!r}; write a table such as {{ "some label" = "a word" }}.')
    return {_plain(str(label)): word for label, word in found.items()}


def _instant(item: Mapping[str, Any], column: str) -> datetime:
    value = item.get(column)
    try:
        found = datetime.fromisoformat(value)  # type: ignore[arg-type]
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):  # the last of a year 9999 with an offset
        raise _Wrong(column, value, "it is not a date and time") from None
    return found


def _number(item: Mapping[str, Any], key: str, column: str = "") -> int:
    value = item.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise _Wrong(column or key, value, "it is not a number that counts from 1")
    return value


def _shown(value: Any) -> str:
    """Whatever JSON may hold, as a short text."""
    try:
        return str(value)[:200]
    except RecursionError:  # lists in lists in lists
        return type(value).__name__


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _declares(asked: Request) -> dict[str, frozenset[str]]:
    """What an issue and a release can say. When customers had a fix, and when one is expected, no issue says."""
    told = asked.options
    bug = {"id", "title", "opened_at", "severity", "status", "fixed_at", "closed_at", "url"}
    if told.get("areas") or str(told.get("area_prefix", "area:")).strip():
        bug.add("area")
    if str(told.get("team_prefix", "team:")).strip():
        bug.add("owner")
    found = {"bug": frozenset(bug)}
    if told.get("releases", True) is True:
        found["release"] = frozenset({"id", "name", "released_at"})
    if told.get("authors_are_customers", False) is True:
        found["bug_report"] = frozenset({"id", "bug", "customer", "reported_at", "linked_by"})
    return found


SOURCE = Source(
    type="github",
    says="Bugs and releases from a GitHub repository: its issues with a bug label, and what it released.",
    records=("bug", "bug_report", "release"),
    options=OPTIONS,
    fetch=fetch,
    declares=_declares,
    documented_at="https://docs.github.com/en/rest/issues/issues",
    drops=("assignee", "assignees", "closed_by", "body", "comments", "reactions"),
)
