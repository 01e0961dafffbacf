"""Whether a number changed is said alike wherever it is said: on the first page, in the index, on its own page, in the overview."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from store import open_store
from tests.builders import answer, filled, noon, settings
from views import cache
from views.choice import THE_LATEST
from views.first_page import first_page
from views.health import health
from views.one_metric import one_metric
from views.question import OneNumber, Question
from views.question import answer as ask
from views.view import View

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_the_terminal_judges_a_change_as_the_page_does(sqlite_database: str) -> None:
    """By itself CSAT would have risen (p = 0.04); one of three that are looked at together does by chance on many days."""
    monday = NOW.date() - timedelta(days=NOW.weekday())

    def answers(back: int, good: int, bad: int, best: int = 5, **fields: Any) -> list[Any]:
        on = noon(monday - timedelta(days=back))
        return [answer(best if n < good else 1, answered_at=on, **fields) for n in range(good + bad)]

    rows = [*answers(3, 91, 9), *answers(31, 81, 19), *answers(60, 81, 19)]
    for kind, scale, best in (("ces", "1-5 easy", 5), ("nps", "0-10", 10)):
        for back in (3, 31, 60, 120, 150, 210):
            rows += answers(back, 50, 50, best, kind=kind, scale=scale)
    filled(sqlite_database, *rows, now=NOW).engine.dispose()
    found = ask(Question("csat"), settings(sqlite_database), NOW)
    store = open_store(settings(sqlite_database))
    snapshot = store.snapshot()
    assert snapshot
    assert isinstance(found, OneNumber)
    cache.clear()
    page = one_metric(View(store.settings, store, snapshot, NOW), "csat")
    assert found.reading.comparison == page.reading.comparison
    assert page.reading.comparison
    assert page.reading.comparison.difference
    assert page.reading.comparison.difference.p
    assert page.reading.comparison.difference.p < 0.05
    assert page.reading.comparison.verdict == "no clear change"
    cache.clear()
    store.engine.dispose()


def test_every_page_says_the_same_of_a_change(database_url: str) -> None:
    monday = NOW.date() - timedelta(days=NOW.weekday())
    answers = [answer(5 if n % 10 else 1, answered_at=noon(monday - timedelta(days=3 + n % 20))) for n in range(200)]
    answers += [answer(5 if n % 2 else 1, answered_at=noon(monday - timedelta(days=29 + n % 32))) for n in range(200)]
    filled(database_url, *answers, now=NOW).engine.dispose()
    store = open_store(settings(database_url))
    snapshot = store.snapshot()
    assert snapshot
    view = View(store.settings, store, snapshot, NOW)
    cache.clear()
    page = health(view, THE_LATEST)
    said = {each.metric.key: each.reading.comparison for each in (*page.six, *page.behind)}
    on_cards = {each.metric.key: each.reading.comparison for each in first_page(view).cards}
    assert on_cards == {key: said[key] for key in on_cards}
    assert all(one_metric(view, key).reading.comparison == comparison for key, comparison in said.items())
    assert on_cards["csat"]
    assert on_cards["csat"].verdict == "up"
    cache.clear()
    store.engine.dispose()
