"""The memory of the ranking and its record, as they were learned after a publishing; what every list of bugs is made with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from ranking.impact import DEFAULT_MEMORY, Memory
from ranking.record import Learned, from_stored
from ranking.window import WINDOWS
from settings import Settings
from store import Published
from views.cache import cached
from views.view import View


def memory_at(published: Published, at: date, settings: Settings) -> Memory:
    """What a setting fixes, else what had been learned by then, else the default."""
    if settings.impact.half_life_days is not None:
        return (settings.impact.half_life_days,)
    stored = published.ranking_record(at)
    return from_stored(stored[2]).memory if stored else DEFAULT_MEMORY


def record_at(published: Published, at: date, settings: Settings) -> Learned | None:
    """The record of the ranking; None where it has not been looked at yet."""
    stored = published.ranking_record(at)
    if stored is None:
        return None
    memory = memory_at(published, at, settings)
    return replace(from_stored(stored[2]), memory=memory, is_fixed=settings.impact.half_life_days is not None)


def day_of_list(newest: date, today: date) -> date | None:
    """None for today, as everywhere; the newest day of the data where they are too old for any list of today."""
    return newest if newest <= today - timedelta(days=WINDOWS[0]) else None


@cached(4)
def record(published: Published, view: View) -> Learned | None:
    return record_at(published, view.today, view.settings)
