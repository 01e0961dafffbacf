"""Who was there on which day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from metrics.counting.stays import Stays
from metrics.period import Period
from tests.metrics.counting import day, period, stays_of

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 120).map(lambda n: FIRST + timedelta(days=n))
STAYS = st.lists(
    st.tuples(DAYS, st.integers(1, 90) | st.none()).map(
        lambda each: (each[0].isoformat(), (each[0] + timedelta(days=each[1])).isoformat() if each[1] else None)
    ),
    max_size=12,
)
PERIODS = st.tuples(DAYS, st.integers(1, 60)).map(lambda each: Period(each[0], each[0] + timedelta(days=each[1])))


def test_whoever_ends_on_a_day_is_not_there_that_day() -> None:
    ending = stays_of([("2026-01-01", "2026-03-01")])
    assert ending.at_start_of(day("2026-03-01")).n == 0
    assert ending.days(period("2026-03-01", "2026-04-01")) == 0


def test_whoever_starts_on_a_day_was_not_there_at_its_start_but_counts_the_day() -> None:
    starting = stays_of([("2026-03-01", None)])
    assert starting.at_start_of(day("2026-03-01")).n == 0
    assert starting.days(period("2026-03-01", "2026-04-01")) == 31


def test_the_last_day_decides_the_period_of_a_leaving() -> None:
    leaving = stays_of([("2026-01-01", "2026-04-01")])
    assert len(leaving.ended_in(period("2026-03-01", "2026-04-01"))) == 1
    assert leaving.ended_in(period("2026-04-01", "2026-05-01")) == []


@given(STAYS, PERIODS)
def test_days_are_those_of_each_single_stay(stays: list[tuple[str, str | None]], over: Period) -> None:
    expected = sum(
        1
        for n in range(over.days)
        for start, end in stays
        if start <= (over.start + timedelta(days=n)).isoformat()
        and (not end or (over.start + timedelta(days=n)).isoformat() < end)
    )
    assert stays_of(stays).days(over) == expected


@given(STAYS, STAYS, PERIODS)
def test_two_shards_added_equal_the_whole(
    some: list[tuple[str, str | None]], rest: list[tuple[str, str | None]], over: Period
) -> None:
    one, two, both = stays_of(some), stays_of(rest), stays_of(some + rest)
    assert one.days(over) + two.days(over) == both.days(over)
    assert one.at_start_of(over.start).n + two.at_start_of(over.start).n == both.at_start_of(over.start).n
    assert len(one.ended_in(over)) + len(two.ended_in(over)) == len(both.ended_in(over))


@given(STAYS, PERIODS)
def test_what_was_before_may_be_added_up_under_one_early_day(stays: list[tuple[str, str | None]], over: Period) -> None:
    exact = stays_of(stays)
    early = Stays(
        (each._replace(day=date.min) if each.day < over.start else each for each in stays_of(stays).started_in(ALL)),
        (each._replace(day=date.min) if each.day < over.start else each for each in stays_of(stays).ended_in(ALL)),
    )
    assert early.days(over) == exact.days(over)
    assert early.at_start_of(over.start) == exact.at_start_of(over.start)


ALL = Period(date(2000, 1, 1), date(2100, 1, 1))
