"""CSAT, NPS and CES have this in common: how answers are counted, split, added, compared, and how many stayed silent."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import ces, csat, metric, nps
from metrics.counted import Counted
from metrics.counting.ratings import DISSATISFIED_TO, SATISFIED_FROM
from metrics.counting.surveys import bins_of_periods, not_comparable, response, scores_by_scale, sums, with_response
from metrics.metric import Metric
from metrics.period import Period
from metrics.reading import Reading, read, series, split_by
from reporting.cautions import reason
from reporting.readings import why
from store import Store
from store.records import SCALES, SurveyResponse
from tests.builders import answer, customer, filled, noon

WEEK = Period(date(2026, 11, 9), date(2026, 11, 16))
BEFORE = WEEK.previous()
MODULES = {"csat": csat, "nps": nps, "ces": ces}
BINS = {
    kind: [
        f"{scale}:{score}"
        for (of, scale), (low, high) in SCALES.items()
        if of == kind
        for score in range(low, high + 1)
    ]
    for kind in MODULES
}
TOP_AND_BOTTOM = {"csat": ("1-5:5", "1-5:1"), "nps": ("0-10:10", "0-10:0"), "ces": ("2.0:7", "2.0:1")}

kinds = st.sampled_from(sorted(MODULES))


def some_bins(kind: str) -> st.SearchStrategy[dict[str, int]]:
    return st.dictionaries(st.sampled_from(BINS[kind]), st.integers(0, 50))


def answers(n: int, score: int, on: date = WEEK.start, **fields: object) -> list[SurveyResponse]:
    return [answer(score, answered_at=noon(on), **fields) for _ in range(n)]


def number(store: Store, key: str, **where: str) -> Reading:
    with store.reading() as published:
        return read(published, metric(key), WEEK, store.settings, where)


# --- of the counts alone ---


@given(st.data(), kinds)
def test_two_shards_added_give_the_same_reading_as_the_whole(data: st.DataObject, kind: str) -> None:
    one, other = data.draw(some_bins(kind)), data.draw(some_bins(kind))
    added = Counter(one) + Counter(other)
    together: dict[str, int] = {name: one.get(name, 0) + other.get(name, 0) for name in {*one, *other}}
    assert MODULES[kind].of_bins(added) == MODULES[kind].of_bins(together)


@given(st.data(), kinds)
def test_the_range_holds_the_number_and_no_answers_are_no_number(data: st.DataObject, kind: str) -> None:
    bins = data.draw(some_bins(kind))
    counted = MODULES[kind].of_bins(bins)
    if not any(bins.values()):
        assert counted.value is None
        assert (counted.low, counted.high, counted.n) == (None, None, 0)
        return
    assert counted.low is not None
    assert counted.high is not None
    assert counted.low <= counted.high
    if kind != "nps":  # the range of NPS lies around the adjusted score
        assert 0 <= counted.low <= counted.value <= counted.high <= 100
    else:
        assert counted.low >= -100
        assert counted.high <= 100


@given(st.data(), kinds)
def test_every_scale_that_the_store_takes_has_a_meaning(data: st.DataObject, kind: str) -> None:
    name = data.draw(st.sampled_from(BINS[kind]))
    assert MODULES[kind].of_bins({name: 1}).n == 1


def test_silence_is_shown_as_worst_and_best_case() -> None:
    counted = with_response(
        csat.of_bins({"1-5:5": 90, "1-5:1": 10}), "csat", {"csat:answered": 100, "csat:waiting": 900}
    )
    assert counted.details["response_rate"] == 10
    assert (counted.details["worst"], counted.details["best"]) == pytest.approx((9, 99))


def test_where_no_survey_is_known_to_be_sent_the_response_rate_is_none() -> None:
    counted = with_response(csat.of_bins({"1-5:5": 9}), "csat", {})
    assert counted.details["response_rate"] is None
    assert counted.details["worst"] is None
    nobody = with_response(csat.of_bins({"1-5:5": 9}), "csat", {"csat:waiting": 9})
    assert nobody.details["response_rate"] == 0
    assert nobody.details["best"] is None


def test_other_surveys_sent_are_not_counted_as_silence() -> None:
    counted = with_response(
        nps.of_bins({"0-10:9": 5}), "nps", {"csat:waiting": 50, "nps:answered": 5, "nps:waiting": 5}
    )
    assert counted.details["response_rate"] == 50


def test_silence_moves_nps_in_points_and_the_shares_between_0_and_100_percent() -> None:
    # METHODOLOGY 1.2: 43 promoters, 17 detractors, 80 answers, 212 silent
    points = nps.of_bins({"0-10:9": 43, "0-10:7": 20, "0-10:3": 17})
    with_response(points, "nps", {"nps:answered": 80, "nps:waiting": 212})
    assert (points.details["worst"], points.details["best"]) == pytest.approx((-100 * 186 / 292, 100 * 238 / 292))
    easy = with_response(ces.of_bins({"2.0:7": 9, "2.0:1": 1}), "ces", {"ces:answered": 10, "ces:waiting": 90})
    assert (easy.details["worst"], easy.details["best"]) == pytest.approx((9, 99))


def test_how_many_were_asked_stands_beside_how_many_answered_and_is_none_where_nobody_says() -> None:
    asked = with_response(csat.of_bins({"1-5:5": 7}), "csat", {"csat:answered": 6, "csat:waiting": 18}).details
    assert (asked["sent"], asked["answered_of_sent"], asked["response_rate"]) == (24, 6, 25)
    unsaid = with_response(csat.of_bins({"1-5:5": 7}), "csat", {}).details
    assert (unsaid["sent"], unsaid["answered_of_sent"]) == (None, None)
    assert response(0, 0) is None
    assert response(0, 1) == 0


def test_which_scores_are_satisfied_follows_the_scale() -> None:
    # METHODOLOGY 1.1, the table of scales: satisfied, neutral, dissatisfied
    expected = {"1-5": ([4, 5], [1, 2]), "1-4": ([3, 4], [1]), "1-3": ([3], [1]), "1-2": ([2], [1])}
    for scale, (good, bad) in expected.items():
        scores = range(1, int(scale[-1]) + 1)
        assert [score for score in scores if score >= SATISFIED_FROM[scale]] == good
        assert [score for score in scores if score <= DISSATISFIED_TO[scale]] == bad


def test_answers_are_told_by_scale_and_score_in_order_and_a_scale_that_nobody_used_is_not() -> None:
    scales = scores_by_scale({"1-5:4": 2, "1-5:1": 3, "1-3:3": 1, "1-2:1": 0})
    assert [(scale, list(scores.items())) for scale, scores in scales.items()] == [
        ("1-3", [(3, 1)]),
        ("1-5", [(1, 3), (4, 2)]),
    ]
    assert scores_by_scale({"1-5:4": 2, "1-5:04": 3}) == {"1-5": {4: 5}}
    assert sums({1: 3, 4: 2}) == (5, 11, 35)


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (25.0, 20.0, None),
        (20.0, 25.0, None),
        (26.0, 20.0, "the response rate rose from 20% to 26%"),
        (20.0, 26.0, "the response rate fell from 26% to 20%"),
        (None, 20.0, None),
        (20.0, None, None),
    ],
)
def test_a_response_rate_that_moved_by_more_than_five_points_greys_the_comparison(
    now: float | None, before: float | None, said: str | None
) -> None:
    one, other = (Counted(value=90, low=80, high=95, n=100, details={"response_rate": rate}) for rate in (now, before))
    assert reason(not_comparable(one, other)) == said


@pytest.mark.parametrize("each", [csat.METRIC, nps.METRIC, ces.METRIC], ids=lambda each: each.key)
def test_periods_with_another_response_rate_are_not_compared_and_say_why(each: Metric) -> None:
    best, worst = TOP_AND_BOTTOM[each.key]
    now, before = (MODULES[each.key].of_bins({best: n, worst: 100 - n}) for n in (90, 40))
    assert _p(each, now, before) < 0.05
    for counted, answered in ((now, 20), (before, 26)):
        with_response(counted, each.key, {f"{each.key}:answered": answered, f"{each.key}:waiting": 100 - answered})
    assert reason(each.model.not_comparable(now, before)) == "the response rate fell from 26% to 20%"


def _p(each: Metric, now: Counted, before: Counted) -> float:
    difference = each.model.differ(now, before)
    assert difference is not None
    assert difference.p is not None
    return difference.p


# --- through the store ---


def test_an_answer_counts_on_its_own_day_and_the_end_of_a_period_is_not_in_it(database_url: str) -> None:
    days = [WEEK.start - timedelta(days=1), WEEK.start, WEEK.last_day, WEEK.end]
    store = filled(database_url, *(each for day in days for each in answers(6, 5, day)))
    with store.reading() as published:
        weeks = series(
            published, csat.METRIC, [BEFORE, WEEK, Period(WEEK.end, WEEK.end + timedelta(days=5))], store.settings
        )
    assert [each.n for each in weeks] == [6, 12, 6]


def test_periods_that_overlap_count_the_days_they_share_twice_and_those_between_not_at_all(
    sqlite_database: str,
) -> None:
    store = filled(sqlite_database, *(answer(5, answered_at=noon(WEEK.start + timedelta(days=n))) for n in range(7)))
    periods = [
        Period(WEEK.start + timedelta(days=a), WEEK.start + timedelta(days=b)) for a, b in ((0, 3), (2, 4), (6, 9))
    ]
    with store.reading() as published:
        found = bins_of_periods(published, "csat", periods, {}, None)
        assert bins_of_periods(published, "csat", [], {}, None) == []
    assert [groups[""]["1-5:5"] for groups in found] == [3, 2, 1]


def test_the_headline_is_compared_with_the_weeks_before(database_url: str) -> None:
    good, bad = {"score": 5}, {"score": 1}
    store = filled(
        database_url,
        *(each for n, kind in ((95, good), (5, bad)) for each in answers(n, kind["score"], WEEK.start)),
        *(each for n, kind in ((70, good), (30, bad)) for each in answers(n, kind["score"], BEFORE.start)),
    )
    reading = number(store, "csat")
    assert (reading.value, reading.n, reading.state) == (95, 100, "full")
    assert reading.comparison is not None
    assert reading.comparison.verdict == "up"
    assert reading.comparison.good is True
    assert reading.comparison.difference is not None
    assert reading.comparison.difference.value == pytest.approx(25)
    assert reading.comparison.previous.value == 70


def test_few_answers_are_withheld_then_thin_then_full(database_url: str) -> None:
    store = filled(
        database_url,
        *answers(4, 5, area="Billing"),
        *answers(29, 5, area="Login"),
        *answers(30, 5, area="Search"),
    )
    readings = {area: number(store, "csat", area=area) for area in ("Billing", "Login", "Search", "Export")}
    assert [each.state for each in readings.values()] == ["withheld", "thin", "full", "no data"]
    assert readings["Billing"].value is None
    assert why(readings["Billing"]) == "Not enough data (4 answers)."
    withheld = readings["Billing"]
    assert (withheld.n, withheld.numerator, withheld.denominator, withheld.details) == (4, None, None, {})
    assert readings["Export"].value is None
    assert why(readings["Export"]) == "No answers in this period."


def test_a_split_has_the_largest_group_first_and_adds_up_to_the_whole(database_url: str) -> None:
    store = filled(
        database_url,
        *answers(40, 9, kind="nps", scale="0-10", channel="email"),
        *answers(60, 6, kind="nps", scale="0-10", channel="chat"),
    )
    with store.reading() as published:
        groups = split_by(published, nps.METRIC, WEEK, "channel", store.settings)
    assert [(name, each.value) for name, each in groups.items()] == [("chat", -100), ("email", 100)]
    whole = number(store, "nps")
    assert whole.value == -20
    assert whole.n == sum(each.n for each in groups.values())


def test_the_segment_of_an_answer_is_its_customers(database_url: str) -> None:
    store = filled(database_url, customer("acme", segment="large"), *answers(6, 5, customer="acme"))
    assert number(store, "csat", segment="large").n == 6
    assert number(store, "csat", segment="small").state == "no data"


def test_who_did_not_answer_is_in_the_response_rate_and_in_no_score(database_url: str) -> None:
    sent = noon(WEEK.start)
    store = filled(
        database_url,
        *answers(30, 5, sent_at=sent),
        *(answer(None, answered_at=None, sent_at=sent) for _ in range(70)),
    )
    reading = number(store, "csat")
    assert reading.value == 100
    assert reading.n == 30
    assert reading.details["response_rate"] == 30
    assert (reading.details["worst"], reading.details["best"]) == pytest.approx((30, 100))


def test_the_last_answer_to_a_survey_counts_on_its_own_day(database_url: str) -> None:
    first, last = (answer(score, id="s1", answered_at=noon(day)) for score, day in ((2, BEFORE.start), (5, WEEK.start)))
    store = filled(database_url, first, last)
    with store.reading() as published:
        weeks = csat.METRIC.model.count(published, [BEFORE, WEEK], {}, None, store.settings)
    assert [{name: each.value for name, each in groups.items()} for groups in weeks] == [{}, {"": 100}]


def test_an_empty_store_has_no_data_and_says_so(database_url: str) -> None:
    store = filled(database_url)
    for key in MODULES:
        reading = number(store, key)
        assert reading.state == "no data"
        assert reading.value is None
        assert reading.comparison is not None
        assert reading.comparison.verdict == "not enough data"
