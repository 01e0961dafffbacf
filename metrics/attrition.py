"""How many of our own people leave, and is it getting worse? Shown for groups only, never so that one person could be recognised."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from metrics.anonymity import FEWEST, HIDDEN, SHORT_PERIODS_FROM, SMALL, hidden_groups, is_fixed
from metrics.metric import Counted, Difference, Metric, Where
from metrics.period import Period
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
    team = where.get("team")
    if by is None and team is None:
        groups = stays(published, "employment_started", "employment_ended", periods, {}, None)
        return [{name: whole_company(each, period) for name, each in groups.items()} for period in periods]
    # One team is cut out of the same split that everybody sees: asking for it alone must not show more.
    groups = stays(published, "employment_started", "employment_ended", periods, {}, "team")
    split = [by_team(groups, period) for period in periods]
    if team is None:
        return split
    only = [teams.get(team, Counted(None, missing=f"There is no team {team!r}.")) for teams in split]
    return [{team if by else "": each} for each in only]


def whole_company(people: Stays, period: Period) -> Counted:
    """The company's attrition, or hidden: below 50 people only fixed periods are shown."""
    counted = leavers_of(people, period)
    size = counted.denominator or 0.0
    if size == 0:
        return counted
    if size < FEWEST or says_too_much(counted):
        return Counted(None, hidden=HIDDEN)
    if size < SHORT_PERIODS_FROM and not is_fixed(period):
        return Counted(None, hidden=ONLY_FIXED)
    return counted


def by_team(teams: dict[str, Stays], period: Period) -> dict[str, Counted]:
    """Each team's attrition; small ones are hidden, and as many more that no hidden one can be computed."""
    counted = {name: leavers_of(each, period) for name, each in teams.items()}
    if not is_fixed(period):
        return {name: Counted(None, hidden=TEAMS_ONLY_FIXED) for name in counted}
    sizes = {name: each.denominator or 0.0 for name, each in counted.items()}
    hidden = hidden_groups(sizes, FEWEST, also=[name for name, each in counted.items() if says_too_much(each)])
    return {name: Counted(None, hidden=HIDDEN) if name in hidden else each for name, each in counted.items()}


def leavers_of(people: Stays, period: Period) -> Counted:
    """Leavers a year in percent of the average headcount, before anything is hidden (METHODOLOGY 1.5).

    Average headcount = person-days / days. A period that is not a year is scaled to 365 days. Exact Poisson interval.
    Who moved to another team of the company has not left.
    """
    ended = people.ended_in(period)
    person_days = people.days(period)
    average = person_days / period.days
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
            **reasons(left, leavers),
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


def reasons(left: dict[str, int], leavers: int) -> dict[str, int | None]:
    """Why they left, only where at least five did."""
    enough = leavers >= FEWEST_LEAVERS_TO_SPLIT
    voluntary, involuntary = left.get("voluntary", 0), left.get("involuntary", 0)
    return {
        "voluntary": voluntary if enough else None,
        "involuntary": involuntary if enough else None,
        "other_or_not_said": leavers - voluntary - involuntary if enough else None,
    }


def says_too_much(counted: Counted) -> bool:
    """In a small group "nobody left" and "everybody left" are statements about each person in it."""
    leavers, size = counted.numerator or 0.0, counted.denominator or 0.0
    return 0 < size < SMALL and (leavers == 0 or leavers >= size)


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
ONLY_FIXED = (
    f"Below {SHORT_PERIODS_FROM} people this is shown only for whole calendar quarters, "
    "or for twelve months up to the first day of a month."
)
TEAMS_ONLY_FIXED = (
    "Teams are shown only for whole calendar quarters, or for twelve months up to the first day of a month: "
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
        "Hidden: groups of fewer than 10 people, groups of fewer than 20 in which nobody or everybody left, and as many "
        "other teams as it takes that no hidden one can be computed from the total.",
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
    dimensions=("team",),
    grain="month",
    headline=12,
    count=count,
    differ=differ,
)
