"""The ten bugs that hurt customers most now: in which order, why, since when, and what would take each off the list.

`top_bugs` makes the list, `explain` tells everything about one bug. Both use only what was known at the end of the day
that is asked for, and fetch with a fixed number of queries, however many bugs there are. The arithmetic is in
ranking/impact.py. Titles are foreign text: the sentences here are plain text, and whoever shows them escapes them.

What was decided where METHODOLOGY 5 leaves it open:
- A bug is in the ranking while it is not over and a customer reported it in the last 90 days (at three half-lives).
- "Hurts N customers this month" counts the distinct customers with a report in the last 30 days. Reach counts all
  who ever reported, each with the weight of the day of the last report.
- Mood compares the ratings of the last 13 weeks on the bug's tickets with all ratings of the last 13 weeks.
- Rising compares distinct customers, not mails: those of the last 7 days with the customers of each of the four weeks
  before, added up, so that one customer who writes every day is one report a week on both sides.
- A bug is over 7 quiet days after its fix was released. A bug closed as fixed whose release nobody recorded is treated
  as released when it was closed. A bug closed without a fix (duplicate, cannot be reproduced) leaves at once, because
  its reports belong elsewhere; but reports from the days after bring it back, because customers decide what hurts.
- Of a bug that came back only the reports since then count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, log2
from operator import itemgetter
from typing import TYPE_CHECKING

from metrics.cautions import Cautions, cautions
from metrics.counting.ratings import DISSATISFIED_TO
from ranking import impact as pains
from ranking.impact import Course, Coverage, Label, Place, Reached, Revenue, Severity

if TYPE_CHECKING:
    from settings import Settings
    from store.published import BugDay, ListedBug, Published, Reach

HURTS_DAYS = 90
MADE_OF = ("ticket", "bug", "bug_report")
WITHHELD = "The top 10 is withheld: too many rows were rejected."
MONTH_DAYS = 30
WEEK_DAYS = 7
WEEKS = 13
COVERAGE_DAYS = 90
HISTORY_WEEKS = 26
LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Movement:
    """Since seven days before. `places` is positive for up; `before` is the rank then, None if it did not hurt then."""

    words: str  # "up 2", "down 1", "new on the list", "same"
    places: int
    before: int | None


@dataclass(frozen=True, slots=True)
class TopBug:
    """One bug as people see it. All days are days of the company's calendar; money is whole hundredths a month.

    `customers` are the distinct customers with a report in the last 30 days; `customers_behind` all whose reports weigh.
    `rank` is the rank among all bugs that hurt, None for one that does not (any more). `weeks` are reports in each of
    the last 13 stretches of seven days, oldest first, the last one ends on the day that is asked for.
    """

    rank: int | None
    id: str
    title: str
    badge: str | None  # "no bug yet" for a pain that nobody has entered in the tracker
    pain: float
    se: float
    reach: float
    mood: float
    severity: Severity
    customers: int
    customers_7: int
    customers_behind: int
    contacts_7: int
    contacts_30: int
    rated: int
    bad: int
    arithmetic: str
    why: str  # one plain sentence for everybody, without the rank
    labels: tuple[Label, ...]
    movement: Movement
    about_equal_with_next: bool
    standing: str
    leaves: str
    status: str | None
    owner: str | None
    area: str | None
    url: str | None
    age_days: int
    opened_on: date
    expected_on: date | None
    last_reported_on: date | None
    revenue: Revenue
    paid: str  # the same in words, "" where no price is known
    weeks: tuple[int, ...]

    @property
    def is_pain(self) -> bool:
        return self.badge is not None

    @property
    def sentence(self) -> str:
        """Why it ranks where it does: "Ranks 1st: 52 customers told us ..."."""
        ranks = f"Ranks {_ordinal(self.rank)}" if self.rank is not None else "Not ranked"
        return f"{ranks}: {self.why}"


@dataclass(frozen=True, slots=True)
class TopBugs:
    """`customers` are the distinct customers with a report of any listed bug in the last 30 days.

    `revenue` is of the distinct customers with a report of any listed bug in the last 90 days: each counts once.
    """

    at: date
    bugs: tuple[TopBug, ...]
    others: int
    customers: int
    revenue: Revenue
    revenue_sentence: str | None
    coverage: Coverage
    coverage_sentence: str
    fastest: str | None  # id of the bug that spreads fastest, if any clearly spreads
    headline: str
    missing: str | None  # what to do, where there is nothing to list
    cautions: tuple[str, ...] = ()  # what must be said beside the list


@dataclass(frozen=True, slots=True)
class PainAt:
    """What the pain of a bug was at the end of a day, from what was known then. `pain` is 0 where it was over."""

    day: date
    pain: float
    se: float
    reach: float


@dataclass(frozen=True, slots=True)
class DayCount:
    day: date
    contacts: int
    rated: int
    bad: int


@dataclass(frozen=True, slots=True)
class Explained:
    """One bug, in the list or not. `of` is how many bugs are ranked; `history` oldest first, one point a week."""

    bug: TopBug
    of: int
    is_listed: bool
    why_not_listed: str | None
    history: tuple[PainAt, ...]
    days: tuple[DayCount, ...]
    cautions: Cautions


def top_bugs(published: Published, at: date, settings: Settings, listed: int = 10) -> TopBugs:
    """The `listed` bugs that hurt most at the end of day `at`, and what to say about them (METHODOLOGY 5)."""
    known = _Known(published, at, settings)
    rows = cautions(published, MADE_OF)
    bugs = () if rows.withheld else known.told(known.ranked[:listed], listed)
    ids = [bug.id for bug in bugs]
    customers = published.distinct_customers(ids, *_days(at, MONTH_DAYS)) if ids else 0
    revenue = (
        pains.revenue(*published.revenue_of_bugs(at, ids), known.revenue_of_all) if ids else pains.revenue(0, 0, 0)
    )
    coverage = _coverage(published, at)
    fastest = known.fastest()
    missing = None if bugs else _missing(published, known, settings)
    if rows.withheld:
        missing = _Missing(WITHHELD, rows.withheld)
    return TopBugs(
        at=at,
        bugs=bugs,
        others=0 if rows.withheld else len(known.ranked) - len(bugs),
        customers=customers,
        revenue=revenue,
        revenue_sentence=_revenue_sentence(bugs, revenue, settings),
        coverage=coverage,
        coverage_sentence=_coverage_sentence(coverage),
        fastest=fastest.bug.id if fastest else None,
        headline=missing.headline if missing else _headline(bugs, customers, known, fastest, settings),
        missing=missing.advice if missing else None,
        cautions=rows.beside,
    )


def explain(published: Published, bug_id: str, at: date, settings: Settings, listed: int = 10) -> Explained | None:
    """Everything about one bug as known at the end of `at`, also if it is not listed; None if it was not known then."""
    known = _Known(published, at, settings)
    scored = known.scored.get(bug_id)
    if scored is None:
        return None
    place = known.places.get(bug_id)
    is_listed = place is not None and place <= listed
    return Explained(
        bug=known.told([scored], listed)[0],
        of=len(known.ranked),
        is_listed=is_listed,
        why_not_listed=None if is_listed else _why_not_listed(scored, place, listed, settings),
        history=tuple(_history(published, bug_id, at, settings)),
        days=tuple(
            DayCount(row.day, row.contacts, row.rated, row.bad)
            for row in sorted(
                published.bug_days(*_days(at, HISTORY_WEEKS * WEEK_DAYS), bug_id), key=lambda row: row.day
            )
        ),
        cautions=cautions(published, MADE_OF),
    )


# --- what is known, and the scores ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _End:
    """When a bug was over: released, or closed. `after` completes "reported again 12 days after ..."."""

    on: date
    quiet_days: int
    after: str
    is_fix: bool


@dataclass(frozen=True, slots=True)
class _Scored:
    bug: ListedBug
    reached: Reached
    severity: Severity
    mood: float
    rated: int
    bad: int
    pain: float
    se: float
    last_on: date | None
    reaches: list[Reach]
    hurts: bool
    end: _End | None
    ending: pains.Ending

    def customers_of(self, days: int, at: date) -> int:
        """Distinct customers with a report in the `days` days up to `at` (the day of the scores)."""
        before = at - timedelta(days=days)
        return sum([customers for _, last_on, _, customers in self.reaches if last_on > before])


class _Ratings:
    """Ratings on the tickets of each bug, and of the whole company, by day."""

    def __init__(self, days: Iterable[BugDay], company: Mapping[date, tuple[int, int]]) -> None:
        self.days = [row for row in days if row.rated]
        self.company = company

    def company_share(self, at: date) -> float:
        start, end = _days(at, WEEKS * WEEK_DAYS)
        inside = [counts for day, counts in self.company.items() if start <= day < end]
        rated = sum(rated for rated, _ in inside)
        return sum(bad for _, bad in inside) / rated if rated else 0.0

    def of_bugs(self, at: date) -> dict[str, tuple[int, int]]:
        """(rated, bad) in the last 13 weeks, of the bugs that have any."""
        start, end = _days(at, WEEKS * WEEK_DAYS)
        found: dict[str, tuple[int, int]] = {}
        for bug, day, _, day_rated, day_bad in self.days:
            if start <= day < end:
                rated, bad = found.get(bug, (0, 0))
                found[bug] = (rated + day_rated, bad + day_bad)
        return found


class _Known:
    """What was known at the end of a day, fetched once: the scores then and a week before, and the reports of 14 weeks."""

    def __init__(self, published: Published, at: date, settings: Settings) -> None:
        self.published = published
        self.at = at
        self.settings = settings
        self.bugs = published.bugs(at)
        start = at - timedelta(days=(WEEKS + 1) * WEEK_DAYS - 1)
        self.days = published.bug_days(start, at + timedelta(days=1))
        self.ratings = _Ratings(self.days, _company_ratings(published, start, at))
        reaches = published.reaches(at)
        self.has_reports = bool(reaches)
        self.scored = _score(self.bugs, reaches, self.ratings, at, settings)
        self.ranked = _rank(self.scored.values())
        self.places = {scored.bug.id: place for place, scored in enumerate(self.ranked, start=1)}
        week_ago = at - timedelta(days=WEEK_DAYS)
        before = _score(published.bugs(week_ago), published.reaches(week_ago), self.ratings, week_ago, settings)
        self.revenue_of_all = 0  # asked for with what else stands beside the bugs
        self.places_before = {scored.bug.id: place for place, scored in enumerate(_rank(before.values()), start=1)}
        self.weeks_before = self._customer_weeks_before()
        self.customers_7 = {scored.bug.id: scored.customers_of(WEEK_DAYS, at) for scored in self.ranked}
        rises = pains.rising([self._reports(scored) for scored in self.ranked])
        self.rises = {scored.bug.id: rise for scored, rise in zip(self.ranked, rises, strict=True)}

    def told(self, chosen: list[_Scored], listed: int) -> tuple[TopBug, ...]:
        """What people see of these bugs; asks the store once for all of them."""
        ids = [scored.bug.id for scored in chosen]
        if not ids:
            return ()
        revenues = self.published.bug_revenue(self.at, ids)
        self.revenue_of_all = self.published.revenue_of_all()[1]
        days: dict[str, list[BugDay]] = {id: [] for id in ids}
        for row in self.days:
            if row.bug in days and row.contacts:
                days[row.bug].append(row)
        first_ages = self._first_ages(days)
        return tuple(
            self._told(scored, listed, revenues.get(id, (0, 0, 0)), days[id], first_ages.get(id))
            for id, scored in zip(ids, chosen, strict=True)
        )

    def _told(
        self,
        scored: _Scored,
        listed: int,
        revenue: tuple[int, int, int],
        days: list[BugDay],
        first_age: int | None,
    ) -> TopBug:
        bug, at = scored.bug, self.at
        place = self.places.get(bug.id)
        contacts = [0] * (WEEKS * WEEK_DAYS)
        for row in days:
            age = (at - row.day).days
            if 0 <= age < len(contacts):
                contacts[age] += row.contacts
        weeks = tuple(sum(contacts[week * WEEK_DAYS : (week + 1) * WEEK_DAYS]) for week in reversed(range(WEEKS)))
        opened_on = _day(bug.opened_at, self.settings)
        labels = pains.labels(self._course(scored, weeks, first_age, opened_on))
        after = self.ranked[place] if place is not None and place < len(self.ranked) else None
        return TopBug(
            rank=place,
            id=bug.id,
            title=bug.title,
            badge="no bug yet" if bug.is_pain else None,
            pain=scored.pain,
            se=scored.se,
            reach=scored.reached.reach,
            mood=scored.mood,
            severity=scored.severity,
            customers=scored.customers_of(MONTH_DAYS, at),
            customers_7=scored.customers_of(WEEK_DAYS, at),
            customers_behind=scored.reached.customers,
            contacts_7=sum(contacts[:WEEK_DAYS]),
            contacts_30=sum(contacts[:MONTH_DAYS]),
            rated=scored.rated,
            bad=scored.bad,
            arithmetic=_arithmetic(scored, self.settings),
            why=_why(scored, at, self.settings),
            labels=labels,
            movement=self._movement(bug.id, place, listed),
            about_equal_with_next=after is not None
            and pains.about_equal(scored.pain, scored.se, after.pain, after.se).about_equal,
            standing=_standing(scored, self.settings),
            leaves=self._leaves(scored, place, listed),
            status=bug.status,
            owner=bug.owner,
            area=bug.area,
            url=bug.url,
            age_days=(at - opened_on).days,
            opened_on=opened_on,
            expected_on=bug.expected_on,
            last_reported_on=scored.last_on,
            revenue=(money := pains.revenue(*revenue, self.revenue_of_all)),
            paid=_paid(money, self.settings),
            weeks=weeks,
        )

    def fastest(self) -> _Scored | None:
        """Of the bugs that are clearly rising, the one that gained most customers against its usual week."""
        rising = [scored for scored in self.ranked if self.rises[scored.bug.id].is_rising]
        usual_weeks = pains.BEFORE_DAYS / WEEK_DAYS
        # max() keeps the first of equals, which ranks higher.
        return max(
            rising,
            key=lambda scored: self.customers_7[scored.bug.id] - self.weeks_before.get(scored.bug.id, 0) / usual_weeks,
            default=None,
        )

    def _reports(self, scored: _Scored) -> tuple[int, int]:
        return self.customers_7[scored.bug.id], self.weeks_before.get(scored.bug.id, 0)

    def _customer_weeks_before(self) -> dict[str, int]:
        """For each bug the customers of each of the four weeks before the last seven days, added up."""
        total: dict[str, int] = {}
        for week in range(1, 1 + pains.BEFORE_DAYS // WEEK_DAYS):
            for bug, customers in self.published.bug_customers(
                *_days(self.at - timedelta(days=week * WEEK_DAYS), WEEK_DAYS)
            ).items():
                total[bug] = total.get(bug, 0) + customers
        return total

    def _first_ages(self, days: Mapping[str, list[BugDay]]) -> dict[str, int]:
        """For the bugs that are new: how many days ago the first report came. Older reports are asked for only if any may be."""
        first = {bug: (self.at - min(row.day for row in rows)).days for bug, rows in days.items() if rows}
        new = {bug: age for bug, age in first.items() if age <= pains.NEW_DAYS}
        if new:
            earlier = self.published.bug_customers(date.min, self.at - timedelta(days=pains.NEW_DAYS))
            new = {bug: age for bug, age in new.items() if bug not in earlier}
        return new

    def _course(self, scored: _Scored, weeks: tuple[int, ...], first_age: int | None, opened_on: date) -> Course:
        came_back = None
        if scored.ending.state == "regression" and scored.end and scored.end.is_fix and scored.last_on:
            came_back = (scored.last_on - scored.end.on).days
        return Course(
            age_days=(self.at - opened_on).days,
            first_report_age=first_age,
            last_report_age=None if scored.last_on is None else (self.at - scored.last_on).days,
            customers_last_7=scored.customers_of(WEEK_DAYS, self.at),
            customer_weeks_before=self.weeks_before.get(scored.bug.id, 0),
            weeks_with_reports=sum(1 for n in weeks if n),
            rise=self.rises.get(scored.bug.id, pains.Rise(1.0, 1.0, False)),
            came_back_days=came_back,
            came_back_after=scored.end.after if scored.end else "",
        )

    def _movement(self, bug: str, place: int | None, listed: int) -> Movement:
        before = self.places_before.get(bug)
        if place is None:
            return Movement("not on the list", 0, before)
        if before is None or (place <= listed < before):
            return Movement("new on the list" if place <= listed else "new", 0, before)
        places = before - place
        words = "same" if places == 0 else f"up {places}" if places > 0 else f"down {-places}"
        return Movement(words, places, before)

    def _leaves(self, scored: _Scored, place: int | None, listed: int) -> str:
        """What it would take to leave the list (or to get onto it), computed from what is known now."""
        customers = self.settings.words.customers
        factor = scored.severity.weight * scored.mood
        if place is None:
            return "It is not on the list."
        if place > listed:
            needed = self.ranked[listed - 1].pain / factor
            return (
                f"It is not among the first {listed}; for that it would need {needed:.1f} {customers} now"
                f" instead of {scored.reached.reach:.1f}."
            )
        if scored.ending.state == "waiting" and scored.ending.leaves_on and scored.end:
            return f"It leaves the list on {_said(scored.ending.leaves_on)} if nobody reports it until then."
        ways = []
        if len(self.ranked) > listed:
            bar = self.ranked[listed].pain
            way = f"when it weighs less than {bar / factor:.1f} {customers} now (today {scored.reached.reach:.1f})"
            days = max(1, ceil(self.settings.pain.half_life_days * log2(scored.pain / bar)))
            if days < HURTS_DAYS:
                way += f", after about {_n(days, 'quiet day')} if the others stay as they are"
            ways.append(way)
        else:
            ways.append(f"when nobody has reported it for {HURTS_DAYS} days")
        if scored.bug.is_pain:
            ways.append("when its tickets are linked to a bug in the tracker")
        else:
            ways.append(f"{pains.QUIET_DAYS} quiet days after a released fix")
        return f"It leaves the list {'; or '.join(ways)}."


def _score(
    bugs: Iterable[ListedBug], reaches: Iterable[Reach], ratings: _Ratings, at: date, settings: Settings
) -> dict[str, _Scored]:
    by_bug: dict[str, list[Reach]] = {}
    for row in reaches:
        by_bug.setdefault(row[0], []).append(row)
    company_share, rated = ratings.company_share(at), ratings.of_bugs(at)
    return {
        bug.id: _score_one(bug, by_bug.get(bug.id, []), rated.get(bug.id, (0, 0)), company_share, at, settings)
        for bug in bugs
    }


def _score_one(
    bug: ListedBug,
    reaches: list[Reach],
    ratings: tuple[int, int],
    company_share: float,
    at: date,
    settings: Settings,
) -> _Scored:
    last_on = max(reaches, key=itemgetter(1)).last_on if reaches else None
    end = _end(bug, settings)
    ending, counted = _OPEN, reaches
    if end is not None:
        ending = pains.after_fix(end.on, (row.last_on for row in reaches), at, end.quiet_days)
        if ending.state == "gone":
            counted = []
        elif ending.state == "regression":
            counted = [row for row in reaches if (row.last_on - end.on).days > end.quiet_days]
    today = at.toordinal()
    # Plain tuples that live for a moment: with a hundred thousand customers, keeping objects would be most of the time.
    voices = ((today - last_on.toordinal(), weight, customers) for _, last_on, weight, customers in counted)
    reached = pains.reach(voices, settings.pain.half_life_days)
    severity = pains.severity(
        None if bug.is_pain else bug.severity, settings.pain.severity, settings.pain.unrated_severity
    )
    rated, bad = ratings
    mood = pains.mood(bad, rated, company_share)
    return _Scored(
        bug=bug,
        reached=reached,
        severity=severity,
        mood=mood,
        rated=rated,
        bad=bad,
        pain=pains.pain(reached.reach, severity.weight, mood),
        se=pains.pain(reached.se, severity.weight, mood),
        last_on=last_on,
        reaches=reaches,
        hurts=bool(counted) and last_on is not None and (at - last_on).days < HURTS_DAYS,
        end=end,
        ending=ending,
    )


_OPEN = pains.Ending("open", 0, None)


def _rank(scored: Iterable[_Scored]) -> list[_Scored]:
    return pains.in_order(
        (each for each in scored if each.hurts),
        lambda each: Place(each.pain, each.reached.customers, each.last_on or date.min, each.bug.id),
    )


def _end(bug: ListedBug, settings: Settings) -> _End | None:
    if bug.released_at:
        on = _day(bug.released_at, settings)
        return _End(on, pains.QUIET_DAYS, f"its fix was released on {_said(on)}", True)
    if bug.closed_at:
        on = _day(bug.closed_at, settings)
        if bug.fixed_at:
            return _End(on, pains.QUIET_DAYS, f"it was closed as fixed on {_said(on)}", True)
        return _End(on, 0, f"it was closed without a fix on {_said(on)}", False)
    return None


def _history(published: Published, bug_id: str, at: date, settings: Settings) -> Iterable[PainAt]:
    """The pain at each of the last 26 week ends (weeks end on the weekday of `at`), from what was known then."""
    start = at - timedelta(days=(HISTORY_WEEKS + WEEKS) * WEEK_DAYS)
    rows = published.bug_days(start, at + timedelta(days=1), bug_id)
    ratings = _Ratings(rows, _company_ratings(published, start, at))
    for week in reversed(range(HISTORY_WEEKS)):
        day = at - timedelta(days=week * WEEK_DAYS)
        bug = published.bug(bug_id, day)
        if bug is None or _day(bug.opened_at, settings) > day:
            yield PainAt(day, 0.0, 0.0, 0.0)
            continue
        scored = _score([bug], published.reach_of(bug_id, day), ratings, day, settings)[bug_id]
        yield PainAt(day, scored.pain, scored.se, scored.reached.reach)


def _company_ratings(published: Published, start: date, at: date) -> dict[date, tuple[int, int]]:
    """For each day (rated, bad) of all satisfaction answers of the company."""
    found: dict[date, tuple[int, int]] = {}
    for count in published.tally("csat", start, at + timedelta(days=1)):
        scale, _, score = count.bin.rpartition(":")
        if scale not in DISSATISFIED_TO:
            continue
        rated, bad = found.get(count.day, (0, 0))
        found[count.day] = (rated + count.n, bad + (count.n if int(score) <= DISSATISFIED_TO[scale] else 0))
    return found


def _coverage(published: Published, at: date) -> Coverage:
    linked = tickets = 0
    for count in published.tally("problem_tickets", *_days(at, COVERAGE_DAYS)):
        tickets += count.n
        linked += count.n if count.bin == "linked" else 0
    return pains.coverage(linked, tickets)


# --- sentences -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Missing:
    headline: str
    advice: str


def _missing(published: Published, known: _Known, settings: Settings) -> _Missing:
    customer = settings.words.customer
    if not known.bugs:
        if not published.rows("ticket"):
            return _Missing(
                "Nothing can be ranked yet: no bugs and no tickets have been read.",
                "Name a bug tracker and a help desk in empathy.toml, then run ./run refresh.",
            )
        if not published.rows("bug"):
            return _Missing(
                "No bug can be named yet: no bug tracker has been read.",
                "Name a bug tracker in empathy.toml, then run ./run refresh.",
            )
        return _Missing("No bug was known on this day.", "Choose a later day.")
    n = len(known.bugs)
    if not known.has_reports:
        return _Missing(
            f"{_capital(_n(n, 'bug'))} {'is' if n == 1 else 'are'} known, but no {customer} has reported"
            f" {'it' if n == 1 else 'any of them'}: nobody can say which hurt.",
            "Link tickets to bugs: by the help desk's own link, or by writing the bug's key into the ticket.",
        )
    return _Missing(
        "No bug hurts now.",
        f"{_capital(_n(n, 'bug'))} {'is' if n == 1 else 'are'} known; none was reported in the last {HURTS_DAYS} days"
        " without being fixed since.",
    )


def _headline(
    bugs: tuple[TopBug, ...], customers: int, known: _Known, fastest: _Scored | None, settings: Settings
) -> str:
    words = settings.words
    # A bug that nobody reported this month is still on the list, fading; it hurt nobody this month.
    n = sum(bug.customers > 0 for bug in bugs) or len(bugs)
    pains_only = all(bug.is_pain for bug in bugs)
    noun = "bug" if not pains_only else "problem that no bug describes yet"
    plural = "bugs" if not pains_only else "problems that no bug describes yet"
    subject = f"{_capital(_number(n))} {noun if n == 1 else plural}"
    if customers == 0:
        still = "still hurts" if n == 1 else "still hurt"
        which = "it" if n == 1 else "any of them"
        return f"{subject} {still}, but no {words.customer} reported {which} this month."
    hurt = "hurts" if n == 1 else "hurt"
    people = words.customer if customers == 1 else words.customers
    said = f"{subject} {hurt} {_figure(customers)} {people} this month"
    if fastest is None:
        nothing = "it is not clearly spreading" if n == 1 else "none is clearly spreading"
        return f"{said}; {nothing}."
    if n == len(bugs) == 1 and fastest.bug.id == bugs[0].id:
        return f"{said}, and it is spreading: {_quoted(fastest.bug.title)}."
    place = known.places[fastest.bug.id]
    beyond = "" if place <= len(bugs) else f" (rank {place})"
    return f"{said}; {_quoted(fastest.bug.title)}{beyond} is spreading fastest."


def _coverage_sentence(coverage: Coverage) -> str:
    if coverage.percent is None:
        return f"There were no problem tickets in the last {COVERAGE_DAYS} days."
    share = (
        f"{coverage.percent:.0f} % of the problem tickets of the last {COVERAGE_DAYS} days are linked to a bug"
        f" ({coverage.linked:,} of {coverage.tickets:,})."
    )
    return f"Incomplete: only {share}" if coverage.is_incomplete else share


def _paid(revenue: Revenue, settings: Settings) -> str:
    """What the customers behind a bug pay today: "affected customers pay EUR 45,164 a month (of EUR 145,097)"."""
    if not revenue.customers:
        return ""
    return f"affected {settings.words.customers} pay {_of_all(revenue, settings)}"


def _of_all(revenue: Revenue, settings: Settings) -> str:
    """ "EUR 45,164 a month (of EUR 145,097)"."""
    money, whole = (f"{settings.currency} {each / 100:,.0f}" for each in (revenue.total, revenue.of_all))
    return f"{money} a month (of {whole})"


def _revenue_sentence(bugs: tuple[TopBug, ...], revenue: Revenue, settings: Settings) -> str | None:
    """Of all listed bugs together; the money of single bugs must not be added up, since a customer may report several."""
    if len(bugs) < 2 or not revenue.customers:
        return None
    who = settings.words.customers
    return (
        f"{who[:1].upper()}{who[1:]} who reported any of these {_number(len(bugs))} in the last {HURTS_DAYS} days pay "
        f"{_of_all(revenue, settings)}; each counted once."
    )


def _arithmetic(scored: _Scored, settings: Settings) -> str:
    """The sum as a reader can check it: what is shown multiplies to what is shown."""
    severity, weight, result = scored.severity.word, scored.severity.weight, _rounded(scored.pain)
    reach = mood = ""
    for decimals, mood_decimals in ((1, 2), (2, 2), (1, 3), (2, 3), (3, 3), (6, 6)):
        reach = f"{scored.reached.reach:.{decimals}f}"
        mood = f"{scored.mood:.{mood_decimals}f}"
        if _rounded(float(reach) * weight * float(mood)) == result:
            break
    if mood.endswith("0") and len(mood) == len("1.10"):
        mood = mood[:-1]
    return f"{reach} {settings.words.customers} now x {severity} {weight:g} x mood {mood} = {result}"


def _why(scored: _Scored, at: date, settings: Settings) -> str:
    """What puts it there, for everybody."""
    words = settings.words
    last_30, last_7 = scored.customers_of(MONTH_DAYS, at), scored.customers_of(WEEK_DAYS, at)
    people = f"{_figure(last_30)} {words.customer if last_30 == 1 else words.customers}"
    if scored.ending.state == "regression" and scored.end:
        n = scored.reached.customers
        again = f"{_figure(n)} {words.customer if n == 1 else words.customers}"
        told = f"{again} told us about it again after {scored.end.after}"
    elif last_30 == 0:
        told = f"nobody told us about it in the last {MONTH_DAYS} days; the last report is of {_said(scored.last_on)}"
        if scored.last_on is None:
            told = f"no {words.customer} has told us about it"
        elif not scored.hurts:
            told = f"no {words.customer} has told us about it since {_said(scored.last_on)}"
    else:
        told = f"{people} told us about it in the last {MONTH_DAYS} days"
        if last_30 > 1:
            told += f", {_recent(last_7, last_30)} in the last {WEEK_DAYS}"
        elif last_7:
            told = f"{people} told us about it in the last {WEEK_DAYS} days"
    rated = f"rated {scored.severity.word}" if scored.severity.is_rated else "nobody has rated how bad it is"
    if scored.bug.is_pain:
        rated = "no bug in the tracker describes it yet"
    temper = ""
    if scored.mood >= 1.1:
        temper = "; their ratings are worse than usual"
    elif scored.mood <= 0.9:
        temper = "; their ratings are better than usual"
    return f"{told}; {rated}{temper}."


def _recent(last_7: int, last_30: int) -> str:
    if last_7 == last_30:
        return "all of them"
    if last_7 * 2 > last_30:
        return "most of them"
    return "none of them" if last_7 == 0 else f"{_figure(last_7)} of them"


def _standing(scored: _Scored, settings: Settings) -> str:
    """Where it is on the way to its end."""
    if scored.ending.state == "regression" and scored.end:
        return f"reported again after {scored.end.after}"
    if scored.end is None:
        return (
            f"fixed on {_said(_day(scored.bug.fixed_at, settings))}, not released yet"
            if scored.bug.fixed_at
            else "open"
        )
    if scored.ending.state == "waiting":
        return f"{scored.end.after}; waiting for {pains.QUIET_DAYS} quiet days"
    return scored.end.after


def _why_not_listed(scored: _Scored, place: int | None, listed: int, settings: Settings) -> str:
    if place is not None:
        return f"It ranks {_ordinal(place)}; the list shows the first {listed}."
    if scored.last_on is None:
        return f"No {settings.words.customer} has reported it."
    if scored.ending.state == "gone" and scored.end:
        quiet = f", and nobody reported it later than {scored.end.quiet_days} days after" if scored.end.is_fix else ""
        return f"It is over: {scored.end.after}{quiet}."
    return f"Nobody has reported it for {HURTS_DAYS} days; the last report is of {_said(scored.last_on)}."


def _quoted(title: str) -> str:
    text = " ".join(title.split())
    return f"'{text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1].rstrip() + '…'}'"


_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _number(n: int) -> str:
    return _WORDS[n] if n < len(_WORDS) else f"{n:,}"


def _figure(n: int) -> str:
    return "one" if n == 1 else f"{n:,}"


def _n(n: int, noun: str) -> str:
    return f"one {noun}" if n == 1 else f"{n:,} {noun}s"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ordinal(n: int) -> str:
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{ending}"


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


# --- days ----------------------------------------------------------------------------------------------------------------


def _days(at: date, days: int) -> tuple[date, date]:
    """The half-open stretch of `days` days that ends with `at`."""
    return at - timedelta(days=days - 1), at + timedelta(days=1)


def _said(day: date | None) -> str:
    """A day in words, for everybody: "12 Sep 2026"."""
    return f"{day.day} {day:%b %Y}" if day else "an unknown day"


def _day(moment: datetime, settings: Settings) -> date:
    return moment.astimezone(settings.zone).date()
