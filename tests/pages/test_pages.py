"""What a reader sees on the pages: the answer first, the age of the numbers, and help where there is nothing to show."""

from __future__ import annotations

import gc
import html
import re
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from metrics import all_metrics, metric
from ranking.memory import learned_if_due
from reporting import ranking
from settings import SourceSettings
from store import open_store
from store.rejected import Rejected
from tests.builders import RULES, answer, bug, customer, filled, noon, report, save, settings, ticket
from views import cache
from web.pages import PAGES

MENU = Path(__file__).resolve().parents[2] / "web" / "menu.py"
TODAY = datetime.now(UTC).date()
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def opened(monkeypatch: pytest.MonkeyPatch, database_url: str, page: str = "", **query: str) -> AppTest:
    """The page as a browser gets it, frame and all."""
    monkeypatch.setenv("EMPATHY_DATABASE_URL", database_url)
    app = AppTest.from_file(str(MENU), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page:
        app.switch_page(f"../pages/{page}.py").run()
    assert not app.exception, app.exception
    assert not app.error, [each.value for each in app.error]
    return app


def text_of(app: AppTest) -> str:
    kinds: list[Any] = [*app.title, *app.header, *app.markdown, *app.caption, *app.warning, *app.code]
    blocks = [each.proto.body for each in app.get("html")]
    return "\n".join(
        [*(shown(each.value) for each in kinds), *(html.unescape(re.sub("<[^>]*>", " ", each)) for each in blocks)]
    )


def title_of(app: AppTest) -> str:
    found = re.search("<h1>(.*?)</h1>", html_of(app), re.DOTALL)
    return html.unescape(found[1]) if found else shown(app.title[0].value)


def html_of(app: AppTest) -> str:
    return "".join(each.proto.body for each in app.get("html"))


def shown(markdown: Any) -> str:
    """As a reader sees it (display.escape escapes signs, and puts some into elements of their own)."""
    return re.sub(r":color\[(.)\]\{\}", r"\1", str(markdown).replace("\\", ""))


def days_ago(days: int) -> datetime:
    return noon(TODAY - timedelta(days=days))


def hurt(title: str = "Coupon fails at checkout", reports: int = 4, **fields: Any) -> list[Any]:
    """A bug that some customers reported in the last days."""
    found = bug(title=title, opened_at=days_ago(20), **fields)
    tickets = [
        ticket(f"{found.id}-{n}", customer=f"{found.id}-c{n}", opened_at=days_ago(n + 1), subject="No coupon")
        for n in range(reports)
    ]
    links = [report(found.id, ticket=each.id) for each in tickets]
    return [found, *tickets, *links, *(customer(f"{found.id}-c{n}") for n in range(reports))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.file)
def test_an_empty_store_says_what_to_type_on_every_page(
    page: Any, monkeypatch: pytest.MonkeyPatch, sqlite_database: str
) -> None:
    app = opened(monkeypatch, sqlite_database, page.file.removesuffix(".py"))
    assert "Nothing has been read yet" in text_of(app)
    assert "./run refresh" in text_of(app)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.file)
