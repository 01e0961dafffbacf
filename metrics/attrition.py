"""How many of our own people leave, and is it getting worse? Shown for groups only, never so that one person could be recognised.

What is shown (METHODOLOGY 7.1), and why nothing finer can be worked out from it:

- The company is shown in pieces: calendar quarters from 20 people on, single months of a quarter in which each month
  has 50 people, whole calendar years from 10 to 19 people. Of a piece two things are shown: how many left in it, and how
  many people there were on the day on which it begins and on the day after its end. Every other window is made of such
  pieces, and every other figure (average headcount, rate, interval, person-years) is worked out from these. So no two
  windows can be subtracted until less than a piece is left: a window says nothing that its pieces do not say.
- Move anybody's last day to another day of the same piece, and no figure changes. So no figure says which day it was.
  (An average over person-days does, also when it is rounded to whole people: where nobody left the quarter before, a
  step down says that somebody left in the first half of this quarter.)
- Teams are shown for calendar years only. Two calendar years share no day, so no window slides over another, nothing
  that is shown next year adds to what was shown of this one, and no year need look back at other years.
- Teams of fewer than 10 people are hidden, and with them the next smallest, until they are two teams and ten people of
  whom at least two left. Whatever is shown, each of the leavers hidden together may have been in any of these teams.
  Then a team of 10 to 19 of which nobody or everybody left is hidden, with others if it would be alone.
- So is a team of which all leavers of the company left; and all teams are for a year in which all left in one
  quarter: only then team and quarter together would say more than each of them.
- Teams are shown only for a year of which the whole company is shown: else their sum would say what is not shown of it.
- Nothing is shown before its calendar quarter is over, and what is shown depends on the piece or year alone: what was
  shown once is shown for ever.
- Why people left: the whole company, calendar years, from five leavers on, not where all left for the same reason or
  in the same quarter.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from math import floor
from typing import TYPE_CHECKING

from estimates.interval import Difference
from estimates.rates import poisson_interval, rate_difference
from metrics.begins import Begins
from metrics.cautions import Why
from metrics.counted import Counted, Where
from metrics.counting.stays import Stays, stays
from metrics.metric import Metric
from metrics.models import Model
from metrics.period import Period, start_of, starts_after
from metrics.suppression import (
    FEWEST,
    HIDDEN,
    HIDDEN_WITH_OTHERS,
    SHORT_PERIODS_FROM,
    SMALL,
    hidden_groups,
    is_calendar_year,
    is_whole_months,
)

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published


def count(
    published: Published, periods: list[Period], where: Where, by: str | None, settings: Settings
) -> list[dict[str, Counted]]:
    people = published.rows("employment")
    if people > 0 and published.undated("employment") == people:
        return [{"": Counted(None, missing=Why("people undated", {"n": people}))} for _ in periods]
    team, today = where.get("team"), today_of(published, settings)
    reach = [whole_quarters_around(period) for period in periods]
    company = stays(published, "employment_started", "employment_ended", reach, {}, None)
    if by is None and team is None:
        return [{name: whole_company(each, period, today) for name, each in company.items()} for period in periods]
    # One team is cut out of the same split that everybody sees: asking for it alone must not show more.
    groups = stays(published, "employment_started", "employment_ended", reach, {}, "team")
    split = [by_team(groups, company[""], period, today) if groups else {} for period in periods]
    if team is None:
        return split
    only = [teams.get(team, Counted(None, missing=Why("no such team", {"team": team}))) for teams in split]
    return [{team if by else "": each} for each in only]


def today_of(published: Published, settings: Settings) -> date:
    """The day up to which the store knows anything."""
    assert published.snapshot is not None
    return published.snapshot.published_at.astimezone(settings.zone).date()


def whole_quarters_around(period: Period) -> Period:
    return Period(start_of(period.start, "quarter"), starts_after(period.last_day, "quarter"))


# --- what may be shown ---


def whole_company(people: Stays, period: Period, today: date) -> Counted:
    """The company's attrition, made of the pieces that are shown; hidden where the period is not made of such pieces."""
    if why := not_told(period, today):
        return Counted(None, hidden=why)
    if people.days(period) == 0:
        return NOBODY
    pieces, size = pieces_of(people, period), smallest_size(people, period)
    if not pieces:
        return Counted(None, hidden=why_no_pieces(size))
    if size < SMALL and says_too_much(leavers_in(people, period), size):
        return Counted(None, hidden=HIDDEN_WITH_OTHERS)
    return figures(people, period, pieces)


def not_told(period: Period, today: date) -> Why | None:
    """Why nothing is said about these days, however many people there are."""
    if not is_whole_months(period):
        return ONLY_WHOLE_MONTHS
    return NOT_OVER if whole_quarters_around(period).end > today else None


