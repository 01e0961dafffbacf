"""From rows to the top ten, through the real store, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ranking.clusters import cluster
from ranking.top_bugs import TopBugs, explain, top_bugs
from store import Store
from tests.builders import TODAY, answer, bug, customer, days_ago, filled, noon, report, save, subscription, ticket

STOCK = (
    "I change the stock number, press save, and later it jumps back to the old number",
    "the stock number I saved jumps back to the old number by itself",
    "saved the stock number twice, it jumps back to the old one each time",
)


def ten(store: Store, at: date = TODAY) -> TopBugs:
    with store.reading() as published:
        return top_bugs(published, at, store.settings)


def told(bug: str, *ages: int, prefix: str = "", **fields: Any) -> list[Any]:
    """A linked ticket for each age in days, each of another customer."""
    rows: list[Any] = []
    for index, age in enumerate(ages):
        id = f"{prefix}{bug}-ticket-{index}"
        rows += [
            ticket(id, customer=f"{prefix}{bug}-customer-{index}", opened_at=days_ago(age), **fields),
            report(bug, id=f"{id}-link", ticket=id),
        ]
    return rows


def test_the_ten_come_out_of_linked_tickets(database_url: str) -> None:
    store = filled(
        database_url,
        bug("COUPON", title="Coupon fails at checkout", severity="major", owner="Checkout"),
        bug("CENT", title="A cent is missing", severity="minor"),
        bug("GONE", title="Fixed long ago", released_at=days_ago(30)),
        bug("QUIET", title="Nobody said a word"),
        *told("COUPON", 0, 1, 1, 2, 3, 3, 4, 30),
        *told("CENT", 0, 30),
        *told("GONE", 40),
        *[customer(f"COUPON-customer-{index}", mrr=100_00 * (index + 1)) for index in range(3)],
        ticket("unlinked", customer="acme"),
    )
    found = ten(store)
    assert [(each.rank, each.id) for each in found.bugs] == [(1, "COUPON"), (2, "CENT")]
    first = found.bugs[0]
    weights = [2 ** (-age / 30) for age in (0, 1, 1, 2, 3, 3, 4, 30)]
    assert abs(first.reach - sum(weights)) < 1e-9
    assert (first.customers, first.customers_7, first.contacts_30, first.owner) == (7, 7, 7, "Checkout")
    assert (first.revenue.customers, first.revenue.total, first.revenue.largest_percent) == (3, 600_00, 50.0)
    assert [label.word for label in first.labels] == ["rising"]
    assert found.headline == "Two bugs hurt 8 customers this month; 'Coupon fails at checkout' is spreading fastest."
    assert (found.coverage.linked, found.coverage.tickets) == (11, 12)


def test_a_ticket_linked_to_two_bugs_gives_half_to_each(database_url: str) -> None:
    store = filled(database_url, bug("A"), bug("B"), *told("A", 0), report("B", id="second", ticket="A-ticket-0"))
    assert [each.reach for each in ten(store).bugs] == [0.5, 0.5]
    assert ten(store).customers == 1


def test_ratings_of_the_linked_tickets_make_the_mood(database_url: str) -> None:
    rows = told("A", 1, 1, 1)
    bad = [answer(1, ticket=f"A-ticket-{index}", answered_at=days_ago(1)) for index in range(3)]
    good = [answer(5, answered_at=days_ago(1)) for _ in range(27)]
    found = ten(filled(database_url, bug("A"), *rows, *bad, *good)).bugs[0]
    assert (found.rated, found.bad) == (3, 3)
    assert abs(found.mood - (1 + (3 + 1) / 13 - 0.1)) < 1e-9


def test_a_pain_that_nobody_filed_is_found_in_the_unlinked_tickets(database_url: str) -> None:
    tickets = [
        ticket(f"S{index}", customer=f"c{index}", area="Inventory", excerpt=STOCK[index % 3], opened_at=days_ago(index))
        for index in range(6)
    ]
    others = [
        ticket(area="Inventory", excerpt=f"the {word} is broken since we moved") for word in ("lamp", "door", "sign")
    ]
    found = ten(filled(database_url, bug("A"), *told("A", 5), *tickets, *others, cluster=cluster))
    assert [(each.id, each.badge) for each in found.bugs] == [("pain:S5", "no bug yet"), ("A", None)]
    assert (found.bugs[0].customers, found.bugs[0].severity.weight) == (6, 2)
    assert found.coverage.linked == 1


def test_a_day_in_the_past_shows_what_was_known_then(database_url: str) -> None:
    then = TODAY - timedelta(days=20)
    early = [bug("A", severity="major"), bug("B", severity="minor"), *told("A", 25, 22), *told("B", 21)]
    store = filled(database_url, *early, now=noon(then))
    before = ten(store, then)
    with store.reading() as published:
        explained_before = explain(published, "A", then, store.settings)
    assert [each.id for each in before.bugs] == ["A", "B"]
    later = [
        bug("A", severity="blocker", released_at=days_ago(9)),
        bug("B", severity="minor", closed_at=days_ago(5)),
        bug("C", opened_at=days_ago(10)),
        *told("B", 3, 2, 1, prefix="later-"),
        *told("C", 4),
    ]
    save(store, later)
    assert [each.id for each in ten(store).bugs] != ["A", "B"]
    after = ten(store, then)
    assert [each.id for each in after.bugs] == ["A", "B"]
    assert after == before
    with store.reading() as published:
        assert explain(published, "A", then, store.settings) == explained_before


def test_a_rating_given_later_does_not_change_the_past(database_url: str) -> None:
    then = TODAY - timedelta(days=20)
    store = filled(database_url, bug("A"), *told("A", 25))
    before = ten(store, then)
    save(store, [answer(1, ticket="A-ticket-0", answered_at=days_ago(3))])
    assert ten(store, then) == before


def test_an_empty_store_has_a_sentence(database_url: str) -> None:
    assert ten(filled(database_url)).headline == "Nothing can be ranked yet: no bugs and no tickets have been read."


def test_the_money_of_all_together_counts_each_customer_once_and_never_exceeds_what_all_pay(database_url: str) -> None:
    rows: list[Any] = [bug("A"), bug("B"), bug("C")]
    for index in range(5):  # five customers who all report all three
        rows += [customer(f"c{index}"), subscription(f"c{index}", mrr=100_00)]
        for name in ("A", "B", "C"):
            rows += [
                ticket(f"{name}-{index}", customer=f"c{index}", opened_at=days_ago(index)),
                report(name, id=f"{name}-{index}-link", ticket=f"{name}-{index}"),
            ]
    gone = date(2026, 11, 1)
    rows += [
        # left since: pays nothing today, whatever its row said last
        customer("left", mrr=9_000_00, ended_on=gone),
        ticket("left", customer="left", opened_at=days_ago(25)),
        report("A", id="left-link", ticket="left"),
        # pays more by now, and another one pays by its row alone
        customer("grew", mrr=100_00),
        subscription("grew", mrr=100_00, ended_on=gone),
        subscription("grew", mrr=250_00, started_on=gone),
        customer("by its row", mrr=50_00),
    ]
    found = ten(filled(database_url, *rows))
    assert [each.revenue.total for each in found.bugs] == [500_00] * 3
    assert (found.revenue.customers, found.revenue.total, found.revenue.of_all) == (5, 500_00, 800_00)
    assert found.bugs[0].paid == "affected customers pay EUR 500 a month (of EUR 800)"
    assert found.revenue_sentence == (
        "Customers who reported any of these three in the last 90 days pay EUR 500 a month (of EUR 800); each counted once."
    )


def test_what_customers_pay_follows_the_day_also_where_no_row_changed(database_url: str) -> None:
    ends = date(2026, 12, 1)
    store = filled(
        database_url, bug("A"), *told("A", 0), customer("A-customer-0"), subscription("A-customer-0", ended_on=ends)
    )
    assert ten(store).bugs[0].revenue.total == 100_00
    save(store, [], now=noon(ends))
    with store.reading() as published:
        assert published.revenue_of_all() == (0, 0, 0)
