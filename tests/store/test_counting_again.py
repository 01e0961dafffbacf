"""Whatever changes, in whatever order: what readers see equals what a new store filled with the final rows would show."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from store import Store, open_store
from store.publishing.clusters import Cluster, UnlinkedTicket
from store.records import (
    Bug,
    BugReport,
    Customer,
    Employment,
    Purchase,
    Release,
    Subscription,
    SurveyResponse,
    Ticket,
)
from store.schema import revenue_month, tally, tally_total, ticket
from store.tallies import MEASURES
from tests.builders import NOW, RULES, TODAY, list_clusters, noon, settings
from tests.store.published_tables import empty, rows_of

# Each example fills a store twice; a night run may ask for more.
EXAMPLES = int(os.environ.get("EXAMPLES", "6"))
SOURCES = ("crm", "helpdesk")
CUSTOMERS = ("ann", "bob", "cleo")
TICKETS = ("t1", "t2", "t3", "t4")
BUGS = ("B1", "B2", "B3")
DAYS = tuple(TODAY - timedelta(days=days) for days in (1, 2, 40, 100))

days = st.sampled_from(DAYS)
moments = st.builds(
    lambda day, hour: datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC), days, st.sampled_from([0, 9, 23])
)
customers = st.sampled_from(CUSTOMERS)
areas = st.sampled_from(["Billing", "Login", None])
money = st.sampled_from([None, 0, 100_00, 250_00])


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def history_of(record: type[Any], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A record with started_on and perhaps ended_on, in this order."""

    def made(first: date | None, lasts: int | None, **others: Any) -> Any:
        ended_on = first + timedelta(days=lasts) if first is not None and lasts is not None else None
        return record(started_on=first, ended_on=ended_on, **others)

    return st.builds(made, first=days, lasts=maybe(st.sampled_from([0, 10, 39, 60])), **fields)


TICKET = st.builds(
    Ticket,
    id=st.sampled_from(TICKETS),
    opened_at=moments,
    customer=maybe(customers),
    first_reply_at=maybe(moments),
    solved_at=maybe(moments),
    reopens=st.sampled_from([None, 0, 2]),
    within_target=st.sampled_from([None, True, False]),
    area=areas,
    channel=st.sampled_from(["email", "chat"]),
    kind=st.sampled_from([None, "problem", "question"]),
    subject=st.sampled_from([None, "Coupon fails"]),
)
SURVEY = st.builds(
    SurveyResponse,
    id=st.sampled_from(["s1", "s2", "s3"]),
    kind=st.just("csat"),
    scale=st.just("1-5"),
    score=st.sampled_from([1, 5]),
    answered_at=moments,
    sent_at=maybe(moments),
    customer=maybe(customers),
    ticket=maybe(st.sampled_from(TICKETS)),
    area=areas,
) | st.builds(
    SurveyResponse,
    id=st.sampled_from(["s1", "s2"]),
    kind=st.sampled_from(["csat", "nps"]),
    scale=st.just("0-10"),
    sent_at=moments,
    customer=maybe(customers),
).map(lambda each: SurveyResponse(id=each.id, kind="nps", scale="0-10", sent_at=each.sent_at, customer=each.customer))
REPORT = st.builds(
    BugReport,
    id=st.sampled_from(["r1", "r2", "r3", "r4"]),
    bug=st.sampled_from(BUGS),
    ticket=st.sampled_from(TICKETS),
    customer=maybe(customers),
    reported_at=maybe(moments),
) | st.builds(
    BugReport,
    id=st.sampled_from(["r1", "r5"]),
    bug=st.sampled_from(BUGS),
    customer=customers,
    reported_at=moments,
)
BUG = st.builds(
    Bug,
    id=st.sampled_from(BUGS),
    title=st.sampled_from(["Coupon fails", "Slow search"]),
    opened_at=moments,
    severity=st.sampled_from([None, "major", "minor"]),
    closed_at=maybe(moments),
)
CUSTOMER = st.builds(
    Customer,
    id=customers,
    segment=st.sampled_from([None, "small", "large"]),
    plan=st.sampled_from([None, "Basic", "Pro"]),
    mrr=money,
) | history_of(Customer, id=customers, segment=st.sampled_from([None, "small", "large"]), mrr=money)
SUBSCRIPTION = history_of(
    Subscription,
    id=st.sampled_from(["c1", "c2", "c3"]),
    customer=customers,
    plan=st.sampled_from([None, "Pro"]),
    mrr=money,
)
PURCHASE = st.builds(
    Purchase, id=st.sampled_from(["p1", "p2", "p3", "p4"]), customer=customers, ordered_at=moments, amount=money
)
RELEASE = st.builds(Release, id=st.sampled_from(["v1", "v2"]), name=st.just("Spring"), released_at=moments, area=areas)
EMPLOYMENT = history_of(
    Employment,
    id=st.sampled_from(["p1", "p2"]),
    team=st.sampled_from([None, "Support"]),
    left_how=st.sampled_from([None, "voluntary"]),
)
# More tickets than are shown behind a bug, so that some come and go.
MANY_TICKETS = st.builds(
    Ticket,
    id=st.integers(1, 14).map("n{}".format),
    opened_at=moments,
    customer=maybe(customers),
    area=st.just("Billing"),
    kind=st.just("problem"),
    subject=st.sampled_from(["Coupon fails", "Coupon fails", None]),
)
MANY_REPORTS = st.builds(
    BugReport,
    id=st.integers(1, 14).map("n{}".format),
    bug=st.sampled_from(["B1", "B1", "B2"]),
    ticket=st.integers(1, 14).map("n{}".format),
)
KINDS = {
    "tickets and customers": TICKET | SURVEY | CUSTOMER,
    "bugs": TICKET | SURVEY | REPORT | BUG | CUSTOMER,
    "many tickets behind a bug": MANY_TICKETS | MANY_REPORTS,
    "contracts and orders": CUSTOMER | SUBSCRIPTION | PURCHASE,
    "everything": st.one_of(TICKET, SURVEY, REPORT, BUG, CUSTOMER, SUBSCRIPTION, PURCHASE, RELEASE, EMPLOYMENT),
}


