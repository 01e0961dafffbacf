"""The ten bugs with the most impact on customers now: in which order, since when, and what would take each off the list.

`top_bugs` makes the list, `explain` tells everything about one bug; both hand over facts. The arithmetic is in
ranking/impact.py, the sentences in reporting/bugs.py.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from metrics.cautions import Caution, Cautions, RejectedShare, cautions
from metrics.counting.stays import stays
from metrics.period import Period
from ranking import beside
from ranking.beside import Coverage, Revenue
from ranking.endings import End, Ending
from ranking.gone import Gone, gone
from ranking.impact import DEFAULT_MEMORY, Memory, Severity
from ranking.known import (
    WEEK_DAYS,
    WEEKS,
    Known,
    Ratings,
    Scored,
    company_ratings,
    day_of,
    days_up_to,
    recent_after,
    score,
)
from ranking.labels import Course, Label, labels
from ranking.order import about_equal
from ranking.rules import PROBLEMS
from ranking.window import LISTED

if TYPE_CHECKING:
    from settings import Settings
    from store.published import BugDay, Published

MADE_OF = ("ticket", "bug", "bug_report")
MONTH_DAYS = 30
REVENUE_DAYS = 90
YEAR_DAYS = 365
COVERAGE_DAYS = 90
HISTORY_WEEKS = 26


@dataclass(frozen=True, slots=True)
class Movement:
    """Since seven days before. `places` is positive for up; `before` is the rank then, None if it did not qualify then."""

    kind: Literal["not listed", "new on the list", "new", "same", "moved"]
    places: int
    before: int | None


@dataclass(frozen=True, slots=True)
class Leaving:
    """What takes a bug off the list of `listed`, one of three; or, for one below it, how many recent customers would put it on.

    `on`: the day on which it leaves if nobody reports it until then, because its fix is out.
    `quiet_days`: after so many more days without a report it leaves, if the others stay as they are. All three are None
    where no quiet takes it off: no more than `listed` qualify, or it would take more than a year.
    """

    listed: int
    on: date | None = None
    quiet_days: int | None = None
    needed: float | None = None


@dataclass(frozen=True, slots=True)
class TopBug:
    """One bug. All days are days of the company's calendar; money is whole hundredths a month.

    `customers` are the distinct customers with a report in the window of the list (`window_days`; None: however long ago);
    `customers_ever` all who reported it.
    `rank` is the rank among all bugs that may be listed, None for one that may not. `weeks` are reports in each of
    the last 13 periods of seven days, oldest first, the last one ends on the day that is asked for.
    `is_unfiled`: tickets that say much the same, and no bug in the tracker describes it.
    """

    rank: int | None
    id: str
    title: str
    is_unfiled: bool
    impact: float
    se: float
    recent_customers: float
    rating_factor: float
    severity: Severity
    window_days: int | None
    customers: int
    customers_7: int
    customers_ever: int
    contacts_7: int
    contacts_30: int
    rated: int
    bad: int
    labels: tuple[Label, ...]
    course: Course
    movement: Movement
    about_equal_with_next: bool
    end: End | None
    ending: Ending
    leaving: Leaving | None
    status: str | None
    owner: str | None
    area: str | None
    url: str | None
    age_days: int
    opened_on: date
    fixed_on: date | None
    expected_on: date | None
    first_reported_on: date | None
    last_reported_on: date | None
    revenue: Revenue
    weeks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Why nothing is listed. `bugs` is how many are known; `withheld` is the share of rejected rows, for "withheld"."""

    why: Literal["withheld", "nothing read", "no tracker", "none known then", "no reports", "none open"]
    bugs: int = 0
    withheld: RejectedShare | None = None


@dataclass(frozen=True, slots=True)
class TopBugs:
    """`customers` are the distinct customers with a report of any listed bug in the window, of `of_customers` who were
    customers on any day of it (None where that is not known).

    `others` qualify but rank lower, `quiet` are not over and were last reported before the window. `revenue` is of the
    distinct customers with a report of any listed bug in the last 90 days: each counts once.
    """

    at: date
    window_days: int | None
    bugs: tuple[TopBug, ...]
    others: int
    quiet: int
    customers: int
    of_customers: int | None
    revenue: Revenue
    coverage: Coverage
    fastest: str | None  # id of the bug that grows fastest, if any clearly grows
    fastest_title: str | None
    fastest_rank: int | None
    missing: Missing | None
    cautions: tuple[Caution, ...] = ()  # what must be said beside the list
    gone: tuple[Gone, ...] = ()  # on the list a week ago, not today


@dataclass(frozen=True, slots=True)
class ImpactAt:
    """What the impact of a bug was at the end of a day, from what was known then. `impact` is 0 where it was over."""

    day: date
    impact: float
    se: float
    recent_customers: float


