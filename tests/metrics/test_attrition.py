"""Team attrition: the number, and what must never be shown."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from metrics import attrition
from metrics.attrition import (
    NOT_OVER,
    ONLY_QUARTERS,
    ONLY_WHOLE_MONTHS,
    ONLY_YEARS,
    TEAMS_ONLY_YEARS,
    average_of,
    differ,
    is_year,
    pieces_of,
)
from metrics.counted import Counted
from metrics.counting.stays import Stays
from metrics.period import Period
from metrics.suppression import HIDDEN, HIDDEN_WITH_OTHERS
from reporting.cautions import reason
from store.published import Count
from tests.metrics.counting import Stay, day, people_of, period

TODAY = day("2026-11-21")

YEAR = period("2025-01-01", "2026-01-01")
QUARTER = period("2025-01-01", "2025-04-01")
MONTH = period("2025-01-01", "2025-02-01")
DAYS_OF_LEAVING = ("2025-02-15", "2025-05-10", "2025-08-20", "2025-11-30")


def whole_company(people: Stays, over: Period) -> Counted:
    return attrition.whole_company(people, over, TODAY)


def by_team(teams: dict[str, Stays], over: Period) -> dict[str, Counted]:
    return attrition.by_team(teams, together(teams.values()), over, TODAY)


def together(groups: Iterable[Stays]) -> Stays:
    always = period("1990-01-01", "2030-01-01")
    listed = list(groups)
    return Stays(
        [each for group in listed for each in group.started_in(always)],
        [each for group in listed for each in group.ended_in(always)],
    )


def team(stayed: int, left: int, how: str = "voluntary") -> Stays:
    """So many who stay, and so many who leave in 2025, one after the other in its four quarters."""
    people: list[Stay] = [("2020-01-01", None)] * stayed
    return people_of(people + [("2020-01-01", DAYS_OF_LEAVING[each % 4]) for each in range(left)], how)


def test_average_headcount_is_the_mean_of_the_headcounts_at_the_ends_of_each_piece() -> None:
    people: list[Stay] = [("2020-01-01", None)] * 30 + [("2025-05-01", None)] * 10 + [("2020-01-01", "2025-11-30")] * 4
    quarters = YEAR.split("quarter")
    assert [average_of(people_of(people), [each]) for each in quarters] == [34, 39, 44, 42]
    counted = whole_company(people_of(people), YEAR)
    exact = (90 * 34 + 91 * 39 + 92 * 44 + 92 * 42) / 365
    assert (counted.denominator, counted.n) == (40, 40)
    assert exact == pytest.approx(39.8, abs=0.1)
    assert counted.value == 100 * 4 / 40


def test_every_figure_is_made_of_whole_numbers_that_are_told() -> None:
    counted = whole_company(team(57, 3), YEAR)
    details = counted.details
    assert (details["leavers"], details["average_headcount"]) == (counted.numerator, counted.denominator)
    assert all(isinstance(each, int) for each in (counted.numerator, counted.denominator, counted.n))
    assert (details["headcount_at_start"], details["headcount_at_end"]) == (60, 57)
    assert counted.value == details["percent_of_average_headcount"] == 100 * 3 / counted.n
    assert details["person_years"] == counted.n
    assert details["percent_of_endpoint_average"] == 200 * 3 / 117


def test_a_shorter_period_is_annualised_and_says_so() -> None:
    counted = whole_company(team(98, 2), QUARTER)
    assert counted.value == pytest.approx(100 * 1 / 100 * 365 / 90)
    assert counted.details["annualised"] is True
    assert whole_company(team(98, 2), YEAR).details["annualised"] is False


@pytest.mark.parametrize(
    ("start", "end", "year"),
    [
        ("2025-01-01", "2026-01-01", True),
        ("2024-01-01", "2025-01-01", True),
        ("2024-02-01", "2025-02-01", True),
        ("2025-01-01", "2025-07-01", False),
        ("2024-01-01", "2026-01-01", False),
    ],
)
def test_a_year_is_a_year_in_leap_years_too(start: str, end: str, year: bool) -> None:
    assert is_year(period(start, end)) is year


def test_the_interval_is_exact_poisson() -> None:
    nobody = whole_company(people_of([("2020-01-01", None)] * 25), YEAR)
    assert (nobody.value, nobody.low) == (0.0, 0.0)
    assert nobody.high == pytest.approx(14.7555178165)  # attr-005


def test_a_move_to_another_team_is_no_leaving() -> None:
    counted = whole_company(team(60, 3, "transfer"), YEAR)
    assert counted.numerator == 0
    assert counted.details["moved_to_another_team"] == 3


def both_ways(voluntary: int, involuntary: int) -> Stays:
    at_first, later = day("2025-02-15"), day("2025-08-15")
    return Stays(
        [Count(day("2020-01-01"), "", "", 60 + voluntary + involuntary, 0)],
        [
            Count(at_first, "", "voluntary", voluntary - 1, 0),
            Count(later, "", "voluntary", 1, 0),
            Count(at_first, "", "involuntary", involuntary, 0),
        ],
    )


def test_why_they_left_is_told_only_from_five_leavers_on() -> None:
    assert whole_company(both_ways(3, 1), YEAR).details["voluntary"] is None
    told = whole_company(both_ways(3, 2), YEAR).details
    assert (told["voluntary"], told["involuntary"], told["other_or_not_said"]) == (3, 2, 0)


def test_why_they_left_is_not_told_where_it_was_the_same_for_all_or_all_left_in_one_month() -> None:
    assert whole_company(both_ways(6, 0), YEAR).details["voluntary"] is None
    in_one_month = Stays(
        [Count(day("2020-01-01"), "", "", 70, 0)],
        [Count(day("2025-02-15"), "", how, 5, 0) for how in ("voluntary", "involuntary")],
    )
    assert whole_company(in_one_month, YEAR).numerator == 10
    assert whole_company(in_one_month, YEAR).details["voluntary"] is None


@pytest.mark.parametrize(
    ("start", "end"), [("2025-02-01", "2026-02-01"), ("2025-01-01", "2025-04-01"), ("2024-01-01", "2026-01-01")]
)
def test_why_they_left_is_told_for_calendar_years_only(start: str, end: str) -> None:
    assert whole_company(both_ways(30, 20), YEAR).details["voluntary"] == 30
    told = whole_company(both_ways(30, 20), period(start, end))
    assert told.value is not None
    assert told.details["voluntary"] is None


def test_of_a_team_neither_reasons_nor_headcounts_on_single_days_are_told() -> None:
    split = by_team({"desk": both_ways(30, 20), "tools": both_ways(10, 10)}, YEAR)
    assert split["desk"].details["leavers"] == 50
    told = split["desk"].details
    assert (told["voluntary"], told["headcount_at_start"], told["percent_of_endpoint_average"]) == (None, None, None)


def test_fewer_than_ten_people_are_hidden() -> None:
    hidden = whole_company(team(8, 1), YEAR)
    assert hidden.hidden == HIDDEN
    assert reason(HIDDEN) == "Hidden: fewer than 10 people."
    assert (hidden.value, hidden.numerator, hidden.details) == (None, None, {})


def test_nobody_and_everybody_in_a_small_group_are_hidden() -> None:
    assert whole_company(team(15, 0), YEAR).hidden == HIDDEN_WITH_OTHERS
    assert whole_company(team(15, 1), YEAR).hidden is None
    replaced = [("2020-01-01", "2025-06-01")] * 15 + [("2025-06-01", None)] * 15
    assert whole_company(people_of(replaced), YEAR).hidden == HIDDEN_WITH_OTHERS


def test_from_ten_to_nineteen_people_only_calendar_years_are_shown() -> None:
    assert whole_company(team(16, 2), YEAR).hidden is None
    assert whole_company(team(16, 2), QUARTER).hidden == ONLY_YEARS
    assert whole_company(team(16, 2), period("2025-04-01", "2026-04-01")).hidden == ONLY_YEARS


def test_a_year_in_which_some_quarters_are_shown_alone_is_not_shown_as_a_whole() -> None:
    shrinking = people_of([("2020-01-01", None)] * 16 + [("2020-01-01", "2025-06-15")] * 14)
    shown = [whole_company(shrinking, each).hidden is None for each in YEAR.split("quarter")]
    assert shown == [True, True, False, False]
    assert whole_company(shrinking, YEAR).value is None


def test_a_month_is_shown_only_where_all_three_of_its_quarter_have_fifty_people() -> None:
    assert whole_company(team(44, 4), MONTH).hidden == ONLY_QUARTERS
    assert whole_company(team(44, 4), QUARTER).hidden is None
    assert whole_company(team(60, 4), MONTH).hidden is None
    falls_below = people_of([("2020-01-01", None)] * 48 + [("2020-01-01", "2025-03-10")] * 4)
    assert [whole_company(falls_below, each).value for each in QUARTER.split("month")] == [None] * 3
    assert whole_company(falls_below, QUARTER).numerator == 4


def test_a_window_is_the_sum_of_its_pieces_and_says_nothing_that_they_do_not_say() -> None:
    people = team(70, 9)
    for over in (YEAR, period("2025-02-01", "2025-12-01"), period("2024-09-01", "2025-09-01")):
        pieces = pieces_of(people, over)
        each = [whole_company(people, piece) for piece in pieces]
        assert whole_company(people, over).numerator == sum(piece.numerator or 0 for piece in each)
        assert all(piece.value is not None for piece in each)
        ends = [(one.details["headcount_at_start"] + one.details["headcount_at_end"]) / 2 for one in each]
        mean = sum(piece.days * end for piece, end in zip(pieces, ends, strict=True)) / over.days
        assert whole_company(people, over).denominator == int(mean + 0.5)


@pytest.mark.parametrize("size", [20, 60, 5000])
@pytest.mark.parametrize(
    ("start", "end"), [("2025-02-14", "2025-02-15"), ("2025-01-02", "2026-01-02"), ("2025-01-01", "2025-12-31")]
)
def test_no_company_is_large_enough_for_windows_that_move_by_a_day(size: int, start: str, end: str) -> None:
    assert whole_company(team(size, 2), period(start, end)).hidden == ONLY_WHOLE_MONTHS


def test_a_quarter_that_is_not_over_would_show_tomorrow_who_leaves_today() -> None:
    assert whole_company(team(60, 1), period("2026-10-01", "2026-11-01")).hidden == NOT_OVER
    assert by_team({"desk": team(60, 1)}, period("2026-01-01", "2027-01-01"))["desk"].hidden == NOT_OVER
    assert whole_company(team(60, 1), period("2026-09-01", "2026-10-01")).hidden is None


def test_a_hidden_team_draws_the_next_smallest_with_it() -> None:
    split = by_team({"night": team(3, 0), "tools": team(20, 2), "desk": team(50, 5)}, YEAR)
    assert {name for name, each in split.items() if each.hidden} == {"night", "tools"}
    assert split["desk"].value is not None
    assert split["night"].hidden == HIDDEN
    assert split["tools"].hidden == HIDDEN_WITH_OTHERS


def test_of_teams_that_are_hidden_together_at_least_two_people_left() -> None:
    # Of a single leaver of both it would be known that at most one left the team of three.
    teams = {"night": team(3, 0), "tools": team(20, 1), "shop": team(30, 2), "desk": team(50, 5)}
    split = by_team(teams, YEAR)
    assert {name for name, each in split.items() if each.hidden} == {"night", "tools", "shop"}


def test_a_team_of_which_nobody_left_does_not_hide_a_small_one() -> None:
    # Whoever knows the rule knows that nobody of "shop" left; "night" needs another team to hide behind.
    teams = {"night": team(4, 1), "tools": team(12, 3), "shop": team(15, 0), "desk": team(50, 6)}
    split = by_team(teams, YEAR)
    assert {name for name, each in split.items() if each.hidden} == {"night", "tools", "shop"}


def test_where_nothing_else_helps_the_whole_split_is_hidden() -> None:
    split = by_team({"night": team(3, 0), "tools": team(13, 0)}, YEAR)
    assert all(each.hidden for each in split.values())


def test_a_team_that_all_leavers_left_is_hidden_with_another_one() -> None:
    split = by_team({"shop": team(25, 0), "tools": team(30, 4), "desk": team(50, 0)}, YEAR)
    assert {name for name, each in split.items() if each.hidden} == {"shop", "tools"}


def test_teams_are_not_told_where_all_leavers_left_in_one_quarter() -> None:
    at_once = people_of([("2020-01-01", None)] * 30 + [("2020-01-01", "2025-05-10")] * 4)
    in_two_months = people_of(
        [("2020-01-01", None)] * 60 + [("2020-01-01", "2025-05-10"), ("2020-01-01", "2025-06-10")]
    )
    for shop in (at_once, in_two_months):
        tools = people_of([("2020-01-01", None)] * 30 + [("2020-01-01", "2025-04-20")])
        split = by_team({"shop": shop, "tools": tools}, YEAR)
        assert all(each.hidden == HIDDEN_WITH_OTHERS for each in split.values())
    assert by_team({"shop": at_once, "tools": team(30, 3)}, YEAR)["shop"].hidden is None


def test_a_year_of_teams_is_the_same_whatever_the_years_beside_it_say() -> None:
    teams = {"night": team(3, 2), "tools": team(20, 4), "desk": team(50, 5)}
    later = {**teams, "tools": people_of([("2020-01-01", None)] * 20 + [("2020-01-01", "2025-05-10")] * 4)}
    later["night"] = people_of([("2020-01-01", None)] * 3 + [("2020-01-01", d) for d in DAYS_OF_LEAVING[:2]])
    grown = {**later, "shop": people_of([("2026-01-05", None)] * 40)}
    assert {name: by_team(grown, YEAR)[name].hidden is None for name in teams} == {
        name: by_team(later, YEAR)[name].hidden is None for name in teams
    }


def test_a_team_without_anybody_is_empty_and_not_hidden() -> None:
    split = by_team({"gone": people_of([("2010-01-01", "2015-01-01")]), "desk": team(50, 5)}, YEAR)
    assert split["gone"].hidden is None
    assert split["gone"].value is None
    assert split["desk"].hidden is None


def test_a_team_that_was_there_between_two_new_years_days_only_is_small_and_not_empty() -> None:
    brief = people_of([("2025-02-01", "2025-11-01")] * 12)
    split = by_team({"brief": brief, "tools": team(30, 3), "desk": team(50, 5)}, YEAR)
    assert {name for name, each in split.items() if each.hidden} == {"brief", "tools"}


@pytest.mark.parametrize(
    "over", [MONTH, QUARTER, period("2024-01-01", "2026-01-01"), period("2025-04-01", "2026-04-01")]
)
def test_teams_are_shown_only_for_calendar_years(over: Period) -> None:
    split = by_team({"tools": team(200, 20), "desk": team(500, 50)}, over)
    assert all(each.hidden == TEAMS_ONLY_YEARS for each in split.values())


def test_two_years_are_compared_as_rates() -> None:
    before, now = whole_company(team(1000, 100), YEAR), whole_company(team(1000, 40), YEAR)
    difference = differ(now, before)
    assert difference is not None
    assert difference.value == pytest.approx((now.value or 0) - (before.value or 0))
    assert difference.high is not None
    assert difference.high < 0
    assert difference.p is not None
    assert difference.p < 0.001
