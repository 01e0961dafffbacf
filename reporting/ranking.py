"""Every sentence about the track record of the ranking: how long a report counts and why, and how past lists did."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from ranking.record import CANDIDATES, LEAST_MONTHS, Learned
from reporting.words import day, share

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from ranking.impact import Memory
    from reporting.data import Data
    from settings import Settings

HEADING = "Track record of the ranking"
TOO_EARLY = "Past lists cannot be scored yet: that takes 60 days of reports after the end of a month."
TABLE = "Past lists by month, newest first"


def sentences(learned: Learned | None, settings: Settings, today: date | None = None) -> list[str]:
    """What the lists covered, and the memory in use with its reason."""
    if learned is None:
        return [TOO_EARLY]
    return [_record(learned, settings, today), _memory(learned, settings, today)]


def _record(learned: Learned, settings: Settings, today: date | None) -> str:
    if not learned.shown:
        when = f" The first list can be scored from {day(learned.scored_from, today)}." if learned.scored_from else ""
        return f"{TOO_EARLY}{when}"
    shown, months = learned.shown, len(learned.shown)
    lists = "list of the last month" if months == 1 else f"lists of the last {months} months"
    ours, without = _mean(each.ours for each in shown), _mean(each.without_severity for each in shown)
    newest, people = _mean(each.newest for each in shown), _mean(each.people_ever for each in shown)
    return (
        f"The {lists} that can be scored covered {ours} of the {settings.words.customers} that the best possible list would have "
        f"covered in the following 60 days (for comparison: newest bugs first {newest}, most {settings.words.customers} "
        f"ever {people}, without severity {without})."
    )


def _memory(learned: Learned, settings: Settings, today: date | None) -> str:
    counts = f"A report counts {memory(learned.memory)}"
    if learned.is_fixed:
        return f"{counts}, as the settings say (half_life_days under [impact])."
    if learned.months_scored < LEAST_MONTHS:
        when = f" (from {day(learned.learned_from, today)})" if learned.learned_from else ""
        return f"{counts}, the default, until {LEAST_MONTHS} months can be scored{when}."
    present = learned.means[CANDIDATES.index(learned.memory)]
    best = max(range(len(CANDIDATES)), key=lambda at: learned.means[at])
    of_all = f"on average over {learned.months_scored} months"
    if learned.since is None and learned.means[best] > present:
        return (
            f"{counts}, the default: {memory(CANDIDATES[best])} covered {share(learned.means[best], 1)} instead of "
            f"{share(present, 1)} {of_all}, which is not clearly better."
        )
    since = f", in use since {day(learned.since, today)}" if learned.since else ""
    covered = f"its lists covered {share(present, 1)} of what the best possible covered"
    return f"{counts}: of {len(CANDIDATES)} candidates it was chosen because {covered}, {of_all}{since}."


def memory(memory: Memory) -> str:
    """ "half after 60 days"."""
    if len(memory) == 1:
        return f"half after {memory[0]:g} days"
    return f"as the mean of half after {' and half after '.join(f'{days:g}' for days in memory)} days"


def rows(learned: Learned | None, today: date | None = None) -> list[dict[str, str]]:
    """One row for each month that was scored, the newest first."""
    return [
        {
            "List of": day(month.day, today),
            "This ranking": share(month.ours, 1),
            "Without severity": share(month.without_severity, 1),
            "Newest first": share(month.newest, 1),
            "Most reporters ever": share(month.people_ever, 1),
            "Half-life": " and ".join(f"{days:g}" for days in month.memory) + " days",
        }
        for month in reversed(learned.shown if learned else ())
    ]


def as_data(learned: Learned | None, settings: Settings) -> Data:
    """What `./run read ranking --json` prints; shares are 0 to 1 of the best possible list."""
    return {
        "ranking": sentences(learned, settings),
        "rows": rows(learned),
        "half_lives_in_use": learned.memory if learned else None,
        "is_fixed": learned.is_fixed if learned else None,
        "in_use_since": learned.since if learned else None,
        "months_scored": learned.months_scored if learned else 0,
        "scored_from": learned.scored_from if learned else None,
        "learned_from": learned.learned_from if learned else None,
        "candidates": [
            {"half_lives": candidate, "mean_share": mean}
            for candidate, mean in zip(CANDIDATES, learned.means if learned else (), strict=False)
        ],
        "months": learned.shown if learned else (),
    }


def _mean(shares: Iterable[float]) -> str:
    return share(fmean(shares), 1)