@dataclass(frozen=True, slots=True)
class DayCount:
    day: date
    contacts: int
    rated: int
    bad: int


@dataclass(frozen=True, slots=True)
class Explained:
    """One bug, in the list or not. `of` is how many bugs are ranked; `history` oldest first, one point a week.

    `of_customers` is the whole of bug.customers: who was a customer on any day of the window, None where not known.
    """

    bug: TopBug
    of: int
    is_listed: bool
    memory: Memory
    history: tuple[ImpactAt, ...]
    days: tuple[DayCount, ...]
    cautions: Cautions
    of_customers: int | None = None


def top_bugs(
    published: Published, at: date, settings: Settings, memory: Memory = DEFAULT_MEMORY, listed: int = LISTED
) -> TopBugs:
    """The `listed` bugs with the most impact at the end of day `at` (METHODOLOGY 5)."""
    known = Known(published, at, settings, memory, listed)
    rows = cautions(published, MADE_OF)
    bugs = () if rows.withheld else _described(known, known.ranked[:listed])
    ids = [bug.id for bug in bugs]
    days, paying_days = days_up_to(at, known.window_days), days_up_to(at, REVENUE_DAYS)
    customers = published.distinct_customers(ids, *days) if ids else 0
    revenue = beside.revenue(0, 0, 0)
    if ids:
        revenue = beside.revenue(*published.revenue_of_bugs(ids, *paying_days), published.revenue_of_all()[1])
    fastest = None if rows.withheld else known.fastest()
    missing = None if bugs else _missing(published, known)
    if rows.withheld:
        missing = Missing("withheld", len(known.bugs), rows.withheld)
    return TopBugs(
        at=at,
        window_days=known.window_days,
        bugs=bugs,
        others=0 if rows.withheld else len(known.ranked) - len(bugs),
        quiet=0 if rows.withheld else known.quiet,
        customers=customers,
        of_customers=_active_customers(published, Period(*days), customers) if ids else None,
        revenue=revenue,
        coverage=_coverage(published, at),
        fastest=fastest.bug.id if fastest else None,
        fastest_title=fastest.bug.title if fastest else None,
        fastest_rank=known.places[fastest.bug.id] if fastest else None,
        missing=missing,
        cautions=rows.beside,
        gone=() if rows.withheld else gone(known, ids),
    )


def explain(
    published: Published,
    bug_id: str,
    at: date,
    settings: Settings,
    memory: Memory = DEFAULT_MEMORY,
    listed: int = LISTED,
) -> Explained | None:
    """Everything about one bug as known at the end of `at`, also if it is not listed; None if it was not known then."""
    known = Known(published, at, settings, memory, listed)
    scored = known.scored.get(bug_id)
    if scored is None:
        return None
    place = known.places.get(bug_id)
    bug = _described(known, [scored])[0]
    window = Period(*days_up_to(at, known.window_days))
    days = published.bug_days(*days_up_to(at, HISTORY_WEEKS * WEEK_DAYS), bug_id)
    return Explained(
        bug=bug,
        of=len(known.ranked),
        is_listed=place is not None and place <= listed,
        memory=memory,
        history=tuple(_history(published, bug_id, at, settings, memory)),
        days=tuple(
            DayCount(row.day, row.contacts, row.rated, row.bad) for row in sorted(days, key=lambda row: row.day)
        ),
        cautions=cautions(published, MADE_OF),
        of_customers=_active_customers(published, window, bug.customers),
    )


def _described(known: Known, chosen: list[Scored]) -> tuple[TopBug, ...]:
    """All facts about these bugs; asks the store once for all of them."""
    ids = [scored.bug.id for scored in chosen]
    if not ids:
        return ()
    revenues = known.published.bug_revenue(ids, *days_up_to(known.at, REVENUE_DAYS))
    revenue_of_all = known.published.revenue_of_all()[1]
    days: dict[str, list[BugDay]] = {id: [] for id in ids}
    for row in known.days:
        if row.bug in days and row.contacts:
            days[row.bug].append(row)
    courses = known.courses(chosen, days)
    first_on = known.published.first_reports(known.at, ids)
    return tuple(
        _bug(
            known,
            scored,
            courses[id],
            days[id],
            first_on.get(id),
            beside.revenue(*revenues.get(id, (0, 0, 0)), revenue_of_all),
        )
        for id, scored in zip(ids, chosen, strict=True)
    )


