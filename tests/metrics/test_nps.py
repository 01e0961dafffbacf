"""Who promotes, who warns, and how sure the difference is."""

from __future__ import annotations

from datetime import date

import pytest

from metrics import nps
from metrics.counting.surveys import with_response
from metrics.models import net_of
from metrics.period import Period
from metrics.reading import read
from reporting import one_metric
from reporting.terminal import as_text
from tests.builders import answer, filled, noon
from views.question import OneNumber


@pytest.mark.parametrize(("score", "value"), [(0, -100), (6, -100), (7, 0), (8, 0), (9, 100), (10, 100)])
def test_0_to_6_warn_7_and_8_are_passive_9_and_10_promote(score: int, value: float) -> None:
    assert nps.of_bins({f"0-10:{score}": 20}).value == value


def test_the_three_groups_are_in_the_details_and_add_up() -> None:
    counted = nps.of_bins({"0-10:2": 3, "0-10:7": 4, "0-10:10": 5})
    assert [counted.details[each] for each in ("promoters", "passives", "detractors")] == [5, 4, 3]
    assert counted.n == counted.denominator == 12
    assert counted.numerator == 2


def test_the_difference_is_in_points_around_the_adjusted_scores() -> None:
    now, before = net_of(70, 40, 10), net_of(50, 30, 20)
    difference = nps.METRIC.model.differ(now, before)
    assert difference is not None
    assert difference.value == pytest.approx(20)
    assert difference.low == pytest.approx(0.683730015135)
    assert difference.p == pytest.approx(0.0422951459475)
    assert nps.METRIC.model.differ(now, nps.of_bins({})) is None


def test_the_silent_could_move_it_in_points_from_worst_to_best(database_url: str) -> None:
    sent = noon(date(2026, 11, 10))
    scores = {9: 43, 3: 17, 7: 20}
    said = [
        answer(score, kind="nps", scale="0-10", sent_at=sent, answered_at=sent)
        for score, n in scores.items()
        for _ in range(n)
    ]
    silent = [answer(None, kind="nps", scale="0-10", sent_at=sent, answered_at=None) for _ in range(212)]
    store = filled(database_url, *said, *silent)
    with store.reading() as published:
        reading = read(published, nps.METRIC, Period(date(2026, 11, 9), date(2026, 11, 16)), store.settings)
    assert reading.value == pytest.approx(32.5)
    assert (reading.details["worst"], reading.details["best"]) == pytest.approx((-63.6986, 81.5068), abs=1e-4)
    assert dict(one_metric.details(nps.METRIC, reading, "EUR"))["If all non-respondents were dissatisfied"] == (
        "−63.7 points"
    )
    printed = as_text(OneNumber(nps.METRIC, reading), store.settings)
    assert "If all non-respondents were dissatisfied  −63.7 points" in printed
    assert "If all non-respondents were satisfied     +81.5 points" in printed


def test_more_detractors_than_promoters_have_a_worst_and_a_best_case_too() -> None:
    counted = with_response(net_of(1, 2, 7), "nps", {"nps:answered": 10, "nps:waiting": 10})
    assert (counted.details["worst"], counted.details["best"]) == pytest.approx((-80, 20))
