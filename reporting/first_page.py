"""What the first page says beside its headline: the news of the week, and each row of the ten in words."""

from __future__ import annotations

from datetime import date

from ranking.endings import End
from ranking.known import WEEK_DAYS, WEEKS
from ranking.top_bugs import TopBug, TopBugs
from reporting import bugs
from reporting.words import day, listed
from settings import Settings
from views.news import USUAL_WEEKS, Mark, News

MOST_LABELS = 2
BLOCKER = "blocker"
LOUD = frozenset({BLOCKER, bugs.LABELS["rising"]})
GROWING = "Fastest growing"
RECENT = "recent"
NAMED = 3  # bugs that a sentence names; the rest is counted


def heads(top: TopBugs, settings: Settings) -> tuple[str, ...]:
    """What stands over the columns of the ten: what the length shows, what is counted, what the bars show."""
    return "Impact", in_days(0, top.window_days, settings), in_the_week(), f"reports in {WEEKS} weeks"


def labels(bug: TopBug) -> list[str]:
    """At most two words beside the title: "blocker", "growing"."""
    is_blocker = not bug.is_unfiled and bug.severity.is_rated and bug.severity.word == BLOCKER
    first = BLOCKER if is_blocker else bugs.badge(bug)
    return [each for each in (first, *bugs.labels(bug)) if each][:MOST_LABELS]


def second_line(bug: TopBug, release: Mark | None, at: date) -> str:
    """ "Checkout · owner Web · fix 6 Dec · first reported 5 days after the release Coupons by customer group"."""
    parts = [bug.area or "", _owner(bug), fix(bug, at)]
    if release is not None and bug.first_reported_on is not None:
        days = (bug.first_reported_on - release.day).days
        after = "on the day of" if days == 0 else f"{days} {'day' if days == 1 else 'days'} after"
        parts.append(f"first reported {after} the release {release.name}")
    if bug.customers_7 == 0 and bug.last_reported_on is not None:
        parts.append(f"last reported {day(bug.last_reported_on, at)}")
    return " · ".join(part for part in parts if part)


def _owner(bug: TopBug) -> str:
    if bug.is_unfiled:
        return ""
    if bug.owner is None:
        return "no owner"
    return "" if bug.area and bug.owner.casefold() == bug.area.casefold() else f"owner {bug.owner}"


def fix(bug: TopBug, at: date) -> str:
    if bug.ending.state == "waiting" or bug.fixed_on:
        return bugs.stage(bug, at)
    again = bug.ending.state == "regression"
    said = [bugs.stage(bug, at)] if again else []
    if bug.expected_on:
        said.append(f"{'fix was due' if bug.expected_on < at else 'fix'} {day(bug.expected_on, at)}")
    elif not bug.is_unfiled:
        said.append("no new date" if again else "no fix date")
    return " · ".join(said)


def weight(bug: TopBug) -> str:
    """What ranks it, in short: "55 recent · major"; how it is multiplied out stands on its page."""
    return f"{bugs.rounded(bug.recent_customers)} {RECENT} · {bugs.severity(bug)}"


def impact(bug: TopBug, most: float) -> str:
    """The length beside a bug, in words."""
    return f"Impact {bugs.rounded(bug.impact)}" + (
        "" if bug.impact >= most else f", {bug.impact / most:.0%} of the first"
    )


def in_days(n: int, days: int | None, settings: Settings) -> str:
    """Completes the number of a column where the column has no head: "customers in 30 days"."""
    people = settings.words.customer if n == 1 else settings.words.customers
    return f"{people} in {days} days" if days else f"{people} ever"


def in_the_week() -> str:
    return f"in {WEEK_DAYS} days"


def news(top: TopBugs, found: News, settings: Settings) -> list[tuple[str, str]]:
    """(what, which) of everything that is different from a week ago, most urgent first."""
    said = []
    if top.fastest_title:
        said.append((GROWING, bugs.fastest(top) or ""))
    if found.came:
        said.append(("New on the list", _named([_with_harm(each) for each in found.came])))
    if found.gone:
        said.append(("Off the list", _named([_with_end(each.title, each.end, top.at) for each in found.gone])))
    if found.tickets is not None:
        said.append(("Last week", _tickets(found.tickets, found.usual)))
    if found.open_tickets is not None:
        said.append(("Waiting now", _waits(found, found.open_tickets, top.at, settings)))
    return said


def _waits(found: News, tickets: int, at: date, settings: Settings) -> str:
    """ "64 customers: 21 for a first reply, 31 for a fix, 12 for a solution, oldest 6 days": the parts make up the whole.

    Tickets where no customer of them is known."""
    waiting = found.waiting
    if waiting is None or not waiting.customers:
        replies = f", {found.without_reply:,} without a first reply" if found.without_reply else ""
        return f"{tickets:,} open {_tickets_word(tickets)}{replies}"
    people = settings.words.customer if waiting.customers == 1 else settings.words.customers
    knows_replies = found.without_reply is not None
    for_reply = waiting.for_reply if knows_replies else 0
    rest = waiting.customers - for_reply - waiting.for_fix
    whats = [
        (for_reply, "a first reply"),
        (waiting.for_fix, "a fix"),
        (rest, "a solution" if knows_replies else "a reply or a solution"),
    ]
    parts = [f"{n:,} for {what}" for n, what in whats if 0 < n < waiting.customers]
    whole = parts or [f"for {what}" for n, what in whats if n]
    if waiting.since is not None:
        days = (at - waiting.since.astimezone(settings.zone).date()).days
        whole.append(f"oldest {days:,} {'day' if days == 1 else 'days'}" if days > 0 else "oldest since today")
    return f"{waiting.customers:,} {people}{':' if parts else ''} {', '.join(whole)}"


def _tickets(n: int, usual: tuple[int, int] | None) -> str:
    said = f"{n:,} {_tickets_word(n)}"
    if usual is None:
        return said
    low, high = usual
    weeks = f"the {USUAL_WEEKS} weeks before"
    if n > high:
        return f"{said}, more than in any of {weeks} ({low:,}-{high:,})"
    if n < low:
        return f"{said}, fewer than in any of {weeks} ({low:,}-{high:,})"
    return f"{said}, as in {weeks} ({low:,}-{high:,})"


def _tickets_word(n: int) -> str:
    return "ticket" if n == 1 else "tickets"


def _with_harm(bug: TopBug) -> str:
    return f"{bugs.short(bug.title)} ({BLOCKER})" if BLOCKER in labels(bug) else bugs.short(bug.title)


def _with_end(title: str, end: End | None, today: date) -> str:
    if end is None:
        return bugs.short(title)
    how = {"released": "fix released", "fixed": "fixed", "closed": "closed without a fix"}[end.how]
    return f"{bugs.short(title)} ({how} {day(end.on, today)})"


def _named(titles: list[str]) -> str:
    rest = len(titles) - NAMED
    return listed(titles if rest <= 0 else [*titles[:NAMED], f"{rest} more"])
