"""How much a bug hurts customers now: how many told us lately, times how bad it is, times how unhappy they were.

Everything here is arithmetic on numbers that are handed in; ranking/top_bugs.py fetches them and writes the sentences.
The rules are METHODOLOGY 5.2 to 5.4. Days are whole calendar days: age 0 is today, "the last 7 days" are ages 0 to 6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import inf, isclose, sqrt
from typing import Literal, NamedTuple, TypeVar

from estimates.chance import binomial_at_least, normal_cdf
from estimates.multiple_testing import benjamini_hochberg

HALF_LIFE_DAYS = 30.0
PRIOR_RATINGS = 10
LEAST_MOOD, MOST_MOOD = 0.75, 1.5
SAME_PAIN = 1e-9  # relative: below this two pains are a tie

NEW_DAYS = 14
RISING_DAYS, BEFORE_DAYS = 7, 28
RISING_CUSTOMERS = 3
RISING_FALSE_DISCOVERIES = 0.10
CHRONIC_WEEKS, CHRONIC_OF_WEEKS, CHRONIC_AGE_DAYS = 9, 13, 90
FADING_DAYS = 21
QUIET_DAYS = 7
INCOMPLETE_BELOW = 50.0

Any_ = TypeVar("Any_")


# --- reach, severity, mood, pain -----------------------------------------------------------------------------------------


class Since(NamedTuple):
    """`customers` customers last told us `age` days ago; each has one voice, or `weight` of one (pain-006)."""

    age: float
    weight: float = 1.0
    customers: int = 1


class Reached(NamedTuple):
    """`reach` is in "customers now"; `se` is its standard error; `customers` is how many stand behind it."""

    reach: float
    se: float
    customers: int


def reach(customers: Iterable[tuple[float, float, int]], half_life_days: float = HALF_LIFE_DAYS) -> Reached:
    """Sum over distinct customers (each a `Since`) of weight x 2^(-age of the last report / half-life); se = sqrt(sum of squares).

    A customer who wrote today counts 1, one who wrote a half-life ago 1/2; thirteen mails of one customer count once.
    METHODOLOGY 5.2, pain-001, pain-002. Ages in days, never negative.
    """
    total = squares = 0.0
    count = 0
    for age, weight, n in customers:
        if age < 0:
            raise ValueError(f"a report {-age} days after the day that is asked for cannot be known on it")
        voice = weight * 2.0 ** (-age / half_life_days)
        total += n * voice
        squares += n * voice * voice
        count += n
    return Reached(total, sqrt(squares), count)


class Severity(NamedTuple):
    """The word to show, the factor, and whether somebody rated it."""

    word: str
    weight: float
    is_rated: bool


def severity(rated: str | None, weights: Mapping[str, float], unrated: float) -> Severity:
    """The factor of the tracker's word; without one the factor is `unrated` and the word is "not rated" (METHODOLOGY 5.2)."""
    if rated is None or rated not in weights:
        return Severity("not rated", unrated, False)
    return Severity(rated, weights[rated], True)


def shrunk_share(bad: int, rated: int, company_share: float, prior: float = PRIOR_RATINGS) -> float:
    """(bad + prior x company share) / (rated + prior): a few angry ratings move it only a little (pain-003, pain-004)."""
    return (bad + prior * company_share) / (rated + prior)


def mood(bad: int, rated: int, company_share: float) -> float:
    """1 + (shrunk share of bad ratings on this bug's tickets - the company's share), kept within 0.75 .. 1.5 (METHODOLOGY 5.2)."""
    return min(MOST_MOOD, max(LEAST_MOOD, 1.0 + shrunk_share(bad, rated, company_share) - company_share))


def pain(reach: float, severity_weight: float, mood: float) -> float:
    """reach x severity x mood (METHODOLOGY 5.2, pain-005). No factor but reach can be zero."""
    return reach * severity_weight * mood


# --- order ---------------------------------------------------------------------------------------------------------------


class Place(NamedTuple):
    """What decides the place of a bug in the list."""

    pain: float
    customers: int
    last_report: date
    id: str


def in_order(bugs: Iterable[Any_], place: Callable[[Any_], Place]) -> list[Any_]:
    """Most pain first; pains that differ by less than 1e-9 of the larger are a tie: more customers, newer report, id (pain-010)."""
    ranked = sorted(((place(bug), bug) for bug in bugs), key=lambda pair: (-pair[0].pain, pair[0].id))
    ordered: list[Any_] = []
    start = 0
    while start < len(ranked):
        end = start + 1
        while end < len(ranked) and isclose(ranked[start][0].pain, ranked[end][0].pain, rel_tol=SAME_PAIN):
            end += 1
        tied = sorted(
            ranked[start:end], key=lambda pair: (-pair[0].customers, -pair[0].last_report.toordinal(), pair[0].id)
        )
        ordered += [bug for _, bug in tied]
        start = end
    return ordered