def pieces_of(people: Stays, period: Period) -> list[Period]:
    """The pieces that the company is shown in, where they make up exactly this period; else none."""
    quarters = whole_quarters_around(period).split("quarter")
    if is_calendar_year(period) and all(FEWEST <= smallest_size(people, each) < SMALL for each in quarters):
        return [period]
    shown = [piece for quarter in quarters for piece in pieces_of_quarter(people, quarter)]
    inside = [piece for piece in shown if period.start <= piece.start and piece.end <= period.end]
    return inside if sum(piece.days for piece in inside) == period.days else []


def pieces_of_quarter(people: Stays, quarter: Period) -> list[Period]:
    """All three months or none: of a quarter and two of its months the third would follow."""
    months = quarter.split("month")
    if all(smallest_size(people, month) >= SHORT_PERIODS_FROM for month in months):
        return months
    return [quarter] if smallest_size(people, quarter) >= SMALL else []


def smallest_size(people: Stays, period: Period) -> float:
    """How many people a figure stands on: on the average of all days, and on the average that is shown."""
    return min(people.days(period) / period.days, average_of(people, [period]))


def by_team(teams: dict[str, Stays], company: Stays, period: Period, today: date) -> dict[str, Counted]:
    """Each team's attrition in a calendar year; small ones are hidden, and as many more that none can be computed."""
    if why := not_told(period, today) or (None if is_calendar_year(period) else TEAMS_ONLY_YEARS):
        return {name: Counted(None, hidden=why) for name in teams}
    there = {name: people for name, people in teams.items() if people.days(period) > 0}
    hidden = hidden_teams(there, company, period)
    shown: dict[str, Counted] = dict.fromkeys(teams, NOBODY)
    for name, people in there.items():
        if name in hidden:
            small = smallest_size(people, period) < FEWEST
            shown[name] = Counted(None, hidden=HIDDEN if small else HIDDEN_WITH_OTHERS)
        else:
            shown[name] = figures(people, period, [period], of_a_team=True)
    return shown


def hidden_teams(teams: dict[str, Stays], company: Stays, year: Period) -> set[str]:
    """Those of which a calendar year says nothing. It depends on this year alone."""
    left = {name: leavers_in(people, year) for name, people in teams.items()}
    # Nobody has been counted at its ends, but somebody was there in between: that is a small team, not an empty one.
    sizes = {name: max(smallest_size(people, year), 0.01) for name, people in teams.items()}
    if not pieces_of(company, year) or all_in_one_quarter(company, year):
        return set(teams)

    def too_much(names: Iterable[str], fewest: int) -> bool:
        left_together, size = sum(left[name] for name in names), sum(sizes[name] for name in names)
        return left_together < fewest or says_too_much(left_together, size)

    # First the small ones with those that hide them, as if nothing else were hidden: a team that is hidden because
    # nobody of it left hides no other one, since whoever knows this rule knows that nobody of it left.
    with_small = hidden_groups(sizes, FEWEST, (), lambda names: too_much(names, FEWEST_LEFT_TOGETHER))
    everybody_who_left = sum(left.values())
    alone = {name for name in teams if says_too_much(left[name], sizes[name])}
    if len(teams) > 1:
        alone |= {name for name in teams if 0 < left[name] == everybody_who_left}
    return hidden_groups(sizes, FEWEST, with_small | alone, lambda names: too_much(names, 1))


def all_in_one_quarter(company: Stays, year: Period) -> bool:
    """Whether all leavers of this year left in one of the quarters that are shown, or all in those that are not."""
    if pieces_of(company, year) == [year]:
        return False
    shown = [quarter for quarter in year.split("quarter") if pieces_of_quarter(company, quarter)]
    counts = [leavers_in(company, quarter) for quarter in shown]
    return bool(shown) and everything_in_one([*counts, leavers_in(company, year) - sum(counts)])


def everything_in_one(leavers: Iterable[int]) -> bool:
    counts = list(leavers)
    return 0 < sum(counts) == max(counts)


def says_too_much(leavers: int, size: float) -> bool:
    """In a small group "nobody left" and "everybody left" are statements about each person in it."""
    return 0 < size < SMALL and (leavers == 0 or leavers >= size)


def why_no_pieces(size: float) -> Why:
    if size < FEWEST:
        return HIDDEN
    if size < SMALL:
        return ONLY_YEARS
    return ONLY_QUARTERS if size < SHORT_PERIODS_FROM else HIDDEN_WITH_OTHERS


# --- the figures ---


