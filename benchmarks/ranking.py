"""Does the ranking find the customers who report next? Scored on public trackers, month by month, against every naive sort.

At each month end the lists are made from what was known then, the memory learned from the months before. What counts is
who reports a known bug in the days ahead: the share of these customers that the ten cover of the best possible ten, and
NDCG and precision of the ten by customers of each bug. `./run bench` writes the table to RESULTS.md; alone:

    python -m benchmarks.ranking examples/bugs-rust-2010-2013.toml --from 2011-07-01 --to 2013-06-30 --ahead 180
    python -m benchmarks.ranking reports.csv                  columns bug, customer, day
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import log2
from pathlib import Path
from statistics import fmean

import click
import numpy as np
from pydantic import SecretStr

from ranking.impact import DEFAULT_MEMORY
from ranking.memory import learn, paired_interval
from ranking.past import Ahead, Days, Past, Then, of_reports, of_store
from refresh import refresh
from settings import load
from store import open_store

LISTED = 10
AHEAD_DAYS = 60
LONG_AHEAD_DAYS = 180
RECENT_DAYS = 90
FIRST_MONTHS = 6  # of a history, in which nothing is scored: there is nothing yet to learn from
SEED = 20130630
ROOT = Path(__file__).resolve().parent.parent
DATA = (
    "examples/bugs-rust-2010-2013.toml",
    "examples/bugs-bitcoin-core-gui.toml",
    "examples/bugs-seamonkey-gitbugs.toml",
)
OURS = "ours, memory learned"
FIXED = "ours, fixed 30 days"
WORSE = "ours is worse"
Sort = Callable[[Then], Days]


class Absent(Exception):
    """The data is not on this machine."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; a difference is (mean, low, high) of ours minus this sort, None in our own line."""

    sort: str
    share: float
    ndcg: float
    precision: float
    share_ours_minus: tuple[float, float, float] | None = None
    ndcg_ours_minus: tuple[float, float, float] | None = None

    @property
    def verdict(self) -> str:
        if self.share_ours_minus is None:
            return ""
        _, low, high = self.share_ours_minus
        return "ours is better" if low > 0 else WORSE if high < 0 else "no clear difference"


