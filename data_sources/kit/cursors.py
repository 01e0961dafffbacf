"""Where a read stopped, so that the next one asks only for what changed, and loses nothing to a clock or a cut-off."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

A_WEEK = timedelta(days=7)  # after so long everything is asked for again, where it is not said what was deleted
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANTS = ("since", "listed", "began", "newest")


@dataclass(slots=True)
class Cursor:
    """`since`: ask for what changed from then on. `listed`: when everything was last asked for. `next`: the address to go
    on at. `began` (by the other side's clock) and `newest` (change seen) are there while a read is under way."""

    since: datetime | None = None
    listed: datetime | None = None
    began: datetime | None = None
    newest: datetime | None = None
    next: str | None = None

    @classmethod
    def read(cls, found: object) -> Cursor:
        """A cursor that nobody understands means: read everything."""
        if not isinstance(found, dict):
            return cls()
        try:
            instants = {key: datetime.fromisoformat(found[key]) for key in INSTANTS if found.get(key)}
        except (ValueError, TypeError):
            return cls()
        place = found.get("next")
        if any(each.tzinfo is None for each in instants.values()) or not isinstance(place, str | None):
            return cls()
        return cls(next=place, **instants)

    def written(self) -> dict[str, str]:
        pairs = {"since": self.since, "listed": self.listed, "began": self.began, "newest": self.newest}
        known = {key: stamp(value) for key, value in pairs.items() if value is not None}
        return {**known, "next": self.next} if self.next else known

    def is_due(self, now: datetime, again: timedelta | None) -> bool:
        """Whether everything is to be listed again; also where the last time is not known, or still to come."""
        if self.since is None:
            return True
        return again is not None and (self.listed is None or not timedelta(0) <= now - self.listed < again)

    def saw(self, changed: datetime) -> None:
        self.newest = changed if self.newest is None else max(self.newest, changed)

    def finished(self, look_back: timedelta, resume: str | None = None) -> Cursor:
        """Where to ask from next time: never later than this read began, nor than the newest change that was given, so
        that a clock that is wrong, a tie at the border of a page, or a change while we read, hides nothing; and never
        earlier than before."""
        if self.newest is None or self.began is None:
            return Cursor(self.since, self.listed, next=resume)
        reached = max(min(self.newest, self.began), EPOCH) - look_back
        return Cursor(reached if self.since is None else max(reached, self.since), self.listed, next=resume)


def read_all(text: str | None, keys: list[str]) -> dict[str, Cursor]:
    """The cursor of each list of a source; the only one of a source with one list stands by itself."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = {}
    if keys == [""]:
        return {"": Cursor.read(found)}
    return {key: Cursor.read(found.get(key) if isinstance(found, dict) else None) for key in keys}


def written_all(cursors: Mapping[str, Cursor]) -> str:
    written = {key: cursor.written() for key, cursor in cursors.items()}
    return json.dumps(written[""] if list(written) == [""] else written)


def stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Since = Callable[[datetime | None, datetime], dict[str, object]]  # (since when, None: everything; now) -> parameters


def in_stamps(name: str) -> Since:
    """The parameter that asks for what changed since an instant, written as a date and time."""
    return lambda since, now: {name: stamp(since)} if since else {}


def in_seconds(name: str, first: int | None = None) -> Since:
    """The same, written in seconds since 1970; `first` asks for everything where it must be written too."""
    return lambda since, now: {name: int(since.timestamp()) if since else first}


def in_minutes(name: str, query: str, since_when: str, after: str) -> Since:
    """The same in a query, as a condition with how many minutes ago: a date would be one in the time zone of an account."""

    def changed(since: datetime | None, now: datetime) -> dict[str, object]:
        ago = since_when.format(int((now - since).total_seconds() / 60) + 1) if since else ""
        return {name: f"{query}{ago}{after}"}

    return changed
