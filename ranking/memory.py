"""How long a report should count is learned from the past: what would have found the customers who then reported?

At each past month end the list that each candidate would have made, from what was known then, is scored by the share of
the customers reporting in the next 60 days whom its ten bugs cover, of the best ten possible (METHODOLOGY 5.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ranking.impact import DEFAULT_MEMORY, Memory
from ranking.past import Ahead, Past, Then, of_store
from ranking.record import CANDIDATES, LEAST_MONTHS, Learned, MonthScored, as_stored
from ranking.window import WINDOWS

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published

AHEAD_DAYS = 60
SHOWN_MONTHS = 12
RESAMPLES = 2000
SEED = 20261124


def learn(past: Past, today: date, fixed: Memory | None = None) -> Learned:
    """The memory that did best in the months that are over at the start of `today`, and how the lists did.

    Deterministic: the same past gives the same answer. `fixed` is what a setting says; the record is then of that one.
    """
    ends = _month_ends(past, today)
    scored = [(day, row) for day in ends if (row := _scores(past, day, fixed)) is not None]
    own = len(CANDIDATES)  # where the column of the fixed one is
    days = [day for day, _ in scored]
    table = np.array([row for _, row in scored], np.float64).reshape(len(scored), 2 * (own + 1) + 2)
    memories: tuple[Memory, ...] = (*CANDIDATES, fixed or DEFAULT_MEMORY)
    used, since, column = [], None, own if fixed else 0
    for index, day in enumerate([*days, today]):
        over = sum(each + timedelta(days=AHEAD_DAYS) < day for each in days[:index])
        if not fixed and (better := _chosen(table[:over, :own], column)) != column:
            column, since = better, day
        used.append(column)
    shown = tuple(
        MonthScored(day, memories[at], float(row[at]), float(row[own + 1 + at]), *map(float, row[-2:]))
        for day, row, at in list(zip(days, table, used, strict=False))[-SHOWN_MONTHS:]
    )
    first = _first_scored(past, days)
    return Learned(
        memory=memories[used[-1]],
        months_scored=len(days),
        means=tuple(float(each) for each in table[:, :own].mean(axis=0)) if len(days) else (),
        shown=shown,
        scored_from=first,
        learned_from=_later(first, LEAST_MONTHS - 1) if first else None,
        since=since,
        is_fixed=fixed is not None,
    )


def _month_ends(past: Past, today: date) -> list[date]:
    """The month ends since the first report whose 60 days are over."""
    if past.first is None:
        return []
    ends, day = [], _month_end(past.first)
    while day + timedelta(days=AHEAD_DAYS) < today:
        ends.append(day)
        day = _month_end(day + timedelta(days=1))
    return ends


def _month_end(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


def _first_scored(past: Past, days: Sequence[date]) -> date | None:
    """The day on which the first list is, or will be, scored."""
    if past.first is None:
        return None
    return (days[0] if days else _month_end(past.first)) + timedelta(days=AHEAD_DAYS + 1)


def _later(day: date, months: int) -> date:
    """So many month ends later, and the 60 days after them."""
    end = day - timedelta(days=AHEAD_DAYS + 1)
    for _ in range(months):
        end = _month_end(end + timedelta(days=1))
    return end + timedelta(days=AHEAD_DAYS + 1)


def _scores(past: Past, day: date, fixed: Memory | None) -> list[float] | None:
    """Of each candidate and the fixed one, with severity and then without; of newest first and of people ever.

    None where nothing could be listed, or nobody reported a bug that was known.
    """
    then = Then(past, day)
    if not len(then.reported()):
        return None
    ahead = Ahead(then, AHEAD_DAYS)
    best = ahead.best()
    if not best:
        return None
    memories = [*CANDIDATES, fixed or DEFAULT_MEMORY]
    lists = [*then.lists(memories), *then.lists(memories, with_severity=False), then.newest(), then.most_people()]
    return [ahead.covered(each) / best for each in lists]


def _chosen(scores: NDArray[np.float64], present: int) -> int:
    """The candidate with the best mean, if it is clearly better than the present one; the present one before six months."""
    if len(scores) < LEAST_MONTHS:
        return present
    means = scores.mean(axis=0)
    best = int(np.flatnonzero(means >= means.max() - 1e-12)[0])
    if best == present or paired_interval(scores[:, best] - scores[:, present])[0] <= 0:
        return present
    return best


def paired_interval(differences: NDArray[np.float64], block: int = 1) -> tuple[float, float]:
    """95% of the mean of paired differences by a bootstrap of whole months, in circular blocks; the seed is fixed."""
    n = len(differences)
    starts = np.random.default_rng(SEED).integers(0, n, (RESAMPLES, -(-n // block)))
    drawn = ((starts[:, :, None] + np.arange(block)) % n).reshape(RESAMPLES, -1)[:, :n]
    low, high = np.quantile(differences[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def learned_if_due(published: Published, today: date, settings: Settings) -> tuple[date, str, dict[str, Any]] | None:
    """What is to be stored for this month: (month, what it depends on, facts). None where that is stored already, or there are no reports.

    Due once a month, and when the settings of the ranking changed, the reports before it doubled or halved, or lists look back otherwise.
    """
    month, impact = today.replace(day=1), settings.impact
    if not published.count_reports(today + timedelta(days=1)):
        return None
    reports = published.count_reports(month).bit_length()
    weights = sorted(impact.severity.items())
    made_of = f"{month} {reports} {weights} {impact.unrated_severity} {impact.half_life_days} {WINDOWS}"
    stored = published.ranking_record(today)
    if stored and stored[0] == month and stored[1] == made_of:
        return None
    fixed = None if impact.half_life_days is None else (impact.half_life_days,)
    return month, made_of, as_stored(learn(of_store(published, today, settings), today, fixed))