def read(path: Path) -> Past:
    """A settings file that maps bugs and who reported them, read as the product reads it; or a CSV of bug, customer, day."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as rows:
            return of_reports(
                (row["bug"], row["customer"], date.fromisoformat(row["day"])) for row in csv.DictReader(rows)
            )
    os.environ.setdefault("EMPATHY_TESTDATA", str(ROOT.parent / "shared" / "testdata"))
    if path.resolve().is_relative_to(ROOT) and not Path(os.environ["EMPATHY_TESTDATA"]).is_dir():
        raise Absent("The ranking was not scored: the folder of test data is not here. Name it in EMPATHY_TESTDATA.")
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        url = SecretStr(f"sqlite:///{folder}/bench.db")
        settings = load(path).model_copy(update={"database_url": url})
        failed = [outcome.failed for outcome in refresh(settings, now) if outcome.failed]
        if failed:
            raise Absent(f"The ranking was not scored: {failed[0]}")
        store = open_store(settings)
        try:
            with store.reading() as published:
                return of_store(published, now.date(), settings)
        finally:
            store.engine.dispose()


def month_ends(past: Past, ahead: int, first: date | None = None, last: date | None = None) -> list[date]:
    """From `first` to `last`; by default from half a year after the first report to `ahead` days before the last one."""
    if past.first is None:
        return []
    found, day = [], past.first
    end = min(last or date.max, date.fromordinal(int(past.day[-1])) - timedelta(days=ahead))
    while (day := _month_end(day)) <= end:
        found.append(day)
        day += timedelta(days=1)
    return [day for day in found[FIRST_MONTHS:] if first is None or day >= first]


def _month_end(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


def sorts(past: Past, day: date) -> dict[str, Sort]:
    """Every sort as of a month end. The memory is learned from what was over by then."""
    memory = learn(past, day + timedelta(days=1)).memory
    chance = np.random.default_rng([SEED, day.toordinal()])
    return {
        OURS: lambda then: then.ours(memory),
        FIXED: lambda then: then.ours(DEFAULT_MEMORY),
        "newest": lambda then: then.newest(),
        "most reports or comments": most_reports,
        "most people ever": lambda then: then.most_people(),
        f"people in {RECENT_DAYS} days": lambda then: then.most_people(RECENT_DAYS),
        "random": lambda then: chance.permutation(np.flatnonzero(then.is_open))[:LISTED],
    }


def most_reports(then: Then) -> Days:
    reports = np.bincount(then.past.bug[: then.reports], minlength=len(then.past.names)).astype(np.float64)
    return then.best(np.flatnonzero(then.is_open & (reports > 0)), reports)


def score(past: Past, days: Sequence[date], ahead_days: int) -> list[Row]:
    """The table, ours first. A date on which nobody reports a known bug, or nothing can be listed, is left out."""
    scores: dict[str, list[tuple[float, float, float]]] = {}
    for day in days:
        then = Then(past, day)
        ahead = Ahead(then, ahead_days)
        best = ahead.best()
        if not best or not len(then.reported()):
            continue
        gains = np.bincount(ahead.bug, minlength=ahead.bugs)  # distinct customers of each bug
        for name, sort in sorts(past, day).items():
            listed = sort(then)
            shown = [float(gains[bug]) for bug in listed]
            not_listed = np.delete(gains, listed)
            others = [float(each) for each in not_listed[not_listed > 0]]
            row = (ahead.covered(listed) / best, ndcg(shown, others) or 0.0, precision(shown, others))
            scores.setdefault(name, []).append(row)
    if not scores:
        return []
    block = max(1, round(ahead_days / 30))  # neighbouring months share most of what they are scored by
    return [
        Row(
            name,
            fmean(share for share, _, _ in found),
            fmean(gained for _, gained, _ in found),
            fmean(hits for _, _, hits in found),
            None if name == OURS else difference(scores[OURS], found, 0, block),
            None if name == OURS else difference(scores[OURS], found, 1, block),
        )
        for name, found in scores.items()
    ]


def difference(
    ours: Sequence[Sequence[float]], theirs: Sequence[Sequence[float]], column: int, block: int
) -> tuple[float, float, float]:
    """Mean of ours minus theirs with the 95% interval of a paired, circular block bootstrap over the dates."""
    deltas = np.array([a[column] - b[column] for a, b in zip(ours, theirs, strict=True)])
    return (float(deltas.mean()), *paired_interval(deltas, min(block, len(deltas))))


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


# --- the table -----------------------------------------------------------------------------------------------------------

HEAD = [
    "sort",
    "share",
    "NDCG@10",
    "P@10",
    "ours minus this, share [95%]",
    "ours minus this, NDCG [95%]",
    "verdict (share)",
]


def table(rows: Sequence[Row]) -> list[list[str]]:
    return [
        HEAD,
        *(
            [
                row.sort,
                f"{row.share:.3f}",
                f"{row.ndcg:.3f}",
                f"{row.precision:.3f}",
                _interval(row.share_ours_minus),
                _interval(row.ndcg_ours_minus),
                row.verdict,
            ]
            for row in rows
        ),
    ]


def _interval(value: tuple[float, float, float] | None) -> str:
    return "" if value is None else f"{value[0]:+.3f} [{value[1]:+.3f}, {value[2]:+.3f}]"


def markdown(name: str, days: Sequence[date], rows: Sequence[Row], ahead: int) -> str:
    if not rows:
        return f"{name}: too short to score {ahead} days ahead."
    lines = table(rows)
    cells = "\n".join(f"| {' | '.join(each)} |" for each in [lines[0], ["---"] * len(HEAD), *lines[1:]])
    return f"{name}, {days[0]} to {days[-1]}, {len(days)} month ends, {ahead} days ahead:\n\n{cells}"


def section() -> str:
    """The tables as Markdown, for benchmarks/__main__.py."""
    try:
        pasts = {Path(name).stem: read(ROOT / name) for name in DATA}
    except Absent as absent:
        return str(absent)
    tables, lost = [], []
    for name, past in pasts.items():
        for ahead in (AHEAD_DAYS, LONG_AHEAD_DAYS):
            days = month_ends(past, ahead)
            rows = score(past, days, ahead)
            tables.append(markdown(name, days, rows, ahead))
            lost += [f"{row.sort} on {name}, {ahead} days ahead" for row in rows if row.verdict == WORSE]
    return "\n\n".join([*tables, f"Clearly better than ours is: {'; '.join(lost) or 'none of them'}."])


@click.command(help=__doc__.split("\n", 1)[0])
@click.argument("data", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="the first day of a list")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="the last day of a list")
@click.option(
    "--ahead", type=click.IntRange(1), default=AHEAD_DAYS, show_default=True, help="days that a list is scored by"
)
def main(data: tuple[Path, ...], first: datetime | None, last: datetime | None, ahead: int) -> None:
    if not data:
        click.echo(section())
        return
    for path in data:
        try:
            past = read(path)
        except Absent as absent:
            click.echo(str(absent))
            continue
        days = month_ends(past, ahead, first.date() if first else None, last.date() if last else None)
        click.echo(markdown(path.stem, days, score(past, days, ahead), ahead))


if __name__ == "__main__":
    sys.exit(main())
