"""First reply and resolution: medians out of bins, with those that still wait."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimates.survival import Survival
from metrics import metric
from metrics.counting.waits import FEWEST, quantile_interval, survival, waited
from metrics.reading import Reading, read, split_by
from reporting.cautions import all_said, reason
from reporting.readings import current, sentence, whole, why
from reporting.terminal import as_text
from store import Store
from store.histogram import ages, edges, quantile
from store.instants import naive
from tests.builders import NOW, RULES, filled, save, ticket
from tests.metrics.counting import bin_of, day, period, waits_of
from views.question import OneNumber

WEEK = period("2026-11-09", "2026-11-16")


def bins_of(waits: list[float]) -> Counter[str]:
    return Counter(bin_of(each) for each in waits)


def curve_of(waits: list[float], open_: list[float] | None = None) -> Survival:
    return survival(bins_of(waits), bins_of(open_ or []))


def test_two_days_are_merged_before_the_median_is_taken() -> None:
    # pct-001: the mean of the two daily medians would be 1,961 s
    monday = waits_of([60, 120, 300, 900, 3600], "2026-03-02")
    tuesday = waits_of([30, 45, 7200, 86400, 200000, 0], "2026-03-03")
    counted = waited(monday + tuesday, [])
    assert counted.n == 11
    assert counted.value == pytest.approx(300, rel=0.01)


def test_open_tickets_are_censored_and_not_dropped() -> None:
    # pct-005: without the three that still wait it would be 3.5 hours
    hours = 3600
    counted = waited(
        waits_of([hours * each for each in (1, 2, 3, 4, 5, 7)]), waits_of([hours * 6, hours * 8, hours * 10])
    )
    assert counted.value == pytest.approx(5 * hours, rel=0.01)
    assert (counted.n, counted.details["still_waiting_of_this_period"]) == (9, 3)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_where_none_is_open_it_is_the_plain_median(waits: list[float]) -> None:
    assert waited(waits_of(waits), []).value == quantile(bins_of(waits), 0.5)


def test_no_ticket_is_no_data_and_where_most_still_wait_there_is_no_median() -> None:
    assert waited([], []).missing is None
    counted = waited(waits_of([60, 120]), waits_of([3600, 3600, 7200]), 9)
    assert (counted.value, counted.n) == (None, 5)
    assert (
        reason(counted.missing)
        == "More than half of these 5 tickets may still be waiting (3 are): there is no median yet."
    )
    assert (counted.details["still_waiting"], counted.details["still_waiting_of_this_period"]) == (9, 3)


@pytest.mark.parametrize(("n", "state"), [(0, "no data"), (14, "withheld"), (15, "thin"), (29, "thin"), (30, "full")])
def test_the_slowest_tenth_needs_more_waits_than_the_median(n: int, state: str) -> None:
    details = waited(waits_of(range(60, 60 * (n + 1), 60)), []).details
    assert details["p90_state"] == state
    assert (details["p90"] is None) == (state in ("no data", "withheld"))


def test_a_median_needs_five_waits_and_is_sure_from_ten_on() -> None:
    # METHODOLOGY 2.5; the slowest tenth has its own border, below
    assert FEWEST[0.5] == (5, 10)


def test_the_slowest_tenth_is_told_with_its_own_range_around_it() -> None:
    details = waited(waits_of(range(60, 60 * 101, 60)), []).details
    assert details["p90"] == pytest.approx(60 * 90, rel=0.011)
    # Binomial(100, 0.9): P(X <= 83) = 0.021, P(X <= 95) = 0.976; the ranks are 84 and 96
    assert (details["p90_low"], details["p90_high"]) == (edges(bin_of(60 * 84))[0], edges(bin_of(60 * 96))[1])


def test_where_more_than_a_tenth_still_wait_the_slowest_tenth_was_not_reached() -> None:
    details = waited(waits_of([60] * 20), waits_of([3600] * 5)).details
    assert (details["p90_state"], details["p90"]) == ("not reached", None)


def test_a_range_has_no_upper_end_where_the_longest_wait_is_not_far_enough_out() -> None:
    # Binomial(30, 0.9): P(X <= 29) = 0.958, so that even the longest of thirty is no upper end
    low, high = quantile_interval(curve_of([100.0 * 1.1**each for each in range(30)]), 0.9)
    assert low is not None
    assert high is None
    six = quantile_interval(curve_of([100.0 * 2**each for each in range(6)]), 0.5)
    assert six == (edges(bin_of(100))[0], edges(bin_of(3200))[1])  # P(X = 0) = 1/64


def test_too_few_waits_have_no_interval() -> None:
    assert quantile_interval(curve_of([60, 120, 300, 900, 3600]), 0.5) == (None, None)


def test_nine_waits_have_the_second_and_the_eighth_as_interval_from_edge_to_edge() -> None:
    # Binomial(9, 1/2): P(X <= 1) = 0.0195, P(X <= 2) = 0.0898
    waits = [100.0 * 2**each for each in range(9)]
    low, high = quantile_interval(curve_of(waits), 0.5)
    assert (low, high) == (edges(bin_of(waits[1]))[0], edges(bin_of(waits[7]))[1])
    assert low is not None
    assert high is not None
    assert low < waits[1] < waits[7] <= high


@pytest.mark.parametrize("wait", [0, 1, 60, 4242])
def test_the_interval_never_shrinks_to_a_point(wait: float) -> None:
    counted = waited(waits_of([wait] * 500), [])
    assert counted.low is not None
    assert counted.high is not None
    assert counted.value is not None
    assert counted.low <= counted.value <= counted.high
    assert counted.low < counted.high


@pytest.mark.parametrize("q", [0.5, 0.9])
@pytest.mark.parametrize("watched", [None, 1500])
def test_the_interval_holds_the_true_value_about_as_often_as_it_says(q: float, watched: float | None) -> None:
    """Also where a part of the tickets is open: those whose wait is longer than they have been watched."""
    chance, held = random.Random(7), 0
    for _ in range(300):
        waits = [chance.random() * 1000 for _ in range(60)]
        seen = [chance.random() * watched if watched else 1e6 for _ in waits]
        curve = curve_of(
            [wait for wait, until in zip(waits, seen, strict=True) if wait <= until],
            [until for wait, until in zip(waits, seen, strict=True) if wait > until],
        )
        low, high = quantile_interval(curve, q)
        held += (low or 0) <= q * 1000 and (high or 1e9) >= q * 1000
    assert 0.93 <= held / 300 <= 1.0


@given(st.lists(st.integers(0, 10**5), max_size=30), st.lists(st.integers(0, 10**5), max_size=30), st.data())
def test_shards_of_tickets_add_up(done: list[float], open_: list[float], data: Any) -> None:
    at = data.draw(st.integers(0, len(done)))
    halves = waits_of(done[:at], "2026-03-02") + waits_of(done[at:], "2026-03-03")
    assert waited(halves, waits_of(open_)) == waited(waits_of(done), waits_of(open_))


# --- through the store ---


def opened(n: int, on: date, minutes: float | None, **fields: Any) -> list[Any]:
    """Tickets opened at nine; answered after so many minutes, or not yet, and solved an hour later."""
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    replied = None if minutes is None else at + timedelta(minutes=minutes)
    solved = None if replied is None else replied + timedelta(hours=1)
    return [ticket(opened_at=at, first_reply_at=replied, solved_at=solved, **fields) for _ in range(n)]


def number(store: Store, key: str = "first_reply", **where: str) -> Reading:
    with store.reading() as published:
        return read(published, metric(key), WEEK, store.settings, where)


def test_a_bad_week_does_not_look_good_while_its_hardest_tickets_are_open(database_url: str) -> None:
    quick, hard = opened(20, date(2026, 11, 10), 10), opened(30, date(2026, 11, 11), None)
    late = opened(20, date(2026, 11, 2), 60 * 24 * 8)  # opened the week before, answered within this one
    store = filled(database_url, *quick, *hard, *late)
    reading = number(store)
    assert (reading.value, reading.n, reading.state) == (None, 50, "no data")
    assert reading.details["still_waiting_of_this_period"] == 30
    assert "More than half of these 50 tickets may still be waiting" in why(reading)
    # Ten of them are answered after five days: the median is known, and it is not one of the quick ones.
    answered = [
        ticket(each.id, opened_at=each.opened_at, first_reply_at=each.opened_at + timedelta(days=5))
        for each in hard[:10]
    ]
    save(store, answered)
    assert number(store).value == pytest.approx(5 * 86400, rel=0.01)


def test_how_old_open_tickets_are_is_counted_at_every_publishing_also_where_nothing_changed(database_url: str) -> None:
    store = filled(database_url, *opened(3, date(2026, 11, 10), None))
    with store.reading() as published:
        before = published.tally("first_reply_open", None, date.max)
    age = (NOW - datetime(2026, 11, 10, 9, tzinfo=UTC)).total_seconds()
    assert [(each.day, each.bin, each.n) for each in before] == [(day("2026-11-10"), bin_of(age), 3)]
    save(store, [], now=NOW + timedelta(days=11))
    with store.reading() as published:
        after = published.tally("resolution_open", None, date.max)
    assert [(each.bin, each.n) for each in after] == [(bin_of(age + 11 * 86400), 3)]


@given(st.floats(0.001, 10**9))
def test_every_age_has_the_bin_of_a_wait_as_long(seconds: float) -> None:
    now = naive(NOW)
    at = now - timedelta(seconds=seconds)
    waited_for = (now - at).total_seconds()
    found = min((before, bin) for before, bin in ages(now) if before > at)[1]
    exact = max(0, int(bin_of(waited_for))) if waited_for else 0
    assert abs(int(found) - exact) <= (0 if abs(waited_for - edges(str(exact))[0]) > 1e-5 else 1)


def test_tickets_of_a_source_that_cannot_say_replies_do_not_wait_for_ever(database_url: str) -> None:
    store = filled(database_url, *opened(20, date(2026, 11, 10), 10))
    with store.refreshing(NOW) as refresh:
        run = refresh.begin_run("tracker", "files", NOW)
        run.save(opened(40, date(2026, 11, 10), None), NOW)
        run.finish(NOW)
        refresh.declare("tracker", {"ticket": {"id", "opened_at", "customer", "solved_at"}})
        refresh.publish(NOW, RULES)
    reading = number(store)
    assert reading.value == pytest.approx(600, rel=0.01)
    assert reading.n == 20
    assert all_said(reading.cautions)[-1] == "Its rows are not included: no reply times in tracker."
    assert number(store, "resolution").n == 60


def test_channels_that_differ_by_far_are_told_before_all_together(database_url: str) -> None:
    rows = [*opened(40, date(2026, 11, 10), 2, channel="chat"), *opened(40, date(2026, 11, 11), 240, channel="e-mail")]
    store = filled(database_url, *rows, *opened(3, date(2026, 11, 10), 90, channel="fax"))
    reading = number(store)
    assert [(each.where["channel"], each.n) for each in reading.by_group] == [("chat", 40), ("e-mail", 40)]
    assert current(metric("first_reply"), reading) == "chat 2 min and e-mail 3 h 59 min; all together 1 h 30 min"
    said = sentence(metric("first_reply"), reading)
    assert said.startswith(
        "First reply time: by channel, chat 2 min, 40 tickets; e-mail 3 h 59 min, 40 tickets; all together 1 h 30 min (95% CI"
    )
    assert said.index("e-mail 3 h 59 min") < said.index("; all together 1 h 30 min")
    # A cell has room for the whole and how far it is from one channel to another.
    assert whole(metric("first_reply"), reading) == "1 h 30 min (by channel 2 min to 3 h 59 min)"
    printed = " ".join(as_text(OneNumber(metric("first_reply"), reading), store.settings).split())
    assert printed.startswith(said.replace("First reply time:", "First reply time (median), 10 to 15 Nov 2026:"))
    assert number(store, channel="chat").by_group == ()
    with store.reading() as published:
        groups = split_by(published, metric("first_reply"), WEEK, "area", store.settings)
    assert all(each.by_group == () for each in groups.values())


def test_channels_that_are_alike_are_told_together(sqlite_database: str) -> None:
    rows = [*opened(40, date(2026, 11, 10), 60, channel="chat"), *opened(40, date(2026, 11, 11), 240, channel="e-mail")]
    reading = number(filled(sqlite_database, *rows))
    assert reading.by_group == ()
    assert sentence(metric("first_reply"), reading).startswith("First reply time ")
    assert "by channel" not in sentence(metric("first_reply"), reading)
