"""What the page of one bug says: the answer in a sentence, who has it, who reported it in which week, and what they wrote.

Titles, names of releases, owners and texts are foreign: these are plain texts, and whoever shows them escapes them.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from metrics.period import Period
from ranking.known import WEEK_DAYS
from reporting import one_bug
from reporting.words import day, percent, period
from store.ids import bare
from views.one_bug import FEWEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ranking.top_bugs import Explained, TopBug
    from settings import Settings
    from views.one_bug import Excerpt, Groups, Mark, OneBug, Week

WHICH = "Which bug?"
NO_SUCH_BUG = "Bug not found"
MAY_HAVE_ANOTHER_NAME = "It may have another name in the tracker by now. The top 10:"
BACK = "‹ Top 10 bugs"
TRACKER = "Open in tracker"
SHOW_DATA = "Show data"
DETAILS = "Details"
HOW_IMPACT = "How the impact of this bug is worked out"
WHAT_DETAILS = "Status, area, age and revenue"
IMPACT_BY_WEEK = "Impact by week, newest first"
NO_EXCERPT = "No ticket with a text is linked to it."
NO_SUBJECT = "No subject"
MASKED = (
    "E-mail addresses, phone and card numbers and the writer's own name were taken out before these were stored; "
    "other names may have stayed. The newest first."
)
SHOWN = 3  # excerpts that are not folded
BY = {"segment": "By segment", "plan": "By plan", "channel": "By channel"}
OTHER = "other"
UNKNOWN = "not said"
NO_DATA = "no data"


def heading(bug: TopBug) -> tuple[str, str]:
    """Its key in the tracker ("" where it has none), and its title."""
    return "" if bug.is_unfiled else bare(bug.id), bug.title


def marks(bug: TopBug, today: date) -> list[str]:
    """What happens to it, how bad it is, and where it is on the way to its end."""
    status = [] if bug.is_unfiled else [one_bug.severity(bug), bug.status or one_bug.stage(bug, today)]
    badge = [one_bug.UNFILED] if bug.is_unfiled else []
    return [*badge, *one_bug.labels(bug), *status]


def answer(page: OneBug, settings: Settings, today: date) -> str:
    """ "66 of 293 customers (23%) reported it in 30 days (81 tickets), 41 in the last 7. Affected customers pay ..." """
    bug, words = page.explained.bug, settings.words
    if bug.rank is None:
        return one_bug.why_not_listed(page.explained, settings, today) or ""
    whole = page.explained.of_customers
    people = words.customer if bug.customers == 1 and not whole else words.customers
    of_all = f" of {whole:,}" if whole else ""
    share = f" ({percent(100 * bug.customers / whole)})" if whole else ""
    when = f" in {bug.window_days} days" if bug.window_days else ""
    last = f"last on {day(bug.last_reported_on, today)}" if bug.last_reported_on else ""
    recently = f"{bug.customers_7:,} in the last {WEEK_DAYS}" if bug.customers_7 else last
    noun = "ticket" if page.has_tickets else "report"
    reports = f"{page.contacts:,} {noun}{'' if page.contacts == 1 else 's'}"
    paid = one_bug.paid(bug, settings)
    return (
        f"{bug.customers:,}{of_all} {people}{share} reported it{when} ({reports}), {recently}."
        f"{f' {paid[0].upper()}{paid[1:]}.' if paid else ''}"
    )


def first_report(page: OneBug, today: date) -> str:
    """ "First reported 3 days after the release 'Coupons by customer group' (25 Oct)." """
    bug, release = page.explained.bug, page.release
    if bug.first_reported_on is None:
        return ""
    if release is None:
        return f"First reported {day(bug.first_reported_on, today)}."
    days = (bug.first_reported_on - release.day).days
    after = "on the day of" if days == 0 else f"{days} {'day' if days == 1 else 'days'} after"
    return f"First reported {after} the release '{release.name}' ({day(release.day, today)})."


def facts(explained: Explained, today: date) -> list[tuple[str, str]]:
    """Where it ranks and who does what about it until when."""
    bug = explained.bug
    moved = one_bug.movement(bug.movement)
    tied = f"tied with #{bug.rank + 1}" if bug.about_equal_with_next and bug.rank else ""
    rank = f"#{bug.rank} of {explained.of}" if bug.rank is not None else "not ranked"
    found = [("Rank", " · ".join(each for each in (rank, moved, tied) if each))]
    if bug.is_unfiled:
        return found
    return [
        *found,
        ("Owner", bug.owner or one_bug.NO_OWNER),
        ("Next step", "none entered"),
        ("Fix", _fix(bug, today)),
    ]


def _fix(bug: TopBug, today: date) -> str:
    stage = one_bug.stage(bug, today)
    said = [] if stage == "open" else [stage]
    if bug.expected_on:
        said.append(f"{'was due' if bug.expected_on < today else 'expected'} {day(bug.expected_on, today)}")
    elif bug.end is None and bug.fixed_on is None:
        said.append(one_bug.NO_DATE)
    elif bug.ending.state == "regression":
        said.append("no new date")
    return " · ".join(said)


# --- customers a week ---


def heading_of_weeks(settings: Settings) -> str:
    return f"{settings.words.customers.capitalize()} a week"


def course(weeks: Sequence[Week], settings: Settings, today: date) -> str:
    """The chart in a sentence: "Most in a week: 41 customers, 24 to 30 Nov. Releases of its area: ..." """
    known, most = (
        [week for week in weeks if week.customers is not None],
        max(weeks, key=lambda each: each.customers or 0),
    )
    if not most.customers:
        return f"Nobody reported it in the last {_weeks(len(known))}."
    said = [f"The last {_weeks(len(known))}. Most in a week: {_people(most, settings)}, {_week(most, today)}."]
    if named := [f"{each.name} ({day(each.day, today)})" for week in weeks for each in week.releases]:
        said.append(f"Releases of its area: {'; '.join(named)}.")
    if len(known) < len(weeks):
        said.append(f"No data for the {len(weeks) - len(known)} before.")
    return " ".join(said)


def _weeks(n: int) -> str:
    return "week" if n == 1 else f"{n} weeks"


def of_week(week: Week, settings: Settings, today: date) -> str:
    """ "24 to 30 Nov: 41 customers"."""
    return f"{_week(week, today)}: {_people(week, settings)}"


def _people(week: Week, settings: Settings) -> str:
    if week.customers is None:
        return NO_DATA
    return f"{week.customers:,} {settings.words.customer if week.customers == 1 else settings.words.customers}"


def _week(week: Week, today: date) -> str:
    end = week.day + timedelta(days=1)
    return period(Period(end - timedelta(days=WEEK_DAYS), end), today)


def weeks_as_rows(weeks: Sequence[Week], settings: Settings, today: date) -> list[dict[str, str]]:
    """The newest first."""
    return [
        {
            "Week": _week(week, today),
            settings.words.customers.capitalize(): NO_DATA if week.customers is None else f"{week.customers:,}",
            "Release": ", ".join(f"{each.name} ({day(each.day, today)})" for each in week.releases),
        }
        for week in reversed(weeks)
    ]


def day_of_release(mark: Mark, today: date) -> str:
    return day(mark.day, today)


def history_as_rows(explained: Explained, settings: Settings, today: date) -> list[dict[str, str]]:
    """What it weighed at the end of each week, the newest first."""
    return [
        {
            "Week to": day(point.day, today),
            "Impact": one_bug.rounded(point.impact),
            f"Recent {settings.words.customers}": f"{point.recent_customers:,.1f}",
            "Uncertainty": f"±{point.se:,.0f}",
        }
        for point in reversed(explained.history)
    ]


# --- who reported it ---


def heading_of_groups(settings: Settings) -> str:
    return f"Which {settings.words.customers}"


def shares(groups: Groups) -> list[tuple[str, int]]:
    """Each group with its customers; those that are too few to be named, and of whom nothing says it, at the end."""
    last = [(name, n) for name, n in ((OTHER, groups.other), (UNKNOWN, groups.unknown)) if n]
    return [*groups.named, *last] if groups.named else []


def no_shares(groups: Groups | None) -> str:
    """Why nothing is broken down."""
    return (
        f"{NO_DATA.capitalize()}."
        if groups is None
        else f"Too few to break down: groups of fewer than {FEWEST} are not shown."
    )


def about_groups(page: OneBug, settings: Settings) -> str:
    """What a reader has to know of the counts beside the chart."""
    bug, words = page.explained.bug, settings.words
    when = f"the last {bug.window_days} days" if bug.window_days else "all time"
    said = f"{words.customers.capitalize()} who reported it in {when}, each counted once; the channel is that of the latest report."
    has_other = any(each and each.named and each.other for each in page.groups.values())
    return f"{said} Other: groups of fewer than {FEWEST}, added up." if has_other else said


# --- what they wrote ---


def heading_of_excerpts(settings: Settings) -> str:
    return f"What {settings.words.customers} say"


def under(excerpt: Excerpt, page: OneBug, today: date) -> str:
    """ "chat · Small · Checkout · 24 Nov"; the segment only where so many reported it that it gives nobody away."""
    segments: Groups | None = page.groups["segment"]
    named = dict(segments.named) if segments else {}
    segment = excerpt.segment if excerpt.segment in named else None
    return " · ".join(each for each in (excerpt.channel, segment, excerpt.area, day(excerpt.opened_on, today)) if each)


def more(n: int) -> str:
    return f"{n} more"


def ticket(excerpt: Excerpt) -> str:
    return f"Open ticket {excerpt.ticket}"