def figures(people: Stays, period: Period, pieces: list[Period], of_a_team: bool = False) -> Counted:
    """Leavers a year in percent of the average headcount (METHODOLOGY 1.5), from what is shown of the pieces and no more.

    A period that is not a year is scaled to 365 days ("annualised"). Exact Poisson interval. Who moved to another team
    of the company has not left.
    """
    left = ways_of_leaving(people, period)
    moved = left.pop("transfer", 0)
    leavers = sum(left.values())
    average = floor(average_of(people, pieces) + 0.5)
    yearly = 1.0 if is_year(period) else 365 / period.days
    low, high = poisson_interval(leavers)
    with_reasons = is_calendar_year(period) and not of_a_team and not all_in_one_quarter(people, period)
    at_start, at_end = people.at_start_of(period.start).n, people.at_start_of(period.end).n
    return Counted(
        value=100 * leavers / average * yearly,
        low=100 * low / average * yearly,
        high=100 * high / average * yearly,
        numerator=leavers,
        denominator=average,
        n=average,
        details={
            "leavers": leavers,
            **(reasons(left, leavers) if with_reasons else NO_REASONS),
            "moved_to_another_team": moved,
            "average_headcount": average,
            "headcount_at_start": None if of_a_team else at_start,
            "headcount_at_end": None if of_a_team else at_end,
            "person_years": average / yearly,
            "annualised": yearly != 1.0,
            "percent_of_average_headcount": 100 * leavers / average,
            "percent_of_endpoint_average": None if of_a_team else 200 * leavers / (at_start + at_end),
        },
    )


def average_of(people: Stays, pieces: list[Period]) -> float:
    """The average headcount: of each piece the mean of the headcounts at its two ends, weighted by its days."""
    return sum(
        piece.days * (people.at_start_of(piece.start).n + people.at_start_of(piece.end).n) / 2 for piece in pieces
    ) / sum(piece.days for piece in pieces)


def ways_of_leaving(people: Stays, period: Period) -> dict[str, int]:
    """How many have their last day in the period, for each way of leaving; "transfer" is to another team."""
    ended = people.ended_in(period)
    return {how: sum(each.n for each in ended if each.bin == how) for how in {each.bin for each in ended}}


def leavers_in(people: Stays, period: Period) -> int:
    return sum(n for how, n in ways_of_leaving(people, period).items() if how != "transfer")


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


def is_year(period: Period) -> bool:
    return period.start == date(period.end.year - 1, period.end.month, 1)


def differ(now: Counted, before: Counted) -> Difference | None:
    """Exact test of two rates, leavers for so many person-years (METHODOLOGY 2.3)."""
    parts = ((int(each.numerator or 0), each.details["person_years"]) for each in (now, before))
    return rate_difference(*next(parts), *next(parts)).times(100)


FEWEST_LEAVERS_TO_SPLIT = 5
FEWEST_LEFT_TOGETHER = 2  # of teams that are hidden together: "one or nobody" tells neither of any of them
NO_REASONS: dict[str, int | None] = {"voluntary": None, "involuntary": None, "other_or_not_said": None}
NOBODY = Counted(None, numerator=0, denominator=0)
ONLY_WHOLE_MONTHS, NOT_OVER, TEAMS_ONLY_YEARS = (
    Why("whole months only"),
    Why("quarter not over"),
    Why("teams years only"),
)
ONLY_QUARTERS = Why("quarters only", {"months_from": SHORT_PERIODS_FROM})
ONLY_YEARS = Why("years only", {"years_below": SMALL})

METRIC = Metric(
    key="attrition",
    name="Team attrition",
    asks="How many of our own people leave in a year?",
    in_short="People who left divided by the average headcount, per year.",
    formula="leavers / average headcount, annualised where the period is not a year",
    unit="percent",
    better="lower",
    people="people",
    withheld_below=FEWEST,
    thin_below=SHORT_PERIODS_FROM,
    why="Customers feel it when the people who know them leave.",
    caveats=(
        "Average headcount is the mean of the headcounts on the first days of the calendar quarters (of the months, where "
        "months are shown; of the years, for teams), in whole people. The rate and its 95% CI are computed from it, so "
        "that no figure depends on the day on which somebody left.",
        "A move to another team is not counted as leaving.",
        "The headline is the last four whole calendar quarters; of a team, the last whole calendar year. A shorter period is "
        "annualised and says so; a season is scaled with it.",
        "Shown when the calendar quarter is over: the company by quarter from 20 people on, by month where each month of "
        "the quarter has 50 people, from 10 to 19 people by calendar year only; teams by calendar year only.",
        "Hidden: teams of fewer than 10 people, teams of fewer than 20 of which nobody or everybody left, a team that all "
        "leavers of the company left, and as many other teams as it takes that no hidden one can be computed from the "
        "total. All teams are hidden for a year in which all leavers left in the same quarter.",
        "Reasons for leaving are shown for the whole company only, for calendar years with at least 5 leavers who did not "
        "all leave for the same reason or in the same quarter.",
    ),
    cites=(
        "Separations in percent of employment: BLS JOLTS; crude wastage: CIPD",
        "Hiding the next smallest group: Handbook on Statistical Disclosure Control, chapters 4 and 5",
    ),
    owner="People lead",
    reviewed_on=date(2026, 11, 24),
    version=2,
    records=("employment",),
    needs=(("employment", "ended_on"),),
    fields=(("employment", "started_on"),),
    dimensions=("team",),
    grain="quarter",
    headline=4,
    split_grain="year",
    on_card=True,
    nothing="Nobody was employed in this period.",
    model=Model("rate", count, Begins(("employment_started",)), own_test=differ),
)
