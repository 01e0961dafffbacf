"""A measure that is new or counts otherwise than before is counted over all days by the next refresh, of any store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import String, Table, case, func, literal, select

from store import Store, open_store
from store.measure import TODAY, Expression, Measure
from store.schema import employment, purchase, survey_response, survey_response_before, tally, ticket, ticket_before
from store.tallies import ALL, Measures
from tests.builders import (
    NOW,
    RULES,
    answer,
    days_ago,
    save,
    settings,
)
from tests.builders import (
    TODAY as TODAY_OF_TESTS,
)
from tests.builders import (
    employment as employed,
)
from tests.builders import (
    purchase as ordered,
)
from tests.builders import (
    subscription as contract,
)
from tests.builders import (
    ticket as asked,
)

ROWS = [
    asked("t1", opened_at=days_ago(400), area="Login"),
    asked("t2", opened_at=days_ago(2), solved_at=days_ago(1)),
    answer(2, id="a1", answered_at=days_ago(300), ticket="t1"),
    contract("acme", id="c1", started_on=date(2025, 3, 1), ended_on=date(2026, 3, 1)),
    ordered("acme", TODAY_OF_TESTS - timedelta(days=90), id="o1"),
    ordered("acme", TODAY_OF_TESTS - timedelta(days=30), id="o2"),
    employed(id="p1", started_on=date(2024, 5, 6)),
]


def by_row(table: Table, name: str, day: Expression, bin: Expression) -> Measure:
    return Measure(name, "", day, bin, table, {})


def of_tickets(row: Table) -> Measure:
    return by_row(row, "opened_by_kind", row.c.opened_on, func.coalesce(row.c.kind, "none"))


def of_answers(row: Table) -> Measure:
    return by_row(row, "answered_in", row.c.answered_on, row.c.channel)


PEOPLE = Measure("joined", "employment", employment.c.started_on, literal("", String), employment, {})
ORDERS = Measure("ordered", "purchase", purchase.c.ordered_on, purchase.c.customer, purchase, {})
# Of no kind of stale key: what counts hangs on the day on which it is counted.
OPEN = Measure(
    "open_at_snapshot",
    "",
    TODAY,
    case((ticket.c.opened_on == TODAY, literal("today", String)), else_=literal("before", String)),
    ticket,
    {},
    where=ticket.c.solved_at.is_(None),
    every_time=True,
)


def with_one_of_each() -> Measures:
    rows = {"ticket": of_tickets(ticket), "survey_response": of_answers(survey_response)}
    before = {"ticket": of_tickets(ticket_before), "survey_response": of_answers(survey_response_before)}
    return Measures(
        {name: (*measures, rows[name]) for name, measures in ALL.by_row.items()},
        {name: (*measures, before[name]) for name, measures in ALL.before.items()},
        (*ALL.by_day, PEOPLE, ORDERS, OPEN),
    )


def publish(store: Store, measures: Measures = ALL, days: int = 0, everything: bool = False) -> None:
    now = NOW + timedelta(days=days)
    with store.refreshing(now) as refresh:
        refresh.publish(now, RULES, everything=everything, measures=measures)


def counts(store: Store, *names: str) -> dict[str, list[tuple[date, str, int]]]:
    """What each measure counts, the same in the tallies by dimension and in those added up."""
    with store.reading() as published:
        end = date(2200, 1, 1)
        found = {name: [(each.day, each.bin, each.n) for each in published.tally(name, None, end)] for name in names}
        apart = {
            name: [(each.day, each.bin, each.n) for each in published.tally(name, None, end, by="area")]
            for name in names
        }
    assert found == apart
    return found


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Filled and published, by the measures of today."""
    made = open_store(settings(database_url))
    save(made, ROWS)
    yield made
    made.engine.dispose()


def test_a_new_measure_of_any_kind_is_counted_over_all_days_at_once(store: Store) -> None:
    known = counts(store, *(each.name for each in ALL.all()))
    publish(store, with_one_of_each())
    assert counts(store, "opened_by_kind", "answered_in", "joined", "ordered", "open_at_snapshot") == {
        "opened_by_kind": [(days_ago(400).date(), "problem", 1), (days_ago(2).date(), "problem", 1)],
        "answered_in": [(days_ago(300).date(), "", 1)],
        "joined": [(date(2024, 5, 6), "", 1)],
        "ordered": [(days_ago(90).date(), "acme", 1), (days_ago(30).date(), "acme", 1)],
        "open_at_snapshot": [(TODAY_OF_TESTS, "before", 1)],
    }
    assert counts(store, *known) == known


def test_a_new_measure_and_changed_rows_in_one_refresh_are_both_counted_once(store: Store) -> None:
    changed = asked("t1", opened_at=days_ago(400), kind="question", area="Login")
    save(store, [changed, asked("t3"), employed(id="p2", started_on=date(2024, 5, 6))], publish=False)
    publish(store, with_one_of_each())
    found = counts(store, "tickets", "opened_by_kind", "joined", "employment_started")
    days = [days_ago(400).date(), days_ago(2).date(), days_ago(1).date()]
    kinds = list(zip(days, ("question", "problem", "problem"), (1, 1, 1), strict=True))
    assert found["tickets"] == found["opened_by_kind"] == kinds
    assert found["joined"] == found["employment_started"] == [(date(2024, 5, 6), "", 2)]
    # And from then on it is counted by what changes.
    save(store, [asked("t3", kind="request")], publish=False)
    publish(store, with_one_of_each())
    assert counts(store, "opened_by_kind")["opened_by_kind"][-1] == (days_ago(1).date(), "request", 1)


@pytest.mark.parametrize("name", ["tickets", "purchases", "customer_started"])
def test_another_version_of_a_measure_counts_all_days_anew(store: Store, name: str) -> None:
    def otherwise(measure: Measure) -> Measure:
        return replace(measure, bin=literal("other", String), version=2) if measure.name == name else measure

    changed = Measures(
        {table: tuple(map(otherwise, each)) for table, each in ALL.by_row.items()},
        {table: tuple(map(otherwise, each)) for table, each in ALL.before.items()},
        tuple(map(otherwise, ALL.by_day)),
    )
    before = counts(store, name)[name]
    publish(store, changed)
    after = counts(store, name)[name]
    assert {bin for _, bin, _ in after} == {"other"}
    assert [(day, n) for day, _, n in after] == [(day, n) for day, _, n in before]


def test_what_no_measure_counts_any_more_leaves_no_tally(store: Store) -> None:
    publish(store, with_one_of_each())
    publish(store)
    with store.looking() as connection:
        names = set(connection.scalars(select(tally.c.measure).distinct()))
    assert names <= {each.name for each in ALL.all()}
    assert counts(store, "joined", "opened_by_kind") == {"joined": [], "opened_by_kind": []}


def test_a_measure_that_says_every_time_follows_the_day_of_the_snapshot(store: Store) -> None:
    measures = with_one_of_each()
    publish(store, measures)
    publish(store, measures, days=3)
    assert counts(store, "open_at_snapshot")["open_at_snapshot"] == [(date(2026, 11, 24), "before", 1)]


def test_full_counts_everything_whatever_the_tallies_say(store: Store) -> None:
    names = [each.name for each in ALL.all()]
    right = counts(store, *names)
    for table in ("tally", "tally_total"):
        with store.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE {table} SET n = n + 7")
    publish(store, everything=True)
    assert counts(store, *names) == right
