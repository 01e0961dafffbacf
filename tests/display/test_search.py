"""What the search offers leads to exactly what it names."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from display.search import offered
from tests.builders import answer, bug, customer, report, ticket
from tests.reporting.test_one_metric import NOW, viewing
from tests.store.test_ids import opened, saved
from views import cache
from views.one_bug import one_bug
from views.view import View

ODD = "A&B #7/ü 100%"


def reported(id: str, title: str) -> list[Any]:
    found = ticket(customer="anna")
    return [bug(id, title=title), found, report(id, ticket=found.id), customer("anna")]


def test_two_trackers_that_number_alike_are_each_found(sqlite_database: str) -> None:
    store = opened(sqlite_database, one=[], two=[])
    saved(store, True, one=reported("12", "Coupon fails"), two=reported("12", "Login loops"))
    snapshot = store.snapshot()
    assert snapshot
    cache.clear()
    view = View(store.settings, store, snapshot, NOW)
    found = {each["words"]: each["address"] for each in offered(view)}
    for title in ("Coupon fails", "Login loops"):
        page = one_bug(view, asked(found[f"{title} (12)"])["bug"])
        assert page is not None
        assert page.explained.bug.title == title
    store.engine.dispose()


def test_an_odd_id_and_an_odd_area_arrive_as_they_are(sqlite_database: str) -> None:
    rows = [*reported(ODD, "Coupon fails"), ticket(area=ODD), answer(area=ODD)]
    with viewing(sqlite_database, *rows) as view:
        found = {each["words"]: each["address"] for each in offered(view)}
        assert asked(found[f"Coupon fails ({ODD})"]) == {"bug": ODD}
        assert asked(found[f"Area: {ODD}"]) == {"metric": "csat", "by": "area", "only": ODD}


def asked(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, strict_parsing=True))
