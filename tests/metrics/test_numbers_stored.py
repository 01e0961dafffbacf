"""From rows to the number, through the real store, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from metrics import metric
from metrics.period import Period
from metrics.reading import Reading, read, series, split_by
from reporting.readings import why
from store import Store
from tests import builders
from tests.builders import TODAY, customer, employment, filled, purchase, subscription, ticket
from tests.metrics.counting import period

OCTOBER = period("2026-10-01", "2026-11-01")
YEAR = period("2025-11-01", "2026-11-01")
LAST_YEAR = period("2025-01-01", "2026-01-01")
WEEK = period("2026-11-09", "2026-11-16")


def number(store: Store, key: str, over: Period, **where: str) -> Reading:
    with store.reading() as published:
        return read(published, metric(key), over, store.settings, where)


def split(store: Store, key: str, over: Period, by: str) -> dict[str, Reading]:
    with store.reading() as published:
        return split_by(published, metric(key), over, by, store.settings)


def stays(n: int, prefix: str, **fields: Any) -> list[Any]:
    return [customer(f"{prefix}{index}", **fields) for index in range(n)]


def test_churn_counts_customers_of_the_first_day(database_url: str) -> None:
    store = filled(
        database_url,
        *stays(100, "stayed"),
        *stays(10, "grew", segment="large"),
        *stays(10, "left", ended_on=date(2026, 10, 20), segment="large"),
        *stays(3, "joined", started_on=date(2026, 10, 5), ended_on=date(2026, 10, 25)),
    )
    reading = number(store, "churn", OCTOBER)
    assert (reading.numerator, reading.denominator, reading.state) == (10, 120, "full")
    assert reading.value == pytest.approx(100 / 12)
    assert reading.details["lost_of_new"] == 3
    assert reading.comparison is not None
    assert (reading.comparison.verdict, reading.comparison.good) == ("up", False)
    by_segment = split(store, "churn", OCTOBER, "segment")
    assert {name: (each.numerator, each.denominator) for name, each in by_segment.items()} == {
        "small": (0, 100),
        "large": (10, 20),
    }
    assert number(store, "churn", OCTOBER, segment="small").numerator == 0


def test_a_gap_within_the_grace_period_is_no_churn(database_url: str) -> None:
    store = filled(
        database_url,
        *stays(30, "stayed"),
        *(subscription(f"stayed{index}") for index in range(30)),
        customer("paused"),
        subscription("paused", started_on=date(2025, 1, 1), ended_on=date(2026, 10, 3)),
        subscription("paused", started_on=date(2026, 10, 20)),
    )
    assert number(store, "churn", OCTOBER).numerator == 0
    assert number(store, "contract_churn", OCTOBER).details["ended_in_period"] == 1


def test_money_kept_caps_each_customer(database_url: str) -> None:
    contracts = []
    for index in range(30):
        contracts.append(subscription(f"steady{index}", mrr=100_00))
    contracts += [
        subscription("down", mrr=500_00, ended_on=date(2026, 10, 10)),
        subscription("down", mrr=200_00, started_on=date(2026, 10, 10)),
        subscription("up", mrr=500_00, ended_on=date(2026, 10, 10)),
        subscription("up", mrr=900_00, started_on=date(2026, 10, 10)),
    ]
    reading = number(filled(database_url, *contracts), "revenue_retention", OCTOBER)
    assert reading.value == pytest.approx(100 * 3700 / 4000)
    assert reading.details["nrr"] == pytest.approx(100 * 4100 / 4000)
    assert reading.details["mrr_start"] == 4000
    assert reading.n == 32


def test_customers_without_dates_get_a_sentence_and_no_number(database_url: str) -> None:
    store = filled(database_url, *stays(25, "undated", started_on=None), ticket())
    said = "25 customers are stored, but none has a start or end date, so nothing can be computed over time."
    for key in ("churn", "revenue_retention", "contact_rate"):
        reading = number(store, key, WEEK if key == "contact_rate" else OCTOBER)
        assert (reading.value, reading.state) == (None, "no data")
        if key != "contact_rate":
            assert why(reading) == said


def test_people_without_dates_get_a_sentence_and_no_number(database_url: str) -> None:
    store = filled(database_url, *(employment(started_on=None) for _ in range(12)))
    reading = number(store, "attrition", LAST_YEAR)
    assert reading.value is None
    assert why(reading).startswith("12 people are stored, but none has a start or end date")


def test_a_team_of_three_is_never_shown_nor_computable(database_url: str) -> None:
    people = [employment(team="Night") for _ in range(2)] + [employment(team="Night", ended_on=date(2025, 5, 1))]
    people += [employment(team="Tools") for _ in range(20)] + [
        employment(team="Tools", ended_on=date(2025, 8, 1), left_how="voluntary") for _ in range(3)
    ]
    people += [employment(team="Desk") for _ in range(60)] + [
        employment(team="Desk", ended_on=date(2025, 8, 1), left_how="voluntary") for _ in range(6)
    ]
    store = filled(database_url, *people)
    total = number(store, "attrition", LAST_YEAR)
    assert total.numerator == 10
    assert total.details["headcount_at_start"] == 92
    teams = split(store, "attrition", LAST_YEAR, "team")
    assert {name: each.state for name, each in teams.items()} == {
        "Desk": "full",
        "Tools": "withheld",
        "Night": "withheld",
    }
    for name in ("Tools", "Night"):
        for hidden in (teams[name], number(store, "attrition", LAST_YEAR, team=name)):
            assert (
                why(hidden)
                == {
                    "Night": "Hidden: fewer than 10 people.",
                    "Tools": "Hidden so that nobody can be identified, here or by subtraction.",
                }[name]
            )
            assert (hidden.value, hidden.numerator, hidden.denominator, hidden.n, hidden.details) == (
                None,
                None,
                None,
                0,
                {},
            )
    assert number(store, "attrition", LAST_YEAR, team="Desk").numerator == 6
    assert number(store, "attrition", OCTOBER, team="Desk").value is None


def test_a_transfer_is_no_leaver_of_the_company(database_url: str) -> None:
    people = [employment(team="Desk") for _ in range(60)] + [employment(team="Tools") for _ in range(60)]
    people.append(employment(team="Desk", ended_on=date(2025, 5, 1), left_how="transfer"))
    people.append(employment(team="Tools", started_on=date(2025, 5, 1)))
    people.append(employment(team="Tools", ended_on=date(2025, 5, 1), left_how="voluntary"))
    reading = number(filled(database_url, *people), "attrition", LAST_YEAR)
    assert reading.numerator == 1
    assert reading.details["moved_to_another_team"] == 1
    assert (reading.details["headcount_at_start"], reading.details["headcount_at_end"]) == (122, 121)


def test_repeat_business_waits_until_the_window_is_over(database_url: str) -> None:
    first = date(2026, 3, 1)
    orders = [purchase("long before", date(2024, 10, 1))]  # whoever is new later is new indeed
    orders += [purchase(f"once{index}", first) for index in range(15)]
    for index in range(10):
        orders += [purchase(f"twice{index}", first), purchase(f"twice{index}", first + timedelta(days=80))]
    orders += [purchase(f"late{index}", date(2026, 11, 1)) for index in range(5)]
    orders += [purchase("today", TODAY)]
    store = filled(database_url, *orders)
    reading = number(store, "repeat", YEAR)
    assert (reading.numerator, reading.denominator) == (10, 25)
    assert reading.details["window_not_over"] == 0
    november = number(store, "repeat", period("2026-11-01", "2026-12-01"))
    assert november.value is None
    assert "not over yet" in why(november)
    spring = number(store, "repeat_in_period", period("2026-03-01", "2026-06-01"))
    assert (spring.numerator, spring.denominator) == (10, 25)


def test_where_the_orders_end_nobody_is_said_to_have_stayed_away(sqlite_database: str) -> None:
    orders = [purchase("long before", date(2018, 12, 1))]
    orders += [purchase(f"early{index}", date(2020, 1, 1)) for index in range(25)]
    orders += [purchase(f"late{index}", date(2020, 4, 20)) for index in range(25)]
    store = filled(sqlite_database, *orders)
    assert number(store, "repeat", period("2020-01-01", "2020-02-01")).denominator == 25
    assert number(store, "repeat", period("2020-04-01", "2020-05-01")).denominator == 0


def test_contact_rate_sets_an_area_against_all_customers(database_url: str) -> None:
    tickets = [
        ticket(opened_at=builders.noon(date(2026, 11, 10)), area=area) for area in ["Billing"] * 6 + ["Login"] * 4
    ]
    tickets.append(ticket(opened_at=builders.noon(date(2026, 11, 8))))
    store = filled(database_url, *stays(100, "customer"), customer("acme"), *tickets)
    reading = number(store, "contact_rate", WEEK)
    assert reading.numerator == 10
    assert reading.value == pytest.approx(10 / (101 * 7 / 30.4375))
    assert number(store, "contact_rate", WEEK, area="Billing").numerator == 6
    assert number(store, "contact_rate", WEEK, area="Billing").denominator == reading.denominator


def test_tickets_without_customers_keep_their_number(database_url: str) -> None:
    opened = builders.noon(date(2026, 11, 16))
    store = filled(database_url, *(ticket(customer=None, opened_at=opened) for _ in range(7)))
    reading = number(store, "contact_rate", period("2026-11-16", "2026-11-23"))
    assert (reading.value, reading.numerator) == (None, 7)
    assert why(reading) == "No customers are stored, so there is nothing to divide the tickets by."


def test_waits_reopened_and_targets(database_url: str) -> None:
    opened = datetime(2026, 11, 10, 9, tzinfo=UTC)
    tickets = [
        ticket(
            opened_at=opened,
            first_reply_at=opened + timedelta(minutes=minutes),
            solved_at=opened + timedelta(hours=minutes),
            reopens=1 if minutes > 30 else 0,
            within_target=minutes <= 20,
        )
        for minutes in range(1, 41)
    ]
    tickets += [ticket(opened_at=opened), ticket(opened_at=opened, first_reply_at=opened + timedelta(minutes=20))]
    store = filled(database_url, *tickets)
    reply = number(store, "first_reply", WEEK)
    assert reply.value == pytest.approx(20 * 60, rel=0.011)
    assert reply.details["p90"] == pytest.approx(37 * 60, rel=0.011)
    assert reply.details["still_waiting"] == 1
    assert reply.value is not None
    assert reply.low is not None
    assert reply.high is not None
    assert 12 * 60 < reply.low < reply.value < reply.high < 28 * 60
    resolution = number(store, "resolution", period("2026-11-10", "2026-11-12"))
    assert resolution.n == 42  # by the day of opening, the open ones too
    assert resolution.value == pytest.approx(21 * 3600, rel=0.011)
    assert resolution.details["still_waiting"] == 2
    assert (number(store, "reopened", WEEK).numerator, number(store, "reopened", WEEK).denominator) == (10, 40)
    assert number(store, "sla_met", WEEK).value == pytest.approx(50.0)


def test_a_history_is_read_in_one_go_and_equals_single_readings(database_url: str) -> None:
    store = filled(
        database_url,
        *(
            customer(
                f"c{index}",
                started_on=date(2024, 6, 1) + timedelta(days=8 * index),
                ended_on=date(2026, 1, 1) + timedelta(days=7 * index),
            )
            for index in range(80)
        ),
    )
    months = period("2025-06-01", "2026-11-01").split("month")
    with store.reading() as published:
        history = series(published, metric("churn"), months, store.settings)
        single = [series(published, metric("churn"), [each], store.settings)[0] for each in months]
    assert [each.details for each in history] == [each.details for each in single]
    assert sum(each.details["lost"] for each in history) > 30
