"""From rows to the top ten: the order, who may be listed, labels, movement, leaving. On a real store, the main ways on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import event

from ranking.clusters import cluster
from ranking.impact import Memory
from ranking.top_bugs import Leaving
from settings import Impact
from store import Store
from store.records import BugReport
from tests.builders import TODAY, answer, bug, customer, days_ago, filled, noon, report, save, subscription, ticket
from tests.ranking.companies import ago, company, explained, flat, only, ten, told

STOCK = (
    "I change the stock number, press save, and later it jumps back to the old number",
    "the stock number I saved jumps back to the old number by itself",
    "saved the stock number twice, it jumps back to the old one each time",
)


def crowd(bugs: int, customers: int = 5, age: int = 0) -> list[Any]:
    """`bugs` bugs, the first with most customers, one less each."""
    return flat(
        [bug(f"B{index:02}"), told(f"B{index:02}", *[age] * max(1, customers - index))] for index in range(bugs)
    )


# --- the score and the order ---------------------------------------------------------------------------------------------


def test_the_ten_come_out_of_linked_tickets(database_url: str) -> None:
    store = filled(
        database_url,
        bug("COUPON", title="Coupon fails at checkout", severity="major", owner="Checkout"),
        bug("CENT", title="A cent is missing", severity="minor"),
        bug("GONE", title="Fixed long ago", released_at=days_ago(30)),
        bug("QUIET", title="Nobody said a word"),
        *told("COUPON", 0, 1, 1, 2, 3, 3, 4, 29),
        *told("CENT", 0, 29),
        *told("GONE", 40),
        *[customer(f"COUPON-customer-{index}", mrr=100_00 * (index + 1)) for index in range(3)],
        ticket("unlinked", customer="acme"),
    )
    found = ten(store)
    assert [(each.rank, each.id) for each in found.bugs] == [(1, "COUPON"), (2, "CENT")]
    first = found.bugs[0]
    weights = [2 ** (-age / 30) for age in (0, 1, 1, 2, 3, 3, 4, 29)]
    assert first.recent_customers == pytest.approx(sum(weights))
    assert first.se == pytest.approx(4 * sum(weight**2 for weight in weights) ** 0.5)
    assert (first.customers, first.customers_7, first.contacts_30, first.owner) == (8, 7, 8, "Checkout")
    assert (first.revenue.customers, first.revenue.total, first.revenue.largest_percent) == (3, 600_00, 50.0)
    assert (first.labels, found.fastest) == (("rising",), "COUPON")
    assert found.customers == 10
    assert (found.coverage.linked, found.coverage.tickets) == (11, 12)


def test_impact_is_recent_customers_times_severity_times_rating_factor(tmp_path: Path) -> None:
    found = only(company(tmp_path, bug("B1", severity="major"), told("B1", 0, 30, 60)))
    assert found.recent_customers == pytest.approx(1.75)
    assert (found.severity.weight, found.rating_factor) == (4, 1.0)
    assert found.impact == pytest.approx(7.0)


def test_another_memory_weighs_older_reports_otherwise(tmp_path: Path) -> None:
    store = company(tmp_path, bug("B1"), told("B1", 0, 60))
    assert ten(store, memory=(60.0,)).bugs[0].recent_customers == pytest.approx(1.5)
    mixed = ten(store, memory=(30.0, 365.0)).bugs[0].recent_customers
    assert mixed == pytest.approx(1 + (0.25 + 2 ** (-60 / 365)) / 2)


def test_ten_mails_of_one_customer_are_one_customer(tmp_path: Path) -> None:
    found = only(company(tmp_path, bug("B1"), told("B1", 0, 1, 2, 3, 4, 5, 6, customer="acme")))
    assert (found.recent_customers, found.customers, found.contacts_7) == (1.0, 1, 7)


def test_a_ticket_linked_to_two_bugs_gives_half_to_each(database_url: str) -> None:
    store = filled(database_url, bug("A"), bug("B"), *told("A", 0), report("B", id="second", ticket="A-ticket-0"))
    assert [each.recent_customers for each in ten(store).bugs] == [0.5, 0.5]
    assert ten(store).customers == 1


def test_a_worse_bug_needs_fewer_customers(tmp_path: Path) -> None:
    rows = [
        bug("minor", severity="minor"),
        bug("blocker", severity="blocker"),
        told("minor", 0, 0, 0),
        told("blocker", 0),
    ]
    assert [found.id for found in ten(company(tmp_path, *rows)).bugs] == ["blocker", "minor"]


def test_an_unrated_bug_counts_as_the_settings_say_and_is_flagged(tmp_path: Path) -> None:
    store = company(tmp_path, bug("B1", severity=None), told("B1", 0), impact=Impact(unrated_severity=3))
    found = only(store)
    assert (found.impact, found.severity.is_rated) == (3.0, False)


def test_ratings_of_the_linked_tickets_make_the_rating_factor(database_url: str) -> None:
    good = [answer(5, answered_at=days_ago(1)) for _ in range(27)]
    found = ten(filled(database_url, bug("A"), *told("A", 1, 1, 1, rated=1), *good)).bugs[0]
    assert (found.rated, found.bad) == (3, 3)
    assert abs(found.rating_factor - (1 + (3 + 1) / 13 - 0.1)) < 1e-9


def test_a_neutral_answer_of_the_company_is_not_a_bad_one(tmp_path: Path) -> None:
    neutral = [answer(3) for _ in range(49)]
    found = only(company(tmp_path, bug("B1"), told("B1", 0, rated=1), neutral))
    assert found.rating_factor == pytest.approx(1 + (1 + 10 / 50) / 11 - 1 / 50)


def test_the_list_is_the_same_in_whatever_order_the_rows_come(tmp_path: Path) -> None:
    rows = crowd(14)
    there, back = ten(company(tmp_path, rows)), ten(company(tmp_path, list(reversed(rows))))
    assert there.bugs == back.bugs


def test_only_ten_are_listed_and_the_others_are_counted(tmp_path: Path) -> None:
    found = ten(company(tmp_path, crowd(14)))
    assert ([each.rank for each in found.bugs], found.others, found.quiet) == ([*range(1, 11)], 4, 0)


def test_neighbours_that_chance_could_swap_are_tied(tmp_path: Path) -> None:
    near = company(tmp_path, bug("A"), bug("B"), told("A", *[0] * 9), told("B", *[0] * 8))
    assert [found.about_equal_with_next for found in ten(near).bugs] == [True, False]
    far = company(tmp_path, bug("A"), bug("B"), told("A", *[0] * 30), told("B", *[0] * 8))
    assert [found.about_equal_with_next for found in ten(far).bugs] == [False, False]


def test_the_tenth_is_compared_with_the_eleventh_that_is_not_shown(tmp_path: Path) -> None:
    assert ten(company(tmp_path, crowd(11, customers=40))).bugs[9].about_equal_with_next


def test_one_customer_with_three_of_the_bugs_is_one_customer(tmp_path: Path) -> None:
    rows = [[bug(id), told(id, 2, customer="acme")] for id in ("A", "B", "C")]
    assert ten(company(tmp_path, *flat(rows))).customers == 1


def test_the_whole_are_the_customers_of_any_day_of_the_window(tmp_path: Path) -> None:
    rows = [
        *[customer(f"A-customer-{index}") for index in range(2)],
        customer("silent"),
        customer("left in the window", ended_on=ago(10)),
        customer("left before it", ended_on=ago(40)),
        customer("came in it", started_on=ago(5)),
        customer("comes later", started_on=ago(-5)),
    ]
    found = ten(company(tmp_path, bug("A"), told("A", 0, 1), *rows))
    assert (found.customers, found.window_days, found.of_customers) == (2, 30, 5)


def test_without_a_source_of_customers_there_is_no_whole(tmp_path: Path) -> None:
    assert ten(company(tmp_path, bug("A"), told("A", 0, 1))).of_customers is None
    assert ten(company(tmp_path, bug("A"), told("A", 0, 1), customer("another"))).of_customers is None


# --- who may be listed ---------------------------------------------------------------------------------------------------


def test_where_ten_bugs_were_reported_in_thirty_days_an_older_one_is_not_listed(tmp_path: Path) -> None:
    older = [bug("older", severity="blocker"), told("older", *[30] * 20)]
    found = ten(company(tmp_path, crowd(10), older))
    assert (found.window_days, len(found.bugs), found.others, found.quiet) == (30, 10, 0, 1)
    assert "older" not in [each.id for each in found.bugs]


@pytest.mark.parametrize(
    ("age", "window"),
    [(29, 30), (30, 45), (44, 45), (45, 60), (90, 120), (180, 365), (364, 365), (365, None), (3000, None)],
)
def test_where_fewer_than_ten_qualify_the_list_looks_back_further_in_steps(
    tmp_path: Path, age: int, window: int | None
) -> None:
    found = ten(company(tmp_path, crowd(9), bug("older"), told("older", age)))
    assert "older" in [each.id for each in found.bugs]
    assert (found.window_days, len(found.bugs), found.others, found.quiet) == (window, 10, 0, 0)


def test_where_ten_qualify_the_list_looks_back_no_further_than_it_must(tmp_path: Path) -> None:
    older = [[bug(f"older{age}"), told(f"older{age}", age)] for age in (31, 44, 50, 400)]
    found = ten(company(tmp_path, crowd(8), flat(older)))
    assert (found.window_days, len(found.bugs), found.others, found.quiet) == (45, 10, 0, 2)


@pytest.mark.parametrize(
    ("memory", "window"),
    [((30.0,), 30), ((45.0,), 45), ((50.0,), 60), ((180.0,), 180), ((30.0, 365.0), 90), ((900.0,), 365)],
)
def test_a_report_that_still_counts_half_is_never_too_old(tmp_path: Path, memory: Memory, window: int) -> None:
    older = [
        bug("older", severity="blocker"),
        told("older", *[window - 1] * 9),
        bug("too old"),
        told("too old", window),
    ]
    found = ten(company(tmp_path, crowd(10), older), memory=memory)
    assert (found.window_days, found.others, found.quiet) == (window, 1, 1)
    assert "older" in [each.id for each in found.bugs]


def test_where_fewer_than_ten_were_ever_reported_the_list_looks_back_to_the_last_of_them(tmp_path: Path) -> None:
    assert ten(company(tmp_path, bug("A"), told("A", 3), bug("B"), told("B", 4))).window_days == 30
    assert ten(company(tmp_path, bug("A"), told("A", 3), bug("B"), told("B", 100))).window_days == 120


def test_a_list_that_looks_back_however_long_ago_counts_everybody(database_url: str) -> None:
    found = ten(
        filled(
            database_url,
            bug("A"),
            *told("A", 3, 800),
            *[customer(f"A-customer-{n}") for n in range(2)],
            bug("B"),
            *told("B", 500, customer="A-customer-1"),
            customer("left", ended_on=ago(600)),
        )
    )
    assert (found.window_days, found.customers, found.of_customers) == (None, 2, 3)
    assert [each.customers for each in found.bugs] == [2, 1]


def test_a_bug_nobody_reported_is_never_listed_and_is_not_called_quiet(tmp_path: Path) -> None:
    found = ten(company(tmp_path, bug("A"), told("A", 0), bug("silent")))
    assert ([each.id for each in found.bugs], found.quiet) == (["A"], 0)


def test_customers_are_those_of_the_window_that_admitted_the_list(tmp_path: Path) -> None:
    found = ten(company(tmp_path, bug("A"), told("A", 0, 40, 46)))
    assert (found.window_days, found.bugs[0].customers, found.customers) == (30, 1, 1)
    longer = ten(company(tmp_path, bug("A"), told("A", 0, 40, 46), bug("B"), told("B", 35)))
    assert (longer.window_days, longer.bugs[0].customers, longer.customers) == (45, 2, 3)


def test_a_list_that_is_empty_says_what_is_missing(tmp_path: Path) -> None:
    later = bug("A", opened_at=noon(TODAY + timedelta(days=1)))
    empty: list[tuple[list[Any], str, int]] = [
        ([], "nothing read", 0),
        ([ticket()], "no tracker", 0),
        ([ticket(), later], "none known then", 0),
        ([bug("A")], "no reports", 1),
        ([bug("A", closed_at=days_ago(5)), bug("B"), told("A", 45)], "none open", 2),
    ]
    for rows, why, bugs in empty:
        found = ten(company(tmp_path, *rows))
        assert found.missing is not None
        assert (found.bugs, found.missing.why, found.missing.bugs) == ((), why, bugs)


def test_a_problem_that_nobody_filed_is_found_in_the_unlinked_tickets(database_url: str) -> None:
    tickets = [
        ticket(f"S{index}", customer=f"c{index}", area="Inventory", excerpt=STOCK[index % 3], opened_at=days_ago(index))
        for index in range(6)
    ]
    more = [
        ticket(area="Inventory", excerpt=f"the {word} is broken since we moved") for word in ("lamp", "door", "sign")
    ]
    found = ten(filled(database_url, bug("A"), *told("A", 5), *tickets, *more, cluster=cluster))
    assert [(each.id, each.is_unfiled) for each in found.bugs] == [("cluster:S5", True), ("A", False)]
    assert (found.bugs[0].customers, found.bugs[0].severity.weight) == (6, 2)
    assert found.coverage.linked == 1


def test_coverage_is_of_problems_and_of_tickets_that_do_not_say_what_they_are(tmp_path: Path) -> None:
    more = [ticket(kind=kind) for kind in (None, "question", "request")]
    found = ten(company(tmp_path, bug("B1"), told("B1", 0), [ticket("asked", kind="question")], more)).coverage
    assert (found.linked, found.tickets) == (1, 2)


def test_coverage_is_of_the_last_ninety_days_and_incomplete_under_half(tmp_path: Path) -> None:
    unlinked = [ticket(opened_at=days_ago(89)) for _ in range(3)]
    poor = ten(company(tmp_path, bug("B1"), told("B1", 0, 1, 90, 91), unlinked)).coverage
    assert (poor.linked, poor.tickets, poor.is_incomplete) == (2, 5, True)
    assert not ten(company(tmp_path, bug("B1"), told("B1", 0, 1, 2), unlinked)).coverage.is_incomplete


# --- labels and movement -------------------------------------------------------------------------------------------------


def test_a_bug_first_reported_this_week_is_new_however_long_the_tracker_knows_it(tmp_path: Path) -> None:
    old = bug("B1", opened_at=days_ago(600))
    assert only(company(tmp_path, old, told("B1", 3))).labels == ("new",)
    assert only(company(tmp_path, old, told("B1", 3, 700))).labels == ()


def test_one_customer_who_writes_every_day_does_not_make_a_bug_rise(tmp_path: Path) -> None:
    old = told("B1", 40, 50, prefix="old-")
    assert "rising" not in only(company(tmp_path, bug("B1"), old, told("B1", *range(7), customer="acme"))).labels
    assert "rising" in only(company(tmp_path, bug("B1"), old, told("B1", *range(7)))).labels


def test_steady_weekly_customers_are_chronic_and_not_rising(tmp_path: Path) -> None:
    weekly = told("B1", *range(2, 91, 7))
    assert only(company(tmp_path, bug("B1", opened_at=days_ago(200)), weekly)).labels == ("chronic",)


def test_a_silent_bug_is_fading(tmp_path: Path) -> None:
    assert only(company(tmp_path, bug("B1"), told("B1", 22, 30))).labels == ("fading",)


def test_the_bug_that_gained_most_against_its_usual_week_grows_fastest_also_below_the_ten(tmp_path: Path) -> None:
    rows = [
        *crowd(12, customers=20),
        bug("grows", severity="cosmetic", title="Coupon"),
        told("grows", *[0, 1, 2, 3] * 3, 40),
    ]
    found = ten(company(tmp_path, *rows))
    assert (found.fastest, found.fastest_title, found.fastest_rank) != (None, None, None)
    calm = ten(company(tmp_path, bug("A"), told("A", 3, 10, 17, 24)))
    assert (calm.fastest, calm.fastest_title, calm.fastest_rank) == (None, None, None)


def test_movement_is_measured_against_the_list_seven_days_before(tmp_path: Path) -> None:
    rows = [bug("up"), bug("down"), bug("fresh"), told("down", 8, 8, 8), told("up", 8, 8), told("fresh", 2)]
    found = ten(company(tmp_path, *rows, told("up", 1, 1, 1, prefix="more-")))
    assert {each.id: (each.movement.kind, each.movement.places) for each in found.bugs} == {
        "up": ("moved", 1),
        "down": ("moved", -1),
        "fresh": ("new on the list", 0),
    }


def test_a_bug_that_came_from_place_eleven_is_new_on_the_list(tmp_path: Path) -> None:
    store = company(tmp_path, crowd(11, customers=30, age=8))
    assert ten(store).bugs[0].movement.kind == "same"
    save(store, told("B10", *[0] * 40, prefix="late-"))
    first = ten(store).bugs[0]
    assert (first.id, first.movement.kind, first.movement.before) == ("B10", "new on the list", 11)


# --- leaving -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days_since_release", "listed"), [(6, True), (7, False)])
def test_a_fixed_bug_leaves_seven_quiet_days_after_its_release(
    tmp_path: Path, days_since_release: int, listed: bool
) -> None:
    fixed = bug("B1", fixed_at=days_ago(30), released_at=days_ago(days_since_release))
    assert bool(ten(company(tmp_path, fixed, told("B1", 40))).bugs) is listed


def test_a_fix_that_nobody_has_yet_helps_nobody(tmp_path: Path) -> None:
    found = only(company(tmp_path, bug("B1", fixed_at=days_ago(30)), told("B1", 40)))
    assert (found.end, found.fixed_on) == (None, ago(30))


def test_a_released_bug_says_when_it_leaves(tmp_path: Path) -> None:
    found = only(company(tmp_path, bug("B1", released_at=days_ago(2)), told("B1", 40)))
    assert found.leaving is not None
    assert found.leaving.on == ago(-5)


def test_a_report_after_the_quiet_days_is_a_regression_and_only_such_reports_count(tmp_path: Path) -> None:
    old, new = told("B1", 25, 26, 27, 15), told("B1", 5, customer="new")
    found = only(company(tmp_path, bug("B1", released_at=days_ago(20)), old, new))
    assert found.labels[0] == "regression"
    assert found.course.came_back_days == 15
    assert found.end is not None
    assert (found.end.how, found.end.on) == ("released", ago(20))
    assert found.recent_customers == pytest.approx(2 ** (-5 / 30))


def test_a_bug_closed_without_a_fix_leaves_at_once_and_comes_back_if_customers_still_report_it(tmp_path: Path) -> None:
    closed = bug("B1", closed_at=days_ago(5))
    assert ten(company(tmp_path, closed, told("B1", 5, 9))).bugs == ()
    found = only(company(tmp_path, closed, told("B1", 9, 3)))
    assert found.customers_ever == 1
    assert "regression" not in found.labels
    assert found.ending.state == "regression"


def test_a_bug_closed_as_fixed_with_no_release_on_record_leaves_after_seven_quiet_days(tmp_path: Path) -> None:
    still, gone = (bug("B1", fixed_at=days_ago(days), closed_at=days_ago(days)) for days in (6, 7))
    assert ten(company(tmp_path, still, told("B1", 20))).bugs
    assert not ten(company(tmp_path, gone, told("B1", 20))).bugs


def test_what_it_takes_to_leave_is_computed_from_the_eleventh(tmp_path: Path) -> None:
    rows = [crowd(10, customers=12), bug("last", severity="blocker"), told("last", 0)]
    first, *_, tenth = ten(company(tmp_path, *rows)).bugs
    # 1 customer x 8 is the impact of the eleventh, 2 recent customers of a major bug: from 3, log2(1.5) half-lives.
    assert tenth.recent_customers == 3.0
    assert tenth.leaving is not None
    assert first.leaving is not None
    assert tenth.leaving.quiet_days == 18
    assert first.leaving.quiet_days == 30


def test_where_no_more_than_ten_qualify_no_quiet_takes_one_off(tmp_path: Path) -> None:
    assert {each.leaving for each in ten(company(tmp_path, crowd(10))).bugs} == {Leaving(10)}


def test_the_promise_about_leaving_comes_true(tmp_path: Path) -> None:
    rows = [*crowd(10, customers=12), bug("last", severity="blocker"), *told("last", 0)]
    store = company(tmp_path, *rows)
    tenth = ten(store).bugs[9]
    assert tenth.leaving is not None
    days = tenth.leaving.quiet_days or 0
    others = [(row.bug, row.id) for row in flat(rows) if isinstance(row, BugReport) and row.bug != "B09"]

    def listed_after(quiet: int) -> bool:
        """The same customers report all the others again on the day itself, and nobody this one."""
        later = TODAY + timedelta(days=quiet)
        again = [
            [
                ticket(f"{id}+{quiet}", customer=f"{name}-customer-{id.split('-')[2]}", opened_at=noon(later)),
                report(name, id=f"{id}+{quiet}-link", ticket=f"{id}+{quiet}"),
            ]
            for name, id in others
        ]
        save(store, flat(again), now=noon(later))
        return "B09" in [each.id for each in ten(store, later).bugs]

    assert listed_after(days - 1)
    assert not listed_after(days)


# --- beside the score ----------------------------------------------------------------------------------------------------


def test_revenue_stands_beside_and_never_moves_a_bug(tmp_path: Path) -> None:
    rows = [bug("A"), bug("B"), told("A", 0, 0), told("B", 0)]
    prices = {"B-customer-0": 1_000_000_00, "A-customer-0": 10_00, "A-customer-1": 30_00}
    poor = company(tmp_path, *rows)
    rich = company(tmp_path, *rows, [customer(id, mrr=mrr) for id, mrr in prices.items()])
    assert [each.id for each in ten(rich).bugs] == [each.id for each in ten(poor).bugs] == ["A", "B"]
    revenue = ten(rich).bugs[0].revenue
    assert (revenue.customers, revenue.total, revenue.largest_percent) == (2, 40_00, 75.0)
    assert ten(poor).bugs[0].revenue.largest_percent is None


def test_the_money_of_all_together_counts_each_customer_once_and_never_exceeds_what_all_pay(database_url: str) -> None:
    rows: list[Any] = [bug("A"), bug("B"), bug("C")]
    for index in range(5):  # five customers who all report all three
        rows += [customer(f"c{index}"), subscription(f"c{index}", mrr=100_00)]
        for name in ("A", "B", "C"):
            rows += [
                ticket(f"{name}-{index}", customer=f"c{index}", opened_at=days_ago(index)),
                report(name, id=f"{name}-{index}-link", ticket=f"{name}-{index}"),
            ]
    gone = date(2026, 11, 1)
    rows += [
        # left since: pays nothing today, whatever its row said last
        customer("left", mrr=9_000_00, ended_on=gone),
        ticket("left", customer="left", opened_at=days_ago(25)),
        report("A", id="left-link", ticket="left"),
        # pays more by now, and another one pays by its row alone
        customer("grew", mrr=100_00),
        subscription("grew", mrr=100_00, ended_on=gone),
        subscription("grew", mrr=250_00, started_on=gone),
        customer("by its row", mrr=50_00),
    ]
    found = ten(filled(database_url, *rows))
    assert [each.revenue.total for each in found.bugs] == [500_00] * 3
    assert (found.revenue.customers, found.revenue.total, found.revenue.of_all) == (5, 500_00, 800_00)


def test_what_customers_pay_follows_the_day_also_where_no_row_changed(database_url: str) -> None:
    ends = date(2026, 12, 1)
    store = filled(
        database_url, bug("A"), *told("A", 0), customer("A-customer-0"), subscription("A-customer-0", ended_on=ends)
    )
    assert ten(store).bugs[0].revenue.total == 100_00
    save(store, [], now=noon(ends))
    with store.reading() as published:
        assert published.revenue_of_all() == (0, 0, 0)


def test_the_thirteen_weeks_end_on_the_day_that_is_asked_for(tmp_path: Path) -> None:
    found = only(company(tmp_path, bug("B1"), told("B1", 0, 6, 7, 90, 91)))
    assert found.weeks == (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2)
    assert (found.contacts_7, found.contacts_30, found.customers_7, found.customers) == (2, 3, 2, 3)


# --- one bug -------------------------------------------------------------------------------------------------------------


def test_a_bug_outside_the_ten_is_explained_with_its_rank(tmp_path: Path) -> None:
    found = explained(company(tmp_path, crowd(12, customers=20)), "B11")
    assert found is not None
    assert (found.bug.rank, found.of, found.is_listed) == (12, 12, False)
    assert found.bug.leaving is not None
    assert found.bug.leaving.needed == 11.0


def test_an_unknown_bug_is_not_explained(tmp_path: Path) -> None:
    assert explained(company(tmp_path), "B1") is None


def test_the_history_is_what_was_said_at_each_week_end(tmp_path: Path) -> None:
    ages = range(0, 200, 3)
    store = company(
        tmp_path,
        bug("B1", opened_at=days_ago(150), released_at=days_ago(60)),
        told("B1", *ages),
        [
            answer(1 + 4 * (age % 2), ticket=f"B1-ticket-{index}", answered_at=days_ago(age))
            for index, age in enumerate(ages)
        ],
        [answer(1 if age % 3 else 5, answered_at=days_ago(age)) for age in range(250)],
    )
    found = explained(store, "B1")
    assert found is not None
    assert [point.day for point in found.history] == [ago(7 * week) for week in reversed(range(26))]
    for point in found.history:
        then = explained(store, "B1", point.day)
        assert point.impact == pytest.approx(then.bug.impact if then else 0.0)
    assert found.history[0].impact == 0.0
    assert found.history[-1].impact > 0


# --- only what was known, and with few questions -------------------------------------------------------------------------


def test_a_day_in_the_past_shows_what_was_known_then(database_url: str) -> None:
    then = TODAY - timedelta(days=20)
    early = [bug("A", severity="major"), bug("B", severity="minor"), *told("A", 25, 22), *told("B", 21)]
    store = filled(database_url, *early, now=noon(then))
    before, explained_before = ten(store, then), explained(store, "A", then)
    assert [each.id for each in before.bugs] == ["A", "B"]
    later = [
        bug("A", severity="blocker", released_at=days_ago(9)),
        bug("B", severity="minor", closed_at=days_ago(5)),
        bug("C", opened_at=days_ago(10)),
        *told("B", 3, 2, 1, prefix="later-"),
        *told("C", 4),
    ]
    save(store, later)
    assert [each.id for each in ten(store).bugs] != ["A", "B"]
    assert ten(store, then) == before
    assert explained(store, "A", then) == explained_before


def test_a_rating_given_later_does_not_change_the_past(database_url: str) -> None:
    then = TODAY - timedelta(days=20)
    store = filled(database_url, bug("A"), *told("A", 25))
    before = ten(store, then)
    save(store, [answer(1, ticket="A-ticket-0", answered_at=days_ago(3))])
    assert ten(store, then) == before


THEN = 60  # days ago
a_report = st.tuples(
    st.sampled_from(["A", "B", "C"]),
    st.sampled_from(["acme", "bolt", "cora", "dyne"]),
    st.integers(0, 180),  # days ago
    st.sampled_from([1, 5]),
)


@hypothesis_settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(a_report, max_size=40), st.integers(1, 59), st.integers(1, 59))
def test_what_happens_later_changes_nothing_on_the_day(
    tmp_path: Path, reported: list[tuple[str, str, int, int]], released: int, opened: int
) -> None:
    old = days_ago(400)

    def rows(chosen: list[tuple[str, str, int, int]]) -> list[Any]:
        return flat(
            told(id, age, customer=who, prefix=f"{n}", rated=rated) for n, (id, who, age, rated) in enumerate(chosen)
        )

    everything = company(
        tmp_path,
        bug("A", opened_at=old),
        bug("B", opened_at=old, released_at=days_ago(released)),
        bug("C", opened_at=old, closed_at=days_ago(released)),
        bug("D", opened_at=days_ago(opened)),
        rows(reported),
    )
    then = company(
        tmp_path,
        *[bug(id, opened_at=old) for id in "ABC"],
        rows([each for each in reported if each[2] >= THEN]),
        # A row of each noun that was read, so that what is missing is said alike.
        ticket("later", opened_at=days_ago(1), kind="question"),
    )
    assert ten(everything, ago(THEN)).bugs == ten(then, ago(THEN)).bugs
    assert explained(everything, "B", ago(THEN)) == explained(then, "B", ago(THEN))


def test_the_number_of_questions_to_the_store_does_not_depend_on_the_number_of_bugs(tmp_path: Path) -> None:
    few, many = (questions(company(tmp_path, crowd(bugs, customers=30))) for bugs in (3, 40))
    assert few == many
    assert few <= 30


def questions(store: Store) -> int:
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *each: asked.append(each[2]))
    ten(store)
    return len(asked)
