"""Whether a number changed is said alike wherever it is said: on the first page, in the index, on its own page, in the overview."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from store import open_store
from tests.builders import answer, filled, noon, settings
from views import cache
from views.choice import THE_LATEST
from views.first_page import first_page
from views.health import health
from views.one_metric import one_metric
from views.view import View

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


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
