"""What a screen on a wall says beside the first page's own words: the parts it turns through, and its age."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from reporting.words import instant
from views.sources import SourceState

TITLE = "On the wall"
SIX = "Six metrics, with 95% confidence intervals"
# The browser puts the number in place of {}: it tells the age by itself, also while nobody answers it.
AGES = {
    "just": "just now",
    "minutes": "{} min ago",
    "hours": "{} h ago",
    "day": "1 day ago",
    "days": "{} days ago",
    "late": "out of date",
    "away": "no answer from the server",
    "paused": "paused",
}


def part(first: int, last: int, of: int) -> str:
    """ "Top 10 bugs: 1 to 5"."""
    return f"Top {of} bugs: {first} to {last}" if last > first else f"Top {of} bugs: {first}"


def as_of(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """ "as of 30 Nov 09:41": the age follows it."""
    return f"as of {instant(moment, zone, now.astimezone(zone).date())}"


def in_date_for(states: tuple[SourceState, ...], now: datetime) -> float:
    """Seconds until the first source is out of date; 0 where one is."""
    left = [
        state.stale_after_hours * 3600 - (now - state.last_succeeded_at).total_seconds()
        if state.last_succeeded_at and state.outcome != "failed"
        else 0.0
        for state in states
    ]
    return max(0.0, min(left, default=0.0))
