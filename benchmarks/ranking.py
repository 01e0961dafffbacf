"""Does the ranking find the bugs that people will report next? Scored on a public tracker, month by month, against simpler sorts.

At each date only what was known then is used: issues opened and not closed before it (by the time of closing, not by
the final state), and comments until then. The gain of an issue is the number of different people who write on it in the
180 days after. Written to benchmarks/RESULTS.md by `./run bench`; alone: `python -m benchmarks.ranking`.
"""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from math import log2
from pathlib import Path
from typing import Any

from ranking import impact as scores
from ranking.impact import Since
from ranking.order import Place, in_order

LISTED = 10
AHEAD_DAYS = 180
RECENT_DAYS = 90
FIRST, LAST = date(2011, 7, 1), date(2013, 6, 1)
RESAMPLES = 2000
BLOCK_MONTHS = 6  # as long as the look-ahead: neighbouring dates share most of their gains
SEED = 20130630
DATASET = Path("datasets/bugs-rust-2010-2013/issues.jsonl.gz")
OURS = "our pain (half-life 30 days, the default)"
SLOWER = "our pain (half-life 60 days, a setting)"


class Absent(Exception):
    """The data is not on this machine; the text says where it was looked for."""


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue with its contacts: (ordinal of the day, person), oldest first, the author's own report among them."""

    id: str
    opened: int
    closed: int | None
    contacts: tuple[tuple[int, str], ...]


@dataclass(slots=True)
class Known:
    """What was known of an open issue on a date: when each person last wrote, and how many comments there were."""

    issue: Issue
    at: int
    last: dict[str, int] = field(default_factory=dict)
    comments: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. Intervals are 95 % of ours minus this sort, None in our own line."""

    sort: str
    ndcg: float
    precision: float
    ndcg_ours_minus: tuple[float, float, float] | None
    precision_ours_minus: tuple[float, float, float] | None

    @property
    def verdict(self) -> str:
        if self.ndcg_ours_minus is None:
            return ""
        _, low, high = self.ndcg_ours_minus
        return "ours is better" if low > 0 else "ours is worse" if high < 0 else "no clear difference"


def run(testdata: Path | None = None) -> list[Row]:
    """The table, ours first. Raises Absent where the data is not there."""
    return score(read(find(testdata)), months(FIRST, LAST))


def find(testdata: Path | None = None) -> Path:
    """The data file, in EMPATHY_TESTDATA or ../shared/testdata beside the repository."""
    root = Path(__file__).resolve().parent.parent
    folder = testdata or Path(os.environ.get("EMPATHY_TESTDATA") or root.parent / "shared" / "testdata")
    path = folder / DATASET
    if not path.is_file():
        raise Absent(
            f"The ranking was not scored: there is no {DATASET} in the folder of test data. "
            "Name the folder in EMPATHY_TESTDATA."
        )
    return path


def read(path: Path) -> list[Issue]:
    """Only fields that carry their own time are read; `state`, `labels_final` and the like know the future."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [_issue(json.loads(line)) for line in lines]


def _issue(raw: dict[str, Any]) -> Issue:
    contacts = [(_ordinal(raw["created_at"]), str(raw["author"]))]
    contacts += [
        (_ordinal(each["t"]), each["actor"])
        for each in raw["comments"]
        if each["actor"] and not each["actor"].endswith("[bot]")
    ]
    closed = _ordinal(raw["closed_at"]) if raw["closed_at"] else None
    return Issue(str(raw["id"]), contacts[0][0], closed, tuple(sorted(contacts)))


def _ordinal(moment: str) -> int:
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(UTC).toordinal()