def steps_of(records: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """What refreshes do: (source, records, whether they replace all that the source had, whether it is published)."""
    replaces = st.sampled_from([False, False, False, True])
    published = st.sampled_from([True, True, False])
    one = st.tuples(st.sampled_from(SOURCES), st.lists(records, min_size=1, max_size=20), replaces, published)
    return st.lists(one, min_size=2, max_size=5)


def alike(tickets: list[UnlinkedTicket]) -> list[Cluster]:
    """Tickets of one area are one cluster: the rule does not matter here, only that it follows the tickets."""
    found: dict[str, list[UnlinkedTicket]] = defaultdict(list)
    for each in tickets:
        found[each.area].append(each)
    return [Cluster(f"cluster:{area}", area, area, tuple(same)) for area, same in found.items() if len(same) > 1]


def step(store: Store, source: str, records: list[Any], replaces: bool, published: bool) -> None:
    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run(source, "files", NOW, replaces=replaces)
        run.save(records, NOW)
        run.finish(NOW)
        if published:
            refresh.publish(NOW, RULES)
            list_clusters(refresh, alike)


def key_of(each: Any) -> tuple[str, str, bool]:
    """What a row replaces: the one of the same id, unless the store rejects it; then it leaves what is stored as it is."""
    is_rejected = isinstance(each, Ticket) and each.solved_at is not None and each.solved_at < each.opened_at
    return each.TABLE, each.id, is_rejected


def final_rows(steps: list[tuple[str, list[Any], bool, bool]]) -> dict[str, dict[tuple[str, str, bool], Any]]:
    """What each source holds after all steps: the last row of each key, unless the source was replaced since."""
    rows: dict[str, dict[tuple[str, str, bool], Any]] = {source: {} for source in SOURCES}
    for source, records, replaces, _ in steps:
        if replaces:
            rows[source] = {}
        rows[source] |= {key_of(record): record for record in records}
    return rows


def assert_same_as_new(store: Store, steps: list[tuple[str, list[Any], bool, bool]]) -> None:
    """Plays the steps, publishes, and compares with the same store emptied and filled at once with the final rows."""
    empty(store)
    for each in steps:
        step(store, *each)
    with store.refreshing(NOW) as refresh:
        refresh.publish(NOW, RULES)
        list_clusters(refresh, alike)
    after_changes = rows_of(store)
    empty(store)
    with store.refreshing(NOW) as refresh:
        for source, rows in final_rows(steps).items():
            run = refresh.begin_run(source, "files", NOW)
            run.save(list(rows.values()), NOW)
            run.finish(NOW)
        refresh.publish(NOW, RULES)
        list_clusters(refresh, alike)
    filled_at_once = rows_of(store)
    for table, expected in filled_at_once.items():
        assert after_changes[table] == expected, table


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = open_store(settings(database_url, time_zone="Europe/Madrid"))
    made.migrate()
    yield made
    made.engine.dispose()


@pytest.mark.parametrize("kind", KINDS)
@hypothesis_settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_after_any_changes_readers_see_what_a_new_store_would_show(
    store: Store, kind: str, data: st.DataObject
) -> None:
    assert_same_as_new(store, data.draw(steps_of(KINDS[kind])))


def test_a_rejected_row_leaves_what_was_there_before(store: Store) -> None:
    good, wrong = Ticket("t1", noon(DAYS[1]), "ann"), Ticket("t1", noon(DAYS[1]), "bob", solved_at=noon(DAYS[2]))
    assert [key_of(each)[-1] for each in (good, wrong)] == [False, True]
    assert_same_as_new(store, [("crm", [good], False, True), ("crm", [wrong], False, True)])
    with store.engine.connect().execution_options(reading=True) as connection:
        assert connection.scalars(select(ticket.c.customer)).all() == ["ann"]


def shard_of(record: Any, customer_of_ticket: dict[str, str | None]) -> int:
    """All that hangs on one customer lies in one shard; a link lies beside its ticket."""
    if isinstance(record, Employment | Bug | Release):
        return 0
    who = record.id if isinstance(record, Customer) else record.customer
    if isinstance(record, BugReport) and record.ticket is not None:
        who = customer_of_ticket.get(record.ticket)
    return CUSTOMERS.index(who) % 2 if who is not None else 0


def added_up(rows: list[Any]) -> dict[tuple[Any, ...], tuple[int, int]]:
    sums: dict[tuple[Any, ...], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for *key, n, amount in rows:
        before = sums[tuple(key)]
        sums[tuple(key)] = (before[0] + n, before[1] + amount)
    return sums


@hypothesis_settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(records=st.lists(KINDS["everything"], min_size=10, max_size=60))
def test_two_shards_counted_apart_and_added_equal_the_whole(store: Store, records: list[Any]) -> None:
    rows = list({(record.TABLE, record.id): record for record in records}.values())
    customer_of_ticket = {record.id: record.customer for record in rows if isinstance(record, Ticket)}
    shards = [[each for each in rows if shard_of(each, customer_of_ticket) == shard] for shard in (0, 1)]
    counted = []
    for part in (*shards, rows):
        empty(store)
        step(store, "crm", part, False, True)
        with store.engine.connect().execution_options(reading=True) as connection:
            counted.append([connection.execute(select(table)).all() for table in (tally, tally_total, revenue_month)])
    for one, other, whole in zip(*counted, strict=True):
        if whole and len(whole[0]) == len(revenue_month.columns):
            assert sum(row.kept_mrr for row in [*one, *other]) == sum(row.kept_mrr for row in whole)
        else:
            assert added_up([*one, *other]) == added_up(whole)


def test_every_measure_is_counted_by_the_rows_of_these_tests(store: Store) -> None:
    """Otherwise the tests above would hold for a measure that is always empty."""
    day, later = noon(DAYS[1]), noon(DAYS[0])
    step(
        store,
        "crm",
        [
            Ticket("t", day, "ann", later, later, 1, 0, True),
            Ticket("open", day, "ann"),
            *(
                SurveyResponse(kind, kind, scale, 5, later, day)
                for kind, scale in [("csat", "1-5"), ("nps", "0-10"), ("ces", "2.0")]
            ),
            Subscription("s", "ann", DAYS[3], DAYS[1], mrr=1),
            Employment("e", "Support", DAYS[3], DAYS[1]),
            Purchase("p", "ann", day),
        ],
        False,
        True,
    )
    with store.reading() as published:
        empty_ones = [each.name for each in MEASURES if published.span(each.name) is None]
    assert empty_ones == []
