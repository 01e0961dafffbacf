"""The page of one bug asks for what is known of it, and never for so few that a reader would know who they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOW, TODAY, bug, customer, days_ago, filled, release, report, ticket
from views.one_bug import FEWEST, Groups, OneBug, groups, one_bug
from views.view import View


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ([("Small", 40), ("Mid", 20), ("Large", 6)], Groups((("Small", 40), ("Mid", 20), ("Large", 6)), 0, 0)),
        # What is alike is added up; those of whom nothing is said are said to be so.
        ([("Small", 2), (None, 1), ("Small", 2)], Groups((("Small", 4),), 0, 1)),
        # Two groups of fewer than three are added up ...
        ([("Small", 40), ("Mid", 2), ("Large", 1)], Groups((("Small", 40),), 3, 0)),
        # ... and where that is still fewer than three, the smallest that could be named goes with them.
        ([("Small", 40), ("Mid", 5), ("Large", 1)], Groups((("Small", 40),), 6, 0)),
        ([("Small", 40), ("Large", 1)], Groups((), 41, 0)),
        ([("Small", 2)], Groups((), 2, 0)),
        ([(f"p{n}", 9 - n) for n in range(7)], Groups(tuple((f"p{n}", 9 - n) for n in range(6)), 3, 0)),
        ([(None, 5)], None),
        ([], None),
    ],
)
def test_groups_of_fewer_than_three_are_never_named(counts: list[tuple[str | None, int]], found: Groups | None) -> None:
    assert groups(counts) == found


@given(st.lists(st.tuples(st.sampled_from([None, *"abcdefghij"]), st.integers(1, 9))))
def test_nobody_is_lost_and_no_few_can_be_worked_out(counts: list[tuple[str | None, int]]) -> None:
    found = groups(counts)
    if found is None:
        assert {name for name, _ in counts} <= {None}
        return
    assert sum(n for _, n in found.named) + found.other + found.unknown == sum(n for _, n in counts)
    assert all(n >= FEWEST for _, n in found.named)
    assert found.other == 0 or found.other >= FEWEST or not found.named


def the_page(database_url: str) -> OneBug:
    """Five customers of whom three reported it in the window, a release three days before the first of them."""
    people = [customer(f"c{n}", segment="Small" if n < 4 else "Large") for n in range(5)]
    days = {"1": ("c0", 1), "2": ("c1", 8), "3": ("c2", 9), "4": ("c0", 9)}
    tickets = [
        ticket(id, customer=who, opened_at=days_ago(ago), area="Checkout", channel="chat", subject="No coupon")
        for id, (who, ago) in days.items()
    ]
    rows = [
        bug("B", area="Checkout"),
        *people,
        *tickets,
        *(report("B", ticket=each.id) for each in tickets),
        ticket("old", opened_at=days_ago(200), customer="c3"),
        release("Coupons", TODAY - timedelta(days=12), area="checkout"),
        release("Mails", TODAY - timedelta(days=11), area="Mail"),
    ]
    store = filled(database_url, *rows)
    snapshot = store.snapshot()
    assert snapshot is not None
    found = one_bug(View(store.settings, store, snapshot, NOW), "B")
    store.engine.dispose()
    assert found is not None
    return found


def test_of_the_weeks_before_the_data_begin_nothing_is_known(database_url: str) -> None:
    tickets = [ticket(id, opened_at=days_ago(ago), customer="c") for id, ago in (("1", 1), ("2", 17))]
    store = filled(database_url, bug("B"), *tickets, report("B", ticket="1"))
    snapshot = store.snapshot()
    assert snapshot is not None
    found = one_bug(View(store.settings, store, snapshot, NOW), "B")
    store.engine.dispose()
    assert found is not None
    # The first ticket is of 17 days ago: the week of 20 to 14 days ago is not known from its first day on.
    assert [week.customers for week in found.weeks] == [None] * 24 + [0, 1]


def test_customers_tickets_weeks_and_releases_of_a_bug_are_those_of_its_reports(database_url: str) -> None:
    page = the_page(database_url)
    bug = page.explained.bug
    # Of five customers three reported it in 30 days, with four tickets; one of them in the last seven days.
    assert (bug.customers, page.explained.of_customers, bug.customers_7, page.contacts) == (3, 5, 1, 4)
    assert [week.customers for week in page.weeks[-3:]] == [0, 3, 1]
    assert len(page.weeks) == 26
    assert page.weeks[-1].day == TODAY
    # Twelve days ago lies in the week that ends seven days ago; the release of another area is no mark of this bug.
    assert [[each.name for each in week.releases] for week in page.weeks[-3:]] == [[], ["Coupons"], []]
    assert page.release is not None
    assert page.release.name == "Coupons"
    assert page.groups["segment"] == Groups((("Small", 3),), 0, 0)
    assert page.groups["channel"] == Groups((("chat", 3),), 0, 0)
    assert page.groups["plan"] is None
