"""How many of our own people leave, and is it getting worse? Shown for groups only, never so that one person could be recognised.

What is told (METHODOLOGY 7.1), so that no two answers can be subtracted until fewer than ten people are left:

- Only whole months that are over. A window that moves by a day differs by one person.
- The company: any such window from 50 people on; below that whole quarters, or twelve months.
- A team: twelve months only. Small teams are hidden, and with them the next smallest, until together they are ten
  people of whom neither nobody nor everybody left. Whom that hid stays hidden for a year, so that sliding the window
  by a month does not show first one and then the other of two hidden teams.
- Why people left: the whole company, calendar years, from five leavers on, not where all left for the same reason.
  Twelve months that end in June and in July differ by one leaver and one reason; two calendar years share no day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from metrics.anonymity import (
    FEWEST,
    HIDDEN,
    HIDDEN_WITH_OTHERS,
    SHORT_PERIODS_FROM,
    SMALL,
    hidden_groups,
    is_calendar_year,
    is_fixed,
    is_twelve_months,
    is_whole_months,
)
from metrics.metric import Begins, Counted, Difference, Metric, Where
from metrics.period import Period, whole_months
from metrics.statistics import poisson_interval, rate_difference
from metrics.stays import Stays, stays

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published


def count(
    published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
) -> list[dict[str, Counted]]:
    people = published.rows("employment")
    if people > 0 and published.undated("employment") == people:
        return [{"": Counted(None, missing=undated_sentence(people))} for _ in periods]
    team, today = where.get("team"), today_of(published, settings)
    if by is None and team is None:
        groups = stays(published, "employment_started", "employment_ended", periods, {}, None)
        return [{name: whole_company(each, period, today) for name, each in groups.items()} for period in periods]
    # One team is cut out of the same split that everybody sees: asking for it alone must not show more.
    reach = [*periods, *(before for period in periods for before in a_year_of_windows(period)), whole_months(today, 1)]
    groups = stays(published, "employment_started", "employment_ended", reach, {}, "team")
    split = [by_team(groups, period, today) for period in periods]
    if team is None:
        return split
    only = [teams.get(team, Counted(None, missing=f"There is no team {team!r}.")) for teams in split]
    return [{team if by else "": each} for each in only]


def today_of(published: Published, settings: Settings) -> date:
    """The day up to which the store knows anything."""
    assert published.snapshot is not None
    return published.snapshot.published_at.astimezone(settings.zone).date()


def whole_company(people: Stays, period: Period, today: date) -> Counted:
    """The company's attrition, or hidden: only whole months, and below 50 people only fixed periods."""
    counted = leavers_of(people, period)
    size = counted.denominator or 0.0
    if why := not_told(period, today):
        return Counted(None, hidden=why)
    if size == 0:
        return counted
    if size < FEWEST or says_too_much(counted.numerator, size):
        return Counted(None, hidden=HIDDEN if size < FEWEST else HIDDEN_WITH_OTHERS)
    if size < SHORT_PERIODS_FROM and not is_fixed(period):
        return Counted(None, hidden=ONLY_FIXED)
    return counted


def not_told(period: Period, today: date) -> str | None:
    """Why nothing is said about these days, however many people there are."""
    if not is_whole_months(period):
        return ONLY_WHOLE_MONTHS
    return NOT_OVER if period.end > today else None


def by_team(teams: dict[str, Stays], period: Period, today: date) -> dict[str, Counted]:
    """Each team's attrition; small ones are hidden, and as many more that no hidden one can be computed."""
    if why := not_told(period, today) or (None if is_twelve_months(period) else TEAMS_ONLY_TWELVE_MONTHS):
        return {name: Counted(None, hidden=why) for name in teams}
    hidden = hidden_teams(teams, period, today)
    told: dict[str, Counted] = {}
    for name, people in teams.items():
        counted = leavers_of(people, period)
        size = counted.denominator or 0.0
        if name in hidden and size > 0:
            told[name] = Counted(None, hidden=HIDDEN if size < FEWEST else HIDDEN_WITH_OTHERS)
        else:
            told[name] = replace(counted, details={**counted.details, **NO_REASONS}) if counted.details else counted
    return told


def hidden_teams(teams: dict[str, Stays], period: Period, today: date) -> set[str]:
    """Those that these twelve months hide, and those that one of the windows of the year before hid.

    The order in which teams are drawn in is the same for every window: how many people ever worked there.
    """

    @cache
    def of(name: str, window: Period) -> tuple[int, float]:
        return left_and_average(teams[name], window)

    def say_too_much(names: Iterable[str], window: Period) -> bool:
        left, average = (sum(each) for each in zip(*(of(name, window) for name in names), strict=True))
        return says_too_much(left, average)

    until_this_month = Period(date.min, today.replace(day=1))
    ever = {name: sum(each.n for each in people.started_in(until_this_month)) for name, people in teams.items()}
    hidden: set[str] = set()
    for window in [*a_year_of_windows(period), period]:
        alone = {name for name in teams if say_too_much([name], window)}
        hidden |= hidden_groups(
            {name: of(name, window)[1] for name in teams},
            FEWEST,
            alone | hidden if window == period else alone,
            lambda names, window=window: say_too_much(names, window),  # type: ignore[misc]
            ever.__getitem__,
        )
    return hidden


def a_year_of_windows(period: Period) -> list[Period]:
    """The twelve months that ended one, two ... eleven months before these."""
    if not is_twelve_months(period):
        return []
    return [whole_months(month.start, 12) for month in period.split("month")[1:]]


