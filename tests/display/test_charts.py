"""What a chart draws, and what it does not join."""

from __future__ import annotations

from datetime import date, timedelta

from display.charts import figure
from metrics import metric
from metrics.period import Period
from metrics.reading import series
from tests.builders import answer, filled, noon

FIRST = date(2026, 9, 7)


def test_the_line_breaks_where_the_question_became_another_one(sqlite_database: str) -> None:
    asked = {0: ("1.0", 2), 1: ("1.0", 1), 2: ("2.0", 6), 3: ("2.0", 7)}
    answers = [
        answer(score, kind="ces", scale=scale, answered_at=noon(FIRST + timedelta(days=7 * week)))
        for week, (scale, score) in asked.items()
        for _ in range(30)
    ]
    store = filled(sqlite_database, *answers)
    weeks = Period(FIRST, FIRST + timedelta(days=28)).split("week")
    with store.reading() as published:
        history = series(published, metric("ces"), weeks, store.settings)
    *bands, line = figure(metric("ces"), history, ()).data
    assert list(line.y) == [100.0, 100.0, None, 100.0, 100.0]
    assert len(bands) == 2
