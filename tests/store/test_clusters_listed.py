"""Tickets without a bug that look alike are listed after everything else is published, and only when they changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ranking.rules import PROBLEMS
from store import Refresh, Store, open_store
from store.publishing.clusters import Cluster, UnlinkedTicket
from tests.builders import NOW, RULES, bug, report, save, settings, ticket

TICKETS = [ticket(f"t{n}", customer=f"c{n}", subject="Coupon fails") for n in range(3)]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = open_store(settings(database_url))
    save(made, TICKETS)
    yield made
    made.engine.dispose()


def unlinked(refresh: Refresh, days: int = 0, kinds: tuple[str, ...] = PROBLEMS) -> list[UnlinkedTicket] | None:
    return refresh.unlinked_tickets(NOW + timedelta(days=days), days=60, most=100, kinds=kinds)


def together(tickets: list[UnlinkedTicket] | None) -> list[Cluster]:
    assert tickets is not None
    return [Cluster("coupon", "Coupon fails", "Billing", tuple(tickets))] if tickets else []


def listed(store: Store) -> dict[str, tuple[int, int]]:
    """Of what has no bug yet: id -> (customers, excerpts)."""
    with store.reading() as published:
        reaches = published.reaches(NOW.date())
        return {
            each.id: (sum(one.customers for one in reaches if one.bug == each.id), len(published.excerpts(each.id)))
            for each in published.bugs(NOW.date())
            if each.is_cluster
        }


def number(store: Store) -> int:
    found = store.snapshot()
    assert found is not None
    return found.id


def test_what_was_published_is_seen_before_clusters_are_listed_and_they_make_a_new_snapshot(store: Store) -> None:
    first = number(store)
    assert listed(store) == {}
    with store.refreshing(NOW) as refresh:
        refresh.list_clusters(together(unlinked(refresh)), NOW)
    assert listed(store) == {"cluster:coupon": (3, 3)}
    assert number(store) > first


def test_tickets_are_clustered_again_only_when_they_or_the_day_are_others(store: Store) -> None:
    with store.refreshing(NOW) as refresh:
        refresh.list_clusters(together(unlinked(refresh)), NOW)
        assert unlinked(refresh) is None
        refresh.publish(NOW, RULES)
        assert unlinked(refresh) is None
        assert unlinked(refresh, days=1) is not None
    save(store, [ticket("t9", customer="c9")])
    with store.refreshing(NOW) as refresh:
        assert len(unlinked(refresh) or []) == 4


def test_clusters_that_come_out_the_same_make_no_new_snapshot(store: Store) -> None:
    with store.refreshing(NOW) as refresh:
        found = together(unlinked(refresh))
        refresh.list_clusters(found, NOW)
    save(store, [ticket("t9", customer="c9")])
    before = number(store)
    with store.refreshing(NOW) as refresh:
        refresh.list_clusters(found, NOW)
        assert unlinked(refresh) is None
    assert number(store) == before


def test_a_ticket_that_gets_a_bug_leaves_the_cluster(store: Store) -> None:
    with store.refreshing(NOW) as refresh:
        refresh.list_clusters(together(unlinked(refresh)), NOW)
    save(store, [bug("A"), report("A", ticket="t0")])
    with store.refreshing(NOW) as refresh:
        refresh.list_clusters(together(unlinked(refresh)), NOW)
    assert listed(store) == {"cluster:coupon": (2, 2)}


def test_counting_everything_anew_keeps_what_has_no_bug_until_it_is_clustered_again(store: Store) -> None:
    with store.refreshing(NOW) as refresh:
        refresh.list_clusters(together(unlinked(refresh)), NOW)
        refresh.publish(NOW, RULES, everything=True)
        assert listed(store) == {"cluster:coupon": (3, 3)}
        assert unlinked(refresh) is not None


def test_which_kinds_of_tickets_tell_of_a_problem_is_said_by_who_asks_for_them(store: Store) -> None:
    save(store, [ticket("q", kind="question"), ticket("s", kind=None)])
    with store.refreshing(NOW) as refresh:
        told = {
            kind: sorted(each.id for each in unlinked(refresh, kinds=(kind,)) or [])
            for kind in ("problem", "question", "not said", "request")
        }
    assert told == {"problem": ["t0", "t1", "t2"], "question": ["q"], "not said": ["s"], "request": []}
