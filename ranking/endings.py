"""When a bug is over: seven quiet days after its fix was released; and when it has come back (METHODOLOGY 5.3, pain-012)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from store.published import ListedBug

QUIET_DAYS = 7


class Ending(NamedTuple):
    """`leaves_on`: the first day on which a quiet bug is off the list."""

    state: Literal["open", "waiting", "gone", "regression"]
    leaves_on: date | None


def after_fix(released_on: date | None, reports: Iterable[date], as_of: date, quiet_days: int = QUIET_DAYS) -> Ending:
    """What a released fix does to a bug (METHODOLOGY 5.3, pain-012).

    "waiting": until `quiet_days` days without a report have passed after the release (the old version is still in use).
    "gone": off the list. "regression": reported more than `quiet_days` days after the release; then only those reports
    count. `reports` are days; those after `as_of` are not known yet.
    """
    known = [day for day in reports if day <= as_of]
    if released_on is None or released_on > as_of:
        return Ending("open", None)
    if any((day - released_on).days > quiet_days for day in known):
        return Ending("regression", None)
    quiet_since = max([released_on, *known])
    leaves_on = date.fromordinal(quiet_since.toordinal() + quiet_days)
    if as_of < leaves_on:
        return Ending("waiting", leaves_on)
    return Ending("gone", leaves_on)


@dataclass(frozen=True, slots=True)
class End:
    """When a bug was over, and how: its fix was released, it was closed as fixed, or it was closed without a fix."""

    on: date
    how: Literal["released", "fixed", "closed"]

    @property
    def quiet_days(self) -> int:
        """How many days without a report must pass: none where there is no fix that has to reach people first."""
        return 0 if self.how == "closed" else QUIET_DAYS


def end_of(bug: ListedBug, zone: ZoneInfo) -> End | None:
    """The end of a bug as it is known; None while it is open. A fix that was not released does not end it."""
    if bug.released_at:
        return End(_day(bug.released_at, zone), "released")
    if bug.closed_at:
        return End(_day(bug.closed_at, zone), "fixed" if bug.fixed_at else "closed")
    return None


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
