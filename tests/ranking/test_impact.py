"""The arithmetic of scores. Worked examples of the methodology run in tests/test_vectors.py; here stand the promises beside them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking import beside
from ranking import impact as scores
from ranking.endings import End, after_fix, end_of
from ranking.labels import Course, Rise, labels, rising
from ranking.order import Place, about_equal, in_order
from store.published import ListedBug

Last = tuple[float, float, int]
QUIET = Rise(1.0, 1.0, False)
customers = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from([1.0, 0.5, 1 / 3]), st.integers(1, 20)), max_size=12
)


def course(**facts: object) -> Course:
    """A bug of half a year that was reported now and then, and recently: nothing to say about it."""
    usual: dict[str, object] = {
        "age_days": 180,
        "first_report_age": None,
        "last_report_age": 3,
        "customers_last_7": 1,
        "customer_weeks_before": 4,
        "weeks_with_reports": 5,
        "rise": QUIET,
    }
    return Course(**{**usual, **facts})  # type: ignore[arg-type]


def words(**facts: object) -> list[str]:
    return list(labels(course(**facts)))


def test_a_customer_counts_half_after_a_half_life_whatever_it_is() -> None:
    assert scores.recent_customers([(14, 1.0, 1)], (14.0,)).recent == 0.5
    assert scores.recent_customers([(14, 1.0, 1)], (60.0,)).recent == pytest.approx(2 ** (-14 / 60))


def test_a_customer_counts_half_after_thirty_days_where_nothing_else_was_learned() -> None:
    # pain-001: today 1, a month ago 1/2, two months ago 1/4
    found = scores.recent_customers([(0, 1.0, 1), (30, 1.0, 1), (60, 1.0, 2)])
    assert (found.recent, found.se) == pytest.approx((2.0, (1 + 1 / 4 + 2 / 16) ** 0.5))


def test_two_half_lives_together_count_what_they_leave_on_the_average() -> None:
    assert scores.weight_of(30, (30.0, 365.0)) == pytest.approx((0.5 + 2 ** (-30 / 365)) / 2)
    assert scores.weight_of(0, (30.0, 365.0)) == 1


def test_half_a_ticket_is_half_a_voice() -> None:
    found = scores.recent_customers([(30, 0.5, 3)])
    assert (found.recent, found.customers) == (0.75, 3)
    assert found.se == pytest.approx(0.1875**0.5)


def test_a_report_from_the_future_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be known"):
        scores.recent_customers([(-1, 1.0, 1)])


@given(customers, customers)
def test_recent_customers_of_different_customers_add_up(some: list[Last], others: list[Last]) -> None:
    together, one, two = (
        scores.recent_customers([*some, *others]),
        scores.recent_customers(some),
        scores.recent_customers(others),
    )
    assert together.recent == pytest.approx(one.recent + two.recent)
    assert together.se**2 == pytest.approx(one.se**2 + two.se**2)
    assert together.customers == one.customers + two.customers


def test_a_severity_nobody_gave_or_knows_is_flagged_as_not_rated() -> None:
    weights = {"minor": 2.0, "major": 4.0}
    assert scores.severity(None, weights, 2.0) == ("not rated", 2.0, False)
    assert scores.severity("S1", weights, 3.0) == ("not rated", 3.0, False)
    assert scores.severity("major", weights, 2.0) == ("major", 4.0, True)


def test_one_angry_smiley_moves_the_rating_factor_only_a_little() -> None:
    assert scores.rating_factor(1, 1, 0.1) == pytest.approx(1 + (1 + 1) / 11 - 0.1)


@given(st.integers(0, 5000), st.integers(0, 5000), st.floats(0, 1))
def test_the_rating_factor_stays_between_three_quarters_and_one_and_a_half(bad: int, good: int, company: float) -> None:
    assert 0.75 <= scores.rating_factor(bad, bad + good, company) <= 1.5


def test_the_rating_factor_is_cut_at_both_ends_and_impact_is_a_product() -> None:
    assert scores.rating_factor(5000, 5000, 0.1) == 1.5
    assert scores.rating_factor(0, 5000, 0.9) == 0.75
    assert scores.rating_factor(0, 0, 0.2) == 1
    assert scores.shrunk_share(3, 5, 0.2) == pytest.approx(5 / 15)
    assert scores.impact(14.2, 4, 1.1) == pytest.approx(62.48)


def test_a_tie_is_broken_by_customers_then_by_the_newer_report_then_by_id() -> None:
    day = date(2026, 3, 1)
    places = [
        Place(6.0, 2, day, "D"),
        Place(6.0 * (1 + 1e-12), 2, day, "C"),
        Place(6.0, 2, day + timedelta(days=1), "E"),
        Place(6.0, 3, day, "F"),
        Place(6.1, 1, day, "G"),
    ]
    assert [place.id for place in in_order(places, lambda place: place)] == ["G", "F", "E", "C", "D"]


@given(st.permutations(range(8)))
def test_the_order_does_not_depend_on_the_order_in_which_bugs_come(order: list[int]) -> None:
    places = [Place(4.0 + (index % 3), index % 2, date(2026, 3, 1), f"B{index}") for index in range(8)]
    expected = in_order(places, lambda place: place)
    assert in_order([places[index] for index in order], lambda place: place) == expected


def test_impacts_are_about_equal_within_one_standard_error_of_the_difference() -> None:
    assert about_equal(14.9, 3, 10, 4)
    assert not about_equal(15.1, 3, 10, 4)
    assert about_equal(0, 0, 0, 0)
    assert not about_equal(2, 0, 1, 0)


def test_bugs_without_reports_do_not_make_it_harder_for_others_to_rise() -> None:
    busy = [(6, 4), (4, 9)]
    assert rising([*busy, *[(0, 0)] * 50])[:2] == rising(busy)


def test_rising_is_as_rare_as_three_of_four_reports_in_the_last_fifth_of_the_days() -> None:
    # rise-001's way: P(X >= 3) of 4 with 7/35 each, alone and beside three bugs with a single older report
    p = 4 * 0.2**3 * 0.8 + 0.2**4
    (alone,) = rising([(3, 1)])
    assert (alone.p, alone.adjusted) == pytest.approx((p, p))
    among = rising([(3, 1), (0, 1), (0, 1), (0, 1), (0, 0)])
    assert [each.adjusted for each in among] == pytest.approx([4 * p, 1, 1, 1, 1])
    assert among[-1].p == 1


def test_two_customers_in_a_week_are_no_rise_whatever_chance_says() -> None:
    assert rising([(2, 0)])[0].adjusted < 0.1
    assert not rising([(2, 0)])[0].is_rising
    assert rising([(3, 0)])[0].is_rising


def test_looking_at_many_bugs_makes_one_rise_less_sure() -> None:
    alone, *_ = rising([(3, 1)])
    among_many, *_ = rising([(3, 1), *[(1, 8)] * 30])
    assert alone.is_rising
    assert not among_many.is_rising


def test_a_bug_with_nothing_special_has_no_label() -> None:
    assert words() == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"first_report_age": 14}, ["new"]),
        ({"first_report_age": 15}, []),
        ({"last_report_age": 21}, ["fading"]),
        ({"last_report_age": 20}, []),
        ({"weeks_with_reports": 9}, ["chronic"]),
        ({"weeks_with_reports": 8}, []),
        ({"weeks_with_reports": 9, "age_days": 90}, []),
        ({"rise": Rise(0.001, 0.01, True)}, ["rising"]),
        ({"came_back_days": 8}, ["regression"]),
    ],
)
def test_each_label_has_its_border(facts: dict[str, object], expected: list[str]) -> None:
    assert words(**facts) == expected


def test_the_most_important_label_comes_first() -> None:
    rise = Rise(0.001, 0.01, True)
    assert words(came_back_days=9, rise=rise, weeks_with_reports=10) == ["regression", "rising", "chronic"]
    assert words(first_report_age=4, rise=rise) == ["new", "rising"]
    assert words(last_report_age=22, weeks_with_reports=9) == ["fading", "chronic"]


RELEASED = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("report_days", "as_of", "state"),
    [
        ([-5], 0, "waiting"),
        ([-5], 6, "waiting"),
        ([-5], 7, "gone"),
        ([-5, 4], 10, "waiting"),  # a report in the first days puts the quiet week off
        ([-5, 4], 11, "gone"),
        ([-5, 7], 8, "waiting"),
        ([-5, 8], 8, "regression"),
        ([-5, 8], 7, "gone"),  # not known yet
        ([-5, 3, 9, 20], 30, "regression"),
    ],
)
def test_a_fixed_bug_leaves_after_seven_quiet_days_and_comes_back_with_a_later_report(
    report_days: list[int], as_of: int, state: str
) -> None:
    days = [RELEASED + timedelta(days=day) for day in report_days]
    assert after_fix(RELEASED, days, RELEASED + timedelta(days=as_of)).state == state


def test_a_release_in_the_future_changes_nothing_yet() -> None:
    assert after_fix(RELEASED, [], RELEASED - timedelta(days=1)).state == "open"


def test_a_quiet_bug_leaves_the_list_seven_days_after_its_release_or_its_last_report() -> None:
    assert after_fix(RELEASED, [], RELEASED).leaves_on == RELEASED + timedelta(days=7)
    assert after_fix(RELEASED, [RELEASED + timedelta(days=3)], RELEASED + timedelta(days=4)).leaves_on == date(
        2026, 3, 20
    )
    assert after_fix(RELEASED, [], RELEASED, quiet_days=0) == ("gone", RELEASED)


def ended(**at: datetime) -> End | None:
    nothing = dict.fromkeys(ListedBug.__dataclass_fields__)
    return end_of(ListedBug(**{**nothing, **at}), ZoneInfo("Europe/Madrid"))  # type: ignore[arg-type]


def test_a_bug_is_over_when_its_fix_is_released_or_the_tracker_closes_it_on_the_companys_day() -> None:
    late, later = datetime(2026, 3, 9, 23, 30, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    assert ended() is None
    assert ended(fixed_at=late) is None
    assert ended(released_at=late, closed_at=later) == End(date(2026, 3, 10), "released")
    assert ended(closed_at=late, fixed_at=late) == End(date(2026, 3, 10), "fixed")
    assert ended(closed_at=late) == End(date(2026, 3, 10), "closed")


def test_a_fix_has_seven_days_to_reach_people_and_a_bug_closed_without_one_has_none() -> None:
    assert [End(RELEASED, how).quiet_days for how in ("released", "fixed", "closed")] == [7, 7, 0]


def test_what_the_customers_of_a_bug_pay_says_how_much_of_it_is_one_of_them() -> None:
    # pain-011
    assert beside.revenue(3, 1000, 700, 5000) == beside.Revenue(3, 1000, 70.0, 5000)
    assert beside.revenue(0, 0, 0).largest_percent is None
    assert beside.revenue(1, 1, 1).largest_percent == 100
    assert beside.coverage(40, 100) == beside.Coverage(40, 100, 60, 40.0, True)


def test_coverage_of_no_tickets_is_not_known_and_under_half_is_incomplete() -> None:
    assert beside.coverage(0, 0).percent is None
    assert not beside.coverage(0, 0).is_incomplete
    assert beside.coverage(49, 100).is_incomplete
    assert not beside.coverage(50, 100).is_incomplete
