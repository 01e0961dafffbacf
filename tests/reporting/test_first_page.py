"""The news of the week and the rows of the ten, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ranking.endings import End, Ending
from ranking.gone import Gone
from ranking.impact import Severity
from ranking.top_bugs import Movement
from reporting import first_page as said
from store.published import Waiting
from tests.builders import noon, settings
from tests.reporting.test_bugs import AT, TEN, a_bug, a_list
from views.news import Mark, News

SETTINGS = settings("sqlite://")
QUIET = News(came=(), gone=(), tickets=None, usual=None, open_tickets=None, without_reply=None, waiting=None)
BLOCKER = Severity("blocker", 8, is_rated=True)


def test_a_row_has_at_most_two_labels_and_the_harm_comes_first() -> None:
    assert said.labels(a_bug(severity=BLOCKER, labels=("new", "rising"))) == ["blocker", "growing"]
    assert said.labels(a_bug(labels=("regression", "new", "rising", "chronic"))) == ["growing", "regression"]
    assert said.labels(a_bug()) == []


def test_only_a_blocker_and_a_growing_bug_are_loud() -> None:
    assert {"blocker", "growing"} == said.LOUD


def test_the_second_line_says_area_owner_and_whether_there_is_a_fix_date() -> None:
    row = a_bug(area="Checkout", owner="Orders")
    assert said.second_line(row, None, AT) == "Checkout · owner Orders · no fix date"
    assert said.second_line(replace(row, owner="checkout"), None, AT) == "Checkout · no fix date"
    assert said.second_line(replace(row, owner=None), None, AT) == "Checkout · no owner · no fix date"
    assert said.second_line(replace(row, expected_on=date(2026, 12, 6)), None, AT).endswith("fix 6 Dec")
    assert said.second_line(replace(row, expected_on=date(2027, 1, 6)), None, AT).endswith("fix 6 Jan 2027")


def test_a_fix_that_did_not_hold_is_said_instead_of_a_date() -> None:
    back = a_bug(owner="Web", ending=Ending("regression", None), end=End(date(2026, 9, 21), "released"))
    assert "the fix of 21 Sep did not hold" in said.second_line(back, None, AT)


def test_a_fix_that_did_not_hold_says_whether_there_is_a_new_date() -> None:
    back = a_bug(owner="Web", ending=Ending("regression", None), end=End(date(2026, 9, 21), "released"))
    assert said.second_line(back, None, AT).endswith("did not hold · no new date")
    assert said.second_line(replace(back, expected_on=date(2026, 12, 24)), None, AT).endswith("fix 24 Dec")


def test_a_date_that_is_over_is_said_to_be() -> None:
    assert said.second_line(a_bug(expected_on=date(2026, 9, 1)), None, AT).endswith("fix was due 1 Sep")


def test_few_recent_customers_are_not_none() -> None:
    assert said.weight(a_bug(recent_customers=0.4)).startswith("0.4 recent")


@pytest.mark.parametrize(("day", "words"), [(14, "on the day of"), (13, "1 day after"), (9, "5 days after")])
def test_the_release_before_the_first_report_is_named(day: int, words: str) -> None:
    row = a_bug(area="Checkout", owner=None, first_reported_on=date(2026, 10, 14))
    line = said.second_line(row, Mark(date(2026, 10, day), "Coupons", "Checkout"), AT)
    assert line.endswith(f"first reported {words} the release Coupons")


def test_a_length_is_said_as_a_share_of_the_first() -> None:
    assert said.impact(a_bug(impact=200.0), 200.0) == "Impact 200"
    assert said.impact(a_bug(impact=50.0), 200.0) == "Impact 50, 25% of the first"


def lines(found: News, **changed: Any) -> dict[str, str]:
    return dict(said.news(a_list(*TEN, **changed), found, SETTINGS))


def test_nothing_is_said_of_a_week_in_which_nothing_happened() -> None:
    assert said.news(a_list(*TEN), QUIET, SETTINGS) == []


def test_what_came_is_named_and_a_blocker_is_called_one() -> None:
    came = (a_bug(title="Wrong address", severity=BLOCKER, movement=Movement("new", 0, None)),)
    assert lines(replace(QUIET, came=came))["New on the list"] == "Wrong address (blocker)"


def test_what_left_is_named_with_the_day_of_its_fix() -> None:
    left = (Gone("A", "Late alarm", None), Gone("B", "Lost cart", End(date(2026, 11, 24), "released")))
    assert lines(replace(QUIET, gone=left))["Off the list"] == "Late alarm and Lost cart (fix released 24 Nov)"


def test_more_than_three_are_counted() -> None:
    left = tuple(Gone(name, name, None) for name in "ABCDE")
    assert lines(replace(QUIET, gone=left))["Off the list"] == "A, B, C and 2 more"


@pytest.mark.parametrize(
    ("tickets", "words"),
    [
        (195, "195 tickets, more than in any of the 12 weeks before (132-169)"),
        (100, "100 tickets, fewer than in any of the 12 weeks before (132-169)"),
        (150, "150 tickets, as in the 12 weeks before (132-169)"),
    ],
)
def test_the_tickets_of_last_week_stand_beside_the_weeks_before(tickets: int, words: str) -> None:
    assert lines(replace(QUIET, tickets=tickets, usual=(132, 169)))["Last week"] == words


def test_without_twelve_weeks_before_nothing_is_called_usual() -> None:
    assert lines(replace(QUIET, tickets=7))["Last week"] == "7 tickets"


def test_who_waits_is_said_only_where_it_is_known() -> None:
    assert "Waiting now" not in lines(QUIET)
    waiting = replace(QUIET, open_tickets=24, without_reply=6)
    assert lines(waiting)["Waiting now"] == "24 open tickets, 6 without a first reply"
    assert lines(replace(QUIET, open_tickets=1))["Waiting now"] == "1 open ticket"


def test_who_waits_is_counted_in_customers_where_they_are_known() -> None:
    since = noon(AT - timedelta(days=6))
    waiting = replace(QUIET, open_tickets=70, without_reply=25, waiting=Waiting(64, 21, 31, since))
    assert (
        lines(waiting)["Waiting now"]
        == "64 customers: 21 for a first reply, 31 for a fix, 12 for a solution, oldest 6 days"
    )
    assert (
        lines(replace(waiting, waiting=Waiting(1, 0, 0, noon(AT))))["Waiting now"]
        == "1 customer for a solution, oldest since today"
    )
    # A source that cannot say when somebody was answered leaves the number of those who were not unsaid.
    unsure = replace(waiting, without_reply=None)
    assert lines(unsure)["Waiting now"] == "64 customers: 31 for a fix, 33 for a reply or a solution, oldest 6 days"
    assert lines(replace(waiting, waiting=Waiting(0, 0, 0, None)))["Waiting now"].startswith("70 open tickets")
