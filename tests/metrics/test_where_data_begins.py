"""A figure whose period begins before its data does is not made, and a chart starts where it can be true."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from metrics import all_metrics, metric
from metrics.cautions import DataBegins
from metrics.period import Period, whole_months
from metrics.reading import Reading, read, series, split_by
from reporting.cautions import all_said
from reporting.readings import why
from store import Store
from tests.builders import NOW, TODAY, answer, customer, filled, noon, purchase, subscription, ticket
from tests.metrics.counting import period
from views import cache
from views.one_metric import one_metric
from views.view import view

AUGUST = date(2025, 8, 21)
YEAR = period("2025-11-01", "2026-11-01")


def number(store: Store, key: str, over: Period) -> Reading:
    with store.reading() as published:
        return read(published, metric(key), over, store.settings)


def shop() -> list[object]:
    """Every customer orders once a month for years; the file begins in August 2025, so all of them look new then."""
    orders = [
        purchase(f"old{n}", day)
        for n in range(60)
        for month in range(16)
        if (day := AUGUST + timedelta(days=30 * month + n % 20)) < TODAY
    ]
    new = [purchase(f"new{n}", date(2026, 1, 5) + timedelta(days=n)) for n in range(200)]
    return [*orders, *new]


def test_who_is_new_is_not_told_before_a_year_of_orders_is_known(database_url: str) -> None:
    store = filled(database_url, *shop())
    reading = number(store, "repeat", YEAR)
    assert (reading.value, reading.state, reading.n, reading.details) == (None, "no data", 0, {})
    assert why(reading) == (
        "Data begins 21 Aug 2025; who is new is known only after a year of orders, "
        "so this is available from 21 Aug 2026."
    )
    with store.reading() as published:
        groups = split_by(published, metric("repeat"), YEAR, "plan", store.settings)
        months = series(published, metric("repeat"), whole_months(TODAY, 24).split("month"), store.settings)
    assert groups == {}
    told = [each.period.start for each in months if not isinstance(each.reason, DataBegins)]
    assert told == [date(2026, 9, 1), date(2026, 10, 1)]
    september = number(store, "repeat", period("2026-09-01", "2026-10-01"))
    assert september.comparison is not None
    assert september.comparison.previous.value is None
    assert why(september.comparison.previous).startswith("Data begins 21 Aug 2025")


def test_who_had_ordered_before_is_not_told_either_but_who_ordered_twice_is(database_url: str) -> None:
    store = filled(database_url, *shop())
    autumn = number(store, "repeat_in_period", period("2025-09-01", "2025-12-01"))
    assert autumn.value == 100
    assert "returning_customers" not in autumn.details
    assert why(number(store, "repeat_in_period", period("2025-08-01", "2025-11-01"))) == "Data begins 21 Aug 2025."
    later = number(store, "repeat_in_period", period("2026-09-01", "2026-11-01"))
    assert later.details["returning_customers"] == 60


def test_a_chart_starts_where_it_can_be_true(sqlite_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPATHY_DATABASE_URL", sqlite_database)
    weeks = [ticket(opened_at=noon(date(2026, 9, 30)) + timedelta(days=n)) for n in range(40)]
    filled(sqlite_database, *shop(), *weeks, customer("acme", started_on=date(2020, 1, 1))).engine.dispose()
    cache.clear()
    try:
        shown = view(NOW)
        assert shown is not None
        twice = one_metric(shown, "repeat_in_period")
        assert [(each[0].period.start, len(each)) for each in (twice.history, twice.singles)] == [
            (date(2025, 9, 1), 12),
            (date(2025, 9, 1), 14),
        ]
        rates = one_metric(shown, "contact_rate").singles
        assert [rates[0].period.start, len(rates)] == [date(2026, 10, 5), 6]
        never = one_metric(shown, "repeat").history
        assert [each.value for each in never] == [None]
    finally:
        cache.clear()


def test_a_rate_of_half_a_period_is_left_out_and_a_share_of_answers_is_of_the_days_that_are_known(
    database_url: str,
) -> None:
    month = period("2026-10-19", "2026-11-16")
    began = date(2026, 11, 2)
    answers = [answer(5 if n % 4 else 1, answered_at=noon(began + timedelta(days=n % 14))) for n in range(56)]
    tickets = [ticket(opened_at=noon(began + timedelta(days=n % 14)), reopens=n % 2) for n in range(56)]
    store = filled(database_url, *answers, *tickets, *(customer(f"c{n}") for n in range(50)))
    rate = number(store, "contact_rate", month)
    assert (rate.value, why(rate)) == (None, "Data begins 2 Nov 2026.")
    for key in ("csat", "reopened"):
        reading = number(store, key, month)
        assert (reading.period, reading.n) == (Period(began, month.end), 56), key
        assert all_said(reading.cautions) == ["Data begins 2 Nov 2026."]
        assert (reading.state, reading.reason) == ("full", None)
        # Two weeks are not four: what went before is not half known, it is not known.
        assert number(store, key, period("2026-11-09", "2026-11-30")).comparison.previous.value is None  # type: ignore[union-attr]


@pytest.mark.parametrize("key", ["churn", "contract_churn", "revenue_retention"])
def test_customers_are_not_lost_before_any_is_known(database_url: str, key: str) -> None:
    contracts = [subscription(f"c{n}", started_on=date(2026, 8, 10)) for n in range(40)]
    store = filled(database_url, *contracts)
    assert why(number(store, key, period("2026-08-01", "2026-09-01"))) == "Data begins 10 Aug 2026."
    assert number(store, key, period("2026-10-01", "2026-11-01")).n == 40


def test_an_empty_store_says_what_it_said_before(sqlite_database: str) -> None:
    store = filled(sqlite_database)
    for each in all_metrics():
        reading = number(store, each.key, YEAR)
        assert reading.state == "no data"
        assert "Data begins" not in why(reading)


def test_every_metric_says_where_its_data_begin() -> None:
    from store.tallies import MEASURES

    names = {measure.name for measure in MEASURES}
    for each in all_metrics():
        assert each.begins.measures, each.key
        assert set(each.begins.measures) <= names, each.key
