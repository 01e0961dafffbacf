"""An attack: everything that may be asked about the sample company's staff, subtracted in every way, must not single anybody out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_sources import sample
from data_sources.source import Asked
from metrics import metric
from metrics.anonymity import FEWEST, SMALL
from metrics.metric import Reading, series, split_by
from metrics.period import Period, whole_months
from store import Store
from store.records import Employment
from tests.builders import NOW, TODAY, filled, settings

ATTRITION = metric("attrition")
YEARS = Period(date(2023, 11, 1), date(2026, 12, 1))
MONTHS = YEARS.split("month")
TWELVE_MONTHS = [whole_months(month.end, 12) for month in MONTHS[11:]]
OF_THE_COMPANY = [
    *MONTHS,
    *YEARS.split("quarter"),
    *TWELVE_MONTHS,
    *(whole_months(month.end, months) for month in MONTHS[24:] for months in (2, 6, 9)),
    *(Period(date(year, 1, 1), date(year + 1, 1, 1)) for year in (2024, 2025, 2026)),
    # What the attacker of a day tries: one window against the same window a day later, and single days.
    *(Period(date(2025, 9, 19), date(2026, 9, day)) for day in range(19, 22)),
    *(Period(date(2026, 9, day), date(2026, 9, day + 1)) for day in range(19, 22)),
]
OF_TEAMS = [*YEARS.split("quarter"), *TWELVE_MONTHS, *MONTHS[-3:]]


@dataclass(frozen=True)
class Told:
    """One answer: so many of these teams left in this time, and why (None: that is not told)."""

    teams: frozenset[str]
    period: Period
    leavers: int
    voluntary: int | None


class Staff:
    """What is true, and what was told."""

    def __init__(self, people: list[Employment], told: Iterable[Told]) -> None:
        self.people, self.told = people, set(told)
        self.teams = sorted({each.team or "" for each in people})
        ends = chain.from_iterable((each.period.start, each.period.end) for each in self.told)
        self.days = sorted({*ends, *(month.start for month in MONTHS), YEARS.end})
        self.pieces = [Period(start, end) for start, end in pairwise(self.days)]
        cells = [(team, piece) for team in self.teams for piece in self.pieces]
        rows = np.array([_cells(cells, each.teams, each.period) for each in self.told])
        nobody = np.array([each.leavers == 0 for each in self.told])
        self.open = ~rows[nobody].any(axis=0)  # where "nobody of all these left" does not settle it
        self.cells = cells
        _, sizes, directions = np.linalg.svd(rows[:, self.open], full_matrices=False)
        self._known = directions[sizes / sizes.max() > 1e-9]

    def average(self, teams: Iterable[str], period: Period) -> float:
        of = set(teams)
        days = (
            (min(period.end, each.ended_on or period.end) - max(period.start, each.started_on or period.start)).days
            for each in self.people
            if each.team in of
        )
        return sum(max(0, each) for each in days) / period.days

    def left(self, teams: Iterable[str], period: Period) -> int:
        of = set(teams)
        return sum(
            each.team in of
            and each.ended_on is not None
            and period.start < each.ended_on <= period.end
            and each.left_how != "transfer"
            for each in self.people
        )

    def computable(self, asked: list[tuple[frozenset[str], Period]]) -> list[tuple[frozenset[str], Period]]:
        """Those whose leavers follow from sums and differences of what was told.

        Not those of whom it is only known because nobody of the whole company left.
        """
        wanted = np.array([_cells(self.cells, *each) for each in asked])[:, self.open]
        rest = wanted - wanted @ self._known.T @ self._known
        found = (np.abs(rest).max(axis=1) < 1e-6) & wanted.any(axis=1)
        return [each for each, is_known in zip(asked, found, strict=True) if is_known]


def _cells(cells: list[tuple[str, Period]], teams: frozenset[str], period: Period) -> list[float]:
    return [float(team in teams and period.start <= at.start and at.end <= period.end) for team, at in cells]


@pytest.fixture(scope="module", params=[7, 8])
def staff(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Staff:
    folder: Path = tmp_path_factory.mktemp("staff")
    pages = sample.fetch(Asked("sample", {"seed": request.param}, settings(f"sqlite:///{folder}/no.db"), None, NOW))
    everybody = next(list(page.records) for page in pages if any(isinstance(each, Employment) for each in page.records))
    store = filled(f"sqlite:///{folder}/staff.db", *everybody)
    try:
        return Staff(everybody, _everything_told(store, everybody))
    finally:
        store.engine.dispose()


def _everything_told(store: Store, people: list[Employment]) -> Iterator[Told]:
    teams = sorted({each.team or "" for each in people})
    with store.reading() as published:

        def ask(periods: list[Period], **where: str) -> list[Reading]:
            return series(published, ATTRITION, periods, store.settings, where)

        yield from _told(ask(OF_THE_COMPANY), teams)
        for team in teams:
            yield from _told(ask(OF_TEAMS, team=team), [team])
        for period in OF_TEAMS[-6:]:
            for team, reading in split_by(published, ATTRITION, period, "team", store.settings).items():
                assert reading.comparison is not None
                yield from _told([reading, reading.comparison.previous], [team])


def _told(readings: list[Reading], teams: list[str]) -> Iterator[Told]:
    for reading in readings:
        if reading.numerator is not None:
            why: Any = reading.details.get("voluntary")
            yield Told(frozenset(teams), reading.period, int(reading.numerator), why)


def test_the_attack_has_something_to_work_with(staff: Staff) -> None:
    shown = {team for each in staff.told for team in each.teams if len(each.teams) == 1}
    assert len(shown) >= 3
    assert len([each for each in staff.told if len(each.teams) > 1]) >= 50
    assert any(each.voluntary is not None for each in staff.told)
    assert all(staff.left(each.teams, each.period) == each.leavers for each in staff.told)


def test_no_sums_and_differences_tell_the_leavers_of_fewer_than_ten_people(staff: Staff) -> None:
    firsts = [month.start for month in MONTHS] + [YEARS.end]
    periods = [Period(start, end) for start, end in combinations(firsts, 2)]
    groups = [frozenset(each) for n in (1, 2) for each in combinations(staff.teams, n)]
    few = [
        (group, period)
        for period in periods
        for group in groups
        if period.end <= TODAY and 0 < staff.average(group, period) < FEWEST
    ]
    assert len(few) > 100
    assert staff.computable(few) == []


def test_no_sums_and_differences_tell_that_nobody_or_everybody_of_a_small_group_left(staff: Staff) -> None:
    groups = [frozenset(each) for n in (1, 2, 3) for each in combinations(staff.teams, n)]
    small = [
        (group, period)
        for period in TWELVE_MONTHS
        for group in groups
        if period.end <= TODAY
        and 0 < (size := staff.average(group, period)) < SMALL
        and (staff.left(group, period) == 0 or staff.left(group, period) >= size)
    ]
    assert small
    assert staff.computable(small) == []


def test_no_sums_and_differences_tell_who_left_in_less_than_a_month(staff: Staff) -> None:
    everybody = frozenset(staff.teams)
    short = [(everybody, piece) for piece in staff.pieces if piece.days < 28]
    assert not short or staff.computable(short) == []
    assert all(each.period.start.day == each.period.end.day == 1 for each in staff.told)


def test_two_answers_about_reasons_do_not_differ_by_a_few_leavers(staff: Staff) -> None:
    with_reasons = [each for each in staff.told if each.voluntary is not None]
    for one, other in combinations(with_reasons, 2):
        if _share_days(one.period, other.period):
            assert not 0 < abs(one.leavers - other.leavers) < 5, (one, other)
            assert one.period == other.period, (one, other)


def test_the_month_that_is_not_over_is_not_told(staff: Staff) -> None:
    assert all(each.period.end <= TODAY for each in staff.told)


def _share_days(one: Period, other: Period) -> bool:
    return one.start < other.end and other.start < one.end