class Nearness(NamedTuple):
    """`z`: the difference in standard errors of the difference; `p_above`: the chance that a really hurts more than b."""

    z: float
    p_above: float
    about_equal: bool


def about_equal(pain_a: float, se_a: float, pain_b: float, se_b: float) -> Nearness:
    """Two pains are about equal if they differ by less than one standard error of their difference (METHODOLOGY 5.2, pain-013).

    z = (a - b) / sqrt(se_a^2 + se_b^2), p = normal(z): the two are taken as independent. The test is of the difference,
    not of whether two intervals overlap.
    """
    if se_a == se_b == 0:
        if pain_a == pain_b:
            return Nearness(0.0, 0.5, True)
        return Nearness(inf, 1.0, False) if pain_a > pain_b else Nearness(-inf, 0.0, False)
    z = (pain_a - pain_b) / sqrt(se_a * se_a + se_b * se_b)
    return Nearness(z, normal_cdf(z), abs(z) < 1)


# --- labels --------------------------------------------------------------------------------------------------------------


@cache
def p_rising(last: int, before: int) -> float:
    """Chance of at least `last` of the reports of 35 days falling in the last 7 if nothing changed.

    One-sided conditional binomial test: P(X >= last), X ~ Binomial(last + before, 7/35) (METHODOLOGY 5.3, rise-001).
    """
    return binomial_at_least(last, last + before, RISING_DAYS / (RISING_DAYS + BEFORE_DAYS))


class Rise(NamedTuple):
    """`adjusted` is p after Benjamini and Hochberg."""

    p: float
    adjusted: float
    is_rising: bool


def rising(reports: Sequence[tuple[int, int]]) -> list[Rise]:
    """For every bug (last 7 days, 28 days before): is it rising, when all bugs with a report in 35 days are looked at?

    At least three in the last 7 days, and p after Benjamini-Hochberg at most 10 % (METHODOLOGY 5.3, rise-002 .. 004).
    A bug without a report in the 35 days is no comparison and does not count in the correction.
    """
    looked_at = [index for index, (last, before) in enumerate(reports) if last + before > 0]
    ps = {index: p_rising(*reports[index]) for index in looked_at}
    adjusted = dict(zip(looked_at, benjamini_hochberg([ps[index] for index in looked_at]), strict=True))
    return [
        Rise(
            ps.get(index, 1.0),
            adjusted.get(index, 1.0),
            reports[index][0] >= RISING_CUSTOMERS and adjusted.get(index, 1.0) <= RISING_FALSE_DISCOVERIES,
        )
        for index in range(len(reports))
    ]


def is_chronic(weeks_with_reports: int, age_days: int) -> bool:
    """Reports in at least 9 of the last 13 weeks, and older than 90 days (METHODOLOGY 5.3, chron-001)."""
    return weeks_with_reports >= CHRONIC_WEEKS and age_days > CHRONIC_AGE_DAYS


@dataclass(frozen=True, slots=True)
class Label:
    word: Literal["regression", "new", "rising", "fading", "chronic"]
    reason: str


@dataclass(frozen=True, slots=True)
class Course:
    """How the reports of one bug went. Ages are in days before the day that is asked for; None = there was no report."""

    age_days: int
    first_report_age: int | None  # may be None for a bug that is not new
    last_report_age: int | None
    customers_last_7: int
    customer_weeks_before: int  # customers of each of the four weeks before, added up
    weeks_with_reports: int  # of the last 13
    rise: Rise
    came_back_days: int | None = None  # how long after the end of the bug the newest report came, if it came back
    came_back_after: str = "the fix was released"


