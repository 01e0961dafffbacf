"""What the page of one metric says beside its chart: windows are compared, and nothing points to what is not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from metrics import metric
from reporting import health as said_of_health
from reporting import one_metric as said
from store import open_store
from store.records import Release
from tests.builders import answer, filled, noon, settings, ticket
from views import cache
from views.choice import QUARTER, THE_LATEST, Choice
from views.health import health
from views.one_metric import one_metric
from views.view import View

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
MONDAY = date(2026, 11, 30)


@contextmanager
def viewing(database_url: str, *rows: Any) -> Iterator[View]:
    filled(database_url, *rows, now=NOW).engine.dispose()
    store = open_store(settings(database_url))
    snapshot = store.snapshot()
    assert snapshot
    cache.clear()
    yield View(store.settings, store, snapshot, NOW)
    cache.clear()
    store.engine.dispose()


def weeks_of_answers(*counts: int, satisfied: float = 0.8, **fields: Any) -> list[Any]:
    """So many answers in each week, the last of them the one before this week."""
    found = []
    for back, n in enumerate(reversed(counts), start=1):
        on = noon(MONDAY - timedelta(weeks=back))
        found += [answer(5 if at < satisfied * n else 1, answered_at=on, **fields) for at in range(n)]
    return found


def test_the_number_of_the_headline_is_the_last_point_of_the_line(sqlite_database: str) -> None:
    with viewing(sqlite_database, *weeks_of_answers(*[20] * 30)) as view:
        for choice in (THE_LATEST, Choice(QUARTER)):
            page = one_metric(view, "csat", choice)
            assert (page.history[-1].value, page.history[-1].n) == (page.reading.value, page.reading.n)
            assert page.history[-1].period == page.reading.period
            assert len(page.singles) > len(page.history) > 10


def test_windows_are_compared_and_never_thin_ones(sqlite_database: str) -> None:
    thin_first = weeks_of_answers(2, 2, 2, 2, *[20] * 8)
    with viewing(sqlite_database, *thin_first) as view:
        page = one_metric(view, "csat")
        assert page.history[0].state == "thin"
        first_full = next(each for each in page.history if each.state == "full")
        text = said.course(page)
        assert text.startswith(f"From {first_full.value:.0f}% (")
        assert "Dashed: small sample." in text


def test_what_is_hidden_and_what_is_not_known_is_counted_and_only_where_there_is_some(sqlite_database: str) -> None:
    gap = weeks_of_answers(*[20] * 4, *[0] * 5, 1, *[20] * 6)
    with viewing(sqlite_database, *gap) as view:
        page = one_metric(view, "csat")
        few = sum(each.state == "withheld" for each in page.history)
        none = sum(each.state == "no data" for each in page.history)
        assert few == 1
        assert none == 2
        assert "1 point hidden (too few); no data for 2 points." in said.course(page)
    with viewing(sqlite_database.replace(".db", "-2.db"), *weeks_of_answers(*[20] * 8)) as view:
        text = said.course(one_metric(view, "csat"))
        assert "hidden" not in text
        assert "no data" not in text


def release(name: str, weeks_ago: int, area: str | None) -> Release:
    return Release(id=name, name=name, released_at=noon(MONDAY - timedelta(weeks=weeks_ago)), area=area)


def test_text_and_chart_name_the_same_releases_of_the_time_and_the_area(sqlite_database: str) -> None:
    releases = [
        release("Gift cards", 3, "Checkout"),
        release("New invoices", 5, "Billing"),
        release("Ancient", 90, "Billing"),
    ]
    rows = [*weeks_of_answers(*[20] * 12, area="Billing"), *weeks_of_answers(*[20] * 12, area="Checkout"), *releases]
    with viewing(sqlite_database, *rows) as view:
        assert [each.name for each in one_metric(view, "csat").marks] == ["New invoices", "Gift cards"]
        billing = one_metric(view, "csat", by="Area", only="Billing")
        assert [each.name for each in said.marks(billing)] == ["New invoices"]
        assert said.title(billing).endswith(": Billing")
        assert billing.reading.n * 2 == one_metric(view, "csat").reading.n
        assert one_metric(view, "attrition").marks == ()
        assert one_metric(view, "churn").marks == ()


def test_a_breakdown_is_sorted_by_value_and_the_hidden_ones_are_named_in_one_line(sqlite_database: str) -> None:
    rows = [
        *weeks_of_answers(*[10] * 4, area="Billing", satisfied=0.5),
        *weeks_of_answers(*[10] * 4, area="Checkout", satisfied=1),
        *weeks_of_answers(1, 0, 0, 1, area="Orders"),
    ]
    with viewing(sqlite_database, *rows) as view:
        page = one_metric(view, "csat", by="area")
        assert [name for name, _ in said.ranked(page)] == ["Checkout", "Billing"]
        assert said.not_shown(page) == "1 hidden (too few): Orders."
        assert one_metric(view, "csat", by="AREA").by == "area"
        assert one_metric(view, "csat", by="colour").by is None
        assert one_metric(view, "csat", by="area", only="Moon").only is None


def test_who_has_no_area_is_a_group_like_the_others(sqlite_database: str) -> None:
    rows = [*weeks_of_answers(*[30] * 12, area="Billing"), *weeks_of_answers(*[20] * 12, area=None, satisfied=0.5)]
    with viewing(sqlite_database, *rows) as view:
        page = one_metric(view, "csat", by="area", only="")
        assert (page.only, page.reading.n, page.reading.value) == ("", page.groups[""].n, page.groups[""].value)
        assert page.reading.value == 50


def test_comments_stand_on_the_page_of_their_survey_only(sqlite_database: str) -> None:
    wrote = answer(
        1,
        comment="Still waiting",
        answered_at=noon(MONDAY - timedelta(days=4)),
        customer="anna",
        area="Billing",
        channel="chat",
    )
    others = [
        answer(5, customer=f"c{n}", area="Billing", channel="chat", answered_at=noon(MONDAY - timedelta(days=5)))
        for n in range(9)
    ]
    with viewing(sqlite_database, wrote, *others, ticket()) as view:
        (comment,) = one_metric(view, "csat").comments
        assert said.of_comment(comment, MONDAY) == "score 1 of 5 · Billing · chat · 26 Nov"
        assert one_metric(view, "csat", by="area", only="Billing").comments == (comment,)
        assert all(one_metric(view, key).comments == () for key in ("nps", "ces", "attrition", "resolution"))


def test_the_answer_of_customer_health_covers_every_row(sqlite_database: str) -> None:
    with viewing(
        sqlite_database,
        *weeks_of_answers(*[30] * 4, satisfied=0.5),
        *weeks_of_answers(*[30] * 4, *[0] * 4, satisfied=1),
    ) as view:
        page = health(view, THE_LATEST)
        text = said_of_health.answer(page.all)
        assert text.startswith("Clearly worse: CSAT (100% to 50%).")
        assert text.endswith(f"{len(page.all) - 1} metrics have no value.")
        assert said_of_health.ordered(page.six)[0].metric == metric("csat")


@pytest.mark.parametrize(("step", "at", "text"), [(10, 80, "80%"), (0.5, 1.5, "1.5%"), (0.02, 0.12, "0.12%")])
def test_marks_of_an_axis_have_as_many_decimals_as_their_steps(step: float, at: float, text: str) -> None:
    assert said.tick(metric("csat"), at, step) == text
