"""What was learned about the ranking: how long a report counts, and how the lists of the last months did."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from ranking.impact import Memory

# The shorter ones first: of equals the first is taken.
CANDIDATES: tuple[Memory, ...] = ((30.0,), (45.0,), (60.0,), (90.0,), (120.0,), (180.0,), (30.0, 365.0))
LEAST_MONTHS = 6


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
