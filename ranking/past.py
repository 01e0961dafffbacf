"""Every report there ever was, in arrays, so that the list of any past day can be made again in milliseconds.

The rules are those of ranking/known.py, for thousands of bugs and dozens of days at once; a test holds the two together.
Days are ordinals. What nobody had filed is left out: how it would have been grouped then is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ranking.endings import QUIET_DAYS
from ranking.impact import LEAST_RATING_FACTOR, MOST_RATING_FACTOR, PRIOR_RATINGS, Memory
from ranking.known import WEEK_DAYS, WEEKS, company_ratings, day_of
from ranking.window import LISTED, window_of

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published

NEVER = date.max.toordinal()
Days = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Past:
    """`bug`, `customer` and `pair` number what is reported, who reports, and the two together; reports are in order of days."""

    names: tuple[str, ...]  # of the bugs
    opened: Days
    released: Days
    fixed: Days
    closed: Days
    severity: Numbers  # what it weighs today
    changes: Sequence[tuple[int, int, float]]  # day of the change, bug, weight before it; the newest first
    day: Days
    bug: Days
    customer: Days
    weight: Numbers
    pair: Days
    pair_bug: Days
    rated_on: Days
    rated_bug: Days
    rated: Numbers
    bad: Numbers
    company: Sequence[tuple[int, int, int]] = ()  # day, rated, bad

    @property
    def first(self) -> date | None:
        """The day of the first report."""
        return date.fromordinal(int(self.day[0])) if len(self.day) else None


def of_reports(reports: Iterable[tuple[str, str, date]], closed: Mapping[str, date] | None = None) -> Past:
    """A past of (bug, customer, day) alone: a bug is known from its first report on, and nobody rated anything."""
    rows = sorted(reports, key=lambda row: row[2])
    opened: dict[str, date] = {}
    for bug, _, day in rows:
        opened.setdefault(bug, day)
    ends = closed or {}
    return _past(
        [(name, day.toordinal(), NEVER, NEVER, _ordinal(ends.get(name)), 1.0) for name, day in opened.items()],
        [],
        [(day, bug, customer, 1.0) for bug, customer, day in rows],
        [],
        [],
    )


def of_store(published: Published, today: date, settings: Settings) -> Past:
    """Everything that is known of bugs, their reports and their ratings up to `today`."""
    weights, unrated = settings.impact.severity, settings.impact.unrated_severity

    def on(moment: datetime | None) -> int:
        return _ordinal(day_of(moment, settings) if moment else None)

    bugs = [
        (
            bug.id,
            on(bug.opened_at),
            on(bug.released_at),
            on(bug.fixed_at),
            on(bug.closed_at),
            weights.get(bug.severity or "", unrated),
        )
        for bug in published.bugs(today)
        if not bug.is_cluster
    ]
    changes = [
        (day_of(changed_at, settings).toordinal(), bug, weights.get(before or "", unrated))
        for changed_at, bug, before in published.severity_changes()
    ]
    reports = published.reports(today)
    first = reports[0][0] if reports else today
    ratings = [
        (row.day.toordinal(), row.bug, row.rated, row.bad)
        for row in published.bug_days(first, today + timedelta(days=1))
        if row.rated
    ]
    company = [(day.toordinal(), *counts) for day, counts in company_ratings(published, first, today).items()]
    return _past(bugs, changes, reports, ratings, company)


def _past(
    bugs: Sequence[tuple[str, int, int, int, int, float]],
    changes: Sequence[tuple[int, str, float]],
    reports: Sequence[tuple[date, str, str, float]],
    ratings: Sequence[tuple[int, str, int, int]],
    company: Sequence[tuple[int, int, int]],
) -> Past:
    number = {bug[0]: index for index, bug in enumerate(bugs)}
    known = [row for row in reports if row[1] in number]
    customers: dict[str, int] = {}
    pairs: dict[tuple[int, int], int] = {}
    bug = np.array([number[row[1]] for row in known], np.int64)
    customer = np.array([customers.setdefault(row[2], len(customers)) for row in known], np.int64)
    pair = np.array(
        [pairs.setdefault(both, len(pairs)) for both in zip(bug.tolist(), customer.tolist(), strict=True)], np.int64
    )
    of_known = [row for row in ratings if row[1] in number]
    columns = list(zip(*bugs, strict=True)) if bugs else [()] * 6
    return Past(
        names=tuple(columns[0]),
        opened=np.array(columns[1], np.int64),
        released=np.array(columns[2], np.int64),
        fixed=np.array(columns[3], np.int64),
        closed=np.array(columns[4], np.int64),
        severity=np.array(columns[5], np.float64),
        changes=sorted(
            ((day, number[name], before) for day, name, before in changes if name in number),
            key=lambda change: -change[0],
        ),
        day=np.array([row[0].toordinal() for row in known], np.int64),
        bug=bug,
        customer=customer,
        weight=np.array([row[3] for row in known], np.float64),
        pair=pair,
        pair_bug=np.array([both[0] for both in pairs], np.int64),
        rated_on=np.array([row[0] for row in of_known], np.int64),
        rated_bug=np.array([number[row[1]] for row in of_known], np.int64),
        rated=np.array([row[2] for row in of_known], np.float64),
        bad=np.array([row[3] for row in of_known], np.float64),
        company=company,
    )


def _ordinal(day: date | None) -> int:
    return day.toordinal() if day else NEVER


class Then:
    """What was known at the end of a day, and the lists that could be made of it. Lists are numbers of bugs, best first."""

    def __init__(self, past: Past, day: date) -> None:
        self.past, self.today = past, day.toordinal()
        n = self.reports = int(np.searchsorted(past.day, self.today, "right"))
        bugs = len(past.names)
        # Of a number that occurs several times the last value stays: the newest report.
        last = np.full(len(past.pair_bug), -1, np.int64)
        last[past.pair[:n]] = past.day[:n]
        weight = np.zeros(len(past.pair_bug))
        weight[past.pair[:n]] = past.weight[:n]
        self.last_of_bug = np.full(bugs, -1, np.int64)
        self.last_of_bug[past.bug[:n]] = past.day[:n]
        end = np.where(past.released <= self.today, past.released, past.closed)
        is_fix = (past.released <= self.today) | (past.fixed <= self.today)
        quiet = np.where(is_fix, QUIET_DAYS, 0)
        is_over = end <= self.today
        of_bug = past.pair_bug
        is_later = (last >= 0) & is_over[of_bug] & (last > (end + quiet)[of_bug])
        came_back = self._any(of_bug[is_later])
        waits = is_over & ~came_back & (self.today < np.maximum(end, self.last_of_bug) + quiet)
        counts = (last >= 0) & (is_later | ~is_over[of_bug] | waits[of_bug])
        self.is_known = past.opened <= self.today
        self.is_open = self.is_known & (~is_over | came_back | waits)
        self.of_bug, self.age, self.weight = of_bug[counts], self.today - last[counts], weight[counts]
        self.customers = np.bincount(self.of_bug, minlength=bugs)

    def _any(self, bugs: Days) -> NDArray[np.bool_]:
        return np.bincount(bugs, minlength=len(self.past.names)) > 0

    def _sum(self, bugs: Days, amounts: Numbers) -> Numbers:
        return np.bincount(bugs, amounts, len(self.past.names)).astype(np.float64)

    def reported(self) -> Days:
        """The bugs that are not over and that a customer reported."""
        return np.flatnonzero(self.is_known & (self.customers > 0))

    def admitted(self, memory: Memory, listed: int = LISTED) -> Days:
        """Those of them that may be listed with this memory (METHODOLOGY 5.2)."""
        may = self.reported()
        ages = self.today - self.last_of_bug[may]
        window = window_of(ages.tolist(), memory, listed)
        return may if window is None else may[ages < window]

    def severity(self) -> Numbers:
        weights = self.past.severity.copy()
        for day, bug, before in self.past.changes:
            if day <= self.today:
                break
            weights[bug] = before
        return weights

    def rating_factor(self) -> Numbers:
        past, since = self.past, self.today - WEEKS * WEEK_DAYS
        inside = (past.rated_on > since) & (past.rated_on <= self.today)
        rated = self._sum(past.rated_bug[inside], past.rated[inside])
        bad = self._sum(past.rated_bug[inside], past.bad[inside])
        of_all = [(n, unhappy) for day, n, unhappy in past.company if since < day <= self.today]
        all_rated = sum(n for n, _ in of_all)
        share = sum(unhappy for _, unhappy in of_all) / all_rated if all_rated else 0.0
        factor = 1.0 + (bad + PRIOR_RATINGS * share) / (rated + PRIOR_RATINGS) - share
        return np.clip(factor, LEAST_RATING_FACTOR, MOST_RATING_FACTOR)

    def recent(self, memory: Memory) -> Numbers:
        """The recent customers of each bug."""
        kept = sum((2.0 ** (-self.age / half_life) for half_life in memory), np.zeros(len(self.age))) / len(memory)
        return self._sum(self.of_bug, self.weight * kept)

    def ours(self, memory: Memory, with_severity: bool = True, listed: int = LISTED) -> Days:
        """The list as the product makes it with this memory."""
        return self.lists([memory], with_severity, listed)[0]

    def lists(self, memories: Sequence[Memory], with_severity: bool = True, listed: int = LISTED) -> list[Days]:
        factor = self.rating_factor()
        if with_severity:
            factor = factor * self.severity()
        return [self.best(self.admitted(memory, listed), self.recent(memory) * factor, listed) for memory in memories]

    def newest(self, listed: int = LISTED) -> Days:
        return self.best(np.flatnonzero(self.is_open), self.past.opened.astype(np.float64), listed)

    def most_people(self, days: int | None = None, listed: int = LISTED) -> Days:
        """Distinct customers ever, or with a report in the last `days` days."""
        of_bug = self.of_bug if days is None else self.of_bug[self.age < days]
        people = np.bincount(of_bug, minlength=len(self.past.names)).astype(np.float64)
        return self.best(np.flatnonzero(self.is_open & (people > 0)), people, listed)

    def best(self, may: Days, score: Numbers, listed: int = LISTED) -> Days:
        """Ties as in ranking/order.py: more customers, newer report, id (here: the order of the bugs)."""
        # A difference of less than 1e-9 is a tie.
        rounded = np.round(np.log(np.maximum(score[may], 1e-300)), 9)
        order = np.lexsort((may, -self.last_of_bug[may], -self.customers[may], -rounded))
        return may[order[:listed]]


class Ahead:
    """Who reports which of the bugs known then in the `days` days after a day: what a list is scored by."""

    def __init__(self, then: Then, days: int) -> None:
        past = then.past
        end = int(np.searchsorted(past.day, then.today + days, "right"))
        bug, customer = past.bug[then.reports : end], past.customer[then.reports : end]
        could_know = then.is_known[bug]
        pairs = (
            np.unique(np.stack([bug[could_know], customer[could_know]]), axis=1) if len(bug) else np.empty((2, 0), int)
        )
        self.bug, self.customer = pairs[0], pairs[1]
        self.bugs, self.customers = len(past.names), int(past.customer.max(initial=-1)) + 1

    def covered(self, listed: Days) -> int:
        """Distinct customers who report any of these bugs."""
        return len(np.unique(self.customer[np.isin(self.bug, listed)]))

    def best(self, listed: int = LISTED) -> int:
        """The same of the best list that could have been made: bug by bug the one that adds most customers.

        Greedy, which is within 1 - 1/e of the best and in practice equal to it (Nemhauser, Wolsey, Fisher 1978).
        """
        is_left = np.ones(self.customers, bool)
        for _ in range(listed):
            adds = np.bincount(self.bug[is_left[self.customer]], minlength=self.bugs)
            if not adds.any():
                break
            is_left[self.customer[self.bug == adds.argmax()]] = False
        return int((~is_left).sum())