def months(first: date, last: date) -> list[date]:
    found = [first]
    while found[-1] < last:
        day = found[-1]
        found.append(date(day.year + day.month // 12, day.month % 12 + 1, 1))
    return found


# --- the sorts -----------------------------------------------------------------------------------------------------------


def known_at(issues: Iterable[Issue], at: date) -> list[Known]:
    """The issues that were open at the start of day `at`, with the contacts before it."""
    today = at.toordinal()
    found = []
    for issue in issues:
        if issue.opened >= today or (issue.closed is not None and issue.closed < today):
            continue
        known = Known(issue, today)
        for day, person in issue.contacts:
            if day < today:
                known.last[person] = max(day, known.last.get(person, 0))
                known.comments += 1
        found.append(known)
    return found


def by_pain(issues: list[Known], half_life_days: float = scores.HALF_LIFE_DAYS) -> list[Known]:
    """The product's own functions; nobody rated these issues, so severity and mood are the same for all."""
    severity = scores.severity(None, {}, 2.0)
    factor = scores.rating_factor(0, 0, 0.0)

    def place(known: Known) -> Place:
        # Yesterday is the last day that is known: age 0.
        voices = [Since(known.at - 1 - day) for day in known.last.values()]
        recent = scores.recent_customers(voices, (half_life_days,))
        newest = date.fromordinal(max(known.last.values()))
        return Place(scores.impact(recent.recent, severity.weight, factor), recent.customers, newest, known.issue.id)

    return in_order(issues, place)


def _sorted(score: Callable[[Known], float]) -> Callable[[list[Known]], list[Known]]:
    return lambda issues: sorted(issues, key=lambda known: (-score(known), int(known.issue.id)))


SORTS: dict[str, Callable[[list[Known]], list[Known]]] = {
    OURS: by_pain,
    SLOWER: lambda issues: by_pain(issues, 60.0),
    "newest": _sorted(lambda known: known.issue.opened),
    "most comments": _sorted(lambda known: known.comments),
    "most people ever": _sorted(lambda known: len(known.last)),
    f"people in the last {RECENT_DAYS} days": _sorted(
        lambda known: sum(day >= known.at - RECENT_DAYS for day in known.last.values())
    ),
}


# --- the score -----------------------------------------------------------------------------------------------------------


def score(issues: list[Issue], dates: list[date]) -> list[Row]:
    """Mean NDCG@10 and P@10 of every sort over the dates at which anything could be gained."""
    ndcgs: dict[str, list[float]] = {name: [] for name in SORTS}
    precisions: dict[str, list[float]] = {name: [] for name in SORTS}
    for at in dates:
        open_then = known_at(issues, at)
        gains = {known.issue.id: gain(known.issue, at) for known in open_then}
        if not any(gains.values()):
            continue
        for name, sort in SORTS.items():
            ordered = [gains[known.issue.id] for known in sort(open_then)]
            value = ndcg(ordered[:LISTED], ordered[LISTED:])
            ndcgs[name].append(0.0 if value is None else value)
            precisions[name].append(precision(ordered[:LISTED], ordered[LISTED:]))
    return [
        Row(
            name,
            _mean(ndcgs[name]),
            _mean(precisions[name]),
            None if name == OURS else difference(ndcgs[OURS], ndcgs[name]),
            None if name == OURS else difference(precisions[OURS], precisions[name]),
        )
        for name in SORTS
        if ndcgs[name]
    ]


def gain(issue: Issue, at: date) -> int:
    """How many different people write on it in [at, at + 180 days)."""
    start = at.toordinal()
    return len({person for day, person in issue.contacts if start <= day < start + AHEAD_DAYS})


def ndcg(shown_gains: Sequence[float], other_gains: Sequence[float], listed: int = LISTED) -> float | None:
    """Normalised discounted cumulative gain of a shown list, linear gain, log2 discount (METHODOLOGY 5.5, ndcg-001 .. 003).

    `shown_gains` in the order shown, `other_gains` of all candidates that were not. None where nothing could be gained.
    """
    ideal = _dcg(sorted([*shown_gains, *other_gains], reverse=True)[:listed])
    return _dcg(shown_gains[:listed]) / ideal if ideal > 0 else None


def precision(shown_gains: Sequence[float], other_gains: Sequence[float], listed: int = LISTED) -> float:
    """The share of the shown places that belong to the true top: gain at least 1 and not below the gain at its last place."""
    bar = max(1.0, ([*sorted([*shown_gains, *other_gains], reverse=True), *[0.0] * listed])[listed - 1])
    return sum(gain >= bar for gain in shown_gains[:listed]) / listed


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / log2(place + 1) for place, gain in enumerate(gains, start=1))


def difference(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float, float]:
    """Mean of ours minus theirs with the 95 % interval of a paired, circular block bootstrap over the dates, seed fixed."""
    deltas = [a - b for a, b in zip(ours, theirs, strict=True)]
    n, block = len(deltas), min(BLOCK_MONTHS, len(deltas))
    chance = random.Random(SEED)
    means = []
    for _ in range(RESAMPLES):
        drawn: list[float] = []
        while len(drawn) < n:
            start = chance.randrange(n)
            drawn += [deltas[(start + step) % n] for step in range(block)]
        means.append(_mean(drawn[:n]))
    means.sort()
    return _mean(deltas), means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


# --- the table -----------------------------------------------------------------------------------------------------------


def table(rows: list[Row]) -> list[list[str]]:
    """Head and cells, as text; benchmarks/__main__.py writes them to RESULTS.md."""
    head = ["sort", "NDCG@10", "P@10", "ours minus this, NDCG [95 %]", "ours minus this, P@10 [95 %]", "verdict (NDCG)"]
    return [
        head,
        *(
            [
                row.sort,
                f"{row.ndcg:.3f}",
                f"{row.precision:.3f}",
                _interval(row.ndcg_ours_minus),
                _interval(row.precision_ours_minus),
                row.verdict,
            ]
            for row in rows
        ),
    ]


def _interval(value: tuple[float, float, float] | None) -> str:
    return "" if value is None else f"{value[0]:+.3f} [{value[1]:+.3f}, {value[2]:+.3f}]"


def section() -> str:
    """The table as Markdown, for benchmarks/__main__.py."""
    try:
        head, *lines = table(run())
    except Absent as absent:
        return str(absent)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *lines])


def main() -> int:
    try:
        rows = run()
    except Absent as absent:
        print(absent)
        return 0
    cells = table(rows)
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
