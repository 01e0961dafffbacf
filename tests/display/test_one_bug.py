"""The block of one bug: whole without a run of a script, letter for letter, with links only to where they seem to lead."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from markupsafe import Markup

from display.one_bug import answer, ticket_address
from settings import SourceSettings
from store import Store
from store.published import Excerpt
from store.records import Ticket
from store.rejected import Rejected
from tests.builders import NOW, RULES, TODAY, bug, customer, days_ago, filled, release, report, settings, ticket
from tests.web.hostile import HOSTILE
from views.view import View

DESK = {"test": SourceSettings(type="files", ticket_url="https://desk.example/tickets/{id}")}


def told(n: int = 5, subject: str = "No coupon", **fields: Any) -> list[Any]:
    """A bug that so many customers reported, one ticket each, in the last days."""
    found = bug("B", **{"area": "Checkout", "opened_at": days_ago(20), **fields})
    tickets = [
        ticket(f"t{days}", customer=f"c{days}", opened_at=days_ago(days), subject=subject, excerpt=subject)
        for days in range(1, n + 1)
    ]
    return [
        found,
        *tickets,
        *(report("B", ticket=each.id) for each in tickets),
        *(customer(each.customer) for each in tickets),
    ]


def body(store: Store, name: str = "B") -> str:
    snapshot = store.snapshot()
    assert snapshot is not None
    shown = str(answer(View(store.settings, store, snapshot, NOW), {"bug": name} if name else {}))
    store.engine.dispose()
    return shown


def test_the_block_has_the_answer_the_weeks_the_groups_and_what_they_wrote(database_url: str) -> None:
    old = ticket("old", opened_at=days_ago(90), customer="c1")
    coupons = release("Coupons", TODAY - timedelta(days=8), area="Checkout")
    shown = body(filled(database_url, *told(), old, coupons, sources=DESK))
    assert '<h1><span class="key">B ·</span> Coupon fails at checkout</h1>' in shown
    assert "5 of 5 customers (100%) reported it in 30 days (5 tickets), 5 in the last 7." in Markup(shown).striptags()
    assert "First reported 3 days after the release &#39;Coupons&#39; (13 Nov)." in shown
    assert "Releases of its area: Coupons (13 Nov)." in shown
    assert '<h3>By segment</h3><ul class="shares" role="list"><li><span>small</span>' in shown
    assert shown.count("<details>") == 4  # the weeks as a table, two more tickets, why it ranks, details
    assert re.findall(r'href="(https://[^"]+)"', shown) == [f"https://desk.example/tickets/t{n}" for n in range(1, 6)]


def test_three_tickets_are_shown_and_the_rest_is_folded(sqlite_database: str) -> None:
    shown = body(filled(sqlite_database, *told(5)))
    before, _, folded = shown.partition("<summary>2 more</summary>")
    assert (before.count("<b>No coupon</b>"), folded.count("<b>No coupon</b>")) == (3, 2)


def test_a_bug_that_is_not_there_is_answered_with_the_ten(sqlite_database: str) -> None:
    store = filled(sqlite_database, *told())
    for name, heading in (("NOPE-1", "Bug not found"), ("", "Which bug?")):
        shown = body(store, name)
        assert f"<h1>{heading}</h1>" in shown
        assert 'href="bug?bug=B"' in shown


def test_a_withheld_list_shows_no_number_of_the_bug_and_what_customers_say_all_the_same(sqlite_database: str) -> None:
    store = filled(sqlite_database)
    wrong = [Rejected("ticket", f"a.csv row {n}", "opened", "x", "is not a date") for n in range(9)]
    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run("test", "files", NOW)
        run.save(told(), NOW, rejected=wrong, stream="a.csv", whole=True)
        run.finish(NOW)
        refresh.publish(NOW, RULES)
    shown = body(store)
    assert "9 of 14 rows of tickets" in shown
    assert "reported it in" not in shown
    assert "Why it ranks" not in shown
    assert "<b>No coupon</b>" in shown


def test_what_is_written_in_a_ticket_or_a_tracker_becomes_no_element(sqlite_database: str) -> None:
    signs = [each for each in HOSTILE if set(each) & set("<>&'\"")]
    texts = [" ".join(signs[n::10]) for n in range(10)]
    rows = told(10, title=texts[0], status=texts[1], owner=texts[2], url=texts[3])
    for each, text in zip([row for row in rows if isinstance(row, Ticket)], texts, strict=True):
        each.subject = each.excerpt = text
    rows += [release(texts[4], TODAY - timedelta(days=1), area="Checkout"), customer("c1", segment=texts[5])]
    shown = body(filled(sqlite_database, *rows, sources=DESK))
    ours = "a b details div dl dd dt h1 h2 h3 i li p section span summary table tbody td th thead tr ul"
    assert set(re.findall(r"</?([^\s>]*)", shown)) == set(ours.split())
    assert set(re.findall(r"<a [^>]*href=\"([^\"]*)\"", shown)) == {
        "./",
        *(f"https://desk.example/tickets/t{n}" for n in range(1, 11)),
    }


def excerpt(ticket: str, source: str | None = "desk") -> Excerpt:
    return Excerpt("B", ticket, TODAY, None, None, None, None, source, None)


@pytest.mark.parametrize(
    ("address", "id", "opened"),
    [
        ("https://desk.example/tickets/{id}", "T 1/2?x#y", "https://desk.example/tickets/T%201%2F2%3Fx%23y"),
        ("https://desk.example/?id={id}&view=1", "4711", "https://desk.example/?id=4711&view=1"),
        ("https://desk.example/tickets/{id}", "\u202e", "https://desk.example/tickets/%E2%80%AE"),
        (None, "4711", None),
    ],
)
def test_a_ticket_is_opened_where_its_source_says(address: str | None, id: str, opened: str | None) -> None:
    here = settings(sources={"desk": SourceSettings(type="files", ticket_url=address)})
    assert ticket_address(excerpt(id), here) == opened
    assert ticket_address(excerpt(id, source="other"), here) is None
    assert ticket_address(excerpt(id, source=None), here) is None
