"""Where rows are there and none of them says what a metric needs, it says just that, and not that there are no rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from metrics import all_metrics, metric
from metrics.period import Period
from metrics.reading import read
from reporting.readings import why
from store import Store
from tests.builders import customer, filled, noon, purchase, subscription, ticket

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))
SAYS = {
    "first_reply": "No ticket in this period has a first reply or waits for one.",
    "reopened": "No ticket in this period says whether it was reopened.",
    "sla_met": "No ticket in this period says whether its SLA was met.",
    "replies": "No ticket solved in this period has a count of replies.",
    "repeat_contact": "No tickets solved for a known customer in this period.",
    "revenue_retention": "No customers with a known MRR at the start of this month.",
    "repeat": "No first-time customers in this period.",
    "repeat_in_period": "No purchases in this period.",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """September and October have tickets, solved on the same day, and contracts; no row says more than it must."""
    days = [date(2026, month, day) for month in (9, 10) for day in range(1, 29)]
    tickets: list[Any] = [
        ticket(opened_at=noon(day), solved_at=noon(day), customer=None, area=None, channel=None) for day in days
    ]
    people = [customer(f"c{n}", segment=None) for n in range(30)]
    contracts = [subscription(f"c{n}", mrr=None, plan=None, ended_on=date(2026, 10, 9)) for n in range(30)]
    at = tmp_path_factory.mktemp("says little") / "empathy.db"
    made = filled(f"sqlite:///{at}", *tickets, *people, *contracts, purchase("c1", date(2024, 3, 1)))
    yield made
    made.engine.dispose()


@pytest.mark.parametrize("key", SAYS)
def test_a_metric_of_which_no_row_says_what_it_needs_says_what_is_missing(store: Store, key: str) -> None:
    with store.reading() as published:
        reading = read(published, metric(key), OCTOBER, store.settings)
    assert (reading.value, reading.state, why(reading)) == (None, "no data", SAYS[key])


@pytest.mark.parametrize("key", [each.key for each in all_metrics() if "ticket" in each.records])
def test_no_metric_says_that_there_are_no_tickets_where_there_are(store: Store, key: str) -> None:
    with store.reading() as published:
        reading = read(published, metric(key), OCTOBER, store.settings)
    assert reading.value is not None or why(reading) != "No tickets in this period."
