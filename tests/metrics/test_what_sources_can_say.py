"""The absence of a field is not the absence of an event: no churn without a source that can say who left (METHODOLOGY 0)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from metrics import metric
from metrics.period import Period
from metrics.reading import Reading, read
from reporting.cautions import all_said
from reporting.readings import why
from store import Store, open_store
from store.marks import stored_fields
from store.records import BY_TABLE
from tests.builders import NOW, RULES, answer, customer, employment, noon, purchase, settings, subscription, ticket
from tests.metrics.counting import period

OCTOBER = period("2026-10-01", "2026-11-01")
YEAR = period("2025-10-01", "2026-10-01")
LEFT = {"ended_on": date(2026, 10, 20)}


def all_but(record: str, *fields: str) -> dict[str, frozenset[str]]:
    """What a mapping says that leaves these fields out."""
    return {record: frozenset(each.name for each in stored_fields(BY_TABLE[record])) - set(fields)}


NO_ENDS = all_but("customer", "ended_on")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = open_store(settings(database_url))
    made.migrate()
    yield made
    made.engine.dispose()


def refreshed(
    store: Store,
    records: dict[str, list[Any]] | None = None,
    fails: tuple[str, ...] = (),
    **can_say: dict[str, frozenset[str]],
) -> None:
    """One refresh: what each source declares, and the rows that it hands over before it ends well or fails."""
    with store.refreshing(NOW) as running:
        for source, fields in can_say.items():
            running.declare(source, fields)
        for source, rows in (records or {}).items():
            run = running.begin_run(source, "files", NOW)
            run.save(rows, NOW)
            run.finish(NOW, *(("failed", "The disk is gone.") if source in fails else ()))
        running.publish(NOW, RULES)


def number(store: Store, key: str, over: Period = OCTOBER, **where: str) -> Reading:
    with store.reading() as published:
        return read(published, metric(key), over, store.settings, where)


def customers(n: int, prefix: str = "c", **fields: Any) -> list[Any]:
    return [customer(f"{prefix}{index}", **fields) for index in range(n)]


def contracts(n: int, prefix: str = "c", **fields: Any) -> list[Any]:
    return [subscription(f"{prefix}{index}", id=f"{prefix}{index}", **fields) for index in range(n)]


def test_customers_whose_end_nobody_can_say_have_no_churn(store: Store) -> None:
    refreshed(store, {"crm": customers(150)}, crm=NO_ENDS)
    reading = number(store, "churn")
    assert (reading.value, reading.state, why(reading)) == (None, "no data", "No end dates in crm.")


def test_a_young_company_of_which_nobody_left_has_a_true_zero(store: Store) -> None:
    refreshed(store, {"crm": customers(30)}, crm=all_but("customer"))
    reading = number(store, "churn")
    assert (reading.numerator, reading.denominator, reading.value, reading.cautions) == (0, 30, 0.0, ())


def test_people_whose_end_nobody_can_say_have_no_attrition(store: Store) -> None:
    refreshed(store, {"hr": [employment() for _ in range(80)]}, hr=all_but("employment", "ended_on"))
    reading = number(store, "attrition", YEAR)
    assert (reading.value, reading.state, why(reading)) == (None, "no data", "No end dates in hr.")


def test_people_of_a_source_without_ends_are_left_out_and_it_is_said(store: Store) -> None:
    people = [employment() for _ in range(96)] + [employment(ended_on=date(2026, 5, 1)) for _ in range(8)]
    agency = [employment() for _ in range(300)]
    refreshed(
        store, {"hr": people, "agency": agency}, hr=all_but("employment"), agency=all_but("employment", "ended_on")
    )
    reading = number(store, "attrition", YEAR)
    assert reading.numerator == 8
    assert reading.value is not None
    assert 7 < reading.value < 9
    assert all_said(reading.cautions) == ["Its rows are not included: no end dates in agency."]


def test_customers_of_a_source_without_ends_are_in_neither_part_of_the_share(store: Store) -> None:
    refreshed(
        store,
        {"crm": [*customers(90), *customers(10, "left", **LEFT)], "shop": customers(400, "shop")},
        crm=all_but("customer"),
        shop=NO_ENDS,
    )
    reading = number(store, "churn")
    assert (reading.numerator, reading.denominator) == (10, 100)
    assert all_said(reading.cautions) == ["400 are not included: no end dates in shop."]


def test_contracts_with_an_end_are_enough_beside_customers_without(store: Store) -> None:
    refreshed(
        store,
        {"crm": customers(105), "billing": [*contracts(90), *contracts(10, "left", **LEFT)]},
        crm=NO_ENDS,
        billing=all_but("subscription"),
    )
    reading = number(store, "churn")
    assert (reading.numerator, reading.denominator) == (10, 100)
    # 90 of the customers have a contract; fifteen are known by their own row alone.
    assert all_said(reading.cautions) == ["15 are not included: no end dates in crm."]


def test_customers_with_an_end_are_enough_beside_contracts_without(store: Store) -> None:
    refreshed(
        store,
        {"crm": [*customers(95), *customers(5, "left", **LEFT)], "billing": [*contracts(95), *contracts(5, "left")]},
        crm=all_but("customer"),
        billing=all_but("subscription", "ended_on"),
    )
    reading = number(store, "churn")
    assert (reading.numerator, reading.denominator) == (5, 100)
    assert why(number(store, "contract_churn")) == "No end dates in billing."
    assert why(number(store, "revenue_retention")) == "No end dates in billing."


def test_one_source_may_say_the_start_and_another_the_end(store: Store) -> None:
    ended = [customer(f"c{n}", started_on=None, **(LEFT if n < 10 else {})) for n in range(100)]
    refreshed(
        store,
        {"crm": customers(100), "exits": ended},
        crm=NO_ENDS,
        exits=all_but("customer", "started_on"),
    )
    reading = number(store, "churn")
    assert (reading.numerator, reading.denominator) == (10, 100)


def test_how_many_customers_there_are_needs_no_end(store: Store) -> None:
    tickets = [ticket(opened_at=noon(day)) for day in (date(2026, 1, 7), *[date(2026, 10, 7)] * 60)]
    refreshed(store, {"crm": [*customers(150), *tickets]}, crm={**NO_ENDS, **all_but("ticket")})
    reading = number(store, "contact_rate")
    assert reading.details["average_customers"] == 150
    assert reading.value is not None


def test_a_field_that_is_mapped_later_is_counted_from_then_on(store: Store) -> None:
    refreshed(store, {"crm": customers(100)}, crm=NO_ENDS)
    assert number(store, "churn").value is None
    refreshed(
        store, {"crm": [*customers(90), *[customer(f"c{n}", **LEFT) for n in range(90, 100)]]}, crm=all_but("customer")
    )
    assert (number(store, "churn").numerator, number(store, "churn").denominator) == (10, 100)
    refreshed(store, crm=NO_ENDS)
    assert why(number(store, "churn")) == "No end dates in crm."


def test_a_field_that_is_mapped_later_is_not_known_before_its_source_was_read_with_it(store: Store) -> None:
    refreshed(store, {"crm": customers(100)}, crm=NO_ENDS)
    refreshed(store, {"crm": customers(5)}, fails=("crm",), crm=all_but("customer"))
    assert why(number(store, "churn")) == "No end dates in crm."
    refreshed(store, {"crm": []}, crm=all_but("customer"))
    assert number(store, "churn").value == 0.0


def test_what_a_source_that_fails_cannot_say_is_known_all_the_same(store: Store) -> None:
    refreshed(store, {"crm": customers(100)})
    assert number(store, "churn").value == 0.0  # as before sources said what they can say
    refreshed(store, {"crm": []}, fails=("crm",), crm=NO_ENDS)
    assert why(number(store, "churn")) == "No end dates in crm."


def test_a_source_that_is_gone_says_nothing_any_more(store: Store) -> None:
    refreshed(store, {"crm": customers(100), "shop": customers(100, "shop")}, crm=all_but("customer"), shop=NO_ENDS)
    with store.refreshing(NOW) as running:
        running.drop_others(["crm"], NOW)
        running.declare("crm", all_but("customer"))
        running.publish(NOW, RULES)
    assert (number(store, "churn").denominator, number(store, "churn").cautions) == (100, ())


def test_without_send_dates_the_response_rate_is_said_to_be_unknown(store: Store) -> None:
    answers = [answer(5, answered_at=noon(date(2026, 10, 1))) for _ in range(40)]
    refreshed(store, {"desk": answers}, desk=all_but("survey_response", "sent_at"))
    reading = number(store, "csat")
    assert reading.value == 100.0
    assert reading.details["response_rate"] is None
    assert "Response rate not known: no send dates in desk." in all_said(reading.cautions)


def test_repeat_business_needs_purchases(store: Store) -> None:
    refreshed(store, {"crm": customers(30)})
    assert why(number(store, "repeat", YEAR)) == "No purchases in any source."
    refreshed(store, {"shop": [purchase("c1", date(2026, 3, 1))]})
    assert why(number(store, "repeat", YEAR)) != "No purchases in any source."
