"""Who reported a bug, by segment, plan and channel, and in which week: each customer once, by its latest report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from alembic import command

from store import Store, open_store
from store.migrations.upgrade import configuration
from store.published import Reporters
from store.publishing.clusters import Cluster, UnlinkedTicket
from tests.builders import NOW, RULES, TODAY, bug, customer, days_ago, list_clusters, report, save, settings, ticket

MONTH = (TODAY - timedelta(days=29), TODAY + timedelta(days=1))
CUSTOMERS = [
    customer("a", segment="Small", plan="Team"),
    customer("b", segment="Small", plan=None),
    customer("c", segment="Large", plan="Team"),
]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = open_store(settings(database_url))
    yield made
    made.engine.dispose()


def reporters(store: Store) -> set[Reporters]:
    with store.reading() as published:
        return set(published.reporters("B", *MONTH))


def told(*tickets: tuple[str, str | None, int, str | None]) -> list[object]:
    """(id, customer, days ago, channel) of tickets that are linked to the bug."""
    made = [
        ticket(id, customer=who, opened_at=days_ago(days), channel=channel, subject="It fails")
        for id, who, days, channel in tickets
    ]
    return [*made, *(report("B", id=f"r-{each.id}", ticket=each.id) for each in made)]


def test_each_customer_is_counted_once_with_its_segment_and_plan_and_the_channel_of_its_latest_report(
    store: Store,
) -> None:
    rows = told(("1", "a", 9, "phone"), ("2", "a", 2, "chat"), ("3", "b", 3, "chat"), ("4", "c", 4, None))
    save(store, [bug("B"), *CUSTOMERS, *rows])
    assert reporters(store) == {
        Reporters("Small", "Team", "chat", 1),
        Reporters("Small", None, "chat", 1),
        Reporters("Large", "Team", None, 1),
    }


def test_what_is_older_than_the_window_is_not_counted(store: Store) -> None:
    save(store, [bug("B"), *CUSTOMERS, *told(("1", "a", 29, "chat"), ("2", "b", 30, "chat"))])
    assert reporters(store) == {Reporters("Small", "Team", "chat", 1)}


def test_of_a_ticket_of_nobody_and_of_a_customer_whom_no_source_knows_nothing_is_said(store: Store) -> None:
    save(store, [bug("B"), *told(("1", None, 3, "chat"), ("2", "stranger", 3, "chat"))])
    assert reporters(store) == {Reporters(None, None, "chat", 2)}


def test_a_report_without_a_ticket_came_by_no_channel(store: Store) -> None:
    save(store, [bug("B"), *CUSTOMERS, report("B", customer="a", reported_at=days_ago(1))])
    assert reporters(store) == {Reporters("Small", "Team", None, 1)}


def test_a_customer_who_moves_and_a_ticket_whose_channel_changes_are_counted_anew(store: Store) -> None:
    save(store, [bug("B"), *CUSTOMERS, *told(("1", "a", 3, "chat"))])
    save(store, [customer("a", segment="Large", plan="Team"), *told(("1", "a", 3, "mail"))])
    assert reporters(store) == {Reporters("Large", "Team", "mail", 1)}


def test_a_ticket_of_one_id_in_two_sources_is_one_report(database_url: str) -> None:
    shared = {"test": {"type": "files", "shares_ids_with": ["other"]}, "other": {"type": "files"}}
    store = open_store(settings(database_url, sources=shared))
    save(store, [bug("B"), *CUSTOMERS, *told(("1", "a", 3, "chat"))])
    save(store, [ticket("1", customer="a", opened_at=days_ago(3), channel="mail")], source="other")
    assert reporters(store) == {Reporters("Small", "Team", "mail", 1)}
    with store.reading() as published:
        assert [each.contacts for each in published.bug_days(*MONTH, "B")] == [1]
    store.engine.dispose()


def test_customers_are_counted_once_in_each_week_and_a_week_without_any_is_none(store: Store) -> None:
    rows = told(("1", "a", 0, "x"), ("2", "a", 6, "x"), ("3", "b", 6, "x"), ("4", "a", 7, "x"), ("5", "c", 20, "x"))
    save(store, [bug("B"), *CUSTOMERS, *rows])
    ends = [TODAY - timedelta(days=7 * week) for week in (3, 2, 1, 0)]
    with store.reading() as published:
        # 20 days ago is in the week that ends 14 days ago.
        assert published.customers_by_week("B", ends) == (0, 1, 1, 2)
        assert published.customers_by_week("B", []) == ()


def test_an_excerpt_says_whose_segment_and_which_source_it_is_of(store: Store) -> None:
    save(store, [bug("B"), *CUSTOMERS, *told(("1", "c", 1, "chat"), ("2", None, 2, None))], source="desk")
    with store.reading() as published:
        assert [(each.ticket, each.source, each.segment, each.channel) for each in published.excerpts("B")] == [
            ("1", "desk", "Large", "chat"),
            ("2", "desk", None, None),
        ]
    # The segment is that of today, though the ticket is the same.
    save(store, [customer("c", segment="Small")])
    with store.reading() as published:
        assert published.excerpts("B")[0].segment == "Small"


def test_problems_without_a_bug_have_channel_source_and_segment_too(store: Store) -> None:
    alike = [ticket(f"t{n}", customer=who, channel="chat", subject="Lamp off") for n, who in enumerate("abc")]
    save(store, [*CUSTOMERS, *alike], source="desk")

    def together(tickets: list[UnlinkedTicket]) -> list[Cluster]:
        return [Cluster("lamp", "Lamp off", "Billing", tuple(tickets))]

    with store.refreshing(NOW) as refresh:
        list_clusters(refresh, together)
    with store.reading() as published:
        found = published.reporters("cluster:lamp", *MONTH)
        assert {each.channel for each in found} == {"chat"}
        assert sum(each.customers for each in found) == 3
        assert [(each.source, each.segment) for each in published.excerpts("cluster:lamp")] == [
            ("desk", "Small"),
            ("desk", "Small"),
            ("desk", "Large"),
        ]


def test_a_store_of_shape_0005_is_filled_by_its_next_refresh(store: Store) -> None:
    save(store, [bug("B"), *CUSTOMERS, *told(("1", "a", 3, "chat"), ("2", "c", 4, "mail"))], source="desk")
    before = reporters(store)
    with store.reading() as published:
        excerpts = published.excerpts("B")
    with store.engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
    store.engine.dispose()
    again = open_store(store.settings)
    with again.refreshing(NOW) as refresh:
        refresh.publish(NOW, RULES)
    assert reporters(again) == before
    with again.reading() as published:
        assert published.excerpts("B") == excerpts
    again.engine.dispose()
