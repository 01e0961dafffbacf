"""What the page of one bug says, from facts that are written here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from metrics.cautions import Cautions
from ranking.beside import Revenue
from ranking.endings import End, Ending
from ranking.impact import Severity
from ranking.top_bugs import Explained, Movement, TopBug
from reporting import bug_page as said
from store.published import Excerpt, Mark
from tests.reporting.test_bugs import AT, GUESTS, HERE, a_bug
from views.one_bug import Groups, OneBug, Week

SIZES = Groups((("Small", 40), ("Mid", 20)), 6, 2)
COUPONS = Mark(date(2026, 10, 11), "Coupons by customer group", "Checkout")


def a_page(bug: TopBug, of_customers: int | None = 293, **facts: Any) -> OneBug:
    explained = Explained(bug, 28, bug.rank is not None, (30.0,), (), (), Cautions(), of_customers)
    usual: dict[str, Any] = {
        "excerpts": (),
        "contacts": 81,
        "has_tickets": True,
        "weeks": (),
        "release": None,
        "groups": {"segment": SIZES, "plan": None, "channel": SIZES},
    }
    return OneBug(explained=explained, **{**usual, **facts})


def test_the_answer_says_how_many_of_how_many_with_how_many_tickets_and_what_they_pay() -> None:
    page = a_page(a_bug(revenue=Revenue(5, 500_00, 20.0, 800_00)))
    assert said.answer(page, HERE, AT) == (
        "66 of 293 customers (23%) reported it in 30 days (81 tickets), 41 in the last 7. "
        "Affected customers pay €500 a month (of €800)."
    )


def test_where_nobody_knows_all_customers_there_is_no_whole_and_what_is_no_ticket_is_a_report() -> None:
    page = a_page(a_bug(customers=1, customers_7=1, window_days=None), of_customers=None, contacts=1, has_tickets=False)
    assert said.answer(page, GUESTS, AT) == "1 guest reported it (1 report), 1 in the last 7."


def test_the_answer_says_when_it_was_last_reported_if_that_is_more_than_a_week_ago() -> None:
    page = a_page(a_bug(customers_7=0, last_reported_on=date(2026, 11, 2)))
    assert "reported it in 30 days (81 tickets), last on 2 Nov." in said.answer(page, HERE, AT)


def test_a_bug_that_is_not_ranked_says_why_instead() -> None:
    page = a_page(a_bug(rank=None, leaving=None, last_reported_on=None))
    assert said.answer(page, HERE, AT) == "No customer has reported it."


@pytest.mark.parametrize(("released", "words"), [(14, "on the day of"), (13, "1 day after"), (11, "3 days after")])
def test_the_release_before_the_first_report_is_named_with_its_day(released: int, words: str) -> None:
    page = a_page(a_bug(first_reported_on=date(2026, 10, 14)), release=COUPONS._replace(day=date(2026, 10, released)))
    assert said.first_report(page, AT) == (
        f"First reported {words} the release 'Coupons by customer group' ({released} Oct)."
    )


def test_without_such_a_release_the_day_of_the_first_report_is_said() -> None:
    assert said.first_report(a_page(a_bug(first_reported_on=date(2025, 10, 14))), AT) == "First reported 14 Oct 2025."
    assert said.first_report(a_page(a_bug(first_reported_on=None)), AT) == ""


def test_the_key_of_its_tracker_stands_before_the_title_and_a_problem_without_a_bug_has_none() -> None:
    assert said.heading(a_bug(id="desk\x1fKES-1001")) == ("KES-1001", "Coupon fails at checkout")
    assert said.heading(a_bug(id="cluster:1", is_unfiled=True))[0] == ""


def test_labels_are_what_is_true_the_severity_and_the_status_of_the_tracker() -> None:
    assert said.marks(a_bug(labels=("rising", "new"), status="in progress"), AT) == [
        "growing",
        "new",
        "major",
        "in progress",
    ]
    assert said.marks(a_bug(severity=Severity("not rated", 2.0, False)), AT) == ["severity not rated", "open"]
    assert said.marks(a_bug(is_unfiled=True), AT) == ["no bug yet"]


def facts(bug: TopBug) -> dict[str, str]:
    return dict(said.facts(a_page(bug).explained, AT))


def test_who_does_what_until_when_is_said_also_where_nobody_does_anything() -> None:
    assert facts(a_bug()) == {
        "Rank": "#1 of 28",
        "Owner": "no owner",
        "Next step": "none entered",
        "Fix": "no fix date",
    }
    due = a_bug(owner="Checkout", expected_on=date(2026, 11, 30), movement=Movement("moved", 2, 3))
    assert facts(due)["Rank"] == "#1 of 28 · ▲2"
    assert (facts(due)["Owner"], facts(due)["Fix"]) == ("Checkout", "expected 30 Nov")
    assert facts(replace(due, expected_on=date(2026, 11, 1)))["Fix"] == "was due 1 Nov"
    back = a_bug(end=End(date(2026, 9, 15), "released"), ending=Ending("regression", None))
    assert facts(back)["Fix"] == "the fix of 15 Sep did not hold · no new date"
    assert facts(a_bug(about_equal_with_next=True))["Rank"] == "#1 of 28 · tied with #2"
    assert facts(a_bug(fixed_on=date(2026, 11, 2)))["Fix"] == "fixed on 2 Nov, not released yet"
    assert list(facts(a_bug(is_unfiled=True))) == ["Rank"]


WEEKS = (
    Week(AT - timedelta(days=14), 4, (Mark(date(2026, 11, 3), "Coupons", "Checkout"),)),
    Week(AT - timedelta(days=7), 1, ()),
    Week(AT, 0, ()),
)


def test_the_chart_in_a_sentence_names_its_highest_week_and_the_releases() -> None:
    assert said.course(WEEKS, HERE, AT) == (
        "The last 3 weeks. Most in a week: 4 customers, 1 to 7 Nov. Releases of its area: Coupons (3 Nov)."
    )
    assert said.course(WEEKS[1:], GUESTS, AT) == "The last 2 weeks. Most in a week: 1 guest, 8 to 14 Nov."
    assert said.course(WEEKS[2:], HERE, AT) == "Nobody reported it in the last week."


def test_of_weeks_before_the_data_begin_no_number_is_said() -> None:
    weeks = (WEEKS[0]._replace(customers=None, releases=()), *WEEKS[1:])
    assert said.course(weeks, HERE, AT).endswith("Most in a week: 1 customer, 8 to 14 Nov. No data for the 1 before.")
    assert said.of_week(weeks[0], HERE, AT) == "1 to 7 Nov: no data"
    assert said.weeks_as_rows(weeks, HERE, AT)[-1]["Customers"] == "no data"


def test_the_table_of_the_chart_has_a_row_for_each_week_the_newest_first() -> None:
    assert said.weeks_as_rows(WEEKS, HERE, AT) == [
        {"Week": "15 to 21 Nov", "Customers": "0", "Release": ""},
        {"Week": "8 to 14 Nov", "Customers": "1", "Release": ""},
        {"Week": "1 to 7 Nov", "Customers": "4", "Release": "Coupons (3 Nov)"},
    ]
    over = Week(date(2026, 11, 3), 1, ())
    assert said.of_week(over, HERE, AT) == "28 Oct to 3 Nov: 1 customer"


def test_groups_end_with_those_added_up_and_those_of_whom_nothing_is_said() -> None:
    assert said.shares(SIZES) == [("Small", 40), ("Mid", 20), ("other", 6), ("not said", 2)]
    assert said.shares(Groups((), 5, 0)) == []
    assert said.no_shares(None) == "No data."
    assert said.no_shares(Groups((), 5, 0)) == "Too few to break down: groups of fewer than 3 are not shown."
    assert said.about_groups(a_page(a_bug()), GUESTS) == (
        "Guests who reported it in the last 30 days, each counted once; the channel is that of the latest report. "
        "Other: groups of fewer than 3, added up."
    )


def test_the_segment_of_a_writer_is_said_only_where_enough_of_it_reported_the_bug() -> None:
    written = Excerpt("B", "T1", date(2026, 11, 3), "Checkout", "chat", "No coupon", None, "desk", "Small")
    assert said.under(written, a_page(a_bug()), AT) == "chat · Small · Checkout · 3 Nov"
    assert said.under(written._replace(segment="Large"), a_page(a_bug()), AT) == "chat · Checkout · 3 Nov"
