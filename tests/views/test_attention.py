"""What to look at first: facts, in the order in which somebody can do something about them, three at most."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from reporting import health as said
from tests.builders import bug, customer, noon, report, ticket
from tests.reporting.test_one_metric import MONDAY, NOW, viewing, weeks_of_answers
from views.attention import points
from views.choice import THE_LATEST


def hurt(title: str, reports: int, **fields: Any) -> list[Any]:
    """A bug that as many customers reported, one every nine days: it does not grow."""
    found = bug(title=title, opened_at=noon(MONDAY - timedelta(days=100)), **fields)
    rows: list[Any] = [found]
    for n in range(reports):
        rows.append(customer(f"{title}-{n}"))
        rows.append(ticket(f"{title}-{n}", customer=f"{title}-{n}", opened_at=noon(MONDAY - timedelta(days=9 * n))))
        rows.append(report(found.id, ticket=f"{title}-{n}"))
    return rows


def test_a_clear_worsening_comes_first_then_a_bug_that_nobody_owns(sqlite_database: str) -> None:
    worse = [*weeks_of_answers(*[30] * 4, *[0] * 4, satisfied=1), *weeks_of_answers(*[30] * 4, satisfied=0.5)]
    with viewing(sqlite_database, *worse, *hurt("Coupon fails", 6, owner=None)) as view:
        found = points(view, THE_LATEST)
        assert [each.kind for each in found][:2] == ["worse", "no owner"]
        assert said.point(found[0], view.settings) == "CSAT is clearly worse: 100% to 50%"
        assert said.point(found[1], view.settings) == "#1 Coupon fails: no owner"
        assert len(found) <= 3


def test_a_bug_with_an_owner_and_a_date_is_nothing_to_look_at_and_one_without_a_date_is(sqlite_database: str) -> None:
    planned = hurt("Slow export", 6, owner="Data", expected_on=MONDAY + timedelta(days=9))
    undated = hurt("Login loops", 4, owner="Web", expected_on=None)
    with viewing(sqlite_database, *planned, *undated) as view:
        bugs = [each.bug.title for each in points(view, THE_LATEST) if each.bug]
        assert bugs == ["Login loops"]


def test_numbers_that_are_out_of_date_are_said_before_numbers_that_cannot_be_compared(sqlite_database: str) -> None:
    with viewing(sqlite_database, *weeks_of_answers(*[2] * 8)) as view:
        old = type(view)(view.settings, view.store, view.snapshot, NOW + timedelta(days=3))
        kinds = [each.kind for each in points(old, THE_LATEST)]
        assert kinds[0] == "stale"
        assert "no value" in kinds
        assert "out of date" in said.point(points(old, THE_LATEST)[0], old.settings)
