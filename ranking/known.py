"""What was known of every bug at the end of a day, and how much it affected customers then.

Only what was known then is used, and it is fetched with a fixed number of queries, however many bugs there are.

What was decided where METHODOLOGY 5 leaves it open:
- A bug may be listed while it is not over and a customer reported it in the window (ranking/window.py). Recent
  customers are all who ever reported it, each with the weight of the last report.
- The rating factor compares the ratings of the last 13 weeks on the bug's tickets with all ratings of these weeks.
- Rising compares distinct customers, not mails: those of the last 7 days with the customers of each of the four weeks
  before, added up, so that one customer who writes every day is one report a week on both sides.
- A bug is over 7 quiet days after its fix was released. A bug closed as fixed whose release nobody recorded is treated
  as released when it was closed. A bug closed without a fix (duplicate, cannot be reproduced) leaves at once, because
  its reports belong elsewhere; but reports from the days after bring it back, because customers decide what matters.
- Of a bug that came back only the reports since then count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING

from metrics.counting.ratings import DISSATISFIED_TO
from ranking import impact as scores
from ranking.endings import End, Ending, after_fix, end_of
from ranking.impact import Memory, RecentCustomers, Severity
from ranking.labels import BEFORE_DAYS, NEW_DAYS, Course, Rise, rising
from ranking.order import Place, in_order
from ranking.window import window_of

if TYPE_CHECKING:
    from settings import Settings
    from store.published import BugDay, ListedBug, Published, Reach

WEEK_DAYS = 7
WEEKS = 13
_OPEN = Ending("open", None)


@dataclass(frozen=True, slots=True)
class Scored:
    """One bug at the end of a day. `last_reports` are all that were known, `counted` those that weigh."""

    bug: ListedBug
    recent: RecentCustomers
    severity: Severity
    rating_factor: float
    rated: int
    bad: int
    impact: float
    se: float
    last_on: date | None
    last_reports: list[Reach]
    counted: list[Reach]
    end: End | None
    ending: Ending

    def customers_of(self, days: int | None, at: date) -> int:
        """Distinct customers with a report in the `days` days up to `at` (the day of the scores); None: however long ago."""
        start, _ = days_up_to(at, days)
        return sum([customers for _, last_on, _, customers in self.last_reports if last_on >= start])

    def days_since(self, at: date) -> int | None:
        """How many days before `at` it was last reported; None if it is over, or was never reported."""
        return (at - self.last_on).days if self.counted and self.last_on else None


class Ratings:
    """Ratings on the tickets of each bug, and of the whole company, by day."""

    def __init__(self, days: Iterable[BugDay], company: Mapping[date, tuple[int, int]]) -> None:
        self.days = [row for row in days if row.rated]
        self.company = company

    def company_share(self, at: date) -> float:
        start, end = days_up_to(at, WEEKS * WEEK_DAYS)
        inside = [counts for day, counts in self.company.items() if start <= day < end]
        rated = sum(rated for rated, _ in inside)
        return sum(bad for _, bad in inside) / rated if rated else 0.0

    def of_bugs(self, at: date) -> dict[str, tuple[int, int]]:
        """(rated, bad) in the last 13 weeks, of the bugs that have any."""
        start, end = days_up_to(at, WEEKS * WEEK_DAYS)
        found: dict[str, tuple[int, int]] = {}
        for bug, day, _, day_rated, day_bad in self.days:
            if start <= day < end:
                rated, bad = found.get(bug, (0, 0))
                found[bug] = (rated + day_rated, bad + day_bad)
        return found


class Known:
    """What was known at the end of a day, fetched once: the scores then and a week before, and the reports of 14 weeks."""

    def __init__(self, published: Published, at: date, settings: Settings, memory: Memory, listed: int) -> None:
        self.published = published
        self.at = at
        self.settings = settings
        self.memory = memory
        self.listed = listed
        self.bugs = published.bugs(at)
        start = at - timedelta(days=(WEEKS + 1) * WEEK_DAYS - 1)
        self.days = published.bug_days(start, at + timedelta(days=1))
        ratings = Ratings(self.days, company_ratings(published, start, at))
        last_reports = published.reaches(at)
        self.scored = score(self.bugs, last_reports, ratings, at, settings, memory)
        self.has_reports = any(scored.last_reports for scored in self.scored.values())
        self.window_days, self.ranked = ranked(self.scored.values(), at, memory, listed)
        self.places = {scored.bug.id: place for place, scored in enumerate(self.ranked, start=1)}
        # Not over, but longer without a report than the window.
        self.quiet = sum(bool(scored.counted) for scored in self.scored.values()) - len(self.ranked)
        week_ago = at - timedelta(days=WEEK_DAYS)
        before = score(published.bugs(week_ago), published.reaches(week_ago), ratings, week_ago, settings, memory)
        _, order_before = ranked(before.values(), week_ago, memory, listed)
        self.places_before = {scored.bug.id: place for place, scored in enumerate(order_before, start=1)}
        self.weeks_before = self._customer_weeks_before()
        self.customers_7 = {scored.bug.id: scored.customers_of(WEEK_DAYS, at) for scored in self.ranked}
        rises = rising([self._reports(scored) for scored in self.ranked])
        self.rises = {scored.bug.id: rise for scored, rise in zip(self.ranked, rises, strict=True)}

    def fastest(self) -> Scored | None:
        """Of the bugs that are clearly rising, the one that gained most customers against its usual week."""
        clearly = [scored for scored in self.ranked if self.rises[scored.bug.id].is_rising]
        usual_weeks = BEFORE_DAYS / WEEK_DAYS
        # max() keeps the first of equals, which ranks higher.
        return max(
            clearly,
            key=lambda scored: self.customers_7[scored.bug.id] - self.weeks_before.get(scored.bug.id, 0) / usual_weeks,
            default=None,
        )

    def courses(self, chosen: Iterable[Scored], days: Mapping[str, list[BugDay]]) -> dict[str, Course]:
        """How the reports of each of these bugs went. `days` are the days with contacts of each, of the last 14 weeks."""
        first_ages = self._first_ages(days)
        return {
            scored.bug.id: self._course(scored, self.weeks_of(days[scored.bug.id]), first_ages.get(scored.bug.id))
            for scored in chosen
        }

    def weeks_of(self, days: Iterable[BugDay]) -> tuple[int, ...]:
        """Contacts in each of the last 13 periods of seven days, oldest first."""
        weeks = [0] * WEEKS
        for row in days:
            week = (self.at - row.day).days // WEEK_DAYS
            if 0 <= week < WEEKS:
                weeks[WEEKS - 1 - week] += row.contacts
        return tuple(weeks)

    def _reports(self, scored: Scored) -> tuple[int, int]:
        return self.customers_7[scored.bug.id], self.weeks_before.get(scored.bug.id, 0)

    def _customer_weeks_before(self) -> dict[str, int]:
        """For each bug the customers of each of the four weeks before the last seven days, added up."""
        total: dict[str, int] = {}
        for week in range(1, 1 + BEFORE_DAYS // WEEK_DAYS):
            for bug, customers in self.published.bug_customers(
                *days_up_to(self.at - timedelta(days=week * WEEK_DAYS), WEEK_DAYS)
            ).items():
                total[bug] = total.get(bug, 0) + customers
        return total

    def _first_ages(self, days: Mapping[str, list[BugDay]]) -> dict[str, int]:
        """For the bugs that are new: how many days ago the first report came. Older reports are asked for only if any may be."""
        first = {bug: (self.at - min(row.day for row in rows)).days for bug, rows in days.items() if rows}
        new = {bug: age for bug, age in first.items() if age <= NEW_DAYS}
        if new:
            earlier = self.published.bug_customers(date.min, self.at - timedelta(days=NEW_DAYS))
            new = {bug: age for bug, age in new.items() if bug not in earlier}
        return new

    def _course(self, scored: Scored, weeks: tuple[int, ...], first_age: int | None) -> Course:
        came_back = None
        is_fixed = scored.end is not None and scored.end.how != "closed"
        if scored.ending.state == "regression" and is_fixed and scored.end and scored.last_on:
            came_back = (scored.last_on - scored.end.on).days
        return Course(
            age_days=(self.at - day_of(scored.bug.opened_at, self.settings)).days,
            first_report_age=first_age,
            last_report_age=None if scored.last_on is None else (self.at - scored.last_on).days,
            customers_last_7=scored.customers_of(WEEK_DAYS, self.at),
            customer_weeks_before=self.weeks_before.get(scored.bug.id, 0),
            weeks_with_reports=sum(1 for n in weeks if n),
            rise=self.rises.get(scored.bug.id, Rise(1.0, 1.0, False)),
            came_back_days=came_back,
        )


def score(
    bugs: Iterable[ListedBug],
    last_reports: Iterable[Reach],
    ratings: Ratings,
    at: date,
    settings: Settings,
    memory: Memory,
) -> dict[str, Scored]:
    """Every bug with its impact at the end of day `at`. The reports are those that were known then."""
    by_bug: dict[str, list[Reach]] = {}
    for row in last_reports:
        by_bug.setdefault(row[0], []).append(row)
    company_share, rated = ratings.company_share(at), ratings.of_bugs(at)
    return {
        bug.id: _score_one(bug, by_bug.get(bug.id, []), rated.get(bug.id, (0, 0)), company_share, at, settings, memory)
        for bug in bugs
    }


def _score_one(
    bug: ListedBug,
    last_reports: list[Reach],
    ratings: tuple[int, int],
    company_share: float,
    at: date,
    settings: Settings,
    memory: Memory,
) -> Scored:
    last_on = max(last_reports, key=itemgetter(1)).last_on if last_reports else None
    end = end_of(bug, settings.zone)
    ending, counted = _OPEN, last_reports
    if end is not None:
        ending = after_fix(end.on, (row.last_on for row in last_reports), at, end.quiet_days)
        if ending.state == "gone":
            counted = []
        elif ending.state == "regression":
            counted = [row for row in last_reports if (row.last_on - end.on).days > end.quiet_days]
    recent = recent_after(counted, at, memory)
    severity = scores.severity(
        None if bug.is_cluster else bug.severity, settings.impact.severity, settings.impact.unrated_severity
    )
    rated, bad = ratings
    factor = scores.rating_factor(bad, rated, company_share)
    return Scored(
        bug=bug,
        recent=recent,
        severity=severity,
        rating_factor=factor,
        rated=rated,
        bad=bad,
        impact=scores.impact(recent.recent, severity.weight, factor),
        se=scores.impact(recent.se, severity.weight, factor),
        last_on=last_on,
        last_reports=last_reports,
        counted=counted,
        end=end,
        ending=ending,
    )


def recent_after(counted: Iterable[Reach], at: date, memory: Memory) -> RecentCustomers:
    """The recent customers on a day, if nobody reports it between now and then."""
    today = at.toordinal()
    # Plain tuples that live for a moment: with a hundred thousand customers, keeping objects would be most of the time.
    voices = ((today - last_on.toordinal(), weight, customers) for _, last_on, weight, customers in counted)
    return scores.recent_customers(voices, memory)


def ranked(scored: Iterable[Scored], at: date, memory: Memory, listed: int) -> tuple[int | None, list[Scored]]:
    """The window that admits bugs to the list, in days (None: however long ago), and the bugs that it admits, in order."""
    qualify = [(age, each) for each in scored if (age := each.days_since(at)) is not None]
    window = window_of((age for age, _ in qualify), memory, listed)
    chosen = [each for age, each in qualify if window is None or age < window]
    return window, in_order(
        chosen, lambda each: Place(each.impact, each.recent.customers, each.last_on or date.min, each.bug.id)
    )


def company_ratings(published: Published, start: date, at: date) -> dict[date, tuple[int, int]]:
    """For each day (rated, bad) of all satisfaction answers of the company."""
    found: dict[date, tuple[int, int]] = {}
    for count in published.tally("csat", start, at + timedelta(days=1)):
        scale, _, score = count.bin.rpartition(":")
        if scale not in DISSATISFIED_TO:
            continue
        rated, bad = found.get(count.day, (0, 0))
        found[count.day] = (rated + count.n, bad + (count.n if int(score) <= DISSATISFIED_TO[scale] else 0))
    return found


def days_up_to(at: date, days: int | None) -> tuple[date, date]:
    """The half-open period of `days` days that ends with `at`; None: all days up to it."""
    return date.min if days is None else at - timedelta(days=days - 1), at + timedelta(days=1)


def day_of(moment: datetime, settings: Settings) -> date:
    return moment.astimezone(settings.zone).date()
