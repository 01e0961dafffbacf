"""The memory of the ranking is learned from what was known then, changes only for a good reason, and shows its record."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ranking.impact import DEFAULT_MEMORY, Memory
from ranking.memory import AHEAD_DAYS, learn, learned_if_due, paired_interval
from ranking.past import Ahead, Past, Then, of_reports, of_store
from ranking.record import CANDIDATES, LEAST_MONTHS, as_stored, from_stored
from ranking.window import WINDOWS
from settings import Impact
from store import Store
from tests.builders import NOW, TODAY, answer, bug, days_ago, filled, save
from tests.ranking.companies import ago, company, flat, ten, told
from views.ranking import memory_at, record_at

MONTH = 30
Report = tuple[str, str, date]


def day(month: int, of: int = 1) -> date:
    """`month` months after January 2024."""
    return date(2024 + month // 12, month % 12 + 1, of)


def comes_back(months: int) -> list[Report]:
    """Ten bugs that five customers each report in January and in July and so on, and each month ten that are never heard of again.

    A short memory lists what was reported once this month; only a long one knows that the old ones come back.
    """
    reports: list[Report] = []
    for month in range(months):
        for n in range(10):
            reports += [(f"once-{month}-{n}", f"visitor-{month}-{n}-{who}", day(month, 20)) for who in range(2)]
            reports += [(f"again-{n}", f"regular-{month}-{n}-{who}", day(month, 1 + n)) for who in range(month % 2)]
    return reports


def test_a_list_is_scored_by_the_distinct_customers_that_it_covers_of_the_best_possible() -> None:
    past = of_reports(
        [
            ("A", "old", day(0, 20)),
            ("B", "old", day(0, 20)),
            *[("A", who, day(1, 5)) for who in ("one", "two", "one")],
            *[("B", who, day(1, 6)) for who in ("two", "three", "four", "five")],
            ("unknown then", "six", day(1, 7)),
            ("A", "too late", date(2024, 1, 31) + timedelta(days=AHEAD_DAYS + 1)),
        ]
    )
    then = Then(past, date(2024, 1, 31))
    ahead = Ahead(then, AHEAD_DAYS)
    names = {name: number for number, name in enumerate(past.names)}
    assert ahead.covered(np.array([names["A"]])) == 2
    assert ahead.covered(np.array([names["A"], names["B"]])) == 5
    assert (ahead.best(1), ahead.best(2)) == (4, 5)


def test_what_happens_later_changes_no_list() -> None:
    chance = random.Random(7)
    reports = [
        (f"B{chance.randrange(30)}", f"c{chance.randrange(50)}", day(0) + timedelta(days=chance.randrange(300)))
        for _ in range(800)
    ]
    on = day(5, 30)
    whole, known = of_reports(reports), of_reports([row for row in reports if row[2] <= on])
    for memory in CANDIDATES:
        assert names(whole, Then(whole, on).ours(memory)) == names(known, Then(known, on).ours(memory))
    assert names(whole, Then(whole, on).newest()) == names(known, Then(known, on).newest())
    assert names(whole, Then(whole, on).most_people()) == names(known, Then(known, on).most_people())


def names(past: Past, listed: Any) -> list[str]:
    return [past.names[number] for number in listed]


def test_the_default_stays_until_six_months_can_be_scored_and_it_says_from_when() -> None:
    past = of_reports([("A", f"c{month}", day(month, 3)) for month in range(12)])
    early = learn(past, date(2024, 7, 29))
    assert (early.memory, early.months_scored, early.since) == (DEFAULT_MEMORY, 4, None)
    assert early.scored_from == date(2024, 1, 31) + timedelta(days=61)
    assert early.learned_from == date(2024, 6, 30) + timedelta(days=61)
    assert learn(past, early.learned_from).months_scored == LEAST_MONTHS
    assert learn(past, early.learned_from - timedelta(days=1)).months_scored == LEAST_MONTHS - 1


def test_without_a_finished_month_nothing_is_scored_and_nothing_is_zero() -> None:
    fresh = learn(of_reports([("A", "acme", date(2024, 3, 3))]), date(2024, 4, 1))
    assert (fresh.months_scored, fresh.means, fresh.shown) == (0, (), ())
    assert fresh.scored_from == date(2024, 3, 31) + timedelta(days=61)
    nothing = learn(of_reports([]), date(2024, 4, 1))
    assert (nothing.scored_from, nothing.learned_from) == (None, None)


def test_a_long_memory_is_learned_where_old_bugs_come_back() -> None:
    found = learn(of_reports(comes_back(30)), day(30))
    assert found.memory != DEFAULT_MEMORY
    assert found.since is not None
    default, used = found.means[0], found.means[CANDIDATES.index(found.memory)]
    assert used > default
    assert [month.memory for month in found.shown][-1] == found.memory


def test_a_memory_that_is_not_clearly_better_changes_nothing() -> None:
    chance = random.Random(3)
    noise = [
        (f"B{chance.randrange(60)}", f"c{chance.randrange(400)}", day(0) + timedelta(days=chance.randrange(720)))
        for _ in range(1500)
    ]
    found = learn(of_reports(noise), day(24))
    assert max(found.means) > found.means[0], "the noise has to favour another one for this to say anything"
    assert (found.memory, found.since) == (DEFAULT_MEMORY, None)


def test_a_past_without_differences_keeps_the_shorter_memory() -> None:
    steady = [("A", f"c{month}-{n}", day(month, 3)) for month in range(20) for n in range(3)]
    found = learn(of_reports(steady), day(20))
    assert set(found.means) == {1.0}
    assert found.memory == CANDIDATES[0]


def test_a_setting_fixes_the_memory_and_the_record_is_of_that_one() -> None:
    past = of_reports(comes_back(30))
    found = learn(past, day(30), fixed=(400.0,))
    assert (found.memory, found.is_fixed, found.since) == ((400.0,), True, None)
    assert {month.memory for month in found.shown} == {(400.0,)}
    assert found.shown != learn(past, day(30)).shown


def test_the_same_past_gives_the_same_answer_and_keeps_it_in_the_store() -> None:
    found = learn(of_reports(comes_back(30)), day(30))
    assert learn(of_reports(list(reversed(comes_back(30)))), day(30)).means == pytest.approx(found.means)
    assert from_stored(json.loads(json.dumps(as_stored(found)))) == found


def test_the_interval_of_a_paired_difference_has_a_fixed_seed_and_holds_what_never_varies() -> None:
    assert paired_interval(np.full(12, 0.2)) == pytest.approx((0.2, 0.2))
    mixed = np.array([0.5, -0.5] * 6)
    assert paired_interval(mixed) == paired_interval(mixed)
    low, high = paired_interval(mixed)
    assert low < 0 < high


# --- on a real store -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("memory", [DEFAULT_MEMORY, (60.0,), (180.0,), (30.0, 365.0)])
def test_the_lists_of_the_past_are_those_that_the_product_made(tmp_path: Path, memory: Memory) -> None:
    chance = random.Random(11)
    rows: list[Any] = []
    for n in range(25):
        ends = {
            name: days_ago(chance.randrange(200))
            for name in ("released_at", "fixed_at", "closed_at")
            if chance.random() < 0.3
        }
        severity = chance.choice([None, "minor", "major", "blocker"])
        rows.append(bug(f"B{n:02}", opened_at=days_ago(chance.randrange(200, 400)), severity=severity, **ends))
        for turn in range(chance.randrange(1, 6)):
            ages = [chance.randrange(300) for _ in range(chance.randrange(1, 4))]
            rows.append(told(f"B{n:02}", *ages, prefix=f"{turn}-", rated=chance.choice([None, 1, 5])))
    rows += [answer(chance.choice([1, 4, 5]), answered_at=days_ago(chance.randrange(300))) for _ in range(40)]
    store = company(tmp_path, rows)
    save(store, [bug("B03", opened_at=days_ago(300), severity="blocker")])
    with store.reading() as published:
        past = of_store(published, TODAY, store.settings)
    listed = 0
    for days in (0, 20, 45, 100, 160):
        ours = names(past, Then(past, ago(days)).ours(memory))
        assert ours == [each.id for each in ten(store, ago(days), memory).bugs], f"{days} days ago"
        listed += len(ours)
    assert listed > 25


def learn_now(store: Store) -> bool:
    with store.reading() as published:
        due = learned_if_due(published, TODAY, store.settings)
    if due is not None:
        with store.refreshing(NOW) as refresh:
            refresh.save_ranking(*due, NOW)
    return due is not None


def two_years() -> list[Any]:
    return flat([bug("A", opened_at=days_ago(700)), told("A", *range(0, 690, 10))])


def test_it_is_learned_once_a_month_and_again_when_the_settings_or_most_reports_change(database_url: str) -> None:
    store = filled(database_url, *two_years())
    assert learn_now(store)
    assert not learn_now(store)
    save(store, told("A", *range(31, 531), prefix="many-"))
    assert learn_now(store)
    store.settings.impact.unrated_severity = 3
    assert learn_now(store)
    assert not learn_now(store)


def test_what_was_learned_of_lists_that_looked_back_otherwise_is_learned_again(tmp_path: Path) -> None:
    store = company(tmp_path, two_years())
    with store.reading() as published:
        due = learned_if_due(published, TODAY, store.settings)
    assert due is not None
    month, made_of, facts = due
    with store.refreshing(NOW) as refresh:
        refresh.save_ranking(month, made_of.replace(str(WINDOWS), ""), facts, NOW)
    assert learn_now(store)
    assert not learn_now(store)


def test_readers_see_what_was_learned_in_a_new_snapshot(database_url: str) -> None:
    store = filled(database_url, *two_years())
    before = store.snapshot()
    with store.reading() as published:
        assert record_at(published, TODAY, store.settings) is None
        assert memory_at(published, TODAY, store.settings) == DEFAULT_MEMORY
    learn_now(store)
    after = store.snapshot()
    assert before is not None
    assert after is not None
    assert after.id > before.id
    with store.reading() as published:
        found = record_at(published, TODAY, store.settings)
        assert found is not None
        assert (found.months_scored, len(found.shown)) == (20, 12)
        assert record_at(published, TODAY.replace(day=1) - timedelta(days=1), store.settings) is None


def test_nothing_is_learned_and_published_where_nobody_reported_anything(tmp_path: Path) -> None:
    assert not learn_now(company(tmp_path, bug("A")))


def test_a_setting_is_used_at_once_also_before_the_next_month(tmp_path: Path) -> None:
    store = company(tmp_path, two_years())
    learn_now(store)
    fixed = store.settings.model_copy(update={"impact": Impact(half_life_days=90)})
    with store.reading() as published:
        assert memory_at(published, TODAY, fixed) == (90.0,)
        found = record_at(published, TODAY, fixed)
    assert found is not None
    assert (found.memory, found.is_fixed) == ((90.0,), True)
