"""What the page of data health says beside the sentences about sources: when data come, which days are counted, what to type."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from reporting import sources
from reporting.words import NOTHING, ago, instant
from views.sources import is_stale

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from views.sources import RejectedRow, SourceState
    from views.view import View

TITLE = "Data health"
SOURCES = "Sources"
REFERENCES = "Unresolved references"
REJECTED = "Rejected rows"
LIST_REJECTED = "./run read rejected"  # what a terminal takes
LATE = "out of date now"
WHERE_ALL = "lists all of them; with --csv FILE as a file."
UNTIL = "Up to date until"


def facts(view: View, states: Sequence[SourceState]) -> list[tuple[str, str]]:
    """When the numbers were made and until when they are as new as promised; in which days and weeks they are counted.

    When the next refresh runs is not known here: whatever starts it (cron, a timer) says it.
    """
    zone, made, today = view.settings.zone, view.snapshot.published_at, view.today
    ends = [end for state in states if (end := _fresh_until(state, view.now))]
    late = any(is_stale(state, view.now) for state in states)
    return [
        ("Last refresh", f"{instant(made, zone, today)} · {ago(made, view.now)}"),
        (UNTIL, LATE if late else instant(min(ends), zone, today) if ends else NOTHING),
        ("Time zone", zone.key),
        ("Week starts", "Monday"),
    ]


def rows(states: Sequence[SourceState], now: datetime, zone: ZoneInfo, today: date) -> list[dict[str, str]]:
    """One row for each source, and until when it is as new as promised; how it is comes right after its name."""
    found = []
    for state, row in zip(states, sources.rows(states, now), strict=True):
        name, kind, last_read, status, holds, rejected = row.items()
        end = _fresh_until(state, now)
        until = (UNTIL, instant(end, zone, today) if end else LATE if state.last_succeeded_at else NOTHING)
        found.append(dict([name, status, last_read, until, rejected, holds, kind]))
    return found


def _fresh_until(state: SourceState, now: datetime) -> datetime | None:
    """None for what is out of date already."""
    if state.last_succeeded_at is None or is_stale(state, now):
        return None
    return state.last_succeeded_at + timedelta(hours=state.stale_after_hours)


def rejected(found: Sequence[RejectedRow]) -> list[dict[str, str]]:
    """The newest rejected rows; what is wrong comes right after the source."""
    shown = []
    for row in sources.rejected_rows(found):
        source, *where, why = row.items()
        shown.append(dict([source, why, *where]))
    return shown
