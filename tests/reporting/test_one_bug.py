"""What is said about one bug: every sentence from facts that are written here, none from another sentence."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from metrics.cautions import Cautions
from ranking import impact as scores
from ranking.beside import Revenue
from ranking.endings import End, Ending
from ranking.impact import Severity
from ranking.top_bugs import Explained, ImpactAt, Leaving, Movement
from reporting import one_bug as said
from tests.reporting.test_bugs import AT, COURSE, GUESTS, HERE, OUT, SAME, a_bug


def test_a_line_says_how_many_reported_it_when_and_how_bad_it_is() -> None:
    assert said.why(a_bug(), HERE) == "66 customers in 30 days, 41 in the last 7 · major"


def test_a_line_says_when_it_was_last_reported_if_that_is_more_than_a_week_ago() -> None:
    old = a_bug(customers=1, customers_7=0, last_reported_on=date(2026, 6, 12), window_days=180)
    assert said.why(old, GUESTS) == "1 guest in 180 days, last on 12 Jun 2026 · major"
    assert said.why(replace(old, window_days=None), HERE) == "1 customer, last on 12 Jun 2026 · major"
    back = replace(old, end=End(date(2026, 5, 1), "released"), ending=Ending("regression", None), customers_ever=2)
    assert said.why(back, HERE) == (
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
    assert said.why(a_bug(**facts), HERE).endswith(end)


def test_a_bug_that_came_back_says_so_in_its_line_its_label_and_its_stage() -> None:
    back = a_bug(end=OUT, ending=Ending("regression", None), customers_ever=3, labels=("regression",))
    assert said.why(back, HERE).startswith("3 customers reported it again after its fix was released on 15 Sep 2026")
    assert said.reason("regression", COURSE, OUT, HERE) == (
        "Reported again 12 days after its fix was released on 15 Sep 2026."
    )
    assert said.stage(back) == "the fix of 15 Sep 2026 did not hold"
    assert said.status_line(replace(back, owner="Platform"), HERE) == (
        "Platform · the fix of 15 Sep 2026 did not hold · no fix date"
    )
    closed = replace(back, end=End(OUT.on, "closed"))
    assert said.stage(closed) == "reported again after it was closed without a fix on 15 Sep 2026"


def test_a_label_says_why() -> None:
    assert (
        said.reason("rising", COURSE, None, GUESTS)
        == "12 guests in the last 7 days; 1.5 a week in the four weeks before."
    )
    assert said.reason("new", replace(COURSE, first_report_age=1), None, HERE) == "First reported yesterday."
    assert said.reason("fading", replace(COURSE, last_report_age=22), None, HERE) == "No report for 22 days."
    assert said.reason("chronic", COURSE, None, HERE) == "Reports in 10 of the last 13 weeks, known for 180 days."


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        (SAME, ""),
        (Movement("moved", 2, 3), "▲2"),
        (Movement("moved", -3, 1), "▼3"),
        (Movement("new on the list", 0, None), "new this week"),
        (Movement("not listed", 0, None), ""),
    ],
)
def test_movement_is_a_mark(moved: Movement, words: str) -> None:
    assert said.movement(moved) == words


def test_marks_are_badge_labels_movement_and_a_tie() -> None:
    marked = a_bug(is_unfiled=True, labels=("rising",), movement=Movement("moved", 1, 2), about_equal_with_next=True)
    assert said.marks(marked) == ["no bug yet", "growing", "▲1", "tied with #2"]
    assert said.marks(a_bug()) == []


@pytest.mark.parametrize(
    ("leaving", "words"),
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
def test_what_takes_a_bug_off_the_list_or_onto_it(leaving: Leaving | None, words: str) -> None:
    assert said.leaves(a_bug(leaving=leaving), HERE) == words


def test_a_problem_without_a_bug_leaves_when_its_tickets_are_linked() -> None:
    assert "when its tickets are linked to a bug in the tracker" in said.leaves(a_bug(is_unfiled=True), HERE)


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
    assert said.why_not_listed(found, HERE) == why
    assert ("Rank", f"{'12 of 12' if bug.rank else 'not ranked'}. {why}") in said.factors(found, HERE)


def test_a_fix_that_nobody_has_yet_is_not_the_end() -> None:
    assert said.stage(a_bug(fixed_on=date(2026, 11, 2))) == "fixed on 2 Nov 2026, not released yet"
    waiting = a_bug(end=OUT, ending=Ending("waiting", AT))
    assert said.stage(waiting) == "its fix was released on 15 Sep 2026; waiting for 7 quiet days"


def test_of_an_earlier_day_nobody_guesses_who_had_it() -> None:
    assert said.status_line(a_bug(), HERE) == "nobody owns it yet · open for 40 days · no fix date"
    assert said.status_line(a_bug(), HERE, as_known_on=AT) == "open for 40 days"


def test_the_arithmetic_names_its_factors() -> None:
    assert said.arithmetic(a_bug(), HERE) == "Impact 214 = 55.2 recent customers × 4 (major) × 0.97 (ratings)"
    assert "recent guests" in said.arithmetic(a_bug(), GUESTS)


@given(st.floats(0.001, 2000), st.sampled_from([1.0, 2.0, 4.0, 8.0, 2.5]), st.floats(0.75, 1.5))
@example(1886.600396751987, 8.0, 0.8974807072354577)
def test_the_arithmetic_shown_adds_up(recent: float, weight: float, factor: float) -> None:
    impact = scores.impact(recent, weight, factor)
    found = a_bug(
        recent_customers=recent, rating_factor=factor, severity=Severity("major", weight, True), impact=impact
    )
    shown_as = said.arithmetic(found, HERE)
    shown = re.fullmatch(
        r"Impact ([\d.,]+) = ([\d.]+) recent customers × ([\d.]+) \(major\) × ([\d.]+) \(ratings\)", shown_as
    )
    assert shown, shown_as
    result, *factors = (float(each.replace(",", "")) for each in shown.groups())
    assert abs(factors[0] * factors[1] * factors[2] - result) <= (0.5 if result >= 10 else 0.05) + 1e-3
    assert impact == pytest.approx(result, abs=0.501 if result >= 10 else 0.0501)


def test_the_memory_is_said_in_days() -> None:
    assert said.half((60.0,)) == "half as much every 60 days after"
    assert said.half((30.0, 365.0)) == "less after: the mean of halving every 30 and every 365 days"


def test_the_history_says_where_it_stands_against_its_highest() -> None:
    week = [ImpactAt(date(2026, 11, 7), 100.0, 1.0, 25.0), ImpactAt(date(2026, 11, 14), 80.0, 1.0, 20.0)]
    assert said.history(week) == "Impact 80; its highest in 2 weeks was 100, in the week to 7 Nov 2026."
    assert said.history(week[:1]) == "Impact 100, its highest in 1 weeks."
    assert said.history([ImpactAt(AT, 0.0, 0.0, 0.0)]) is None


def test_the_money_of_a_bug_is_said_beside_it() -> None:
    pays = Revenue(5, 500_00, 20.0, 800_00)
    assert said.paid(a_bug(revenue=pays), HERE) == "affected customers pay €500 a month (of €800)"
    assert said.paid(a_bug(), HERE) == ""
    assert said.revenue(a_bug(revenue=pays), HERE) == (
        "€500 a month, of €800 (5 customers of the last 90 days; the largest pays 20% of it)"
    )
