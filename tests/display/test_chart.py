"""What our own chart draws: gaps where nothing is known, one scale, and the number of the headline at its end."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest

from display.chart import chart, nice, scale_of, ticks, unbroken
from metrics import metric
from tests.builders import answer, noon
from tests.reporting.test_one_metric import MONDAY, viewing, weeks_of_answers
from views.one_metric import one_metric


def drawn(markup: str) -> str:
    found = re.search(r"base64,([^\"]+)", markup)
    assert found
    return base64.b64decode(found[1]).decode()


def test_no_line_is_drawn_over_what_is_not_known(sqlite_database: str) -> None:
    with viewing(sqlite_database, *weeks_of_answers(*[20] * 6, *[0] * 8, *[20] * 8)) as view:
        page = one_metric(view, "csat")
        pieces = unbroken(page.history)
        assert len(pieces) == 2
        assert sum(len(piece) for piece in pieces) == sum(each.value is not None for each in page.history)
        assert drawn(chart(page)).count('fill-opacity=".2"') == 2


def test_the_line_breaks_where_the_question_became_another_one(sqlite_database: str) -> None:
    rows = [
        answer(2 if scale == "1.0" else 6, kind="ces", scale=scale, answered_at=noon(MONDAY - timedelta(weeks=back)))
        for back, scale in [*((back, "1.0") for back in range(9, 18)), *((back, "2.0") for back in range(1, 9))]
        for _ in range(20)
    ]
    with viewing(sqlite_database, *rows) as view:
        pieces = unbroken(one_metric(view, "ces").history)
        assert [{each.details["version"] for each in piece} for piece in pieces] == [{"1.0"}, {"2.0"}]


def test_a_metric_without_a_value_has_no_chart_and_says_why(sqlite_database: str) -> None:
    with viewing(sqlite_database, answer()) as view:
        assert chart(one_metric(view, "nps")) == ""


def test_everything_that_is_drawn_lies_in_the_box(sqlite_database: str) -> None:
    with viewing(sqlite_database, *weeks_of_answers(*[20, 7, 30] * 9, satisfied=0.95)) as view:
        page = one_metric(view, "csat")
        scale = scale_of(page)
        assert ticks(scale)[-1] <= 100
        values = [value for each in page.history for value in (each.low, each.value, each.high)]
        values += [each.value for each in page.singles]
        assert all(0 < scale.up(value) < 100 for value in values if value is not None)
        assert all(0 < scale.across(each.period.last_day) < 100 for each in (*page.history, *page.singles))


@pytest.mark.parametrize(
    ("step", "key", "is_nice"),
    [(3.3, "csat", 5), (2.1, "csat", 5), (0.07, "csat", 0.1), (400, "first_reply", 600), (5000, "first_reply", 7200)],
)
def test_steps_are_those_in_which_people_count(step: float, key: str, is_nice: float) -> None:
    assert nice(step, metric(key)) == pytest.approx(is_nice)