def test_a_store_without_rows_opens_on_every_page(
    page: Any, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    filled(database_url, now=NOW)
    opened(monkeypatch, database_url, page.file.removesuffix(".py"))


def test_the_first_page_answers_before_anything_else(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    filled(database_url, *hurt(reports=4), now=NOW)
    app = opened(monkeypatch, database_url)
    assert title_of(app).startswith("4 of 4 customers (100%) reported one bug in the last 30 days")
    assert "Coupon fails at checkout" in text_of(app)


def test_a_number_nobody_answered_for_is_a_dash_and_not_zero(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: str
) -> None:
    filled(sqlite_database, *hurt(), now=NOW)
    app = opened(monkeypatch, sqlite_database)
    assert re.findall('class="value">(.*?)</b>', html_of(app)) == ["–"] * 6


def test_too_few_answers_are_withheld_with_the_reason(monkeypatch: pytest.MonkeyPatch, sqlite_database: str) -> None:
    monday = TODAY - timedelta(days=TODAY.weekday() + 7)
    filled(sqlite_database, *(answer(5, answered_at=noon(monday)) for _ in range(3)), now=NOW)
    app = opened(monkeypatch, sqlite_database)
    assert "Not enough data (3 answers)." in text_of(app)
    assert re.findall('class="value">(.*?)</b>', html_of(app)) == ["–"] * 6


def test_a_source_that_failed_keeps_its_rows_and_says_how_old_they_are(
    monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    store = filled(database_url, *hurt(), now=NOW - timedelta(hours=5))
    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run("test", "files", NOW)
        run.finish(NOW, "failed", "The file tickets.csv is gone.")
        refresh.publish(NOW, RULES)
    app = opened(monkeypatch, database_url)
    assert "could not be read; its data is from 5 h ago" in text_of(app)
    assert "4 of 4 customers (100%) reported one bug" in text_of(app)
    health = opened(monkeypatch, database_url, "data_health")
    assert "1 of 1 source is out of date or failing: test" in text_of(health)


def test_old_numbers_are_said_to_be_old(monkeypatch: pytest.MonkeyPatch, sqlite_database: str) -> None:
    filled(sqlite_database, *hurt(), now=NOW - timedelta(days=3))
    assert "test is out of date: last read 3 days ago" in text_of(opened(monkeypatch, sqlite_database))


def test_a_source_that_was_never_read_is_named(monkeypatch: pytest.MonkeyPatch, sqlite_database: str) -> None:
    filled(sqlite_database, *hurt(), now=NOW)
    monkeypatch.setenv("EMPATHY_SOURCES", '{"helpdesk": {"type": "files"}}')
    assert "helpdesk has never been read" in text_of(opened(monkeypatch, sqlite_database))


def test_sample_data_is_named_on_every_page(monkeypatch: pytest.MonkeyPatch, sqlite_database: str) -> None:
    store = open_store(settings(sqlite_database, sources={"sample": SourceSettings(type="sample")}))
    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run("sample", "sample", NOW)
        run.save(hurt(), NOW)
        run.finish(NOW)
        refresh.publish(NOW, RULES)
    for page in PAGES:
        app = opened(monkeypatch, sqlite_database, page.file.removesuffix(".py"))
        assert "Sample data" in text_of(app), page.file


def test_real_data_is_not_called_sample(monkeypatch: pytest.MonkeyPatch, sqlite_database: str) -> None:
    filled(sqlite_database, *hurt(), now=NOW)
    assert "Sample data" not in text_of(opened(monkeypatch, sqlite_database))


def test_a_hostile_title_stays_text(monkeypatch: pytest.MonkeyPatch, sqlite_database: str) -> None:
    rows = hurt(title="![x](https://evil.example/p.png) <script>")
    filled(sqlite_database, *rows, now=NOW)
    app = opened(monkeypatch, sqlite_database, "bug", bug=rows[0].id)
    assert "<script>" not in html_of(app)
    assert "![x](https://evil.example/p.png) <script>" in text_of(app)


def test_a_hostile_title_stays_text_in_a_block_too(monkeypatch: pytest.MonkeyPatch, sqlite_database: str) -> None:
    filled(sqlite_database, *hurt(title="<img src=x onerror=alert(1)> & 'x'", url="javascript:alert(1)"), now=NOW)
    body = html_of(opened(monkeypatch, sqlite_database))
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; &#39;x&#39;" in body
    assert "javascript:" not in body


def test_a_metric_without_any_source_says_how_to_connect_one(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: str
) -> None:
    filled(sqlite_database, *hurt(), now=NOW)
    assert "Not connected: the README says how to add a source." in text_of(opened(monkeypatch, sqlite_database))


def test_every_metric_is_in_the_index_with_a_link_to_its_page(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: str
) -> None:
    filled(sqlite_database, *hurt(), now=NOW)
    body = html_of(opened(monkeypatch, sqlite_database, "metrics"))
    assert re.findall(r'href="metric\?metric=(\w+)"', body) == sorted(
        (each.key for each in all_metrics()), key=lambda key: not metric(key).on_card
    )


def test_a_bug_that_is_not_there_is_answered_with_the_ten(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: str
) -> None:
    filled(sqlite_database, *hurt(), now=NOW)
    app = opened(monkeypatch, sqlite_database, "bug", bug="NOPE-1")
    assert "<h1>Bug not found</h1>" in html_of(app)


def test_what_an_address_asks_for_does_not_stay_in_memory(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: str
) -> None:
    filled(sqlite_database, *hurt(), now=NOW)
    sizes = []
    tracemalloc.start()
    try:
        for loads in (1, 6):
            for n in range(loads):
                opened(monkeypatch, sqlite_database, "metric", metric=f"{loads}-{n}-" + "x" * 500_000)
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    # One text that is kept has half a megabyte.
    assert sizes[1] - sizes[0] < 2e6, [size / 1e6 for size in sizes]


def test_a_number_that_is_not_there_is_answered_with_those_that_are(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: str
) -> None:
    filled(sqlite_database, *hurt(), now=NOW)
    app = opened(monkeypatch, sqlite_database, "metric", metric="cast")
    assert "Metric not found" in text_of(app)
    assert 'href="metric?metric=csat"' in html_of(app)


def test_a_new_snapshot_is_seen_without_a_restart(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    store = filled(database_url, *hurt(reports=3), now=NOW)
    assert "3 of 3 customers (100%) reported one bug" in text_of(opened(monkeypatch, database_url))
    save(store, hurt(title="Login loops", reports=5), NOW)
    assert "8 of 8 customers (100%) reported one of these two bugs" in text_of(opened(monkeypatch, database_url))


def test_the_share_of_tickets_without_a_bug_is_said_and_a_list_of_few_is_called_incomplete(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: str
) -> None:
    lost = [ticket(opened_at=days_ago(3), customer=f"x{n}") for n in range(9)]
    filled(sqlite_database, *hurt(reports=4), *lost, now=NOW)
    assert "This list is incomplete" in text_of(opened(monkeypatch, sqlite_database))


def test_rejected_rows_are_listed_with_what_is_wrong(monkeypatch: pytest.MonkeyPatch, sqlite_database: str) -> None:
    filled(sqlite_database, answer(9, id="r-77"), now=NOW)
    app = opened(monkeypatch, sqlite_database, "data_health")
    assert "outside the scale 1 to 5" in text_of(app)
    assert "./run read rejected" in text_of(app)


def read_whole(store: Any, records: list[Any], rejected: int = 0) -> None:
    """A refresh that reads one file to its end, some rows of which are rejected."""
    wrong = [Rejected("survey_response", f"a.csv row {n}", "Score", "9", "is no score") for n in range(rejected)]
    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run("test", "files", NOW)
        run.save(records, NOW, rejected=wrong, stream="a.csv", whole=True)
        run.finish(NOW)
        refresh.publish(NOW, RULES)


def test_rejected_shares_stand_beside_the_number_and_on_data_health(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: str
) -> None:
    last_week = TODAY - timedelta(days=TODAY.weekday() + 7)
    store = open_store(settings(sqlite_database))
    answers = [answer(5, id=f"a{n}", answered_at=noon(last_week)) for n in range(60)]
    read_whole(store, answers, rejected=20)
    said = "20 of 80 rows of survey answers in test were rejected (25%)."
    assert said in text_of(opened(monkeypatch, sqlite_database))
    assert said in text_of(opened(monkeypatch, sqlite_database, "metric", metric="csat"))
    assert "20 of 80 survey answers (25%)" in text_of(opened(monkeypatch, sqlite_database, "data_health"))
    read_whole(store, answers, rejected=70)
    app = opened(monkeypatch, sqlite_database, "metric", metric="csat")
    assert "Hidden because 70 of 130 rows of survey answers in test were rejected (54%)." in text_of(app)


def test_rows_that_wait_to_be_removed_are_said_on_data_health(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: str
) -> None:
    store = open_store(settings(sqlite_database))
    read_whole(store, [customer(f"c{n}") for n in range(10)])
    read_whole(store, [customer(f"c{n}") for n in range(5)])
    said = text_of(opened(monkeypatch, sqlite_database, "data_health"))
    assert "5 of 10 rows are no longer in the source or now rejected. That is more than 20%, so they stay until" in said
    assert "./run refresh -" in said
    assert "accept-removal" in said


def test_a_number_that_no_source_can_say_is_a_sentence_and_no_zero(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: str
) -> None:
    store = open_store(settings(sqlite_database))
    with store.refreshing(NOW) as refresh:
        refresh.declare("crm", {"customer": {"id", "started_on"}})
        run = refresh.begin_run("crm", "files", NOW)
        run.save([customer(f"c{n}") for n in range(150)], NOW)
        run.finish(NOW)
        refresh.publish(NOW, RULES)
    app = opened(monkeypatch, sqlite_database, "metric", metric="churn")
    assert "No end dates in crm." in text_of(app)


def test_why_nothing_newer_is_published_is_said_where_the_sources_are(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: str
) -> None:
    store = filled(sqlite_database, *hurt())
    why = "desk grew from 400 to 1,600 tickets since the last snapshot."
    with store.refreshing(NOW) as running:
        running.hold(why, NOW)
    store.engine.dispose()
    assert why in text_of(opened(monkeypatch, sqlite_database, "data_health"))


def test_how_well_the_ranking_did_is_on_data_health_month_by_month(
    monkeypatch: pytest.MonkeyPatch, sqlite_database: str
) -> None:
    reports = [ticket(f"t{n}", customer=f"c{n}", opened_at=days_ago(10 * n)) for n in range(70)]
    store = filled(
        sqlite_database, bug("A", opened_at=days_ago(700)), *reports, *(report("A", ticket=each.id) for each in reports)
    )
    app = opened(monkeypatch, sqlite_database, "data_health")
    assert f"<h2>{ranking.HEADING}</h2>" in html_of(app)
    assert ranking.TOO_EARLY in text_of(app)
    with store.reading() as published:
        due = learned_if_due(published, TODAY, store.settings)
    assert due is not None
    with store.refreshing(NOW) as refresh:
        refresh.save_ranking(*due, NOW)
    store.engine.dispose()
    app = opened(monkeypatch, sqlite_database, "data_health")
    assert "The lists of the last 12 months that can be scored covered 100% of the customers" in text_of(app)
    assert "A report counts half after 30 days" in text_of(app)
    table = html_of(app).partition(ranking.TABLE)[2]
    assert table.count("<tr>") == 1 + 12
    assert "Newest first" in table
