"""Which snapshot is the newest, and what it lies in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from settings import Settings
from store.instants import aware
from store.schema import meta, snapshot


@dataclass(frozen=True, slots=True)
class Snapshot:
    id: int
    published_at: datetime  # aware, UTC
    is_sample: bool  # some of what is shown was invented by the sample source
    store: str  # the identity of the store it lies in: two stores may have a snapshot of one number


class Newest(NamedTuple):
    """What the newest snapshot is, and what it lies in."""

    version: str | None  # the shape of the tables
    store: str
    snapshot: Snapshot | None
    newest_run: int


def _question() -> Any:
    version: ColumnElement[str] = literal_column("(SELECT version_num FROM alembic_version)")
    identity = select(meta.c.value).where(meta.c.name == "store").scalar_subquery()
    last = select(func.max(snapshot.c.id)).scalar_subquery()
    one = select(version.label("version"), identity.label("store"), last.label("last")).subquery()
    return select(one, snapshot).join(snapshot, snapshot.c.id == one.c.last, isouter=True)


_QUESTION = _question()  # made once: every page asks it


def newest(connection: Connection) -> Newest:
    """One question. Raises DBAPIError where the tables are not there."""
    row = connection.execute(_QUESTION).one()
    store = row.store or ""
    found = Snapshot(row.id, aware(row.published_at), row.is_sample, store) if row.id is not None else None
    return Newest(row.version, store, found, row.newest_run or 0)


class OpenSnapshot:
    """One snapshot, open for reading in one transaction."""

    def __init__(self, connection: Connection, settings: Settings, newest: Newest) -> None:
        self._connection = connection
        self._settings = settings
        self.snapshot = newest.snapshot
        self._newest_run = newest.newest_run
