"""An attack: everything that is told of the staff of many invented organisations, put into a solver, must not single anybody out."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_sources import sample
from data_sources.source import Request
from metrics import attrition, metric
from metrics.counted import Counted
from metrics.counting.stays import Stays
from metrics.period import Period, whole_months
from metrics.reading import Reading, headline_period, series, split_by
from metrics.suppression import FEWEST
from reporting import files, one_metric
from reporting.data import as_data
from reporting.readings import changed, sentence
from reporting.terminal import as_text
from settings import Settings
from store import Store
from store.records import Employment
from tests.builders import NOW, TODAY, filled, settings
from tests.metrics.attacker import Attacker, Told, days_of_one_leaver, times_of
from tests.metrics.counting import period
from tests.metrics.organisations import (
    OVER,
    YEARS,
    Worker,
    average,
    by_team,
    leavers,
    organisation,
    stays_of,
)
from views.lines import windows
from views.question import Question, answer

ORGANISATIONS = int(os.environ.get("EMPATHY_ORGANISATIONS", "80"))
ATTRITION = metric("attrition")
MONTHS = OVER.split("month")
WINDOWS = [
    *MONTHS,
    *OVER.split("quarter"),
    *YEARS,
    *(whole_months(month.end, 12) for month in MONTHS[11:]),  # each touches the one that ends where it begins
    *(whole_months(month.end, months) for month in MONTHS[24::5] for months in (2, 5, 6, 9, 15)),
    *(Period(start.start, end.end) for start in YEARS for end in YEARS if start < end),
]


# --- what the solver can do: both attacks that worked on version 1 of the definition ---


def test_the_solver_finds_a_hidden_team_of_four_between_windows_that_touch() -> None:
    # Told by version 1: the company by month, "Tools" for the twelve months to November, not to December.
    both, year = frozenset({"Night", "Tools"}), period("2024-01-01", "2025-01-01")
    months = period("2023-12-01", "2025-01-01").split("month")
    truth = {(team, month): 0 for month in months for team in ("Night", "Tools")}
    truth["Tools", months[4]] = truth["Night", months[7]] = 1
    told = [Told(both, month, truth["Night", month] + truth["Tools", month]) for month in months]
    told += [Told(frozenset({"Tools"}), period("2023-12-01", "2024-12-01"), 1)]
    night = [(frozenset({"Night"}), year)]
    assert Attacker(truth, told).worked_out(night) == night
    only_the_year = [Told(both, year, 2), Told(frozenset({"Tools"}), period("2023-12-01", "2024-12-01"), 1)]
    assert Attacker(truth, only_the_year).worked_out(night) == []


def test_the_solver_finds_the_day_on_which_one_of_101_left_from_an_average_that_is_not_rounded() -> None:
    quarter, day = period("2026-01-01", "2026-04-01"), 62
    exact = 101 - (quarter.days - 1 - day) / quarter.days
    assert list(days_of_one_leaver(quarter, 101, 100, (exact - 1e-9, exact + 1e-9))) == [day]


def test_an_average_in_whole_people_would_still_tell_the_half_of_the_quarter() -> None:
    quarter = period("2026-01-01", "2026-04-01")
    assert list(days_of_one_leaver(quarter, 101, 100, (99.5, 100.5))) == list(range(45))
    assert list(days_of_one_leaver(quarter, 101, 100, (100, 101))) == list(range(90))


# --- generated organisations ---


@dataclass
class Result:
    """What the attack on one organisation gave."""

    worked_out: list[str] = field(default_factory=list)
    asked: int = 0
    shown: int = 0
    of: int = 0  # groups of ten and more in a calendar year: teams, and the company
    teams_shown: int = 0
    of_teams: int = 0
    too_small: list[str] = field(default_factory=list)


def attack(workers: list[Worker]) -> Result:
    teams, company, everybody = by_team(workers), stays_of(workers), frozenset(each.team for each in workers)
    result, told = Result(), []
    for window in WINDOWS:
        counted = attrition.whole_company(company, window, TODAY)
        if counted.value is not None:
            told.append(Told(everybody, window, int(counted.numerator or 0)))
            if average(workers, window) < FEWEST:
                result.too_small.append(f"company {window}")
    asked = []
    for year in YEARS:
        split = attrition.by_team(teams, company, year, TODAY)
        large = {team for team in teams if teams[team].days(year) >= FEWEST * year.days}
        there = {team for team in teams if teams[team].days(year) > 0}
        shown = {team for team, counted in split.items() if counted.value is not None}
        result.too_small += [f"{team} {year}" for team in shown - large]
        result.teams_shown, result.of_teams = result.teams_shown + len(shown), result.of_teams + len(large)
        told += [
            Told(frozenset({team}), year, int(split[team].numerator or 0)) for team in (shown | (set(teams) - there))
        ]
        if len(there) > 1:  # else the only team is the company
            small = sorted(there - large)
            groups = [frozenset({team}) for team in small]
            groups += [
                frozenset({one, other})
                for at, one in enumerate(small)
                for other in small[:at]
                if teams[one].days(year) + teams[other].days(year) < FEWEST * year.days
            ]
            asked += [(group, year) for group in groups]
            asked += [
                (frozenset({team}), part) for team in there for part in (*year.split("quarter"), *year.split("month"))
            ]
        if average(workers, year) >= FEWEST:
            result.of += 1
            result.shown += attrition.whole_company(company, year, TODAY).value is not None
    pieces = {each.period for each in told if each.teams == everybody and each.period.days < 100}
    asked += [
        (everybody, month) for month in MONTHS if month not in pieces and company.days(month) > 0 and len(everybody) > 1
    ]
    result.shown, result.of = result.shown + result.teams_shown, result.of + result.of_teams
    truth = {(team, time): attrition.leavers_in(teams[team], time) for team in teams for time in times_of(told, OVER)}
    result.asked = len(asked)
    if told:
        result.worked_out = [f"{sorted(group)} {time}" for group, time in Attacker(truth, told).worked_out(asked)]
    return result


def test_a_solver_works_out_no_group_under_ten_and_nothing_narrower_than_was_told(
    record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    # The last one grew past 20 people in the middle of a year, and was all one team.
    results = {seed: attack(organisation(seed)) for seed in (*range(ORGANISATIONS), 1399)}
    assert {seed: each.too_small for seed, each in results.items() if each.too_small} == {}
    assert {seed: each.worked_out for seed, each in results.items() if each.worked_out} == {}
    assert sum(each.asked for each in results.values()) > 100 * ORGANISATIONS
    shown, of = sum(each.shown for each in results.values()), sum(each.of for each in results.values())
    teams_shown, of_teams = (
        sum(each.teams_shown for each in results.values()),
        sum(each.of_teams for each in results.values()),
    )
    said = (
        f"{ORGANISATIONS} organisations: {shown} of {of} groups of {FEWEST} and more people are shown ({shown / of:.1%}); "
        f"of teams alone {teams_shown} of {of_teams} ({teams_shown / of_teams:.1%})"
    )
    record_property("shown", said)
    with capsys.disabled():
        print(f"\n{said}")
    assert shown / of >= 0.8


def test_no_figure_changes_when_people_leave_on_other_days_of_the_same_piece() -> None:
    compared = 0
    for seed in range(ORGANISATIONS):
        workers = organisation(seed)
        others = on_other_days(workers, seed)
        for one, other in zip(_figures(workers), _figures(others), strict=True):
            if one[0] == other[0] and one[1].hidden is None and other[1].hidden is None:
                assert one == other
                compared += one[1].value is not None
    assert compared > 50 * ORGANISATIONS


def _figures(workers: list[Worker]) -> Iterator[tuple[list[Period], Counted]]:
    """Each figure, and the pieces that the company is told in in this time: whether it has 50 people depends on days."""
    teams, company = by_team(workers), stays_of(workers)
    for window in [*MONTHS, *OVER.split("quarter"), *WINDOWS[-30:]]:
        yield attrition.pieces_of(company, window), attrition.whole_company(company, window, TODAY)
    for year in YEARS:
        for counted in attrition.by_team(teams, company, year, TODAY).values():
            yield [], counted


def on_other_days(workers: list[Worker], seed: int) -> list[Worker]:
    """The same people, who come and leave in the same pieces, each on another day."""
    rng, pieces = random.Random(seed), list(_pieces(stays_of(workers)))
    moved = []
    for worker in workers:
        came = next((piece for piece in pieces if piece.start <= worker.started < piece.end), None)
        went = next((piece for piece in pieces if worker.ended and piece.start < worker.ended <= piece.end), None)
        started, ended = worker.started, worker.ended
        if came is not None and came == went:
            first, last = sorted(rng.sample(range(came.days + 1), 2))
            started, ended = came.start + timedelta(days=first), came.start + timedelta(days=last)
        elif came is not None:
            started = came.start + timedelta(days=rng.randrange(came.days))
        if went is not None and came != went:
            ended = went.start + timedelta(days=rng.randrange(1, went.days + 1))
        moved.append(replace(worker, started=started, ended=ended))
    return moved


def _pieces(company: Stays) -> Iterator[Period]:
    for year in OVER.split("year"):
        if attrition.pieces_of(company, year) == [year]:
            yield year
        else:
            for quarter in year.split("quarter"):
                yield from attrition.pieces_of_quarter(company, quarter) or [quarter]


# --- everything that a person can read ---


def staff_of(*teams: tuple[int, int], seed: int = 1) -> list[Worker]:
    """Teams of so many people of whom so many leave, and are replaced, each year."""
    rng, workers = random.Random(seed), []
    for number, (people, leave) in enumerate(teams):
        team = f"Team {number}"
        workers += [Worker(team, date(2019, 5, 1)) for _ in range(people - leave)]
        for _ in range(leave):
            came = date(2020, 1, 1)
            for year in YEARS:
                gone = year.start + timedelta(days=rng.randrange(20, 340))
                workers.append(Worker(team, came, gone, rng.choice(("voluntary", "voluntary", "involuntary"))))
                came = gone
            workers.append(Worker(team, came))
    return workers


@pytest.mark.parametrize(
    "workers",
    [
        pytest.param(staff_of((14, 2)), id="15 people, told by year"),
        pytest.param(staff_of((4, 1), (13, 3), (26, 4), seed=2), id="43 people, told by quarter"),
        pytest.param(staff_of((4, 1), (12, 3), (30, 5), (60, 9), seed=3), id="106 people, told by month"),
    ],
)
def test_not_a_letter_changes_when_people_leave_on_other_days(workers: list[Worker], tmp_path: Path) -> None:
    one = list(_everything_said(workers, tmp_path / "one.db"))
    other = list(_everything_said(on_other_days(workers, 5), tmp_path / "other.db"))
    assert on_other_days(workers, 5) != workers
    assert len(one) > 100
    assert one == other


def _everything_said(workers: list[Worker], path: Path) -> Iterator[str]:
    store = filled(f"sqlite:///{path}", *_records(workers))
    teams = sorted({each.team for each in workers})
    try:
        yield from _said_by_read(store.settings, teams)
        yield from _said_by_pages(store)
    finally:
        store.engine.dispose()


def _records(workers: list[Worker]) -> list[Employment]:
    return [
        Employment(f"P-{number}", each.team, each.started, each.ended, each.how if each.ended else None)
        for number, each in enumerate(workers)
    ]


def _said_by_read(asked: Settings, teams: list[str]) -> Iterator[str]:
    first, end = YEARS[0].start, OVER.end
    questions = [Question("attrition", window.start, window.end) for window in WINDOWS[::3]]
    questions += [Question("attrition", first, end, by=grain) for grain in ("month", "quarter", "year")]
    questions += [Question("attrition"), Question("attrition", split="team")]
    questions += [Question("attrition", year.start, year.end, split="team") for year in YEARS]
    questions += [Question("attrition", where={"team": team}) for team in teams]
    questions += [
        Question("attrition", first, end, by=grain, where={"team": team})
        for team in teams
        for grain in ("month", "year")
    ]
    for question in questions:
        found = answer(question, asked, NOW)
        yield json.dumps(as_data(found, asked))
        yield as_text(found, asked)


def _said_by_pages(store: Store) -> Iterator[str]:
    with store.reading() as published:
        history = series(
            published, ATTRITION, windows(ATTRITION, headline_period(ATTRITION, TODAY), 12), store.settings
        )
        groups = split_by(published, ATTRITION, YEARS[-1], "team", store.settings)
    yield files.as_csv(files.readings(ATTRITION, history))
    for reading in [*history, *groups.values()]:
        yield sentence(ATTRITION, reading) + changed(ATTRITION, reading)
        yield str(one_metric.details(ATTRITION, reading, "EUR"))


# --- the sample company, through the store ---


@pytest.mark.parametrize("seed", [7, 8])
def test_the_solver_works_out_nobody_of_the_sample_company(seed: int, tmp_path: Path) -> None:
    pages = sample.fetch(Request("sample", {"seed": seed}, settings(f"sqlite:///{tmp_path}/no.db"), None, NOW))
    people = next(list(page.records) for page in pages if any(isinstance(each, Employment) for each in page.records))
    workers = [
        Worker(each.team or "", each.started_on, each.ended_on, each.left_how or "other")
        for each in people
        if each.started_on
    ]
    store = filled(f"sqlite:///{tmp_path}/staff.db", *people)
    try:
        with store.reading() as published:
            whole = series(published, ATTRITION, WINDOWS, store.settings)
            split = [split_by(published, ATTRITION, year, "team", store.settings) for year in YEARS]
    finally:
        store.engine.dispose()
    assert sum(each.value is not None for each in whole) > 50
    assert {name for each in split[-1:] for name, reading in each.items() if reading.value is None} >= {"Security"}
    assert all(_left(workers, each) == each.numerator for each in whole if each.value is not None)
    result = attack(workers)
    assert (result.worked_out, result.too_small) == ([], [])
    assert result.teams_shown >= 8


def _left(workers: list[Worker], reading: Reading) -> int:
    return leavers(workers, reading.period)


def test_a_quarter_that_is_not_over_is_not_told(tmp_path: Path) -> None:
    store = filled(f"sqlite:///{tmp_path}/staff.db", *_records(staff_of((120, 12))))
    with store.reading() as published:
        told = series(published, ATTRITION, Period(date(2026, 1, 1), date(2027, 1, 1)).split("month"), store.settings)
    store.engine.dispose()
    assert [each.value is not None for each in told] == [True] * 9 + [False] * 3
    assert datetime(2026, 11, 21, 12, tzinfo=UTC) == NOW
