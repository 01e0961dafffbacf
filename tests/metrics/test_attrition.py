"""Team attrition: the number, and what must never be shown."""

from __future__ import annotations

import pytest

from metrics import attrition
from metrics.anonymity import HIDDEN, HIDDEN_WITH_OTHERS
from metrics.attrition import NOT_OVER, ONLY_WHOLE_MONTHS, differ, hidden_teams, is_year, leavers_of
from metrics.metric import Counted
from metrics.period import Period, whole_months
from metrics.stays import Stays
from store.published import Count
from tests.metrics.counting import Stay, day, people_of, period

TODAY = day("2026-11-21")

YEAR = period("2025-01-01", "2026-01-01")
QUARTER = period("2025-01-01", "2025-04-01")
MONTH = period("2025-01-01", "2025-02-01")


def whole_company(people: Stays, over: Period) -> Counted:
    return attrition.whole_company(people, over, TODAY)


def by_team(teams: dict[str, Stays], over: Period) -> dict[str, Counted]:
    return attrition.by_team(teams, over, TODAY)


def team(stayed: int, left: int, how: str = "voluntary") -> Stays:
    return people_of([("2020-01-01", None)] * stayed + [("2020-01-01", "2025-02-15")] * left, how)


def test_average_headcount_counts_every_day_of_every_person() -> None:
    # attr-002, with the two ways of leaving added up
    people: list[Stay] = [
        ("2025-01-01", None),
        ("2025-01-01", "2026-02-15"),
        ("2026-01-16", None),
        ("2025-01-01", "2026-03-01"),
        ("2026-02-01", "2026-03-11"),
    ]
    counted = leavers_of(people_of(people), period("2026-01-01", "2026-04-01"))
    assert counted.denominator == pytest.approx(3.41111111111)
    assert counted.numerator == 3
    assert counted.details["percent_of_average_headcount"] == pytest.approx(87.9478827362)
    assert counted.details["headcount_at_start"] == 3
    assert counted.details["headcount_at_end"] == 2
    assert counted.details["percent_of_endpoint_average"] == pytest.approx(120.0)


def test_a_shorter_period_is_scaled_to_a_year_and_says_so() -> None:
    counted = leavers_of(people_of([("2020-01-01", None)] * 98 + [("2020-01-01", "2025-04-01")] * 2), QUARTER)
    assert counted.value == pytest.approx(100 * 2 / 100 * 365 / 90)
    assert counted.details["annualised"] is True
    assert leavers_of(team(98, 2), YEAR).details["annualised"] is False


@pytest.mark.parametrize(
    ("start", "end", "year"),
    [
        ("2025-01-01", "2026-01-01", True),
        ("2024-01-01", "2025-01-01", True),
        ("2024-02-29", "2025-03-01", True),
        ("2024-01-01", "2024-12-31", True),
        ("2025-01-01", "2025-07-01", False),
        ("2024-01-01", "2026-01-01", False),
    ],
)
def test_a_year_is_a_year_in_leap_years_too(start: str, end: str, year: bool) -> None:
    assert is_year(period(start, end)) is year


def test_the_interval_is_exact_poisson() -> None:
    nobody = leavers_of(people_of([("2020-01-01", None)] * 25), YEAR)
    assert (nobody.value, nobody.low) == (0.0, 0.0)
    assert nobody.high == pytest.approx(14.7555178165)  # attr-005


def test_a_move_to_another_team_is_no_leaving() -> None:
    counted = leavers_of(team(60, 3, "transfer"), YEAR)
    assert counted.numerator == 0
    assert counted.details["moved_to_another_team"] == 3


def both_ways(voluntary: int, involuntary: int) -> Stays:
    return Stays(
        [Count(day("2020-01-01"), "", "", 60 + voluntary + involuntary, 0)],
        [
            Count(day("2025-02-15"), "", "voluntary", voluntary, 0),
            Count(day("2025-02-15"), "", "involuntary", involuntary, 0),
        ],
    )


def test_why_they_left_is_told_only_from_five_leavers_on() -> None:
    assert leavers_of(both_ways(3, 1), YEAR).details["voluntary"] is None
    told = leavers_of(both_ways(3, 2), YEAR).details
    assert (told["voluntary"], told["involuntary"], told["other_or_not_said"]) == (3, 2, 0)


def test_why_they_left_is_not_told_where_it_was_the_same_for_all() -> None:
    assert leavers_of(both_ways(6, 0), YEAR).details["voluntary"] is None


@pytest.mark.parametrize(
    ("start", "end"), [("2025-02-01", "2026-02-01"), ("2025-01-01", "2025-04-01"), ("2024-01-01", "2026-01-01")]
)
def test_why_they_left_is_told_for_calendar_years_only(start: str, end: str) -> None:
    assert leavers_of(both_ways(30, 20), YEAR).details["voluntary"] == 30
    assert leavers_of(both_ways(30, 20), period(start, end)).details["voluntary"] is None


def test_why_they_left_is_not_told_of_a_team() -> None:
    split = by_team({"desk": both_ways(30, 20), "tools": both_ways(10, 10)}, YEAR)
    assert split["desk"].details["leavers"] == 50
    assert split["desk"].details["voluntary"] is None


