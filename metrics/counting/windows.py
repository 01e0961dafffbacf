"""Until when it is known what happened: what may still happen to the newest tickets and customers is not counted yet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from settings import Settings
    from store.published import Published


def first_day_not_known(published: Published, measure: str, settings: Settings) -> date:
    """The day of the snapshot, or the day after the last one with a count of `measure` where its data end before that."""
    span = published.span(measure)
    after_last = span[1] + timedelta(days=1) if span else date.max
    snapshot = published.snapshot
    return min(after_last, snapshot.published_at.astimezone(settings.zone).date()) if snapshot else after_last