def leavers_of(people: Stays, period: Period) -> Counted:
    """Leavers a year in percent of the average headcount, before anything is hidden (METHODOLOGY 1.5).

    Average headcount = person-days / days. A period that is not a year is scaled to 365 days. Exact Poisson interval.
    Who moved to another team of the company has not left.
    """
    ended = people.ended_in(period)
    average = people.days(period) / period.days
    left = {how: sum(each.n for each in ended if each.bin == how) for how in {each.bin for each in ended}}
    moved = left.pop("transfer", 0)
    leavers = sum(left.values())
    if average <= 0:
        return Counted(None, numerator=leavers, denominator=0.0, missing="Nobody was employed in this period.")
    yearly = 1.0 if is_year(period) else 365 / period.days
    low, high = poisson_interval(leavers)
    at_start, at_end = people.at_start_of(period.start).n, people.at_start_of(period.end).n
    return Counted(
        value=100 * leavers / average * yearly,
        low=100 * low / average * yearly,
        high=100 * high / average * yearly,
        numerator=leavers,
        denominator=average,
        n=round(average),
        details={
            "leavers": leavers,
            **(reasons(left, leavers) if is_calendar_year(period) else NO_REASONS),
            "moved_to_another_team": moved,
            "average_headcount": average,
            "headcount_at_start": at_start,
            "headcount_at_end": at_end,
            "person_years": average / yearly,
            "annualised": yearly != 1.0,
            "percent_of_average_headcount": 100 * leavers / average,
            "percent_of_endpoint_average": 200 * leavers / (at_start + at_end) if at_start + at_end else None,
        },
    )


def left_and_average(people: Stays, period: Period) -> tuple[int, float]:
    """Leavers, and the average headcount."""
    left = sum(each.n for each in people.ended_in(period) if each.bin != "transfer")
    return left, people.days(period) / period.days


def reasons(left: dict[str, int], leavers: int) -> dict[str, int | None]:
    """Why they left, only where at least five did, and not all of them for the same reason."""
    voluntary, involuntary = left.get("voluntary", 0), left.get("involuntary", 0)
    counts = {
        "voluntary": voluntary,
        "involuntary": involuntary,
        "other_or_not_said": leavers - voluntary - involuntary,
    }
    enough = leavers >= FEWEST_LEAVERS_TO_SPLIT and max(counts.values()) < leavers
    return {name: n if enough else None for name, n in counts.items()}


def says_too_much(leavers: float | None, size: float) -> bool:
    """In a small group "nobody left" and "everybody left" are statements about each person in it."""
    left = leavers or 0.0
    return 0 < size < SMALL and (left == 0 or left >= size)


def is_year(period: Period) -> bool:
    return period.end in (_a_year_after(period.start), date.fromordinal(period.start.toordinal() + 365))


def _a_year_after(day: date) -> date:
    return date(day.year + 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def differ(now: Counted, before: Counted) -> Difference | None:
    """Exact test of two rates, leavers for so many person-years (METHODOLOGY 2.3)."""
    parts = ((int(each.numerator or 0), each.details["person_years"]) for each in (now, before))
    return rate_difference(*next(parts), *next(parts)).times(100)


def undated_sentence(people: int) -> str:
    return (
        f"{people:,} people are stored, but none has a date on which they started or left, "
        "so nothing over time can be computed."
    )


FEWEST_LEAVERS_TO_SPLIT = 5
NO_REASONS: dict[str, int | None] = {"voluntary": None, "involuntary": None, "other_or_not_said": None}
ONLY_WHOLE_MONTHS = (
    "This is shown only from the first of a month to the first of a month: "
    "other periods could be subtracted until one person is left."
)
NOT_OVER = "This is shown when its last month is over and has been read: until then one person's leaving could be seen."
ONLY_FIXED = (
    f"Below {SHORT_PERIODS_FROM} people this is shown only for whole calendar quarters, "
    "or for twelve months up to the first day of a month."
)
TEAMS_ONLY_TWELVE_MONTHS = (
    "Teams are shown only for twelve months up to the first day of a month: "
    "other periods could be subtracted until one person is left."
)

METRIC = Metric(
    key="attrition",
    name="Team attrition",
    asks="How many of our own people leave in a year?",
    formula="leavers / average headcount (person-days / days), scaled to a year where the period is not one",
    unit="percent",
    better="lower",
    people="people",
    withheld_below=FEWEST,
    thin_below=SHORT_PERIODS_FROM,
    why="Customers feel it when the people who know them leave.",
    caveats=(
        "Average headcount counts every day of every person; the average of first and last day is given beside it.",
        "A move to another team is no leaving.",
        "Twelve months are the headline. A shorter period is scaled to a year, and a season is scaled with it.",
        "Only whole months that are over are shown; below 50 people only calendar quarters and twelve months; of teams "
        "only twelve months.",
        "Hidden: groups of fewer than 10 people, groups of fewer than 20 in which nobody or everybody left, and as many "
        "other teams as it takes that no hidden one can be computed from the total. A team that was hidden for this in "
        "one of the eleven windows before stays hidden.",
        "Why people left is told of the whole company only, for calendar years with at least 5 leavers who did not all "
        "leave for the same reason: other windows could be subtracted until one person's reason is left.",
    ),
    cites=(
        "Separations in percent of employment: BLS JOLTS; crude wastage: CIPD",
        "Interval: exact Poisson, Garwood 1936",
        "Hiding the next smallest group: Handbook on Statistical Disclosure Control, chapters 4 and 5",
    ),
    owner="People lead",
    reviewed_on=date(2026, 11, 21),
    version=1,
    records=("employment",),
    needs=(("employment", "ended_on"),),
    dimensions=("team",),
    grain="month",
    headline=12,
    begins=Begins(("employment_started",)),
    count=count,
    differ=differ,
)
