"""What somebody can work out who writes down every figure about staff and sits down with a solver.

The unknowns are numbers that are not negative: how many of each team left in each month. Something counts as worked out
where it is the same in every solution that agrees with all figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import Any

import numpy as np

from metrics.period import Period

Numbers = np.ndarray[Any, Any]
Request = tuple[frozenset[str], Period]
NOTHING = 1e-9


@dataclass(frozen=True)
class Told:
    """One figure: so many of these teams left in this time."""

    teams: frozenset[str]
    period: Period
    leavers: int


class Attacker:
    """Knows which teams there are, every figure that was told of them, and nothing else.

    `truth` is one solution. From it the solver looks for a step to another one: a step that changes no figure, makes no
    number negative, and changes what is asked for. If there is none, the answer follows from the figures. (Figures of
    which each number has at most two, its team's year and the company's month or quarter, have a whole-number solution
    wherever they have one in fractions: they are flows in a network.)
    """

    def __init__(self, truth: dict[tuple[str, Period], int], told: Iterable[Told]) -> None:
        facts = without_sums(told)
        cells = list(truth)
        zeros = [_inside(cells, each.teams, each.period) for each in facts if each.leavers == 0]
        settled = np.any(zeros, axis=0) if zeros else np.zeros(len(cells), bool)
        cells = [cell for cell, is_settled in zip(cells, settled, strict=True) if not is_settled]
        rows = np.array([_inside(cells, each.teams, each.period) for each in facts if each.leavers], float)
        rows = rows.reshape(-1, len(cells))
        # Numbers that stand in the same figures can be exchanged for each other: they are one unknown, their sum.
        patterns, self._of = np.unique(rows, axis=1, return_inverse=True)
        left = np.bincount(self._of, [truth[cell] for cell in cells], patterns.shape[1])
        assert (patterns @ left == [each.leavers for each in facts if each.leavers]).all()
        self._cells, self._facts, self._positive, self._told = (
            cells,
            patterns,
            left > 0,
            np.asarray(patterns.any(axis=0)),
        )
        self._moves = np.zeros(patterns.shape[1], bool)  # unknowns of which a step has been found
        self._parts = _connected(patterns)

    def worked_out(self, asked: Sequence[Request]) -> list[Request]:
        """Those whose leavers follow from what was told; not where it was told that nobody at all of these left."""
        return [each for each in asked if self._follows(np.array(_inside(self._cells, *each), bool))]

    def _follows(self, cells: Numbers) -> bool:
        inside = np.bincount(self._of, cells, len(self._told))
        share = inside / np.bincount(self._of)
        if not cells.any() or (~self._told & (share > 0)).any() or (self._positive & (share % 1 > 0)).any():
            return False
        for unknown in np.flatnonzero(share % 1 > 0):  # part of a sum that is 0 now: known only if it is always 0
            if self._moves[unknown] or self._step(np.arange(len(share)) == unknown):
                return False
        whole = share == 1
        if whole.sum() == 1 and (whole & self._moves).any():
            return False
        return not (whole.any() and (self._step(whole) or self._step(-1.0 * whole)))

    def _step(self, weights: Numbers) -> bool:
        """Whether there is a step that makes the weighted sum larger."""
        for rows, columns in self._parts:
            if weights[columns].any():
                step = growing(self._facts[np.ix_(rows, columns)], weights[columns], self._positive[columns])
                if step is not None:
                    self._moves[columns[np.abs(step) > NOTHING]] = True
                    return True
        return False


def without_sums(told: Iterable[Told]) -> list[Told]:
    """The figures without those that are the sum of others about the same teams, one after the other in time."""
    kept: list[Told] = []
    for each in sorted(set(told), key=lambda one: (one.period.days, one.period, sorted(one.teams))):
        day, total = each.period.start, 0
        while day < each.period.end:
            piece = next((one for one in kept if one.teams == each.teams and one.period.start == day), None)
            if piece is None:
                break
            day, total = piece.period.end, total + piece.leavers
        if day != each.period.end:
            kept.append(each)
        else:
            assert total == each.leavers, each
    return kept


def _inside(cells: Iterable[tuple[str, Period]], teams: frozenset[str], period: Period) -> list[bool]:
    return [team in teams and period.start <= time.start and time.end <= period.end for team, time in cells]


def growing(facts: Numbers, wanted: Numbers, free: Numbers) -> Numbers | None:
    """A step d with facts @ d = 0 and wanted @ d > 0, where d is not negative unless `free`; None if there is none.

    Gauss takes the free ones out; the simplex method (Dantzig 1951, with Bland's rule, so that it ends) does the rest.
    """
    table = np.vstack([facts, wanted.astype(float)])
    order = np.argsort(~free, kind="stable")
    table, n_free = table[:, order], int(free.sum())
    basis: list[int] = []
    for column in range(table.shape[1]):
        at = len(basis)
        if at == len(table) - 1:
            break
        best = at + int(np.abs(table[at:-1, column]).argmax())
        if abs(table[best, column]) > NOTHING:
            table[[at, best]] = table[[best, at]]
            _pivot(table, at, column)
            basis.append(column)
    first = sum(column < n_free for column in basis)  # rows that stand for free ones forbid nothing

    def step(column: int, way: float) -> Numbers:
        found = np.zeros(table.shape[1])
        found[order[column]] = way
        found[order[basis]] = -way * table[: len(basis), column]
        return found

    moving = np.flatnonzero(np.abs(table[-1, :n_free]) > NOTHING)
    if len(moving):
        return step(int(moving[0]), float(np.sign(table[-1, moving[0]])))
    while True:
        entering = np.flatnonzero(table[-1] > NOTHING)
        if not len(entering):
            return None
        rows = first + np.flatnonzero(table[first : len(basis), entering[0]] > NOTHING)
        if not len(rows):
            return step(int(entering[0]), 1.0)
        leaving = min(rows, key=lambda row: basis[row])
        _pivot(table, int(leaving), int(entering[0]))
        basis[leaving] = int(entering[0])


def _pivot(table: Numbers, row: int, column: int) -> None:
    table[row] /= table[row, column]
    others = np.arange(len(table)) != row
    table[others] -= np.outer(table[others, column], table[row])
    table[np.abs(table) < NOTHING] = 0.0


def _connected(facts: Numbers) -> list[tuple[Numbers, Numbers]]:
    """The facts (rows) and unknowns (columns) that have to do with each other; every part can be solved alone."""
    parts: list[tuple[Numbers, Numbers]] = []
    rest = np.ones(len(facts), bool)
    while rest.any():
        rows: Numbers = np.zeros(len(facts), bool)
        rows[np.flatnonzero(rest)[0]] = True
        size = 0
        while size < rows.sum():
            size = rows.sum()
            columns = facts[rows].any(axis=0)
            rows = np.asarray(facts[:, columns].any(axis=1))
        parts.append((np.flatnonzero(rows), np.flatnonzero(columns)))
        rest &= ~rows
    return parts


def times_of(told: Iterable[Told], over: Period) -> list[Period]:
    """The months, cut where a figure begins or ends inside one."""
    days = {month.start for month in over.split("month")} | {over.end}
    days |= {day for each in told for day in (each.period.start, each.period.end)}
    return [Period(start, end) for start, end in pairwise(sorted(days))]


def days_of_one_leaver(period: Period, at_start: int, at_end: int, average: tuple[float, float]) -> range:
    """The days (0 is the first) on which the only leaver can have had their last day.

    `average` is between what the average over all days lies. Nobody knows on which days the others came.
    """
    days, came = period.days, at_end - at_start + 1
    low, high = ceil(average[0] * days - NOTHING), floor(average[1] * days + NOTHING)
    missed_from = max(0, at_start * days + came - high)
    missed_to = min(days - 1, at_start * days + came * days - low)
    return range(days - 1 - missed_to, days - missed_from)