def test_fewer_than_ten_people_are_hidden() -> None:
    hidden = whole_company(team(8, 1), YEAR)
    assert hidden.hidden == HIDDEN == "Hidden because fewer than 10 people would be shown."
    assert (hidden.value, hidden.numerator, hidden.details) == (None, None, {})


@pytest.mark.parametrize(("stayed", "left"), [(15, 0), (1, 14)])
def test_nobody_and_everybody_in_a_small_group_are_hidden(stayed: int, left: int) -> None:
    everybody = people_of([("2020-01-01", None)] * stayed + [("2020-01-01", "2026-01-01")] * left)
    assert whole_company(everybody, YEAR).hidden == (HIDDEN_WITH_OTHERS if left in (0, 15) else None)
    assert whole_company(people_of([("2020-01-01", "2026-01-01")] * 15), YEAR).hidden == HIDDEN_WITH_OTHERS


def test_a_month_is_shown_only_from_fifty_people_on() -> None:
    assert whole_company(team(48, 1), MONTH).hidden is not None
    assert whole_company(team(48, 1), QUARTER).hidden is None
    assert whole_company(team(60, 1), MONTH).hidden is None


def test_periods_that_could_be_subtracted_are_not_shown_below_fifty_people() -> None:
    assert whole_company(team(40, 2), period("2025-01-01", "2025-05-01")).hidden is not None


@pytest.mark.parametrize("size", [20, 60, 5000])
@pytest.mark.parametrize(
    ("start", "end"), [("2025-02-14", "2025-02-15"), ("2025-01-02", "2026-01-02"), ("2025-01-01", "2025-12-31")]
)
def test_no_company_is_large_enough_for_windows_that_move_by_a_day(size: int, start: str, end: str) -> None:
    assert whole_company(team(size, 2), period(start, end)).hidden == ONLY_WHOLE_MONTHS


def test_a_month_that_is_not_over_would_show_tomorrow_who_leaves_today() -> None:
    assert whole_company(team(60, 1), period("2026-11-01", "2026-12-01")).hidden == NOT_OVER
    assert by_team({"desk": team(60, 1)}, period("2025-12-01", "2026-12-01"))["desk"].hidden == NOT_OVER
    assert whole_company(team(60, 1), period("2026-10-01", "2026-11-01")).hidden is None


def test_a_hidden_team_draws_the_next_smallest_with_it() -> None:
    split = by_team({"night": team(3, 0), "tools": team(20, 2), "desk": team(50, 5)}, YEAR)
    assert {name for name, each in split.items() if each.hidden} == {"night", "tools"}
    assert split["desk"].value is not None
    assert split["night"].hidden == HIDDEN
    assert split["tools"].hidden == HIDDEN_WITH_OTHERS


def test_teams_that_are_hidden_together_do_not_say_that_nobody_left() -> None:
    teams = {"night": team(3, 0), "tools": team(13, 0), "shop": team(20, 2), "desk": team(50, 5)}
    split = by_team(teams, YEAR)
    assert {name for name, each in split.items() if each.hidden} == {"night", "tools", "shop"}


def test_where_nothing_else_helps_the_whole_split_is_hidden() -> None:
    split = by_team({"night": team(3, 0), "tools": team(13, 0)}, YEAR)
    assert all(each.hidden for each in split.values())


def test_sliding_the_window_does_not_show_one_hidden_team_after_the_other() -> None:
    # "tools" and "shop" change places as the next smallest; the team of three would be left over.
    teams = {
        "night": people_of([("2020-01-01", None)] * 2 + [("2020-01-01", "2025-05-10")]),
        "tools": people_of([("2020-01-01", None)] * 14 + [("2025-02-01", None)] * 9 + [("2020-01-01", "2025-05-20")]),
        "shop": people_of([("2020-01-01", None)] * 17 + [("2020-01-01", "2025-05-25")]),
        "desk": team(50, 5),
    }
    windows = [whole_months(day(f"{year}-{month:02}-01"), 12) for year in (2025, 2026) for month in range(1, 12)]
    drawn = [hidden_teams(teams, each, TODAY) - {"night", "desk"} for each in windows if each.end > day("2025-05-20")]
    assert all("shop" in each for each in drawn)


def test_a_team_without_anybody_is_empty_and_not_hidden() -> None:
    split = by_team({"gone": people_of([("2010-01-01", "2015-01-01")]), "desk": team(50, 5)}, YEAR)
    assert split["gone"].hidden is None
    assert split["gone"].missing == "Nobody was employed in this period."
    assert split["desk"].hidden is None


@pytest.mark.parametrize("over", [MONTH, QUARTER, period("2024-01-01", "2026-01-01")])
def test_teams_are_shown_only_for_twelve_months(over: Period) -> None:
    split = by_team({"tools": team(200, 20), "desk": team(500, 50)}, over)
    assert all(each.hidden for each in split.values())


def test_two_years_are_compared_as_rates() -> None:
    before, now = leavers_of(team(1000, 100), YEAR), leavers_of(team(1000, 40), YEAR)
    difference = differ(now, before)
    assert difference is not None
    assert difference.value == pytest.approx((now.value or 0) - (before.value or 0))
    assert difference.high is not None
    assert difference.high < 0
    assert difference.p is not None
    assert difference.p < 0.001
