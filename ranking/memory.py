"""How long a report should count is learned from the past: what would have found the customers who then reported?

At each past month end the list that each candidate would have made, from what was known then, is scored by the share of
the customers reporting in the next 60 days whom its ten bugs cover, of the best ten possible (METHODOLOGY 5.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranking.impact import DEFAULT_MEMORY, Memory
from ranking.past import Ahead, Past, Then

# The shorter ones first: of equals the first is taken.
CANDIDATES: tuple[Memory, ...] = ((30.0,), (45.0,), (60.0,), (90.0,), (120.0,), (180.0,), (30.0, 365.0))
AHEAD_DAYS = 60
LEAST_MONTHS = 6
SHOWN_MONTHS = 12
RESAMPLES = 2000
SEED = 20261124


@dataclass(frozen=True, slots=True)
class MonthScored:
    """What the lists of one month end covered, each as a share of the best possible (0 to 1). `memory` is what was in use."""

    day: date
    memory: Memory
    ours: float
    without_severity: float
    newest: float
    people_ever: float


@dataclass(frozen=True, slots=True)
class Learned:
    """The memory to use and the record that it rests on.

    `means` has for each candidate its mean over all `months_scored` months; None before the first. `shown` are the last
    twelve of them. `learned_from` and `scored_from`: from when on a memory can be learned, and a first list be scored;
    None where there was no report yet. `since`: the month end at which the memory in use was taken; None for the default.
    """

    memory: Memory
    months_scored: int
    means: tuple[float, ...]
    shown: tuple[MonthScored, ...]
    scored_from: date | None
    learned_from: date | None
    since: date | None = None
    is_fixed: bool = False  # by the settings


NOTHING = Learned(DEFAULT_MEMORY, 0, (), (), None, None)


def learn(past: Past, today: date, fixed: Memory | None = None) -> Learned:
    """The memory that did best in the months that are over at the start of `today`, and how the lists did.

    Deterministic: the same past gives the same answer. `fixed` is what a setting says; the record is then of that one.
    """
    ends = _month_ends(past, today)
    scored = [(day, row) for day in ends if (row := _scores(past, day, fixed)) is not None]
    own = len(CANDIDATES)  # where the column of the fixed one is
    days = [day for day, _ in scored]
    table = np.array([row for _, row in scored]).reshape(len(scored), -1)
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
    if not len(then.admitted()):
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


# --- as it is stored -----------------------------------------------------------------------------------------------------


def as_stored(found: Learned) -> dict[str, Any]:
    """As JSON knows it."""
    return {
        **asdict(found),
        **{name: _iso(getattr(found, name)) for name in ("scored_from", "learned_from", "since")},
        "shown": [{**asdict(month), "day": month.day.isoformat()} for month in found.shown],
    }


def from_stored(stored: dict[str, Any]) -> Learned:
    known = {name: stored[name] for name in (each.name for each in fields(Learned)) if name in stored}
    days = {
        name: date.fromisoformat(known[name]) if known[name] else None
        for name in ("scored_from", "learned_from", "since")
    }
    shown = tuple(
        MonthScored(**{**month, "day": date.fromisoformat(month["day"]), "memory": tuple(month["memory"])})
        for month in known["shown"]
    )
    return Learned(
        **{**known, **days, "shown": shown, "memory": tuple(known["memory"]), "means": tuple(known["means"])}
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
