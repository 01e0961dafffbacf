"""Repeat contact within 7 days of solved: what it counts, on both databases, and that any change moves it exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete

from metrics import metric
from metrics.period import Period
from metrics.reading import Reading, read, split_by
from reporting.readings import why
from store import Store, open_store
from store.records import Ticket
from store.schema import counted, tally, tally_total
from tests.builders import NOW, RULES, TODAY, filled, noon, save, settings, ticket
from tests.store.published_tables import empty

MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
MADRID = ZoneInfo("Europe/Madrid")


def solved(customer: str | None, on: date, id: str | None = None, **fields: Any) -> Ticket:
    return ticket(id, customer=customer, opened_at=noon(on - timedelta(days=2)), solved_at=noon(on), **fields)


def opened(customer: str | None, at: datetime, **fields: Any) -> Ticket:
    return ticket(None, customer=customer, opened_at=at, **fields)


def reading_of(store: Store, period: Period = MARCH) -> Reading:
    with store.reading() as published:
        return read(published, metric("repeat_contact"), period, store.settings)


def counts_of(store: Store) -> dict[tuple[date, str, str], int]:
    """(day, area, bin) -> tickets; the same in the tallies by dimension and in those added up."""
    with store.reading() as published:
        found = published.tally("repeat_contact", None, date(2200, 1, 1), by="area")
        whole = published.tally("repeat_contact", None, date(2200, 1, 1))
    by_area = {(each.day, each.group, each.bin): each.n for each in found}
    assert sum(each.n for each in whole) == sum(by_area.values())
    return by_area


def test_another_ticket_counts_from_the_moment_of_the_solving_to_the_end_of_the_seventh_day(database_url: str) -> None:
    on = date(2026, 3, 10)
    last = datetime(2026, 3, 17, 23, 59, tzinfo=UTC)
    again = [
        *(row for n in range(3) for row in (solved(f"a{n}", on), opened(f"a{n}", last))),
        *(row for n in range(2) for row in (solved(f"b{n}", on), opened(f"b{n}", noon(on) + timedelta(minutes=1)))),
    ]
    not_again = [
        *(row for n in range(5) for row in (solved(f"c{n}", on), opened(f"c{n}", last + timedelta(minutes=1)))),
        *(row for n in range(5) for row in (solved(f"d{n}", on), opened(f"d{n}", noon(on) - timedelta(minutes=1)))),
        *(solved(f"e{n}", on, area="Login", channel="chat") for n in range(5)),
        solved("f", on),
        opened("g", last),  # of somebody else
    ]
    unknown = [solved(None, on), opened(None, last)]
    store = filled(database_url, *again, *not_again, *unknown)
    found = reading_of(store)
    assert (found.numerator, found.denominator) == (5, 21)
    assert found.value == pytest.approx(100 * 5 / 21)
    assert found.details == {"again": 5, "days_not_over": 0}
    with store.reading() as published:
        by_channel = split_by(published, metric("repeat_contact"), MARCH, "channel", store.settings)
    assert {name: (each.numerator, each.denominator) for name, each in by_channel.items()} == {
        "email": (5, 16),
        "chat": (0, 5),
    }
    store.engine.dispose()


def test_a_ticket_whose_days_are_not_over_is_not_counted_and_the_reading_says_so(database_url: str) -> None:
    newest = [solved(f"n{n}", TODAY - timedelta(days=7)) for n in range(4)]
    over = [solved(f"o{n}", TODAY - timedelta(days=8)) for n in range(6)]
    again = [opened("n0", noon(TODAY)), opened("o0", noon(TODAY - timedelta(days=1)))]
    store = filled(database_url, *newest, *over, *again)
    found = reading_of(store, Period(TODAY - timedelta(days=14), TODAY))
    assert (found.numerator, found.denominator, found.details["days_not_over"]) == (1, 6, 4)
    newest_alone = reading_of(store, Period(TODAY - timedelta(days=7), TODAY))
    assert newest_alone.state == "no data"
    assert why(newest_alone) == "The 7 days after the tickets were solved are not over yet; available from 22 Nov 2026."
    store.engine.dispose()


def test_where_no_ticket_names_its_customer_there_is_no_number(sqlite_database: str) -> None:
    store = filled(sqlite_database, *(solved(None, date(2026, 3, 10)) for _ in range(6)))
    assert why(reading_of(store)) == "No tickets solved for a known customer in this period."
    store.engine.dispose()


@pytest.mark.parametrize(
    "change", ["solved again", "another customer", "another day", "deleted", "replaced", "new", "its source goes"]
)
def test_a_change_of_one_ticket_changes_what_the_other_counts_for(database_url: str, change: str) -> None:
    on = date(2026, 3, 10)
    first = solved("acme", on, "first")
    second = ticket("second", customer="acme", opened_at=noon(on + timedelta(days=3)), area="Login")
    store = open_store(settings(database_url))
    save(store, [first, solved("other", on, "not touched")])
    if change != "new":
        save(store, [second], source="desk")
    was = {(on, "Billing", "yes"): 1, (on, "Billing", "no"): 1}
    assert counts_of(store) == (was if change != "new" else {(on, "Billing", "no"): 2})
    never = {(on, "Billing", "no"): 2}
    if change == "solved again":
        save(store, [solved("acme", on + timedelta(days=4), "first")])
        assert counts_of(store) == {(on, "Billing", "no"): 1, (on + timedelta(days=4), "Billing", "no"): 1}
    elif change == "another customer":
        moved = ticket("second", customer="other", opened_at=second.opened_at, area="Login")
        save(store, [moved], source="desk")
        assert counts_of(store) == was  # the other one was contacted again now
        save(store, [ticket("second", customer=None, opened_at=second.opened_at)], source="desk")
        assert counts_of(store) == never
    elif change == "another day":
        save(store, [ticket("second", customer="acme", opened_at=noon(on + timedelta(days=8)))], source="desk")
        assert counts_of(store) == never
    elif change in ("deleted", "replaced"):
        with store.refreshing(NOW) as refresh:
            run = refresh.begin_run("desk", "files", NOW, replaces=change == "replaced")
            other = [ticket("third", customer="x", opened_at=noon(on))]
            run.save(other, NOW, gone=[("ticket", "second")] if change == "deleted" else ())
            run.finish(NOW)
            refresh.publish(NOW, RULES)
        assert counts_of(store) == never
    elif change == "new":
        save(store, [second], source="desk")
        assert counts_of(store) == was
    else:
        with store.refreshing(NOW) as refresh:
            assert refresh.drop_others(["test"], NOW) == {"desk": 1}
            refresh.publish(NOW, RULES)
        assert counts_of(store) == never
    store.engine.dispose()


def test_a_store_that_was_counted_before_there_was_such_a_metric_counts_it_by_itself(database_url: str) -> None:
    on = date(2026, 3, 10)
    store = filled(database_url, solved("acme", on), opened("acme", noon(on + timedelta(days=1))))
    expected = counts_of(store)
    with store.engine.begin() as connection:
        for table in (tally, tally_total, counted):
            connection.execute(delete(table).where(table.c.measure == "repeat_contact"))
    assert counts_of(store) == {}
    save(store, [])
    assert counts_of(store) == expected == {(on, "Billing", "yes"): 1}
    store.engine.dispose()


# --- whatever changes ----------------------------------------------------------------------------------------------------

moments = st.builds(
    lambda days, hour: datetime(2026, 3, 1 + days, hour, 30, tzinfo=UTC),
    st.integers(0, 20),
    st.sampled_from([9, 9, 23]),
)
TICKETS = st.builds(
    Ticket,
    id=st.integers(1, 9).map("t{}".format),
    opened_at=moments,
    customer=st.sampled_from(["ann", "ann", "bob", None]),
    area=st.sampled_from(["Billing", "Login"]),
).flatmap(
    lambda each: (st.none() | st.integers(0, 9).map(lambda days: each.opened_at + timedelta(days=days))).map(
        lambda at: Ticket(each.id, each.opened_at, each.customer, solved_at=at, area=each.area)
    )
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["crm", "desk"]),
        st.lists(TICKETS, min_size=1, max_size=12),
        st.sampled_from([False, False, True]),  # whether they replace all that the source had
        st.sampled_from([True, True, False]),  # whether it is published
    ),
    min_size=2,
    max_size=6,
)
Steps = list[tuple[str, list[Ticket], bool, bool]]


def step(store: Store, source: str, tickets: list[Ticket], replaces: bool, published: bool) -> None:
    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run(source, "files", NOW, replaces=replaces)
        run.save(tickets, NOW)
        run.finish(NOW)
        if published:
            refresh.publish(NOW, RULES)


def final(steps: Steps) -> dict[str, list[Ticket]]:
    rows: dict[str, dict[str, Ticket]] = {"crm": {}, "desk": {}}
    for source, tickets, replaces, _ in steps:
        rows[source] = ({} if replaces else rows[source]) | {each.id: each for each in tickets}
    return {source: list(held.values()) for source, held in rows.items()}


def day(at: datetime) -> date:
    return at.astimezone(MADRID).date()


def by_hand(tickets: list[Ticket]) -> dict[tuple[date, str, str], int]:
    found: Counter[tuple[date, str, str]] = Counter()
    for each in tickets:
        at = each.solved_at
        if at is None or each.customer is None or each.area is None:
            continue
        again = any(
            other.customer == each.customer and other.opened_at > at and (day(other.opened_at) - day(at)).days <= 7
            for other in tickets
        )
        found[day(at), each.area, "yes" if again else "no"] += 1
    return dict(found)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = open_store(settings(database_url, time_zone="Europe/Madrid"))
    made.migrate()
    yield made
    made.engine.dispose()


@hypothesis_settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_after_any_changes_it_counts_what_a_store_filled_at_once_and_a_person_would_count(
    store: Store, steps: Steps
) -> None:
    empty(store)
    for each in steps:
        step(store, *each)
    save(store, [], source="nobody")
    after_changes = counts_of(store)
    rows = final(steps)
    empty(store)
    for source, tickets in rows.items():
        save(store, tickets, source=source, publish=source == "desk")
    assert after_changes == counts_of(store) == by_hand([each for tickets in rows.values() for each in tickets])
