"""What is said about bugs: every sentence from facts that are written here, none from another sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from metrics.cautions import RejectedShare
from ranking.beside import Coverage, Revenue, revenue
from ranking.endings import End, Ending
from ranking.impact import Severity
from ranking.labels import Course, Rise
from ranking.top_bugs import Leaving, Missing, Movement, TopBug, TopBugs
from reporting import bugs
from settings import Settings, Words

AT = date(2026, 11, 21)
HERE = Settings()
GUESTS = Settings(words=Words(customer="guest", customers="guests"))
SAME = Movement("same", 0, 1)
OUT = End(date(2026, 9, 15), "released")
COURSE = Course(
    age_days=180,
    first_report_age=None,
    last_report_age=3,
    customers_last_7=12,
    customer_weeks_before=6,
    weeks_with_reports=10,
    rise=Rise(1.0, 1.0, False),
    came_back_days=12,
)


def a_bug(**facts: Any) -> TopBug:
    """The first of the list: reported by 66 customers in 30 days."""
    usual: dict[str, Any] = {
        "rank": 1,
        "id": "B1",
        "title": "Coupon fails at checkout",
        "is_unfiled": False,
        "impact": 214.2,
        "se": 27.4,
        "recent_customers": 55.2,
        "rating_factor": 0.97,
        "severity": Severity("major", 4.0, True),
        "window_days": 30,
        "customers": 66,
        "customers_7": 41,
        "customers_ever": 70,
        "contacts_7": 50,
        "contacts_30": 80,
        "rated": 10,
        "bad": 1,
        "labels": (),
        "course": COURSE,
        "movement": SAME,
        "about_equal_with_next": False,
        "end": None,
        "ending": Ending("open", None),
        "leaving": Leaving(10, quiet_days=29),
        "status": None,
        "owner": None,
        "area": None,
        "url": None,
        "age_days": 40,
        "opened_on": date(2026, 10, 12),
        "fixed_on": None,
        "expected_on": None,
        "first_reported_on": date(2026, 10, 14),
        "last_reported_on": AT,
        "revenue": revenue(0, 0, 0),
        "weeks": (0,) * 13,
    }
    return TopBug(**{**usual, **facts})


def a_list(*listed: TopBug, **facts: Any) -> TopBugs:
    usual: dict[str, Any] = {
        "at": AT,
        "window_days": 30,
        "bugs": listed,
        "others": 0,
        "quiet": 0,
        "customers": 154,
        "of_customers": None,
        "revenue": revenue(0, 0, 0),
        "coverage": Coverage(156, 240, 84, 65.0, False),
        "fastest": None,
        "fastest_title": None,
        "fastest_rank": None,
        "missing": None,
    }
    return TopBugs(**{**usual, **facts})


TEN = [a_bug(id=f"B{n}", rank=n) for n in range(1, 11)]
GROWS = {"fastest": "B1", "fastest_title": "Coupon fails\n at checkout", "fastest_rank": 1}

# --- the list ------------------------------------------------------------------------------------------------------------


def test_the_headline_says_how_many_of_whom_in_which_days_and_what_grows() -> None:
    assert bugs.headline(a_list(*TEN, of_customers=293, **GROWS), HERE) == (
        "154 of 293 customers (53%) reported one of these ten bugs in the last 30 days. "
        "Fastest growing: Coupon fails at checkout."
    )


def test_the_headline_says_the_window_that_admitted_the_list() -> None:
    assert bugs.headline(a_list(*TEN[:2], window_days=180), HERE) == (
        "154 customers reported one of these two bugs in the last 180 days. None is clearly growing."
    )
    assert bugs.headline(a_list(*TEN, window_days=None), HERE) == (
        "154 customers reported one of these ten bugs; some were last reported more than a year ago. "
        "None is clearly growing."
    )
    assert "reported one bug; it was last reported more than a year ago." in bugs.headline(
        a_list(a_bug(), window_days=None), HERE
    )


def test_one_bug_is_not_called_one_of_these_and_the_company_calls_its_customers_what_it_likes() -> None:
    assert bugs.headline(a_list(a_bug(), customers=1), GUESTS) == (
        "1 guest reported one bug in the last 30 days. It is not clearly growing."
    )


def test_the_bug_that_grows_fastest_says_its_rank_where_it_is_not_on_the_list() -> None:
    assert bugs.headline(a_list(*TEN, **{**GROWS, "fastest_rank": 12}), HERE).endswith(
        "Fastest growing: Coupon fails at checkout (rank 12)."
    )


def test_problems_that_nobody_filed_are_not_called_bugs() -> None:
    unfiled = [a_bug(is_unfiled=True), a_bug(id="B2", rank=2, is_unfiled=True)]
    assert "one of these two problems that no bug describes yet" in bugs.headline(a_list(*unfiled), HERE)
    assert "this problem that no bug describes yet" in bugs.headline(a_list(unfiled[0]), HERE)


def test_a_title_never_brings_its_line_breaks_or_its_length_into_a_sentence() -> None:
    said = bugs.headline(a_list(*TEN, **{**GROWS, "fastest_title": "x" * 300 + "\n\n# heading"}), HERE)
    assert "\n" not in said
    assert len(said) < 250


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (Missing("nothing read"), "Nothing can be ranked yet: no bugs and no tickets have been read."),
        (Missing("no tracker"), "No bug can be named yet: no bug tracker has been read."),
        (Missing("none known then"), "No bug was known on this day."),
        (Missing("no reports", 1), "One bug is known, but no customer has reported it: nothing can be ranked."),
        (Missing("none open", 2), "No bug that a customer reported is still open."),
        (
            Missing("withheld", 2, RejectedShare("desk", "ticket", 10, 9)),
            "The top 10 is withheld: too many rows were rejected.",
        ),
    ],
)
def test_an_empty_list_says_why_and_what_to_do(missing: Missing, said: str) -> None:
    empty = a_list(missing=missing)
    assert bugs.headline(empty, HERE) == said
    assert bugs.advice(empty, HERE)
    assert bugs.advice(a_list(a_bug()), HERE) is None


def test_older_bugs_are_counted_in_one_line() -> None:
    assert bugs.others(a_list(*TEN, others=18, quiet=6)) == (
        "18 more bugs were reported in the last 30 days, 6 are quiet."
    )
    assert bugs.others(a_list(*TEN, others=1)) == "1 more bug was reported in the last 30 days."
    assert bugs.others(a_list(*TEN, others=4, window_days=None)) == "4 more bugs were reported."
    assert bugs.others(a_list(*TEN, quiet=6)) == "6 quiet bugs: not reported in the last 30 days."
    assert bugs.others(a_list(*TEN)) is None


def test_coverage_is_always_said_and_incomplete_under_half() -> None:
    assert bugs.coverage(Coverage(156, 240, 84, 65.0, False)) == (
        "65% of the problem tickets of the last 90 days are linked to a bug (156 of 240)."
    )
    assert bugs.coverage(Coverage(2, 5, 3, 40.0, True)).startswith("Incomplete: only 40% of")
    assert bugs.coverage(Coverage(0, 0, 0, None, False)) == "There were no problem tickets in the last 90 days."


def test_the_money_of_several_bugs_is_said_once() -> None:
    pays = Revenue(5, 500_00, 20.0, 800_00)
    assert bugs.revenue_of_all(a_list(*TEN[:3], revenue=pays), HERE) == (
        "Customers who reported any of these three in the last 90 days pay €500 a month (of €800); each counted once."
    )
    assert bugs.revenue_of_all(a_list(TEN[0], revenue=pays), HERE) is None