def labels(course: Course) -> tuple[Label, ...]:
    """All labels that hold, the most important first; where there is room for one, show the first.

    Precedence: regression (a promise was broken), new (there is no past to compare with, rise-003), rising, fading
    (what happens now outweighs what happened before), chronic.
    """
    found: list[Label] = []
    if course.came_back_days is not None:
        found.append(
            Label("regression", f"Reported again {course.came_back_days} days after {course.came_back_after}.")
        )
    if course.first_report_age is not None and course.first_report_age <= NEW_DAYS:
        found.append(Label("new", f"First reported {_days_ago(course.first_report_age)}."))
    if course.rise.is_rising:
        usual = f"{course.customer_weeks_before / (BEFORE_DAYS / RISING_DAYS):.1f}".removesuffix(".0")
        found.append(
            Label(
                "rising",
                f"{course.customers_last_7} customers in the last 7 days; {usual} a week in the four weeks before.",
            )
        )
    if course.last_report_age is not None and course.last_report_age >= FADING_DAYS:
        found.append(Label("fading", f"No report for {course.last_report_age} days."))
    if is_chronic(course.weeks_with_reports, course.age_days):
        found.append(
            Label(
                "chronic",
                f"Reports in {course.weeks_with_reports} of the last 13 weeks, known for {course.age_days} days.",
            )
        )
    return tuple(found)


def _days_ago(age: int) -> str:
    return "today" if age == 0 else "yesterday" if age == 1 else f"{age} days ago"


# --- the end of a bug ----------------------------------------------------------------------------------------------------


class Ending(NamedTuple):
    """`reports_counted`: the reports that weigh. `leaves_on`: the first day on which a quiet bug is off the list."""

    state: Literal["open", "waiting", "gone", "regression"]
    reports_counted: int
    leaves_on: date | None


def after_fix(released_on: date | None, reports: Iterable[date], as_of: date, quiet_days: int = QUIET_DAYS) -> Ending:
    """What a released fix does to a bug (METHODOLOGY 5.3, pain-012).

    "waiting": until `quiet_days` days without a report have passed after the release (the old version is still in use).
    "gone": off the list. "regression": reported more than `quiet_days` days after the release; then only those reports
    count. `reports` are days; those after `as_of` are not known yet.
    """
    known = [day for day in reports if day <= as_of]
    if released_on is None or released_on > as_of:
        return Ending("open", len(known), None)
    after = [day for day in known if (day - released_on).days > quiet_days]
    if after:
        return Ending("regression", len(after), None)
    quiet_since = max([released_on, *known])
    leaves_on = date.fromordinal(quiet_since.toordinal() + quiet_days)
    if as_of < leaves_on:
        return Ending("waiting", len(known), leaves_on)
    return Ending("gone", 0, leaves_on)


# --- beside the score, never inside --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the problem tickets are linked to a bug. `percent` is None where there was no problem ticket."""

    linked: int
    tickets: int
    unlinked: int
    percent: float | None
    is_incomplete: bool


def coverage(linked: int, tickets: int) -> Coverage:
    """100 x linked / problem tickets; under 50 % the list is headed "incomplete" (METHODOLOGY 5.4, pain-009)."""
    percent = 100.0 * linked / tickets if tickets else None
    return Coverage(linked, tickets, tickets - linked, percent, percent is not None and percent < INCOMPLETE_BELOW)


@dataclass(frozen=True, slots=True)
class Revenue:
    """`customers` with a known price pay `total` a month together; the largest pays `largest_percent` of it (None: nothing).

    `of_all` is what all customers pay; money is in whole hundredths.
    """

    customers: int
    total: int
    largest_percent: float | None
    of_all: int = 0


def revenue(customers: int, total: int, largest: int, of_all: int = 0) -> Revenue:
    """Revenue of the customers of a bug, with the share of the largest, so that one big account is seen (pain-011)."""
    return Revenue(customers, total, 100.0 * largest / total if total > 0 else None, of_all)


def revenue_of(mrrs: Iterable[int | None]) -> Revenue:
    """The same from the price of every customer; None = not known, and not counted."""
    known = [mrr for mrr in mrrs if mrr is not None]
    return revenue(len(known), sum(known), max(known, default=0))


def merged(*duplicates: Mapping[str, Since]) -> dict[str, Since]:
    """Customers of duplicate bugs as one bug: every customer once, with the newest report (METHODOLOGY 5.4, pain-007).

    A ticket that was linked to several of the duplicates counts whole again (its shares add, up to 1).
    """
    union: dict[str, Since] = {}
    for customers in duplicates:
        for customer, since in customers.items():
            known = union.get(customer)
            if known is None or since.age < known.age:
                union[customer] = since
            elif since.age == known.age:
                union[customer] = Since(since.age, min(1.0, since.weight + known.weight))
    return union


def decayed(sum_yesterday: float, reports_today: float, half_life_days: float = HALF_LIFE_DAYS) -> float:
    """S_t = S_(t-1) x 2^(-1/half-life) + n_t: the decayed sum one day on, without looking back (METHODOLOGY 0.1, pain-008)."""
    return float(sum_yesterday * 2.0 ** (-1.0 / half_life_days) + reports_today)
