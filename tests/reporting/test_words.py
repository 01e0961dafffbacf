"""Numbers, days and ages as a person reads them."""

from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from metrics import metric
from metrics.cautions import WhyKind
from metrics.period import Period
from metrics.repeat import came_back
from metrics.revenue_retention import retained
from reporting import one_metric, words
from reporting.details import named
from reporting.reasons import SAID, counted
from store.published import Count, Month

CSAT, NPS, REPLY = metric("csat"), metric("nps"), metric("first_reply")


def test_no_value_is_a_dash_and_never_zero() -> None:
    assert words.value(CSAT, None) == "–"
    assert words.value(CSAT, 0.0) == "0%"


def test_not_quite_all_or_none_does_not_read_as_all_or_none() -> None:
    assert words.value(CSAT, 99.72) == "99.7%"
    assert words.value(CSAT, 99.97) == "over 99.9%"
    assert words.value(CSAT, 100.0) == "100%"
    assert words.value(CSAT, 0.03) == "under 0.1%"
    assert words.share(1, 100_000) == "under 0.1%"
    assert words.share(0, 0) == "0%"


@pytest.mark.parametrize(
    ("value", "said"), [(87.6, "88%"), (20.4, "20%"), (14.3, "14.3%"), (4.24, "4.2%"), (0.614, "0.6%")]
)
def test_a_share_has_one_decimal_where_it_is_under_twenty(value: float, said: str) -> None:
    assert words.value(CSAT, value) == said


def test_a_score_of_points_has_its_sign() -> None:
    assert words.value(NPS, 31.4) == "+31.4"
    assert words.value(NPS, -30.0) == "−30.0"
    assert words.value(NPS, 0.2) == "+0.2"
    assert words.value(NPS, -0.01) == words.value(NPS, 0.0) == "0.0"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (45, "45 s"),
        (89, "89 s"),
        (600, "10 min"),
        (3540, "59 min"),
        (3660, "1 h 1 min"),
        (7400, "2 h 3 min"),
        (7200, "2 h"),
        (200_000, "2 days 8 h"),
    ],
)
def test_a_wait_has_its_two_largest_units(seconds: float, said: str) -> None:
    assert words.wait(seconds) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(119, 122, "119 s to 122 s"), (3600, 7200, "1 h to 2 h"), (6190, 6195, "1 h 43 min to 1 h 44 min")],
)
def test_a_range_of_waits_never_reads_as_a_point(low: float, high: float, said: str) -> None:
    assert words.interval(REPLY, low, high) == said


@pytest.mark.parametrize(
    ("currency", "said"),
    [
        ("EUR", "€1,234,567"),
        ("usd", "$1,234,567"),
        ("GBP", "£1,234,567"),
        ("INR", "₹1,234,567"),
        ("BRL", "R$1,234,567"),
        ("CHF", "CHF 1,234,567"),
        ("€", "€1,234,567"),
    ],
)
def test_money_has_the_sign_of_its_currency_where_there_is_one(currency: str, said: str) -> None:
    assert words.money(123_456_700, currency) == said
    assert words.money(-123_456_700, currency) == f"−{said}"


def test_one_person_is_no_people() -> None:
    assert counted(CSAT.people, 1) == "1 answer"
    assert counted(metric("attrition").people, 1) == "1 person"
    assert counted(metric("churn").people, 1) == "1 customer at the start"
    assert counted(CSAT.people, 1200) == "1,200 answers"
    assert counted(metric("repeat").people, 1) == "1 first-time customer"


def test_first_time_customers_that_count_and_those_that_are_too_early_have_two_names() -> None:
    first = [Count(date(2026, 1, 5), "", "12", 216, 0), Count(date(2026, 9, 1), "", "none", 44, 0)]
    found = came_back(first, 90, date(2026, 11, 1))
    assert found.n == 216
    assert counted(metric("repeat").people, found.n) == "216 first-time customers"
    told = {name: value for name, value, _ in named(found.details, "percent")}
    assert (
        told["First-time customers, including those too early to count"],
        told["First-time customers, too early to count"],
    ) == (
        260,
        44,
    )


