"""The top ten: order, sentences, labels, leaving; on a snapshot kept in memory. The same on real databases: test_top_bugs_stored.py."""

from __future__ import annotations

import gc
import random
import re
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.top_bugs import Explained, TopBug, TopBugs, explain, top_bugs
from settings import Pain, Settings, Words
from store.published import ListedBug
from tests.ranking.remembered import Remembered, Report, bug, reports

AT = date(2026, 3, 31)
LONG_AGO = date(2025, 1, 1)


def ago(days: int) -> date:
    return AT - timedelta(days=days)


def said(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"


def company(*known: ListedBug, told: list[Report] | None = None, **rest: object) -> Remembered:
    return Remembered(list(known), told or [], **rest)  # type: ignore[arg-type]


def ten(snapshot: Remembered, at: date = AT, **changes: Any) -> TopBugs:
    return top_bugs(snapshot, at, Settings(**changes))


def only(snapshot: Remembered, **changes: Any) -> TopBug:
    (found,) = ten(snapshot, **changes).bugs
    return found


def explained(snapshot: Remembered, id: str, at: date = AT) -> Explained:
    found = explain(snapshot, id, at, Settings())
    assert found is not None
    return found


def words_of(found: TopBug) -> list[str]:
    return [label.word for label in found.labels]


def crowd(bugs: int, customers: int = 5, age: int = 0) -> Remembered:
    """`bugs` bugs, the first with most customers, one less each."""
    told = [
        report for index in range(bugs) for report in reports(f"B{index:02}", AT, *[age] * max(1, customers - index))
    ]
    return company(*(bug(f"B{index:02}") for index in range(bugs)), told=told)


# --- the score and the order ---------------------------------------------------------------------------------------------


def test_pain_is_customers_now_times_severity_times_mood() -> None:
    found = only(company(bug("B1", severity="major"), told=reports("B1", AT, 0, 30, 60)))
    assert (found.reach, found.severity.weight, found.mood) == (pytest.approx(1.75), 4, 1.0)
    assert found.pain == pytest.approx(7.0)
    assert found.se == pytest.approx(1.14564392374 * 4)
    assert found.arithmetic == "1.75 customers now x major 4 x mood 1.0 = 7.0"


def test_ten_mails_of_one_customer_are_one_customer() -> None:
    loud = company(bug("B1"), told=reports("B1", AT, 0, 1, 2, 3, 4, 5, 6, customer="acme"))
    assert only(loud).reach == 1.0
    assert (only(loud).customers, only(loud).contacts_7) == (1, 7)


def test_a_worse_bug_needs_fewer_customers() -> None:
    snapshot = company(
        bug("minor", severity="minor"),
        bug("blocker", severity="blocker"),
        told=[*reports("minor", AT, 0, 0, 0), *reports("blocker", AT, 0)],
    )
    assert [found.id for found in ten(snapshot).bugs] == ["blocker", "minor"]


def test_an_unrated_bug_counts_as_the_settings_say_and_is_flagged() -> None:
    snapshot = company(bug("B1", severity=None), told=reports("B1", AT, 0))
    found = only(snapshot, pain=Pain(unrated_severity=3))
    assert (found.pain, found.severity.word, found.severity.is_rated) == (3.0, "not rated", False)
    assert "nobody has rated how bad it is" in found.sentence


def test_angry_customers_raise_a_bug_and_the_company_they_are_measured_against_is_the_whole() -> None:
    told = [report._replace(rated=1, bad=1) for report in reports("B1", AT, *range(10))]
    found = only(company(bug("B1"), told=told, answers=[(AT, "1-5:1", 10), (AT, "1-5:5", 90)]))
    assert found.mood == pytest.approx(1 + (10 + 1) / 20 - 0.1)
    assert "their ratings are worse than usual" in found.sentence


def test_a_neutral_answer_of_the_company_is_not_a_bad_one() -> None:
    told = [report._replace(rated=1, bad=1) for report in reports("B1", AT, 0)]
    neutral = company(bug("B1"), told=told, answers=[(AT, "1-5:3", 50), (AT, "1-4:2", 50), (AT, "5 stars:1", 50)])
    assert only(neutral).mood == pytest.approx(1 + 1 / 11)


def test_the_list_is_the_same_in_whatever_order_the_store_answers() -> None:
    snapshot = crowd(14)
    expected = ten(snapshot)
    chance = random.Random(5)
    for _ in range(4):
        chance.shuffle(snapshot.known)
        chance.shuffle(snapshot.reports)
        assert ten(snapshot) == expected


def test_only_ten_are_listed_and_the_others_are_counted() -> None:
    found = ten(crowd(14))
    assert ([each.rank for each in found.bugs], found.others) == ([*range(1, 11)], 4)


def test_neighbours_that_chance_could_swap_are_about_equal() -> None:
    near = company(bug("A"), bug("B"), told=[*reports("A", AT, *[0] * 9), *reports("B", AT, *[0] * 8)])
    assert [found.about_equal_with_next for found in ten(near).bugs] == [True, False]
    far = company(bug("A"), bug("B"), told=[*reports("A", AT, *[0] * 30), *reports("B", AT, *[0] * 8)])
    assert [found.about_equal_with_next for found in ten(far).bugs] == [False, False]


def test_the_tenth_is_compared_with_the_eleventh_that_is_not_shown() -> None:
    assert ten(crowd(11, customers=40)).bugs[9].about_equal_with_next


@given(
    st.lists(st.integers(0, 89), min_size=1, max_size=30),
    st.sampled_from(["minor", "major", "blocker"]),
    st.integers(0, 30),
)
def test_the_arithmetic_shown_adds_up(ages: list[int], severity: str, bad: int) -> None:
    told = [report._replace(rated=1, bad=int(index < bad)) for index, report in enumerate(reports("B1", AT, *ages))]
    found = only(company(bug("B1", severity=severity), told=told, answers=[(AT, "1-5:1", 12), (AT, "1-5:4", 88)]))
    shown = re.fullmatch(r"([\d.]+) customers now x \w+ ([\d.]+) x mood ([\d.]+) = ([\d.,]+)", found.arithmetic)
    assert shown, found.arithmetic
    reach, weight, mood, result = (float(each.replace(",", "")) for each in shown.groups())
    assert abs(reach * weight * mood - result) <= (0.5 if result >= 10 else 0.05) + 1e-9
    assert found.pain == pytest.approx(result, abs=0.5 if result >= 10 else 0.05)


# --- sentences -----------------------------------------------------------------------------------------------------------


def test_a_sentence_says_why_a_bug_ranks_where_it_does() -> None:
    found = only(company(bug("B1"), told=reports("B1", AT, 0, 1, 2, 20)))
    assert found.sentence == (
        "Ranks 1st: 4 customers told us about it in the last 30 days, most of them in the last 7; rated major."
    )


def test_the_company_calls_its_customers_what_it_likes() -> None:
    guests = Words(customer="guest", customers="guests")
    snapshot = company(bug("B1"), told=reports("B1", AT, 0, 1, 2))
    found = only(snapshot, words=guests)
    assert "guests now" in found.arithmetic
    assert "3 guests told us" in found.sentence
    assert "customer" not in found.sentence + found.arithmetic + found.leaves
    assert ten(snapshot, words=guests).headline.startswith("One bug hurts 3 guests this month")


def test_the_headline_names_the_bug_that_spreads_fastest() -> None:
    snapshot = crowd(12)
    snapshot.known.append(bug("spreads", title="Coupon fails\n at checkout"))
    snapshot.reports += reports("spreads", AT, *[0, 1, 2, 3, 4, 5, 6, 6, 6], 12, 30)
    found = ten(snapshot)
    assert found.fastest == "spreads"
    assert found.headline == (
        f"Ten bugs hurt {found.customers} customers this month; 'Coupon fails at checkout' is spreading fastest."
    )


def test_when_nothing_clearly_spreads_the_headline_says_so() -> None:
    calm = company(bug("A"), bug("B"), told=[*reports("A", AT, 3, 10, 17, 24), *reports("B", AT, 9)])
    assert ten(calm).headline == "Two bugs hurt 5 customers this month; none is clearly spreading."


def test_one_customer_with_three_of_the_bugs_is_one_customer() -> None:
    told = [report for id in ("A", "B", "C") for report in reports(id, AT, 2, customer="acme")]
    found = ten(company(bug("A"), bug("B"), bug("C"), told=told))
    assert found.customers == 1
    assert found.headline.startswith("Three bugs hurt one customer this month")


def test_bugs_that_nobody_reported_this_month_still_get_a_true_headline() -> None:
    assert ten(company(bug("A"), told=reports("A", AT, 40))).headline == (
        "One bug still hurts, but no customer reported it this month."
    )


@pytest.mark.parametrize(
    ("snapshot", "headline"),
    [
        (company(tickets=0), "Nothing can be ranked yet: no bugs and no tickets have been read."),
        (company(), "No bug can be named yet: no bug tracker has been read."),
        (company(bug("A", opened=AT + timedelta(days=1))), "No bug was known on this day."),
        (company(bug("A")), "One bug is known, but no customer has reported it: nobody can say which hurt."),
        (company(bug("A"), bug("B"), told=reports("A", AT, 90)), "No bug hurts now."),
    ],
)
def test_an_empty_list_says_why_and_what_to_do(snapshot: Remembered, headline: str) -> None:
    found = ten(snapshot)
    assert (found.bugs, found.headline) == ((), headline)
    assert found.missing


def test_a_pain_without_a_bug_stands_in_the_same_list_with_its_badge() -> None:
    snapshot = company(
        bug("pain:7", is_pain=True, severity="blocker", title="Stock number jumps back"),
        bug("B1", severity="minor"),
        told=[*reports("pain:7", AT, 0, 1, 2), *reports("B1", AT, 0)],
    )
    first, second = ten(snapshot).bugs
    assert (first.id, first.badge, first.severity.weight) == ("pain:7", "no bug yet", 2)
    assert "no bug in the tracker describes it yet" in first.sentence
    assert "when its tickets are linked to a bug in the tracker" in first.leaves
    assert second.badge is None


def test_pains_alone_are_not_called_bugs() -> None:
    found = ten(company(bug("pain:7", is_pain=True), told=reports("pain:7", AT, 0, 1)))
    assert found.headline.startswith("One problem that no bug describes yet hurts 2 customers this month")


def test_a_title_never_brings_its_line_breaks_or_its_length_into_a_sentence() -> None:
    hostile = "x" * 300 + "\n\n# heading"
    snapshot = company(bug("B1", title=hostile), bug("B2"), told=[*reports("B1", AT, *range(7)), *reports("B2", AT, 3)])
    found = ten(snapshot)
    assert "\n" not in found.headline
    assert len(found.headline) < 250
    assert found.bugs[0].title == hostile


def test_coverage_is_always_said_and_incomplete_under_half() -> None:
    told = reports("B1", AT, 0)
    good = ten(company(bug("B1"), told=told, problems=[(AT, "linked", 156), (ago(89), "not linked", 84)]))
    assert good.coverage.percent == 65.0
    assert good.coverage_sentence == (
        "65 % of the problem tickets of the last 90 days are linked to a bug (156 of 240)."
    )
    poor = ten(
        company(bug("B1"), told=told, problems=[(AT, "linked", 2), (AT, "not linked", 3), (ago(90), "linked", 9)])
    )
    assert poor.coverage.is_incomplete
    assert poor.coverage_sentence.startswith("Incomplete: only 40 % of")


# --- labels and movement -------------------------------------------------------------------------------------------------


def test_a_bug_first_reported_this_week_is_new_however_long_the_tracker_knows_it() -> None:
    assert words_of(only(company(bug("B1", opened=LONG_AGO), told=reports("B1", AT, 3)))) == ["new"]


def test_a_bug_with_a_report_from_years_ago_is_not_new() -> None:
    assert words_of(only(company(bug("B1", opened=LONG_AGO), told=reports("B1", AT, 3, 700)))) == []


def test_one_customer_who_writes_every_day_does_not_make_a_bug_rise() -> None:
    old = reports("B1", AT, 40, 50)
    one = company(bug("B1"), told=[*old, *reports("B1", AT, *range(7), customer="acme")])
    many = company(bug("B1"), told=[*old, *reports("B1", AT, *range(7))])
    assert "rising" not in words_of(only(one))
    assert "rising" in words_of(only(many))


def test_steady_weekly_customers_are_chronic_and_not_rising() -> None:
    weekly = [report for week in range(13) for report in reports(f"B{1}", AT, week * 7 + 2, customer=f"c{week}")]
    assert words_of(only(company(bug("B1"), told=weekly))) == ["chronic"]


def test_a_silent_bug_is_fading() -> None:
    assert words_of(only(company(bug("B1"), told=reports("B1", AT, 22, 30)))) == ["fading"]


def test_movement_is_measured_against_the_list_seven_days_before() -> None:
    snapshot = company(
        bug("up"),
        bug("down"),
        bug("fresh"),
        told=[
            *reports("down", AT, 8, 8, 8),
            *reports("up", AT, 8, 8, 1, 1, 1),
            *reports("fresh", AT, 2),
        ],
    )
    assert {found.id: found.movement.words for found in ten(snapshot).bugs} == {
        "up": "up 1",
        "down": "down 1",
        "fresh": "new on the list",
    }


def test_a_bug_that_came_from_place_eleven_is_new_on_the_list() -> None:
    snapshot = crowd(11, customers=30, age=8)
    assert ten(snapshot).bugs[0].movement.words == "same"
    snapshot.reports += [
        report._replace(customer=f"late {i}") for i, report in enumerate(reports("B10", AT, *[0] * 40))
    ]
    first = ten(snapshot).bugs[0]
    assert (first.id, first.movement.words, first.movement.before) == ("B10", "new on the list", 11)


# --- leaving -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days_since_release", "listed"), [(6, True), (7, False)])
def test_a_fixed_bug_leaves_seven_quiet_days_after_its_release(days_since_release: int, listed: bool) -> None:
    fixed = bug("B1", fixed=ago(30), released=ago(days_since_release))
    assert bool(ten(company(fixed, told=reports("B1", AT, 40))).bugs) is listed


def test_a_fix_that_nobody_has_yet_helps_nobody() -> None:
    found = only(company(bug("B1", fixed=ago(30)), told=reports("B1", AT, 40)))
    assert found.standing == f"fixed on {said(ago(30))}, not released yet"


def test_a_released_bug_says_when_it_leaves() -> None:
    found = only(company(bug("B1", released=ago(2)), told=reports("B1", AT, 40)))
    assert found.leaves == f"It leaves the list on {said(ago(-5))} if nobody reports it until then."


def test_a_report_after_the_quiet_days_is_a_regression_and_only_such_reports_count() -> None:
    came_back = company(
        bug("B1", released=ago(20)), told=[*reports("B1", AT, 25, 26, 27, 15), *reports("B1", AT, 5, customer="new")]
    )
    found = only(came_back)
    assert words_of(found)[0] == "regression"
    assert found.labels[0].reason == f"Reported again 15 days after its fix was released on {said(ago(20))}."
    assert found.reach == pytest.approx(2 ** (-5 / 30))
    assert f"one customer told us about it again after its fix was released on {said(ago(20))}" in found.sentence


def test_a_bug_closed_without_a_fix_leaves_at_once_and_comes_back_if_it_still_hurts() -> None:
    closed = bug("B1", closed=ago(5))
    assert ten(company(closed, told=reports("B1", AT, 5, 9))).bugs == ()
    found = only(company(closed, told=reports("B1", AT, 9, 3)))
    assert found.customers_behind == 1
    assert "regression" not in words_of(found)
    assert found.standing == f"reported again after it was closed without a fix on {said(ago(5))}"


def test_a_bug_closed_as_fixed_with_no_release_on_record_leaves_after_seven_quiet_days() -> None:
    told = reports("B1", AT, 20)
    assert ten(company(bug("B1", fixed=ago(6), closed=ago(6)), told=told)).bugs
    assert not ten(company(bug("B1", fixed=ago(7), closed=ago(7)), told=told)).bugs


def test_a_bug_nobody_reported_for_ninety_days_is_off_the_list() -> None:
    assert ten(company(bug("B1"), told=reports("B1", AT, 89))).bugs
    assert not ten(company(bug("B1"), told=reports("B1", AT, 90))).bugs


def test_what_it_takes_to_leave_is_computed_from_the_eleventh() -> None:
    snapshot = crowd(10, customers=40)
    snapshot.known.append(bug("last", severity="blocker"))
    snapshot.reports += reports("last", AT, 0, 0)
    found = ten(snapshot).bugs[0]
    # 2 customers x 8 = 16 is the pain of the eleventh; a major bug reaches it with 4 customers. 40 -> 4 is log2(10) half-lives.
    assert found.leaves == (
        "It leaves the list when it weighs less than 4.0 customers now (today 40.0);"
        " or 7 quiet days after a released fix."
    )
    tenth = ten(snapshot).bugs[9]
    assert tenth.reach == 31
    assert ", after about 89 quiet days if the others stay as they are;" in tenth.leaves


def test_the_promise_about_leaving_comes_true() -> None:
    snapshot = crowd(10, customers=12)
    snapshot.known.append(bug("last", severity="blocker"))
    snapshot.reports += reports("last", AT, 0)
    tenth = ten(snapshot).bugs[9]
    assert (tenth.id, tenth.reach) == ("B09", 3.0)
    days = int(re.search(r"after about (\d+) quiet days", tenth.leaves).group(1))  # type: ignore[union-attr]

    def listed_after(quiet: int) -> bool:
        later = AT + timedelta(days=quiet)
        others = [report._replace(day=later) for report in snapshot.reports if report.bug != "B09"]
        mine = [report for report in snapshot.reports if report.bug == "B09"]
        return "B09" in [each.id for each in ten(company(*snapshot.known, told=[*others, *mine]), later).bugs]

    assert listed_after(days - 1)
    assert not listed_after(days)


# --- beside the score ----------------------------------------------------------------------------------------------------


def test_revenue_stands_beside_and_never_moves_a_bug() -> None:
    told = [*reports("A", AT, 0, 0), *reports("B", AT, 0)]
    poor = company(bug("A"), bug("B"), told=told)
    rich = company(
        bug("A"), bug("B"), told=told, mrr={"B-customer-0": 1_000_000_00, "A-customer-0": 10_00, "A-customer-1": 30_00}
    )
    assert [each.id for each in ten(rich).bugs] == [each.id for each in ten(poor).bugs] == ["A", "B"]
    revenue = ten(rich).bugs[0].revenue
    assert (revenue.customers, revenue.total, revenue.largest_percent) == (2, 40_00, 75.0)
    assert ten(poor).bugs[0].revenue.largest_percent is None


def test_the_thirteen_weeks_end_on_the_day_that_is_asked_for() -> None:
    found = only(company(bug("B1"), told=reports("B1", AT, 0, 6, 7, 90, 91)))
    assert found.weeks == (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2)
    assert (found.contacts_7, found.contacts_30, found.customers_7, found.customers) == (2, 3, 2, 3)


# --- one bug -------------------------------------------------------------------------------------------------------------


def test_a_bug_outside_the_ten_is_explained_with_its_rank() -> None:
    found = explained(crowd(12, customers=20), "B11")
    assert (found.bug.rank, found.of, found.is_listed) == (12, 12, False)
    assert found.why_not_listed == "It ranks 12th; the list shows the first 10."
    assert found.bug.leaves == "It is not among the first 10; for that it would need 11.0 customers now instead of 9.0."


@pytest.mark.parametrize(
    ("known", "told", "why"),
    [
        (bug("B1"), [], "No customer has reported it."),
        (bug("B1"), [95], "Nobody has reported it for 90 days; the last report is of 26 Dec 2025."),
        (
            bug("B1", released=date(2026, 3, 1)),
            [60],
            "It is over: its fix was released on 1 Mar 2026, and nobody reported it later than 7 days after.",
        ),
        (bug("B1", closed=date(2026, 3, 1)), [60], "It is over: it was closed without a fix on 1 Mar 2026."),
    ],
)
def test_a_bug_that_does_not_hurt_says_why(known: ListedBug, told: list[int], why: str) -> None:
    found = explained(company(known, told=reports("B1", AT, *told)), "B1")
    assert (found.bug.rank, found.why_not_listed) == (None, why)


def test_an_unknown_bug_is_not_explained() -> None:
    assert explain(company(), "B1", AT, Settings()) is None


def test_the_history_is_what_was_said_at_each_week_end() -> None:
    told = [
        report._replace(rated=1, bad=index % 2) for index, report in enumerate(reports("B1", AT, *range(0, 200, 3)))
    ]
    snapshot = company(
        bug("B1", opened=ago(150), released=ago(60)),
        told=told,
        answers=[(ago(age), "1-5:1", 1 + age % 3) for age in range(250)],
    )
    history = explained(snapshot, "B1").history
    assert [point.day for point in history] == [ago(7 * week) for week in reversed(range(26))]
    for point in history:
        then = explain(snapshot, "B1", point.day, Settings())
        assert point.pain == pytest.approx(then.bug.pain if then else 0.0)
    assert history[0].pain == 0.0
    assert history[-1].pain > 0


# --- only what was known, and fast ---------------------------------------------------------------------------------------

a_report = st.builds(
    Report,
    st.sampled_from(["A", "B", "C"]),
    st.sampled_from(["acme", "bolt", "cora", "dyne"]),
    st.integers(-120, 60).map(lambda days: AT + timedelta(days=days)),
    st.sampled_from([1.0, 0.5]),
    st.just(1),
    st.integers(0, 1),
)


@settings(max_examples=40)
@given(st.lists(a_report, max_size=40), st.integers(1, 60), st.integers(1, 60))
def test_what_happens_later_changes_nothing_on_the_day(
    told: list[Report], released_after: int, opened_after: int
) -> None:
    answers = [(report.day, f"1-5:{1 + 4 * report.bad}", 1) for report in told]
    everything = company(
        bug("A"),
        bug("B", released=ago(-released_after)),
        bug("C", closed=ago(-released_after)),
        bug("D", opened=ago(-opened_after)),
        told=told,
        answers=answers,
    )
    then = company(
        bug("A"),
        bug("B"),
        bug("C"),
        told=[report for report in told if report.day <= AT],
        answers=[answer for answer in answers if answer[0] <= AT],
    )
    assert ten(everything) == ten(then)
    assert explain(everything, "B", AT, Settings()) == explain(then, "B", AT, Settings())


def test_the_number_of_questions_to_the_store_does_not_depend_on_the_number_of_bugs() -> None:
    few, many = crowd(3), crowd(60, customers=80)
    ten(few)
    ten(many)
    assert few.asked == many.asked
    assert few.asked.total() <= 16


class Prepared(Remembered):
    """Answers as fast as a store could, so that only the ranking is timed."""

    def prepare(self) -> None:
        for at in (AT, ago(7)):
            answer = super().reaches(at)
            self.answers_of_reaches = {**getattr(self, "answers_of_reaches", {}), at: answer}
        self.answer_of_days = super().bug_days(ago(97), ago(-1))
        self.answer_of_customers = super().bug_customers(ago(6), ago(-1))

    def reaches(self, at):
        return self.answers_of_reaches[at]

    def bug_days(self, start, end, bug=None):
        return self.answer_of_days

    def bug_customers(self, start, end):
        return self.answer_of_customers


def busy(bugs: int, customers: int) -> Prepared:
    chance = random.Random(1)
    told = [
        Report(f"B{index}", f"c{chance.randrange(400)}", ago(int(chance.expovariate(1 / 40))), 1.0, 1, index % 2)
        for index in range(bugs)
        for _ in range(chance.randrange(2 * customers))
    ]
    snapshot = Prepared([bug(f"B{index}") for index in range(bugs)], told)
    snapshot.prepare()
    return snapshot


def cpu_milliseconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def test_sixty_bugs_are_ranked_in_thirty_milliseconds() -> None:
    snapshot = busy(60, customers=30)
    assert min(cpu_milliseconds(lambda: ten(snapshot)) for _ in range(7)) < 30


def test_three_thousand_bugs_cost_little_more_than_looking_at_every_customer_of_each() -> None:
    """Measured as a ratio, because other work on the machine slows both; 40 plain loops are about 200 ms on a quiet one."""
    snapshot = busy(3000, customers=12)

    def look() -> float:
        rows = snapshot.reaches(AT)
        return sum([n * weight * 2.0 ** (-(AT - last_on).days / 30.0) for _, last_on, weight, n in rows])

    gc.collect()
    looked, ranked = zip(
        *[(cpu_milliseconds(look), cpu_milliseconds(lambda: ten(snapshot))) for _ in range(7)], strict=True
    )
    assert min(ranked) < 40 * min(looked)
