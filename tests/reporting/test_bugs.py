"""What is said about bugs: every sentence from facts that are written here, none from another sentence."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.cautions import Cautions, RejectedShare
from ranking import impact as scores
from ranking.beside import Coverage, Revenue, revenue
from ranking.endings import End, Ending
from ranking.impact import Severity
from ranking.labels import Course, Rise
from ranking.top_bugs import Explained, ImpactAt, Leaving, Missing, Movement, TopBug, TopBugs
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


def test_the_money_of_several_bugs_is_said_once_and_of_one_bug_beside_it() -> None:
    pays = Revenue(5, 500_00, 20.0, 800_00)
    assert bugs.revenue_of_all(a_list(*TEN[:3], revenue=pays), HERE) == (
        "Customers who reported any of these three in the last 90 days pay €500 a month (of €800); each counted once."
    )
    assert bugs.revenue_of_all(a_list(TEN[0], revenue=pays), HERE) is None
    assert bugs.paid(a_bug(revenue=pays), HERE) == "affected customers pay €500 a month (of €800)"
    assert bugs.paid(a_bug(), HERE) == ""
    assert bugs.revenue(a_bug(revenue=pays), HERE) == (
        "€500 a month, of €800 (5 customers of the last 90 days; the largest pays 20% of it)"
    )


# --- one bug -------------------------------------------------------------------------------------------------------------


def test_a_line_says_how_many_reported_it_when_and_how_bad_it_is() -> None:
    assert bugs.why(a_bug(), HERE) == "66 customers in 30 days, 41 in the last 7 · major"
    assert bugs.ranks(a_bug(), HERE) == "Ranks #1: 66 customers in 30 days, 41 in the last 7 · major."


def test_a_line_says_when_it_was_last_reported_if_that_is_more_than_a_week_ago() -> None:
    old = a_bug(customers=1, customers_7=0, last_reported_on=date(2026, 6, 12), window_days=180)
    assert bugs.why(old, GUESTS) == "1 guest in 180 days, last on 12 Jun 2026 · major"
    assert bugs.why(replace(old, window_days=None), HERE) == "1 customer, last on 12 Jun 2026 · major"
    back = replace(old, end=End(date(2026, 5, 1), "released"), ending=Ending("regression", None), customers_ever=2)
    assert bugs.why(back, HERE) == (
        "2 customers reported it again after its fix was released on 1 May 2026, last on 12 Jun 2026 · major"
    )


@pytest.mark.parametrize(
    ("facts", "end"),
    [
        ({"severity": Severity("not rated", 2.0, False)}, " · severity not rated"),
        ({"is_unfiled": True}, " · no bug yet"),
        ({"rating_factor": 1.1}, " · major · their ratings are worse than usual"),
        ({"rating_factor": 0.9}, " · major · their ratings are better than usual"),
    ],
)
def test_what_is_special_about_a_bug_stands_in_its_line(facts: dict[str, Any], end: str) -> None:
    assert bugs.why(a_bug(**facts), HERE).endswith(end)


def test_a_bug_that_came_back_says_so_in_its_line_its_label_and_its_standing() -> None:
    back = a_bug(end=OUT, ending=Ending("regression", None), customers_ever=3, labels=("regression",))
    assert bugs.why(back, HERE).startswith("3 customers reported it again after its fix was released on 15 Sep 2026")
    assert bugs.reason("regression", COURSE, OUT, HERE) == (
        "Reported again 12 days after its fix was released on 15 Sep 2026."
    )
    assert bugs.standing(back) == "the fix of 15 Sep 2026 did not hold"
    assert bugs.who_is_at_it(replace(back, owner="Platform"), HERE) == (
        "Platform · the fix of 15 Sep 2026 did not hold · no fix date"
    )
    closed = replace(back, end=End(OUT.on, "closed"))
    assert bugs.standing(closed) == "reported again after it was closed without a fix on 15 Sep 2026"


def test_a_label_says_why() -> None:
    assert (
        bugs.reason("rising", COURSE, None, GUESTS)
        == "12 guests in the last 7 days; 1.5 a week in the four weeks before."
    )
    assert bugs.reason("new", replace(COURSE, first_report_age=1), None, HERE) == "First reported yesterday."
    assert bugs.reason("fading", replace(COURSE, last_report_age=22), None, HERE) == "No report for 22 days."
    assert bugs.reason("chronic", COURSE, None, HERE) == "Reports in 10 of the last 13 weeks, known for 180 days."


@pytest.mark.parametrize(
    ("moved", "said"),
    [
        (SAME, ""),
        (Movement("moved", 2, 3), "▲2"),
        (Movement("moved", -3, 1), "▼3"),
        (Movement("new on the list", 0, None), "new this week"),
        (Movement("not listed", 0, None), ""),
    ],
)
def test_movement_is_a_mark(moved: Movement, said: str) -> None:
    assert bugs.movement(moved) == said


def test_marks_are_badge_labels_movement_and_a_tie() -> None:
    marked = a_bug(is_unfiled=True, labels=("rising",), movement=Movement("moved", 1, 2), about_equal_with_next=True)
    assert bugs.marks(marked) == ["no bug yet", "growing", "▲1", "tied with #2"]
    assert bugs.marks(a_bug()) == []


@pytest.mark.parametrize(
    ("leaving", "said"),
    [
        (None, "It is not on the list."),
        (
            Leaving(10, quiet_days=29),
            "Leaves the list after about 29 days without reports, or 7 days after a fix ships.",
        ),
        (Leaving(10, quiet_days=1), "Leaves the list after about 1 day without reports, or 7 days after a fix ships."),
        (Leaving(10, on=date(2026, 11, 26)), "Leaves the list on 26 Nov 2026 if nobody reports it until then."),
        (Leaving(10), "Leaves the list 7 days after a fix ships, or when ten others have more impact."),
        (
            Leaving(10, needed=11.0),
            "It is not among the first 10; for that it would need 11.0 recent customers instead of 55.2.",
        ),
    ],
)
def test_what_takes_a_bug_off_the_list_or_onto_it(leaving: Leaving | None, said: str) -> None:
    assert bugs.leaves(a_bug(leaving=leaving), HERE) == said


def test_a_problem_without_a_bug_leaves_when_its_tickets_are_linked() -> None:
    assert "when its tickets are linked to a bug in the tracker" in bugs.leaves(a_bug(is_unfiled=True), HERE)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"rank": 12, "leaving": Leaving(10, needed=11.0)}, "It ranks #12; the list shows the first 10."),
        ({"last_reported_on": None}, "No customer has reported it."),
        ({}, "Nobody has reported it for 30 days; the last report is of 26 Aug 2026."),
        (
            {"end": OUT, "ending": Ending("gone", None)},
            "It is over: its fix was released on 15 Sep 2026, and nobody reported it later than 7 days after.",
        ),
        (
            {"end": End(OUT.on, "closed"), "ending": Ending("gone", None)},
            "It is over: it was closed without a fix on 15 Sep 2026.",
        ),
    ],
)
def test_a_bug_that_is_not_listed_says_why(facts: dict[str, Any], why: str) -> None:
    bug = a_bug(**{"rank": None, "leaving": None, "last_reported_on": date(2026, 8, 26), **facts})
    found = Explained(bug, 12, False, (30.0,), (), (), Cautions())
    assert bugs.why_not_listed(found, HERE) == why
    assert ("Rank", f"{'12 of 12' if bug.rank else 'not ranked'}. {why}") in bugs.factors(found, HERE)


def test_a_fix_that_nobody_has_yet_is_not_the_end() -> None:
    assert bugs.standing(a_bug(fixed_on=date(2026, 11, 2))) == "fixed on 2 Nov 2026, not released yet"
    waiting = a_bug(end=OUT, ending=Ending("waiting", AT))
    assert bugs.standing(waiting) == "its fix was released on 15 Sep 2026; waiting for 7 quiet days"


def test_of_an_earlier_day_nobody_guesses_who_had_it() -> None:
    assert bugs.who_is_at_it(a_bug(), HERE) == "nobody owns it yet · open for 40 days · no fix date"
    assert bugs.who_is_at_it(a_bug(), HERE, as_known_on=AT) == "open for 40 days"


def test_the_arithmetic_names_its_factors() -> None:
    assert bugs.arithmetic(a_bug(), HERE) == "Impact 214 = 55.2 recent customers × 4 (major) × 0.97 (ratings)"
    assert "recent guests" in bugs.arithmetic(a_bug(), GUESTS)


@given(st.floats(0.001, 2000), st.sampled_from([1.0, 2.0, 4.0, 8.0, 2.5]), st.floats(0.75, 1.5))
def test_the_arithmetic_shown_adds_up(recent: float, weight: float, factor: float) -> None:
    impact = scores.impact(recent, weight, factor)
    found = a_bug(
        recent_customers=recent, rating_factor=factor, severity=Severity("major", weight, True), impact=impact
    )
    said = bugs.arithmetic(found, HERE)
    shown = re.fullmatch(
        r"Impact ([\d.,]+) = ([\d.]+) recent customers × ([\d.]+) \(major\) × ([\d.]+) \(ratings\)", said
    )
    assert shown, said
    result, *factors = (float(each.replace(",", "")) for each in shown.groups())
    assert abs(factors[0] * factors[1] * factors[2] - result) <= (0.5 if result >= 10 else 0.05) + 1e-3
    assert impact == pytest.approx(result, abs=0.501 if result >= 10 else 0.0501)


def test_the_memory_is_said_in_days() -> None:
    assert bugs.half((60.0,)) == "half as much every 60 days after"
    assert bugs.half((30.0, 365.0)) == "less after: the mean of halving every 30 and every 365 days"


def test_the_history_says_where_it_stands_against_its_highest() -> None:
    week = [ImpactAt(date(2026, 11, 7), 100.0, 1.0, 25.0), ImpactAt(date(2026, 11, 14), 80.0, 1.0, 20.0)]
    assert bugs.history(week) == "Impact 80; its highest in 2 weeks was 100, in the week to 7 Nov 2026."
    assert bugs.history(week[:1]) == "Impact 100, its highest in 1 weeks."
    assert bugs.history([ImpactAt(AT, 0.0, 0.0, 0.0)]) is None