def test_a_day_of_this_year_has_no_year_and_any_other_day_has() -> None:
    today = date(2026, 12, 1)
    assert words.day(date(2026, 12, 6), today) == "6 Dec"
    assert words.day(date(2025, 12, 6), today) == "6 Dec 2025"
    assert words.day(date(2026, 12, 6)) == "6 Dec 2026"
    assert words.period(Period(date(2026, 11, 2), date(2026, 11, 30)), today) == "2 to 29 Nov"
    assert words.period(Period(date(2026, 10, 26), date(2026, 11, 23)), today) == "26 Oct to 22 Nov"
    assert words.period(Period(date(2026, 11, 1), date(2026, 12, 1)), today) == "November"
    assert words.period(Period(date(2026, 9, 1), date(2026, 12, 1)), today) == "Sep to Nov"
    assert words.period(Period(date(2025, 9, 1), date(2025, 12, 1)), today) == "Sep to Nov 2025"


def test_over_a_turn_of_the_year_both_years_are_said() -> None:
    today = date(2026, 12, 1)
    assert words.period(Period(date(2025, 12, 1), date(2026, 12, 1)), today) == "Dec 2025 to Nov 2026"
    assert words.period(Period(date(2025, 12, 29), date(2026, 1, 5)), today) == "29 Dec 2025 to 4 Jan 2026"


def test_an_instant_is_said_by_the_clock_of_a_place_and_in_full_on_paper() -> None:
    moment, madrid = datetime(2026, 12, 1, 13, 5, tzinfo=UTC), ZoneInfo("Europe/Madrid")
    assert words.instant(moment, madrid, date(2026, 12, 1)) == "1 Dec 14:05"
    assert words.instant(moment, madrid) == "1 Dec 2026 14:05"
    assert words.in_zone(moment, madrid) == "1 Dec 2026 14:05 Europe/Madrid"
    assert words.on_paper(moment, madrid) == "1 December 2026, 14:05"


def test_a_period_is_said_by_its_first_and_last_day() -> None:
    assert words.period(Period(date(2026, 10, 19), date(2026, 11, 16))) == "19 Oct to 15 Nov 2026"
    assert words.period(Period(date(2026, 10, 1), date(2026, 11, 1))) == "October 2026"
    assert words.period(Period(date(2025, 11, 1), date(2026, 11, 1))) == "Nov 2025 to Oct 2026"
    assert words.period(Period(date(2025, 12, 29), date(2026, 1, 5))) == "29 Dec 2025 to 4 Jan 2026"


def test_an_age_is_said_in_its_largest_unit() -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    said = [words.ago(now - timedelta(seconds=passed), now) for passed in (5, 61, 3 * 3600, 86400, 12 * 86400)]
    assert said == ["just now", "1 min ago", "3 h ago", "1 day ago", "12 days ago"]


def test_one_in_a_hundred_who_answered_is_not_said_to_be_all() -> None:
    assert one_metric.detail(1.0, "percent", "EUR") == "1.0%"
    assert one_metric.detail(27.4, "percent", "EUR") == "27%"


def test_revenue_that_is_not_quite_all_kept_does_not_read_as_all() -> None:
    month = Month(date(2026, 10, 1), "", 300, 14_509_700, 14_466_200, 14_524_200)
    reading = retained([month], Period(date(2026, 10, 1), date(2026, 11, 1)))
    shown = {name: one_metric.detail(value, unit, "EUR") for name, value, unit in named(reading.details, "percent")}
    assert [shown[name] for name in shown if "RR)" in name] == ["99.7%", "100.1%"]
    assert words.value(metric("revenue_retention"), reading.value) == "99.7%"
    assert words.percent(100.0) == "100%"


def test_parts_of_a_number_have_their_units() -> None:
    assert one_metric.detail(7400.0, "seconds", "EUR") == "2 h 3 min"
    assert one_metric.detail(1234.4, "money", "USD") == "$1,234"
    assert one_metric.detail(90, "days", "EUR") == "90 days"
    assert one_metric.detail(4.25, "", "EUR") == "4.2"


def test_every_kind_of_reason_has_its_words() -> None:
    assert set(get_args(WhyKind)) == set(SAID)