def _bug(
    known: Known, scored: Scored, course: Course, days: list[BugDay], first_on: date | None, revenue: Revenue
) -> TopBug:
    bug, at = scored.bug, known.at
    place = known.places.get(bug.id)
    after = known.ranked[place] if place is not None and place < len(known.ranked) else None
    opened_on = day_of(bug.opened_at, known.settings)

    def contacts(last_days: int) -> int:
        return sum(row.contacts for row in days if 0 <= (at - row.day).days < last_days)

    return TopBug(
        rank=place,
        id=bug.id,
        title=bug.title,
        is_unfiled=bug.is_cluster,
        impact=scored.impact,
        se=scored.se,
        recent_customers=scored.recent.recent,
        rating_factor=scored.rating_factor,
        severity=scored.severity,
        window_days=known.window_days,
        customers=scored.customers_of(known.window_days, at),
        customers_7=scored.customers_of(WEEK_DAYS, at),
        customers_ever=scored.recent.customers,
        contacts_7=contacts(WEEK_DAYS),
        contacts_30=contacts(MONTH_DAYS),
        rated=scored.rated,
        bad=scored.bad,
        labels=labels(course),
        course=course,
        movement=_movement(known, bug.id, place),
        about_equal_with_next=after is not None and about_equal(scored.impact, scored.se, after.impact, after.se),
        end=scored.end,
        ending=scored.ending,
        leaving=_leaving(known, scored, place),
        status=bug.status,
        owner=bug.owner,
        area=bug.area,
        url=bug.url,
        age_days=(at - opened_on).days,
        opened_on=opened_on,
        fixed_on=day_of(bug.fixed_at, known.settings) if bug.fixed_at else None,
        expected_on=bug.expected_on,
        first_reported_on=first_on,
        last_reported_on=scored.last_on,
        revenue=revenue,
        weeks=known.weeks_of(days),
    )


def _movement(known: Known, bug: str, place: int | None) -> Movement:
    before = known.places_before.get(bug)
    if place is None:
        return Movement("not listed", 0, before)
    if before is None or place <= known.listed < before:
        return Movement("new on the list" if place <= known.listed else "new", 0, before)
    return Movement("same" if before == place else "moved", before - place, before)


def _leaving(known: Known, scored: Scored, place: int | None) -> Leaving | None:
    """Computed from what is known now, as if nothing else happened."""
    listed = known.listed
    if place is None:
        return None
    factor = scored.severity.weight * scored.rating_factor
    if place > listed:
        return Leaving(listed, needed=known.ranked[listed - 1].impact / factor)
    if scored.ending.state == "waiting":
        return Leaving(listed, on=scored.ending.leaves_on)
    if len(known.ranked) <= listed:
        return Leaving(listed)
    last_age, window = (known.at - (scored.last_on or known.at)).days, known.window_days
    bar = known.ranked[listed].impact / factor

    def is_off(days: int) -> bool:
        if window is not None and last_age + days >= window:
            return True
        return recent_after(scored.counted, known.at + timedelta(days=days), known.memory).recent < bar

    quiet_days = bisect_left(range(YEAR_DAYS + 1), True, lo=1, key=is_off)
    return Leaving(listed, quiet_days=quiet_days if quiet_days <= YEAR_DAYS else None)


def _history(published: Published, bug_id: str, at: date, settings: Settings, memory: Memory) -> Iterable[ImpactAt]:
    """The impact at each of the last 26 week ends (weeks end on the weekday of `at`), from what was known then."""
    start = at - timedelta(days=(HISTORY_WEEKS + WEEKS) * WEEK_DAYS)
    rows = published.bug_days(start, at + timedelta(days=1), bug_id)
    ratings = Ratings(rows, company_ratings(published, start, at))
    for week in reversed(range(HISTORY_WEEKS)):
        day = at - timedelta(days=week * WEEK_DAYS)
        bug = published.bug(bug_id, day)
        if bug is None or day_of(bug.opened_at, settings) > day:
            yield ImpactAt(day, 0.0, 0.0, 0.0)
            continue
        scored = score([bug], published.reach_of(bug_id, day), ratings, day, settings, memory)[bug_id]
        yield ImpactAt(day, scored.impact, scored.se, scored.recent.recent)


def _active_customers(published: Published, period: Period, at_least: int) -> int | None:
    """Who was a customer on any day of the period; None where no source says so, or does not know all who report."""
    found = stays(published, "customer_started", "customer_ended", [period], {}, None).get("")
    if found is None or found.without_end(period.end):
        return None
    active = found.at_start_of(period.start).n + sum(each.n for each in found.started_in(period))
    return active if active >= at_least else None


def _coverage(published: Published, at: date) -> Coverage:
    linked = tickets = 0
    for count in published.tally("tickets_linked", *days_up_to(at, COVERAGE_DAYS)):
        kind, _, is_linked = count.bin.rpartition(":")
        if kind in PROBLEMS:
            tickets += count.n
            linked += count.n if is_linked == "linked" else 0
    return beside.coverage(linked, tickets)


def _missing(published: Published, known: Known) -> Missing:
    bugs = len(known.bugs)
    if not bugs:
        if not published.rows("ticket"):
            return Missing("nothing read")
        return Missing("none known then" if published.rows("bug") else "no tracker")
    return Missing("none open" if known.has_reports else "no reports", bugs)
