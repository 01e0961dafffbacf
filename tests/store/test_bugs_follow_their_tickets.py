"""What is said of a bug follows the tickets, ratings and links behind it, whichever of them changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from store import Store, open_store
from store.published import BugDay, Reach
from tests.builders import (
    NOW,
    RULES,
    TODAY,
    YESTERDAY,
    answer,
    customer,
    days_ago,
    report,
    save,
    settings,
    ticket,
)

LONG_AGO = TODAY - timedelta(days=50)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = open_store(settings(database_url))
    yield made
    made.engine.dispose()


def reaches(store: Store) -> list[Reach]:
    with store.reading() as published:
        return published.reaches(TODAY)


def excerpts(store: Store) -> list[str]:
    with store.reading() as published:
        return [each.ticket for each in published.excerpts("B")]


def counted(store: Store, measure: str, by: str | None = None) -> dict[tuple[str, str], int]:
    with store.reading() as published:
        return {(each.group, each.bin): each.n for each in published.tally(measure, None, date(2200, 1, 1), by=by)}


def replace(store: Store, source: str, *records: Any) -> None:
    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run(source, "files", NOW, replaces=True)
        run.save(records, NOW)
        run.finish(NOW)
        refresh.publish(NOW, RULES)


def test_the_eleventh_newest_ticket_comes_back_when_one_of_the_ten_loses_its_link(store: Store) -> None:
    tickets = [ticket(f"t{days:02}", opened_at=days_ago(days), subject="It fails") for days in range(1, 13)]
    save(store, [*tickets, *(report("B", id=each.id, ticket=each.id) for each in tickets)])
    assert excerpts(store) == [f"t{days:02}" for days in range(1, 11)]
    save(store, [report("another", id="t03", ticket="t03")])
    assert excerpts(store) == [f"t{days:02}" for days in range(1, 12) if days != 3]
    save(store, [ticket("t01", opened_at=days_ago(60), subject="It fails")])
    assert excerpts(store) == [f"t{days:02}" for days in range(2, 13) if days != 3][:10]


def test_a_ticket_that_changes_its_customer_moves_the_report_also_on_a_day_of_its_own(store: Store) -> None:
    save(store, [ticket("t", customer="acme"), report("B", id="r", ticket="t", reported_at=days_ago(50))])
    save(store, [ticket("t", customer="bolt")])
    with store.reading() as published:
        assert published.bug_customers(LONG_AGO, TODAY) == {"B": 1}
    assert reaches(store) == [Reach("B", LONG_AGO, 1.0, 1)]


def test_a_second_link_halves_the_weight_of_the_first_also_on_a_day_of_its_own(store: Store) -> None:
    save(store, [ticket("t"), report("B", id="r", ticket="t", reported_at=days_ago(50))])
    save(store, [report("C", id="s", ticket="t")])
    assert reaches(store) == [Reach("B", LONG_AGO, 0.5, 1), Reach("C", YESTERDAY, 0.5, 1)]
    save(store, [report("B", id="s", ticket="t")])
    assert reaches(store) == [Reach("B", YESTERDAY, 1.0, 1)]


def test_one_ticket_that_two_trackers_link_is_one_contact(store: Store) -> None:
    save(store, [ticket("t"), report("B", id="r", ticket="t"), report("B", id="s", ticket="t")])
    save(store, [report("B", id="r", ticket="t")], source="other")
    with store.reading() as published:
        assert published.bug_days(LONG_AGO, TODAY) == [BugDay("B", YESTERDAY, 1, 0, 0)]


def test_a_rating_that_comes_later_is_counted_on_the_day_on_which_it_was_given(store: Store) -> None:
    save(store, [ticket("t"), report("B", id="r", ticket="t", reported_at=days_ago(50))])
    save(store, [answer(1, ticket="t")])
    with store.reading() as published:
        assert published.bug_days(LONG_AGO, TODAY) == [BugDay("B", LONG_AGO, 1, 0, 0), BugDay("B", YESTERDAY, 0, 1, 1)]


@pytest.mark.parametrize("gone", ["links", "tickets", "ratings"])
def test_what_a_source_no_longer_has_is_no_longer_counted(store: Store, gone: str) -> None:
    save(store, [ticket("t")], source="tickets")
    save(store, [answer(1, id="a", ticket="t")], source="ratings")
    save(store, [report("B", id="r", ticket="t")], source="links")
    assert counted(store, "tickets_linked") == {("", "problem:linked"): 1}
    replace(store, gone, customer("somebody"))
    with store.reading() as published:
        days = published.bug_days(LONG_AGO, TODAY)
    assert days == ([BugDay("B", YESTERDAY, 1, 0, 0)] if gone == "ratings" else [])
    linked = {"links": {("", "problem:not linked"): 1}, "tickets": {}, "ratings": {("", "problem:linked"): 1}}
    assert counted(store, "tickets_linked") == linked[gone]


def test_a_customer_who_moves_takes_all_tickets_and_answers_along(store: Store) -> None:
    save(store, [customer("acme", segment="small"), ticket("t"), ticket("u"), answer(5, customer="acme")])
    save(store, [customer("acme", segment="large"), ticket("u", kind="question")])
    assert counted(store, "tickets", by="segment") == {("large", "problem"): 1, ("large", "question"): 1}
    assert counted(store, "csat", by="segment") == {("large", "1-5:5"): 1}


def test_counting_everything_again_gives_the_same_numbers(store: Store) -> None:
    save(store, [customer("acme"), ticket("t"), answer(5), report("B", ticket="t")])
    save(store, [ticket("t", area="Login"), ticket("u")])
    before = [counted(store, name, by="area") for name in ("tickets", "tickets_linked", "csat")]
    with store.refreshing(NOW) as refresh:
        refresh.publish(NOW, RULES, everything=True)
    assert [counted(store, name, by="area") for name in ("tickets", "tickets_linked", "csat")] == before
